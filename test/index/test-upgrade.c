// SPDX-License-Identifier: GPL-3.0-or-later
/* A catalogue from before two tickets of one number and day were told apart: brought to this version and linked anew,
 * it tells what one tells that had the same events in this version. */
#include "index/link/relink.h"
#include "index/migrate.h"
#include "test/index/fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define OLD 4 // the last version that knew no parts of a number

/* By names, since ids differ; what is in force. */
static const char SQL_TIES[] =
    "SELECT e.event_id, u.kind, u.key, u.part FROM subject_event t JOIN event e ON e.id ="
    " t.event_id JOIN subject u ON u.id = t.subject_id ORDER BY 1, 2, 3, 4";
static const char SQL_SPANS[] =
    "SELECT u.key, u.part, p.code, c.code, s.from_us, s.to_us, s.method, s.confidence,"
    " s.uncertainty_us FROM span s JOIN subject u ON u.id = s.subject_id JOIN place p ON p.id ="
    " s.place_id JOIN camera c ON c.id = s.camera_id WHERE s.superseded_us IS NULL"
    " ORDER BY 1, 2, 3, 4, 5, 6";

/* Statements that copy what both versions know, but for what linking makes. */
static const char SQL_COPIES[] =
    "SELECT 'INSERT OR IGNORE INTO main.' || t.name || ' (' || group_concat(c.name) || ') SELECT '"
    " || group_concat(c.name) || ' FROM now.' || t.name FROM main.sqlite_schema t"
    " JOIN now.sqlite_schema n ON n.name = t.name JOIN pragma_table_info(t.name, 'main') c"
    " ON c.name IN (SELECT name FROM pragma_table_info(t.name, 'now')) WHERE t.type = 'table'"
    " AND t.name NOT IN ('sqlite_sequence', 'migration', 'relink', 'span', 'facet',"
    " 'subject_facet', 'subject_event') GROUP BY t.name";
static const char SQL_MERGED[] = // one ticket of a number, and a span that nothing tells of
    "INSERT OR IGNORE INTO subject_event SELECT k.id, t.event_id FROM now.subject_event t"
    " JOIN now.subject s ON s.id = t.subject_id JOIN main.subject k ON k.kind = s.kind"
    " AND k.key = s.key AND k.day = s.day;"
    "INSERT INTO span (subject_id, place_id, camera_id, from_us, to_us, method, confidence,"
    " uncertainty_us, linked_us) SELECT s.id, p.id, c.id, 0, 1, 'visit', 1, 0, 0 FROM"
    " main.subject s, main.place p, main.camera c WHERE p.code = 'W2' AND c.code = 'CAM-B'";

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        g_error("%s: %s", message, sql);
}

static int copy_row(void *db, int n, char **values, char **names)
{
    run(db, values[0]);
    return 0;
}

/* The catalogue becomes one of version OLD with the same events. */
static void make_old(Fixture *f)
{
    g_autofree char *path = g_build_filename(f->home, "catalogue.db", NULL);
    g_autofree char *now = g_strconcat(path, ".now", NULL);
    g_autofree char *attach = g_strdup_printf("ATTACH '%s' AS now", now);
    g_autofree char *stamp =
        g_strdup_printf("DETACH now; PRAGMA application_id = %d; PRAGMA user_version = %d;"
                        " PRAGMA journal_mode = WAL",
                        IDX_APPLICATION_ID, OLD);
    sqlite3 *db = NULL;
    g_clear_pointer(&f->cat, idx_catalogue_free);
    g_assert_cmpint(rename(path, now), ==, 0);
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    for (int i = 0; i < OLD; i++)
        run(db, IDX_MIGRATIONS[i]);
    run(db, attach);
    g_assert_cmpint(sqlite3_exec(db, SQL_COPIES, copy_row, db, NULL), ==, SQLITE_OK);
    run(db, SQL_MERGED);
    run(db, stamp);
    sqlite3_close(db);
}

static void tell(Fixture *f, const char *source, const char *id, const char *verb,
                 const char *number, const char *window, int at)
{
    g_autofree char *data =
        g_strdup_printf("\"ticket_no\":\"%s\"%s%s%s", number, window ? ",\"window_no\":\"" : "",
                        window ? window : "", window ? "\"" : "");
    g_autofree char *type = g_strconcat("hall.ticket.", verb, NULL);
    g_autofree char *event = fixture_event(id, type, AT(at), data);
    g_auto(GStrv) around = g_strsplit(event, SOURCE, 2);
    g_autofree char *text = g_strjoinv(source, around);
    idx_event_batch_free(fixture_add(f, text, 1, 0, 0));
}

/* Two kiosks gave out A5. It was rated where one of them called it; where both did, near one of the two; there, near
 * neither; nobody knows where. B7 was rated, and nobody else ever spoke of it. */
static void tell_all(Fixture *f)
{
    fixture_camera(f, "CAM-A", T0);
    fixture_camera(f, "CAM-B", T0);
    fixture_place(f, "W0", "CAM-A");
    fixture_place(f, "W1", "CAM-B,CAM-A");
    fixture_place(f, "W2", "CAM-B");
    tell(f, "/kiosk1", "c1", "called", "A5", "W0", 0);
    tell(f, "/kiosk1", "c2", "called", "A5", "W2", 600);
    tell(f, "/kiosk2", "c3", "called", "A5", "W1", 3000);
    tell(f, "/kiosk2", "c4", "called", "A5", "W2", 9000);
    tell(f, "/kiosk2", "c5", "finished", "A5", "W2", 9600);
    tell(f, "/rating", "r1", "rated", "A5", "W0", 500);
    tell(f, "/rating", "r2", "rated", "A5", "W2", 700);
    tell(f, "/rating", "r3", "rated", "A5", "W2", 20000);
    tell(f, "/rating", "r4", "rated", "A5", NULL, 9700);
    tell(f, "/rating", "r5", "rated", "B7", "W1", 12000);
}

static void link_anew(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    bool ok = idx_begin(f->cat, &error) &&
              idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(172800), &error) &&
              idx_commit(f->cat, &error) &&
              idx_relink_run(f->cat, AT(172800), NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(ok);
}

static void expect_dump(Fixture *f, const char *sql, const char *expected)
{
    g_autofree char *rows = fixture_dump(f->cat, sql);
    g_assert_cmpstr(rows, ==, expected);
}

static void test_ratings(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Fixture) f = fixture_new();
    tell_all(f);
    g_autofree char *ties = fixture_dump(f->cat, SQL_TIES);
    g_autofree char *spans = fixture_dump(f->cat, SQL_SPANS);
    g_assert_nonnull(strstr(ties, "r2|ticket|A5|source:/kiosk1\n"));
    g_assert_nonnull(strstr(ties, "r3|ticket|A5|source:/kiosk1\nr3|ticket|A5|source:/kiosk2\n"));
    g_assert_nonnull(strstr(ties, "r5|ticket|B7|"));
    make_old(f);
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    expect_dump(f, "SELECT count(*), max(part) FROM subject", "2|"); // not linked anew yet
    link_anew(f);
    expect_dump(f, SQL_TIES, ties);
    expect_dump(f, SQL_SPANS, spans);
    expect_dump(f, "SELECT count(*) FROM span WHERE to_us = 1 AND superseded_us IS NOT NULL", "2");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/upgrade/ratings", test_ratings);
    return g_test_run();
}
