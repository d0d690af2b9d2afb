// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/place.h"

bool api_post_place(ApiRequest *request, GError **error)
{
    const char *code = request->values[0];
    const char *hall = NULL;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with name", error);
    const char *name = body != NULL ? api_json_text(body, "name", 200, error) : NULL;
    api_audit_place(request, code, json_string_value(json_object_get(body, "hall")));
    return name != NULL && api_json_maybe(body, "hall", 64, &hall, error) &&
           idx_place_set_name_in(request->cat, hall, code, name, error) &&
           api_json_reply_place(request, hall, code, MHD_HTTP_OK, error);
}
