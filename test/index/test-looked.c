// SPDX-License-Identifier: GPL-3.0-or-later
/* Who looked at the footage of a subject before: which rows of the audit log count, which are one look, whose are left
 * out, and that the log is not gone through for it. */
#include "index/audit/looked.h"

#include "index/account/login.h"
#include "index/account/scope.h"
#include "index/audit/audit.h"
#include "index/db.h"
#include "index/find/naming.h"
#include "test/index/fixture.h"

#include <sqlite3.h>
#include <string.h>

#define PASSWORD "correct horse battery"
#define HOUR 3600

/* A012 for SP1 at W07, before two cameras, from AT(0) to AT(100); A011 before it, A013 for SP1 too, next door. */
static Fixture *make_case(void)
{
    Fixture *f = fixture_new();
    fixture_camera(f, "face", AT(-HOUR));
    fixture_camera(f, "desk", AT(-HOUR));
    fixture_camera(f, "other", AT(-HOUR));
    fixture_place(f, "W07", "face,desk");
    fixture_place(f, "W08", "other");
    fixture_happens(f, "1", "hall.ticket.called", AT(-90),
                    "\"ticket_no\":\"A011\",\"window_no\":\"W07\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(-10),
                    "\"ticket_no\":\"A011\",\"window_no\":\"W07\"");
    fixture_happens(f, "3", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W07\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "4", "hall.ticket.finished", AT(100),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
    fixture_happens(f, "5", "hall.ticket.called", AT(200),
                    "\"ticket_no\":\"A013\",\"window_no\":\"W08\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "6", "hall.ticket.finished", AT(300),
                    "\"ticket_no\":\"A013\",\"window_no\":\"W08\"");
    return f;
}

static void look_as(Fixture *f, const char *who, const char *role, const char *reason, IdxAudit row)
{
    g_autoptr(GError) error = NULL;
    idx_audit_actor(f->cat, &(IdxActor){.who = who,
                                        .role = role,
                                        .reason = reason,
                                        .case_no = reason ? "2026-7" : NULL});
    idx_audit(f->cat, &row, &error);
    g_assert_no_error(error);
}

static void saw(Fixture *f, const char *who, const char *ticket, const char *camera, int from,
                int to, int at)
{
    look_as(f, who, "investigator", "投诉",
            (IdxAudit){.what = "view",
                       .object_kind = "ticket",
                       .object = ticket,
                       .day = DAY,
                       .camera = camera,
                       .from_us = AT(from),
                       .to_us = AT(to),
                       .at_us = AT(at)});
}

static json_t *looked(Fixture *f, const char *kind, const char *key, IdxLookedBy by)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxSubject) subject =
        idx_name_find(f->cat, &(IdxName){.kind = kind, .key = key}, &error);
    g_assert_no_error(error);
    g_assert_nonnull(subject);
    json_t *answer = idx_looked_json(f->cat, subject, &by, &error);
    g_assert_no_error(error);
    return answer;
}

/* " WHO/KIND[!]" of each look, '!' if something was taken away, and how many people. */
static void expect_looks(Fixture *f, const char *kind, const char *key, IdxLookedBy by,
                         const char *looks, int people)
{
    g_autoptr(json_t) answer = looked(f, kind, key, by);
    g_autoptr(GString) all = g_string_new(NULL);
    size_t i = 0;
    const json_t *look = NULL;
    json_array_foreach(json_object_get(answer, "looks"), i, look)
    {
        const char *as = json_string_value(json_object_get(look, "kind"));
        g_string_append_printf(all, " %s/%s%s", json_string_value(json_object_get(look, "who")),
                               as ? as : "-",
                               json_is_true(json_object_get(look, "taken")) ? "!" : "");
    }
    g_assert_cmpstr(all->str, ==, looks);
    g_assert_cmpint(json_integer_value(json_object_get(answer, "people")), ==, people);
    g_assert_true(json_is_true(json_object_get(answer, "complete")));
}

#define ANYBODY ((IdxLookedBy){0})

static void test_which(void)
{
    g_autoptr(Fixture) f = make_case();
    expect_looks(f, "ticket", "A012", ANYBODY, "", 0);
    saw(f, "inv1", "A012", "face", -30, 160, 1000);
    saw(f, "inv1", "a012", "desk", -30, 160, 1600);     // the same look
    saw(f, "inv1", "A012", "face", 10, 10, 3 * HOUR);   // another one: a picture
    saw(f, "inv2", "A011", "face", -120, 50, 4 * HOUR); // the one before, to its end
    saw(f, "inv2", "A012", "other", 0, 100, 4 * HOUR);  // not its camera
    saw(f, "inv2", "A012", "face", 400, 500, 4 * HOUR); // not its time
    expect_looks(f, "ticket", "A012", ANYBODY, " inv1/ticket inv1/ticket", 1);
    g_autoptr(json_t) answer = looked(f, "ticket", "A012", ANYBODY);
    const json_t *first = json_array_get(json_object_get(answer, "looks"), 1);
    g_assert_cmpstr(json_string_value(json_object_get(first, "from")), ==,
                    "2026-11-22T09:46:40.000000+08:00");
    g_assert_cmpstr(json_string_value(json_object_get(first, "to")), ==,
                    "2026-11-22T09:56:40.000000+08:00");
    g_assert_cmpstr(json_string_value(json_object_get(first, "reason")), ==, "投诉");
    g_assert_cmpstr(json_string_value(json_object_get(first, "case")), ==, "2026-7");

    const IdxAudit face = {.what = "view", .camera = "face", .from_us = AT(20), .to_us = AT(40)};
    IdxAudit row = face; // just now, from the wall
    row.at_us = AT(5 * HOUR);
    look_as(f, "op1", "operator", NULL, row);
    row.what = "live";
    look_as(f, "op2", "operator", NULL, row);
    row.what = "view";
    row.result = IDX_AUDIT_DENIED;
    look_as(f, "op3", "operator", NULL, row);
    row = face; // browsing, and what is taken away
    row.object_kind = row.object = "camera";
    row.at_us = AT(6 * HOUR);
    look_as(f, "sup1", "supervisor", "复核", row);
    row.what = "clip.make";
    look_as(f, "sup1", "supervisor", "复核", row);
    expect_looks(f, "ticket", "A012", ANYBODY, " sup1/camera! op1/- inv1/ticket inv1/ticket", 3);
}

/* A row that tells of several stretches is of none between them. */
static void test_stretches(void)
{
    g_autoptr(Fixture) f = make_case();
    static const char *const SPANS[] = {
        "[[\"2026-11-22T09:00:00+08:00\",\"2026-11-22T09:10:00+08:00\"],"
        "[\"2026-11-22T10:00:00+08:00\",\"2026-11-22T10:10:00+08:00\"]]",
        "[[\"2026-11-22T09:00:00+08:00\",\"2026-11-22T09:10:00+08:00\"],"
        "[\"2026-11-22T09:31:00+08:00\",\"2026-11-22T10:10:00+08:00\"]]"};
    for (size_t i = 0; i < G_N_ELEMENTS(SPANS); i++) {
        g_autoptr(json_t) spans = json_loads(SPANS[i], 0, NULL);
        g_autoptr(json_t) detail = json_pack("{s:O}", "spans", spans);
        look_as(f, i == 0 ? "apart" : "within", "investigator", "投诉",
                (IdxAudit){.what = "view",
                           .camera = "face",
                           .from_us = AT(-1800),
                           .to_us = AT(2400),
                           .detail = detail});
    }
    expect_looks(f, "ticket", "A012", ANYBODY, " within/-", 1);
}

/* An approval was seen by whoever saw one of its tickets, and a ticket by whoever saw that of its approval. */
static void test_approval(void)
{
    g_autoptr(Fixture) f = make_case();
    saw(f, "inv1", "A012", "desk", 0, 100, 1000);
    saw(f, "inv2", "A013", "other", 200, 300, 1001);
    look_as(f, "inv3", "investigator", "投诉",
            (IdxAudit){.what = "view",
                       .object_kind = "approval",
                       .object = "SP1",
                       .camera = "face",
                       .from_us = AT(0),
                       .to_us = AT(100),
                       .at_us = AT(1002)});
    expect_looks(f, "approval", "SP1", ANYBODY, " inv3/approval inv2/ticket inv1/ticket", 3);
    expect_looks(f, "ticket", "A012", ANYBODY, " inv3/approval inv1/ticket", 2);
    expect_looks(f, "ticket", "A013", ANYBODY, " inv2/ticket", 1);
}

/* What whoever asks has seen since she signed in is the present look; what she saw before is one as others are. */
static void test_present(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(GError) error = NULL;
    int64_t wait_us = 0;
    g_assert_true(idx_user_add(f->cat, "inv1", "investigator", PASSWORD, AT(HOUR), &error));
    saw(f, "inv1", "A012", "face", 0, 100, HOUR);
    g_autofree char *cookie = idx_login(f->cat, "inv1", PASSWORD, AT(3 * HOUR), &wait_us, &error);
    g_assert_no_error(error);
    saw(f, "inv1", "A012", "face", 0, 100, 3 * HOUR + 1);
    expect_looks(f, "ticket", "A012", ANYBODY, " inv1/ticket inv1/ticket", 1);
    expect_looks(f, "ticket", "A012", (IdxLookedBy){"inv1", cookie}, " inv1/ticket", 1);
    expect_looks(f, "ticket", "A012", (IdxLookedBy){"inv2", cookie}, " inv1/ticket inv1/ticket", 1);
}

/* Who is limited to one window is told of who looked there alone. */
static void test_limited(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(GError) error = NULL;
    int64_t id = 0;
    g_assert_true(idx_user_add(f->cat, "inv8", "investigator", PASSWORD, AT(HOUR), &error));
    g_assert_true(idx_scope_put(f->cat, "inv8", (const char *const[]){"W08", NULL}, &error));
    g_assert_true(
        idx_db_get_int(f->cat, &id, "SELECT id FROM user WHERE name = 'inv8'", &error, ""));
    saw(f, "inv1", "A012", "desk", 0, 100, 1000);
    saw(f, "inv2", "A013", "other", 200, 300, 1001);
    g_assert_true(idx_scope_set(f->cat, id, &error));
    expect_looks(f, "approval", "SP1", ANYBODY, " inv2/ticket", 1);
    idx_scope_clear(f->cat);
}

/* @n rows of somebody who saw @camera from @at_us on, a second each. */
static void many(Fixture *f, const char *camera, int64_t at_us, int64_t n)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_db_run(
        f->cat,
        "WITH RECURSIVE n (i, base) AS (SELECT 1, max(seq) FROM audit UNION ALL SELECT i + 1, base"
        " FROM n WHERE i < ?3) INSERT INTO audit (seq, at_us, who, role, what, camera, from_us,"
        " to_us, result, hash) SELECT base + i, i, 'read', 'token', 'view', ?1, ?2, ?2 + 1000000,"
        " 'ok', zeroblob(32) FROM n",
        &error, "tii", camera, at_us, n));
    g_assert_no_error(error);
}

/* However long the log is: no step goes through it, and what is too much is said. */
static void test_long(void)
{
    g_autoptr(Fixture) f = make_case();
    saw(f, "inv1", "A012", "face", 0, 100, 1000);
    many(f, "face", AT(-HOUR), 20000); // of earlier times
    many(f, "other", AT(0), 20000);    // of another camera
    many(f, "face", AT(HOUR), 1000);   // of later times: these are passed in the index
    expect_looks(f, "ticket", "A012", ANYBODY, " inv1/ticket", 1);
    GHashTableIter iter;
    void *value = NULL;
    int n = 0;
    g_hash_table_iter_init(&iter, f->cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (!strstr(sqlite3_sql(value), "audit_seen"))
            continue;
        g_assert_cmpint(sqlite3_stmt_status(value, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), <, 10);
        g_assert_cmpint(sqlite3_stmt_status(value, SQLITE_STMTSTATUS_VM_STEP, 0), <, 10000);
        n++;
    }
    g_assert_cmpint(n, ==, 1);
    many(f, "face", AT(0), IDX_LOOKED_ROWS);
    g_autoptr(json_t) answer = looked(f, "ticket", "A012", ANYBODY);
    g_assert_true(json_is_false(json_object_get(answer, "complete")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/looked/which", test_which);
    g_test_add_func("/looked/stretches", test_stretches);
    g_test_add_func("/looked/approval", test_approval);
    g_test_add_func("/looked/present", test_present);
    g_test_add_func("/looked/limited", test_limited);
    g_test_add_func("/looked/long", test_long);
    return g_test_run();
}
