// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/camera_form.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/link/place_link.h"
#include "index/place.h"

/* At one moment: no longer the one, from then on the other. */
static bool move(ApiRequest *request, const char *hall, const char *from, const char *to,
                 int64_t at_us, GError **error)
{
    const char *code = request->values[0];
    return idx_coverage_end(request->cat, hall, from, code, at_us, request->now_us, error) &&
           idx_coverage_add_in(request->cat, hall, to, code, at_us, INT64_MAX, request->now_us,
                               error);
}

bool api_post_camera_move(ApiRequest *request, GError **error)
{
    int64_t at_us = 0;
    const char *hall = NULL;
    const char *code = request->values[0];
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with from and to", error);
    const char *from = body != NULL ? api_json_text(body, "from", 80, error) : NULL;
    const char *to = from != NULL ? api_json_text(body, "to", 80, error) : NULL;
    api_audit_object(request, "camera", code, 0);
    if (to == NULL || !api_json_time(request, body, "at", request->now_us, &at_us, error) ||
        !api_json_maybe(body, "hall", 64, &hall, error) || !idx_begin(request->cat, error))
        return false;
    if (!move(request, hall, from, to, at_us, error)) {
        idx_rollback(request->cat);
        return false;
    }
    return idx_commit(request->cat, error) &&
           idx_place_link_run(request->cat, request->now_us, NULL, NULL, NULL, error) &&
           api_camera_reply(request, code, MHD_HTTP_OK, error);
}
