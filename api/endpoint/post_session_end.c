// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/meet/hang_up.h"
#include "index/meet/meet.h"

bool api_post_session_end(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body =
        api_json_body(request, "an object, with reason if there is one", error);
    if (body == NULL ||
        !idx_meet_end(request->cat, session, json_string_value(json_object_get(body, "reason")),
                      request->now_us, error))
        return false;
    idx_meet_hang_up(request->cat, request->context->home, session, NULL);
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    if (meet == NULL)
        return false;
    g_autoptr(json_t) json = idx_meet_json(meet, idx_catalogue_timezone(request->cat));
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
