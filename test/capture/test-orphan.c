// SPDX-License-Identifier: GPL-3.0-or-later
/* Files without a row, as a kill or a power cut leaves them: after a start, catalogue and disk agree. */
#include "capture/orphan.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/segment_writer.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/purge/purge.h"
#include "index/segment/gap.h"
#include "index/verify.h"
#include "test/capture/fixture.h"

#define START INT64_C(1795000000000000)
#define FRAME INT64_C(40000)
#define FRAMES 60
#define LONG (FRAMES * FRAME)

typedef struct Bench {
    char *home;
    int64_t stream;
    IdxCatalogue *cat;
    GPtrArray *packets;
} Bench;

static Bench bench_new(void)
{
    Bench bench = {.home = fixture_home()};
    g_autoptr(GError) error = NULL;
    bench.stream = fixture_stream_id(bench.home, "cam1");
    bench.cat = idx_catalogue_open(bench.home, IDX_WRITE, &error);
    g_assert_no_error(error);
    bench.packets = fixture_encode("libx264", 64, 48, FRAMES, 15, 0, NULL);
    return bench;
}

static void bench_end(Bench *bench)
{
    idx_catalogue_free(bench->cat);
    g_ptr_array_unref(bench->packets);
    fixture_home_remove(bench->home);
}

/* A finished file, whose end was moved by @slew_us; its row, which is in no catalogue. */
static IdxSegment *write_file(const Bench *bench, int64_t start_us, int64_t media_us, bool joins,
                              int64_t slew_us)
{
    g_autoptr(GError) error = NULL;
    CapPacket *first = g_ptr_array_index(bench->packets, 0);
    CapSegmentConfig config = {.home = bench->home,
                               .camera = "cam1",
                               .stream = "main",
                               .stream_id = bench->stream,
                               .video = first->params,
                               .start_us = start_us,
                               .media_start_us = media_us,
                               .media_decode_us = media_us,
                               .joins = joins,
                               .from_camera = true,
                               .has_offset = true,
                               .offset_us = -77,
                               .uncertainty_us = 5};
    g_autoptr(CapSegmentWriter) writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < bench->packets->len; i++) {
        const CapPacket *packet = g_ptr_array_index(bench->packets, i);
        int64_t at_us = packet->pts_us + media_us;
        CapSample sample = {packet->data, packet->size, packet->key, at_us, at_us, at_us + FRAME};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    g_assert_true(
        cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer) + slew_us, &error));
    const IdxSegment *row = cap_segment_writer_segment(writer);
    IdxSegment *copy = g_memdup2(row, sizeof *row);
    copy->state = g_strdup("open");
    copy->path = g_strdup(row->path);
    copy->video = g_strdup(row->video);
    copy->clock = g_strdup(row->clock);
    return copy;
}

/* A row as it is when its file is begun. */
static void open_row(const Bench *bench, IdxSegment *row)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_segment_open(bench->cat, row, &error));
}

static char *full_path(const Bench *bench, const IdxSegment *row)
{
    return mj_home_footage_file(bench->home, row->path, NULL);
}

static CapOrphans start(const Bench *bench, CapShard shard)
{
    g_autoptr(GError) error = NULL;
    CapOrphans orphans;
    int count = 0;
    g_assert_true(cap_orphan_run(bench->cat, shard, &orphans, &error));
    g_assert_true(cap_recovery_run(bench->cat, shard, &count, &error));
    g_assert_no_error(error);
    return orphans;
}

static void tell_finding(const IdxFinding *finding, void *data)
{
    g_test_message("%s %s: %s", idx_finding_name(finding->kind), finding->path, finding->words);
}

static int64_t findings(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    IdxVerify how = {.deep = true, .now_us = START, .found = tell_finding};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(bench->cat, &how, &sums, &error));
    return sums.findings;
}

static GPtrArray *rows(const Bench *bench)
{
    return idx_segment_range(bench->cat, bench->stream, 0, INT64_MAX, NULL);
}

static void test_adopted(void)
{
    Bench bench = bench_new();
    g_autoptr(IdxSegment) file = write_file(&bench, START, 0, false, 0);
    g_assert_cmpint(findings(&bench), ==, 1);
    CapOrphans orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.adopted, ==, 1);
    g_assert_cmpint(findings(&bench), ==, 0);
    g_autoptr(GPtrArray) all = rows(&bench);
    g_assert_cmpuint(all->len, ==, 1);
    const IdxSegment *row = g_ptr_array_index(all, 0);
    g_assert_cmpstr(row->path, ==, file->path);
    g_assert_cmpstr(row->state, ==, "recovered");
    g_assert_cmpint(row->start_us, ==, START);
    g_assert_cmpint(row->end_us, ==, START + LONG);
    g_assert_cmpint(row->frames, ==, FRAMES);
    g_assert_cmpint(row->bytes, ==, file->bytes);
    g_assert_cmpmem(row->sha256, IDX_SHA256_BYTES, file->sha256, IDX_SHA256_BYTES);
    g_assert_cmpint(row->init_bytes, ==, file->init_bytes);
    g_assert_cmpint(row->media_start_us, ==, 0);
    g_assert_cmpstr(row->video, ==, "h264");
    g_assert_cmpint(row->width, ==, 64);
    g_assert_cmpint(row->height, ==, 48);
    g_assert_null(row->audio);
    g_assert_cmpstr(row->clock, ==, "camera");
    g_assert_true(row->has_clock_offset);
    g_assert_cmpint(row->clock_offset_us, ==, -77);
    g_assert_cmpint(row->clock_uncertainty_us, ==, 5);
    orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.adopted + orphans.removed + orphans.left, ==, 0);
    bench_end(&bench);
}

/* The row of the file before is still open, and its end was moved to where the orphan begins. */
static void check_joins(int64_t slew_us)
{
    Bench bench = bench_new();
    g_autoptr(IdxSegment) before = write_file(&bench, START, 0, false, slew_us);
    int64_t meet_us = START + LONG + slew_us;
    open_row(&bench, before);
    idx_segment_free(write_file(&bench, meet_us, LONG, true, 0));
    g_assert_cmpint(start(&bench, (CapShard){1, 1}).adopted, ==, 1);
    g_autoptr(GPtrArray) all = rows(&bench);
    g_assert_cmpuint(all->len, ==, 2);
    g_assert_cmpint(((IdxSegment *)all->pdata[0])->end_us, ==, meet_us);
    g_assert_cmpint(((IdxSegment *)all->pdata[1])->start_us, ==, meet_us);
    g_assert_true(((IdxSegment *)all->pdata[1])->joins);
    g_assert_cmpint(findings(&bench), ==, 0);
    g_autoptr(GPtrArray) gaps = idx_gap_range(bench.cat, bench.stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, ==, 0);
    bench_end(&bench);
}

static void test_joins(void)
{
    check_joins(0);
    check_joins(-150000);
    check_joins(400000);
}

/* A power cut took the end of the file before: they no longer join, and what is missing is a gap. */
static void test_cut_short(void)
{
    Bench bench = bench_new();
    g_autoptr(IdxSegment) before = write_file(&bench, START, 0, false, 0);
    open_row(&bench, before);
    idx_segment_free(write_file(&bench, START + LONG, LONG, true, 0));
    g_autofree char *path = full_path(&bench, before);
    g_assert_cmpint(truncate(path, (off_t)before->bytes - 1), ==, 0);
    start(&bench, (CapShard){1, 1});
    g_autoptr(GPtrArray) all = rows(&bench);
    int64_t end_us = ((IdxSegment *)all->pdata[0])->end_us;
    g_assert_cmpint(end_us, ==, START + LONG - 15 * FRAME);
    g_assert_false(((IdxSegment *)all->pdata[1])->joins);
    g_autoptr(GPtrArray) gaps = idx_gap_range(bench.cat, bench.stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, ==, 1);
    const IdxGap *gap = g_ptr_array_index(gaps, 0);
    g_assert_cmpstr(gap->reason, ==, IDX_REASON_DISK);
    g_assert_cmpint(gap->from_us, ==, end_us);
    g_assert_cmpint(gap->to_us, ==, START + LONG);
    g_assert_cmpint(findings(&bench), ==, 0);
    bench_end(&bench);
}

static void test_removed(void)
{
    Bench bench = bench_new();
    g_autoptr(IdxSegment) cut = write_file(&bench, START, 0, false, 0);
    g_autoptr(IdxSegment) empty = write_file(&bench, START + 2 * LONG, 0, false, 0);
    g_autofree char *cut_path = full_path(&bench, cut), *empty_path = full_path(&bench, empty);
    g_assert_cmpint(truncate(cut_path, (off_t)cut->init_bytes + 100), ==, 0);
    g_assert_cmpint(truncate(empty_path, 0), ==, 0);
    CapOrphans orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.removed, ==, 2);
    g_assert_cmpint(findings(&bench), ==, 0);
    g_assert_false(g_file_test(cut_path, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(empty_path, G_FILE_TEST_EXISTS));
    bench_end(&bench);
}

/* Of another camera, of no camera, in the time of another row, of another shard, old: not touched. */
static bool is_before_unlink(const char *name, void *data)
{
    return strcmp(name, "synced") != 0;
}

/* A purge was killed between its mark and the removal: the file is not footage any more. */
static void test_purged(void)
{
    Bench bench = bench_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    idx_segment_free(write_file(&bench, START, 0, false, 0));
    g_assert_cmpint(start(&bench, (CapShard){1, 1}).adopted, ==, 1);
    IdxPurge how = {.now_us = START + 1000 * MJ_DAY_US, .step = is_before_unlink};
    g_assert_false(idx_purge(bench.cat, &how, &sums, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    g_clear_error(&error);
    CapOrphans orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.adopted + orphans.removed + orphans.left, ==, 0);
    g_assert_cmpint(findings(&bench), ==, 0);
    g_autoptr(GPtrArray) all = rows(&bench);
    g_assert_cmpuint(all->len, ==, 0);
    bench_end(&bench);
}

static void test_left(void)
{
    Bench bench = bench_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxSegment) file = write_file(&bench, START, 0, false, 0);
    g_autofree char *path = full_path(&bench, file);
    CapShard other = {1, 2};
    other.number = cap_shard_has(other, bench.stream) ? 2 : 1;
    CapOrphans orphans = start(&bench, other);
    g_assert_cmpint(orphans.adopted + orphans.removed + orphans.left, ==, 0);

    idx_camera_add(bench.cat, "cam2", "rtsp://127.0.0.1:1/x", NULL, NULL, NULL, NULL, 1, &error);
    g_assert_no_error(error);
    g_autofree char *strange = g_build_filename(bench.home, "footage/cam2/main/20261118", NULL);
    g_autofree char *copy = g_build_filename(strange, "010203.004Z.mp4", NULL);
    g_assert_cmpint(g_mkdir_with_parents(strange, 0750), ==, 0);
    g_assert_cmpint(link(path, copy), ==, 0);
    orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.adopted, ==, 1);
    g_assert_cmpint(orphans.left, ==, 1);
    g_assert_true(g_file_test(copy, G_FILE_TEST_EXISTS));
    g_unlink(copy);

    idx_segment_free(write_file(&bench, START + LONG / 2, 0, false, 0));
    idx_segment_free(write_file(&bench, START - 2 * CAP_ORPHAN_BACK_US, 0, false, 0));
    orphans = start(&bench, (CapShard){1, 1});
    g_assert_cmpint(orphans.left, ==, 1);
    g_assert_cmpint(orphans.adopted + orphans.removed, ==, 0);
    g_assert_cmpint(findings(&bench), ==, 2);
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/orphan/adopted", test_adopted);
    g_test_add_func("/orphan/purged", test_purged);
    g_test_add_func("/orphan/joins", test_joins);
    g_test_add_func("/orphan/cut-short", test_cut_short);
    g_test_add_func("/orphan/removed", test_removed);
    g_test_add_func("/orphan/left", test_left);
    return g_test_run();
}
