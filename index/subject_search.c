// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/catalogue.h"
#include "index/scope.h"
#include "index/subject_own.h"

#include <string.h>

/* One whose events all turned out to be another's (night.h) is kept for its old spans, and not found. */
#define TOLD_OF " AND EXISTS (SELECT 1 FROM subject_event x WHERE x.subject_id = s.id)"
#define HOLDS_OF                                                                                   \
    "EXISTS (SELECT 1 FROM subject_event x CROSS JOIN event e ON e.id = x.event_id WHERE"          \
    " x.subject_id = s.id AND e.superseded_by IS NULL AND NOT e.cancelled)"
/* ?2 is ?1 followed by the highest character: a range in the index, where LIKE would read all. Newest
 * first costs a sort of all that fits; so what is rare is sorted, and what is common is met soon on
 * the way back from the newest. Indexes are named, since the planner cannot know which it is. */
#define SEARCH_RARE 1000
/* For whom not everything is, this many are looked through: of what begins with "A" in a year, not all. */
#define SEEN_AMONG 5000
#define FROM_BY(index) " FROM subject s INDEXED BY " index " CROSS JOIN hall h ON h.id = s.hall_id "
#define ORDER " ORDER BY s.last_us DESC, s.id DESC LIMIT ?3"
#define BEFORE "s.last_us <= ?5 AND (s.last_us < ?5 OR s.id < ?6)"
static const char SQL_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM subject INDEXED BY "
                                "subject_key WHERE key >= ?1 AND key < ?2 LIMIT ?3)";
#define SEARCH(index, where, which)                                                                \
    "SELECT " IDX_SUBJECT_COLUMNS FROM_BY(index) "WHERE " where "s.key >= ?1 AND s.key < ?2"       \
                                                 " AND " BEFORE which ORDER
#define BOTH(index, where)                                                                         \
    {                                                                                              \
        SEARCH(index, where, " AND " HOLDS_OF), SEARCH(index, where, TOLD_OF " AND NOT " HOLDS_OF) \
    }
static const char *const SQL_DAY[] = BOTH("subject_day", "s.day = ?4 AND ");
static const char *const SQL_RARE[] = BOTH("subject_key", "");
static const char *const SQL_COMMON[] = BOTH("subject_last", "");
/* A look that is bounded however many ids begin so; those that are called so were found before. */
static const char SQL_BY_ID[] =
    "SELECT DISTINCT " IDX_SUBJECT_COLUMNS " FROM (SELECT id FROM event INDEXED BY event_ticket_id"
    " WHERE ticket_id >= ?1 AND ticket_id < ?2 AND superseded_by IS NULL AND NOT cancelled ORDER BY"
    " ticket_id LIMIT ?7) e CROSS JOIN subject_event t ON t.event_id = e.id CROSS JOIN subject s"
    " ON s.id = t.subject_id CROSS JOIN hall h ON h.id = s.hall_id WHERE s.kind = 'ticket'"
    " AND (?4 = 0 OR s.day = ?4) AND NOT (s.key >= ?1 AND s.key < ?2) AND " BEFORE ORDER;

#define PLAN_WORDS_MIN 2 // characters: one is in all of them
/* Of those that are planned here: few, beside tickets. */
#define HAS(column) "instr(lower(" column "), lower(?1)) > 0"
static const char SQL_BY_PLAN[] =
    "SELECT " IDX_SUBJECT_COLUMNS
    " FROM meeting m LEFT JOIN meeting_booking b ON b.meeting_id = m.id CROSS JOIN subject s ON"
    " s.kind = 'session' AND s.key = m.session CROSS JOIN hall h ON h.id = s.hall_id WHERE"
    " (" HAS("m.session") " OR " HAS("m.topic") " OR " HAS(
        "b.dept") " OR lower(b.official) = lower(?1))"
                  " AND coalesce(m.slot_start_us, m.created_us) >= ?7"
                  " AND coalesce(m.slot_start_us, m.created_us) < ?8"
                  " AND NOT (s.key >= ?1 AND s.key < ?2) AND " BEFORE ORDER;

typedef struct Search {
    const char *prefix;
    char *beyond;
    int day;
    int64_t from_us, to_us; // the day
    bool common;
} Search;

static bool begin(IdxCatalogue *cat, Search *search, GError **error)
{
    int64_t fitting = 0;
    search->from_us = INT64_MIN;
    search->to_us = INT64_MAX;
    if (search->day && !mj_day_range(search->day, idx_catalogue_timezone(cat), &search->from_us,
                                     &search->to_us, error))
        return false;
    search->beyond = g_strconcat(search->prefix, "\xf4\x8f\xbf\xbf", NULL); // U+10FFFF
    if (search->day == 0 && !idx_db_get_int(cat, &fitting, SQL_COUNT, error, "tti", search->prefix,
                                            search->beyond, (int64_t)SEARCH_RARE + 1))
        return false;
    search->common = fitting > SEARCH_RARE;
    return true;
}

static const char *sql_of(const Search *search, int stage)
{
    if (stage == IDX_SUBJECT_BY_ID)
        return SQL_BY_ID;
    if (stage == IDX_SUBJECT_BY_PLAN)
        return SQL_BY_PLAN;
    return search->day ? SQL_DAY[stage] : search->common ? SQL_COMMON[stage] : SQL_RARE[stage];
}

static const char *const FORMATS[IDX_SUBJECT_STAGES] = {"ttiiii", "ttiiii", "ttiiiii", "ttiiiiii"};

/* Those of one stage behind @at that may be seen, until there are @most in @list. */
static bool append(IdxCatalogue *cat, const Search *search, const IdxSubjectAt *at, guint most,
                   GPtrArray *list, GError **error)
{
    int64_t rows = idx_scope_is_limited(cat) ? SEEN_AMONG : (int64_t)(most - list->len);
    bool plan = at->stage == IDX_SUBJECT_BY_PLAN;
    if (plan && g_utf8_strlen(search->prefix, -1) < PLAN_WORDS_MIN)
        return true;
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, sql_of(search, at->stage), error, FORMATS[at->stage], search->prefix,
                     search->beyond, rows, (int64_t)search->day, at->last_us, at->id,
                     plan ? search->from_us : (int64_t)IDX_TICKET_IDS_MAX, search->to_us);
    return idx_subject_append(cat, q, most, list, error);
}

/* The list has one more than is wanted if there is one. */
static void cut(GPtrArray *list, guint limit, const guint ends[IDX_SUBJECT_STAGES],
                IdxSubjectAt *ret_next)
{
    ret_next->stage = IDX_SUBJECT_STAGES;
    if (list->len <= limit)
        return;
    g_ptr_array_set_size(list, (gint)limit);
    const IdxSubject *last = list->pdata[limit - 1];
    *ret_next = (IdxSubjectAt){0, last->last_us, last->id};
    while (ends[ret_next->stage] < limit)
        ret_next->stage++;
}

GPtrArray *idx_subject_search(IdxCatalogue *cat, const char *prefix, int day,
                              const IdxSubjectAt *from, int limit, IdxSubjectAt *ret_next,
                              GError **error)
{
    Search search = {.prefix = prefix, .day = day};
    IdxSubjectAt at = from != NULL ? *from : IDX_SUBJECT_START;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    guint ends[IDX_SUBJECT_STAGES] = {0}, most = (guint)limit + 1;
    bool ok = begin(cat, &search, error);
    for (; ok && at.stage < IDX_SUBJECT_STAGES;
         at = (IdxSubjectAt){at.stage + 1, INT64_MAX, INT64_MAX}) {
        ok = list->len >= most || append(cat, &search, &at, most, list, error);
        ends[at.stage] = list->len;
    }
    g_free(search.beyond);
    if (!ok)
        return NULL;
    cut(list, (guint)limit, ends, ret_next);
    return g_steal_pointer(&list);
}
