// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/damage.h"

#include "index/db.h"

static const char SQL_LAST[] = "SELECT from_us, to_us FROM damage WHERE stream_id = ? AND track = ?"
                               " AND from_us <= ? ORDER BY from_us DESC LIMIT 1";
static const char SQL_INSERT[] =
    "INSERT INTO damage (stream_id, track, from_us, to_us) VALUES (?, ?, ?, ?)";
static const char SQL_LENGTHEN[] =
    "UPDATE damage SET to_us = ?4 WHERE stream_id = ?1 AND track = ?2 AND from_us = ?3";
/* Of a track's spans that begin before the range only the last one reaches into it. */
#define TRACK(name)                                                                                \
    "SELECT max(from_us, ?2) AS since_us, min(to_us, ?3), track FROM damage WHERE stream_id = ?1"  \
    " AND track = '" name "' AND from_us < ?3 AND to_us > ?2 AND from_us >= coalesce((SELECT"      \
    " max(from_us) FROM damage WHERE stream_id = ?1 AND track = '" name                            \
    "' AND from_us <= ?2), ?2)"
static const char SQL_RANGE[] = TRACK("video") " UNION ALL " TRACK("audio");

void idx_damage_free(IdxDamage *damage)
{
    if (!damage)
        return;
    g_free(damage->track);
    g_free(damage);
}

static bool add(IdxCatalogue *cat, int64_t stream_id, const char *track, int64_t from_us,
                int64_t to_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LAST, error, "iti", stream_id, track, from_us);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    int64_t last_from_us = row ? idx_db_int(q, 0) : 0, last_to_us = row ? idx_db_int(q, 1) : 0;
    if (!row || from_us > last_to_us + IDX_DAMAGE_JOIN_US)
        return idx_db_run(cat, SQL_INSERT, error, "itii", stream_id, track, from_us, to_us);
    return to_us <= last_to_us ||
           idx_db_run(cat, SQL_LENGTHEN, error, "itii", stream_id, track, last_from_us, to_us);
}

bool idx_damage_add(IdxCatalogue *cat, int64_t stream_id, const char *track, int64_t from_us,
                    int64_t to_us, GError **error)
{
    if (from_us >= to_us)
        return true;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = add(cat, stream_id, track, from_us, to_us, error);
    return idx_db_scope_end(cat, ok, error);
}

static int by_from(gconstpointer a, gconstpointer b)
{
    const IdxDamage *x = *(IdxDamage *const *)a, *y = *(IdxDamage *const *)b;
    return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

GPtrArray *idx_damage_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                            GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_damage_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RANGE, error, "iii", stream_id, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxDamage *damage = g_new0(IdxDamage, 1);
        damage->from_us = idx_db_int(q, 0);
        damage->to_us = idx_db_int(q, 1);
        damage->track = g_strdup(idx_db_text(q, 2));
        g_ptr_array_add(list, damage);
    }
    if (row < 0)
        return NULL;
    g_ptr_array_sort(list, by_from); // pictures first, where both begin at once
    return g_steal_pointer(&list);
}
