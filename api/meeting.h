// SPDX-License-Identifier: GPL-3.0-or-later
/* Signalling of meetings: who may offer, how often, and the way to the recorder that has the leg.
 *
 * Parties come with a join token ("Authorization: Bearer …"), which is of one leg of one session and of
 * nothing else (index/meet/meet.h). Addresses are WHIP's (RFC 9725) for who sends and WHEP's for who
 * watches a leg:
 *
 *   POST   …/sessions/{id}/legs/{leg}/consent   the notice was shown, and its version agreed to
 *   POST   …/sessions/{id}/legs/{leg}/whip      201, the answer, Location, Link for each ICE server
 *   POST   …/sessions/{id}/legs/{leg}/whep      the same; 409 until the leg sends
 *   PATCH  Location   trickled candidates: 204. An ICE restart is not done: offer anew instead
 *   DELETE Location   ends the connection
 *
 * Offers are slow compared with everything else, and anybody may send them: they have a lane of their own,
 * and a bucket of API_MEETING_BURST that fills by API_MEETING_RATE a second, before a token is even looked
 * at. What is over gets 429 at once. Any thread. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"
#include "index/meet/meet.h"

#define API_MEETING_RATE 20
#define API_MEETING_BURST 60
#define API_MEETING_ANSWER_US INT64_C(10000000) // a recorder that just starts takes seconds

typedef struct ApiMeeting ApiMeeting;

ApiMeeting *api_meeting_new(void);
void api_meeting_free(ApiMeeting *meeting); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiMeeting, api_meeting_free)

/* True if one more may come at @mono_us. */
bool api_meeting_admits(ApiMeeting *meeting, int64_t mono_us);

/* Takes the request's place in the bucket; else it is answered with 429, and false returned. */
bool api_meeting_enter(ApiRequest *request);

/* The leg of the session in the address that the request's token joins; the request is that party's from
 * here on. NULL with MJ_ERROR_DENIED. Caller frees. */
char *api_meeting_party(ApiRequest *request, GError **error);

/* Asks the recorder that has @stream_id; takes @ask. Its answer (new reference). */
json_t *api_meeting_ask(ApiRequest *request, int64_t stream_id, json_t *ask, GError **error);

/* Tells every recorder that the session is over. What one says does not matter. */
void api_meeting_end(ApiRequest *request, const char *session);

/* What recorders say of the session's legs: an array, empty if none answers. New reference. */
json_t *api_meeting_legs(ApiRequest *request, const char *session);
