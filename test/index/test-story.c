// SPDX-License-Identifier: GPL-3.0-or-later
/* Whatever the order of arrival, the catalogue says the same in the end. */
#include "index/find/story.h"

#include "index/find/naming.h"
#include "index/find/subject.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <stdlib.h>
#include <string.h>

#define N_EVENTS 35

/* Spans in force, subjects, and which event supersedes which: by names, since ids differ. */
static const char SQL_SPANS[] =
    "SELECT u.kind, u.key, u.day, p.code, c.code, s.from_us, s.to_us, s.method, s.confidence,"
    " s.uncertainty_us FROM span s JOIN subject u ON u.id = s.subject_id"
    " JOIN place p ON p.id = s.place_id JOIN camera c ON c.id = s.camera_id"
    " WHERE s.superseded_us IS NULL ORDER BY 1, 2, 3, 4, 5, 6, 7, 8";
static const char SQL_SUBJECTS[] =
    "SELECT kind, key, day, title, first_us, last_us FROM subject ORDER BY 1, 2, 3";
static const char SQL_EVENTS[] =
    "SELECT e.event_id, e.data_ver, w.event_id, w.data_ver FROM event e"
    " LEFT JOIN event w ON w.id = " HOLDS_FOR_E " ORDER BY 1, 2";

static char *dump(Fixture *f)
{
    g_autofree char *spans = fixture_dump(f->cat, SQL_SPANS);
    g_autofree char *subjects = fixture_dump(f->cat, SQL_SUBJECTS);
    g_autofree char *events = fixture_dump(f->cat, SQL_EVENTS);
    return g_strjoin("\n--\n", spans, subjects, events, NULL);
}

/* Two tickets, an approval, a transfer, a repeat of a number, corrections of every kind. */
static const struct {
    const char *id, *type;
    int at;
    const char *data;
} STORY[N_EVENTS] = {
    {"1", "hall.ticket.taken", 0, "\"ticket_no\":\"A012\""},
    {"2", "hall.ticket.called", 60,
     "\"ticket_no\":\"A012\",\"window_no\":\"W1\",\"business_type\":\"登记\""},
    {"3", "hall.ticket.started", 70, "\"ticket_no\":\"a012\",\"window_no\":\"W1\""},
    {"4", "hall.ticket.transferred", 200, "\"ticket_no\":\"A012\",\"window_no\":\"W2\""},
    {"5", "hall.ticket.called", 200,
     "\"ticket_no\":\"A012\",\"window_no\":\"W2\",\"business_type\":\"变更登记\""},
    {"6", "hall.ticket.finished", 500,
     "\"ticket_no\":\"A012\",\"window_no\":\"W2\",\"approval_id\":\"SP-1\""},
    {"7", "hall.ticket.called", 510, "\"ticket_no\":\"A013\",\"window_no\":\"W2\""},
    {"8", "hall.ticket.passed", 560, "\"ticket_no\":\"A013\""},
    {"9", "hall.approval.accepted", 400,
     "\"approval_id\":\"SP-1\",\"window_no\":\"W2\",\"business_type\":\"许可\""},
    {"10", "hall.approval.decided", 5000, "\"approval_id\":\"sp-1\",\"window_no\":\"W1\""},
    {"11", "hall.ticket.called", 86400, "\"ticket_no\":\"A012\",\"window_no\":\"W1\""},
    {"12", "hall.ticket.finished", 86700, "\"ticket_no\":\"A012\",\"approval_id\":\"SP-1\""},
    /* the call was a minute earlier; nobody raised data_ver */
    {"13", "hall.ticket.called", 450,
     "\"ticket_no\":\"A013\",\"window_no\":\"W2\",\"correction_of\":\"7\""},
    /* a chain: 15 corrects 14, which corrects 8 */
    {"14", "hall.ticket.passed", 570,
     "\"ticket_no\":\"A013\",\"correction_of\":\"8\",\"data_ver\":2"},
    {"15", "hall.ticket.finished", 580,
     "\"ticket_no\":\"A013\",\"window_no\":\"W2\",\"correction_of\":\"14\",\"data_ver\":3"},
    /* the same id again with a higher version */
    {"12", "hall.ticket.finished", 86800,
     "\"ticket_no\":\"A012\",\"approval_id\":\"SP-1\",\"data_ver\":2"},
    /* the wrong ticket was written down */
    {"16", "hall.ticket.rated", 700, "\"ticket_no\":\"A099\",\"business_type\":\"误\""},
    {"17", "hall.ticket.rated", 700,
     "\"ticket_no\":\"A013\",\"correction_of\":\"16\",\"data_ver\":2"},
    /* two events that correct each other, and one that corrects what never comes */
    {"18", "hall.ticket.rated", 800, "\"ticket_no\":\"A013\",\"correction_of\":\"19\""},
    {"19", "hall.ticket.rated", 801, "\"ticket_no\":\"A013\",\"correction_of\":\"18\""},
    {"20", "hall.ticket.rated", 802, "\"ticket_no\":\"A013\",\"correction_of\":\"99\""},
    {"21", "hall.alert.crowd", 300, "\"window_no\":\"W1\""},
    /* a ticket that was called by mistake: cancelled by its id, and by one that corrects it */
    {"22", "hall.ticket.called", 1000, "\"ticket_no\":\"A020\",\"window_no\":\"W1\""},
    {"22", "hall.ticket.called", 1000, "\"ticket_no\":\"A020\",\"data_ver\":2,\"data_state\":0"},
    {"23", "hall.ticket.called", 1100, "\"ticket_no\":\"A020\",\"window_no\":\"W2\""},
    {"24", "hall.ticket.called", 1200, "\"correction_of\":\"23\",\"data_ver\":2,\"data_state\":0"},
    {"25", "hall.ticket.called", 1300, "\"ticket_no\":\"A020\",\"window_no\":\"W1\""},
    /* what was cancelled is taken back in again */
    {"26", "hall.ticket.finished", 1400, "\"ticket_no\":\"A020\",\"data_ver\":2,\"data_state\":0"},
    {"26", "hall.ticket.finished", 1450, "\"ticket_no\":\"A020\",\"data_ver\":3,\"data_state\":1"},
    /* a session, and a trade in two sections */
    {"30", "hall.session.started", 2000,
     "\"session_id\":\"MM-7\",\"room\":\"W1\",\"topic\":\"供暖\","
     "\"approval_id\":\"SP-1\""},
    {"31", "hall.session.joined", 2010, "\"session_id\":\"mm-7\",\"leg_id\":\"1\""},
    {"32", "hall.session.ended", 2900, "\"session_id\":\"MM-7\""},
    {"33", "hall.trade.started", 3000,
     "\"project_no\":\"P9\",\"section_no\":\"01\",\"session_type\":\"评标\",\"room\":\"W2\""},
    {"34", "hall.trade.ended", 3600,
     "\"project_no\":\"P9\",\"section_no\":\"01\",\"session_type\":\"评标\",\"room\":\"W2\""},
    {"35", "hall.trade.door_opened", 3500,
     "\"project_no\":\"P9\",\"session_type\":\"开标\",\"room\":\"W1\""},
};

static void make_events(char *events[N_EVENTS])
{
    for (int i = 0; i < N_EVENTS; i++)
        events[i] = fixture_event(STORY[i].id, STORY[i].type, AT(STORY[i].at), STORY[i].data);
}

static void shuffle(char *events[N_EVENTS])
{
    for (int i = N_EVENTS - 1; i > 0; i--) {
        int j = g_test_rand_int_range(0, i + 1);
        char *swap = events[i];
        events[i] = events[j];
        events[j] = swap;
    }
}

static void prepare(Fixture *f)
{
    fixture_camera(f, "CAM-A", T0);
    fixture_camera(f, "CAM-B", T0);
    fixture_place(f, "W1", "CAM-A");
    fixture_place(f, "W2", "CAM-B,CAM-A");
}

/* All events in this order, cut into batches of random size, some of them sent twice. */
static char *play(char *events[N_EVENTS], bool map_first)
{
    g_autoptr(Fixture) f = fixture_new();
    if (map_first)
        prepare(f);
    for (int i = 0; i < N_EVENTS;) {
        int n = g_test_rand_int_range(1, 6);
        g_autoptr(GString) lines = g_string_new(NULL);
        int repeats = 0, first = i;
        for (; i < N_EVENTS && i < first + n; i++)
            g_string_append_printf(lines, "%s\n", events[i]);
        if (first > 0 && g_test_rand_bit()) {
            g_string_append_printf(lines, "%s\n", events[first - 1]);
            repeats = 1;
        }
        idx_event_batch_free(fixture_add(f, lines->str, i - first, repeats, 0));
    }
    if (!map_first)
        prepare(f);
    return dump(f);
}

static void test_any_order(void)
{
    char *events[N_EVENTS] = {0};
    make_events(events);
    g_autofree char *expected = play(events, true);
    g_test_message("%s", expected);
    g_assert_nonnull(strstr(expected, "visit"));
    g_assert_nonnull(strstr(expected, "step"));
    for (int round = 0; round < 40; round++) {
        shuffle(events);
        g_autofree char *got = play(events, round % 4 != 0);
        g_assert_cmpstr(got, ==, expected);
    }
    for (int i = 0; i < N_EVENTS; i++)
        g_free(events[i]);
}

/* What the shuffled story must say, checked once by hand. */
static void test_meaning(void)
{
    char *events[N_EVENTS] = {0};
    make_events(events);
    g_autofree char *got = play(events, true);
    static const char *const LINES[] = {
        "ticket|A012|20261122|W1|CAM-A|1795311030000000|1795311260000000|visit|1.0|0",
        "ticket|A012|20261122|W2|CAM-B|1795311170000000|1795311560000000|visit|1.0|0",
        "ticket|A013|20261122|W2|CAM-B|1795311420000000|1795311640000000|visit|1.0|0",
        "ticket|A012|20261123|W1|CAM-A|1795397370000000|1795397860000000|visit|1.0|0",
        "approval|SP-1|0|W2|CAM-A|1795311370000000|1795311460000000|step|0.7|0",
        "ticket|A012|20261122|变更登记|1795311000000000|1795311500000000",
        "ticket|A099|20261122|误|1795311700000000|1795311700000000",
        "approval|SP-1|0|许可|1795311400000000|1795397800000000",
        "\n7|1|13|1",
        "\n13|1|-|-",
        "\n8|1|15|3",
        "\n14|2|15|3",
        "\n12|1|12|2",
        "\n16|1|17|2",
        "\n20|1|-|-",
        "ticket|A020|20261122|W1|CAM-A|1795312270000000|1795312510000000|visit|1.0|0",
        "session|MM-7|0|W1|CAM-A|1795312940000000|1795313960000000|session|1.0|0",
        "session|MM-7|0|供暖|1795313000000000|1795313900000000",
        "session|P9:01:评标|0|W2|CAM-B|1795313940000000|1795314660000000|session|1.0|0",
        "session|P9:开标|0|W1|CAM-A|1795314470000000|1795314560000000|step|0.7|0"};
    for (size_t i = 0; i < G_N_ELEMENTS(LINES); i++)
        if (!strstr(got, LINES[i]))
            g_error("not there: %s\n%s", LINES[i], got);
    g_auto(GStrv) parts = g_strsplit(got, "ticket|A020|20261122|W", -1);
    g_assert_cmpint(g_strv_length(parts) - 1, ==, 1); // called thrice, once in truth
    for (int i = 0; i < N_EVENTS; i++)
        g_free(events[i]);
}

/* Linking again what is linked already writes nothing. */
static void test_relink_is_idle(void)
{
    g_autoptr(Fixture) f = fixture_new();
    prepare(f);
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W2\"");
    g_autoptr(IdxSubject) s = idx_name_find(f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, NULL);
    g_autofree char *before = fixture_dump(f->cat, "SELECT * FROM span ORDER BY id");
    g_assert_true(idx_story_relink(f->cat, s->id, AT(99999), NULL));
    g_autofree char *after = fixture_dump(f->cat, "SELECT * FROM span ORDER BY id");
    g_assert_cmpstr(before, ==, after);
    g_autoptr(GError) unknown = NULL;
    g_assert_null(idx_story_load(f->cat, 4711, false, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "4711");
}

/* A ticket's day is the day it was taken, though it is called after midnight, and its number given out again. */
static void test_night(void)
{
    static const struct {
        const char *type;
        int at; // from 09:30; midnight is at 52200
        const char *day;
    } EVENTS[] = {
        {"hall.ticket.taken", 51600, "20261122"},   {"hall.ticket.called", 52100, "20261122"},
        {"hall.ticket.started", 52260, "20261122"}, {"hall.ticket.finished", 52800, "20261122"},
        {"hall.ticket.rated", 52830, "20261122"},   {"hall.ticket.taken", 53000, "20261123"},
        {"hall.ticket.called", 53100, "20261123"},  {"hall.ticket.finished", 53200, "20261123"},
        {"hall.ticket.called", 90000, "20261123"}, // by day nothing goes on from the night
    };
    int order[G_N_ELEMENTS(EVENTS)] = {0};
    for (int i = 0; i < (int)G_N_ELEMENTS(EVENTS); i++)
        order[i] = i;
    for (int round = 0; round < 10; round++) {
        g_autoptr(Fixture) f = fixture_new();
        prepare(f);
        for (int i = 0; i < (int)G_N_ELEMENTS(EVENTS); i++) {
            g_autofree char *id = g_strdup_printf("%d", order[i]);
            fixture_happens(f, id, EVENTS[order[i]].type, AT(EVENTS[order[i]].at),
                            "\"ticket_no\":\"N1\",\"window_no\":\"W1\"");
        }
        for (int i = 0; i < (int)G_N_ELEMENTS(EVENTS); i++) {
            g_autofree char *sql = g_strdup_printf(
                "SELECT s.day FROM event e JOIN subject_event t ON t.event_id = e.id JOIN subject s"
                " ON s.id = t.subject_id WHERE e.event_id = '%d'",
                i);
            g_autofree char *day = fixture_dump(f->cat, sql);
            g_assert_cmpstr(day, ==, EVENTS[i].day);
        }
        g_autofree char *span = fixture_dump(
            f->cat, "SELECT (s.from_us - 1795311000000000) / 1000000, (s.to_us - 1795311000000000)"
                    " / 1000000 FROM span s JOIN subject u ON u.id = s.subject_id"
                    " WHERE u.day = 20261122 AND s.superseded_us IS NULL");
        g_assert_cmpstr(span, ==, "52070|52860"); // across midnight
        for (int i = (int)G_N_ELEMENTS(EVENTS) - 1; i > 0; i--) {
            int j = g_test_rand_int_range(0, i + 1), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }
}

/* Events as "<type>[@<window>] <minutes before or after midnight>", by the day that each belongs to, in any order. */
static void expect_days(const char *const *events, const char *const *days, int n)
{
    for (int round = 0; round < 2; round++) {
        g_autoptr(Fixture) f = fixture_new();
        prepare(f);
        for (int i = 0; i < n; i++) {
            int at = round ? n - 1 - i : i;
            g_auto(GStrv) words = g_strsplit(events[at], " ", 2);
            g_auto(GStrv) what = g_strsplit(words[0], "@", 2);
            g_autofree char *id = g_strdup_printf("%d", at);
            g_autofree char *type = g_strdup_printf("hall.ticket.%s", what[0]);
            g_autofree char *data =
                g_strdup_printf("\"ticket_no\":\"N1\"%s%s%s", what[1] ? ",\"window_no\":\"" : "",
                                what[1] ? what[1] : "", what[1] ? "\"" : "");
            fixture_happens(f, id, type, AT(52200 + 60 * atoi(words[1])), data);
        }
        for (int i = 0; i < n; i++) {
            g_autofree char *sql = g_strdup_printf(
                "SELECT s.day FROM event e JOIN subject_event t ON t.event_id = e.id JOIN subject s"
                " ON s.id = t.subject_id WHERE e.event_id = '%d'",
                i);
            g_autofree char *day = fixture_dump(f->cat, sql);
            if (strcmp(day, days[i]) != 0)
                g_error("%s is of %s, not %s (round %d)", events[i], day, days[i], round);
        }
    }
}

#define D22 "20261122"
#define D23 "20261123"

/* An end that is told of a window which the ticket has left is not the ticket's. */
static void test_night_late_end(void)
{
    static const struct {
        const char *events[8], *days[8];
    } TABLE[] = {
        /* sent on, and closed late by the first window, before midnight */
        {{"called@W1 -30", "transferred@W1 -20", "called@W2 -10", "finished@W1 -5", "started@W2 5",
          "finished@W2 20", "taken 25", "called@W1 30"},
         {D22, D22, D22, D22, D22, D22, D23, D23}},
        /* nobody said that it was sent on */
        {{"called@W1 -30", "called@W2 -10", "finished@W1 -5", "finished@W2 20"},
         {D22, D22, D22, D22}},
        /* the queue of the next window goes over midnight */
        {{"called@W1 -30", "transferred@W1 -20", "finished@W1 -15", "called@W2 10",
          "finished@W2 20"},
         {D22, D22, D22, D22, D22}},
        /* by systems that say where to */
        {{"called@W1 -30", "transferred@W2 -20", "finished@W1 -15", "called@W2 10",
          "finished@W2 20"},
         {D22, D22, D22, D22, D22}},
        /* told where to when it has called already */
        {{"called@W1 -30", "called@W2 -22", "transferred@W2 -20", "finished@W2 -15",
          "called@W2 10"},
         {D22, D22, D22, D22, D23}},
        /* closed late after midnight: the visit at the next window goes on */
        {{"called@W1 -30", "called@W2 -10", "finished@W1 5", "finished@W2 20", "called@W1 40"},
         {D22, D22, D22, D22, D23}},
        /* … and when that is over already: it is of nobody who was never called there */
        {{"called@W1 -30", "called@W2 -10", "finished@W2 -5", "finished@W1 5", "finished@W1 10"},
         {D22, D22, D22, D22, D23}},
        {{"called@W1 -30", "transferred@W1 -20", "called@W2 -10", "finished@W2 -5", "passed@W1 5"},
         {D22, D22, D22, D22, D22}},
        /* its own window's end is its end, also where it came back to, or was never called to */
        {{"called@W1 -30", "finished@W1 -5", "called@W1 5"}, {D22, D22, D23}},
        {{"called@W1 -30", "transferred@W1 -20", "called@W1 -10", "finished@W1 -5", "called@W1 5"},
         {D22, D22, D22, D22, D23}},
        {{"taken -30", "finished@W1 -5", "called@W1 5"}, {D22, D22, D23}},
        {{"called@W1 -30", "called@W2 -10", "finished -5", "called@W1 5"}, {D22, D22, D22, D23}},
        /* its number is given out anew: nothing goes on */
        {{"called@W1 -30", "called@W2 -10", "taken 3", "finished@W1 5"}, {D22, D22, D23, D23}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int n = 0;
        while (n < (int)G_N_ELEMENTS(TABLE[i].events) && TABLE[i].events[n])
            n++;
        expect_days(TABLE[i].events, TABLE[i].days, n);
    }
}

static void test_rules_gone(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    IdxLinkRule rules[IDX_METHODS];
    g_assert_true(idx_story_rules(f->cat, rules, NULL));
    g_assert_cmpint(rules[IDX_METHOD_VISIT].before_us, ==, 30 * MJ_SECOND_US);
    g_free(fixture_dump(f->cat, "DELETE FROM link_rule WHERE method = 'step'"));
    g_assert_false(idx_story_rules(f->cat, rules, &error));
    fixture_expect(error, MJ_ERROR_CORRUPT, "link rules");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/story/any-order", test_any_order);
    g_test_add_func("/story/meaning", test_meaning);
    g_test_add_func("/story/relink-is-idle", test_relink_is_idle);
    g_test_add_func("/story/night", test_night);
    g_test_add_func("/story/night-late-end", test_night_late_end);
    g_test_add_func("/story/rules-gone", test_rules_gone);
    return g_test_run();
}
