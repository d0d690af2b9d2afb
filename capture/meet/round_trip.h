// SPDX-License-Identifier: GPL-3.0-or-later
/* How long a packet to a party and its answer take, measured on the connection itself.
 *
 * Sender reports tell what passed between pictures by the party's clock, and not how late all of them are: whoever is
 * 150 ms away seems to do everything 150 ms later than it does. Receiver reports would tell that to whoever sends; we
 * send a party that sends nothing. So we ask by what RFC 3611 has for that: our moment goes out in a receiver reference
 * time report (block 4), and the party's reports say which moment of ours they saw last and how long ago that was
 * (block 5). Browsers answer it without having agreed to it; who does not is not measured.
 *
 * Our moments are of a clock that does not step, in units of 1/65536 s, as far as 32 bits of it go. An answer is believed
 * that names a moment which we sent within the last CAP_ROUND_TRIP_ASKED questions, and that makes a way of at most
 * CAP_ROUND_TRIP_MAX_US.
 *
 * What counts is the least of the CAP_CLOCK_WINDOW_S before the newest answer: what a busy line or host adds is left out,
 * and a way that became longer is followed. It is the window that clock_map.h has of when packets came, since half of this
 * is taken off the least of that: were this one shorter, a long way would be taken off what came by a short one. It always
 * holds an answer while any come: questions go with our reports, answers with the party's, each at most
 * CAP_ROUND_TRIP_PAUSE_S apart (RFC 3550 6.2: 5 s, times 1.5 by chance, less by 6.3.1's 1.21828), which is a small
 * part of it. When none comes any more what was found last stays, since forgetting it would move all times by it.
 *
 * Half of it is the way of one packet, if both directions take the same. How far that may be wrong: clock_map.h.
 *
 * Pure; one thread at a time. Allocates nothing. The bytes may be any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/clock_map.h"

#define CAP_ROUND_TRIP_BYTES 20 // of a question
#define CAP_ROUND_TRIP_EVERY_US INT64_C(500000)
#define CAP_ROUND_TRIP_ASKED 64
#define CAP_ROUND_TRIP_MAX_US INT64_C(2000000)
#define CAP_ROUND_TRIP_PAUSE_S 7

typedef struct CapRoundTrip {
    uint32_t asked[CAP_ROUND_TRIP_ASKED];
    unsigned questions;    // so far
    int64_t asked_us;      // the last one
    CapClockWindow window; // of what answers took, by when they came
} CapRoundTrip;

void cap_round_trip_init(CapRoundTrip *trip);

/* False: it is not time to ask. Else the question, an RTCP packet of @ssrc that goes behind others. */
bool cap_round_trip_ask(CapRoundTrip *trip, uint32_t ssrc, int64_t mono_us,
                        uint8_t ret[CAP_ROUND_TRIP_BYTES]);

/* RTCP that came. True: it held an answer. */
bool cap_round_trip_take(CapRoundTrip *trip, const uint8_t *data, size_t size, int64_t mono_us);

/* False: nothing was measured. */
bool cap_round_trip_least(const CapRoundTrip *trip, int64_t *ret_us);
