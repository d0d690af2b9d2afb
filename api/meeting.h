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
 * Who offers may say which page it is (Mingjing-Page, of its own making). While the party's connection is lively another
 * page is refused (409 "taken"), unless it says that it takes over (Mingjing-Take-Over: true); see capture/meet/leg.h.
 *
 * Offers are slow compared with everything else: they have a lane of their own, and each link as many as a page makes that
 * tries again and again to come back (API_RATE_OFFER of limit.h). Links are told apart: whoever floods one is refused, and
 * nobody who has another. What is over gets 429, or 503 where the lane is full. Any thread. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"
#include "index/meet/meet.h"

#define API_MEETING_ANSWER_US INT64_C(10000000) // a recorder that just starts takes seconds

/* The leg that the request's token joins, of a route that takes join tokens (IDX_MAY_JOIN). Valid as long as
 * the request. */
const char *api_meeting_party(ApiRequest *request);

/* The party, if the address names its own leg: MJ_ERROR_DENIED. */
const char *api_meeting_own(ApiRequest *request, GError **error);
/* The same, if it is no citizen: who may promise and mark. */
const char *api_meeting_staff(ApiRequest *request, GError **error);

/* MJ_ERROR_BUSY: nobody would record a meeting now. */
bool api_meeting_recorder_runs(ApiRequest *request, GError **error);

/* Asks the recorder that has @stream_id; takes @ask. Its answer (new reference). */
json_t *api_meeting_ask(ApiRequest *request, int64_t stream_id, json_t *ask, GError **error);

/* What recorders say of the session's legs: an array, empty if none answers. They are told which are room terminals.
 * New reference. */
json_t *api_meeting_legs(ApiRequest *request, const IdxMeet *meet);

/* The session that the address names, as schema Meeting of api/openapi.yaml, with what recorders say of its legs.
 * MJ_ERROR_NOT_FOUND. New reference. */
json_t *api_meeting_json(ApiRequest *request, GError **error);
