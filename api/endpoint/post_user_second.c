// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/second.h"

bool api_post_user_second(ApiRequest *request, GError **error)
{
    api_audit_object(request, "user", request->values[0], 0);
    return idx_second_reset(request->cat, request->values[0], error) &&
           api_json_reply_user(request, request->values[0], MHD_HTTP_OK, error);
}
