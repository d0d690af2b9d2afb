// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/run.h"

#include <glib-unix.h>
#include <unistd.h>

#define STOP_WITHIN_US (1500 * 1000)

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

void api_server_run(ApiServer *server)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    guint sources[] = {g_unix_signal_add(SIGINT, on_signal, loop),
                       g_unix_signal_add(SIGTERM, on_signal, loop),
                       g_timeout_add_seconds(1, on_second, server)};
    g_main_loop_run(loop);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    if (!api_server_stop(server, STOP_WITHIN_US)) {
        mj_log_warning(NULL, "a request was still running; stopping without it");
        _exit(0);
    }
}
