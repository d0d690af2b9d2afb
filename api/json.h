// SPDX-License-Identifier: GPL-3.0-or-later
/* Schemas of api/openapi.yaml that more than one endpoint answers and index/ does not build. New
 * references. */
#pragma once

#include "api/request.h"
#include "index/base/json.h"
#include "index/catalogue.h"

/* The body of a request, which should be a JSON object; @words says of what: "an object with name and
 * password". MJ_ERROR_INVALID. New reference. */
json_t *api_json_body(const ApiRequest *request, const char *words, GError **error);

/* Schema Me. */
json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us);
