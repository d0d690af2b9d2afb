// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/camera.h"

bool api_get_health(ApiRequest *request, GError **error)
{
    int64_t generation = 0;
    g_autoptr(GError) cause = NULL;
    if (!idx_camera_generation(request->cat, &generation, &cause)) {
        mj_log_warning(&request->log, "health: the catalogue cannot be read: %s", cause->message);
        api_reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                          "the catalogue cannot be read; the log says why under request %s",
                          request->id);
        return true;
    }
    g_autoptr(json_t) answer = json_pack("{s:s, s:s}", "status", "ok", "version", MJ_VERSION);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
