// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/second.h"
#include "index/account/user.h"

bool api_post_me_second(ApiRequest *request, GError **error)
{
    const char *name = request->identity.name;
    g_autofree char *secret = NULL;
    g_autofree char *uri = NULL;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with password", error);
    const char *password = body != NULL ? api_json_text(body, "password", 256, error) : NULL;
    api_audit_object(request, "user", name, 0);
    // a browser that was left open must not lock its owner out
    if (password == NULL || !idx_user_check_password(request->cat, name, password, error) ||
        !idx_second_begin(request->cat, name, &secret, &uri, error))
        return false;
    g_autoptr(json_t) answer = json_pack("{s:s, s:s}", "secret", secret, "uri", uri);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
