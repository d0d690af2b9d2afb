// SPDX-License-Identifier: GPL-3.0-or-later
/* Places, and the coverage map: which camera sees which place, with validity dates. */
#pragma once

#include "index/catalogue.h"

typedef struct IdxCoverage {
    int64_t camera_id, place_id;
    char *camera; // codes
    char *place;
    int64_t from_us; // INT64_MIN = since ever
    int64_t to_us;   // INT64_MAX = until told otherwise
} IdxCoverage;

typedef struct IdxPlace {
    int64_t id;
    char *code;
    char *name;
    GPtrArray *coverage; // IdxCoverage *, by camera
} IdxPlace;

void idx_coverage_free(IdxCoverage *coverage);
void idx_place_free(IdxPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxPlace, idx_place_free)

/* A place of the first hall. @name NULL = the code. MJ_ERROR_EXISTS, MJ_ERROR_INVALID. */
bool idx_place_add(IdxCatalogue *cat, const char *code, const char *name, GError **error);

/* All, by code. Element type IdxPlace *. */
GPtrArray *idx_place_list(IdxCatalogue *cat, GError **error);

/* Says that @camera sees @place during [from_us, to_us) (INT64_MIN / INT64_MAX = open) and links
 * anew every subject that was there then. MJ_ERROR_NOT_FOUND names what is unknown;
 * MJ_ERROR_CONFLICT if the map says so already for part of that time. */
bool idx_coverage_add(IdxCatalogue *cat, const char *place, const char *camera, int64_t from_us,
                      int64_t to_us, int64_t now_us, GError **error);

/* Ends what is in force of @place × @camera at @to_us. MJ_ERROR_NOT_FOUND if nothing is. */
bool idx_coverage_end(IdxCatalogue *cat, const char *place, const char *camera, int64_t to_us,
                      int64_t now_us, GError **error);

/* Codes of the places that @camera_id sees at @at_us. Element type char *. */
GPtrArray *idx_coverage_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t at_us,
                                  GError **error);
