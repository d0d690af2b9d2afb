// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/pts_line.h"

#include <glib.h>

#define STEP_DEFAULT_US INT64_C(40000) // before two packets were seen
#define STEP_MAX_US INT64_C(1000000)

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

int64_t cap_pts_line_add(CapPtsLine *line, int64_t pts_us, int64_t arrival_us, bool has_wall,
                         bool *ret_jump)
{
    if (!line->started) {
        *line = (CapPtsLine){.started = true,
                             .had_wall = has_wall,
                             .shift_us = -pts_us,
                             .step_us = STEP_DEFAULT_US,
                             .arrival_us = arrival_us};
        return 0;
    }
    int64_t step = pts_us + line->shift_us - line->last_us;
    int64_t waited = arrival_us - line->arrival_us;
    /* At the first report the scale changes by the tracks' difference in start, which can be small.
     */
    bool rescaled = has_wall && !line->had_wall && distance(step, line->step_us) > 2000;
    bool jump = rescaled || distance(step, waited) > MAX(CAP_PTS_JUMP_US, waited / 2);
    if (jump) {
        int64_t expected = waited > STEP_MAX_US ? waited : line->step_us;
        line->shift_us += expected - step;
        step = expected;
    }
    line->had_wall |= has_wall;
    line->arrival_us = arrival_us;
    line->last_us += step;
    if (step > 0 && step < STEP_MAX_US)
        line->step_us = step;
    if (jump && ret_jump)
        *ret_jump = true;
    return line->last_us;
}
