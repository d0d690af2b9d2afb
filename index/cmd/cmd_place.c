// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"
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

static json_t *open_time(CmdContext *ctx, int64_t us)
{
    bool open = us == INT64_MIN || us == INT64_MAX;
    return open ? json_null() : mj_json_time(us, idx_catalogue_timezone(ctx->cat));
}

static json_t *place_json(CmdContext *ctx, const IdxPlace *place)
{
    json_t *cameras = json_array();
    for (guint i = 0; i < place->coverage->len; i++) {
        const IdxCoverage *v = place->coverage->pdata[i];
        json_array_append_new(cameras, json_pack("{s:s, s:o, s:o}", "camera", v->camera, "from",
                                                 open_time(ctx, v->from_us), "to",
                                                 open_time(ctx, v->to_us)));
    }
    return json_pack("{s:s, s:s, s:o}", "code", place->code, "name", place->name, "cameras",
                     cameras);
}

static bool list(CmdContext *ctx, bool with_cameras, GError **error)
{
    g_autoptr(GPtrArray) places = idx_place_list(ctx->cat, error);
    if (!places)
        return false;
    json_t *array = json_array();
    for (guint i = 0; i < places->len; i++) {
        const IdxPlace *place = places->pdata[i];
        json_array_append_new(array, place_json(ctx, place));
        if (!ctx->options.json && !with_cameras)
            printf("%-12s %s\n", place->code, place->name);
        for (guint j = 0; !ctx->options.json && with_cameras && j < place->coverage->len; j++) {
            const IdxCoverage *v = place->coverage->pdata[j];
            g_autofree char *from =
                v->from_us == INT64_MIN ? g_strdup("ever") : cmd_time(ctx, v->from_us);
            g_autofree char *to =
                v->to_us == INT64_MAX ? g_strdup("now on") : cmd_time(ctx, v->to_us);
            printf("%-12s %-16s since %-23s until %s\n", place->code, v->camera, from, to);
        }
    }
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:o}", "places", array));
    else
        json_decref(array);
    return true;
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
