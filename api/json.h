// SPDX-License-Identifier: GPL-3.0-or-later
/* Schemas of api/openapi.yaml that more than one endpoint answers. New references. */
#pragma once

#include "index/base/json.h"
#include "index/camera.h"
#include "index/catalogue.h"

/* Schema Me. */
json_t *api_json_me(IdxCatalogue *cat, const char *name, const char *role, int64_t now_us);

/* The codes of the places that @camera_id sees now: an array of strings. NULL with @error. */
json_t *api_json_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t now_us, GError **error);

/* A moment, or null for 0, INT64_MIN and INT64_MAX: unknown or open. */
json_t *api_json_time(int64_t utc_us, GTimeZone *zone);
