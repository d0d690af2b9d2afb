// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture records real RTSP while calls into the kernel or the allocator fail (faults.c).
 *
 * Each case has a home and a recorder of its own; all run at once. Of each: the fault came; the
 * recorder lives (or, where it may not, is started again), records again, and ends in good order;
 * after the next start `mingjing verify --deep` finds nothing; what is not on disk is a gap with a
 * reason. A case can fail: the test of the test takes a byte from a file and wants to be told. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <jansson.h>
#include <libavutil/log.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "capture/orphan.h"
#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/gap.h"
#include "index/timeline.h"
#include "index/verify.h"
#include "test/capture/fixture.h"

#define POLL_US 20000
#define WAIT_US INT64_C(90000000)
#define AGAIN_US INT64_C(1500000) // of footage after the fault

typedef struct Case {
    const char *name;
    const char *rule; // %s = the home
    const char *gap;  // reason that a gap must have; NULL = any, or none
    bool may_die;     // and be started again: GLib ends the process when the allocator fails
} Case;

static const Case CASES[] = {
    {"write-full", "op=write,path=%s/footage,nth=4,error=ENOSPC", IDX_REASON_DISK, false},
    {"write-full-first", "op=write,path=%s/footage,nth=1,error=ENOSPC,times=3", IDX_REASON_DISK,
     false},
    {"write-error", "op=write,path=%s/footage,nth=5,error=EIO,times=2", IDX_REASON_DISK, false},
    {"write-slow", "op=write,path=%s/footage,nth=3,error=0,delay=1500", NULL, false},
    {"make-file", "op=open,path=%s/footage,nth=2,error=ENOSPC", IDX_REASON_DISK, false},
    {"make-file-read-only", "op=open,path=%s/footage,nth=1,error=EROFS,times=2", IDX_REASON_DISK,
     false},
    {"make-folder", "op=mkdir,path=%s/footage,nth=1,error=ENOSPC,times=2", IDX_REASON_DISK, false},
    {"sync-file", "op=sync,path=%s/footage,end=.mp4,nth=1", NULL, false},
    {"sync-folder", "op=sync,path=%s/footage,end=main,nth=1", NULL, false},
    {"sync-slow", "op=sync,path=%s/footage,nth=1,error=0,delay=3000", NULL, false},
    {"flush", "op=syncfs,path=%s,nth=1", NULL, false},
    {"flush-slow", "op=syncfs,path=%s,nth=1,error=0,delay=5000", NULL, false},
    {"catalogue-write", "op=write,path=%s/catalogue.db,nth=12,error=EIO", NULL, false},
    {"catalogue-full", "op=write,path=%s/catalogue.db,nth=9,error=ENOSPC,times=6", NULL, false},
    {"catalogue-read-only", "op=write,path=%s/catalogue.db,nth=10,error=EROFS,times=2", NULL,
     false},
    {"catalogue-open", "op=open,path=%s/catalogue.db,nth=1", NULL, true},
    {"catalogue-slow", "op=write,path=%s/catalogue.db,nth=10,error=0,delay=4000", NULL, false},
#ifndef FAULTS_WITHOUT_MALLOC
    {"memory-early", "op=malloc,path=,nth=9000,error=ENOMEM", NULL, true},
    {"memory", "op=malloc,path=,nth=14000,error=ENOMEM", NULL, true},
    {"memory-often", "op=malloc,path=,nth=12000,error=ENOMEM,times=40", NULL, true},
    /* The buffer of each segment: the recorder must find that it records no more, and end. */
    {"memory-for-good", "op=memalign,path=,size=65536,nth=3,error=ENOMEM,times=0",
     IDX_REASON_CAPTURE_DOWN, true},
#endif
};

typedef struct Run {
    const Case *what;
    char *home, *log, *faults;
    IdxCatalogue *cat;
    int64_t stream;
    GSubprocess *capture;
    bool died;
    int64_t hit_us; // when the fault was noticed
} Run;

static GSubprocess *cameras;
static char *camera_url;

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
    cameras = g_subprocess_launcher_spawn(launcher, &error, g_getenv("RTSP"), "--clip",
                                          "h264-320x180", "--exit-on-eof", NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(cameras));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *ready = json_loads(line, 0, NULL);
    camera_url = g_strdup(json_string_value(
        json_object_get(json_array_get(json_object_get(ready, "cameras"), 0), "url")));
    g_assert_nonnull(camera_url);
    json_decref(ready);
}

static void stop_cameras(void)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(cameras), NULL, NULL);
    g_assert_true(g_subprocess_wait_check(cameras, NULL, NULL));
    g_clear_object(&cameras);
}

/* --- one recorder ---------------------------------------------------------------------------- */

static void run_start(Run *run, bool with_faults)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_stderr_file_path(launcher, run->log);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    if (with_faults) {
        g_auto(GStrv) parts = g_strsplit(run->what->rule, "%s", 2);
        g_autofree char *rule =
            parts[1] ? g_strconcat(parts[0], run->home, parts[1], NULL) : g_strdup(parts[0]);
        g_subprocess_launcher_setenv(launcher, "LD_PRELOAD", g_getenv("FAULTS"), TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS", rule, TRUE);
        g_subprocess_launcher_setenv(launcher, "MINGJING_FAULTS_LOG", run->faults, TRUE);
    }
    run->capture = g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"), "--home",
                                               run->home, "--segment", "2", NULL);
    g_assert_no_error(error);
}

static void run_new(Run *run, const Case *what)
{
    g_autoptr(GError) error = NULL;
    *run = (Run){.what = what, .home = fixture_home()};
    run->log = g_build_filename(run->home, "capture.log", NULL);
    run->faults = g_build_filename(run->home, "faults.log", NULL);
    run->cat = idx_catalogue_open(run->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_set(run->cat, "cam1", camera_url, NULL, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
    run->stream = fixture_stream_id(run->home, "cam1");
    run_start(run, true);
}

static void run_end(Run *run)
{
    idx_catalogue_free(run->cat);
    g_clear_object(&run->capture);
    g_free(run->log);
    g_free(run->faults);
    fixture_home_remove(run->home);
}

static char *said(const Run *run)
{
    char *text = NULL;
    g_file_get_contents(run->log, &text, NULL, NULL);
    return text;
}

static bool lives(const Run *run)
{
    return g_subprocess_get_identifier(run->capture) != NULL;
}

/* Footage that was recorded at @from_us or later, as far as it is told. */
static int64_t footage_after(const Run *run, int64_t from_us)
{
    g_autoptr(GPtrArray) rows = idx_segment_range(run->cat, run->stream, from_us, INT64_MAX, NULL);
    int64_t sum_us = 0;
    for (guint i = 0; rows && i < rows->len; i++) {
        const IdxSegment *row = g_ptr_array_index(rows, i);
        sum_us += row->end_us - MAX(row->start_us, from_us);
    }
    return sum_us;
}

/* Moves on what can be; true when it has recorded again. */
static bool run_step(Run *run)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
    if (run->hit_us == 0 && g_file_test(run->faults, G_FILE_TEST_EXISTS))
        run->hit_us = now_us();
    if (!lives(run)) {
        g_autofree char *text = said(run);
        if (!run->what->may_die || run->died)
            g_error("%s: the recorder ended: %s", run->what->name, text);
        run->died = true;
        g_clear_object(&run->capture);
        run_start(run, false);
    }
    return run->hit_us != 0 && footage_after(run, run->hit_us) >= AGAIN_US;
}

static void run_stop(Run *run)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_send_signal(run->capture, SIGTERM);
    g_assert_true(g_subprocess_wait_check(run->capture, NULL, &error));
}

/* --- what must hold -------------------------------------------------------------------------- */

static void tell_finding(const IdxFinding *finding, void *data)
{
    g_printerr("# %s: %s %s: %s\n", (const char *)data, idx_finding_name(finding->kind),
               finding->path, finding->words);
}

static int64_t verify(const Run *run)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true,
                     .now_us = now_us() + 60 * MJ_SECOND_US,
                     .found = tell_finding,
                     .data = (void *)run->what->name};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(run->cat, &how, &sums, &error));
    g_assert_cmpint(sums.segments, >, 0);
    return sums.findings;
}

/* What the next start does before it records. */
static void recover(const Run *run)
{
    g_autoptr(GError) error = NULL;
    CapOrphans orphans;
    int count = 0;
    g_assert_true(cap_orphan_run(run->cat, (CapShard){1, 1}, &orphans, &error));
    g_assert_true(cap_recovery_run(run->cat, (CapShard){1, 1}, &count, &error));
    g_assert_no_error(error);
}

static void check_gaps(const Run *run)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = idx_segment_range(run->cat, run->stream, 0, INT64_MAX, &error);
    int64_t from_us = ((IdxSegment *)rows->pdata[0])->start_us;
    int64_t to_us = ((IdxSegment *)rows->pdata[rows->len - 1])->end_us;
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(run->cat, run->stream, from_us, to_us, now_us(), &error);
    g_assert_no_error(error);
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(line->gaps, i);
        if (g_str_equal(gap->reason, IDX_REASON_UNKNOWN))
            g_error("%s: %" PRId64 " us without a reason", run->what->name,
                    gap->to_us - gap->from_us);
    }
    g_autoptr(GPtrArray) gaps = idx_gap_range(run->cat, run->stream, 0, INT64_MAX, &error);
    bool named = run->what->gap == NULL;
    for (guint i = 0; i < gaps->len; i++)
        named |= g_strcmp0(((IdxGap *)gaps->pdata[i])->reason, run->what->gap) == 0;
    if (!named)
        g_error("%s: no gap says %s", run->what->name, run->what->gap);
}

static void check_end(Run *run)
{
    if (lives(run))
        run_stop(run);
    recover(run);
    g_assert_cmpint(verify(run), ==, 0);
    check_gaps(run);
}

static void give_up(const Run *run)
{
    g_autofree char *text = said(run);
    g_error("%s: %s: %s", run->what->name,
            run->hit_us ? "does not record again" : "the fault did not come", text);
}

static void test_faults(void)
{
    static Run runs[G_N_ELEMENTS(CASES)];
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        run_new(&runs[i], &CASES[i]);
    bool done[G_N_ELEMENTS(CASES)] = {false};
    int64_t until = g_get_monotonic_time() + WAIT_US;
    for (size_t left = G_N_ELEMENTS(CASES); left > 0;) {
        for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
            if (done[i] || !run_step(&runs[i]))
                continue;
            g_test_message("%s%s", CASES[i].name, runs[i].died ? " (started again)" : "");
            done[i] = true;
            left--;
        }
        for (size_t i = 0; i < G_N_ELEMENTS(CASES) && g_get_monotonic_time() > until; i++)
            if (!done[i])
                give_up(&runs[i]);
        g_usleep(POLL_US);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        check_end(&runs[i]);
    /* A damaged file is told: the checks above see what they look at. */
    g_autoptr(IdxSegment) last = idx_segment_last(runs[0].cat, runs[0].stream, NULL);
    g_autofree char *path = mj_home_footage_file(runs[0].home, last->path, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    bytes[size - 1] ^= 1;
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    g_assert_cmpint(verify(&runs[0]), ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++)
        run_end(&runs[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET);
    start_cameras();
    g_test_add_func("/capture/faults", test_faults);
    int code = g_test_run();
    stop_cameras();
    g_free(camera_url);
    return code;
}
