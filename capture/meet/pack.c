// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/pack.h"

#include <string.h>

#define LENGTH_BYTES 4
#define FU_A 28
#define SPS 7
#define AVCC_SETS 5 // where avcC counts its parameter sets

static void put_fragments(const uint8_t *nal, size_t size, bool last, CapPackSink sink, void *data)
{
    uint8_t out[CAP_PACK_BYTES];
    uint8_t begin = 0x80;
    out[0] = (uint8_t)((nal[0] & 0xe0) | FU_A);
    for (size_t at = 1; at < size;) {
        size_t n = MIN(size - at, sizeof out - 2);
        bool end = at + n == size;
        out[1] = (uint8_t)(begin | (end ? 0x40 : 0) | (nal[0] & 0x1f));
        memcpy(out + 2, nal + at, n);
        sink(data, out, n + 2, last && end);
        begin = 0;
        at += n;
    }
}

static void put_nal(const uint8_t *nal, size_t size, bool last, CapPackSink sink, void *data)
{
    if (size > CAP_PACK_BYTES)
        put_fragments(nal, size, last, sink, data);
    else if (size > 0)
        sink(data, nal, size, last);
}

/* Sequence and picture parameter sets of avcC (ISO 14496-15 5.3.3.1). */
static void put_sets(const CapVideoParams *params, CapPackSink sink, void *data)
{
    const uint8_t *record = params->record;
    size_t size = params->record_size, at = AVCC_SETS;
    for (int kind = 0; kind < 2 && at < size; kind++) {
        int n = record[at++] & (kind == 0 ? 0x1f : 0xff);
        for (int i = 0; i < n && at + 2 <= size; i++) {
            size_t length = (size_t)record[at] << 8 | record[at + 1];
            at += 2;
            if (length > size - at)
                return;
            put_nal(record + at, length, false, sink, data);
            at += length;
        }
    }
}

/* The NAL unit at *at, which goes on behind it; 0 = there is none more. */
static size_t next_nal(const uint8_t *picture, size_t size, size_t *at)
{
    if (size - *at <= LENGTH_BYTES)
        return 0;
    const uint8_t *p = picture + *at;
    size_t length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    *at += LENGTH_BYTES;
    return length <= size - *at ? length : 0;
}

static bool has_sets(const uint8_t *picture, size_t size)
{
    size_t at = 0, length = 0;
    for (; (length = next_nal(picture, size, &at)) > 0; at += length)
        if ((picture[at] & 0x1f) == SPS)
            return true;
    return false;
}

void cap_pack_h264(const uint8_t *picture, size_t size, const CapVideoParams *params, bool key,
                   CapPackSink sink, void *data)
{
    size_t at = 0, length = 0;
    if (key && !has_sets(picture, size))
        put_sets(params, sink, data);
    for (; (length = next_nal(picture, size, &at)) > 0; at += length)
        put_nal(picture + at, length, size - at - length <= LENGTH_BYTES, sink, data);
}
