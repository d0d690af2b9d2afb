// SPDX-License-Identifier: GPL-3.0-or-later
/* Pictures out of RTP: H.264 (RFC 6184), H.265 (RFC 7798) and VP8 (RFC 7741).
 *
 * What packets carry goes straight into the picture (access_unit.h), each byte copied once. NAL
 * units alone, in aggregates (STAP-A, AP) and in fragments (FU-A, FU) are understood; interleaved
 * packetization (H.264's mode 2, H.265's sprop-max-don-diff with pictures out of order) is offered
 * by no camera we know: decoding order numbers are skipped.
 *
 * Cameras that pack H.264 as a file has it, with start codes inside of what should be one NAL unit,
 * are understood too (access_unit.h).
 *
 * When packets are missing, the NAL unit that lost a part ends where the part is missing, since
 * nobody can decode what comes after; the picture is said to be damaged. */
#pragma once

#include "capture/access_unit.h"
#include "capture/rtsp/sdp.h"

typedef struct CapRtpVideo {
    enum AVCodecID codec; // AV_CODEC_ID_H264, AV_CODEC_ID_HEVC or AV_CODEC_ID_VP8
    bool order_numbers;   // H.265: packets carry them
    CapAccessUnit *unit;  // not owned
    bool in_fragment;
    bool damaged; // for the user to clear with each picture
} CapRtpVideo;

void cap_rtp_video_init(CapRtpVideo *video, enum AVCodecID codec, const CapSdpMedia *media,
                        CapAccessUnit *unit);

/* The payload of the next packet; @lost: packets are missing before it. MJ_ERROR_INVALID if the
 * picture gets too large. */
bool cap_rtp_video_add(CapRtpVideo *video, const uint8_t *payload, size_t size, bool lost,
                       GError **error);

/* What was begun is not continued: the picture ends. */
void cap_rtp_video_break(CapRtpVideo *video);

/* True if a picture may begin with this payload: with a delimiter, parameter sets, or the first
 * part of its first slice. */
bool cap_rtp_video_begins(const CapRtpVideo *video, const uint8_t *payload, size_t size);

/* True if a key frame of H.264 or VP8 begins in this payload: the first part of its first slice. */
bool cap_rtp_video_begins_key(enum AVCodecID codec, const uint8_t *payload, size_t size);
