// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture is killed at random instants while eight cameras record, and started again.
 *
 * After each kill: every file that was on disk is in the catalogue or gone, nothing is left open,
 * `mingjing verify --deep` finds nothing. Every other time recovery runs in this process, with no
 * recorder alive, so that verify excuses nothing. At the end the frames on disk are held against
 * those that were sent: of each connection only the end may be missing, and of that at most a second.
 *
 * MINGJING_KILLS: how many (12), MINGJING_SEED: which instants. */
#include <gio/gio.h>
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
#include "index/state.h"
#include "index/timeline.h"
#include "index/verify.h"
#include "test/capture/fixture.h"
#include "test/rtsp/sent.h"

#define CAMERAS 8
#define FPS 25
#define FRAME_US (MJ_SECOND_US / FPS)
#define LIFE_MIN_US INT64_C(100000) // of a process, from its first beat
#define LIFE_MAX_US INT64_C(3000000)
#define LOST_MAX_US INT64_C(1000000)
#define START_MAX_US INT64_C(10000000)
#define POLL_US 2000

typedef struct Bench {
    char *home, *sent, *log;
    GSubprocess *cameras, *capture;
    IdxCatalogue *cat;
    int64_t stream[CAMERAS];
    int kills, alive; // done; of which the process was asked by its own catalogue
    int64_t started_us;
    int64_t hello_max_us; // from start to the first beat
    int64_t recovered;    // segments closed by looking inside
} Bench;

static void die_with_us(void *data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int64_t now_us(void)
{
    return mj_clock_utc_us(mj_clock_system());
}

/* --- the cameras ----------------------------------------------------------------------------- */

static json_t *read_ready(GSubprocess *cameras)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDataInputStream) out =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(cameras));
    g_autofree char *line = g_data_input_stream_read_line(out, NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *ready = json_loads(line, 0, NULL);
    g_assert_nonnull(ready);
    return ready;
}

static void start_cameras(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    bench->cameras = g_subprocess_launcher_spawn(
        launcher, &error, g_getenv("RTSP"), "--cameras", G_STRINGIFY(CAMERAS), "--clip",
        "h264-320x180", "--fps", G_STRINGIFY(FPS), "--sent", bench->sent, "--exit-on-eof", NULL);
    g_assert_no_error(error);
    json_t *ready = read_ready(bench->cameras);
    size_t i;
    json_t *camera;
    json_array_foreach(json_object_get(ready, "cameras"), i, camera)
    {
        const char *code = json_string_value(json_object_get(camera, "id"));
        const char *url = json_string_value(json_object_get(camera, "url"));
        idx_camera_add(bench->cat, code, url, NULL, NULL, NULL, NULL, now_us(), &error);
        g_assert_no_error(error);
        bench->stream[i] = fixture_stream_id(bench->home, code);
    }
    g_assert_cmpuint(i, ==, CAMERAS);
    json_decref(ready);
}

/* What was sent is on disk when they have ended. */
static void stop_cameras(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_output_stream_close(g_subprocess_get_stdin_pipe(bench->cameras), NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(bench->cameras, NULL, &error));
    g_clear_object(&bench->cameras);
}

/* --- the recorder ---------------------------------------------------------------------------- */

static void start_capture(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_stderr_file_path(launcher, bench->log);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    bench->started_us = g_get_monotonic_time();
    bench->capture = g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"), "--home",
                                                 bench->home, "--segment", "2", NULL);
    g_assert_no_error(error);
}

static bool has_said_hello(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) recorders = idx_recorder_list(bench->cat, &error);
    g_assert_no_error(error);
    const char *pid = g_subprocess_get_identifier(bench->capture);
    g_assert_nonnull(pid);
    return recorders->len == 1 &&
           ((IdxRecorder *)recorders->pdata[0])->pid == g_ascii_strtoll(pid, NULL, 10);
}

/* Recovery is over. */
static void wait_hello(Bench *bench)
{
    while (!has_said_hello(bench)) {
        g_assert_cmpint(g_get_monotonic_time() - bench->started_us, <, START_MAX_US);
        g_usleep(POLL_US);
    }
    bench->hello_max_us = MAX(bench->hello_max_us, g_get_monotonic_time() - bench->started_us);
}

static void kill_capture(Bench *bench)
{
    g_subprocess_send_signal(bench->capture, SIGKILL);
    g_subprocess_wait(bench->capture, NULL, NULL);
    g_clear_object(&bench->capture);
    bench->kills++;
}

static void stop_capture(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_send_signal(bench->capture, SIGTERM);
    g_assert_true(g_subprocess_wait_check(bench->capture, NULL, &error));
    g_clear_object(&bench->capture);
}

/* --- what must hold -------------------------------------------------------------------------- */

static void tell_finding(const IdxFinding *finding, void *data)
{
    g_printerr("# %s %s: %s\n", idx_finding_name(finding->kind), finding->path, finding->words);
}

/* @at_us far ahead: no recorder counts as alive. */
static void verify(const Bench *bench, int64_t at_us)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true, .now_us = at_us, .found = tell_finding};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(bench->cat, &how, &sums, &error));
    g_assert_cmpint(sums.findings, ==, 0);
}

static GPtrArray *files_on_disk(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    sent_find_files(bench->home, files, &error);
    g_assert_no_error(error);
    return files;
}

static GHashTable *files_in_catalogue(const Bench *bench)
{
    GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < CAMERAS; i++) {
        g_autoptr(GPtrArray) rows =
            idx_segment_range(bench->cat, bench->stream[i], 0, INT64_MAX, NULL);
        for (guint j = 0; j < rows->len; j++)
            g_hash_table_add(known, mj_home_footage_file(
                                        bench->home, ((IdxSegment *)rows->pdata[j])->path, NULL));
    }
    return known;
}

/* @files: what was on disk when the process was killed. */
static void check_files(const Bench *bench, const GPtrArray *files)
{
    g_autoptr(GHashTable) known = files_in_catalogue(bench);
    for (guint i = 0; i < files->len; i++)
        if (!g_hash_table_contains(known, files->pdata[i]) &&
            g_file_test(files->pdata[i], G_FILE_TEST_EXISTS))
            g_error("%s is not in the catalogue", (char *)files->pdata[i]);
}

static void check_none_open(const Bench *bench, int64_t killed_us)
{
    g_autoptr(GPtrArray) open = idx_segment_list_open(bench->cat, 0, NULL);
    for (guint i = 0; i < open->len; i++) {
        const IdxSegment *row = g_ptr_array_index(open, i);
        if (row->start_us < killed_us)
            g_error("%s is still open", row->path);
    }
}

static void check_by_restart(Bench *bench, const GPtrArray *files, int64_t killed_us)
{
    start_capture(bench);
    wait_hello(bench);
    check_files(bench, files);
    check_none_open(bench, killed_us);
    verify(bench, now_us());
    bench->alive++;
}

static void check_here(Bench *bench, const GPtrArray *files, int64_t killed_us)
{
    g_autoptr(GError) error = NULL;
    CapOrphans orphans;
    int count = 0;
    g_assert_true(cap_orphan_run(bench->cat, (CapShard){1, 1}, &orphans, &error));
    g_assert_true(cap_recovery_run(bench->cat, (CapShard){1, 1}, &count, &error));
    g_assert_cmpint(orphans.left, ==, 0);
    bench->recovered += count;
    check_files(bench, files);
    check_none_open(bench, killed_us);
    verify(bench, now_us() + 60 * MJ_SECOND_US);
    start_capture(bench);
    wait_hello(bench);
}

/* covered + gaps = asked, and every gap has a reason. */
static void check_adds_up(const Bench *bench, int64_t stream)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = idx_segment_range(bench->cat, stream, 0, INT64_MAX, &error);
    g_assert_cmpuint(rows->len, >, 0);
    int64_t from_us = ((IdxSegment *)rows->pdata[0])->start_us;
    int64_t to_us = ((IdxSegment *)rows->pdata[rows->len - 1])->end_us;
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(bench->cat, stream, from_us, to_us, now_us(), &error);
    g_assert_no_error(error);
    int64_t sum_us = line->covered_us;
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(line->gaps, i);
        if (g_str_equal(gap->reason, IDX_REASON_UNKNOWN))
            g_error("%" PRId64 " us without a reason", gap->to_us - gap->from_us);
        sum_us += gap->to_us - gap->from_us;
    }
    g_assert_cmpint(sum_us, ==, to_us - from_us);
}

/* --- frames on disk against frames sent ------------------------------------------------------ */

typedef struct Tail { // of one connection
    uint32_t mount;
    int frames, missing; // missing: those after the last that is stored
} Tail;

static int64_t frame_key(uint32_t mount, uint32_t frame)
{
    return (int64_t)mount << 32 | frame;
}

static GHashTable *stored_frames(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = files_on_disk(bench);
    g_autoptr(GArray) stored = sent_stored_read(files, &error);
    g_assert_no_error(error);
    GHashTable *keys = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (guint i = 0; i < stored->len; i++) {
        const StoredFrame *frame = &g_array_index(stored, StoredFrame, i);
        g_assert_true(frame->marked && frame->whole);
        int64_t key = frame_key(frame->mount, frame->frame);
        g_assert_true(g_hash_table_add(keys, g_memdup2(&key, sizeof key))); // none twice
    }
    return keys;
}

/* A frame that is missing, and one after it that is not, is an error. */
static void count_frame(GHashTable *tails, GHashTable *stored, const SentFrame *frame)
{
    Tail *tail = g_hash_table_lookup(tails, GUINT_TO_POINTER(frame->connection));
    if (!tail) {
        tail = g_new0(Tail, 1);
        tail->mount = frame->mount;
        g_hash_table_insert(tails, GUINT_TO_POINTER(frame->connection), tail);
    }
    int64_t key = frame_key(frame->mount, frame->frame);
    bool is_stored = g_hash_table_contains(stored, &key);
    if (is_stored && tail->missing > 0)
        g_error("%d frames of cam%u before frame %u are missing", tail->missing, frame->mount,
                frame->frame);
    tail->frames++;
    tail->missing += !is_stored;
}

static void check_frames(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) sent = sent_log_read(bench->sent, &error);
    g_assert_no_error(error);
    g_autoptr(GHashTable) stored = stored_frames(bench);
    g_autoptr(GHashTable) tails = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < sent->len; i++)
        count_frame(tails, stored, &g_array_index(sent, SentFrame, i));
    int worst = 0;
    int64_t missing = 0;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, tails);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        worst = MAX(worst, ((Tail *)value)->missing);
        missing += ((Tail *)value)->missing;
    }
    g_test_message("%d kills, %u connections, %u frames sent, %u stored, %" PRId64
                   " lost: %.3f s a kill and camera, %.2f s at most; %" PRId64
                   " segments recovered; up again in at most %.2f s",
                   bench->kills, g_hash_table_size(tails), sent->len, g_hash_table_size(stored),
                   missing, (double)missing / FPS / (bench->kills * CAMERAS), (double)worst / FPS,
                   bench->recovered, (double)bench->hello_max_us / 1e6);
    g_assert_cmpuint(g_hash_table_size(stored), >, (guint)(bench->kills * CAMERAS * 5));
    g_assert_cmpint(worst * FRAME_US, <=, LOST_MAX_US);
}

/* --------------------------------------------------------------------------------------------- */

static int64_t number(const char *name, int64_t fallback)
{
    const char *text = g_getenv(name);
    return text && *text ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

static void test_kill(void)
{
    Bench bench = {.home = fixture_home()};
    g_autoptr(GError) error = NULL;
    bench.sent = g_build_filename(bench.home, "sent.txt", NULL);
    bench.log = g_build_filename(bench.home, "capture.log", NULL);
    bench.cat = idx_catalogue_open(bench.home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_remove(bench.cat, "cam1", now_us(), &error);
    start_cameras(&bench);
    uint32_t seed = (uint32_t)number("MINGJING_SEED", 20261123);
    int64_t kills = number("MINGJING_KILLS", 12);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    start_capture(&bench);
    wait_hello(&bench);
    while (bench.kills < kills) {
        g_usleep((gulong)g_rand_int_range(random, LIFE_MIN_US, LIFE_MAX_US));
        int64_t killed_us = now_us();
        kill_capture(&bench);
        g_autoptr(GPtrArray) files = files_on_disk(&bench);
        if (bench.kills % 2)
            check_here(&bench, files, killed_us);
        else
            check_by_restart(&bench, files, killed_us);
    }
    g_usleep(LIFE_MAX_US);
    stop_capture(&bench);
    stop_cameras(&bench);
    verify(&bench, now_us());
    for (int i = 0; i < CAMERAS; i++)
        check_adds_up(&bench, bench.stream[i]);
    check_frames(&bench);
    idx_catalogue_free(bench.cat);
    g_free(bench.sent);
    g_free(bench.log);
    fixture_home_remove(bench.home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    av_log_set_level(AV_LOG_QUIET); // files that were cut off are expected
    g_test_add_func("/capture/kill", test_kill);
    return g_test_run();
}
