// SPDX-License-Identifier: GPL-3.0-or-later
/* Accounts that are limited to places: what is elsewhere is not there. */
#include "index/account/scope.h"

#include "index/account/login.h"
#include "index/account/reason.h"
#include "index/db.h"
#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/hold/hold_own.h"
#include "index/hold/json.h"
#include "index/listing.h"
#include "index/place.h"
#include "index/segment/calendar.h"
#include "test/index/fixture.h"

#include <string.h>

#define PASSWORD "correct-horse-1"

/* W07 and W08, a camera each; A1 was at W07, B1 at W08, C1 at both; SP1 is A1's, SP2 B1's. */
static Fixture *hall(void)
{
    static const struct {
        const char *id, *type, *data;
        int at;
    } EVENTS[] = {
        {"1", "hall.ticket.called",
         "\"ticket_no\":\"A1\",\"window_no\":\"W07\",\"staff_id\":\"701\",\"approval_id\":\"SP1\"",
         10},
        {"2", "hall.ticket.finished",
         "\"ticket_no\":\"A1\",\"window_no\":\"W07\",\"staff_id\":\"701\"", 20},
        {"3", "hall.ticket.called",
         "\"ticket_no\":\"B1\",\"window_no\":\"W08\",\"staff_id\":\"801\",\"approval_id\":\"SP2\"",
         10},
        {"4", "hall.ticket.finished",
         "\"ticket_no\":\"B1\",\"window_no\":\"W08\",\"staff_id\":\"801\"", 20},
        {"5", "hall.ticket.called", "\"ticket_no\":\"C1\",\"window_no\":\"W07\"", 300},
        {"6", "hall.ticket.finished", "\"ticket_no\":\"C1\",\"window_no\":\"W07\"", 310},
        {"7", "hall.ticket.called", "\"ticket_no\":\"C1\",\"window_no\":\"W08\"", 400},
        {"8", "hall.ticket.finished", "\"ticket_no\":\"C1\",\"window_no\":\"W08\"", 410},
    };
    Fixture *f = fixture_new();
    static const char *const CAMERAS[] = {"cam7", "cam8"};
    for (int i = 0; i < 2; i++)
        fixture_segment(f, fixture_camera(f, CAMERAS[i], T0), AT(0), AT(600), "closed");
    fixture_place(f, "W07", "cam7");
    fixture_place(f, "W08", "cam8");
    for (size_t i = 0; i < G_N_ELEMENTS(EVENTS); i++)
        fixture_happens(f, EVENTS[i].id, EVENTS[i].type, AT(EVENTS[i].at), EVENTS[i].data);
    g_assert_true(idx_user_add(f->cat, "seven", "investigator", PASSWORD, T0, NULL));
    g_assert_true(idx_scope_put(f->cat, "seven", (const char *const[]){"W07", NULL}, NULL));
    return f;
}

static void see_as(Fixture *f, const char *name)
{
    g_autoptr(IdxUser) user = idx_user_get(f->cat, name, NULL);
    g_assert_true(idx_scope_set(f->cat, user->id, NULL));
}

/* The dossier as text; NULL if there is none. */
static char *dossier(Fixture *f, const char *kind, const char *key)
{
    g_autoptr(json_t) json =
        idx_dossier(f->cat, &(IdxName){.kind = kind, .key = key}, AT(600), NULL);
    return json ? mj_json_dump(json) : NULL;
}

static void expect_unseen(Fixture *f, const char *kind, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) none =
        idx_dossier(f->cat, &(IdxName){.kind = kind, .key = key}, AT(600), &error);
    g_assert_null(none);
    g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND));
    // the words are those of what there never was, also where they tell of what is called alike
    g_autoptr(GError) never = NULL;
    g_autofree char *other = g_strdup(key);
    other[strlen(other) - 1] = 'x';
    g_autoptr(json_t) nothing =
        idx_dossier(f->cat, &(IdxName){.kind = kind, .key = other}, AT(600), &never);
    g_assert_nonnull(never);
    g_autoptr(GString) words = g_string_new(never->message);
    g_string_replace(words, other, key, 0);
    g_assert_cmpstr(error->message, ==, words->str);
}

static void test_dossiers(void)
{
    g_autoptr(Fixture) f = hall();
    g_autofree char *before = dossier(f, "ticket", "B1");
    g_assert_nonnull(before);
    see_as(f, "seven");
    g_autofree char *own = dossier(f, "ticket", "A1"), *approval = dossier(f, "approval", "SP1");
    g_assert_nonnull(own);
    g_assert_nonnull(approval);
    expect_unseen(f, "ticket", "B1");
    expect_unseen(f, "approval", "SP2");
    // of what was at both: one half
    g_autofree char *both = dossier(f, "ticket", "C1");
    g_assert_nonnull(both);
    g_assert_nonnull(strstr(both, "cam7"));
    g_assert_null(strstr(both, "cam8"));
    g_assert_null(strstr(both, "W08"));
    idx_scope_clear(f->cat);
    g_autofree char *whole = dossier(f, "ticket", "C1");
    g_assert_nonnull(strstr(whole, "W08"));
}

/* An event elsewhere that was wrong: whoever is not shown it is not shown what it named either. */
static void test_superseded_elsewhere(void)
{
    g_autoptr(Fixture) f = hall();
    fixture_happens(f, "9", "hall.ticket.recalled", AT(15),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W08\",\"approval_id\":\"SP3\"");
    fixture_happens(f, "10", "hall.ticket.called", AT(40),
                    "\"ticket_no\":\"D1\",\"window_no\":\"W07\",\"approval_id\":\"SP3\"");
    fixture_happens(
        f, "11", "hall.ticket.recalled", AT(15),
        "\"ticket_no\":\"A1\",\"window_no\":\"W08\",\"correction_of\":\"9\",\"data_ver\":2");
    see_as(f, "seven");
    g_autofree char *own = dossier(f, "ticket", "A1"), *approval = dossier(f, "approval", "SP3");
    g_assert_nonnull(approval);
    g_assert_nonnull(strstr(own, "SP1"));
    g_assert_null(strstr(own, "SP3"));
    g_assert_null(strstr(own, "W08"));
}

static char *search(Fixture *f, const char *prefix)
{
    g_autoptr(json_t) found = idx_search(f->cat, prefix, 0, NULL, 20, AT(600), NULL);
    g_assert_nonnull(found);
    return mj_json_dump(found);
}

static void test_lists(void)
{
    g_autoptr(Fixture) f = hall();
    see_as(f, "seven");
    static const char *const TYPED[] = {"B", "W", "c", "8", "7", "SP", "A"};
    for (size_t i = 0; i < G_N_ELEMENTS(TYPED); i++) {
        g_autofree char *found = search(f, TYPED[i]);
        static const char *const FOREIGN[] = {"\"B1\"", "W08", "cam8", "\"801\"", "SP2"};
        for (size_t j = 0; j < G_N_ELEMENTS(FOREIGN); j++)
            g_assert_null(strstr(found, FOREIGN[j]));
    }
    g_autofree char *own = search(f, "7");
    g_assert_nonnull(strstr(own, "701"));
    IdxFind find = {.by = IDX_FACET_STAFF,
                    .value = "801",
                    .from_us = INT64_MIN,
                    .to_us = INT64_MAX,
                    .limit = 20,
                    .now_us = AT(600)};
    g_assert_null(idx_find(f->cat, &find, NULL));
    find.by = IDX_FACET_PLACE;
    find.value = "W08";
    g_assert_null(idx_find(f->cat, &find, NULL));
    g_autoptr(json_t) cameras = idx_listing_cameras(f->cat, false, AT(600), NULL);
    g_autoptr(json_t) places = idx_listing_places(f->cat, NULL);
    g_assert_cmpuint(json_array_size(json_object_get(cameras, "cameras")), ==, 1);
    g_assert_cmpuint(json_array_size(json_object_get(places, "places")), ==, 1);
    g_assert_null(idx_dossier_place(f->cat, "W08", NULL, AT(0), AT(60), AT(600), NULL));
}

/* @n of W08's, all newer than what is of W07: tickets "B1…", staff "7…" who served them, sittings of "700", marks. */
static void crowd(Fixture *f, int n)
{
    g_autofree char *sql = g_strdup_printf(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < %d) SELECT i FROM n;"
        "INSERT INTO event (hall_id, source, event_id, data_ver, type, time_us, received_us, place,"
        " body) SELECT hall_id, source, 'c' || i, 1, type, time_us, received_us, place, body FROM "
        "n,"
        " event WHERE event_id = '3' AND i < 2000;"
        "INSERT INTO subject (kind, hall_id, day, key, first_us, last_us)"
        " SELECT 'ticket', hall_id, day, 'B1' || i, first_us, last_us + 1000000000 + i FROM n,"
        " subject WHERE key = 'B1';"
        "INSERT INTO subject_event SELECT s.id, e.id FROM subject s, event e WHERE"
        " s.key GLOB 'B1[0-9]*' AND e.event_id = '3';"
        "INSERT INTO facet (kind, value, hall_id) SELECT 'staff', '700' || i, hall_id FROM n, facet"
        " WHERE value = '801' AND i < 300;"
        "INSERT INTO subject_facet SELECT f.id, s.last_us, s.id, s.first_us, NULL FROM facet f,"
        " subject s WHERE s.key = 'B1' AND f.value GLOB '700?*';"
        "INSERT INTO subject_facet SELECT f.id, s.last_us, s.id, s.first_us, NULL FROM facet f,"
        " subject s WHERE f.value = 'LONG' AND s.key GLOB 'B1[0-9]*';"
        "INSERT INTO mark (event_id, camera, at_us, kind, words, made_by, made_us, place,"
        " still_sha256) SELECT id, 'cam8', time_us, 'other', 'B', 'x', time_us + id, place, x'00'"
        " FROM event WHERE event_id GLOB 'c?*'",
        n);
    g_autoptr(GError) error = NULL;
    idx_db_script(f->cat, sql, &error);
    g_assert_no_error(error);
}

/* All pages of a search; how many there were. */
static json_t *search_all(Fixture *f, const char *prefix, int *ret_pages)
{
    json_t *all = json_object();
    g_autofree char *next = NULL;
    for (*ret_pages = 0; *ret_pages == 0 || (next != NULL && *ret_pages < 50); (*ret_pages)++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) page = idx_search(f->cat, prefix, 0, next, 20, AT(600), &error);
        g_assert_no_error(error);
        static const char *const LISTS[] = {"results", "staff", "marks"};
        for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++) {
            if (json_object_get(all, LISTS[i]) == NULL)
                json_object_set_new(all, LISTS[i], json_array());
            json_array_extend(json_object_get(all, LISTS[i]), json_object_get(page, LISTS[i]));
        }
        g_free(next);
        next = g_strdup(json_string_value(json_object_get(page, "next")));
    }
    g_assert_null(next);
    return all;
}

static size_t count_of(const json_t *all, const char *list)
{
    return json_array_size(json_object_get(all, list));
}

/* Behind however much that is elsewhere, what is here is found: in pages that look at so much each. */
static void test_crowd(void)
{
    g_autoptr(Fixture) f = hall();
    int pages = 0, whole = 0;
    fixture_happens(f, "20", "hall.ticket.called", AT(1),
                    "\"ticket_no\":\"B1own\",\"window_no\":\"W07\",\"staff_id\":\"LONG\"");
    crowd(f, 2 * IDX_SUBJECT_LOOKS + 1000);
    g_free(fixture_dump(f->cat,
                        "INSERT INTO mark (event_id, camera, at_us, kind, words, made_by,"
                        " made_us, place, still_sha256) SELECT id, 'cam7', time_us, 'other',"
                        " 'B', 'x', 1, place, x'00' FROM event WHERE event_id = '20'"));
    see_as(f, "seven");
    g_autoptr(json_t) own = search_all(f, "B", &pages);
    g_assert_cmpuint(count_of(own, "results"), ==, 1);
    g_assert_cmpuint(count_of(own, "marks"), ==, 1);
    g_assert_cmpint(pages, >=, 3);
    g_assert_cmpint(pages, <=, 4);
    g_autoptr(json_t) staff = search_all(f, "7", &pages);
    g_assert_cmpuint(count_of(staff, "staff"), ==, 1); // 701, behind 300 of others
    g_assert_cmpint(pages, >=, 3);
    idx_scope_clear(f->cat);
    g_autofree char *first = search(f, "B");
    g_assert_nonnull(strstr(first, "\"B1"));
    g_autoptr(json_t) once = search_all(f, "70", &whole);
    g_assert_cmpuint(count_of(once, "staff"), ==, 301);
}

/* So is the list of a staff member: its pages go on. */
static void test_crowded_list(void)
{
    g_autoptr(Fixture) f = hall();
    IdxFind find = {.by = IDX_FACET_STAFF,
                    .value = "LONG",
                    .from_us = INT64_MIN,
                    .to_us = INT64_MAX,
                    .limit = 1,
                    .now_us = AT(600)};
    fixture_happens(f, "20", "hall.ticket.called", AT(1),
                    "\"ticket_no\":\"D1\",\"window_no\":\"W07\",\"staff_id\":\"LONG\"");
    crowd(f, IDX_SITTING_LOOKS + 500);
    fixture_happens(f, "21", "hall.ticket.called", AT(3000),
                    "\"ticket_no\":\"D2\",\"window_no\":\"W07\",\"staff_id\":\"LONG\"");
    see_as(f, "seven");
    int found = 0, pages = 0;
    g_autofree char *next = NULL;
    do {
        find.cursor = next;
        g_autoptr(json_t) page = idx_find(f->cat, &find, NULL);
        g_assert_nonnull(page);
        found += (int)json_array_size(json_object_get(page, "items"));
        g_autofree char *was = g_steal_pointer(&next);
        next = g_strdup(json_string_value(json_object_get(page, "next")));
    } while (next != NULL && ++pages < 9);
    g_assert_cmpint(found, ==, 2);
    g_assert_null(next);
}

static void test_holds(void)
{
    g_autoptr(Fixture) f = hall();
    g_auto(IdxHoldAnswer) foreign = {0}, shared = {0};
    IdxHoldRequest r = {
        .kind = "ticket", .key = "B1", .reason = "r", .case_no = "c", .by = "x", .owner = "x"};
    g_assert_true(idx_hold_add(f->cat, &r, AT(600), &foreign, NULL));
    // a camera of both windows, as a lobby's, keeps none of the secrets of the other
    g_assert_true(
        idx_hold_put_span(f->cat, foreign.hold->id, "cam7", AT(10), AT(20), AT(600), NULL));
    r.key = "C1";
    g_assert_true(idx_hold_add(f->cat, &r, AT(600), &shared, NULL));
    see_as(f, "seven");
    g_autoptr(json_t) list = idx_hold_list_json(f->cat, true, AT(600), NULL);
    g_autofree char *text = mj_json_dump(list);
    g_assert_cmpuint(json_array_size(json_object_get(list, "holds")), ==, 1);
    g_assert_null(strstr(text, "cam8"));
    g_assert_null(idx_hold_get(f->cat, foreign.hold->id, NULL));
    g_autofree char *both = dossier(f, "ticket", "C1");
    g_assert_null(strstr(both, "cam8"));
}

/* Why somebody else's case is held is none of hers, also where a camera of hers is held for it. */
static void test_holds_told(void)
{
    g_autoptr(Fixture) f = hall();
    g_auto(IdxHoldAnswer) approval = {0}, cameras = {0}, other = {0};
    IdxHoldRequest r = {
        .kind = "approval", .key = "SP1", .reason = "r", .case_no = "c7", .by = "x", .owner = "x"};
    g_assert_true(idx_hold_add(f->cat, &r, AT(600), &approval, NULL));
    r.key = "SP2";
    g_assert_true(idx_hold_add(f->cat, &r, AT(600), &other, NULL));
    g_assert_true(idx_hold_put_span(f->cat, other.hold->id, "cam7", AT(10), AT(20), AT(600), NULL));
    IdxHoldRequest on = {.cameras = (const char *const[]){"cam7", "cam8", NULL},
                         .from_us = AT(0),
                         .to_us = AT(100),
                         .reason = "r",
                         .case_no = "c7",
                         .by = "x",
                         .owner = "x"};
    g_assert_true(idx_hold_add(f->cat, &on, AT(600), &cameras, NULL));
    see_as(f, "seven");
    int64_t next = 0;
    g_autoptr(GPtrArray) found = idx_hold_search(f->cat, "c7", 0, 10, &next, NULL);
    g_assert_cmpuint(found->len, ==, 2);
    const IdxHold *newest = found->pdata[0], *oldest = found->pdata[1];
    g_assert_cmpint(newest->id, ==, cameras.hold->id);
    g_assert_cmpuint(newest->spans->len, ==, 1);
    g_assert_cmpint(oldest->id, ==, approval.hold->id);
    g_assert_null(idx_hold_get(f->cat, other.hold->id, NULL));
}

static bool sees(Fixture *f, const char *camera, int64_t from_us, int64_t to_us)
{
    bool result = false;
    g_assert_true(idx_scope_camera(f->cat, camera, from_us, to_us, &result, NULL));
    return result;
}

/* A camera that looks at another window from some moment on is seen as long as it looked at this one. */
static void test_moved(void)
{
    g_autoptr(Fixture) f = hall();
    g_assert_true(idx_coverage_end(f->cat, NULL, "W07", "cam7", AT(100), AT(600), NULL));
    g_assert_true(idx_coverage_add(f->cat, "W08", "cam7", AT(100), INT64_MAX, AT(600), NULL));
    see_as(f, "seven");
    g_assert_true(sees(f, "cam7", AT(0), AT(100)));
    g_assert_true(sees(f, "cam7", AT(99), AT(99)));
    g_assert_false(sees(f, "cam7", AT(100), AT(100)));
    g_assert_false(sees(f, "cam7", AT(99), AT(101)));
    g_assert_false(sees(f, "cam7", AT(200), AT(300)));
    g_assert_false(sees(f, "cam8", AT(0), AT(1)));
    g_assert_false(sees(f, "no such camera", AT(0), AT(1)));
    idx_scope_clear(f->cat);
    g_assert_true(sees(f, "cam8", AT(0), AT(1)));
}

/* Also when its last place is gone, a limited account is limited. */
static void test_none(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) unknown = NULL, role = NULL;
    g_assert_true(idx_user_add(f->cat, "audit", "auditor", PASSWORD, T0, NULL));
    g_assert_false(idx_scope_put(f->cat, "seven", (const char *const[]){"W99", NULL}, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "W99");
    g_assert_false(idx_scope_put(f->cat, "audit", (const char *const[]){"W07", NULL}, &role));
    fixture_expect(role, MJ_ERROR_INVALID, "auditor");
    g_autoptr(GPtrArray) places = idx_scope_of(f->cat, "seven", NULL);
    g_assert_cmpuint(places->len, ==, 1); // as before
    g_assert_true(idx_db_script(f->cat, "DELETE FROM user_scope", NULL));
    see_as(f, "seven");
    g_assert_true(idx_scope_is_limited(f->cat));
    expect_unseen(f, "ticket", "A1");
    idx_scope_clear(f->cat);
    g_assert_true(idx_scope_put(f->cat, "seven", (const char *const[]){NULL}, NULL));
    see_as(f, "seven");
    g_assert_false(idx_scope_is_limited(f->cat));
}

static bool covers(Fixture *f, const IdxReason *reason, const char *camera, int at)
{
    bool result = false;
    g_assert_true(idx_reason_covers(f->cat, reason, camera, AT(at), AT(at), &result, NULL));
    return result;
}

static void test_reasons(void)
{
    g_autoptr(Fixture) f = hall();
    int64_t wait_us = 0;
    g_autoptr(GError) mute = NULL, none = NULL, other = NULL;
    g_autofree char *cookie = idx_login(f->cat, "seven", PASSWORD, AT(600), &wait_us, NULL);
    g_autofree char *second = idx_login(f->cat, "seven", PASSWORD, AT(600), &wait_us, NULL);
    IdxName what = {.kind = "ticket", .key = "a1"};
    g_assert_null(idx_reason_give(f->cat, cookie, &what, " - ", "7", AT(600), &mute));
    fixture_expect(mute, MJ_ERROR_INVALID, "reason");
    g_assert_null(idx_reason_give(f->cat, cookie, &what, "why", NULL, AT(600), NULL));
    g_autoptr(IdxReason) a1 =
        idx_reason_give(f->cat, cookie, &what, "投诉", "2026-7", AT(600), NULL);
    g_assert_cmpstr(a1->object, ==, "A1");
    g_assert_true(covers(f, a1, "cam7", 15));
    g_assert_true(covers(f, a1, "cam7", 20 + 25 * 60));
    g_assert_false(covers(f, a1, "cam7", 20 + 40 * 60));
    g_assert_false(covers(f, a1, "cam8", 15));
    what.kind = "place";
    what.key = "W08";
    g_autoptr(IdxReason) w08 = idx_reason_give(f->cat, cookie, &what, "why", "8", AT(600), NULL);
    g_assert_true(covers(f, w08, "cam8", 100000));
    g_assert_false(covers(f, w08, "cam7", 15));
    what.key = "W99";
    g_assert_null(idx_reason_give(f->cat, cookie, &what, "why", "8", AT(600), &none));
    fixture_expect(none, MJ_ERROR_NOT_FOUND, "W99");
    g_autoptr(GPtrArray) list = idx_reason_list(f->cat, cookie, NULL);
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_null(idx_reason_get(f->cat, second, a1->id, &other)); // of another login
    fixture_expect(other, MJ_ERROR_NOT_FOUND, "reason");
    g_assert_true(idx_logout(f->cat, cookie, NULL));
    g_autofree char *left = fixture_dump(f->cat, "SELECT count(*) FROM view_reason");
    g_assert_cmpstr(left, ==, "0");
}

static void expect_seen(Fixture *f, int from, int to, int seen_from, int seen_to)
{
    int64_t from_us = AT(from), to_us = AT(to);
    g_autoptr(GError) error = NULL;
    bool sees = idx_scope_seen(f->cat, "cam7", &from_us, &to_us, &error);
    if (seen_from == seen_to) {
        fixture_expect(error, MJ_ERROR_NOT_FOUND, "no camera cam7");
        return;
    }
    g_assert_no_error(error);
    g_assert_true(sees);
    g_assert_cmpint(from_us, ==, AT(seen_from));
    g_assert_cmpint(to_us, ==, AT(seen_to));
}

/* A ruler is cut to what may be seen of a camera that was moved to W07 and away again. */
static void test_seen(void)
{
    g_autoptr(Fixture) f = hall();
    expect_seen(f, 0, 1000, 0, 1000);
    g_autofree char *sql = g_strdup_printf(
        "UPDATE coverage SET from_us = %" G_GINT64_FORMAT ", to_us = %" G_GINT64_FORMAT
        " WHERE camera_id = (SELECT id FROM camera WHERE code = 'cam7');"
        "INSERT INTO coverage (place_id, camera_id, from_us, to_us) SELECT p.id, c.id, "
        "%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT
        " FROM place p, camera c WHERE p.code = 'W07' AND c.code = 'cam7'",
        AT(100), AT(200), AT(400), AT(600));
    g_assert_true(idx_db_script(f->cat, sql, NULL));
    see_as(f, "seven");
    expect_seen(f, 0, 350, 100, 200);
    expect_seen(f, 50, 300, 100, 200);
    expect_seen(f, 0, 1000, 400, 600); // the middle
    expect_seen(f, 150, 180, 150, 180);
    expect_seen(f, 200, 400, 0, 0);
    expect_seen(f, 700, 900, 0, 0);
}

/* Of a month nothing is told that is not within, and of another's camera not even that there is one. */
static void test_calendar(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    int64_t stream = 0;
    g_assert_true(idx_db_get_int(f->cat, &stream,
                                 "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id"
                                 " WHERE c.code = 'cam7'",
                                 NULL, ""));
    see_as(f, "seven");
    g_autofree char *hers =
        idx_calendar_text(f->cat, "cam7", stream, "main", 20261101, AT(600), NULL);
    g_assert_nonnull(strstr(hers, "\"recorded_s\":600.0"));
    g_assert_null(idx_calendar_text(f->cat, "cam8", stream, "main", 20261101, AT(600), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "no camera");
    g_autofree char *sql =
        g_strdup_printf("UPDATE coverage SET from_us = %" G_GINT64_FORMAT
                        " WHERE camera_id = (SELECT id FROM camera WHERE code = 'cam7')",
                        AT(100));
    g_assert_true(idx_db_script(f->cat, sql, NULL));
    g_autofree char *later =
        idx_calendar_text(f->cat, "cam7", stream, "main", 20261101, AT(600), NULL);
    g_assert_null(strstr(later, "\"recorded_s\":600.0")); // a day that was not wholly hers
    g_assert_nonnull(strstr(later, "\"first\":\"2026-11-22T09:31:40"));
}

/* A number that was given out every day: of the days that are told of, those that she may see, however many others lie
 * between, and none on which it turned out to be another number. */
static void test_days(void)
{
    static const char WRONG[] = "\"ticket_no\":\"D2\",\"window_no\":\"W07\","
                                "\"correction_of\":\"d36\",\"data_ver\":2";
    g_autoptr(Fixture) f = hall();
    for (int day = 0; day <= 40; day++) {
        g_autofree char *id = g_strdup_printf("d%d", day);
        bool hers = day == 35 || day == 36 || day == 40;
        fixture_happens(f, id, "hall.ticket.called", AT(-day * 86400),
                        hers ? "\"ticket_no\":\"D1\",\"window_no\":\"W07\""
                             : "\"ticket_no\":\"D1\",\"window_no\":\"W08\"");
    }
    fixture_happens(f, "d36c", "hall.ticket.called", AT(-36 * 86400), WRONG);
    see_as(f, "seven");
    g_autoptr(GError) error = NULL;
    idx_name_none(f->cat, &(IdxName){.kind = "ticket", .key = "D1", .day = 20250101}, &error);
    g_assert_cmpstr(error->message, ==,
                    "no ticket D1 on 2025-01-01; the newest day that has it is 2026-10-18, before"
                    " that 2026-10-13");
    g_autoptr(IdxSubject) newest =
        idx_name_find(f->cat, &(IdxName){.kind = "ticket", .key = "D1"}, NULL);
    bool more = true;
    g_autoptr(GPtrArray) also = idx_name_also(f->cat, newest, &more, NULL);
    g_assert_cmpint(newest->day, ==, 20261018);
    g_assert_cmpint((int)also->len, ==, 1);
    g_assert_cmpint(((IdxSubject *)also->pdata[0])->day, ==, 20261013);
    g_assert_false(more);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scope/dossiers", test_dossiers);
    g_test_add_func("/scope/dossiers-superseded", test_superseded_elsewhere);
    g_test_add_func("/scope/lists", test_lists);
    g_test_add_func("/scope/crowd", test_crowd);
    g_test_add_func("/scope/crowded-list", test_crowded_list);
    g_test_add_func("/scope/holds", test_holds);
    g_test_add_func("/scope/holds-told", test_holds_told);
    g_test_add_func("/scope/moved", test_moved);
    g_test_add_func("/scope/none", test_none);
    g_test_add_func("/scope/reasons", test_reasons);
    g_test_add_func("/scope/seen", test_seen);
    g_test_add_func("/scope/calendar", test_calendar);
    g_test_add_func("/scope/days", test_days);
    return g_test_run();
}
