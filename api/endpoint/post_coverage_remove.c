// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/place.h"

/* What never was true. */
bool api_post_coverage_remove(ApiRequest *request, GError **error)
{
    int64_t at_us = 0;
    const char *place = request->values[0];
    const char *hall = NULL;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with camera", error);
    const char *camera = body != NULL ? api_json_text(body, "camera", 64, error) : NULL;
    api_audit_place(request, place, json_string_value(json_object_get(body, "hall")));
    return camera != NULL && api_json_maybe(body, "hall", 64, &hall, error) &&
           api_json_time(request, body, "at", INT64_MIN, &at_us, error) &&
           idx_coverage_remove_in(request->cat, hall, place, camera, at_us, request->now_us,
                                  error) &&
           api_json_reply_place(request, hall, place, MHD_HTTP_OK, error);
}
