// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/pts_line.h"

#include <glib.h>

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
    return g_test_run();
}
