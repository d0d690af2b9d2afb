// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"

#include <string.h>

#define FORM "an object with consent_text_ver"

bool api_post_consent(ApiRequest *request, GError **error)
{
    const char *party = api_meeting_party(request);
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    if (body == NULL)
        return false;
    const char *version = json_string_value(json_object_get(body, "consent_text_ver"));
    if (version == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "the body should be " FORM);
    if (strcmp(party, request->values[1]) != 0)
        return mj_error_set(error, MJ_ERROR_DENIED, "this join link is of leg %s", party);
    if (!idx_meet_consent(request->cat, request->values[0], party, version, request->now_us, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
