// SPDX-License-Identifier: GPL-3.0-or-later
/* What a hold on a subject keeps, and how it goes on doing so. */
#include "index/base/clock.h"
#include "index/db.h"
#include "index/find/footage.h"
#include "index/find/story.h"
#include "index/hold/hold_own.h"
#include "index/hold/journal.h"

#include <string.h>

/* As it is, or longer: what is unchanged is found at once. */
static const char SQL_HAS_SPAN[] =
    "SELECT EXISTS (SELECT 1 FROM hold_span INDEXED BY hold_span_live WHERE hold_id = ?1"
    " AND camera = ?2 AND from_us = ?3 AND to_us >= ?4 AND released_us IS NULL)";
/* Within another one: of those that begin before, the index alone tells which end behind, the latest first. */
static const char SQL_HAS_AROUND[] =
    "SELECT EXISTS (SELECT 1 FROM hold_span INDEXED BY hold_span_live WHERE hold_id = ?1"
    " AND camera = ?2 AND from_us < ?3 AND to_us >= ?4 AND released_us IS NULL"
    " ORDER BY from_us DESC LIMIT 1)";
static const char SQL_MARK[] = // the newest span, if there is any hold that might follow
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM hold INDEXED BY hold_live WHERE released_us IS NULL"
    " AND kind <> 'camera') THEN (SELECT coalesce(max(id), 0) FROM span) ELSE -1 END";
static const char SQL_LIVE_ON[] =
    "SELECT h.id FROM subject s JOIN hall a ON a.id = s.hall_id CROSS JOIN hold h INDEXED BY"
    " hold_live ON h.key = s.key AND h.day = s.day AND h.kind = s.kind WHERE s.id = ?"
    " AND h.released_us IS NULL AND h.hall = a.code AND" IDX_HOLD_KEEPS("h.part",
                                                                        "s") " ORDER BY h.id";
/* Those on the approvals that a ticket or a session belongs to, by events that count. Few belong to one that is held: the
 * events themselves are looked at last. */
static const char SQL_LIVE_ABOVE[] =
    "SELECT DISTINCT h.id FROM subject_event m CROSS JOIN subject_event o"
    " INDEXED BY subject_event_event ON o.event_id = m.event_id AND o.subject_id <> ?1"
    " CROSS JOIN subject s ON s.id = o.subject_id AND s.kind = 'approval' CROSS JOIN hall a"
    " ON a.id = s.hall_id CROSS JOIN hold h INDEXED BY hold_live ON h.key = s.key"
    " AND h.day = s.day AND h.kind = s.kind CROSS JOIN event e ON e.id = m.event_id"
    " AND e.superseded_by IS NULL AND NOT e.cancelled WHERE m.subject_id = ?1"
    " AND h.released_us IS NULL AND h.hall = a.code ORDER BY h.id";
/* Others of the number, if one of them is held by what tells it from the rest: what is told of the subject may be why
 * nobody can any more, and then they are held too. */
static const char SQL_NAMESAKES[] =
    "SELECT DISTINCT o.id FROM subject s JOIN hall a ON a.id = s.hall_id CROSS JOIN hold h INDEXED "
    "BY"
    " hold_live ON h.key = s.key AND h.day = s.day AND h.kind = s.kind CROSS JOIN subject o ON"
    " o.kind = s.kind AND o.hall_id = s.hall_id AND o.key = s.key AND o.day = s.day AND o.id <> "
    "s.id"
    " WHERE s.id = ?1 AND s.kind = 'ticket' AND h.released_us IS NULL AND h.hall = a.code"
    " AND h.part <> '' ORDER BY o.id";
static const char SQL_CODE[] = "SELECT code FROM camera WHERE id = ?";
static const char SQL_STREAMS[] = "SELECT id FROM stream WHERE camera_id = ?";
static const char SQL_HELD_SUBJECTS[] =
    "SELECT DISTINCT s.id FROM hold h INDEXED BY hold_live JOIN hall a ON a.code = h.hall"
    " CROSS JOIN subject s ON s.kind = h.kind AND s.hall_id = a.id AND s.key = h.key"
    " AND s.day = h.day WHERE h.released_us IS NULL AND h.kind <> 'camera' ORDER BY s.id";
static const char SQL_NAMED[] = "SELECT id FROM hold WHERE kind = ?1 AND hall = ?2 AND key = ?3"
                                " AND key <> ?4 COLLATE BINARY ORDER BY id";
static const char SQL_UNTOLD[] =
    "WITH told AS MATERIALIZED (SELECT line ->> '$.id' AS id, max(seq), line ->> '$.key' AS key"
    " FROM hold_record WHERE line ->> '$.do' IN ('hold', 'name') GROUP BY 1) SELECT h.id, h.key "
    "FROM"
    " told t JOIN hold h ON h.id = t.id WHERE h.kind <> 'camera' AND h.key <> t.key COLLATE BINARY"
    " ORDER BY h.id";

/* --- what a subject's hold keeps -------------------------------------------------------------- */

typedef struct Stretch {
    int64_t camera_id, from_us, to_us;
} Stretch;

static int by_camera(gconstpointer a, gconstpointer b)
{
    const Stretch *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

/* Those that touch become one. */
static void join(GArray *all)
{
    guint n = 0;
    g_array_sort(all, by_camera);
    for (guint i = 0; i < all->len; i++) {
        Stretch next = g_array_index(all, Stretch, i);
        Stretch *last = n ? &g_array_index(all, Stretch, n - 1) : NULL;
        if (last && last->camera_id == next.camera_id && next.from_us <= last->to_us)
            last->to_us = MAX(last->to_us, next.to_us);
        else
            g_array_index(all, Stretch, n++) = next;
    }
    g_array_set_size(all, n);
}

/* As the dossier does, and by all streams, since any of them may be the one that is shown. */
static bool widen(IdxCatalogue *cat, Stretch *one, GError **error)
{
    Stretch wide = *one;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAMS, error, "i", one->camera_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t from_us = one->from_us, to_us = one->to_us;
        if (!idx_footage_widen(cat, idx_db_int(q, 0), &from_us, &to_us, error))
            return false;
        wide.from_us = MIN(wide.from_us, from_us);
        wide.to_us = MAX(wide.to_us, to_us);
    }
    *one = wide;
    return row == 0;
}

/* Those that were made behind @since. */
static bool add_spans_of(IdxCatalogue *cat, int64_t subject_id, int64_t since,
                         const IdxLinkRule *rules, GArray *all, GError **error)
{
    g_autoptr(GArray) spans = idx_story_spans(cat, subject_id, error);
    for (guint i = 0; spans && i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        Stretch one = {span->camera_id, span->from_us,
                       idx_linker_span_end(span->from_us, span->to_us, &rules[span->method])};
        if (one.from_us >= one.to_us || span->id <= since)
            continue;
        if (!widen(cat, &one, error))
            return false;
        g_array_append_val(all, one);
    }
    return spans != NULL;
}

/* Of the subject alone. */
static GArray *own_stretches(IdxCatalogue *cat, int64_t subject_id, int64_t since, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Stretch));
    if (!idx_story_rules(cat, rules, error) ||
        !add_spans_of(cat, subject_id, since, rules, all, error))
        return NULL;
    join(all);
    return g_steal_pointer(&all);
}

/* The subject's own spans, and for an approval those of its tickets and sessions. */
static GArray *stretches_of(IdxCatalogue *cat, const IdxSubject *subject, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Stretch));
    if (!idx_story_rules(cat, rules, error) ||
        !add_spans_of(cat, subject->id, 0, rules, all, error))
        return NULL;
    g_autoptr(GPtrArray) related = strcmp(subject->kind, "approval") == 0
                                       ? idx_subject_related(cat, subject->id, false, error)
                                       : g_ptr_array_new();
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *part = related->pdata[i];
        if (strcmp(part->kind, "approval") != 0 &&
            !add_spans_of(cat, part->id, 0, rules, all, error))
            return NULL;
    }
    if (!related)
        return NULL;
    join(all);
    return g_steal_pointer(&all);
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool has_span(IdxCatalogue *cat, int64_t hold_id, const char *camera, int64_t from_us,
                     int64_t to_us, bool *ret, GError **error)
{
    int64_t has = 0;
    if (!idx_db_get_int(cat, &has, SQL_HAS_SPAN, error, "itii", hold_id, camera, from_us, to_us) ||
        (!has && !idx_db_get_int(cat, &has, SQL_HAS_AROUND, error, "itii", hold_id, camera, from_us,
                                 to_us)))
        return false;
    *ret = has != 0;
    return true;
}

bool idx_hold_put_span(IdxCatalogue *cat, int64_t hold_id, const char *camera, int64_t from_us,
                       int64_t to_us, int64_t now_us, GError **error)
{
    bool has = false;
    if (!has_span(cat, hold_id, camera, from_us, to_us, &has, error))
        return false;
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_SPAN,
                            .id = hold_id,
                            .at_us = now_us,
                            .camera = (char *)(uintptr_t)camera,
                            .from_us = from_us,
                            .to_us = to_us};
    return has || idx_hold_journal_put(cat, &record, error);
}

static char *camera_code(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CODE, error, "i", id);
    return idx_db_step(cat, q, error) > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

static bool put_all(IdxCatalogue *cat, int64_t hold_id, const GArray *all, int64_t now_us,
                    GError **error)
{
    for (guint i = 0; i < all->len; i++) {
        const Stretch *one = &g_array_index(all, Stretch, i);
        g_autofree char *code = camera_code(cat, one->camera_id, error);
        if (!code ||
            !idx_hold_put_span(cat, hold_id, code, one->from_us, one->to_us, now_us, error))
            return false;
    }
    return true;
}

bool idx_hold_put_stretches(IdxCatalogue *cat, int64_t hold_id, const IdxSubject *subject,
                            int64_t now_us, GError **error)
{
    g_autoptr(GArray) all = stretches_of(cat, subject, error);
    return all && put_all(cat, hold_id, all, now_us, error);
}

bool idx_hold_live_on(IdxCatalogue *cat, const IdxSubject *s, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIVE_ON, error, "i", s->id);
    return idx_db_append_ints(cat, q, ids, error);
}

/* Holds @ids get what @subject itself has, as far as it was made behind @since. */
static bool put_own(IdxCatalogue *cat, const IdxSubject *subject, int64_t since, const GArray *ids,
                    int64_t now_us, GError **error)
{
    if (ids->len == 0)
        return true;
    g_autoptr(GArray) all = own_stretches(cat, subject->id, since, error);
    for (guint i = 0; all && i < ids->len; i++)
        if (!put_all(cat, g_array_index(ids, int64_t, i), all, now_us, error))
            return false;
    return all != NULL;
}

static bool follow_one(IdxCatalogue *cat, const IdxSubject *subject, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return idx_hold_live_on(cat, subject, ids, error) &&
           put_own(cat, subject, 0, ids, now_us, error);
}

static bool follow_namesakes(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NAMESAKES, error, "i", subject_id);
    if (!idx_db_append_ints(cat, q, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(IdxSubject) other = idx_subject_get(cat, g_array_index(ids, int64_t, i), error);
        if (!other || !follow_one(cat, other, now_us, error))
            return false;
    }
    return true;
}

static bool live_above(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIVE_ABOVE, error, "i", subject_id);
    return idx_db_append_ints(cat, q, ids, error);
}

/* The holds on the subject and on others of its number, and those on the approvals that it belongs to. Its own spans
 * are enough: whatever ties a ticket to an approval is an event of both. An approval may have thousands, and a hold on
 * it has those of before; which tickets a hold is on may be another question than before. */
static bool follow(IdxCatalogue *cat, int64_t subject_id, int64_t since, int64_t now_us,
                   GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    if (!subject)
        return false;
    bool approval = strcmp(subject->kind, "approval") == 0;
    return idx_hold_live_on(cat, subject, ids, error) &&
           (approval || live_above(cat, subject_id, ids, error)) &&
           put_own(cat, subject, approval ? since : 0, ids, now_us, error) &&
           follow_namesakes(cat, subject_id, now_us, error);
}

bool idx_hold_mark(IdxCatalogue *cat, int64_t *ret_since, GError **error)
{
    *ret_since = 0; // with no transaction open a hold may come in between
    return cat->depth == 0 || idx_db_get_int(cat, ret_since, SQL_MARK, error, "");
}

bool idx_hold_follow(IdxCatalogue *cat, const GArray *subjects, int64_t since, int64_t now_us,
                     GError **error)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; since >= 0 && i < subjects->len; i++)
        if (g_hash_table_add(done, &g_array_index(subjects, int64_t, i)) &&
            !follow(cat, g_array_index(subjects, int64_t, i), since, now_us, error))
            return false;
    return true;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool put_name(IdxCatalogue *cat, int64_t hold_id, const char *key, int64_t now_us,
                     GError **error)
{
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_NAME,
                            .id = hold_id,
                            .at_us = now_us,
                            .key = (char *)(uintptr_t)key};
    return idx_hold_journal_put(cat, &record, error);
}

bool idx_hold_rename(IdxCatalogue *cat, const IdxSubject *subject, const char *was, const char *key,
                     GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    {
        g_autoptr(IdxQuery) q =
            idx_db_query(cat, SQL_NAMED, error, "tttt", subject->kind, subject->hall, was, key);
        if (!idx_db_append_ints(cat, q, ids, error))
            return false;
    }
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    for (guint i = 0; i < ids->len; i++)
        if (!put_name(cat, g_array_index(ids, int64_t, i), key, now_us, error))
            return false;
    return true;
}

static bool tell_name(IdxCatalogue *cat, int64_t hold_id, const char *key, int64_t now_us,
                      GError **error)
{
    return idx_db_scope_begin(cat, error) &&
           idx_db_scope_end(cat, put_name(cat, hold_id, key, now_us, error), error);
}

/* Gives a record to every name that only a row has: earlier versions wrote none. */
static bool tell_names(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_UNTOLD, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        g_array_append_val(ids, id);
        g_ptr_array_add(keys, g_strdup(idx_db_text(q, 1)));
    }
    g_clear_pointer(&q, idx_db_query_end);
    for (guint i = 0; row == 0 && i < ids->len; i++)
        if (!tell_name(cat, g_array_index(ids, int64_t, i), keys->pdata[i], now_us, error))
            return false;
    return row == 0;
}

/* --- before a purge --------------------------------------------------------------------------- */

/* Whether holds @ids lack something of it; nothing is written for most. */
static bool lacks_any(IdxCatalogue *cat, const GArray *ids, const GArray *all, bool *ret,
                      GError **error)
{
    bool has = true;
    for (guint i = 0; i < all->len; i++) {
        const Stretch *one = &g_array_index(all, Stretch, i);
        g_autofree char *code = camera_code(cat, one->camera_id, error);
        for (guint j = 0; has && j < ids->len; j++)
            if (!code || !has_span(cat, g_array_index(ids, int64_t, j), code, one->from_us,
                                   one->to_us, &has, error))
                return false;
    }
    *ret = !has;
    return true;
}

static bool put_lacking(IdxCatalogue *cat, const GArray *ids, const GArray *all, int64_t now_us,
                        GError **error)
{
    for (guint i = 0; i < ids->len; i++)
        if (!put_all(cat, g_array_index(ids, int64_t, i), all, now_us, error))
            return false;
    return true;
}

/* What one subject has is read with nothing locked, and written in a transaction of its own. */
static bool refresh_own(IdxCatalogue *cat, int64_t subject_id, const GArray *ids, int64_t now_us,
                        GError **error)
{
    bool lacks = false;
    g_autoptr(GArray) all = own_stretches(cat, subject_id, 0, error);
    if (!all || !lacks_any(cat, ids, all, &lacks, error))
        return false;
    return !lacks || (idx_db_scope_begin(cat, error) &&
                      idx_db_scope_end(cat, put_lacking(cat, ids, all, now_us, error), error));
}

static bool refresh(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    if (!subject || !idx_hold_live_on(cat, subject, ids, error) ||
        !refresh_own(cat, subject_id, ids, now_us, error))
        return false;
    if (strcmp(subject->kind, "approval") != 0 || ids->len == 0)
        return true;
    g_autoptr(GPtrArray) related = idx_subject_related(cat, subject_id, false, error);
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *part = related->pdata[i];
        if (strcmp(part->kind, "approval") != 0 && !refresh_own(cat, part->id, ids, now_us, error))
            return false;
    }
    return related != NULL;
}

bool idx_hold_refresh(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!tell_names(cat, now_us, error))
        return false;
    {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HELD_SUBJECTS, error, "");
        if (!idx_db_append_ints(cat, q, ids, error))
            return false;
    }
    for (guint i = 0; i < ids->len; i++)
        if (!refresh(cat, g_array_index(ids, int64_t, i), now_us, error))
            return false;
    return true;
}
