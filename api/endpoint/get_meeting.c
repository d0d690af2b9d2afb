// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"

bool api_get_meeting(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = api_meeting_json(request, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}
