// SPDX-License-Identifier: GPL-3.0-or-later
/* From a number to the footage: find a subject, and everything about it as JSON.
 *
 * One builder serves `mingjing find … --json` and the API (schemas Subject, Dossier, Timeline in
 * api/openapi.yaml). It writes text (base/json_put.h), which the caller frees; the same as values is that text,
 * parsed: new references, which the caller decrefs (g_autoptr(json_t)). */
#pragma once

#include "index/catalogue.h"
#include "index/find/naming.h"
#include "index/segment/timeline.h"

#include "index/base/json.h"

#define IDX_DAY_LATEST 0 // the newest day that has the number

/* Every answer has `complete`: false while events wait to be linked anew (link/linking.h). A dossier shows its visits and
 * their footage by the clocks and the map of now all the same; what is held, and lists of subjects, may be of before.
 *
 * Every answer has `coverage` and `gaps`: all gaps of all cameras, and where no camera looked, each with a reason.
 *
 * MJ_ERROR_NOT_FOUND: "no ticket A012 on 2026-11-22"; if other days have it, says the newest.
 * MJ_ERROR_AMBIGUOUS: several are called so, and @name does not say which (naming.h). */
json_t *idx_dossier(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error);
/* *ret_subject (may be NULL): whose it is; the caller frees it. */
char *idx_dossier_text(IdxCatalogue *cat, const IdxName *name, int64_t now_us,
                       IdxSubject **ret_subject, GError **error);

/* {"ticket_id", "source"} of a subject (as JSON) whose number is also another ticket's, for the audit log; NULL of
 * any other. */
json_t *idx_dossier_told(const json_t *subject);
json_t *idx_dossier_told_of(IdxCatalogue *cat, const IdxSubject *subject);

/* What may be meant by an ambiguous name: array of Glance. */
json_t *idx_dossier_candidates(IdxCatalogue *cat, const IdxName *name, int64_t now_us,
                               GError **error);

/* What every camera that covers @place saw between two moments: {"place", "hall", "from", "to",
 * "cameras":[…], "gaps", "holds", "coverage", "complete"}. @hall NULL: of whichever hall has it; MJ_ERROR_AMBIGUOUS if several do. */
json_t *idx_dossier_place(IdxCatalogue *cat, const char *place, const char *hall, int64_t from_us,
                          int64_t to_us, int64_t now_us, GError **error);
char *idx_dossier_place_text(IdxCatalogue *cat, const char *place, const char *hall,
                             int64_t from_us, int64_t to_us, int64_t now_us, GError **error);

/* Places of that code: array of {"hall", "code", "name"}. */
json_t *idx_dossier_places(IdxCatalogue *cat, const char *place, const char *hall, GError **error);

/* A timeline as JSON (schema Timeline). */
char *idx_timeline_text(IdxCatalogue *cat, const char *camera, const char *stream,
                        const IdxTimeline *timeline);
