// SPDX-License-Identifier: GPL-3.0-or-later
/* Decoding times. RTP tells when a picture is shown, MP4 wants to know also when it is decoded.
 *
 * Without B-frames the two are the same. With them pictures come in decoding order, and the n-th
 * one to come is decoded `depth` pictures before the n-th one to be shown: its dts is the n-th
 * smallest pts less the delay. Pure; one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CAP_REORDER_DEPTH_MAX 16

typedef struct CapReorder {
    int depth;                                // pictures that may overtake
    int count;                                // in shown
    int64_t shown[CAP_REORDER_DEPTH_MAX + 1]; // pts not yet used as dts, ascending
    int64_t last_dts_us;
    bool started;
} CapReorder;

/* The depth that pictures with these @pts, in order of coming, need. */
int cap_reorder_measure(const int64_t *pts_us, int count);

/* @depth 0…CAP_REORDER_DEPTH_MAX. */
void cap_reorder_init(CapReorder *reorder, int depth);

/* The dts of the next picture to come; rises always. @step_us: about how far pictures are apart.
 * @ret_late is set true if the picture should have been shown before: the depth is too small. */
int64_t cap_reorder_dts(CapReorder *reorder, int64_t pts_us, int64_t step_us, bool *ret_late);
