// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/purge/purge_own.h"

/* What of a stream stays for one reason. */
typedef struct Sum {
    int64_t stream_id;
    IdxVerdictKind kind;
    const IdxRule *rule; // that decides when it goes on from there
    int64_t segments, bytes;
    int64_t oldest_us, first_us, last_us;
} Sum;

static guint hash(gconstpointer key)
{
    const Sum *sum = key;
    return g_int64_hash(&sum->stream_id) * 31 + (guint)sum->kind + g_direct_hash(sum->rule);
}

static gboolean same(gconstpointer a, gconstpointer b)
{
    const Sum *x = a, *y = b;
    return x->stream_id == y->stream_id && x->kind == y->kind && x->rule == y->rule;
}

static bool is_past_minimum(IdxVerdictKind kind)
{
    return kind == IDX_VERDICT_SPARE || kind == IDX_VERDICT_DUE;
}

static Sum key_of(const IdxSurveySegment *g, const IdxVerdict *v)
{
    return (Sum){.stream_id = g->stream_id,
                 .kind = v->kind,
                 .rule = is_past_minimum(v->kind) ? v->max_rule : v->min_rule};
}

void idx_purge_kept_begin(PurgeKept *kept)
{
    kept->list = g_ptr_array_new_with_free_func(g_free);
    kept->by_reason = g_hash_table_new(hash, same);
}

void idx_purge_kept_add(PurgeKept *kept, const IdxSurveySegment *g, const IdxVerdict *v)
{
    Sum key = key_of(g, v);
    int64_t until_us = is_past_minimum(v->kind) ? v->max_us : v->min_us;
    Sum *sum = g_hash_table_lookup(kept->by_reason, &key);
    if (!sum) {
        sum = g_memdup2(&key, sizeof key);
        sum->oldest_us = sum->first_us = INT64_MAX;
        g_ptr_array_add(kept->list, sum);
        g_hash_table_add(kept->by_reason, sum);
    }
    sum->segments++;
    sum->bytes += g->bytes;
    sum->oldest_us = MIN(sum->oldest_us, g->start_us);
    sum->first_us = MIN(sum->first_us, until_us);
    sum->last_us = MAX(sum->last_us, until_us);
}

void idx_purge_kept_less(PurgeKept *kept, const IdxSurveySegment *g, const IdxVerdict *v)
{
    Sum key = key_of(g, v);
    Sum *sum = kept->by_reason ? g_hash_table_lookup(kept->by_reason, &key) : NULL;
    if (!sum)
        return;
    sum->segments--;
    sum->bytes -= g->bytes;
    /* The oldest go first: what is left begins where it ended, or later. */
    sum->oldest_us = MAX(sum->oldest_us, g->end_us);
    sum->first_us = MAX(sum->first_us, is_past_minimum(v->kind) ? v->max_us : v->min_us);
}

static void tell(const Sum *sum, const IdxPurge *how, IdxCatalogue *cat)
{
    g_autofree char *camera = NULL, *stream = NULL;
    idx_purge_stream_names(cat, sum->stream_id, &camera, &stream);
    how->kept(&(IdxKept){.camera = camera,
                         .stream = stream,
                         .verdict = sum->kind,
                         .rule = sum->rule,
                         .segments = sum->segments,
                         .bytes = sum->bytes,
                         .oldest_us = sum->oldest_us,
                         .first_us = sum->first_us,
                         .last_us = sum->last_us},
              how->data);
}

void idx_purge_kept_end(PurgeKept *kept, const IdxPurge *how, IdxCatalogue *cat)
{
    for (guint i = 0; cat && kept->list && i < kept->list->len; i++) {
        const Sum *sum = kept->list->pdata[i];
        if (sum->segments > 0)
            tell(sum, how, cat);
    }
    g_clear_pointer(&kept->by_reason, g_hash_table_unref);
    g_clear_pointer(&kept->list, g_ptr_array_unref);
}
