// SPDX-License-Identifier: GPL-3.0-or-later
/* A receiver of webhooks: a plain HTTP server on loopback, one request at a time, which answers what a test
 * says and keeps what it was sent. Its own thread. */
#pragma once

#include <glib.h>

typedef struct Received {
    char *head; // request line and headers, as they came
    char *body;
    int answered; // with which status
} Received;

typedef struct Receiver Receiver;

/* @statuses: what the first requests are answered, parted by ','; whatever comes then gets the last of them. */
Receiver *receiver_new(const char *statuses);
void receiver_free(Receiver *receiver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Receiver, receiver_free)

char *receiver_url(const Receiver *receiver); // caller frees

/* The @n-th request (from 0), waited for up to @seconds; NULL if it did not come. Belongs to the receiver. */
const Received *receiver_wait(Receiver *receiver, guint n, int seconds);

/* The value of header @name of what was received; caller frees; NULL if it has none. */
char *received_header(const Received *received, const char *name);
