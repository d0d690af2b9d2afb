// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a retention report, for report.c and report_gaps.c alone. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

typedef struct IdxReportGaps {
    int64_t missing_us; // of all gaps
    int count;
    json_t *reasons; // [{"reason", "count", "missing_s"}], the longest sum first
} IdxReportGaps;

void idx_report_gaps_clear(IdxReportGaps *gaps);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxReportGaps, idx_report_gaps_clear)

/* What is missing of a stream in [from, now): neither recorded nor deleted, and why, as timelines tell it. Costs a walk
 * over an index of its segments; gaps are looked at on days alone that have some. */
bool idx_report_gaps(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t now_us,
                     IdxReportGaps *ret, GError **error);
