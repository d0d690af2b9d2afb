// SPDX-License-Identifier: GPL-3.0-or-later
/* What a source delivers: one picture or one piece of sound, as the camera coded it.
 *
 * A video packet is one access unit, each NAL unit preceded by its length in four bytes (as MP4
 * stores it), nothing added, removed or changed; of VP8 it is the picture as it is. An audio packet is what one RTP packet held
 * (G.711) or one AAC frame. */
#pragma once

#include "capture/libav.h"

#include "capture/video_params.h"

typedef enum { CAP_VIDEO, CAP_AUDIO } CapKind;

typedef struct CapPacket {
    CapKind kind;
    AVBufferRef *buffer; // owns the bytes
    const uint8_t *data; // in @buffer
    size_t size;
    bool key;
    bool damaged;       // RTP packets of it are missing, or of what came just before it and it may
                        // refer to: not to be shown as if it were whole
    bool after_gap;     // RTP packets are missing between it and the one before: so may pictures be
    int64_t pts_us;     // on the source's timeline: begins near 0, continuous, no wrapping
    int64_t arrival_us; // host UTC when its first byte was read
    bool has_wall;
    int64_t wall_us; // UTC of the picture by the camera's clock, if it reports one
    bool foreign;    // its source need not keep the host's time (cap_clock_map_distrust)
    bool has_path;
    int64_t path_us; // how long packets are on their way from the source, if that is measured
    CapVideoParams
        *params; // video: how to decode it; a reference of the packet's own. NULL for audio
} CapPacket;

/* Drops what the packet owns; the struct may be used again. */
void cap_packet_clear(CapPacket *packet);

static inline void cap_packet_free(CapPacket *packet)
{
    if (packet)
        cap_packet_clear(packet);
    g_free(packet);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapPacket, cap_packet_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CapPacket, cap_packet_clear)
