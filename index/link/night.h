// SPDX-License-Identifier: GPL-3.0-or-later
/* A ticket's day is the day it was taken. What happens after midnight to one that was taken before belongs to
 * the day before, although its number may be given out again by then.
 *
 * Between 18:00 and 06:00 of the hall, where no event says its data.ticket_day: what comes after midnight goes
 * on with yesterday's ticket as long as that was not finished or passed, and its number not taken anew; what
 * carries the ticket_id of yesterday's ticket goes on with it in any case.
 *
 * An end that names a window is that window's (linker.h). It ends the ticket if that is where it was last, or if it
 * was nowhere. Of a window that it has left for another, or was sent on from, it ends nothing, and goes to
 * yesterday's ticket even after its end, unless that window had closed it already.
 *
 * Where the number is more than one ticket's in that night (ticket.h), each of them goes on by itself. Decided from all
 * events of the number in that night that give it out (rated.h: the others follow them), whatever order they
 * came in: each one that arrives, or is corrected, decides for all of them anew. */
#pragma once

#include "index/catalogue.h"

/* Whether an event of that time in that hall may be of another day than its date says. */
bool idx_night_is(IdxCatalogue *cat, int64_t hall_id, int64_t time_us, bool *ret, GError **error);

/* After @event_id was tied by its own date (find/subject.h): ties the night's events of its number to the days they
 * belong to, and appends to @subjects (int64_t, each once) those that gained or lost one. @time_us: the event's.
 * In the open transaction. */
bool idx_night_settle(IdxCatalogue *cat, int64_t event_id, int64_t time_us, GArray *subjects,
                      GError **error);
