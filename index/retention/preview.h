// SPDX-License-Identifier: GPL-3.0-or-later
/* What a change of one rule would change, before it is made: of which cameras footage is kept how many days more or
 * less. For each kind of camera in use and each purpose all rules that fit count (retention.h); told is where the
 * outcome is another one. Changes nothing. */
#pragma once

#include "index/base/json.h"
#include "index/retention/retention.h"

typedef struct IdxRuleChange {
    const char *kind, *purpose;
    bool remove;                // else it is made or set to
    int64_t min_days, max_days; // as in idx_rule_set()
} IdxRuleChange;

/* Schema RetentionPreview of api/openapi.yaml: {"before": rule or null, "after": rule or null, "below_law",
 * "effects": [{"kind", "purpose", "before", "after", "cameras": [{"id", "name"}]}]}. New reference. MJ_ERROR_INVALID
 * and MJ_ERROR_NOT_FOUND as the change itself would give. */
json_t *idx_retention_preview(IdxCatalogue *cat, const IdxRuleChange *change, GError **error);
