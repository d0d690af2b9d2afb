// SPDX-License-Identifier: GPL-3.0-or-later
/* Lists of what is found, as JSON for `mingjing find …` and the API (schema Found in api/openapi.yaml): the sittings of
 * a staff member, a business type, a matter or a place, newest first. Every line has its coverage and its gaps. New
 * references. */
#pragma once

#include "index/base/json.h"
#include "index/find/facet.h"

#define IDX_FIND_LIMIT 20
#define IDX_FIND_LIMIT_MAX 100

typedef struct IdxFind {
    IdxFacetKind by;
    const char *value;
    const char *hall;       // its code; NULL = whichever hall has it
    int64_t from_us, to_us; // INT64_MIN, INT64_MAX = open
    const char *cursor;     // `next` of the answer before; NULL = from the newest on
    int limit;              // 1..IDX_FIND_LIMIT_MAX
    int64_t now_us;
} IdxFind;

/* MJ_ERROR_NOT_FOUND, MJ_ERROR_AMBIGUOUS: several halls have the value; MJ_ERROR_INVALID: the cursor. */
json_t *idx_find(IdxCatalogue *cat, const IdxFind *find, GError **error);

/* Halls that have the value: array of {"by", "value", "hall", "last"}. */
json_t *idx_find_candidates(IdxCatalogue *cat, IdxFacetKind by, const char *value, GError **error);

/* Facets as candidates are. New reference. */
json_t *idx_facets_json(IdxCatalogue *cat, const GPtrArray *facets);

/* Whether facets were read of all that is older than they are, and nothing waits to be linked anew (link/linking.h). */
bool idx_find_is_complete(IdxCatalogue *cat, bool *ret, GError **error);
