// SPDX-License-Identifier: GPL-3.0-or-later
/* A timeline as a ruler draws it: bounded, however much was lost in a month, and with no gap left out.
 *
 * Gaps that lie nearer to each other than the resolution become one stretch, which says how much of it is missing and
 * why for the longest part. A stretch begins and ends exactly where a gap does, so what lies outside of all of them is
 * recorded whole. Two that are both as long as the resolution stay two, so that each keeps its reason. So there are at
 * most two for each resolution's length. */
#pragma once

#include "index/segment/timeline.h"

#define IDX_OUTLINE_MAX 100000 // so many times the resolution at most is asked for at once

typedef struct IdxMissing {
    int64_t from_us, to_us;
    int64_t missing_us;    // of it: the rest is recorded
    int64_t gaps;          // how many
    const IdxGap *longest; // of the timeline
} IdxMissing;

typedef struct IdxOutline {
    IdxTimeline *timeline; // as idx_timeline_stretches()
    int64_t resolution_us;
    GArray *missing; // IdxMissing, in order, apart
    GArray *damage;  // IdxDamage, in order of each track; their texts are the timeline's
} IdxOutline;

void idx_outline_free(IdxOutline *outline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxOutline, idx_outline_free)

/* @resolution_us 0: a thousandth of the time asked for. MJ_ERROR_INVALID as idx_timeline_get(), and if more than
 * IDX_OUTLINE_MAX of it were asked for. */
IdxOutline *idx_outline_get(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                            int64_t resolution_us, int64_t now_us, GError **error);

/* As JSON (schema Outline of api/openapi.yaml). Caller frees. */
char *idx_outline_text(IdxCatalogue *cat, const char *camera, const char *stream,
                       const IdxOutline *outline);
