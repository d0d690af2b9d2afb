// SPDX-License-Identifier: GPL-3.0-or-later
/* Which day's ticket a rating 评价 is of. People rate by message or by code when they are home again, often the next
 * day: a rating gives out no number, and so makes no ticket of the day it was sent on.
 *
 * A hall.ticket.rated without data.ticket_day is of the newest day, its own or one of the IDX_RATED_DAYS before, on which
 * something else was said of that number in that hall (any other hall.ticket.* that holds) no later than the rating;
 * on its own day, outside the night (night.h), up to IDX_TICKET_RATED_US later will do, since devices have clocks of
 * their own. If it carries a ticket_id, days that know that id come first. If there is no such day, or it is superseded
 * or cancelled, it is by its own date. The number, which begins with its queue's letter, stands for the queue.
 *
 * Decided from all events of the number, whatever order they came in: whatever is said of it later decides anew. */
#pragma once

#include "index/event.h"

#define IDX_RATED_DAYS 7

/* Whether @event is a rating that says no day. */
bool idx_rated_is(const IdxEvent *event);

/* Whether an event of that type may be what a rating is of. */
bool idx_rated_concerns(const char *type);

/* The day of a rating that holds; of any other event the date of its time. */
bool idx_rated_day(IdxCatalogue *cat, const IdxEvent *event, int64_t hall_id, int *ret_day,
                   GError **error);

/* After @event_id was tied to its ticket: ties the ratings that it may concern, or itself if it is one, to the days
 * they are of, and appends to @subjects (int64_t, each once) those that gained or lost one. @decides: it may concern
 * some though others of the day were there before, since it was corrected or moved. In the open transaction. */
bool idx_rated_settle(IdxCatalogue *cat, int64_t event_id, bool decides, GArray *subjects,
                      GError **error);
