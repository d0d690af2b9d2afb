// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing verify: silent when all is well, and each fault found and named. */
#include "index/verify.h"

#include "index/base/home.h"
#include "index/db.h"
#include "index/hold.h"
#include "index/segment.h"
#include "test/index/fixture.h"

#include <string.h>
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
    g_test_add_func("/index/verify/guards", test_guards);
    g_test_add_func("/index/verify/hollow-guard", test_hollow_guard);
    g_test_add_func("/index/verify/released", test_released);
    g_test_add_func("/index/verify/open", test_open);
    return g_test_run();
}
