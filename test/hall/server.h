// SPDX-License-Identifier: GPL-3.0-or-later
/* The RTSP server of the synthetic hall: one shared pipeline per camera, made when the first client
 * comes and taken down when the last one leaves, so that a camera nobody watches costs nothing and
 * all clients get the same frames.
 *
 * Order of calls: gst_init, new, then all else on the thread that runs the default main context,
 * which must iterate for anything to be served. free closes every connection. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

typedef struct HallServer HallServer;

typedef struct HallOptions {
    int port;             // 0 = any free
    char **footage;       // files to play instead of test pictures, round robin; NULL = none
    const char *dump_dir; // NULL = no dump
    char **cameras;       // ids; NULL = all of the hall
    const char *user;     // NULL = no credentials: no mount is guarded and /secret does not exist
    const char *password;
    const char
        *tls; // file with certificate and key: only rtsps is served; wants credentials. NULL = none
    bool protect_all;
} HallOptions;

/* Binds to loopback and serves. @options is not kept. NULL with @error. */
HallServer *hall_server_new(const HallOptions *options, GError **error);
void hall_server_free(HallServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallServer, hall_server_free)

/* {"ready":true,"port":N,"cameras":[…],"extra":[…]}: what a caller needs to add the cameras. */
json_t *hall_server_describe(HallServer *server);

/* The mount is refused with 404 and its clients are dropped / it is back. */
bool hall_server_stop(HallServer *server, const char *camera, GError **error);
bool hall_server_start(HallServer *server, const char *camera, GError **error);
/* Connections stay, but not one packet of RTP or RTCP is sent / they are sent again. */
bool hall_server_freeze(HallServer *server, const char *camera, bool frozen, GError **error);
/* Closes the connections of those who watch it; they may come back at once. */
bool hall_server_drop(HallServer *server, const char *camera, GError **error);
