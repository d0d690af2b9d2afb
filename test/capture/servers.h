// SPDX-License-Identifier: GPL-3.0-or-later
/* Servers that are no cameras: they answer with something else, or never. They run in the main context,
 * which servers_run() gives a thread of its own. */
#pragma once

#include <gio/gio.h>

typedef struct Server {
    GSocketService *service;
    int port;
    const char *answer; // NULL: never says anything
    gint connections;   // atomic
    GPtrArray *kept;    // connections left open
} Server;

void server_start(Server *server);
void server_end(Server *server);
char *server_url(const Server *server, const char *credentials);

/* Starts and ends the thread. */
void servers_run(void);
void servers_end(void);
