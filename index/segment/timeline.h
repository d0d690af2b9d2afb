// SPDX-License-Identifier: GPL-3.0-or-later
/* What is recorded of a stream between two moments, and what is not: covered + gaps = asked. What was
 * recorded and is deleted is a gap "purged" that tells by which rule and when.
 *
 * The part after `until_us` is still to come: neither covered nor missing. That is the present
 * moment, or, while the stream is being recorded, the end of its open segment (whose newest second
 * is not yet a whole fragment). */
#pragma once

#include "index/segment/damage.h"
#include "index/segment/gap.h"
#include "index/segment/segment.h"

typedef struct IdxTimeline {
    int64_t from_us, to_us;
    int64_t until_us;
    int64_t covered_us;  // sum of the recorded parts of [from_us, until_us)
    double coverage;     // covered_us / (until_us - from_us); 1 if that is empty
    GPtrArray *segments; // IdxSegment *, whole (not cut to the range), in order
    GPtrArray *gaps;   // IdxGap *, cut to [from_us, until_us), in order, not overlapping, none open
    GPtrArray *damage; // IdxDamage *: of what is covered, what is not whole; cut to it, in order
    GPtrArray *notes;  // IdxGap * without length, in [from_us, to_us): said, and nothing is missing
} IdxTimeline;

void idx_timeline_free(IdxTimeline *timeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxTimeline, idx_timeline_free)

/* MJ_ERROR_INVALID if from_us >= to_us or the range is longer than 31 days. */
IdxTimeline *idx_timeline_get(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                              int64_t now_us, GError **error);

/* The same for what is shown of it: of its segments only that is read (idx_segment_range_shown()). */
IdxTimeline *idx_timeline_shown(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                int64_t to_us, int64_t now_us, GError **error);

/* The same for what is drawn of it: its segments are stretches of time without anything else, and those that touch
 * are one (idx_segment_range_stretches()). */
IdxTimeline *idx_timeline_stretches(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                    int64_t to_us, int64_t now_us, GError **error);

/* That nothing of @camera/@stream can be shown of it, and why: MJ_ERROR_NOT_FOUND, false. */
bool idx_timeline_refuse(IdxCatalogue *cat, const IdxTimeline *timeline, const char *camera,
                         const char *stream, GError **error);

/* The segment that has a picture for @at_us: the one that contains it; NULL with MJ_ERROR_NOT_FOUND
 * that names the gap and its reason otherwise. */
IdxSegment *idx_timeline_at(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us,
                            GError **error);
