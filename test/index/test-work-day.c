// SPDX-License-Identifier: GPL-3.0-or-later
/* Working days: how they are counted over weekends, holidays and the weekends that are worked for them; the hall's file
 * that declares these; and promises that are due by them. */
#include "index/work_day.h"

#include "index/declare/declare.h"
#include "index/meet/meet.h"
#include "index/meet/promise.h"
#include "test/index/fixture.h"

#include <string.h>

#define ALL "SELECT day, works, name FROM work_day ORDER BY day"

static const char DAYS[] = "workdays:\n"
                           "  off:\n"
                           "    2027-01-01: 元旦\n"
                           "    2027-02-15..2027-02-19: 春节\n"
                           "  worked: {2027-02-14: 春节调休, 2027-02-20: }\n";

static GPtrArray *apply(Fixture *f, const char *text, bool prune, GError **error)
{
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(text, strlen(text), error);
    IdxDeclareHow how = {.folder = f->home, .prune = prune, .now_us = AT(0)};
    return declaration ? idx_declare_apply(f->cat, declaration, &how, error) : NULL;
}

static void expect_words(Fixture *f, const char *text, bool prune, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) changes = apply(f, text, prune, &error);
    g_assert_no_error(error);
    g_autofree char *got = idx_declare_words(changes);
    g_assert_cmpstr(got, ==, words);
}

static void expect(Fixture *f, const char *rows)
{
    g_autofree char *got = fixture_dump(f->cat, ALL);
    g_assert_cmpstr(got, ==, rows);
}

static void test_counted(void)
{
    static const struct {
        int from, count, day;
    } TABLE[] = {
        {20270208, 1, 20270209}, // from a Monday
        {20270205, 1, 20270208}, // over a weekend
        {20270206, 1, 20270208}, // from a day that is not worked
        {20270210, 5, 20270222}, // 11, 12, Sunday 14, Saturday 20, Monday 22
        {20261231, 1, 20270104}, // New Year is a Friday
        {20270209, 3, 20270212},
        {20270214, 1, 20270220}, // over a week that is off
        {20280228, 1, 20280229}, // a leap day
        {20270104, IDX_WORK_DAYS_MAX, 20271223},
    };
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) set = apply(f, DAYS, false, NULL);
    g_assert_nonnull(set);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int day = 0;
        g_assert_true(idx_work_day_after(f->cat, TABLE[i].from, TABLE[i].count, &day, NULL));
        g_assert_cmpint(day, ==, TABLE[i].day);
    }
    static const int NOT[] = {0, -1, IDX_WORK_DAYS_MAX + 1};
    for (size_t i = 0; i < G_N_ELEMENTS(NOT); i++) {
        g_autoptr(GError) error = NULL;
        int day = 7;
        g_assert_false(idx_work_day_after(f->cat, 20270101, NOT[i], &day, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
        g_assert_cmpint(day, ==, 7);
    }
}

static void test_declared(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(Fixture) other = fixture_new();
    static const char SHORT[] = "workdays: {off: {2027-01-01: 元旦}, worked: {2027-02-14: 调休}}\n";
    expect_words(f, SHORT, false,
                 "+ workday 2027-01-01\n    is             off\n    name           元旦\n"
                 "+ workday 2027-02-14\n    is             worked\n    name           调休\n");
    expect_words(f, SHORT, true, "");
    expect_words(f, "workdays: {worked: {2027-01-01: }}\n", false,
                 "~ workday 2027-01-01\n    is             off → worked\n"
                 "    name           元旦 → –\n"
                 "! workday 2027-02-14  (not in the file; stays)\n    is             worked\n");
    expect(f, "20270101|1|-\n20270214|1|调休");
    g_autofree char *text = idx_declare_print(f->cat, NULL);
    expect_words(f, text, true, "");
    g_autoptr(GPtrArray) copied = apply(other, text, true, NULL);
    expect(other, "20270101|1|-\n20270214|1|调休");
    expect_words(f, "workdays: {off: {}}\n", true,
                 "- workday 2027-01-01\n    is             worked\n"
                 "- workday 2027-02-14\n    is             worked\n");
    expect(f, "");
    g_autofree char *none = idx_declare_print(f->cat, NULL);
    g_assert_null(strstr(none, "workdays"));
}

static void test_wrong(void)
{
    static const char TEXT[] = "workdays:\n"
                               "  off:\n"
                               "    2027-02-30: x\n"             // 3
                               "    2027-02-19..2027-02-15: x\n" // 4
                               "    2027-02-01..2027-03-31: x\n" // 5
                               "    2027-05-01..2027-05-03: x\n"
                               "    \"2027-05-01\": \"a\\nb\"\n" // 7
                               "  worked:\n"
                               "    2027-05-02: x\n"           // 9
                               "    2027-06-01: [x]\n"         // 10
                               "    today: x\n"                // 11
                               "  halfday: {2027-06-01: x}\n"; // 12
    static const char *const LINES[] = {
        "line 3: workdays: \"2027-02-30\" is neither",
        "line 4: workdays: \"2027-02-19..2027-02-15\" is neither",
        "line 5: workdays: 2027-02-01..2027-03-31 is more than 31 days",
        "line 7: workdays: 2027-05-01: what it is called",
        "line 9: workdays: 2027-05-02 stands twice",
        "line 10: workdays: 2027-06-01 should be a text",
        "line 11: workdays: \"today\" is neither",
        "line 12: workdays: \"halfday\" is none of"};
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(apply(f, TEXT, true, &error));
    g_auto(GStrv) told = g_strsplit(error->message, "\n", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(LINES) && told[i]; i++)
        if (!g_str_has_prefix(told[i], LINES[i]))
            g_error("not %s: %s", LINES[i], error->message);
    g_assert_cmpint(g_strv_length(told), ==, G_N_ELEMENTS(LINES));
    expect(f, "");
}

/* The day stands in the promise, as it was counted then, whatever is declared afterwards. */
static void test_promised(void)
{
    static const char *const LEGS[] = {"citizen", "official", NULL};
    g_autoptr(Fixture) f = fixture_new();
    IdxMeetRequest meet = {.session = "S1", .place = "M1", .legs = LEGS, .roles = LEGS};
    g_autoptr(GPtrArray) tokens = idx_meet_add(f->cat, &meet, AT(0), NULL);
    int64_t now_us = 0;
    g_assert_true(mj_time_parse_rfc3339("2027-02-10T23:30:00+08:00", &now_us, NULL));
    g_autoptr(GPtrArray) set = apply(f, DAYS, false, NULL);
    IdxPromiseRequest ask = {.session = "S1", .text = "补证", .owner = "1023", .working_days = 5};
    g_autofree char *code = NULL, *none = NULL;
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_promise_add(f->cat, &ask, now_us, &code, &error));
    g_autoptr(GPtrArray) gone = apply(f, "workdays: {off: {}}\n", true, NULL);
    g_autoptr(json_t) told = idx_promise_json(f->cat, code, now_us, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(json_string_value(json_object_get(told, "due")), ==, "2027-02-22");
    g_autofree char *event =
        fixture_dump(f->cat, "SELECT body ->> '$.data.due', body ->> '$.data.working_days'"
                             " FROM event WHERE type = 'hall.session.promised'");
    g_assert_cmpstr(event, ==, "2027-02-22|5");
    ask.due = "2027-03-01"; // one or the other
    g_assert_false(idx_promise_add(f->cat, &ask, now_us, &none, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/work-day/counted", test_counted);
    g_test_add_func("/work-day/declared", test_declared);
    g_test_add_func("/work-day/wrong", test_wrong);
    g_test_add_func("/work-day/promised", test_promised);
    return g_test_run();
}
