// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds on what lines of journals that are lost may have held. */
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/damage.h"
#include "index/hold/hold_own.h"
#include "index/rebuild/rebuild_own.h"

#include <string.h>

#define CASE "damaged journal"
#define BACK_US ((IDX_HOLD_LONGEST_DAYS - 2) * MJ_DAY_US)
#define AHEAD_US (366 * MJ_DAY_US) // what was held may lie ahead
#define LINES_SAID 5
#define PATH_MOST 120 // bytes of it in a reason

static const char SQL_PUT[] = // also one that somebody released: it was decided
    "SELECT count(*) FROM hold WHERE owner = ?1 AND case_no = ?2 AND reason = ?3";
static const char SQL_DECIDED[] =
    "SELECT count(*) FROM hold WHERE owner = ?1 AND case_no = ?2 AND reason = ?3"
    " AND released_us IS NOT NULL";
static const char SQL_HAS[] = // a camera may have come with a volume since
    "SELECT count(*) FROM hold h JOIN hold_span s ON s.hold_id = h.id WHERE h.owner = ?1"
    " AND h.case_no = ?2 AND h.reason = ?3 AND s.camera = ?4";
static const char SQL_CAMERAS[] = "SELECT code FROM camera ORDER BY code";

char *idx_rebuild_short(const char *path)
{
    char *name = g_utf8_make_valid(path, -1);
    size_t size = MIN(strlen(name), (size_t)PATH_MOST);
    while (size > 0 && (name[size] & 0xc0) == 0x80)
        size--;
    name[size] = '\0';
    for (char *c = name; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = '?';
    return name;
}

bool idx_rebuild_was_put(Rebuild *r, const char *case_no, const char *reason, bool *ret,
                         GError **error)
{
    int64_t put = 0;
    if (!idx_db_get_int(r->cat, &put, SQL_PUT, error, "ttt", IDX_REBUILD_OWNER, case_no, reason))
        return false;
    *ret = put > 0;
    return true;
}

/* --- cameras ---------------------------------------------------------------------------------- */

/* Those that it may be by @named; all, if there is none such. */
static GPtrArray *cameras_of(Rebuild *r, const char *named, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(r->cat, SQL_CAMERAS, error, "");
    int row = 0;
    bool there = false;
    while ((row = idx_db_step(r->cat, q, error)) > 0) {
        const char *code = idx_db_text(q, 0);
        g_ptr_array_add(all, g_strdup(code));
        if (named && idx_hold_damage_may_be(named, code))
            g_ptr_array_add(some, g_strdup(code));
        there = there || g_strcmp0(named, code) == 0;
    }
    if (row < 0)
        return NULL;
    return there ? g_steal_pointer(&some) : g_steal_pointer(&all);
}

/* --- holding ---------------------------------------------------------------------------------- */

static bool hold_some(Rebuild *r, const GPtrArray *codes, guint from, const char *reason,
                      GError **error)
{
    g_auto(IdxHoldAnswer) answer = {0};
    int64_t to_us = r->how->now_us + MJ_DAY_US;
    guint n = MIN(codes->len - from, IDX_HOLD_CAMERAS_MAX);
    g_autofree char **some = g_new0(char *, n + 1);
    memcpy(some, codes->pdata + from, n * sizeof *some);
    IdxHoldRequest request = {.cameras = (const char *const *)some,
                              .from_us = r->how->now_us - BACK_US,
                              .to_us = to_us,
                              .owner = IDX_REBUILD_OWNER,
                              .reason = reason,
                              .case_no = CASE,
                              .by = r->how->by};
    if (!idx_hold_put(r->cat, &request, r->how->now_us, &answer, error))
        return false;
    for (guint i = 0; i < n; i++)
        if (!idx_hold_put_span(r->cat, answer.hold->id, some[i], to_us, to_us + AHEAD_US,
                               r->how->now_us, error))
            return false;
    g_array_append_val(r->sums->doubts, answer.hold->id);
    return true;
}

/* Those of @codes that are not held for it yet; none, if somebody released one: it was decided. */
static GPtrArray *lacking(Rebuild *r, const GPtrArray *codes, const char *reason, GError **error)
{
    g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func(g_free);
    int64_t decided = 0, has = 0;
    if (!idx_db_get_int(r->cat, &decided, SQL_DECIDED, error, "ttt", IDX_REBUILD_OWNER, CASE,
                        reason))
        return NULL;
    for (guint i = 0; !decided && i < codes->len; i++) {
        if (!idx_db_get_int(r->cat, &has, SQL_HAS, error, "tttt", IDX_REBUILD_OWNER, CASE, reason,
                            codes->pdata[i]))
            return NULL;
        if (!has)
            g_ptr_array_add(some, g_strdup(codes->pdata[i]));
    }
    return g_steal_pointer(&some);
}

/* All of them or none, so that what is told is what is there. */
static bool hold_cameras(Rebuild *r, const char *named, const char *reason, GError **error)
{
    g_autoptr(GPtrArray) all = cameras_of(r, named, error);
    g_autoptr(GPtrArray) codes = all ? lacking(r, all, reason, error) : NULL;
    bool ok = true;
    if (!codes || codes->len == 0)
        return codes != NULL;
    if (!idx_db_scope_begin(r->cat, error))
        return false;
    for (guint i = 0; ok && i < codes->len; i += IDX_HOLD_CAMERAS_MAX)
        ok = hold_some(r, codes, i, reason, error);
    return idx_db_scope_end(r->cat, ok, error) && idx_rebuild_step(r, "doubted", error);
}

/* Lines of one journal that name the same camera, or none, are one doubt. */
static bool is_same(const IdxHoldDamage *one, const IdxHoldDamage *other)
{
    return idx_hold_damage_is_doubt(other) && g_str_equal(one->path, other->path) &&
           g_strcmp0(one->camera, other->camera) == 0;
}

/* "lines 3, 7 and 12 others of PATH are damaged …", with what tells it from others of these words. Caller frees. */
static char *reason_of(const GPtrArray *all, guint first)
{
    const IdxHoldDamage *one = all->pdata[first];
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GString) lines = g_string_new(NULL);
    g_autofree char *path = idx_rebuild_short(one->path);
    int n = 0;
    for (guint i = first; i < all->len; i++) {
        const IdxHoldDamage *d = all->pdata[i];
        gsize size = 0;
        const guchar *bytes = d->bytes ? g_bytes_get_data(d->bytes, &size) : NULL;
        if (!is_same(one, d))
            continue;
        g_checksum_update(sum, (const guchar *)&d->more, sizeof d->more);
        g_checksum_update(sum, bytes ? bytes : (const guchar *)"", (gssize)size);
        if (n < LINES_SAID && !d->more)
            g_string_append_printf(lines, "%s%d", n ? ", " : "", d->line);
        n += MAX(d->more, 1);
    }
    if (n > LINES_SAID)
        g_string_append_printf(lines, " and %d others", n - LINES_SAID);
    return g_strdup_printf("line%s %s of %s %s damaged, and what %s held is not known (%.8s)",
                           n > 1 ? "s" : "", lines->str, path, n > 1 ? "are" : "is",
                           n > 1 ? "they" : "it", g_checksum_get_string(sum));
}

static bool is_first(const GPtrArray *all, guint at)
{
    for (guint i = 0; i < at; i++)
        if (is_same(all->pdata[at], all->pdata[i]))
            return false;
    return true;
}

static bool doubt_lines(Rebuild *r, GError **error)
{
    for (guint i = 0; r->damage && i < r->damage->len; i++) {
        const IdxHoldDamage *damage = r->damage->pdata[i];
        if (!idx_hold_damage_is_doubt(damage) || !is_first(r->damage, i))
            continue;
        g_autofree char *reason = reason_of(r->damage, i);
        if (!hold_cameras(r, damage->camera, reason, error))
            return false;
    }
    return true;
}

bool idx_rebuild_doubt(Rebuild *r, GError **error)
{
    for (guint i = 0; r->unreadable && i < r->unreadable->len; i++) {
        const IdxHoldUnreadable *journal = r->unreadable->pdata[i];
        g_autofree char *path = idx_rebuild_short(journal->path);
        g_autofree char *reason =
            g_strdup_printf("%s cannot be read, and what it holds is not known", path);
        if (!hold_cameras(r, NULL, reason, error))
            return false;
    }
    return doubt_lines(r, error);
}
