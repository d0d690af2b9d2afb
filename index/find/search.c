// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/search.h"

#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/glance.h"
#include "index/finding.h"
#include "index/hold/json.h"
#include "index/mark/mark.h"

#include <string.h>

/* Small tables, however long a hall runs. Not LIKE: what is typed has no wildcards. ?1 as it was typed, ?3 as identifiers
 * are stored. */
#define BEGINS_WITH(column, what)                                                                  \
    "substr(" column ", 1, length(" what ")) = " what " COLLATE NOCASE"
#define BEGINS(column) BEGINS_WITH(column, "?1") " OR " BEGINS_WITH(column, "?3")
#define NAMED(column)                                                                              \
    BEGINS(column)                                                                                 \
    " OR (?4 AND (instr(lower(" column "), lower(?1)) OR instr(lower(" column "), lower(?3))))"
static const char SQL_PLACES[] =
    "SELECT h.code, p.code, p.name, p.id FROM place p JOIN hall h ON h.id = p.hall_id "
    "WHERE (" BEGINS("p.code") " OR " NAMED(
        "p.name") ") AND (?2 IS NULL OR p.code || '/' || h.code > ?2) ORDER BY p.code || '/' || "
                  "h.code";
static const char SQL_CAMERAS[] = "SELECT code, name, id FROM camera WHERE (" BEGINS(
    "code") " OR " NAMED("name") ") AND (?2 IS NULL OR code > ?2) ORDER BY code";

typedef struct Page {
    IdxCatalogue *cat;
    const char *typed;
    const char *prefix; // for names and words: as it was typed, unless that is ASCII of full width
    const char *key;    // as identifiers are stored
    int64_t now_us;
    guint limit;
    const IdxSearchFrom *from;
    IdxSearchCursor next;
    int64_t last[IDX_SEARCH_KINDS]; // rows that were given
    json_t *answer;
} Page;

/* The list of one kind, in the answer. Borrowed. */
static json_t *list_of(Page *page, const char *name)
{
    json_t *list = json_array();
    json_object_set_new(page->answer, name, list);
    return list;
}

/* Adds @item, which is of @row; takes it. False: the page is full, and goes on behind the last. */
static bool add(Page *page, int kind, json_t *list, json_t *item, int64_t row)
{
    if (json_array_size(list) < page->limit) {
        page->last[kind] = row;
        return json_array_append_new(list, item) == 0;
    }
    page->next.rows[kind] = page->last[kind];
    json_decref(item);
    return false;
}

static bool add_places(Page *page, GError **error)
{
    json_t *list = list_of(page, "places");
    g_autoptr(IdxQuery) q = idx_db_query(page->cat, SQL_PLACES, error, "ttti", page->typed,
                                         page->from->texts[IDX_SEARCH_PLACES], page->key,
                                         (int64_t)mj_text_tells(page->typed));
    int row = 0;
    bool room = true;
    while (room && (row = idx_db_step(page->cat, q, error)) > 0)
        if (idx_scope_place_id(page->cat, idx_db_int(q, 3)))
            room = add(page, IDX_SEARCH_PLACES, list,
                       json_pack("{s:s, s:s, s:s}", "hall", idx_db_text(q, 0), "code",
                                 idx_db_text(q, 1), "name", idx_db_text(q, 2)),
                       idx_db_int(q, 3));
    return row >= 0;
}

static bool add_cameras(Page *page, GError **error)
{
    json_t *list = list_of(page, "cameras");
    g_autoptr(IdxQuery) q = idx_db_query(page->cat, SQL_CAMERAS, error, "ttti", page->typed,
                                         page->from->texts[IDX_SEARCH_CAMERAS], page->key,
                                         (int64_t)mj_text_tells(page->typed));
    int row = 0;
    bool room = true;
    while (room && (row = idx_db_step(page->cat, q, error)) > 0) {
        bool sees = false;
        if (!idx_scope_camera(page->cat, idx_db_text(q, 0), page->now_us, page->now_us, &sees,
                              error))
            return false;
        if (sees)
            room = add(page, IDX_SEARCH_CAMERAS, list,
                       json_pack("{s:s, s:s}", "id", idx_db_text(q, 0), "name", idx_db_text(q, 1)),
                       idx_db_int(q, 2));
    }
    return row >= 0;
}

/* "VALUE/HALL'S ID", as the cursor has it; @value holds the text. */
static IdxFacetAt facet_at(const char *text, char **value)
{
    const char *slash = strrchr(text, '/');
    *value = g_strndup(text, (gsize)(slash - text));
    return (IdxFacetAt){*value, g_ascii_strtoll(slash + 1, NULL, 10)};
}

/* By @prefix, and if nothing is called so as identifiers are stored: a project's number among names. */
static GPtrArray *find_facets(Page *page, IdxFacetKind by, const IdxFacetAt *from,
                              int64_t *ret_next, GError **error)
{
    const char *first = by == IDX_FACET_STAFF ? page->key : page->prefix;
    g_autoptr(GPtrArray) facets =
        idx_facet_search(page->cat, by, first, from, (int)page->limit, ret_next, error);
    if (facets == NULL || facets->len > 0 || *ret_next != 0 || strcmp(first, page->key) == 0)
        return g_steal_pointer(&facets);
    return idx_facet_search(page->cat, by, page->key, from, (int)page->limit, ret_next, error);
}

static bool add_facets(Page *page, int kind, const char *name, IdxFacetKind by, GError **error)
{
    IdxFacetAt from = {0};
    int64_t next = 0;
    g_autofree char *value = NULL;
    const char *text = page->from->texts[kind];
    if (text != NULL)
        from = facet_at(text, &value);
    g_autoptr(GPtrArray) facets = find_facets(page, by, text ? &from : NULL, &next, error);
    if (facets == NULL)
        return false;
    page->next.rows[kind] = next != 0 ? next : IDX_SEARCH_OVER;
    return json_object_set_new(page->answer, name, idx_facets_json(page->cat, facets)) == 0;
}

/* By the case that they belong to. */
static bool add_holds(Page *page, GError **error)
{
    json_t *list = list_of(page, "holds");
    int64_t next = 0;
    g_autoptr(GPtrArray) holds =
        idx_hold_search(page->cat, page->prefix, page->from->cursor.rows[IDX_SEARCH_HOLDS],
                        (int)page->limit, &next, error);
    for (guint i = 0; holds != NULL && i < holds->len; i++)
        json_array_append_new(list, idx_hold_json(page->cat, holds->pdata[i], page->now_us));
    page->next.rows[IDX_SEARCH_HOLDS] = next != 0 ? next : IDX_SEARCH_OVER;
    return holds != NULL;
}

/* What people marked, by some of its words, or by what its kind is called. */
static bool add_marks(Page *page, GError **error)
{
    g_autoptr(json_t) found =
        idx_mark_list_json(page->cat, &(IdxMarkFilter){.words = page->prefix},
                           page->from->texts[IDX_SEARCH_MARKS], (int)page->limit, error);
    if (found == NULL)
        return false;
    const char *next = json_string_value(json_object_get(found, "next")); // "US-ID"
    if (next != NULL)
        page->next.rows[IDX_SEARCH_MARKS] = g_ascii_strtoll(strrchr(next, '-') + 1, NULL, 10);
    return json_object_set(page->answer, "marks", json_object_get(found, "marks")) == 0;
}

static bool add_kind(Page *page, int kind, GError **error)
{
    static const struct {
        const char *name;
        IdxFacetKind by; // of a facet
    } KINDS[IDX_SEARCH_KINDS] = {
        [IDX_SEARCH_PLACES] = {"places", 0},
        [IDX_SEARCH_CAMERAS] = {"cameras", 0},
        [IDX_SEARCH_STAFF] = {"staff", IDX_FACET_STAFF},
        [IDX_SEARCH_BUSINESS] = {"business", IDX_FACET_BUSINESS},
        [IDX_SEARCH_MATTERS] = {"matters", IDX_FACET_MATTER},
        [IDX_SEARCH_MARKS] = {"marks", 0},
        [IDX_SEARCH_HOLDS] = {"holds", 0},
    };
    page->next.rows[kind] = IDX_SEARCH_OVER;
    if (page->from->cursor.rows[kind] == IDX_SEARCH_OVER)
        return list_of(page, KINDS[kind].name) != NULL;
    switch (kind) {
    case IDX_SEARCH_PLACES:
        return add_places(page, error);
    case IDX_SEARCH_CAMERAS:
        return add_cameras(page, error);
    case IDX_SEARCH_MARKS:
        return add_marks(page, error);
    case IDX_SEARCH_HOLDS:
        return add_holds(page, error);
    default:
        return add_facets(page, kind, KINDS[kind].name, KINDS[kind].by, error);
    }
}

/* What begins so; if nothing does, and it has blanks around its colons, sessions that begin so without them. */
static GPtrArray *find_subjects(Page *page, int day, GError **error)
{
    const IdxSubjectAt *from = &page->from->cursor.subjects;
    g_autofree char *session = idx_session_key(page->key);
    g_autoptr(GPtrArray) found = idx_subject_search(page->cat, page->key, day, from,
                                                    (int)page->limit, &page->next.subjects, error);
    if (found == NULL || found->len > 0 || page->next.subjects.stage < IDX_SUBJECT_STAGES ||
        strcmp(session, page->key) == 0)
        return g_steal_pointer(&found);
    return idx_subject_search(page->cat, session, day, from, (int)page->limit, &page->next.subjects,
                              error);
}

static bool add_subjects(Page *page, int day, GError **error)
{
    g_autoptr(GPtrArray) found = find_subjects(page, day, error);
    json_t *results = found != NULL ? idx_glances(page->cat, found, page->now_us, error) : NULL;
    return results != NULL && json_object_set_new(page->answer, "results", results) == 0;
}

json_t *idx_search(IdxCatalogue *cat, const char *prefix, int day, const char *cursor, int limit,
                   int64_t now_us, GError **error)
{
    bool complete = false;
    g_autofree char *next = NULL;
    g_auto(IdxSearchFrom) from = {0};
    if (!idx_search_from(cat, prefix, day, cursor, &from, error))
        return NULL;
    g_autofree char *key = mj_identifier(prefix);
    g_autoptr(json_t) answer = json_pack("{s:s}", "q", prefix);
    Page page = {.cat = cat,
                 .typed = prefix,
                 .prefix = g_str_is_ascii(key) ? key : prefix,
                 .key = key,
                 .now_us = now_us,
                 .limit = (guint)limit,
                 .from = &from,
                 .answer = answer};
    bool ok = add_subjects(&page, day, error);
    for (int kind = 0; ok && kind < IDX_SEARCH_KINDS; kind++)
        ok = add_kind(&page, kind, error);
    if (!ok || !idx_search_next(cat, prefix, day, &page.next, &next, error) ||
        !idx_find_is_complete(cat, &complete, error))
        return NULL;
    json_object_set_new(answer, "complete", json_boolean(complete));
    json_object_set_new(answer, "next", json_pack("s?", next));
    return g_steal_pointer(&answer);
}
