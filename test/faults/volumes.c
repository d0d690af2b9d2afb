// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/faults/volumes.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "index/base/home.h"
#include "index/camera.h"
#include "index/segment/gap.h"
#include "index/segment/segment.h"
#include "test/capture/fixture.h"
#include "test/faults/recorder.h"

#define POLL_US 50000
#define WAIT_US INT64_C(60000000)
#define BALLAST ".mingjing-ballast"

static GSubprocess *cameras;
static char *urls[CAMERAS];

bool bench_run(const char *command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    g_autofree char *line = g_strdup_vprintf(command, arguments);
    va_end(arguments);
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    int status = 0;
    if (g_spawn_command_line_sync(line, &out, &err, &status, &error) &&
        g_spawn_check_wait_status(status, &error))
        return true;
    g_test_message("%s: %s %s", line, error->message, err ? err : "");
    return false;
}

bool bench_may_mount(BenchKind kind)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    g_autofree char *folder = g_dir_make_tmp("mingjing-mount-XXXXXX", NULL);
    g_autofree char *image = g_strconcat(folder, ".image", NULL);
    bool may = mount("tmpfs", folder, "tmpfs", 0, "size=1m") == 0 && umount(folder) == 0;
    if (may && kind == BENCH_EXT4) {
        may = bench_run("truncate -s 8M %s", image) && bench_run("mkfs.ext4 -q %s", image) &&
              bench_run("mount -o loop %s %s", image, folder) && umount(folder) == 0;
        g_unlink(image);
    }
    g_rmdir(folder);
    return may;
}

void bench_cameras_start(void)
{
    cameras = test_cameras_start(CAMERAS, "h264-640x360", NULL, urls);
}

void bench_cameras_stop(void)
{
    test_cameras_stop(cameras);
    for (size_t i = 0; i < CAMERAS; i++)
        g_free(urls[i]);
}

/* --- a home with volumes ---------------------------------------------------------------------- */

static void mount_ext4(Bench *bench, const char *parent, int i, int megabytes)
{
    const char *where = parent;
    if (i == 0) {
        bench->below = g_build_filename(parent, "below", NULL);
        g_assert_cmpint(g_mkdir(bench->below, 0750), ==, 0);
        g_autofree char *size = g_strdup_printf("size=%dm", megabytes + 16);
        g_assert_cmpint(mount("tmpfs", bench->below, "tmpfs", 0, size), ==, 0);
        where = bench->below;
    }
    bench->image[i] = g_strdup_printf("%s/image%d", where, i);
    g_assert_true(bench_run("truncate -s %dM %s", megabytes, bench->image[i]));
    g_assert_true(bench_run("mkfs.ext4 -q -m 0 %s", bench->image[i]));
    g_assert_true(bench_run("mount -o loop %s %s", bench->image[i], bench->folder[i]));
}

static void make_volume(Bench *bench, int i, int megabytes)
{
    g_autofree char *parent = g_path_get_dirname(bench->home);
    bench->folder[i] = g_strdup_printf("%s/volume%d", parent, i);
    g_assert_cmpint(g_mkdir(bench->folder[i], 0750), ==, 0);
    g_autofree char *size = g_strdup_printf("size=%dm", megabytes);
    if (bench->kind == BENCH_TMPFS)
        g_assert_cmpint(mount("tmpfs", bench->folder[i], "tmpfs", 0, size), ==, 0);
    else if (bench->kind == BENCH_EXT4)
        mount_ext4(bench, parent, i, megabytes);
}

Bench *bench_new(BenchKind kind, int megabytes)
{
    Bench *bench = g_new0(Bench, 1);
    g_autoptr(GError) error = NULL;
    bench->kind = kind;
    bench->home = fixture_home();
    g_autofree char *parent = g_path_get_dirname(bench->home);
    bench->log = g_build_filename(parent, "capture.log", NULL);
    bench->faults = g_build_filename(parent, "faults.log", NULL);
    bench->broken = g_build_filename(parent, "broken", NULL);
    bench->cat = idx_catalogue_open(bench->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_remove(bench->cat, "cam1", test_now_us(), &error);
    for (int i = 0; i < CAMERAS; i++) {
        g_autofree char *code = g_strdup_printf("c%d", i);
        idx_camera_add(bench->cat, code, urls[i], NULL, NULL, NULL, NULL, test_now_us(), &error);
        g_assert_no_error(error);
        bench->stream[i] = fixture_stream_id(bench->home, code);
    }
    for (int i = 0; i < VOLUMES; i++)
        make_volume(bench, i, megabytes);
    return bench;
}

void bench_free(Bench *bench)
{
    for (int i = 0; i < VOLUMES; i++) {
        if (bench->kind != BENCH_FOLDERS)
            g_assert_cmpint(umount2(bench->folder[i], MNT_DETACH), ==, 0);
        g_free(bench->folder[i]);
        g_free(bench->image[i]);
    }
    if (bench->below)
        g_assert_cmpint(umount2(bench->below, MNT_DETACH), ==, 0);
    idx_catalogue_free(bench->cat);
    g_free(bench->below);
    g_free(bench->log);
    g_free(bench->faults);
    g_free(bench->broken);
    fixture_home_remove(bench->home);
    g_free(bench);
}

void bench_add(Bench *bench, int i, int64_t reserve_bytes, int64_t max_bytes)
{
    g_autoptr(GError) error = NULL;
    idx_volume_add(bench->cat, bench->folder[i], reserve_bytes, max_bytes, test_now_us(), &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) all = idx_volume_list(bench->cat, &error);
    bench->volume[i] = ((IdxVolume *)all->pdata[all->len - 1])->id;
}

void bench_start(Bench *bench, const char *rule)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *own = mj_home_footage(bench->home);
    idx_volume_remove(bench->cat, own, test_now_us(), &error);
    g_assert_no_error(error);
    g_autofree char *whole =
        rule ? g_strdup_printf("%s,path=%s,while=%s,times=0", rule, bench->folder[0], bench->broken)
             : NULL;
    bench->capture = test_recorder_start(bench->home, bench->log, whole, bench->faults);
}

void bench_break(Bench *bench, bool broken)
{
    if (broken)
        g_assert_true(g_file_set_contents(bench->broken, "", 0, NULL));
    else
        g_assert_cmpint(g_unlink(bench->broken), ==, 0);
}

void bench_repair(Bench *bench, int i)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    while (umount(bench->folder[i]) < 0) { // files are still open there for a moment
        bench_check_alive(bench, "unmounting", until_us);
        g_usleep(POLL_US);
    }
    bench_run("e2fsck -f -y %s", bench->image[i]); // 1 = it has mended something
    g_assert_true(bench_run("mount -o loop %s %s", bench->image[i], bench->folder[i]));
}

int64_t bench_free_bytes(const char *folder)
{
    struct statvfs info;
    g_assert_cmpint(statvfs(folder, &info), ==, 0);
    return (int64_t)info.f_bavail * (int64_t)info.f_frsize;
}

void bench_fill(Bench *bench, int64_t left_bytes)
{
    g_autofree char *path = g_build_filename(bench->folder[0], BALLAST, NULL);
    int fd = g_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    g_assert_cmpint(fd, >=, 0);
    int failed = posix_fallocate(fd, 0, bench_free_bytes(bench->folder[0]) - left_bytes);
    g_assert_cmpint(failed, ==, 0);
    close(fd);
}

void bench_unfill(Bench *bench)
{
    g_autofree char *path = g_build_filename(bench->folder[0], BALLAST, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

/* --- what is so ------------------------------------------------------------------------------- */

IdxVolume *bench_volume(const Bench *bench, int i)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = idx_volume_list(bench->cat, &error);
    g_assert_no_error(error);
    for (guint j = 0; j < all->len; j++)
        if (((IdxVolume *)all->pdata[j])->id == bench->volume[i])
            return g_ptr_array_steal_index(all, j);
    g_assert_not_reached();
}

int bench_streams_in(const Bench *bench, int i, int64_t from_us)
{
    int count = 0;
    for (int j = 0; j < CAMERAS; j++) {
        g_autoptr(GPtrArray) rows =
            idx_segment_range(bench->cat, bench->stream[j], from_us, INT64_MAX, NULL);
        bool found = false;
        for (guint k = 0; k < rows->len; k++) {
            const IdxSegment *row = rows->pdata[k];
            found |=
                row->volume_id == bench->volume[i] && row->start_us >= from_us && row->frames > 0;
        }
        count += found;
    }
    return count;
}

void bench_check_alive(const Bench *bench, const char *what, int64_t until_us)
{
    bool alive = test_recorder_lives(bench->capture);
    if (!alive || g_get_monotonic_time() >= until_us)
        test_recorder_blame(what, alive ? "did not come" : "the recorder ended", bench->log);
}

void bench_wait_streams(const Bench *bench, int i, int64_t from_us, int least, const char *what)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    while (bench_streams_in(bench, i, from_us) < least) {
        bench_check_alive(bench, what, until_us);
        g_usleep(POLL_US);
    }
}

void bench_wait_state(const Bench *bench, int i, const char *state)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (;;) {
        g_autoptr(IdxVolume) volume = bench_volume(bench, i);
        if (g_str_equal(volume->state, state))
            return;
        bench_check_alive(bench, state, until_us);
        g_usleep(POLL_US);
    }
}

bool bench_wait_spread(Bench *bench)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (;;) {
        int first = bench_streams_in(bench, 0, 0), second = bench_streams_in(bench, 1, 0);
        if (first > 0 && second > 0)
            return true;
        if (first + second == CAMERAS)
            break;
        bench_check_alive(bench, "every stream", until_us);
        g_usleep(POLL_US);
    }
    g_test_message("all streams drew the same volume; once more");
    test_recorder_stop(g_steal_pointer(&bench->capture));
    bench_free(bench);
    return false;
}

void bench_give_up_second(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    int64_t at_us = test_now_us();
    idx_volume_remove(bench->cat, bench->folder[1], at_us, &error);
    g_assert_no_error(error);
    bench_wait_streams(bench, 0, at_us, CAMERAS, "all streams in the first volume");
}

void bench_check_end(Bench *bench)
{
    test_recorder_stop(g_steal_pointer(&bench->capture));
    test_check_home(bench->cat, "volumes");
}

int64_t bench_check_holes(const Bench *bench, const char *reason, int64_t longest_us)
{
    int64_t sum_us = 0;
    for (int i = 0; i < CAMERAS; i++) {
        g_autoptr(GPtrArray) rows =
            idx_segment_range(bench->cat, bench->stream[i], 0, INT64_MAX, NULL);
        for (guint j = 1; j < rows->len; j++) {
            const IdxSegment *before = rows->pdata[j - 1], *row = rows->pdata[j];
            int64_t hole_us = row->start_us - before->end_us;
            if (hole_us == 0)
                continue;
            g_assert_cmpint(hole_us, <=, longest_us);
            g_autoptr(GPtrArray) gaps =
                idx_gap_range(bench->cat, bench->stream[i], before->end_us, row->start_us, NULL);
            g_assert_cmpuint(gaps->len, >, 0);
            const IdxGap *gap = gaps->pdata[0];
            g_assert_cmpstr(gap->reason, ==, reason ? reason : "no hole at all");
            g_assert_cmpint(gap->from_us, ==, before->end_us);
            sum_us += hole_us;
        }
    }
    return sum_us;
}
