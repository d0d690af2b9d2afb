// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/place.h"

bool api_post_places(ApiRequest *request, GError **error)
{
    const char *name = NULL;
    const char *hall = NULL;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with code and name", error);
    const char *code = body != NULL ? api_json_text(body, "code", 80, error) : NULL;
    api_audit_place(request, code, json_string_value(json_object_get(body, "hall")));
    return code != NULL && api_json_maybe(body, "hall", 64, &hall, error) &&
           api_json_maybe(body, "name", 200, &name, error) &&
           idx_place_add_in(request->cat, hall, code, name, error) &&
           api_json_reply_place(request, hall, code, MHD_HTTP_CREATED, error);
}
