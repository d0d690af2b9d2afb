// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/camera.h"
#include "index/cmd/command.h"
#include "index/place.h"
#include "index/state.h"

#include <stdio.h>
#include <string.h>

/* The URL as given, or read from standard input for "-". */
static char *get_url(const char *given, GError **error)
{
    return g_strcmp0(given, "-") == 0 ? cmd_read_secret("URL", error) : g_strdup(given);
}

static json_t *stream_json(CmdContext *ctx, const IdxStream *stream, GError **error)
{
    g_autoptr(IdxState) state = idx_state_get(ctx->cat, stream->id, ctx->now_us, error);
    if (!state)
        return NULL;
    json_t *since = state->since_us
                        ? mj_json_time(state->since_us, idx_catalogue_timezone(ctx->cat))
                        : json_null();
    return json_pack("{s:s, s:s, s:b, s:s, s:s, s:o, s:o, s:o, s:o, s:i, s:i}", "name",
                     stream->name, "url", stream->url, "record", (int)stream->record, "sound",
                     stream->audio, "state", state->state, "since", since, "detail",
                     mj_json_string(state->detail), "video", mj_json_string(state->video), "audio",
                     mj_json_string(state->audio), "width", state->width, "height", state->height);
}

static json_t *places_json(CmdContext *ctx, const IdxCamera *camera, GError **error)
{
    g_autoptr(GPtrArray) codes = idx_coverage_places_of(ctx->cat, camera->id, ctx->now_us, error);
    if (!codes)
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < codes->len; i++)
        json_array_append_new(array, json_string(codes->pdata[i]));
    return array;
}

static json_t *camera_json(CmdContext *ctx, const IdxCamera *camera, GError **error)
{
    g_autoptr(json_t) streams = json_array();
    g_autoptr(json_t) places = places_json(ctx, camera, error);
    for (guint i = 0; places && i < camera->streams->len; i++) {
        json_t *stream = stream_json(ctx, camera->streams->pdata[i], error);
        if (!stream)
            return NULL;
        json_array_append_new(streams, stream);
    }
    return places ? json_pack("{s:s, s:s, s:s, s:b, s:O, s:O}", "id", camera->code, "name",
                              camera->name, "kind", camera->kind, "removed",
                              camera->removed_us != 0, "places", places, "streams", streams)
                  : NULL;
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

static void answer(CmdContext *ctx, json_t *json)
{
    g_autoptr(json_t) owned = json;
    size_t i = 0;
    const json_t *camera = NULL;
    if (ctx->options.json) {
        cmd_print_json(g_steal_pointer(&owned));
        return;
    }
    json_array_foreach(json_object_get(json, "cameras"), i, camera) print_camera(ctx, camera);
}

bool cmd_camera_list(CmdContext *ctx, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(ctx->cat, ctx->options.all, error);
    g_autoptr(json_t) array = json_array();
    for (guint i = 0; cameras && i < cameras->len; i++) {
        json_t *camera = camera_json(ctx, cameras->pdata[i], error);
        if (!camera)
            return false;
        json_array_append_new(array, camera);
    }
    if (cameras)
        answer(ctx, json_pack("{s:O}", "cameras", array));
    return cameras != NULL;
}

bool cmd_camera_show(CmdContext *ctx, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(ctx->cat, cmd_arg(ctx, 0), error);
    json_t *json = camera ? camera_json(ctx, camera, error) : NULL;
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
        printf("  %s  %s%s\n", stream->name, stream->url,
               stream->has_credentials ? "  (with a password)" : "");
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

bool cmd_camera_add(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_autofree char *url = get_url(cmd_arg(ctx, 1), error);
    return url &&
           idx_camera_add(ctx->cat, cmd_arg(ctx, 0), url, o->sub, o->name, o->kind, o->audio,
                          ctx->now_us, error) &&
           say(ctx, "added; recording begins within 2 s while mingjing-capture runs");
}

bool cmd_camera_set(CmdContext *ctx, GError **error)
{
    const CmdOptions *o = &ctx->options;
    g_autofree char *url = get_url(o->url, error);
    if (o->url && !url)
        return false;
    return idx_camera_set(ctx->cat, cmd_arg(ctx, 0), url, o->sub, o->name, o->kind, o->audio,
                          error) &&
           say(ctx, "changed");
}

bool cmd_camera_remove(CmdContext *ctx, GError **error)
{
    return idx_camera_remove(ctx->cat, cmd_arg(ctx, 0), ctx->now_us, error) &&
           say(ctx, "removed; its footage stays");
}
