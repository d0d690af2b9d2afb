// SPDX-License-Identifier: GPL-3.0-or-later
/* The citizen's rating. Their join link stands for them, also when the session is over and it joins nothing more:
 * api_auth_rater() has looked at it before. */
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/rate.h"

#define FORM "an object with evalevel, and evacontent if there are words"

bool api_post_rating(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    if (body == NULL)
        return false;
    const json_t *level = json_object_get(body, "evalevel");
    const json_t *words = json_object_get(body, "evacontent");
    if (!json_is_integer(level) || (words != NULL && !json_is_string(words)))
        return mj_error_set(error, MJ_ERROR_INVALID, "the body should be " FORM);
    if (!idx_rate(request->cat, session, api_request_bearer(request), json_integer_value(level),
                  json_string_value(words), request->now_us, error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
