// SPDX-License-Identifier: GPL-3.0-or-later
/* Whatever is done to the audit log is found, and at the row where it was done; several processes write
 * it at once, and are killed; what is asked of it is answered in pages. */
#include "index/audit/verify.h"

#include "index/audit/head.h"
#include "index/audit/read.h"
#include "index/db.h"
#include "test/index/fixture.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 9
#define GUARDS 3
#define UNGUARD "DROP TRIGGER audit_kept; DROP TRIGGER audit_stays; DROP TRIGGER audit_turn;"

static void add(IdxCatalogue *cat, const IdxAudit *row)
{
    g_autoptr(GError) error = NULL;
    idx_audit(cat, row, &error);
    g_assert_no_error(error);
}

/* @n rows with every column filled, behind what the fixture has written (which is how many rows). */
static Fixture *log_of(int n)
{
    Fixture *f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) detail = json_pack("{s:i}", "times", 2);
    idx_audit_actor(f->cat,
                    &(IdxActor){.who = "1023", .role = "investigator", .address = "192.0.2.7"});
    g_assert_true(idx_begin(f->cat, &error));
    for (int i = 0; i < n; i++)
        add(f->cat, &(IdxAudit){.what = i % 2 ? "find" : "view",
                                .object_kind = "ticket",
                                .object = i % 3 ? "A012" : "B7",
                                .day = DAY,
                                .camera = "w07-desk",
                                .from_us = AT(i),
                                .to_us = AT(i + 60),
                                .reason = "复核",
                                .case_no = "7",
                                .words = "nothing",
                                .detail = detail,
                                .at_us = AT(100 + i)});
    g_assert_true(idx_commit(f->cat, &error));
    return f;
}

static int64_t rows_before(Fixture *f)
{
    g_autofree char *text = fixture_dump(f->cat, "SELECT count(*) FROM audit");
    return g_ascii_strtoll(text, NULL, 10) - ROWS;
}

static void script(Fixture *f, const char *sql)
{
    g_autoptr(GError) error = NULL;
    idx_db_script(f->cat, sql, &error);
    g_assert_no_error(error);
}

static void verify(Fixture *f, const char *head, IdxAuditReport *ret)
{
    g_autoptr(GError) error = NULL;
    uint8_t hash[IDX_AUDIT_HASH];
    IdxAuditVerify how = {.head = head ? hash : NULL};
    if (head)
        g_assert_true(idx_audit_hash_parse(head, strlen(head), hash));
    g_assert_true(idx_audit_verify(f->cat, &how, ret, &error));
    g_assert_no_error(error);
}

static void expect_whole(Fixture *f, int64_t rows)
{
    g_auto(IdxAuditReport) report = {0};
    verify(f, NULL, &report);
    g_assert_null(idx_audit_report_first(&report));
    g_assert_cmpint(report.wrong, ==, 0);
    g_assert_cmpint(report.rows, ==, rows);
    g_assert_cmpint(report.head_seq, ==, rows);
    g_assert_cmpint(report.noted_seq, ==, rows);
}

static void expect_wrong(Fixture *f, const char *head, int64_t seq, const char *words)
{
    g_auto(IdxAuditReport) report = {0};
    verify(f, head, &report);
    const IdxAuditFinding *first = idx_audit_report_first(&report);
    g_assert_nonnull(first);
    g_test_message("%s", first->words);
    g_assert_cmpint(report.wrong, >, 0);
    g_assert_cmpint(first->seq, ==, seq);
    g_assert_nonnull(strstr(first->words, words));
}

static void test_whole(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    expect_whole(f, rows_before(f) + ROWS);
    g_autoptr(Fixture) large = log_of(4100); // over several slices
    g_autofree char *rows = fixture_dump(large->cat, "SELECT count(*) FROM audit");
    expect_whole(large, g_ascii_strtoll(rows, NULL, 10));
}

/* Each column, to something else, to nothing, and with a byte behind an end that C would not see. */
static void test_each_field(void)
{
    static const char *const COLUMNS[] = {
        "at_us",   "who",   "role",   "address", "what",   "object_kind", "object", "day", "camera",
        "from_us", "to_us", "reason", "case_no", "result", "words",       "detail", "hash"};
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(COLUMNS); i++) {
        bool number = g_str_has_suffix(COLUMNS[i], "_us") || g_str_equal(COLUMNS[i], "day");
        const char *values[] = {number                              ? "at_us + 1"
                                : g_str_equal(COLUMNS[i], "result") ? "'denied'"
                                : g_str_equal(COLUMNS[i], "hash")   ? "randomblob(32)"
                                                                    : "'x'",
                                "NULL", "CAST('nothing' AS TEXT) || char(0) || 'x'", "''"};
        for (size_t v = 0; v < G_N_ELEMENTS(values); v++) {
            g_autoptr(Fixture) f = log_of(ROWS);
            int64_t seq = rows_before(f) + 4;
            script(f, UNGUARD "PRAGMA ignore_check_constraints = ON");
            g_autofree char *sql =
                g_strdup_printf("UPDATE OR IGNORE audit SET %s = %s WHERE seq = %d", COLUMNS[i],
                                values[v], (int)seq);
            g_autoptr(GError) error = NULL;
            if (!idx_db_script(f->cat, sql, &error) || idx_db_changes(f->cat) == 0)
                continue; // NOT NULL refuses
            g_test_message("%s", sql);
            expect_wrong(f, NULL, seq, "changed");
            n++;
        }
    }
    g_assert_cmpint(n, ==, 17 * 4 - 6); // six columns are NOT NULL
}

/* Who knows how rows are hashed and changes one with its hash has still to change all that follow. */
static void test_hashed_again(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    script(f, UNGUARD "CREATE TEMP TABLE kept AS SELECT * FROM audit;");
    g_autofree char *sql = g_strdup_printf("DELETE FROM audit WHERE seq >= %d", (int)before + 4);
    script(f, sql);
    add(f->cat, &(IdxAudit){.what = "view", .object = "Z9", .at_us = AT(104)});
    script(f, "INSERT INTO audit SELECT * FROM kept WHERE seq > (SELECT max(seq) FROM audit)");
    expect_wrong(f, NULL, before + 5, "one before it");
}

static void test_row_gone(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    g_autofree char *one =
        g_strdup_printf(UNGUARD "DELETE FROM audit WHERE seq = %d", (int)before + 3);
    script(f, one);
    g_autofree char *words = g_strdup_printf("row %d is missing", (int)before + 3);
    expect_wrong(f, NULL, before + 3, words);
    g_autofree char *two = g_strdup_printf("DELETE FROM audit WHERE seq = %d", (int)before + 4);
    script(f, two);
    g_autofree char *both =
        g_strdup_printf("rows %d to %d are missing", (int)before + 3, (int)before + 4);
    expect_wrong(f, NULL, before + 3, both);
    /* the hole is closed by giving those behind it other numbers */
    g_autofree char *moved = g_strdup_printf("UPDATE audit SET seq = seq - 2 WHERE seq IN (SELECT "
                                             "seq FROM audit WHERE seq > %d ORDER BY seq)",
                                             (int)before + 3);
    script(f, moved);
    expect_wrong(f, NULL, before + 3, "changed");
    script(f, "DELETE FROM audit WHERE seq = 1");
    expect_wrong(f, NULL, 1, "row 1 is missing");
}

static void test_order(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    int one = (int)before + 5, two = (int)before + 6;
    g_autofree char *sql = g_strdup_printf(
        UNGUARD "UPDATE audit SET seq = -1 WHERE seq = %d; UPDATE audit SET seq = %d"
                " WHERE seq = %d; UPDATE audit SET seq = %d WHERE seq = -1",
        one, one, two, two);
    script(f, sql);
    expect_wrong(f, NULL, before + 5, "changed");
}

static void test_end_cut(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    g_autofree char *guards =
        fixture_dump(f->cat, "SELECT group_concat(sql, ';') || ';' FROM sqlite_schema WHERE"
                             " type = 'trigger' AND tbl_name = 'audit'");
    g_autofree char *path = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    g_autofree char *head =
        fixture_dump(f->cat, "SELECT lower(hex(hash)) FROM audit ORDER BY seq DESC LIMIT 1");
    g_autofree char *sql =
        g_strdup_printf(UNGUARD "DELETE FROM audit WHERE seq > %d", (int)before + 7);
    script(f, sql);
    expect_wrong(f, NULL, before + 8, "knows of row");
    add(f->cat, &(IdxAudit){.what = "find"});
    expect_wrong(f, NULL, before + 9, "knows of row"); // still one short
    for (int i = 0; i < 3; i++)
        add(f->cat, &(IdxAudit){.what = "find"});
    expect_wrong(f, NULL, before + 9, "is not the one"); // as many rows as before, and others
    g_assert_cmpint(remove(path), ==, 0);
    expect_wrong(f, NULL, 0,
                 "there is no"); // who takes that away too is told off until the next row
    add(f->cat, &(IdxAudit){.what = "find"});
    script(f, guards);
    expect_whole(f, before + 7 + 5);
    expect_wrong(f, head, 0, "hash that was given"); // but whoever noted a hash is not deceived
    g_autofree char *now =
        fixture_dump(f->cat, "SELECT lower(hex(hash)) FROM audit ORDER BY seq LIMIT 1 OFFSET 2");
    g_auto(IdxAuditReport) report = {0};
    verify(f, now, &report);
    g_assert_null(idx_audit_report_first(&report));
}

/* Each is told: a row that was changed does not hide that the end is gone. */
static void test_all_told(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    g_autofree char *sql = g_strdup_printf(
        UNGUARD "UPDATE audit SET reason = 'nothing' WHERE seq = %d; DELETE FROM audit"
                " WHERE seq > %d",
        (int)before + 3, (int)before + 7);
    script(f, sql);
    g_auto(IdxAuditReport) report = {0};
    verify(f, NULL, &report);
    g_autoptr(json_t) json = idx_audit_report_json(&report);
    json_t *findings = json_object_get(json, "findings");
    g_assert_cmpint(report.wrong, ==, 2 + GUARDS);
    g_assert_cmpuint(json_array_size(findings), ==, 2 + GUARDS);
    static const char *const WORDS[] = {"was changed", "the end was cut off", "audit_turn",
                                        "audit_kept", "audit_stays"};
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
        g_assert_nonnull(strstr(
            json_string_value(json_object_get(json_array_get(findings, i), "words")), WORDS[i]));
}

static void test_many_wrong(void)
{
    g_autoptr(Fixture) f = log_of(IDX_AUDIT_FINDINGS + 20);
    script(f, UNGUARD "UPDATE audit SET reason = 'nothing'");
    g_auto(IdxAuditReport) report = {0};
    verify(f, NULL, &report);
    g_assert_cmpint(report.rows, >=, IDX_AUDIT_FINDINGS + 20);
    g_assert_cmpint(report.wrong, ==, report.rows + GUARDS);
    g_assert_cmpuint(report.findings->len, ==, IDX_AUDIT_FINDINGS);
}

static void test_all_gone(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    script(f, UNGUARD "DELETE FROM audit");
    expect_wrong(f, NULL, 1, "ends at row 0");
    g_autofree char *path = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    g_assert_cmpint(remove(path), ==, 0); // and what noted it
    expect_wrong(f, NULL, 0, "there is no");
    g_auto(IdxAuditReport) report = {0};
    verify(f, NULL, &report);
    g_assert_cmpint(report.wrong, ==, 2 + GUARDS);
}

/* Emptied is as good as taken away; and a guard of the right name may let everything through. */
static void test_hollow(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    g_autofree char *path = g_build_filename(f->home, IDX_AUDIT_HEAD_FILE, NULL);
    g_assert_cmpint(truncate(path, 0), ==, 0);
    expect_wrong(f, NULL, 0, "has no line");
    add(f->cat, &(IdxAudit){.what = "find"});
    script(f, "DROP TRIGGER audit_kept;"
              "CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN SELECT 1; END;");
    expect_wrong(f, NULL, 0, "audit_kept");
}

/* A clock that was set back is told, and is no fault of the log. */
static void test_set_back(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    add(f->cat, &(IdxAudit){.what = "find", .at_us = AT(3)});
    add(f->cat, &(IdxAudit){.what = "find", .at_us = AT(4)});
    g_auto(IdxAuditReport) report = {0};
    verify(f, NULL, &report);
    g_assert_null(idx_audit_report_first(&report));
    g_assert_cmpint(report.set_back, >=, 1);
    g_assert_cmpint(report.set_back_seq, <=, rows_before(f) + ROWS);
}

/* Writes until it is killed, a row in each transaction or, with a change, after some rows. */
static void write_on(const char *home, int fd)
{
    g_autoptr(GError) error = NULL;
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_WRITE, &error);
    if (!cat || !idx_audit_lazily(cat, &error)) // more of them in the time there is
        _exit(1);
    for (int i = 0; i < 100000; i++)
        if (!idx_audit(cat, &(IdxAudit){.what = "find", .object = "A012"}, &error) ||
            (i % 50 == 0 && !idx_audit_sync(cat, &error)) || write(fd, ".", 1) != 1)
            _exit(1);
    _exit(0);
}

static void test_processes(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int pipes[2];
    pid_t pids[3];
    char bytes[64];
    g_assert_cmpint(pipe(pipes), ==, 0);
    for (int i = 0; i < 3; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            write_on(f->home, pipes[1]);
    }
    int64_t told = 0;
    while (told < 600)
        told += read(pipes[0], bytes, sizeof bytes);
    for (int i = 0; i < 3; i++)
        kill(pids[i], SIGKILL);
    for (int i = 0; i < 3; i++) {
        int status = 0;
        g_assert_cmpint(waitpid(pids[i], &status, 0), ==, pids[i]);
        g_assert_true(WIFSIGNALED(status)); // none ended by itself
    }
    close(pipes[1]);
    for (ssize_t n = 0; (n = read(pipes[0], bytes, sizeof bytes)) > 0;)
        told += n;
    close(pipes[0]);
    add(f->cat, &(IdxAudit){.what = "after"});
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM audit");
    int64_t n = g_ascii_strtoll(rows, NULL, 10);
    g_assert_cmpint(n, >=, told + 1); // each that was told of is there
    expect_whole(f, n);
}

static guint count(Fixture *f, IdxAuditFilter filter)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cursor = NULL;
    guint n = 0;
    do {
        filter.cursor = cursor;
        g_autofree char *next = NULL;
        g_autoptr(GPtrArray) rows = idx_audit_list(f->cat, &filter, 2, &next, &error);
        g_assert_no_error(error);
        g_assert_cmpint((int)rows->len, <=, 2);
        n += rows->len;
        g_free(cursor);
        cursor = g_steal_pointer(&next);
    } while (cursor);
    return n;
}

static void test_filters(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    int64_t before = rows_before(f);
    g_assert_cmpint(count(f, (IdxAuditFilter){0}), ==, before + ROWS);
    g_assert_cmpint(count(f, (IdxAuditFilter){.who = "1023"}), ==, ROWS);
    g_assert_cmpint(count(f, (IdxAuditFilter){.who = "102"}), ==, 0);
    g_assert_cmpint(count(f, (IdxAuditFilter){.what = "find"}), ==, 4);
    g_assert_cmpint(count(f, (IdxAuditFilter){.object = "a012"}), ==, 6);
    g_assert_cmpint(count(f, (IdxAuditFilter){.object = "b7", .what = "find"}), ==, 1);
    g_assert_cmpint(count(f, (IdxAuditFilter){.object = "b7", .object_kind = "approval"}), ==, 0);
    add(f->cat, &(IdxAudit){.what = "find", .case_no = "Case-8", .at_us = AT(1000)});
    g_assert_cmpint(count(f, (IdxAuditFilter){.case_no = "7"}), ==, ROWS);
    g_assert_cmpint(count(f, (IdxAuditFilter){.case_no = "case-8"}), ==, 1);
    g_assert_cmpint(count(f, (IdxAuditFilter){.case_no = "case"}), ==, 0);
    g_assert_cmpint(count(f, (IdxAuditFilter){.case_no = "7", .what = "find"}), ==, 4);
    g_assert_cmpint(count(f, (IdxAuditFilter){.camera = "w07-desk", .result = "ok"}), ==, ROWS);
    g_assert_cmpint(count(f, (IdxAuditFilter){.camera = "w07-desk", .result = "failed"}), ==, 0);
    g_assert_cmpint(count(f, (IdxAuditFilter){.from_us = AT(102), .to_us = AT(105)}), ==, 3);
    g_assert_cmpint(count(f, (IdxAuditFilter){.who = "1023", .to_us = AT(101)}), ==, 1);
    static const char *const BAD[] = {"", "1", "1-2-3", "a-b", "--1-2", "1-"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(idx_audit_list(f->cat, &(IdxAuditFilter){.cursor = BAD[i]}, 5, NULL, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
    }
}

static char *seqs_of(Fixture *f, IdxAuditFilter filter)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *cursor = NULL;
    g_autoptr(GString) all = g_string_new(NULL);
    do {
        filter.cursor = cursor;
        g_autofree char *next = NULL;
        g_autoptr(GPtrArray) rows = idx_audit_list(f->cat, &filter, 2, &next, &error);
        g_assert_no_error(error);
        for (guint i = 0; i < rows->len; i++) {
            const IdxAuditRow *row = rows->pdata[i];
            g_string_append_printf(all, " %s", row->case_no);
        }
        g_free(cursor);
        cursor = g_steal_pointer(&next);
    } while (cursor);
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* A clock that was ahead for two rows, and one that was behind for one: pages go by the chain. */
static void test_clock_set(void)
{
    static const int AT_S[] = {100, 900, 901, 102, 50, 103};
    static const char *const CASES[] = {"1", "2", "3", "4", "5", "6"};
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(AT_S); i++) {
        idx_audit_actor(f->cat,
                        &(IdxActor){.who = "1023", .role = "investigator", .case_no = CASES[i]});
        add(f->cat,
            &(IdxAudit){.what = "find", .object = "A012", .camera = "w07", .at_us = AT(AT_S[i])});
    }
    const IdxAuditFilter ways[] = {
        {.who = "1023"}, {.what = "find"}, {.object = "a012"}, {.camera = "w07"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        IdxAuditFilter filter = ways[i];
        g_autofree char *all = seqs_of(f, filter);
        g_assert_cmpstr(all, ==, " 6 5 4 3 2 1");
        filter.from_us = AT(100);
        filter.to_us = AT(200);
        g_autofree char *some = seqs_of(f, filter);
        g_assert_cmpstr(some, ==, " 6 4 1");
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rows = idx_audit_list(f->cat, &(IdxAuditFilter){0}, 3, NULL, &error);
    g_assert_cmpstr(((IdxAuditRow *)rows->pdata[0])->case_no, ==, "6");
    g_assert_cmpstr(((IdxAuditRow *)rows->pdata[2])->case_no, ==, "4");
}

/* What no index finds, now and then in a long log: a page looks at so much and says where to go on, and all are found. */
static void test_rare(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *cursor = NULL;
    g_autoptr(GError) error = NULL;
    int64_t before = 0;
    g_assert_true(idx_db_get_int(f->cat, &before, "SELECT count(*) FROM audit", &error, ""));
    int64_t seq = before + 120000;
    int pages = 0, found = 0;
    script(f, UNGUARD
           "WITH RECURSIVE n (i, base) AS (SELECT 1, max(seq) FROM audit UNION ALL"
           " SELECT i + 1, base FROM n WHERE i < 120000) INSERT INTO audit (seq, at_us, who, role,"
           " what, result, hash) SELECT base + i, i, '1023', 'token', 'find',"
           " CASE i % 30000 WHEN 0 THEN 'denied' ELSE 'ok' END, zeroblob(32) FROM n");
    do {
        IdxAuditFilter filter = {.what = "find", .result = "denied", .cursor = cursor};
        g_autofree char *next = NULL;
        g_autoptr(GPtrArray) rows = idx_audit_list(f->cat, &filter, 10, &next, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(rows->len, <, 3);
        for (guint i = 0; i < rows->len; i++, found++, seq -= 30000)
            g_assert_cmpint(((IdxAuditRow *)rows->pdata[i])->seq, ==, seq);
        g_free(cursor);
        cursor = g_steal_pointer(&next);
        pages++;
    } while (cursor);
    g_assert_cmpint(found, ==, 4);
    g_assert_cmpint(pages, ==, (int)((before + 120000 + IDX_AUDIT_LOOKS - 1) / IDX_AUDIT_LOOKS));
}

/* No question reads more of the log than its index gives; few rows are sorted, and never the log. */
static void test_plans(void)
{
    g_autoptr(Fixture) f = log_of(ROWS);
    count(f, (IdxAuditFilter){0});
    count(f, (IdxAuditFilter){.who = "1023"});
    count(f, (IdxAuditFilter){.what = "find"});
    count(f, (IdxAuditFilter){.object = "A012"});
    count(f, (IdxAuditFilter){.case_no = "7"});
    count(f, (IdxAuditFilter){.camera = "w07-desk"});
    GHashTableIter iter;
    void *value = NULL;
    int n = 0;
    g_hash_table_iter_init(&iter, f->cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        bool few = strstr(sqlite3_sql(value), "INDEXED BY audit_");
        if (!few && !strstr(sqlite3_sql(value), "FROM audit NOT INDEXED"))
            continue;
        g_assert_cmpint(sqlite3_stmt_status(value, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), ==, 0);
        g_assert_true(few || sqlite3_stmt_status(value, SQLITE_STMTSTATUS_SORT, 0) == 0);
        n++;
    }
    g_assert_cmpint(n, ==, 11); // five ways, and how many each finds; and the log
}

static void test_shown(void)
{
    g_autoptr(Fixture) f = log_of(1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("+08:00");
    add(f->cat,
        &(IdxAudit){.what = "find", .object = "=1+1", .reason = "a \"b\", c", .at_us = AT(200)});
    g_autoptr(GPtrArray) rows =
        idx_audit_list(f->cat, &(IdxAuditFilter){.who = "1023"}, 2, NULL, &error);
    g_autoptr(GString) csv = g_string_new(NULL);
    IdxAuditRow *spreadsheet = rows->pdata[0], *full = rows->pdata[1];
    idx_audit_csv_row(csv, spreadsheet, zone);
    g_autofree char *expected = g_strdup_printf(
        "%d,2026-11-22T09:33:20.000000+08:00,1023,investigator,192.0.2.7,find,,\"'=1+1\",,,,,"
        "\"a \"\"b\"\", c\",,ok,,,%s\r\n",
        (int)spreadsheet->seq, spreadsheet->hash);
    g_assert_cmpstr(csv->str, ==, expected);
    g_autoptr(json_t) json = idx_audit_row_json(full, zone);
    json_object_del(json, "seq");
    json_object_del(json, "hash");
    g_autofree char *text = mj_json_dump(json);
    g_assert_cmpstr(
        text, ==,
        "{\"time\":\"2026-11-22T09:31:40.000000+08:00\",\"who\":\"1023\",\"role\":"
        "\"investigator\",\"address\":\"192.0.2.7\",\"what\":\"view\",\"object_kind\":"
        "\"ticket\",\"object\":\"B7\",\"day\":\"2026-11-22\",\"camera\":\"w07-desk\","
        "\"from\":\"2026-11-22T09:30:00.000000+08:00\",\"to\":\"2026-11-22T09:31:00."
        "000000+08:00\",\"reason\":\"复核\",\"case_no\":\"7\",\"result\":\"ok\",\"words\":"
        "\"nothing\",\"detail\":{\"times\":2}}");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/audit-verify/whole", test_whole);
    g_test_add_func("/audit-verify/each-field", test_each_field);
    g_test_add_func("/audit-verify/hashed-again", test_hashed_again);
    g_test_add_func("/audit-verify/row-gone", test_row_gone);
    g_test_add_func("/audit-verify/order", test_order);
    g_test_add_func("/audit-verify/end-cut", test_end_cut);
    g_test_add_func("/audit-verify/all-gone", test_all_gone);
    g_test_add_func("/audit-verify/all-told", test_all_told);
    g_test_add_func("/audit-verify/many-wrong", test_many_wrong);
    g_test_add_func("/audit-verify/hollow", test_hollow);
    g_test_add_func("/audit-verify/set-back", test_set_back);
    g_test_add_func("/audit-verify/processes", test_processes);
    g_test_add_func("/audit-verify/filters", test_filters);
    g_test_add_func("/audit-verify/clock-set", test_clock_set);
    g_test_add_func("/audit-verify/rare", test_rare);
    g_test_add_func("/audit-verify/plans", test_plans);
    g_test_add_func("/audit-verify/shown", test_shown);
    return g_test_run();
}
