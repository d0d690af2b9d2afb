// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/meet/ice.h"

#include <string.h>

static char *body_text(const ApiRequest *request, GError **error)
{
    const GByteArray *body = request->body; // NULL: it came without one
    if (body != NULL && body->len > 0 && memchr(body->data, 0, body->len) == NULL &&
        g_utf8_validate((const char *)body->data, (gssize)body->len, NULL))
        return g_strndup((const char *)body->data, body->len);
    mj_error_set(error, MJ_ERROR_INVALID, "the body is no SDP");
    return NULL;
}

static bool names(const char *sdp, const char *coding)
{
    g_autofree char *lower = g_ascii_strdown(sdp, -1);
    return strstr(lower, coding) != NULL;
}

/* As far as a look tells; the recorder reads all of it. */
static bool may_be_recorded(const char *sdp, GError **error)
{
    bool sends = strstr(sdp, "\na=sendonly") != NULL || strstr(sdp, "\na=sendrecv") != NULL ||
                 (strstr(sdp, "\na=recvonly") == NULL && strstr(sdp, "\na=inactive") == NULL);
    if (!sends)
        return mj_error_set(error, MJ_ERROR_INVALID, "what a party sends is offered as a=sendonly");
    return names(sdp, " h264/90000") || names(sdp, " vp8/90000") ||
           mj_error_set(
               error, MJ_ERROR_INVALID,
               "the offer has no picture that is recorded here: it must have H.264 or VP8");
}

/* The recorder reads the offer, but has a leg to read it for only when the session has begun: what is no offer at all,
 * cannot be recorded, or finds no recorder, is not to begin one. */
static bool may_begin(ApiRequest *request, const IdxMeetLeg *leg, const char *sdp, GError **error)
{
    if (leg->camera != NULL)
        return true;
    bool offers = g_str_has_prefix(sdp, "v=0") && strstr(sdp, "\nm=") != NULL &&
                  strstr(sdp, "\na=ice-ufrag:") != NULL && strstr(sdp, "\na=fingerprint:") != NULL;
    return offers ? may_be_recorded(sdp, error) && api_meeting_recorder_runs(request, error)
                  : mj_error_set(error, MJ_ERROR_INVALID,
                                 "the body is no offer of WebRTC: it needs media, ice-ufrag and "
                                 "fingerprint");
}

static bool add_links(ApiRequest *request, GError **error)
{
    g_autoptr(IdxIce) ice = idx_ice_read(request->context->home, error);
    g_autoptr(GPtrArray) links = ice != NULL ? idx_ice_links(ice) : NULL;
    for (guint i = 0; links != NULL && i < links->len; i++)
        api_reply_header(request, MHD_HTTP_HEADER_LINK, links->pdata[i]);
    return ice != NULL;
}

static bool reply(ApiRequest *request, const json_t *answer, GError **error)
{
    const char *id = json_string_value(json_object_get(answer, "id"));
    const char *sdp = json_string_value(json_object_get(answer, "sdp"));
    if (id == NULL || sdp == NULL)
        return mj_error_set(error, MJ_ERROR_FAILED, "the recorder answers with something else");
    g_autofree char *location = g_strdup_printf("/api/v1/sessions/%s/legs/%s/connections/%s",
                                                request->values[0], request->values[1], id);
    g_autoptr(GBytes) bytes = g_bytes_new(sdp, strlen(sdp));
    api_reply_bytes(request, MHD_HTTP_CREATED, bytes, "application/sdp", API_CACHE_NONE, NULL);
    api_reply_header(request, MHD_HTTP_HEADER_LOCATION, location);
    g_autofree char *etag = g_strdup_printf("\"%s\"", id);
    api_reply_header(request, MHD_HTTP_HEADER_ETAG, etag);
    return add_links(request, error);
}

/* The leg of the address, after a look at whether @party may do there what it wants. */
static const IdxMeetLeg *find_leg(const ApiRequest *request, const IdxMeet *meet, const char *party,
                                  bool sends, GError **error)
{
    const IdxMeetLeg *leg = idx_meet_leg(meet, request->values[1]);
    const IdxMeetLeg *own = idx_meet_leg(meet, party);
    bool same = strcmp(party, request->values[1]) == 0;
    if (leg == NULL)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "session %s has no leg %.64s", meet->session,
                     request->values[1]);
    else if (sends && !same)
        mj_error_set(error, MJ_ERROR_DENIED, "this join link is of leg %s", party);
    else if (!sends && same)
        mj_error_set(error, MJ_ERROR_CONFLICT, "a party watches the other legs, not its own");
    else if (own == NULL || own->consent_us == 0)
        mj_error_set(error, MJ_ERROR_CONFLICT,
                     "the party of leg %s has not agreed to the recording yet", party);
    else if (!sends && leg->camera == NULL)
        mj_error_set(error, MJ_ERROR_CONFLICT, "leg %s of session %s is not there yet", leg->code,
                     meet->session);
    else
        return leg;
    return NULL;
}

/* NULL: it has no name, or none that could be told on. */
static const char *page_of(const ApiRequest *request)
{
    const char *page = request->headers.page;
    return page != NULL && g_utf8_validate(page, -1, NULL) ? page : NULL;
}

static bool offer(ApiRequest *request, bool sends, GError **error)
{
    const char *session = request->values[0];
    const char *party = api_meeting_party(request);
    g_autofree char *sdp = body_text(request, error);
    g_autoptr(IdxMeet) meet = sdp != NULL ? idx_meet_get(request->cat, session, error) : NULL;
    const IdxMeetLeg *asked = meet != NULL ? find_leg(request, meet, party, sends, error) : NULL;
    if (asked == NULL ||
        (sends && (!may_begin(request, asked, sdp, error) ||
                   !idx_meet_open_leg(request->cat, session, party, request->now_us, error))))
        return false;
    g_autoptr(IdxMeet) opened = idx_meet_get(request->cat, session, error);
    const IdxMeetLeg *leg = opened != NULL ? idx_meet_leg(opened, request->values[1]) : NULL;
    if (leg == NULL)
        return false;
    json_t *ask = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:b, s:s?, s:b}", "do", "offer", "session",
        session, "leg", leg->code, "camera", leg->camera, "stream_id", (json_int_t)leg->stream_id,
        "as", sends ? "whip" : "whep", "who", party, "sdp", sdp, "terminal", leg->pulled, "page",
        page_of(request), "takes", g_strcmp0(request->headers.takes, "true") == 0);
    g_autoptr(GError) failed = NULL;
    g_autoptr(json_t) answer = api_meeting_ask(request, leg->stream_id, ask, &failed);
    if (!sends && mj_error_is(failed, MJ_ERROR_UNSUPPORTED))
        return api_problem_set(error, API_PROBLEM_CODING, "%s", failed->message);
    if (mj_error_is(failed, MJ_ERROR_EXISTS))
        return api_problem_set(error, API_PROBLEM_TAKEN, "%s", failed->message);
    if (failed != NULL)
        g_propagate_error(error, g_steal_pointer(&failed));
    return answer != NULL && reply(request, answer, error);
}

bool api_post_whip(ApiRequest *request, GError **error)
{
    return offer(request, true, error);
}

bool api_post_whep(ApiRequest *request, GError **error)
{
    return offer(request, false, error);
}

/* --- what was answered ------------------------------------------------------------------------- */

static bool change(ApiRequest *request, const char *what, const char *fragment, GError **error)
{
    const char *session = request->values[0];
    api_meeting_party(request); // for the audit log
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    const IdxMeetLeg *leg = meet != NULL ? idx_meet_leg(meet, request->values[1]) : NULL;
    if (meet != NULL && (leg == NULL || leg->camera == NULL))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no such connection");
    if (leg == NULL)
        return false;
    json_t *ask = json_pack("{s:s, s:s, s:s, s:s, s:s?}", "do", what, "session", session, "leg",
                            leg->code, "id", request->values[2], "fragment", fragment);
    g_autoptr(json_t) answer = api_meeting_ask(request, leg->stream_id, ask, error);
    if (answer == NULL)
        return false;
    api_reply_empty(request, fragment != NULL ? MHD_HTTP_NO_CONTENT : MHD_HTTP_OK);
    return true;
}

bool api_patch_connection(ApiRequest *request, GError **error)
{
    g_autofree char *fragment = body_text(request, error);
    g_autoptr(GError) failed = NULL;
    if (fragment == NULL)
        return false;
    if (change(request, "candidates", fragment, &failed))
        return true;
    if (mj_error_is(failed, MJ_ERROR_UNSUPPORTED))
        return api_problem_set(error, API_PROBLEM_RESTART, "%s", failed->message);
    g_propagate_error(error, g_steal_pointer(&failed));
    return false;
}

bool api_delete_connection(ApiRequest *request, GError **error)
{
    return change(request, "hang_up", NULL, error);
}
