// SPDX-License-Identifier: GPL-3.0-or-later
/* Sound out of RTP.
 *
 *   mpeg4-generic (RFC 3640)   frames of AAC with a header each, several in a packet or one in
 *                              several packets
 *   MP4A-LATM (RFC 6416)       frames of AAC, told apart by lengths; its configuration must be in
 *                              the description (cpresent=0)
 *   PCMA, PCMU, L16, G722, G726-16 … -40, opus   what a packet holds is one piece
 *
 * Order: new → add, add … → free. One thread. */
#pragma once

#include "capture/libav.h"
#include "capture/rtsp/rtp.h"
#include "capture/rtsp/sdp.h"

#define CAP_RTP_SOUND_MAX_BYTES 65536 // of one frame of AAC in several packets

typedef struct CapRtpSound CapRtpSound;

/* A frame, @more ticks after the packet's timestamp. The bytes are borrowed. */
typedef void (*CapRtpSoundSink)(void *data, const uint8_t *bytes, size_t size, int64_t more);

/* NULL if it is none of the above, or told in a way that we do not understand. */
CapRtpSound *cap_rtp_sound_new(const CapSdpMedia *media);
void cap_rtp_sound_free(CapRtpSound *sound); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapRtpSound, cap_rtp_sound_free)

/* Owned by @sound. */
const AVCodecParameters *cap_rtp_sound_parameters(const CapRtpSound *sound);

/* The next packet; @lost: packets are missing before it. What makes no sense is left out. */
void cap_rtp_sound_add(CapRtpSound *sound, const CapRtp *packet, bool lost, CapRtpSoundSink sink,
                       void *data);
