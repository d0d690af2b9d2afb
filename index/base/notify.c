// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/notify.h"

#if MJ_HAS_SYSTEMD

#include "index/base/redact.h"

#include <stdlib.h>
#include <systemd/sd-daemon.h>

bool mj_notify_wanted(void)
{
    return getenv("NOTIFY_SOCKET") != NULL;
}

int64_t mj_notify_watchdog_us(void)
{
    uint64_t limit_us = 0;
    return mj_notify_wanted() && sd_watchdog_enabled(0, &limit_us) > 0 && limit_us < INT64_MAX
               ? (int64_t)limit_us
               : 0;
}

void mj_notify(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *lines = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *clean = mj_redact(lines); // systemctl status shows it to everybody
    sd_notify(0, clean);
}

#else

bool mj_notify_wanted(void)
{
    return false;
}

int64_t mj_notify_watchdog_us(void)
{
    return 0;
}

void mj_notify(const char *format, ...)
{
}

#endif
