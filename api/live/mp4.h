// SPDX-License-Identifier: GPL-3.0-or-later
/* The boxes of a fragmented MP4 file with one track (ISO/IEC 14496-12, -14, -15), for mux.h.
 *
 * The movie has no duration: so a browser knows that it is live, and shows pictures as they come
 * instead of collecting some first. Pure. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define API_MP4_ASC_MAX                                                                            \
    64 // bytes of an AudioSpecificConfig: its descriptors have lengths of one byte

typedef struct ApiMp4Track {
    const char *entry;     // "avc1", "hvc1", "mp4a"
    uint32_t scale;        // ticks a second
    int width, height;     // of pictures
    int channels;          // of sound
    const uint8_t *config; // avcC, hvcC, AudioSpecificConfig; borrowed
    size_t config_size;
} ApiMp4Track;

/* Appends ftyp and moov. */
void api_mp4_put_init(GByteArray *out, const ApiMp4Track *track);

typedef struct ApiMp4Sample { // times in ticks
    uint32_t sequence;        // of the fragment, from 1
    int64_t decode;           // ≥ 0
    int32_t shown_after;      // presentation less decoding time
    uint32_t duration;
    bool key;
    const uint8_t *data;
    size_t size;
} ApiMp4Sample;

/* Appends moof and mdat with that one sample. */
void api_mp4_put_fragment(GByteArray *out, const ApiMp4Sample *sample);
