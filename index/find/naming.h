// SPDX-License-Identifier: GPL-3.0-or-later
/* Which subject is meant by what somebody types.
 *
 * A ticket number without a day means the newest day that has it. A number or an ID that several halls have, on
 * whatever days, means none of them until the hall is said, and one that several tickets of a day have (link/ticket.h) none of
 * those until the ticket_id or the source is: nothing is guessed.
 *
 * What a day, or a hall, has of a ticket counts in this order, and what is behind means nothing as long as something
 * before it is there; it is still told of as what else is called so:
 *   1. a queue spoke of it: any hall.ticket.* that holds but a rating, and that was not dated more than IDX_AHEAD_US
 *      after it was received (a clock that is wrong must not take a number over from today's);
 *   2. only other things hold: it was rated, an approval names it, or it is dated ahead;
 *   3. all that was said of it was corrected or cancelled since. */
#pragma once

#include "index/find/subject.h"

#define IDX_AHEAD_US (6 * INT64_C(3600000000))

/* Identifiers as anybody types them: mj_identifier(), of a session idx_session_key(). */
typedef struct IdxName {
    const char *kind; // "ticket", "approval", "session"
    const char *key;
    int day;               // of a ticket; 0 = the newest that has it
    const char *hall;      // its code; NULL = any
    const char *ticket_id; // of a ticket; NULL = any
    const char *source;    // the ticket that stands by it, else those it told of; NULL = any
} IdxName;

/* All that may be meant: newest day first, by hall and time. Element type IdxSubject *. */
GPtrArray *idx_name_candidates(IdxCatalogue *cat, const IdxName *name, GError **error);

/* The one that is meant; NULL without error if there is none. MJ_ERROR_NOT_FOUND: there is not even such a hall.
 * MJ_ERROR_AMBIGUOUS tells the halls, or what else tells them apart. */
IdxSubject *idx_name_find(IdxCatalogue *cat, const IdxName *name, GError **error);

/* MJ_ERROR_NOT_FOUND of what idx_name_find() did not find, with what to do next: of a ticket that there is on other days the
 * newest of them, or what names it where no queue ever spoke of it; else what is called alike. Told of is only what whoever asks may see, and of which something holds: a
 * number that was corrected to another one is nobody's. */
void idx_name_none(IdxCatalogue *cat, const IdxName *name, GError **error);

#define IDX_ALSO_MAX 30

/* What else is called as @subject is: on other days, in other halls, of other kinds; newest day first, at most
 * IDX_ALSO_MAX. For whom not everything is, at most IDX_SUBJECT_LOOKS of a hall and kind are looked at. *ret_more: there are others still. Element
 * type IdxSubject *, with what it is called alone: no title and no times. */
GPtrArray *idx_name_also(IdxCatalogue *cat, const IdxSubject *subject, bool *ret_more,
                         GError **error);
