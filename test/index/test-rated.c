// SPDX-License-Identifier: GPL-3.0-or-later
/* A rating, or what else names a number, is of the ticket that was served, whatever the day it is sent on; and in
 * whatever order they are told. */
#include "index/find/dossier.h"
#include "index/find/naming.h"
#include "index/hall.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#include <string.h>

#define DAYS(n) ((n)*86400)

typedef struct Row {
    const char *type;
    int at; // from 09:30 of the 22nd
    const char *more;
    int day; // it belongs to
} Row;

static const Row ROWS[] = {
    {"hall.ticket.taken", 0, "", 20261122},
    {"hall.ticket.called", 60, ",\"window_no\":\"W1\"", 20261122},
    {"hall.ticket.finished", 600, "", 20261122},
    {"hall.ticket.rated", 620, ",\"evalevel\":5", 20261122},
    {"hall.ticket.rated", 42000, "", 20261122},          // the same evening
    {"hall.ticket.rated", DAYS(1) - 3000, "", 20261122}, // before it is given out again
    {"hall.ticket.rated", DAYS(1) + 50, "", 20261123},   // by a clock that is behind
    {"hall.ticket.taken", DAYS(1) + 600, ",\"ticket_id\":\"q2\"", 20261123},
    {"hall.ticket.called", DAYS(1) + 700, ",\"window_no\":\"W1\"", 20261123},
    {"hall.ticket.finished", DAYS(1) + 900, "", 20261123},
    {"hall.ticket.rated", DAYS(1) + 950, "", 20261123},
    {"hall.ticket.rated", DAYS(2) + 10, "", 20261123},
    {"hall.ticket.rated", DAYS(11), "", 20261126}, // a week later
    {"hall.ticket.rated", DAYS(12), "", 20261204}, // and later than that
    {"hall.ticket.rated", DAYS(2) + 20, ",\"ticket_day\":\"2026-11-22\"", 20261122},
    {"hall.approval.node", DAYS(3), ",\"approval_id\":\"SP1\"", 20261123}, // gives out no number
    {"hall.ticket.rated", DAYS(3) + 30, "", 20261123},
    {"hall.approval.decided", DAYS(1) - 3600, ",\"approval_id\":\"SP2\"", 20261122},
    {"hall.approval.decided", DAYS(40), ",\"approval_id\":\"SP3\"", 20261126}, // weeks later
    {"hall.approval.decided", DAYS(60), ",\"approval_id\":\"SP4\"", 20270121}, // months
    {"hall.alert.answered", DAYS(2) + 30, ",\"alert_id\":\"L1\"", 20261123},
    {"vendor.desk.noted", DAYS(2) + 40, "", 20261123},
    {"hall.approval.node", DAYS(3), ",\"approval_id\":\"SP5\",\"ticket_day\":\"2026-11-22\"",
     20261122},
    {"hall.approval.node", DAYS(5), ",\"approval_id\":\"SP6\",\"ticket_id\":\"q2\"", 20261123},
    {"hall.ticket.taken", DAYS(4), ",\"ticket_id\":\"q5\"", 20261126},
    {"hall.ticket.rated", DAYS(4) + 900, ",\"ticket_id\":\"Q2\"", 20261123}, // says which
};

static void happen(Fixture *f, int i)
{
    g_autofree char *id = g_strdup_printf("r%d", i);
    g_autofree char *data = g_strdup_printf("\"ticket_no\":\"D001\"%s", ROWS[i].more);
    fixture_happens(f, id, ROWS[i].type, AT(ROWS[i].at), data);
}

static char *days(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT e.event_id, group_concat(DISTINCT s.day) FROM event e JOIN"
                                " subject_event t ON t.event_id = e.id JOIN subject s ON s.id ="
                                " t.subject_id AND s.kind = 'ticket' GROUP BY e.id ORDER BY"
                                " e.event_id");
}

static void expect_days(Fixture *f)
{
    for (int i = 0; i < (int)G_N_ELEMENTS(ROWS); i++) {
        g_autofree char *sql = g_strdup_printf(
            "SELECT DISTINCT s.day FROM event e JOIN subject_event t ON t.event_id = e.id JOIN"
            " subject s ON s.id = t.subject_id AND s.kind = 'ticket' WHERE e.event_id = 'r%d'",
            i);
        g_autofree char *day = fixture_dump(f->cat, sql);
        g_autofree char *wanted = g_strdup_printf("%d", ROWS[i].day);
        g_test_message("%s at %d", ROWS[i].type, ROWS[i].at);
        g_assert_cmpstr(day, ==, wanted);
    }
}

static void shuffle(int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = g_test_rand_int_range(0, i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}

static void rebuild(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(DAYS(20)), &error));
    g_assert_true(idx_relink_run(f->cat, AT(DAYS(20)), NULL, NULL, NULL, &error));
    g_assert_no_error(error);
}

static void test_any_order(void)
{
    int order[G_N_ELEMENTS(ROWS)] = {0};
    for (int i = 0; i < (int)G_N_ELEMENTS(ROWS); i++)
        order[i] = i;
    for (int round = 0; round < 20; round++) {
        g_autoptr(Fixture) f = fixture_new();
        for (int i = 0; i < (int)G_N_ELEMENTS(ROWS); i++)
            happen(f, order[i]);
        expect_days(f);
        if (round % 5 == 0) {
            g_autofree char *before = days(f);
            rebuild(f);
            g_autofree char *after = days(f);
            g_assert_cmpstr(before, ==, after);
        }
        shuffle(order, G_N_ELEMENTS(ROWS));
    }
}

/* All in one transaction, the ratings first: nothing of them is summed up yet. */
static void test_batch(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = (int)G_N_ELEMENTS(ROWS) - 1; i >= 0; i--) {
        g_autofree char *id = g_strdup_printf("r%d", i);
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"D001\"%s", ROWS[i].more);
        g_autofree char *event = fixture_event(id, ROWS[i].type, AT(ROWS[i].at), data);
        g_string_append_printf(text, "%s\n", event);
    }
    idx_event_batch_free(fixture_add(f, text->str, G_N_ELEMENTS(ROWS), 0, 0));
    expect_days(f);
}

/* The queue's newest day, whether it gives its tickets ids or does not any more. */
static void test_no_id(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", AT(0),
                    "\"ticket_no\":\"E1\",\"ticket_id\":\"q1\"");
    fixture_happens(f, "2", "hall.ticket.taken", AT(DAYS(3)), "\"ticket_no\":\"E1\"");
    fixture_happens(f, "late", "hall.ticket.rated", AT(DAYS(3) + 900), "\"ticket_no\":\"E1\"");
    g_autofree char *day = fixture_dump(
        f->cat, "SELECT s.day FROM event e JOIN subject_event t ON t.event_id = e.id JOIN subject s"
                " ON s.id = t.subject_id WHERE e.event_id = 'late'");
    g_assert_cmpstr(day, ==, "20261125");
}

/* A decision in the morning is of who was served two days before, not of who is called with that number in the afternoon. */
static void test_decided(void)
{
    static const Row STORY[] = {
        {"hall.ticket.called", 0, ",\"window_no\":\"W07\"", 20261122},
        {"hall.ticket.finished", 300, ",\"window_no\":\"W07\"", 20261122},
        {"hall.approval.decided", DAYS(2) - 3600, ",\"approval_id\":\"SP9\"", 20261122},
        {"hall.ticket.called", DAYS(2) + 16200, ",\"window_no\":\"W08\"", 20261124},
    };
    for (int first = 0; first < 4; first++) {
        g_autoptr(Fixture) f = fixture_new();
        for (int i = 0; i < 4; i++) {
            const Row *row = &STORY[(first + i) % 4];
            g_autofree char *id = g_strdup_printf("s%d", (first + i) % 4);
            g_autofree char *data = g_strdup_printf("\"ticket_no\":\"A5\"%s", row->more);
            fixture_happens(f, id, row->type, AT(row->at), data);
        }
        for (int round = 0; round < 2; round++) {
            g_autofree char *got = days(f);
            g_assert_cmpstr(got, ==, "s0|20261122\ns1|20261122\ns2|20261122\ns3|20261124");
            rebuild(f);
        }
    }
}

/* What is cancelled gave out no number. */
static void test_corrected(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < (int)G_N_ELEMENTS(ROWS); i++)
        if (ROWS[i].at < DAYS(2))
            happen(f, i);
    fixture_happens(f, "late", "hall.ticket.rated", AT(DAYS(2)), "\"ticket_no\":\"D001\"");
    for (int i = 7; i <= 9; i++) {
        g_autofree char *id = g_strdup_printf("c%d", i);
        g_autofree char *data = g_strdup_printf("\"ticket_no\":\"D001\",\"window_no\":\"W1\","
                                                "\"correction_of\":\"r%d\",\"data_state\":0",
                                                i);
        fixture_happens(f, id, ROWS[i].type, AT(ROWS[i].at), data);
    }
    g_autofree char *day = fixture_dump(
        f->cat, "SELECT s.day FROM event e JOIN subject_event t ON t.event_id = e.id JOIN subject s"
                " ON s.id = t.subject_id WHERE e.event_id = 'late'");
    g_assert_cmpstr(day, ==, "20261122");
}

static int meant(Fixture *f, const char *key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxSubject) s =
        idx_name_find(f->cat, &(IdxName){.kind = "ticket", .key = key}, &error);
    g_assert_no_error(error);
    return s ? s->day : 0;
}

/* Neither the future nor what is only told of takes a number over from who was here. */
static void test_newest(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A001\",\"window_no\":\"W1\"");
    g_autofree char *text = fixture_event("2", "hall.ticket.called", AT(DAYS(3330)),
                                          "\"ticket_no\":\"A001\",\"window_no\":\"W1\"");
    g_autoptr(IdxEventBatch) batch = fixture_add(f, text, 1, 0, 0);
    g_assert_cmpint(batch->warned, ==, 1);
    const IdxEventResult *r = &g_array_index(batch->results, IdxEventResult, 0);
    g_assert_nonnull(strstr(r->warning, "3329 days ahead"));
    g_assert_nonnull(strstr(r->warning, SOURCE));
    g_assert_cmpint(meant(f, "A001"), ==, DAY);
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){.kind = "ticket", .key = "A001"}, AT(DAYS(1)), NULL);
    g_assert_cmpint((int)json_array_size(json_object_get(d, "also")), ==, 1); // it is not hidden
    fixture_happens(f, "3", "hall.approval.node", AT(DAYS(1)),
                    "\"ticket_no\":\"A001\",\"approval_id\":\"SP1\"");
    g_assert_cmpint(meant(f, "A001"), ==, DAY);
    fixture_happens(f, "4", "hall.ticket.called", AT(DAYS(4000)),
                    "\"ticket_no\":\"F1\",\"window_no\":\"W1\"");
    g_assert_cmpint(meant(f, "F1"), !=, 0); // alone it is found
    g_autofree char *own = fixture_event("5", "hall.ticket.taken", AT(5),
                                         "\"ticket_no\":\"A5\",\"correction_of\":\"5\"");
    g_autoptr(IdxEventBatch) itself = fixture_add(f, own, 1, 0, 0);
    g_assert_cmpint(itself->warned, ==, 1);
}

/* A hall nine hours west of the first one: its days, its nights and what is rated in it are by its own clock. */
static void test_hall_clock(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t id = 0;
    g_assert_true(idx_hall_add(f->cat, "H02", NULL, "-01:00", &id, NULL));
    static const Row rows[] = {
        {"hall.ticket.taken", 41400, "", 20261122}, // 21:00 of the first hall, 12:00 there
        {"hall.ticket.called", 54000, ",\"window_no\":\"W1\"", 20261122},   // 00:30, 15:30
        {"hall.ticket.finished", 54900, ",\"window_no\":\"W1\"", 20261122}, // by day there
        {"hall.ticket.taken", 82800, "", 20261122},                         // 23:30 there
        {"hall.ticket.finished", 86400, "", 20261122}, // 00:30 there: it goes on with that one
        {"hall.ticket.rated", 90000, "", 20261122},    // 01:30 there
        {"hall.ticket.taken", 122400, "", 20261123},   // 10:30 there
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *event_id = g_strdup_printf("z%zu", i);
        g_autofree char *data =
            g_strdup_printf("\"ticket_no\":\"E1\",\"hall_code\":\"H02\"%s", rows[i].more);
        fixture_happens(f, event_id, rows[i].type, AT(rows[i].at), data);
    }
    g_autofree char *told = days(f);
    g_assert_cmpstr(told, ==,
                    "z0|20261122\nz1|20261122\nz2|20261122\nz3|20261122\nz4|20261122\n"
                    "z5|20261122\nz6|20261123");
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(0), NULL));
    g_assert_true(idx_relink_run(f->cat, AT(0), NULL, NULL, NULL, NULL));
    g_autofree char *again = days(f);
    g_assert_cmpstr(again, ==, told);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rated/any-order", test_any_order);
    g_test_add_func("/rated/batch", test_batch);
    g_test_add_func("/rated/no-id", test_no_id);
    g_test_add_func("/rated/decided", test_decided);
    g_test_add_func("/rated/corrected", test_corrected);
    g_test_add_func("/rated/newest", test_newest);
    g_test_add_func("/rated/hall-clock", test_hall_clock);
    return g_test_run();
}
