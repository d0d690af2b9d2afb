// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/pts_line.h"

#include <glib.h>
#include <string.h>

#include "capture/reorder.h"

#define FRAME INT64_C(40000)

static void test_even(void)
{
    CapPtsLine line = {0};
    for (int n = 0; n < 100; n++) {
        int64_t jitter = n % 3 * 7000;
        g_assert_cmpint(cap_pts_line_add(&line, 123456 + n * FRAME, n * FRAME + jitter, false), ==,
                        n * FRAME);
    }
}

/* A camera that sends two pictures a second, or pauses: time went by, so it is no jump. */
static void test_pause_stays(void)
{
    CapPtsLine line = {0};
    cap_pts_line_add(&line, 0, 0, false);
    cap_pts_line_add(&line, FRAME, FRAME, false);
    g_assert_cmpint(cap_pts_line_add(&line, 4000000, 4010000, false), ==, 4000000);
}

typedef struct Jump {
    const char *what;
    int64_t by;
} Jump;

static void test_jumps(void)
{
    static const Jump JUMPS[] = {{"forward", 3600000000},
                                 {"back", -3600000000},
                                 {"to zero", -1000 * FRAME},
                                 {"a little", 15 * FRAME},
                                 {"a little back", -15 * FRAME},
                                 {"RTP wraps", INT64_C(47721858844)},
                                 {"RTP wraps back", -INT64_C(47721858844)}};
    for (size_t i = 0; i < G_N_ELEMENTS(JUMPS); i++) {
        CapPtsLine line = {0};
        for (int n = 0; n < 1000; n++)
            cap_pts_line_add(&line, n * FRAME, n * FRAME, false);
        for (int n = 1000; n < 2000; n++)
            g_assert_cmpint(cap_pts_line_add(&line, n * FRAME + JUMPS[i].by, n * FRAME, false), ==,
                            n * FRAME);
    }
}

/* The network held packets up and lets them go all at once: each keeps its place. */
static void test_burst(void)
{
    CapPtsLine line = {0};
    for (int n = 0; n < 1000; n++) {
        int64_t arrival = n >= 300 && n < 400 ? 400 * FRAME : n * FRAME;
        g_assert_cmpint(cap_pts_line_add(&line, n * FRAME, arrival, false), ==, n * FRAME);
    }
}

/* What was held up is lost in part; then the camera's timestamps jump. */
static void test_burst_with_loss(void)
{
    CapPtsLine line = {0};
    for (int n = 0; n < 300; n++)
        cap_pts_line_add(&line, n * FRAME, n * FRAME, false);
    for (int n = 350; n < 1000; n++) {
        int64_t arrival = MAX(n, 400) * FRAME, jump = n >= 700 ? 3000000 : 0;
        g_assert_cmpint(cap_pts_line_add(&line, n * FRAME + jump, arrival, false), ==, n * FRAME);
    }
}

/* B-frames come after pictures that are shown later. */
static void test_overtaking(void)
{
    static const int ORDER[] = {0, 4, 2, 1, 3};
    CapPtsLine line = {0};
    for (int n = 0; n < 1000; n++) {
        int64_t pts = n == 0 ? 0 : ((n - 1) / 4 * 4 + ORDER[(n - 1) % 4 + 1]) * FRAME;
        g_assert_cmpint(cap_pts_line_add(&line, pts, n * FRAME, false), ==, pts);
    }
}

static void test_first_report(void)
{
    CapPtsLine line = {.rescales = true};
    for (int n = 0; n < 20; n++) {
        int64_t rescaled = n < 10 ? 0 : -130000;
        g_assert_cmpint(cap_pts_line_add(&line, n * FRAME + rescaled, n * FRAME, n >= 10), ==,
                        n * FRAME);
    }
    /* The second packet may bring it, and then nothing is known of the distance of packets. */
    line = (CapPtsLine){.rescales = true};
    cap_pts_line_add(&line, 0, 0, false);
    g_assert_cmpint(cap_pts_line_add(&line, 80000, 75000, true), ==, 80000);
    line = (CapPtsLine){0};
    cap_pts_line_add(&line, 0, 0, false);
    cap_pts_line_add(&line, FRAME, FRAME, false);
    g_assert_cmpint(cap_pts_line_add(&line, FRAME + 60000, FRAME + 61000, true), ==, FRAME + 60000);
}

/* How a party's timestamps run, frame by frame: "+" as they should, "2" twice as fast, "0" not at all, "J" 30 s further,
 * "j" a little, "<" back, ";" back by much. Repeated. */
static int64_t step_of(char sign)
{
    static const char SIGNS[] = "+20Jj<;h";
    static const int64_t STEPS[] = {FRAME,  2 * FRAME,  0,         30000000,
                                    290000, -FRAME * 2, -90000000, FRAME / 2};
    return STEPS[strchr(SIGNS, sign) - SIGNS];
}

typedef struct Party {
    const char *runs;
    int64_t ahead_us, behind_us; // the bound
} Party;

static void keeps_near(const Party *party)
{
    CapPtsLine line = {.foreign = true};
    int64_t pts = 0, ahead_us = 0, behind_us = 0, before = 0;
    for (int n = 0; n < 25 * 120; n++) {
        int64_t result = cap_pts_line_add(&line, pts, n * FRAME, false);
        ahead_us = MAX(ahead_us, result - n * FRAME);
        behind_us = MAX(behind_us, n * FRAME - result);
        g_assert_cmpint(result - before, <, 2000000); // which would be a hole in the footage
        before = result;
        pts += step_of(party->runs[n % strlen(party->runs)]);
    }
    g_test_message("%s: ahead by %d ms, behind by %d ms", party->runs, (int)(ahead_us / 1000),
                   (int)(behind_us / 1000));
    g_assert_cmpint(ahead_us, <=, party->ahead_us);
    g_assert_cmpint(behind_us, <=, party->behind_us);
}

static void test_foreign(void)
{
    static const int64_t AHEAD = CAP_PTS_FOREIGN_US + 120000000 / 1000;
    static const int64_t BEHIND = CAP_PTS_FOREIGN_US + CAP_PTS_LATE_US + 2 * FRAME;
    static const int64_t BACK = CAP_PTS_BEHIND_US + 2 * FRAME;
    const Party PARTIES[] = {{"2", AHEAD, 0},          {"h", 0, BEHIND},
                             {"0", 0, BEHIND},         {"++++++++++J", AHEAD, BEHIND},
                             {"+++j", AHEAD, BEHIND},  {"+++<", 0, BEHIND},
                             {"++++;", AHEAD, BEHIND}, {"<", AHEAD, BACK},
                             {"J;", AHEAD, BEHIND},    {"22222222220000000000", AHEAD, BEHIND}};
    for (size_t i = 0; i < G_N_ELEMENTS(PARTIES); i++)
        keeps_near(&PARTIES[i]);
}

/* A good clock is let be: for an hour, one that drifts; what comes all at once, at the beginning and later. */
static void test_foreign_good(void)
{
    for (int ppm = -200; ppm <= 200; ppm += 200) {
        CapPtsLine line = {.foreign = true};
        for (int n = 0; n < 25 * 3600; n++) {
            int64_t pts = n * FRAME + n * FRAME * ppm / 1000000, arrival = n * FRAME;
            bool held = n >= 1000 && n < 1120;
            arrival = n < 20 ? 20 * FRAME : held ? 1120 * FRAME : arrival;
            g_assert_cmpint(cap_pts_line_add(&line, pts, arrival, false), ==, pts);
        }
    }
}

static void test_reorder_none(void)
{
    CapReorder reorder;
    cap_reorder_init(&reorder, 0);
    for (int n = 0; n < 50; n++) {
        bool late = false;
        g_assert_cmpint(cap_reorder_dts(&reorder, n * FRAME, FRAME, &late), ==, n * FRAME);
        g_assert_false(late);
    }
}

static void test_reorder_b(void)
{
    static const int ORDER[] = {0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11};
    int64_t pts[G_N_ELEMENTS(ORDER)];
    for (size_t i = 0; i < G_N_ELEMENTS(ORDER); i++)
        pts[i] = ORDER[i] * FRAME;
    int depth = cap_reorder_measure(pts, G_N_ELEMENTS(ORDER));
    g_assert_cmpint(depth, ==, 2);
    CapReorder reorder;
    cap_reorder_init(&reorder, depth);
    for (size_t i = 0; i < G_N_ELEMENTS(ORDER); i++) {
        bool late = false;
        int64_t dts = cap_reorder_dts(&reorder, pts[i], FRAME, &late);
        g_assert_cmpint(dts, ==, ((int64_t)i - depth) * FRAME);
        g_assert_cmpint(dts, <=, pts[i]);
        g_assert_false(late);
    }
}

static void test_reorder_late(void)
{
    CapReorder reorder;
    cap_reorder_init(&reorder, 0);
    bool late = false;
    cap_reorder_dts(&reorder, 0, FRAME, &late);
    int64_t last = cap_reorder_dts(&reorder, 3 * FRAME, FRAME, &late);
    g_assert_false(late);
    g_assert_cmpint(cap_reorder_dts(&reorder, FRAME, FRAME, &late), >, last);
    g_assert_true(late);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pts-line/even", test_even);
    g_test_add_func("/pts-line/pause-stays", test_pause_stays);
    g_test_add_func("/pts-line/jumps", test_jumps);
    g_test_add_func("/pts-line/burst", test_burst);
    g_test_add_func("/pts-line/burst-with-loss", test_burst_with_loss);
    g_test_add_func("/pts-line/overtaking", test_overtaking);
    g_test_add_func("/pts-line/first-report", test_first_report);
    g_test_add_func("/reorder/none", test_reorder_none);
    g_test_add_func("/reorder/b-frames", test_reorder_b);
    g_test_add_func("/reorder/late", test_reorder_late);
    g_test_add_func("/pts-line/foreign", test_foreign);
    g_test_add_func("/pts-line/foreign-good", test_foreign_good);
    return g_test_run();
}
