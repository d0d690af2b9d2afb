// SPDX-License-Identifier: GPL-3.0-or-later
/* What this process does by itself: evaluates alarms every second (index/alarm/watch.h), ends sessions whose time is over (index/meet/meet.h), and delivers
 * webhooks while it has the lease. Two threads, each with its own connection to the catalogue, so that a
 * receiver that hangs never delays an alarm; neither is waited for by a request.
 *
 * A failure is logged when it begins and when it has passed, and tried again a second later. */
#pragma once

#include "index/base/clock.h"
#include "index/catalogue.h"

typedef struct ApiKeeper ApiKeeper;

ApiKeeper *api_keeper_new(const char *home, const MjClock *clock, GError **error);

/* Ends what it does, gives the lease back. */
void api_keeper_free(ApiKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiKeeper, api_keeper_free)
