// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/host_clock.h"

#include <stdlib.h>

#define APART_US INT64_C(1000) // two clocks read further apart cannot be compared

/* By how much @clock was set since the last call. */
static int64_t find_step(CapHostClock *host, const MjClock *clock, int64_t *ret_mono_us)
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

int64_t cap_host_clock_packet(CapHostClock *host, const MjClock *clock, CapClockMap *pictures,
                              CapClockMap *sound, const CapPacket *packet)
{
    int64_t mono_us = 0;
    int64_t step_us = find_step(host, clock, &mono_us);
    if (step_us != 0) {
        cap_clock_map_host_stepped(pictures, step_us);
        cap_clock_map_host_stepped(sound, step_us);
        host->settled_mono_us = mono_us + CAP_HOST_SETTLE_US;
    }
    CapClockMap *map = packet->kind == CAP_VIDEO ? pictures : sound;
    if (packet->foreign)
        cap_clock_map_distrust(map);
    if (packet->has_path)
        cap_clock_map_path(map, packet->path_us);
    bool empty = map->arrival.last < map->arrival.first; // and something must be there to go by
    if (mono_us >= host->settled_mono_us || empty)
        cap_clock_map_add(map, packet->pts_us, packet->arrival_us, packet->has_wall,
                          packet->wall_us);
    return step_us;
}
