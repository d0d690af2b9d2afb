// SPDX-License-Identifier: GPL-3.0-or-later
/* The footage of a set of spans, camera by camera, as JSON (`cameras` in schema Dossier of
 * api/openapi.yaml): for each span its segments, its gaps and its coverage. Written straight into a buffer
 * (base/json_put.h), since it is the greater part of a dossier. */
#pragma once

#include "index/base/clock.h"
#include "index/base/json_put.h"
#include "index/catalogue.h"
#include "index/link/linker.h"

/* Less than this of a camera's clock is lost in what is shown before and behind. Where it may be wrong by more, what a segment
 * shows may have been that much before or behind: a span is widened by the footage of the stream that may be of it, each
 * segment by its own clock. Holds do so too (hold/hold.h), and what is shown so is kept as what it is shown for
 * (retention/retention.h). Nothing of it depends on other footage, which may come and go. */
#define IDX_FOOTAGE_NOTICED_US INT64_C(1000000)
#define IDX_FOOTAGE_DOUBT_MAX_US MJ_DAY_US // more counts as this much; and no segment is longer

/* Widens the span as that says. */
bool idx_footage_widen(IdxCatalogue *cat, int64_t stream_id, int64_t *from_us, int64_t *to_us,
                       GError **error);

typedef struct IdxFootage {
    IdxCatalogue *cat;
    int64_t now_us;
    IdxLinkRule rules[IDX_METHODS]; // how long a span that goes on is shown
    GArray *spans;                  // IdxSpan, gets sorted
    bool brief;    // cameras have no spans: what is wanted is the coverage, and the gaps
    GString *gaps; // elements: the gaps of all spans, each with its camera and place
    int64_t covered_us, asked_us; // filled by idx_footage_put() and idx_footage_unseen()
    GPtrArray *places;            // of the implementation: those that were met
} IdxFootage;

void idx_footage_init(IdxFootage *footage, IdxCatalogue *cat, int64_t now_us);
void idx_footage_clear(IdxFootage *footage);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxFootage, idx_footage_clear)

/* Appends the cameras by code, as elements (json_put.h). */
bool idx_footage_put(IdxFootage *footage, GString *out, GError **error);

/* Adds to footage->gaps that no camera looked at @place in [from_us, to_us): reason IDX_NO_CAMERA. It was asked for as
 * that of one camera, and counts in the coverage. */
#define IDX_NO_CAMERA "no-camera"
void idx_footage_unseen(IdxFootage *footage, const char *place, int64_t from_us, int64_t to_us);

/* The same of each of @visits (IdxVisit, in hall @hall_id) that touches [from_us, to_us], as far as none of the spans
 * shows its place: all of it, or the part before a camera came or after it went. */
bool idx_footage_unseen_visits(IdxFootage *footage, int64_t hall_id, const GArray *visits,
                               int64_t from_us, int64_t to_us, GError **error);

/* Puts the recorded part of all that was asked for, 0..1, after these. 0 if something happened where
 * no camera looks; null while there is nothing to be seen (no visit yet, or all of it still to come). */
void idx_footage_put_coverage(const IdxFootage *footage, GString *out, bool anything_happened);
