// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/camera.h"
#include "index/state.h"

static json_t *stream_json(const ApiRequest *request, const IdxStream *stream, GError **error)
{
    g_autoptr(IdxState) state = idx_state_get(request->cat, stream->id, request->now_us, error);
    if (state == NULL) {
        return NULL;
    }
    return json_pack("{s:s, s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:i, s:i}", "name", stream->name,
                     "url", stream->url, "record", stream->record, "state", state->state, "since",
                     api_json_time(state->since_us, idx_catalogue_timezone(request->cat)), "detail",
                     mj_json_string(state->detail), "video", mj_json_string(state->video), "audio",
                     mj_json_string(state->audio), "width", state->width, "height", state->height);
}

static json_t *camera_json(const ApiRequest *request, const IdxCamera *camera, GError **error)
{
    g_autoptr(json_t) places = api_json_places_of(request->cat, camera->id, request->now_us, error);
    if (places == NULL) {
        return NULL;
    }
    g_autoptr(json_t) streams = json_array();
    for (guint i = 0; i < camera->streams->len; i++) {
        json_t *stream = stream_json(request, g_ptr_array_index(camera->streams, i), error);
        if (stream == NULL) {
            return NULL;
        }
        json_array_append_new(streams, stream);
    }
    return json_pack("{s:s, s:s, s:s, s:O, s:O}", "id", camera->code, "name", camera->name, "kind",
                     camera->kind, "places", places, "streams", streams);
}

bool api_get_cameras(ApiRequest *request, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(request->cat, false, error);
    if (cameras == NULL) {
        return false;
    }
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < cameras->len; i++) {
        json_t *camera = camera_json(request, g_ptr_array_index(cameras, i), error);
        if (camera == NULL) {
            return false;
        }
        json_array_append_new(list, camera);
    }
    g_autoptr(json_t) answer = json_pack("{s:O}", "cameras", list);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
