// SPDX-License-Identifier: GPL-3.0-or-later
/* A stream as it comes over the wire, and the pictures that are made of it. */
#include "capture/rtsp/reader.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/capture/rtsp/pipe.h"

#define SDP                                                                                        \
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"                                           \
    "m=audio 0 RTP/AVP 8\r\n"
#define FRAME 3600
#define NOW_US INT64_C(1795400000000000)

typedef struct Wire {
    GByteArray *bytes;
    Packet next; // of the picture's track
    CapSource *source;
    int fd;
} Wire;

static Wire wire_new(void)
{
    int fds[2];
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    Wire wire = {.bytes = g_byte_array_new(),
                 .next = {.payload_type = 96, .ssrc = 7, .sequence = 65530, .time = 1000},
                 .source = cap_rtsp_reader_new_from(fds[0], SDP, "rtsp://test", cancel),
                 .fd = fds[1]};
    g_assert_nonnull(wire.source);
    return wire;
}

static void wire_end(Wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    cap_rtsp_reader.close(wire->source);
    g_byte_array_unref(wire->bytes);
}

/* One packet of the present picture, the last one with @marker. */
static void say(Wire *wire, const char *payload, bool marker)
{
    wire->next.marker = marker;
    bytes_add_rtp(wire->bytes, &wire->next, payload);
    wire->next.sequence++;
}

static void next_picture(Wire *wire)
{
    wire->next.time += FRAME;
}

/* A picture in one packet. */
static void say_picture(Wire *wire, bool key, bool marker)
{
    say(wire, key ? "6588aa" : "4188bb", marker);
    next_picture(wire);
}

static void send_all(Wire *wire)
{
    g_assert_cmpint(write(wire->fd, wire->bytes->data, wire->bytes->len), ==,
                    (ssize_t)wire->bytes->len);
    g_byte_array_set_size(wire->bytes, 0);
}

static void hang_up(Wire *wire)
{
    send_all(wire);
    close(wire->fd);
    wire->fd = -1;
}

static CapPacket read_one(Wire *wire)
{
    CapPacket packet;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(cap_rtsp_reader.read(wire->source, &packet, &error), ==, CAP_READ_PACKET);
    return packet;
}

/* The rest of the stream: "K" a key picture, "p" another, "s" sound, "!" behind one that is
 * damaged, and "." if it ended in good order. */
static char *read_rest(Wire *wire)
{
    GString *text = g_string_new(NULL);
    for (;;) {
        g_auto(CapPacket) packet = {0};
        g_autoptr(GError) error = NULL;
        CapRead got = cap_rtsp_reader.read(wire->source, &packet, &error);
        g_assert_no_error(error);
        if (got == CAP_READ_END)
            return g_string_free(g_string_append_c(text, '.'), FALSE);
        g_string_append_c(text, packet.kind == CAP_AUDIO ? 's' : packet.key ? 'K' : 'p');
        if (packet.damaged)
            g_string_append_c(text, '!');
    }
}

static void check_rest(Wire *wire, const char *expected)
{
    hang_up(wire);
    g_autofree char *rest = read_rest(wire);
    g_assert_cmpstr(rest, ==, expected);
    wire_end(wire);
}

static void test_pictures(void)
{
    Wire wire = wire_new();
    bytes_add_report(wire.bytes, 1, 7, 1000, NOW_US);
    for (int i = 0; i < 40; i++)
        say_picture(&wire, i % 10 == 0, false);
    hang_up(&wire);
    for (int i = 0; i < 40; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_cmpint(packet.kind, ==, CAP_VIDEO);
        g_assert_true(packet.key == (i % 10 == 0));
        g_assert_false(packet.damaged);
        g_assert_true(packet.has_wall);
        g_assert_cmpint(packet.wall_us, ==, NOW_US + i * 40000);
        g_assert_cmpint(packet.pts_us, ==, i * 40000);
        g_assert_cmpuint(packet.size, ==, 7);
    }
    g_autofree char *rest = read_rest(&wire);
    g_assert_cmpstr(rest, ==, ".");
    wire_end(&wire);
}

/* Timestamps jump by @jump_s; the report that comes just before speaks of what is behind the jump
 * already, if @early. Pictures go on evenly, and so does the camera's time. */
static void check_jump(int jump_s, bool early)
{
    Wire wire = wire_new();
    bytes_add_report(wire.bytes, 1, 7, 1000, NOW_US);
    for (int i = 0; i < 90; i++) {
        if (i == 60)
            wire.next.time += (uint32_t)(jump_s * 90000);
        if (i == 60 && early)
            bytes_add_report(wire.bytes, 1, 7, wire.next.time, NOW_US + 60 * 40000);
        say_picture(&wire, i % 10 == 0, true);
    }
    hang_up(&wire);
    for (int i = 0; i < 90; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_true(packet.has_wall);
        g_assert_cmpint(packet.pts_us, ==, i * 40000);
        g_assert_cmpint(packet.wall_us, ==, NOW_US + i * 40000);
    }
    wire_end(&wire);
}

static void test_jump(void)
{
    check_jump(10, false);
    check_jump(-10, false);
    check_jump(10, true);
    check_jump(-10, true);
}

/* However the bytes come, the same is read. */
static void test_crumbs(void)
{
    for (size_t step = 1; step < 40; step += 6) {
        Wire wire = wire_new();
        for (int i = 0; i < 5; i++)
            say_picture(&wire, i == 0, true);
        g_autofree uint8_t *all = g_memdup2(wire.bytes->data, wire.bytes->len);
        size_t size = wire.bytes->len;
        g_byte_array_set_size(wire.bytes, 0);
        for (size_t at = 0; at < size; at += step)
            g_assert_cmpint(write(wire.fd, all + at, MIN(step, size - at)), >, 0);
        check_rest(&wire, "Kpppp.");
    }
}

/* A marker that always was right is believed: the picture is there before the next one begins. */
static void test_marker(void)
{
    Wire wire = wire_new();
    for (int i = 0; i < CAP_RTSP_MARKER_TRUST + 2; i++)
        say_picture(&wire, i == 0, true);
    send_all(&wire);
    for (int i = 0; i < CAP_RTSP_MARKER_TRUST + 2; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_cmpint(packet.pts_us, ==, i * 40000);
    }
    say(&wire, "6588aa", false); // of two packets
    say(&wire, "6540aa", true);
    next_picture(&wire);
    send_all(&wire);
    g_auto(CapPacket) packet = read_one(&wire);
    g_assert_cmpuint(packet.size, ==, 14);
    say(&wire, "6588aa", true); // it lies: more comes
    say(&wire, "6540aa", true);
    next_picture(&wire);
    for (int i = 0; i < 2 * CAP_RTSP_MARKER_TRUST; i++) { // never again
        say(&wire, "4188aa", true);
        say(&wire, "4140aa", true);
        next_picture(&wire);
    }
    hang_up(&wire);
    g_autofree char *rest = read_rest(&wire);
    g_assert_true(g_str_has_prefix(rest, "KK!ppp"));
    g_assert_cmpuint(strlen(rest), ==, 3 + 2 * CAP_RTSP_MARKER_TRUST + 1);
    wire_end(&wire);
}

static void test_marker_on_slices(void)
{
    Wire wire = wire_new();
    for (int i = 0; i < 3 * CAP_RTSP_MARKER_TRUST; i++) {
        say(&wire, "4188aa", true);
        say(&wire, "4140aa", true);
        next_picture(&wire);
    }
    hang_up(&wire);
    for (int i = 0; i < 3 * CAP_RTSP_MARKER_TRUST; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_cmpuint(packet.size, ==, 14);
        g_assert_false(packet.damaged);
    }
    wire_end(&wire);
}

/* What is missing is on both sides of the hole, but for a key picture that is whole. */
static void test_loss(void)
{
    Wire wire = wire_new();
    say_picture(&wire, true, false);
    say_picture(&wire, false, false);
    wire.next.sequence += 3;
    say_picture(&wire, false, false);
    say_picture(&wire, false, false);
    wire.next.sequence++;
    say_picture(&wire, true, false);
    say_picture(&wire, false, false);
    say(&wire, "4188aa", false);
    wire.next.sequence++;
    say(&wire, "4140aa", false);
    next_picture(&wire);
    say_picture(&wire, false, false);
    hang_up(&wire);
    g_autofree char *rest = read_rest(&wire);
    g_assert_cmpstr(rest, ==, "Kp!p!p!Kpp!p.");
    g_assert_cmpint(cap_rtsp_reader.packets_lost(wire.source), ==, 5);
    wire_end(&wire);
}

static void test_repeated(void)
{
    Wire wire = wire_new();
    for (int i = 0; i < 4; i++) {
        say(&wire, i ? "4188aa" : "6588aa", true);
        wire.next.sequence--;
        say(&wire, i ? "4188aa" : "6588aa", true);
        next_picture(&wire);
    }
    hang_up(&wire);
    for (int i = 0; i < 4; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_cmpuint(packet.size, ==, 7);
        g_assert_false(packet.damaged);
    }
    g_assert_cmpint(cap_rtsp_reader.packets_lost(wire.source), ==, 0);
    wire_end(&wire);
}

/* The encoder restarts: the timeline goes on, and the old clock is not believed. */
static void test_restart(void)
{
    Wire wire = wire_new();
    bytes_add_report(wire.bytes, 1, 7, 1000, NOW_US);
    for (int i = 0; i < 3; i++)
        say_picture(&wire, i == 0, false);
    wire.next.ssrc = 8;
    wire.next.sequence = 100;
    wire.next.time = 0x80000000;
    bytes_add_bye(wire.bytes, 1, 9); // somebody else's
    for (int i = 0; i < 3; i++)
        say_picture(&wire, i == 0, false);
    hang_up(&wire);
    int64_t last_us = -1;
    for (int i = 0; i < 6; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_cmpint(packet.pts_us, >=, last_us);
        g_assert_cmpint(packet.pts_us, <, 1000000);
        g_assert_true(packet.has_wall == (i < 3));
        last_us = packet.pts_us;
    }
    g_assert_cmpint(cap_rtsp_reader.packets_lost(wire.source), ==, 0);
    wire_end(&wire);
}

static void test_sound(void)
{
    Wire wire = wire_new();
    Packet sound = {.channel = 2, .payload_type = 8, .ssrc = 9, .time = 5000};
    bytes_add_report(wire.bytes, 3, 9, 5000, NOW_US);
    for (int i = 0; i < 3; i++) {
        say_picture(&wire, i == 0, false);
        bytes_add_rtp(wire.bytes, &sound, "d5d5d5d5");
        sound.time += 160;
        sound.sequence++;
    }
    hang_up(&wire);
    const AVCodecParameters *par = cap_rtsp_reader.audio(wire.source);
    g_assert_cmpint(par->codec_id, ==, AV_CODEC_ID_PCM_ALAW);
    for (int heard = 0; heard < 3;) {
        g_auto(CapPacket) packet = read_one(&wire);
        if (packet.kind != CAP_AUDIO)
            continue;
        g_assert_cmpint(packet.pts_us, ==, heard * 20000);
        g_assert_cmpint(packet.wall_us, ==, NOW_US + heard * 20000);
        g_assert_cmpuint(packet.size, ==, 4);
        heard++;
    }
    wire_end(&wire);
}

/* Frames of nobody's channel, of another payload type and of no version, bytes that are neither
 * frame nor message, and messages in between. */
static void test_strange(void)
{
    static const char NOISE[] = "\x01\x02$garbage that is no frame\r\nRTS";
    Wire wire = wire_new();
    say_picture(&wire, true, false);
    Packet other = {.channel = 9, .payload_type = 96};
    bytes_add_rtp(wire.bytes, &other, "6588ff");
    other = (Packet){.channel = 0, .payload_type = 100, .sequence = 9999};
    bytes_add_rtp(wire.bytes, &other, "6588ff");
    say_picture(&wire, false, false);
    const char *text = "RTSP/1.0 200 OK\r\nCSeq: 0\r\n\r\n";
    g_byte_array_append(wire.bytes, (const uint8_t *)text, (guint)strlen(text));
    say_picture(&wire, false, false);
    g_byte_array_append(wire.bytes, (const uint8_t *)NOISE, sizeof NOISE - 1);
    say_picture(&wire, false, false);
    text = "GET_PARAMETER rtsp://x RTSP/1.0\r\nCSeq: 44\r\n\r\n";
    g_byte_array_append(wire.bytes, (const uint8_t *)text, (guint)strlen(text));
    say_picture(&wire, false, false);
    send_all(&wire);
    for (int i = 0; i < 4; i++) {
        g_auto(CapPacket) packet = read_one(&wire);
        g_assert_false(packet.damaged);
    }
    char answer[200] = "";
    g_assert_cmpint(read(wire.fd, answer, sizeof answer - 1), >, 0);
    g_assert_cmpstr(answer, ==, "RTSP/1.0 200 OK\r\nCSeq: 44\r\n\r\n");
    check_rest(&wire, "p.");
}

static void test_goodbyes(void)
{
    Wire wire = wire_new();
    say_picture(&wire, true, false);
    bytes_add_bye(wire.bytes, 1, 7);
    send_all(&wire);
    g_autofree char *rest = read_rest(&wire);
    g_assert_cmpstr(rest, ==, "K.");
    wire_end(&wire);
    wire = wire_new();
    say_picture(&wire, true, false);
    const char *text = "TEARDOWN rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    g_byte_array_append(wire.bytes, (const uint8_t *)text, (guint)strlen(text));
    send_all(&wire);
    g_autofree char *again = read_rest(&wire);
    g_assert_cmpstr(again, ==, "K.");
    wire_end(&wire);
}

static void *cancel_soon(void *data)
{
    g_usleep(50000);
    g_cancellable_cancel(data);
    return NULL;
}

static void test_cancel(void)
{
    int fds[2];
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    CapSource *source = cap_rtsp_reader_new_from(fds[0], SDP, "rtsp://test", cancel);
    GThread *thread = g_thread_new("cancel", cancel_soon, cancel);
    CapPacket packet;
    g_autoptr(GError) error = NULL;
    int64_t began_us = g_get_monotonic_time();
    g_assert_cmpint(cap_rtsp_reader.read(source, &packet, &error), ==, CAP_READ_FAILED);
    g_assert_true(mj_error_is(error, MJ_ERROR_CANCELLED));
    g_assert_cmpint(g_get_monotonic_time() - began_us, <, CAP_SOURCE_STALL_US);
    g_thread_join(thread);
    cap_rtsp_reader.close(source);
    close(fds[1]);
}

static void test_stalled(void)
{
    Wire wire = wire_new();
    Packet other = {.channel = 0, .payload_type = 100};
    bytes_add_rtp(wire.bytes, &other, "6588ff");
    send_all(&wire);
    CapPacket packet;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(cap_rtsp_reader.read(wire.source, &packet, &error), ==, CAP_READ_FAILED);
    g_assert_true(mj_error_is(error, MJ_ERROR_TIMEOUT));
    g_assert_nonnull(strstr(error->message, "another kind"));
    wire_end(&wire);
}

static void *make_noise(void *data)
{
    int fd = *(const int *)data;
    char noise[4096];
    memset(noise, 'x', sizeof noise);
    while (send(fd, noise, sizeof noise, MSG_NOSIGNAL) > 0) // until it is hung up on
        ;
    return NULL;
}

/* What never makes sense is given up. */
static void test_noise(void)
{
    Wire wire = wire_new();
    GThread *thread = g_thread_new("noise", make_noise, &wire.fd);
    CapPacket packet;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(cap_rtsp_reader.read(wire.source, &packet, &error), ==, CAP_READ_FAILED);
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    g_assert_true(g_str_has_prefix(error->message, "rtsp://test: "));
    cap_rtsp_reader.close(wire.source);
    wire.source = NULL;
    g_thread_join(thread);
    wire_end(&wire);
}

static void *chatter(void *data)
{
    int fd = *(const int *)data;
    static uint8_t frames[1 << 20]; // empty ones: "$", channel, no length
    for (size_t i = 0; i < sizeof frames; i += 4)
        frames[i] = '$';
    while (send(fd, frames, sizeof frames, MSG_NOSIGNAL) > 0) // until it is hung up on
        ;
    return NULL;
}

/* A camera that never pauses, and never says anything, is stopped and found silent like any other. */
static void test_chatter(void)
{
    int fds[2];
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    CapSource *source = cap_rtsp_reader_new_from(fds[0], SDP, "rtsp://test", cancel);
    GThread *noise = g_thread_new("chatter", chatter, &fds[1]);
    CapPacket packet;
    g_autoptr(GError) silent = NULL;
    g_assert_cmpint(cap_rtsp_reader.read(source, &packet, &silent), ==, CAP_READ_FAILED);
    g_assert_true(mj_error_is(silent, MJ_ERROR_TIMEOUT));
    cap_rtsp_reader.close(source);
    g_thread_join(noise);
    close(fds[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-reader/pictures", test_pictures);
    g_test_add_func("/rtsp-reader/jump", test_jump);
    g_test_add_func("/rtsp-reader/crumbs", test_crumbs);
    g_test_add_func("/rtsp-reader/marker", test_marker);
    g_test_add_func("/rtsp-reader/marker-on-slices", test_marker_on_slices);
    g_test_add_func("/rtsp-reader/loss", test_loss);
    g_test_add_func("/rtsp-reader/repeated", test_repeated);
    g_test_add_func("/rtsp-reader/restart", test_restart);
    g_test_add_func("/rtsp-reader/sound", test_sound);
    g_test_add_func("/rtsp-reader/strange", test_strange);
    g_test_add_func("/rtsp-reader/goodbyes", test_goodbyes);
    g_test_add_func("/rtsp-reader/cancel", test_cancel);
    g_test_add_func("/rtsp-reader/stalled", test_stalled);
    g_test_add_func("/rtsp-reader/noise", test_noise);
    g_test_add_func("/rtsp-reader/chatter", test_chatter);
    return g_test_run();
}
