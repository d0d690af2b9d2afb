// SPDX-License-Identifier: GPL-3.0-or-later
/* A page's end of a WebSocket, for tests: over a real socket, frames by wslay's client side. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct WebSocket WebSocket;

typedef struct WebMessage { // one that came
    enum { WEB_TEXT, WEB_BINARY, WEB_CLOSE, WEB_NOTHING } kind;
    json_t *json;      // of a text; owned by the message
    GByteArray *bytes; // of a binary one
    int code;          // of a close; 0 = the connection just ended
    char *reason;
} WebMessage;

void web_message_clear(WebMessage *message);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WebMessage, web_message_clear)

/* @url "http://127.0.0.1:PORT"; @headers NULL-ended lines, or NULL. What the server answers to the
 * handshake is in *ret_status; NULL unless that is 101. @receive_buffer: bytes of the socket's, 0 = as
 * usual. */
WebSocket *websocket_open(const char *url, const char *const *headers, int receive_buffer,
                          int *ret_status);
void websocket_free(WebSocket *socket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WebSocket, websocket_free)

void websocket_send(WebSocket *socket, const char *text);
void websocket_send_binary(WebSocket *socket, const void *bytes, size_t size);
/* As they are, without frames. */
void websocket_send_raw(WebSocket *socket, const void *bytes, size_t size);

/* The next message; WEB_NOTHING if none comes in time. */
WebMessage websocket_next(WebSocket *socket, int timeout_ms);
