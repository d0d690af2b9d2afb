// SPDX-License-Identifier: GPL-3.0-or-later
/* What a hold on a subject keeps, and how it goes on doing so. */
#include "index/base/clock.h"
#include "index/db.h"
#include "index/footage.h"
#include "index/hold_journal.h"
#include "index/hold_own.h"
#include "index/story.h"

#include <string.h>

static const char SQL_HAS_SPAN[] = "SELECT EXISTS (SELECT 1 FROM hold_span WHERE hold_id = ?1"
                                   " AND camera = ?2 AND from_us <= ?3 AND to_us >= ?4)";
static const char SQL_ANY_ON_SUBJECTS[] =
    "SELECT EXISTS (SELECT 1 FROM hold INDEXED BY hold_live WHERE released_us IS NULL"
    " AND kind <> 'camera')";
static const char SQL_LIVE_ON[] =
    "SELECT h.id FROM subject s JOIN hall a ON a.id = s.hall_id CROSS JOIN hold h INDEXED BY"
    " hold_live ON h.key = s.key AND h.day = s.day AND h.kind = s.kind WHERE s.id = ?"
    " AND h.released_us IS NULL AND h.hall = a.code AND" IDX_HOLD_KEEPS("h.part",
                                                                        "s") " ORDER BY h.id";
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
static const char SQL_CLOCK[] =
    "SELECT coalesce(max(g.clock_uncertainty_us), 0) FROM stream s JOIN segment g"
    " ON g.stream_id = s.id WHERE s.camera_id = ?1 AND g.start_us >= ?2 - ?4 AND g.start_us < ?3"
    " AND g.end_us > ?2";
static const char SQL_HELD_SUBJECTS[] =
    "SELECT DISTINCT s.id FROM hold h INDEXED BY hold_live JOIN hall a ON a.code = h.hall"
    " CROSS JOIN subject s ON s.kind = h.kind AND s.hall_id = a.id AND s.key = h.key"
    " AND s.day = h.day WHERE h.released_us IS NULL AND h.kind <> 'camera' ORDER BY s.id";

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
    int64_t worst_us = 0;
    if (!idx_db_get_int(cat, &worst_us, SQL_CLOCK, error, "iiii", one->camera_id, one->from_us,
                        one->to_us, (int64_t)IDX_HOLD_BACK_US))
        return false;
    if (worst_us < IDX_FOOTAGE_NOTICED_US)
        return true;
    one->from_us -= worst_us;
    one->to_us += worst_us;
    return true;
}

static bool add_spans_of(IdxCatalogue *cat, int64_t subject_id, const IdxLinkRule *rules,
                         GArray *all, GError **error)
{
    g_autoptr(GArray) spans = idx_story_spans(cat, subject_id, error);
    for (guint i = 0; spans && i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        Stretch one = {span->camera_id, span->from_us,
                       idx_linker_span_end(span->from_us, span->to_us, &rules[span->method])};
        if (one.from_us >= one.to_us)
            continue;
        if (!widen(cat, &one, error))
            return false;
        g_array_append_val(all, one);
    }
    return spans != NULL;
}

/* The subject's own spans, and for an approval those of its tickets and sessions. */
static GArray *stretches_of(IdxCatalogue *cat, const IdxSubject *subject, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Stretch));
    if (!idx_story_rules(cat, rules, error) || !add_spans_of(cat, subject->id, rules, all, error))
        return NULL;
    g_autoptr(GPtrArray) related = strcmp(subject->kind, "approval") == 0
                                       ? idx_subject_related(cat, subject->id, false, error)
                                       : g_ptr_array_new();
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *part = related->pdata[i];
        if (strcmp(part->kind, "approval") != 0 && !add_spans_of(cat, part->id, rules, all, error))
            return NULL;
    }
    if (!related)
        return NULL;
    join(all);
    return g_steal_pointer(&all);
}

/* --- writing ---------------------------------------------------------------------------------- */

bool idx_hold_put_span(IdxCatalogue *cat, int64_t hold_id, const char *camera, int64_t from_us,
                       int64_t to_us, int64_t now_us, GError **error)
{
    int64_t has = 0;
    if (!idx_db_get_int(cat, &has, SQL_HAS_SPAN, error, "itii", hold_id, camera, from_us, to_us))
        return false;
    IdxHoldRecord record = {.what = IDX_HOLD_RECORD_SPAN,
                            .id = hold_id,
                            .at_us = now_us,
                            .camera = (char *)(uintptr_t)camera,
                            .from_us = from_us,
                            .to_us = to_us};
    return has != 0 || idx_hold_journal_put(cat, &record, error);
}

static char *camera_code(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CODE, error, "i", id);
    return idx_db_step(cat, q, error) > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}

bool idx_hold_put_stretches(IdxCatalogue *cat, int64_t hold_id, const IdxSubject *subject,
                            int64_t now_us, GError **error)
{
    g_autoptr(GArray) all = stretches_of(cat, subject, error);
    for (guint i = 0; all && i < all->len; i++) {
        const Stretch *one = &g_array_index(all, Stretch, i);
        g_autofree char *code = camera_code(cat, one->camera_id, error);
        if (!code ||
            !idx_hold_put_span(cat, hold_id, code, one->from_us, one->to_us, now_us, error))
            return false;
    }
    return all != NULL;
}

bool idx_hold_live_on(IdxCatalogue *cat, const IdxSubject *s, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIVE_ON, error, "i", s->id);
    return idx_db_append_ints(cat, q, ids, error);
}

static bool follow_one(IdxCatalogue *cat, const IdxSubject *subject, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!idx_hold_live_on(cat, subject, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!idx_hold_put_stretches(cat, g_array_index(ids, int64_t, i), subject, now_us, error))
            return false;
    return true;
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

/* The holds on the subject and on others of its number, and those on the approvals that it belongs to. */
static bool follow(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    g_autoptr(GPtrArray) related =
        subject ? idx_subject_related(cat, subject_id, false, error) : NULL;
    if (!related || !follow_one(cat, subject, now_us, error) ||
        !follow_namesakes(cat, subject_id, now_us, error))
        return false;
    for (guint i = 0; i < related->len; i++) {
        const IdxSubject *other = related->pdata[i];
        if (strcmp(other->kind, "approval") == 0 && !follow_one(cat, other, now_us, error))
            return false;
    }
    return true;
}

bool idx_hold_follow(IdxCatalogue *cat, const GArray *subjects, int64_t now_us, GError **error)
{
    int64_t any = 0;
    if (!idx_db_get_int(cat, &any, SQL_ANY_ON_SUBJECTS, error, ""))
        return false;
    for (guint i = 0; any && i < subjects->len; i++)
        if (!follow(cat, g_array_index(subjects, int64_t, i), now_us, error))
            return false;
    return true;
}

static bool refresh(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    return subject && follow_one(cat, subject, now_us, error);
}

bool idx_hold_refresh(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HELD_SUBJECTS, error, "");
    if (!idx_db_append_ints(cat, q, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!idx_db_scope_begin(cat, error) ||
            !idx_db_scope_end(cat, refresh(cat, g_array_index(ids, int64_t, i), now_us, error),
                              error))
            return false;
    return true;
}
