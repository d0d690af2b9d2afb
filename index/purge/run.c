// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"
#include "index/db.h"
#include "index/purge/purge_own.h"

static const char SQL_RUN[] =
    "INSERT INTO purge_run (started_us, segments, bytes) VALUES (?, 0, 0)";
/* Of one that was refused behind the last that ran, for clock.c: the clock went on. */
static const char SQL_TRIED[] = "INSERT INTO setting (key, value) VALUES ('purge_tried_us', ?1)"
                                " ON CONFLICT (key) DO UPDATE SET value = ?1";
static const char SQL_RAN[] = "DELETE FROM setting WHERE key = 'purge_tried_us'";
static const char SQL_COUNT[] =
    "UPDATE purge_run SET segments = segments + ?2, bytes = bytes + ?3 WHERE id = ?1";
static const char SQL_END[] = "UPDATE purge_run SET ended_us = ?2 WHERE id = ?1";

/* Runs that did not end. What they deleted is as their batches say: those of an older Mingjing counted at the end. */
static const char SQL_UNENDED[] = "SELECT id FROM purge_run WHERE ended_us IS NULL ORDER BY id";
static const char SQL_DELETED[] =
    "SELECT count(*), coalesce(sum(d.bytes), 0), count(*) FILTER (WHERE d.rule GLOB 'policy:*')"
    " FROM purge_batch b CROSS JOIN disposition d ON d.id BETWEEN b.first_id AND b.last_id"
    " WHERE b.run_id = ?";
static const char SQL_TOLD[] =
    "UPDATE purge_run SET ended_us = ?2, segments = ?3, bytes = ?4 WHERE id = ?1";

typedef struct Deleted {
    int64_t run_id, segments, bytes, below_minimum;
} Deleted;

static bool begin(Purge *p, GError **error)
{
    if (!idx_db_run(p->cat, SQL_RUN, error, "i", p->how->now_us))
        return false;
    p->sums->run_id = idx_db_last_id(p->cat);
    return idx_db_run(p->cat, SQL_RAN, error, "");
}

bool idx_purge_run_begin(Purge *p, GError **error)
{
    return idx_db_scope_begin(p->cat, error) && idx_db_scope_end(p->cat, begin(p, error), error);
}

void idx_purge_run_refused(const Purge *p)
{
    idx_db_run(p->cat, SQL_TRIED, NULL, "i", p->how->now_us);
}

bool idx_purge_run_count(const Purge *p, int64_t segments, int64_t bytes, GError **error)
{
    return idx_db_run(p->cat, SQL_COUNT, error, "iii", p->sums->run_id, segments, bytes);
}

/* @ended: by itself. */
static bool tell(const Purge *p, const Deleted *d, bool ended, GError **error)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, d->run_id);
    g_autoptr(json_t) detail =
        json_pack("{s:I, s:I, s:I}", "segments", (json_int_t)d->segments, "bytes",
                  (json_int_t)d->bytes, "below_minimum", (json_int_t)d->below_minimum);
    IdxAudit row = {.what = "purge", .object_kind = "run", .object = id, .detail = detail};
    if (!ended) {
        row.result = IDX_AUDIT_FAILED;
        row.words = "it did not come to its end; the next run tells what it had deleted";
    }
    return idx_audit(p->cat, &row, error);
}

bool idx_purge_run_end(const Purge *p, GError **error)
{
    const IdxPurgeSums *sums = p->sums;
    Deleted d = {sums->run_id, sums->segments, sums->bytes, sums->below_minimum};
    return idx_db_run(p->cat, SQL_END, error, "ii", d.run_id, p->how->now_us) &&
           tell(p, &d, true, error);
}

static GArray *list_unended(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(Deleted));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_UNENDED, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Deleted one = {.run_id = idx_db_int(q, 0)};
        g_array_append_val(runs, one);
    }
    return row == 0 ? g_steal_pointer(&runs) : NULL;
}

static bool read_deleted(IdxCatalogue *cat, Deleted *d, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_DELETED, error, "i", d->run_id);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    d->segments = idx_db_int(q, 0);
    d->bytes = idx_db_int(q, 1);
    d->below_minimum = idx_db_int(q, 2);
    return true;
}

/* A year's dispositions may be read: outside of the transaction, for which others wait. */
static bool settle(const Purge *p, Deleted *d, GError **error)
{
    if (!read_deleted(p->cat, d, error) || !idx_db_scope_begin(p->cat, error))
        return false;
    bool ok = idx_db_run(p->cat, SQL_TOLD, error, "iiii", d->run_id, p->how->now_us, d->segments,
                         d->bytes) &&
              tell(p, d, false, error) && idx_purge_step(p, "settled", error);
    return idx_db_scope_end(p->cat, ok, error);
}

bool idx_purge_run_settle(const Purge *p, GError **error)
{
    g_autoptr(GArray) runs = list_unended(p->cat, error);
    if (!runs)
        return false;
    for (guint i = 0; i < runs->len; i++)
        if (!settle(p, &g_array_index(runs, Deleted, i), error))
            return false;
    return true;
}
