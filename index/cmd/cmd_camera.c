// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/cmd/command.h"
#include "index/link/link.h"
#include "index/listing.h"
#include "index/meter.h"

#include <inttypes.h>
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

/* What the recorder says of the stream at this moment; NULL if it says nothing. */
static json_t *find_now(CmdContext *ctx, const json_t *told, const char *camera, const char *name)
{
    size_t i = 0;
    const json_t *stream = NULL;
    json_array_foreach(told, i, stream)
    {
        if (g_strcmp0(json_string_value(json_object_get(stream, "camera")), camera) == 0 &&
            g_strcmp0(json_string_value(json_object_get(stream, "stream")), name) == 0)
            return idx_meter_public(stream, idx_catalogue_timezone(ctx->cat));
    }
    return NULL;
}

static int64_t number(const json_t *now, const char *name)
{
    return json_integer_value(json_object_get(now, name));
}

static void print_now(CmdContext *ctx, const json_t *now)
{
    const char *video = json_string_value(json_object_get(now, "video"));
    const char *audio = json_string_value(json_object_get(now, "audio"));
    const char *error = json_string_value(json_object_get(now, "last_error"));
    g_autofree char *since = cmd_time_of(ctx, json_object_get(now, "connected_since"));
    g_autofree char *key = cmd_time_of(ctx, json_object_get(now, "last_key"));
    g_autofree char *error_at = cmd_time_of(ctx, json_object_get(now, "last_error_at"));
    printf("        %s, %s, %" PRId64 "x%" PRId64 ", %.1f pictures/s, %.2f Mbit/s\n",
           video ? video : "no picture yet", audio ? audio : "silent", number(now, "width"),
           number(now, "height"), json_number_value(json_object_get(now, "frame_rate")),
           (double)number(now, "bitrate") / 1e6);
    printf("        connected since %s, %" PRId64 " restarts, last key frame %s\n", since,
           number(now, "restarts"), key);
    printf("        recorded %" PRId64 " pictures, %.1f MB", number(now, "recorded_pictures"),
           (double)number(now, "recorded_bytes") / 1e6);
    if (json_is_integer(json_object_get(now, "packets_lost")))
        printf(", %" PRId64 " packets lost", number(now, "packets_lost"));
    if (json_is_integer(json_object_get(now, "clock_offset_us")))
        printf(", camera's clock off by %.1f ms", (double)number(now, "clock_offset_us") / 1e3);
    printf("\n");
    if (error)
        printf("        last error %s: %s\n", error_at, error);
}

/* Adds "now" to each stream of @camera: the recorder's numbers, null if it does not answer. */
static void add_now(CmdContext *ctx, json_t *camera)
{
    g_autoptr(json_t) told = idx_link_streams(ctx->options.home, IDX_LINK_QUICK_US);
    size_t i = 0;
    json_t *stream = NULL;
    json_array_foreach(json_object_get(camera, "streams"), i, stream)
    {
        json_t *now = find_now(ctx, told, json_string_value(json_object_get(camera, "id")),
                               json_string_value(json_object_get(stream, "name")));
        json_object_set_new(stream, "now", now ? now : json_null());
    }
}

bool cmd_camera_show(CmdContext *ctx, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(ctx->cat, cmd_arg(ctx, 0), error);
    g_autoptr(json_t) json =
        camera ? idx_listing_camera(ctx->cat, camera, ctx->now_us, error) : NULL;
    if (!json)
        return false;
    add_now(ctx, json);
    if (ctx->options.json) {
        cmd_print_json(g_steal_pointer(&json));
        return true;
    }
    print_camera(ctx, json);
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        printf("  %s  %s%s%s\n", stream->name, stream->url,
               stream->has_credentials ? "  (with a password)" : "",
               stream->record ? "" : "  (live only)");
        const json_t *now =
            json_object_get(json_array_get(json_object_get(json, "streams"), i), "now");
        if (json_is_object(now))
            print_now(ctx, now);
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
