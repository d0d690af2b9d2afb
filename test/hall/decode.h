// SPDX-License-Identifier: GPL-3.0-or-later
/* Decodes the video of a file or an RTSP URL with libav, for tests: what was recorded or sent, as
 * pictures. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define HALL_NO_TIME INT64_MIN

typedef struct HallFrame {
    const uint8_t *luma; // 8-bit
    int width, height, stride;
    int64_t pts_us;         // HALL_NO_TIME if unknown
    int64_t source_utc_us;  // what the source's own clock says (AV_PKT_DATA_PRFT), or HALL_NO_TIME
    int64_t arrived_utc_us; // when the packet came from libavformat
    bool key;
} HallFrame;

/* Calls @visit for each frame until it returns false or the video ends. RTSP goes over TCP and ends
 * with MJ_ERROR_TIMEOUT after 5 s of silence. Errors do not show credentials. */
bool hall_decode(const char *url, bool (*visit)(const HallFrame *frame, void *data), void *data,
                 GError **error);
