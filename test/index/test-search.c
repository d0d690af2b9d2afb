// SPDX-License-Identifier: GPL-3.0-or-later
/* A search page by page: what it gives in all is what it gives at once, in that order and nothing twice. */
#include "index/find/search.h"

#include "index/account/scope.h"
#include "index/account/user.h"
#include "index/camera.h"
#include "index/hold/hold.h"
#include "index/mark/mark.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <string.h>

static const char *const LISTS[] = {"results",  "places",  "cameras", "staff",
                                    "business", "matters", "marks",   "holds"};

static void fill(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 7; i++) {
        g_autofree char *id = g_strdup_printf("e%d", i);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"A%03d\",\"ticket_id\":\"%s%d\",\"staff_id\":\"a-%d\","
                            "\"business_type\":\"A类%d\"",
                            i, i % 2 ? "a-" : "x", i, i, i % 3);
        fixture_happens(f, id, "hall.ticket.taken", AT(i / 2), data); // two at a time
        g_autofree char *code = g_strdup_printf("A%d", i);
        g_assert_true(idx_place_add(f->cat, code, i % 2 ? "窗口" : "a window", &error));
        g_assert_true(idx_camera_add(f->cat, code, "rtsp://192.0.2.1/", NULL, NULL, NULL, NULL,
                                     AT(0), &error));
    }
    for (int i = 0; i < 4; i++) { // called otherwise, but for their ids
        g_autofree char *id = g_strdup_printf("i%d", i);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"B%d\",\"ticket_id\":\"A-%d\"", i, i);
        fixture_happens(f, id, "hall.ticket.taken", AT(100 + i), data);
    }
    fixture_happens(f, "e3", "hall.ticket.taken", AT(1), // nothing holds of what it said before
                    "\"ticket_no\":\"A777\",\"data_ver\":2");
    g_assert_no_error(error);
}

static json_t *page_of(Fixture *f, const char *q, const char *cursor, int limit)
{
    g_autoptr(GError) error = NULL;
    json_t *answer = idx_search(f->cat, q, 0, cursor, limit, AT(900), &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
        g_assert_cmpuint(json_array_size(json_object_get(answer, LISTS[i])), <=, (size_t)limit);
    return answer;
}

static json_t *page(Fixture *f, const char *cursor, int limit)
{
    return page_of(f, "a", cursor, limit);
}

/* All pages, as one answer. */
static json_t *all_pages(Fixture *f, const char *q, int limit, int *ret_pages)
{
    json_t *whole = page_of(f, q, NULL, limit);
    g_autofree char *cursor = g_strdup(json_string_value(json_object_get(whole, "next")));
    for (*ret_pages = 1; cursor != NULL && *ret_pages < 50; (*ret_pages)++) {
        g_autoptr(json_t) more = page_of(f, q, cursor, limit);
        for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
            json_array_extend(json_object_get(whole, LISTS[i]), json_object_get(more, LISTS[i]));
        g_free(cursor);
        cursor = g_strdup(json_string_value(json_object_get(more, "next")));
    }
    return whole;
}

static void test_pages(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    g_autoptr(json_t) once = page(f, NULL, 50);
    g_assert_true(json_is_null(json_object_get(once, "next")));
    g_assert_cmpuint(json_array_size(json_object_get(once, "results")), ==, 12);
    g_assert_cmpuint(json_array_size(json_object_get(once, "places")), ==, 7);
    g_assert_cmpuint(json_array_size(json_object_get(once, "cameras")), ==, 7);
    g_assert_cmpuint(json_array_size(json_object_get(once, "staff")), ==, 6);
    g_assert_cmpuint(json_array_size(json_object_get(once, "business")), ==, 3);
    for (int limit = 1; limit <= 13; limit++) {
        int pages = 0;
        g_autoptr(json_t) whole = all_pages(f, "a", limit, &pages);
        g_assert_cmpint(pages, ==, (12 + limit - 1) / limit);
        for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
            g_assert_true(
                json_equal(json_object_get(whole, LISTS[i]), json_object_get(once, LISTS[i])));
    }
}

/* What comes meanwhile moves nothing. */
static void test_meanwhile(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    g_autoptr(json_t) first = page(f, NULL, 3), once = page(f, NULL, 50);
    fixture_happens(f, "new", "hall.ticket.taken", AT(500), "\"ticket_no\":\"A999\"");
    g_autoptr(json_t) second = page(f, json_string_value(json_object_get(first, "next")), 3);
    for (size_t i = 0; i < 3; i++)
        g_assert_true(json_equal(json_array_get(json_object_get(second, "results"), i),
                                 json_array_get(json_object_get(once, "results"), i + 3)));
}

static void expect_refused(Fixture *f, const char *q, int day, const char *cursor)
{
    g_autoptr(GError) error = NULL;
    g_test_message("%s on %d: %s", q, day, cursor);
    g_assert_null(idx_search(f->cat, q, day, cursor, 5, AT(0), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "this search,search anew");
}

static char *next_of(Fixture *f, int limit)
{
    g_autoptr(json_t) first = page(f, NULL, limit);
    return g_strdup(json_string_value(json_object_get(first, "next")));
}

static void test_refused(void)
{
    static const char *const TABLE[] = {
        "",
        "0",
        "0.1.2",
        "0.1.2,,,,,,",
        "0.1.2.0.0.0.0.0.0.0",
        "0.1.2.0.0.0.0.0.0.0.12",
        "0.1.2.0.0.0.0.0.0.0123456789abcdef",   // before there were holds in it
        "0.1.2.0.0.0.0.0.0.0.0123456789abcdef", // no check of it
        "5.1.2.0.0.0.0.0.0.0.0123456789abcdef",
        "-1.1.2.0.0.0.0.0.0.0.0123456789abcdef",
        "0.1.2x.0.0.0.0.0.0.0.0123456789abcdef",
        "0.1.2.-2.0.0.0.0.0.0.0123456789abcdef",
        "0.1.2.0.0.0.0.0.0.0.0123456789abcdef.1"};
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++)
        expect_refused(f, "a", 0, TABLE[i]);
    g_autofree char *next = next_of(f, 2);
    expect_refused(f, "b", 0, next); // of another search
    expect_refused(f, "a", DAY, next);
    g_autofree char *changed = g_strdup(next);
    for (char *p = changed; *p != '\0'; p++) { // any digit of it
        char was = *p;
        if (g_ascii_isdigit(was) == 0)
            continue;
        *p = was == '1' ? '2' : '1';
        expect_refused(f, "a", 0, changed);
        *p = was;
    }
    g_autoptr(Fixture) other = fixture_new(); // of another catalogue
    fill(other);
    expect_refused(other, "a", 0, next);
    g_free(fixture_dump(f->cat, "UPDATE place SET code = 'A1b' WHERE code = 'A1'"));
    expect_refused(f, "a", 0, next); // behind a place that is called otherwise by now
}

/* However long what is found is, the cursor is short: addresses have an end. */
static void test_short(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GString) filler = g_string_new(NULL);
    for (int i = 0; i < 80; i++)
        g_string_append(filler, "窗");
    for (int i = 0; i < 3; i++) {
        g_autofree char *id = g_strdup_printf("e%d", i);
        g_autofree char *data = g_strdup_printf(
            "\"ticket_no\":\"A%d\",\"staff_id\":\"A%d%.45s\",\"business_type\":\"A%d%s\","
            "\"item_code\":\"A%d%s\"",
            i, i, filler->str, i, filler->str, i, filler->str);
        fixture_happens(f, id, "hall.ticket.taken", AT(i), data);
    }
    int pages = 0;
    g_autofree char *next = next_of(f, 1);
    g_assert_cmpuint(strlen(next), <=, IDX_SEARCH_CURSOR_MAX);
    g_autoptr(json_t) whole = all_pages(f, "a", 1, &pages);
    g_assert_cmpint(pages, ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(whole, "staff")), ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(whole, "business")), ==, 3);
}

/* W1 with c1 and a ticket of a matter; W2 with c2 and another; a mark and a hold at each. */
static void fill_names(Fixture *f)
{
    static const char *const TABLE[][5] = {
        {"W1", "c1", "不动产登记一窗", "大厅东门", "\"item_name\":\"不动产转移登记\""},
        {"W2", "c2", "社保窗口", "Lobby East",
         "\"item_name\":\"登记备案\",\"business_type\":\"Real estate\""},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) jpeg = g_bytes_new_static("\xff\xd8picture", 9);
    for (int i = 0; i < 2; i++) {
        const char *place = TABLE[i][0], *camera = TABLE[i][1];
        fixture_camera(f, camera, T0);
        fixture_place(f, place, camera);
        g_assert_true(idx_place_set_name(f->cat, place, TABLE[i][2], &error));
        idx_camera_set(f->cat, camera, NULL, NULL, TABLE[i][3], NULL, NULL, AT(0), &error);
        g_assert_no_error(error);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"N%d\",\"window_no\":\"%s\",%s", i, place, TABLE[i][4]);
        fixture_happens(f, place, "hall.ticket.called", AT(10), data);
        IdxMarkRequest mark = {.camera = camera,
                               .at_us = AT(20),
                               .kind = i ? "phone" : "absent",
                               .by = "wang",
                               .jpeg = jpeg};
        int64_t id = 0;
        g_assert_true(idx_mark_add(f->cat, &mark, AT(30), &id, &error));
        IdxHoldRequest hold = {.cameras = (const char *const[]){camera, NULL},
                               .from_us = AT(0),
                               .to_us = AT(60),
                               .owner = "li",
                               .reason = "投诉",
                               .by = "li",
                               .case_no = i ? "2026-信访-18" : "2026-信访-17"};
        g_auto(IdxHoldAnswer) answer = {0};
        g_assert_true(idx_hold_add(f->cat, &hold, AT(100), &answer, &error));
    }
    g_assert_no_error(error);
}

/* What is found by @q of @list, each by its @key. */
static void expect_found(Fixture *f, const char *q, const char *list, const char *key,
                         const char *expected)
{
    g_autoptr(json_t) answer = page_of(f, q, NULL, 20);
    g_autoptr(GString) found = g_string_new(NULL);
    size_t i = 0;
    const json_t *one = NULL;
    json_array_foreach(json_object_get(answer, list), i, one) g_string_append_printf(
        found, "%s%s", i ? " " : "", json_string_value(json_object_get(one, key)));
    g_test_message("%s in %s: %s", q, list, found->str);
    g_assert_cmpstr(found->str, ==, expected);
}

/* In the middle of names too; what is told by a number, and one letter, only where they begin so. */
static void test_within(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill_names(f);
    expect_found(f, "动产", "places", "code", "W1");
    expect_found(f, "窗", "places", "code", "W1 W2");
    expect_found(f, "东", "cameras", "id", "c1");
    expect_found(f, "east", "cameras", "id", "c2");
    expect_found(f, "a", "cameras", "id", "");
    expect_found(f, "ESTATE", "business", "value", "Real estate");
    expect_found(f, "e", "business", "value", "");
    expect_found(f, "登记", "matters", "value", "登记备案 不动产转移登记"); // which begins so first
    expect_found(f, "%", "matters", "value", "");
    expect_found(f, "离岗", "marks", "kind", "absent");
    expect_found(f, "Phone", "marks", "kind", "phone");
    expect_found(f, "p", "marks", "kind", "");
    expect_found(f, "信访", "holds", "case", "2026-信访-18 2026-信访-17");
    expect_found(f, "访-17", "holds", "case", "2026-信访-17");
    expect_found(f, "投诉", "holds", "case", ""); // its reason is for who looks at it
    for (int limit = 1; limit <= 3; limit++) {
        int pages = 0;
        g_autoptr(json_t) once = page_of(f, "登记", NULL, 20);
        g_autoptr(json_t) whole = all_pages(f, "登记", limit, &pages);
        g_autoptr(json_t) held = all_pages(f, "信访", limit, &pages);
        for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
            g_assert_true(
                json_equal(json_object_get(whole, LISTS[i]), json_object_get(once, LISTS[i])));
        g_assert_cmpint(pages, ==, limit == 1 ? 2 : 1);
        g_assert_cmpuint(json_array_size(json_object_get(held, "holds")), ==, 2);
    }
}

/* Who is limited to W2 learns nothing of W1. */
static void test_within_scope(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill_names(f);
    g_assert_true(idx_user_add(f->cat, "two", "investigator", "correct horse", T0, NULL));
    g_assert_true(idx_scope_put(f->cat, "two", (const char *const[]){"W2", NULL}, NULL));
    g_autoptr(IdxUser) user = idx_user_get(f->cat, "two", NULL);
    g_assert_true(idx_scope_set(f->cat, user->id, NULL));
    expect_found(f, "窗", "places", "code", "W2");
    expect_found(f, "东", "cameras", "id", "");
    expect_found(f, "登记", "matters", "value", "登记备案");
    expect_found(f, "离岗", "marks", "kind", "");
    expect_found(f, "手机", "marks", "kind", "phone");
    expect_found(f, "信访", "holds", "case", "2026-信访-18");
    idx_scope_clear(f->cat);
}

/* However many matters there are, a request looks within so many; and the list goes on. */
static void test_within_bounded(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill_names(f);
    g_free(fixture_dump(
        f->cat, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
                " INSERT INTO facet (kind, value, hall_id) SELECT 'matter', 'A' || i, h.id"
                " FROM n, hall h"));
    g_autoptr(json_t) first = page_of(f, "转移", NULL, 20);
    g_assert_cmpuint(json_array_size(json_object_get(first, "matters")), ==, 0);
    int pages = 0;
    g_autoptr(json_t) whole = all_pages(f, "转移", 20, &pages);
    g_assert_cmpint(pages, ==, 2);
    g_assert_cmpuint(json_array_size(json_object_get(whole, "matters")), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/search/pages", test_pages);
    g_test_add_func("/search/meanwhile", test_meanwhile);
    g_test_add_func("/search/refused", test_refused);
    g_test_add_func("/search/short", test_short);
    g_test_add_func("/search/within", test_within);
    g_test_add_func("/search/within-scope", test_within_scope);
    g_test_add_func("/search/within-bounded", test_within_bounded);
    return g_test_run();
}
