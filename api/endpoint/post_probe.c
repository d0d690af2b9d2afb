// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/probe.h"
#include "api/reply.h"
#include "index/base/redact.h"
#include "index/camera.h"

#define URL_MAX 2000 // fits a request of the capture socket

/* The address without its password is what the audit log is told. */
static void tell(ApiRequest *request, const char *url, const char *camera)
{
    g_autofree char *shown = NULL, *credentials = NULL;
    if (url != NULL)
        mj_url_split(url, &shown, &credentials);
    api_audit_object(request, "camera", camera, 0);
    api_audit_detail(request, json_pack("{s:s*}", "url", shown));
}

bool api_post_probe(ApiRequest *request, GError **error)
{
    const char *url = NULL, *camera = NULL, *stream = NULL;
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with url, or with camera and stream", error);
    if (body == NULL || !api_json_maybe(body, "url", URL_MAX, &url, error) ||
        !api_json_maybe(body, "camera", 64, &camera, error) ||
        !api_json_maybe(body, "stream", 16, &stream, error))
        return false;
    tell(request, url, camera);
    json_t *ask = json_pack("{s:s*, s:s*, s:s*}", "url", url, "camera", camera, "stream",
                            url == NULL && stream == NULL ? "main" : stream);
    g_autofree char *recorded = NULL;
    g_autoptr(json_t) answer = api_probe(request->context->home, ask, error);
    if (answer == NULL || (url != NULL && !idx_camera_of_url(request->cat, url, &recorded, error)))
        return false;
    json_object_set_new(answer, "recorded_by", json_pack("s?", recorded));
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
