// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"
#include "index/listing.h"
#include "index/place.h"

#include <stdio.h>

bool cmd_place_add(CmdContext *ctx, GError **error)
{
    const char *code = cmd_arg(ctx, 0);
    if (!idx_place_add(ctx->cat, code, ctx->options.name, error))
        return false;
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "place", code));
    else
        printf("place %s added; say which cameras see it: mingjing coverage add %s CAMERA\n", code,
               code);
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

static bool list(CmdContext *ctx, bool with_cameras, GError **error)
{
    g_autoptr(json_t) json = idx_listing_places(ctx->cat, error);
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
           idx_coverage_add(ctx->cat, cmd_arg(ctx, 0), cmd_arg(ctx, 1), from_us, to_us, ctx->now_us,
                            error) &&
           say(ctx, "covers");
}

bool cmd_coverage_end(CmdContext *ctx, GError **error)
{
    int64_t to_us = 0;
    return cmd_parse_time(ctx, "to", ctx->options.to, ctx->now_us, &to_us, error) &&
           idx_coverage_end(ctx->cat, cmd_arg(ctx, 0), cmd_arg(ctx, 1), to_us, ctx->now_us,
                            error) &&
           say(ctx, "no longer covers");
}
