// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/footage.h"

#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/camera.h"

bool api_footage_stream(const ApiRequest *request, int64_t *ret_stream_id, const char **ret_name,
                        GError **error)
{
    const char *asked = api_request_query(request, "stream");
    if (asked != NULL && !g_str_equal(asked, "main") && !g_str_equal(asked, "sub"))
        return mj_error_set(error, MJ_ERROR_INVALID, "stream: 'main' or 'sub'");
    const char *name = g_strcmp0(asked, "sub") == 0 ? "sub" : "main";
    g_autoptr(IdxCamera) camera = idx_camera_get(request->cat, request->values[0], error);
    if (camera == NULL)
        return false;
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = g_ptr_array_index(camera->streams, i);
        if (g_str_equal(stream->name, name)) {
            *ret_stream_id = stream->id;
            *ret_name = name;
            return true;
        }
    }
    return idx_scope_is_limited(request->cat) // may be one that is not for her
               ? mj_error_set(error, MJ_ERROR_NOT_FOUND, "no camera %.80s", camera->code)
               : mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no stream '%s'",
                              camera->code, name);
}
