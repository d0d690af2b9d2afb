// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/orphan.h"
#include "capture/segment_writer.h"
#include "index/base/home.h"
#include "index/segment/damage.h"
#include "index/segment/gap.h"
#include "test/capture/fixture.h"

#define START INT64_C(1795000000000000)
#define FRAME INT64_C(40000)

static CapSegmentWriter *write_segment(const char *home, int64_t stream_id, int64_t start_us)
{
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 48, 60, 15, 0, NULL);
    g_autoptr(GError) error = NULL;
    CapPacket *first = g_ptr_array_index(packets, 0);
    CapSegmentConfig config = {.home = home,
                               .camera = "cam1",
                               .stream = "main",
                               .stream_id = stream_id,
                               .video = first->params,
                               .start_us = start_us,
                               .uncertainty_us = 1};
    CapSegmentWriter *writer = cap_segment_writer_open(&config, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < packets->len; i++) {
        const CapPacket *packet = g_ptr_array_index(packets, i);
        CapSample sample = {packet->data,   packet->size,   packet->key,
                            packet->pts_us, packet->pts_us, packet->pts_us + FRAME};
        g_assert_true(cap_segment_writer_video(writer, &sample, &error));
    }
    return writer;
}

static IdxCatalogue *look(const char *home)
{
    g_autoptr(GError) error = NULL;
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    return cat;
}

static void test_life_of_a_segment(void)
{
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    g_autoptr(GError) error = NULL;
    CapStore *store = cap_store_new(home, &error);
    g_assert_no_error(error);
    cap_store_start(store);
    g_autoptr(CapSegmentWriter) writer = write_segment(home, stream, START);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    cap_store_gap_open(store, stream, START - 5000000, IDX_REASON_OFFLINE, "unplugged");
    CapStoreSegment *segment = cap_store_open_segment(store, row);
    cap_store_gap_close(store, stream, START);
    for (int i = 0; i < 100; i++)
        cap_store_progress(store, segment, row, cap_segment_writer_fragments(writer));
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    cap_store_close_segment(store, segment, row, cap_segment_writer_fragments(writer),
                            cap_segment_writer_steal_fd(writer));
    cap_store_free(store);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(IdxSegment) last = idx_segment_last(cat, stream, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(last->state, ==, "closed");
    g_assert_cmpint(last->frames, ==, 60);
    g_assert_cmpint(last->end_us, ==, START + 60 * FRAME);
    g_assert_true(last->has_sha256);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, stream, 0, INT64_MAX, &error);
    g_assert_cmpuint(gaps->len, ==, 1);
    g_assert_cmpint(((IdxGap *)g_ptr_array_index(gaps, 0))->to_us, ==, START);
    fixture_home_remove(home);
}

/* Somebody else writes for a while: recorders are not held up, and nothing is lost. */
static void test_busy_catalogue(void)
{
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    g_autoptr(GError) error = NULL;
    CapStore *store = cap_store_new(home, &error);
    cap_store_start(store);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_assert_true(idx_begin(cat, &error));
    int64_t before = g_get_monotonic_time();
    for (int i = 0; i < 2000; i++)
        cap_store_gap_add(store, stream, START + i * 1000, START + i * 1000 + 1, IDX_REASON_LOST,
                          NULL);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 500000);
    g_assert_true(idx_commit(cat, &error));
    cap_store_free(store);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, stream, 0, INT64_MAX, &error);
    g_assert_cmpuint(gaps->len, ==, 2000);
    fixture_home_remove(home);
}

/* Without a thread that writes, as beside a catalogue that cannot be written. */
static CapStore *standing_store(const char *home)
{
    g_autoptr(GError) error = NULL;
    CapStore *store = cap_store_new(home, &error);
    g_assert_no_error(error);
    return store;
}

static void fill(CapStore *store, int64_t stream)
{
    for (int i = 0; i < CAP_STORE_MAX; i++)
        cap_store_gap_add(store, stream, START - 2 - i, START - 1 - i, IDX_REASON_LOST, NULL);
}

/* Days without a disk for the catalogue: what goes on is one message, not one a second. */
static void test_last_word_waits(void)
{
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    CapStore *store = standing_store(home);
    g_autoptr(CapSegmentWriter) writer = write_segment(home, stream, START);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    CapStoreSegment *segment = cap_store_open_segment(store, row);
    for (int i = 1; i <= 1000; i++) {
        IdxState state = {.state = (char *)(i % 2 ? IDX_STATE_OFFLINE : IDX_STATE_RECORDING),
                          .since_us = START + i};
        cap_store_state(store, stream, &state);
        cap_store_beat(store, &(IdxRecorder){.shard = 1, .shards = 1, .heartbeat_us = START + i});
        cap_store_progress(store, segment, row, cap_segment_writer_fragments(writer));
    }
    g_assert_cmpuint(cap_store_waiting(store), ==, 4);
    cap_store_abandon_segment(store, segment, row);
    cap_store_start(store);
    cap_store_free(store);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxState) last = idx_state_get(cat, stream, START + 1000, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(last->state, ==, IDX_STATE_RECORDING);
    g_autoptr(GPtrArray) recorders = idx_recorder_list(cat, &error);
    g_assert_cmpint(((IdxRecorder *)recorders->pdata[0])->heartbeat_us, ==, START + 1000);
    fixture_home_remove(home);
}

/* A segment of its own second, as far as the store is told of it. */
static CapStoreSegment *begin(CapStore *store, CapSegmentWriter *writer)
{
    return cap_store_open_segment(store, cap_segment_writer_segment(writer));
}

static void end(CapStore *store, CapSegmentWriter *writer, CapStoreSegment *segment)
{
    g_autoptr(GError) error = NULL;
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    g_assert_no_error(error);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    cap_store_progress(store, segment, row, cap_segment_writer_fragments(writer));
    cap_store_close_segment(store, segment, row, cap_segment_writer_fragments(writer),
                            cap_segment_writer_steal_fd(writer));
}

static void wait_until_applied(CapStore *store)
{
    while (cap_store_waiting(store) > 0)
        g_usleep(1000);
}

static void count_rows(const char *home, int64_t stream, guint segments)
{
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(GPtrArray) rows = idx_segment_range(cat, stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(rows->len, ==, segments);
    for (guint i = 0; i < rows->len; i++)
        g_assert_cmpstr(((IdxSegment *)rows->pdata[i])->state, ==, "closed");
}

/* Beyond the ceiling the queue stays as long as it is; what was begun is ended, what goes on is known when there is
 * room again, and the file that found none is found by those who look for files. */
static void test_no_room(void)
{
    const int64_t minute = 60000000;
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    CapStore *store = standing_store(home);
    g_autoptr(CapSegmentWriter) first = write_segment(home, stream, START);
    g_autoptr(CapSegmentWriter) second = write_segment(home, stream, START + minute);
    CapStoreSegment *begun = begin(store, first);
    fill(store, stream);
    guint before = cap_store_waiting(store);
    CapStoreSegment *late = begin(store, second);
    end(store, second, late);
    for (int i = 0; i < 1000; i++) {
        int64_t at_us = START + i * minute;
        cap_store_damage(store, stream, IDX_TRACK_VIDEO, at_us, at_us + 1);
        cap_store_gap_open(store, stream, at_us, IDX_REASON_OFFLINE, "unplugged");
        cap_store_gap_close(store, stream, at_us + 1);
        cap_store_gap_add(store, stream, at_us + 2, at_us + 3, IDX_REASON_LOST, NULL);
    }
    cap_store_gap_open(store, stream, START + 2000 * minute, IDX_REASON_STALLED, "silent");
    g_assert_cmpuint(cap_store_waiting(store), ==, before + 1); // an end of what may have been open
    end(store, first, begun);
    cap_store_start(store);
    wait_until_applied(store);
    cap_store_free(store);
    count_rows(home, stream, 1);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, stream, START, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, ==, 1);
    g_assert_cmpstr(((IdxGap *)gaps->pdata[0])->reason, ==, IDX_REASON_STALLED);
    g_autoptr(GPtrArray) damage = idx_damage_range(cat, stream, 0, INT64_MAX, NULL);
    g_assert_cmpuint(damage->len, ==, 1);
    g_assert_cmpint(((IdxDamage *)damage->pdata[0])->to_us, ==, START + 999 * minute + 1);
    CapOrphans orphans;
    g_autoptr(GError) error = NULL;
    g_assert_true(cap_orphan_run(cat, (CapShard){1, 1}, &orphans, &error));
    g_assert_cmpint(orphans.adopted, ==, 1);
    fixture_home_remove(home);
}

/* What the catalogue refuses must not stop what comes behind it. */
static void test_refused_record(void)
{
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    g_autoptr(GError) error = NULL;
    CapStore *store = cap_store_new(home, &error);
    cap_store_start(store);
    IdxState wrong = {.state = (char *)IDX_STATE_RECORDING};
    cap_store_state(store, 999999, &wrong); // no such stream
    cap_store_gap_add(store, stream, START, START + 1, IDX_REASON_LOST, NULL);
    cap_store_free(store);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(GPtrArray) gaps = idx_gap_range(cat, stream, 0, INT64_MAX, &error);
    g_assert_cmpuint(gaps->len, ==, 1);
    fixture_home_remove(home);
}

typedef struct Crash {
    const char *what;
    int keep;      // fragments whole
    int64_t extra; // bytes of the next one
} Crash;

/* A process that died leaves a row that is open and a file that ends anywhere. */
static void check_crash(int keep, int64_t extra)
{
    char *home = fixture_home();
    int64_t stream = fixture_stream_id(home, "cam1");
    g_autoptr(GError) error = NULL;
    g_autoptr(CapSegmentWriter) writer = write_segment(home, stream, START);
    IdxSegment *row = (IdxSegment *)cap_segment_writer_segment(writer);
    cap_segment_writer_finish(writer, cap_segment_writer_end_us(writer), &error);
    g_autofree char *path = mj_home_footage_file(home, row->path, NULL);
    const GByteArray *stored = cap_segment_writer_fragments(writer);
    g_autoptr(GArray) fragments =
        idx_fragment_decode(stored->data, stored->len, row->init_bytes, START, &error);
    g_assert_cmpuint(fragments->len, ==, 4);
    int64_t whole = row->init_bytes;
    for (int i = 0; i < keep; i++)
        whole += g_array_index(fragments, IdxFragment, i).length;
    g_assert_cmpint(truncate(path, (off_t)(whole + extra)), ==, 0);
    g_autoptr(IdxCatalogue) cat = look(home);
    g_autoptr(IdxSegment) left = g_memdup2(row, sizeof *row);
    left->path = g_strdup(row->path);
    left->state = g_strdup("open");
    left->video = g_strdup(row->video);
    left->audio = NULL;
    left->clock = g_strdup(row->clock);
    left->has_sha256 = false;
    left->bytes = left->init_bytes;
    left->end_us = left->start_us;
    g_assert_true(idx_segment_open(cat, left, &error));
    int count = 0;
    g_assert_true(cap_recovery_run(cat, (CapShard){1, 1}, &count, &error));
    g_assert_cmpint(count, ==, 1);
    g_autoptr(IdxSegment) last = idx_segment_last(cat, stream, &error);
    g_assert_no_error(error);
    if (keep == 0) {
        g_assert_null(last);
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    } else {
        g_assert_cmpstr(last->state, ==, "recovered");
        g_assert_cmpint(last->bytes, ==, whole);
        g_assert_cmpint(last->frames, ==, keep * 15);
        g_assert_cmpint(last->end_us, ==, START + keep * 15 * FRAME);
        g_autoptr(GBytes) bytes = fixture_read(path);
        g_assert_cmpuint(g_bytes_get_size(bytes), ==, (gsize)whole);
        g_autofree char *hash = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
        for (int i = 0; i < IDX_SHA256_BYTES; i++) {
            char hex[3];
            g_snprintf(hex, sizeof hex, "%02x", last->sha256[i]);
            g_assert_true(strncmp(hex, hash + 2 * i, 2) == 0);
        }
        g_autoptr(GArray) again = idx_segment_fragments(cat, last, &error);
        g_assert_cmpuint(again->len, ==, (guint)keep);
    }
    g_assert_true(cap_recovery_run(cat, (CapShard){1, 1}, &count, &error));
    g_assert_cmpint(count, ==, 0);
    fixture_home_remove(home);
}

static void test_crash(void)
{
    check_crash(4, 0);
    check_crash(2, 1);
    check_crash(2, 500);
    check_crash(1, 9);
    check_crash(0, 0);
    check_crash(0, 100);
    check_crash(0, -10); // not even the init part
}

static void test_shards(void)
{
    for (int count = 1; count <= 5; count++) {
        int share[5] = {0};
        for (int64_t id = (INT64_C(77) << 40) + 1; id <= (INT64_C(77) << 40) + 1000; id++) {
            int owners = 0;
            for (int number = 1; number <= count; number++) {
                bool ours = cap_shard_has((CapShard){number, count}, id);
                owners += ours;
                share[number - 1] += ours;
            }
            g_assert_cmpint(owners, ==, 1);
        }
        for (int number = 0; number < count; number++)
            g_assert_cmpint(share[number], >, 1000 / count / 2);
    }
}

/* Only failures that go on, with no segment begun by any stream, say that the process is broken. */
static void test_stuck(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    CapStore *store = cap_store_new(home, &error);
    g_assert_no_error(error);
    cap_store_start(store);
    int64_t at_us = 1000, second_us = INT64_C(1000000);
    cap_store_own_failure(store, at_us);
    at_us += CAP_STORE_APART_US + 1;
    cap_store_own_failure(store, at_us); // another story
    at_us += CAP_STORE_STUCK_US - second_us;
    cap_store_own_failure(store, at_us);
    g_assert_false(cap_store_is_stuck(store));
    CapSegmentWriter *writer = write_segment(home, fixture_stream_id(home, "cam1"), START);
    const IdxSegment *row = cap_segment_writer_segment(writer);
    CapStoreSegment *segment = cap_store_open_segment(store, row);
    cap_store_own_failure(store, at_us += second_us);
    g_assert_false(cap_store_is_stuck(store));
    cap_store_own_failure(store, at_us += CAP_STORE_STUCK_US);
    g_assert_true(cap_store_is_stuck(store));
    cap_store_abandon_segment(store, segment, row);
    cap_segment_writer_free(writer);
    cap_store_free(store);
    fixture_home_remove(home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/store/life-of-a-segment", test_life_of_a_segment);
    g_test_add_func("/store/busy-catalogue", test_busy_catalogue);
    g_test_add_func("/store/last-word-waits", test_last_word_waits);
    g_test_add_func("/store/no-room", test_no_room);
    g_test_add_func("/store/refused-record", test_refused_record);
    g_test_add_func("/store/stuck", test_stuck);
    g_test_add_func("/recovery/crash", test_crash);
    g_test_add_func("/recovery/shards", test_shards);
    return g_test_run();
}
