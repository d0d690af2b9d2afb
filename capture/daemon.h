// SPDX-License-Identifier: GPL-3.0-or-later
/* The recording process: locks, recovery, store, roster, heartbeat, capture socket. Runs in the
 * main loop's thread.
 *
 * Start:
 *   1. take run/capture.lock (shared by the recorders of a home, which agree on N) and
 *      run/capture-<I>.lock
 *   2. call each stream "starting", whatever a dead process said of it
 *   3. close what a dead process left open
 *   4. say hello in the recorder table
 *   5. record, keep the journals of holds (holds.h), and tell the service manager (notify.h)
 * End (free): recorders close their segments, the store writes what waits, then goodbye. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "capture/recovery.h"

#define CAP_BEAT_MS 1000

typedef struct CapDaemon CapDaemon;

/* MJ_ERROR_BUSY if another process records this shard of @home, or @home in another number of
 * shards. */
CapDaemon *cap_daemon_new(const char *home, CapShard shard, int64_t segment_us, GError **error);
/* Records until @loop, the default context's, is ended. False with an error if this process can
 * record no more (cap_store_is_stuck()): then it has ended the loop itself, and is to be started
 * anew. */
bool cap_daemon_run(CapDaemon *daemon, GMainLoop *loop, GError **error);
void cap_daemon_free(CapDaemon *daemon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapDaemon, cap_daemon_free)

/* Reads "I/N". MJ_ERROR_USAGE. */
bool cap_shard_parse(const char *text, CapShard *ret, GError **error);
