// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds on what lines of journals that are lost may have held. */
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold.h"
#include "index/hold_damage.h"
#include "index/rebuild_own.h"

#include <string.h>

#define CASE "damaged journal"
#define BACK_US ((IDX_HOLD_LONGEST_DAYS - 2) * MJ_DAY_US)

static const char SQL_PUT[] = // also one that somebody released: it was decided
    "SELECT count(*) FROM hold WHERE owner = ?1 AND case_no = '" CASE "' AND reason = ?2";
static const char SQL_CAMERA[] = "SELECT code FROM camera WHERE code = ?";
static const char SQL_CAMERAS[] = "SELECT code FROM camera ORDER BY code";

/* The one that the line names; all, if that is none. */
static GPtrArray *cameras_of(Rebuild *r, const IdxHoldDamage *damage, GError **error)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
    for (int all = damage->camera ? 0 : 1; all < 2 && codes->len == 0; all++) {
        g_autoptr(IdxQuery) q = all ? idx_db_query(r->cat, SQL_CAMERAS, error, "")
                                    : idx_db_query(r->cat, SQL_CAMERA, error, "t", damage->camera);
        int row = 0;
        while ((row = idx_db_step(r->cat, q, error)) > 0)
            g_ptr_array_add(codes, g_strdup(idx_db_text(q, 0)));
        if (row < 0)
            return NULL;
    }
    return g_steal_pointer(&codes);
}

static bool hold_some(Rebuild *r, const GPtrArray *codes, guint from, const char *reason,
                      GError **error)
{
    g_auto(IdxHoldAnswer) answer = {0};
    guint n = MIN(codes->len - from, IDX_HOLD_CAMERAS_MAX);
    g_autofree char **some = g_new0(char *, n + 1);
    memcpy(some, codes->pdata + from, n * sizeof *some);
    IdxHoldRequest request = {.cameras = (const char *const *)some,
                              .from_us = r->how->now_us - BACK_US,
                              .to_us = r->how->now_us + MJ_DAY_US,
                              .owner = IDX_REBUILD_OWNER,
                              .reason = reason,
                              .case_no = CASE,
                              .by = r->how->by};
    if (!idx_hold_put(r->cat, &request, r->how->now_us, &answer, error))
        return false;
    g_array_append_val(r->sums->doubts, answer.hold->id);
    return idx_rebuild_step(r, "doubted", error);
}

static bool hold_lost(Rebuild *r, const IdxHoldDamage *damage, GError **error)
{
    int64_t put = 0;
    g_autofree char *words =
        g_strdup_printf("line %d of %.*s is damaged, and what it held is not known", damage->line,
                        IDX_HOLD_TEXT_MAX - 64, damage->path);
    g_autofree char *reason = g_utf8_make_valid(words, -1);
    g_autoptr(GPtrArray) codes = cameras_of(r, damage, error);
    if (!codes || !idx_db_get_int(r->cat, &put, SQL_PUT, error, "tt", IDX_REBUILD_OWNER, reason))
        return false;
    for (guint i = 0; put == 0 && i < codes->len; i += IDX_HOLD_CAMERAS_MAX)
        if (!hold_some(r, codes, i, reason, error))
            return false;
    return true;
}

bool idx_rebuild_doubt(Rebuild *r, GError **error)
{
    for (guint i = 0; r->damage && i < r->damage->len; i++) {
        const IdxHoldDamage *damage = r->damage->pdata[i];
        if (damage->lost && !hold_lost(r, damage, error))
            return false;
    }
    return true;
}
