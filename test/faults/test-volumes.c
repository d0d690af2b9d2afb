// SPDX-License-Identifier: GPL-3.0-or-later
/* Two or more volumes, of which one fills, turns read-only, hangs or gives errors while six cameras
 * record to them: it takes its own share down and nothing else, the state says so, and it is used
 * again once it is well. What a disk does is done here by faults.c and by limits; test-disks.c has
 * real file systems. */
#include <glib/gstdio.h>
#include <libavutil/log.h>

#include "capture/libav.h"
#include "index/base/clock.h"
#include "index/link/link.h"
#include "index/segment/gap.h"
#include "index/state.h"
#include "test/faults/recorder.h"
#include "test/faults/volumes.h"

#define HOLE_MAX_US INT64_C(8000000) // a hang is waited for, then comes the next key frame
#define WAIT_US (10 * MJ_SECOND_US)
#define LIMIT_BYTES (3 * MEGABYTE)

/* Streams are spread; the one volume breaks; all go on in the other; it is well again, and used. */
static Bench *break_first(const char *rule, const char *state)
{
    Bench *bench;
    do {
        bench = bench_new(BENCH_FOLDERS, 0);
        for (int i = 0; i < VOLUMES; i++)
            bench_add(bench, i, 0, 0);
        bench_start(bench, rule);
    } while (!bench_wait_spread(bench));
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    int64_t broken_us = test_now_us();
    bench_break(bench, true);
    bench_wait_state(bench, 0, state);
    g_autoptr(IdxVolume) volume = bench_volume(bench, 0);
    g_assert_nonnull(volume->detail);
    g_assert_cmpint(volume->since_us, >=, broken_us);
    bench_wait_streams(bench, 1, broken_us, CAMERAS, "all streams in the second volume");
    bench_wait_state(bench, 1, IDX_VOLUME_READY);
    bench_break(bench, false);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_give_up_second(bench);
    bench_check_end(bench);
    return bench;
}

static void check_rule(const char *rule, const char *state)
{
    Bench *bench = break_first(rule, state);
    int64_t holes_us = bench_check_holes(bench, IDX_REASON_DISK, HOLE_MAX_US);
    g_assert_cmpint(holes_us, >, 0);
    g_test_message("%s: %.2f s missing of %d cameras", state, (double)holes_us / 1e6, CAMERAS);
    bench_free(bench);
}

static void test_errors(void)
{
    check_rule("op=write,error=EIO", IDX_VOLUME_FAILING);
}

static void test_stalled(void)
{
    check_rule("op=write,error=0,delay=9000", IDX_VOLUME_STALLED);
}

static void test_read_only(void)
{
    check_rule("op=write,error=EROFS", IDX_VOLUME_READ_ONLY);
}

/* Writing goes well, and syncing says that nothing arrives: streams leave without losing a picture,
 * since what they wrote is there after all. */
static void test_sync_fails(void)
{
    Bench *bench = break_first("op=sync,error=EIO", IDX_VOLUME_FAILING);
    g_assert_cmpint(bench_check_holes(bench, NULL, 0), ==, 0);
    bench_free(bench);
}

/* There is only one volume, and writing fails for a while: each is tried again every second
 * until it can be written, and the gap says why. */
static void test_only_one(void)
{
    Bench *bench = bench_new(BENCH_FOLDERS, 0);
    bench_add(bench, 0, 0, 0);
    bench->volume[1] = bench->volume[0];
    bench_start(bench, "op=write,error=EIO");
    bench_wait_streams(bench, 0, 0, CAMERAS, "all streams");
    bench_break(bench, true);
    bench_wait_state(bench, 0, IDX_VOLUME_FAILING);
    for (int i = 0; i < CAMERAS; i++) {
        g_autoptr(IdxState) state = NULL;
        int64_t until_us = g_get_monotonic_time() + 30 * MJ_SECOND_US;
        do {
            bench_check_alive(bench, "every stream in state disk", until_us);
            g_clear_pointer(&state, idx_state_free);
            state = idx_state_get(bench->cat, bench->stream[i], test_now_us(), NULL);
            g_usleep(50000);
        } while (!g_str_equal(state->state, IDX_STATE_DISK));
    }
    bench_break(bench, false);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    int64_t well_us = test_now_us();
    bench_wait_streams(bench, 0, well_us, CAMERAS, "all streams again");
    int64_t took_us = test_now_us() - well_us;
    bench_check_end(bench);
    g_assert_cmpint(bench_check_holes(bench, IDX_REASON_DISK, 4 * HOLE_MAX_US), >, 0);
    g_test_message("all recorded again %.2f s after the volume was well", (double)took_us / 1e6);
    bench_free(bench);
}

static void check_not_recording(const Bench *bench)
{
    g_autoptr(json_t) all = idx_link_streams(bench->home, WAIT_US);
    g_assert_cmpuint(json_array_size(all), ==, CAMERAS);
    for (size_t i = 0; i < CAMERAS; i++) {
        const json_t *now = json_array_get(all, i);
        g_assert_cmpstr(json_string_value(json_object_get(now, "state")), ==, IDX_STATE_DISK);
        g_assert_true(json_is_string(json_object_get(now, "detail")));
    }
}

/* How many pictures came for @us. The live view neither stops nor begins anew. */
static int view(IdxLink *link, int64_t us)
{
    int pictures = 0;
    int64_t until_us = g_get_monotonic_time() + us;
    while (g_get_monotonic_time() < until_us) {
        IdxWireFrame frame;
        if (!idx_link_next(link, MAX(until_us - g_get_monotonic_time(), 1), &frame, NULL))
            continue;
        g_assert_cmpint(frame.type, !=, IDX_WIRE_STOPPED);
        g_assert_cmpint(frame.type, !=, IDX_WIRE_ERROR);
        pictures += frame.type == IDX_WIRE_PACKET;
    }
    return pictures;
}

static IdxLink *subscribe(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = idx_link_path(bench->home, 1);
    IdxLink *link = idx_link_open(path, WAIT_US, &error);
    g_assert_no_error(error);
    idx_link_request(
        link, 1, json_pack("{s:s, s:s, s:s}", "do", "subscribe", "camera", "c0", "stream", "main"),
        WAIT_US, &error);
    g_assert_no_error(error);
    return link;
}

static void wait_all_in_state_disk(const Bench *bench)
{
    int64_t until_us = g_get_monotonic_time() + 60 * MJ_SECOND_US;
    for (size_t waiting = CAMERAS; waiting > 0; g_usleep(50000)) {
        g_autoptr(json_t) all = idx_link_streams(bench->home, WAIT_US);
        waiting = CAMERAS;
        for (size_t i = 0; i < json_array_size(all); i++)
            waiting -=
                g_strcmp0(json_string_value(json_object_get(json_array_get(all, i), "state")),
                          IDX_STATE_DISK) == 0;
        bench_check_alive(bench, "every stream in state disk", until_us);
    }
}

/* Nothing can be stored: who watches goes on watching, and nobody says that it is recorded. */
static void check_live_goes_on(const char *rule)
{
    Bench *bench = bench_new(BENCH_FOLDERS, 0);
    bench_add(bench, 0, 0, 0);
    bench->volume[1] = bench->volume[0];
    bench_start(bench, rule);
    bench_wait_streams(bench, 0, 0, CAMERAS, "all streams");
    g_autoptr(IdxLink) link = subscribe(bench);
    bench_break(bench, true);
    wait_all_in_state_disk(bench);
    int pictures = 0;
    for (int i = 0; i < 120; i++) {
        pictures += view(link, 50000);
        check_not_recording(bench);
    }
    g_assert_cmpint(pictures, >, 30);
    bench_break(bench, false);
    bench_wait_streams(bench, 0, test_now_us(), CAMERAS, "all streams again");
    g_assert_cmpint(view(link, MJ_SECOND_US), >, 0);
    g_autoptr(json_t) all = idx_link_streams(bench->home, WAIT_US);
    for (size_t i = 0; i < CAMERAS; i++) {
        const json_t *now = json_array_get(all, i);
        g_assert_cmpstr(json_string_value(json_object_get(now, "state")), ==, IDX_STATE_RECORDING);
        g_assert_cmpint(json_integer_value(json_object_get(now, "restarts")), ==, 0);
    }
    bench_check_end(bench);
    g_assert_cmpint(bench_check_holes(bench, IDX_REASON_DISK, 8 * HOLE_MAX_US), >, 0);
    bench_free(bench);
}

static void test_live_goes_on(void)
{
    check_live_goes_on("op=write,error=EIO");
}

/* The volume has room and is picked each time, and then it has none. */
static void test_live_goes_on_full(void)
{
    check_live_goes_on("op=write,error=ENOSPC");
}

/* A volume with a limit: streams leave it in time, without losing a picture, and it holds no more. */
static void test_limit(void)
{
    Bench *bench = bench_new(BENCH_FOLDERS, 0);
    bench_add(bench, 0, 0, LIMIT_BYTES);
    bench_add(bench, 1, 0, 0);
    bench_start(bench, NULL);
    /* By free space the small one would get next to nobody: it is the only one at first. */
    g_autoptr(GError) error = NULL;
    idx_volume_remove(bench->cat, bench->folder[1], test_now_us(), &error);
    g_assert_no_error(error);
    bench_wait_streams(bench, 0, 0, CAMERAS, "all streams in the first volume");
    bench_add(bench, 1, 0, 0);
    bench_wait_streams(bench, 1, 0, CAMERAS, "all streams in the second volume");
    int64_t left_us = test_now_us() + MJ_SECOND_US;
    bench_wait_streams(bench, 1, left_us, CAMERAS, "and they stay there");
    g_assert_cmpint(bench_streams_in(bench, 0, left_us), ==, 0);
    bench_check_end(bench);
    int64_t bytes = 0;
    g_assert_true(idx_volume_bytes(bench->cat, bench->volume[0], &bytes, &error));
    g_test_message("%.2f of %.2f MB", (double)bytes / 1e6, (double)LIMIT_BYTES / 1e6);
    g_assert_cmpint(bytes, <=, LIMIT_BYTES);
    g_assert_cmpint(bytes, >, LIMIT_BYTES / 2);
    bench_free(bench);
}

/* What was mounted is gone: nothing is written to the folder beneath. */
static void test_missing(void)
{
    Bench *bench = bench_new(BENCH_FOLDERS, 0);
    for (int i = 0; i < VOLUMES; i++)
        bench_add(bench, i, 0, 0);
    g_autofree char *mark = g_build_filename(bench->folder[0], IDX_VOLUME_MARK, NULL);
    g_unlink(mark);
    bench_start(bench, NULL);
    bench_wait_state(bench, 0, IDX_VOLUME_MISSING);
    bench_wait_streams(bench, 1, 0, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(bench_streams_in(bench, 0, 0), ==, 0);
    test_recorder_stop(g_steal_pointer(&bench->capture));
    test_recover(bench->cat);
    int64_t later_us = test_now_us() + 60 * MJ_SECOND_US;
    g_assert_cmpint(test_verify(bench->cat, "missing", later_us), ==, 1); // that it is gone
    g_autoptr(GDir) dir = g_dir_open(bench->folder[0], 0, NULL);
    g_assert_null(g_dir_read_name(dir));
    bench_free(bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET);
    bench_cameras_start();
    g_test_add_func("/volumes/errors", test_errors);
    g_test_add_func("/volumes/stalled", test_stalled);
    g_test_add_func("/volumes/read-only", test_read_only);
    g_test_add_func("/volumes/sync-fails", test_sync_fails);
    g_test_add_func("/volumes/only-one", test_only_one);
    g_test_add_func("/volumes/live-goes-on", test_live_goes_on);
    g_test_add_func("/volumes/live-goes-on-full", test_live_goes_on_full);
    g_test_add_func("/volumes/limit", test_limit);
    g_test_add_func("/volumes/missing", test_missing);
    int code = g_test_run();
    bench_cameras_stop();
    return code;
}
