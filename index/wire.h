// SPDX-License-Identifier: GPL-3.0-or-later
/* The protocol of the capture socket, HOME/run/capture-<shard>.sock (AF_UNIX, stream): what is
 * happening now — live pictures, numbers and meetings. Each mingjing-capture listens on one such socket.
 *
 * Frames. Both sides send frames and nothing else. Integers are big-endian, signed ones in two's
 * complement.
 *
 *   byte 0     type (below)
 *        1     flags, 0 where none are named
 *        2-3   channel
 *        4-7   length of the body, at most IDX_WIRE_BODY_MAX; from a client at most
 *              IDX_WIRE_REQUEST_MAX
 *        8-    body
 *
 * A channel is a number that the client chooses for a request; all that comes of the request carries
 * it. While a subscription lives its channel is taken; 0 is the connection's own.
 *
 *   1 HELLO    both    JSON {"protocol": "mingjing-capture", "version": 1, …}: the first frame of
 *                      each side. The server's also has "shard", "shards", "pid"; a client needs
 *                      "version" alone. Anything but version 1 gets ERROR "unsupported" with the
 *                      version that is spoken ("version": 1), and the connection ends. Members that
 *                      are not known are to be passed over, so that later versions can add some.
 *   2 REQUEST  client  JSON, one of
 *                        {"do": "streams"}   → ANSWER {"shard": …, "streams": […]} (meter.h)
 *                        {"do": "metrics"}   → TEXT, the same in Prometheus' text format
 *                        {"do": "subscribe", "camera": CODE, "stream": "main" | "sub"}
 *                                            → ANSWER {}, then STREAM, PACKET …
 *                        {"do": "unsubscribe"}, on the subscription's channel → ANSWER {}; nothing
 *                                            of the subscription comes after it
 *                        {"do": "probe", "url": URL} or, what the catalogue has of one,
 *                        {"do": "probe", "camera": CODE, "stream": NAME}
 *                                            → within 20 s STREAM and PACKET of a key frame (left out
 *                                            if it is very large), then ANSWER {"video", "width",
 *                                            "height", "frame_rate", "bitrate", "key_interval_us",
 *                                            "audio", "sample_rate", "channels", "reorders": it has
 *                                            B-frames, "clock" and
 *                                            "clock_offset_us" as in meter.h, "beside": [{"url"
 *                                            without password, "video", "width", "height",
 *                                            "frame_rate"}]: smaller streams where makers keep them};
 *                                            what could not be seen is null. The channel is taken
 *                                            until then; hanging up ends the look. "brief": true =
 *                                            a shorter look, with nothing beside. See
 *                                            capture/probe.h
 *                        {"do": "seal", "context": as in segment/seal.h, "secret": TEXT}
 *                                            → ANSWER {"sealed": base64}
 *                        {"do": "mark", "path": of a folder} → ANSWER {}: it has the mark of segment/volume.h
 *                        {"do": "offer" | "candidates" | "hang_up" | "end" | "legs"}: of meetings, see
 *                                            capture/meet/hub.h; an answer may take seconds, and others
 *                                            may come before it
 *   3 ANSWER   server  JSON: the request was understood and done
 *   4 ERROR    server  JSON {"code": as mj_error_name(), "message": for people}. On channel 0 the
 *                      connection ends with it; else the request failed, and nothing else comes
 *                      of it.
 *   5 TEXT     server  UTF-8
 *   6 STREAM   server  How to decode what follows; before the first packet, whenever it changes, and
 *                      whenever the source was opened anew (then the timeline of pts is a new one).
 *                        0     length a of the video codec's name ("h264", "hevc", "vp8")
 *                        1-    the name
 *                        +2 width, +2 height in pixels as shown
 *                        +4 length c of the configuration, c bytes: avcC or hvcC (ISO 14496-15)
 *                        +1 length b of the sound's codec name, 0 = no sound; the name
 *                        +4 samples a second, +1 channels
 *                        +4 length d of its configuration (AudioSpecificConfig for aac), d bytes
 *   7 PACKET   server  One picture (NAL units, each after its length in four bytes), in decoding
 *                      order, or one piece of sound as the camera sent it.
 *                        0-7   pts in microseconds; pictures and sound on one timeline
 *                        8-15  UTC in microseconds since 1970 of the moment it was taken, by what is
 *                              known now; a recording may later say it a little better
 *                        16-   the bytes
 *                      flags: 1 key, decoding can begin here · 2 sound · 4 the UTC is the camera's
 *                      own, not derived from arrival · 8 backlog: from the group of pictures that
 *                      was there when the subscription began
 *   8 LOST     server  8 bytes: so many pictures were left out here because the client did not read
 *                      them in time. A key frame follows.
 *   9 STOPPED  server  JSON {"state": as the stream's state, "detail": words or null}: no pictures
 *                      until further notice (the next STREAM). With "gone": true the stream is no
 *                      more and the subscription has ended.
 *
 * Limits. IDX_WIRE_CLIENTS_MAX connections and IDX_WIRE_CHANNELS_MAX subscriptions on each; the
 * one too many gets ERROR "busy". Whoever sends what is no frame, no JSON object where one belongs,
 * or a frame that only servers send gets ERROR "invalid" on channel 0 and is cut off. A client that
 * does not read loses pictures (LOST), and after a minute the connection.
 *
 * This module is pure: bytes in, frames out, and back. */
#pragma once

#include "index/base/json.h"

#include <stdbool.h>

#define IDX_WIRE_PROTOCOL "mingjing-capture"
#define IDX_WIRE_VERSION 1
#define IDX_WIRE_HEADER_BYTES 8
#define IDX_WIRE_BODY_MAX (33 * 1024 * 1024) // the largest picture, and room
#define IDX_WIRE_REQUEST_MAX 49152           // an offer to meet, as JSON has it
#define IDX_WIRE_CLIENTS_MAX 64
#define IDX_WIRE_CHANNELS_MAX 256 // a wall of every camera
#define IDX_WIRE_NAME_MAX 31      // bytes of a codec's name

typedef enum {
    IDX_WIRE_HELLO = 1,
    IDX_WIRE_REQUEST,
    IDX_WIRE_ANSWER,
    IDX_WIRE_ERROR,
    IDX_WIRE_TEXT,
    IDX_WIRE_STREAM,
    IDX_WIRE_PACKET,
    IDX_WIRE_LOST,
    IDX_WIRE_STOPPED,
} IdxWireType;

typedef struct IdxWireFrame {
    IdxWireType type;
    uint8_t flags;
    uint16_t channel;
    const uint8_t *body; // borrowed; never NULL
    size_t size;
} IdxWireFrame;

/* --- writing: each appends one frame to @out --- */

/* @size at most IDX_WIRE_BODY_MAX. @body is copied; NULL if @size is 0. */
void idx_wire_put(GByteArray *out, IdxWireType type, uint16_t channel, const void *body,
                  size_t size);
/* Takes @json. */
void idx_wire_put_json(GByteArray *out, IdxWireType type, uint16_t channel, json_t *json);
/* An ERROR frame. */
void idx_wire_put_error(GByteArray *out, uint16_t channel, const GError *error);
void idx_wire_put_lost(GByteArray *out, uint16_t channel, uint64_t pictures);

typedef struct IdxWireStream {
    char video[IDX_WIRE_NAME_MAX + 1];
    int width, height; // 0…65535
    const uint8_t *video_config;
    size_t video_config_size;
    char audio[IDX_WIRE_NAME_MAX + 1]; // "" = no sound
    int rate, channels;
    const uint8_t *audio_config;
    size_t audio_config_size;
} IdxWireStream;

void idx_wire_put_stream(GByteArray *out, uint16_t channel, const IdxWireStream *stream);

typedef struct IdxWirePacket {
    bool key, sound, by_camera, backlog;
    int64_t pts_us, utc_us;
    const uint8_t *data;
    size_t size;
} IdxWirePacket;

/* All of a PACKET frame but the bytes of packet->data, so that these need not be copied. */
#define IDX_WIRE_PACKET_HEAD_BYTES (IDX_WIRE_HEADER_BYTES + 16)
void idx_wire_put_packet_head(GByteArray *out, uint16_t channel, const IdxWirePacket *packet);

/* --- reading a frame's body: MJ_ERROR_INVALID if it is not what its type says. What is returned
 * borrows from the frame --- */

json_t *idx_wire_get_json(const IdxWireFrame *frame, GError **error); // an object; new reference
bool idx_wire_get_stream(const IdxWireFrame *frame, IdxWireStream *ret, GError **error);
bool idx_wire_get_packet(const IdxWireFrame *frame, IdxWirePacket *ret, GError **error);
bool idx_wire_get_lost(const IdxWireFrame *frame, uint64_t *ret_pictures, GError **error);
/* What an ERROR frame says, as an error; always false. */
bool idx_wire_get_error(const IdxWireFrame *frame, GError **error);

/* --- bytes into frames --- */

typedef struct IdxWireReader IdxWireReader;

/* Bodies of more than @body_max bytes are refused. One thread. */
IdxWireReader *idx_wire_reader_new(size_t body_max);
void idx_wire_reader_free(IdxWireReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxWireReader, idx_wire_reader_free)

/* Copies @bytes. Never keeps more than one frame and what was added with its end: call next until it
 * has nothing before adding more. */
void idx_wire_reader_add(IdxWireReader *reader, const void *bytes, size_t size);

typedef enum { IDX_WIRE_MORE, IDX_WIRE_FRAME, IDX_WIRE_BAD } IdxWireGot;

/* The next whole frame, valid until the next call of either. IDX_WIRE_BAD with MJ_ERROR_INVALID:
 * these are no frames; the reader is of no more use. */
IdxWireGot idx_wire_reader_next(IdxWireReader *reader, IdxWireFrame *ret, GError **error);
