// SPDX-License-Identifier: GPL-3.0-or-later
/* Where the next segment of a run lies on its stream's line of time.
 *
 * Segments of a stream never overlap, whatever the clocks did; but one that lies elsewhere, even
 * years ahead because a clock was wrong for a while, is no reason to put footage where it does not
 * belong:
 *   the true time is free     the segment starts there, also if that is before what was stored last
 *   it is taken               by the end of an earlier run, or by footage of a clock that was wrong:
 *                             the segment starts behind that, and its time is ahead by so much
 * Up to CAP_SLEW_BACK_US ahead is ordinary: clocks waver. More is told, as a note for a gap "clock".
 *
 * The catalogue is asked, over a connection opened for the question, at the beginning of a run and
 * when the clocks went back behind what this run has recorded. What this run has recorded itself is
 * known without asking, since the store may lag. One thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "index/base/log.h"

#define CAP_SLEW_BACK_US INT64_C(1000000)
#define CAP_ROOM_LEAST_US INT64_C(10000000) // a hole between segments that is shorter is none

typedef struct CapRoom { // free of segments: [from, to)
    int64_t from_us;
    int64_t to_us; // INT64_MAX if no segment follows
} CapRoom;

/* The first room at @at_us or behind the segments there. MJ_ERROR_…: the catalogue cannot be read. */
bool cap_room_find(const char *home, int64_t stream_id, int64_t at_us, CapRoom *ret,
                   GError **error);

typedef struct CapPlace { // of a run
    const char *home;     // set by the user, with what follows
    int64_t stream_id;
    const MjLog *log;
    /* private */
    CapRoom room;     // what may be recorded into; to_us 0 = not asked for yet
    int64_t chain_us; // since when this run records without having gone back
    CapRoom taken;    // known to be
} CapPlace;

typedef struct CapBoundary {
    int64_t start_us; // of the next segment
    int64_t end_us;   // of the one before
    int64_t off_us;   // the clock less the start
    char *note;       // what to tell of it; NULL if nothing
} CapBoundary;

void cap_boundary_clear(CapBoundary *boundary);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CapBoundary, cap_boundary_clear)

/* For a segment that follows none. The clock says @clock_us; what was stored last ends at @end_us. */
CapBoundary cap_place_begin(CapPlace *place, int64_t clock_us, int64_t end_us);

/* For one that follows. The open one ends at @natural_us, of which up to @room_us may be taken. */
CapBoundary cap_place_meet(CapPlace *place, int64_t clock_us, int64_t natural_us, int64_t room_us);

/* True if at @now_us a segment of another time comes near: the open one is to be closed. */
bool cap_place_ends(const CapPlace *place, int64_t now_us);

/* The first moment after @utc_us at which this stream changes files of @length_us. */
int64_t cap_place_cut(const CapPlace *place, int64_t length_us, int64_t utc_us);
