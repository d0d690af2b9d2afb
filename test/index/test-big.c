// SPDX-License-Identifier: GPL-3.0-or-later
/* The big hall of ./mj bench index is what a real one would have become: events loaded together leave the rows
 * that they leave one by one, segments written by SQL of our own those of the recorder's calls. */
#include "index/db.h"
#include "index/find/dossier.h"
#include "index/segment/segment.h"
#include "test/index/big/events.h"
#include "test/index/big/load.h"
#include "test/index/fixture.h"

#include <string.h>

#define SEGMENTS 60000 // ten hours, of which most are a working day's
#define EVENTS 6000

/* Ids of two catalogues differ by what they begin with. */
#define ID(column) "(" column ") & ((1 << 40) - 1)"
static const char *const TABLES[] = {
    "SELECT " ID("id") ", source, event_id, data_ver, type, time_us, received_us, place,"
                       " correction_of, body, " ID(
                           "superseded_by") ", cancelled FROM event ORDER BY id",
    "SELECT " ID("id") ", kind, day, key, title, first_us, last_us FROM subject ORDER BY id",
    "SELECT " ID("subject_id") ", " ID("event_id") " FROM subject_event"
                                                   " ORDER BY subject_id, event_id",
    "SELECT " ID("id") ", " ID("subject_id") ", " ID("place_id") ", " ID(
        "camera_id") ", from_us,"
                     " to_us, method, confidence, uncertainty_us, linked_us, superseded_us FROM "
                     "span ORDER BY id",
    "SELECT source, how, from_us, offset_us, uncertainty_us, noted_us, superseded_us"
    " FROM source_clock ORDER BY id",
    "SELECT source, minute_us, least_us FROM source_arrival ORDER BY source, minute_us",
    "SELECT source, from_us, to_us FROM relink ORDER BY id",
};

static Fixture *furnished(BigHall *hall)
{
    g_autoptr(GError) error = NULL;
    Fixture *f = fixture_new();
    big_hall_furnish(hall, f->cat, &error);
    g_assert_no_error(error);
    return f;
}

static bool post(const char *json, int64_t arrived_us, void *data, GError **error)
{
    g_autoptr(IdxEventBatch) batch =
        idx_event_add_text(data, json, strlen(json), IDX_EVENT_FORM_ANY, arrived_us, error);
    g_assert_true(!batch || batch->accepted == 1);
    return batch != NULL;
}

static void test_events(void)
{
    BigHall hall;
    g_autoptr(GError) error = NULL;
    big_hall_plan(&hall, SEGMENTS, EVENTS, 7);
    g_autoptr(Fixture) together = furnished(&hall);
    g_autoptr(Fixture) alone = furnished(&hall);
    g_assert_true(big_load_begin(together->cat, &error) &&
                  big_load_events(&hall, together->cat, NULL, &error) &&
                  big_load_end(together->cat, &error));
    idx_db_set_durable(alone->cat, false, &error); // as if it were not a test
    big_events(&hall, hall.start_us, BIG_END_US, hall.events, 1, post, alone->cat, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLES); i++) {
        g_autofree char *a = fixture_dump(together->cat, TABLES[i]);
        g_autofree char *b = fixture_dump(alone->cat, TABLES[i]);
        if (strcmp(a, b) != 0)
            g_error("other rows: %s", TABLES[i]);
    }
    g_autofree char *events = fixture_dump(
        together->cat, "SELECT count(*), sum(superseded_by IS NOT NULL) > 5, sum(cancelled) > 0,"
                       " sum(received_us - time_us > 3600000000) > 5 FROM event");
    g_assert_cmpstr(events, ==, "6000|1|1|1");
    g_autofree char *spans =
        fixture_dump(together->cat, "SELECT count(*) > 3000, sum(superseded_us IS NOT NULL) > 500,"
                                    " count(DISTINCT method) FROM span");
    g_assert_cmpstr(spans, ==, "1|1|3");
}

/* What a segment of the recorder's calls and one of the hall have in common. */
static const char SQL_LIKE[] =
    "SELECT typeof(start_us), typeof(sha256), length(sha256), state, init_bytes, video, audio, "
    "clock,"
    " typeof(clock_offset_us), volume_id, typeof(fragments), end_us > start_us, bytes > init_bytes"
    " FROM segment JOIN segment_index ON segment_id = id WHERE audio = 'aac' LIMIT 1";

static void record_one(Fixture *f, int64_t stream)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) fragments = g_byte_array_new();
    IdxFragment one = {.length = 400000, .duration_us = MJ_SECOND_US, .key = true};
    idx_fragment_append(fragments, &one);
    IdxSegment s = {.stream_id = stream,
                    .start_us = T0,
                    .end_us = T0,
                    .path = (char *)"w01-face/main/20261122/013000.000Z.mp4",
                    .bytes = 1289,
                    .init_bytes = 1289,
                    .video = (char *)"h264",
                    .audio = (char *)"aac",
                    .clock = (char *)"camera",
                    .has_clock_offset = true,
                    .state = (char *)"closed"};
    idx_segment_open(f->cat, &s, &error);
    s.bytes += one.length;
    s.end_us += one.duration_us;
    idx_segment_close(f->cat, &s, fragments, &error);
    g_assert_no_error(error);
}

/* Fragments are read back, follow each other, and make up the file and its time. */
static void check_fragments(Fixture *f, int64_t id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxSegment) s = idx_segment_get(f->cat, id, &error);
    g_autoptr(GArray) fragments = s ? idx_segment_fragments(f->cat, s, &error) : NULL;
    g_assert_no_error(error);
    g_assert_cmpint((int)fragments->len, >=, 29);
    g_assert_cmpint((int)fragments->len, <=, 61);
    const IdxFragment *last = &g_array_index(fragments, IdxFragment, fragments->len - 1);
    g_assert_cmpint(last->offset + last->length, ==, s->bytes);
    g_assert_cmpint(last->start_us + last->duration_us, ==, s->end_us);
}

static void test_segments(void)
{
    BigHall hall;
    g_autoptr(GError) error = NULL;
    big_hall_plan(&hall, SEGMENTS, EVENTS, 8);
    g_autoptr(Fixture) real = furnished(&hall);
    record_one(real, hall.stream[0]);
    g_autoptr(Fixture) f = furnished(&hall); // hall.stream is this one's now
    bool ok = big_load_begin(f->cat, &error) && big_segments_store(&hall, f->cat, &error) &&
              big_load_end(f->cat, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
    g_autofree char *made = fixture_dump(f->cat, SQL_LIKE);
    g_autofree char *recorded = fixture_dump(real->cat, SQL_LIKE);
    g_assert_cmpstr(made, ==, recorded);
    g_autofree char *counts = fixture_dump(
        f->cat, "SELECT count(*), count(DISTINCT stream_id), (SELECT count(*) FROM segment_index),"
                " (SELECT count(*) > 0 FROM gap) FROM segment");
    g_assert_cmpstr(counts, ==, "60000|100|60000|1");
    g_autofree char *seams = fixture_dump( // nothing overlaps, and what is no gap is joined
        f->cat,
        "SELECT count(*) FROM (SELECT joins, start_us, stream_id, lag(end_us) OVER (PARTITION"
        " BY stream_id ORDER BY start_us) AS before FROM segment) s WHERE start_us <> before"
        " AND (start_us < before OR joins OR NOT EXISTS (SELECT 1 FROM gap g WHERE"
        " g.stream_id = s.stream_id AND from_us = before AND to_us = start_us))");
    g_assert_cmpstr(seams, ==, "0");
    g_autofree char *first = fixture_dump(f->cat, "SELECT min(id) FROM segment");
    for (int64_t i = 0; i < 100; i++)
        check_fragments(f, g_ascii_strtoll(first, NULL, 10) + i);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/big/events", test_events);
    g_test_add_func("/big/segments", test_segments);
    return g_test_run();
}
