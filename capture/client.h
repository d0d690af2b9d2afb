// SPDX-License-Identifier: GPL-3.0-or-later
/* One client of the capture socket: what it said, what it subscribed to, what it still is to get.
 *
 * The thread of control.h owns it. No call waits; a socket that takes no more is come back to when
 * epoll says so. */
#pragma once

#include "capture/live.h"
#include "capture/meet/hub.h"
#include "capture/probe.h"
#include "capture/recovery.h"

typedef struct CapClient CapClient;

typedef struct CapClientConfig { // copied
    const char *home;
    CapLive *live;
    CapProbes *probes;
    CapHub *hub; // NULL: there are no meetings here
    CapShard shard;
    void (*wake)(void *data); // see cap_viewer_new()
    void *data;
} CapClientConfig;

/* Takes @fd, which is non-blocking. Its hello waits to be written. */
CapClient *cap_client_new(const CapClientConfig *config, int fd);
void cap_client_free(CapClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapClient, cap_client_free)

/* Reads and does what the client asks. False: it is gone, free it. */
bool cap_client_read(CapClient *client);
/* Writes until nothing waits or the socket takes no more. False: it is gone, or was told an error and
 * has it. */
bool cap_client_write(CapClient *client);

/* What epoll should look for now: EPOLLIN, EPOLLOUT or both. */
uint32_t cap_client_events(const CapClient *client);
/* Monotonic time since when it takes nothing of what waits for it; 0 if it does. */
int64_t cap_client_stalled_since_us(const CapClient *client);
int cap_client_fd(const CapClient *client);
