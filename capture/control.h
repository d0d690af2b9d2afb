// SPDX-License-Identifier: GPL-3.0-or-later
/* The server's end of the capture socket (index/wire.h): live pictures, numbers, meetings.
 *
 * One thread of its own with epoll; it shares nothing with the recorders but the taps and meters
 * (live.h), so that whatever clients do, recording goes on.
 *
 * Bounds, whatever clients do: IDX_WIRE_CLIENTS_MAX connections, IDX_WIRE_CHANNELS_MAX
 * subscriptions each, CAP_PROBES_MAX looks at cameras in all (probe.h); for each client one unfinished request (CAP_CONTROL_READ_BYTES), answers up
 * to CAP_CONTROL_OUT_BYTES and one more (then its requests wait) and one picture on its way; for each
 * stream what tap.h says. A client that takes nothing of what waits for it for CAP_CONTROL_STALL_US
 * is cut off. */
#pragma once

#include "capture/live.h"
#include "capture/meet/hub.h"
#include "capture/recovery.h"

#define CAP_CONTROL_READ_BYTES 65536
#define CAP_CONTROL_OUT_BYTES 65536
#define CAP_CONTROL_STALL_US INT64_C(60000000)

typedef struct CapControl CapControl;

/* Listens on HOME/run/capture-<shard>.sock, mode 0660, and starts the thread. The caller holds the
 * shard's lock, so that a socket that is there already is a dead process's, and is removed;
 * anything else that is there is left, with MJ_ERROR_EXISTS. @live and @hub (may be NULL) outlive it. */
CapControl *cap_control_new(const char *home, CapShard shard, CapLive *live, CapHub *hub,
                            GError **error);
/* Ends the thread, cuts all clients off and removes the socket. NULL is allowed. */
void cap_control_free(CapControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapControl, cap_control_free)
