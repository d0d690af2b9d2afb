// SPDX-License-Identifier: GPL-3.0-or-later
/* A plain HTTP client for tests, over libcurl. One connection, kept open. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct Client Client;

typedef struct Answer {
    long status;         // 0: the connection broke
    GHashTable *headers; // lower-case name → value
    GByteArray *body;
} Answer;

/* Asks for footage with a reason and a case, unless it is made silent or the caller says one. Takes
 * certificates that sign themselves. */
Client *client_new(const char *base_url);
void client_silence(Client *client);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)

void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

/* @headers: "Name: value" strings, NULL-ended, or NULL. @size < 0: no body. The path is sent as it
 * is. */
Answer *client_send(Client *client, const char *method, const char *path,
                    const char *const *headers, const void *body, gssize size);

/* As client_send with a body in chunks (Transfer-Encoding: chunked). */
Answer *client_send_chunked(Client *client, const char *path, const char *const *headers,
                            const void *body, gsize size);

/* GET with one more header, or NULL. */
Answer *client_get(Client *client, const char *path, const char *header);

const char *answer_header(const Answer *answer, const char *name); // NULL if it has none
json_t *answer_json(const Answer *answer); // caller decrefs; NULL if it is none
GBytes *answer_bytes(const Answer *answer);
