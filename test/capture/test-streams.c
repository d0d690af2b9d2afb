// SPDX-License-Identifier: GPL-3.0-or-later
/* Streams that come and go: nothing is missing without a reason, and only what is to be recorded
 * is. */
#include <string.h>

#include "test/capture/bench.h"

#define NOTICED_US (2 * MJ_SECOND_US)

/* "reason reason …": the gaps of @stream in [from, to), each named once in a row. None may be
 * unknown. */
static char *reasons(const Bench *bench, int64_t stream, int64_t from_us, int64_t to_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(bench->cat, stream, from_us, to_us, now_us(), &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    const char *last = "";
    int64_t sum_us = line->covered_us;
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(line->gaps, i);
        g_assert_cmpstr(gap->reason, !=, IDX_REASON_UNKNOWN);
        if (strcmp(gap->reason, last) != 0)
            g_string_append_printf(text, "%s%s", text->len ? " " : "", gap->reason);
        last = gap->reason;
        sum_us += gap->to_us - gap->from_us;
    }
    g_assert_cmpint(sum_us, ==, line->until_us - from_us);
    return g_string_free(text, FALSE);
}

static void check_reasons(const Bench *bench, int64_t stream, int64_t from_us, int64_t to_us,
                          const char *expected)
{
    g_autofree char *text = reasons(bench, stream, from_us, to_us);
    g_assert_cmpstr(text, ==, expected);
}

static IdxStream *stream_named(const Bench *bench, const char *code, const char *name)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(bench->cat, code, NULL);
    for (guint i = 0; i < camera->streams->len; i++)
        if (g_str_equal(((IdxStream *)camera->streams->pdata[i])->name, name))
            return g_ptr_array_steal_index(camera->streams, i);
    g_assert_not_reached();
}

static int64_t last_end_us(const Bench *bench, int64_t stream)
{
    g_autoptr(IdxSegment) last = idx_segment_last(bench->cat, stream, NULL);
    return last ? last->end_us : 0;
}

/* Waits until pictures of @stream taken after @since_us are stored, and when the newest ends. */
static int64_t wait_stored(const Bench *bench, int64_t stream, int64_t since_us)
{
    int64_t until_us = g_get_monotonic_time() + 15 * MJ_SECOND_US, end_us;
    while ((end_us = last_end_us(bench, stream)) <= since_us) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(POLL_US);
    }
    return end_us;
}

/* Waits until @stream is no longer written to. */
static void wait_quiet(const Bench *bench, int64_t stream)
{
    int64_t until_us = g_get_monotonic_time() + NOTICED_US;
    for (;;) {
        g_autoptr(GPtrArray) open = idx_segment_list_open(bench->cat, stream, NULL);
        if (open->len == 0)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(POLL_US);
    }
}

/* From the camera's creation on each moment is footage or has its reason. */
static void test_beginnings(void)
{
    Bench bench = bench_new();
    int64_t created_us = now_us();
    add_camera(&bench, "w01-desk");
    int64_t first = stream_of(&bench, "w01-desk");
    g_usleep(300000);
    capture_start(&bench);
    int64_t end_us = wait_stored(&bench, first, 0);
    check_reasons(&bench, first, created_us + 1000, end_us, "capture-down offline");
    add_camera(&bench, "w02-desk");
    g_autoptr(IdxCamera) camera = idx_camera_get(bench.cat, "w02-desk", NULL);
    int64_t later_us = camera->created_us;
    int64_t second = stream_of(&bench, "w02-desk");
    end_us = wait_stored(&bench, second, 0);
    check_reasons(&bench, second, later_us, end_us, "offline");
    /* The recorder stops, and comes back. */
    capture_stop(&bench);
    int64_t stopped_us = now_us();
    g_usleep(300000);
    capture_start(&bench);
    end_us = wait_stored(&bench, second, stopped_us);
    check_reasons(&bench, second, later_us, end_us, "offline capture-down offline");
    bench_end(&bench);
}

static void test_revival(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w01-desk");
    int64_t stream = stream_of(&bench, "w01-desk");
    capture_start(&bench);
    wait_stored(&bench, stream, 0);
    int64_t removed_us = now_us();
    g_assert_true(idx_camera_remove(bench.cat, "w01-desk", removed_us, NULL));
    wait_quiet(&bench, stream);
    g_usleep(500000);
    add_camera(&bench, "w01-desk");
    int64_t end_us = wait_stored(&bench, stream, now_us());
    check_reasons(&bench, stream, removed_us, end_us, "not-recorded offline");
    /* Removed and added while no recorder ran. */
    capture_stop(&bench);
    int64_t stopped_us = now_us();
    g_usleep(100000);
    g_assert_true(idx_camera_remove(bench.cat, "w01-desk", now_us(), NULL));
    g_usleep(200000);
    add_camera(&bench, "w01-desk");
    g_usleep(100000);
    capture_start(&bench);
    end_us = wait_stored(&bench, stream, now_us());
    check_reasons(&bench, stream, stopped_us, end_us,
                  "capture-down not-recorded capture-down offline");
    bench_end(&bench);
}

static void record(const Bench *bench, const char *which)
{
    g_autoptr(GError) error = NULL;
    idx_camera_record(bench->cat, "w01-desk", which, now_us(), &error);
    g_assert_no_error(error);
}

static void test_main_and_sub(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w01-desk");
    g_autofree char *sub_url = g_strdup_printf("rtsp://127.0.0.1:%d/w02-desk", hall.port);
    g_autoptr(GError) error = NULL;
    idx_camera_set(bench.cat, "w01-desk", NULL, sub_url, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
    record(&bench, "sub");
    g_autoptr(IdxStream) big = stream_named(&bench, "w01-desk", "main");
    g_autoptr(IdxStream) small = stream_named(&bench, "w01-desk", "sub");
    capture_start(&bench);
    wait_stored(&bench, small->id, 0);
    g_assert_cmpint(last_end_us(&bench, big->id), ==, 0);
    /* Both: within two seconds, but for the first key frame. */
    int64_t both_us = now_us();
    record(&bench, "both");
    wait_stored(&bench, big->id, 0);
    g_autoptr(GPtrArray) begun = idx_segment_range(bench.cat, big->id, 0, INT64_MAX, NULL);
    g_assert_cmpint(((IdxSegment *)begun->pdata[0])->start_us - both_us, <, NOTICED_US);
    /* Main alone: the sub stream ends, and that is said. */
    int64_t alone_us = now_us();
    record(&bench, "main");
    wait_quiet(&bench, small->id);
    g_assert_cmpint(last_end_us(&bench, small->id) - alone_us, <, NOTICED_US);
    wait_stored(&bench, big->id, now_us());
    int64_t again_us = now_us();
    record(&bench, "both");
    int64_t end_us = wait_stored(&bench, small->id, again_us);
    check_reasons(&bench, small->id, alone_us, end_us, "not-recorded offline");
    check_reasons(&bench, big->id, alone_us, end_us, "");
    bench_end(&bench);
}

#ifdef PIPELINE
static void test_pipeline(void)
{
    Bench bench = bench_new();
    add_camera_at(
        &bench, "usb",
        "pipeline:videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=25/1 ! "
        "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! h264parse ! "
        "appsink name=video audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=1 ! "
        "audioconvert ! appsink name=audio");
    add_camera_at(&bench, "raw", "pipeline:videotestsrc is-live=true ! appsink name=video");
    capture_start(&bench);
    wait_footage(&bench, "usb", 4 * MJ_SECOND_US);
    g_autoptr(IdxState) refused = wait_for(&bench, "raw", IDX_STATE_UNSUPPORTED, 5);
    g_assert_nonnull(strstr(refused->detail, "encoder"));
    g_autoptr(IdxState) state = state_of(&bench, "usb");
    g_assert_cmpstr(state->video, ==, "h264");
    g_assert_cmpstr(state->audio, ==, "aac");
    capture_stop(&bench);
    check_hashes(&bench, "usb");
    check_adds_up(&bench, "usb");
    g_autoptr(GPtrArray) segments = segments_of(&bench, "usb");
    int64_t frames = 0;
    for (guint i = 0; i < segments->len; i++)
        frames += ((IdxSegment *)segments->pdata[i])->frames;
    const IdxSegment *first = segments->pdata[0], *last = segments->pdata[segments->len - 1];
    g_assert_cmpstr(first->clock, ==, "arrival");
    g_assert_cmpint(ABS(last->end_us - first->start_us - frames * 40000), <,
                    40000); // none is missing
    bench_end(&bench);
}
#endif

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall_start();
    g_test_add_func("/streams/beginnings", test_beginnings);
    g_test_add_func("/streams/revival", test_revival);
    g_test_add_func("/streams/main-and-sub", test_main_and_sub);
#ifdef PIPELINE
    g_test_add_func("/streams/pipeline", test_pipeline);
#endif
    int failed = g_test_run();
    hall_end();
    return failed;
}
