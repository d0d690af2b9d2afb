// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/token.h"

bool api_post_token_revoke(ApiRequest *request, GError **error)
{
    api_audit_object(request, "token", request->values[0], 0);
    if (!idx_token_revoke(request->cat, request->values[0], request->now_us, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
