// SPDX-License-Identifier: GPL-3.0-or-later
/* What is told of requests that come again and again: how often, which spans, which searches. */
#include "api/audit_entry.h"

#include "index/base/clock.h"

#include <string.h>

#define T0 INT64_C(1795311000000000) // 2026-11-22T01:30:00Z
#define AT(s) (T0 + (int64_t)(s)*MJ_SECOND_US)

static GTimeZone *zone;

static ApiEntry *entry_of(ApiNote note)
{
    note.who = g_strdup("1023");
    note.role = g_strdup("investigator");
    note.what = note.what != NULL ? note.what : "view";
    return api_entry_new(&note);
}

static void see(ApiEntry *entry, int from, int to)
{
    api_entry_add(entry, &(ApiNote){.from_us = AT(from), .to_us = AT(to)}, AT(1000));
}

/* The row's time and detail as "from-to detail", seconds after T0. */
static char *take(ApiEntry *entry)
{
    ApiRow *row = api_entry_take(entry, zone);
    g_autofree char *detail = mj_json_dump(row->detail);
    char *text = g_strdup_printf(
        "%d-%d %s", row->audit.from_us != 0 ? (int)((row->audit.from_us - T0) / MJ_SECOND_US) : -1,
        row->audit.to_us != 0 ? (int)((row->audit.to_us - T0) / MJ_SECOND_US) : -1, detail);
    g_assert_cmpstr(row->actor.who, ==, "1023");
    g_assert_cmpint(api_entry_times(entry), ==, 0);
    api_row_free(row);
    return text;
}

static void expect(ApiEntry *entry, const char *text)
{
    g_autofree char *taken = take(entry);
    g_assert_cmpstr(taken, ==, text);
}

static void test_spans(void)
{
    g_autoptr(ApiEntry) entry = entry_of((ApiNote){0});
    see(entry, 0, 60);
    expect(entry, "0-60 {}"); // one look needs no list
    see(entry, 60, 120);
    see(entry, 0, 60);
    see(entry, 150, 200);
    expect(entry, "0-200 {\"times\":3,\"since\":\"2026-11-22T09:46:40.000000+08:00\"}");
    see(entry, 1000, 1060);
    see(entry, 0, 10);
    see(entry, 5, 5);
    expect(entry, "0-1060 {\"times\":3,\"since\":\"2026-11-22T09:46:40.000000+08:00\",\"spans\":"
                  "[[\"2026-11-22T09:30:00.000000+08:00\",\"2026-11-22T09:30:10.000000+08:00\"],"
                  "[\"2026-11-22T09:46:40.000000+08:00\",\"2026-11-22T09:47:40.000000+08:00\"]]}");
    see(entry, 0, 10);
    see(entry, 200, 210);
    see(entry, 5, 220); // spans both
    expect(entry, "0-220 {\"times\":3,\"since\":\"2026-11-22T09:46:40.000000+08:00\"}");
}

/* However many, whatever their order: every moment that was seen stays within a span, and there are
 * never too many of them. */
static void test_many_spans(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int run = 0; run < 300; run++) {
        g_autoptr(ApiEntry) entry = entry_of((ApiNote){0});
        int n = g_rand_int_range(rand, 1, 80);
        g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(int));
        for (int i = 0; i < n; i++) {
            int from = g_rand_int_range(rand, 0, 20000);
            g_array_append_val(seen, from);
            see(entry, from, from + g_rand_int_range(rand, 0, 300));
        }
        ApiRow *row = api_entry_take(entry, zone);
        json_t *spans = json_object_get(row->detail, "spans");
        g_assert_cmpint((int)json_array_size(spans), <=, API_ENTRY_SPANS_MAX);
        for (guint i = 0; i < seen->len; i++) {
            int64_t moment = AT(g_array_index(seen, int, i));
            bool within =
                spans == NULL && row->audit.from_us <= moment && moment <= row->audit.to_us;
            for (size_t s = 0; s < json_array_size(spans); s++) {
                int64_t from_us = 0, to_us = 0;
                const json_t *span = json_array_get(spans, s);
                mj_time_parse_rfc3339(json_string_value(json_array_get(span, 0)), &from_us, NULL);
                mj_time_parse_rfc3339(json_string_value(json_array_get(span, 1)), &to_us, NULL);
                within = within || (from_us <= moment && moment <= to_us);
            }
            g_assert_true(within);
        }
        g_autofree char *text = mj_json_dump(row->detail);
        g_assert_cmpint((int)strlen(text), <=, IDX_AUDIT_DETAIL_MAX);
        api_row_free(row);
    }
}

static void ask(ApiEntry *entry, const char *query)
{
    api_entry_add(entry, &(ApiNote){.query = (char *)query}, AT(0));
}

static void test_queries(void)
{
    g_autoptr(ApiEntry) entry = entry_of((ApiNote){.what = "find"});
    const char *const typed[] = {"A", "A0", "A01", "A012", "A01", "B", "B7", "A0"};
    for (size_t i = 0; i < G_N_ELEMENTS(typed); i++)
        ask(entry, typed[i]);
    expect(entry, "-1--1 {\"times\":8,\"since\":\"2026-11-22T09:30:00.000000+08:00\",\"queries\":"
                  "[\"A012\",\"B7\"]}");
    for (int i = 0; i < 100; i++) {
        g_autofree char *query = g_strdup_printf("%02dx", i);
        ask(entry, query);
    }
    ApiRow *row = api_entry_take(entry, zone);
    g_assert_cmpint((int)json_array_size(json_object_get(row->detail, "queries")), ==,
                    API_ENTRY_QUERIES_MAX);
    g_assert_cmpint((int)json_integer_value(json_object_get(row->detail, "times")), ==, 100);
    api_row_free(row);
}

static void test_counts(void)
{
    g_autoptr(ApiEntry) entry = entry_of((ApiNote){.what = "event.add", .counted = true});
    for (int i = 0; i < 3; i++)
        api_entry_add(entry, &(ApiNote){.accepted = 5, .duplicates = 1, .refused = i}, AT(i));
    expect(entry,
           "-1--1 {\"times\":3,\"since\":\"2026-11-22T09:30:00.000000+08:00\",\"accepted\":15,"
           "\"duplicates\":3,\"refused\":3}");
    api_entry_add(entry, &(ApiNote){.accepted = 2}, AT(9));
    expect(entry, "-1--1 {\"accepted\":2,\"duplicates\":0,\"refused\":0}");
}

/* No two that differ in what a row says of them are told of together. */
static void test_key(void)
{
    ApiNote notes[] = {
        {.what = "view"},
        {.what = "find"},
        {.what = "view", .who = (char *)"1023"},
        {.what = "view", .role = (char *)"1023"},
        {.what = "view", .address = (char *)"1023"},
        {.what = "view", .reason = (char *)"1023"},
        {.what = "view", .case_no = (char *)"1023"},
        {.what = "view", .kind = (char *)"1023"},
        {.what = "view", .object = (char *)"1023"},
        {.what = "view", .camera = (char *)"1023"},
        {.what = "view", .day = 1023},
        {.what = "view", .result = IDX_AUDIT_DENIED},
        {.what = "view", .result = IDX_AUDIT_FAILED},
        {.what = "view", .result = IDX_AUDIT_FAILED, .words = (char *)"1023"},
        {.what = "view", .who = (char *)"1023 0:"},
    };
    g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(notes); i++)
        g_assert_true(g_hash_table_add(keys, api_note_key(&notes[i])));
    ApiNote again = {.what = "view", .camera = (char *)"1023", .from_us = 7, .query = (char *)"x"};
    g_autofree char *key = api_note_key(&again);
    g_assert_true(g_hash_table_contains(keys, key)); // other times and searches are
}

static bool told(const ApiEntry *entry, int from, int to, const char *query)
{
    return api_entry_told(entry,
                          &(ApiNote){.from_us = AT(from), .to_us = AT(to), .query = (char *)query});
}

static void tell(ApiEntry *entry, int from, int to, const char *query)
{
    api_entry_tell(entry, &(ApiNote){.from_us = AT(from), .to_us = AT(to), .query = (char *)query});
}

/* Only what a row names is counted without one; a moment's row names its minute. */
static void test_told(void)
{
    g_autoptr(ApiEntry) entry = entry_of((ApiNote){0});
    g_assert_false(told(entry, 0, 60, NULL));
    tell(entry, 0, 60, NULL);
    g_assert_true(told(entry, 0, 60, NULL));
    g_assert_true(told(entry, 20, 30, NULL));
    g_assert_true(told(entry, 30, 30, NULL));
    g_assert_false(told(entry, 60, 120, NULL)); // the next one, however near
    g_assert_false(told(entry, 59, 61, NULL));
    tell(entry, 60, 120, NULL);
    g_assert_true(told(entry, 30, 90, NULL)); // both are
    tell(entry, 250, 250, NULL);
    g_assert_true(told(entry, 299, 299, NULL));
    g_assert_false(told(entry, 301, 301, NULL));
    g_assert_false(told(entry, 239, 239, NULL));
    g_assert_false(told(entry, 30, 90, "A"));
    tell(entry, 30, 90, "A01");
    g_assert_true(told(entry, 30, 90, "A01"));
    g_assert_false(told(entry, 30, 90, "A0"));
    for (int i = 0; i < 2 * API_ENTRY_TOLD_MAX; i++)
        tell(entry, 1000 + i * 200, 1100 + i * 200, NULL);
    g_assert_true(told(entry, 1200, 1300, NULL) || told(entry, 1000 + API_ENTRY_TOLD_MAX * 200,
                                                        1100 + API_ENTRY_TOLD_MAX * 200, NULL));
    g_assert_false(told(entry, 0, 60, NULL)); // is told of again
    see(entry, 250, 250);
    expect(entry, "250-250 {\"around\":[\"2026-11-22T09:34:00.000000+08:00\","
                  "\"2026-11-22T09:35:00.000000+08:00\"]}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    zone = g_time_zone_new_identifier("+08:00");
    g_test_add_func("/audit-entry/spans", test_spans);
    g_test_add_func("/audit-entry/many-spans", test_many_spans);
    g_test_add_func("/audit-entry/queries", test_queries);
    g_test_add_func("/audit-entry/counts", test_counts);
    g_test_add_func("/audit-entry/told", test_told);
    g_test_add_func("/audit-entry/key", test_key);
    int result = g_test_run();
    g_time_zone_unref(zone);
    return result;
}
