// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/vp8.h"

#include <string.h>

enum { EXTENDED = 0x80, STARTS = 0x10, PARTITION = 0x07 }; // the first byte
enum {
    PICTURE_ID = 0x80,
    LAYER = 0x40,
    TEMPORAL = 0x20,
    KEY_INDEX = 0x10
}; // the second, if EXTENDED

size_t cap_vp8_descriptor(const uint8_t *payload, size_t size, bool *ret_begins)
{
    if (size < 2)
        return 0;
    size_t head = 1;
    if (payload[0] & EXTENDED) {
        uint8_t has = payload[head++];
        if (has & PICTURE_ID)
            head += head < size && payload[head] & 0x80 ? 2 : 1;
        head += (has & LAYER) != 0;
        head += (has & (TEMPORAL | KEY_INDEX)) != 0;
    }
    if (head >= size)
        return 0;
    *ret_begins = (payload[0] & STARTS) && (payload[0] & PARTITION) == 0;
    return head;
}

bool cap_vp8_is_key(const uint8_t *picture, size_t size)
{
    return size > 0 && !(picture[0] & 1);
}

bool cap_vp8_size(const uint8_t *picture, size_t size, int *ret_width, int *ret_height)
{
    static const uint8_t CODE[] = {0x9d, 0x01, 0x2a};
    if (size < 10 || !cap_vp8_is_key(picture, size) || memcmp(picture + 3, CODE, sizeof CODE) != 0)
        return false;
    int width = (picture[6] | picture[7] << 8) & 0x3fff; // above: how it is to be scaled
    int height = (picture[8] | picture[9] << 8) & 0x3fff;
    if (width == 0 || height == 0)
        return false;
    *ret_width = width;
    *ret_height = height;
    return true;
}

void cap_vp8_config(uint8_t out[CAP_VP8_CONFIG_BYTES])
{
    /* Version 1; profile 0, level 1.0 (VP8 has none), 8 bits, 4:2:0, colours not told; no more to come. */
    static const uint8_t CONFIG[CAP_VP8_CONFIG_BYTES] = {1, 0, 0, 0, 0, 10, 0x80, 2, 2, 2, 0, 0};
    memcpy(out, CONFIG, sizeof CONFIG);
}
