// SPDX-License-Identifier: GPL-3.0-or-later
/* The streams of this process as they are now: a tap and a meter for each, for the recorders to
 * fill and the control socket to show.
 *
 * The roster adds and removes streams, recorders report to theirs, the socket's thread looks them
 * up.
 * Streams that are not to be recorded (IdxStream.record == false: live only) are connected all the
 * time too, whether somebody watches or not: the wall's first picture is there at once, and that a
 * camera fails is known before somebody looks. They have no gaps, and no state but this one. */
#pragma once

#include "capture/meter.h"
#include "capture/tap.h"
#include "index/camera.h"

#define CAP_STATE_LIVE "live" // pictures come and are not recorded

typedef struct CapLiveStream { // counted; immutable but for what the objects guard
    int refs;                  // atomic
    int64_t stream_id;
    char *camera, *name; // codes
    CapTap *tap;
    CapMeter *meter;
    int record; // atomic
    int gone;   // atomic: was removed
} CapLiveStream;

CapLiveStream *cap_live_stream_ref(CapLiveStream *stream);
void cap_live_stream_unref(CapLiveStream *stream); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapLiveStream, cap_live_stream_unref)

typedef struct CapLive CapLive;

CapLive *cap_live_new(void);
void cap_live_free(CapLive *live); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapLive, cap_live_free)

/* --- any thread --- */

/* The stream @stream->id, made if it is not there. A reference for the caller. */
CapLiveStream *cap_live_add(CapLive *live, const IdxStream *stream);
/* Its recorder has ended and will not come again; who watches is told. Takes the caller's
 * reference. NULL is allowed. */
void cap_live_remove(CapLive *live, CapLiveStream *stream);
/* A reference, or NULL. */
CapLiveStream *cap_live_find(CapLive *live, const char *camera, const char *name);
/* All of them as index/meter.h describes, by camera and name. New reference. */
json_t *cap_live_json(CapLive *live);

/* --- a stream's recorder; @stream may be NULL: nothing is reported --- */

void cap_live_begin(CapLiveStream *stream, const AVCodecParameters *audio);
/* @packet is borrowed. Never waits. */
void cap_live_packet(CapLiveStream *stream, const CapPacket *packet);
/* As cap_meter_recorded(). */
void cap_live_recorded(CapLiveStream *stream, int64_t bytes, int64_t pictures);
/* As cap_meter_not_recorded(): who watches goes on watching. */
void cap_live_not_recorded(CapLiveStream *stream, const char *state, const char *detail);
void cap_live_packets_lost(CapLiveStream *stream, int64_t packets);
void cap_live_end(CapLiveStream *stream, const char *state, const char *detail);
