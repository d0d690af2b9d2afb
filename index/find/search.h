// SPDX-License-Identifier: GPL-3.0-or-later
/* Whatever begins with what somebody types, and names that have it within them (mj_text_tells()), as JSON for `mingjing search` and the API (schema SearchResults in
 * api/openapi.yaml), a page of each kind at a time.
 *
 * The cursor has the row of the last one of each kind that was given, or says that there are no more of it: what is
 * added meanwhile is met or not, nothing is given twice. A subject that something happens to meanwhile moves to the
 * front, as ever. It is of one catalogue and one search, which a check at its end is made of together with how the rows
 * are called: of another search, changed by hand, or after such a row was deleted or renamed it is refused. The check is
 * no secret. Who makes one himself gets a list that begins elsewhere, of what he may see.
 *
 * A request looks within so many names of a kind and no more (IDX_FACET_WITHIN), and for whom not everything is
 * (account/scope.h) at so many of each kind (IDX_SUBJECT_LOOKS, IDX_FACET_LOOKS, IDX_MARK_LOOKS, IDX_HOLD_LOOKS): a page may have
 * less than @limit of each, or nothing, and go on. */
#pragma once

#include "index/base/json.h"
#include "index/find/subject.h"

#define IDX_SEARCH_LIMIT 20
#define IDX_SEARCH_LIMIT_MAX 50
#define IDX_SEARCH_CURSOR_MAX 224 // bytes; made of digits, "." and "-"

/* {"q", "results": subjects, those that are called so before tickets whose ids begin so, newest first; "places",
 * "cameras" by code or within their name, "staff" by the beginning, "business" and "matters" that begin so before those
 * that have it within, "marks" whose words or kind have it, "holds" whose case number has it, released ones too,
 * "complete", "next"}; at most @limit of each. @day: only tickets of it; 0 = any. @cursor: `next` of the answer before, NULL = from the beginning;
 * MJ_ERROR_INVALID. New reference. */
json_t *idx_search(IdxCatalogue *cat, const char *prefix, int day, const char *cursor, int limit,
                   int64_t now_us, GError **error);

// ── the cursor ──

enum { // besides subjects
    IDX_SEARCH_PLACES,
    IDX_SEARCH_CAMERAS,
    IDX_SEARCH_STAFF,
    IDX_SEARCH_BUSINESS,
    IDX_SEARCH_MATTERS,
    IDX_SEARCH_MARKS,
    IDX_SEARCH_HOLDS,
    IDX_SEARCH_KINDS
};

#define IDX_SEARCH_OVER INT64_C(-1)

typedef struct IdxSearchCursor {
    IdxSubjectAt subjects;
    int64_t rows
        [IDX_SEARCH_KINDS]; // of the last; 0: from the beginning; IDX_SEARCH_OVER: there are no more
    uint64_t check;
} IdxSearchCursor;

/* Pure: whether it reads as one; not what it is of. */
bool idx_search_cursor_parse(const char *text, IdxSearchCursor *ret, GError **error);
/* Pure. NULL: there is nothing more of any kind. Caller frees. */
char *idx_search_cursor_format(const IdxSearchCursor *cursor);

/* The search that a cursor is of, and where its lists go on. */
typedef struct IdxSearchFrom {
    IdxSearchCursor cursor;
    char *texts
        [IDX_SEARCH_KINDS]; // what the row is called in the order of its list; NULL: from the beginning
} IdxSearchFrom;

void idx_search_from_clear(IdxSearchFrom *from);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxSearchFrom, idx_search_from_clear)

/* @text NULL: the beginning. MJ_ERROR_INVALID: not a cursor of this search. */
bool idx_search_from(IdxCatalogue *cat, const char *prefix, int day, const char *text,
                     IdxSearchFrom *ret, GError **error);

/* The cursor behind @at, whose check it fills in; *ret NULL: there is nothing more. Caller frees. */
bool idx_search_next(IdxCatalogue *cat, const char *prefix, int day, IdxSearchCursor *at,
                     char **ret, GError **error);
