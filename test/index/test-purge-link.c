// SPDX-License-Identifier: GPL-3.0-or-later
/* Purge while something waits to be linked anew: what is linked only then may be held, or an approval's; and
 * while holds are not as their records say. And what answers say of it. */
#include "index/db.h"
#include "index/event/source.h"
#include "index/find/dossier.h"
#include "index/find/search.h"
#include "index/hold/hold.h"
#include "index/link/linking.h"
#include "index/link/place_link.h"
#include "test/index/purge_hall.h"

#include <inttypes.h>
#include <string.h>

#define LATER_S 3600 // by so much the source's clock turns out to be behind

/* Two hours of both cameras, a ticket that was at W07 from 200 to 220, and an approval that was there at 500. */
static PurgeHall *hall_new(void)
{
    PurgeHall *h = purge_hall_new();
    for (int i = 0; i < 120; i++) {
        purge_hall_segment(h, 0, 60 * i, 60, "closed");
        purge_hall_segment(h, 1, 60 * i, 60, "closed");
    }
    fixture_happens(h->f, "1", "hall.ticket.called", AT(200),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "2", "hall.ticket.finished", AT(220),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    fixture_happens(h->f, "3", "hall.approval.accepted", AT(500),
                    "\"approval_id\":\"SP1\",\"window_no\":\"W07\"");
    return h;
}

static void hold(PurgeHall *h)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest r = {.kind = "ticket",
                        .key = "A1",
                        .owner = "1023",
                        .reason = "complaint",
                        .case_no = "7",
                        .by = "1023"};
    idx_hold_add(h->f->cat, &r, AT(600), &answer, &error);
    g_assert_no_error(error);
}

/* All that is due is linked by the clock of before, and queued. */
static void set_clock(PurgeHall *h)
{
    g_autoptr(GError) error = NULL;
    int64_t offset_us = LATER_S * MJ_SECOND_US;
    idx_source_set(h->f->cat, SOURCE, INT64_MIN, &offset_us, 0, AT(7300), &error);
    g_assert_no_error(error);
}

static void expect_pending(PurgeHall *h, bool expected)
{
    bool pending = false;
    g_assert_true(idx_linking_pending(h->f->cat, &pending, NULL));
    g_assert_cmpint(pending, ==, expected);
}

/* Where @camera's footage of [from, to) is whole; or gone. */
static void expect_there(PurgeHall *h, int camera, int from_s, int to_s, int64_t segments)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM segment WHERE stream_id = %" PRId64
                                           " AND start_us < %" PRId64 " AND end_us > %" PRId64,
                                           h->stream[camera], AT(to_s), AT(from_s));
    g_autofree char *n = fixture_dump(h->f->cat, sql);
    g_assert_cmpint(g_ascii_strtoll(n, NULL, 10), ==, segments);
}

/* The ticket was at 200 by its clock and is held as of then and as of an hour later, [170, 280) each; the approval,
 * at 500, is in its minimum for years as of an hour later alone. */
static void test_waiting(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    hold(h);
    set_clock(h);
    expect_pending(h, true);
    IdxPurge p = purge_hall_how(h, DAYS(200));
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    p.dry_run = true;
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_true(sums.unlinked);
    expect_pending(h, true); // it changes nothing
    idx_purge_sums_clear(&sums);
    p.dry_run = false;
    idx_purge(h->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    expect_pending(h, false);
    g_assert_false(sums.unlinked);
    expect_there(h, 0, 170, 280, 3);
    expect_there(h, 0, LATER_S + 170, LATER_S + 280, 3);
    expect_there(h, 0, 470, 560, 0);
    expect_there(h, 0, LATER_S + 470, LATER_S + 560, 3);
    expect_there(h, 1, 0, 7200, 0);
}

static bool clock_meanwhile(const char *name, void *data)
{
    PurgeHall *h = data;
    if (h->steps++ == 0 && g_str_equal(name, "begun")) // what was queued before is linked
        set_clock(h);
    else if (g_str_equal(name, "journals"))
        h->steps = 0;
    return true;
}

static void test_meanwhile(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    hold(h);
    IdxPurge p = purge_hall_how(h, DAYS(200));
    p.step = clock_meanwhile;
    purge_hall_run_with(h, &p, 240 - 3 - 3 - 3);
    expect_pending(h, false);
    expect_there(h, 0, LATER_S + 170, LATER_S + 280, 3);
    expect_there(h, 0, LATER_S + 470, LATER_S + 560, 3);
    g_autofree char *references = fixture_dump(
        h->f->cat, "SELECT foreign_keys, (SELECT count(*) FROM pragma_foreign_key_check)"
                   " FROM pragma_foreign_keys");
    g_assert_cmpstr(references, ==, "1|0");
}

/* As a command that was killed leaves it: c2 is in the map, and nothing is linked to it yet. */
static void test_map(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    g_autoptr(GError) error = NULL;
    hold(h);
    purge_hall_sql(h, "INSERT INTO coverage (place_id, camera_id) SELECT p.id, c.id FROM place p,"
                      " camera c WHERE p.code = 'W07' AND c.code = 'c2'");
    idx_place_link_queue(h->f->cat, "W07", INT64_MIN, INT64_MAX, AT(7300), &error);
    g_assert_no_error(error);
    expect_pending(h, true);
    purge_hall_run(h, DAYS(200), 240 - 2 * (3 + 3));
    expect_pending(h, false);
    expect_there(h, 1, 170, 280, 3);
    expect_there(h, 1, 470, 560, 3);
}

/* Who has no time to link has none to delete; and whoever comes next goes on where it was. */
static void test_no_time(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    hold(h);
    set_clock(h);
    IdxPurge p = purge_hall_how(h, DAYS(200));
    p.longest_us = 1;
    g_assert_false(idx_purge(h->f->cat, &p, &sums, &error));
    fixture_expect(error, MJ_ERROR_BUSY, "nothing was deleted,linked anew,mingjing link");
    expect_there(h, 0, 0, 7200, 120);
    expect_there(h, 1, 0, 7200, 120);
    purge_hall_run(h, DAYS(200), 240 - 3 - 3 - 3);
}

/* How many events a run that has no time leaves to be linked, by its words; -1: it had none to link. */
static int64_t run_hurried(PurgeHall *h, IdxPurgeSums *sums)
{
    g_autoptr(GError) error = NULL;
    int64_t events = 0, places = 0;
    IdxPurge p = purge_hall_how(h, DAYS(200));
    p.longest_us = 1;
    if (idx_purge(h->f->cat, &p, sums, &error))
        return -1;
    g_assert_true(idx_linking_left(h->f->cat, &events, &places, NULL));
    g_autofree char *words = g_strdup_printf("about %" PRId64 " events", events);
    fixture_expect(error, MJ_ERROR_BUSY, words);
    return events;
}

/* Runs that have too little time each come to the end all the same, and none deletes before that. */
static void test_hurried(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    g_auto(IdxPurgeSums) sums = {0}, rest = {0};
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 100; i++) { // more than are linked anew in one step
        g_autofree char *id = g_strdup_printf("more%d", i);
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"B%d\",\"window_no\":\"W08\"", i);
        fixture_happens(h->f, id, "hall.ticket.called", AT(30 + i), data);
    }
    set_clock(h);
    int64_t left = run_hurried(h, &sums), runs = 1;
    g_assert_cmpint(left, >, 20);
    for (int64_t next = 0; (next = run_hurried(h, &sums)) >= 0; left = next, runs++)
        g_assert_cmpint(next, <, left);
    g_test_message("%" PRId64 " runs were refused", runs);
    expect_there(h, 0, 0, 7200, 120);
    g_assert_cmpint(sums.segments, ==, 0); // linked, and no time to delete
    g_assert_true(sums.more);
    g_assert_cmpint(sums.left_segments, >, 200);
    g_assert_cmpint(sums.left_bytes, >, 0);
    IdxPurge p = purge_hall_how(h, DAYS(200));
    g_assert_true(idx_purge(h->f->cat, &p, &rest, &error));
    g_assert_cmpint(rest.segments, ==, sums.left_segments);
    g_assert_cmpint(rest.bytes, ==, sums.left_bytes);
    g_assert_false(rest.more);
    g_assert_cmpint(rest.left_segments, ==, 0);
}

/* What cannot be linked is no reason to delete. */
static void test_broken(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    hold(h);
    set_clock(h);
    purge_hall_sql(h, "CREATE TRIGGER broken BEFORE UPDATE ON relink BEGIN"
                      " SELECT RAISE(ABORT, 'it is broken'); END");
    IdxPurge p = purge_hall_how(h, DAYS(200));
    g_assert_false(idx_purge(h->f->cat, &p, &sums, &error));
    g_assert_nonnull(strstr(error->message, "nothing is deleted"));
    g_assert_nonnull(strstr(error->message, "it is broken"));
    expect_there(h, 0, 0, 7200, 120);
}

/* Whoever releases by hand what a hold keeps stops every purge, until the hold is put anew and this one released. */
static void test_undone(void)
{
    static const char *const UNDONE[] = {
        "UPDATE hold_span SET released_us = 1",
        "UPDATE hold SET released_us = 1, released_by = 'x', released_reason = 'y'; UPDATE"
        " hold_span SET released_us = 1"};
    for (size_t i = 0; i < G_N_ELEMENTS(UNDONE); i++) {
        g_autoptr(PurgeHall) h = hall_new();
        g_autoptr(GError) error = NULL;
        g_auto(IdxPurgeSums) sums = {0};
        hold(h);
        sqlite3_exec(h->f->cat->db, UNDONE[i], NULL, NULL, NULL); // refused or not
        IdxPurge p = purge_hall_how(h, DAYS(200));
        if (idx_purge(h->f->cat, &p, &sums, &error)) {
            g_assert_cmpstr(UNDONE[i], ==, UNDONE[1]); // a trigger refused it
            expect_there(h, 0, 170, 280, 3);
            continue;
        }
        fixture_expect(error, MJ_ERROR_CONFLICT, "hold ,0 of its 1,Nothing is purged");
        g_clear_error(&error);
        p.dry_run = true;
        idx_purge(h->f->cat, &p, &sums, &error);
        g_assert_no_error(error);
        g_assert_nonnull(strstr(sums.refused, "Nothing is purged"));
        g_assert_cmpint(sums.segments, ==, 0);
        expect_there(h, 0, 0, 7200, 120);
        hold(h);
        g_autofree char *id = fixture_dump(h->f->cat, "SELECT min(id) FROM hold");
        idx_hold_release(h->f->cat, g_ascii_strtoll(id, NULL, 10), "2001", "undone", AT(700),
                         &error);
        g_assert_no_error(error);
        purge_hall_run(h, DAYS(200), 240 - 3 - 3);
        expect_there(h, 0, 170, 280, 3);
    }
}

static char *told(PurgeHall *h, const char *kind, const char *key, bool complete)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) dossier =
        idx_dossier(h->f->cat, &(IdxName){kind, key, 0, NULL}, AT(8000), &error);
    g_assert_no_error(error);
    g_assert_cmpint(json_is_true(json_object_get(dossier, "complete")), ==, complete);
    json_object_del(dossier, "complete");
    return mj_json_dump(dossier);
}

static void expect_lists(PurgeHall *h, bool complete)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) found = idx_search(h->f->cat, "A1", 0, NULL, 20, AT(8000), &error);
    g_autoptr(json_t) place =
        idx_dossier_place(h->f->cat, "W07", NULL, AT(0), AT(600), AT(8000), &error);
    g_assert_no_error(error);
    g_assert_cmpint(json_is_true(json_object_get(found, "complete")), ==, complete);
    g_assert_cmpint(json_is_true(json_object_get(place, "complete")), ==, complete);
}

/* Answers say that something waits; and visits and their footage are already as they are when it is linked. */
static void test_told(void)
{
    g_autoptr(PurgeHall) h = hall_new();
    g_autofree char *old = told(h, "ticket", "A1", true);
    expect_lists(h, true);
    set_clock(h);
    expect_lists(h, false);
    g_autofree char *ticket = told(h, "ticket", "A1", false);
    g_autofree char *approval = told(h, "approval", "SP1", false);
    g_assert_cmpstr(ticket, !=, old);
    bool done = false;
    g_assert_true(idx_linking_run(h->f->cat, &(IdxLinking){.now_us = AT(7400)}, &done, NULL));
    g_assert_true(done);
    g_autofree char *ticket_then = told(h, "ticket", "A1", true);
    g_autofree char *approval_then = told(h, "approval", "SP1", true);
    g_assert_cmpstr(ticket, ==, ticket_then);
    g_assert_cmpstr(approval, ==, approval_then);
    expect_lists(h, true);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge-link/waiting", test_waiting);
    g_test_add_func("/purge-link/meanwhile", test_meanwhile);
    g_test_add_func("/purge-link/map", test_map);
    g_test_add_func("/purge-link/no-time", test_no_time);
    g_test_add_func("/purge-link/hurried", test_hurried);
    g_test_add_func("/purge-link/broken", test_broken);
    g_test_add_func("/purge-link/undone", test_undone);
    g_test_add_func("/purge-link/told", test_told);
    return g_test_run();
}
