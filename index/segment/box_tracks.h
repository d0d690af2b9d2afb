// SPDX-License-Identifier: GPL-3.0-or-later
/* What the moov of an MP4 file (ISO/IEC 14496-12) says of its tracks, for boxes.c and clip/samples.c.
 *
 * Any bytes may be given; pure, nothing is allocated. */
#pragma once

#include "index/segment/box.h"

#define IDX_BOXES_MAX_TRACKS 8 // in one file; further ones are not looked at

#define IDX_BOX_VIDEO 0x76696465 // "vide"
#define IDX_BOX_SOUND 0x736f756e // "soun"

typedef struct IdxBoxTrack {
    uint32_t handler;               // IDX_BOX_VIDEO, IDX_BOX_SOUND or something else
    uint32_t id, timescale;         // ticks a second; 0 if not told
    uint32_t duration, size, flags; // of a sample, unless said otherwise (trex)
    uint32_t width, height;         // 16.16, as in tkhd
    const uint8_t *
        entry; // the first sample description (avc1, hvc1, mp4a …), within what was given; NULL = none
    size_t entry_bytes;
} IdxBoxTrack;

typedef struct IdxBoxTracks {
    IdxBoxTrack track[IDX_BOXES_MAX_TRACKS];
    size_t count;
} IdxBoxTracks;

/* @moov: its body. */
void idx_box_tracks_read(IdxBytes moov, IdxBoxTracks *ret);

/* The first with this id; NULL if there is none. */
const IdxBoxTrack *idx_box_track(const IdxBoxTracks *tracks, uint32_t id);
