// SPDX-License-Identifier: GPL-3.0-or-later
/* RTP and RTCP packets (RFC 3550, 6184, 7798, 3640, 3551), one picture or one piece of sound at a time.
 *
 * A batch holds the packets of one frame, each with four bytes in front of it for RTSP's interleaving
 * ("$", channel, length), so that the whole batch goes to a TCP client in one write, and to a UDP
 * client packet by packet. Buffers are kept between frames. One thread. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define RTP_FRAMING 4 // bytes in front of each packet in a batch
#define RTP_PACKET_MAX 1400

typedef struct RtpTrack {
    uint8_t payload_type;
    uint16_t sequence; // of the next packet
    uint32_t ssrc;
    uint32_t packets, octets; // sent, for reports
} RtpTrack;

typedef struct RtpPacket {
    uint32_t offset, size; // of the packet itself, after its framing
} RtpPacket;

typedef struct RtpBatch {
    GByteArray *bytes;
    GArray *packets; // RtpPacket
} RtpBatch;

void rtp_batch_init(RtpBatch *batch);
void rtp_batch_clear(RtpBatch *batch);
void rtp_batch_reset(RtpBatch *batch); // empty, buffers kept

/* A NAL unit; @last of its picture. */
void rtp_add_unit(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *unit, size_t size,
                  bool hevc, bool last);
/* A frame of AAC (RFC 3640, AAC-hbr), or G.711 samples as they are. */
void rtp_add_aac(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *data, size_t size);
void rtp_add_raw(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *data, size_t size);

/* Sender report with the track's name, or goodbye, as a packet of its own. @utc_us: the sender's clock
 * at @time. */
void rtp_add_report(RtpBatch *batch, const RtpTrack *track, uint32_t time, int64_t utc_us);
void rtp_add_bye(RtpBatch *batch, const RtpTrack *track);

/* Writes "$", @channel and length in front of every packet. */
void rtp_batch_frame(RtpBatch *batch, uint8_t channel);

/* What a bad network does, in per cent of packets. */
typedef struct RtpMischief {
    double lose, garble, repeat, swap;
} RtpMischief;

/* True if something was lost or garbled, so that the frame does not arrive as it was. */
bool rtp_batch_spoil(RtpBatch *batch, const RtpMischief *mischief, GRand *random);
