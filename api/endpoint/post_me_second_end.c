// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/second.h"

bool api_post_me_second_end(ApiRequest *request, GError **error)
{
    const char *name = request->identity.name;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with code", error);
    const char *code = body != NULL ? api_json_text(body, "code", 32, error) : NULL;
    api_audit_object(request, "user", name, 0);
    if (code == NULL || !idx_second_end(request->cat, name, code, request->now_us, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
