// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/place.h"

#include "index/camera.h"
#include "index/event/source.h"
#include "index/hall.h"
#include "index/link/place_link.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#include <string.h>

#define SQL_SPANS                                                                                  \
    "SELECT c.code, (s.from_us - 1795311000000000) / 1000000,"                                     \
    " (s.to_us - 1795311000000000) / 1000000 FROM span s JOIN camera c ON c.id = s.camera_id"      \
    " WHERE s.superseded_us IS NULL ORDER BY c.code, s.from_us, s.to_us"

static void two_cameras(Fixture *f)
{
    fixture_camera(f, "CAM-A", T0);
    fixture_camera(f, "CAM-B", T0);
    g_assert_true(idx_place_add(f->cat, "W07", "七号窗口", NULL));
}

static bool cover(Fixture *f, const char *camera, int64_t from_us, int64_t to_us, GError **error)
{
    return idx_coverage_add(f->cat, "W07", camera, from_us, to_us, T0, error);
}

static void expect_spans(Fixture *f, const char *text)
{
    g_autofree char *spans = fixture_dump(f->cat, SQL_SPANS);
    g_assert_cmpstr(spans, ==, text);
}

static void test_codes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *longest = g_strnfill(64, 'a'), *longer = g_strnfill(65, 'a');
    const char *const BAD[] = {"", "a b", "a/b", "a\n", "\xff", longer, "a\x01"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_place_add(f->cat, BAD[i], NULL, &error));
        fixture_expect(error, MJ_ERROR_INVALID, "place's code");
    }
    g_autoptr(GError) twice = NULL, name = NULL;
    g_assert_true(idx_place_add(f->cat, longest, NULL, NULL));
    g_assert_true(idx_place_add(f->cat, "窗口7", NULL, NULL));
    g_assert_false(idx_place_add(f->cat, "窗口7", NULL, &twice));
    fixture_expect(twice, MJ_ERROR_EXISTS, "窗口7");
    g_assert_false(idx_place_add(f->cat, "W1", "\xff", &name));
    fixture_expect(name, MJ_ERROR_INVALID, "name");
    g_autoptr(GPtrArray) places = idx_place_list(f->cat, NULL);
    g_assert_cmpint(places->len, ==, 2);
    g_assert_cmpstr(((const IdxPlace *)places->pdata[1])->name, ==, "窗口7");
}

static void test_conflicts(void)
{
    static const struct {
        int64_t from, to;
        bool ok;
    } TABLE[] = {{AT(100), AT(200), true},   {AT(100), AT(200), false},
                 {AT(150), AT(160), false},  {AT(50), AT(101), false},
                 {AT(199), AT(300), false},  {INT64_MIN, INT64_MAX, false},
                 {INT64_MIN, AT(100), true}, {AT(200), INT64_MAX, true}, // side by side
                 {AT(900), INT64_MAX, false}};
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        bool ok = cover(f, "CAM-A", TABLE[i].from, TABLE[i].to, &error);
        g_assert_true(ok == TABLE[i].ok);
        if (!ok)
            fixture_expect(error, MJ_ERROR_CONFLICT, "CAM-A,W07");
    }
    g_assert_true(cover(f, "CAM-B", INT64_MIN, INT64_MAX, NULL)); // another camera may
    g_autoptr(GError) empty = NULL, no_place = NULL, no_camera = NULL;
    g_assert_false(cover(f, "CAM-B", AT(5), AT(5), &empty));
    fixture_expect(empty, MJ_ERROR_INVALID, "ends before");
    g_assert_false(idx_coverage_add(f->cat, "W99", "CAM-A", T0, AT(1), T0, &no_place));
    fixture_expect(no_place, MJ_ERROR_NOT_FOUND, "W99,place add");
    g_assert_false(cover(f, "CAM-X", T0, AT(1), &no_camera));
    fixture_expect(no_camera, MJ_ERROR_NOT_FOUND, "CAM-X");
}

static void expect_places(Fixture *f, const char *camera, int64_t at_us, guint n)
{
    g_autoptr(GPtrArray) seen =
        idx_coverage_places_of(f->cat, fixture_camera_id(f, camera), at_us, NULL);
    g_assert_cmpint((int)seen->len, ==, (int)n);
}

static void test_validity(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    g_assert_true(cover(f, "CAM-A", AT(100), INT64_MAX, NULL));
    expect_places(f, "CAM-A", AT(100) - 1, 0);
    expect_places(f, "CAM-A", AT(100), 1);
    g_assert_true(idx_coverage_end(f->cat, NULL, "W07", "CAM-A", AT(200), T0, NULL));
    expect_places(f, "CAM-A", AT(199), 1);
    expect_places(f, "CAM-A", AT(200), 0);
    g_autoptr(GError) ended = NULL, never = NULL, before = NULL;
    g_assert_false(idx_coverage_end(f->cat, NULL, "W07", "CAM-A", AT(300), T0, &ended));
    fixture_expect(ended, MJ_ERROR_NOT_FOUND, "CAM-A,W07");
    g_assert_false(idx_coverage_end(f->cat, NULL, "W07", "CAM-B", AT(300), T0, &never));
    fixture_expect(never, MJ_ERROR_NOT_FOUND, "CAM-B,W07");
    g_assert_false(idx_coverage_end(f->cat, NULL, "W07", "CAM-A", AT(100), T0, &before));
    g_autoptr(GPtrArray) places = idx_place_list(f->cat, NULL);
    const IdxPlace *place = places->pdata[0];
    const IdxCoverage *v = place->coverage->pdata[0];
    g_assert_cmpstr(place->name, ==, "七号窗口");
    g_assert_cmpint(v->from_us, ==, AT(100));
    g_assert_cmpint(v->to_us, ==, AT(200));
    g_assert_cmpstr(v->camera, ==, "CAM-A");
}

/* The map is corrected after the events came: spans follow, and what held before is kept. */
static void test_relink(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    expect_spans(f, "");
    g_assert_true(cover(f, "CAM-A", INT64_MIN, INT64_MAX, NULL));
    expect_spans(f, "CAM-A|70|260");
    g_assert_true(idx_coverage_end(f->cat, NULL, "W07", "CAM-A", AT(150), AT(999), NULL));
    expect_spans(f, "CAM-A|70|150");
    g_assert_true(cover(f, "CAM-B", AT(150), INT64_MAX, NULL));
    expect_spans(f, "CAM-A|70|150\nCAM-B|150|260");
    g_autofree char *old =
        fixture_dump(f->cat, "SELECT c.code, (s.to_us - 1795311000000000) / 1000000,"
                             " (s.superseded_us - 1795311000000000) / 1000000"
                             " FROM span s JOIN camera c ON c.id = s.camera_id"
                             " WHERE s.superseded_us IS NOT NULL");
    g_assert_cmpstr(old, ==, "CAM-A|260|999");
}

/* A visit of many hours whose end names no window is linked anew like any other. */
static void test_relink_long_visit(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(18000), "\"ticket_no\":\"A1\"");
    g_assert_true(cover(f, "CAM-A", AT(12000), AT(13000), NULL));
    expect_spans(f, "CAM-A|12000|13000");
    g_assert_true(cover(f, "CAM-B", AT(18030), AT(20000), NULL)); // in the minute after it
    expect_spans(f, "CAM-A|12000|13000\nCAM-B|18030|18060");
}

#define DAYS(n) AT((n)*86400)

/* A bid of five days, a ticket of four: nothing happens near the change, which concerns them all the same. What
 * was elsewhere, or over by then, is not touched. */
static void test_relink_days(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    g_assert_true(idx_place_add(f->cat, "W08", NULL, NULL));
    fixture_happens(f, "1", "hall.session.started", DAYS(0),
                    "\"session_id\":\"S1\",\"room\":\"W07\"");
    fixture_happens(f, "2", "hall.session.ended", DAYS(5), "\"session_id\":\"S1\"");
    fixture_happens(f, "3", "hall.ticket.called", DAYS(0),
                    "\"ticket_no\":\"A1\",\"ticket_day\":\"2026-11-22\",\"window_no\":\"W07\"");
    fixture_happens(f, "4", "hall.ticket.finished", DAYS(4),
                    "\"ticket_no\":\"A1\",\"ticket_day\":\"2026-11-22\"");
    fixture_happens(f, "5", "hall.session.started", DAYS(0),
                    "\"session_id\":\"S2\",\"room\":\"W08\"");
    fixture_happens(f, "6", "hall.session.ended", DAYS(5), "\"session_id\":\"S2\"");
    g_assert_true(cover(f, "CAM-A", DAYS(2), AT(173000), NULL));
    expect_spans(f, "CAM-A|172800|173000\nCAM-A|172800|173000");
    g_assert_true(cover(f, "CAM-B", AT(345650), AT(400000), NULL)); // the minute behind the ticket
    expect_spans(f, "CAM-A|172800|173000\nCAM-A|172800|173000\nCAM-B|345650|345660\n"
                    "CAM-B|345650|400000");
    g_assert_true(idx_coverage_remove(f->cat, "W07", "CAM-A", INT64_MIN, T0, NULL));
    expect_spans(f, "CAM-B|345650|345660\nCAM-B|345650|400000");
}

/* An event by a clock that is a day behind, give or take ten hours, may have happened near a change that is far
 * from its own time. */
static void test_relink_clock(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t day_us = IDX_SOURCE_OFFSET_MAX_US;
    two_cameras(f);
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(10), "\"ticket_no\":\"A1\"");
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, &day_us, 10 * MJ_HOUR_US, T0, NULL));
    g_assert_true(idx_relink_run(f->cat, T0, NULL, NULL, NULL, NULL));
    g_assert_true(cover(f, "CAM-A", AT(122000), INT64_MAX, NULL));
    expect_spans(f, "CAM-A|122000|122470");
}

/* Its statement is taken back: the span it made holds no longer, and nothing of it is left. */
static void test_remove(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    g_assert_true(cover(f, "CAM-A", INT64_MIN, AT(150), NULL));
    g_assert_true(cover(f, "CAM-A", AT(150), AT(300), NULL));
    g_autoptr(GError) which = NULL, then = NULL, none = NULL;
    g_assert_false(idx_coverage_remove(f->cat, "W07", "CAM-A", INT64_MIN, T0, &which));
    fixture_expect(which, MJ_ERROR_CONFLICT, "CAM-A,W07,2 times");
    g_assert_false(idx_coverage_remove(f->cat, "W07", "CAM-A", AT(300), T0, &then));
    fixture_expect(then, MJ_ERROR_NOT_FOUND, "CAM-A,then");
    g_assert_true(idx_coverage_remove(f->cat, "W07", "CAM-A", AT(150), AT(999), NULL));
    expect_spans(f, "CAM-A|70|150");
    g_assert_true(idx_coverage_remove(f->cat, "W07", "CAM-A", INT64_MIN, AT(999), NULL));
    expect_spans(f, "");
    g_assert_false(idx_coverage_remove(f->cat, "W07", "CAM-A", INT64_MIN, T0, &none));
    fixture_expect(none, MJ_ERROR_NOT_FOUND, "CAM-A,W07");
}

#define SQL_MAP                                                                                    \
    "SELECT p.code, c.code, (v.from_us - 1795311000000000) / 1000000,"                             \
    " (v.to_us - 1795311000000000) / 1000000 FROM coverage v JOIN place p ON p.id = v.place_id"    \
    " JOIN camera c ON c.id = v.camera_id ORDER BY p.code, v.from_us, c.code"

static bool renumber(Fixture *f, const char *old, const char *new, int64_t at_us, GError **error)
{
    g_auto(GStrv) from = g_strsplit(old, ",", -1), to = g_strsplit(new, ",", -1);
    return idx_place_renumber(f->cat, NULL, from, to, g_strv_length(from), at_us, T0, error);
}

/* Two windows swap numbers, a third gets a new one; before that moment all stays as it was. */
static void test_renumber(void)
{
    g_autoptr(Fixture) f = fixture_new();
    two_cameras(f);
    fixture_camera(f, "CAM-C", T0);
    g_assert_true(idx_place_add(f->cat, "W08", NULL, NULL) &&
                  idx_place_add(f->cat, "W09", NULL, NULL));
    g_assert_true(cover(f, "CAM-A", INT64_MIN, INT64_MAX, NULL));
    g_assert_true(idx_coverage_add(f->cat, "W08", "CAM-B", AT(0), AT(500), T0, NULL));
    g_assert_true(idx_coverage_add(f->cat, "W09", "CAM-C", AT(200), INT64_MAX, T0, NULL));
    fixture_happens(f, "1", "hall.ticket.called", AT(200),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W08\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(300), "\"ticket_no\":\"A1\"");
    expect_spans(f, "CAM-B|170|360");
    g_autoptr(GError) error = NULL, used = NULL, unknown = NULL, twice = NULL, same = NULL;
    g_assert_false(renumber(f, "W07", "W08", AT(100), &used));
    fixture_expect(used, MJ_ERROR_CONFLICT, "W08");
    g_assert_false(renumber(f, "W99", "W08", AT(100), &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "W99");
    g_assert_false(renumber(f, "W07,W08", "W10,W10", AT(100), &twice));
    fixture_expect(twice, MJ_ERROR_INVALID, "W10,twice");
    g_assert_false(renumber(f, "W09,W07", "W10,W07", AT(100), &same));
    fixture_expect(same, MJ_ERROR_INVALID, "W07,own number");
    g_assert_true(renumber(f, "W07,W08,W09", "W08,W07,W12", AT(100), &error));
    g_assert_no_error(error);
    g_autofree char *map = fixture_dump(f->cat, SQL_MAP);
    g_assert_cmpstr(map, ==,
                    "W07|CAM-A|-|100\nW07|CAM-B|100|500\nW08|CAM-B|0|100\n"
                    "W08|CAM-A|100|-\nW12|CAM-C|200|-");
    expect_spans(f, "CAM-A|170|360");
    g_autofree char *names = fixture_dump(f->cat, "SELECT code, name FROM place ORDER BY code");
    g_assert_cmpstr(names, ==, "W07|七号窗口\nW08|W08\nW09|W09\nW12|W12");
    g_assert_true(renumber(f, "W07", "W77", AT(400), NULL));
    g_autofree char *name = fixture_dump(f->cat, "SELECT name FROM place WHERE code = 'W77'");
    g_assert_cmpstr(name, ==, "七号窗口");
}

static void many_visits(Fixture *f, int count)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < count; i++)
        for (int end = 0; end < 2; end++) {
            g_autofree char *data =
                g_strdup_printf("\"ticket_no\":\"A%d\",\"window_no\":\"W07\"", i);
            g_autofree char *id = g_strdup_printf("%d-%d", i, end);
            g_autofree char *event =
                fixture_event(id, end ? "hall.ticket.finished" : "hall.ticket.called",
                              AT(i / 2 * 200 + end * 100), data); // two at the same moment
            g_string_append_printf(lines, "%s\n", event);
        }
    idx_event_batch_free(fixture_add(f, lines->str, 2 * count, 0, 0));
}

static void coverage_without_linking(Fixture *f)
{
    g_assert_true(idx_begin(f->cat, NULL) && cover(f, "CAM-A", AT(1000), AT(90000), NULL));
    g_assert_true(idx_commit(f->cat, NULL));
}

/* The map changes under many visits; each piece of linking is followed by an end of the program. The
 * spans are those of a catalogue in which nothing was interrupted. */
static void test_link_in_pieces(void)
{
    g_autoptr(Fixture) whole = fixture_new(), pieces = fixture_new();
    int64_t events = 0, places = 0;
    bool more = true;
    two_cameras(whole);
    two_cameras(pieces);
    many_visits(whole, 300);
    many_visits(pieces, 300);
    g_assert_true(cover(whole, "CAM-A", AT(1000), AT(90000), NULL));
    coverage_without_linking(pieces);
    expect_spans(pieces, "");
    int steps = 0;
    for (; more && steps < 1000; steps++) {
        g_assert_true(idx_place_link_step(pieces->cat, T0, &more, &events, NULL));
        idx_catalogue_free(pieces->cat);
        pieces->cat = idx_catalogue_open(pieces->home, IDX_WRITE, NULL);
    }
    g_assert_cmpint(steps, >, 4); // 600 events, at most 128 in a step
    g_assert_cmpint(events, ==, 600);
    g_assert_true(idx_place_link_pending(pieces->cat, &places, NULL));
    g_assert_cmpint(places, ==, 0);
    g_autofree char *one = fixture_dump(whole->cat, SQL_SPANS);
    g_assert_cmpint((int)strlen(one), >, 1000);
    expect_spans(pieces, one);
}

/* Of many that last for days some were here; each piece of linking is followed by an end of the program. */
static void test_lasting_in_pieces(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GString) lines = g_string_new(NULL);
    two_cameras(f);
    g_assert_true(idx_place_add(f->cat, "W08", NULL, NULL));
    for (int i = 0; i < 2 * 1200; i++) {
        g_autofree char *data = g_strdup_printf("\"session_id\":\"S%d\",\"room\":\"%s\"", i / 2,
                                                i / 2 % 400 ? "W08" : "W07");
        g_autofree char *id = g_strdup_printf("%d", i);
        g_autofree char *event =
            fixture_event(id, i % 2 ? "hall.session.ended" : "hall.session.started",
                          i % 2 ? DAYS(9) : DAYS(0), data);
        g_string_append_printf(lines, "%s\n", event);
    }
    idx_event_batch_free(fixture_add(f, lines->str, 2 * 1200, 0, 0));
    g_assert_true(idx_begin(f->cat, NULL) && cover(f, "CAM-A", DAYS(4), AT(345700), NULL) &&
                  idx_commit(f->cat, NULL));
    int64_t events = 0;
    int steps = 0;
    for (bool more = true; more && steps < 100; steps++) {
        g_assert_true(idx_place_link_step(f->cat, T0, &more, &events, NULL));
        idx_catalogue_free(f->cat);
        f->cat = idx_catalogue_open(f->home, IDX_WRITE, NULL);
    }
    g_assert_cmpint(steps, >, 3); // no events; two pages at least; no more
    g_assert_cmpint(events, ==, 0);
    expect_spans(f, "CAM-A|345600|345700\nCAM-A|345600|345700\nCAM-A|345600|345700");
}

/* What a killed command left is finished by the next one that changes the map. */
static void test_link_left_over(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t places = 0;
    two_cameras(f);
    many_visits(f, 3);
    g_assert_true(idx_place_add(f->cat, "W99", NULL, NULL));
    g_assert_true(idx_begin(f->cat, NULL) && cover(f, "CAM-A", AT(0), AT(50), NULL));
    g_assert_true(idx_commit(f->cat, NULL));
    g_assert_true(idx_place_link_pending(f->cat, &places, NULL));
    g_assert_cmpint(places, ==, 1);
    g_assert_true(idx_coverage_add(f->cat, "W99", "CAM-B", T0, AT(1), T0, NULL));
    g_assert_true(idx_place_link_pending(f->cat, &places, NULL));
    g_assert_cmpint(places, ==, 0);
    expect_spans(f, "CAM-A|0|50\nCAM-A|0|50");
}

/* In another hall, which has a window of the same number. */
static void test_other_hall(void)
{
    int64_t hall = 0, place = 0;
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_camera(f, "CAM-A", T0);
    fixture_camera(f, "CAM-B", T0);
    fixture_place(f, "W07", "CAM-A");
    g_assert_true(idx_hall_add(f->cat, "H02", NULL, NULL, &hall, &error));
    g_assert_true(idx_place_put(f->cat, hall, "W07", NULL, &place, &error));
    g_free(fixture_dump(f->cat, "INSERT INTO coverage (place_id, camera_id) SELECT max(p.id), c.id"
                                " FROM place p, camera c WHERE c.code = 'CAM-B'"));
    char *const old[] = {(char *)"W07"}, *const new[] = {(char *)"W17"};
    g_assert_true(idx_place_renumber(f->cat, "H02", old, new, 1, AT(100), T0, &error));
    g_assert_true(idx_coverage_end(f->cat, "H02", "W17", "CAM-B", AT(200), T0, &error));
    g_assert_no_error(error);
    g_autofree char *map = fixture_dump(
        f->cat, "SELECT h.code, p.code, c.code, (v.from_us - 1795311000000000) / 1000000,"
                " (v.to_us - 1795311000000000) / 1000000 FROM coverage v JOIN place p ON p.id ="
                " v.place_id JOIN hall h ON h.id = p.hall_id JOIN camera c ON c.id = v.camera_id"
                " ORDER BY h.code, p.code");
    g_assert_cmpstr(map, ==, "H01|W07|CAM-A|-|-\nH02|W07|CAM-B|-|100\nH02|W17|CAM-B|100|200");
    g_assert_false(idx_coverage_end(f->cat, "H03", "W17", "CAM-B", AT(200), T0, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "no hall H03");
    g_clear_error(&error);
    g_assert_false(idx_coverage_end(f->cat, "H02", "W18", "CAM-B", AT(200), T0, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "no place W18 in hall H02");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/place/codes", test_codes);
    g_test_add_func("/place/conflicts", test_conflicts);
    g_test_add_func("/place/validity", test_validity);
    g_test_add_func("/place/relink", test_relink);
    g_test_add_func("/place/relink-long-visit", test_relink_long_visit);
    g_test_add_func("/place/relink-days", test_relink_days);
    g_test_add_func("/place/relink-clock", test_relink_clock);
    g_test_add_func("/place/remove", test_remove);
    g_test_add_func("/place/renumber", test_renumber);
    g_test_add_func("/place/link-in-pieces", test_link_in_pieces);
    g_test_add_func("/place/lasting-in-pieces", test_lasting_in_pieces);
    g_test_add_func("/place/link-left-over", test_link_left_over);
    g_test_add_func("/place/other-hall", test_other_hall);
    return g_test_run();
}
