// SPDX-License-Identifier: GPL-3.0-or-later
/* A purge that was killed at any point, and the next one, leave what one alone would have left. */
#include "index/verify.h"
#include "test/index/purge_hall.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Due, short and by policy at once; held, linked and open among them; days that end. */
static PurgeHall *busy_hall(void)
{
    PurgeHall *h = purge_hall_new();
    int64_t hold = 0;
    for (int i = 0; i < 12; i++)
        purge_hall_segment(h, i % 2, DAYS(i * 10), 60, i == 3 ? "open" : "closed");
    fixture_happens(h->f, "1", "hall.ticket.called", AT(10),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W07\"");
    purge_hall_hold(h, "c2", DAYS(10), DAYS(10) + 1, &hold);
    purge_hall_sql(h, "UPDATE volume SET max_bytes = 140000, when_full = 'oldest'");
    return h;
}

/* However many runs it took: what they deleted is in the sums of the runs and in the audit log, once, and none of them is
 * open. Caller frees. */
static char *told_of(const PurgeHall *h)
{
    return fixture_dump(
        h->f->cat,
        "SELECT (SELECT sum(segments) || ',' || sum(bytes) FROM purge_run),"
        " (SELECT count(*) FROM purge_run WHERE ended_us IS NULL),"
        " (SELECT sum(detail ->> '$.segments') || ',' || sum(detail ->> '$.bytes') || ',' ||"
        " sum(detail ->> '$.below_minimum') || ',' || (count(*) - count(DISTINCT object))"
        " FROM audit WHERE what = 'purge'),"
        " (SELECT count(*) FROM purge_run r WHERE NOT EXISTS (SELECT 1 FROM audit a"
        " WHERE a.what = 'purge' AND a.object = r.id AND a.detail ->> '$.segments' = r.segments"
        " AND (a.result = 'ok' OR a.words <> '')))");
}

static char *state_of(const PurgeHall *h)
{
    g_autofree char *files = purge_hall_files(h);
    g_autofree char *rows = fixture_dump(
        h->f->cat,
        "SELECT * FROM (SELECT start_us, bytes, path, 'there' AS rule FROM segment UNION ALL"
        " SELECT start_us, bytes, path, rule FROM disposition) ORDER BY path, rule");
    g_autofree char *rest = fixture_dump(
        h->f->cat,
        "SELECT (SELECT count(*) FROM purge_batch WHERE done_us IS NULL),"
        " (SELECT count(*) FROM segment_index), (SELECT count(*) FROM disposition d JOIN"
        " purge_batch b ON d.id BETWEEN b.first_id AND b.last_id AND b.id = d.batch_id"
        " JOIN disposition_run r ON r.stream_id = d.stream_id AND d.id BETWEEN r.first_id AND"
        " r.last_id AND d.start_us BETWEEN r.from_us AND r.to_us),"
        " (SELECT group_concat(used_bytes || ',' || held_bytes || ',' || bound_bytes || ','"
        " || spare_bytes || ',' || room_bytes) FROM volume_outlook)");
    g_autofree char *told = told_of(h);
    return g_strdup_printf("%s\n--\n%s\n--\n%s\n--\n%s", files, rows, rest, told);
}

/* In a child that is killed at step @kill_at. False if it came to its end. */
static bool killed_at(PurgeHall *h, int kill_at)
{
    g_clear_pointer(&h->f->cat, idx_catalogue_free); // no connection may be carried over a fork
    pid_t child = fork();
    if (child == 0) {
        IdxPurge p = purge_hall_how(h, DAYS(115));
        IdxPurgeSums sums = {0};
        h->kill_at = kill_at;
        h->really = true;
        h->f->cat = idx_catalogue_open(h->f->home, IDX_WRITE, NULL);
        _exit(h->f->cat && idx_purge(h->f->cat, &p, &sums, NULL) ? 0 : 1);
    }
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    h->f->cat = idx_catalogue_open(h->f->home, IDX_WRITE, NULL);
    g_assert_nonnull(h->f->cat);
    return WIFSIGNALED(status);
}

static void check_verify(PurgeHall *h)
{
    g_autoptr(GError) error = NULL;
    IdxVerify check = {.now_us = AT(DAYS(115))};
    IdxVerifySums sums = {0};
    idx_verify(h->f->cat, &check, &sums, &error);
    g_assert_no_error(error);
    /* files of the tests are short, and an open segment has no recorder; none is missing or stray */
    g_assert_cmpint(sums.files, ==, sums.segments);
}

static void test_killed(void)
{
    g_autoptr(PurgeHall) whole = busy_hall();
    IdxPurge p = purge_hall_how(whole, DAYS(115));
    g_auto(IdxPurgeSums) sums = {0};
    g_autoptr(GError) error = NULL;
    idx_purge(whole->f->cat, &p, &sums, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sums.below_minimum, >, 0);
    g_autofree char *told = told_of(whole);
    g_autofree char *sum = g_strdup_printf("%" PRId64 ",%" PRId64, sums.segments, sums.bytes);
    g_assert_nonnull(strstr(told, sum));
    g_autofree char *expected = state_of(whole);
    int points = 0;
    for (int n = 1;; n++) {
        g_autoptr(PurgeHall) h = busy_hall();
        bool killed = killed_at(h, n);
        if (killed) {
            h->kill_at = 0;
            IdxPurge again = purge_hall_how(h, DAYS(115));
            g_auto(IdxPurgeSums) rest = {0};
            idx_purge(h->f->cat, &again, &rest, &error);
            g_assert_no_error(error);
        }
        g_autofree char *state = state_of(h);
        g_assert_cmpstr(state, ==, expected);
        check_verify(h);
        if (!killed)
            break;
        points++;
    }
    g_test_message("killed at %d points", points);
    g_assert_cmpint(points, >, 20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/purge/killed", test_killed);
    return g_test_run();
}
