// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/catalogue.h"
#include "index/find/subject_own.h"

#include <string.h>

/* One whose events all turned out to be another's (link/night.h) is kept for its old spans, and not found. */
#define TOLD_OF " AND EXISTS (SELECT 1 FROM subject_event x WHERE x.subject_id = s.id)"
#define HOLDS_OF                                                                                   \
    "EXISTS (SELECT 1 FROM subject_event x CROSS JOIN event e ON e.id = x.event_id WHERE"          \
    " x.subject_id = s.id AND e.superseded_by IS NULL AND NOT e.cancelled)"
#define SPOKEN                                                                                     \
    "(s.kind <> 'ticket' OR EXISTS (SELECT 1 FROM subject_event x CROSS JOIN event e ON e.id ="    \
    " x.event_id WHERE x.subject_id = s.id AND e.superseded_by IS NULL AND NOT e.cancelled "       \
    "AND " IDX_SUBJECT_SPEAKS "))"
/* ?2 is ?1 followed by the highest character: a range in the index, where LIKE would read all. Newest
 * first costs a sort of all that fits; so what is rare is sorted, and what is common is met soon on
 * the way back from the newest. Indexes are named, since the planner cannot know which it is. */
#define SEARCH_RARE 1000
#define FROM_BY(index) " FROM subject s INDEXED BY " index " CROSS JOIN hall h ON h.id = s.hall_id "
#define ORDER " ORDER BY s.last_us DESC, s.id DESC LIMIT ?3"
#define BEFORE "s.last_us <= ?5 AND (s.last_us < ?5 OR s.id < ?6)"
static const char SQL_COUNT[] = "SELECT count(*) FROM (SELECT 1 FROM subject INDEXED BY "
                                "subject_key WHERE key >= ?1 AND key < ?2 LIMIT ?3)";
#define SEARCH(index, where, which)                                                                \
    "SELECT " IDX_SUBJECT_COLUMNS FROM_BY(index) "WHERE " where "s.key >= ?1 AND s.key < ?2"       \
                                                 " AND " BEFORE which ORDER
#define ALL(index, where)                                                                          \
    {                                                                                              \
        SEARCH(index, where, " AND " HOLDS_OF " AND " SPOKEN),                                     \
            SEARCH(index, where, " AND " HOLDS_OF " AND NOT " SPOKEN),                             \
            SEARCH(index, where, TOLD_OF " AND NOT " HOLDS_OF)                                     \
    }
static const char *const SQL_DAY[] = ALL("subject_day", "s.day = ?4 AND ");
static const char *const SQL_RARE[] = ALL("subject_key", "");
static const char *const SQL_COMMON[] = ALL("subject_last", "");
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
        "b.dept") " OR instr(char(10) || lower(b.official) || char(10), char(10) || lower(?1) ||"
                  " char(10)) > 0)" // a line of it
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

static const char *const FORMATS[IDX_SUBJECT_STAGES] = {"ttiiii", "ttiiii", "ttiiii", "ttiiiii",
                                                        "ttiiiiii"};

/* How far a request came: what was looked at last, how much it may look at still, and what it found. */
typedef struct Walk {
    IdxCatalogue *cat;
    const Search *search;
    IdxSubjectAt at;
    int64_t left;
    guint limit;
    GPtrArray *list;
    bool more; // there is one that has no room, or may be: it looked at as much as it may
} Walk;

/* False: there is no room for it. */
static bool take(Walk *walk, const IdxSubject *subject, bool sees)
{
    walk->left--;
    walk->more = sees && walk->list->len >= walk->limit;
    if (walk->more)
        return false;
    walk->at.last_us = subject->last_us;
    walk->at.id = subject->id;
    return true;
}

/* What is behind @at of its stage, as far as it goes. */
static bool walk_stage(Walk *walk, GError **error)
{
    const Search *search = walk->search;
    bool plan = walk->at.stage == IDX_SUBJECT_BY_PLAN, room = true;
    if (plan && g_utf8_strlen(search->prefix, -1) < PLAN_WORDS_MIN)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(
        walk->cat, sql_of(search, walk->at.stage), error, FORMATS[walk->at.stage], search->prefix,
        search->beyond, walk->left, (int64_t)search->day, walk->at.last_us, walk->at.id,
        plan ? search->from_us : (int64_t)IDX_TICKET_IDS_MAX, search->to_us);
    int row = 0;
    while (room && (row = idx_db_step(walk->cat, q, error)) > 0) {
        g_autoptr(IdxSubject) subject = idx_subject_read(q);
        bool sees = false;
        if (!idx_scope_subject(walk->cat, subject->id, &sees, error))
            return false;
        room = take(walk, subject, sees);
        if (room && sees)
            g_ptr_array_add(walk->list, g_steal_pointer(&subject));
    }
    walk->more = walk->more || walk->left <= 0;
    return row >= 0;
}

GPtrArray *idx_subject_search(IdxCatalogue *cat, const char *prefix, int day,
                              const IdxSubjectAt *from, int limit, IdxSubjectAt *ret_next,
                              GError **error)
{
    Search search = {.prefix = prefix, .day = day};
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    Walk walk = {.cat = cat,
                 .search = &search,
                 .at = from != NULL ? *from : IDX_SUBJECT_START,
                 .left = idx_scope_is_limited(cat) ? IDX_SUBJECT_LOOKS : (int64_t)limit + 1,
                 .limit = (guint)limit,
                 .list = list};
    bool ok = begin(cat, &search, error);
    while (ok && !walk.more && walk.at.stage < IDX_SUBJECT_STAGES) {
        ok = walk_stage(&walk, error);
        if (!walk.more)
            walk.at = (IdxSubjectAt){walk.at.stage + 1, INT64_MAX, INT64_MAX};
    }
    g_free(search.beyond);
    if (!ok)
        return NULL;
    *ret_next = walk.at;
    return g_steal_pointer(&list);
}
