// SPDX-License-Identifier: GPL-3.0-or-later
/* One client of the transcode socket, HOME/run/transcode.sock, which speaks the protocol of the capture
 * socket (index/wire.h) with these differences: a connection has one subscription; pictures come as H.264;
 * sound passes as it is; and when CAP_TRANSCODE_MAX conversions run already, the answer is ERROR "busy".
 *
 * A thread for each, of which there are few. */
#pragma once

#include <stdbool.h>

#define CAP_TRANSCODE_DEFAULT 4 // conversions at once
#define CAP_TRANSCODE_MOST 64

typedef struct CapTranscoder { // what sessions share
    const char *home;
    int most;
    int running; // atomic
} CapTranscoder;

/* Serves @fd, and closes it. Blocks until the client or its stream is gone. */
void cap_transcode_serve(CapTranscoder *transcoder, int fd);
