// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds as JSON (schema Hold of api/openapi.yaml): one builder for the command line, the API and
 * dossiers. New references; NULL with @error. */
#pragma once

#include "index/base/json.h"
#include "index/hold/hold.h"
#include "index/link/linker.h"

json_t *idx_hold_json(IdxCatalogue *cat, const IdxHold *hold, int64_t now_us);

/* {"holds": […]}, by id; @with_released: all that ever were. */
json_t *idx_hold_list_json(IdxCatalogue *cat, bool with_released, int64_t now_us, GError **error);

/* The hold, with what it keeps and what had gone (schema HoldAnswer). */
json_t *idx_hold_answer_json(IdxCatalogue *cat, const IdxHoldAnswer *answer, int64_t now_us);

/* For lists: how many holds in force are on @subject, or touch one of @spans (IdxSpan) of its footage, which end where
 * @rules say (IDX_METHODS of them, link/linker.h). */
bool idx_hold_count(IdxCatalogue *cat, const IdxSubject *subject, const GArray *spans,
                    const IdxLinkRule *rules, int *ret, GError **error);

/* For a dossier: the same of @subject_id, 0 = none. Array, by id. */
json_t *idx_hold_of_footage_json(IdxCatalogue *cat, int64_t subject_id, const GArray *spans,
                                 const IdxLinkRule *rules, int64_t now_us, GError **error);
