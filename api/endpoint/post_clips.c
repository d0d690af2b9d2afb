// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/clips.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/look.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/camera.h"

#include <string.h>

static const char *text_of(const json_t *body, const char *name)
{
    return json_string_value(json_object_get(body, name));
}

static bool read_time(const ApiRequest *request, const json_t *body, const char *name,
                      int64_t *ret_us, GError **error)
{
    const char *text = text_of(body, name);
    return (text && mj_time_parse(text, idx_catalogue_timezone(request->cat), request->now_us,
                                  ret_us, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s: a time as 2026-11-22T09:31:05+08:00", name);
}

static bool find_stream(const IdxCamera *camera, IdxClipAsk *ask, GError **error)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (strcmp(stream->name, ask->stream) == 0)
            ask->stream_id = stream->id;
    }
    return ask->stream_id != 0 ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no stream '%.32s'", camera->code,
                        ask->stream);
}

static bool read_ask(ApiRequest *request, const json_t *body, IdxClipAsk *ask, GError **error)
{
    ask->camera = text_of(body, "camera");
    ask->stream = text_of(body, "stream") ? text_of(body, "stream") : "main";
    ask->now_us = request->now_us;
    if (!ask->camera)
        return mj_error_set(error, MJ_ERROR_INVALID, "camera: the ID of a camera");
    if (!read_time(request, body, "from", &ask->from_us, error) ||
        !read_time(request, body, "to", &ask->to_us, error) ||
        !api_look(request, ask->camera, ask->from_us, ask->to_us, error))
        return false;
    g_autoptr(IdxCamera) camera = idx_camera_get(request->cat, ask->camera, error);
    return camera && find_stream(camera, ask, error);
}

bool api_post_clips(ApiRequest *request, GError **error)
{
    IdxClipAsk ask = {0};
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with camera, from and to", error);
    if (!body || !read_ask(request, body, &ask, error))
        return false;
    g_autofree char *owner = api_clips_owner(request);
    ApiClips *clips = request->context->clips;
    g_autofree char *id = api_clips_add(clips, owner, &ask, error);
    g_autoptr(json_t) told = id ? api_clips_json(clips, owner, id, error) : NULL;
    if (!told)
        return false;
    api_reply_json(request, MHD_HTTP_ACCEPTED, told);
    return true;
}
