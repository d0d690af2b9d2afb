// SPDX-License-Identifier: GPL-3.0-or-later
/* What the parts of marks (mark.h) share: where one is, and whose. */
#pragma once

#include "index/find/subject.h"
#include "index/mark/mark.h"
#include "index/place.h"

typedef struct MarkSpot {
    int64_t camera_id, at_us;
    int64_t hall_id; // of the place
    char
        *hall; // code; without a place that of all that the camera sees, NULL = they are of several
    char *place;         // code; NULL = not known
    IdxSubject *subject; // NULL = nobody's
} MarkSpot;

void idx_mark_spot_clear(MarkSpot *spot);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MarkSpot, idx_mark_spot_clear)

/* The place that @request means, and who is served there. MJ_ERROR_INVALID, MJ_ERROR_NOT_FOUND. */
bool idx_mark_spot_find(IdxCatalogue *cat, const IdxMarkRequest *request, MarkSpot *spot,
                        GError **error);
