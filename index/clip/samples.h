// SPDX-License-Identifier: GPL-3.0-or-later
/* What a fragmented MP4 file of ours (ISO/IEC 14496-12) says of its tracks and of each sample of a fragment.
 *
 * Any bytes may be given: sizes are checked before they are believed. Pure; bytes in memory. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIP_TRACKS_MAX 2 // the first of pictures and the first of sound

typedef struct ClipTrack {
    bool video;
    uint32_t id, timescale;         // ticks a second
    uint32_t duration, size, flags; // of a sample, unless said otherwise (trex)
    uint32_t width, height;         // 16.16, as in tkhd
    const uint8_t
        *entry; // the first sample description (avc1, hvc1, mp4a …): points into the init part
    size_t entry_bytes;
} ClipTrack;

typedef struct ClipTracks {
    ClipTrack track[CLIP_TRACKS_MAX]; // [0] pictures
    size_t count;
} ClipTracks;

/* Of ftyp + moov. False with MJ_ERROR_CORRUPT if there is no track of pictures. */
bool clip_tracks_read(const uint8_t *init, size_t size, ClipTracks *ret, GError **error);

typedef struct ClipSample {
    int64_t offset;      // in the file
    int64_t dts;         // on the file's timeline, in ticks
    uint32_t size;       // bytes
    uint32_t duration;   // ticks
    int32_t composition; // when it is shown less dts, ticks
    uint8_t track;       // index in ClipTracks
    bool sync;
} ClipSample;

/* How long the moof is that begins at @data: 0 if it is none, or longer than @limit. */
size_t clip_moof_bytes(const uint8_t *data, size_t size, size_t limit);

/* Appends the samples of one moof, which begins at @offset of the file, to @samples (ClipSample); those of one
 * track stand together, in decoding order. None of them reaches beyond @end. MJ_ERROR_CORRUPT. */
bool clip_samples_read(const uint8_t *moof, size_t size, int64_t offset, int64_t end,
                       const ClipTracks *tracks, GArray *samples, GError **error);
