// SPDX-License-Identifier: GPL-3.0-or-later
/* The stamp: who took a picture and when, as black and white blocks that a program reads back after
 * lossy coding and scaling.
 *
 * The stamp is the lowest 2/36 of the picture: two rows of 64 blocks, each 1/64 of the width and
 * 1/36 of the height (10 x 10 pixels at 640 x 360), so that it survives any scaling of the whole
 * picture, also one that changes its shape. Black = 0, white = 1, left to right, top to bottom,
 * most significant bit first, 16 bytes: 0-1  magic 0x4D 0x4A, from whose known bits the reader
 * takes its black and white levels 2    camera number 3-9  UTC microseconds since 1970 10-13 frame
 * number 14-15 CRC-16/CCITT-FALSE over bytes 0 to 13 `stamp.mjs` reads the same from a canvas. Pure
 * functions; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HALL_STAMP_COLUMNS 64
#define HALL_STAMP_ROWS 2
#define HALL_STAMP_PICTURE_ROWS 36 // block rows in a whole picture

typedef struct HallStamp {
    uint8_t camera;
    int64_t utc_us; // capture time; 56 bits, not negative
    uint32_t frame;
} HallStamp;

/* Draws @stamp over the foot of an 8-bit luma plane. Chroma, if there is any, should be neutral
 * there (hall_stamp_top() tells from which line on). */
void hall_stamp_draw(uint8_t *luma, int width, int height, int stride, const HallStamp *stamp);

/* Reads the stamp of an 8-bit luma plane (limited or full range), about 320 pixels wide or more.
 * False if there is none, or it is damaged: a stamp is either right or not read. */
bool hall_stamp_read(const uint8_t *luma, int width, int height, int stride, HallStamp *ret);

/* The first line of the stamp in a picture of @height lines. */
int hall_stamp_top(int height);
