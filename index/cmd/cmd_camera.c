// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"
#include "index/listing.h"

#include <stdio.h>
#include <string.h>

/* The URL as given, or read from standard input for "-". */
static char *get_url(const char *given, GError **error)
{
    return g_strcmp0(given, "-") == 0 ? cmd_read_secret("URL", error) : g_strdup(given);
}

static void print_camera(CmdContext *ctx, const json_t *camera)
{
    size_t i = 0;
    const json_t *stream = NULL;
    json_array_foreach(json_object_get(camera, "streams"), i, stream)
    {
        g_autofree char *since = cmd_time_of(ctx, json_object_get(stream, "since"));
        const char *detail = json_string_value(json_object_get(stream, "detail"));
        printf("%-16s %-5s %-13s since %-24s %s%s%s\n",
               json_string_value(json_object_get(camera, "id")),
               json_string_value(json_object_get(stream, "name")),
               json_string_value(json_object_get(stream, "state")), since,
               json_string_value(json_object_get(camera, "name")), detail ? ": " : "",
               detail ? detail : "");
    }
}

bool cmd_camera_list(CmdContext *ctx, GError **error)
{
    g_autoptr(json_t) json = idx_listing_cameras(ctx->cat, ctx->options.all, ctx->now_us, error);
    size_t i = 0;
    const json_t *camera = NULL;
    if (ctx->options.json && json)
        cmd_print_json(json_incref(json));
    else
        json_array_foreach(json_object_get(json, "cameras"), i, camera) print_camera(ctx, camera);
    return json != NULL;
}

bool cmd_camera_show(CmdContext *ctx, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(ctx->cat, cmd_arg(ctx, 0), error);
    json_t *json = camera ? idx_listing_camera(ctx->cat, camera, ctx->now_us, error) : NULL;
    if (!json)
        return false;
    if (ctx->options.json) {
        cmd_print_json(json);
        return true;
    }
    print_camera(ctx, json);
    json_decref(json);
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        printf("  %s  %s%s%s\n", stream->name, stream->url,
               stream->has_credentials ? "  (with a password)" : "",
               stream->record ? "" : "  (live only)");
    }
    return true;
}

static bool say(CmdContext *ctx, const char *what)
{
    if (ctx->options.json)
        cmd_print_json(json_pack("{s:s}", "camera", cmd_arg(ctx, 0)));
    else
        printf("camera %s %s\n", cmd_arg(ctx, 0), what);
    return true;
}

/* The streams and which of them are recorded change together or not at all. */
static bool finish(CmdContext *ctx, bool ok, GError **error)
{
    const char *record = ctx->options.record;
    ok =
        ok && (!record || idx_camera_record(ctx->cat, cmd_arg(ctx, 0), record, ctx->now_us, error));
    if (ok && idx_commit(ctx->cat, error))
        return true;
    idx_rollback(ctx->cat);
    return false;
}

bool cmd_camera_add(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_autofree char *url = get_url(cmd_arg(ctx, 1), error);
    if (!url || !idx_begin(ctx->cat, error))
        return false;
    bool ok = idx_camera_add(ctx->cat, cmd_arg(ctx, 0), url, o->sub, o->name, o->kind, o->audio,
                             ctx->now_us, error);
    return finish(ctx, ok, error) &&
           say(ctx, "added; recording begins within 2 s while mingjing-capture runs");
}

bool cmd_camera_set(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_autofree char *url = get_url(o->url, error);
    if (o->url && !url)
        return false;
    if (!idx_begin(ctx->cat, error))
        return false;
    bool ok = idx_camera_set(ctx->cat, cmd_arg(ctx, 0), url, o->sub, o->name, o->kind, o->audio,
                             ctx->now_us, error);
    return finish(ctx, ok, error) && say(ctx, "changed");
}

bool cmd_camera_remove(CmdContext *ctx, GError **error)
{
    return idx_camera_remove(ctx->cat, cmd_arg(ctx, 0), ctx->now_us, error) &&
           say(ctx, "removed; its footage stays");
}
