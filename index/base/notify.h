// SPDX-License-Identifier: GPL-3.0-or-later
/* Words to the service manager (sd_notify): ready, how it goes, still alive, stopping.
 *
 * Nothing happens where nobody listens: $NOTIFY_SOCKET is not set, or Mingjing was built without
 * libsystemd (-Dsystemd=disabled). Any thread; nothing waits. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* True if somebody listens. */
bool mj_notify_wanted(void);

/* How often at the longest the service manager wants to hear that we live; 0 = it does not ask. */
int64_t mj_notify_watchdog_us(void);

/* Lines "NAME=value" as sd_notify(3) lists them: "READY=1\nSTATUS=recording". */
void mj_notify(const char *format, ...) G_GNUC_PRINTF(1, 2);
