// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/disposition.h"
#include "index/purge_own.h"

#include <string.h>

#define BATCH_US INT64_C(6000) // the catalogue is held so long at a time,
#define LEAVE_US 1500          // and left to others so long: they look each millisecond (db.c)
#define LOOK_AT_CLOCK 16       // segments between two looks at it
#define RUN_MAX 64             // segments in one statement
#define FINISH_SEGMENTS 20000  // marked, then their files are removed

static const char SQL_STREAMS[] = "SELECT id, camera_id FROM stream ORDER BY camera_id, id";
static const char SQL_HOUR[] =
    "SELECT id, start_us, end_us, bytes FROM segment INDEXED BY segment_time"
    " WHERE stream_id = ?1 AND start_us >= ?2 AND start_us < ?3 AND volume_id = ?4"
    " AND state <> 'open'";
static const char SQL_BATCH[] =
    "INSERT INTO purge_batch (run_id, volume_id, first_id, last_id, marked_us)"
    " VALUES (?, ?, 0, 0, ?)";
static const char SQL_BATCH_ENDS[] =
    "UPDATE purge_batch SET first_id = ?2, last_id = ?3 WHERE id = ?1";
/* The same rows for all three: a run of a stream, in one volume, from one start to another. */
#define RUN                                                                                        \
    " FROM segment INDEXED BY segment_time WHERE stream_id = ?1 AND start_us >= ?2"                \
    " AND start_us <= ?3 AND volume_id = ?4 AND state <> 'open'"
static const char SQL_DISPOSE[] =
    "INSERT INTO disposition (batch_id, segment_id, stream_id, start_us, end_us, bytes, sha256,"
    " path, rule) SELECT ?5, id, stream_id, start_us, end_us, bytes, sha256, path, ?6" RUN;
static const char SQL_DELETE_INDEX[] =
    "DELETE FROM segment_index WHERE segment_id IN (SELECT id" RUN ")";
static const char SQL_DELETE[] = "DELETE" RUN;

/* The segments of an hour that are looked at, and how far. */
typedef struct Hour {
    Purge *p;
    PurgeNeed *need;
    GArray *list; // IdxSurveySegment
    guint at;
    int64_t until_us;     // the end of the last of them
    int64_t freed_bytes;  // at this level, of all hours
    int64_t aimed_camera; // of the retention
    int64_t unfinished;   // segments that are marked and whose files are there
    GArray *told;         // Told, of the open transaction: nobody is told while it is open
} Hour;

typedef struct Told {
    IdxSurveySegment segment;
    IdxVerdict verdict;
    char *rule;
} Told;

static void told_clear(void *data)
{
    g_free(((Told *)data)->rule);
}

static void tell(Hour *h)
{
    for (guint i = 0; i < h->told->len; i++) {
        const Told *t = &g_array_index(h->told, Told, i);
        idx_purge_explain(&h->p->explain, &t->segment, &t->verdict, true, t->rule);
    }
    g_array_set_size(h->told, 0);
}

static int by_stream(gconstpointer a, gconstpointer b)
{
    const IdxSurveySegment *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    if (x->stream_id != y->stream_id)
        return x->stream_id < y->stream_id ? -1 : 1;
    return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const IdxSurveySegment *x = a, *y = b;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool gather_stream(Hour *h, int64_t stream_id, int64_t camera_id, int64_t hour,
                          GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(h->p->cat, SQL_HOUR, error, "iiii", stream_id, hour * MJ_HOUR_US,
                     (hour + 1) * MJ_HOUR_US, h->need->volume->id);
    int row = 0;
    while ((row = idx_db_step(h->p->cat, q, error)) > 0) {
        IdxSurveySegment g = {.id = idx_db_int(q, 0),
                              .stream_id = stream_id,
                              .camera_id = camera_id,
                              .volume_id = h->need->volume->id,
                              .start_us = idx_db_int(q, 1),
                              .end_us = idx_db_int(q, 2),
                              .bytes = idx_db_int(q, 3)};
        g_array_append_val(h->list, g);
        h->until_us = MAX(h->until_us, g.end_us);
    }
    return row == 0;
}

/* @exact: in the order in which they are to go; else in the one that is judged fastest. */
static bool gather(Hour *h, int64_t hour, bool exact, GError **error)
{
    g_array_set_size(h->list, 0);
    h->at = 0;
    h->until_us = 0;
    h->aimed_camera = 0;
    g_autoptr(IdxQuery) q = idx_db_query(h->p->cat, SQL_STREAMS, error, "");
    int row = 0;
    while ((row = idx_db_step(h->p->cat, q, error)) > 0)
        if (!gather_stream(h, idx_db_int(q, 0), idx_db_int(q, 1), hour, error))
            return false;
    g_array_sort(h->list, exact ? by_start : by_stream);
    return row == 0;
}

static bool aim(Hour *h, const IdxSurveySegment *g, GError **error)
{
    if (h->aimed_camera == g->camera_id)
        return true;
    h->aimed_camera = g->camera_id;
    IdxAim to = {.camera_id = g->camera_id,
                 .from_us = g->start_us / MJ_HOUR_US * MJ_HOUR_US,
                 .to_us = h->until_us,
                 .level = h->need->level,
                 .now_us = h->p->how->now_us};
    return idx_retention_aim(h->p->retention, &to, error);
}

/* 1: it is to go; 0: not; -1: error. Streams of one camera follow each other, so that time may go back. */
static int judge(Hour *h, const IdxSurveySegment *g, IdxVerdict *ret, GError **error)
{
    const IdxSurveySegment *before = h->at > 0 ? g - 1 : NULL;
    if (before && before->camera_id == g->camera_id && before->start_us > g->start_us)
        h->aimed_camera = 0;
    if (!aim(h, g, error))
        return -1;
    *ret = idx_retention_judge(h->p->retention, g->start_us, g->end_us, false, h->p->how->now_us);
    return ret->kind == h->need->level;
}

/* Segments that follow each other in a stream and go by one rule: one statement for all of them. */
typedef struct Run {
    int64_t batch_id;
    const IdxSurveySegment *first, *last;
    int n;
    char *rule;
} Run;

static void run_clear(Run *run)
{
    g_free(run->rule);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static bool delete_run(IdxCatalogue *cat, const Run *run, int64_t volume_id, GError **error)
{
    int64_t stream = run->first->stream_id, from = run->first->start_us, to = run->last->start_us;
    if (!idx_db_run(cat, SQL_DISPOSE, error, "iiiiit", stream, from, to, volume_id, run->batch_id,
                    run->rule))
        return false;
    if (idx_db_changes(cat) != run->n)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "footage of stream %" G_GINT64_FORMAT " changed between two looks: "
                            "%d segments of %d; nothing of this batch was deleted",
                            stream, idx_db_changes(cat), run->n);
    return idx_db_run(cat, SQL_DELETE_INDEX, error, "iiii", stream, from, to, volume_id) &&
           idx_db_run(cat, SQL_DELETE, error, "iiii", stream, from, to, volume_id);
}

static bool flush(Hour *h, Run *run, GError **error)
{
    bool ok =
        run->n == 0 || run->batch_id == 0 || delete_run(h->p->cat, run, h->need->volume->id, error);
    run->n = 0;
    return ok;
}

static bool add_to_run(Hour *h, Run *run, const IdxSurveySegment *g, const char *rule,
                       GError **error)
{
    bool goes_on = run->n > 0 && run->n < RUN_MAX && g == run->last + 1 &&
                   g->stream_id == run->last->stream_id && g->start_us > run->last->start_us &&
                   strcmp(rule, run->rule) == 0;
    if (!goes_on && !flush(h, run, error))
        return false;
    if (!goes_on) {
        g_free(run->rule);
        run->rule = g_strdup(rule);
        run->first = g;
    }
    run->last = g;
    run->n++;
    return true;
}

/* Takes @rule. */
static void count(Hour *h, const IdxSurveySegment *g, const IdxVerdict *v, char *rule)
{
    Told told = {*g, *v, rule};
    Purge *p = h->p;
    p->sums->segments++;
    p->sums->bytes += g->bytes;
    p->sums->below_minimum += v->kind == IDX_VERDICT_BOUND;
    h->freed_bytes += g->bytes;
    h->need->volume->freed_bytes += g->bytes;
    h->need->survey->bytes[v->kind] -= g->bytes;
    h->need->survey->segments[v->kind]--;
    h->unfinished++;
    g_array_append_val(h->told, told);
}

static bool enough(const Hour *h)
{
    return h->at >= h->list->len || h->freed_bytes >= h->need->limit_bytes;
}

/* Everything up to the commit of one batch. *ret_marked: how many. @batch_id 0: a dry run. */
static bool mark(Hour *h, int64_t batch_id, int64_t *ret_marked, GError **error)
{
    g_auto(Run) run = {.batch_id = batch_id};
    int64_t until_us = g_get_monotonic_time() + BATCH_US;
    *ret_marked = 0;
    h->aimed_camera = 0; // holds and links may be others since the last transaction
    if (!idx_retention_refresh(h->p->retention, error))
        return false;
    for (int n = 1; !enough(h); h->at++, n++) {
        IdxVerdict v;
        if (batch_id && n % LOOK_AT_CLOCK == 0 && g_get_monotonic_time() > until_us)
            break;
        const IdxSurveySegment *g = &g_array_index(h->list, IdxSurveySegment, h->at);
        int goes = judge(h, g, &v, error);
        if (goes < 0)
            return false;
        if (!goes)
            continue;
        char *rule = idx_disposition_rule(&v, h->need->level);
        bool ok = add_to_run(h, &run, g, rule, error);
        count(h, g, &v, rule);
        if (!ok)
            return false;
        ++*ret_marked;
    }
    return flush(h, &run, error);
}

static bool write_batch(Hour *h, int64_t *ret_marked, GError **error)
{
    static const char SQL_LAST[] = "SELECT max(id) FROM disposition";
    IdxCatalogue *cat = h->p->cat;
    int64_t last = 0;
    if (!idx_db_run(cat, SQL_BATCH, error, "iii", h->p->sums->run_id, h->need->volume->id,
                    h->p->how->now_us))
        return false;
    int64_t batch_id = idx_db_last_id(cat);
    if (!mark(h, batch_id, ret_marked, error))
        return false;
    if (*ret_marked > 0 && !idx_db_get_int(cat, &last, SQL_LAST, error, ""))
        return false;
    return idx_db_run(cat, SQL_BATCH_ENDS, error, "iii", batch_id, last - *ret_marked + 1, last) &&
           idx_purge_step(h->p, "marked", error);
}

/* A batch of nothing is none. */
static bool run_batch(Hour *h, GError **error)
{
    int64_t marked = 0;
    if (!idx_db_scope_begin(h->p->cat, error))
        return false;
    bool ok = write_batch(h, &marked, error);
    if (ok && marked == 0)
        return idx_db_scope_end(h->p->cat, false, NULL) || true;
    if (!idx_db_scope_end(h->p->cat, ok, error))
        return false;
    tell(h);
    return idx_purge_step(h->p, "committed", error);
}

static bool finish(Hour *h, GError **error)
{
    int64_t batches = 0;
    h->unfinished = 0;
    return idx_purge_finish(h->p, &batches, error);
}

static bool run_hour(Hour *h, GError **error)
{
    int64_t marked = 0;
    if (h->p->how->dry_run) {
        bool ok = mark(h, 0, &marked, error);
        tell(h);
        return ok;
    }
    while (!enough(h) && !h->need->volume->failed && !idx_purge_out_of_time(h->p)) {
        if (!run_batch(h, error) || (h->unfinished >= FINISH_SEGMENTS && !finish(h, error)))
            return false;
        if (!enough(h)) // SQLite's locks know no queue: who waits must find it free
            g_usleep(LEAVE_US);
    }
    return true;
}

static bool run_hours(Hour *h, GError **error)
{
    const GArray *hours = h->need->survey->hours;
    for (guint i = 0; i < hours->len && h->freed_bytes < h->need->limit_bytes; i++) {
        const IdxSurveyHour *hour = &g_array_index(hours, IdxSurveyHour, i);
        int64_t bytes = hour->bytes[h->need->level];
        if (bytes == 0)
            continue;
        if (h->need->volume->failed || idx_purge_out_of_time(h->p))
            break;
        bool exact = h->freed_bytes + bytes > h->need->limit_bytes;
        if (!gather(h, hour->hour, exact, error) || !run_hour(h, error))
            return false;
    }
    return true;
}

bool idx_purge_take(Purge *p, PurgeNeed *need, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(IdxSurveySegment));
    g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(Told));
    g_array_set_clear_func(told, told_clear);
    Hour h = {.p = p, .need = need, .list = list, .told = told};
    bool ok = run_hours(&h, error);
    if (ok && h.unfinished > 0 && !p->how->dry_run)
        ok = finish(&h, error);
    return ok;
}
