// SPDX-License-Identifier: GPL-3.0-or-later
/* A build without GStreamer says so, and records everything else. */
#define CAP_HAS_PIPELINE 0
#define CAP_HAS_MEET 0
#include "capture/source.c" // NOLINT: as such a build compiles it

#include "index/segment/gap.h"

#include <string.h>

static void test_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cap_source_kind("pipeline:v4l2src ! x264enc ! appsink name=video", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_UNSUPPORTED));
    g_assert_nonnull(strstr(error->message, "-Dpipeline=enabled"));
    g_assert_cmpstr(idx_gap_reason(error), ==, IDX_REASON_UNSUPPORTED);
}

static void test_others(void)
{
    g_assert_true(cap_source_kind("rtsp://192.0.2.1/1", NULL) == &cap_source_rtsp);
    g_assert_true(cap_source_kind("rtsps://192.0.2.1/1", NULL) == &cap_source_rtsp);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/no-pipeline/refused", test_refused);
    g_test_add_func("/no-pipeline/others", test_others);
    return g_test_run();
}
