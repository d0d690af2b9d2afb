// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FNV_PRIME 16777619u
#define UUID_BYTES 16
#define CHECK_CHARS 8
#define SEI_USER_DATA_UNREGISTERED 5
enum { H264_SEI = 6, H265_SEI_PREFIX = 39 };

/* Ours: "mingjing" and eight bytes drawn by lot; no zeros, so no emulation prevention. */
static const uint8_t UUID[UUID_BYTES] = {'m',  'i',  'n',  'g',  'j',  'i',  'n',  'g',
                                         0xa7, 0x51, 0xc4, 0x1e, 0xb9, 0x6d, 0x82, 0xf3};

uint32_t rtsp_hash(uint32_t hash, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * FNV_PRIME;
    return hash;
}

RtspUnitKind rtsp_unit_kind(const uint8_t *unit, size_t size, bool hevc)
{
    if (hevc) {
        int type = unit[0] >> 1 & 0x3f;
        if (type < 32)
            return type >= 16 && type <= 23 ? RTSP_UNIT_KEY_SLICE : RTSP_UNIT_SLICE;
        return type <= 34 ? RTSP_UNIT_SET : RTSP_UNIT_OTHER;
    }
    int type = unit[0] & 0x1f;
    if (type >= 1 && type <= 5)
        return type == 5 ? RTSP_UNIT_KEY_SLICE : RTSP_UNIT_SLICE;
    return type == 7 || type == 8 ? RTSP_UNIT_SET : RTSP_UNIT_OTHER;
}

size_t rtsp_mark_write(const RtspMark *mark, bool hevc, uint8_t *out)
{
    char text[RTSP_MARK_MAX];
    int length = snprintf(text, sizeof text,
                          "%" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64 " %08" PRIx32 " ",
                          mark->mount, mark->frame, mark->utc_us, mark->camera_us, mark->hash);
    uint32_t check = rtsp_hash(RTSP_HASH_START, (const uint8_t *)text, (size_t)length);
    length += snprintf(text + length, sizeof text - (size_t)length, "%08" PRIx32, check);
    size_t at = 0;
    if (hevc) {
        out[at++] = H265_SEI_PREFIX << 1;
        out[at++] = 1; // layer 0, temporal id 0
    } else {
        out[at++] = H264_SEI;
    }
    out[at++] = SEI_USER_DATA_UNREGISTERED;
    out[at++] = (uint8_t)(UUID_BYTES + length); // < 255: the text has at most 79 characters
    memcpy(out + at, UUID, UUID_BYTES);
    at += UUID_BYTES;
    memcpy(out + at, text, (size_t)length);
    at += (size_t)length;
    out[at++] = 0x80; // stop bit
    return at;
}

static bool parse_text(const char *text, size_t length, RtspMark *ret)
{
    if (length <= CHECK_CHARS || length >= RTSP_MARK_MAX)
        return false;
    char copy[RTSP_MARK_MAX];
    memcpy(copy, text, length);
    copy[length] = 0;
    RtspMark mark;
    uint32_t check;
    if (sscanf(copy, "%" SCNu32 " %" SCNu32 " %" SCNd64 " %" SCNd64 " %" SCNx32 " %" SCNx32,
               &mark.mount, &mark.frame, &mark.utc_us, &mark.camera_us, &mark.hash, &check) != 6)
        return false;
    if (check != rtsp_hash(RTSP_HASH_START, (const uint8_t *)text, length - CHECK_CHARS))
        return false;
    *ret = mark;
    return true;
}

bool rtsp_mark_read(const uint8_t *unit, size_t size, bool hevc, RtspMark *ret)
{
    size_t head = hevc ? 2 : 1;
    if (size < head + 2 + UUID_BYTES + CHECK_CHARS)
        return false;
    bool sei = hevc ? (unit[0] >> 1 & 0x3f) == H265_SEI_PREFIX : (unit[0] & 0x1f) == H264_SEI;
    const uint8_t *body = unit + head;
    size_t length = body[1];
    if (!sei || body[0] != SEI_USER_DATA_UNREGISTERED || length < UUID_BYTES ||
        head + 2 + length > size || memcmp(body + 2, UUID, UUID_BYTES) != 0)
        return false;
    return parse_text((const char *)body + 2 + UUID_BYTES, length - UUID_BYTES, ret);
}

static size_t read_length(const uint8_t *data, int bytes)
{
    size_t length = 0;
    for (int i = 0; i < bytes; i++)
        length = length << 8 | data[i];
    return length;
}

void rtsp_mark_find(const uint8_t *data, size_t size, int length_bytes, bool hevc,
                    RtspMarkFound *ret)
{
    *ret = (RtspMarkFound){0};
    uint32_t hash = RTSP_HASH_START;
    size_t head = (size_t)length_bytes, at = 0;
    while (at + head < size) {
        size_t length = read_length(data + at, length_bytes);
        const uint8_t *unit = data + at + head;
        if (length == 0 || length > size - at - head)
            return;
        RtspUnitKind kind = rtsp_unit_kind(unit, length, hevc);
        if (kind == RTSP_UNIT_SLICE || kind == RTSP_UNIT_KEY_SLICE)
            hash = rtsp_hash(hash, unit, length);
        else if (rtsp_mark_read(unit, length, hevc, &ret->mark))
            ret->marks++;
        ret->key |= kind == RTSP_UNIT_KEY_SLICE;
        at += head + length;
    }
    ret->whole = ret->marks == 1 && at == size && hash == ret->mark.hash;
}
