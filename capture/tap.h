// SPDX-License-Identifier: GPL-3.0-or-later
/* The live tap of one stream: its last group of pictures in memory, and those who watch.
 *
 *   recorder's thread   begin → packet, packet … → end, again and again
 *   watcher's thread    cap_viewer_new → take, take … → cap_viewer_free
 *
 * The tap keeps what came since the last key frame, so that whoever comes sees a picture at once. A
 * group larger than CAP_TAP_GROUP_BYTES or CAP_TAP_GROUP_PACKETS is not kept: then a new viewer
 * waits for the next key frame. Payload is never copied: packets hold references to the buffers
 * that the recorder writes from.
 *
 * Each viewer has a queue. The recorder puts packets into it and goes on: it takes a lock that is
 * held for a few list operations only, by whoever takes it, never during a wait. When a queue is
 * full (CAP_VIEWER_BYTES, CAP_VIEWER_PACKETS), or a key frame comes while something waits in it for
 * more than CAP_VIEWER_LAG_US, it is emptied, the pictures in it are counted as lost, and it fills
 * again from the next key frame on. So what a viewer gets can always be decoded; a viewer that is
 * too slow is brought back to the present; and since a queue that is not empty reaches up to the
 * newest packet without a hole, all queues of a stream together hold no more than the stream's last
 * CAP_VIEWER_BYTES, however many viewers stopped reading.
 *
 * Times: pictures and sound on one timeline, UTC by a clock_map.h of the tap's own, as it is
 * known at that moment; a step of the host's clock is followed at once (host_clock.h). A party's clock is
 * trusted no more than in its recording (packet.h). */
#pragma once

#include "capture/clock_map.h"
#include "capture/packet.h"
#include "index/base/clock.h"

#define CAP_TAP_GROUP_BYTES (8u << 20)
#define CAP_TAP_GROUP_PACKETS 1500
#define CAP_VIEWER_BYTES (16u << 20) // more than a group, so that one always fits
#define CAP_VIEWER_PACKETS 2048
#define CAP_VIEWER_LAG_US INT64_C(3000000)

/* How to decode; one object for each run of a source and each change. Counted. */
typedef struct CapTapParams {
    int refs; // atomic
    CapVideoParams *video;
    AVCodecParameters *audio; // NULL = no sound
} CapTapParams;

/* Immutable and counted. */
typedef struct CapTapPacket {
    int refs; // atomic
    CapKind kind;
    bool key, by_camera;
    int64_t pts_us, utc_us;
    int64_t since_us; // monotonic, when it was published
    AVBufferRef *buffer;
    const uint8_t *data; // in @buffer
    size_t size;
    CapTapParams *params;
} CapTapPacket;

void cap_tap_packet_unref(CapTapPacket *packet); // any thread; NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapTapPacket, cap_tap_packet_unref)
CapTapParams *cap_tap_params_ref(CapTapParams *params);
void cap_tap_params_unref(CapTapParams *params);

typedef struct CapTap CapTap;

/* @clock: NULL = the host's. */
CapTap *cap_tap_new(const MjClock *clock);
/* No viewer may be left. */
void cap_tap_free(CapTap *tap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapTap, cap_tap_free)

/* A source was opened. @audio is copied; NULL = no sound. */
void cap_tap_begin(CapTap *tap, const AVCodecParameters *audio);
/* @packet is borrowed: the tap takes references. Packets before the first key frame are left out.
 * Returns when the picture was taken; for sound the clock of the last picture. */
CapClockFix cap_tap_packet(CapTap *tap, const CapPacket *packet);
/* The source was closed; what is kept of it is dropped, viewers are told. @state as in IdxState, a
 * static string; @detail in words, may be NULL. */
void cap_tap_end(CapTap *tap, const char *state, const char *detail);

/* Bytes in the group that is kept, and pictures that viewers lost since the beginning. Any thread. */
typedef struct CapTapCounts {
    size_t group_bytes;
    int viewers;
    uint64_t lost;
} CapTapCounts;
CapTapCounts cap_tap_counts(CapTap *tap);

typedef struct CapViewer CapViewer;

/* @wake(@data) is called, from the recorder's thread and under the tap's lock, when there is something to be
 * taken: it must not wait, nor call the tap. The kept group is in the queue already. */
CapViewer *cap_viewer_new(CapTap *tap, void (*wake)(void *data), void *data);
void cap_viewer_free(CapViewer *viewer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapViewer, cap_viewer_free)

typedef enum { CAP_TAKE_NOTHING, CAP_TAKE_PACKET, CAP_TAKE_LOST, CAP_TAKE_STOPPED } CapTakeKind;

typedef struct CapTake {
    CapTakeKind kind;
    CapTapPacket *packet; // PACKET: a reference for the caller
    bool backlog;         // PACKET: of the group that was there already
    uint64_t lost;        // LOST: so many pictures were left out before the next packet
    const char *state;    // STOPPED: as told to cap_tap_end
    char *detail;         // STOPPED: for the caller to free
} CapTake;

/* The next thing. NOTHING costs no lock. One thread for each viewer. */
CapTake cap_viewer_take(CapViewer *viewer);
