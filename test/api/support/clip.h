// SPDX-License-Identifier: GPL-3.0-or-later
/* Small real recordings for tests: fragmented MP4, H.264, each picture carrying its number in
 * blocks that survive coding. */
#pragma once

#include "index/segment/segment.h"

#define CLIP_WIDTH 160
#define CLIP_HEIGHT 96
#define CLIP_FPS 25
#define CLIP_FRAME_US (1000000 / CLIP_FPS)

typedef struct ClipSpec {
    int first; // number of the first picture; picture n is shown n frames after number 0
    int frames;
    int gop;           // pictures from key frame to key frame
    int fragment;      // pictures a fragment, a divisor of gop
    int b_frames;      // 0 or more
    int64_t origin_us; // file time of picture 0
} ClipSpec;

/* Writes @path; fills @ret_segment's bytes, init_bytes, frames, media_start_us, video, width,
 * height and sha256, and @fragments (stored form) and @list (IdxFragment; start_us from @start_us).
 * Aborts the test if libav cannot. */
void clip_write(const char *path, const ClipSpec *spec, int64_t start_us, IdxSegment *ret_segment,
                GByteArray *fragments, GArray *list);

/* The numbers of all pictures in @bytes (an MP4, or one JPEG), in the order they are shown. GArray
 * of int; NULL if libav cannot open it. */
GArray *clip_numbers(GBytes *bytes, bool jpeg, int *ret_width, int *ret_height);
