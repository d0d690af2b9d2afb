// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/facet.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/facet_told.h"
#include "index/find/story.h"

#include <string.h>

#define FILL_SUBJECTS                                                                              \
    128 // read through in one transaction: milliseconds, since a recorder may wait

static const char *const NAMES[IDX_FACETS] = {"staff", "business", "matter", "place"};

static const char SQL_ROWS[] =
    "SELECT f.kind, f.value, r.spelling, r.first_us, r.last_us, r.facet_id FROM subject_facet r"
    " JOIN facet f ON f.id = r.facet_id WHERE r.subject_id = ?1";
static const char SQL_KNOWN[] =
    "SELECT id FROM facet WHERE kind = ?1 AND value = ?2 AND hall_id = ?3";
static const char SQL_PUT[] = "INSERT INTO facet (kind, value, hall_id) VALUES (?1, ?2, ?3)";
static const char SQL_ADD[] =
    "INSERT INTO subject_facet (facet_id, last_us, subject_id, first_us, spelling)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
static const char SQL_REMOVE[] =
    "DELETE FROM subject_facet WHERE facet_id = ?1 AND last_us = ?2 AND subject_id = ?3";
static const char SQL_CHANGE[] =
    "UPDATE subject_facet SET last_us = ?4, first_us = ?5, spelling = ?6"
    " WHERE facet_id = ?1 AND last_us = ?2 AND subject_id = ?3";
static const char SQL_FORGET[] = // a value that nothing has any more
    "DELETE FROM facet WHERE id = ?1"
    " AND NOT EXISTS (SELECT 1 FROM subject_facet WHERE facet_id = ?1)";
static const char SQL_BELOW[] = "SELECT value FROM setting WHERE key = 'facets_below'";
static const char SQL_LEFT[] = "SELECT coalesce((SELECT value FROM setting WHERE key ="
                               " 'facets_below') - (SELECT min(id) FROM subject), 0)";
static const char SQL_NEXT[] = "SELECT id FROM subject WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
static const char SQL_ADVANCE[] = "UPDATE setting SET value = ?1 WHERE key = 'facets_below'";
static const char SQL_FILLED[] = "DELETE FROM setting WHERE key = 'facets_below'";

/* ?2: of one value, ?3 of what begins with it, as in subject.c. The newest row tells how it is spelled. */
#define FACET_OF(facets)                                                                           \
    "SELECT f.id, f.hall_id, h.code, f.value, r.spelling, r.last_us FROM " facets " f"
#define FACET FACET_OF("facet")
#define NEWEST                                                                                     \
    " CROSS JOIN hall h ON h.id = f.hall_id CROSS JOIN subject_facet r ON r.facet_id = f.id"       \
    " AND (r.last_us, r.subject_id) = (SELECT last_us, subject_id FROM subject_facet WHERE"        \
    " facet_id = f.id ORDER BY last_us DESC, subject_id DESC LIMIT 1)"
static const char SQL_GET[] =
    FACET NEWEST " WHERE f.kind = ?1 AND f.value = ?2 AND (?3 IS NULL OR h.code = ?3)"
                 " ORDER BY h.code";
static const char SQL_SEARCH[] =
    FACET NEWEST " WHERE f.kind = ?1 AND f.value >= ?2 AND f.value < ?3"
                 " AND (f.value > ?2 OR f.hall_id > ?5)"
                 " ORDER BY f.kind, f.value, f.hall_id LIMIT ?4";
/* Of the next so many values in order those that have ?3 within; which begin with it (up to ?4) were met before. */
#define NEXT_VALUES                                                                                \
    " FROM facet WHERE kind = ?1 AND (value, hall_id) > (?2, ?5) ORDER BY value, hall_id LIMIT "
static const char SQL_WITHIN[] =
    FACET_OF("(SELECT id, hall_id, value FROM (SELECT id, hall_id, value" NEXT_VALUES
             "?7) WHERE instr(value, ?3) > 0 AND NOT (value >= ?3 AND value < ?4) LIMIT ?6)") NEWEST
    " ORDER BY f.value, f.hall_id";
static const char SQL_WITHIN_END[] = "SELECT id" NEXT_VALUES "1 OFFSET ?3";
static const char SQL_SITTINGS[] =
    "SELECT subject_id, first_us, last_us FROM subject_facet WHERE facet_id = ?1"
    " AND last_us >= ?2 AND last_us <= ?4 AND first_us < ?3"
    " AND (last_us < ?5 OR subject_id < ?6) ORDER BY last_us DESC, subject_id DESC LIMIT ?7";

const char *idx_facet_name(IdxFacetKind kind)
{
    return NAMES[kind];
}

IdxFacetKind idx_facet_of(const char *name)
{
    int kind = 0;
    while (kind < IDX_FACETS && strcmp(NAMES[kind], name) != 0)
        kind++;
    return (IdxFacetKind)kind;
}

// ── deriving ──

/* Of events that hold, when they happened by the host's clock. */
static GArray *told_by(const GPtrArray *events)
{
    g_autoptr(GArray) held = g_array_new(FALSE, FALSE, sizeof(IdxToldEvent));
    for (guint i = 0; i < events->len; i++) {
        const IdxStoredEvent *e = events->pdata[i];
        IdxToldEvent event = {e->at_us, e->type, e->place, e->body};
        if (!e->superseded && !e->cancelled)
            g_array_append_val(held, event);
    }
    return idx_facet_told((const IdxToldEvent *)(void *)held->data, held->len);
}

typedef struct Row {
    IdxTold told;
    int64_t facet_id;
    bool stays;
} Row;

static void row_clear(gpointer data)
{
    g_free(((Row *)data)->told.value);
    g_free(((Row *)data)->told.spelling);
}

static GArray *load_rows(IdxCatalogue *cat, int64_t subject_id, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(rows, row_clear);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ROWS, error, "i", subject_id);
    int found = 0;
    while ((found = idx_db_step(cat, q, error)) > 0) {
        const char *spelling = idx_db_text(q, 2) ? idx_db_text(q, 2) : idx_db_text(q, 1);
        Row row = {{idx_facet_of(idx_db_text(q, 0)), g_strdup(idx_db_text(q, 1)),
                    g_strdup(spelling), idx_db_int(q, 3), idx_db_int(q, 4)},
                   idx_db_int(q, 5),
                   false};
        g_array_append_val(rows, row);
    }
    return found == 0 ? g_steal_pointer(&rows) : NULL;
}

static bool is_same(const IdxTold *a, const IdxTold *b)
{
    return a->kind == b->kind && a->first_us == b->first_us && a->last_us == b->last_us &&
           strcmp(a->value, b->value) == 0 && strcmp(a->spelling, b->spelling) == 0;
}

static bool is_told(const GArray *told, const IdxTold *row)
{
    for (guint i = 0; i < told->len; i++)
        if (is_same(&g_array_index(told, IdxTold, i), row))
            return true;
    return false;
}

static bool is_stored(const GArray *rows, const IdxTold *told)
{
    for (guint i = 0; i < rows->len; i++)
        if (is_same(&g_array_index(rows, Row, i).told, told))
            return true;
    return false;
}

/* Most are known: looking first writes nothing. */
static bool facet_id_of(IdxCatalogue *cat, const IdxTold *told, int64_t hall_id, int64_t *ret_id,
                        GError **error)
{
    const char *kind = NAMES[told->kind];
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_KNOWN, error, "tti", kind, told->value, hall_id);
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        *ret_id = idx_db_int(q, 0);
    if (row != 0)
        return row > 0;
    if (!idx_db_run(cat, SQL_PUT, error, "tti", kind, told->value, hall_id))
        return false;
    *ret_id = idx_db_last_id(cat);
    return true;
}

static bool is_same_value(const IdxTold *a, const IdxTold *b)
{
    return a->kind == b->kind && strcmp(a->value, b->value) == 0;
}

/* The facet of a row that has the value already; 0 if none has. */
static int64_t facet_of_rows(const GArray *rows, const IdxTold *told)
{
    for (guint i = 0; i < rows->len; i++)
        if (is_same_value(&g_array_index(rows, Row, i).told, told))
            return g_array_index(rows, Row, i).facet_id;
    return 0;
}

static bool goes_on(const GArray *told, const IdxTold *row)
{
    for (guint i = 0; i < told->len; i++)
        if (is_same_value(&g_array_index(told, IdxTold, i), row))
            return true;
    return false;
}

static const char *spelling_of(const IdxTold *told)
{
    return strcmp(told->spelling, told->value) == 0 ? NULL : told->spelling;
}

/* The only row of that value, if there is just one and it does not stay. */
static Row *only_row(const GArray *rows, const IdxTold *told)
{
    Row *only = NULL;
    for (guint i = 0; i < rows->len; i++) {
        Row *row = &g_array_index(rows, Row, i);
        if (!is_same_value(&row->told, told))
            continue;
        if (only || row->stays)
            return NULL;
        only = row;
    }
    return only;
}

static bool is_only(const GArray *told, const IdxTold *one)
{
    int n = 0;
    for (guint i = 0; i < told->len; i++)
        n += is_same_value(&g_array_index(told, IdxTold, i), one);
    return n == 1;
}

/* A sitting that goes on, as mostly: one row of the value that becomes another. */
static bool change(IdxCatalogue *cat, int64_t subject_id, const GArray *rows, const GArray *told,
                   GError **error)
{
    for (guint i = 0; i < told->len; i++) {
        const IdxTold *one = &g_array_index(told, IdxTold, i);
        Row *row = is_only(told, one) ? only_row(rows, one) : NULL;
        if (!row)
            continue;
        if (!idx_db_run(cat, SQL_CHANGE, error, "iiiiit", row->facet_id, row->told.last_us,
                        subject_id, one->last_us, one->first_us, spelling_of(one)))
            return false;
        row->told.first_us = one->first_us;
        row->told.last_us = one->last_us;
        g_free(row->told.spelling);
        row->told.spelling = g_strdup(one->spelling);
        row->stays = true;
    }
    return true;
}

static bool add(IdxCatalogue *cat, int64_t subject_id, int64_t hall_id, const GArray *rows,
                const IdxTold *told, GError **error)
{
    int64_t facet_id = facet_of_rows(rows, told);
    const char *spelling = spelling_of(told);
    return (facet_id || facet_id_of(cat, told, hall_id, &facet_id, error)) &&
           idx_db_run(cat, SQL_ADD, error, "iiiit", facet_id, told->last_us, subject_id,
                      told->first_us, spelling);
}

static void find_staying(const GArray *rows, const GArray *told)
{
    for (guint i = 0; i < rows->len; i++) {
        Row *row = &g_array_index(rows, Row, i);
        row->stays = is_told(told, &row->told);
    }
}

/* What goes goes first: a row that lasts longer now may have the key of the one it replaces. A value is forgotten
 * only if the subject no longer has it. */
static bool replace(IdxCatalogue *cat, int64_t subject_id, int64_t hall_id, const GArray *rows,
                    const GArray *told, GError **error)
{
    find_staying(rows, told);
    if (!change(cat, subject_id, rows, told, error))
        return false;
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        if (!row->stays && !idx_db_run(cat, SQL_REMOVE, error, "iii", row->facet_id,
                                       row->told.last_us, subject_id))
            return false;
    }
    for (guint i = 0; i < told->len; i++) {
        const IdxTold *one = &g_array_index(told, IdxTold, i);
        if (!is_stored(rows, one) && !add(cat, subject_id, hall_id, rows, one, error))
            return false;
    }
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = &g_array_index(rows, Row, i);
        if (!goes_on(told, &row->told) && !idx_db_run(cat, SQL_FORGET, error, "i", row->facet_id))
            return false;
    }
    return true;
}

bool idx_facet_derive(IdxCatalogue *cat, const IdxSubject *subject, const GPtrArray *events,
                      GError **error)
{
    g_autoptr(GArray) told = told_by(events);
    g_autoptr(GArray) rows = load_rows(cat, subject->id, error);
    return rows && replace(cat, subject->id, subject->hall_id, rows, told, error);
}

// ── a catalogue from before ──

bool idx_facet_left(IdxCatalogue *cat, int64_t *ret_subjects, GError **error)
{
    return idx_db_get_int(cat, ret_subjects, SQL_LEFT, error, "");
}

static bool next_subjects(IdxCatalogue *cat, int64_t below, GArray *ids, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NEXT, error, "ii", below, (int64_t)FILL_SUBJECTS);
    return idx_db_append_ints(cat, q, ids, error);
}

static bool derive_stored(IdxCatalogue *cat, int64_t subject_id, GError **error)
{
    g_autoptr(IdxSubject) subject = idx_subject_get(cat, subject_id, error);
    g_autoptr(IdxStory) story = subject ? idx_story_load(cat, subject_id, true, error) : NULL;
    return story && idx_facet_derive(cat, subject, story->events, error);
}

bool idx_facet_fill_step(IdxCatalogue *cat, bool *ret_more, GError **error)
{
    g_autoptr(GError) local = NULL;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t below = 0;
    *ret_more = idx_db_get_int(cat, &below, SQL_BELOW, &local, "");
    if (!*ret_more && mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return true;
    if (local) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (!next_subjects(cat, below, ids, error))
        return false;
    for (guint i = 0; i < ids->len; i++)
        if (!derive_stored(cat, g_array_index(ids, int64_t, i), error))
            return false;
    return ids->len == 0 ? idx_db_run(cat, SQL_FILLED, error, "")
                         : idx_db_run(cat, SQL_ADVANCE, error, "i",
                                      g_array_index(ids, int64_t, ids->len - 1));
}

// ── finding ──

void idx_facet_free(IdxFacet *facet)
{
    if (!facet)
        return;
    g_free(facet->value);
    g_free(facet->hall);
    g_free(facet);
}

/* Whether one of its newest sittings is for whoever asks. A place is by itself. */
static bool is_seen(IdxCatalogue *cat, const IdxFacet *facet, bool *ret_sees, GError **error)
{
    *ret_sees = !idx_scope_is_limited(cat) || (facet->kind == IDX_FACET_PLACE &&
                                               idx_scope_place(cat, facet->hall_id, facet->value));
    if (*ret_sees || facet->kind == IDX_FACET_PLACE)
        return true;
    const IdxSittingRange one = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MAX, 1};
    g_autoptr(GArray) sittings = idx_facet_sittings(cat, facet->id, &one, NULL, error);
    *ret_sees = sittings && sittings->len > 0;
    return sittings != NULL;
}

static IdxFacet *read_facet(IdxQuery *q, IdxFacetKind kind)
{
    IdxFacet *facet = g_new0(IdxFacet, 1);
    const char *spelling = idx_db_text(q, 4) ? idx_db_text(q, 4) : idx_db_text(q, 3);
    *facet = (IdxFacet){
        idx_db_int(q, 0), idx_db_int(q, 1), kind, g_strdup(spelling), g_strdup(idx_db_text(q, 2)),
        idx_db_int(q, 5)};
    return facet;
}

/* Those of @q that may be seen, at most @limit; who works elsewhere, and at what, is not told. *next: behind which
 * it goes on, since there is one more or @left were looked at; 0: that was all; as it was if there is more and none was looked at. */
static GPtrArray *read_facets(IdxCatalogue *cat, IdxQuery *q, IdxFacetKind kind, guint limit,
                              int64_t left, int64_t *next, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_facet_free);
    int64_t last = *next;
    bool more = false;
    int row = 0;
    while (!more && (row = idx_db_step(cat, q, error)) > 0) {
        g_autoptr(IdxFacet) facet = read_facet(q, kind);
        bool sees = false;
        if (!is_seen(cat, facet, &sees, error))
            return NULL;
        more = (sees && list->len >= limit) || --left <= 0;
        if (sees && list->len >= limit)
            break;
        last = facet->id;
        if (sees)
            g_ptr_array_add(list, g_steal_pointer(&facet));
    }
    *next = more ? last : 0;
    return row >= 0 ? g_steal_pointer(&list) : NULL;
}

static GPtrArray *get_spelled(IdxCatalogue *cat, IdxFacetKind kind, const char *value,
                              const char *hall, GError **error)
{
    int64_t next = 0;
    g_autofree char *folded = idx_facet_fold(value);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "ttt", NAMES[kind], folded, hall);
    return read_facets(cat, q, kind, G_MAXUINT, INT64_MAX, &next, error);
}

GPtrArray *idx_facet_get(IdxCatalogue *cat, IdxFacetKind kind, const char *value, const char *hall,
                         GError **error)
{
    g_autoptr(GPtrArray) list = get_spelled(cat, kind, value, hall, error);
    if (!list || list->len > 0 || !mj_identifier_differs(value))
        return g_steal_pointer(&list);
    g_autofree char *identifier = mj_identifier(value);
    return get_spelled(cat, kind, identifier, hall, error);
}

typedef struct Search {
    IdxCatalogue *cat;
    IdxFacetKind kind;
    const char *folded; // what they begin with, or have within
    const char *beyond; // all that begin so are before it
    const char *behind; // where it goes on; NULL: from the first
    int64_t hall_id;
    int64_t left; // so many that fit are looked at
} Search;

static bool begins_so(const Search *search, const char *value)
{
    return strcmp(value, search->folded) >= 0 && strcmp(value, search->beyond) < 0;
}

static GPtrArray *search_beginnings(const Search *s, guint limit, int64_t *ret_next, GError **error)
{
    bool goes_on = s->behind && strcmp(s->behind, s->folded) >= 0;
    g_autoptr(IdxQuery) q = idx_db_query(s->cat, SQL_SEARCH, error, "tttii", NAMES[s->kind],
                                         goes_on ? s->behind : s->folded, s->beyond, s->left,
                                         goes_on ? s->hall_id : INT64_C(-1));
    *ret_next = 0;
    return read_facets(s->cat, q, s->kind, limit, s->left, ret_next, error);
}

/* Where a look within values that found no more ends: 0 if it saw them all. */
static bool find_end(const Search *s, const char *behind, int64_t hall_id, int64_t *ret,
                     GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(s->cat, SQL_WITHIN_END, error, "ttini", NAMES[s->kind],
                                         behind, (int64_t)IDX_FACET_WITHIN - 1, hall_id);
    int row = idx_db_step(s->cat, q, error);
    *ret = row > 0 ? idx_db_int(q, 0) : 0;
    return row >= 0;
}

/* Adds to those that begin so. @goes_on: behind one that had it within. */
static bool add_within(const Search *s, bool goes_on, GPtrArray *list, guint limit,
                       int64_t *ret_next, GError **error)
{
    const char *behind = goes_on ? s->behind : "";
    int64_t hall_id = goes_on ? s->hall_id : -1;
    const IdxFacet *last = list->len > 0 ? list->pdata[list->len - 1] : NULL;
    int64_t next = last ? last->id : 0;
    g_autoptr(IdxQuery) q =
        idx_db_query(s->cat, SQL_WITHIN, error, "ttttiii", NAMES[s->kind], behind, s->folded,
                     s->beyond, hall_id, s->left, (int64_t)IDX_FACET_WITHIN);
    GPtrArray *more = read_facets(s->cat, q, s->kind, limit - list->len, s->left, &next, error);
    if (!more)
        return false;
    g_ptr_array_extend_and_steal(list, more);
    *ret_next = next;
    return next != 0 || find_end(s, behind, hall_id, ret_next, error);
}

GPtrArray *idx_facet_search(IdxCatalogue *cat, IdxFacetKind kind, const char *prefix,
                            const IdxFacetAt *from, int limit, int64_t *ret_next, GError **error)
{
    g_autofree char *folded = idx_facet_fold(prefix);
    g_autofree char *behind = from != NULL ? idx_facet_fold(from->value) : NULL;
    g_autofree char *beyond = g_strconcat(folded, "\xf4\x8f\xbf\xbf", NULL); // U+10FFFF
    Search search = {.cat = cat,
                     .kind = kind,
                     .folded = folded,
                     .beyond = beyond,
                     .behind = behind,
                     .hall_id = from != NULL ? from->hall_id : 0,
                     .left = idx_scope_is_limited(cat) ? IDX_FACET_LOOKS : (int64_t)limit + 1};
    bool named = kind == IDX_FACET_BUSINESS || kind == IDX_FACET_MATTER;
    bool within = named && mj_text_tells(prefix);
    bool goes_on = within && behind && !begins_so(&search, behind);
    g_autoptr(GPtrArray) list = goes_on
                                    ? g_ptr_array_new_with_free_func((GDestroyNotify)idx_facet_free)
                                    : search_beginnings(&search, (guint)limit, ret_next, error);
    if (list && within && (goes_on || *ret_next == 0) &&
        !add_within(&search, goes_on, list, (guint)limit, ret_next, error))
        return NULL;
    return g_steal_pointer(&list);
}

static IdxQuery *query_sittings(IdxCatalogue *cat, int64_t facet_id, const IdxSittingRange *range,
                                int64_t left, GError **error)
{
    int64_t to_us = range->to_us, longest_us = IDX_SITTING_MAX_US;
    int64_t latest_us = to_us > INT64_MAX - longest_us ? INT64_MAX : to_us + longest_us;
    return idx_db_query(cat, SQL_SITTINGS, error, "iiiiiii", facet_id, range->from_us, to_us,
                        MIN(latest_us, range->before_us), range->before_us,
                        range->before_subject_id, left);
}

GArray *idx_facet_sittings(IdxCatalogue *cat, int64_t facet_id, const IdxSittingRange *range,
                           IdxSitting *ret_next, GError **error)
{
    g_autoptr(GArray) sittings = g_array_new(FALSE, FALSE, sizeof(IdxSitting));
    int64_t left = idx_scope_is_limited(cat) ? IDX_SITTING_LOOKS : (int64_t)range->limit + 1;
    g_autoptr(IdxQuery) q = query_sittings(cat, facet_id, range, left, error);
    IdxSitting last = {0};
    bool more = false;
    int row = 0;
    while (!more && (row = idx_db_step(cat, q, error)) > 0) {
        IdxSitting sitting = {idx_db_int(q, 0), idx_db_int(q, 1), idx_db_int(q, 2)};
        bool sees = false, room = sittings->len < (guint)range->limit;
        if (!idx_scope_subject(cat, sitting.subject_id, &sees, error))
            return NULL;
        more = (sees && !room) || --left <= 0;
        if (sees && !room)
            break;
        last = sitting;
        if (sees)
            g_array_append_val(sittings, sitting);
    }
    if (ret_next)
        *ret_next = more ? last : (IdxSitting){0};
    return row >= 0 ? g_steal_pointer(&sittings) : NULL;
}
