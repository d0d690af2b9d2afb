// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/camera_form.h"
#include "api/endpoint/endpoint.h"
#include "index/camera.h"

/* Its footage stays. */
bool api_post_camera_remove(ApiRequest *request, GError **error)
{
    const char *code = request->values[0];
    api_audit_object(request, "camera", code, 0);
    return idx_camera_remove(request->cat, code, request->now_us, error) &&
           api_camera_reply(request, code, MHD_HTTP_OK, error);
}
