// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/pts_line.h"

#include <glib.h>

#define STEP_MAX_US INT64_C(1000000)
#define RESCALE_LEAST_US INT64_C(2000)    // a smaller change is not worth taking out
#define RESCALE_UNSURE_US INT64_C(200000) // as long as it is not known how far packets are apart

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* At the first report the scale changes by the difference in the tracks' beginnings, which can be
 * small. */
static bool is_rescaled(const CapPtsLine *line, int64_t step_us, int64_t waited_us)
{
    return line->stepped ? distance(step_us, line->step_us) > RESCALE_LEAST_US
                         : distance(step_us, waited_us) > RESCALE_UNSURE_US;
}

int64_t cap_pts_line_add(CapPtsLine *line, int64_t pts_us, int64_t arrival_us, bool has_wall)
{
    if (!line->started) {
        *line = (CapPtsLine){.rescales = line->rescales,
                             .started = true,
                             .had_wall = has_wall,
                             .shift_us = -pts_us,
                             .arrival_us = arrival_us};
        return 0;
    }
    int64_t step = pts_us + line->shift_us - line->last_us;
    int64_t waited = arrival_us - line->arrival_us;
    bool first_report = line->rescales && has_wall && !line->had_wall;
    bool jump = (first_report && is_rescaled(line, step, waited)) ||
                distance(step, waited) > MAX(CAP_PTS_JUMP_US, waited / 2);
    if (jump) {
        int64_t expected = line->stepped && waited <= STEP_MAX_US ? line->step_us : waited;
        line->shift_us += expected - step;
        step = expected;
    }
    line->had_wall |= has_wall;
    line->arrival_us = arrival_us;
    line->last_us += step;
    if (step > 0 && step < STEP_MAX_US) {
        line->step_us = step;
        line->stepped = true;
    }
    return line->last_us;
}
