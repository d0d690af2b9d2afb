// SPDX-License-Identifier: GPL-3.0-or-later
/* Where packets come from. One interface, several kinds; a kind is a constant struct of functions.
 *
 * Order: open → read, read, … → close. One thread uses a source; another may end any wait of open
 * and read at any moment by cancelling @cancel. No call waits for ever: open gives up after
 * CAP_SOURCE_OPEN_US, read after CAP_SOURCE_STALL_US without a packet.
 *
 * Errors say in a sentence what is wrong and what to do; idx_gap_reason() (index/segment/gap.h) makes the state of it.
 *
 * rtsp://, rtsps://
 *   RTP comes over the RTSP connection, or over UDP if the camera refuses that (status 461); with
 *   "#tcp" or "#udp" behind the URL it comes that way alone. Over UDP packets may be lost and come
 *   in another order; up to 0.5 s is waited for one that is late.
 *   The RTSP connection without TLS, which is what nearly every camera is recorded over, is read by
 *   our own client (capture/rtsp/), since libav's costs several times as much
 *   (capture/rtsp/connection.h); UDP, TLS and the rare things that ours leaves out go through
 *   libav.
 *   rtsps:// is TLS. The camera's certificate is not checked: cameras sign their own, change them
 *   with their firmware, and have no name that anyone could vouch for. TLS keeps passwords and
 *   pictures from who listens, not from who stands between; cameras belong on a network of their
 *   own either way. Digest authentication is used where the camera offers it.
 *
 * pipeline:DESCRIPTION
 *   As gst-launch-1.0 takes it, built by GStreamer, never by a shell. It ends in "appsink
 *   name=video" that gets H.264 or H.265 (byte-stream or avc, whole pictures: a parser before it
 *   sees to that), and may have an "appsink name=audio" that gets AAC (raw), Opus, A-law, µ-law or
 *   PCM. Sound that is not AAC is stored as IdxStream.audio says. Pictures that are not coded are
 *   refused: add an encoder.
 *     pipeline:v4l2src device=/dev/video0 ! videoconvert ! x264enc tune=zerolatency ! h264parse !
 *       appsink name=video pulsesrc ! audioconvert ! appsink name=audio
 *   Each buffer's time is when the source captured it, on the pipeline's clock, carried over to the
 *   host's; what the encoder takes is not in it. Segments say clock = "arrival". A pipeline that
 *   ends is started again, so a file is played over and over.
 *
 * webrtc:SESSION/LEG
 *   What the party of a meeting sends, see meet/inlet.h. Its open alone waits for as long as it
 *   takes: a leg that nobody is in yet is no failure. */
#pragma once

#include <gio/gio.h>

#include "capture/packet.h"

#define CAP_SOURCE_CONNECT_US INT64_C(5000000)
#define CAP_SOURCE_OPEN_US INT64_C(10000000)
#define CAP_SOURCE_STALL_US INT64_C(5000000)

typedef struct CapSource CapSource;

typedef enum {
    CAP_READ_PACKET, // *ret is filled, the caller clears it
    CAP_READ_END,    // the camera ended the stream in good order
    CAP_READ_FAILED, // @error is set; the source is to be closed
} CapRead;

typedef struct CapSourceKind {
    /* @url with credentials: a secret that is not kept longer than needed and in no message. */
    CapSource *(*open)(const char *url, GCancellable *cancel, GError **error);
    CapRead (*read)(CapSource *source, CapPacket *ret, GError **error);
    /* How the sound is coded; NULL if there is none. Valid until close. */
    const AVCodecParameters *(*audio)(const CapSource *source);
    /* Packets known to be missing since open. NULL where nobody can know. */
    int64_t (*packets_lost)(const CapSource *source);
    void (*close)(CapSource *source); // NULL is allowed
} CapSourceKind;

extern const CapSourceKind cap_source_rtsp;     // rtsp:// and rtsps://: one of the next two
extern const CapSourceKind cap_source_libav;    // … through libav, whatever the transport
extern const CapSourceKind cap_source_pipeline; // pipeline: through GStreamer; if built with it
extern const CapSourceKind cap_source_leg;      // webrtc: a party of a meeting; if built with it

/* The kind for @url. MJ_ERROR_UNSUPPORTED if there is none. */
const CapSourceKind *cap_source_kind(const char *url, GError **error);
