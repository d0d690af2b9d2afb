// SPDX-License-Identifier: GPL-3.0-or-later
/* What was accepted is there, whenever the program is killed: a child adds events and says each id
 * that was accepted; it is killed at some moment; every id it said is in the catalogue. */
#include "test/index/fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 12

/* Never returns. Batches of three, so that a kill may fall into the middle of one. */
static void add_for_ever(const char *home, int round, int out)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, NULL);
    if (!cat)
        _exit(1);
    for (int i = 0;; i += 3) {
        g_autoptr(GString) lines = g_string_new(NULL);
        g_autoptr(GString) ids = g_string_new(NULL);
        for (int j = i; j < i + 3; j++) {
            g_autofree char *id = g_strdup_printf("%d-%d", round, j);
            g_autofree char *one =
                fixture_event(id, "hall.ticket.called", AT(j),
                              "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
            g_string_append_printf(lines, "%s\n", one);
            g_string_append_printf(ids, "%s\n", id);
        }
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(cat, lines->str, lines->len, IDX_EVENT_FORM_NDJSON, T0, NULL);
        if (!batch || batch->accepted != 3 || write(out, ids->str, ids->len) < 0)
            _exit(1);
    }
}

/* What the child says until it is killed after @kill_at bytes of it, or a moment later. */
static char *listen_and_kill(int in, pid_t child, gsize kill_at)
{
    GString *said = g_string_new(NULL);
    char buffer[256];
    ssize_t n = 0;
    bool killed = false;
    while ((n = read(in, buffer, sizeof buffer)) > 0) {
        g_string_append_len(said, buffer, n);
        if (!killed && said->len >= kill_at) {
            g_usleep((gulong)g_test_rand_int_range(0, 4000)); // into the next transaction
            killed = kill(child, SIGKILL) == 0;
        }
    }
    int status = 0;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return g_string_free(said, FALSE);
}

static int check_said(const char *home, const char *said)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_autofree char *stored = fixture_dump(cat, "SELECT ' ' || event_id || ' ' FROM event");
    g_auto(GStrv) ids = g_strsplit(said, "\n", -1);
    int n = 0;
    for (; ids[n] && ids[n][0]; n++) {
        g_autofree char *wanted = g_strdup_printf(" %s ", ids[n]);
        if (!strstr(stored, wanted))
            g_error("event %s was accepted and is lost", ids[n]);
    }
    /* whole batches only, all of them linked, and a file that is sound */
    g_autofree char *rest = fixture_dump(
        cat, "SELECT (SELECT count(*) % 3 FROM event), (SELECT count(*) FROM event e WHERE"
             " (SELECT count(*) FROM subject_event t WHERE t.event_id = e.id) <> 2)");
    g_assert_cmpstr(rest, ==, "0|0");
    g_autofree char *sound = fixture_dump(cat, "PRAGMA integrity_check");
    g_assert_cmpstr(sound, ==, "ok");
    return n;
}

static void test_killed(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_clear_pointer(&f->cat, idx_catalogue_free); // no connection may be carried over a fork
    int total = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int ends[2];
        g_assert_cmpint(pipe(ends), ==, 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            add_for_ever(f->home, round, ends[1]);
        }
        close(ends[1]);
        g_autofree char *said =
            listen_and_kill(ends[0], child, (gsize)g_test_rand_int_range(1, 300));
        close(ends[0]);
        total += check_said(f->home, said);
    }
    g_test_message("%d events accepted in %d rounds, none lost", total, ROUNDS);
    g_assert_cmpint(total, >, ROUNDS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/durability/killed", test_killed);
    return g_test_run();
}
