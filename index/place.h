// SPDX-License-Identifier: GPL-3.0-or-later
/* Places, and the coverage map: which camera sees which place, with validity dates.
 *
 * A window that is renumbered is another place from then on: what was said of the old number stays
 * true of its time (idx_place_renumber). A change of the map concerns everybody who was at the place
 * then: it is queued (link/place_link.h) in the transaction of the change. Outside of a transaction these
 * functions work the queue off before they return; within one, the caller does after the commit. */
#pragma once

#include "index/catalogue.h"

typedef struct IdxCoverage {
    int64_t id; // of the statement; 0 before it is stored
    int64_t camera_id, place_id;
    char *camera; // codes
    char *place;
    int64_t from_us; // INT64_MIN = since ever
    int64_t to_us;   // INT64_MAX = until told otherwise
} IdxCoverage;

typedef struct IdxPlace {
    int64_t id, hall_id;
    char *code;
    char *name;
    GPtrArray *coverage; // IdxCoverage *, by camera and time
} IdxPlace;

typedef struct IdxPlaceSeen { // by a camera
    int64_t hall_id;
    char *hall, *code, *name; // codes; two halls may have the same code
} IdxPlaceSeen;

void idx_coverage_free(IdxCoverage *coverage);
void idx_place_free(IdxPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxPlace, idx_place_free)

/* A place of the first hall. @name NULL = the code. MJ_ERROR_EXISTS, MJ_ERROR_INVALID. */
bool idx_place_add(IdxCatalogue *cat, const char *code, const char *name, GError **error);

/* The same, and those below that end so: of the hall whose code is @hall; NULL = the first one. MJ_ERROR_NOT_FOUND. */
bool idx_place_add_in(IdxCatalogue *cat, const char *hall, const char *code, const char *name,
                      GError **error);

/* As idx_place_add(), in any hall; for declare/declare.h, as is the next one. */
bool idx_place_put(IdxCatalogue *cat, int64_t hall_id, const char *code, const char *name,
                   int64_t *ret_id, GError **error);
bool idx_place_delete(IdxCatalogue *cat, const IdxPlace *place, GError **error);

/* Whether it could be added: MJ_ERROR_INVALID says what is wrong. */
bool idx_place_check(const char *code, const char *name_or_null, GError **error);

/* Whether there is a place @code in the hall; @hall_code NULL: in the first one. */
bool idx_place_is_known(IdxCatalogue *cat, const char *hall_code_or_null, const char *code,
                        bool *ret, GError **error);

/* Another name. MJ_ERROR_NOT_FOUND, MJ_ERROR_INVALID. */
bool idx_place_set_name(IdxCatalogue *cat, const char *code, const char *name, GError **error);
bool idx_place_set_name_in(IdxCatalogue *cat, const char *hall, const char *code, const char *name,
                           GError **error);
bool idx_place_rename(IdxCatalogue *cat, const IdxPlace *place, const char *name, GError **error);

/* All, by code. Element type IdxPlace *. */
GPtrArray *idx_place_list(IdxCatalogue *cat, GError **error);

/* Says that @camera sees @place during [from_us, to_us) (INT64_MIN / INT64_MAX = open).
 * MJ_ERROR_NOT_FOUND names what is unknown; MJ_ERROR_CONFLICT if the map says so already for part of
 * that time. */
bool idx_coverage_add(IdxCatalogue *cat, const char *place, const char *camera, int64_t from_us,
                      int64_t to_us, int64_t now_us, GError **error);
bool idx_coverage_add_in(IdxCatalogue *cat, const char *hall, const char *place, const char *camera,
                         int64_t from_us, int64_t to_us, int64_t now_us, GError **error);

/* Ends what is in force of @place × @camera at @to_us. @hall: its code, NULL = the first one. MJ_ERROR_NOT_FOUND if
 * nothing is. */
bool idx_coverage_end(IdxCatalogue *cat, const char *hall, const char *place, const char *camera,
                      int64_t to_us, int64_t now_us, GError **error);

/* Takes back a statement that never was true: the one of @place × @camera that holds at @at_us, or
 * the only one if @at_us is INT64_MIN. What it linked is superseded. MJ_ERROR_NOT_FOUND;
 * MJ_ERROR_CONFLICT if there are several and @at_us does not tell which. */
bool idx_coverage_remove(IdxCatalogue *cat, const char *place, const char *camera, int64_t at_us,
                         int64_t now_us, GError **error);
bool idx_coverage_remove_in(IdxCatalogue *cat, const char *hall, const char *place,
                            const char *camera, int64_t at_us, int64_t now_us, GError **error);

/* @old[i] has the number @new[i] from @at_us on, for all @count at once (so that two may swap): what
 * sees the old one then, or is to see it later, sees the new one instead. New places are made, with
 * the old one's name unless that is its number. MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT if a new number
 * is in use then and not itself renumbered; MJ_ERROR_INVALID if one stands twice. @hall: as above. */
bool idx_place_renumber(IdxCatalogue *cat, const char *hall, char *const *old, char *const *new,
                        guint count, int64_t at_us, int64_t now_us, GError **error);

/* The same by ids, in an open transaction, for declare/declare.h: nothing is looked up, what overlaps is refused,
 * the place is queued.
 * @place, @camera: their codes, for messages. */
bool idx_coverage_put(IdxCatalogue *cat, const IdxCoverage *coverage, int64_t now_us,
                      GError **error);
bool idx_coverage_move(IdxCatalogue *cat, const IdxCoverage *coverage, int64_t from_us,
                       int64_t to_us, int64_t now_us, GError **error);
bool idx_coverage_delete(IdxCatalogue *cat, const IdxCoverage *coverage, int64_t now_us,
                         GError **error);

/* The places that @camera_id sees at @at_us, by code and hall; of all halls, whoever asks (account/scope.h). Element type
 * IdxPlaceSeen *. */
GPtrArray *idx_coverage_places_of(IdxCatalogue *cat, int64_t camera_id, int64_t at_us,
                                  GError **error);
