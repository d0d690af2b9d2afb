// SPDX-License-Identifier: GPL-3.0-or-later
/* A connection to a camera, over which RTSP's messages and interleaved RTP come (RFC 2326 10.12).
 *
 * What came is split in place: a frame's bytes are looked at where recv() put them.
 *
 * Waiting. Most of what reading a camera costs is being woken for it: libav's client polls and
 * receives three times for each RTP packet, some 1400 bytes. Here, once pictures flow
 * (cap_rtsp_connection_flow()), the kernel is asked to wake us when CAP_RTSP_BATCH_BYTES are there
 * (SO_RCVLOWAT), and we look by ourselves after CAP_RTSP_TICK_US, so nothing waits longer than
 * that. The numbers: at 4 Mbit/s a picture has some 20 kB, so there is about one waking and one
 * recv() for each picture, and more would cost delay and gain little. 37 ms is less than a picture
 * lasts at 25 a second and no part or multiple of any usual rate (40, 33.4, 50, 66.7 ms …), so that
 * ticks fall at all phases of the pictures: what is read late is read late by another amount each
 * time, and the smallest latency of some pictures, which is what clock_map.h goes by, is right
 * within about 4 ms. A packet's arrival is when it was read; TCP tells no time of arrival.
 *
 * No wait is for ever, and cancelling ends any at once. Order: connect → (send, next …) → flow →
 * next, next … → free. One thread. */
#pragma once

#include <gio/gio.h>

#include "capture/rtsp/message.h"

#define CAP_RTSP_BUFFER_BYTES (128 * 1024) // a message with its body, or the largest frame
#define CAP_RTSP_BATCH_BYTES (32 * 1024)
#define CAP_RTSP_TICK_US INT64_C(37000)
#define CAP_RTSP_GARBAGE_MAX_BYTES (512 * 1024) // between two frames, before it is given up

typedef enum {
    CAP_RTSP_FRAME,
    CAP_RTSP_MESSAGE,
    CAP_RTSP_NOTHING, // until the deadline
    CAP_RTSP_END,     // the camera closed the connection in good order
    CAP_RTSP_BROKEN,  // @error: what the system said (MJ_ERROR_IO), MJ_ERROR_INVALID: what came is
                      // neither frame nor message, MJ_ERROR_CANCELLED
} CapRtspEventKind;

typedef struct CapRtspEvent {
    CapRtspEventKind kind;
    uint8_t channel;     // of a frame
    const uint8_t *data; // … its bytes, until the next call
    size_t size;
    int64_t arrival_us, mono_us; // … when it was read: host's UTC, and monotonic
    CapRtspMessage message;      // the receiver's to clear
} CapRtspEvent;

typedef struct CapRtspConnection CapRtspConnection;

/* Gives up after @timeout_us, rounded up to seconds, for each address of @host. The errors are GIO's (G_RESOLVER_ERROR,
 * G_IO_ERROR), for the caller to put into words. */
CapRtspConnection *cap_rtsp_connection_new(const char *host, uint16_t port, int64_t timeout_us,
                                           GCancellable *cancel, GError **error);
void cap_rtsp_connection_free(CapRtspConnection *connection); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRtspConnection, cap_rtsp_connection_free)

/* Sends all of it before @deadline_us (monotonic). MJ_ERROR_IO, MJ_ERROR_TIMEOUT,
 * MJ_ERROR_CANCELLED. */
bool cap_rtsp_connection_send(CapRtspConnection *connection, const char *text, size_t size,
                              int64_t deadline_us, GError **error);

/* What comes next, before @deadline_us. */
CapRtspEventKind cap_rtsp_connection_next(CapRtspConnection *connection, int64_t deadline_us,
                                          CapRtspEvent *ret, GError **error);

/* Frames are wanted from now on, and what lies between them and makes no sense is skipped: some
 * cameras leave out bytes when their line is full. */
void cap_rtsp_connection_flow(CapRtspConnection *connection);

/* Nothing is waited for in batches any more, and cancelling is looked at no longer: for a goodbye.
 */
void cap_rtsp_connection_last_words(CapRtspConnection *connection);

/* True once something of RTSP came. */
bool cap_rtsp_connection_spoke(const CapRtspConnection *connection);

/* For tests and the fuzzer: a connection that has an open socket already, which it takes. */
CapRtspConnection *cap_rtsp_connection_new_from(int fd, GCancellable *cancel);
