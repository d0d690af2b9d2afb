// SPDX-License-Identifier: GPL-3.0-or-later
/* Two or more volumes, of which one fills, turns read-only, hangs or gives errors while six cameras
 * record to them: it takes its own share down and nothing else, the state says so, and it is used
 * again once it is well. On small file systems of their own where the test may mount; what a file
 * system cannot be made to do, faults.c does. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <jansson.h>
#include <libavutil/log.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "capture/orphan.h"
#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/gap.h"
#include "index/state.h"
#include "index/verify.h"
#include "index/volume.h"
#include "test/capture/fixture.h"

#define CAMERAS 6
#define VOLUMES 2
#define POLL_US 50000
#define WAIT_US INT64_C(30000000)
#define HOLE_MAX_US INT64_C(8000000) // a hang is waited for, then comes the next key frame
#define MEGABYTE (INT64_C(1) << 20)

typedef struct Bench {
    char *home, *log, *faults, *broken; // broken: exists while the fault lasts
    char *folder[VOLUMES];
    bool mounted[VOLUMES];
    IdxCatalogue *cat;
    int64_t stream[CAMERAS], volume[VOLUMES];
    GSubprocess *capture;
} Bench;

static GSubprocess *cameras;
static char *urls[CAMERAS];

static void die_with_us(void *data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int64_t now_us(void)
{
    return mj_clock_utc_us(mj_clock_system());
}

static void start_cameras(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    cameras = g_subprocess_launcher_spawn(launcher, &error, g_getenv("RTSP"), "--cameras",
                                          G_STRINGIFY(CAMERAS), "--clip", "h264-640x360",
                                          "--exit-on-eof", NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(cameras));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *ready = json_loads(line, 0, NULL);
    for (size_t i = 0; i < CAMERAS; i++)
        urls[i] = g_strdup(json_string_value(
            json_object_get(json_array_get(json_object_get(ready, "cameras"), i), "url")));
    json_decref(ready);
}

static void stop_cameras(void)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(cameras), NULL, NULL);
    g_assert_true(g_subprocess_wait_check(cameras, NULL, NULL));
    g_clear_object(&cameras);
    for (size_t i = 0; i < CAMERAS; i++)
        g_free(urls[i]);
}

/* --- a home with volumes ---------------------------------------------------------------------- */

static void add_volume(Bench *bench, int i, int64_t reserve, int64_t max)
{
    g_autoptr(GError) error = NULL;
    idx_volume_add(bench->cat, bench->folder[i], reserve, max, now_us(), &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) all = idx_volume_list(bench->cat, &error);
    bench->volume[i] = ((IdxVolume *)all->pdata[all->len - 1])->id;
}

/* Two volumes besides the home's own, which is not recorded to. Where the test may not mount, they
 * are folders. @megabytes of a file system each; 0 = folders. */
static Bench bench_new(int megabytes)
{
    Bench bench = {.home = fixture_home()};
    g_autoptr(GError) error = NULL;
    g_autofree char *parent = g_path_get_dirname(bench.home);
    bench.log = g_build_filename(parent, "capture.log", NULL);
    bench.faults = g_build_filename(parent, "faults.log", NULL);
    bench.broken = g_build_filename(parent, "broken", NULL);
    bench.cat = idx_catalogue_open(bench.home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_remove(bench.cat, "cam1", now_us(), &error);
    for (int i = 0; i < CAMERAS; i++) {
        g_autofree char *code = g_strdup_printf("c%d", i);
        idx_camera_add(bench.cat, code, urls[i], NULL, NULL, NULL, NULL, now_us(), &error);
        g_assert_no_error(error);
        bench.stream[i] = fixture_stream_id(bench.home, code);
    }
    for (int i = 0; i < VOLUMES; i++) {
        bench.folder[i] = g_strdup_printf("%s/volume%d", parent, i);
        g_assert_cmpint(g_mkdir(bench.folder[i], 0750), ==, 0);
        g_autofree char *size = g_strdup_printf("size=%dm", megabytes);
        bench.mounted[i] = megabytes > 0 && mount("tmpfs", bench.folder[i], "tmpfs", 0, size) == 0;
    }
    return bench;
}

static void start_capture(Bench *bench, const char *rule)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *own = mj_home_footage(bench->home);
    if (idx_volume_remove(bench->cat, own, now_us(), &error) == false)
        g_error("%s", error->message);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_stderr_file_path(launcher, bench->log);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    if (rule) {
        g_autofree char *whole =
            g_strdup_printf("%s,path=%s,while=%s,times=0", rule, bench->folder[0], bench->broken);
        g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", g_getenv("FAULTS"), TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS", whole, TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS_LOG", bench->faults, TRUE);
    }
    bench->capture = g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"), "--home",
                                                 bench->home, "--segment", "2", NULL);
    g_assert_no_error(error);
}

static void stop_capture(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_send_signal(bench->capture, SIGTERM);
    g_assert_true(g_subprocess_wait_check(bench->capture, NULL, &error));
    g_clear_object(&bench->capture);
}

static void bench_end(Bench *bench)
{
    for (int i = 0; i < VOLUMES; i++) {
        if (bench->mounted[i])
            g_assert_cmpint(umount2(bench->folder[i], MNT_DETACH), ==, 0);
        g_free(bench->folder[i]);
    }
    idx_catalogue_free(bench->cat);
    g_free(bench->log);
    g_free(bench->faults);
    g_free(bench->broken);
    fixture_home_remove(bench->home);
}

/* --- what is so ------------------------------------------------------------------------------- */

static IdxVolume *volume_now(const Bench *bench, int i)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = idx_volume_list(bench->cat, &error);
    g_assert_no_error(error);
    for (guint j = 0; j < all->len; j++)
        if (((IdxVolume *)all->pdata[j])->id == bench->volume[i])
            return g_ptr_array_steal_index(all, j);
    g_assert_not_reached();
}

/* How many streams have whole fragments in volume @i that begin at @from_us or later. */
static int streams_in(const Bench *bench, int i, int64_t from_us)
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

static void check_alive(const Bench *bench, const char *what, int64_t until_us)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
    bool dead = g_subprocess_get_identifier(bench->capture) == NULL;
    if (!dead && g_get_monotonic_time() < until_us)
        return;
    g_autofree char *text = NULL;
    g_file_get_contents(bench->log, &text, NULL, NULL);
    g_error("%s: %s: %s", what, dead ? "the recorder ended" : "did not come", text);
}

static void wait_streams(const Bench *bench, int i, int64_t from_us, int least, const char *what)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    while (streams_in(bench, i, from_us) < least) {
        check_alive(bench, what, until_us);
        g_usleep(POLL_US);
    }
}

static void wait_state(const Bench *bench, int i, const char *state)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (;;) {
        g_autoptr(IdxVolume) volume = volume_now(bench, i);
        if (g_str_equal(volume->state, state))
            return;
        check_alive(bench, state, until_us);
        g_usleep(POLL_US);
    }
}

static void tell_finding(const IdxFinding *finding, void *data)
{
    g_printerr("# %s %s: %s\n", idx_finding_name(finding->kind), finding->path, finding->words);
}

/* As the next start would have it. */
static void check_end(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    stop_capture(bench);
    CapOrphans orphans;
    int count = 0;
    g_assert_true(cap_orphan_run(bench->cat, (CapShard){1, 1}, &orphans, &error));
    g_assert_true(cap_recovery_run(bench->cat, (CapShard){1, 1}, &count, &error));
    IdxVerify how = {.deep = true, .now_us = now_us() + 60 * MJ_SECOND_US, .found = tell_finding};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(bench->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_assert_cmpint(sums.findings, ==, 0);
}

/* Every hole in what the streams have is a gap named @reason, and none is long. How much in all. */
static int64_t check_holes(const Bench *bench, const char *reason)
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
            g_assert_cmpint(hole_us, <=, HOLE_MAX_US);
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

/* --- the cases -------------------------------------------------------------------------------- */

/* Streams are spread; the one volume breaks; all go on in the other; it is well again, and used. */
static void run_case(Bench *bench, const char *state, void (*set)(Bench *bench, bool broken))
{
    wait_streams(bench, 0, 0, 1, "a stream in the first volume");
    wait_streams(bench, 1, 0, 1, "a stream in the second volume");
    wait_state(bench, 0, IDX_VOLUME_READY);
    int64_t broken_us = now_us();
    set(bench, true);
    wait_state(bench, 0, state);
    g_autoptr(IdxVolume) volume = volume_now(bench, 0);
    g_assert_nonnull(volume->detail);
    g_assert_cmpint(volume->since_us, >=, broken_us);
    wait_streams(bench, 1, broken_us, CAMERAS, "all streams in the second volume");
    wait_state(bench, 1, IDX_VOLUME_READY);
    set(bench, false);
    wait_state(bench, 0, IDX_VOLUME_READY);
    int64_t well_us = now_us();
    /* The other one is given up: whoever is there must come back. */
    g_autoptr(GError) error = NULL;
    idx_volume_remove(bench->cat, bench->folder[1], well_us, &error);
    g_assert_no_error(error);
    wait_streams(bench, 0, well_us, CAMERAS, "all streams in the first volume again");
}

static void set_broken(Bench *bench, bool broken)
{
    if (broken)
        g_assert_true(g_file_set_contents(bench->broken, "", 0, NULL));
    else
        g_unlink(bench->broken);
}

static void check_rule(const char *rule, const char *state)
{
    Bench bench = bench_new(0);
    for (int i = 0; i < VOLUMES; i++)
        add_volume(&bench, i, 0, 0);
    start_capture(&bench, rule);
    run_case(&bench, state, set_broken);
    check_end(&bench);
    int64_t holes_us = check_holes(&bench, IDX_REASON_DISK);
    g_assert_cmpint(holes_us, >, 0);
    g_test_message("%s: %.2f s missing of %d cameras", state, (double)holes_us / 1e6, CAMERAS);
    bench_end(&bench);
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

static void remount(const Bench *bench, unsigned long flags)
{
    g_assert_cmpint(mount(NULL, bench->folder[0], NULL, MS_REMOUNT | flags, NULL), ==, 0);
}

/* Nothing is open there yet, or it could not be remounted. */
static void test_remounted(void)
{
    Bench bench = bench_new(512);
    if (!bench.mounted[0]) {
        g_test_skip("may not mount; read-only is tested by the preloaded faults");
        bench_end(&bench);
        return;
    }
    for (int i = 0; i < VOLUMES; i++)
        add_volume(&bench, i, MEGABYTE, 0);
    remount(&bench, MS_RDONLY);
    start_capture(&bench, NULL);
    wait_state(&bench, 0, IDX_VOLUME_READ_ONLY);
    wait_streams(&bench, 1, 0, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(streams_in(&bench, 0, 0), ==, 0);
    remount(&bench, 0);
    wait_state(&bench, 0, IDX_VOLUME_READY);
    int64_t well_us = now_us();
    g_autoptr(GError) error = NULL;
    idx_volume_remove(bench.cat, bench.folder[1], well_us, &error);
    wait_streams(&bench, 0, well_us, CAMERAS, "all streams in the first volume");
    check_end(&bench);
    g_assert_cmpint(check_holes(&bench, NULL), ==, 0);
    bench_end(&bench);
}

static int64_t free_bytes(const char *folder)
{
    struct statvfs info;
    g_assert_cmpint(statvfs(folder, &info), ==, 0);
    return (int64_t)info.f_bavail * (int64_t)info.f_frsize;
}

/* Somebody else fills the disk, but for @left_bytes. */
static void fill(Bench *bench, int64_t left_bytes)
{
    g_autofree char *path = g_build_filename(bench->folder[0], ".mingjing-ballast", NULL);
    int fd = g_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    g_assert_cmpint(fd, >=, 0);
    int failed = posix_fallocate(fd, 0, free_bytes(bench->folder[0]) - left_bytes);
    g_assert_cmpint(failed, ==, 0);
    close(fd);
}

static void fill_to_margin(Bench *bench, bool broken)
{
    g_autofree char *path = g_build_filename(bench->folder[0], ".mingjing-ballast", NULL);
    if (broken)
        fill(bench, 45 * MEGABYTE); // of 512, reserve 30: within the margin of a twentieth
    else
        g_unlink(path);
}

/* The disk nears its reserve: streams leave in time, and not one picture is missing. */
static void test_full(void)
{
    Bench bench = bench_new(512);
    if (!bench.mounted[0]) {
        g_test_skip("may not mount; a full disk is tested by the preloaded faults");
        bench_end(&bench);
        return;
    }
    add_volume(&bench, 0, 30 * MEGABYTE, 0);
    add_volume(&bench, 1, MEGABYTE, 0);
    start_capture(&bench, NULL);
    wait_streams(&bench, 0, 0, 1, "a stream in the first volume");
    wait_streams(&bench, 1, 0, 1, "a stream in the second volume");
    int64_t full_us = now_us();
    fill_to_margin(&bench, true);
    wait_streams(&bench, 1, full_us, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(free_bytes(bench.folder[0]), >=, 30 * MEGABYTE);
    int64_t left_us = now_us() + MJ_SECOND_US;
    wait_streams(&bench, 1, left_us, CAMERAS, "and they stay there");
    g_assert_cmpint(streams_in(&bench, 0, left_us), ==, 0);
    fill_to_margin(&bench, false);
    check_end(&bench);
    g_assert_cmpint(check_holes(&bench, NULL), ==, 0);
    bench_end(&bench);
}

/* The only volume is at its reserve: nothing is written below it, the streams say why, and they are
 * recorded again when there is room. */
static void test_none_left(void)
{
    Bench bench = bench_new(128);
    if (!bench.mounted[0]) {
        g_test_skip("may not mount");
        bench_end(&bench);
        return;
    }
    add_volume(&bench, 0, 20 * MEGABYTE, 0);
    bench.volume[1] = bench.volume[0];
    start_capture(&bench, NULL);
    wait_streams(&bench, 0, 0, CAMERAS, "all streams");
    fill(&bench, 20 * MEGABYTE + 100000);
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (int waiting = CAMERAS; waiting > 0; g_usleep(POLL_US)) {
        waiting = 0;
        for (int i = 0; i < CAMERAS; i++) {
            g_autoptr(IdxState) state = idx_state_get(bench.cat, bench.stream[i], now_us(), NULL);
            waiting += !g_str_equal(state->state, IDX_STATE_DISK);
        }
        check_alive(&bench, "every stream in state disk", until_us);
    }
    wait_state(&bench, 0, IDX_VOLUME_FULL);
    g_assert_cmpint(free_bytes(bench.folder[0]), >=, 20 * MEGABYTE);
    g_autofree char *ballast = g_build_filename(bench.folder[0], ".mingjing-ballast", NULL);
    g_unlink(ballast);
    wait_state(&bench, 0, IDX_VOLUME_READY);
    wait_streams(&bench, 0, now_us(), CAMERAS, "all streams again");
    check_end(&bench);
    g_assert_cmpint(check_holes(&bench, IDX_REASON_DISK), >, 0);
    bench_end(&bench);
}

/* What was mounted is gone: nothing is written to the folder beneath. */
static void test_missing(void)
{
    Bench bench = bench_new(0);
    for (int i = 0; i < VOLUMES; i++)
        add_volume(&bench, i, 0, 0);
    g_autofree char *mark = g_build_filename(bench.folder[0], IDX_VOLUME_MARK, NULL);
    g_unlink(mark);
    start_capture(&bench, NULL);
    wait_state(&bench, 0, IDX_VOLUME_MISSING);
    wait_streams(&bench, 1, 0, CAMERAS, "all streams in the second volume");
    g_assert_cmpint(streams_in(&bench, 0, 0), ==, 0);
    check_end(&bench);
    g_autoptr(GDir) dir = g_dir_open(bench.folder[0], 0, NULL);
    g_assert_null(g_dir_read_name(dir));
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET);
    start_cameras();
    g_test_add_func("/volumes/errors", test_errors);
    g_test_add_func("/volumes/stalled", test_stalled);
    g_test_add_func("/volumes/read-only", test_read_only);
    g_test_add_func("/volumes/remounted", test_remounted);
    g_test_add_func("/volumes/full", test_full);
    g_test_add_func("/volumes/none-left", test_none_left);
    g_test_add_func("/volumes/missing", test_missing);
    int code = g_test_run();
    stop_cameras();
    return code;
}
