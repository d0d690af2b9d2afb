// SPDX-License-Identifier: GPL-3.0-or-later
/* Whether this server answers, for the service manager's watchdog: a request of its own now and
 * then, by the way that everybody's take. Any answer will do.
 *
 * Not asked: the lanes, whose threads wait for disks as long as that takes. The main loop's; nothing
 * here waits. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct ApiPulse ApiPulse;

/* @authority: where the server listens, as api_listen() says it. */
ApiPulse *api_pulse_new(const char *authority, GError **error);
void api_pulse_free(ApiPulse *pulse); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiPulse, api_pulse_free)

/* Sends a request, unless one is on its way. False: the system gives no connection. */
bool api_pulse_ask(ApiPulse *pulse);
/* True if an answer came since this was asked last. */
bool api_pulse_felt(ApiPulse *pulse);
