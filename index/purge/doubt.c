// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/damage.h"
#include "index/purge/purge_own.h"

#define SETTLE                                                                                     \
    "until that is settled: hold what it may have kept (mingjing rebuild does), or find out that " \
    "nothing is lacking, then move the journal away; it is written anew"

static const char SQL_KNOWN[] = "SELECT count(*) FROM camera WHERE code = ?";
static const char SQL_CODES[] = "SELECT code FROM camera ORDER BY code";

static void note_camera(IdxPurgeSums *sums, const char *camera)
{
    char *before = sums->journal_failed;
    sums->journal_failed = g_strdup_printf("%s%snothing of camera %s is deleted " SETTLE,
                                           before ? before : "", before ? "; " : "", camera);
    g_free(before);
}

static bool doubt_alike(Purge *p, const char *named, GHashTable *told, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(p->cat, SQL_CODES, error, "");
    int row = 0;
    while ((row = idx_db_step(p->cat, q, error)) > 0) {
        const char *code = idx_db_text(q, 0);
        if (!idx_hold_damage_may_be(named, code))
            continue;
        idx_retention_doubt(p->retention, code);
        if (g_hash_table_add(told, g_strdup(code)))
            note_camera(p->sums, code);
    }
    return row == 0;
}

static bool doubt(Purge *p, const IdxHoldDamage *damage, GHashTable *told, GError **error)
{
    int64_t known = 0;
    if (damage->camera && !idx_db_get_int(p->cat, &known, SQL_KNOWN, error, "t", damage->camera))
        return false;
    if (!known) {
        g_autofree char *words = idx_hold_damage_words(damage);
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "%s: it may have been on any camera, so nothing is deleted " SETTLE,
                            words);
    }
    return doubt_alike(p, damage->camera, told, error);
}

/* What only such a journal has nobody knows. */
static bool check_readable(const IdxHoldSync *sync, GError **error)
{
    if (sync->unreadable->len == 0)
        return true;
    const IdxHoldUnreadable *journal = sync->unreadable->pdata[0];
    g_autofree char *more = sync->unreadable->len > 1
                                ? g_strdup_printf(" (and %u more)", sync->unreadable->len - 1)
                                : g_strdup("");
    return mj_error_set(
        error, MJ_ERROR_CONFLICT,
        "%s%s: a hold that only it has may be of any camera, so nothing is deleted "
        "until %s can be read again. If it cannot: find out that no hold is lacking "
        "(mingjing hold list), or put it again, then move the journal away; it is "
        "written anew. A disk that takes no change is to be unmounted",
        journal->why, more, journal->path);
}

bool idx_purge_doubt(Purge *p, const IdxHoldSync *sync, GError **error)
{
    g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!check_readable(sync, error))
        return false;
    for (guint i = 0; i < sync->damage->len; i++) {
        const IdxHoldDamage *damage = sync->damage->pdata[i];
        if (idx_hold_damage_is_doubt(damage) && !doubt(p, damage, told, error))
            return false;
    }
    return true;
}
