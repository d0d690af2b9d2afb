// SPDX-License-Identifier: GPL-3.0-or-later
/* When was a picture taken, on the host's clock?
 *
 * Known of each picture: its place on the source's timeline (pts), when it arrived (host's clock)
 * and, if the camera sends RTCP sender reports, when it was taken by the camera's clock.
 *
 *   camera, in step   The smallest (arrival − camera's time) of the last minute lies within what
 *                     latency alone explains: the camera's clock is set to the host's (NTP, or the
 *                     same machine), and its times are taken as they are. A picture's time is
 *                     exact; what remains uncertain is how far the clocks differ, at most by that
 *                     smallest difference.
 *   camera, apart     Otherwise: the camera's time + that smallest difference. Too late by the
 *                     smallest latency.
 *                     In the first seconds that smallest may be a busy host's latency as well as a
 *                     clock that is off, and nobody can tell: the uncertainty is all of it then.
 *                     So always for whoever is not known to keep the host's time, as a party of a
 *                     meeting (cap_clock_map_distrust): one that is 400 ms off, or drifts by 100 ppm
 *                     for an hour, would seem to be in step, and legs would not be with one another.
 *                     Nor is it believed how fast time passes: one whose clock, or whose timestamps, run
 *                     slowly, or who sets it back a little with each report, would have the smallest
 *                     difference of the window be of long ago, and its pictures taken long before
 *                     they came. When all that came for CAP_CLOCK_LATE_US is later than that difference
 *                     explains by more than CAP_CLOCK_FOREIGN_US, when it arrived is what counts: the windows are
 *                     emptied, as by a step. So is a way that became longer by so much all the while. (None runs
 *                     fast: what is ahead of its arrival is a step, or taken out before, pts_line.h.)
 *   arrival           The camera tells no time: pts + the smallest (arrival − pts). The same error.
 *
 * The path. Where it was measured how long a packet is on its way (half of the least round trip,
 * cap_clock_map_path), that is taken off a time that is too late by the smallest latency. What
 * remains uncertain is how that splits: all of the way may lie in one direction; and what a sender
 * takes to code and send at least (CAP_CLOCK_SENDER_US).
 *
 * The smallest of a window forgets after CAP_CLOCK_WINDOW_S, so drift between the clocks is
 * followed. A step of the camera's clock empties its window.
 *
 * The map says what it knows now; it may change its mind as reports and packets come. Whoever cuts
 * segments asks once for each segment, at its first picture: inside a segment time runs with the
 * media, and what has changed since is made good at the boundary (recording.h).
 *
 * Pure; one thread. Allocates nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAP_CLOCK_WINDOW_S 64
#define CAP_CLOCK_EARLIEST_US                                                                      \
    INT64_C(-20000) // a picture may seem to arrive before it was taken, by this
#define CAP_CLOCK_LATENCY_US INT64_C(500000) // and after, by this, with clocks that agree
#define CAP_CLOCK_SLACK_US INT64_C(250000) // once in step, further out before they are called apart
#define CAP_CLOCK_STEP_US INT64_C(100000)  // a camera clock that moved by more was stepped
#define CAP_CLOCK_UNKNOWN_US INT64_C(200000) // uncertainty where latency cannot be measured
#define CAP_CLOCK_SENDER_US INT64_C(40000)
#define CAP_CLOCK_FOREIGN_US INT64_C(1000000) // as the longest way that is measured (round_trip.h)
#define CAP_CLOCK_LATE_US INT64_C(5000000)
#define CAP_CLOCK_SETTLED_S 5               // seen for so long, the smallest is latency no more …
#define CAP_CLOCK_BUSY_US INT64_C(10000000) // … and neither is what exceeds this

typedef struct CapClockWindow {
    int64_t second[CAP_CLOCK_WINDOW_S]; // which second the slot is of
    int64_t least[CAP_CLOCK_WINDOW_S];
    int64_t first, last; // seconds seen; last < first: none
} CapClockWindow;

/* Nothing is in it. */
void cap_clock_window_clear(CapClockWindow *window);
void cap_clock_window_add(CapClockWindow *window, int64_t at_us, int64_t value);
/* Of the CAP_CLOCK_WINDOW_S up to the newest. False: there is none. */
bool cap_clock_window_least(const CapClockWindow *window, int64_t *ret);

typedef struct CapClockMap {
    CapClockWindow arrival; // of arrival − pts
    CapClockWindow camera;  // of arrival − camera's time
    bool has_wall;
    bool in_step;
    bool distrusted; // set once: never in step
    bool is_late;    // by more than CAP_CLOCK_FOREIGN_US, all that came
    int64_t late_since_us;
    bool has_path;
    int64_t path_us;
    int64_t wall_less_pts_us; // by the last report
    unsigned steps;           // of the camera's clock, so far
} CapClockMap;

typedef struct CapClockFix {
    int64_t utc_us;
    bool from_camera; // clock = "camera", else "arrival"
    bool has_offset;
    int64_t offset_us;      // host's clock less camera's, latency included
    int64_t uncertainty_us; // of utc_us
} CapClockFix;

void cap_clock_map_init(CapClockMap *map);
/* After init, and before anything is added; again is nothing. */
void cap_clock_map_distrust(CapClockMap *map);

/* Packets are on their way for @path_us, as was measured; < 0: it was not. */
void cap_clock_map_path(CapClockMap *map, int64_t path_us);

/* A picture. @wall_us counts only if @has_wall. */
void cap_clock_map_add(CapClockMap *map, int64_t pts_us, int64_t arrival_us, bool has_wall,
                       int64_t wall_us);

/* The host's clock was set forward by @by_us (back, if negative): what was measured against it
 * moves along. */
void cap_clock_map_host_stepped(CapClockMap *map, int64_t by_us);

/* The moment of @pts_us by what is known now. At least one picture must have been added. */
CapClockFix cap_clock_map_get(const CapClockMap *map, int64_t pts_us);

/* What to add to a pts of @from to have the pts of @to at the same moment: sound to picture. Exact
 * if the camera reports its time for both, else by when packets arrived; so also if whoever is not known to
 * keep the host's time reports times that are further from that than CAP_CLOCK_FOREIGN_US. Both have seen at
 * least one. */
int64_t cap_clock_map_shift(const CapClockMap *from, const CapClockMap *to);
