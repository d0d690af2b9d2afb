// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/subject.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/json_put.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/subject_own.h"
#include "index/hall.h"
#include "index/hold/hold.h"
#include "index/link/rated.h"

#include <string.h>

#define FROM " FROM subject s JOIN hall h ON h.id = s.hall_id "

/* Most are there already: looked for first, since an insert that turns into an update writes all indexes. Of
 * a ticket the one that all events of its number begin with (link/ticket.h tells them apart) comes first. */
static const char SQL_FIND[] =
    "SELECT id, part <> '' FROM subject WHERE kind = ?1 AND hall_id = ?2 AND key = ?4 AND day = ?3"
    " ORDER BY part LIMIT 2";
static const char SQL_MAKE[] =
    "INSERT INTO subject (kind, hall_id, day, key, title, first_us, last_us)"
    " VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?5)";
/* At once, not only when it is linked: link/rated.h looks for those that name a number by it. */
static const char SQL_HEARD[] = "UPDATE subject SET last_us = ?2 WHERE id = ?1 AND last_us < ?2";
static const char SQL_TIE[] =
    "INSERT OR IGNORE INTO subject_event (subject_id, event_id) VALUES (?, ?)";
static const char SQL_UNTIE[] = "DELETE FROM subject_event WHERE event_id = ?";
static const char SQL_OF_EVENT[] = "SELECT subject_id FROM subject_event WHERE event_id = ?";
static const char SQL_GET[] = "SELECT " IDX_SUBJECT_COLUMNS FROM "WHERE s.id = ?";
#define RELATED(by_events)                                                                         \
    "SELECT " IDX_SUBJECT_COLUMNS                                                                  \
    " FROM (SELECT DISTINCT o.subject_id FROM subject_event mine" by_events                        \
    " CROSS JOIN subject_event o ON o.event_id = mine.event_id WHERE mine.subject_id = ?1"         \
    " AND o.subject_id <> ?1) r CROSS JOIN subject s ON s.id = r.subject_id"                       \
    " JOIN hall h ON h.id = s.hall_id WHERE s.kind <> 'ticket' OR NOT EXISTS (SELECT 1 FROM"       \
    " subject WHERE id = ?1 AND kind = 'ticket') ORDER BY s.first_us, s.id"
static const char SQL_RELATED[] =
    RELATED(" CROSS JOIN event e ON e.id = mine.event_id AND e.superseded_by IS NULL AND NOT"
            " e.cancelled");
static const char SQL_RELATED_BY_ALL[] = RELATED("");
#define SOME(which)                                                                                \
    "EXISTS (SELECT 1 FROM subject_event t CROSS JOIN event e ON e.id = t.event_id WHERE"          \
    " t.subject_id = ?1 AND e.superseded_by IS NULL AND NOT e.cancelled" which ")"
static const char SQL_STANDS[] = "SELECT " SOME("") ", " SOME(" AND " IDX_SUBJECT_SPEAKS);
/* What is no text, as text; json_valid: what is nested deeper than SQLite reads tells nothing. */
static const char SQL_AS_TEXT[] = "SELECT CASE WHEN json_valid(?1) THEN ?1 ->> '$' END";
/* Apart, since each column has indexes of its own to be written. */
static const char SQL_SET_TIMES[] = "UPDATE subject SET first_us = ?2, last_us = ?3 WHERE id = ?1";
/* Where there is one of that key already, this one's events come to it as they are linked anew. */
static const char SQL_SET_KEY[] = "UPDATE OR IGNORE subject SET key = ?2 WHERE id = ?1";
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

IdxSubject *idx_subject_read(IdxQuery *q)
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

/* *ret_id: 0 = there is none. */
static bool find(IdxCatalogue *cat, const char *kind, int64_t hall_id, int day, const char *key,
                 int64_t *ret_id, bool *ret_parted, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_FIND, error, "tiit", kind, hall_id, (int64_t)day, key);
    int row = 0;
    *ret_id = 0;
    *ret_parted = false;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (idx_db_int(q, 1))
            *ret_parted = true;
        else
            *ret_id = idx_db_int(q, 0);
    return row == 0;
}

void idx_subject_note(GArray *ids, int64_t id)
{
    for (guint i = 0; i < ids->len; i++)
        if (g_array_index(ids, int64_t, i) == id)
            return;
    g_array_append_val(ids, id);
}

static bool attach(IdxCatalogue *cat, IdxAttach *a, const char *kind, int day, const char *key,
                   bool *ret_made, bool *ret_parted, GError **error)
{
    int64_t subject_id = 0;
    if (!find(cat, kind, a->hall_id, day, key, &subject_id, ret_parted, error))
        return false;
    *ret_made = subject_id == 0;
    if (*ret_made && !idx_db_run(cat, SQL_MAKE, error, "tiiti", kind, a->hall_id, (int64_t)day, key,
                                 a->event->time_us))
        return false;
    if (*ret_made)
        subject_id = idx_db_last_id(cat);
    idx_subject_note(a->subjects, subject_id);
    if (!*ret_made && idx_rated_is(a->event) &&
        !idx_db_run(cat, SQL_HEARD, error, "ii", subject_id, a->event->time_us))
        return false;
    return idx_db_run(cat, SQL_TIE, error, "ii", subject_id, a->event_id);
}

/* Most are tied to nothing yet, and looking costs a tenth of a deletion of nothing. */
static bool untie(IdxCatalogue *cat, int64_t event_id, GError **error)
{
    g_autoptr(GArray) tied = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return idx_subject_of_event(cat, event_id, tied, error) &&
           (tied->len == 0 || idx_db_run(cat, SQL_UNTIE, error, "i", event_id));
}

static bool find_day(IdxCatalogue *cat, const IdxAttach *a, int *ret_day, GError **error)
{
    const IdxEvent *e = a->event;
    if (idx_rated_is(e))
        return idx_rated_day(cat, e, a->hall_id, ret_day, error);
    *ret_day = e->ticket_day;
    GTimeZone *zone = *ret_day ? NULL : idx_hall_zone(cat, a->hall_id, error);
    if (zone)
        *ret_day = mj_time_local_day(e->time_us, zone);
    return *ret_day != 0;
}

bool idx_subject_attach(IdxCatalogue *cat, IdxAttach *a, GError **error)
{
    const IdxEvent *e = a->event;
    bool made = false, parted = false;
    int day = 0;
    return (a->fresh || untie(cat, a->event_id, error)) && find_day(cat, a, &day, error) &&
           (!e->ticket_no ||
            attach(cat, a, "ticket", day, e->ticket_no, &a->made, &a->parted, error)) &&
           (!e->approval_id ||
            attach(cat, a, "approval", 0, e->approval_id, &made, &parted, error)) &&
           (!e->session_id || attach(cat, a, "session", 0, e->session_id, &made, &parted, error));
}

bool idx_subject_of_event(IdxCatalogue *cat, int64_t event_id, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OF_EVENT, error, "i", event_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        idx_subject_note(ids, idx_db_int(q, 0));
    return row == 0;
}

static IdxSubject *first_row(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    return idx_db_step(cat, q, error) > 0 ? idx_subject_read(q) : NULL;
}

IdxSubject *idx_subject_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    return first_row(cat, q, error);
}

/* All rows of @q that may be seen. */
static GPtrArray *all_rows(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        g_autoptr(IdxSubject) subject = idx_subject_read(q);
        bool sees = false;
        if (!idx_scope_subject(cat, subject->id, &sees, error))
            return NULL;
        if (sees)
            g_ptr_array_add(list, g_steal_pointer(&subject));
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_subject_related(IdxCatalogue *cat, int64_t subject_id, bool all_hold, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, all_hold ? SQL_RELATED_BY_ALL : SQL_RELATED, error, "i", subject_id);
    return all_rows(cat, q, error);
}

GPtrArray *idx_subject_named_by(IdxCatalogue *cat, int64_t subject_id, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) related = idx_subject_related(cat, subject_id, false, error);
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *r = related->pdata[i];
        if (strcmp(r->kind, "approval") == 0)
            g_ptr_array_add(ids, g_strdup(r->key));
    }
    return related ? g_steal_pointer(&ids) : NULL;
}

bool idx_subject_stands(IdxCatalogue *cat, const IdxSubject *subject, bool *ret_holds,
                        bool *ret_spoken, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STANDS, error, "i", subject->id);
    int row = idx_db_step(cat, q, error);
    if (row <= 0)
        return false;
    *ret_holds = idx_db_int(q, 0) != 0;
    *ret_spoken = idx_db_int(q, 1) || strcmp(subject->kind, "ticket") != 0;
    return true;
}

/* A number, say, which events of types that we do not know may have anywhere. */
static bool as_text(IdxCatalogue *cat, const MjMember *member, char **ret, GError **error)
{
    g_autofree char *json = g_strndup(member->value, member->bytes);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_AS_TEXT, error, "t", json);
    int row = idx_db_step(cat, q, error);
    *ret = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}

/* What the event with @body tells of the first of @fields (until NULL) that it has and that is not null; NULL
 * without error if it has none. Caller frees. */
static bool tell(IdxCatalogue *cat, const char *body, const char *const fields[], char **ret,
                 GError **error)
{
    size_t size = 0;
    MjMember member;
    const char *data = mj_json_member(body, "data", &size);
    *ret = NULL;
    for (; data && *fields && !*ret; fields++)
        for (const char *at = data; mj_json_next(&at, &member);) {
            if (!mj_json_is_named(&member, *fields))
                continue;
            if (member.value[0] == '"')
                *ret = mj_json_text(&member, &size);
            else if (!as_text(cat, &member, ret, error))
                return false;
            break;
        }
    return true;
}

#define FIELDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* "PROJECT:SECTION:TYPE". */
static bool tell_trade(IdxCatalogue *cat, const char *body, char **ret, GError **error)
{
    g_autofree char *project = NULL, *section = NULL, *type = NULL;
    if (!tell(cat, body, FIELDS("project_no"), &project, error) ||
        !tell(cat, body, FIELDS("section_no"), &section, error) ||
        !tell(cat, body, FIELDS("session_type"), &type, error))
        return false;
    if (project && type)
        *ret = g_strconcat(project, section ? ":" : "", section ? section : "", ":", type, NULL);
    return true;
}

static bool tell_key(IdxCatalogue *cat, const char *kind, const char *body, char **ret,
                     GError **error)
{
    const char *field = strcmp(kind, "ticket") == 0     ? "ticket_no"
                        : strcmp(kind, "approval") == 0 ? "approval_id"
                                                        : "session_id";
    return tell(cat, body, FIELDS(field), ret, error) &&
           (*ret || strcmp(kind, "session") != 0 || tell_trade(cat, body, ret, error));
}

static bool tell_title(IdxCatalogue *cat, const char *kind, const char *body, char **ret,
                       GError **error)
{
    return strcmp(kind, "session") == 0
               ? tell(cat, body, FIELDS("topic", "business_type", "session_type"), ret, error)
               : tell(cat, body, FIELDS("business_type", "item_name"), ret, error);
}

/* Of what an earlier version stored. Caller frees. */
static char *key_of(const IdxSubject *subject, const char *told)
{
    return strcmp(subject->kind, "session") == 0 ? idx_session_key(told) : mj_identifier(told);
}

/* What is held by the spellings of an earlier version follows. */
static bool set_held(IdxCatalogue *cat, const IdxSubject *subject, const char *told,
                     const char *key, GError **error)
{
    g_autofree char *own = key_of(subject, subject->key);
    return (strcmp(told, key) == 0 && strcmp(own, subject->key) == 0) ||
           (idx_hold_rename(cat, subject, told, key, error) &&
            idx_hold_rename(cat, subject, subject->key, key, error));
}

static bool summarise_key(IdxCatalogue *cat, const IdxSubject *subject, const char *spelt_by,
                          GError **error)
{
    g_autofree char *told = NULL;
    if (!tell_key(cat, subject->kind, spelt_by, &told, error))
        return false;
    g_autofree char *key = told ? key_of(subject, told) : NULL;
    return !key || g_str_equal(key, subject->key) ||
           (idx_db_run(cat, SQL_SET_KEY, error, "it", subject->id, key) &&
            set_held(cat, subject, told, key, error));
}

bool idx_subject_emptied(IdxCatalogue *cat, const IdxSubject *subject, GError **error)
{
    g_autofree char *key = key_of(subject, subject->key);
    return set_held(cat, subject, subject->key, key, error);
}

static bool summarise_title(IdxCatalogue *cat, const IdxSubject *subject, const IdxSummary *summary,
                            GError **error)
{
    g_autofree char *title = NULL;
    for (guint i = 0; i < summary->tells->len && !title; i++)
        if (!tell_title(cat, subject->kind, summary->tells->pdata[i], &title, error))
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
