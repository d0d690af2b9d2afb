// SPDX-License-Identifier: GPL-3.0-or-later
/* Which day's ticket is meant by what names a number and does not give it out: a rating 评价, and what is no
 * hall.ticket.* at all (approvals, alerts, trades, sessions, types that nobody here knows). People rate by message or by
 * code when they are home again, often the next day, and an approval is decided or an alert raised days after its ticket
 * was served. None of them makes a ticket of the day it was sent on where an earlier one can be meant, nor is it of
 * whoever is given the number hours later.
 *
 * One of these without data.ticket_day is of the newest day, its own or one of those before, on which something that
 * gives out numbers was said of that number in that hall (any hall.ticket.* that holds but a rating) no later than
 * itself; on its own day, outside the night (night.h), up to IDX_TICKET_RATED_US later will do, since devices have clocks
 * of their own. If it carries a ticket_id, days that know that id come first. If there is no such day, or it is superseded
 * or cancelled, it is by its own date. The number, which begins with its queue's letter, stands for the queue.
 *
 * How many days before: IDX_RATED_DAYS for a rating, as it is asked for when somebody was served. IDX_RATED_NAMED_DAYS for all
 * others: an administrative licence is to be decided within twenty working days, which may be extended by ten, and that
 * is six weeks. Limits: numbers come back every day, so what names one weeks later tells little without data.ticket_day or
 * data.ticket_id; where the number was given out since, it is taken for the newest.
 *
 * Decided from all events of the number, whatever order they came in: whatever is said of it later decides anew. */
#pragma once

#include "index/event/event.h"

#define IDX_RATED_DAYS 7
#define IDX_RATED_NAMED_DAYS 45

/* Whether @event names a number, gives out none, and says no day. */
bool idx_rated_is(const IdxEvent *event);

/* Whether an event of that type may be what such a one is of. */
bool idx_rated_concerns(const char *type);

/* The day of such a one that holds; of any other event the date of its time. */
bool idx_rated_day(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int *ret_day,
                   GError **error);

/* After @event_id was tied to its ticket: ties those that it may concern, or itself if it is one, to the days
 * they are of, and appends to @subjects (int64_t, each once) those that gained or lost one. @decides: it may concern
 * some though others of the day were there before, since it was corrected or moved. In the open transaction. */
bool idx_rated_settle(IdxCatalogue *cat, int64_t event_id, bool decides, GArray *subjects,
                      GError **error);

/* The same of one that counts for nothing, and did not before: it concerns no other. */
bool idx_rated_settle_idle(IdxCatalogue *cat, int64_t event_id, GArray *subjects, GError **error);
