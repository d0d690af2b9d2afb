// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/meet/notice.h"

/* With the notice, which they are shown before anything else. */
bool api_get_party(ApiRequest *request, GError **error)
{
    json_t *notice = NULL;
    g_autoptr(json_t) json = api_meeting_json(request, error);
    if (json == NULL || !idx_notice_json(request->cat, NULL, &notice, error))
        return false;
    json_object_set_new(json, "notice", notice);
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
