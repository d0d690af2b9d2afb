// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/clock_map.h"

#include <glib.h>

#define SECOND_US INT64_C(1000000)

void cap_clock_window_clear(CapClockWindow *window)
{
    window->first = 0;
    window->last = -1;
    for (int i = 0; i < CAP_CLOCK_WINDOW_S; i++)
        window->second[i] = INT64_MIN;
}

void cap_clock_window_add(CapClockWindow *window, int64_t at_us, int64_t value)
{
    int64_t second = at_us / SECOND_US;
    int slot = (int)(((second % CAP_CLOCK_WINDOW_S) + CAP_CLOCK_WINDOW_S) % CAP_CLOCK_WINDOW_S);
    if (window->second[slot] != second) {
        window->second[slot] = second;
        window->least[slot] = value;
    }
    window->least[slot] = MIN(window->least[slot], value);
    if (window->last < window->first)
        window->first = window->last = second;
    window->last = MAX(window->last, second);
}

bool cap_clock_window_least(const CapClockWindow *window, int64_t *ret)
{
    bool found = false;
    for (int i = 0; i < CAP_CLOCK_WINDOW_S; i++) {
        if (window->second[i] == INT64_MIN ||
            window->second[i] <= window->last - CAP_CLOCK_WINDOW_S)
            continue;
        *ret = found ? MIN(*ret, window->least[i]) : window->least[i];
        found = true;
    }
    return found;
}

void cap_clock_map_init(CapClockMap *map)
{
    *map = (CapClockMap){0};
    cap_clock_window_clear(&map->arrival);
    cap_clock_window_clear(&map->camera);
}

void cap_clock_map_distrust(CapClockMap *map)
{
    map->distrusted = true;
}

void cap_clock_map_path(CapClockMap *map, int64_t path_us)
{
    map->has_path = path_us >= 0;
    map->path_us = map->has_path ? path_us : 0;
}

static void judge(CapClockMap *map)
{
    int64_t least;
    if (map->distrusted || !cap_clock_window_least(&map->camera, &least))
        return;
    int64_t slack = map->in_step ? CAP_CLOCK_SLACK_US : 0;
    map->in_step = least >= CAP_CLOCK_EARLIEST_US - slack && least <= CAP_CLOCK_LATENCY_US + slack;
}

static void add(CapClockMap *map, int64_t pts_us, int64_t arrival_us, bool has_wall,
                int64_t wall_us)
{
    cap_clock_window_add(&map->arrival, pts_us, arrival_us - pts_us);
    if (!has_wall)
        return;
    int64_t relation = wall_us - pts_us;
    if (map->has_wall && ABS(relation - map->wall_less_pts_us) > CAP_CLOCK_STEP_US) {
        cap_clock_window_clear(&map->camera);
        map->in_step = false;
        map->steps++;
    }
    map->has_wall = true;
    map->wall_less_pts_us = relation;
    cap_clock_window_add(&map->camera, pts_us, arrival_us - wall_us);
    judge(map);
}

/* When @pts_us came, had it been no later than the least of late. */
static int64_t by_least(const CapClockMap *map, int64_t pts_us)
{
    int64_t least = 0;
    bool by_wall = map->has_wall && cap_clock_window_least(&map->camera, &least);
    if (!by_wall)
        cap_clock_window_least(&map->arrival, &least);
    return pts_us + least + (by_wall ? map->wall_less_pts_us : 0);
}

static bool runs_off(CapClockMap *map, int64_t pts_us, int64_t arrival_us)
{
    bool late = arrival_us - by_least(map, pts_us) > CAP_CLOCK_FOREIGN_US;
    if (!late || !map->is_late)
        map->late_since_us = arrival_us;
    map->is_late = late;
    return late && arrival_us - map->late_since_us >= CAP_CLOCK_LATE_US;
}

void cap_clock_map_add(CapClockMap *map, int64_t pts_us, int64_t arrival_us, bool has_wall,
                       int64_t wall_us)
{
    add(map, pts_us, arrival_us, has_wall, wall_us);
    if (!map->distrusted || !runs_off(map, pts_us, arrival_us))
        return;
    cap_clock_window_clear(&map->arrival);
    cap_clock_window_clear(&map->camera);
    map->is_late = false;
    map->steps++;
    add(map, pts_us, arrival_us, has_wall, wall_us);
}

static void window_move(CapClockWindow *window, int64_t by_us)
{
    for (int i = 0; i < CAP_CLOCK_WINDOW_S; i++)
        window->least[i] += by_us;
}

void cap_clock_map_host_stepped(CapClockMap *map, int64_t by_us)
{
    window_move(&map->arrival, by_us);
    window_move(&map->camera, by_us);
    map->late_since_us += by_us;
    judge(map);
}

/* Of a camera whose clock seems to be @least_us behind. */
static int64_t uncertainty_apart(const CapClockMap *map, int64_t least_us)
{
    bool settled = map->camera.last - map->camera.first >= CAP_CLOCK_SETTLED_S;
    bool latency = !settled && least_us > 0 && least_us < CAP_CLOCK_BUSY_US;
    if (map->has_path && settled)
        return map->path_us + CAP_CLOCK_SENDER_US;
    return latency ? MAX(least_us, CAP_CLOCK_UNKNOWN_US) : CAP_CLOCK_UNKNOWN_US;
}

CapClockFix cap_clock_map_get(const CapClockMap *map, int64_t pts_us)
{
    int64_t least = 0;
    if (!map->has_wall || !cap_clock_window_least(&map->camera, &least)) {
        cap_clock_window_least(&map->arrival, &least);
        return (CapClockFix){.utc_us = pts_us + least - map->path_us,
                             .uncertainty_us = MAX(CAP_CLOCK_UNKNOWN_US, map->path_us)};
    }
    int64_t wall_us = pts_us + map->wall_less_pts_us;
    CapClockFix fix = {
        .utc_us = wall_us, .from_camera = true, .has_offset = true, .offset_us = least};
    if (map->in_step) {
        fix.uncertainty_us = MAX(ABS(least), -CAP_CLOCK_EARLIEST_US);
    } else {
        fix.utc_us = wall_us + least - map->path_us;
        fix.uncertainty_us = uncertainty_apart(map, least);
    }
    return fix;
}

int64_t cap_clock_map_shift(const CapClockMap *from, const CapClockMap *to)
{
    int64_t least_from = 0, least_to = 0;
    cap_clock_window_least(&from->arrival, &least_from);
    cap_clock_window_least(&to->arrival, &least_to);
    int64_t by_arrival_us = least_from - least_to;
    if (!from->has_wall || !to->has_wall)
        return by_arrival_us;
    int64_t told_us = from->wall_less_pts_us - to->wall_less_pts_us;
    bool believed = !from->distrusted || !to->distrusted ||
                    ABS(told_us - by_arrival_us) <= CAP_CLOCK_FOREIGN_US;
    return believed ? told_us : by_arrival_us;
}
