// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/wire.h"

#include "index/base/error.h"

#include <string.h>

enum { FLAG_KEY = 1, FLAG_SOUND = 2, FLAG_BY_CAMERA = 4, FLAG_BACKLOG = 8, FLAGS_ALL = 15 };

/* --- writing --------------------------------------------------------------------------------- */

static void put_int(GByteArray *out, uint64_t value, int bytes)
{
    uint8_t text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    g_byte_array_append(out, text, (guint)bytes);
}

static void put_bytes(GByteArray *out, const void *bytes, size_t size)
{
    if (size > 0)
        g_byte_array_append(out, bytes, (guint)size);
}

static void put_header(GByteArray *out, IdxWireType type, uint8_t flags, uint16_t channel,
                       size_t size)
{
    g_assert(size <= IDX_WIRE_BODY_MAX);
    put_int(out, type, 1);
    put_int(out, flags, 1);
    put_int(out, channel, 2);
    put_int(out, size, 4);
}

void idx_wire_put(GByteArray *out, IdxWireType type, uint16_t channel, const void *body,
                  size_t size)
{
    put_header(out, type, 0, channel, size);
    put_bytes(out, body, size);
}

void idx_wire_put_json(GByteArray *out, IdxWireType type, uint16_t channel, json_t *json)
{
    g_autofree char *text = mj_json_dump(json);
    json_decref(json);
    idx_wire_put(out, type, channel, text, strlen(text));
}

void idx_wire_put_error(GByteArray *out, uint16_t channel, const GError *error)
{
    int code = error->domain == MJ_ERROR ? error->code : MJ_ERROR_FAILED;
    json_t *json = json_pack("{s:s, s:s}", "code", mj_error_name(code), "message", error->message);
    if (code == MJ_ERROR_UNSUPPORTED)
        json_object_set_new(json, "version", json_integer(IDX_WIRE_VERSION));
    idx_wire_put_json(out, IDX_WIRE_ERROR, channel, json);
}

void idx_wire_put_lost(GByteArray *out, uint16_t channel, uint64_t pictures)
{
    put_header(out, IDX_WIRE_LOST, 0, channel, 8);
    put_int(out, pictures, 8);
}

static void put_name(GByteArray *out, const char *name)
{
    size_t length = strnlen(name, IDX_WIRE_NAME_MAX);
    put_int(out, length, 1);
    put_bytes(out, name, length);
}

void idx_wire_put_stream(GByteArray *out, uint16_t channel, const IdxWireStream *stream)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    put_name(body, stream->video);
    put_int(body, (uint64_t)stream->width, 2);
    put_int(body, (uint64_t)stream->height, 2);
    put_int(body, stream->video_config_size, 4);
    put_bytes(body, stream->video_config, stream->video_config_size);
    put_name(body, stream->audio);
    put_int(body, (uint64_t)stream->rate, 4);
    put_int(body, (uint64_t)stream->channels, 1);
    put_int(body, stream->audio_config_size, 4);
    put_bytes(body, stream->audio_config, stream->audio_config_size);
    idx_wire_put(out, IDX_WIRE_STREAM, channel, body->data, body->len);
}

void idx_wire_put_packet_head(GByteArray *out, uint16_t channel, const IdxWirePacket *packet)
{
    int flags = (packet->key ? FLAG_KEY : 0) | (packet->sound ? FLAG_SOUND : 0) |
                (packet->by_camera ? FLAG_BY_CAMERA : 0) | (packet->backlog ? FLAG_BACKLOG : 0);
    put_header(out, IDX_WIRE_PACKET, (uint8_t)flags, channel, packet->size + 16);
    put_int(out, (uint64_t)packet->pts_us, 8);
    put_int(out, (uint64_t)packet->utc_us, 8);
}

/* --- reading --------------------------------------------------------------------------------- */

typedef struct Cursor {
    const uint8_t *at;
    size_t left;
    bool good;
} Cursor;

static const uint8_t *get_bytes(Cursor *cursor, size_t size)
{
    if (!cursor->good || cursor->left < size) {
        cursor->good = false;
        return NULL;
    }
    const uint8_t *at = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return at;
}

static uint64_t get_int(Cursor *cursor, size_t bytes)
{
    const uint8_t *at = get_bytes(cursor, bytes);
    uint64_t value = 0;
    for (size_t i = 0; at && i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static void get_name(Cursor *cursor, char ret[IDX_WIRE_NAME_MAX + 1])
{
    size_t length = get_int(cursor, 1);
    const uint8_t *at = get_bytes(cursor, length);
    if (!at)
        return;
    for (size_t i = 0; i < length; i++)
        cursor->good &= g_ascii_isgraph((char)at[i]);
    if (length > IDX_WIRE_NAME_MAX)
        cursor->good = false;
    else
        memcpy(ret, at, length);
}

static bool invalid(GError **error, const char *what)
{
    return mj_error_set(error, MJ_ERROR_INVALID, "%s", what);
}

json_t *idx_wire_get_json(const IdxWireFrame *frame, GError **error)
{
    json_error_t wrong;
    json_t *json =
        json_loadb((const char *)frame->body, frame->size, JSON_REJECT_DUPLICATES, &wrong);
    if (json_is_object(json))
        return json;
    json_decref(json);
    invalid(error, "the body of a frame is no JSON object");
    return NULL;
}

bool idx_wire_get_stream(const IdxWireFrame *frame, IdxWireStream *ret, GError **error)
{
    Cursor cursor = {frame->body, frame->size, true};
    IdxWireStream stream = {0};
    get_name(&cursor, stream.video);
    stream.width = (int)get_int(&cursor, 2);
    stream.height = (int)get_int(&cursor, 2);
    stream.video_config_size = get_int(&cursor, 4);
    stream.video_config = get_bytes(&cursor, stream.video_config_size);
    get_name(&cursor, stream.audio);
    stream.rate = (int)(get_int(&cursor, 4) & INT32_MAX);
    stream.channels = (int)get_int(&cursor, 1);
    stream.audio_config_size = get_int(&cursor, 4);
    stream.audio_config = get_bytes(&cursor, stream.audio_config_size);
    if (frame->type != IDX_WIRE_STREAM || !cursor.good || cursor.left > 0)
        return invalid(error, "a stream's description is damaged");
    *ret = stream;
    return true;
}

bool idx_wire_get_packet(const IdxWireFrame *frame, IdxWirePacket *ret, GError **error)
{
    Cursor cursor = {frame->body, frame->size, true};
    int64_t pts_us = (int64_t)get_int(&cursor, 8);
    int64_t utc_us = (int64_t)get_int(&cursor, 8);
    if (frame->type != IDX_WIRE_PACKET || !cursor.good || frame->flags & ~FLAGS_ALL)
        return invalid(error, "a packet is damaged");
    *ret = (IdxWirePacket){.key = frame->flags & FLAG_KEY,
                           .sound = frame->flags & FLAG_SOUND,
                           .by_camera = frame->flags & FLAG_BY_CAMERA,
                           .backlog = frame->flags & FLAG_BACKLOG,
                           .pts_us = pts_us,
                           .utc_us = utc_us,
                           .data = cursor.at,
                           .size = cursor.left};
    return true;
}

bool idx_wire_get_lost(const IdxWireFrame *frame, uint64_t *ret_pictures, GError **error)
{
    Cursor cursor = {frame->body, frame->size, true};
    uint64_t pictures = get_int(&cursor, 8);
    if (frame->type != IDX_WIRE_LOST || !cursor.good || cursor.left > 0)
        return invalid(error, "a count of lost pictures is damaged");
    *ret_pictures = pictures;
    return true;
}

bool idx_wire_get_error(const IdxWireFrame *frame, GError **error)
{
    g_autoptr(json_t) json = idx_wire_get_json(frame, error);
    if (!json)
        return false;
    const char *name = json_string_value(json_object_get(json, "code"));
    const char *message = json_string_value(json_object_get(json, "message"));
    int code = MJ_ERROR_FAILED;
    for (int i = MJ_ERROR_FAILED; i <= MJ_ERROR_CANCELLED; i++)
        if (g_strcmp0(mj_error_name(i), name) == 0)
            code = i;
    return mj_error_set(error, (MjError)code, "%s", message ? message : "no reason was given");
}

/* --- frames ---------------------------------------------------------------------------------- */

struct IdxWireReader {
    size_t body_max;
    GByteArray *bytes;
    size_t used; // of bytes, by frames that were given out
    bool broken;
};

IdxWireReader *idx_wire_reader_new(size_t body_max)
{
    IdxWireReader *reader = g_new0(IdxWireReader, 1);
    reader->body_max = MIN(body_max, (size_t)IDX_WIRE_BODY_MAX);
    reader->bytes = g_byte_array_new();
    return reader;
}

void idx_wire_reader_free(IdxWireReader *reader)
{
    if (!reader)
        return;
    g_byte_array_unref(reader->bytes);
    g_free(reader);
}

void idx_wire_reader_add(IdxWireReader *reader, const void *bytes, size_t size)
{
    if (reader->used > 0) {
        g_byte_array_remove_range(reader->bytes, 0, (guint)reader->used);
        reader->used = 0;
    }
    put_bytes(reader->bytes, bytes, size);
}

static bool known(uint64_t type)
{
    return type >= IDX_WIRE_HELLO && type <= IDX_WIRE_STOPPED;
}

IdxWireGot idx_wire_reader_next(IdxWireReader *reader, IdxWireFrame *ret, GError **error)
{
    Cursor cursor = {(const uint8_t *)"", reader->bytes->len - reader->used, true};
    if (cursor.left > 0)
        cursor.at = reader->bytes->data + reader->used;
    if (reader->broken || (cursor.left > 0 && !known(cursor.at[0]))) {
        reader->broken = true;
        invalid(error, "what came is no frame of this protocol");
        return IDX_WIRE_BAD;
    }
    if (cursor.left < IDX_WIRE_HEADER_BYTES)
        return IDX_WIRE_MORE;
    IdxWireFrame frame = {.type = (IdxWireType)get_int(&cursor, 1),
                          .flags = (uint8_t)get_int(&cursor, 1),
                          .channel = (uint16_t)get_int(&cursor, 2),
                          .size = get_int(&cursor, 4),
                          .body = cursor.at};
    if (frame.size > reader->body_max) {
        reader->broken = true;
        mj_error_set(error, MJ_ERROR_INVALID, "a frame of %zu bytes, where at most %zu are taken",
                     frame.size, reader->body_max);
        return IDX_WIRE_BAD;
    }
    frame.body = get_bytes(&cursor, frame.size);
    if (!frame.body)
        return IDX_WIRE_MORE;
    reader->used += IDX_WIRE_HEADER_BYTES + frame.size;
    *ret = frame;
    return IDX_WIRE_FRAME;
}
