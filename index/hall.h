// SPDX-License-Identifier: GPL-3.0-or-later
/* Halls: sites. A home has one, which `mingjing init` makes; events may tell of more. */
#pragma once

#include "index/catalogue.h"

typedef struct IdxHall {
    int64_t id;
    char *code, *name, *timezone;
} IdxHall;

void idx_hall_free(IdxHall *hall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxHall, idx_hall_free)

/* The first one first. Element type IdxHall *. */
GPtrArray *idx_hall_list(IdxCatalogue *cat, GError **error);

/* The id of the hall @code; NULL = the first one. MJ_ERROR_NOT_FOUND. */
bool idx_hall_find(IdxCatalogue *cat, const char *code_or_null, int64_t *ret_id, GError **error);

/* By whose clock the days of its tickets are; every hall has its own. That of the first one is as it was when @cat was
 * opened. Valid as long as @cat. NULL: MJ_ERROR_NOT_FOUND, MJ_ERROR_CORRUPT.
 *
 * Days that an earlier version counted by the first hall's clock stay until `mingjing link --rebuild` reads them again. */
GTimeZone *idx_hall_zone(IdxCatalogue *cat, int64_t hall_id, GError **error);

/* @name NULL = the code; @zone_name NULL = the first hall's. MJ_ERROR_EXISTS, MJ_ERROR_INVALID. */
bool idx_hall_add(IdxCatalogue *cat, const char *code, const char *name, const char *zone_name,
                  int64_t *ret_id, GError **error);

/* Changes what is not NULL. MJ_ERROR_CONFLICT: a code or a time zone that stored tickets were counted
 * by (their day is a local one) stays. @cat goes on with what it knew when it was opened. */
bool idx_hall_set(IdxCatalogue *cat, int64_t id, const char *code, const char *name,
                  const char *zone_name, GError **error);

/* Whether anything was ever said of it: an event, a place. */
bool idx_hall_is_used(IdxCatalogue *cat, int64_t id, bool *ret_used, GError **error);
