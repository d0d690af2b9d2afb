// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/pts_line.h"

#include <glib.h>

#define STEP_MAX_US INT64_C(1000000)
#define RESCALE_LEAST_US INT64_C(2000)    // a smaller change is not worth taking out
#define RESCALE_UNSURE_US INT64_C(200000) // as long as it is not known how far packets are apart
#define DRIFT 1000                        // clocks differ by less than a part of so many

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

static bool is_jump(const CapPtsLine *line, int64_t step_us, int64_t arrival_us)
{
    int64_t waited_us = arrival_us - line->arrival_us;
    int64_t late_us = arrival_us - (line->last_us + step_us) - line->least_us;
    if (step_us - waited_us > CAP_PTS_AHEAD_US && late_us < -CAP_PTS_AHEAD_US)
        return true;
    if (line->foreign && line->last_us + step_us < line->peak_us - CAP_PTS_JUMP_US)
        return true;
    bool in_order = !line->overtakes && line->count >= CAP_PTS_LEARN;
    return step_us < (in_order ? -CAP_PTS_BACK_US : -CAP_PTS_JUMP_US);
}

/* The step that a packet of somebody foreign may make. */
static int64_t keep_near(CapPtsLine *line, int64_t step_us, int64_t arrival_us)
{
    int64_t waited_us = MAX(arrival_us - line->arrival_us, 0);
    int64_t delay_us = arrival_us - (line->last_us + step_us);
    line->floor_us = MAX(line->floor_us - waited_us / DRIFT, line->least_us - CAP_PTS_FOREIGN_US);
    if (delay_us < line->floor_us)
        return step_us - (line->floor_us - delay_us);
    int64_t late_us = delay_us - line->least_us;
    bool late = late_us > CAP_PTS_FOREIGN_US;
    if (!late || !line->is_late)
        line->late_since_us = arrival_us;
    line->is_late = late;
    bool runs_off = late && arrival_us - line->late_since_us >= CAP_PTS_LATE_US;
    return step_us + (runs_off ? MIN(late_us, MAX(CAP_PTS_FOREIGN_US, waited_us)) : 0);
}

static void learn(CapPtsLine *line, int64_t step_us, int64_t waited_us)
{
    if (line->count < CAP_PTS_LEARN) {
        line->count++;
        line->overtakes |= step_us < 0;
    }
    if (step_us > 0 && step_us < STEP_MAX_US) {
        line->step_us = step_us;
        line->stepped = true;
    }
    int64_t delay_us = line->arrival_us - line->last_us;
    line->least_us = MIN(line->least_us + MAX(waited_us, 0) / DRIFT, delay_us);
}

int64_t cap_pts_line_add(CapPtsLine *line, int64_t pts_us, int64_t arrival_us, bool has_wall)
{
    if (!line->started) {
        *line = (CapPtsLine){.rescales = line->rescales,
                             .foreign = line->foreign,
                             .floor_us = arrival_us - CAP_PTS_FOREIGN_US,
                             .started = true,
                             .had_wall = has_wall,
                             .shift_us = -pts_us,
                             .arrival_us = arrival_us,
                             .least_us = arrival_us};
        return 0;
    }
    int64_t step_us = pts_us + line->shift_us - line->last_us;
    int64_t waited_us = arrival_us - line->arrival_us;
    bool first_report = line->rescales && has_wall && !line->had_wall;
    if ((first_report && is_rescaled(line, step_us, waited_us)) ||
        is_jump(line, step_us, arrival_us)) {
        int64_t expected_us = line->stepped && waited_us <= STEP_MAX_US ? line->step_us : waited_us;
        line->shift_us += expected_us - step_us;
        step_us = expected_us;
    }
    if (line->foreign) {
        int64_t near_us = keep_near(line, step_us, arrival_us);
        line->shift_us += near_us - step_us;
        step_us = near_us;
    }
    line->had_wall |= has_wall;
    line->arrival_us = arrival_us;
    line->last_us += step_us;
    line->peak_us = MAX(line->peak_us, line->last_us);
    learn(line, step_us, waited_us);
    return line->last_us;
}
