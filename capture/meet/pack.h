// SPDX-License-Identifier: GPL-3.0-or-later
/* A picture of H.264 cut into what RTP carries (RFC 6184, packetization mode 1), nothing coded anew: each NAL unit by
 * itself (5.6), what is larger than CAP_PACK_BYTES in fragments (5.8).
 *
 * A key frame gets the parameter sets before it where the picture has none of its own: terminals often tell
 * them once, in their session description, and whoever joins later would never see any.
 *
 * Exactly the last packet of a picture is marked as that, whatever stands in it. Left out are NAL units without a
 * byte, and those of types that RTP has for itself (0, 24 to 31), which a receiver would take for packets of packets.
 *
 * Pure. */
#pragma once

#include "capture/video_params.h"

#define CAP_PACK_BYTES                                                                             \
    1200 // of a payload; with SRTP, UDP and IPv6 below what any network carries whole

/* @payload is borrowed. @last: it ends the picture. */
typedef void (*CapPackSink)(void *data, const uint8_t *payload, size_t size, bool last);

/* @picture as in packet.h. What is cut short in it is left out; of a picture with nothing else in it nothing comes. */
void cap_pack_h264(const uint8_t *picture, size_t size, const CapVideoParams *params, bool key,
                   CapPackSink sink, void *data);
