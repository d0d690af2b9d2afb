// SPDX-License-Identifier: GPL-3.0-or-later
/* Posts parcels of events to the api, one request after the other, on a thread of its own. What the
 * api cannot take now (it is down, it is busy, the token is not known yet) is tried again with
 * growing pauses until it is taken; only what the api refuses for what it says is dropped, with a
 * line on standard error. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct HallSender HallSender;

typedef struct HallSent {
    unsigned accepted, duplicates, refused; // events
    unsigned retries;                       // requests that had to be made again
    unsigned waiting;                       // parcels not sent yet
} HallSent;

/* @api: "http://127.0.0.1:8080". @token may be NULL. @on_idle (may be NULL) is called on the
 * sender's thread each time the last waiting parcel has gone. curl_global_init must have been
 * called. */
HallSender *hall_sender_new(const char *api, const char *token, void (*on_idle)(void *data),
                            void *data);
/* Breaks off the request under way; what is waiting is lost. */
void hall_sender_free(HallSender *sender);

/* Takes over @parcel: an array, sent as a batch or, if it is not one, its only event by itself. */
void hall_sender_push(HallSender *sender, json_t *parcel, bool batch);

HallSent hall_sender_status(HallSender *sender);

/* What became of a parcel, from the api's answer; exposed for tests. */
typedef enum { HALL_TAKEN, HALL_TRY_AGAIN, HALL_DROPPED } HallAnswer;
HallAnswer hall_sender_judge(long http_status, const char *body, HallSent *count);
