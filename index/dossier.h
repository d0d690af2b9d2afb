// SPDX-License-Identifier: GPL-3.0-or-later
/* From a number to the footage: find a subject, and everything about it as JSON.
 *
 * One builder serves `mingjing find … --json` and the API (schemas Subject, Dossier, Timeline in
 * api/openapi.yaml). New references are returned; the caller decrefs (g_autoptr(json_t)). */
#pragma once

#include "index/catalogue.h"
#include "index/timeline.h"

#include "index/base/json.h"

#define IDX_DAY_LATEST 0 // the newest day that has the number

/* MJ_ERROR_NOT_FOUND: "no ticket A012 on 2026-11-22"; if other days have it, says the newest. */
json_t *idx_dossier_ticket(IdxCatalogue *cat, const char *number, int day, int64_t now_us,
                           GError **error);
json_t *idx_dossier_approval(IdxCatalogue *cat, const char *id, int64_t now_us, GError **error);
json_t *idx_dossier_session(IdxCatalogue *cat, const char *id, int64_t now_us, GError **error);

/* What every camera that covers @place saw between two moments: {"place", "from", "to",
 * "cameras":[…]}. */
json_t *idx_dossier_place(IdxCatalogue *cat, const char *place, int64_t from_us, int64_t to_us,
                          int64_t now_us, GError **error);

/* Subjects whose key begins with @prefix, newest first: array of Subject. @day 0 = any. */
json_t *idx_search(IdxCatalogue *cat, const char *prefix, int day, int limit, GError **error);

/* A timeline as JSON (schema Timeline). */
json_t *idx_timeline_json(IdxCatalogue *cat, const char *camera, const char *stream,
                          const IdxTimeline *timeline);
