// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/clock_map.h"
#include "capture/tap.h"

#include <glib.h>

#define UTC INT64_C(1795000000000000) // when pts 0 was taken
#define FRAME INT64_C(40000)

/* How late the n-th picture comes: never less than @least, jittering above it. */
static int64_t latency(int n, int64_t least)
{
    static const int64_t JITTER[] = {9000, 0, 21000, 4000, 13000, 700};
    return least + JITTER[n % (int)G_N_ELEMENTS(JITTER)];
}

static void feed(CapClockMap *map, int from, int count, int64_t least, bool has_wall,
                 int64_t camera_ahead)
{
    for (int n = from; n < from + count; n++) {
        int64_t pts = n * FRAME;
        cap_clock_map_add(map, pts, UTC + pts + latency(n, least), has_wall,
                          UTC + pts + camera_ahead);
    }
}

typedef struct Case {
    const char *what;
    int64_t latency, ahead; // of the camera's clock before the host's
    bool tells;
    int64_t off; // what the map is off the truth
    int64_t uncertainty;
} Case;

static void test_table(void)
{
    static const Case CASES[] = {
        {"in step", 30000, 0, true, 0, 30000},
        {"in step, slow network", 400000, 0, true, 0, 400000},
        {"in step, a little ahead of us", 10000, 25000, true, 25000, 20000},
        {"an hour behind", 30000, -3600000000, true, 30000, 200000},
        {"a second ahead", 30000, 1000000, true, 30000, 200000},
        {"just too late for step, and who knows why", 30000, -471000, true, 30000, 501000},
        {"a busy host, or ten seconds behind", 30000, -9900000, true, 30000, 9930000},
        {"too much for a busy host", 30000, -10000000, true, 30000, 200000},
        {"seventeen years behind", 30000, -INT64_C(536000000000000), true, 30000, 200000},
        {"tells no time", 30000, 0, false, 30000, 200000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Case *c = &CASES[i];
        g_test_message("%s", c->what);
        CapClockMap map;
        cap_clock_map_init(&map);
        feed(&map, 0, 100, c->latency, c->tells, c->ahead);
        CapClockFix fix = cap_clock_map_get(&map, 100 * FRAME);
        g_assert_cmpint(fix.utc_us - (UTC + 100 * FRAME), ==, c->off);
        g_assert_cmpint(fix.uncertainty_us, ==, c->uncertainty);
        g_assert_cmpint(fix.from_camera, ==, c->tells);
        g_assert_cmpint(fix.has_offset, ==, c->tells);
        if (c->tells)
            g_assert_cmpint(fix.offset_us, ==, c->latency - c->ahead);
        g_assert_cmpint(ABS(fix.utc_us - (UTC + 100 * FRAME)), <=, fix.uncertainty_us + 5000);
    }
}

/* What was the smallest for some seconds is no accident of the start. */
static void test_settles(void)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    feed(&map, 0, 100, 30000, true, -600000);
    g_assert_cmpint(cap_clock_map_get(&map, 0).uncertainty_us, ==, 630000);
    feed(&map, 100, 100, 30000, true, -600000);
    g_assert_cmpint(cap_clock_map_get(&map, 0).uncertainty_us, ==, CAP_CLOCK_UNKNOWN_US);
}

/* A burst of late packets must not move a clock that was in step. */
static void test_stays_in_step(void)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    feed(&map, 0, 25, 450000, true, 0);
    feed(&map, 25, 3000, 600000, true, 0); // two minutes: the window forgets the better times
    CapClockFix fix = cap_clock_map_get(&map, 0);
    g_assert_cmpint(fix.utc_us, ==, UTC);
    feed(&map, 3025, 3000, 900000, true, 0);
    fix = cap_clock_map_get(&map, 0);
    g_assert_cmpint(fix.utc_us, ==, UTC + 900000);
}

static void test_drift_is_followed(void)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    int64_t last = 0;
    for (int n = 0; n < 25 * 600; n++) { // ten minutes; the source's pts run 50 ppm slow
        int64_t pts = n * FRAME;
        last = UTC + pts + pts * 50 / 1000000;
        cap_clock_map_add(&map, pts, last + latency(n, 20000), false, 0);
    }
    CapClockFix fix = cap_clock_map_get(&map, (25 * 600 - 1) * FRAME);
    g_assert_cmpint(ABS(fix.utc_us - last), <, 25000);
}

static void test_camera_stepped(void)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    feed(&map, 0, 50, 30000, true, -5000000);
    g_assert_cmpuint(map.steps, ==, 0);
    feed(&map, 50, 50, 30000, true, 0); // it asked NTP
    g_assert_cmpuint(map.steps, ==, 1);
    CapClockFix fix = cap_clock_map_get(&map, 100 * FRAME);
    g_assert_cmpint(fix.utc_us, ==, UTC + 100 * FRAME);
}

static void test_shift(void)
{
    CapClockMap picture, sound;
    cap_clock_map_init(&picture);
    cap_clock_map_init(&sound);
    /* Sound's timeline begins 300 ms after the picture's. By arrival first, with other jitter. */
    for (int n = 0; n < 50; n++) {
        cap_clock_map_add(&picture, n * FRAME, UTC + n * FRAME + latency(n, 20000), false, 0);
        cap_clock_map_add(&sound, n * FRAME, UTC + 300000 + n * FRAME + latency(n + 2, 24000),
                          false, 0);
    }
    g_assert_cmpint(cap_clock_map_shift(&sound, &picture), ==, 304000);
    cap_clock_map_add(&picture, 50 * FRAME, UTC + 50 * FRAME + 20000, true, 7 + 50 * FRAME);
    g_assert_cmpint(cap_clock_map_shift(&sound, &picture), ==, 304000);
    cap_clock_map_add(&sound, 50 * FRAME, UTC + 300000 + 50 * FRAME + 20000, true,
                      7 + 300000 + 50 * FRAME);
    g_assert_cmpint(cap_clock_map_shift(&sound, &picture), ==, 300000);
}

/* A party whose clock is @ahead of the host's and runs @ppm too fast; its recording is cut each minute, where the map is
 * asked, and inside a segment time runs with the media. */
typedef struct Leg {
    int64_t ahead_us, latency_us, ppm, path_us;
    CapClockMap map;
    int64_t start_utc_us, start_pts_us;
} Leg;

static int64_t by_its_clock(const Leg *leg, int64_t us)
{
    return us + us * leg->ppm / 1000000;
}

/* The picture taken at @us: what its recording says of when, less when it was. */
static int64_t leg_off(Leg *leg, int n, int64_t us)
{
    int64_t pts_us = by_its_clock(leg, us);
    cap_clock_map_add(&leg->map, pts_us, UTC + us + latency(n, leg->latency_us), true,
                      UTC + pts_us + leg->ahead_us);
    if (n % 1500 == 0) {
        leg->start_utc_us = cap_clock_map_get(&leg->map, pts_us).utc_us;
        leg->start_pts_us = pts_us;
    }
    return leg->start_utc_us + pts_us - leg->start_pts_us - UTC - us;
}

/* Two parties of a meeting that lasts for an hour. */
static void last_an_hour(Leg legs[2])
{
    for (int i = 0; i < 2; i++) {
        cap_clock_map_init(&legs[i].map);
        cap_clock_map_distrust(&legs[i].map);
        cap_clock_map_path(&legs[i].map, legs[i].path_us);
    }
    int64_t apart_us = 0, last_us = 0;
    for (int n = 0; n <= 90000; n++) {
        last_us = ABS(leg_off(&legs[0], n, n * FRAME) - leg_off(&legs[1], n, n * FRAME));
        apart_us = MAX(apart_us, last_us);
    }
    g_test_message("%d ms apart at most in an hour, %d ms at its end", (int)(apart_us / 1000),
                   (int)(last_us / 1000));
    g_assert_cmpint(apart_us, <=, 80000);
}

static void test_hour(void)
{
    Leg legs[] = {{.ahead_us = 300000, .latency_us = 8000, .ppm = 100, .path_us = -1},
                  {.ahead_us = -250000, .latency_us = 45000, .ppm = -100, .path_us = -1}};
    last_an_hour(legs);
    g_assert_false(cap_clock_map_get(&legs[0].map, 0).uncertainty_us < CAP_CLOCK_UNKNOWN_US);
}

/* One of them is far away; how far was measured, and may be all of what it is wrong by. */
static void test_far_hour(void)
{
    Leg legs[] = {{.ahead_us = 300000, .latency_us = 8000, .ppm = 100, .path_us = 7000},
                  {.ahead_us = -250000, .latency_us = 180000, .ppm = -100, .path_us = 150000}};
    last_an_hour(legs);
    g_assert_cmpint(cap_clock_map_get(&legs[0].map, 0).uncertainty_us, ==,
                    7000 + CAP_CLOCK_SENDER_US);
    g_assert_cmpint(cap_clock_map_get(&legs[1].map, 0).uncertainty_us, ==,
                    150000 + CAP_CLOCK_SENDER_US);
}

/* What a party tells of the picture that comes @us after the first, and what its time may be behind when it came. */
typedef struct Liar {
    const char *what;
    bool tells;
    int64_t slow; // its timestamps run at one part of so many of the time
    int64_t back; // us a second by which it sets its clock back
    int64_t most_us;
} Liar;

static int64_t behind(const Liar *liar)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    cap_clock_map_distrust(&map);
    int64_t most_us = 0;
    for (int n = 0; n < 25 * 180; n++) {
        int64_t us = n * FRAME, pts = us / liar->slow;
        cap_clock_map_add(&map, pts, UTC + us, liar->tells, UTC + us - us / 1000000 * liar->back);
        most_us = MAX(most_us, UTC + us - cap_clock_map_get(&map, pts).utc_us);
    }
    g_test_message("%s: %d ms at most, %u steps", liar->what, (int)(most_us / 1000), map.steps);
    g_assert_cmpuint(map.steps, >, 0);
    return most_us;
}

/* However its clock runs, what it sends was taken when it came, within the bound and what gathers until that is seen. */
static void test_liars(void)
{
    static const Liar LIARS[] = {
        {"sets its clock back", true, 1, 90000, 1600000},
        {"half as fast", false, 2, 0, 4000000},
        {"a tenth as fast", false, 10, 0, 6000000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(LIARS); i++)
        g_assert_cmpint(behind(&LIARS[i]), <=, LIARS[i].most_us);
}

/* A network that holds up all there is for some seconds is no clock that runs off. */
static void test_held_up(void)
{
    CapClockMap map;
    cap_clock_map_init(&map);
    cap_clock_map_distrust(&map);
    feed(&map, 0, 250, 20000, true, 0);
    feed(&map, 250, 100, 2500000, true, 0);
    feed(&map, 350, 1, 20000, true, 0);
    feed(&map, 351, 100, 2500000, true, 0);
    g_assert_cmpuint(map.steps, ==, 0);
    g_assert_cmpint(cap_clock_map_get(&map, 0).utc_us, ==, UTC + 20000);
    cap_clock_map_host_stepped(&map, 3600000000); // what is late is not so for an hour
    cap_clock_map_add(&map, 451 * FRAME, UTC + 451 * FRAME + 3602500000, true, UTC + 451 * FRAME);
    g_assert_cmpuint(map.steps, ==, 0);
}

/* Sound is not moved away from its picture by whatever is reported of it. */
static void test_foreign_shift(void)
{
    CapClockMap picture, sound;
    CapClockMap *maps[] = {&picture, &sound};
    for (int i = 0; i < 2; i++) {
        cap_clock_map_init(maps[i]);
        cap_clock_map_distrust(maps[i]);
    }
    cap_clock_map_add(&picture, 0, UTC, true, UTC);
    cap_clock_map_add(&sound, 0, UTC + 30000, true, UTC + 20000 + 3600000000);
    g_assert_cmpint(cap_clock_map_shift(&sound, &picture), ==, 30000);
    cap_clock_map_add(&sound, FRAME, UTC + FRAME + 30000, true, UTC + FRAME + 20000);
    g_assert_cmpint(cap_clock_map_shift(&sound, &picture), ==, 20000);
}

/* A clock that seems to be in step is a camera's in step, and a party's none; to who watches as well. */
static void test_tap(void)
{
    for (int foreign = 0; foreign < 2; foreign++) {
        g_autoptr(CapTap) tap = cap_tap_new(NULL);
        cap_tap_begin(tap, NULL);
        for (int n = 0; n < 50; n++) {
            CapPacket packet = {.kind = CAP_VIDEO,
                                .pts_us = n * FRAME,
                                .arrival_us = UTC + n * FRAME,
                                .foreign = foreign,
                                .has_wall = true,
                                .wall_us = UTC + n * FRAME - 300000};
            CapClockFix fix = cap_tap_packet(tap, &packet);
            g_assert_cmpint(fix.utc_us, ==, UTC + n * FRAME - (foreign ? 0 : 300000));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock-map/table", test_table);
    g_test_add_func("/clock-map/settles", test_settles);
    g_test_add_func("/clock-map/stays-in-step", test_stays_in_step);
    g_test_add_func("/clock-map/drift", test_drift_is_followed);
    g_test_add_func("/clock-map/camera-stepped", test_camera_stepped);
    g_test_add_func("/clock-map/sound-to-picture", test_shift);
    g_test_add_func("/clock-map/hour", test_hour);
    g_test_add_func("/clock-map/far-hour", test_far_hour);
    g_test_add_func("/clock-map/liars", test_liars);
    g_test_add_func("/clock-map/held-up", test_held_up);
    g_test_add_func("/clock-map/tap", test_tap);
    g_test_add_func("/clock-map/foreign-shift", test_foreign_shift);
    return g_test_run();
}
