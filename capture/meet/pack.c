// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/pack.h"

#include <string.h>

#define LENGTH_BYTES 4
#define FU_A 28
#define SPS 7
#define TYPE_FIRST 1 // of a NAL unit; what is beyond is RTP's own (RFC 6184 5.2), or nobody's
#define TYPE_LAST 23
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

/* One is held back, until it is known whether another follows. */
typedef struct Packer {
    CapPackSink sink;
    void *data;
    const uint8_t *nal; // NULL = none
    size_t size;
} Packer;

static void put_held(Packer *packer, bool last)
{
    if (packer->nal && packer->size > CAP_PACK_BYTES)
        put_fragments(packer->nal, packer->size, last, packer->sink, packer->data);
    else if (packer->nal)
        packer->sink(packer->data, packer->nal, packer->size, last);
}

static bool is_carried(const uint8_t *nal, size_t size)
{
    uint8_t type = size > 0 ? nal[0] & 0x1f : 0;
    return type >= TYPE_FIRST && type <= TYPE_LAST;
}

static void take_nal(Packer *packer, const uint8_t *nal, size_t size)
{
    if (!is_carried(nal, size))
        return;
    put_held(packer, false);
    packer->nal = nal;
    packer->size = size;
}

/* Sequence and picture parameter sets of avcC (ISO 14496-15 5.3.3.1). */
static void take_sets(Packer *packer, const CapVideoParams *params)
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
            take_nal(packer, record + at, length);
            at += length;
        }
    }
}

/* The NAL unit at *at, which goes on behind it; it may be empty. False: there is none more. */
static bool next_nal(const uint8_t *picture, size_t size, size_t *at, const uint8_t **ret_nal,
                     size_t *ret_size)
{
    if (size - *at < LENGTH_BYTES)
        return false;
    const uint8_t *p = picture + *at;
    size_t length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
    if (length > size - *at - LENGTH_BYTES)
        return false;
    *ret_nal = p + LENGTH_BYTES;
    *ret_size = length;
    *at += LENGTH_BYTES + length;
    return true;
}

static bool has_sets(const uint8_t *picture, size_t size)
{
    const uint8_t *nal = NULL;
    for (size_t at = 0, length = 0; next_nal(picture, size, &at, &nal, &length);)
        if (length > 0 && (nal[0] & 0x1f) == SPS)
            return true;
    return false;
}

void cap_pack_h264(const uint8_t *picture, size_t size, const CapVideoParams *params, bool key,
                   CapPackSink sink, void *data)
{
    Packer packer = {.sink = sink, .data = data};
    const uint8_t *nal = NULL;
    if (key && !has_sets(picture, size))
        take_sets(&packer, params);
    for (size_t at = 0, length = 0; next_nal(picture, size, &at, &nal, &length);)
        take_nal(&packer, nal, length);
    put_held(&packer, true);
}
