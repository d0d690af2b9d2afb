// SPDX-License-Identifier: GPL-3.0-or-later
/* Facets: what subjects are found by besides their own numbers — who served, which business, which matter,
 * which place.
 *
 * All are told by events (facet_told.h) and follow them: derived anew whenever a subject is linked, so that what
 * was corrected or cancelled is not found by what it no longer says. Values belong to a hall, since two halls
 * give the same number to different people; they compare without regard to ASCII case, and are spelled as the
 * newest of their rows spells them.
 *
 * A row is a sitting: a stretch of a subject's events without a break of IDX_SITTING_BREAK_US, at most
 * IDX_SITTING_MAX_US long. A ticket has one; an approval that takes weeks has one a day, more or less.
 *
 * A catalogue from before there were facets is read through later, newest subject first, in transactions of
 * milliseconds (idx_facet_fill_step, as part of link/relink.h). Until that is done answers say so. */
#pragma once

#include "index/catalogue.h"
#include "index/find/subject.h"

typedef enum {
    IDX_FACET_STAFF,    // by their IDs
    IDX_FACET_BUSINESS, // business type
    IDX_FACET_MATTER,   // item by code or name, project, topic
    IDX_FACET_PLACE,    // window or room
    IDX_FACETS,
} IdxFacetKind;

#define IDX_FACET_BYTES 512 // of a value, at most
#define IDX_SITTING_BREAK_US (12 * MJ_HOUR_US)
#define IDX_SITTING_MAX_US MJ_DAY_US

/* "staff", "business", "matter", "place". */
const char *idx_facet_name(IdxFacetKind kind);
/* IDX_FACETS if there is no such name. */
IdxFacetKind idx_facet_of(const char *name);

/* Makes the facets of a subject what its @events (IdxStoredEvent *, with bodies) tell, in the open transaction. */
bool idx_facet_derive(IdxCatalogue *cat, const IdxSubject *subject, const GPtrArray *events,
                      GError **error);

/* How many subjects are still to be read through, about. */
bool idx_facet_left(IdxCatalogue *cat, int64_t *ret_subjects, GError **error);

/* A piece of that, in the open transaction. *ret_more: there is something left. */
bool idx_facet_fill_step(IdxCatalogue *cat, bool *ret_more, GError **error);

typedef struct IdxFacet {
    int64_t id, hall_id;
    IdxFacetKind kind;
    char *value;     // as its newest row spells it
    char *hall;      // the hall's code
    int64_t last_us; // of its newest row
} IdxFacet;

void idx_facet_free(IdxFacet *facet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxFacet, idx_facet_free)

/* Those of that value, by hall; @hall NULL: of all halls. Of no value that is spelled as @value: those of what that is as an
 * identifier (mj_identifier()). Element type IdxFacet *. */
GPtrArray *idx_facet_get(IdxCatalogue *cat, IdxFacetKind kind, const char *value, const char *hall,
                         GError **error);

typedef struct IdxFacetAt {
    const char *value;
    int64_t hall_id;
} IdxFacetAt;

/* Those that begin with @prefix, by value and hall; behind them business types and matters that have it within, if it tells
 * enough (mj_text_tells()). From behind @from on (NULL: the first). *ret_next: the id of the one behind which it goes on;
 * 0 = that was all. A call looks within IDX_FACET_WITHIN values at most, and for whom not everything is (account/scope.h) at
 * IDX_FACET_LOOKS that fit, so that there may be more behind a list that has fewer than @limit. Element type IdxFacet *. */
#define IDX_FACET_LOOKS 100
#define IDX_FACET_WITHIN 20000
GPtrArray *idx_facet_search(IdxCatalogue *cat, IdxFacetKind kind, const char *prefix,
                            const IdxFacetAt *from, int limit, int64_t *ret_next, GError **error);

typedef struct IdxSitting {
    int64_t subject_id;
    int64_t first_us, last_us; // of its events, by the host's clock
} IdxSitting;

typedef struct IdxSittingRange {
    int64_t from_us, to_us; // those that touch [from_us, to_us); INT64_MIN, INT64_MAX = open
    int64_t before_us,
        before_subject_id; // and come behind this one; INT64_MAX = from the newest on
    int limit;
} IdxSittingRange;

/* Sittings of a facet, newest first, at most range->limit. *ret_next (may be NULL): the one behind which it goes on;
 * subject_id 0 = that was all. For whom not everything is, at most IDX_SITTING_LOOKS are looked at a call; a facet all
 * of whose newest so many are of other places is not told of. Element type IdxSitting. */
#define IDX_SITTING_LOOKS 2000
GArray *idx_facet_sittings(IdxCatalogue *cat, int64_t facet_id, const IdxSittingRange *range,
                           IdxSitting *ret_next, GError **error);
