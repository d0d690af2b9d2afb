// SPDX-License-Identifier: GPL-3.0-or-later
/* A test camera: a port of its own, its clients, and what is wrong with it.
 *
 * Order of calls: new → (tick at rtsp_camera_next_ns, and any of the commands) → free. All on the
 * loop's thread. */
#pragma once

#include <stdio.h>

#include "test/rtsp/mount.h"
#include "test/rtsp/request.h"

typedef enum { RTSP_TCP = 1, RTSP_UDP = 2 } RtspTransports;

/* What all cameras of a server have in common. */
typedef struct RtspShared {
    RtspLoop *loop;
    const RtspGuard *guard; // NULL = everybody may watch
    FILE *sent;             // NULL = no log
    RtspTransports transports;
    bool reports;    // RTCP sender reports
    bool keep_phase; // no key frame for the first client
    int64_t report_delay_ns, session_ns;
    /* TCP clients get at most piece_bytes each piece_ns, as over a slow line; 0 = all at once */
    uint64_t piece_bytes;
    int64_t piece_ns;
    uint32_t address;    // that cameras listen on, in network order
    int udp[2];          // sockets that RTP and RTCP leave from
    int udp_port;        // of the first; the other is the next
    uint32_t connection; // of the last client that began to play
    uint64_t frames_sent, clients;
    RtpBatch batch, report;
    GRand *random;
} RtspShared;

typedef enum { ANSWER_RTSP, ANSWER_NOTHING, ANSWER_HTTP, ANSWER_GARBAGE } RtspAnswer;

typedef struct RtspCamera {
    RtspShared *shared;
    RtspMount *mount;
    char *name; // "cam3"
    int port;   // stays the same for good
    int listener;
    LoopWatch watch;
    GPtrArray *clients; // RtspClient, not owned; they leave by themselves

    /* misbehaviour */
    bool silent, deaf, wrong_password;
    int64_t accepted, denied; // connections; requests with a password that was not right
    RtspAnswer answer;
    RtpMischief mischief;
    int64_t back_ns; // listens again then; 0 = does not wait for that
} RtspCamera;

/* @port 0 = any free. */
RtspCamera *rtsp_camera_new(RtspShared *shared, uint32_t index, RtspClip *clip, double phase,
                            int port, GError **error);
void rtsp_camera_free(RtspCamera *camera);

int64_t rtsp_camera_next_ns(const RtspCamera *camera);
void rtsp_camera_tick(RtspCamera *camera, const RtspNow *now);

typedef enum { CLOSE_FIN, CLOSE_RST } RtspClose;
void rtsp_camera_drop_clients(RtspCamera *camera, RtspClose how);
bool rtsp_camera_listen(RtspCamera *camera, GError **error); // no harm if it does
void rtsp_camera_shut(RtspCamera *camera);
/* No packet is read or written any more, nothing is closed. */
void rtsp_camera_vanish(RtspCamera *camera);
/* Ends what lasts of all misbehaviour. Clocks stay where they are. */
bool rtsp_camera_well(RtspCamera *camera, GError **error);
/* Says RTCP BYE, or RTSP TEARDOWN, to all who watch, and sends them nothing more. */
void rtsp_camera_bye(RtspCamera *camera, bool teardown);
/* A sender report goes out before the next packet of each track. */
void rtsp_camera_report_now(RtspCamera *camera);
