// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/user.h"

#define MAX_CHARACTERS 256

bool api_post_me_password(ApiRequest *request, GError **error)
{
    g_autofree char *cookie = api_request_cookie(request);
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with old and new", error);
    const char *old = body != NULL ? api_json_text(body, "old", MAX_CHARACTERS, error) : NULL;
    const char *new = old != NULL ? api_json_text(body, "new", MAX_CHARACTERS, error) : NULL;
    api_audit_object(request, "user", request->identity.name, 0);
    if (new == NULL ||
        !idx_user_change_password(request->cat, request->identity.name, old, new, cookie, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
