// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/db.h"
#include "index/purge/disposition.h"
#include "index/rebuild/rebuild_own.h"
#include "index/retention/retention.h"

#include <string.h>

#define PAGE_ROWS 256

static const char SQL_STREAMS[] = "SELECT id, camera_id FROM stream ORDER BY camera_id, id";
static const char SQL_PAGE[] =
    "SELECT id, volume_id, start_us, end_us, bytes, path, state = 'open' FROM segment"
    " WHERE stream_id = ?1 AND start_us > ?2 ORDER BY start_us LIMIT ?3";
/* As if it were of the last run that looked at the clock (purge/clock.c), which this one does not. */
static const char SQL_RUN[] =
    "INSERT INTO purge_run (started_us, ended_us, segments, bytes) SELECT coalesce((SELECT"
    " started_us FROM purge_run ORDER BY id DESC LIMIT 1), 0), ?1, 0, 0";
static const char SQL_RUN_ADD[] =
    "UPDATE purge_run SET segments = segments + 1, bytes = bytes + ?2 WHERE id = ?1";
static const char SQL_BATCH[] =
    "INSERT INTO purge_batch (run_id, volume_id, first_id, last_id, marked_us, done_us)"
    " VALUES (?1, ?2, 0, 0, ?3, ?3)";
static const char SQL_BATCH_ENDS[] =
    "UPDATE purge_batch SET first_id = CASE first_id WHEN 0 THEN ?2 ELSE first_id END,"
    " last_id = ?2 WHERE id = ?1";
typedef struct Lost { // a row whose file is not there
    int64_t id, volume_id, start_us, end_us, bytes;
    char *path;
    bool open;
} Lost;

static void lost_clear(void *lost)
{
    g_free(((Lost *)lost)->path);
}

typedef struct Settle {
    Rebuild *r;
    IdxRetention *retention;
    int64_t run_id; // 0: nothing has gone yet
} Settle;

/* Step 4 has told what lies in another volume than its row says: that is footage, and no loss. */
static bool is_lost(const Settle *s, int64_t volume_id, const char *path)
{
    if (!idx_rebuild_lacks(s->r, volume_id, path))
        return false;
    for (guint i = 0; i < s->r->volumes->len; i++)
        if (!idx_rebuild_lacks(s->r, ((const IdxVolume *)s->r->volumes->pdata[i])->id, path))
            return false;
    return true;
}

/* *@after: the last start that was looked at; unchanged at the end. */
static GArray *read_page(const Settle *s, int64_t stream_id, int64_t *after, GError **error)
{
    GArray *lost = g_array_new(FALSE, FALSE, sizeof(Lost));
    g_array_set_clear_func(lost, lost_clear);
    g_autoptr(IdxQuery) q =
        idx_db_query(s->r->cat, SQL_PAGE, error, "iii", stream_id, *after, (int64_t)PAGE_ROWS);
    int row = 0;
    while ((row = idx_db_step(s->r->cat, q, error)) > 0) {
        *after = idx_db_int(q, 2);
        if (!is_lost(s, idx_db_int(q, 1), idx_db_text(q, 5)))
            continue;
        Lost one = {idx_db_int(q, 0),     idx_db_int(q, 1), idx_db_int(q, 2),
                    idx_db_int(q, 3),     idx_db_int(q, 4), g_strdup(idx_db_text(q, 5)),
                    idx_db_int(q, 6) != 0};
        g_array_append_val(lost, one);
    }
    if (row < 0)
        g_clear_pointer(&lost, g_array_unref);
    return lost;
}

static bool dispose(Settle *s, const Lost *lost, const char *rule, int64_t batch_id, GError **error)
{
    IdxCatalogue *cat = s->r->cat;
    int64_t id = 0;
    return idx_disposition_pick(cat, lost->id, rule, error) &&
           idx_disposition_store(cat, batch_id, 1, &id, error) &&
           idx_db_run(cat, SQL_BATCH_ENDS, error, "ii", batch_id, id) &&
           idx_db_run(cat, SQL_RUN_ADD, error, "ii", s->run_id, lost->bytes);
}

/* Batches are of one volume: *@batch_id is that of the lost one before. */
static bool open_batch(Settle *s, const Lost *lost, int64_t *batch_id, int64_t *volume_id,
                       GError **error)
{
    IdxCatalogue *cat = s->r->cat;
    if (!s->run_id && !idx_db_run(cat, SQL_RUN, error, "i", s->r->how->now_us))
        return false;
    if (!s->run_id)
        s->run_id = idx_db_last_id(cat);
    if (*batch_id && *volume_id == lost->volume_id)
        return true;
    if (!idx_db_run(cat, SQL_BATCH, error, "iii", s->run_id, lost->volume_id, s->r->how->now_us))
        return false;
    *batch_id = idx_db_last_id(cat);
    *volume_id = lost->volume_id;
    return true;
}

/* The rule by which a purge may have taken it; NULL: none had let it. Caller frees. */
static char *rule_of(const Settle *s, int64_t stream_id, const Lost *lost, IdxVerdict *v)
{
    *v = idx_retention_judge(s->retention, stream_id, lost->start_us, lost->end_us, lost->open,
                             s->r->how->now_us);
    if (v->kind != IDX_VERDICT_DUE && v->kind != IDX_VERDICT_SPARE)
        return NULL;
    bool due = v->kind == IDX_VERDICT_DUE;
    const IdxRule *rule = due ? v->max_rule : v->min_rule;
    return g_strdup_printf("gone:%s/%s:%d", rule->kind, rule->purpose,
                           due ? rule->max_days : rule->min_days);
}

static bool settle_page(Settle *s, int64_t stream_id, const GArray *lost, GError **error)
{
    int64_t batch_id = 0, volume_id = 0;
    for (guint i = 0; i < lost->len; i++) {
        const Lost *one = &g_array_index(lost, Lost, i);
        IdxVerdict v;
        g_autofree char *rule = rule_of(s, stream_id, one, &v);
        if (!rule) {
            idx_rebuild_left(s->r, IDX_LEFT_MISSING, idx_rebuild_root(s->r, one->volume_id),
                             one->path,
                             "its file is not there, and no purge may have taken it: it is %s",
                             idx_verdict_name(v.kind));
            continue;
        }
        s->r->sums->gone++;
        if (!s->r->how->dry_run && (!open_batch(s, one, &batch_id, &volume_id, error) ||
                                    !dispose(s, one, rule, batch_id, error)))
            return false;
    }
    return true;
}

static bool settle_lost(Settle *s, int64_t stream_id, int64_t camera_id, const GArray *lost,
                        GError **error)
{
    int64_t from_us = g_array_index(lost, Lost, 0).start_us;
    int64_t to_us = g_array_index(lost, Lost, lost->len - 1).end_us;
    IdxAim aim = {camera_id, from_us, to_us, IDX_VERDICT_OPEN, s->r->how->now_us};
    if (!idx_db_scope_begin(s->r->cat, error))
        return false;
    bool ok = idx_retention_refresh(s->retention, error) &&
              idx_retention_aim(s->retention, &aim, error) &&
              settle_page(s, stream_id, lost, error);
    return idx_db_scope_end(s->r->cat, ok, error) && idx_rebuild_step(s->r, "settled", error);
}

static bool settle_stream(Settle *s, int64_t stream_id, int64_t camera_id, GError **error)
{
    for (int64_t after = INT64_MIN, last = INT64_MAX; after != last;) {
        last = after;
        g_autoptr(GArray) lost = read_page(s, stream_id, &after, error);
        if (!lost || (lost->len > 0 && !settle_lost(s, stream_id, camera_id, lost, error)))
            return false;
    }
    return true;
}

typedef struct Pair {
    int64_t stream_id, camera_id;
} Pair;

bool idx_rebuild_settle(Rebuild *r, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_STREAMS, error, "");
    int row = 0;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        Pair one = {idx_db_int(q, 0), idx_db_int(q, 1)};
        g_array_append_val(pairs, one);
    }
    g_clear_pointer(&q, idx_db_query_end);
    bool ready = row == 0 && (r->how->dry_run || idx_disposition_begin(r->cat, error));
    g_autoptr(IdxRetention) retention = ready ? idx_retention_new(r->cat, error) : NULL;
    Settle s = {.r = r, .retention = retention};
    for (guint i = 0; retention && i < pairs->len; i++) {
        const Pair *one = &g_array_index(pairs, Pair, i);
        if (!settle_stream(&s, one->stream_id, one->camera_id, error))
            return false;
    }
    return retention != NULL;
}
