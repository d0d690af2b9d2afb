// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether somebody set the host's clock: UTC less monotonic time moves when it happens. One thread. */
#pragma once

#include "index/base/clock.h"

#define CAP_HOST_STEP_US INT64_C(20000) // less is what adjusting looks like

typedef struct CapHostClock { // starts as zeros
    bool known;
    int64_t utc_less_mono_us;
} CapHostClock;

/* By how much @clock was set since the last call; 0 = it was not, or could not be seen just now. */
int64_t cap_host_clock_step(CapHostClock *host, const MjClock *clock, int64_t *ret_mono_us);
