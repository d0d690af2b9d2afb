// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a retention report, for report.c and report_gaps.c alone. */
#pragma once

#include "index/base/json.h"
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
