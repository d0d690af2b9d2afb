// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether somebody set the host's clock: UTC less monotonic time moves when it happens. What was
 * measured against it moves along at once; left alone it would forget the old time only with its
 * window. One thread. */
#pragma once

#include "capture/clock_map.h"
#include "capture/packet.h"
#include "index/base/clock.h"

#define CAP_HOST_STEP_US INT64_C(20000) // less is what adjusting looks like
#define CAP_HOST_SETTLE_US                                                                         \
    INT64_C(2000000) // packets on their way may carry the time before a step so long

typedef struct CapHostClock { // starts as zeros
    bool known;
    int64_t utc_less_mono_us;
    int64_t settled_mono_us; // arrival times are to be believed from then on
} CapHostClock;

/* Takes a packet's times into the map of its kind, but for the first moments after a step. Returns
 * by how much @clock was set since the last call, and both maps have been moved along; 0 = it was
 * not, or could not be seen just now. */
int64_t cap_host_clock_packet(CapHostClock *host, const MjClock *clock, CapClockMap *pictures,
                              CapClockMap *sound, const CapPacket *packet);
