// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether this process is alive, for the service manager's watchdog, and how it does in one line.
 *
 * The main loop asks: a loop that hangs asks no more. A stream hangs when it says that pictures
 * come and for CAP_WATCH_HANG_US none did: a thread that lives has long said by then that they do
 * not (CAP_SOURCE_STALL_US). One that hangs while it is connecting is none of that: it would
 * do so after a restart too, and each would cost the other streams seconds of footage.
 *
 * The store's thread is not asked. It waits for the catalogue's disk as long as that takes while
 * recording goes on; a restart would end what still works.
 *
 * The main loop's. */
#pragma once

#include "index/base/json.h"

#include <stdbool.h>

#define CAP_WATCH_HANG_US INT64_C(60000000)

typedef struct CapWatch CapWatch;

CapWatch *cap_watch_new(void);
void cap_watch_free(CapWatch *watch); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapWatch, cap_watch_free)

/* @streams: as cap_live_json() has them. The first that hangs, "camera/stream" (caller frees), or
 * NULL if none does. */
char *cap_watch_look(CapWatch *watch, const json_t *streams, int64_t mono_us);

/* "recording 11 of 12 streams; w03-face/main is offline". Caller frees. */
char *cap_watch_describe(const json_t *streams);
