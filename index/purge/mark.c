// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/link/linking.h"
#include "index/purge/disposition.h"
#include "index/purge/purge_own.h"

#include <string.h>
#include <time.h>

/* The catalogue is held about so long at a time: by this thread's own work, so that a batch is not made small, and
 * each segment dear, because others are busy; and not for longer by the clock, since a recorder waits that long. */
#define BATCH_CPU_US INT64_C(20000)
#define BATCH_US INT64_C(25000)
#define LEAVE_US 2000         // and left to others so long: they look each millisecond (db.c)
#define SLICE_FIRST 512       // segments that are judged in one batch, at first;
#define SLICE_LEAST 512       // then so many as take that long, but not fewer
#define SLICE_MOST 8192       // nor more
#define FINISH_SEGMENTS 20000 // marked, then their files are removed

static const char SQL_STREAMS[] = "SELECT id, camera_id FROM stream ORDER BY camera_id, id";
static const char SQL_HOUR[] =
    "SELECT id, start_us, end_us, bytes FROM segment INDEXED BY segment_time"
    " WHERE stream_id = ?1 AND start_us >= ?2 AND start_us < ?3 AND volume_id = ?4";
static const char SQL_OPEN[] =
    "SELECT id FROM segment INDEXED BY segment_open WHERE state = 'open' AND start_us >= ?1"
    " AND start_us < ?2";
static const char SQL_MEET_ROWS[] = "SELECT max(end_us) FROM segment WHERE id BETWEEN ?1 AND ?2";
static const char SQL_MEET_INDEX[] =
    "SELECT max(length(fragments)) FROM segment_index WHERE segment_id BETWEEN ?1 AND ?2";
static const char SQL_BATCH[] =
    "INSERT INTO purge_batch (run_id, volume_id, first_id, last_id, marked_us)"
    " VALUES (?, ?, 0, 0, ?)";
static const char SQL_BATCH_ENDS[] =
    "UPDATE purge_batch SET first_id = ?2, last_id = ?3 WHERE id = ?1";

typedef struct Candidate {
    IdxSurveySegment segment;
    IdxVerdict verdict; // as of the transaction that judged it last
} Candidate;

/* The segments of an hour that are looked at, and how far. What was recorded together lies together in the
 * tables, and footage that follows each other in a stream in their indexes: a batch that is a slice of time
 * through all streams meets the fewest pages. */
typedef struct Hour {
    Purge *p;
    PurgeNeed *need;
    GArray *list; // Candidate, in the order in which they go
    GPtrArray
        *slice; // Candidate *: those of one batch, in the order in which they are judged fastest
    guint at;
    guint slice_size;
    bool stale;          // what was judged when the hour was gathered is so no more
    int64_t freed_bytes; // at this level, of all hours
    int64_t unfinished;  // segments that are marked and whose files are there
    GPtrArray *gone;     // Candidate *: marked and not yet told
} Hour;

static int by_stream(const Candidate *a, const Candidate *b)
{
    const IdxSurveySegment *x = &a->segment, *y = &b->segment;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    if (x->stream_id != y->stream_id)
        return x->stream_id < y->stream_id ? -1 : 1;
    return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

static int by_stream_at(gconstpointer a, gconstpointer b)
{
    return by_stream(*(const Candidate *const *)a, *(const Candidate *const *)b);
}

static int by_id(gconstpointer a, gconstpointer b)
{
    const IdxSurveySegment *x = &((const Candidate *)a)->segment;
    const IdxSurveySegment *y = &((const Candidate *)b)->segment;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const IdxSurveySegment *x = &((const Candidate *)a)->segment;
    const IdxSurveySegment *y = &((const Candidate *)b)->segment;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    return by_id(a, b);
}

/* --- an hour ---------------------------------------------------------------------------------- */

/* Those that went since the last call, of which the transaction is over. */
static void tell(Hour *h)
{
    Purge *p = h->p;
    bool asked = p->how->decided || p->how->kept;
    if (asked)
        g_ptr_array_sort(h->gone, by_stream_at);
    for (guint i = 0; asked && i < h->gone->len; i++) {
        const Candidate *c = h->gone->pdata[i];
        idx_purge_kept_less(&p->kept, &c->segment, &c->verdict);
        g_autofree char *rule = idx_disposition_rule(&c->verdict, h->need->level);
        idx_purge_explain(&p->explain, &c->segment, &c->verdict, true, rule);
    }
    g_ptr_array_set_size(h->gone, 0);
}

static bool gather_stream(Hour *h, int64_t stream_id, int64_t camera_id, int64_t hour,
                          GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(h->p->cat, SQL_HOUR, error, "iiii", stream_id, hour * MJ_HOUR_US,
                     (hour + 1) * MJ_HOUR_US, h->need->volume->id);
    int row = 0;
    while ((row = idx_db_step(h->p->cat, q, error)) > 0) {
        Candidate c = {.segment = {.id = idx_db_int(q, 0),
                                   .stream_id = stream_id,
                                   .camera_id = camera_id,
                                   .volume_id = h->need->volume->id,
                                   .start_us = idx_db_int(q, 1),
                                   .end_us = idx_db_int(q, 2),
                                   .bytes = idx_db_int(q, 3)}};
        g_array_append_val(h->list, c);
    }
    return row == 0;
}

/* What is open stays; that it was closed since nobody needs to know before the next run. */
static bool leave_open(Hour *h, int64_t hour, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(h->p->cat, SQL_OPEN, error, "ii", hour * MJ_HOUR_US, (hour + 1) * MJ_HOUR_US);
    int row = 0;
    while ((row = idx_db_step(h->p->cat, q, error)) > 0)
        for (guint i = 0; i < h->list->len; i++)
            if (g_array_index(h->list, Candidate, i).segment.id == idx_db_int(q, 0))
                g_array_remove_index_fast(h->list, i);
    return row == 0;
}

/* What must come from the disk comes now, and not while the catalogue is held. Those that lie far apart, as what was
 * rebuilt may, come when they are needed. */
static bool fetch(Hour *h, GError **error)
{
    int64_t first = INT64_MAX, last = 0, none = 0;
    for (guint i = 0; i < h->list->len; i++) {
        int64_t id = g_array_index(h->list, Candidate, i).segment.id;
        first = MIN(first, id);
        last = MAX(last, id);
    }
    return last - first >= 4 * (int64_t)h->list->len ||
           (idx_db_get_int(h->p->cat, &none, SQL_MEET_ROWS, error, "ii", first, last) &&
            idx_db_get_int(h->p->cat, &none, SQL_MEET_INDEX, error, "ii", first, last));
}

/* @exact: in the order in which they are to go; else in the one in which they lie. */
static bool gather(Hour *h, int64_t hour, bool exact, GError **error)
{
    g_array_set_size(h->list, 0);
    h->at = 0;
    g_autoptr(IdxQuery) q = idx_db_query(h->p->cat, SQL_STREAMS, error, "");
    int row = 0;
    while ((row = idx_db_step(h->p->cat, q, error)) > 0)
        if (!gather_stream(h, idx_db_int(q, 0), idx_db_int(q, 1), hour, error))
            return false;
    if (row < 0 || !leave_open(h, hour, error))
        return false;
    g_array_sort(h->list, exact ? by_start : by_id);
    return h->list->len == 0 || fetch(h, error);
}

/* --- judging ---------------------------------------------------------------------------------- */

/* At all of it, since each camera is aimed at once. */
static IdxAim aim_of(const Hour *h)
{
    IdxAim aim = {.from_us = INT64_MAX,
                  .to_us = INT64_MIN,
                  .level = h->need->level,
                  .now_us = h->p->how->now_us};
    for (guint i = 0; i < h->slice->len; i++) {
        const IdxSurveySegment *g = &((const Candidate *)h->slice->pdata[i])->segment;
        aim.from_us = MIN(aim.from_us, g->start_us);
        aim.to_us = MAX(aim.to_us, g->end_us);
    }
    return aim;
}

static bool judge_slice(Hour *h, GError **error)
{
    IdxRetention *retention = h->p->retention;
    IdxAim aim = aim_of(h);
    const IdxSurveySegment *before = NULL;
    for (guint i = 0; i < h->slice->len; i++) {
        Candidate *c = h->slice->pdata[i];
        const IdxSurveySegment *g = &c->segment;
        aim.camera_id = g->camera_id;
        /* streams of one camera follow each other, so that time may go back */
        bool again = !before || before->camera_id != g->camera_id || before->start_us > g->start_us;
        if (again && !idx_retention_aim(retention, &aim, error))
            return false;
        c->verdict =
            idx_retention_judge(retention, g->stream_id, g->start_us, g->end_us, false, aim.now_us);
        before = g;
    }
    return true;
}

/* Those from the next one on, before @end. */
static bool judge(Hour *h, guint end, GError **error)
{
    g_ptr_array_set_size(h->slice, 0);
    for (guint i = h->at; i < end; i++)
        g_ptr_array_add(h->slice, &g_array_index(h->list, Candidate, i));
    g_ptr_array_sort(h->slice, by_stream_at);
    return idx_retention_refresh(h->p->retention, error) && judge_slice(h, error);
}

/* All of the hour at once, before the catalogue is held: links are looked for a day back, for each camera. */
static bool judge_hour(Hour *h, GError **error)
{
    if (h->list->len == 0)
        return true;
    h->stale = false;
    if (!idx_db_look_begin(h->p->cat, error))
        return false;
    bool ok = judge(h, h->list->len, error);
    idx_db_look_end(h->p->cat);
    return ok;
}

/* Holds, links and rules may be others since; from then on each slice is judged when it goes. */
static bool judge_again(Hour *h, guint end, GError **error)
{
    bool changed = false;
    if (!h->stale && !idx_retention_changed(h->p->retention, &changed, error))
        return false;
    h->stale = h->stale || changed;
    return !h->stale || judge(h, end, error);
}

/* --- marking ---------------------------------------------------------------------------------- */

static void count(Hour *h, Candidate *c)
{
    const IdxSurveySegment *g = &c->segment;
    IdxVerdictKind kind = c->verdict.kind;
    Purge *p = h->p;
    p->sums->segments++;
    p->sums->bytes += g->bytes;
    p->sums->below_minimum += kind == IDX_VERDICT_BOUND;
    h->freed_bytes += g->bytes;
    h->need->volume->freed_bytes += g->bytes;
    h->need->survey->bytes[kind] -= g->bytes;
    h->need->survey->segments[kind]--;
    h->unfinished++;
    g_ptr_array_add(h->gone, c);
}

static bool enough(const Hour *h)
{
    return h->at >= h->list->len || h->freed_bytes >= h->need->limit_bytes;
}

/* *ret_picked: how many of those before @end go. @dry: they are counted, and that is all. */
static bool pick(Hour *h, guint end, bool dry, int *ret_picked, GError **error)
{
    *ret_picked = 0;
    const IdxRule *last = NULL; // of a level, it alone decides
    g_autofree char *rule = NULL;
    for (; h->at < end && !enough(h); h->at++) {
        Candidate *c = &g_array_index(h->list, Candidate, h->at);
        if (c->verdict.kind != h->need->level)
            continue;
        bool due = h->need->level == IDX_VERDICT_DUE;
        const IdxRule *own = due ? c->verdict.max_rule : c->verdict.min_rule;
        if (own != last) {
            g_free(rule);
            rule = idx_disposition_rule(&c->verdict, h->need->level);
            last = own;
        }
        if (!dry && !idx_disposition_pick(h->p->cat, c->segment.id, rule, error))
            return false;
        count(h, c);
        ++*ret_picked;
    }
    return true;
}

static bool write_batch(Hour *h, int *ret_picked, GError **error)
{
    IdxCatalogue *cat = h->p->cat;
    int64_t first = 0;
    if (!idx_db_run(cat, SQL_BATCH, error, "iii", h->p->sums->run_id, h->need->volume->id,
                    h->p->how->now_us))
        return false;
    int64_t batch_id = idx_db_last_id(cat);
    int64_t bytes = h->p->sums->bytes;
    guint end = h->at + MIN(h->slice_size, h->list->len - h->at);
    return judge_again(h, end, error) && pick(h, end, false, ret_picked, error) &&
           (*ret_picked == 0 ||
            (idx_disposition_store(cat, batch_id, *ret_picked, &first, error) &&
             idx_db_run(cat, SQL_BATCH_ENDS, error, "iii", batch_id, first,
                        first + *ret_picked - 1) &&
             idx_purge_run_count(h->p, *ret_picked, h->p->sums->bytes - bytes, error) &&
             idx_purge_step(h->p, "marked", error)));
}

typedef struct Spent {
    int64_t cpu_us, us;
} Spent;

/* Of this thread, so far. */
static Spent spent(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    return (Spent){(int64_t)cpu.tv_sec * MJ_SECOND_US + cpu.tv_nsec / 1000, g_get_monotonic_time()};
}

/* The next one is to take as long as it should. The last of an hour was smaller than it might have been, and tells
 * no more than that. */
static void resize_slice(Hour *h, guint looked_at, Spent before)
{
    Spent now = spent();
    double cpu_us = (double)MAX(now.cpu_us - before.cpu_us, 1);
    double us = (double)MAX(now.us - before.us, 1);
    double wanted = looked_at * MIN((double)BATCH_CPU_US / cpu_us, (double)BATCH_US / us);
    if (looked_at < h->slice_size)
        wanted = MIN(wanted, h->slice_size);
    wanted = CLAMP(wanted, (double)h->slice_size * 3 / 4, (double)h->slice_size * 3 / 2);
    h->slice_size = (guint)CLAMP(wanted, SLICE_LEAST, SLICE_MOST);
}

/* A batch of nothing is none; and so is one before which something is to be linked: that changes what may go. */
static bool run_batch(Hour *h, GError **error)
{
    int picked = 0;
    guint at = h->at;
    bool unlinked = false;
    if (!idx_db_scope_begin(h->p->cat, error))
        return false;
    Spent before = spent();
    bool ok = idx_linking_pending(h->p->cat, &unlinked, error) &&
              (unlinked || write_batch(h, &picked, error));
    if (ok && unlinked) {
        h->stale = true;
        return idx_db_scope_end(h->p->cat, false, NULL) || idx_purge_link_meanwhile(h->p, error);
    }
    if (ok && picked == 0)
        return idx_db_scope_end(h->p->cat, false, NULL) || true;
    resize_slice(h, h->at - at, before);
    return idx_db_scope_end(h->p->cat, ok, error) && idx_purge_step(h->p, "committed", error);
}

static bool finish(Hour *h, GError **error)
{
    int64_t batches = 0;
    h->unfinished = 0;
    return idx_purge_finish(h->p, &batches, error);
}

static bool run_batches(Hour *h, GError **error)
{
    while (!enough(h) && !h->need->volume->failed && !idx_purge_out_of_time(h->p)) {
        if (!run_batch(h, error) || (h->unfinished >= FINISH_SEGMENTS && !finish(h, error)))
            return false;
        if (!enough(h)) // SQLite's locks know no queue: who waits must find it free
            g_usleep(LEAVE_US);
    }
    return true;
}

static bool run_hour(Hour *h, GError **error)
{
    int picked = 0;
    bool ok = true;
    if (!h->p->how->dry_run)
        ok = run_batches(h, error);
    else
        ok = pick(h, h->list->len, true, &picked, error);
    if (ok)
        tell(h);
    return ok;
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
        if (!gather(h, hour->hour, exact, error) || !judge_hour(h, error) || !run_hour(h, error))
            return false;
    }
    return true;
}

bool idx_purge_take(Purge *p, PurgeNeed *need, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Candidate));
    g_autoptr(GPtrArray) slice = g_ptr_array_new();
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    Hour h = {.p = p,
              .need = need,
              .list = list,
              .slice = slice,
              .slice_size = SLICE_FIRST,
              .gone = gone};
    bool ok = run_hours(&h, error);
    if (ok && h.unfinished > 0 && !p->how->dry_run)
        ok = finish(&h, error);
    return ok;
}
