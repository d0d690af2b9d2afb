// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/naming.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/subject_own.h"
#include "index/hall.h"
#include "index/link/ticket.h"

#include <limits.h>
#include <string.h>

#define TOLD " AND EXISTS (SELECT 1 FROM subject_event x WHERE x.subject_id = s.id)"
#define HOLDS                                                                                      \
    " EXISTS (SELECT 1 FROM subject_event x JOIN event e ON e.id = x.event_id WHERE"               \
    " x.subject_id = s.id AND e.superseded_by IS NULL AND NOT e.cancelled)"

/* Of what may be called ?id or ?source besides its number. */
#define EVENT_WITH(what)                                                                           \
    "EXISTS (SELECT 1 FROM subject_event x JOIN event e ON e.id = x.event_id WHERE"                \
    " x.subject_id = s.id AND " what ")"
#define CALLED(id, source)                                                                         \
    " AND (" id " IS NULL OR " EVENT_WITH(                                                         \
        "e.ticket_id = " id) ") AND (" source " IS NULL OR"                                        \
                             " s.part = 'source:' || " source " OR (" EVENT_WITH(                  \
                                 "e.source = " source) " AND NOT EXISTS ("                         \
                                                       "SELECT 1 FROM subject o JOIN "             \
                                                       "subject_event x ON x.subject_id = o.id "   \
                                                       "WHERE o.kind = s.kind"                     \
                                                       " AND o.hall_id = s.hall_id AND o.key = "   \
                                                       "s.key AND o.day = s.day AND o.part = "     \
                                                       "'source:' || " source ")))"

/* Of which a queue spoke, and not of the future. */
#define SPOKEN                                                                                     \
    " EXISTS (SELECT 1 FROM subject_event x JOIN event e ON e.id = x.event_id WHERE"               \
    " x.subject_id = s.id AND e.superseded_by IS NULL AND NOT e.cancelled AND " IDX_SUBJECT_SPEAKS
#define STANDS SPOKEN " AND e.time_us <= e.received_us + ?5)"

/* Hall by hall, since the index that has the days in order begins with it. Whether something holds there comes first. */
#define NEWEST(which)                                                                              \
    "(SELECT s.day FROM subject s WHERE s.kind = 'ticket' AND s.hall_id = h.id AND s.key ="        \
    " ?1" CALLED("?3", "?4") which " ORDER BY s.day DESC LIMIT 1)"
#define LATEST(which, otherwise)                                                                   \
    "SELECT code, coalesce(day, other), day IS NOT NULL FROM (SELECT h.code AS code, " which       \
    " AS day, " otherwise " AS other FROM hall h WHERE (?2 IS NULL OR h.code = ?2) AND ?5 > 0)"    \
    " WHERE coalesce(day, other) IS NOT NULL ORDER BY 3 DESC, 2 DESC, code"
static const char *const LATEST_SQL[] = {LATEST(NEWEST(" AND" STANDS), "NULL"),
                                         LATEST(NEWEST(" AND" HOLDS), NEWEST(TOLD))};
/* The tickets of a number and day in one hall are told apart by more than that (link/ticket.h); halls are not. */
static const char SQL_NAMED[] =
    "SELECT s.id," HOLDS " + 2 * max(s.kind = 'ticket' AND" SPOKEN ")) OVER (PARTITION BY h.id)"
    " FROM hall h CROSS JOIN subject s ON s.hall_id = h.id"
    " WHERE s.kind = ?1 AND s.key = ?2 AND s.day = ?3 AND (?4 IS NULL OR h.code = ?4)" CALLED(
        "?5", "?6") TOLD " ORDER BY h.code, s.first_us, s.part";
static const char SQL_ALSO[] = "SELECT s.id, s.day, s.part, s.key FROM subject s WHERE s.kind = ?1 "
                               "AND s.hall_id = ?2 AND s.key ="
                               " ?3 AND s.id <> ?4" TOLD " ORDER BY s.day DESC LIMIT ?5";

static const char SQL_DAYS[] = // newest first, of all halls
    "SELECT s.id, s.day, h.code," STANDS
    " AS stands FROM hall h CROSS JOIN subject s ON s.hall_id = h.id WHERE s.kind = "
    "'ticket'"
    " AND s.key = ?1 AND (?2 IS NULL OR h.code = ?2)" CALLED(
        "?3", "?4") " AND" HOLDS " ORDER BY stands DESC, s.day DESC";

static GPtrArray *subjects_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
}

static bool add_subjects(IdxCatalogue *cat, const GArray *ids, GPtrArray *list, GError **error)
{
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(GError) local = NULL;
        bool sees = false;
        int64_t id = g_array_index(ids, int64_t, i);
        if (!idx_scope_subject(cat, id, &sees, error))
            return false;
        if (!sees)
            continue;
        IdxSubject *subject = idx_subject_get(cat, id, &local);
        if (subject)
            g_ptr_array_add(list, subject);
        if (local) {
            g_propagate_error(error, g_steal_pointer(&local));
            return false;
        }
    }
    return true;
}

typedef struct HallDay {
    char *hall;
    int64_t day;
} HallDay;

static void hall_day_clear(gpointer at)
{
    g_free(((HallDay *)at)->hall);
}

static bool has_hall(const GArray *days, const char *hall)
{
    for (guint i = 0; i < days->len; i++)
        if (strcmp(g_array_index(days, HallDay, i).hall, hall) == 0)
            return true;
    return false;
}

/* Of the days that whoever asks may see; each hall's newest comes first. */
static bool find_latest_seen(IdxCatalogue *cat, const IdxName *name, GArray *days, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_DAYS, error, "tttti", name->key, name->hall,
                                         name->ticket_id, name->source, IDX_AHEAD_US);
    int row = 0;
    bool stands = false;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        bool sees = false;
        const char *hall = idx_db_text(q, 2);
        if (days->len > 0 && stands != (idx_db_int(q, 3) != 0))
            break;
        if (has_hall(days, hall))
            continue;
        if (!idx_scope_subject(cat, idx_db_int(q, 0), &sees, error))
            return false;
        stands = idx_db_int(q, 3) != 0;
        HallDay at = {g_strdup(sees ? hall : NULL), idx_db_int(q, 1)};
        if (sees)
            g_array_append_val(days, at);
    }
    return row >= 0;
}

static bool find_latest_by(IdxCatalogue *cat, const IdxName *name, const char *sql, GArray *days,
                           GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "tttti", name->key, name->hall,
                                         name->ticket_id, name->source, IDX_AHEAD_US);
    int row = 0;
    bool some = false; // hall has something that holds
    while ((row = idx_db_step(cat, q, error)) > 0) {
        bool holds = idx_db_int(q, 2) != 0;
        if (some && !holds)
            break;
        some = some || holds;
        HallDay at = {g_strdup(idx_db_text(q, 0)), idx_db_int(q, 1)};
        g_array_append_val(days, at);
    }
    return row >= 0;
}

/* The newest day of each hall that has it, newest first. */
static GArray *find_latest(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    g_autoptr(GArray) days = g_array_new(FALSE, FALSE, sizeof(HallDay));
    bool ok = true, limited = idx_scope_is_limited(cat);
    g_array_set_clear_func(days, hall_day_clear);
    if (limited)
        ok = find_latest_seen(cat, name, days, error);
    for (size_t i = 0; !limited && ok && days->len == 0 && i < G_N_ELEMENTS(LATEST_SQL); i++)
        ok = find_latest_by(cat, name, LATEST_SQL[i], days, error);
    return ok ? g_steal_pointer(&days) : NULL;
}

/* Those that hold, of halls where a queue speaks of it if there are some; all if nobody has it in truth. */
static GArray *find_named(IdxCatalogue *cat, const IdxName *name, const char *hall, int64_t day,
                          GError **error)
{
    int64_t best = 0;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NAMED, error, "ttittt", name->kind, name->key,
                                         day, hall, name->ticket_id, name->source);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0), rank = idx_db_int(q, 1);
        if (rank > best)
            g_array_set_size(ids, 0);
        best = MAX(best, rank);
        if (rank == best)
            g_array_append_val(ids, id);
    }
    return row == 0 ? g_steal_pointer(&ids) : NULL;
}

static bool add_named(IdxCatalogue *cat, const IdxName *name, const char *hall, int64_t day,
                      GPtrArray *list, GError **error)
{
    g_autoptr(GArray) ids = find_named(cat, name, hall, day, error);
    return ids && add_subjects(cat, ids, list, error);
}

/* @name's identifiers are as they are stored. */
static GPtrArray *find_candidates(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    g_autoptr(GPtrArray) list = subjects_new();
    bool is_ticket = strcmp(name->kind, "ticket") == 0;
    if (!is_ticket || name->day)
        return add_named(cat, name, name->hall, is_ticket ? name->day : 0, list, error)
                   ? g_steal_pointer(&list)
                   : NULL;
    g_autoptr(GArray) days = find_latest(cat, name, error);
    for (guint i = 0; days && i < days->len; i++) {
        const HallDay *at = &g_array_index(days, HallDay, i);
        if (!add_named(cat, name, at->hall, at->day, list, error))
            return NULL;
    }
    return days ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_name_candidates(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    IdxName clean = *name;
    bool session = strcmp(name->kind, "session") == 0;
    g_autofree char *key = session ? idx_session_key(name->key) : mj_identifier(name->key);
    g_autofree char *ticket_id = name->ticket_id ? mj_identifier(name->ticket_id) : NULL;
    clean.key = key;
    clean.ticket_id = ticket_id;
    return find_candidates(cat, &clean, error);
}

/* Halls of @candidates, which are together, each once; with their days if @days. */
static guint list_halls(const GPtrArray *candidates, bool days, GString *halls)
{
    guint n = 0;
    const char *last = "";
    for (guint i = 0; i < candidates->len; i++) {
        const IdxSubject *c = candidates->pdata[i];
        g_autofree char *day = days ? mj_day_format(c->day) : NULL;
        if (strcmp(c->hall, last) != 0)
            g_string_append_printf(halls, "%s%s%s%s", n++ ? ", " : "", c->hall, day ? " on " : "",
                                   day ? day : "");
        last = c->hall;
    }
    return n;
}

static void say_ambiguous(const GPtrArray *candidates, GError **error)
{
    const IdxSubject *first = candidates->pdata[0];
    bool days = first->day != ((const IdxSubject *)candidates->pdata[candidates->len - 1])->day;
    g_autoptr(GString) halls = g_string_new(NULL);
    g_autofree char *one = first->day ? mj_day_format(first->day) : NULL;
    guint n_halls = list_halls(candidates, days, halls);
    const char *day = days ? NULL : one;
    if (n_halls == candidates->len)
        mj_error_set(error, MJ_ERROR_AMBIGUOUS,
                     "%u halls have %s %.64s%s%s (%s): say which hall is meant", n_halls,
                     first->kind, first->key, day ? " of " : "", day ? day : "", halls->str);
    else
        mj_error_set(error, MJ_ERROR_AMBIGUOUS,
                     "%u tickets have the number %.64s%s%s (%s): say which is meant by its "
                     "ticket_id or its source%s",
                     candidates->len, first->key, day ? " of " : "", day ? day : "", halls->str,
                     n_halls > 1 ? ", and the hall" : "");
}

IdxSubject *idx_name_find(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    g_autoptr(GPtrArray) candidates = idx_name_candidates(cat, name, error);
    int64_t hall_id = 0;
    if (candidates && candidates->len > 1)
        say_ambiguous(candidates, error);
    else if (candidates && candidates->len == 0 && !idx_hall_find(cat, name->hall, &hall_id, error))
        return NULL;
    return candidates && candidates->len == 1 ? g_ptr_array_steal_index(candidates, 0) : NULL;
}

/* What the index has of it. */
static IdxSubject *also_new(const char *kind, const IdxHall *hall, IdxQuery *q)
{
    IdxSubject *also = g_new0(IdxSubject, 1);
    also->id = idx_db_int(q, 0);
    also->hall_id = hall->id;
    also->kind = g_strdup(kind);
    also->hall = g_strdup(hall->code);
    also->key = g_strdup(idx_db_text(q, 3));
    also->day = (int)idx_db_int(q, 1);
    also->part = g_strdup(idx_db_text(q, 2));
    return also;
}

/* One more than there is room for, so that it is known that there are more. */
static bool add_also(IdxCatalogue *cat, const IdxSubject *subject, const char *kind,
                     const IdxHall *hall, GPtrArray *list, GError **error)
{
    guint before = list->len;
    int64_t most = idx_scope_is_limited(cat) ? IDX_SUBJECT_LOOKS : IDX_ALSO_MAX + 1;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ALSO, error, "titii", kind, hall->id,
                                         subject->key, subject->id, most);
    int row = 0;
    while (list->len - before <= IDX_ALSO_MAX && (row = idx_db_step(cat, q, error)) > 0) {
        bool sees = false;
        if (!idx_scope_subject(cat, idx_db_int(q, 0), &sees, error))
            return false;
        if (sees)
            g_ptr_array_add(list, also_new(kind, hall, q));
    }
    return row >= 0;
}

/* Newest day first, what has no day before all, since it is no other day but another thing. */
static int by_day(gconstpointer a, gconstpointer b)
{
    const IdxSubject *x = *(IdxSubject *const *)a, *y = *(IdxSubject *const *)b;
    int dx = x->day ? x->day : INT_MAX, dy = y->day ? y->day : INT_MAX;
    int order = dx != dy ? (dx > dy ? -1 : 1) : strcmp(x->kind, y->kind);
    order = order ? order : strcmp(x->hall, y->hall);
    return order ? order : strcmp(x->part, y->part);
}

GPtrArray *idx_name_also(IdxCatalogue *cat, const IdxSubject *subject, bool *ret_more,
                         GError **error)
{
    static const char *const KINDS[] = {"ticket", "approval", "session"};
    g_autoptr(GPtrArray) list = subjects_new();
    g_autoptr(GPtrArray) halls = idx_hall_list(cat, error);
    if (!halls)
        return NULL;
    for (guint i = 0; i < halls->len; i++)
        for (size_t j = 0; j < G_N_ELEMENTS(KINDS); j++)
            if (!add_also(cat, subject, KINDS[j], halls->pdata[i], list, error))
                return NULL;
    g_ptr_array_sort(list, by_day);
    *ret_more = list->len > IDX_ALSO_MAX;
    g_ptr_array_set_size(list, (int)MIN(list->len, IDX_ALSO_MAX));
    return g_steal_pointer(&list);
}
