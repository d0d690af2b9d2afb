// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows of what is booked, for book.c and follow.c, which hears of it from another system. In the caller's
 * transaction. */
#pragma once

#include "index/meet/meet.h"

#define IDX_BOOK_OFFICIALS_MAX 100 // of one session

typedef struct IdxBooking { // borrowed; what is NULL is not known, and what was known stays
    const char *session, *dept, *citizen_ref, *ticket_no, *approval_id, *node_code;
    const char *officials; // staff_ids, one a line
} IdxBooking;

bool idx_book_note(IdxCatalogue *cat, const IdxBooking *booking, GError **error);
bool idx_book_cancelled(IdxCatalogue *cat, const IdxMeet *meet, int64_t now_us, GError **error);
/* It was cancelled, and is not any more; *ret_was: false, and nothing changed, if it was not, or had begun. */
bool idx_book_restored(IdxCatalogue *cat, const IdxMeet *meet, bool *ret_was, GError **error);

typedef struct IdxBookPlan { // borrowed
    const char *place;       // made if it is not known
    const char *topic;       // NULL: as it was
    int64_t start_us, end_us;
} IdxBookPlan;

bool idx_book_moved(IdxCatalogue *cat, const IdxMeet *meet, const IdxBookPlan *plan, int64_t now_us,
                    GError **error);
/* Its slot is the one of its place and time, if that is free, or none: what it had before is free again. */
bool idx_book_fit_slot(IdxCatalogue *cat, const char *session, GError **error);
