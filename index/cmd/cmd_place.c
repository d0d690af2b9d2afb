// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/cmd/command.h"
#include "index/listing.h"
#include "index/place.h"

#include <stdio.h>
#include <string.h>

bool cmd_place_add(CmdContext *ctx, GError **error)
{
    const char *code = cmd_arg(ctx, 0);
    if (!idx_place_add_in(ctx->cat, ctx->options.hall, code, ctx->options.name, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "place", code));
    else
        printf("place %s added; say which cameras see it: mingjing coverage add %s CAMERA\n", code,
               code);
    return true;
}

bool cmd_place_set(CmdContext *ctx, GError **error)
{
    const char *code = cmd_arg(ctx, 0), *name = ctx->options.name;
    if (!name)
        return mj_error_set(error, MJ_ERROR_USAGE, "say what changes: --name NAME");
    if (!idx_place_set_name_in(ctx->cat, ctx->options.hall, code, name, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "place", code));
    else
        printf("place %s is called %s\n", code, name);
    return true;
}

/* OLD=NEW, cut in two. */
static bool split_pair(const char *text, GPtrArray *old, GPtrArray *new, GError **error)
{
    const char *sign = strchr(text, '=');
    if (!sign || sign == text || sign[1] == '\0')
        return mj_error_set(error, MJ_ERROR_USAGE, "\"%s\" should be OLD=NEW, as W07=W12", text);
    g_ptr_array_add(old, g_strndup(text, (gsize)(sign - text)));
    g_ptr_array_add(new, g_strdup(sign + 1));
    return true;
}

bool cmd_place_renumber(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) old = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) new = g_ptr_array_new_with_free_func(g_free);
    int64_t from_us = 0;
    if (!cmd_parse_time(ctx, "from", ctx->options.from, ctx->now_us, &from_us, error))
        return false;
    for (guint i = 0; i < ctx->args->len; i++)
        if (!split_pair(cmd_arg(ctx, i), old, new, error))
            return false;
    if (!idx_place_renumber(ctx->cat, ctx->options.hall, (char *const *)old->pdata,
                            (char *const *)new->pdata, old->len, from_us, ctx->now_us, error))
        return false;
    g_autoptr(json_t) list = json_array();
    g_autofree char *since = cmd_time(ctx, from_us);
    for (guint i = 0; i < old->len; i++)
        if (ctx->options.json)
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "from", old->pdata[i], "to", new->pdata[i]));
        else
            printf("place %s is %s since %s\n", (const char *)old->pdata[i],
                   (const char *)new->pdata[i], since);
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:O}", "renumbered", list));
    return true;
}

static void print_coverage(CmdContext *ctx, const json_t *place)
{
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(place, "cameras"), i, camera)
    {
        g_autofree char *from = cmd_time_of(ctx, json_object_get(camera, "from"));
        g_autofree char *to = cmd_time_of(ctx, json_object_get(camera, "to"));
        printf("%-12s %-16s since %-23s until %s\n",
               json_string_value(json_object_get(place, "code")),
               json_string_value(json_object_get(camera, "camera")), from, to);
    }
}

/* Leaves the place @code alone in the list. */
static bool pick(json_t *json, const char *code, GError **error)
{
    json_t *places = json_object_get(json, "places");
    for (size_t i = json_array_size(places); i > 0; i--) {
        json_t *own = json_object_get(json_array_get(places, i - 1), "code");
        if (strcmp(json_string_value(own), code) != 0)
            json_array_remove(places, i - 1);
    }
    return json_array_size(places) > 0 ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s", code);
}

static bool list(CmdContext *ctx, bool with_cameras, GError **error)
{
    g_autoptr(json_t) json = idx_listing_places(ctx->cat, error);
    if (json && cmd_arg(ctx, 0) && !pick(json, cmd_arg(ctx, 0), error))
        return false;
    size_t i = 0;
    const json_t *place = NULL;
    if (ctx->options.json && json) {
        cmd_print_json(json_incref(json));
        return true;
    }
    json_array_foreach(json_object_get(json, "places"), i, place)
    {
        if (with_cameras)
            print_coverage(ctx, place);
        else
            printf("%-12s %s\n", json_string_value(json_object_get(place, "code")),
                   json_string_value(json_object_get(place, "name")));
    }
    return json != NULL;
}

bool cmd_place_list(CmdContext *ctx, GError **error)
{
    return list(ctx, false, error);
}

bool cmd_coverage_list(CmdContext *ctx, GError **error)
{
    return list(ctx, true, error);
}

static bool say(CmdContext *ctx, const char *format)
{
    if (ctx->options.json)
        cmd_print_json(
            json_pack("{s:s, s:s}", "place", cmd_arg(ctx, 0), "camera", cmd_arg(ctx, 1)));
    else
        printf("camera %s %s place %s\n", cmd_arg(ctx, 1), format, cmd_arg(ctx, 0));
    return true;
}

bool cmd_coverage_add(CmdContext *ctx, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    return cmd_parse_time(ctx, "from", ctx->options.from, INT64_MIN, &from_us, error) &&
           cmd_parse_time(ctx, "to", ctx->options.to, INT64_MAX, &to_us, error) &&
           idx_coverage_add_in(ctx->cat, ctx->options.hall, cmd_arg(ctx, 0), cmd_arg(ctx, 1),
                               from_us, to_us, ctx->now_us, error) &&
           say(ctx, "covers");
}

bool cmd_coverage_remove(CmdContext *ctx, GError **error)
{
    int64_t at_us = 0;
    return cmd_parse_time(ctx, "from", ctx->options.from, INT64_MIN, &at_us, error) &&
           idx_coverage_remove_in(ctx->cat, ctx->options.hall, cmd_arg(ctx, 0), cmd_arg(ctx, 1),
                                  at_us, ctx->now_us, error) &&
           say(ctx, "never covered");
}

bool cmd_coverage_end(CmdContext *ctx, GError **error)
{
    int64_t to_us = 0;
    return cmd_parse_time(ctx, "to", ctx->options.to, ctx->now_us, &to_us, error) &&
           idx_coverage_end(ctx->cat, ctx->options.hall, cmd_arg(ctx, 0), cmd_arg(ctx, 1), to_us,
                            ctx->now_us, error) &&
           say(ctx, "no longer covers");
}
