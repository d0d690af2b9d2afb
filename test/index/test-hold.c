// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds: what they keep, and how they follow their subject. */
#include "index/db.h"
#include "index/place.h"
#include "test/index/hold_hall.h"

#include <string.h>

static void test_subject(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t id = hold_hall_subject(f, "ticket", "a012");
    hold_hall_expect(f, "c1:-30-160 c2:-30-160");
    g_autoptr(IdxHold) one = idx_hold_get(f->cat, id, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(one->key, ==, "A012");
    g_assert_cmpint(one->day, ==, DAY);
    g_assert_cmpstr(one->case_no, ==, "2026-7");
    g_assert_cmpint(one->review_day, ==, 20270101);
    g_assert_cmpint(one->released_us, ==, 0);
}

/* Late events lengthen it; a correction that moves the visit away takes nothing off. */
static void test_follows(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    hold_hall_subject(f, "ticket", "A012");
    hold_hall_happens(f, "3", "called", 1000, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    hold_hall_happens(f, "4", "finished", 1100, "\"ticket_no\":\"A012\",\"window_no\":\"W08\"");
    /* the open visit at W08 was kept as long as it might have been shown */
    hold_hall_expect(f, "c1:-30-160 c2:-30-160 c3:970-8260");
    hold_hall_happens(f, "1", "called", 50,
                      "\"ticket_no\":\"A012\",\"window_no\":\"W08\",\"data_ver\":2");
    /* what W07 finished was not called there any more, and is no end of what goes on at W08 */
    hold_hall_expect(f, "c1:-30-160 c2:-30-160 c3:20-1160 c3:970-8260");
}

/* The old window's end comes when the new one has called already: the visit there goes on, and is kept. */
static void test_late_end(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    hold_hall_happens(f, "3", "called", 1000, "\"ticket_no\":\"B2\",\"window_no\":\"W07\"");
    hold_hall_happens(f, "4", "called", 1060, "\"ticket_no\":\"B2\",\"window_no\":\"W08\"");
    hold_hall_happens(f, "5", "finished", 1065, "\"ticket_no\":\"B2\",\"window_no\":\"W07\"");
    hold_hall_subject(f, "ticket", "B2");
    hold_hall_expect(f, "c1:970-1125 c2:970-1125 c3:1030-8320"); // nobody said that W08 is done
    hold_hall_happens(f, "6", "finished", 1660, "\"ticket_no\":\"B2\",\"window_no\":\"W08\"");
    hold_hall_subject(f, "ticket", "B2"); // as a hold of now keeps it
    hold_hall_expect(f,
                     "c1:970-1125 c1:970-1125 c2:970-1125 c2:970-1125 c3:1030-1720 c3:1030-8320");
}

/* However long it took: only what has no end is cut. */
static void test_long(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    hold_hall_happens(f, "3", "called", 1000, "\"ticket_no\":\"L300\",\"window_no\":\"W08\"");
    hold_hall_happens(f, "4", "finished", 12000, "\"ticket_no\":\"L300\",\"window_no\":\"W08\"");
    hold_hall_subject(f, "ticket", "L300");
    hold_hall_expect(f, "c3:970-12060");
}

static void test_follows_coverage(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    hold_hall_subject(f, "ticket", "A012");
    idx_coverage_add(f->cat, "W07", "c3", INT64_MIN, INT64_MAX, AT(300), &error);
    g_assert_no_error(error);
    hold_hall_expect(f, "c1:-30-160 c2:-30-160 c3:-30-160");
}

/* An approval keeps its tickets', also of those that come to be its own only later. */
static void test_approval(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    hold_hall_happens(f, "5", "called", 3000,
                      "\"ticket_no\":\"B001\",\"window_no\":\"W08\",\"approval_id\":\"SP1\"");
    hold_hall_happens(f, "6", "finished", 3050, "\"ticket_no\":\"B001\",\"window_no\":\"W08\"");
    hold_hall_subject(f, "approval", "SP1");
    hold_hall_expect(f, "c3:2970-3110");
    hold_hall_happens(f, "7", "rated", 120,
                      "\"ticket_no\":\"A012\",\"approval_id\":\"SP1\",\"level\":5");
    hold_hall_expect(f, "c1:-30-160 c2:-30-160 c3:2970-3110");
}

static void test_release(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    int64_t one = hold_hall_subject(f, "ticket", "A012"),
            two = hold_hall_subject(f, "ticket", "A012");
    idx_hold_release(f->cat, one, "2001", "case closed", AT(500), &error);
    g_assert_no_error(error);
    hold_hall_expect(f, "c1:-30-160r c1:-30-160 c2:-30-160r c2:-30-160");
    g_assert_false(idx_hold_release(f->cat, one, "2001", "again", AT(501), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "2001");
    g_clear_error(&error);
    g_assert_false(idx_hold_release(f->cat, 99, "2001", "none", AT(501), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "99");
    g_clear_error(&error);
    g_assert_false(idx_hold_release(f->cat, two, "2001", "", AT(501), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "reason");
    g_clear_error(&error);
    g_autoptr(IdxHold) kept = idx_hold_get(f->cat, one, &error);
    g_assert_cmpstr(kept->released_by, ==, "2001");
    g_assert_cmpstr(kept->released_reason, ==, "case closed");
    g_autoptr(GPtrArray) live = idx_hold_list(f->cat, false, &error);
    g_autoptr(GPtrArray) all = idx_hold_list(f->cat, true, &error);
    g_assert_cmpint((int)live->len, ==, 1);
    g_assert_cmpint((int)all->len, ==, 2);
    hold_hall_happens(f, "3", "finished", 400, "\"ticket_no\":\"A012\",\"window_no\":\"W07\"");
}

static void test_cameras(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *both[] = {"c1", "c3", NULL};
    IdxHoldRequest r = hold_hall_request();
    r.cameras = both;
    r.from_us = AT(100);
    r.to_us = AT(90000);                                                      // ahead
    fixture_segment(f, fixture_camera_id(f, "c1"), AT(0), AT(100), "closed"); // ends before
    g_autofree char *stream = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c3'");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(99), AT(101), "closed");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(101), AT(130), "open");
    idx_hold_add(f->cat, &r, AT(200), &answer, &error);
    g_assert_no_error(error);
    g_assert_cmpint(answer.segments, ==, 2);
    g_assert_cmpint((int)answer.gone->len, ==, 0);
    hold_hall_expect(f, "c1:100-90000 c3:100-90000");
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    idx_hold_touching(f->cat, fixture_camera_id(f, "c3"), AT(89999), AT(95000), ids, &error);
    idx_hold_touching(f->cat, fixture_camera_id(f, "c3"), AT(90000), AT(95000), ids, &error);
    idx_hold_touching(f->cat, fixture_camera_id(f, "c2"), AT(200), AT(300), ids, &error);
    g_assert_cmpint((int)ids->len, ==, 1);
}

static void test_refused(void)
{
    static const char *const NOBODY[] = {"c9", NULL}, *const SOME[] = {"c1", NULL};
    static const struct {
        IdxHoldRequest r;
        MjError code;
        const char *words;
    } TABLE[] = {
        {{.owner = "1", .reason = "r", .case_no = "c"}, MJ_ERROR_INVALID, "none is named"},
        {{.kind = "ticket", .key = "Z9", .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "Z9"},
        {{.kind = "ticket",
          .key = "A012",
          .day = 20260101,
          .owner = "1",
          .reason = "r",
          .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "A012,2026-01-01"},
        {{.kind = "person", .key = "A012", .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "person"},
        {{.kind = "ticket", .key = "A012", .owner = "1", .case_no = "c"},
         MJ_ERROR_INVALID,
         "reason"},
        {{.kind = "ticket", .key = "A012", .owner = "1", .reason = "r"}, MJ_ERROR_INVALID, "case"},
        {{.kind = "ticket", .key = "A012", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "owner"},
        {{.cameras = NOBODY, .from_us = 1, .to_us = 2, .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_NOT_FOUND,
         "c9"},
        {{.cameras = SOME, .from_us = 2, .to_us = 2, .owner = "1", .reason = "r", .case_no = "c"},
         MJ_ERROR_INVALID,
         "ends before"},
    };
    g_autoptr(Fixture) f = hold_hall_new();
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(IdxHoldAnswer) answer = {0};
        g_assert_false(idx_hold_add(f->cat, &TABLE[i].r, AT(200), &answer, &error));
        fixture_expect(error, TABLE[i].code, TABLE[i].words);
    }
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM hold");
    g_assert_cmpstr(rows, ==, "0");
}

/* What a dossier shows is held: wider where a camera's clock may be wrong, and by what is recorded
 * after the hold was put too. */
static void test_camera_clocks(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    const char *const wrong = "UPDATE segment SET clock_uncertainty_us = 4000000 WHERE id = "
                              "(SELECT max(id) FROM segment)";
    g_autofree char *stream = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c2'");
    fixture_segment(f, g_ascii_strtoll(stream, NULL, 10), AT(-40), AT(60), "closed");
    g_free(fixture_dump(f->cat, wrong));
    hold_hall_subject(f, "ticket", "A012");
    hold_hall_expect(f, "c1:-30-160 c2:-34-160");
    g_autofree char *first = fixture_dump(
        f->cat,
        "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'c1'");
    fixture_segment(f, g_ascii_strtoll(first, NULL, 10), AT(150), AT(190), "closed");
    g_free(fixture_dump(f->cat, wrong));
    g_assert_true(idx_hold_refresh(f->cat, AT(300), &error));
    g_assert_no_error(error);
    hold_hall_expect(f, "c1:-30-160 c1:-30-164 c2:-34-160");
    g_assert_true(idx_hold_refresh(f->cat, AT(301), &error)); // nothing twice
    hold_hall_expect(f, "c1:-30-160 c1:-30-164 c2:-34-160");
}

/* Of all statements since the last call, but for the journals', which are compared line by line with nothing locked. */
static int64_t count_runs(Fixture *f)
{
    GHashTableIter iter;
    void *value = NULL;
    int64_t runs = 0;
    g_hash_table_iter_init(&iter, f->cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        int own = sqlite3_stmt_status(value, SQLITE_STMTSTATUS_RUN, 1);
        runs += strstr(sqlite3_sql(value), "FROM hold_record") ? 0 : own;
    }
    return runs;
}

static void come(Fixture *f, int first, int end)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = first; i < end; i++) {
        g_autofree char *id = g_strdup_printf("busy-%d", i);
        g_autofree char *data = g_strdup_printf(
            "\"ticket_no\":\"B%03d\",\"window_no\":\"W08\",\"approval_id\":\"SP9\"", i);
        g_autofree char *json = fixture_event(id, "hall.ticket.called", AT(1000 + 300 * i), data);
        g_string_append_printf(text, "%s\n", json);
    }
    idx_event_batch_free(fixture_add(f, text->str, end - first, 0, 0));
}

/* What an event costs does not grow with all the tickets of an approval that is held; and all of them are kept. */
static void test_busy(void)
{
    g_autoptr(Fixture) f = hold_hall_new();
    g_autoptr(GError) error = NULL;
    come(f, 0, 20);
    hold_hall_subject(f, "approval", "SP9");
    come(f, 20, 21); // so that what is prepared once is
    count_runs(f);
    come(f, 21, 22);
    int64_t few = count_runs(f);
    come(f, 22, 300);
    count_runs(f);
    come(f, 300, 301);
    g_assert_cmpint(count_runs(f), <=, few + 8);
    const char *const kept = "SELECT count(*) FROM span s JOIN camera c ON c.id = s.camera_id WHERE"
                             " s.superseded_us IS NULL AND c.code = 'c3' AND NOT EXISTS (SELECT 1"
                             " FROM hold_span h WHERE h.camera = c.code AND h.from_us <= s.from_us"
                             " AND h.to_us > s.from_us)";
    g_autofree char *lacking = fixture_dump(f->cat, kept);
    g_assert_cmpstr(lacking, ==, "0");
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM hold_span");
    g_assert_true(idx_hold_refresh(f->cat, AT(99999), &error));
    g_assert_no_error(error);
    g_autofree char *still = fixture_dump(f->cat, "SELECT count(*) FROM hold_span");
    g_assert_cmpstr(still, ==, rows); // nothing twice
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hold/subject", test_subject);
    g_test_add_func("/hold/long", test_long);
    g_test_add_func("/hold/follows", test_follows);
    g_test_add_func("/hold/late-end", test_late_end);
    g_test_add_func("/hold/follows-coverage", test_follows_coverage);
    g_test_add_func("/hold/approval", test_approval);
    g_test_add_func("/hold/release", test_release);
    g_test_add_func("/hold/cameras", test_cameras);
    g_test_add_func("/hold/refused", test_refused);
    g_test_add_func("/hold/camera-clocks", test_camera_clocks);
    g_test_add_func("/hold/busy", test_busy);
    return g_test_run();
}
