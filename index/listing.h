// SPDX-License-Identifier: GPL-3.0-or-later
/* Cameras and places as JSON (schemas Camera and Place of api/openapi.yaml): one builder for the command
 * line and the API. New references; NULL with @error. */
#pragma once

#include "index/base/json.h"
#include "index/camera.h"

json_t *idx_listing_camera(IdxCatalogue *cat, const IdxCamera *camera, int64_t now_us,
                           GError **error);

/* {"cameras": […]}, by code. */
json_t *idx_listing_cameras(IdxCatalogue *cat, bool with_removed, int64_t now_us, GError **error);

/* {"places": […]} with the coverage of each, by code. */
json_t *idx_listing_places(IdxCatalogue *cat, GError **error);

/* Codes of the places that a camera sees now: an array of strings. */
json_t *idx_listing_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t now_us, GError **error);

/* A moment, or null for 0, INT64_MIN and INT64_MAX: unknown or open. */
json_t *idx_listing_time(IdxCatalogue *cat, int64_t utc_us);
