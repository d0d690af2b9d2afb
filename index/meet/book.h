// SPDX-License-Identifier: GPL-3.0-or-later
/* Booking: a slot (slot.h) becomes a session (meet.h) with a citizen's and an official's leg.
 *
 * Of the citizen nothing is kept but a reference, a hash or number of the business system's; no name.
 * The event "scheduled" carries what was booked, so that a ticket or approval leads to the session.
 *
 * A session that has not begun can be moved to another free slot, and cancelled: its links count for nothing then,
 * and its slot is free again. One that has begun is ended (idx_meet_end()). A session that was made without
 * a slot, by hand or by an event, can be cancelled and moved as well. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_BOOK_REF_MAX 64
#define IDX_BOOK_LIST_MAX 500 // of a page

typedef struct IdxBookRequest { // borrowed; all but slot_id may be NULL
    int64_t slot_id;
    const char *topic;       // one of the slot's, if it has any
    const char *citizen_ref; // letters, digits, '.', '_' and '-'
    const char *ticket_no, *approval_id;
    const char *node_code; // the station where the citizen sits, a code likewise
    bool observer;         // a third leg, for the clerk
    const json_t
        *terminals; // {leg: camera}: parties that are room terminals (terminal.h); may be NULL
} IdxBookRequest;

/* The tokens of the legs, citizen, official, perhaps observer; *ret_session: its ID, caller frees.
 * MJ_ERROR_CONFLICT: somebody has the slot, or it was withdrawn. MJ_ERROR_INVALID: it is past, is not for that
 * topic … */
GPtrArray *idx_book(IdxCatalogue *cat, const IdxBookRequest *request, int64_t now_us,
                    char **ret_session, GError **error);

/* MJ_ERROR_CONFLICT: it has begun. Nothing if it is cancelled. @reason may be NULL. */
bool idx_book_cancel(IdxCatalogue *cat, const char *session, const char *reason, int64_t now_us,
                     GError **error);
bool idx_book_move(IdxCatalogue *cat, const char *session, int64_t slot_id, int64_t now_us,
                   GError **error);

typedef struct IdxBookFilter { // each may be NULL or 0; ASCII case does not count
    const char *session;       // has it in it: people tell the last five signs
    const char *topic, *dept;  // likewise
    const char *official;      // one of them begins so
    const char *node;          // is it
    int64_t from_us, to_us;    // planned, or else made, in [from, to)
    const char *cursor;        // `next` of the answer before
    int limit;                 // 0 = IDX_BOOK_LIST_MAX
} IdxBookFilter;

/* {"sessions": […], "next"}, the newest first, each as idx_meet_json() has it, with dept, official (the first of officials), officials, citizen_ref,
 * ticket_no, approval_id, node_code, satisfaction (rate.h), promises (their number) and "cancelled" as one more state. MJ_ERROR_INVALID: the
 * cursor. New reference. */
json_t *idx_book_list_json(IdxCatalogue *cat, const IdxBookFilter *filter, GError **error);
json_t *idx_book_json(IdxCatalogue *cat, const char *session, GError **error);
