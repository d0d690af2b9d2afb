// SPDX-License-Identifier: GPL-3.0-or-later
/* Reading no faster than was asked, so that recording is not disturbed by whoever reads footage. One
 * thread. */
#pragma once

#include <glib.h>
#include <stdint.h>

typedef struct IdxPace {
    int64_t bytes_per_s; // 0 = as fast as it goes
    int64_t bytes;       // read so far
    int64_t began_mono_us;
} IdxPace;

IdxPace idx_pace_begin(int64_t bytes_per_s);

/* @bytes more were read: waits, a second at most, if that was too early. */
void idx_pace_add(IdxPace *pace, int64_t bytes);
