// SPDX-License-Identifier: GPL-3.0-or-later
/* N test cameras, each on a port of its own on loopback, fed by one thread.
 *
 * Order of calls: new → run (until a signal or rtsp_server_command "quit") → free. */
#pragma once

#include <jansson.h>

#include "test/rtsp/camera.h"

typedef struct RtspServer {
    RtspLoop *loop;
    RtspShared shared;
    RtspGuard guard;
    GPtrArray *cameras; // RtspCamera
    GHashTable *clips;  // name → RtspClip, made so far
    double fps;
} RtspServer;

typedef struct RtspServerOptions {
    int64_t cameras, port, report_delay_s, session_s;
    int64_t line_mbit, piece_packets; // line_mbit 0 = each frame goes at once
    double fps;                       // 0 = the clip's own
    const char *address;              // dotted; NULL = loopback
    const char *file;                 // NULL = clip
    const char *clip;                 // name for rtsp_clip_make
    const char *sent;                 // NULL = no log
    const char *credentials;          // file with user:password; NULL = no guard
    const char *const *clips;         // further ones to make in advance
    RtspTransports transports;
    bool basic, no_reports, keep_phase;
} RtspServerOptions;

RtspServer *rtsp_server_new(const RtspServerOptions *options, GError **error);
void rtsp_server_free(RtspServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtspServer, rtsp_server_free)

bool rtsp_server_run(RtspServer *server, GError **error);

/* {"ready":true,"port":N,"cameras":[{"id":"cam0","port":N,"url":"rtsp://…"}]} */
json_t *rtsp_server_describe(const RtspServer *server);

/* The clip of that name, made if it is not there. Owned by the server. */
RtspClip *rtsp_server_clip(RtspServer *server, const char *name, GError **error);
