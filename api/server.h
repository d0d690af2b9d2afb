// SPDX-License-Identifier: GPL-3.0-or-later
/* The HTTP server: libmicrohttpd with a few epoll loops, and the lanes behind them.
 *
 * Order: api_server_new() → api_server_tick() about once a second from the main loop →
 * api_server_stop() → api_server_free(). The loops only move bytes; a request that needs more than
 * memory is suspended, run on a thread of its route's lane and resumed, so that hundreds of idle
 * viewers cost no thread and nobody waits for somebody else's disk.
 *
 * Ceilings: connections in all and from one address; 32 kB of headers; a body as the route says,
 * and all bodies together; idle 30 s; headers within 20 s; a body within 20 s and a second for each
 * 16 kB. */
#pragma once

#include "api/request.h"

/* @listen_fd is taken, also on failure. @context stays the caller's and outlives the server. */
ApiServer *api_server_new(ApiContext *context, int listen_fd, GError **error);

#define API_LATER_US (120 * MJ_SECOND_US)

/* For the reader of a reply's body, in the network loop: what it wants next takes longer than the loop may wait. @run
 * is called with @data and a connection to the catalogue on a thread of @lane, then the reader is asked again. While the
 * lane is full it waits and tries again about once a second; with NULL @run is called where that has no end within
 * API_LATER_US, or the server stops. The reader returns 0. */
void api_server_later(ApiRequest *request, ApiLaneId lane,
                      void (*run)(void *data, IdxCatalogue *cat), void *data);

/* Cuts off clients that take too long to say what they want. */
void api_server_tick(ApiServer *server);

/* True if it has as many connections as it may, and accepts no more for now. */
bool api_server_is_full(ApiServer *server);

/* Stops within about @timeout_us: no new connections, waiting requests are answered 503, open ones
 * are closed. False if a handler still runs: then nothing may be freed and the process should exit.
 */
bool api_server_stop(ApiServer *server, int64_t timeout_us);
void api_server_free(ApiServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiServer, api_server_free)
