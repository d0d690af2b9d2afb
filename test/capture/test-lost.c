// SPDX-License-Identifier: GPL-3.0-or-later
/* What was really recorded, with a kill in between, is known again after the catalogue was lost; and the
 * recorder goes on. */
#include "index/base/home.h"
#include "index/rebuild/rebuild.h"
#include "index/verify.h"
#include "test/capture/bench.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define ROUNDED_US 20 // ticks of a file are longer than a microsecond

static void lose(Bench *bench)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm"};
    g_autofree char *path = mj_home_catalogue(bench->home);
    g_clear_pointer(&bench->cat, idx_catalogue_free);
    for (size_t i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *one = g_strconcat(path, SUFFIXES[i], NULL);
        unlink(one);
    }
}

static void note_left(const IdxLeft *left, void *data)
{
    (void)data;
    g_test_message("%s %s: %s", idx_left_name(left->kind), left->path, left->words);
}

static void rebuild(Bench *bench, IdxRebuildSums *sums)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxRestored) home = IDX_RESTORED_NONE;
    IdxRestore restore = {.home = bench->home,
                          .hall_code = "H01",
                          .hall_name = "H01",
                          .zone_name = "+08:00",
                          .now_us = now_us()};
    IdxRebuild how = {.by = "test", .now_us = now_us(), .left = note_left};
    g_assert_true(idx_restore(&restore, &home, &error));
    g_assert_true(idx_rebuild(&home, bench->home, &how, sums, &error));
    bench->cat = g_steal_pointer(&home.cat);
}

static GPtrArray *fragments_of(const Bench *bench, const GPtrArray *rows)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add(all, idx_segment_fragments(bench->cat, rows->pdata[i], NULL));
    return all;
}

/* The file says it in ticks; the end of the last one is where the next one begins, or its own. */
static void check_fragments(const GArray *was, const GArray *is)
{
    g_assert_cmpuint(is->len, ==, was->len);
    for (guint i = 0; i < is->len; i++) {
        const IdxFragment *a = &g_array_index(was, IdxFragment, i);
        const IdxFragment *b = &g_array_index(is, IdxFragment, i);
        g_assert_cmpint(b->offset, ==, a->offset);
        g_assert_cmpint(b->length, ==, a->length);
        g_assert_cmpint(b->key, ==, a->key);
        g_assert_cmpint(ABS(b->start_us - a->start_us), <=, ROUNDED_US);
        g_assert_cmpint(ABS(b->duration_us - a->duration_us), <=, ROUNDED_US);
    }
}

static void check_row(const IdxSegment *was, const IdxSegment *is, bool met)
{
    g_assert_cmpint(is->start_us, ==, was->start_us);
    if (met)
        g_assert_cmpint(is->end_us, ==, was->end_us);
    g_assert_cmpint(ABS(is->end_us - was->end_us), <=, ROUNDED_US);
    g_assert_cmpint(is->joins, ==, was->joins);
    g_assert_cmpstr(is->path, ==, was->path);
    g_assert_cmpint(is->volume_id, ==, was->volume_id);
    g_assert_cmpint(is->bytes, ==, was->bytes);
    g_assert_cmpint(is->init_bytes, ==, was->init_bytes);
    g_assert_true(was->has_sha256 && is->has_sha256);
    g_assert_cmpmem(is->sha256, IDX_SHA256_BYTES, was->sha256, IDX_SHA256_BYTES);
    g_assert_cmpint(is->media_start_us, ==, was->media_start_us);
    g_assert_cmpint(is->frames, ==, was->frames);
    g_assert_cmpstr(is->video, ==, was->video);
    g_assert_cmpint(is->width, ==, was->width);
    g_assert_cmpint(is->height, ==, was->height);
    g_assert_cmpstr(is->audio, ==, was->audio);
    g_assert_cmpstr(is->clock, ==, was->clock);
    g_assert_cmpint(is->has_clock_offset, ==, was->has_clock_offset);
    g_assert_cmpint(is->clock_offset_us, ==, was->clock_offset_us);
    g_assert_cmpint(is->clock_uncertainty_us, ==, was->clock_uncertainty_us);
}

static void record(Bench *bench)
{
    add_camera(bench, "w01-desk");
    capture_start(bench);
    wait_recording(bench, "w01-desk");
    wait_footage(bench, "w01-desk", 12 * MJ_SECOND_US);
    capture_kill(bench);
    capture_start(bench);
    wait_footage(bench, "w01-desk", 19 * MJ_SECOND_US);
    capture_stop(bench);
}

static void tell_finding(const IdxFinding *finding, void *data)
{
    (void)data;
    g_test_message("%s %s: %s", idx_finding_name(finding->kind), finding->path, finding->words);
}

static void check_home(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true, .now_us = now_us() + MJ_MINUTE_US, .found = tell_finding};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(bench->cat, &how, &sums, &error));
    g_assert_cmpint(sums.findings, ==, 0);
}

static void goes_on(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/w01-desk", hall.port);
    g_autoptr(GPtrArray) before = segments_of(bench, "w01-desk");
    capture_start(bench); // does nothing for a camera without an address
    g_assert_true(
        idx_camera_set(bench->cat, "w01-desk", url, NULL, NULL, NULL, NULL, now_us(), &error));
    wait_recording(bench, "w01-desk");
    wait_footage(bench, "w01-desk", 23 * MJ_SECOND_US);
    capture_stop(bench);
    g_autoptr(GPtrArray) after = segments_of(bench, "w01-desk");
    g_assert_cmpuint(after->len, >, before->len);
}

/* Between the kill and the address there is no moment without a reason. */
static void check_timeline(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = segments_of(bench, "w01-desk");
    const IdxSegment *first = rows->pdata[0], *last = rows->pdata[rows->len - 1];
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(bench->cat, stream_of(bench, "w01-desk"), first->start_us, last->end_us,
                         MAX(now_us(), last->end_us), &error);
    g_assert_no_error(error);
    int64_t sum_us = line->covered_us;
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = line->gaps->pdata[i];
        g_test_message("%s %" PRId64 " us: %s", gap->reason, gap->to_us - gap->from_us,
                       gap->detail);
        sum_us += gap->to_us - gap->from_us;
        g_assert_nonnull(gap->detail);
    }
    g_assert_cmpint(sum_us, ==, last->end_us - first->start_us);
    g_assert_cmpstr(((IdxGap *)line->gaps->pdata[0])->reason, ==, IDX_REASON_UNKNOWN); // the kill
}

static void test_lost(void)
{
    Bench bench = bench_new();
    g_auto(IdxRebuildSums) sums = {0};
    record(&bench);
    g_autoptr(GPtrArray) was = segments_of(&bench, "w01-desk");
    g_autoptr(GPtrArray) parts = fragments_of(&bench, was);
    lose(&bench);
    rebuild(&bench, &sums);
    g_autoptr(GPtrArray) is = segments_of(&bench, "w01-desk");
    g_autoptr(GPtrArray) found = fragments_of(&bench, is);
    g_assert_cmpuint(was->len, >=, 4);
    g_assert_cmpuint(is->len, ==, was->len);
    for (guint i = 0; i < is->len; i++) {
        const IdxSegment *next = i + 1 < is->len ? is->pdata[i + 1] : NULL;
        check_row(was->pdata[i], is->pdata[i], next && next->joins);
        check_fragments(parts->pdata[i], found->pdata[i]);
    }
    g_assert_cmpint(sums.left, ==, 0);
    check_home(&bench);
    goes_on(&bench);
    check_home(&bench);
    check_timeline(&bench);
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall_start();
    g_test_add_func("/lost/recorded", test_lost);
    int failed = g_test_run();
    hall_end();
    return failed;
}
