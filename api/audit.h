// SPDX-License-Identifier: GPL-3.0-or-later
/* What the audit log is told of requests: who saw, sought or was refused what, before the answer leaves.
 *
 * The route table says what of each address (ApiRouteAudit). The handler says what it was about
 * (api_audit_object …); the dispatcher does the rest. What changes the catalogue is told by index/ in the
 * transaction of the change, on behalf of the actor that api_audit_begin() names; then nothing is added
 * here. If the row cannot be written, nothing is shown: the answer is 503.
 *
 * Few rows, and none missing. A row stands before the answer for each search and each stretch of footage that no row of
 * the same kind (same person, address, reason, subject or camera, result) names already, and for whatever is done (a
 * sign-in, a clip that is made), each time: the request waits for the commit, which it shares with whoever else waits
 * then. Who types a name leaves a row for each search that the page made of it; a playlist names the stretch that its
 * segments are of, and a row about a still picture the minute around it ("around" in its detail), so that scrubbing
 * leaves a row a minute of footage. What a row names already is counted and told of in one row when
 * API_AUDIT_PERIOD_US are over: how often, which spans of time, which searches. So the parts of a segment that a player
 * asks for, 200 kB each, leave one row. Of what is refused the same again is counted whatever its times were, so that a
 * broken program leaves no log of millions.
 *
 * How safe. A commit here does not wait for the disk; within a second one sync does for all. 3000 finds
 * of as many subjects, one after another, each with a row of its own: 0.34 ms at the median and 4.2 ms at
 * p99 for the whole request, on a disk that takes 3.4 ms for a sync.
 * The end of this process loses no row that was waited for; a power cut may lose those of the last second.
 * The end of this process by SIGKILL loses what was being counted: that what a row names was seen or sought again,
 * and how often; which stills within a minute that a row names; how many events a source delivered (the events
 * are in the catalogue, and the first delivery has its row); how often somebody was refused again.
 *
 * Any thread. One thread of its own writes, with a connection of its own. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"

#define API_AUDIT_PERIOD_US (5 * MJ_MINUTE_US)

/* How often the head of the log is said in ours, which systemd keeps elsewhere. */
#define API_AUDIT_HEAD_US MJ_HOUR_US

ApiAudit *api_audit_new(const char *home, const MjClock *clock, GError **error);

/* Tells what was being counted, and syncs. After the server has stopped. */
void api_audit_free(ApiAudit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiAudit, api_audit_free)

/* Takes what is in @note (audit_entry.h). @wait: returns when its row is written, or false with @error. */
bool api_audit_put(ApiAudit *audit, ApiNote *note, bool wait, GError **error);

/* Takes what is in @note and counts it, if a row names what it is about. False if there is none,
 * so that api_audit_put() has to; @note is as it was then. Does not wait. */
bool api_audit_count(ApiAudit *audit, ApiNote *note);

// ── for handlers: all is copied ──

/* What was asked for, and then, once it is found, as it is called in truth; @day 0 if it has none. */
void api_audit_object(ApiRequest *request, const char *kind, const char *object, int day);

/* A place; @hall, which may be NULL, is told in the detail. */
void api_audit_place(ApiRequest *request, const char *code, const char *hall);

/* Which footage. */
void api_audit_span(ApiRequest *request, const char *camera, int64_t from_us, int64_t to_us);

/* What was typed. */
void api_audit_query(ApiRequest *request, const char *query);

/* How many events. */
void api_audit_counts(ApiRequest *request, int64_t accepted, int64_t duplicates, int64_t refused);

/* What else. Takes @detail. */
void api_audit_detail(ApiRequest *request, json_t *detail);

// ── for the dispatcher ──

/* Who acts on request->cat. */
void api_audit_begin(ApiRequest *request);

/* When there is a reply. @written: idx_audit_written() before the handler ran. Waits. */
void api_audit_end(ApiRequest *request, int64_t written);

/* When @request is about to be answered @status again, in the network loop: whether its row could be counted.
 * Does not wait. */
bool api_audit_again(ApiRequest *request, int status);

/* When a request was refused in the network loop. Does not wait. */
void api_audit_refused(ApiRequest *request);
