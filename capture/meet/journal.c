// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/journal.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/meet/note.h"

#define AGAIN_US INT64_C(500000)
#define END_US INT64_C(3000000)

typedef struct Line {
    char *session, *leg;
    const char *kind;
    json_t *detail;
    int64_t at_us;
} Line;

struct CapJournal {
    IdxCatalogue *cat; // the thread's
    GThread *thread;
    GMutex lock;
    GCond changed;
    GQueue lines;     // Line *
    int64_t until_us; // monotonic: when to give up; 0 = goes on
    unsigned left_out;
};

static void line_free(void *data)
{
    Line *line = data;
    g_free(line->session);
    g_free(line->leg);
    json_decref(line->detail);
    g_free(line);
}

static bool write_line(CapJournal *journal, const Line *line)
{
    g_autoptr(GError) error = NULL;
    IdxMeetNote note = {.session = line->session,
                        .leg = line->leg,
                        .kind = line->kind,
                        .detail = line->detail,
                        .at_us = line->at_us};
    if (idx_meet_note(journal->cat, &note, &error))
        return true;
    bool again = mj_error_is(error, MJ_ERROR_BUSY) || mj_error_is(error, MJ_ERROR_IO);
    mj_log_warning(NULL, "session %s: %s; %s", line->session, error->message,
                   again ? "trying again" : "left out of its record");
    return !again;
}

/* The next line; NULL: the end. */
static Line *next_locked(CapJournal *journal)
{
    while (journal->lines.length == 0 && journal->until_us == 0)
        g_cond_wait(&journal->changed, &journal->lock);
    bool over = journal->until_us != 0 && g_get_monotonic_time() > journal->until_us;
    return over ? NULL : g_queue_peek_head(&journal->lines);
}

static void *run(void *data)
{
    CapJournal *journal = data;
    g_mutex_lock(&journal->lock);
    for (Line *line; (line = next_locked(journal)) != NULL;) {
        g_mutex_unlock(&journal->lock);
        bool done = write_line(journal, line);
        g_mutex_lock(&journal->lock);
        if (done)
            line_free(g_queue_pop_head(&journal->lines));
        else if (journal->until_us == 0)
            g_cond_wait_until(&journal->changed, &journal->lock, g_get_monotonic_time() + AGAIN_US);
    }
    g_mutex_unlock(&journal->lock);
    return NULL;
}

CapJournal *cap_journal_new(const char *home, GError **error)
{
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_WRITE, error);
    if (!cat)
        return NULL;
    CapJournal *journal = g_new0(CapJournal, 1);
    journal->cat = cat;
    g_mutex_init(&journal->lock);
    g_cond_init(&journal->changed);
    g_queue_init(&journal->lines);
    journal->thread = g_thread_new("journal", run, journal);
    return journal;
}

void cap_journal_free(CapJournal *journal)
{
    if (!journal)
        return;
    g_mutex_lock(&journal->lock);
    journal->until_us = g_get_monotonic_time() + END_US;
    g_cond_broadcast(&journal->changed);
    g_mutex_unlock(&journal->lock);
    g_thread_join(journal->thread);
    if (journal->left_out > 0)
        mj_log_warning(NULL, "%u lines of sessions' records were left out", journal->left_out);
    g_queue_clear_full(&journal->lines, line_free);
    idx_catalogue_free(journal->cat);
    g_mutex_clear(&journal->lock);
    g_cond_clear(&journal->changed);
    g_free(journal);
}

void cap_journal_add(CapJournal *journal, const char *session, const char *leg, const char *kind,
                     json_t *detail)
{
    if (!journal) {
        json_decref(detail);
        return;
    }
    Line *line = g_new0(Line, 1);
    *line =
        (Line){g_strdup(session), g_strdup(leg), kind, detail, mj_clock_utc_us(mj_clock_system())};
    g_mutex_lock(&journal->lock);
    if (journal->lines.length < CAP_JOURNAL_MAX) {
        g_queue_push_tail(&journal->lines, g_steal_pointer(&line));
        g_cond_broadcast(&journal->changed);
    } else {
        journal->left_out++;
    }
    g_mutex_unlock(&journal->lock);
    if (line)
        line_free(line);
}
