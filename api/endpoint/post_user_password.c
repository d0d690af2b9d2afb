// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/user.h"

bool api_post_user_password(ApiRequest *request, GError **error)
{
    const char *name = request->values[0];
    g_autofree char *password = idx_password_random(error);
    api_audit_object(request, "user", name, 0);
    if (password == NULL || !idx_user_give_password(request->cat, name, password, error))
        return false;
    g_autoptr(json_t) answer = json_pack("{s:s, s:s}", "name", name, "password", password);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
