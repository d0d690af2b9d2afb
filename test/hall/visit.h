// SPDX-License-Identifier: GPL-3.0-or-later
/* What happens to one ticket, from the kiosk to the rating, and to its approval. A visit is planned
 * whole when the ticket is called: its events are posted at once and leave the outbox when they
 * have happened. Used by queue.c only. */
#pragma once

#include "test/hall/outbox.h"
#include "test/hall/queue.h"

typedef struct HallApproval {
    char *id;
    int matter;
    bool applied;
    bool incomplete; // papers are missing: the first ticket ends with a supplement
    int64_t back_us; // when the citizen comes with the missing papers
} HallApproval;

typedef struct HallTicket {
    char *number; // "A012"
    int day;      // 20261123, local
    int matter;
    int number_type; // 1 ordinary, 2 appointment, 3 VIP, 4 green lane
    int64_t ready_us;
    const char *only_window; // where it was transferred to, or NULL
    HallApproval *approval;  // or NULL: a consultation
    json_t *visits;
    int64_t settled_us;
} HallTicket;

typedef struct HallWindow {
    const char *code; // interned
    int staff;
    int64_t free_us;
} HallWindow;

typedef struct HallDay {
    char *hall;
    GRand *random;
    HallOutbox *outbox;
    GSequence *truths; // by the time the ticket was finished
    GQueue returning;  // HallApproval, waiting for their second ticket
    int visit_min_s, visit_max_s;
    int date; // of the numbers below; a new day begins them again
    int first_number;
    int numbers[8];    // last one given, by matter
    int64_t approvals; // last one given
} HallDay;

typedef enum { HALL_FINISHED, HALL_PASSED, HALL_TRANSFERRED } HallOutcome;

void hall_day_init(HallDay *day, const HallQueueConfig *config, int64_t start_us);
void hall_day_clear(HallDay *day);
/* A random span of @from_s to @to_s seconds in microseconds, whole milliseconds. */
int64_t hall_day_between(HallDay *day, double from_s, double to_s);
json_t *hall_day_truth(HallDay *day, int64_t now_us);
int64_t hall_day_truth_us(const HallDay *day);

/* A citizen takes a ticket at a kiosk. */
HallTicket *hall_ticket_take(HallDay *day, int64_t at_us);
void hall_ticket_free(HallTicket *ticket);

/* @window calls @ticket. Sets when the window is free again, and when and for which window the
 * ticket is ready if it was transferred to @other (NULL: cannot be). */
HallOutcome hall_ticket_serve(HallDay *day, HallTicket *ticket, HallWindow *window,
                              const HallWindow *other, int64_t at_us);
