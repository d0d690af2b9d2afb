// SPDX-License-Identifier: GPL-3.0-or-later
/* Parties that are room terminals: which there are, which one a party is, and that it comes in. */
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/probe.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/notice.h"
#include "index/meet/terminal.h"

#include <string.h>

bool api_get_terminals(ApiRequest *request, GError **error)
{
    const char *place = api_request_query(request, "place");
    const char *node = api_request_query(request, "node");
    if (place == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "place is the code of the session's place");
    g_autoptr(json_t) json = idx_terminal_list_json(request->cat, place, node != NULL ? node : "",
                                                    request->now_us, error);
    json_t *notice = NULL;
    if (json == NULL || !idx_notice_json(request->cat, NULL, &notice, error))
        return false;
    json_object_set_new(json, "notice", notice); // which the clerk shows to whoever sits there
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

static bool reply(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) json = api_meeting_json(request, error);
    if (json == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, json);
    return true;
}

bool api_post_terminal(ApiRequest *request, GError **error)
{
    const char *session = request->values[0], *leg = request->values[1];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body = api_json_body(request, "an object with camera, or null", error);
    const json_t *camera = json_object_get(body, "camera");
    if (body == NULL)
        return false;
    if (!json_is_string(camera) && !json_is_null(camera))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "camera is the code of a room terminal, or null for a browser");
    return idx_terminal_set(request->cat, session, leg, json_string_value(camera), request->now_us,
                            error) &&
           reply(request, error);
}

/* What browsers cannot be shown is said before it is recorded. */
static bool check_found(const char *camera, const json_t *found, GError **error)
{
    const char *video = json_string_value(json_object_get(found, "video"));
    if (g_strcmp0(video, "h264") != 0)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "the room terminal %s sends %s, which browsers do not take in "
                            "meetings: set it to H.264",
                            camera, g_strcmp0(video, "hevc") == 0 ? "H.265" : video);
    if (json_is_true(json_object_get(found, "reorders")))
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "the room terminal %s sends B-frames, which browsers do not take in "
                            "meetings: switch them off, or set it to baseline profile",
                            camera);
    return true;
}

static bool look_at(ApiRequest *request, const char *camera, GError **error)
{
    json_t *ask = json_pack("{s:s, s:s, s:b}", "camera", camera, "stream", "main", "brief", true);
    g_autoptr(json_t) answer = api_probe(request->context->home, ask, error);
    if (answer == NULL)
        return false;
    const json_t *problem = json_object_get(answer, "problem");
    if (json_is_object(problem))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "the room terminal %s does not send: %s",
                            camera, json_string_value(json_object_get(problem, "detail")));
    return check_found(camera, json_object_get(answer, "found"), error);
}

static bool look_at_terminal(ApiRequest *request, const char *session, const char *code,
                             GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    const IdxMeetLeg *leg = meet != NULL ? idx_meet_leg(meet, code) : NULL;
    if (meet == NULL)
        return false;
    bool asked = leg != NULL && leg->terminal != NULL && meet->ended_us == 0;
    return !asked || look_at(request, leg->terminal, error); // else it is refused anyway
}

bool api_post_terminal_join(ApiRequest *request, GError **error)
{
    const char *session = request->values[0], *leg = request->values[1];
    api_audit_object(request, "session", session, 0);
    g_autoptr(json_t) body = api_json_body(request, "an object with consent_text_ver", error);
    const char *version = json_string_value(json_object_get(body, "consent_text_ver"));
    if (body == NULL)
        return false;
    if (version == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "consent_text_ver is the version of the notice that was shown");
    return look_at_terminal(request, session, leg, error) &&
           idx_terminal_join(request->cat, session, leg, version, request->identity.name,
                             request->now_us, error) &&
           reply(request, error);
}
