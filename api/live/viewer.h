// SPDX-License-Identifier: GPL-3.0-or-later
/* One page that watches: its WebSocket (wslay) and its tiles.
 *
 * What waits for it is bounded whatever it does: for each tile what tile.h says, one message on its way
 * to the socket, and news up to API_VIEWER_NEWS, beyond which it is cut off. A page that answers no ping
 * for API_VIEWER_SILENT_US is gone.
 *
 * One thread, that of live.h. */
#pragma once

#include "api/live/guest.h"
#include "api/live/tile.h"

#define API_VIEWER_NEWS 256
#define API_VIEWER_PING_US INT64_C(20000000)
#define API_VIEWER_SILENT_US INT64_C(60000000)

typedef struct ApiViewer ApiViewer;

/* @request is valid during the call. */
typedef void (*ApiViewerAsk)(void *data, ApiViewer *viewer, const ApiLiveRequest *request);

typedef struct ApiViewerConfig {
    uint64_t id;
    ApiGuest *guest;   // a reference is taken
    int fd;            // non-blocking; not closed
    const void *extra; // what was read of it already; copied
    size_t extra_size;
    ApiViewerAsk ask;
    void *data;
} ApiViewerConfig;

/* NULL: no memory for it. */
ApiViewer *api_viewer_new(const ApiViewerConfig *config);
/* Its tiles have no source any more. NULL is allowed. */
void api_viewer_free(ApiViewer *viewer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiViewer, api_viewer_free)

uint64_t api_viewer_id(const ApiViewer *viewer);
ApiGuest *api_viewer_guest(const ApiViewer *viewer);
int api_viewer_fd(const ApiViewer *viewer);

/* Tiles, ApiTile *. The viewer owns what is added. */
GPtrArray *api_viewer_tiles(ApiViewer *viewer);
ApiTile *api_viewer_tile(const ApiViewer *viewer, uint16_t number); // NULL: there is none

/* Takes @message, which goes before what tiles have. */
void api_viewer_say(ApiViewer *viewer, json_t *message);
/* Sends what is on its way, and then that it ends, and why. */
void api_viewer_close(ApiViewer *viewer, uint16_t code, const char *reason);

/* Reads and asks. Writes until nothing waits or the socket takes no more. Pings, and says that the server
 * is alive. Each false: it is gone, or was told the end and has it: free it. */
bool api_viewer_read(ApiViewer *viewer);
bool api_viewer_write(ApiViewer *viewer);
bool api_viewer_tick(ApiViewer *viewer, int64_t now_us);

/* What epoll should look for now. */
uint32_t api_viewer_events(const ApiViewer *viewer);
