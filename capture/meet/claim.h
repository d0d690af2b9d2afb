// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether what a party's sender reports say is to be told to its recorder.
 *
 * A report says when, by the party's clock, something was taken. That clock may show any time (clock_map.h), but it passes
 * as ours does, and as its timestamps do. By the first report a party says how far its clock is from both. From then on
 * one is absurd, and left out, that says
 *
 *   ahead     that what came was taken later than the first said, by more than CAP_CLAIM_AHEAD_US
 *   behind    that it was taken earlier than what CAP_CLAIM_BEHIND_US of delay explains
 *   a step    that a timestamp was another time than the last report said, by more than CAP_CLAIM_STEP_US
 *
 * and a thousandth of the time between, as clocks drift. The recorder goes on by the last report that it was told, and
 * by arrival times (clock_map.h). Told everything, it would begin another file with each report, and could move sound and
 * picture apart by a second.
 *
 * A clock that was set is believed again, when all that it told for CAP_CLAIM_AGAIN_US agrees. The first report may itself
 * have been held up, so in the first CAP_CLAIM_AGAIN_US none is ahead.
 *
 * Pure; one thread. Starts as zeros. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAP_CLAIM_AHEAD_US INT64_C(1000000)  // as CAP_CLOCK_FOREIGN_US
#define CAP_CLAIM_BEHIND_US INT64_C(6000000) // CAP_SOURCE_STALL_US, and as much
#define CAP_CLAIM_STEP_US INT64_C(100000)    // as CAP_CLOCK_STEP_US
#define CAP_CLAIM_AGAIN_US INT64_C(10000000)

typedef struct CapClaimed { // of one packet
    int64_t told_us;        // when it was taken, by the party's clock
    int64_t media_us;       // its timestamp
    int64_t mono_us;        // when it came
} CapClaimed;

typedef struct CapClaim {
    bool known, odd;     // there is one that is believed; the last was not
    int64_t began_us;    // when the first came
    int64_t off_us;      // arrival less told
    CapClaimed last;     // that was believed
    CapClaimed odd_last; // and that was not, the first of those that agree
} CapClaim;

/* True: it is to be believed. */
bool cap_claim_take(CapClaim *claim, const CapClaimed *said);
