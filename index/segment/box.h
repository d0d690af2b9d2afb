// SPDX-License-Identifier: GPL-3.0-or-later
/* The boxes of an MP4 file (ISO/IEC 14496-12), for boxes.c, box_tracks.c, file.c and clip/samples.c.
 *
 * Any bytes may be given: sizes are checked before they are believed, and nothing is read beyond
 * what was given; reading on gives 0 and marks it. Pure; nothing is allocated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct IdxBytes { // yet to be read; borrowed
    const uint8_t *at;
    size_t left;
    bool over; // more was asked for than there is
} IdxBytes;

typedef struct IdxBox {
    char type[5];
    IdxBytes body;
    size_t size; // with its header
} IdxBox;

/* Big-endian, @bytes at most 8. */
uint64_t idx_bytes_uint(IdxBytes *bytes, size_t count);
uint32_t idx_bytes_u32(IdxBytes *bytes);
void idx_bytes_skip(IdxBytes *bytes, size_t count);

/* The next box of @bytes, which moves past it. False at the end or at a box that is not whole. */
bool idx_box_next(IdxBytes *bytes, IdxBox *ret);

/* The first box of @type in @bytes. */
bool idx_box_find(IdxBytes bytes, const char *type, IdxBox *ret);

bool idx_box_is(const IdxBox *box, const char *type);
