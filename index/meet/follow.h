// SPDX-License-Identifier: GPL-3.0-or-later
/* What events say of sessions, carried out: another system plans them with the same events that we write.
 *
 *   scheduled   of another source: makes the session, with a citizen's and an official's leg, or while it has
 *               not begun moves it. data: session_id, room, slot_start and slot_end; topic, dept,
 *               official_ids, citizen_ref, ticket_no, approval_id, node_code where known. Join links are asked for here
 *               (idx_meet_token()): an event carries no secret
 *   cancelled   of another source: cancels it, if it has not begun. Of these two the newest that holds counts, whichever
 *               came first: an older one that comes late moves nothing, one that is cancelled (作废) is as if it had
 *               never been told
 *               A slot (slot.h) that a session had and is moved away from, or cancelled, is free again; and the slot of
 *               the place and time that it is planned for is its own, if that is free. When what overruled a plan of
 *               ours is cancelled, ours counts again
 *   started     of another source: official_ids, if it has any, are who sat there, whoever was planned
 *   promised    makes or corrects the promise (promise_told.h): promise_id, text, owner, due
 *   fulfilled   it is done: promise_id, proof
 *   rated       the citizen's rating (rate.h): evalevel; the last one counts
 *
 * What cannot be carried out (no room, a time that is none, a promise that has no day) changes
 * nothing: the event is kept as every event is, the session's record tells it, and whoever sent it is told so. */
#pragma once

#include "index/event/event.h"

/* Why nothing is carried out of what the event tells; NULL: something is, or nothing should be. Pure; caller frees. */
char *idx_meet_unfollowed(const IdxEvent *event);

/* For event/event.c: of an event that was just stored, in the open transaction. */
bool idx_meet_follow(IdxCatalogue *cat, const IdxEvent *event, int64_t now_us, GError **error);
