// SPDX-License-Identifier: GPL-3.0-or-later
/* Tells the service manager that the recorder is ready, how it does, that it lives (watch.h), and that it
 * stops. Costs nothing where there is none. The main loop's. */
#pragma once

#include "capture/live.h"

typedef struct CapNotify CapNotify;

/* Says READY. @live outlives it. Never NULL. */
CapNotify *cap_notify_new(CapLive *live);
/* Says STOPPING. NULL is allowed. */
void cap_notify_free(CapNotify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapNotify, cap_notify_free)
