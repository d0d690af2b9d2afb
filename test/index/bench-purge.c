// SPDX-License-Identifier: GPL-3.0-or-later
/* How fast a purge is in the catalogue, and how long a recorder waits for it. Not a test.
 *
 *   bench-purge [SEGMENTS [FOLDER]]    500000 segments, below FOLDER (as TMPDIR otherwise)
 *
 * A catalogue of 100 cameras with rows as the recorder makes them, ten of a hundred linked to a ticket
 * and so not due; no files, whose removal costs what the file system takes. While the purge runs another
 * connection does what a recorder does, some thirty times a second: a segment begins, grows, ends. Last
 * line, where catalogue_per_s leaves out what went into files (of which there are none to be removed):
 *
 *   purge segments=… segments_per_s=… catalogue_per_s=… cpu_us_per_segment=… insert_stall_max_ms=… insert_p99_ms=… survey_s=… */
#include "index/camera.h"
#include "index/purge/purge.h"
#include "index/segment/segment.h"
#include "test/index/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CAMERAS 100
#define MINUTE 60

typedef struct Recorder {
    const char *home;
    int64_t stream;
    gint stop;     // atomic
    GArray *waits; // int64_t us
} Recorder;

static void fill(Fixture *f, int64_t segments)
{
    int64_t each = segments / CAMERAS;
    for (int i = 0; i < CAMERAS; i++) {
        g_autofree char *code = g_strdup_printf("c%03d", i);
        int64_t stream = fixture_camera(f, code, AT(-10));
        g_autofree char *rows = g_strdup_printf(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %" PRId64
            " - 1) INSERT INTO segment (stream_id, start_us, end_us, state, joins, path, bytes,"
            " init_bytes, sha256, media_start_us, frames, video, width, height, clock,"
            " clock_uncertainty_us) SELECT %" PRId64 ", %" PRId64 " + i * 60000000, %" PRId64
            " + (i + 1) * 60000000, 'closed', 1, '%s/main/20261122/' || printf('%%06d', i) || "
            "'Z.mp4',"
            " 30000000, 900, randomblob(32), 0, 1500, 'h264', 1920, 1080, 'camera', 5000 FROM n",
            each, stream, T0, T0, code);
        g_free(fixture_dump(f->cat, rows));
    }
    g_free(
        fixture_dump(f->cat, "INSERT INTO segment_index SELECT id, randomblob(300) FROM segment"));
    g_free(fixture_dump(f->cat,
                        "INSERT INTO place (hall_id, code, name) SELECT id, 'P', 'P' FROM hall"));
    g_free(fixture_dump(f->cat,
                        "INSERT INTO subject (kind, hall_id, day, key, first_us, last_us) SELECT"
                        " 'ticket', id, 20261122, 'A1', 0, 0 FROM hall"));
    g_free(fixture_dump(
        f->cat,
        "INSERT INTO span (subject_id, place_id, camera_id, from_us, to_us, method,"
        " confidence, uncertainty_us, linked_us) SELECT u.id, p.id, s.camera_id, g.start_us +"
        " 1000000, g.start_us + 30000000, 'visit', 1, 0, 0 FROM segment g JOIN stream s ON"
        " s.id = g.stream_id, subject u, place p WHERE g.id % 10 = 0"));
}

/* One segment's life, each step a transaction. */
static void record_one(IdxCatalogue *cat, Recorder *r, int64_t n)
{
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    g_autofree char *path = g_strdup_printf("new/main/20270101/%" PRId64 ".mp4", n);
    IdxSegment s = {.stream_id = r->stream,
                    .start_us = AT(400 * 86400 + n * MINUTE),
                    .end_us = AT(400 * 86400 + n * MINUTE),
                    .path = path,
                    .bytes = 900,
                    .init_bytes = 900,
                    .clock = (char *)"camera",
                    .state = (char *)"closed"};
    for (int step = 0; step < 3; step++) {
        g_autoptr(GError) error = NULL;
        int64_t before_us = g_get_monotonic_time();
        if (step == 0) {
            idx_segment_open(cat, &s, &error);
            IdxFragment one = {.length = 500, .duration_us = 1000000, .key = true};
            idx_fragment_append(fragments, &one);
            s.bytes += 500;
            s.end_us += 1000000;
        } else if (step == 1) {
            idx_segment_progress(cat, &s, fragments, &error);
        } else {
            idx_segment_close(cat, &s, fragments, &error);
        }
        g_assert_no_error(error);
        int64_t took_us = g_get_monotonic_time() - before_us;
        g_array_append_val(r->waits, took_us);
        g_usleep(10000);
    }
}

static void *record(void *data)
{
    Recorder *r = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(r->home, IDX_RECORD, &error);
    g_assert_no_error(error);
    for (int64_t n = 0; !g_atomic_int_get(&r->stop); n++)
        record_one(cat, r, n);
    return NULL;
}

static int by_size(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static double at_rank(const GArray *waits, double rank)
{
    guint i = (guint)(rank * (double)(waits->len - 1));
    return (double)g_array_index(waits, int64_t, i) / 1000;
}

typedef struct Spent {
    int64_t last_us, files_us;
} Spent;

static bool step(const char *name, void *data)
{
    Spent *spent = data;
    int64_t now_us = g_get_monotonic_time();
    if (g_str_equal(name, "unlinked") || g_str_equal(name, "folders"))
        spent->files_us += now_us - spent->last_us;
    spent->last_us = now_us;
    return true;
}

/* Of this thread: what the purge costs whoever else is busy. */
static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(Fixture *f, const IdxPurge *how, int64_t *ret_segments)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    int64_t before_us = g_get_monotonic_time();
    idx_purge(f->cat, how, &sums, &error);
    g_assert_no_error(error);
    *ret_segments = sums.segments;
    return (double)(g_get_monotonic_time() - before_us) / G_USEC_PER_SEC;
}

int main(int argc, char **argv)
{
    int64_t segments = argc > 1 ? g_ascii_strtoll(argv[1], NULL, 10) : 500000, gone = 0, none = 0;
    if (argc > 2)
        g_setenv("TMPDIR", argv[2], TRUE);
    g_autoptr(Fixture) f = fixture_new();
    fill(f, segments);
    int64_t recorded = fixture_camera(f, "new", AT(-10));
    g_free(fixture_dump(f->cat, "PRAGMA wal_checkpoint(TRUNCATE)"));
    IdxPurge how = {.now_us = AT(86400), .headroom_bytes = 0};
    double survey_s = seconds_of(f, &how, &none); // nothing is due yet
    Recorder r = {
        .home = f->home, .stream = recorded, .waits = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    GThread *thread = g_thread_new("recorder", record, &r);
    Spent spent = {.last_us = g_get_monotonic_time()};
    how.step = step;
    how.data = &spent;
    how.now_us = AT(segments / CAMERAS * MINUTE + 100 * 86400);
    double before_s = cpu_s();
    double took_s = seconds_of(f, &how, &gone), busy_s = cpu_s() - before_s;
    g_atomic_int_set(&r.stop, 1);
    g_thread_join(thread);
    g_array_sort(r.waits, by_size);
    double files_s = (double)spent.files_us / G_USEC_PER_SEC;
    printf("purge segments=%" PRId64 " segments_per_s=%.0f catalogue_per_s=%.0f"
           " cpu_us_per_segment=%.1f insert_stall_max_ms=%.1f insert_p99_ms=%.1f survey_s=%.2f\n",
           gone, (double)gone / took_s, (double)gone / (took_s - files_s),
           busy_s * 1e6 / (double)gone, at_rank(r.waits, 1), at_rank(r.waits, 0.99), survey_s);
    g_array_unref(r.waits);
    return 0;
}
