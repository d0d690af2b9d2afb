// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/fragment.h"

#include "index/base/error.h"

static void put_number(GByteArray *out, uint64_t value)
{
    do {
        uint8_t byte = value & 0x7f;
        value >>= 7;
        if (value)
            byte |= 0x80;
        g_byte_array_append(out, &byte, 1);
    } while (value);
}

void idx_fragment_append(GByteArray *stored, const IdxFragment *fragment)
{
    put_number(stored, (uint64_t)fragment->length << 1 | (fragment->key ? 1 : 0));
    put_number(stored, (uint64_t)fragment->duration_us);
}

/* Up to 56 bits: more would let offsets overflow. */
static bool take_number(const uint8_t **p, const uint8_t *end, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 56 && *p < end; shift += 7) {
        uint8_t byte = *(*p)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *ret = value;
            return true;
        }
    }
    return false;
}

GArray *idx_fragment_decode(const uint8_t *stored, size_t size, int64_t init_bytes,
                            int64_t segment_start_us, GError **error)
{
    g_autoptr(GArray) fragments = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    const uint8_t *p = stored, *end = size ? stored + size : stored; // NULL has no end
    IdxFragment f = {.offset = init_bytes, .start_us = segment_start_us};
    while (p < end) {
        uint64_t length = 0, duration = 0;
        if (!take_number(&p, end, &length) || !take_number(&p, end, &duration) ||
            f.offset > INT64_C(1) << 60 || f.start_us > INT64_C(1) << 61) {
            mj_error_set(error, MJ_ERROR_CORRUPT, "a fragment index is damaged");
            return NULL;
        }
        f.length = (int64_t)(length >> 1);
        f.key = length & 1;
        f.duration_us = (int64_t)duration;
        g_array_append_val(fragments, f);
        f.offset += f.length;
        f.start_us += f.duration_us;
    }
    return g_steal_pointer(&fragments);
}
