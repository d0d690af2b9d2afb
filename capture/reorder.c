// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/reorder.h"

#include <glib.h>

#define TICK_US                                                                                    \
    INT64_C(12) // one of 90000 in a second, rounded up: the least that two dts differ by

int cap_reorder_measure(const int64_t *pts_us, int count)
{
    int depth = 0;
    for (int i = 0; i < count; i++) {
        int overtaken = 0;
        for (int j = MAX(0, i - CAP_REORDER_DEPTH_MAX); j < i; j++)
            overtaken += pts_us[j] > pts_us[i];
        depth = MAX(depth, overtaken);
    }
    return depth;
}

void cap_reorder_init(CapReorder *reorder, int depth)
{
    *reorder = (CapReorder){.depth = CLAMP(depth, 0, CAP_REORDER_DEPTH_MAX)};
}

static void insert(CapReorder *reorder, int64_t pts_us)
{
    int at = reorder->count++;
    while (at > 0 && reorder->shown[at - 1] > pts_us) {
        reorder->shown[at] = reorder->shown[at - 1];
        at--;
    }
    reorder->shown[at] = pts_us;
}

static int64_t take_first(CapReorder *reorder)
{
    int64_t first = reorder->shown[0];
    reorder->count--;
    for (int i = 0; i < reorder->count; i++)
        reorder->shown[i] = reorder->shown[i + 1];
    return first;
}

int64_t cap_reorder_dts(CapReorder *reorder, int64_t pts_us, int64_t step_us, bool *ret_late)
{
    insert(reorder, pts_us);
    int64_t dts_us;
    if (reorder->count > reorder->depth)
        dts_us = take_first(reorder);
    else
        dts_us = reorder->shown[0] - (reorder->depth - reorder->count + 1) * step_us;
    if (reorder->started && dts_us < reorder->last_dts_us + TICK_US)
        dts_us = reorder->last_dts_us + TICK_US;
    if (dts_us > pts_us)
        *ret_late = true;
    reorder->started = true;
    reorder->last_dts_us = dts_us;
    return dts_us;
}
