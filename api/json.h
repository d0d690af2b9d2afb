// SPDX-License-Identifier: GPL-3.0-or-later
/* Schemas of api/openapi.yaml that more than one endpoint answers and index/ does not build. New
 * references. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

/* Schema Me. */
json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us);
