// SPDX-License-Identifier: GPL-3.0-or-later
/* The live wall's end of the server: WebSockets out, the capture sockets in.
 *
 * Two threads in all, however many watch: a loop with epoll over the WebSockets and the connections to
 * the recorders, and the desk for what may wait (desk.h). Each stream is taken from its recorder once, is
 * made into MP4 once (event/source.h), and its pieces are shared by all tiles that show it.
 *
 * Order: api_live_new() → endpoint: api_live_reserve() → guest → upgrade: api_live_enter() →
 * api_live_stop() before libmicrohttpd is stopped → api_live_free(). */
#pragma once

#include "api/live/guest.h"

#define API_LIVE_VIEWERS_MAX 512
#define API_LIVE_VIEWERS_OF_ONE                                                                    \
    64 // of one person or token: windows, monitors, and what a browser forgot

typedef struct ApiLive ApiLive;

ApiLive *api_live_new(const char *home, const MjClock *clock, GError **error);
/* Ends the threads and every WebSocket. No other call may run or come. */
void api_live_stop(ApiLive *live);
void api_live_free(ApiLive *live); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiLive, api_live_free)

/* --- any thread --- */

/* Room for one more viewer, which @guest holds as long as it lives. MJ_ERROR_BUSY if there is none. */
bool api_live_reserve(ApiLive *live, ApiGuest *guest, GError **error);

/* An upgraded connection: takes @guest; @extra, of which there was read already, is copied. It is closed
 * with @urh when it is over. */
void api_live_enter(ApiLive *live, ApiGuest *guest, int fd, const void *extra, size_t extra_size,
                    struct MHD_UpgradeResponseHandle *urh);

/* How many watch. */
int api_live_viewers(ApiLive *live);
