// SPDX-License-Identifier: GPL-3.0-or-later
/* No question that people or the recorder wait for reads a whole table: every statement that was
 * prepared on the way tells how many steps of a full scan it took. */
#include "index/account/login.h"
#include "index/account/user.h"
#include "index/alarm/watch.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/mark/mark.h"
#include "index/place.h"
#include "index/segment/calendar.h"
#include "index/segment/outline.h"
#include "index/segment/segment.h"
#include "index/segment/timeline.h"
#include "test/index/fixture.h"

#include <string.h>

/* Tables that stay small however long a hall runs: reading them whole is right. */
static const char *const SMALL[] = {"FROM recorder",
                                    "FROM link_rule",
                                    "FROM hall",
                                    "FROM setting",
                                    "FROM place ",
                                    "FROM camera",
                                    "FROM coverage",
                                    "FROM retention_rule",
                                    "FROM mark_kind",
                                    "FROM webhook",
                                    "FROM alarm WHERE until_us IS NULL",
                                    "PRAGMA",
                                    "FROM volume",
                                    "FROM stream s CROSS JOIN",
                                    "FROM place_link"};

static bool reads_small_table(const char *sql)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SMALL); i++)
        if (strstr(sql, SMALL[i]))
            return true;
    return false;
}

static int check_plans(Fixture *f)
{
    GHashTableIter iter;
    void *value = NULL;
    int n = 0;
    g_hash_table_iter_init(&iter, f->cat->statements);
    for (; g_hash_table_iter_next(&iter, NULL, &value); n++) {
        const char *sql = sqlite3_sql(value);
        int steps = sqlite3_stmt_status(value, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
        bool walks_back = strstr(sql, "INDEXED BY subject_last") && steps < 100; // from the newest
        if (steps > 0 && !reads_small_table(sql) && !walks_back)
            g_error("%d steps of a full scan: %s", steps, sql);
    }
    return n;
}

static void fill(Fixture *f)
{
    int64_t stream = fixture_camera(f, "w01-face", AT(-10));
    int64_t other = fixture_camera(f, "w01-desk", AT(-10));
    fixture_place(f, "W01", "w01-face,w01-desk");
    for (int i = 0; i < 50; i++) {
        fixture_segment(f, stream, AT(60 * i), AT(60 * i + 60), "closed");
        fixture_segment(f, other, AT(60 * i), AT(60 * i + 60), i == 49 ? "open" : "closed");
    }
    for (int i = 0; i < 200; i++) {
        g_autofree char *id = g_strdup_printf("e%d", i);
        g_autofree char *data = g_strdup_printf(
            "\"ticket_no\":\"A%03d\",\"window_no\":\"W01\",\"approval_id\":\"37-%d\","
            "\"staff_id\":\"10%d\",\"business_type\":\"b%d\",\"item_name\":\"m%d\"",
            i % 40, i % 7, i % 9, i % 5, i % 3);
        fixture_happens(f, id, i % 2 ? "hall.ticket.finished" : "hall.ticket.called", AT(10 * i),
                        data);
    }
}

static void ask(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "w01-desk", &error);
    int64_t stream = ((IdxStream *)camera->streams->pdata[0])->id, bytes = 0, first = 0, wait = 0;
    g_autoptr(json_t) ticket =
        idx_dossier(f->cat, &(IdxName){"ticket", "A005", DAY, NULL}, AT(5000), &error);
    g_autoptr(json_t) latest =
        idx_dossier(f->cat, &(IdxName){"ticket", "A006", IDX_DAY_LATEST, NULL}, AT(5000), &error);
    g_autoptr(json_t) approval =
        idx_dossier(f->cat, &(IdxName){"approval", "37-3", 0, NULL}, AT(5000), &error);
    g_autoptr(json_t) found = idx_search(f->cat, "A0", 0, NULL, 20, AT(5000), &error);
    g_autoptr(json_t) today = idx_search(f->cat, "A0", DAY, NULL, 20, AT(5000), &error);
    g_autoptr(IdxTimeline) line =
        idx_timeline_get(f->cat, stream, AT(0), AT(900), AT(5000), &error);
    g_autoptr(IdxSegment) last = idx_segment_last(f->cat, stream, &error);
    g_autoptr(IdxSegment) before = idx_segment_before(f->cat, stream, AT(90), &error);
    g_assert_cmpint(before->start_us, ==, AT(60));
    g_autoptr(GPtrArray) open = idx_segment_list_open(f->cat, 0, &error);
    idx_segment_bytes_since(f->cat, AT(2000), &bytes, &first, &error);
    g_assert_no_error(error);
    g_assert_true(ticket && latest && approval && found && today && line && last);
    g_assert_cmpint((int)open->len, ==, 1);
    g_assert_true(idx_coverage_end(f->cat, NULL, "W01", "w01-face", AT(300), AT(5000), &error));
    g_free(idx_login(f->cat, "nobody", "not the password", AT(1), &wait, NULL));
}

static void ask_lists(Fixture *f)
{
    static const char *const VALUES[IDX_FACETS] = {"103", "b2", "m1", "W01"};
    for (int by = 0; by < IDX_FACETS; by++) {
        g_autoptr(GError) error = NULL;
        IdxFind find = {(IdxFacetKind)by, VALUES[by], NULL, AT(0), AT(9999), NULL, 3, AT(5000)};
        g_autoptr(json_t) first = idx_find(f->cat, &find, &error);
        g_assert_no_error(error);
        find.cursor = json_string_value(json_object_get(first, "next"));
        g_assert_nonnull(find.cursor);
        g_autoptr(json_t) next = idx_find(f->cat, &find, &error);
        g_assert_no_error(error);
        g_assert_cmpint((int)json_array_size(json_object_get(next, "items")), >, 0);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) place =
        idx_dossier_place(f->cat, "W01", NULL, AT(0), AT(600), AT(5000), &error);
    g_assert_no_error(error);
    g_assert_cmpint((int)json_array_size(json_object_get(place, "cameras")), ==, 2);
}

/* What goes on every second, and what every open page asks. */
static void ask_alarms(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxAlarmWatch) watch = idx_alarm_watch_new();
    int64_t mark = 0;
    g_autoptr(GBytes) jpeg = g_bytes_new_static("x", 1);
    IdxMarkRequest request = {.camera = "w01-desk",
                              .at_us = AT(5),
                              .kind = "absent",
                              .place = "W01",
                              .by = "w",
                              .key = "k",
                              .jpeg = jpeg};
    g_assert_true(idx_alarm_watch_look(watch, f->cat, AT(5000), NULL, &error));
    g_assert_true(idx_mark_add(f->cat, &request, AT(5000), &mark, &error));
    g_assert_true(idx_alarm_watch_look(watch, f->cat, AT(5002), NULL, &error));
    g_autoptr(json_t) open = idx_alarm_list_json(f->cat, false, NULL, 50, AT(5002), &error);
    g_autoptr(json_t) all = idx_alarm_list_json(f->cat, true, NULL, 50, AT(5002), &error);
    g_autoptr(json_t) marks = idx_mark_list_json(f->cat, NULL, NULL, 50, &error);
    g_assert_no_error(error);
    g_assert_cmpint((int)json_array_size(json_object_get(open, "alarms")), >=, 2);
    g_assert_true(all && marks);
}

static int count_statement(unsigned what, void *count, void *statement, void *text)
{
    if (strncmp(text, "--", 2) != 0) // of a trigger
        (*(int *)count)++;
    return 0;
}

/* How many statements the dossier of an approval runs that has @tickets tickets, at one window with two cameras. */
static int count_statements(Fixture *f, const char *approval, int tickets)
{
    int count = 0;
    for (int i = 0; i < tickets; i++) {
        g_autofree char *id = g_strdup_printf("%s/%d", approval, i);
        g_autofree char *end = g_strdup_printf("%s/%d/end", approval, i);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"%s%d\",\"window_no\":\"W01\",\"approval_id\":\"%s\"",
                            approval, i, approval);
        fixture_happens(f, id, "hall.ticket.called", AT(60 * i), data);
        fixture_happens(f, end, "hall.ticket.finished", AT(60 * i + 30), data);
    }
    g_autoptr(GError) error = NULL;
    sqlite3_trace_v2(f->cat->db, SQLITE_TRACE_STMT, count_statement, &count);
    g_autoptr(json_t) found =
        idx_dossier(f->cat, &(IdxName){"approval", approval, 0, NULL}, AT(90000), &error);
    sqlite3_trace_v2(f->cat->db, 0, NULL, NULL);
    g_assert_no_error(error);
    g_assert_cmpint((int)json_array_size(json_object_get(found, "related")), ==, tickets);
    g_assert_cmpint((int)json_array_size(json_object_get(found, "visits")), ==, tickets);
    return count;
}

/* A ticket more asks for its events and its spans; and each span for segments, damage and notes. */
static void test_statements(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream = fixture_camera(f, "w01-face", AT(-600));
    int64_t other = fixture_camera(f, "w01-desk", AT(-600));
    fixture_place(f, "W01", "w01-face,w01-desk");
    fixture_segment(f, stream, AT(-600), AT(9000), "closed");
    fixture_segment(f, other, AT(-600), AT(9000), "closed");
    int few = count_statements(f, "A", 1), more = count_statements(f, "B", 40);
    g_test_message("%d statements for one ticket, %d for 40", few, more);
    g_assert_cmpint(few, <=, 40);
    g_assert_cmpint(more - few, <=, 39 * 8);
}

/* One event of a visit, by day, of a number that nothing parts: how many statements it takes with all that follows. */
static void test_statements_of_event(void)
{
    static const char DATA[] = "\"ticket_no\":\"A1\",\"window_no\":\"W01\",\"staff_id\":\"7\"";
    g_autoptr(Fixture) f = fixture_new();
    int count = 0;
    fixture_camera(f, "w01-face", AT(-600));
    fixture_place(f, "W01", "w01-face");
    fixture_happens(f, "1", "hall.ticket.called", AT(0), DATA);
    sqlite3_trace_v2(f->cat->db, SQLITE_TRACE_STMT, count_statement, &count);
    fixture_happens(f, "2", "hall.ticket.started", AT(9), DATA);
    sqlite3_trace_v2(f->cat->db, 0, NULL, NULL);
    g_test_message("%d statements", count);
    g_assert_cmpint(
        count, <=,
        23); // one of them for ratings: link/rated.h; two since it comes late: event/source.h
}

static void ask_browse(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(f->cat, "w01-desk", &error);
    int64_t stream = ((IdxStream *)camera->streams->pdata[0])->id;
    g_autofree char *month = idx_calendar_text(f->cat, "w01-desk", stream, "main",
                                               DAY / 100 * 100 + 1, AT(5000), &error);
    g_autoptr(IdxOutline) outline =
        idx_outline_get(f->cat, stream, AT(0), AT(9000), 0, AT(5000), &error);
    g_assert_no_error(error);
    g_assert_true(month && outline);
}

static void test_plans(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    ask(f);
    ask_lists(f);
    ask_alarms(f);
    ask_browse(f);
    g_assert_cmpint(check_plans(f), >, 30); // so many statements took part
}

/* The footage of a ticket is read from the index alone: the rows of a stream lie far apart. */
static void test_footage_from_index(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fill(f);
    ask(f);
    GHashTableIter iter;
    void *value = NULL;
    int shown = 0;
    g_hash_table_iter_init(&iter, f->cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const char *sql = sqlite3_sql(value);
        if (!strstr(sql, "FROM segment WHERE stream_id = ?1 AND start_us < ?3") ||
            strstr(sql, "sha256"))
            continue;
        g_autofree char *explain = g_strdup_printf("EXPLAIN QUERY PLAN %s", sql);
        g_autofree char *plan = fixture_dump(f->cat, explain);
        g_test_message("%s", plan);
        g_assert_nonnull(strstr(plan, "SEARCH segment USING COVERING INDEX segment_time"));
        shown++;
    }
    g_assert_cmpint(shown, ==, 1); // the one of dossiers
}

/* What is common is met on the way back from the newest, and is the same answer. */
static void test_search_common(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) lines = g_string_new(NULL);
    for (int i = 0; i < 1100; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"%s%04d\"", i % 100 ? "A" : "B", i);
        g_autofree char *one = fixture_event(id, "hall.ticket.taken", AT(i), data);
        g_string_append_printf(lines, "%s\n", one);
    }
    idx_event_batch_free(fixture_add(f, lines->str, 1100, 0, 0));
    g_autoptr(json_t) common = idx_search(f->cat, "A", 0, NULL, 3, AT(5000), &error);
    g_autoptr(json_t) rare = idx_search(f->cat, "B", 0, NULL, 3, AT(5000), &error);
    g_assert_no_error(error);
    g_assert_cmpint((int)json_array_size(json_object_get(common, "results")), ==, 3);
    const char *newest = json_string_value(
        json_object_get(json_array_get(json_object_get(common, "results"), 0), "key"));
    g_assert_cmpstr(newest, ==, "A1099");
    newest = json_string_value(
        json_object_get(json_array_get(json_object_get(rare, "results"), 0), "key"));
    g_assert_cmpstr(newest, ==, "B1000");
    check_plans(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/index/plans/hot", test_plans);
    g_test_add_func("/index/plans/statements", test_statements);
    g_test_add_func("/index/plans/statements-of-event", test_statements_of_event);
    g_test_add_func("/index/plans/footage-from-index", test_footage_from_index);
    g_test_add_func("/index/plans/search", test_search_common);
    return g_test_run();
}
