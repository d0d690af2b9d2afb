// SPDX-License-Identifier: GPL-3.0-or-later
/* Whatever begins with what somebody types, as JSON for `mingjing search` and the API (schema SearchResults in
 * api/openapi.yaml), a page of each kind at a time.
 *
 * The cursor names the last one of each kind that was given, or says that there are no more of it: what is added
 * meanwhile is met or not, nothing is given twice. A subject that something happens to meanwhile moves to the front, as
 * ever. */
#pragma once

#include "index/base/json.h"
#include "index/subject.h"

#define IDX_SEARCH_LIMIT 20
#define IDX_SEARCH_LIMIT_MAX 50
#define IDX_SEARCH_CURSOR_MAX 4096 // bytes

/* {"q", "results": subjects, those that are called so before tickets whose ids begin so, newest first; "places",
 * "cameras" by code or name, "staff", "business", "matters", "marks" whose words hold it, "complete", "next"}; at most
 * @limit of each. @day: only tickets of it; 0 = any. @cursor: `next` of the answer before, NULL = from the beginning;
 * MJ_ERROR_INVALID. New reference. */
json_t *idx_search(IdxCatalogue *cat, const char *prefix, int day, const char *cursor, int limit,
                   int64_t now_us, GError **error);

// ── the cursor: pure ──

/* Kinds whose place in the list is a text. */
enum {
    IDX_SEARCH_PLACES, // "CODE/HALL"
    IDX_SEARCH_CAMERAS,
    IDX_SEARCH_STAFF, // "VALUE/HALL'S ID", as the next two
    IDX_SEARCH_BUSINESS,
    IDX_SEARCH_MATTERS,
    IDX_SEARCH_MARKS, // a cursor of mark.h
    IDX_SEARCH_TEXTS
};

typedef struct IdxSearchCursor {
    IdxSubjectAt subjects;
    char *texts[IDX_SEARCH_TEXTS]; // NULL: from the beginning
    bool over[IDX_SEARCH_TEXTS];   // there are no more
} IdxSearchCursor;

void idx_search_cursor_clear(IdxSearchCursor *cursor);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxSearchCursor, idx_search_cursor_clear)

bool idx_search_cursor_parse(const char *text, IdxSearchCursor *ret, GError **error);
/* NULL: there is nothing more of any kind. Caller frees. */
char *idx_search_cursor_format(const IdxSearchCursor *cursor);
