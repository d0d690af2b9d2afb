// SPDX-License-Identifier: GPL-3.0-or-later
/* A day at the windows, simulated: citizens take tickets, are called, come or do not, are served,
 * sent to another window, rate; approvals are applied for, supplemented with a second ticket,
 * decided and issued; clerks press "finish" too late and correct it. Each happening becomes an
 * event (outbox.h) with the fields of the halls' own systems.
 *
 * Time is handed in: the same seed, start and calls give the same day. One thread.
 * Order of calls: new, then { advance, take until NULL, truth until NULL } as time goes on. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct HallQueue HallQueue;

typedef struct HallQueueConfig {
    const char *hall; // "H01"
    const char *const *windows;
    int visit_min_s, visit_max_s; // called to finished
    guint32 seed;
    int tickets;      // how many are served to the end; 0 = no end
    int first_number; // of the day's tickets; 0 = by the time of day, so that a run started later
                      // on the same day does not use numbers again
} HallQueueConfig;

/* @config is not kept. */
HallQueue *hall_queue_new(const HallQueueConfig *config, int64_t start_us);
void hall_queue_free(HallQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallQueue, hall_queue_free)

/* Lets everything happen that happens until @now_us. */
void hall_queue_advance(HallQueue *queue, int64_t now_us);

/* A closed hall calls nobody; who is being served is served to the end. */
void hall_queue_set_open(HallQueue *queue, bool open);

/* Parcels for the api that are due by @now_us, as hall_outbox_take. */
json_t *hall_queue_take(HallQueue *queue, int64_t now_us, bool *ret_batch);

/* The next ticket that was finished by @now_us (new reference), or NULL:
 *   {"ticket_no","day","window","called","started","finished","approval_id",
 *    "visits":[{"window","called","started","finished"}…],"corrected":bool,"settled_at"}
 * A transferred ticket has two visits; the times above are those of the last one. They are true: a
 * finish that was reported wrongly and corrected has the corrected time. By "settled_at" the last
 * of the ticket's events known so far has been sent. */
json_t *hall_queue_truth(HallQueue *queue, int64_t now_us);

/* When to advance again; INT64_MAX when all tickets are served and all events taken. */
int64_t hall_queue_next_us(const HallQueue *queue);
