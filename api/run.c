// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/run.h"

#include "api/pulse.h"
#include "index/base/notify.h"

#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#define STOP_WITHIN_US (1500 * 1000)
#define PART_OF_WATCHDOG 4 // as often as this within its time

typedef struct Watchdog {
    ApiServer *server;
    ApiPulse *pulse; // NULL: the loop alone tells
    guint timer;
} Watchdog;

static gboolean on_signal(gpointer loop)
{
    g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
}

static gboolean on_second(gpointer server)
{
    api_server_tick(server);
    return G_SOURCE_CONTINUE;
}

/* A full server answers nobody new, and lives. */
static gboolean on_watchdog(gpointer data)
{
    Watchdog *watchdog = data;
    bool alive = watchdog->pulse == NULL || api_pulse_felt(watchdog->pulse) ||
                 api_server_is_full(watchdog->server);
    if (watchdog->pulse != NULL)
        api_pulse_ask(watchdog->pulse);
    if (alive)
        mj_notify("WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

static void watch(Watchdog *watchdog, ApiServer *server, const char *authority)
{
    g_autoptr(GError) error = NULL;
    int64_t limit_us = mj_notify_watchdog_us();
    if (limit_us == 0)
        return;
    watchdog->server = server;
    watchdog->pulse = authority != NULL ? api_pulse_new(authority, &error) : NULL;
    if (error != NULL)
        mj_log_warning(NULL, "%s; the watchdog hears of the main loop only", error->message);
    if (watchdog->pulse != NULL)
        api_pulse_ask(watchdog->pulse);
    guint tick_ms = (guint)MAX(limit_us / PART_OF_WATCHDOG / 1000, 1);
    watchdog->timer = g_timeout_add(tick_ms, on_watchdog, watchdog);
}

static void unwatch(Watchdog *watchdog)
{
    if (watchdog->timer != 0)
        g_source_remove(watchdog->timer);
    api_pulse_free(watchdog->pulse);
}

/* Without TLS there is nothing to read anew, and that is no reason to end. */
static gboolean on_hangup(gpointer tls)
{
    g_autoptr(GError) error = NULL;
    if (tls != NULL && api_tls_reload(tls, &error))
        mj_log_info(NULL, "the certificate and its key were read anew");
    else if (tls != NULL)
        mj_log_error(NULL, "%s; going on with the certificate from before", error->message);
    return G_SOURCE_CONTINUE;
}

void api_server_run(ApiServer *server, ApiTls *tls, const char *authority)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    guint sources[] = {
        g_unix_signal_add(SIGINT, on_signal, loop), g_unix_signal_add(SIGTERM, on_signal, loop),
        g_unix_signal_add(SIGHUP, on_hangup, tls), g_timeout_add_seconds(1, on_second, server)};
    Watchdog watchdog = {0};
    watch(&watchdog, server, authority);
    g_autofree char *url =
        g_strdup_printf("http%s://%s", tls != NULL ? "s" : "", authority != NULL ? authority : "?");
    printf("listening on %s\n", url); // signals are heard now
    fflush(stdout);
    mj_notify("READY=1\nSTATUS=listening on %s", url);
    g_main_loop_run(loop);
    mj_notify("STOPPING=1\nSTATUS=ending what is being answered");
    unwatch(&watchdog);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    if (!api_server_stop(server, STOP_WITHIN_US)) {
        mj_log_warning(NULL, "a request was still running; stopping without it");
        _exit(0);
    }
}
