// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/purge/disposition.h"
#include "index/rebuild/rebuild_own.h"
#include "index/segment/gap.h"

typedef struct Stretch {
    int64_t from_us, to_us;
} Stretch;

static int by_from(const void *a, const void *b)
{
    const Stretch *x = a, *y = b;
    return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

/* What gaps and dispositions explain of [from, to). */
static GArray *explained(const RebuildStream *s, int64_t from_us, int64_t to_us, GError **error)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Stretch));
    g_autoptr(GPtrArray) gaps = idx_gap_range(s->r->cat, s->id, from_us, to_us, error);
    g_autoptr(GPtrArray) gone =
        gaps ? idx_disposition_range(s->r->cat, s->id, from_us, to_us, error) : NULL;
    for (guint i = 0; gone && i < gaps->len; i++) {
        const IdxGap *gap = gaps->pdata[i];
        Stretch one = {gap->from_us, gap->to_us ? gap->to_us : INT64_MAX};
        g_array_append_val(all, one);
    }
    for (guint i = 0; gone && i < gone->len; i++) {
        const IdxDisposition *d = gone->pdata[i];
        Stretch one = {d->start_us, d->end_us};
        g_array_append_val(all, one);
    }
    g_array_sort(all, by_from);
    if (!gone)
        g_clear_pointer(&all, g_array_unref);
    return all;
}

static bool add_gap(const RebuildStream *s, int64_t from_us, int64_t to_us, GError **error)
{
    s->r->sums->gaps += from_us < to_us;
    return idx_gap_add(s->r->cat, s->id, from_us, to_us, IDX_REASON_UNKNOWN, IDX_REBUILD_GAP,
                       error);
}

bool idx_rebuild_explain(const RebuildStream *s, int64_t from_us, int64_t to_us, GError **error)
{
    if (from_us >= to_us)
        return true;
    g_autoptr(GArray) all = explained(s, from_us, to_us, error);
    for (guint i = 0; all && i < all->len && from_us < to_us; i++) {
        const Stretch *one = &g_array_index(all, Stretch, i);
        if (!add_gap(s, from_us, MIN(one->from_us, to_us), error))
            return false;
        from_us = MAX(from_us, one->to_us);
    }
    return all && add_gap(s, from_us, to_us, error);
}

/* One that is still open does not know its end. */
bool idx_rebuild_explain_before(const RebuildStream *s, const IdxSegment *row, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) before = idx_segment_before(s->r->cat, s->id, row->start_us - 1, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    return !before || g_str_equal(before->state, "open") ||
           idx_rebuild_explain(s, before->end_us, row->start_us, error);
}
