// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing verify: silent when all is well, and each fault found and named. */
#include "index/verify.h"

#include "index/base/home.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/segment/segment.h"
#include "index/segment/volume.h"
#include "test/index/fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define INIT 100
#define FRAGMENT 1000

static void collect(const IdxFinding *finding, void *data)
{
    g_string_append_printf(data, "%s%s", ((GString *)data)->len ? " " : "",
                           idx_finding_name(finding->kind));
    g_assert_cmpint((int)strlen(finding->words), >, 0);
}

static void expect(Fixture *f, bool deep, const char *kinds)
{
    g_autoptr(GError) error = NULL;
    GString *found = g_string_new(NULL);
    IdxVerify how = {.deep = deep, .now_us = AT(1000), .found = collect, .data = found};
    IdxVerifySums sums = {0};
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(found->str, ==, kinds);
    g_string_free(found, TRUE);
}

static void write_file(Fixture *f, const char *relative, const void *bytes, size_t size)
{
    g_autofree char *path = g_build_filename(f->home, "footage", relative, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0750), ==, 0);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

/* A segment of one fragment with a file to it, both right. */
static void record(Fixture *f, int64_t stream, int64_t start_us, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree uint8_t *bytes = g_malloc(INIT + FRAGMENT);
    memset(bytes, (int)(start_us / MJ_SECOND_US) & 0xff, INIT + FRAGMENT);
    write_file(f, path, bytes, INIT + FRAGMENT);
    IdxSegment s = {.stream_id = stream,
                    .start_us = start_us,
                    .end_us = start_us,
                    .path = (char *)path,
                    .bytes = INIT,
                    .init_bytes = INIT,
                    .clock = (char *)"arrival"};
    g_assert_true(idx_segment_open(f->cat, &s, &error));
    IdxFragment fragment = {
        .offset = INIT, .length = FRAGMENT, .duration_us = MJ_SECOND_US, .key = true};
    g_autoptr(GByteArray) stored = g_byte_array_new();
    idx_fragment_append(stored, &fragment);
    s.bytes = INIT + FRAGMENT;
    s.end_us = start_us + MJ_SECOND_US;
    s.frames = 25;
    s.state = (char *)"closed";
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize size = IDX_SHA256_BYTES;
    g_checksum_update(sum, bytes, INIT + FRAGMENT);
    g_checksum_get_digest(sum, s.sha256, &size);
    g_assert_true(idx_segment_close(f->cat, &s, stored, &error));
    g_assert_no_error(error);
}

static Fixture *recorded(void)
{
    Fixture *f = fixture_new();
    int64_t stream = fixture_camera(f, "w01-face", AT(0));
    record(f, stream, AT(1), "w01-face/main/20261122/013001.000Z.mp4");
    record(f, stream, AT(2), "w01-face/main/20261122/013002.000Z.mp4");
    return f;
}

static void change(Fixture *f, const char *sql)
{
    g_assert_cmpint(sqlite3_exec(f->cat->db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void test_well(void)
{
    g_autoptr(Fixture) f = recorded();
    expect(f, false, "");
    expect(f, true, "");
}

static void test_file(void)
{
    g_autoptr(Fixture) f = recorded();
    const char *first = "w01-face/main/20261122/013001.000Z.mp4";
    g_autofree char *path = mj_home_footage_file(f->home, first, NULL);
    g_autofree char *other = g_malloc0(INIT + FRAGMENT + 1);
    write_file(f, first, other, INIT + FRAGMENT);
    expect(f, false, ""); // the size is right
    expect(f, true, "hash");
    write_file(f, first, other, INIT + FRAGMENT + 1);
    expect(f, false, "long");
    write_file(f, first, other, 7);
    expect(f, false, "short");
    g_assert_cmpint(unlink(path), ==, 0);
    expect(f, false, "missing");
    g_assert_cmpint(symlink("/etc/passwd", path), ==, 0);
    expect(f, false, "missing"); // what a link leads to is not what was recorded
}

static void test_rows(void)
{
    g_autoptr(Fixture) f = recorded();
    change(f, "UPDATE segment SET end_us = end_us + 1");
    expect(f, false, "index index overlap");
    change(f, "UPDATE segment SET end_us = end_us - 1");
    change(f, "UPDATE segment_index SET fragments = x'80'");
    expect(f, false, "index index");
}

static void test_orphan(void)
{
    g_autoptr(Fixture) f = recorded();
    write_file(f, "w01-face/main/20261122/013003.000Z.mp4", "x", 1);
    write_file(f, "stray", "x", 1);
    expect(f, false, "orphan orphan");
}

/* What nobody ever writes into keeps nobody waiting. */
static void test_no_file(void)
{
    g_autoptr(Fixture) f = recorded();
    const char *first = "w01-face/main/20261122/013001.000Z.mp4";
    g_autofree char *path = mj_home_footage_file(f->home, first, NULL);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(mkfifo(path, 0640), ==, 0);
    expect(f, false, "missing");
    expect(f, true, "missing");
}

static void test_volume_gone(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "disk2", NULL);
    g_assert_cmpint(mkdir(path, 0750), ==, 0);
    idx_volume_add(f->cat, path, 0, 0, AT(0), &error);
    g_assert_no_error(error);
    expect(f, false, "");
    g_autofree char *away = g_strconcat(path, ".away", NULL);
    g_assert_cmpint(rename(path, away), ==, 0);
    expect(f, false, "unreadable");
}

/* A file that may get its row yet is no finding, and is said to have been left out; one that comes from a time that
 * lies ahead is a finding. */
static void test_young(void)
{
    static const struct {
        int age_s;
        bool alive;
        int64_t young;
    } TABLE[] = {{0, true, 1},  {9, true, 1},   {11, true, 0},
                 {-9, true, 1}, {-60, true, 0}, {0, false, 0}};
    g_autoptr(Fixture) f = recorded();
    g_autofree char *path = g_build_filename(f->home, "footage", "stray", NULL);
    write_file(f, "stray", "x", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GString) found = g_string_new(NULL);
        int64_t changed_s = (AT(1000) / MJ_SECOND_US) - TABLE[i].age_s;
        struct timeval times[2] = {{.tv_sec = changed_s}, {.tv_sec = changed_s}};
        g_assert_cmpint(utimes(path, times), ==, 0);
        fixture_recorder(f, AT(1000), !TABLE[i].alive);
        IdxVerify how = {.now_us = AT(1000), .found = collect, .data = found};
        IdxVerifySums sums = {0};
        g_assert_true(idx_verify(f->cat, &how, &sums, &error));
        g_test_message("row %zu: %s", i, found->str);
        g_assert_cmpint(sums.young, ==, TABLE[i].young);
        g_assert_cmpint(sums.findings, ==, 1 - TABLE[i].young);
        g_assert_cmpint(sums.files, ==, 3);
    }
}

/* Who takes a guard away leaves no trace in the rows. */
static void test_guards(void)
{
    g_autoptr(Fixture) f = recorded();
    change(f, "DROP TRIGGER hold_span_kept");
    expect(f, false, "catalogue");
    change(f, "DROP TRIGGER segment_held");
    expect(f, false, "catalogue catalogue");
}

typedef struct Beside { // another process, which writes while the catalogue is looked through
    sqlite3 *db;
    int tables, all;
} Beside;

/* What it writes goes home, and the log begins anew: nobody reads what was before. */
static void write_beside(int done, int all, const char *table, void *data)
{
    Beside *beside = data;
    sqlite3_stmt *q = NULL;
    g_assert_cmpint(done, ==, beside->tables++);
    g_assert_true(table[0]);
    beside->all = all;
    g_assert_cmpint(
        sqlite3_exec(beside->db, "UPDATE camera SET name = name || 'x'", NULL, NULL, NULL), ==,
        SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(beside->db, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &q, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(q), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_column_int(q, 0), ==, 0); // not kept from it
    sqlite3_finalize(q);
}

static void test_beside(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "catalogue.db", NULL);
    Beside beside = {0};
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(1000), .looking = write_beside, .data = &beside};
    g_assert_cmpint(sqlite3_open(path, &beside.db), ==, SQLITE_OK);
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    sqlite3_close(beside.db);
    g_assert_cmpint(beside.tables, ==, beside.all);
    g_assert_cmpint(beside.all, >, 30);
    g_assert_cmpint(sums.findings, ==, 0);
}

/* Who writes all the time finds room in the log again, also beside somebody who only reads. */
static void write_more(int done, int all, const char *table, void *data)
{
    Beside *beside = data;
    (void)all;
    (void)table;
    beside->tables = done + 1;
    for (int i = 0; i < 20; i++)
        g_assert_cmpint(
            sqlite3_exec(beside->db, "UPDATE camera SET name = name || 'x'", NULL, NULL, NULL), ==,
            SQLITE_OK);
}

static void test_log(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "catalogue.db", NULL);
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    Beside beside = {0};
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(1000), .looking = write_more, .data = &beside};
    struct stat st;
    g_clear_pointer(&f->cat, idx_catalogue_free);
    f->cat = idx_catalogue_open(f->home, IDX_READ, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sqlite3_open(path, &beside.db), ==, SQLITE_OK);
    sqlite3_exec(beside.db, "PRAGMA wal_autocheckpoint = 0", NULL, NULL, NULL);
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_assert_cmpint(stat(log, &st), ==, 0);
    sqlite3_close(beside.db);
    g_test_message("%d tables, %d bytes of log", beside.tables, (int)st.st_size);
    g_assert_cmpint((int)st.st_size, <, 5 * 20 * 4120); // a page each, or a few
}

static void collect_words(const IdxFinding *finding, void *data)
{
    g_string_append_printf(data, "%s %s\n", idx_finding_name(finding->kind), finding->words);
}

/* A page of the file as it never was written. */
static void spoil(Fixture *f, const char *table)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "catalogue.db", NULL), *bytes = NULL;
    g_autofree char *sql = g_strdup_printf("SELECT (rootpage - 1) * page_size FROM sqlite_schema,"
                                           " pragma_page_size WHERE name = '%s'",
                                           table);
    g_autofree char *at = fixture_dump(f->cat, sql);
    gsize size = 0;
    g_free(fixture_dump(f->cat, "PRAGMA wal_checkpoint(TRUNCATE)"));
    g_clear_pointer(&f->cat, idx_catalogue_free);
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    memset(bytes + g_ascii_strtoll(at, NULL, 10), 'Z', 100);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    f->cat = idx_catalogue_open(f->home, IDX_WRITE, &error);
    g_assert_no_error(error);
}

/* Two tables of which nothing is asked otherwise: each is told by its name, and all the rest is looked at. */
static void test_malformed(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(1000), .found = collect_words, .data = told};
    spoil(f, "webhook");
    spoil(f, "facet");
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_test_message("%s", told->str);
    g_assert_nonnull(strstr(told->str, "catalogue SQLite says that it is malformed, in webhook: "));
    g_assert_nonnull(strstr(told->str, "catalogue SQLite says that it is malformed, in facet: "));
    g_assert_null(strstr(told->str, "in camera"));
    g_assert_cmpint(sums.segments, ==, 2);
}

/* Nothing of a table can be read: that is told, and what does not need it is looked at all the same. */
static void test_no_segments(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(1000), .found = collect_words, .data = told};
    spoil(f, "segment");
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_test_message("%s", told->str);
    g_assert_nonnull(strstr(told->str, "malformed, in segment: "));
    g_assert_nonnull(strstr(told->str, "not everything could be compared with it"));
}

/* A folder that cannot be read hides nothing else. */
static void test_unreadable(void)
{
    bool as_root = geteuid() == 0; // whom no mode stops
    g_assert_true(!as_root || seteuid(65534) == 0);
    Fixture *f = recorded();
    g_autofree char *day = g_build_filename(f->home, "footage/a/main/20261122", NULL);
    write_file(f, "a/main/20261122/x", "x", 1);
    write_file(f, "w01-face/main/20261122/y", "x", 1);
    g_assert_cmpint(chmod(day, 0), ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) told = g_string_new(NULL);
    IdxVerifySums sums = {0};
    IdxVerify how = {.now_us = AT(1000), .found = collect_words, .data = told};
    g_assert_true(idx_verify(f->cat, &how, &sums, &error));
    g_assert_no_error(error);
    g_assert_cmpint(chmod(day, 0750), ==, 0);
    g_assert_nonnull(strstr(told->str, "unreadable cannot be looked into: "));
    g_assert_nonnull(strstr(told->str, "orphan the catalogue does not know"));
    g_assert_cmpint(sums.findings, ==, 2);
    fixture_free(f);
    g_assert_true(!as_root || seteuid(0) == 0);
}

/* One of its name that lets everything through is none. */
static void test_hollow_guard(void)
{
    g_autoptr(Fixture) f = recorded();
    change(f, "DROP TRIGGER segment_held");
    change(f, "CREATE TRIGGER segment_held BEFORE DELETE ON segment BEGIN SELECT 1; END");
    expect(f, false, "catalogue");
}

/* By no command of ours: purge refuses, and verify says why. */
static void test_released(void)
{
    g_autoptr(Fixture) f = recorded();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *cameras[] = {"w01-face", NULL};
    IdxHoldRequest r = {.cameras = cameras,
                        .from_us = AT(0),
                        .to_us = AT(10),
                        .owner = "o",
                        .reason = "r",
                        .case_no = "c",
                        .by = "1023"};
    idx_hold_add(f->cat, &r, AT(20), &answer, &error);
    g_assert_no_error(error);
    expect(f, false, "");
    change(f, "UPDATE hold_span SET released_us = 1");
    expect(f, false, "holds");
    change(f, "UPDATE hold_span SET released_us = NULL");
    change(f, "UPDATE hold SET released_us = 1, released_by = 'x', released_reason = 'y'");
    expect(f, false, "holds");
}

static void test_open(void)
{
    g_autoptr(Fixture) f = recorded();
    change(f, "UPDATE segment SET state = 'open', sha256 = NULL WHERE start_us = 1795311002000000");
    expect(f, false, "left-open");
    fixture_recorder(f, AT(1000), false); // it lives: the segment is being written
    expect(f, true, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/index/verify/well", test_well);
    g_test_add_func("/index/verify/file", test_file);
    g_test_add_func("/index/verify/rows", test_rows);
    g_test_add_func("/index/verify/orphan", test_orphan);
    g_test_add_func("/index/verify/young", test_young);
    g_test_add_func("/verify/no-file", test_no_file);
    g_test_add_func("/verify/volume-gone", test_volume_gone);
    g_test_add_func("/index/verify/guards", test_guards);
    g_test_add_func("/index/verify/beside", test_beside);
    g_test_add_func("/index/verify/log", test_log);
    g_test_add_func("/index/verify/malformed", test_malformed);
    g_test_add_func("/index/verify/no-segments", test_no_segments);
    g_test_add_func("/index/verify/unreadable", test_unreadable);
    g_test_add_func("/index/verify/hollow-guard", test_hollow_guard);
    g_test_add_func("/index/verify/released", test_released);
    g_test_add_func("/index/verify/open", test_open);
    return g_test_run();
}
