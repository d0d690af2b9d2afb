// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/meet/record.h"

bool api_get_record(ApiRequest *request, GError **error)
{
    api_audit_object(request, "session", request->values[0], 0);
    g_autoptr(json_t) json =
        idx_meet_record_json(request->cat, request->values[0], request->now_us, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
