// SPDX-License-Identifier: GPL-3.0-or-later
/* As test-volumes.c, on file systems of their own (tmpfs, ext4 on loop devices) that really fill,
 * turn read-only, lose what they took, or are unmounted. Where the test may not mount it says so;
 * test-volumes.c has the same failures then, made by preloading. */
#include <libavutil/log.h>
#include <sys/mount.h>

#include "capture/disk.h"
#include "capture/libav.h"
#include "index/base/clock.h"
#include "index/segment/gap.h"
#include "index/state.h"
#include "test/faults/recorder.h"
#include "test/faults/volumes.h"

#define HOLE_MAX_US INT64_C(12000000) // ext4 waits for its journal before it gives up
#define SETTLED_US INT64_C(9000000)   // by then something is safe on the disk
#define POLL_US 50000

static bool may_mount, may_loop;

static bool skip(BenchKind kind)
{
    bool may = kind == BENCH_EXT4 ? may_loop : may_mount;
    if (!may)
        g_test_skip(kind == BENCH_EXT4 ? "may not mount an image by a loop device"
                                       : "may not mount");
    return !may;
}

static Bench *start(BenchKind kind, int megabytes, int64_t reserve_bytes, const char *rule)
{
    Bench *bench;
    do {
        bench = bench_new(kind, megabytes);
        bench_add(bench, 0, reserve_bytes, 0);
        bench_add(bench, 1, MEGABYTE, 0);
        bench_start(bench, rule);
    } while (!bench_wait_spread(bench));
    int64_t settled_us = test_now_us() + SETTLED_US;
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    if (kind == BENCH_EXT4)
        bench_wait_streams(bench, 0, settled_us, 1, "a stream that goes on in the first volume");
    return bench;
}

static void end(Bench *bench, const char *reason)
{
    bench_check_end(bench);
    int64_t holes_us = bench_check_holes(bench, reason, HOLE_MAX_US);
    g_test_message("%.2f s missing of %d cameras", (double)holes_us / 1e6, CAMERAS);
    bench_free(bench);
}

/* The disk nears its reserve: streams leave in time, and not one picture is missing. */
static void check_full(BenchKind kind)
{
    if (skip(kind))
        return;
    Bench *bench = start(kind, 256, 30 * MEGABYTE, NULL);
    int64_t full_us = test_now_us();
    bench_fill(bench, 40 * MEGABYTE); // within the margin of a twentieth
    bench_wait_streams(bench, 1, full_us, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(bench_free_bytes(bench->folder[0]), >=, 30 * MEGABYTE);
    int64_t left_us = test_now_us() + MJ_SECOND_US;
    bench_wait_streams(bench, 1, left_us, CAMERAS, "and they stay there");
    g_assert_cmpint(bench_streams_in(bench, 0, left_us), ==, 0);
    bench_unfill(bench);
    bench_give_up_second(bench);
    end(bench, NULL);
}

static void test_full(void)
{
    check_full(BENCH_TMPFS);
}

static void test_full_ext4(void)
{
    check_full(BENCH_EXT4);
}

static void wait_all_in_state_disk(const Bench *bench)
{
    int64_t until_us = g_get_monotonic_time() + 60 * MJ_SECOND_US;
    for (int waiting = CAMERAS; waiting > 0; g_usleep(POLL_US)) {
        waiting = 0;
        for (int i = 0; i < CAMERAS; i++) {
            g_autoptr(IdxState) state =
                idx_state_get(bench->cat, bench->stream[i], test_now_us(), NULL);
            waiting += !g_str_equal(state->state, IDX_STATE_DISK);
        }
        bench_check_alive(bench, "every stream in state disk", until_us);
    }
}

/* The only volume is at its reserve: nothing is written below it, the streams say why, and they are
 * recorded again when there is room. */
static void check_none_left(BenchKind kind)
{
    if (skip(kind))
        return;
    Bench *bench = bench_new(kind, 128);
    bench_add(bench, 0, 20 * MEGABYTE, 0);
    bench->volume[1] = bench->volume[0];
    bench_start(bench, NULL);
    bench_wait_streams(bench, 0, 0, CAMERAS, "all streams");
    bench_fill(bench, 20 * MEGABYTE + 100000);
    wait_all_in_state_disk(bench);
    bench_wait_state(bench, 0, IDX_VOLUME_FULL);
    /* Free space is looked at twice a second; what came meanwhile is below the reserve. */
    g_assert_cmpint(bench_free_bytes(bench->folder[0]), >=, 19 * MEGABYTE);
    bench_unfill(bench);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_wait_streams(bench, 0, test_now_us(), CAMERAS, "all streams again");
    bench_check_end(bench);
    g_assert_cmpint(bench_check_holes(bench, IDX_REASON_DISK, 60 * MJ_SECOND_US), >, 0);
    bench_free(bench);
}

static void test_none_left(void)
{
    check_none_left(BENCH_TMPFS);
}

static void test_none_left_ext4(void)
{
    check_none_left(BENCH_EXT4);
}

/* Mounted read-only before the start; remounted, it is used. */
static void test_read_only(void)
{
    if (skip(BENCH_TMPFS))
        return;
    Bench *bench = bench_new(BENCH_TMPFS, 256);
    for (int i = 0; i < VOLUMES; i++)
        bench_add(bench, i, MEGABYTE, 0);
    g_assert_cmpint(mount(NULL, bench->folder[0], NULL, MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
    bench_start(bench, NULL);
    bench_wait_state(bench, 0, IDX_VOLUME_READ_ONLY);
    bench_wait_streams(bench, 1, 0, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(bench_streams_in(bench, 0, 0), ==, 0);
    g_assert_cmpint(mount(NULL, bench->folder[0], NULL, MS_REMOUNT, NULL), ==, 0);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_give_up_second(bench);
    end(bench, NULL);
}

/* ext4 meets an error, gives its journal up and turns read-only while files are being written. It is
 * unmounted, checked and mounted again under the running recorder. */
static void test_aborted(void)
{
    if (skip(BENCH_EXT4))
        return;
    Bench *bench = start(BENCH_EXT4, 256, MEGABYTE, NULL);
    int64_t broken_us = test_now_us();
    g_assert_true(bench_run("mount -o remount,abort %s", bench->folder[0]));
    bench_wait_streams(bench, 1, broken_us, CAMERAS, "all streams in the second volume");
    g_autoptr(IdxVolume) volume = bench_volume(bench, 0);
    g_assert_cmpstr(volume->state, !=, IDX_VOLUME_READY);
    g_assert_nonnull(volume->detail);
    bench_repair(bench, 0);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_give_up_second(bench);
    end(bench, IDX_REASON_DISK);
}

/* The disk takes writes and loses them: what is below it has no more room, and the kernel learns it
 * only when it writes the pages out. */
static void test_loses(void)
{
    if (skip(BENCH_EXT4))
        return;
    Bench *bench = start(BENCH_EXT4, 128, MEGABYTE, NULL);
    int64_t broken_us = test_now_us();
    int64_t used = 145 * MEGABYTE - bench_free_bytes(bench->below);
    g_assert_true(bench_run("mount -o remount,size=%" G_GINT64_FORMAT " %s", used, bench->below));
    bench_wait_streams(bench, 1, broken_us, CAMERAS, "all streams in the second volume");
    g_autoptr(IdxVolume) volume = bench_volume(bench, 0);
    g_assert_cmpstr(volume->state, !=, IDX_VOLUME_READY);
    g_assert_true(bench_run("mount -o remount,size=160m %s", bench->below));
    bench_repair(bench, 0);
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_give_up_second(bench);
    end(bench, IDX_REASON_DISK);
}

/* Taken away while it is recorded to, and brought back. */
static void test_unmounted(void)
{
    if (skip(BENCH_EXT4))
        return;
    Bench *bench = start(BENCH_EXT4, 128, MEGABYTE, NULL);
    int64_t gone_us = test_now_us();
    g_assert_cmpint(umount2(bench->folder[0], MNT_DETACH), ==, 0);
    bench_wait_state(bench, 0, IDX_VOLUME_MISSING);
    bench_wait_streams(bench, 1, gone_us, CAMERAS, "all streams in the second volume");
    g_autoptr(GDir) beneath = g_dir_open(bench->folder[0], 0, NULL);
    g_assert_null(g_dir_read_name(beneath));
    int64_t until_us = g_get_monotonic_time() + 30 * MJ_SECOND_US;
    while (!bench_run("mount -o loop %s %s", bench->image[0], bench->folder[0])) {
        bench_check_alive(bench, "mounting again", until_us); // its last file is being closed
        g_usleep(POLL_US);
    }
    bench_wait_state(bench, 0, IDX_VOLUME_READY);
    bench_give_up_second(bench);
    end(bench, IDX_REASON_DISK);
}

/* What is written is long in coming to the disk: streams leave it, and it is not called broken. */
static void test_syncs_slowly(void)
{
    if (skip(BENCH_TMPFS))
        return;
    Bench *bench = start(BENCH_TMPFS, 256, MEGABYTE, "op=syncfs,error=0,delay=30000");
    int64_t slow_us = test_now_us();
    bench_break(bench, true);
    int64_t until_us = g_get_monotonic_time() + 60 * MJ_SECOND_US;
    for (;;) {
        g_autoptr(IdxVolume) volume = bench_volume(bench, 0);
        g_assert_cmpstr(volume->state, ==, IDX_VOLUME_READY);
        if (volume->detail)
            break;
        bench_check_alive(bench, "a word of slow syncing", until_us);
        g_usleep(POLL_US);
    }
    g_assert_cmpint(test_now_us() - slow_us, >=, CAP_DISK_SYNC_US);
    int64_t told_us = test_now_us();
    bench_wait_streams(bench, 1, told_us, CAMERAS, "all streams in the second volume");
    int64_t left_us = test_now_us() + MJ_SECOND_US;
    bench_wait_streams(bench, 1, left_us, CAMERAS, "and they stay there");
    g_assert_cmpint(bench_streams_in(bench, 0, left_us), ==, 0);
    bench_break(bench, false);
    bench_give_up_second(bench); // slow, it is still better than none
    end(bench, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    may_loop = bench_may_mount(BENCH_EXT4);
    may_mount = may_loop || bench_may_mount(BENCH_TMPFS);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET);
    bench_cameras_start();
    g_test_add_func("/disks/full", test_full);
    g_test_add_func("/disks/full-ext4", test_full_ext4);
    g_test_add_func("/disks/none-left", test_none_left);
    g_test_add_func("/disks/none-left-ext4", test_none_left_ext4);
    g_test_add_func("/disks/read-only", test_read_only);
    g_test_add_func("/disks/aborted", test_aborted);
    g_test_add_func("/disks/loses", test_loses);
    g_test_add_func("/disks/unmounted", test_unmounted);
    g_test_add_func("/disks/syncs-slowly", test_syncs_slowly);
    int code = g_test_run();
    bench_cameras_stop();
    return code;
}
