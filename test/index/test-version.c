// SPDX-License-Identifier: GPL-3.0-or-later
/* Of events that correct one another one holds, however many there are and whichever came first. */
#include "index/db.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

#define TICKET "\"ticket_no\":\"A001\",\"window_no\":\"W07\""
#define MANY 1010
#define FEW 100

static void shuffle(int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = g_test_rand_int_range(0, i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
}

/* As they happened, the last first, or anyhow. */
static void put_in_order(int *order, int n, int way)
{
    for (int i = 0; i < n; i++)
        order[i] = way == 1 ? n - i : i + 1;
    if (way == 2)
        shuffle(order, n);
}

static char *holders(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT event_id, data_ver FROM event WHERE superseded_by IS NULL"
                                " ORDER BY 1, 2");
}

/* Everything leads to what holds. */
static char *led(Fixture *f)
{
    return fixture_dump(f->cat, "SELECT e.event_id, e.data_ver, w.event_id, w.data_ver FROM event e"
                                " LEFT JOIN event w ON w.id = " HOLDS_FOR_E " ORDER BY 1, 2");
}

static void rebuild(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(172800), &error));
    g_assert_true(idx_relink_run(f->cat, AT(172800), NULL, NULL, NULL, &error));
    g_assert_no_error(error);
}

typedef struct How {           // a chain is made
    const char *id, *corrects; // of the one with number %d; of what it corrects, that before
    bool versions;             // with a version more each time
    int n;
} How;

static const How HOWS[] = {
    {"a", NULL, true, MANY},
    {"c%d", "c%d", true, FEW},
    {"c%d", "c%d", false, FEW},
    {"c%d", "c1", true, FEW},
};

static char *number(const char *format, int i)
{
    g_auto(GStrv) parts = g_strsplit(format, "%d", 2);
    return parts[1] ? g_strdup_printf("%s%d", parts[0], i) : g_strdup(format);
}

static char *one_of_chain(const How *how, int i)
{
    g_autofree char *id = number(how->id, i);
    g_autofree char *before = how->corrects && i > 1 ? number(how->corrects, i - 1) : NULL;
    g_autofree char *corrects =
        before ? g_strdup_printf(",\"correction_of\":\"%s\"", before) : NULL;
    g_autofree char *data = g_strdup_printf(TICKET ",\"data_ver\":%d%s", how->versions ? i : 1,
                                            corrects ? corrects : "");
    return fixture_event(id, "hall.ticket.called", AT(i), data);
}

static void send_chain(Fixture *f, const How *how, const int *order, int n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < n; i++) {
        g_autofree char *one = one_of_chain(how, order[i]);
        g_string_append_printf(text, "%s\n", one);
    }
    idx_event_batch_free(fixture_add(f, text->str, n, 0, 0));
}

/* More than a thousand of them: the newest holds, and of what it says there is one visit. */
static void test_many(void)
{
    static const char SQL_VISITS[] = "SELECT from_us FROM span WHERE superseded_us IS NULL";
    for (size_t h = 0; h < G_N_ELEMENTS(HOWS); h++)
        for (int way = 0; way < 3; way++) {
            int n = HOWS[h].n, order[MANY];
            put_in_order(order, n, way);
            g_autoptr(Fixture) f = fixture_new();
            fixture_camera(f, "c1", T0);
            fixture_place(f, "W07", "c1");
            send_chain(f, &HOWS[h], order, n);
            g_test_message("%s corrects %s, way %d", HOWS[h].id, HOWS[h].corrects, way);
            g_autofree char *id = number(HOWS[h].id, n), *last = holders(f);
            g_autofree char *wanted = g_strdup_printf("%s|%d", id, HOWS[h].versions ? n : 1);
            g_assert_cmpstr(last, ==, wanted);
            g_autofree char *visits = fixture_dump(f->cat, SQL_VISITS);
            g_autofree char *from = g_strdup_printf("%" PRId64, AT(n) - 30 * MJ_SECOND_US);
            g_assert_cmpstr(visits, ==, from);
        }
}

/* As an earlier version left them: it knew a thousand of a chain, and the others hold too. */
static void test_many_of_old(void)
{
    int order[MANY];
    put_in_order(order, MANY, 0);
    g_autoptr(Fixture) f = fixture_new();
    send_chain(f, &HOWS[0], order, MANY);
    g_free(fixture_dump(f->cat, "UPDATE event SET superseded_by = CASE WHEN data_ver < 1000 THEN"
                                " (SELECT id FROM event WHERE data_ver = 1000) END"));
    rebuild(f);
    g_autofree char *last = holders(f);
    g_assert_cmpstr(last, ==, "a|1010");
}

/* --- against the rule, said plainly ----------------------------------------------------------- */

typedef struct Said {
    int id, ver, at, corrects; // corrects: -1 = nothing
} Said;

static bool is_with(const Said *a, const Said *b)
{
    return a->id == b->id || a->id == b->corrects || b->id == a->corrects ||
           (a->corrects >= 0 && a->corrects == b->corrects);
}

/* Which of @n belong together with the first of them that is not yet of a group. */
static void group(const Said *said, int n, int *of)
{
    for (int i = 0; i < n; i++)
        of[i] = i;
    for (int round = 0; round < n; round++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (is_with(&said[i], &said[j]))
                    of[i] = of[j] = MIN(of[i], of[j]);
}

static bool is_after(const Said *a, const Said *b)
{
    if (a->ver != b->ver)
        return a->ver > b->ver;
    return a->at != b->at ? a->at > b->at : a->id > b->id;
}

static int holder(const Said *said, int n, const int *of, int which)
{
    int best = -1;
    for (int any = 0; any <= 1 && best < 0; any++)
        for (int i = 0; i < n; i++) {
            bool corrected = false;
            for (int j = 0; j < n; j++)
                corrected = corrected || (of[j] == which && said[j].corrects == said[i].id &&
                                          said[j].ver >= said[i].ver);
            if (of[i] == which && (any || !corrected) &&
                (best < 0 || is_after(&said[i], &said[best])))
                best = i;
        }
    return best;
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *expected(const Said *said, int n)
{
    int of[16];
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    group(said, n, of);
    for (int i = 0; i < n; i++) {
        int h = holder(said, n, of, of[i]);
        g_autofree char *by =
            h == i ? g_strdup("-|-") : g_strdup_printf("e%d|%d", said[h].id, said[h].ver);
        g_ptr_array_add(lines, g_strdup_printf("e%d|%d|%s", said[i].id, said[i].ver, by));
    }
    g_ptr_array_sort(lines, by_text);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

static bool is_new(const Said *said, int n, const Said *one)
{
    for (int i = 0; i < n; i++)
        if (said[i].id == one->id && said[i].ver == one->ver)
            return false;
    return one->corrects != one->id;
}

static void tell(Fixture *f, const Said *s)
{
    g_autofree char *id = g_strdup_printf("e%d", s->id);
    g_autofree char *corrects =
        s->corrects < 0 ? g_strdup("") : g_strdup_printf(",\"correction_of\":\"e%d\"", s->corrects);
    g_autofree char *data = g_strdup_printf(TICKET ",\"data_ver\":%d%s", s->ver, corrects);
    fixture_happens(f, id, "hall.ticket.called", AT(s->at), data);
}

static void test_any(void)
{
    for (int round = 0; round < 60; round++) {
        Said said[12];
        int n = 0;
        g_autoptr(Fixture) f = fixture_new();
        for (int tries = 0; tries < 14 && n < 12; tries++) {
            Said one = {g_test_rand_int_range(0, 5), g_test_rand_int_range(1, 4),
                        g_test_rand_int_range(0, 3), g_test_rand_int_range(-2, 5)};
            if (!is_new(said, n, &one))
                continue;
            said[n++] = one;
            tell(f, &one);
            g_autofree char *got = led(f), *wanted = expected(said, n);
            g_assert_cmpstr(got, ==, wanted);
        }
        g_free(fixture_dump(f->cat, "UPDATE event SET superseded_by = NULL WHERE id % 2"));
        rebuild(f);
        g_autofree char *got = led(f), *wanted = expected(said, n);
        g_assert_cmpstr(got, ==, wanted);
    }
}

/* --- what one more costs ---------------------------------------------------------------------- */

static int count(void *data)
{
    ++*(int64_t *)data;
    return 0;
}

/* Rows that are written, and instructions of the database in tens, for the @n-th of a chain. */
static void cost(Fixture *f, const How *how, int n, int64_t *ret_rows, int64_t *ret_steps)
{
    g_autofree char *one = one_of_chain(how, n);
    int before = sqlite3_total_changes(f->cat->db);
    *ret_steps = 0;
    sqlite3_progress_handler(f->cat->db, 10, count, ret_steps);
    idx_event_batch_free(fixture_add(f, one, 1, 0, 0));
    sqlite3_progress_handler(f->cat->db, 0, NULL, NULL);
    *ret_rows = sqlite3_total_changes(f->cat->db) - before;
}

static void test_cost(void)
{
    static const int LENGTHS[] = {30, 300};
    int order[300];
    put_in_order(order, 300, 0);
    for (size_t h = 0; h < G_N_ELEMENTS(HOWS); h++) {
        int64_t rows[2], steps[2];
        for (int l = 0; l < 2; l++) {
            g_autoptr(Fixture) f = fixture_new();
            send_chain(f, &HOWS[h], order, LENGTHS[l] - 1);
            cost(f, &HOWS[h], LENGTHS[l], &rows[l], &steps[l]);
            g_test_message("%s corrects %s, the %dth: %d rows, %d steps", HOWS[h].id,
                           HOWS[h].corrects, LENGTHS[l], (int)rows[l], (int)steps[l]);
        }
        g_assert_cmpint(rows[1], ==, rows[0]);
        g_assert_cmpint(steps[1], <,
                        10 * steps[0]); // the ticket's events are looked at once or twice
    }
}

/* What is corrected comes after its correction, and is of a higher version, of a source that has said and corrected @n other things. */
static int64_t cost_of_late(int n)
{
    int64_t steps = 0;
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *sql = g_strdup_printf(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO"
        " event (hall_id, source, event_id, data_ver, type, time_us, received_us, correction_of,"
        " body) SELECT h.id, '" SOURCE
        "', 'o' || i, 1, 'hall.ticket.paused', 0, 0, CASE WHEN i %% 2"
        " THEN 'o' || (i - 1) END, '{}' FROM n, hall h",
        n);
    g_free(fixture_dump(f->cat, sql));
    sqlite3_progress_handler(f->cat->db, 10, count, &steps);
    fixture_happens(f, "c2", "hall.ticket.called", AT(2), TICKET ",\"correction_of\":\"c1\"");
    fixture_happens(f, "c1", "hall.ticket.called", AT(1), TICKET ",\"data_ver\":5");
    sqlite3_progress_handler(f->cat->db, 0, NULL, NULL);
    g_autofree char *last = fixture_dump(
        f->cat, "SELECT event_id FROM event WHERE superseded_by IS NULL AND event_id LIKE 'c%'");
    g_assert_cmpstr(last, ==, "c1");
    return steps;
}

/* By its chain alone, whatever else there is. */
static void test_cost_of_late(void)
{
    int64_t few = cost_of_late(100), many = cost_of_late(10000);
    g_test_message("%d and %d steps", (int)few, (int)many);
    g_assert_cmpint(many, <, few + few / 4);
}

static int count_statement(unsigned what, void *data, void *statement, void *text)
{
    return count(data);
}

/* What linking a chain of @n anew takes: statements, and instructions in tens. */
static void cost_of_rebuild(const How *how, int n, int64_t *ret_statements, int64_t *ret_steps)
{
    int order[MANY];
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "c1", T0);
    fixture_place(f, "W07", "c1");
    put_in_order(order, n, 0);
    send_chain(f, how, order, n);
    *ret_statements = *ret_steps = 0;
    sqlite3_trace_v2(f->cat->db, SQLITE_TRACE_STMT, count_statement, ret_statements);
    sqlite3_progress_handler(f->cat->db, 10, count, ret_steps);
    rebuild(f);
    sqlite3_progress_handler(f->cat->db, 0, NULL, NULL);
    sqlite3_trace_v2(f->cat->db, 0, NULL, NULL);
}

/* A chain is settled once, and what counts for nothing looks at no others: four times as many take four times as much, but
 * for the ticket, which is linked with each step. */
static void test_cost_of_rebuild(void)
{
    for (size_t h = 0; h < G_N_ELEMENTS(HOWS); h++) {
        int64_t few = 0, many = 0, steps = 0, more = 0;
        cost_of_rebuild(&HOWS[h], 250, &few, &steps);
        cost_of_rebuild(&HOWS[h], 1000, &many, &more);
        g_test_message("%s corrects %s: %d and %d statements, %d and %d steps", HOWS[h].id,
                       HOWS[h].corrects, (int)few, (int)many, (int)steps, (int)more);
        g_assert_cmpint(many, <, few * 9 / 2);
        g_assert_cmpint(more, <, steps * 9);
    }
}

/* The first of a chain cannot be read any more by today's rules: the others are put right all the same. */
static void test_unread(void)
{
    int order[3];
    put_in_order(order, 3, 0);
    g_autoptr(Fixture) f = fixture_new();
    send_chain(f, &HOWS[1], order, 3);
    g_free(fixture_dump(f->cat,
                        "UPDATE event SET superseded_by = NULL, body = CASE event_id WHEN 'c1'"
                        " THEN '{}' ELSE body END"));
    rebuild(f);
    g_autofree char *last = holders(f);
    g_assert_cmpstr(last, ==, "c3|3");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/version/many", test_many);
    g_test_add_func("/version/many-of-old", test_many_of_old);
    g_test_add_func("/version/any", test_any);
    g_test_add_func("/version/cost", test_cost);
    g_test_add_func("/version/cost-of-late", test_cost_of_late);
    g_test_add_func("/version/cost-of-rebuild", test_cost_of_rebuild);
    g_test_add_func("/version/unread", test_unread);
    return g_test_run();
}
