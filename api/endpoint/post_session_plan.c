// SPDX-License-Identifier: GPL-3.0-or-later
/* What becomes of a session that was planned: cancelled, moved to another slot, another join link. */
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/book.h"
#include "index/meet/hang_up.h"
#include "index/meet/meet.h"

static bool reply(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = idx_book_json(request->cat, request->values[0], error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

bool api_post_session_cancel(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body =
        api_json_body(request, "an object, with reason if there is one", error);
    return body != NULL &&
           idx_book_cancel(request->cat, session,
                           json_string_value(json_object_get(body, "reason")), request->now_us,
                           error) &&
           reply(request, error);
}

bool api_post_session_move(ApiRequest *request, GError **error)
{
    const char *session = request->values[0];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body = api_json_body(request, "an object with slot", error);
    if (body == NULL)
        return false;
    const json_t *slot = json_object_get(body, "slot");
    if (!json_is_integer(slot))
        return mj_error_set(error, MJ_ERROR_INVALID, "slot is the id of a free slot");
    return idx_book_move(request->cat, session, json_integer_value(slot), request->now_us, error) &&
           reply(request, error);
}

bool api_post_session_token(ApiRequest *request, GError **error)
{
    const char *session = request->values[0], *leg = request->values[1];
    api_audit_object(request, "session", session, 0);
    g_autofree char *token = idx_meet_token(request->cat, session, leg, request->now_us, error);
    if (token == NULL)
        return false;
    idx_meet_hang_up(request->cat, request->context->home, session, leg);
    g_autoptr(json_t) json =
        json_pack("{s:s, s:s, s:s}", "session", session, "leg", leg, "token", token);
    api_reply_json(request, MHD_HTTP_CREATED, json);
    return true;
}
