// SPDX-License-Identifier: GPL-3.0-or-later
/* A month of a stream, day by day: how much of each is recorded, why the rest is not, and whether something of it is
 * held. Days are the hall's own, 23 or 25 hours long where summer time begins or ends.
 *
 * Of a limited account (account/scope.h) a day that is not wholly within says nothing, like one that is to come.
 *
 * What was deleted by a rule ("purged") stands apart from what was never recorded, as on a timeline. It costs one walk
 * over the index entries of that month's segments, and nothing for the years before. */
#pragma once

#include "index/catalogue.h"

/* Reads "2026-11" as 20261101, its first day. MJ_ERROR_INVALID. */
bool idx_calendar_parse(const char *month, int *ret_first_day, GError **error);

/* As JSON (schema Calendar of api/openapi.yaml), of the month of @first_day. Caller frees. MJ_ERROR_NOT_FOUND: no such
 * camera or stream, or nothing of it is within. */
char *idx_calendar_text(IdxCatalogue *cat, const char *camera, int64_t stream_id,
                        const char *stream, int first_day, int64_t now_us, GError **error);
