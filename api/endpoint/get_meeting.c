// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/meet/notice.h"
#include "index/meet/record.h"

bool api_get_meeting(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = api_meeting_json(request, request->values[0], error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

/* With the notice, which they are shown before anything else. */
bool api_get_party(ApiRequest *request, GError **error)
{
    json_t *notice = NULL;
    g_autoptr(json_t) json = api_meeting_json(request, request->values[0], error);
    if (json == NULL || !idx_notice_json(request->cat, NULL, &notice, error))
        return false;
    json_object_set_new(json, "notice", notice);
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

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
