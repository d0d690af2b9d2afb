// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows of the audit log: their form to the byte, whose they are, that they come and go with the change
 * they speak of, that nothing changes them, and audit.head. */
#include "index/audit/audit.h"

#include "index/audit/head.h"
#include "index/db.h"
#include "test/index/fixture.h"

#include <sqlite3.h>
#include <string.h>

/* Computed apart from our code, after the words in audit/audit.h. */
static const char FIRST[] = "26c7ee4c7e499f726db61a7de85ee5f43024ba6aed3ad285c875a02dc868c70c";
static const char SECOND[] = "9692fb9c1a6ec2bcad54f79f89e53ab394704fa2e36c98d0c5e2b751ce25e6ae";

static const IdxActor INVESTIGATOR = {.who = "1023",
                                      .role = "investigator",
                                      .address = "192.0.2.7",
                                      .reason = "投诉 复核",
                                      .case_no = "案-2026-7"};

static void add(Fixture *f, const IdxAudit *row)
{
    g_autoptr(GError) error = NULL;
    idx_audit(f->cat, row, &error);
    g_assert_no_error(error);
}

static void expect_head(Fixture *f, int64_t seq, const char *hash)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) heads = idx_audit_head_read(f->home, &error);
    g_assert_no_error(error);
    const IdxAuditHead *last = &g_array_index(heads, IdxAuditHead, heads->len - 1);
    g_autofree char *noted = idx_audit_hash_format(last->hash);
    g_assert_cmpint(last->seq, ==, seq);
    if (hash)
        g_assert_cmpstr(noted, ==, hash);
}

/* Forgets what the fixture has written, which no one else could. */
static void empty(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *head = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    remove(head);
    idx_db_script(f->cat,
                  "DROP TRIGGER audit_stays; DELETE FROM audit; CREATE TRIGGER audit_stays BEFORE "
                  "DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log stays'); END;",
                  &error);
    g_assert_no_error(error);
}

static void test_vectors(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(json_t) detail = json_pack("{s:i}", "times", 3);
    empty(f);
    add(f, &(IdxAudit){.what = "purge.run", .at_us = T0});
    expect_head(f, 1, FIRST);
    idx_audit_actor(f->cat, &INVESTIGATOR);
    add(f, &(IdxAudit){.what = "view",
                       .object_kind = "ticket",
                       .object = "A012",
                       .day = DAY,
                       .camera = "w07-desk",
                       .from_us = T0,
                       .to_us = AT(60),
                       .result = IDX_AUDIT_FAILED,
                       .words = "nothing is recorded",
                       .detail = detail,
                       .at_us = AT(1)});
    expect_head(f, 2, SECOND);
    g_autofree char *stored =
        fixture_dump(f->cat, "SELECT lower(hex(hash)) FROM audit ORDER BY seq");
    g_auto(GStrv) hashes = g_strsplit(stored, "\n", -1);
    g_assert_cmpstr(hashes[0], ==, FIRST);
    g_assert_cmpstr(hashes[1], ==, SECOND);
}

/* What is stored is what was told, cleaned and bounded. */
static void test_texts(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *lengthy = g_strnfill(3000, 'x');
    g_autoptr(GString) wide = g_string_new(NULL);
    for (int i = 0; i < 2000; i++)
        g_string_append(wide, "号");
    g_autoptr(json_t) detail = json_pack("{s:s, s:s}", "a", lengthy, "b", lengthy);
    empty(f);
    add(f, &(IdxAudit){.what = "find",
                       .object_kind = "ticket",
                       .object = "A\n1\xff\x1b[0m",
                       .camera = lengthy,
                       .reason = wide->str,
                       .words = "rtsp://admin:secret@192.0.2.7/1 does not answer",
                       .from_us = INT64_MIN,
                       .to_us = INT64_MAX,
                       .detail = detail});
    g_autofree char *texts = fixture_dump(
        f->cat, "SELECT object, from_us IS NULL, to_us IS NULL, address IS NULL, words,"
                " detail FROM audit");
    g_assert_cmpstr(texts, ==,
                    "A\xef\xbf\xbd"
                    "1\xef\xbf\xbd\xef\xbf\xbd[0m|1|1|1|rtsp://***@192.0.2.7/1 does not answer|"
                    "{\"left_out_bytes\":6015}");
    g_autofree char *sizes =
        fixture_dump(f->cat, "SELECT length(CAST(camera AS BLOB)), length(CAST(reason AS BLOB)),"
                             " substr(camera, -2), substr(reason, -2) FROM audit");
    g_assert_cmpstr(sizes, ==, "256|1023|x…|号…");
}

/* What fits exactly is not cut, what is one byte longer is. */
static void test_text_edge(void)
{
    g_autoptr(Fixture) f = fixture_new();
    empty(f);
    for (gsize length = IDX_AUDIT_TEXT_MAX - 4; length <= IDX_AUDIT_TEXT_MAX + 1; length++) {
        g_autofree char *text = g_strnfill(length, 'y');
        add(f, &(IdxAudit){.what = "find", .object = text});
    }
    g_autofree char *sizes = fixture_dump(
        f->cat, "SELECT length(CAST(object AS BLOB)), substr(object, -1) FROM audit ORDER BY seq");
    g_assert_cmpstr(sizes, ==, "252|y\n253|y\n254|y\n255|y\n256|y\n256|…");
}

static void test_actor(void)
{
    g_autoptr(Fixture) f = fixture_new();
    empty(f);
    add(f, &(IdxAudit){.what = "a"});
    idx_audit_actor(f->cat, &INVESTIGATOR);
    add(f, &(IdxAudit){.what = "b"});
    add(f, &(IdxAudit){.what = "c", .reason = "other", .case_no = "7", .who = "x", .role = "y"});
    idx_audit_actor(f->cat, NULL);
    add(f, &(IdxAudit){.what = "d"});
    g_autofree char *rows =
        fixture_dump(f->cat, "SELECT who, role, address, reason, case_no FROM audit ORDER BY seq");
    g_assert_cmpstr(rows, ==,
                    "system|system|-|-|-\n"
                    "1023|investigator|192.0.2.7|投诉 复核|案-2026-7\n"
                    "x|y|192.0.2.7|other|7\n"
                    "system|system|-|-|-");
}

/* A row stays and goes with the transaction it was written in, and is counted then alone. */
static void test_with_its_change(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    empty(f);
    int64_t before = idx_audit_written(f->cat);
    g_assert_true(idx_begin(f->cat, &error));
    add(f, &(IdxAudit){.what = "undone"});
    idx_rollback(f->cat);
    g_assert_cmpint(idx_audit_written(f->cat), ==, before);

    g_assert_true(idx_begin(f->cat, &error));
    add(f, &(IdxAudit){.what = "kept"});
    g_assert_true(idx_db_scope_begin(f->cat, &error));
    add(f, &(IdxAudit){.what = "undone"});
    idx_db_scope_end(f->cat, false, NULL);
    g_assert_cmpint(idx_audit_written(f->cat), ==, before);
    g_assert_true(idx_commit(f->cat, &error));
    g_assert_cmpint(idx_audit_written(f->cat), ==, before + 1);
    g_autofree char *rows = fixture_dump(f->cat, "SELECT seq, what FROM audit");
    g_assert_cmpstr(rows, ==, "1|kept");
    expect_head(f, 1, NULL);

    g_autoptr(IdxCatalogue) reader = idx_catalogue_open(f->home, IDX_READ, &error);
    g_assert_no_error(error);
    g_assert_false(idx_audit(reader, &(IdxAudit){.what = "no"}, &error));
    fixture_expect(error, MJ_ERROR_DENIED, "audit log");
}

static void test_never_changed(void)
{
    static const char *const SQL[] = {
        "UPDATE audit SET who = 'x'",
        "UPDATE audit SET hash = zeroblob(32) WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT seq, at_us, 'x', role, address, what, object_kind, "
        "object,"
        " day, camera, from_us, to_us, reason, case_no, result, words, detail, hash FROM audit "
        "WHERE seq = 1",
        "INSERT INTO audit SELECT seq + 7, at_us, who, role, address, what, object_kind, object, "
        "day,"
        " camera, from_us, to_us, reason, case_no, result, words, detail, hash FROM audit WHERE "
        "seq = 1",
        "INSERT INTO audit (at_us, who, role, what, result, hash) VALUES (1, 'a', 'b', 'c', 'ok', "
        "zeroblob(32))",
        "REPLACE INTO audit (seq, at_us, who, role, what, result, hash) VALUES (3, 1, 'a', 'b', "
        "'c', 'ok', zeroblob(32))",
    };
    g_autoptr(Fixture) f = fixture_new();
    empty(f);
    for (int i = 0; i < 3; i++)
        add(f, &(IdxAudit){.what = "find", .at_us = AT(i)});
    g_autofree char *before = fixture_dump(f->cat, "SELECT *, hex(hash) FROM audit ORDER BY seq");
    for (size_t i = 0; i < G_N_ELEMENTS(SQL); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_db_script(f->cat, SQL[i], &error));
        fixture_expect(error, MJ_ERROR_CONFLICT, "audit log");
    }
    g_autofree char *after = fixture_dump(f->cat, "SELECT *, hex(hash) FROM audit ORDER BY seq");
    g_assert_cmpstr(after, ==, before);
}

/* A note that the log does not have is evidence: what comes after stands below it. */
static void test_head_keeps_evidence(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    empty(f);
    for (int i = 0; i < 5; i++)
        add(f, &(IdxAudit){.what = "find"});
    g_autofree char *fifth =
        fixture_dump(f->cat, "SELECT lower(hex(hash)) FROM audit WHERE seq = 5");
    idx_db_script(f->cat, "DROP TRIGGER audit_stays; DELETE FROM audit WHERE seq > 3", &error);
    g_assert_no_error(error);
    for (int i = 0; i < 4; i++)
        add(f, &(IdxAudit){.what = "other"});
    g_autoptr(GArray) heads = idx_audit_head_read(f->home, &error);
    g_assert_no_error(error);
    g_assert_cmpint((int)heads->len, ==, 2);
    const IdxAuditHead *evidence = &g_array_index(heads, IdxAuditHead, 0);
    g_autofree char *noted = idx_audit_hash_format(evidence->hash);
    g_assert_cmpint(evidence->seq, ==, 5);
    g_assert_cmpstr(noted, ==, fifth);
    expect_head(f, 7, NULL);
}

/* What is no line of ours stays too, and does not keep the log from being written. */
static void test_head_broken(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    g_assert_true(g_file_set_contents(path, "mingjing", -1, NULL));
    add(f, &(IdxAudit){.what = "find"});
    g_autoptr(GArray) heads = idx_audit_head_read(f->home, &error);
    g_assert_null(heads);
    fixture_expect(error, MJ_ERROR_CORRUPT, "line 1");
    g_assert_true(fixture_file_contains(path, "mingjing"));
    remove(path);
    g_clear_error(&error);
    g_assert_null(idx_audit_head_read(f->home, &error));
    g_assert_error(error, MJ_ERROR, MJ_ERROR_NOT_FOUND);
}

static void fill_head(const char *path)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int64_t seq = 1000; text->len + IDX_AUDIT_HEAD_LINE <= IDX_AUDIT_HEAD_FILE_MAX; seq++) {
        g_autofree char *line = idx_audit_head_format(&(IdxAuditHead){.seq = seq, .at_us = T0});
        g_string_append(text, line);
    }
    g_assert_true(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
}

/* Of lines that the log does not have: they are evidence and stay, and that nothing is noted any more is told, once,
 * with what to do; then it goes on. */
static void test_head_full(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*audit.head is full*move the file away*");
        g_test_trap_assert_stderr_unmatched("*is full*is full*");
        return;
    }
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    fill_head(path);
    for (int i = 0; i < 3; i++)
        add(f, &(IdxAudit){.what = "find"});
    g_assert_true(f->cat->audit.told);
    remove(path);
    add(f, &(IdxAudit){.what = "find"});
    g_autofree char *last = fixture_dump(f->cat, "SELECT max(seq) FROM audit");
    expect_head(f, g_ascii_strtoll(last, NULL, 10), NULL);
    g_assert_false(f->cat->audit.told);
}

/* Rows that do not wait for the disk are in the log at once, and in audit.head after a sync. */
static void test_lazily(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    empty(f);
    add(f, &(IdxAudit){.what = "find"});
    g_assert_true(idx_audit_lazily(f->cat, &error));
    add(f, &(IdxAudit){.what = "find"});
    g_autoptr(IdxCatalogue) other = idx_catalogue_open(f->home, IDX_READ, &error);
    g_autofree char *rows = fixture_dump(other, "SELECT count(*) FROM audit");
    g_assert_cmpstr(rows, ==, "2");
    expect_head(f, 1, NULL);
    g_assert_true(idx_audit_sync(f->cat, &error));
    expect_head(f, 2, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit/vectors", test_vectors);
    g_test_add_func("/audit/texts", test_texts);
    g_test_add_func("/audit/text-edge", test_text_edge);
    g_test_add_func("/audit/actor", test_actor);
    g_test_add_func("/audit/with-its-change", test_with_its_change);
    g_test_add_func("/audit/never-changed", test_never_changed);
    g_test_add_func("/audit/head-keeps-evidence", test_head_keeps_evidence);
    g_test_add_func("/audit/head-broken", test_head_broken);
    g_test_add_func("/audit/head-full", test_head_full);
    g_test_add_func("/audit/lazily", test_lazily);
    return g_test_run();
}
