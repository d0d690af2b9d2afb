// SPDX-License-Identifier: GPL-3.0-or-later
/* Layouts of the live wall: which camera stands where, by name. Each account has its own; shared ones are everybody's, kept
 * by those who may IDX_MAY_SHARE. A name is one layout of its owner: saving it again replaces it.
 *
 * What comes from outside is read by idx_layout_parse(): {"size": 9, "cameras": ["w07-face", null, …], "tour_seconds": 15},
 * at most IDX_LAYOUT_PLACES places, of which those beyond size are on further pages; tour_seconds 0 or not given: no tour.
 * Cameras need not exist: one that is gone comes back to its place when it does. An account that is limited to places
 * (account/scope.h) is told of a shared layout only the cameras that it sees; others are null. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_LAYOUTS_MAX 50       // of one owner
#define IDX_LAYOUT_NAME_MAX 40   // characters
#define IDX_LAYOUT_PLACES 512    // of one layout
#define IDX_LAYOUT_TOUR_MAX 3600 // seconds

/* @json as a layout is kept, with nothing in it but what is one. MJ_ERROR_INVALID. New reference. */
json_t *idx_layout_parse(const json_t *json, GError **error);

/* {"layouts": [{"of": "own" or "shared", "name", "size", "cameras", "tour_seconds", "changed"}]}: those of @user_id (0: of
 * nobody), then shared ones, by name. New reference. */
json_t *idx_layout_list(IdxCatalogue *cat, int64_t user_id, int64_t now_us, GError **error);

/* @user_id 0: shared. @layout: of idx_layout_parse(). MJ_ERROR_INVALID: the name, or there are too many. */
bool idx_layout_save(IdxCatalogue *cat, int64_t user_id, const char *name, const json_t *layout,
                     int64_t now_us, GError **error);

/* MJ_ERROR_NOT_FOUND. */
bool idx_layout_remove(IdxCatalogue *cat, int64_t user_id, const char *name, GError **error);
