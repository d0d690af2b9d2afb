// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture records real RTSP while calls into the kernel or the allocator fail (faults.c).
 *
 * Each case has a home and a recorder of its own; many run at once. Of each: the fault came; the
 * recorder lives (or, where it may not, is started again), records again, and ends in good order;
 * after the next start `mingjing verify --deep` finds nothing; what is not on disk is a gap with a
 * reason. A case can fail: the test of the test takes a byte from a file and wants to be told.
 *
 * MINGJING_SWEEP=FROM:TO:STEP:TIMES[:OP]: instead of the cases, so many calls fail in a row (of malloc,
 * or OP), from the FROM-th on, then from the next, one case for each. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <libavutil/log.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/segment/gap.h"
#include "index/segment/segment.h"
#include "test/capture/fixture.h"
#include "test/faults/recorder.h"

#define AT_ONCE 14 // recorders
#define POLL_US 20000
#define WAIT_US INT64_C(90000000)
#define AGAIN_US INT64_C(1500000)   // of footage after the fault
#define ABSENT_US INT64_C(25000000) // in a sweep: a fault that has not come by then does not
#define BUSY_US INT64_C(8000000)
#define BALLAST_BYTES                                                                              \
    24000000 // in the catalogue's log: more than makes a recorder fold it in (catalogue.c)

enum { MAY_DIE = 1, CRASHED = 2, SWEEP = 4, FOLDS = 8 };

typedef struct Case {
    const char *name;
    const char *rule; // %s = the home
    const char *gap;  // reason that a gap must have; NULL = any, or none
    /* MAY_DIE and be started again: as GLib ends the process when the allocator fails. CRASHED: was
     * killed before, and meets the fault while it clears up. FOLDS: the catalogue's log is folded
     * in. */
    int how;
} Case;

#define FOOTAGE "path=%s/footage,"
#define CATALOGUE "path=%s/catalogue.db,"

static const Case CASES[] = {
    {"write-full", "op=write," FOOTAGE "nth=4,error=ENOSPC", IDX_REASON_DISK, 0},
    {"write-full-first", "op=write," FOOTAGE "nth=1,error=ENOSPC,times=3", IDX_REASON_DISK, 0},
    {"write-quota", "op=write," FOOTAGE "nth=3,error=EDQUOT,times=2", IDX_REASON_DISK, 0},
    {"write-error", "op=write," FOOTAGE "nth=5,error=EIO,times=2", IDX_REASON_DISK, 0},
    {"write-slow", "op=write," FOOTAGE "nth=3,error=0,delay=1500", NULL, 0},
    {"write-short", "op=short," FOOTAGE "nth=1,times=0", NULL, 0},
    {"write-interrupted", "op=write," FOOTAGE "nth=2,error=EINTR,times=9", NULL, 0},
    {"make-file", "op=open," FOOTAGE "nth=2,error=ENOSPC", IDX_REASON_DISK, 0},
    {"make-file-read-only", "op=open," FOOTAGE "nth=1,error=EROFS,times=2", IDX_REASON_DISK, 0},
    {"make-file-no-descriptor", "op=open," FOOTAGE "nth=2,error=EMFILE,times=2", IDX_REASON_DISK,
     0},
    {"make-folder", "op=mkdir," FOOTAGE "nth=1,error=ENOSPC,times=2", IDX_REASON_DISK, 0},
    {"close", "op=close," FOOTAGE "nth=1,error=EIO,times=0", NULL, 0},
    {"sync-file", "op=sync," FOOTAGE "end=.mp4,nth=1", NULL, 0},
    {"sync-interrupted", "op=sync," FOOTAGE "end=.mp4,nth=1,error=EINTR,times=3", NULL, 0},
    {"sync-folder", "op=sync," FOOTAGE "end=main,nth=1", NULL, 0},
    {"sync-slow", "op=sync," FOOTAGE "nth=1,error=0,delay=3000", NULL, 0},
    {"flush", "op=syncfs,path=%s,nth=1", NULL, 0},
    {"flush-slow", "op=syncfs,path=%s,nth=1,error=0,delay=5000", NULL, 0},
    {"catalogue-write", "op=write," CATALOGUE "nth=12,error=EIO", NULL, 0},
    {"catalogue-short", "op=short," CATALOGUE "nth=1,times=0", NULL, 0},
    {"catalogue-full", "op=write," CATALOGUE "nth=9,error=ENOSPC,times=6", NULL, 0},
    {"catalogue-read-only", "op=write," CATALOGUE "nth=10,error=EROFS,times=2", NULL, 0},
    {"catalogue-open", "op=open," CATALOGUE "nth=1", NULL, MAY_DIE},
    {"catalogue-slow", "op=write," CATALOGUE "nth=10,error=0,delay=4000", NULL, 0},
    {"catalogue-read", "op=read," CATALOGUE "nth=14,error=EIO,times=3", NULL, MAY_DIE},
    {"catalogue-garbled", "op=garble," CATALOGUE "nth=14,error=EIO", NULL, MAY_DIE},
    {"catalogue-fold-sync-log", "op=sync," CATALOGUE "end=-wal,nth=1", NULL, FOLDS},
    {"catalogue-fold-sync", "op=sync," CATALOGUE "end=.db,nth=1", NULL, FOLDS},
    {"catalogue-fold-write", "op=write," CATALOGUE "end=.db,nth=1,error=ENOSPC", NULL, FOLDS},
    {"thread-of-disk", "op=thread,path=disk,nth=1,times=2", NULL, 0},
    {"thread-of-flush", "op=thread,path=flush,nth=1,times=2", NULL, 0},
    {"thread-of-lane", "op=thread,path=sync,nth=1,times=4", NULL, 0},
    {"thread-of-holds", "op=thread,path=holds,nth=1", NULL, MAY_DIE},
    {"recovery-read", "op=read," FOOTAGE "end=.mp4,nth=1,error=EIO", NULL, CRASHED},
    {"recovery-garbled", "op=garble," FOOTAGE "end=.mp4,nth=1,error=EIO", NULL, CRASHED},
    {"recovery-cut", "op=truncate," FOOTAGE "nth=1,error=EIO", NULL, CRASHED},
    {"recovery-sync", "op=sync," FOOTAGE "end=.mp4,nth=1", NULL, CRASHED},
    {"recovery-sync-folder", "op=sync," FOOTAGE "end=main,nth=1", NULL, CRASHED},
    {"recovery-remove", "op=unlink," FOOTAGE "end=.mp4,nth=1,error=EIO", NULL, CRASHED},
    {"recovery-catalogue", "op=write," CATALOGUE "nth=3,error=EIO", NULL, CRASHED | MAY_DIE},
#ifndef FAULTS_WITHOUT_MALLOC
    {"memory-early", "op=malloc,path=,nth=9000,error=ENOMEM", NULL, MAY_DIE},
    {"memory", "op=malloc,path=,nth=14000,error=ENOMEM", NULL, MAY_DIE},
    {"memory-often", "op=malloc,path=,nth=12000,error=ENOMEM,times=40", NULL, MAY_DIE},
    /* The buffer of each segment: the recorder must find that it records no more, and end. */
    {"memory-for-good", "op=memalign,path=,size=65536,nth=3,error=ENOMEM,times=0",
     IDX_REASON_CAPTURE_DOWN, MAY_DIE},
#endif
};

typedef struct Run {
    const Case *what;
    char *home, *log, *hits;
    IdxCatalogue *cat;
    int64_t stream;
    GSubprocess *capture;
    bool killed, died, folded;
    int64_t started_us, hit_us; // hit: when it was noticed
} Run;

static char *camera_url;

/* --- one recorder ---------------------------------------------------------------------------- */

static void run_start(Run *run, bool with_faults)
{
    run->capture =
        test_recorder_start(run->home, run->log, with_faults ? run->what->rule : NULL, run->hits);
    run->started_us = test_now_us();
}

static Run *run_new(const Case *what)
{
    g_autoptr(GError) error = NULL;
    Run *run = g_new0(Run, 1);
    run->what = what;
    run->home = fixture_home();
    run->log = g_build_filename(run->home, "capture.log", NULL);
    run->hits = g_build_filename(run->home, "faults.log", NULL);
    run->cat = idx_catalogue_open(run->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_set(run->cat, "cam1", camera_url, NULL, NULL, NULL, NULL, test_now_us(), &error);
    g_assert_no_error(error);
    run->stream = fixture_stream_id(run->home, "cam1");
    run_start(run, !(what->how & CRASHED));
    return run;
}

static void run_free(void *data)
{
    Run *run = data;
    idx_catalogue_free(run->cat);
    g_free(run->log);
    g_free(run->hits);
    fixture_home_remove(run->home);
    g_free(run);
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

static void append(const char *path, const char *text)
{
    int fd = g_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
    g_close(fd, NULL);
}

/* Killed, with half a fragment at the end of its newest file and one file that holds nothing. */
static void crash(Run *run)
{
    test_recorder_kill(g_steal_pointer(&run->capture));
    g_autoptr(IdxSegment) last = idx_segment_last(run->cat, run->stream, NULL);
    g_autofree char *path = mj_home_footage_file(run->home, last->path, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *time = mj_time_format_file(last->start_us + 1000);
    g_autofree char *empty = g_strdup_printf("%s/%sZ.mp4", folder, time);
    append(path, "half a fragment");
    append(empty, "no picture");
    run->killed = true;
    run_start(run, true);
}

/* Makes the catalogue's log so long that whoever commits next folds it in: the recorder. */
static void fold(Run *run)
{
    g_autofree char *path = g_build_filename(run->home, "catalogue.db", NULL);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    static const char SQL[] =
        "PRAGMA wal_autocheckpoint = 0;"
        "CREATE TABLE ballast (bytes);"
        "INSERT INTO ballast VALUES (zeroblob(" G_STRINGIFY(BALLAST_BYTES) "));"
                                                                           "DROP TABLE ballast;";
    g_assert_cmpint(sqlite3_exec(db, SQL, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
    run->folded = true;
}

static void see_end(Run *run)
{
    if (!(run->what->how & MAY_DIE) || run->died)
        test_recorder_blame(run->what->name, "the recorder ended", run->log);
    run->died = true;
    g_clear_object(&run->capture);
    run_start(run, false);
}

/* Moves on what can be; true when it has recorded again. */
static bool run_step(Run *run)
{
    int how = run->what->how;
    if ((how & CRASHED) && !run->killed && footage_after(run, run->started_us) >= AGAIN_US)
        crash(run);
    if ((how & FOLDS) && !run->folded && footage_after(run, run->started_us) >= AGAIN_US)
        fold(run);
    if (run->hit_us == 0 && g_file_test(run->hits, G_FILE_TEST_EXISTS))
        run->hit_us = test_now_us();
    if (!test_recorder_lives(run->capture))
        see_end(run);
    if (run->hit_us == 0)
        return (how & SWEEP) && test_now_us() - run->started_us > ABSENT_US;
    return footage_after(run, run->hit_us) >= AGAIN_US;
}

static void check_end(Run *run)
{
    test_recorder_stop(g_steal_pointer(&run->capture));
    test_check_home(run->cat, run->what->name);
    test_check_gaps(run->cat, run->stream, run->what->name, run->what->gap);
    g_test_message("%s%s", run->what->name, run->died ? " (started again)" : "");
}

static void wait_run(Run *run, int64_t until_us)
{
    while (!run_step(run)) {
        if (g_get_monotonic_time() > until_us)
            test_recorder_blame(run->what->name,
                                run->hit_us ? "does not record again" : "the fault did not come",
                                run->log);
        g_usleep(POLL_US);
    }
}

/* All at once; the last one is given back. */
static Run *check_cases(const Case *cases, size_t count)
{
    g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func(run_free);
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (size_t i = 0; i < count; i++)
        g_ptr_array_add(runs, run_new(&cases[i]));
    size_t left = count;
    g_autofree bool *done = g_new0(bool, count);
    while (left > 0) { // each is to be moved on in its time, also while others are waited for
        for (size_t i = 0; i < count; i++)
            if (!done[i] && run_step(runs->pdata[i])) {
                done[i] = true;
                left--;
            }
        for (size_t i = 0; i < count && g_get_monotonic_time() > until_us; i++)
            if (!done[i])
                wait_run(runs->pdata[i], 0);
        g_usleep(POLL_US);
    }
    for (size_t i = 0; i < count; i++)
        check_end(runs->pdata[i]);
    return g_ptr_array_steal_index(runs, runs->len - 1);
}

/* A damaged file is told: the checks above see what they look at. */
static void check_checks(Run *run)
{
    g_autoptr(IdxSegment) last = idx_segment_last(run->cat, run->stream, NULL);
    g_autofree char *path = mj_home_footage_file(run->home, last->path, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    bytes[size - 1] ^= 1;
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    g_assert_cmpint(test_verify(run->cat, "a bit that was turned", test_now_us()), ==, 1);
}

static void test_faults(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i += AT_ONCE) {
        Run *last = check_cases(&CASES[i], MIN(AT_ONCE, G_N_ELEMENTS(CASES) - i));
        check_checks(last);
        run_free(last);
    }
}

/* Somebody else has the catalogue for long: pictures wait in files, and none is missing. */
static void test_busy(void)
{
    static const Case BUSY = {.name = "catalogue-busy"};
    Run *run = run_new(&BUSY);
    g_autoptr(GError) error = NULL;
    for (int64_t until = g_get_monotonic_time() + WAIT_US; footage_after(run, 0) < AGAIN_US;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(POLL_US);
    }
    g_assert_true(idx_begin(run->cat, &error));
    g_usleep(BUSY_US);
    int64_t blocked_us = test_now_us();
    idx_rollback(run->cat);
    run->hit_us = blocked_us;
    wait_run(run, g_get_monotonic_time() + WAIT_US);
    check_end(run);
    g_autoptr(GPtrArray) rows = idx_segment_range(run->cat, run->stream, 0, INT64_MAX, NULL);
    for (guint i = 1; i < rows->len; i++)
        g_assert_cmpint(((IdxSegment *)rows->pdata[i])->start_us, ==,
                        ((IdxSegment *)rows->pdata[i - 1])->end_us);
    run_free(run);
}

static void test_sweep(void)
{
    long from = 0, to = 0, step = 1, times = 1;
    char op[16] = "malloc";
    int got =
        sscanf(g_getenv("MINGJING_SWEEP"), "%ld:%ld:%ld:%ld:%15s", &from, &to, &step, &times, op);
    g_assert_cmpint(got, >=, 4);
    g_assert_cmpint(step, >, 0);
    while (from < to) {
        Case cases[AT_ONCE];
        size_t count = 0;
        for (; count < AT_ONCE && from < to; from += step) {
            char *rule =
                g_strdup_printf("op=%s,path=,nth=%ld,error=ENOMEM,times=%ld", op, from, times);
            cases[count++] = (Case){rule, rule, NULL, MAY_DIE | SWEEP};
        }
        run_free(check_cases(cases, count));
        for (size_t i = 0; i < count; i++)
            g_free((char *)cases[i].rule);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET);
    GSubprocess *cameras = test_cameras_start(1, "h264-320x180", NULL, &camera_url);
    if (g_getenv("MINGJING_SWEEP")) {
        g_test_add_func("/capture/faults/sweep", test_sweep);
    } else {
        g_test_add_func("/capture/faults/cases", test_faults);
        g_test_add_func("/capture/faults/catalogue-busy", test_busy);
    }
    int code = g_test_run();
    test_cameras_stop(cameras);
    g_free(camera_url);
    return code;
}
