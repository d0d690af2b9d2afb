// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/login.h"

bool api_post_user_logout(ApiRequest *request, GError **error)
{
    const char *name = request->values[0];
    g_autoptr(IdxUser) user = idx_user_get(request->cat, name, error); // or there is none
    api_audit_object(request, "user", name, 0);
    return user != NULL && idx_logout_everywhere(request->cat, name, error) &&
           api_json_reply_user(request, name, MHD_HTTP_OK, error);
}
