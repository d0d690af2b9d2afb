// SPDX-License-Identifier: GPL-3.0-or-later
/* Which ticket an event speaks of, where a number was given out more than once on one day.
 *
 * A ticket is a hall, a day (night.h), a number, and its part. The part is '' as long as nothing says that the number
 * is more than one ticket's that day. A hall with two queue systems, or with two kiosks that count by themselves,
 * gives a number out twice; who merges them shows one person's footage as another's.
 *
 * The rule. It looks at all events that name the number of the hall on that day, and at nothing else: not at the
 * order in which they came. What is superseded or cancelled (event/event.h) decides nothing, and goes where it would belong.
 *
 * 1. Signs. Each of these is a ticket, as far as can be seen:
 *      id:X      the events that carry the data.ticket_id X (ASCII case does not matter)
 *      source:S  the events without an id of a source that leads: one that says `taken` or `called` of the number that
 *                day, as queue systems and kiosks do. If other events of it carry one id and no second, they are that id's.
 *    Devices and desks that only tell of a ticket (rated, started, finished, approvals) are no sign of one.
 * 2. The number was given out more than once if two signs are ids, or two say `taken`, or two say `called`: one ticket
 *    has one id, is given out by one source, and is called by one. If not, everything is one ticket, part '': a kiosk
 *    that gives out, a queue system that calls, and a window's own device may all tell of it under names of their own.
 * 3. If so, each sign is a ticket, and its part is the sign. Other events
 *      a. belong to the ticket whose own events were at their place, if there is just one;
 *      b. else, if they are ratings: belong to the ticket whose own event at their place is nearest in time, and no
 *         further off than IDX_TICKET_RATED_US; by the clocks of those who say so, as they are sent;
 *      c. else, if they are ratings, or of types that are not hall.ticket.*: belong to all of them, and are told as
 *         of nobody for certain. They make no visits of a ticket, and an approval whose ticket cannot be told keeps
 *         and shows the footage of each rather than of none;
 *      d. else stand by their source, as source:S: nobody knows whose they are, and nothing is guessed.
 *
 * Limits: two sources that both call one ticket, and send no id, are two tickets; so is one system that tells
 * everything twice under two names. An event without a number belongs to no ticket, even if it carries an id.
 *
 * A late event may part a number, and a correction join it again. The subjects that lose all their events stay, with
 * their superseded spans, and are not found. Holds follow: hold/hold.h. */
#pragma once

#include "index/find/story.h"

#define IDX_PART_ID "id:"
#define IDX_PART_SOURCE "source:"

#define IDX_TICKET_RATED_US (30 * INT64_C(60000000))

typedef struct IdxTicketEvent {
    const char *source, *type;
    const char *ticket_id, *place; // may be NULL
    int64_t time_us;               // by its source's clock
    bool gone;                     // superseded or cancelled
} IdxTicketEvent;

/* The parts that @events of one number and day belong to, one for each of them; NULL = all of which anything
 * holds (3c). Pure;
 * element type char *, freed with the array. */
GPtrArray *idx_ticket_parts(const IdxTicketEvent *events, size_t n_events);

/* The part of the ticket with that id. Caller frees. */
char *idx_ticket_part_of_id(const char *ticket_id);

/* Ties the events of a number's day to its tickets anew, and appends to @subjects (int64_t, each once) those that
 * gained or lost one. In the open transaction. */
bool idx_ticket_settle(IdxCatalogue *cat, int64_t hall_id, const char *number, int day,
                       GArray *subjects, GError **error);

/* Whether an event that nothing corrects can part a number by being there. Most cannot, and cost next to nothing. */
bool idx_ticket_decides(const char *type, const char *ticket_id);

/* The same of the number's day that the event @event_id is tied to, if it is to one. @decides: it may part it. */
bool idx_ticket_settle_event(IdxCatalogue *cat, int64_t event_id, bool decides, GArray *subjects,
                             GError **error);

/* Ids (int64_t) of the events of the ticket @subject_id that are other tickets' as well: nobody knows whose (3c). */
bool idx_ticket_doubtful(IdxCatalogue *cat, int64_t subject_id, GArray *ids, GError **error);

/* What tells the ticket @subject_id from others: its id (NULL if no event that holds carries one), and the source that
 * says so, or that speaks of it first. Both NULL if nothing is known of it. Caller frees. */
bool idx_ticket_told(IdxCatalogue *cat, int64_t subject_id, char **ret_ticket_id, char **ret_source,
                     GError **error);

/* The same of a ticket whose story is loaded; what is returned is the story's. */
void idx_ticket_told_by(const IdxStory *story, const char **ret_ticket_id, const char **ret_source);
