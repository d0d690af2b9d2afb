// SPDX-License-Identifier: GPL-3.0-or-later
/* A search page by page: what it gives in all is what it gives at once, in that order and nothing twice. */
#include "index/search.h"

#include "index/camera.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <string.h>

static const char *const LISTS[] = {"results",  "places",  "cameras", "staff",
                                    "business", "matters", "marks"};

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

static json_t *page(Fixture *f, const char *cursor, int limit)
{
    g_autoptr(GError) error = NULL;
    json_t *answer = idx_search(f->cat, "a", 0, cursor, limit, AT(900), &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++)
        g_assert_cmpuint(json_array_size(json_object_get(answer, LISTS[i])), <=, (size_t)limit);
    return answer;
}

/* All pages, as one answer. */
static json_t *all_pages(Fixture *f, int limit, int *ret_pages)
{
    json_t *whole = page(f, NULL, limit);
    g_autofree char *cursor = g_strdup(json_string_value(json_object_get(whole, "next")));
    for (*ret_pages = 1; cursor != NULL && *ret_pages < 50; (*ret_pages)++) {
        g_autoptr(json_t) more = page(f, cursor, limit);
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
        g_autoptr(json_t) whole = all_pages(f, limit, &pages);
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
    static const char *const TABLE[] = {"",
                                        "0",
                                        "0.1.2",
                                        "0.1.2,,,,,,",
                                        "0.1.2.0.0.0.0.0.0",
                                        "0.1.2.0.0.0.0.0.0.12",
                                        "0.1.2.0.0.0.0.0.0.0123456789abcdef", // no check of it
                                        "5.1.2.0.0.0.0.0.0.0123456789abcdef",
                                        "-1.1.2.0.0.0.0.0.0.0123456789abcdef",
                                        "0.1.2x.0.0.0.0.0.0.0123456789abcdef",
                                        "0.1.2.-2.0.0.0.0.0.0123456789abcdef",
                                        "0.1.2.0.0.0.0.0.0.0123456789abcdef.1"};
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
    g_autoptr(json_t) whole = all_pages(f, 1, &pages);
    g_assert_cmpint(pages, ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(whole, "staff")), ==, 3);
    g_assert_cmpuint(json_array_size(json_object_get(whole, "business")), ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/search/pages", test_pages);
    g_test_add_func("/search/meanwhile", test_meanwhile);
    g_test_add_func("/search/refused", test_refused);
    g_test_add_func("/search/short", test_short);
    return g_test_run();
}
