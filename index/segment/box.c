// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/box.h"

#include <string.h>

uint64_t idx_bytes_uint(IdxBytes *bytes, size_t count)
{
    if (bytes->left < count) {
        bytes->over = true;
        bytes->left = 0;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes->at[i];
    bytes->at += count;
    bytes->left -= count;
    return value;
}

uint32_t idx_bytes_u32(IdxBytes *bytes)
{
    return (uint32_t)idx_bytes_uint(bytes, 4);
}

void idx_bytes_skip(IdxBytes *bytes, size_t count)
{
    if (bytes->left < count) {
        bytes->over = true;
        count = bytes->left;
    }
    bytes->at += count;
    bytes->left -= count;
}

bool idx_box_next(IdxBytes *bytes, IdxBox *ret)
{
    if (bytes->left < 8)
        return false;
    IdxBytes head = *bytes;
    uint64_t size = idx_bytes_u32(&head);
    memcpy(ret->type, head.at, 4);
    ret->type[4] = '\0';
    idx_bytes_skip(&head, 4);
    size_t header = 8;
    if (size == 1) {
        if (head.left < 8)
            return false;
        size = idx_bytes_uint(&head, 8);
        header = 16;
    }
    if (size < header || size > bytes->left)
        return false;
    ret->size = (size_t)size;
    ret->body = (IdxBytes){head.at, (size_t)size - header, false};
    idx_bytes_skip(bytes, (size_t)size);
    return true;
}

bool idx_box_find(IdxBytes bytes, const char *type, IdxBox *ret)
{
    while (idx_box_next(&bytes, ret))
        if (idx_box_is(ret, type))
            return true;
    return false;
}

bool idx_box_is(const IdxBox *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}
