// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/host_clock.h"

#include <stdlib.h>

#define APART_US INT64_C(1000) // two clocks read further apart cannot be compared

int64_t cap_host_clock_step(CapHostClock *host, const MjClock *clock, int64_t *ret_mono_us)
{
    int64_t before_us = mj_clock_mono_us(clock);
    int64_t utc_us = mj_clock_utc_us(clock);
    int64_t after_us = mj_clock_mono_us(clock);
    *ret_mono_us = after_us;
    if (after_us - before_us > APART_US)
        return 0;
    int64_t step_us = utc_us - before_us - host->utc_less_mono_us;
    if (host->known && llabs(step_us) <= CAP_HOST_STEP_US)
        return 0;
    host->utc_less_mono_us = utc_us - before_us;
    int64_t set_us = host->known ? step_us : 0;
    host->known = true;
    return set_us;
}
