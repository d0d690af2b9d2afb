// SPDX-License-Identifier: GPL-3.0-or-later
/* What the live wall gets in place of what browsers do not play: the same pictures at the same times. */
#include <gst/gst.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/transcode/codecs.h"
#include "capture/transcode/converter.h"
#include "capture/transcode/session.h"
#include "index/base/error.h"
#include "test/api/support/pictures.h"

#define FRAMES 50
#define UTC_US INT64_C(1795311000000000)

static IdxWirePacket packet_of(const Pictures *pictures, guint i)
{
    IdxWirePacket packet = g_array_index(pictures->packets, IdxWirePacket, i);
    packet.utc_us = UTC_US + packet.pts_us;
    return packet;
}

static void check_config(const IdxWireStream *stream)
{
    g_assert_cmpstr(stream->video, ==, "h264");
    g_assert_cmpint(stream->width, ==, CLIP_WIDTH);
    g_assert_cmpint(stream->height, ==, CLIP_HEIGHT);
    g_assert_cmpuint(stream->video_config_size, >, 7);
    g_assert_cmpint(stream->video_config[0], ==, 1);
}

/* Takes what there is; how many. */
static int take_some(CapConverter *converter, int had)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    g_autoptr(GError) error = NULL;
    int n = 0;
    for (; cap_converter_take(converter, &stream, &packet, &error) == CAP_CONVERTED_PICTURE; n++) {
        if (had + n == 0) {
            g_assert_true(packet.key);
            g_assert_nonnull(stream.video_config);
        }
        if (stream.video_config)
            check_config(&stream);
        g_assert_cmpint(packet.pts_us, ==, (had + n) * (int64_t)CLIP_FRAME_US);
        g_assert_cmpint(packet.utc_us, ==, UTC_US + packet.pts_us);
        g_assert_cmpuint(packet.size, >, 4);
    }
    g_assert_no_error(error);
    return n;
}

static void take_all(CapConverter *converter)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    while (cap_converter_take(converter, &stream, &packet, NULL) == CAP_CONVERTED_PICTURE)
        ;
}

/* Until @most were taken in all, or none came for a while. */
static int take_until(CapConverter *converter, int had, int most)
{
    int n = take_some(converter, had);
    for (int i = 0; i < 50 && had + n < most; i++) {
        struct pollfd poll_fd = {.fd = cap_converter_fd(converter), .events = POLLIN};
        poll(&poll_fd, 1, 100);
        n += take_some(converter, had + n);
    }
    return n;
}

static void test_pictures(void)
{
    if (!cap_transcode_decoder("h264") || !cap_transcode_encoder()) {
        g_test_skip("no plug-in for H.264 here");
        return;
    }
    g_autoptr(Pictures) pictures = pictures_new(FRAMES, 25, 0);
    IdxWireStream stream = pictures_stream(pictures, "");
    g_autoptr(GError) error = NULL;
    g_autoptr(CapConverter) converter = cap_converter_new(&stream, &error);
    g_assert_no_error(error);
    IdxWirePacket late = packet_of(pictures, 1);
    g_assert_cmpuint(cap_converter_put(converter, &late), ==, 1); // it cannot begin with that
    int taken = 0;
    for (guint i = 0; i < FRAMES; i++) {
        IdxWirePacket packet = packet_of(pictures, i);
        g_assert_cmpuint(cap_converter_put(converter, &packet), ==, 0);
        taken += take_until(converter, taken, (int)i - 10); // decoders keep a few for the next one
    }
    taken += take_until(converter, taken, FRAMES - 4);
    g_assert_cmpint(taken, >=, FRAMES - 4);
}

static void test_behind(void)
{
    if (!cap_transcode_decoder("h264") || !cap_transcode_encoder()) {
        g_test_skip("no plug-in for H.264 here");
        return;
    }
    g_autoptr(Pictures) pictures = pictures_new(100, 50, 0);
    IdxWireStream stream = pictures_stream(pictures, "");
    g_autoptr(CapConverter) converter = cap_converter_new(&stream, NULL);
    uint64_t left_out = 0;
    for (guint i = 0; i < 400; i++) { // quicker than any pipeline, which goes on with a key frame
        IdxWirePacket packet = packet_of(pictures, i % 100);
        left_out += cap_converter_put(converter, &packet);
    }
    g_assert_cmpuint(left_out, >, 100);
    uint64_t more = 1;
    for (int i = 0; i < 50 && more > 0; i++) {
        take_all(converter);
        IdxWirePacket key = packet_of(pictures, 0);
        more = cap_converter_put(converter, &key);
        g_usleep(more > 0 ? 100000 : 0);
    }
    g_assert_cmpuint(more, ==, 0);
}

/* Of what was there before only the last picture is made. */
static void test_backlog(void)
{
    if (!cap_transcode_decoder("h264") || !cap_transcode_encoder()) {
        g_test_skip("no plug-in for H.264 here");
        return;
    }
    g_autoptr(Pictures) pictures = pictures_new(FRAMES, 50, 0);
    IdxWireStream stream = pictures_stream(pictures, "");
    g_autoptr(CapConverter) converter = cap_converter_new(&stream, NULL);
    for (guint i = 0; i < FRAMES; i++) {
        IdxWirePacket packet = packet_of(pictures, i);
        packet.backlog = i < 30;
        g_assert_cmpuint(cap_converter_put(converter, &packet), ==, 0);
    }
    IdxWirePacket packet;
    for (int i = 0; i < 50; i++) {
        struct pollfd poll_fd = {.fd = cap_converter_fd(converter), .events = POLLIN};
        poll(&poll_fd, 1, 100);
        if (cap_converter_take(converter, &stream, &packet, NULL) == CAP_CONVERTED_PICTURE)
            break;
    }
    g_assert_true(packet.key);
    g_assert_cmpint(packet.pts_us, ==, 29 * (int64_t)CLIP_FRAME_US);
}

static void test_unknown(void)
{
    IdxWireStream stream = {.video = "h264"};
    g_autoptr(GError) error = NULL;
    g_assert_null(cap_converter_new(&stream, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_UNSUPPORTED));
}

/* What the socket answers to @request after the hellos; the error's code, or "". */
static char *answer_to(CapTranscoder shared, const char *request)
{
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    g_autoptr(GByteArray) out = g_byte_array_new();
    idx_wire_put_json(out, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", IDX_WIRE_VERSION));
    idx_wire_put(out, IDX_WIRE_REQUEST, 3, request, strlen(request));
    g_assert_cmpint(write(fds[1], out->data, out->len), ==, out->len);
    shutdown(fds[1], SHUT_WR);
    cap_transcode_serve(&shared, fds[0]);
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(4096);
    uint8_t bytes[4096];
    ssize_t got = read(fds[1], bytes, sizeof bytes);
    g_assert_cmpint(got, >, 0);
    idx_wire_reader_add(reader, bytes, (size_t)got);
    IdxWireFrame frame;
    char *code = g_strdup("");
    while (idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME) {
        g_autoptr(json_t) json = idx_wire_get_json(&frame, NULL);
        if (frame.type != IDX_WIRE_ERROR)
            continue;
        g_assert_cmpint(frame.channel, ==, 3);
        g_free(code);
        code = g_strdup(json_string_value(json_object_get(json, "code")));
    }
    g_assert_cmpint(shared.running, ==, 0); // its place is free again
    close(fds[1]);
    return code;
}

static void test_session(void)
{
    const char *subscribe = "{\"do\":\"subscribe\",\"camera\":\"W07\",\"stream\":\"main\"}";
    g_autofree char *busy = answer_to((CapTranscoder){.home = "/nowhere", .most = 0}, subscribe);
    g_autofree char *none = answer_to((CapTranscoder){.home = "/nowhere", .most = 1}, subscribe);
    g_autofree char *odd =
        answer_to((CapTranscoder){.home = "/nowhere", .most = 1}, "{\"do\":\"dance\"}");
    g_assert_cmpstr(busy, ==, "busy");
    g_assert_cmpstr(none, ==, "not-found");
    g_assert_cmpstr(odd, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/capture/transcode/pictures", test_pictures);
    g_test_add_func("/capture/transcode/behind", test_behind);
    g_test_add_func("/capture/transcode/backlog", test_backlog);
    g_test_add_func("/capture/transcode/unknown", test_unknown);
    g_test_add_func("/capture/transcode/session", test_session);
    return g_test_run();
}
