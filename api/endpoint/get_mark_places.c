// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/mark/mark.h"

bool api_get_mark_places(ApiRequest *request, GError **error)
{
    const char *camera = api_request_query(request, "camera");
    int64_t at_us = 0;
    if (camera == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "camera: its code must be given");
    if (!api_request_time(request, "at", &at_us, error))
        return false;
    api_audit_span(request, camera, at_us, at_us);
    if (!idx_scope_check_camera(request->cat, camera, at_us, at_us, error))
        return false;
    g_autoptr(json_t) answer = idx_mark_places_json(request->cat, camera, at_us, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
