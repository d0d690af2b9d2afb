// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/pace.h"

#include "index/base/clock.h"

IdxPace idx_pace_begin(int64_t bytes_per_s)
{
    return (IdxPace){.bytes_per_s = bytes_per_s,
                     .began_mono_us = mj_clock_mono_us(mj_clock_system())};
}

void idx_pace_add(IdxPace *pace, int64_t bytes)
{
    pace->bytes += bytes;
    if (pace->bytes_per_s <= 0)
        return;
    double should_s = (double)pace->bytes / (double)pace->bytes_per_s;
    int64_t ahead_us =
        (int64_t)(should_s * 1e6) - (mj_clock_mono_us(mj_clock_system()) - pace->began_mono_us);
    if (ahead_us > 0)
        g_usleep((gulong)MIN(ahead_us, MJ_SECOND_US));
}
