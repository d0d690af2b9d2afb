// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "api/still.h"
#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/mark/mark.h"

/* NULL if it is not there; @what it should be if it is something else. */
static bool read_text(const json_t *body, const char *name, bool required, const char **ret,
                      GError **error)
{
    const json_t *value = json_object_get(body, name);
    *ret = json_string_value(value);
    bool none = value == NULL || json_is_null(value);
    return (none ? !required : *ret != NULL) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s: a string%s", name,
                        required ? ", which must be there" : "");
}

static bool read_request(ApiRequest *request, const json_t *body, IdxMarkRequest *r, GError **error)
{
    const char *at = NULL;
    r->by = request->identity.name;
    if (!read_text(body, "camera", true, &r->camera, error) ||
        !read_text(body, "at", true, &at, error) ||
        !read_text(body, "kind", true, &r->kind, error) ||
        !read_text(body, "words", false, &r->words, error) ||
        !read_text(body, "place", false, &r->place, error) ||
        !read_text(body, "hall", false, &r->hall, error) ||
        !read_text(body, "key", false, &r->key, error))
        return false;
    if (r->words != NULL && *r->words == '\0')
        r->words = NULL;
    return mj_time_parse_rfc3339(at, &r->at_us, NULL) ||
           mj_error_set(error, MJ_ERROR_INVALID, "at: a time as 2026-11-22T09:31:05.120+08:00");
}

/* The stream that has the best pictures. */
static bool find_stream(IdxCatalogue *cat, const char *code, int64_t *ret_id, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, code, error);
    const IdxStream *best = NULL;
    for (guint i = 0; camera != NULL && i < camera->streams->len; i++) {
        const IdxStream *stream = g_ptr_array_index(camera->streams, i);
        if (best == NULL || (!best->record && stream->record))
            best = stream;
    }
    if (best != NULL)
        *ret_id = best->id;
    return best != NULL || (camera != NULL && mj_error_set(error, MJ_ERROR_NOT_FOUND,
                                                           "camera %s has no stream", code));
}

static bool add(ApiRequest *request, IdxMarkRequest *r, int64_t *ret_id, GError **error)
{
    int64_t stream_id = 0;
    ApiPicture picture = {0};
    if (!idx_mark_again(request->cat, r, ret_id, error))
        return false;
    if (*ret_id != 0) // the answer did not arrive
        return true;
    if (!idx_mark_check(request->cat, r, error) ||
        !find_stream(request->cat, r->camera, &stream_id, error) ||
        !api_still_fit(request->cat, stream_id, r->at_us, request->now_us, IDX_MARK_STILL_MAX,
                       &picture, error))
        return false;
    g_autoptr(GBytes) jpeg = picture.jpeg;
    r->jpeg = jpeg;
    r->at_us = picture.time_us;
    return idx_mark_add(request->cat, r, request->now_us, ret_id, error);
}

bool api_post_marks(ApiRequest *request, GError **error)
{
    IdxMarkRequest r = {0};
    int64_t id = 0;
    g_autoptr(json_t) body = api_json_body(
        request, "a JSON object with camera, at, kind, and words if there are some", error);
    if (body == NULL || !read_request(request, body, &r, error))
        return false;
    api_audit_span(request, r.camera, r.at_us, r.at_us);
    if (!idx_scope_check_camera(request->cat, r.camera, r.at_us, r.at_us, error) ||
        !add(request, &r, &id, error))
        return false;
    g_autoptr(json_t) answer = idx_mark_json(request->cat, id, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_CREATED, answer);
    return true;
}
