// SPDX-License-Identifier: GPL-3.0-or-later
/* For tests: a process of mingjing-test-rtsp, and a client that sees which frames come from it. What
 * cannot be is asserted. The tests' thread. */
#pragma once

#include <gio/gio.h>
#include <jansson.h>
#include <libavformat/avformat.h>

#include "test/rtsp/mark.h"

typedef struct Server {
    GSubprocess *process;
    GDataInputStream *out;
    json_t *ready;
    char *dir, *sent; // folder of its own; file of what was sent
} Server;

/* Starts the program $RTSP with these further arguments, NULL at the end. */
Server *server_start(const char *const *more);
void server_end(Server *server);
void server_say(Server *server, const char *line); // and it must agree
json_t *server_status(Server *server, int camera); // its row; caller frees
bool server_refuses(Server *server, const char *line);
/* "rtsp://CREDENTIALS@127.0.0.1:PORT/cam3". Caller frees. */
char *server_url(const Server *server, int camera, const char *credentials);

typedef struct Watcher {
    AVFormatContext *av;
    AVPacket *packet;
    int64_t deadline_us;
} Watcher;

typedef struct Seen {
    RtspMark mark;
    int64_t pts_us, arrival_us;
    bool has_report; // the camera's clock by its reports:
    int64_t report_us;
} Seen;

/* 0, or libav's error. */
int watcher_open(Watcher *watcher, const char *url, const char *transport);
void watcher_close(Watcher *watcher);
/* The next frame that has its mark within @seconds. 0, or libav's error: AVERROR_EXIT = nothing came. */
int watcher_next(Watcher *watcher, double seconds, Seen *ret);
