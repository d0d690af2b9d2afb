// SPDX-License-Identifier: GPL-3.0-or-later
/* What the live loop needs and may wait for a disk: who may see what, the audit log, where a stream is,
 * what state all are in and who is served where. One thread with a connection to the catalogue.
 *
 * The loop asks; when an answer is there its wake function is called, and it takes it. Order of answers
 * is that of the questions, but for links to recorders, for which every tile of a wall waits: they come first.
 *
 * What the audit log has: a row when a camera comes on a page, before its first picture is sent (none,
 * no picture), and how long it was looked at when it leaves, both as audit/audit.h counts them. */
#pragma once

#include "api/live/guest.h"
#include "api/live/sight.h"
#include "index/link/link.h"

typedef enum {
    API_DESK_ADMIT,   // may @guest see @camera, and which recorder has it
    API_DESK_LEFT,    // @guest saw @camera from @from_us to @to_us; no answer
    API_DESK_LOCATE,  // which recorder has @camera
    API_DESK_RECHECK, // is @guest still signed in, and what may they see
    API_DESK_CONNECT, // a link to the recorder @shard
    API_DESK_LOOK,    // states, and who is served; the latter if @tile or if it may be new
} ApiDeskWhat;

typedef struct ApiDeskJob {
    ApiDeskWhat what;
    uint64_t viewer; // whose, and which tile's: given back
    uint16_t tile;
    ApiGuest *guest;
    char *camera, *stream;
    int64_t from_us, to_us;
    int shard; // CONNECT, < 0 = to the transcoder; answer of ADMIT and LOCATE: 0 = no recorder is known to have it

    GError *error;            // the answer is no
    IdxLink *link;            // of CONNECT
    ApiSight *sight;          // of RECHECK: NULL = everything
    json_t *states, *serving; // of LOOK: arrays as protocol.h has them; serving NULL: as before
} ApiDeskJob;

void api_desk_job_free(ApiDeskJob *job); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiDeskJob, api_desk_job_free)

typedef struct ApiDesk ApiDesk;

/* @wake(@data) is called from the desk's thread when an answer is there. */
ApiDesk *api_desk_new(const char *home, const MjClock *clock, void (*wake)(void *data), void *data,
                      GError **error);
/* Works off what was asked, of which nobody takes the answers. NULL is allowed. */
void api_desk_free(ApiDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiDesk, api_desk_free)

/* Takes @job. The loop bounds how many there are: a tile has one, a recorder, and the look. */
void api_desk_ask(ApiDesk *desk, ApiDeskJob *job);
/* An answer for the caller to free; NULL if there is none now. */
ApiDeskJob *api_desk_take(ApiDesk *desk);
