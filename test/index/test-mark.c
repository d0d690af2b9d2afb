// SPDX-License-Identifier: GPL-3.0-or-later
/* Marks: whose they are, where, and what stays of them. */
#include "index/event/source.h"
#include "index/mark/mark.h"

#include "index/account/login.h"
#include "index/account/scope.h"
#include "index/camera.h"
#include "index/hall.h"
#include "index/listing.h"
#include "index/place.h"

#include "test/index/fixture.h"
#include "test/must.h"

#include <string.h>

/* Two windows with a camera each and one of the hall; A1 at W1 from 100 to 200, A2 from 210 on. */
static Fixture *make_hall(void)
{
    Fixture *f = fixture_new();
    fixture_camera(f, "C1", T0);
    fixture_camera(f, "C2", T0);
    fixture_camera(f, "HALL", T0);
    fixture_place(f, "W1", "C1,HALL");
    fixture_place(f, "W2", "C2,HALL");
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    fixture_happens(f, "3", "hall.ticket.called", AT(210),
                    "\"ticket_no\":\"A2\",\"window_no\":\"W1\"");
    fixture_happens(f, "4", "hall.ticket.called", AT(120),
                    "\"ticket_no\":\"B1\",\"window_no\":\"W2\"");
    return f;
}

static json_t *add(Fixture *f, const char *camera, int at, const char *place, GError **error)
{
    int64_t id = 0;
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8picture", 9);
    IdxMarkRequest r = {.camera = camera,
                        .at_us = AT(at),
                        .kind = "absent",
                        .words = "空岗",
                        .place = place,
                        .by = "wang",
                        .jpeg = jpeg};
    return idx_mark_add(f->cat, &r, AT(1000), &id, error) ? idx_mark_json(f->cat, id, error) : NULL;
}

static void test_whose(void)
{
    static const struct {
        const char *camera;
        int at;
        const char *place, *where, *whose;
    } TABLE[] = {
        {"C1", 150, NULL, "W1", "A1"}, // the ticket, not its approval
        {"C1", 98, NULL, "W1", NULL},  // linked, and not yet called
        {"C1", 199, NULL, "W1", "A1"}, // until the end
        {"C1", 209, NULL, "W1", "A2"}, // the picture before the call
        {"C1", 205, NULL, "W1", NULL}, // between two visits whose footage overlaps
        {"C1", 230, NULL, "W1", "A2"}, // goes on
        {"C2", 150, NULL, "W2", "B1"},   {"HALL", 150, NULL, NULL, NULL}, // sees both
        {"HALL", 150, "W2", "W2", "B1"}, {"C1", 150, "W1", "W1", "A1"},
        {"C1", 10000, NULL, "W1", NULL}, // longer than any visit is shown
    };
    g_autoptr(Fixture) f = make_hall();
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s %d", TABLE[i].camera, TABLE[i].at);
        g_autoptr(json_t) mark = add(f, TABLE[i].camera, TABLE[i].at, TABLE[i].place, &error);
        must(mark != NULL, error);
        const json_t *subject = json_object_get(mark, "subject");
        g_assert_cmpstr(json_string_value(json_object_get(subject, "key")), ==, TABLE[i].whose);
        g_assert_cmpstr(json_string_value(json_object_get(mark, "place")), ==, TABLE[i].where);
    }
}

static void test_event(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) f = make_hall();
    g_autoptr(json_t) mark = add(f, "C1", 150, NULL, &error);
    must(mark != NULL, error);
    g_autofree char *event =
        fixture_dump(f->cat, "SELECT source, type, (time_us - 1795311000000000) / 1000000, place,"
                             " body ->> '$.data.rule_code', body ->> '$.data.monitor_point',"
                             " body ->> '$.data.raised_by', body ->> '$.data.ticket_no',"
                             " body ->> '$.data.evidence_ref.camera', body ->> '$.data.marked_by'"
                             " FROM event WHERE type LIKE 'hall.alert%'");
    g_assert_cmpstr(event, ==,
                    "/mingjing/H01/marks|hall.alert.raised|150|W1|absent|离岗|manual|A1|C1|wang");
    g_autofree char *linked = fixture_dump(
        f->cat, "SELECT s.key FROM subject_event e JOIN subject s ON s.id = e.subject_id JOIN mark"
                " m ON m.event_id = e.event_id");
    g_assert_cmpstr(linked, ==, "A1");
    g_autofree char *clocks =
        fixture_dump(f->cat, "SELECT count(*) FROM source_arrival WHERE source LIKE '/mingjing%'");
    g_assert_cmpstr(clocks, ==, "0"); // what is marked in a replay measures no clock
    g_autoptr(GPtrArray) systems = idx_source_list(f->cat, AT(200), NULL);
    for (guint i = 0; i < systems->len; i++) // who marks is no business system
        g_assert_false(g_str_has_prefix(((IdxSource *)systems->pdata[i])->name, IDX_SOURCE_OURS));
    g_assert_cmpuint(systems->len, ==, 1);
    g_autofree char *told = fixture_dump(
        f->cat, "SELECT what, object_kind, object, camera FROM audit WHERE what = 'mark.add'");
    g_assert_cmpstr(told, ==, "mark.add|ticket|A1|C1");
}

static void test_still(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) f = make_hall();
    g_autoptr(json_t) mark = add(f, "C1", 150, NULL, &error);
    must(mark != NULL, error);
    int64_t id = 0, at_us = 0;
    g_autofree char *camera = NULL;
    must(idx_mark_find(f->cat, json_string_value(json_object_get(mark, "alert_id")), &id, &error),
         error);
    g_assert_cmpint(id, ==, json_integer_value(json_object_get(mark, "id")));
    g_autoptr(GBytes) jpeg = idx_mark_still(f->cat, id, &camera, &at_us, &error);
    g_assert_cmpstr(camera, ==, "C1");
    g_assert_cmpint(at_us, ==, AT(150));
    g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, jpeg);
    g_assert_cmpstr(sum, ==, json_string_value(json_object_get(mark, "still_sha256")));
    g_assert_false(idx_mark_find(f->cat, "mark-none", &id, &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "mark-none");
}

static void test_refused(void)
{
    g_autoptr(Fixture) f = make_hall();
    g_autofree char *large = g_malloc0(IDX_MARK_STILL_MAX + 1);
    g_autoptr(GBytes) too_large = g_bytes_new_static(large, IDX_MARK_STILL_MAX + 1);
    g_autoptr(GBytes) good = g_bytes_new_static("x", 1);
    const IdxMarkRequest TABLE[] = {
        {.camera = "C9",
         .at_us = AT(150),
         .kind = "absent",
         .words = NULL,
         .place = NULL,
         .by = "wang",
         .jpeg = good},
        {.camera = "C1",
         .at_us = AT(150),
         .kind = "bored",
         .words = NULL,
         .place = NULL,
         .by = "wang",
         .jpeg = good},
        {.camera = "C1",
         .at_us = AT(150),
         .kind = "absent",
         .words = "a\tb",
         .place = NULL,
         .by = "wang",
         .jpeg = good},
        {.camera = "C1",
         .at_us = AT(150),
         .kind = "absent",
         .words = NULL,
         .place = "W2",
         .by = "wang",
         .jpeg = good},
        {.camera = "C1",
         .at_us = AT(150),
         .kind = "absent",
         .words = NULL,
         .place = NULL,
         .by = "wang",
         .jpeg = too_large},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t id = 0;
        g_assert_false(idx_mark_add(f->cat, &TABLE[i], AT(1000), &id, NULL));
    }
    g_autofree char *left =
        fixture_dump(f->cat, "SELECT (SELECT count(*) FROM mark), (SELECT count(*) FROM event"
                             " WHERE type LIKE 'hall.alert%')");
    g_assert_cmpstr(left, ==, "0|0");
}

/* Two halls have a window W1; what is marked at one is of that hall, whether somebody is served there or not. */
static void test_halls(void)
{
    static const char SQL_HALLS[] = "SELECT h.code FROM event e JOIN hall h ON h.id = e.hall_id"
                                    " WHERE e.type LIKE 'hall.alert%' ORDER BY e.id";
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) f = make_hall();
    int64_t hall = 0;
    must(idx_hall_add(f->cat, "H02", NULL, NULL, &hall, &error), error);
    fixture_camera(f, "EAST", T0);
    must(idx_place_add_in(f->cat, "H02", "W1", NULL, &error) &&
             idx_coverage_add_in(f->cat, "H02", "W1", "EAST", AT(0), INT64_MAX, AT(1), &error),
         error);
    fixture_happens(f, "5", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"Z1\",\"window_no\":\"W1\",\"hall_code\":\"H02\"");
    fixture_happens(f, "6", "hall.ticket.finished", AT(200),
                    "\"ticket_no\":\"Z1\",\"hall_code\":\"H02\"");
    g_autoptr(json_t) served = add(f, "EAST", 150, NULL, &error);
    must(served != NULL, error);
    g_autoptr(json_t) empty = add(f, "EAST", 900, NULL, &error);
    must(empty != NULL, error);
    g_autoptr(json_t) first = add(f, "C1", 150, NULL, &error);
    must(first != NULL, error);
    const json_t *subject = json_object_get(served, "subject");
    g_assert_cmpstr(json_string_value(json_object_get(subject, "key")), ==, "Z1");
    g_assert_cmpstr(json_string_value(json_object_get(subject, "hall")), ==, "H02");
    g_assert_cmpstr(json_string_value(json_object_get(served, "hall")), ==, "H02");
    g_assert_cmpstr(json_string_value(json_object_get(first, "hall")), ==, "H01");
    g_autofree char *halls = fixture_dump(f->cat, SQL_HALLS);
    g_assert_cmpstr(halls, ==, "H02\nH02\nH01");
}

static char *places_of(Fixture *f, const char *camera, int at);

/* Who sees W2 alone marks nothing at W1, which the camera of the hall shows as well. */
static void test_limited(void)
{
    g_autoptr(GError) error = NULL, other = NULL;
    g_autoptr(Fixture) f = make_hall();
    must(idx_user_add(f->cat, "two", "operator", "correct-horse-1", T0, &error) &&
             idx_scope_put(f->cat, "two", (const char *const[]){"W2", NULL}, &error),
         error);
    g_autoptr(IdxUser) user = idx_user_get(f->cat, "two", &error);
    must(user && idx_scope_set(f->cat, user->id, &error), error);
    g_assert_null(add(f, "HALL", 150, "W1", &other));
    fixture_expect(other, MJ_ERROR_INVALID, "W1");
    g_autoptr(json_t) none = add(f, "HALL", 150, NULL, &error); // of two places none is guessed
    must(none != NULL, error);
    g_assert_true(json_is_null(json_object_get(none, "place")));
    g_autoptr(json_t) own = add(f, "HALL", 150, "W2", &error);
    must(own != NULL, error);
    g_autofree char *stored = fixture_dump(f->cat, "SELECT place FROM mark ORDER BY id");
    g_assert_cmpstr(stored, ==, "-\nW2");
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "HALL", &error);
    g_autoptr(json_t) listed = idx_listing_camera(f->cat, camera, AT(150), &error);
    must(listed != NULL, error);
    g_assert_cmpint((int)json_array_size(json_object_get(listed, "places")), ==, 1);
    g_assert_cmpint((int)json_array_size(json_object_get(listed, "covers")), ==, 1);
    g_autofree char *offered = places_of(f, "HALL", 150);
    g_assert_cmpstr(offered, ==, "H01/W2 B1");
}

static bool again(Fixture *f, const char *by, const char *key, const char *words, int64_t *ret_id,
                  GError **error)
{
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8picture", 9);
    IdxMarkRequest r = {.camera = "C1",
                        .at_us = AT(150),
                        .kind = "absent",
                        .words = words,
                        .by = by,
                        .key = key,
                        .jpeg = jpeg};
    return idx_mark_add(f->cat, &r, AT(1000), ret_id, error);
}

/* What is asked for again, since the answer was lost, is there once; without a key it is another one. */
static void test_once(void)
{
    static const char SQL_ALL[] = "SELECT (SELECT count(*) FROM mark), (SELECT count(*) FROM event"
                                  " WHERE type LIKE 'hall.alert%'), (SELECT count(*) FROM audit"
                                  " WHERE what = 'mark.add')";
    g_autoptr(GError) error = NULL, other = NULL, odd = NULL;
    g_autoptr(Fixture) f = make_hall();
    int64_t first = 0, second = 0, hers = 0, none = 0;
    must(again(f, "wang", "k-1", "空岗", &first, &error), error);
    must(again(f, "wang", "k-1", "空岗", &second, &error), error);
    g_assert_cmpint(first, ==, second);
    g_assert_false(again(f, "wang", "k-1", "争吵", &none, &other));
    fixture_expect(other, MJ_ERROR_CONFLICT, "k-1");
    g_assert_false(again(f, "wang", "k 1", NULL, &none, &odd));
    fixture_expect(odd, MJ_ERROR_INVALID, "key");
    g_autofree char *one = fixture_dump(f->cat, SQL_ALL);
    g_assert_cmpstr(one, ==, "1|1|1");
    must(again(f, "li", "k-1", "空岗", &hers, &error), error); // a key is one's own
    must(again(f, "li", NULL, "空岗", &none, &error), error);
    must(again(f, "li", NULL, "空岗", &none, &error), error);
    g_autofree char *all = fixture_dump(f->cat, SQL_ALL);
    g_assert_cmpstr(all, ==, "4|4|4");
}

static char *places_of(Fixture *f, const char *camera, int at)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) answer = idx_mark_places_json(f->cat, camera, AT(at), &error);
    must(answer != NULL, error);
    GString *out = g_string_new(NULL);
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(answer, "places"), i, one)
    {
        const char *key =
            json_string_value(json_object_get(json_object_get(one, "subject"), "key"));
        g_string_append_printf(out, "%s%s/%s %s", i ? ", " : "",
                               json_string_value(json_object_get(one, "hall")),
                               json_string_value(json_object_get(one, "code")), key ? key : "-");
    }
    return g_string_free(out, FALSE);
}

/* Between what there is to choose, and that what is chosen is what is marked. */
static void test_places(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) f = make_hall();
    int64_t hall = 0, id = 0;
    must(idx_hall_add(f->cat, "H02", NULL, NULL, &hall, &error), error);
    must(idx_place_add_in(f->cat, "H02", "W1", NULL, &error) &&
             idx_coverage_add_in(f->cat, "H02", "W1", "HALL", AT(140), INT64_MAX, AT(1), &error),
         error);
    fixture_happens(f, "5", "hall.ticket.called", AT(145),
                    "\"ticket_no\":\"Z1\",\"window_no\":\"W1\",\"hall_code\":\"H02\"");
    g_autofree char *before = places_of(f, "HALL", 130), *then = places_of(f, "HALL", 150);
    g_autofree char *one = places_of(f, "C1", 205);
    g_assert_cmpstr(before, ==, "H01/W1 A1, H01/W2 B1");
    g_assert_cmpstr(then, ==, "H01/W1 A1, H02/W1 Z1, H01/W2 B1");
    g_assert_cmpstr(one, ==, "H01/W1 -");
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8picture", 9);
    IdxMarkRequest r = {.camera = "HALL",
                        .at_us = AT(150),
                        .kind = "absent",
                        .place = "W1",
                        .hall = "H02",
                        .by = "wang",
                        .jpeg = jpeg};
    must(idx_mark_add(f->cat, &r, AT(1000), &id, &error), error);
    g_autoptr(json_t) mark = idx_mark_json(f->cat, id, &error);
    must(mark != NULL, error);
    const json_t *subject = json_object_get(mark, "subject");
    g_assert_cmpstr(json_string_value(json_object_get(subject, "key")), ==, "Z1");
    r.hall = "H09";
    g_assert_false(idx_mark_add(f->cat, &r, AT(1000), &id, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "H09/W1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mark/whose", test_whose);
    g_test_add_func("/mark/event", test_event);
    g_test_add_func("/mark/still", test_still);
    g_test_add_func("/mark/refused", test_refused);
    g_test_add_func("/mark/once", test_once);
    g_test_add_func("/mark/places", test_places);
    g_test_add_func("/mark/halls", test_halls);
    g_test_add_func("/mark/limited", test_limited);
    return g_test_run();
}
