// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a retention report, for report.c, report_gaps.c and report_legs.c alone. */
#pragma once

#include "index/base/json.h"
#include "index/camera.h"
#include "index/catalogue.h"

typedef struct IdxReportGaps {
    int64_t there_us; // of footage
    int64_t
        missing_us; // of what was to be recorded and is not there, whether it never was or is deleted
    int count;      // of gaps, those too in which nothing was to be recorded
    json_t *reasons; // of these: [{"reason", "count", "missing_s"}], the longest sum first
} IdxReportGaps;

void idx_report_gaps_clear(IdxReportGaps *gaps);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxReportGaps, idx_report_gaps_clear)

/* What there is of a stream in [from, now), what is missing, and why, as timelines tell it. Costs a walk over an index of
 * its segments; gaps are looked at on days alone that have some. */
bool idx_report_gaps(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t now_us,
                     IdxReportGaps *ret, GError **error);

/* The legs of sessions, each a camera for an hour, are told of together: they are thousands in a year. A leg is what a
 * session says is one: while a room terminal sends it, its camera has an address as any other; and what has a leg's
 * address, though the session is not known any more (rebuild). */
typedef struct IdxReportLegs {
    int64_t n, missed, held;
    const char *oldest; // of one of list
    double missing_s;
    json_t *list;
    GHashTable *cameras; // codes
} IdxReportLegs;

bool idx_report_legs_init(IdxReportLegs *legs, IdxCatalogue *cat, GError **error);
void idx_report_legs_clear(IdxReportLegs *legs); // also one that is all zero
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxReportLegs, idx_report_legs_clear)

bool idx_report_is_leg(const IdxReportLegs *legs, const IdxCamera *camera);
/* Takes @one, what is told of a stream. */
void idx_report_add_leg(IdxReportLegs *legs, json_t *one);
json_t *idx_report_legs_json(const IdxReportLegs *legs, int promised_days);
