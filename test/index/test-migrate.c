// SPDX-License-Identifier: GPL-3.0-or-later
/* Both ways to a catalogue end alike: schema.sql at once, or every step of migrate/ in turn. */
#include "index/migrate.h"

#include "test/index/fixture.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* SHA-256 of each step. Catalogues out there were made by them: they never change again. */
static const char *const FROZEN[] = {
    "42e71b68985dd77f742533e894b98f049af098a4a2fd38d2c685f325d69ab058",
    "2a0df7d4380fbb5a7ebff08d51a7b67c579363b8c32a5142e646fd56fcd291a3",
    "0e5979c9bacb0b24d4120bcf6834adc289839857c287876a910f02d6c552f3a9",
    "90d36f004d2a410d81b438d97633a31a14dd38a4d073112e2bec3493816bc0bf",
    "19bcc80641fe2944e46c2590397a1d66c1a7b683997cf9e254047bc10a53f2db",
    "69ba730611bb162b1d404b04637e80d6eab489fe474ae3cd371c8721fe2271fb",
    "f6b27aef2a7786a31694d74350a024d97eabd66eab6bb5f24c57c1174dee43f3",
    "8ed19c94e4208b2c2ef0b228336bd1e50aaf9f71b391f7706c4d62b318b9cb41",
    "d5806e9dfc6b04e61d4d0e6bca837d48ba5b6cd5b5837111ad3e6b3fe3d6c0aa",
    "3483b08fe7669eb70c5d4d12a6b358fc3cf96bff86191bc8dffb37e330bdd587",
    "7923a759a07d9a63d74f65e18b87e9d977c5b26604769947cf0ae94a15cf55a2",
    "9e2a987e80d8c6f906b408a20c7f42498d007e992e462c260c6394dbd6d51f77",
    "586e2a02ce1ed64bfb94502b5009e9e2896be29dfe80fc48e845442e47e8c816",
    "54832bbc2898e51b353536d0cf8697345a104c1dc79434bb619312fcd4cde33d",
    NULL, // 0015.sql
    NULL, // 0016.sql
    NULL, // 0017.sql
};

static const char SQL_SCHEMA[] =
    "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema"
    " ORDER BY type, name";

static sqlite3 *memory(void)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        g_error("%s", message);
}

static int append_row(void *out, int n, char **values, char **names)
{
    for (int i = 0; i < n; i++)
        g_string_append_printf(out, "%s\n", values[i] ? values[i] : "-");
    return 0;
}

/* Comments and the way blanks are set are no part of a schema. */
static char *plain(const char *sql)
{
    g_autoptr(GRegex) comment = g_regex_new("--[^\n]*", 0, 0, NULL);
    g_autoptr(GRegex) blank = g_regex_new("[ \t]+", 0, 0, NULL);
    g_autoptr(GRegex) around = g_regex_new("\\s*([(),;])\\s*", 0, 0, NULL);
    g_autoptr(GRegex) newline = g_regex_new(" ?\n ?", 0, 0, NULL);
    g_autofree char *a = g_regex_replace(comment, sql, -1, 0, "", 0, NULL);
    g_autofree char *b = g_regex_replace(blank, a, -1, 0, " ", 0, NULL);
    g_autofree char *c = g_regex_replace(around, b, -1, 0, "\\1", 0, NULL);
    return g_regex_replace(newline, c, -1, 0, " ", 0, NULL);
}

static char *query(sqlite3 *db, const char *sql)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_assert_cmpint(sqlite3_exec(db, sql, append_row, out, NULL), ==, SQLITE_OK);
    return plain(out->str);
}

static void expect_same(sqlite3 *a, sqlite3 *b, const char *sql)
{
    g_autofree char *one = query(a, sql), *two = query(b, sql);
    g_assert_cmpint((int)strlen(one), >, 0);
    g_assert_cmpstr(one, ==, two);
}

static void test_both_ways(void)
{
    sqlite3 *fresh = memory(), *stepped = memory();
    run(fresh, IDX_SCHEMA_SQL);
    for (int i = 0; i < IDX_SCHEMA_VERSION; i++)
        run(stepped, IDX_MIGRATIONS[i]);
    expect_same(stepped, fresh, SQL_SCHEMA);
    expect_same(stepped, fresh, "SELECT * FROM link_rule ORDER BY 1");
    expect_same(stepped, fresh, "SELECT * FROM volume ORDER BY 1");
    expect_same(stepped, fresh, "SELECT * FROM retention_rule ORDER BY 1, 2");
    expect_same(stepped, fresh, "SELECT * FROM mark_kind ORDER BY 1");
    run(stepped, "ALTER TABLE hall ADD COLUMN extra TEXT"); // the comparison can fail
    g_autofree char *one = query(fresh, SQL_SCHEMA), *two = query(stepped, SQL_SCHEMA);
    g_assert_cmpstr(one, !=, two);
    sqlite3_close(fresh);
    sqlite3_close(stepped);
}

/* Where visits end is told otherwise since step 11: what was linked before is linked anew. */
static void test_linked_anew(void)
{
    sqlite3 *db = memory();
    for (int i = 0; i < 10; i++)
        run(db, IDX_MIGRATIONS[i]);
    run(db,
        "INSERT INTO hall (code, name, timezone) VALUES ('H', 'H', '+08:00');"
        "INSERT INTO event (id, hall_id, source, event_id, data_ver, type, time_us, received_us,"
        " body) VALUES (7, 1, 's', 'e', 1, 't', 1, 1, '{}');");
    run(db, IDX_MIGRATIONS[10]);
    g_autofree char *queued =
        query(db, "SELECT source IS NULL, first_id, next_id, last_id FROM relink");
    g_assert_cmpstr(queued, ==, "1 7 7 7 ");
    sqlite3_close(db);
}

/* Tables that a step makes anew keep their rows, and their counters go on where they were. */
static void test_rows_kept(void)
{
    static const char OLD[] =
        "INSERT INTO hall (code, name, timezone) VALUES ('H', 'H', '+08:00');"
        "INSERT INTO subject (id, kind, hall_id, day, key, first_us, last_us)"
        " VALUES (1099511627777, 'ticket', 1, 20261122, 'A1', 1, 2);"
        "INSERT INTO event (hall_id, source, event_id, data_ver, type, time_us, received_us, body)"
        " VALUES (1, 's', 'e', 1, 't', 1, 1, '{}');"
        "INSERT INTO subject_event VALUES (1099511627777, 1);"
        "UPDATE sqlite_sequence SET seq = 1099511627999 WHERE name = 'subject';"
        "INSERT INTO sqlite_sequence (name, seq) VALUES ('span', 1099511627776);";
    sqlite3 *db = memory();
    for (int i = 0; i < 2; i++)
        run(db, IDX_MIGRATIONS[i]);
    run(db, OLD);
    for (int i = 2; i < IDX_SCHEMA_VERSION; i++)
        run(db, IDX_MIGRATIONS[i]);
    g_autofree char *rows = query(db, "SELECT id, kind, key, last_us FROM subject");
    g_assert_cmpstr(rows, ==, "1099511627777 ticket A1 2 ");
    g_autofree char *counters = query(
        db, "SELECT seq FROM sqlite_sequence WHERE name IN ('subject', 'span') ORDER BY name");
    g_assert_cmpstr(counters, ==, "1099511627776 1099511627999 ");
    g_autofree char *below = query(db, "SELECT value FROM setting WHERE key = 'facets_below'");
    g_assert_cmpstr(below, ==,
                    "1099511627778 "); // to be read through; a catalogue without subjects is not
    g_autofree char *parts = query(db, "SELECT part = '' FROM subject");
    g_assert_cmpstr(parts, ==, "1 ");
    g_autofree char *again = query( // what is stored is read again: its tickets may be several
        db, "SELECT source IS NULL, first_id, next_id, last_id FROM relink");
    g_assert_cmpstr(again, ==, "1 1 1 1 ");
    g_autofree char *broken = query(db, "SELECT count(*) FROM pragma_foreign_key_check");
    g_assert_cmpstr(broken, ==, "0 ");
    sqlite3_close(db);
}

/* What was deleted before step 5 is found as what is deleted now. */
static void test_dispositions_found(void)
{
    static const char OLD[] =
        "INSERT INTO camera (code, name, kind, created_us) VALUES ('c', 'c', 'window', 0);"
        "INSERT INTO stream (camera_id, name, url, record, audio) VALUES (1, 'main', 'u', 1, "
        "'aac'),"
        " (1, 'sub', 'u', 1, 'aac');"
        "INSERT INTO purge_run (started_us, segments, bytes) VALUES (0, 0, 0);"
        "INSERT INTO purge_batch (run_id, volume_id, first_id, last_id, marked_us) VALUES"
        " (1, 1, 1, 4, 0), (1, 1, 5, 5, 0);"
        "INSERT INTO disposition (batch_id, segment_id, stream_id, start_us, end_us, bytes, path, "
        "rule)"
        " VALUES (1, 1, 1, 3599000000, 3600000000, 1, 'a', 'r'),"
        " (1, 2, 2, 3599000000, 3600000000, 1, 'b', 'r'),"
        " (1, 3, 1, 3600000000, 3700000000, 1, 'c', 'r'),"
        " (1, 4, 1, 3700000000, 3800000000, 1, 'd', 'r'),"
        " (2, 5, 1, 3650000000, 3650000001, 1, 'e', 'r');";
    sqlite3 *db = memory();
    for (int i = 0; i < 4; i++)
        run(db, IDX_MIGRATIONS[i]);
    run(db, OLD);
    for (int i = 4; i < IDX_SCHEMA_VERSION; i++)
        run(db, IDX_MIGRATIONS[i]);
    g_autofree char *runs =
        query(db, "SELECT stream_id || '/' || from_us || '/' || first_id || '/' ||"
                  " last_id || '/' || to_us FROM disposition_run");
    g_assert_cmpstr(runs, ==,
                    "1/3599000000/1/1/3600000000 1/3600000000/3/4/3800000000 "
                    "1/3650000000/5/5/3650000001 2/3599000000/2/2/3600000000 ");
    sqlite3_close(db);
}

static char *read_source(const char *name)
{
    g_autofree char *path = g_build_filename(g_getenv("MINGJING_SOURCE"), "index", name, NULL);
    char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "migrate/0001.sql" …: the steps of the tree, in their order. Element type char *. */
static GPtrArray *read_names(void)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = g_build_filename(g_getenv("MINGJING_SOURCE"), "index/migrate", NULL);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;)
        g_ptr_array_add(names, g_strconcat("migrate/", name, NULL));
    g_ptr_array_sort(names, by_name);
    return names;
}

static void test_frozen(void)
{
    g_autoptr(GPtrArray) names = read_names();
    g_assert_cmpint(G_N_ELEMENTS(FROZEN), ==, IDX_SCHEMA_VERSION);
    for (int i = 0; i < IDX_SCHEMA_VERSION && FROZEN[i]; i++) {
        g_autofree char *text = read_source(names->pdata[i]);
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
        g_assert_cmpstr(digest, ==, FROZEN[i]);
    }
}

/* What is built in is what stands in the tree, to the byte. */
static void test_embedded(void)
{
    g_autoptr(GPtrArray) names = read_names();
    g_autofree char *schema = read_source("schema.sql");
    g_assert_cmpstr(IDX_SCHEMA_SQL, ==, schema);
    g_assert_cmpint(names->len, ==, IDX_SCHEMA_VERSION); // none that nobody embeds
    for (int i = 0; i < IDX_SCHEMA_VERSION; i++) {
        g_autofree char *step = read_source(names->pdata[i]);
        g_assert_cmpstr(IDX_MIGRATIONS[i], ==, step);
    }
}

/* Every table and every column says what it is. */
static void test_commented(void)
{
    g_autofree char *schema = read_source("schema.sql");
    g_auto(GStrv) lines = g_strsplit(schema, "\n", -1);
    g_autoptr(GRegex) named =
        g_regex_new("^(CREATE TABLE|  \\w+ +(INTEGER|TEXT|BLOB|REAL)\\b)", 0, 0, NULL);
    g_autoptr(GRegex) commented = g_regex_new(" -- \\S", 0, 0, NULL);
    int n = 0;
    for (size_t i = 0; lines[i]; i++) {
        if (!g_regex_match(named, lines[i], 0, NULL))
            continue;
        n++;
        if (!g_regex_match(commented, lines[i], 0, NULL))
            g_error("schema.sql:%d: a table or column without a word on it", (int)i + 1);
    }
    g_assert_cmpint(n, >, 100); // the expression above still finds them
}

static void test_stamped(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *version = fixture_dump(f->cat, "PRAGMA user_version");
    g_autofree char *row = fixture_dump(f->cat, "SELECT version, program FROM migration");
    g_autofree char *expected = g_strdup_printf("%d|" MJ_VERSION, IDX_SCHEMA_VERSION);
    g_assert_cmpint(atoi(version), ==, IDX_SCHEMA_VERSION);
    g_assert_cmpstr(row, ==, expected);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/migrate/both-ways", test_both_ways);
    g_test_add_func("/migrate/rows-kept", test_rows_kept);
    g_test_add_func("/migrate/linked-anew", test_linked_anew);
    g_test_add_func("/migrate/dispositions-found", test_dispositions_found);
    g_test_add_func("/migrate/frozen", test_frozen);
    g_test_add_func("/migrate/embedded", test_embedded);
    g_test_add_func("/migrate/commented", test_commented);
    g_test_add_func("/migrate/stamped", test_stamped);
    return g_test_run();
}
