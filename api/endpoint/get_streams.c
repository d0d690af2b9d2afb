// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/list.h"
#include "index/account/scope.h"
#include "index/link/link.h"
#include "index/meter.h"

bool api_get_streams(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) told = idx_link_streams(request->context->home, IDX_LINK_QUICK_US);
    g_autoptr(json_t) answer = json_pack("{s:[]}", "streams");
    size_t i = 0;
    const json_t *stream = NULL;
    json_array_foreach(told, i, stream)
    {
        bool sees = false;
        json_t *now = idx_meter_public(stream, idx_catalogue_timezone(request->cat));
        const char *camera = json_string_value(json_object_get(now, "camera"));
        if (camera != NULL && !idx_scope_camera(request->cat, camera, request->now_us,
                                                request->now_us, &sees, error)) {
            json_decref(now);
            return false;
        }
        if (!sees)
            g_clear_pointer(&now, json_decref);
        if (now != NULL)
            json_array_append_new(json_object_get(answer, "streams"), now);
    }
    return api_reply_list(request, answer, "streams", "camera", "stream", error);
}
