// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/access_unit.h"

#include <string.h>

#include "capture/vp8.h"

#define SPARE_BYTES                                                                                \
    4096 // that a finished picture's buffer may have too much: it is kept for a while (tap.h)
#define FIRST_BYTES 32768 // of a new buffer; grows to what the stream's pictures need

struct CapAccessUnit {
    enum AVCodecID codec;
    AVBufferRef *buffer;
    size_t size;      // bytes in it
    size_t nal;       // where the present NAL unit's length stands; SIZE_MAX = before the first
    size_t usual;     // size of the largest of the last pictures
    bool coded;       // the present NAL unit began with a start code
    bool has_picture; // something of a picture is in it
    bool key;
    bool foreign;     // what came is coded otherwise
    GByteArray *sets; // parameter sets in force, with lengths
    GByteArray *seen; // those of the present picture
    CapVideoParams *params;
};

CapAccessUnit *cap_access_unit_new(enum AVCodecID codec, const uint8_t *extradata, size_t size)
{
    CapAccessUnit *unit = g_new0(CapAccessUnit, 1);
    unit->codec = codec;
    unit->nal = SIZE_MAX;
    unit->usual = FIRST_BYTES;
    unit->sets = g_byte_array_new();
    unit->seen = g_byte_array_new();
    if (extradata && cap_access_unit_add(unit, extradata, size, NULL)) {
        CapPacket none = {0};
        cap_access_unit_take(unit, &none); // leaves the sets behind
        cap_packet_clear(&none);
    }
    cap_access_unit_drop(unit);
    return unit;
}

void cap_access_unit_free(CapAccessUnit *unit)
{
    if (!unit)
        return;
    av_buffer_unref(&unit->buffer);
    g_byte_array_unref(unit->sets);
    g_byte_array_unref(unit->seen);
    cap_video_params_unref(unit->params);
    g_free(unit);
}

void cap_access_unit_drop(CapAccessUnit *unit)
{
    unit->size = 0;
    unit->nal = SIZE_MAX;
    unit->has_picture = unit->key = unit->foreign = false;
    g_byte_array_set_size(unit->seen, 0);
}

static bool reserve(CapAccessUnit *unit, size_t more, GError **error)
{
    size_t need = unit->size + more;
    if (need > CAP_ACCESS_UNIT_MAX_BYTES)
        return mj_error_set(error, MJ_ERROR_INVALID, "a picture of more than %d MB",
                            CAP_ACCESS_UNIT_MAX_BYTES >> 20);
    if (unit->buffer && unit->buffer->size >= need)
        return true;
    size_t room = MAX(unit->usual, need + need / 2);
    if (av_buffer_realloc(&unit->buffer, room) < 0)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for a picture");
    return true;
}

static void write_length(uint8_t *at, size_t length)
{
    at[0] = (uint8_t)(length >> 24);
    at[1] = (uint8_t)(length >> 16);
    at[2] = (uint8_t)(length >> 8);
    at[3] = (uint8_t)length;
}

static bool is_start_code(const uint8_t *bytes, size_t size)
{
    return size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 1;
}

/* Where the next four-byte start code begins in @bytes, @size if nowhere. */
static size_t next_start_code(const uint8_t *bytes, size_t size)
{
    static const uint8_t CODE[] = {0, 0, 0, 1};
    const uint8_t *at = memmem(bytes, size, CODE, sizeof CODE);
    return at ? (size_t)(at - bytes) : size;
}

static bool check_codec(const CapAccessUnit *unit, GError **error)
{
    if (!unit->foreign)
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID,
                        unit->codec == AV_CODEC_ID_H264 ? "H.265 where it announced H.264"
                                                        : "H.264 where it announced H.265");
}

static void note_kind(CapAccessUnit *unit, CapNalKind kind, size_t length)
{
    unit->foreign |= cap_nal_is_foreign(unit->codec, unit->buffer->data + unit->nal + 4, length);
    unit->has_picture |= kind == CAP_NAL_PICTURE || kind == CAP_NAL_KEY;
    unit->key |= kind == CAP_NAL_KEY;
    if (kind == CAP_NAL_SET && unit->seen->len + length + 4 <= CAP_PARAMETER_SETS_MAX_BYTES)
        g_byte_array_append(unit->seen, unit->buffer->data + unit->nal, (guint)length + 4);
}

/* The NAL unit at @from goes to the present one's place, which is there or before, and the next place is
 * behind it. */
static void put_nal(CapAccessUnit *unit, size_t from, size_t length, CapNalKind kind)
{
    uint8_t *place = unit->buffer->data + unit->nal;
    if (from != unit->nal + 4)
        memmove(place + 4, unit->buffer->data + from, length);
    write_length(place, length);
    note_kind(unit, kind, length);
    unit->nal += 4 + length;
}

/* The present NAL unit is whole: gives it its length and looks what it is. If it is several with
 * start codes between them, these become the lengths; of codes with nothing between them nothing stays. One
 * pass, whatever was sent. */
static void end_nal(CapAccessUnit *unit)
{
    if (unit->nal == SIZE_MAX || unit->codec == AV_CODEC_ID_VP8)
        return;
    for (size_t from = unit->nal + 4; from < unit->size; unit->coded = true) {
        const uint8_t *nal = unit->buffer->data + from;
        size_t rest = unit->size - from;
        CapNalKind kind = cap_nal_kind(unit->codec, nal, rest);
        bool search = unit->coded || kind == CAP_NAL_SET;
        size_t length = search ? next_start_code(nal, rest) : rest;
        if (length > 0)
            put_nal(unit, from, length, kind);
        from += length + 4;
    }
    unit->size = unit->nal;
    unit->nal = SIZE_MAX;
}

static void append(CapAccessUnit *unit, const uint8_t *bytes, size_t size)
{
    if (unit->nal == SIZE_MAX) {
        if (unit->size == 0 && size == 0)
            return;
        unit->coded = false;
        unit->nal = unit->size;
        unit->size += unit->codec == AV_CODEC_ID_VP8 ? 0 : 4; // room for the length
    }
    memcpy(unit->buffer->data + unit->size, bytes, size);
    unit->size += size;
}

/* VP8: the picture is whole. */
static void look_at_vp8(CapAccessUnit *unit)
{
    const uint8_t *bytes = unit->buffer->data;
    int width = 0, height = 0;
    unit->has_picture = true;
    unit->key = cap_vp8_size(bytes, unit->size, &width, &height);
    if (!unit->key ||
        (unit->params && unit->params->width == width && unit->params->height == height))
        return;
    cap_video_params_unref(unit->params);
    unit->params = cap_video_params_new_vp8(width, height);
}

bool cap_access_unit_begin_nal(CapAccessUnit *unit, const uint8_t *bytes, size_t size,
                               GError **error)
{
    if (unit->codec == AV_CODEC_ID_VP8) {
        cap_access_unit_drop(unit);
        if (!reserve(unit, size, error))
            return false;
        append(unit, bytes, size);
        return true;
    }
    end_nal(unit);
    if (!check_codec(unit, error) || !reserve(unit, size + 4, error))
        return false;
    bool coded = is_start_code(bytes, size);
    size_t skip = coded ? 4 : 0;
    append(unit, bytes + skip, size - skip);
    unit->coded = coded;
    return true;
}

bool cap_access_unit_append(CapAccessUnit *unit, const uint8_t *bytes, size_t size, GError **error)
{
    if (unit->nal == SIZE_MAX)
        return true;
    if (!reserve(unit, size, error))
        return false;
    append(unit, bytes, size);
    return true;
}

bool cap_access_unit_add(CapAccessUnit *unit, const uint8_t *piece, size_t size, GError **error)
{
    if (!is_start_code(piece, size)) {
        /* The rest of a NAL unit whose beginning was lost cannot be decoded by anyone. */
        if (unit->nal == SIZE_MAX)
            return true;
        if (!reserve(unit, size, error))
            return false;
        append(unit, piece, size);
        return true;
    }
    if (!reserve(unit, size + 4, error))
        return false;
    while (is_start_code(piece, size)) {
        end_nal(unit);
        size_t length = next_start_code(piece + 4, size - 4);
        append(unit, piece + 4, length);
        piece += 4 + length;
        size -= 4 + length;
    }
    return check_codec(unit, error);
}

static bool contains(const GByteArray *all, const GByteArray *part)
{
    return part->len <= all->len && memmem(all->data, all->len, part->data, part->len);
}

static bool has_sequence(const CapAccessUnit *unit)
{
    uint8_t header = unit->seen->data[4];
    return unit->codec == AV_CODEC_ID_HEVC ? (header >> 1 & 0x3f) <= 33 : (header & 0x1f) == 7;
}

/* New parameter sets replace the old ones when they begin with a sequence parameter set (or the
 * video parameter set before it), and are added to them otherwise. */
static void update_params(CapAccessUnit *unit)
{
    if (unit->seen->len == 0 || contains(unit->sets, unit->seen))
        return;
    if (has_sequence(unit) || unit->sets->len + unit->seen->len > CAP_PARAMETER_SETS_MAX_BYTES)
        g_byte_array_set_size(unit->sets, 0);
    g_byte_array_append(unit->sets, unit->seen->data, unit->seen->len);
    CapVideoParams *params =
        cap_video_params_new(unit->codec, unit->sets->data, unit->sets->len, NULL);
    if (!params)
        return; // not complete yet, or not to be understood: the old ones stay in force
    cap_video_params_unref(unit->params);
    unit->params = params;
}

bool cap_access_unit_take(CapAccessUnit *unit, CapPacket *packet)
{
    end_nal(unit);
    if (unit->codec == AV_CODEC_ID_VP8 && unit->size > 0)
        look_at_vp8(unit);
    update_params(unit);
    g_byte_array_set_size(unit->seen, 0);
    if (!unit->has_picture)
        return false;
    packet->kind = CAP_VIDEO;
    if (unit->buffer->size - unit->size > SPARE_BYTES)
        av_buffer_realloc(&unit->buffer, unit->size); // if not, it stays large
    packet->buffer = g_steal_pointer(&unit->buffer);
    packet->data = packet->buffer->data;
    packet->size = unit->size;
    packet->key = unit->key;
    packet->params = unit->params ? cap_video_params_ref(unit->params) : NULL;
    unit->usual = MAX(unit->size + unit->size / 4, unit->usual - unit->usual / 16);
    unit->usual = MAX(unit->usual, FIRST_BYTES);
    cap_access_unit_drop(unit);
    return true;
}
