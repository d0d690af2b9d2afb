// SPDX-License-Identifier: GPL-3.0-or-later
/* One continuous timeline out of the timestamps of one track.
 *
 * RTP timestamps run evenly, but what libav makes of them can jump: when the first RTCP report of a
 * track arrives it moves to the reports' scale, and it follows each correction of the camera's
 * clock; some cameras restart their timestamps. A jump is taken out, so that what was a frame later
 * stays a frame later; the camera's own time still says what it says (the packet's wall clock), and
 * clock_map.h looks after that. What is a jump, and what is not:
 *
 *   forward   the timestamp runs ahead of the arrival times, further than it ever was: no packet
 *             arrives before it was made
 *   back      by more than CAP_PTS_JUMP_US; or by more than CAP_PTS_BACK_US in a stream whose
 *             pictures do not overtake each other (no B-frames among the first CAP_PTS_LEARN)
 *   late      a packet that comes later than its timestamp says was held up on its way, and so are
 *             those that come in a burst after it: no jump, however long it took
 *
 * Whoever is not known to keep time (foreign, as a party of a meeting) may let its timestamps run fast or slowly, or
 * creep by less than what is a jump, and within one file time is what this line says. So the line stays near the
 * arrival times, whatever is told:
 *
 *   fast      no packet is further ahead than CAP_PTS_FOREIGN_US of where the first one put it, and a thousandth of the
 *             time that passed, which good clocks may need; what is, is put there
 *   slow      when all that came for CAP_PTS_LATE_US is late by more than CAP_PTS_FOREIGN_US, the line is moved on, by that
 *             much with each packet
 *   back      not by more than CAP_PTS_JUMP_US in all, below the latest so far
 *
 * So it is never behind by more than CAP_PTS_BEHIND_US, and the time between two packets.
 *
 * What is held up on its way for less than CAP_PTS_LATE_US keeps its place, as above.
 *
 * Pure; one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAP_PTS_JUMP_US INT64_C(1000000)
#define CAP_PTS_AHEAD_US INT64_C(300000) // further ahead of the arrival is a jump forward
#define CAP_PTS_BACK_US INT64_C(100000)
#define CAP_PTS_LEARN 50
#define CAP_PTS_FOREIGN_US INT64_C(1000000) // as CAP_CLOCK_FOREIGN_US
#define CAP_PTS_LATE_US INT64_C(5000000)    // as CAP_CLOCK_LATE_US
#define CAP_PTS_BEHIND_US (CAP_PTS_LATE_US + CAP_PTS_FOREIGN_US + CAP_PTS_JUMP_US)

typedef struct CapPtsLine {
    bool rescales; // set by the user: the first report changes the scale (libav: more than one
                   // track)
    bool foreign;  // set by the user: whoever sends need not keep time
    bool started, stepped;
    bool had_wall;
    bool overtakes;   // pictures come in another order than they are shown in
    int count;        // packets so far, up to CAP_PTS_LEARN
    int64_t shift_us; // added to what came in
    int64_t last_us;  // the last result
    int64_t step_us;  // between the last two, if stepped
    int64_t arrival_us;
    int64_t least_us; // arrival less result of those that came without delay
    /* if foreign */
    int64_t floor_us; // no arrival less result is below
    int64_t peak_us;  // the latest result
    bool is_late;
    int64_t late_since_us; // arrival
} CapPtsLine;

/* The timestamp for the timeline, which begins at 0. @has_wall: the packet carries the camera's
 * time. @arrival_us on a clock that does not step. */
int64_t cap_pts_line_add(CapPtsLine *line, int64_t pts_us, int64_t arrival_us, bool has_wall);
