// SPDX-License-Identifier: GPL-3.0-or-later
/* Which streams are to be recorded or shown live, and by whom: compares the cameras in the
 * catalogue with the running recorders every CAP_ROSTER_TICK_MS, and starts, restarts and stops
 * recorders.
 *
 * A stream that cannot be started (its password cannot be read, the system gives no thread) has a
 * state and a gap that say why, and is tried again after 1 s, 2 s … 60 s, and at once when a camera
 * is changed. The others are not touched by it.
 *
 * Runs in the main loop; owns a connection for reading. */
#pragma once

#include "capture/live.h"
#include "capture/recovery.h"
#include "capture/store.h"

#define CAP_ROSTER_TICK_MS 250

typedef struct CapRoster CapRoster;

typedef struct CapRosterConfig { // copied
    const char *home;
    CapLive *live; // outlives the roster
    CapShard shard;
    int64_t segment_us; // about how long files are
    int64_t down_us;    // since when no recorder ran, 0 = none ever did
} CapRosterConfig;

/* Starts its timer at once. Whatever lies between a stream's last picture, or its camera's
 * creation, and its next one becomes a gap: "capture-down" as long as no recorder ran, then
 * "offline" while it is being connected to; time that another gap explains already is left to
 * that. */
CapRoster *cap_roster_new(CapStore *store, const CapRosterConfig *config, GError **error);
/* Stops all recorders and waits for them; their segments are closed. NULL is allowed. */
void cap_roster_free(CapRoster *roster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRoster, cap_roster_free)
