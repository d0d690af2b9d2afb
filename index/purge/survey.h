// SPDX-License-Identifier: GPL-3.0-or-later
/* A look at all footage: what of it is held, bound, spare or due, volume by volume. What purge.h and
 * retention/forecast.h decide by.
 *
 * Reads an index and no rows, a stream at a time, each in one short snapshot, so that it holds up
 * nobody; what changes meanwhile is seen or not. Its cost is that of one walk over the index
 * segment_time and the links of days of which there is footage: less than 2 us of CPU a segment, with
 * a link for every fifth.
 *
 * No sums are kept of it, by camera, rule and day: what a segment is follows from the spans and holds that touch it, from
 * the rules of its camera's kind and from the hour. A call that is corrected, a hold, a rule, a window that is renumbered
 * would each have to find out what it changed of segments that nobody wrote to, and a sum that is wrong once deletes
 * footage or fills a disk. */
#pragma once

#include "index/retention/retention.h"

#define IDX_SURVEY_DAYS 400                  // looked ahead
#define IDX_SURVEY_RECENT_US (3 * MJ_DAY_US) // the rate is that of so long
#define IDX_SURVEY_VERDICTS 5                // of IdxVerdictKind

typedef struct IdxSurveyHour { // of segments that begin in it
    int64_t hour;              // since 1970
    int64_t bytes[IDX_SURVEY_VERDICTS];
} IdxSurveyHour;

typedef struct IdxSurveyRecent { // of late, of one camera
    int64_t camera_id;
    int min_days; // that the rules ask for
    int64_t bytes;
} IdxSurveyRecent;

typedef struct IdxSurveyVolume {
    int64_t id;
    int64_t bytes[IDX_SURVEY_VERDICTS], segments[IDX_SURVEY_VERDICTS];
    GArray *hours; // IdxSurveyHour, ascending
    int64_t recent_bytes, recent_first_us;
    int64_t ripe[IDX_SURVEY_DAYS];      // of what is bound: past its minimum within so many days
    int64_t held_ripe[IDX_SURVEY_DAYS]; // of what is held: the same, if nothing held it
    int64_t recent_by_days[IDX_SURVEY_DAYS]; // of what is recent, by its minimum in days
    GArray *recent;                          // IdxSurveyRecent: the same by camera too
    /* Of what is recorded from now on, so much a day as is recent: what will be past its minimum on that day ahead, and
     * is held by a hold on a time that lies ahead. */
    int64_t ahead_held[IDX_SURVEY_DAYS];
} IdxSurveyVolume;

typedef struct IdxSurveySegment {
    int64_t id, stream_id, camera_id, volume_id;
    int64_t start_us, end_us, bytes;
} IdxSurveySegment;

/* @level IDX_VERDICT_OPEN: all footage. IDX_VERDICT_DUE: no more than what is so old that it may be due, which is
 * little where a purge runs every hour; what is not due may be told to be any of the others, and no sums but those
 * of what is due are of use.
 * @look may be NULL; is called for each, stream by stream, in order of time. Element type
 * IdxSurveyVolume *, by id: those that have footage. */
GPtrArray *
idx_survey(IdxCatalogue *cat, IdxRetention *retention, int64_t now_us, IdxVerdictKind level,
           void (*look)(const IdxSurveySegment *segment, const IdxVerdict *verdict, void *data),
           void *data, GError **error);

/* NULL if the volume has no footage. Belongs to @volumes. */
IdxSurveyVolume *idx_survey_find(const GPtrArray *volumes, int64_t id);

int64_t idx_survey_used(const IdxSurveyVolume *volume);
/* Bytes recorded a day, of late. */
int64_t idx_survey_day_bytes(const IdxSurveyVolume *volume, int64_t now_us);
