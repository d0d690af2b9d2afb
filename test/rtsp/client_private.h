// SPDX-License-Identifier: GPL-3.0-or-later
/* What client.c (the connection, and packets on their way) and answer.c (RTSP) share. */
#pragma once

#include <netinet/in.h>

#include "test/rtsp/client.h"

#define CLIENT_TRACKS 2

typedef struct RtspTrack {
    bool set_up, tcp;
    uint8_t channel;               // of RTP; RTCP is the next
    struct sockaddr_in address[2]; // RTP, RTCP
    int64_t report_ns;             // next report
} RtspTrack;

struct RtspClient {
    RtspCamera *camera;
    RtspShared *shared;
    int fd;
    LoopWatch watch;
    bool closed;
    bool waits; // for the kernel to take more
    GByteArray *in, *out;
    size_t out_at;         // of out, written already
    uint64_t queued, gone; // bytes since the beginning
    uint64_t released;     // may go by now, as far as the camera's line is concerned
    int64_t release_ns;    // when the next piece may
    GArray *pending;       // Pending
    RtspTrack tracks[CLIENT_TRACKS];
    bool playing, wants_key;
    uint32_t connection;
    int64_t heard_ns;
    char session[17], nonce[33];
};

/* Bytes to the client, after those that wait. May close it. */
void rtsp_client_write(RtspClient *client, const uint8_t *data, size_t size);

/* Uses what is in client->in as far as it is whole. May close the client. */
void rtsp_client_use_input(RtspClient *client);
