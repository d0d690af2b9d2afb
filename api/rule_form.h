// SPDX-License-Identifier: GPL-3.0-or-later
/* A retention rule as the page sends it. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"
#include "index/retention/preview.h"

/* {"kind", "purpose", "min_days", "max_days" or null; "remove"}; texts are of @body. The audit log is told which rule
 * it is about. */
bool api_rule_form(ApiRequest *request, const json_t *body, IdxRuleChange *ret, GError **error);
