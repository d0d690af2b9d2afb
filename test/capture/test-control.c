// SPDX-License-Identifier: GPL-3.0-or-later
/* The capture socket in this process, with a thread that plays recorder: what it answers, and that nobody
 * can make it do more than it should. */
#include "capture/control.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/home.h"
#include "index/link/link.h"
#include "index/state.h"
#include "test/capture/fixture.h"

#define WAIT_US INT64_C(10000000)
#define STEP_US 40000

typedef struct Bench {
    char *home, *path;
    CapLive *live;
    CapControl *control;
    CapLiveStream *stream; // cam1/main
    int64_t next;          // picture
} Bench;

static CapVideoParams *params;

static Bench bench_new(void)
{
    Bench bench = {.home = fixture_home(), .live = cap_live_new()};
    g_autofree char *run = mj_home_run(bench.home, "");
    g_mkdir_with_parents(run, 0750);
    bench.path = idx_link_path(bench.home, 1);
    g_autoptr(GError) error = NULL;
    bench.control = cap_control_new(bench.home, (CapShard){1, 2}, bench.live, NULL, &error);
    g_assert_no_error(error);
    IdxStream row = {.id = 1, .camera = (char *)"cam1", .name = (char *)"main", .record = true};
    bench.stream = cap_live_add(bench.live, &row);
    cap_live_begin(bench.stream, NULL);
    return bench;
}

static void bench_end(Bench *bench)
{
    cap_control_free(bench->control);
    g_assert_false(g_file_test(bench->path, G_FILE_TEST_EXISTS));
    cap_live_stream_unref(bench->stream);
    cap_live_free(bench->live);
    g_free(bench->path);
    fixture_home_remove(bench->home);
}

static void publish(Bench *bench, int count, size_t size)
{
    for (int i = 0; i < count; i++, bench->next++) {
        g_auto(CapPacket) packet = {.kind = CAP_VIDEO,
                                    .buffer = av_buffer_alloc(size),
                                    .size = size,
                                    .key = bench->next % 25 == 0,
                                    .pts_us = bench->next * STEP_US,
                                    .arrival_us = bench->next * STEP_US};
        memset(packet.buffer->data, (int)(bench->next & 0xff), size);
        packet.data = packet.buffer->data;
        packet.params = cap_video_params_ref(params);
        cap_live_packet(bench->stream, &packet);
    }
}

static IdxLink *connect_to(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    IdxLink *link = idx_link_open(bench->path, WAIT_US, &error);
    g_assert_no_error(error);
    return link;
}

static void request(IdxLink *link, uint16_t channel, json_t *json)
{
    g_autoptr(GError) error = NULL;
    idx_link_request(link, channel, json, WAIT_US, &error);
    g_assert_no_error(error);
}

static IdxWireFrame next(IdxLink *link)
{
    g_autoptr(GError) error = NULL;
    IdxWireFrame frame = {0};
    idx_link_next(link, WAIT_US, &frame, &error);
    g_assert_no_error(error);
    return frame;
}

static IdxWireFrame expect(IdxLink *link, IdxWireType type, uint16_t channel)
{
    IdxWireFrame frame = next(link);
    g_assert_cmpint(frame.type, ==, type);
    g_assert_cmpint(frame.channel, ==, channel);
    return frame;
}

static void expect_error(IdxLink *link, uint16_t channel, MjError code)
{
    IdxWireFrame frame = expect(link, IDX_WIRE_ERROR, channel);
    g_autoptr(GError) error = NULL;
    idx_wire_get_error(&frame, &error);
    g_assert_true(mj_error_is(error, code));
}

/* That is no matter of what a viewer takes, of which "unsupported" would tell it. */
static void expect_no_meetings(IdxLink *link)
{
    request(link, 1, json_pack("{s:s}", "do", "offer"));
    IdxWireFrame frame = expect(link, IDX_WIRE_ERROR, 1);
    g_autoptr(GError) error = NULL;
    idx_wire_get_error(&frame, &error);
    g_assert_true(mj_error_is(error, MJ_ERROR_BUSY) ||
                  mj_error_is(error, MJ_ERROR_INVALID)); // as built, with meetings or without
}

static json_t *subscription(const char *camera)
{
    return json_pack("{s:s, s:s, s:s}", "do", "subscribe", "camera", camera, "stream", "main");
}

static void subscribe(IdxLink *link, uint16_t channel)
{
    request(link, channel, subscription("cam1"));
    expect(link, IDX_WIRE_ANSWER, channel);
}

/* The next packet is picture @number, whole. */
static IdxWirePacket expect_picture(IdxLink *link, uint16_t channel, int64_t number, size_t size)
{
    IdxWireFrame frame = expect(link, IDX_WIRE_PACKET, channel);
    IdxWirePacket packet = {0};
    g_assert_true(idx_wire_get_packet(&frame, &packet, NULL));
    g_assert_cmpint(packet.pts_us, ==, number * STEP_US);
    g_assert_cmpuint(packet.size, ==, size);
    g_assert_cmpint(packet.data[0], ==, (int)(number & 0xff));
    g_assert_cmpint(packet.data[size - 1], ==, (int)(number & 0xff));
    g_assert_true(packet.key == (number % 25 == 0));
    return packet;
}

/* --- answers --- */

static void test_file(void)
{
    Bench bench = bench_new();
    struct stat found;
    g_assert_cmpint(lstat(bench.path, &found), ==, 0);
    g_assert_true(S_ISSOCK(found.st_mode));
    g_assert_cmpint(found.st_mode & 0777, ==, 0660);
    /* A dead process's socket is replaced; the caller holds the lock, so this one counts as dead. */
    g_autoptr(GError) error = NULL;
    CapControl *second = cap_control_new(bench.home, (CapShard){1, 2}, bench.live, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(IdxLink) link = connect_to(&bench);
    g_clear_pointer(&link, idx_link_free);
    cap_control_free(second);
    g_assert_true(g_file_set_contents(bench.path, "precious", -1, NULL));
    g_assert_null(cap_control_new(bench.home, (CapShard){1, 2}, bench.live, NULL, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_EXISTS));
    g_assert_true(g_file_test(bench.path, G_FILE_TEST_IS_REGULAR));
    bench_end(&bench);
}

static void test_long_path(void)
{
    Bench bench = bench_new();
    char name[201];
    memset(name, 'h', 200);
    name[200] = '\0';
    g_autofree char *home = g_build_filename(bench.home, name, NULL);
    g_autofree char *run = mj_home_run(home, "");
    g_assert_cmpint(g_mkdir_with_parents(run, 0750), ==, 0);
    g_autoptr(GError) error = NULL;
    CapControl *control = cap_control_new(home, (CapShard){3, 3}, bench.live, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(json_t) streams = idx_link_streams(home, WAIT_US);
    g_assert_cmpuint(json_array_size(streams), ==, 1);
    cap_control_free(control);
    bench_end(&bench);
}

static void test_numbers(void)
{
    Bench bench = bench_new();
    publish(&bench, 30, 1000);
    cap_live_recorded(bench.stream, 30000, 30);
    g_autoptr(IdxLink) link = connect_to(&bench);
    subscribe(link, 1);
    request(link, 2, json_pack("{s:s}", "do", "metrics"));
    request(link, 3, json_pack("{s:s}", "do", "streams"));
    g_autofree char *text = NULL;
    g_autoptr(json_t) json = NULL;
    while (!text || !json) { // pictures come between
        IdxWireFrame frame = next(link);
        if (frame.type == IDX_WIRE_TEXT && frame.channel == 2)
            text = g_strndup((const char *)frame.body, frame.size);
        if (frame.type == IDX_WIRE_ANSWER && frame.channel == 3)
            json = idx_wire_get_json(&frame, NULL);
    }
    g_assert_nonnull(
        strstr(text, "\nmingjing_stream_viewers{camera=\"cam1\",stream=\"main\"} 1\n"));
    g_assert_cmpint(json_integer_value(json_object_get(json, "shard")), ==, 1);
    const json_t *stream = json_array_get(json_object_get(json, "streams"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(stream, "camera")), ==, "cam1");
    g_assert_cmpstr(json_string_value(json_object_get(stream, "state")), ==, IDX_STATE_RECORDING);
    g_assert_cmpint(json_integer_value(json_object_get(stream, "viewers")), ==, 1);
    g_assert_cmpint(json_integer_value(json_object_get(stream, "width")), ==, 64);
    g_assert_cmpint(json_integer_value(json_object_get(stream, "group_bytes")), >=, 5 * 1000);
    bench_end(&bench);
}

static void test_subscription(void)
{
    Bench bench = bench_new();
    publish(&bench, 30, 5000); // group: 25 … 29
    g_autoptr(IdxLink) link = connect_to(&bench);
    subscribe(link, 9);
    IdxWireFrame frame = expect(link, IDX_WIRE_STREAM, 9);
    IdxWireStream stream;
    g_assert_true(idx_wire_get_stream(&frame, &stream, NULL));
    g_assert_cmpstr(stream.video, ==, "h264");
    g_assert_cmpint(stream.width, ==, 64);
    g_assert_cmpmem(stream.video_config, stream.video_config_size, params->record,
                    params->record_size);
    g_assert_cmpstr(stream.audio, ==, "");
    for (int64_t n = 25; n < 30; n++)
        g_assert_true(expect_picture(link, 9, n, 5000).backlog);
    publish(&bench, 40, 300000); // larger than the socket's buffer
    for (int64_t n = 30; n < 70; n++)
        g_assert_false(expect_picture(link, 9, n, 300000).backlog);
    request(link, 9, subscription("cam1"));
    expect_error(link, 9, MJ_ERROR_CONFLICT);
    request(link, 9, json_pack("{s:s}", "do", "unsubscribe"));
    publish(&bench, 10, 1000);
    int64_t n = 70;
    for (frame = next(link); frame.type == IDX_WIRE_PACKET; frame = next(link))
        n++; // those on their way
    g_assert_cmpint(n, <=, 80);
    g_assert_cmpint(frame.type, ==, IDX_WIRE_ANSWER);
    publish(&bench, 10, 1000);
    request(link, 9, json_pack("{s:s}", "do", "unsubscribe"));
    expect_error(link, 9, MJ_ERROR_NOT_FOUND); // and nothing before it
    g_assert_cmpint(cap_tap_counts(bench.stream->tap).viewers, ==, 0);
    bench_end(&bench);
}

static void test_stopped_and_gone(void)
{
    Bench bench = bench_new();
    publish(&bench, 1, 500);
    g_autoptr(IdxLink) link = connect_to(&bench);
    subscribe(link, 4);
    expect(link, IDX_WIRE_STREAM, 4);
    expect_picture(link, 4, 0, 500);
    cap_live_end(bench.stream, IDX_STATE_STALLED, "no word");
    IdxWireFrame frame = expect(link, IDX_WIRE_STOPPED, 4);
    g_autoptr(json_t) stopped = idx_wire_get_json(&frame, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(stopped, "state")), ==, IDX_STATE_STALLED);
    g_assert_null(json_object_get(stopped, "gone"));
    cap_live_begin(bench.stream, NULL);
    bench.next = 25;
    publish(&bench, 1, 500);
    expect(link, IDX_WIRE_STREAM, 4);
    expect_picture(link, 4, 25, 500);
    cap_live_remove(bench.live, g_steal_pointer(&bench.stream));
    frame = expect(link, IDX_WIRE_STOPPED, 4);
    g_autoptr(json_t) gone = idx_wire_get_json(&frame, NULL);
    g_assert_true(json_is_true(json_object_get(gone, "gone")));
    request(link, 4, subscription("cam1")); // the channel is free again
    expect_error(link, 4, MJ_ERROR_NOT_FOUND);
    bench_end(&bench);
}

static void test_wrong_requests(void)
{
    Bench bench = bench_new();
    g_autoptr(IdxLink) link = connect_to(&bench);
    request(link, 1, subscription("cam2"));
    expect_error(link, 1, MJ_ERROR_NOT_FOUND);
    request(link, 1, json_pack("{s:s}", "do", "subscribe"));
    expect_error(link, 1, MJ_ERROR_INVALID);
    expect_no_meetings(link);
    request(link, 1, json_pack("{s:s}", "do", "dance"));
    expect_error(link, 1, MJ_ERROR_INVALID);
    request(link, 1, json_pack("{s:i}", "do", 7));
    expect_error(link, 1, MJ_ERROR_INVALID);
    request(link, 1, json_pack("{s:s}", "do", "unsubscribe"));
    expect_error(link, 1, MJ_ERROR_NOT_FOUND);
    for (uint16_t i = 1; i <= IDX_WIRE_CHANNELS_MAX; i++)
        subscribe(link, i);
    request(link, 999, subscription("cam1"));
    expect_error(link, 999, MJ_ERROR_BUSY);
    request(link, 1, json_pack("{s:s}", "do", "unsubscribe")); // all the while it works
    expect(link, IDX_WIRE_ANSWER, 1);
    bench_end(&bench);
}

/* --- garbage --- */

static int raw_connect(const Bench *bench)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, bench->path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

/* All until the other side hangs up; it must do so. */
static GByteArray *read_to_end(int fd)
{
    GByteArray *all = g_byte_array_new();
    uint8_t bytes[4096];
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        g_assert_cmpint(poll(&ready, 1, 10000), ==, 1);
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            return all;
        g_byte_array_append(all, bytes, (guint)got);
    }
}

/* @bytes get hello and an error of @code on channel 0, and then the line is cut. */
static void expect_cut(const Bench *bench, const GByteArray *bytes, MjError code)
{
    int fd = raw_connect(bench);
    g_assert_cmpint(send(fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
    g_autoptr(GByteArray) all = read_to_end(fd);
    close(fd);
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(IDX_WIRE_BODY_MAX);
    idx_wire_reader_add(reader, all->data, all->len);
    IdxWireFrame frame;
    g_assert_cmpint(idx_wire_reader_next(reader, &frame, NULL), ==, IDX_WIRE_FRAME);
    g_assert_cmpint(frame.type, ==, IDX_WIRE_HELLO);
    IdxWireType last = IDX_WIRE_HELLO;
    g_autoptr(GError) error = NULL;
    while (idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME) {
        last = frame.type;
        if (last == IDX_WIRE_ERROR)
            idx_wire_get_error(&frame, &error);
    }
    g_assert_cmpint(last, ==, IDX_WIRE_ERROR);
    g_assert_true(mj_error_is(error, code));
}

static GByteArray *hello(int version)
{
    GByteArray *bytes = g_byte_array_new();
    idx_wire_put_json(bytes, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", version));
    return bytes;
}

static void test_garbage(void)
{
    Bench bench = bench_new();
    g_autoptr(GByteArray) other = hello(2);
    expect_cut(&bench, other, MJ_ERROR_UNSUPPORTED);
    static const char *const LINES[] = {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "\xff\xff\xff",
                                        "\x16\x03\x01\x02\x01\xfc\x03\x03"};
    for (size_t i = 0; i < G_N_ELEMENTS(LINES); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)LINES[i], (guint)strlen(LINES[i]));
        expect_cut(&bench, bytes, MJ_ERROR_INVALID);
    }
    g_autoptr(GByteArray) early = g_byte_array_new(); // a request before hello
    idx_wire_put_json(early, IDX_WIRE_REQUEST, 1, json_pack("{s:s}", "do", "streams"));
    expect_cut(&bench, early, MJ_ERROR_INVALID);
    static const struct {
        IdxWireType type;
        const char *body;
    } FRAMES[] = {{IDX_WIRE_REQUEST, "[1, 2]"},
                  {IDX_WIRE_REQUEST, "{\"do\""},
                  {IDX_WIRE_REQUEST, ""},
                  {IDX_WIRE_PACKET, "0123456789abcdef"},
                  {IDX_WIRE_HELLO, "{\"version\":1}"}};
    for (size_t i = 0; i < G_N_ELEMENTS(FRAMES); i++) {
        g_autoptr(GByteArray) bytes = hello(IDX_WIRE_VERSION);
        idx_wire_put(bytes, FRAMES[i].type, 0, FRAMES[i].body, strlen(FRAMES[i].body));
        expect_cut(&bench, bytes, MJ_ERROR_INVALID);
    }
    g_autoptr(GByteArray) large = hello(IDX_WIRE_VERSION); // refused by its header alone
    g_autofree char *much = g_strnfill(IDX_WIRE_REQUEST_MAX + 1, ' ');
    idx_wire_put(large, IDX_WIRE_REQUEST, 1, much, IDX_WIRE_REQUEST_MAX + 1);
    g_byte_array_set_size(large, large->len - IDX_WIRE_REQUEST_MAX);
    expect_cut(&bench, large, MJ_ERROR_INVALID);
    bench_end(&bench);
}

/* Any bytes at all: the server lives and answers others. */
static void test_noise(void)
{
    Bench bench = bench_new();
    for (int round = 0; round < 300; round++) {
        int fd = raw_connect(&bench);
        g_autoptr(GByteArray) bytes = round % 2 ? hello(IDX_WIRE_VERSION) : g_byte_array_new();
        for (int i = g_test_rand_int_range(0, 600); i > 0; i--) {
            uint8_t byte = (uint8_t)g_test_rand_int_range(0, i % 3 ? 10 : 256);
            g_byte_array_append(bytes, &byte, 1);
        }
        ssize_t sent = send(fd, bytes->data, bytes->len, MSG_NOSIGNAL);
        g_assert_true(sent >= 0 || errno == EPIPE || errno == ECONNRESET);
        close(fd);
    }
    g_autoptr(IdxLink) link = connect_to(&bench);
    request(link, 1, json_pack("{s:s}", "do", "streams"));
    expect(link, IDX_WIRE_ANSWER, 1);
    bench_end(&bench);
}

/* --- too much --- */

static void test_hundred_connections(void)
{
    Bench bench = bench_new();
    publish(&bench, 5, 1000);
    IdxLink *links[100];
    int served = 0;
    for (int i = 0; i < 100; i++) {
        g_autoptr(GError) error = NULL;
        links[i] = idx_link_open(bench.path, WAIT_US, &error);
        served += links[i] ? 1 : 0;
        if (!links[i])
            g_assert_true(mj_error_is(error, MJ_ERROR_BUSY));
    }
    g_assert_cmpint(served, ==, IDX_WIRE_CLIENTS_MAX);
    for (int i = 0; i < served; i++)
        subscribe(links[i], 1);
    publish(&bench, 20, 1000);
    for (int i = 0; i < served; i++) {
        expect(links[i], IDX_WIRE_STREAM, 1);
        for (int64_t n = 0; n < 25; n++)
            expect_picture(links[i], 1, n, 1000);
        idx_link_free(links[i]);
    }
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    IdxLink *again = NULL; // places are free as soon as the server saw them go
    while (!again && g_get_monotonic_time() < until_us)
        again = idx_link_open(bench.path, WAIT_US, NULL);
    g_assert_nonnull(again);
    idx_link_free(again);
    bench_end(&bench);
}

/* Somebody who asks and asks and never reads: is not read any more, and others do not notice. */
static void test_flood(void)
{
    Bench bench = bench_new();
    int fd = raw_connect(&bench);
    g_autoptr(GByteArray) bytes = hello(IDX_WIRE_VERSION);
    g_assert_cmpint(send(fd, bytes->data, bytes->len, MSG_NOSIGNAL), ==, bytes->len);
    g_byte_array_set_size(bytes, 0);
    idx_wire_put_json(bytes, IDX_WIRE_REQUEST, 1, json_pack("{s:s}", "do", "metrics"));
    size_t sent = 0;
    for (struct pollfd room = {.fd = fd, .events = POLLOUT}; poll(&room, 1, 500) == 1;) {
        size_t at = sent % bytes->len; // frames stay whole
        ssize_t got = send(fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += got > 0 ? (size_t)got : 0;
        g_assert_cmpuint(sent, <, 16u << 20); // it must become full
    }
    g_autoptr(IdxLink) link = connect_to(&bench);
    for (int i = 0; i < 20; i++) {
        request(link, 1, json_pack("{s:s}", "do", "streams"));
        expect(link, IDX_WIRE_ANSWER, 1);
    }
    close(fd);
    bench_end(&bench);
}

typedef struct Reader {
    IdxLink *link;
    int64_t pictures, lost;
    int64_t last; // number of the last picture wanted
} Reader;

/* Reads until picture reader->last; what is missing was told. */
static void *read_all(void *data)
{
    Reader *reader = data;
    int64_t expected = 0;
    while (expected <= reader->last) {
        IdxWireFrame frame = next(reader->link);
        uint64_t lost = 0;
        IdxWirePacket packet;
        if (idx_wire_get_lost(&frame, &lost, NULL)) {
            reader->lost += (int64_t)lost;
            expected += (int64_t)lost;
            g_assert_cmpint(expected % 25, ==, 0); // a key frame follows
        } else if (frame.type == IDX_WIRE_PACKET) {
            g_assert_true(idx_wire_get_packet(&frame, &packet, NULL));
            g_assert_cmpint(packet.pts_us, ==, expected * STEP_US);
            g_assert_cmpint(packet.data[0], ==, (int)(expected & 0xff));
            reader->pictures++;
            expected++;
        }
    }
    return NULL;
}

static void test_slow_beside_quick(void)
{
    Bench bench = bench_new();
    Reader quick = {.link = connect_to(&bench), .last = 2000};
    Reader slow = {.link = connect_to(&bench), .last = 2000};
    subscribe(quick.link, 1);
    subscribe(slow.link, 1);
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, read_all, &quick), ==, 0);
    for (int i = 0; i < 200; i++) { // 60 MB, while one does not read
        publish(&bench, 10, 30000);
        g_usleep(2000);
    }
    publish(&bench, 1, 30000);
    pthread_join(thread, NULL);
    g_assert_cmpint(quick.pictures, ==, 2001);
    g_assert_cmpint(quick.lost, ==, 0);
    read_all(&slow); // and now it does
    g_assert_cmpint(slow.pictures + slow.lost, ==, 2001);
    g_assert_cmpint(slow.lost, >, 500);
    g_assert_cmpint((int64_t)cap_tap_counts(bench.stream->tap).lost, ==, slow.lost);
    idx_link_free(quick.link);
    idx_link_free(slow.link);
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 64, 1, 10, 0, NULL);
    params = ((CapPacket *)g_ptr_array_index(packets, 0))->params;
    g_test_add_func("/control/file", test_file);
    g_test_add_func("/control/long-path", test_long_path);
    g_test_add_func("/control/numbers", test_numbers);
    g_test_add_func("/control/subscription", test_subscription);
    g_test_add_func("/control/stopped-and-gone", test_stopped_and_gone);
    g_test_add_func("/control/wrong-requests", test_wrong_requests);
    g_test_add_func("/control/garbage", test_garbage);
    g_test_add_func("/control/noise", test_noise);
    g_test_add_func("/control/hundred-connections", test_hundred_connections);
    g_test_add_func("/control/flood", test_flood);
    g_test_add_func("/control/slow-beside-quick", test_slow_beside_quick);
    return g_test_run();
}
