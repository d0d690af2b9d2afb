// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/wire.h"

#include "index/base/error.h"

#include <string.h>

static const uint8_t CONFIG[] = {1, 0x64, 0, 0x1f, 0xff};
static const uint8_t ASC[] = {0x11, 0x90};
static const uint8_t PICTURE[] = {0, 0, 0, 2, 0x65, 0x88};

/* One frame of each kind that has a form of its own. */
static GByteArray *conversation(void)
{
    GByteArray *out = g_byte_array_new();
    idx_wire_put_json(out, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", IDX_WIRE_VERSION));
    IdxWireStream stream = {.video = "h264",
                            .width = 1920,
                            .height = 1080,
                            .video_config = CONFIG,
                            .video_config_size = sizeof CONFIG,
                            .audio = "aac",
                            .rate = 48000,
                            .channels = 2,
                            .audio_config = ASC,
                            .audio_config_size = sizeof ASC};
    idx_wire_put_stream(out, 7, &stream);
    idx_wire_put_lost(out, 7, UINT64_C(0x0102030405060708));
    IdxWirePacket packet = {.key = true,
                            .by_camera = true,
                            .pts_us = -40000,
                            .utc_us = INT64_C(1795311000000000),
                            .size = sizeof PICTURE};
    idx_wire_put_packet_head(out, 65535, &packet);
    g_byte_array_append(out, PICTURE, sizeof PICTURE);
    idx_wire_put(out, IDX_WIRE_TEXT, 9, NULL, 0);
    return out;
}

static void check_hello(const IdxWireFrame *frame)
{
    g_autoptr(json_t) json = idx_wire_get_json(frame, NULL);
    g_assert_cmpint(json_integer_value(json_object_get(json, "version")), ==, IDX_WIRE_VERSION);
    g_assert_cmpint(frame->channel, ==, 0);
}

static void check_stream(const IdxWireFrame *frame)
{
    IdxWireStream stream;
    g_assert_true(idx_wire_get_stream(frame, &stream, NULL));
    g_assert_cmpint(frame->channel, ==, 7);
    g_assert_cmpstr(stream.video, ==, "h264");
    g_assert_cmpint(stream.width, ==, 1920);
    g_assert_cmpint(stream.height, ==, 1080);
    g_assert_cmpmem(stream.video_config, stream.video_config_size, CONFIG, sizeof CONFIG);
    g_assert_cmpstr(stream.audio, ==, "aac");
    g_assert_cmpint(stream.rate, ==, 48000);
    g_assert_cmpint(stream.channels, ==, 2);
    g_assert_cmpmem(stream.audio_config, stream.audio_config_size, ASC, sizeof ASC);
}

static void check_packet(const IdxWireFrame *frame)
{
    IdxWirePacket packet;
    g_assert_true(idx_wire_get_packet(frame, &packet, NULL));
    g_assert_cmpint(frame->channel, ==, 65535);
    g_assert_true(packet.key && packet.by_camera && !packet.sound && !packet.backlog);
    g_assert_cmpint(packet.pts_us, ==, -40000);
    g_assert_cmpint(packet.utc_us, ==, INT64_C(1795311000000000));
    g_assert_cmpmem(packet.data, packet.size, PICTURE, sizeof PICTURE);
}

static void check_frame(int number, const IdxWireFrame *frame)
{
    static const IdxWireType TYPES[] = {IDX_WIRE_HELLO, IDX_WIRE_STREAM, IDX_WIRE_LOST,
                                        IDX_WIRE_PACKET, IDX_WIRE_TEXT};
    g_assert_cmpint(frame->type, ==, TYPES[number]);
    uint64_t lost = 0;
    if (number == 0)
        check_hello(frame);
    else if (number == 1)
        check_stream(frame);
    else if (number == 3)
        check_packet(frame);
    else if (number == 4)
        g_assert_cmpuint(frame->size, ==, 0);
    else
        g_assert_true(idx_wire_get_lost(frame, &lost, NULL) &&
                      lost == UINT64_C(0x0102030405060708));
}

/* Frames come whole however the bytes were cut. */
static void test_round_trip(void)
{
    g_autoptr(GByteArray) bytes = conversation();
    for (guint step = 1; step <= bytes->len; step++) {
        g_autoptr(IdxWireReader) reader = idx_wire_reader_new(IDX_WIRE_BODY_MAX);
        int count = 0;
        for (guint at = 0; at < bytes->len; at += step) {
            idx_wire_reader_add(reader, bytes->data + at, MIN(step, bytes->len - at));
            IdxWireFrame frame;
            IdxWireGot got;
            while ((got = idx_wire_reader_next(reader, &frame, NULL)) == IDX_WIRE_FRAME)
                check_frame(count++, &frame);
            g_assert_cmpint(got, ==, IDX_WIRE_MORE);
        }
        g_assert_cmpint(count, ==, 5);
    }
}

/* A frame whose body was cut at any byte is refused by whoever reads it, not misread. */
static void test_truncation(void)
{
    g_autoptr(GByteArray) bytes = conversation();
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(IDX_WIRE_BODY_MAX);
    idx_wire_reader_add(reader, bytes->data, bytes->len);
    IdxWireFrame frame;
    int seen = 0;
    while (idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME) {
        for (size_t size = 0; size < frame.size; size++) {
            g_autofree uint8_t *copy = g_memdup2(frame.body, size + 1); // its own end, for ASan
            copy = g_realloc(copy, MAX(size, 1));
            IdxWireFrame cut = {frame.type, frame.flags, frame.channel, copy, size};
            IdxWireStream stream;
            IdxWirePacket packet;
            uint64_t lost;
            g_autoptr(GError) error = NULL;
            if (frame.type == IDX_WIRE_STREAM)
                g_assert_false(idx_wire_get_stream(&cut, &stream, &error));
            else if (frame.type == IDX_WIRE_LOST)
                g_assert_false(idx_wire_get_lost(&cut, &lost, &error));
            else if (frame.type == IDX_WIRE_HELLO)
                g_assert_null(idx_wire_get_json(&cut, &error));
            else if (size < 16)
                g_assert_false(idx_wire_get_packet(&cut, &packet, &error));
            else
                continue; // shorter bytes are bytes
            g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
            seen++;
        }
    }
    g_assert_cmpint(seen, >, 60);
}

static void expect_bad(const void *bytes, size_t size, size_t body_max)
{
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(body_max);
    idx_wire_reader_add(reader, bytes, size);
    IdxWireFrame frame;
    for (int again = 0; again < 2; again++) { // and it stays so
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(idx_wire_reader_next(reader, &frame, &error), ==, IDX_WIRE_BAD);
        g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    }
}

static void test_garbage(void)
{
    expect_bad("GET / HTTP/1.1\r\n\r\n", 18, 4096);
    expect_bad("\0\0\0\0\0\0\0\0", 8, 4096);
    expect_bad("\x0a", 1, 4096); // refused with its first byte
    static const uint8_t LONG[] = {2, 0, 0, 1, 0, 0, 0x10, 1};
    expect_bad(LONG, sizeof LONG, 4096);
    static const uint8_t HUGE[] = {7, 0, 0, 1, 0xff, 0xff, 0xff, 0xff};
    expect_bad(HUGE, sizeof HUGE, SIZE_MAX);
}

static void test_error(void)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GError) sent = g_error_new_literal(MJ_ERROR, MJ_ERROR_UNSUPPORTED, "version 9");
    idx_wire_put_error(out, 3, sent);
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(4096);
    idx_wire_reader_add(reader, out->data, out->len);
    IdxWireFrame frame;
    g_assert_cmpint(idx_wire_reader_next(reader, &frame, NULL), ==, IDX_WIRE_FRAME);
    g_autoptr(GError) got = NULL;
    g_assert_false(idx_wire_get_error(&frame, &got));
    g_assert_true(mj_error_is(got, MJ_ERROR_UNSUPPORTED));
    g_assert_cmpstr(got->message, ==, "version 9");
    g_autoptr(json_t) json = idx_wire_get_json(&frame, NULL);
    g_assert_cmpint(json_integer_value(json_object_get(json, "version")), ==, IDX_WIRE_VERSION);
}

static void test_names(void)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    IdxWireStream stream = {.video = "h264"};
    idx_wire_put_stream(out, 1, &stream);
    IdxWireFrame frame = {IDX_WIRE_STREAM, 0, 1, out->data + 8, out->len - 8};
    g_assert_true(idx_wire_get_stream(&frame, &stream, NULL));
    g_assert_cmpstr(stream.audio, ==, "");
    out->data[8 + 2] = '\n'; // within the name
    g_assert_false(idx_wire_get_stream(&frame, &stream, NULL));
    out->data[8] = 32; // longer than names are
    g_assert_false(idx_wire_get_stream(&frame, &stream, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/round-trip", test_round_trip);
    g_test_add_func("/wire/truncation", test_truncation);
    g_test_add_func("/wire/garbage", test_garbage);
    g_test_add_func("/wire/error", test_error);
    g_test_add_func("/wire/names", test_names);
    return g_test_run();
}
