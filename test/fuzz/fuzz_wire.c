// SPDX-License-Identifier: GPL-3.0-or-later
/* The capture socket's frames from bytes: however they are cut the same frames come out, nothing is
 * read beyond a body, and what was understood is written as it was read. */
#include "index/wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_body(const IdxWireFrame *frame)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    uint64_t lost;
    g_autoptr(GByteArray) again = g_byte_array_new();
    g_autoptr(json_t) json = idx_wire_get_json(frame, NULL);
    g_assert(!json || json_is_object(json));
    idx_wire_get_error(frame, NULL);
    if (idx_wire_get_stream(frame, &stream, NULL)) {
        idx_wire_put_stream(again, frame->channel, &stream);
        g_assert(again->len == IDX_WIRE_HEADER_BYTES + frame->size);
    } else if (idx_wire_get_lost(frame, &lost, NULL)) {
        idx_wire_put_lost(again, frame->channel, lost);
        g_assert(memcmp(again->data + IDX_WIRE_HEADER_BYTES, frame->body, frame->size) == 0);
    } else if (idx_wire_get_packet(frame, &packet, NULL)) {
        g_assert(packet.size == frame->size - 16);
        idx_wire_put_packet_head(again, frame->channel, &packet);
        g_assert(memcmp(again->data + IDX_WIRE_HEADER_BYTES, frame->body, 16) == 0);
        g_assert(again->data[1] == frame->flags);
    }
}

/* How many frames come out if @step bytes are given at a time; SIZE_MAX added if they end badly. */
static size_t read_all(const uint8_t *data, size_t size, size_t step, bool look)
{
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(1 << 20);
    size_t count = 0;
    for (size_t at = 0; at < size; at += step) {
        idx_wire_reader_add(reader, data + at, MIN(step, size - at));
        IdxWireFrame frame;
        IdxWireGot got;
        while ((got = idx_wire_reader_next(reader, &frame, NULL)) == IDX_WIRE_FRAME) {
            count++;
            if (look)
                check_body(&frame);
        }
        if (got == IDX_WIRE_BAD)
            return count + SIZE_MAX / 2;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count = read_all(data, size, MAX(size, 1), true);
    g_assert(read_all(data, size, 7, false) == count);
    return 0;
}
