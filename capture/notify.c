// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/notify.h"

#include "capture/watch.h"
#include "index/base/clock.h"
#include "index/base/log.h"
#include "index/base/notify.h"

#define STATUS_US (5 * MJ_SECOND_US)
#define PART_OF_WATCHDOG 4 // as often as this within its time

struct CapNotify {
    CapLive *live;
    CapWatch *watch;
    char *status; // told last
    bool hangs;   // the log knows
    bool watchdog;
    guint timer;
};

static void say_alive(CapNotify *notify, const json_t *streams)
{
    g_autofree char *hangs = cap_watch_look(notify->watch, streams, g_get_monotonic_time());
    if (hangs && !notify->hangs)
        mj_log_error(NULL,
                     "the thread of %s hangs: it says nothing since %d s; "
                     "the watchdog is left to bite",
                     hangs, (int)(CAP_WATCH_HANG_US / MJ_SECOND_US));
    notify->hangs = hangs != NULL;
    if (notify->watchdog && !hangs)
        mj_notify("WATCHDOG=1");
}

static gboolean on_tick(void *data)
{
    CapNotify *notify = data;
    g_autoptr(json_t) streams = cap_live_json(notify->live);
    g_autofree char *status = cap_watch_describe(streams);
    if (g_strcmp0(status, notify->status) != 0)
        mj_notify("STATUS=%s", status);
    g_free(notify->status);
    notify->status = g_steal_pointer(&status);
    say_alive(notify, streams);
    return G_SOURCE_CONTINUE;
}

CapNotify *cap_notify_new(CapLive *live)
{
    CapNotify *notify = g_new0(CapNotify, 1);
    if (!mj_notify_wanted())
        return notify;
    int64_t limit_us = mj_notify_watchdog_us(), tick_us = STATUS_US;
    if (limit_us > 0)
        tick_us = MIN(tick_us, limit_us / PART_OF_WATCHDOG);
    notify->live = live;
    notify->watch = cap_watch_new();
    notify->watchdog = limit_us > 0;
    mj_notify("READY=1");
    on_tick(notify);
    notify->timer = g_timeout_add((guint)MAX(tick_us / 1000, 1), on_tick, notify);
    return notify;
}

void cap_notify_free(CapNotify *notify)
{
    if (!notify)
        return;
    if (notify->timer) {
        g_source_remove(notify->timer);
        mj_notify("STOPPING=1\nSTATUS=closing the files");
    }
    cap_watch_free(notify->watch);
    g_free(notify->status);
    g_free(notify);
}
