// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/subject.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/scope.h"

#define COLUMNS                                                                                    \
    "s.id, s.hall_id, s.kind, h.code, s.key, s.day, s.title, s.first_us, s.last_us, s.part"
#define FROM " FROM subject s JOIN hall h ON h.id = s.hall_id "

/* Most are there already: looked for first, since an insert that turns into an update writes all indexes. Of
 * a ticket the one that all events of its number begin with (ticket.h tells them apart). */
static const char SQL_FIND[] =
    "SELECT id FROM subject WHERE kind = ?1 AND hall_id = ?2 AND key = ?4 AND day = ?3"
    " AND part = ''";
static const char SQL_MAKE[] =
    "INSERT INTO subject (kind, hall_id, day, key, title, first_us, last_us)"
    " VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?5)";
static const char SQL_TIE[] =
    "INSERT OR IGNORE INTO subject_event (subject_id, event_id) VALUES (?, ?)";
static const char SQL_UNTIE[] = "DELETE FROM subject_event WHERE event_id = ?";
static const char SQL_OF_EVENT[] = "SELECT subject_id FROM subject_event WHERE event_id = ?";
/* One whose events all turned out to be another's (night.h) is kept for its old spans, and not found. */
#define TOLD_OF " AND EXISTS (SELECT 1 FROM subject_event x WHERE x.subject_id = s.id)"
static const char SQL_GET[] = "SELECT " COLUMNS FROM "WHERE s.id = ?";
static const char SQL_RELATED[] =
    "SELECT " COLUMNS " FROM (SELECT DISTINCT o.subject_id FROM subject_event mine"
    " CROSS JOIN event e ON e.id = mine.event_id AND e.superseded_by IS NULL AND NOT e.cancelled"
    " CROSS JOIN subject_event o ON o.event_id = e.id WHERE mine.subject_id = ?1"
    " AND o.subject_id <> ?1) r CROSS JOIN subject s ON s.id = r.subject_id"
    " JOIN hall h ON h.id = s.hall_id WHERE s.kind <> 'ticket' OR NOT EXISTS (SELECT 1 FROM subject"
    " WHERE id = ?1 AND kind = 'ticket') ORDER BY s.first_us, s.id";
/* ?2 is ?1 followed by the highest character: a range in the index, where LIKE would read all. Newest
 * first costs a sort of all that fits; so what is rare is sorted, and what is common is met soon on
 * the way back from the newest. Indexes are named, since the planner cannot know which it is. */
#define SEARCH_RARE 1000
/* For whom not everything is, this many are looked through: of what begins with "A" in a year, not all. */
#define SEEN_AMONG 5000
#define FROM_BY(index) " FROM subject s INDEXED BY " index " CROSS JOIN hall h ON h.id = s.hall_id "
static const char SQL_SEARCH_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM subject INDEXED BY "
                                       "subject_key WHERE key >= ?1 AND key < ?2"
                                       " LIMIT ?3)";
static const char SQL_SEARCH_DAY[] = "SELECT " COLUMNS FROM_BY(
    "subject_day") "WHERE s.day = ?4 AND s.key >= ?1 AND s.key < ?2" TOLD_OF
                   " ORDER BY s.last_us DESC, s.id DESC LIMIT ?3";
static const char SQL_SEARCH_RARE[] =
    "SELECT " COLUMNS FROM_BY("subject_key") "WHERE s.key >= ?1 AND s.key < ?2" TOLD_OF
                                             " ORDER BY s.last_us DESC, s.id DESC LIMIT ?3";
static const char SQL_SEARCH_COMMON[] =
    "SELECT " COLUMNS FROM_BY("subject_last") "WHERE s.key >= ?1 AND s.key < ?2" TOLD_OF
                                              " ORDER BY s.last_us DESC, s.id DESC LIMIT ?3";
/* A look that is bounded however many ids begin so. */
static const char SQL_SEARCH_ID[] =
    "SELECT DISTINCT " COLUMNS " FROM (SELECT id FROM event INDEXED BY event_ticket_id WHERE"
    " ticket_id >= ?1 AND ticket_id < ?2 AND superseded_by IS NULL AND NOT cancelled ORDER BY"
    " ticket_id LIMIT ?5) e CROSS JOIN subject_event t ON t.event_id = e.id CROSS JOIN subject s"
    " ON s.id = t.subject_id CROSS JOIN hall h ON h.id = s.hall_id WHERE s.kind = 'ticket'"
    " AND (?3 = 0 OR s.day = ?3) ORDER BY s.last_us DESC, s.id DESC LIMIT ?4";
/* json_valid: what is nested deeper than SQLite reads tells nothing. */
#define TOLD(field) "CASE WHEN json_valid(e.body) THEN e.body ->> '$.data." field "' END"
// clang-format off
#define KEY_TOLD \
    "CASE ?2 WHEN 'ticket' THEN " TOLD("ticket_no") \
    " WHEN 'approval' THEN " TOLD("approval_id") \
    " ELSE coalesce(" TOLD("session_id") ", " TOLD("project_no") \
    " || coalesce(':' || " TOLD("section_no") ", '') || ':' || " TOLD("session_type") ") END"
#define TITLE_TOLD \
    "CASE ?2 WHEN 'session' THEN coalesce(" TOLD("topic") ", " TOLD("business_type") ", " \
    TOLD("session_type") ") ELSE coalesce(" TOLD("business_type") ", " TOLD("item_name") ") END"
// clang-format on
static const char SQL_KEY_TOLD[] = "SELECT " KEY_TOLD " FROM event e WHERE e.id = ?1";
static const char SQL_TITLE_TOLD[] = "SELECT " TITLE_TOLD " FROM event e WHERE e.id = ?1";
/* Apart, since each column has indexes of its own to be written. */
static const char SQL_SET_TIMES[] = "UPDATE subject SET first_us = ?2, last_us = ?3 WHERE id = ?1";
static const char SQL_SET_KEY[] = "UPDATE subject SET key = ?2 WHERE id = ?1";
static const char SQL_SET_TITLE[] = "UPDATE subject SET title = ?2 WHERE id = ?1";

IdxSubject *idx_subject_copy(const IdxSubject *subject)
{
    IdxSubject *copy = g_memdup2(subject, sizeof *subject);
    copy->kind = g_strdup(subject->kind);
    copy->hall = g_strdup(subject->hall);
    copy->key = g_strdup(subject->key);
    copy->title = g_strdup(subject->title);
    copy->part = g_strdup(subject->part);
    return copy;
}

void idx_subject_free(IdxSubject *subject)
{
    if (!subject)
        return;
    g_free(subject->kind);
    g_free(subject->hall);
    g_free(subject->key);
    g_free(subject->title);
    g_free(subject->part);
    g_free(subject);
}

static IdxSubject *read_subject(IdxQuery *q)
{
    IdxSubject *s = g_new0(IdxSubject, 1);
    s->id = idx_db_int(q, 0);
    s->hall_id = idx_db_int(q, 1);
    s->kind = g_strdup(idx_db_text(q, 2));
    s->hall = g_strdup(idx_db_text(q, 3));
    s->key = g_strdup(idx_db_text(q, 4));
    s->day = (int)idx_db_int(q, 5);
    s->title = g_strdup(idx_db_text(q, 6));
    s->first_us = idx_db_int(q, 7);
    s->last_us = idx_db_int(q, 8);
    s->part = g_strdup(idx_db_text(q, 9));
    return s;
}

/* 1: *ret_id is it; 0: there is none; -1: error. */
static int find(IdxCatalogue *cat, const char *kind, int64_t hall_id, int day, const char *key,
                int64_t *ret_id, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_FIND, error, "tiit", kind, hall_id, (int64_t)day, key);
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        *ret_id = idx_db_int(q, 0);
    return row;
}

static bool attach(IdxCatalogue *cat, const char *kind, int64_t hall_id, int day, const char *key,
                   const IdxEvent *event, int64_t event_id, GError **error)
{
    int64_t subject_id = 0;
    int found = find(cat, kind, hall_id, day, key, &subject_id, error);
    if (found < 0 || (found == 0 && !idx_db_run(cat, SQL_MAKE, error, "tiiti", kind, hall_id,
                                                (int64_t)day, key, event->time_us)))
        return false;
    if (found == 0)
        subject_id = idx_db_last_id(cat);
    return idx_db_run(cat, SQL_TIE, error, "ii", subject_id, event_id);
}

/* Most are tied to nothing yet, and looking costs a tenth of a deletion of nothing. */
static bool untie(IdxCatalogue *cat, int64_t event_id, GError **error)
{
    g_autoptr(GArray) tied = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return idx_subject_of_event(cat, event_id, tied, error) &&
           (tied->len == 0 || idx_db_run(cat, SQL_UNTIE, error, "i", event_id));
}

bool idx_subject_attach(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int64_t event_id,
                        GError **error)
{
    int day = event->ticket_day ? event->ticket_day : mj_time_local_day(event->time_us, cat->zone);
    return untie(cat, event_id, error) &&
           (!event->ticket_no ||
            attach(cat, "ticket", hall_id, day, event->ticket_no, event, event_id, error)) &&
           (!event->approval_id ||
            attach(cat, "approval", hall_id, 0, event->approval_id, event, event_id, error)) &&
           (!event->session_id ||
            attach(cat, "session", hall_id, 0, event->session_id, event, event_id, error));
}

bool idx_subject_of_event(IdxCatalogue *cat, int64_t event_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OF_EVENT, error, "i", event_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        bool known = false;
        for (guint i = 0; i < ids->len && !known; i++)
            known = g_array_index(ids, int64_t, i) == id;
        if (!known)
            g_array_append_val(ids, id);
    }
    return row == 0;
}

static IdxSubject *first_row(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    return idx_db_step(cat, q, error) > 0 ? read_subject(q) : NULL;
}

IdxSubject *idx_subject_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    return first_row(cat, q, error);
}

/* Those that may be seen, at most @limit. */
static GPtrArray *all_rows(IdxCatalogue *cat, IdxQuery *q, guint limit, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    int row = 0;
    while (list->len < limit && (row = idx_db_step(cat, q, error)) > 0) {
        g_autoptr(IdxSubject) subject = read_subject(q);
        bool sees = false;
        if (!idx_scope_subject(cat, subject->id, &sees, error))
            return NULL;
        if (sees)
            g_ptr_array_add(list, g_steal_pointer(&subject));
    }
    return row >= 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_subject_related(IdxCatalogue *cat, int64_t subject_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RELATED, error, "i", subject_id);
    return all_rows(cat, q, G_MAXUINT, error);
}

static char *beyond_of(const char *prefix)
{
    return g_strconcat(prefix, "\xf4\x8f\xbf\xbf", NULL); // U+10FFFF
}

GPtrArray *idx_subject_search_id(IdxCatalogue *cat, const char *prefix, int day, int limit,
                                 GError **error)
{
    g_autofree char *beyond = beyond_of(prefix);
    int64_t most = idx_scope_is_limited(cat) ? SEEN_AMONG : limit;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SEARCH_ID, error, "ttiii", prefix, beyond,
                                         (int64_t)day, most, (int64_t)IDX_TICKET_IDS_MAX);
    return all_rows(cat, q, (guint)limit, error);
}

GPtrArray *idx_subject_search(IdxCatalogue *cat, const char *prefix, int day, int limit,
                              GError **error)
{
    g_autofree char *beyond = beyond_of(prefix);
    int64_t fitting = 0, most = idx_scope_is_limited(cat) ? SEEN_AMONG : limit;
    if (!day && !idx_db_get_int(cat, &fitting, SQL_SEARCH_COUNT, error, "tti", prefix, beyond,
                                (int64_t)SEARCH_RARE + 1))
        return NULL;
    const char *sql = fitting > SEARCH_RARE ? SQL_SEARCH_COMMON : SQL_SEARCH_RARE;
    g_autoptr(IdxQuery) q =
        day ? idx_db_query(cat, SQL_SEARCH_DAY, error, "ttii", prefix, beyond, most, (int64_t)day)
            : idx_db_query(cat, sql, error, "tti", prefix, beyond, most);
    return all_rows(cat, q, (guint)limit, error);
}

/* What an event tells, with @sql; NULL without error if it does not. Caller frees. */
static bool ask(IdxCatalogue *cat, const char *sql, const IdxSubject *subject, int64_t event_id,
                char **ret, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "it", event_id, subject->kind);
    int row = idx_db_step(cat, q, error);
    *ret = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}

static bool summarise_key(IdxCatalogue *cat, const IdxSubject *subject, int64_t spelt_by,
                          GError **error)
{
    g_autofree char *key = NULL;
    if (!ask(cat, SQL_KEY_TOLD, subject, spelt_by, &key, error))
        return false;
    return !key || g_str_equal(key, subject->key) ||
           idx_db_run(cat, SQL_SET_KEY, error, "it", subject->id, key);
}

static bool summarise_title(IdxCatalogue *cat, const IdxSubject *subject, const IdxSummary *summary,
                            GError **error)
{
    g_autofree char *title = NULL;
    for (size_t i = 0; i < summary->n_tells && !title; i++)
        if (!ask(cat, SQL_TITLE_TOLD, subject, summary->tells[i], &title, error))
            return false;
    return g_strcmp0(title, subject->title) == 0 ||
           idx_db_run(cat, SQL_SET_TITLE, error, "it", subject->id, title);
}

bool idx_subject_summarise(IdxCatalogue *cat, const IdxSubject *subject, const IdxSummary *summary,
                           GError **error)
{
    bool same = summary->first_us == subject->first_us && summary->last_us == subject->last_us;
    return (same || idx_db_run(cat, SQL_SET_TIMES, error, "iii", subject->id, summary->first_us,
                               summary->last_us)) &&
           summarise_key(cat, subject, summary->spelt_by, error) &&
           summarise_title(cat, subject, summary, error);
}
