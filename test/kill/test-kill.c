// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture is killed at random instants while eight cameras record, and started again.
 *
 * After each kill: every file that was on disk is in the catalogue or gone, nothing is left open,
 * `mingjing verify --deep` finds nothing. Footage goes to two volumes. Every other time recovery runs in this process, with no
 * recorder alive, so that verify excuses nothing. At the end the frames on disk are held against
 * those that were sent: of each connection only the end may be missing, and of that at most a second.
 *
 * MINGJING_KILLS: how many (50), MINGJING_SEED: which instants. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <libavutil/log.h>

#include "index/base/clock.h"
#include "index/camera.h"
#include "index/segment/segment.h"
#include "index/segment/volume.h"
#include "index/state.h"
#include "test/capture/fixture.h"
#include "test/faults/recorder.h"
#include "test/rtsp/sent.h"

#define CAMERAS 8
#define FPS 25
#define FRAME_US (MJ_SECOND_US / FPS)
#define LIFE_MIN_US INT64_C(100000) // of a process, from its first beat
#define LIFE_MAX_US INT64_C(3000000)
#ifndef SLOW // ThreadSanitizer takes several times as long for everything
#define SLOW 1
#endif
#define LOST_MAX_US (SLOW * INT64_C(1000000))
#define START_MAX_US INT64_C(10000000)
#define POLL_US 2000

typedef struct Bench {
    char *home, *second, *sent, *log; // second: volume
    GSubprocess *cameras, *capture;
    IdxCatalogue *cat;
    int64_t stream[CAMERAS];
    int kills, alive; // done; of which the process was asked by its own catalogue
    int64_t started_us;
    int64_t hello_max_us; // from start to the first beat
    int64_t recovered;    // segments closed by looking inside
} Bench;

/* --- the cameras ----------------------------------------------------------------------------- */

static void start_cameras(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    char *urls[CAMERAS];
    bench->cameras = test_cameras_start(CAMERAS, "h264-320x180", bench->sent, urls);
    for (int i = 0; i < CAMERAS; i++) {
        g_autofree char *code = g_strdup_printf("c%d", i);
        g_autofree char *url = urls[i];
        idx_camera_add(bench->cat, code, url, NULL, NULL, NULL, NULL, test_now_us(), &error);
        g_assert_no_error(error);
        bench->stream[i] = fixture_stream_id(bench->home, code);
    }
}

/* --- the recorder ---------------------------------------------------------------------------- */

static void start_capture(Bench *bench)
{
    bench->started_us = g_get_monotonic_time();
    bench->capture = test_recorder_start(bench->home, bench->log, NULL, NULL);
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
    test_recorder_kill(g_steal_pointer(&bench->capture));
    bench->kills++;
}

/* --- what must hold -------------------------------------------------------------------------- */

/* @at_us far ahead: no recorder counts as alive. */
static void verify(const Bench *bench, int64_t at_us)
{
    g_assert_cmpint(test_verify(bench->cat, "kill", at_us), ==, 0);
}

static GPtrArray *files_on_disk(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    sent_find_files(bench->home, files, &error);
    g_assert_no_error(error);
    sent_find_files(bench->second, files, &error);
    g_assert_no_error(error);
    return files;
}

static GHashTable *files_in_catalogue(const Bench *bench)
{
    GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int i = 0; i < CAMERAS; i++) {
        g_autoptr(GPtrArray) rows =
            idx_segment_range(bench->cat, bench->stream[i], 0, INT64_MAX, NULL);
        for (guint j = 0; j < rows->len; j++) {
            const IdxSegment *row = rows->pdata[j];
            g_hash_table_add(known, idx_volume_file(bench->cat, row->volume_id, row->path, NULL));
        }
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
    verify(bench, test_now_us());
    bench->alive++;
}

static void check_here(Bench *bench, const GPtrArray *files, int64_t killed_us)
{
    bench->recovered += test_recover(bench->cat);
    check_files(bench, files);
    check_none_open(bench, killed_us);
    verify(bench, test_now_us() + 60 * MJ_SECOND_US);
    start_capture(bench);
    wait_hello(bench);
}

static void tell_spread(const Bench *bench)
{
    int64_t count[2] = {0};
    for (int i = 0; i < CAMERAS; i++) {
        g_autoptr(GPtrArray) rows =
            idx_segment_range(bench->cat, bench->stream[i], 0, INT64_MAX, NULL);
        for (guint j = 0; j < rows->len; j++)
            count[((IdxSegment *)rows->pdata[j])->volume_id != IDX_VOLUME_HOME]++;
    }
    g_test_message("%" PRId64 " segments in the first volume, %" PRId64 " in the second", count[0],
                   count[1]);
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
    idx_camera_remove(bench.cat, "cam1", test_now_us(), &error);
    g_autofree char *parent = g_path_get_dirname(bench.home);
    bench.second = g_build_filename(parent, "second", NULL);
    g_assert_cmpint(g_mkdir(bench.second, 0750), ==, 0);
    idx_volume_add(bench.cat, bench.second, -1, 0, test_now_us(), &error);
    g_assert_no_error(error);
    start_cameras(&bench);
    uint32_t seed = (uint32_t)number("MINGJING_SEED", 20261123);
    int64_t kills = number("MINGJING_KILLS", 50);
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    start_capture(&bench);
    wait_hello(&bench);
    while (bench.kills < kills) {
        g_usleep((gulong)g_rand_int_range(random, LIFE_MIN_US, LIFE_MAX_US));
        int64_t killed_us = test_now_us();
        kill_capture(&bench);
        g_autoptr(GPtrArray) files = files_on_disk(&bench);
        if (bench.kills % 2)
            check_here(&bench, files, killed_us);
        else
            check_by_restart(&bench, files, killed_us);
    }
    g_usleep(LIFE_MAX_US);
    test_recorder_stop(g_steal_pointer(&bench.capture));
    test_cameras_stop(g_steal_pointer(&bench.cameras));
    verify(&bench, test_now_us());
    for (int i = 0; i < CAMERAS; i++)
        test_check_gaps(bench.cat, bench.stream[i], "kill", NULL);
    tell_spread(&bench);
    check_frames(&bench);
    idx_catalogue_free(bench.cat);
    g_free(bench.sent);
    g_free(bench.log);
    g_free(bench.second);
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
