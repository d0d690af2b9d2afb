// SPDX-License-Identifier: GPL-3.0-or-later
/* The outbox of the simulated business systems: CloudEvents with the moment at which each leaves
 * its system. It behaves as such systems do: the queue sends each event by itself at once, the
 * approval system collects them and sends a batch every few seconds; some leave late, and with that
 * out of order; some leave twice.
 *
 * All times are UTC microseconds handed in: no clock in here. One thread. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct HallOutbox HallOutbox;

typedef enum { HALL_QUEUE_SYSTEM, HALL_APPROVAL_SYSTEM } HallSystem;

typedef struct HallEvent {
    HallSystem system;
    const char *type; // "hall.ticket.called" …
    int64_t time_us;  // when it happened
    json_t *data;     // taken over
} HallEvent;

/* @random is borrowed. Event ids are unique to @start_us and the hall. */
HallOutbox *hall_outbox_new(const char *hall, int64_t start_us, GRand *random);
void hall_outbox_free(HallOutbox *outbox);

/* Posts an event; its copies leave when they are due. Returns its id, owned by the outbox until the
 * next call; @settled (may be NULL) is raised to the time its last copy leaves. */
const char *hall_outbox_post(HallOutbox *outbox, const HallEvent *event, int64_t *settled);

/* As hall_outbox_post, but the event leaves at @after_us or later: for what is known only later
 * than it happened. */
const char *hall_outbox_post_after(HallOutbox *outbox, const HallEvent *event, int64_t after_us,
                                   int64_t *settled);

/* When the next parcel leaves; INT64_MAX if there is none. */
int64_t hall_outbox_next_us(const HallOutbox *outbox);

/* The next parcel that is due by @now_us: an array of events (new reference), which is sent as a
 * batch if @ret_batch says so, or is a single event otherwise. NULL if none is due. */
json_t *hall_outbox_take(HallOutbox *outbox, int64_t now_us, bool *ret_batch);

/* RFC 3339 with milliseconds and +08:00, the way the halls' systems write it. Caller frees. */
char *hall_time(int64_t utc_us);
