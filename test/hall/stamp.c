// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/stamp.h"

#include <stddef.h>
#include <string.h>

#define STAMP_BYTES 16
#define MAGIC_BITS 16
/* Not the ends of the range: saves bits and rings less, and 168 levels apart is plenty. */
#define BLACK 40
#define WHITE 208
#define MIN_CONTRAST 48

static const uint8_t MAGIC[2] = {0x4D, 0x4A};

static uint16_t crc16(const uint8_t *data, size_t length)
{
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= (uint16_t)(data[i] << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

static void pack(const HallStamp *stamp, uint8_t out[STAMP_BYTES])
{
    memcpy(out, MAGIC, sizeof(MAGIC));
    out[2] = stamp->camera;
    for (int i = 0; i < 7; i++)
        out[3 + i] = (uint8_t)((uint64_t)stamp->utc_us >> (8 * (6 - i)));
    for (int i = 0; i < 4; i++)
        out[10 + i] = (uint8_t)(stamp->frame >> (8 * (3 - i)));
    uint16_t crc = crc16(out, 14);
    out[14] = (uint8_t)(crc >> 8);
    out[15] = (uint8_t)crc;
}

static bool unpack(const uint8_t in[STAMP_BYTES], HallStamp *ret)
{
    if (memcmp(in, MAGIC, sizeof(MAGIC)) != 0 || crc16(in, 14) != (in[14] << 8 | in[15]))
        return false;
    uint64_t utc = 0;
    for (int i = 0; i < 7; i++)
        utc = utc << 8 | in[3 + i];
    uint32_t frame = 0;
    for (int i = 0; i < 4; i++)
        frame = frame << 8 | in[10 + i];
    *ret = (HallStamp){.camera = in[2], .utc_us = (int64_t)utc, .frame = frame};
    return true;
}

static bool bit_at(const uint8_t *bytes, int index)
{
    return bytes[index / 8] >> (7 - index % 8) & 1;
}

int hall_stamp_top(int height)
{
    return height * (HALL_STAMP_PICTURE_ROWS - HALL_STAMP_ROWS) / HALL_STAMP_PICTURE_ROWS;
}

void hall_stamp_draw(uint8_t *luma, int width, int height, int stride, const HallStamp *stamp)
{
    uint8_t bytes[STAMP_BYTES];
    pack(stamp, bytes);
    for (int y = hall_stamp_top(height); y < height; y++) {
        int row =
            y * HALL_STAMP_PICTURE_ROWS / height - (HALL_STAMP_PICTURE_ROWS - HALL_STAMP_ROWS);
        row = row < 0 ? 0 : row;
        uint8_t *line = luma + (ptrdiff_t)y * stride;
        for (int column = 0; column < HALL_STAMP_COLUMNS; column++) {
            int from = column * width / HALL_STAMP_COLUMNS;
            int to = (column + 1) * width / HALL_STAMP_COLUMNS;
            bool white = bit_at(bytes, row * HALL_STAMP_COLUMNS + column);
            memset(line + from, white ? WHITE : BLACK, (size_t)(to - from));
        }
    }
}

/* The mean of the middle half of block @index: its edges are blurred by coding and scaling. */
static int block_level(const uint8_t *luma, int width, int height, int stride, int index)
{
    int column = index % HALL_STAMP_COLUMNS;
    int row = HALL_STAMP_PICTURE_ROWS - HALL_STAMP_ROWS + index / HALL_STAMP_COLUMNS;
    int left = (4 * column + 1) * width / (4 * HALL_STAMP_COLUMNS);
    int right = (4 * column + 3) * width / (4 * HALL_STAMP_COLUMNS);
    int top = (4 * row + 1) * height / (4 * HALL_STAMP_PICTURE_ROWS);
    int bottom = (4 * row + 3) * height / (4 * HALL_STAMP_PICTURE_ROWS);
    int sum = 0, count = 0;
    for (int y = top; y <= bottom && y < height; y++)
        for (int x = left; x <= right && x < width; x++, count++)
            sum += luma[(ptrdiff_t)y * stride + x];
    return count ? sum / count : 0;
}

/* Half way between the black and the white of the magic; -1 if they are too near each other. */
static int threshold(const int *levels)
{
    int sum[2] = {0, 0}, count[2] = {0, 0};
    for (int i = 0; i < MAGIC_BITS; i++) {
        bool white = bit_at(MAGIC, i);
        sum[white] += levels[i];
        count[white]++;
    }
    int black = sum[0] / count[0], white = sum[1] / count[1];
    return white - black < MIN_CONTRAST ? -1 : (black + white) / 2;
}

bool hall_stamp_read(const uint8_t *luma, int width, int height, int stride, HallStamp *ret)
{
    int levels[HALL_STAMP_COLUMNS * HALL_STAMP_ROWS];
    if (width < 2 * HALL_STAMP_COLUMNS || height < 2 * HALL_STAMP_PICTURE_ROWS)
        return false;
    for (int i = 0; i < HALL_STAMP_COLUMNS * HALL_STAMP_ROWS; i++)
        levels[i] = block_level(luma, width, height, stride, i);
    int middle = threshold(levels);
    if (middle < 0)
        return false;
    uint8_t bytes[STAMP_BYTES] = {0};
    for (int i = 0; i < HALL_STAMP_COLUMNS * HALL_STAMP_ROWS; i++)
        if (levels[i] > middle)
            bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
    return unpack(bytes, ret);
}
