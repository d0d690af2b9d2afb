// SPDX-License-Identifier: GPL-3.0-or-later
/* Makes small video files with libav, for tests. */
#pragma once

#include "test/hall/paint.h"

#include <stdbool.h>

typedef struct HallEncode {
    const char *codec; // libavcodec's name: "libx264", "libx265"
    int width, height;
    int fps, gop, crf, frames;
    void (*draw)(const HallCanvas *canvas, int frame, void *data);
    void *data;
} HallEncode;

/* Writes @path (the format by its ending), without B-frames. */
bool hall_encode(const char *path, const HallEncode *spec, GError **error);
