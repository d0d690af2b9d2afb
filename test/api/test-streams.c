// SPDX-License-Identifier: GPL-3.0-or-later
/* /streams and /metrics against capture sockets that answer, are silent, or talk nonsense. */
#include "index/link/link.h"
#include "test/api/support/hall.h"
#include "test/api/support/schema.h"

#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef enum { ANSWERS, SILENT, NONSENSE } Manner;

typedef struct Recorder {
    int fd;
    Manner manner;
    char *path;
    pthread_t thread;
    const char *streams; // JSON
} Recorder;

static Hall *hall;

static void answer_one(const Recorder *recorder, int fd)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    if (recorder->manner == NONSENSE)
        g_byte_array_append(out, (const guint8 *)"HTTP/1.1 200 OK\r\n\r\n", 19);
    else
        idx_wire_put_json(out, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", IDX_WIRE_VERSION));
    if (recorder->manner == ANSWERS)
        idx_wire_put_json(out, IDX_WIRE_ANSWER, 1,
                          json_pack("{s:o}", "streams", json_loads(recorder->streams, 0, NULL)));
    if (recorder->manner != SILENT)
        g_assert_cmpint(send(fd, out->data, out->len, MSG_NOSIGNAL), ==, out->len);
    char bytes[256];
    while (recv(fd, bytes, sizeof bytes, 0) > 0) // until the other side has what it wants
        ;
}

static void *serve(void *data)
{
    const Recorder *recorder = data;
    for (int fd; (fd = accept(recorder->fd, NULL, NULL)) >= 0;) {
        answer_one(recorder, fd);
        close(fd);
    }
    return NULL;
}

static Recorder *recorder_new(int shard, Manner manner, const char *streams)
{
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->manner = manner;
    recorder->streams = streams;
    recorder->path = idx_link_path(hall->home, shard);
    recorder->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_assert_cmpuint(g_strlcpy(address.sun_path, recorder->path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    g_assert_cmpint(bind(recorder->fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(recorder->fd, 8), ==, 0);
    g_assert_cmpint(pthread_create(&recorder->thread, NULL, serve, recorder), ==, 0);
    return recorder;
}

static void recorder_free(Recorder *recorder)
{
    shutdown(recorder->fd, SHUT_RDWR);
    pthread_join(recorder->thread, NULL);
    close(recorder->fd);
    g_unlink(recorder->path);
    g_free(recorder->path);
    g_free(recorder);
}

static const char ONE[] =
    "[{\"camera\":\"W07\",\"stream\":\"main\",\"record\":true,\"state\":\"recording\",\"detail\":"
    "null,\"connected_since_us\":1795311000000000,\"restarts\":2,\"video\":\"h264\",\"audio\":null,"
    "\"width\":640,\"height\":360,\"frame_rate\":25.0,\"bitrate\":800000,\"last_key_us\":null,"
    "\"last_picture_us\":1795311000500000,\"clock\":\"camera\",\"clock_offset_us\":-1500,"
    "\"last_error\":\"it \\\"was\\\" "
    "off\\\\\",\"last_error_us\":1795310000000000,\"received_bytes\":9,"
    "\"received_pictures\":8,\"recorded_bytes\":7,\"recorded_pictures\":6,\"packets_lost\":null,"
    "\"viewers\":1,\"viewer_pictures_lost\":0,\"group_bytes\":5},"
    "{\"camera\":\"bad\\\"} 1\\nforged\",\"stream\":\"main\",\"restarts\":1},\"no object\"]";
static const char TWO[] = "[{\"camera\":\"W08\",\"stream\":\"sub\",\"record\":false,\"state\":"
                          "\"live\",\"restarts\":0,\"width\":0,\"height\":0,\"frame_rate\":0.0,"
                          "\"bitrate\":0,\"received_bytes\":0,\"received_pictures\":0,"
                          "\"recorded_bytes\":0,\"recorded_pictures\":0,\"viewers\":0,"
                          "\"viewer_pictures_lost\":0}]";

static json_t *get_streams(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/streams", hall->cookie);
    g_assert_cmpint(answer->status, ==, 200);
    g_autoptr(json_t) json = answer_json(answer);
    g_autoptr(json_t) contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    g_autoptr(json_t) schema = json_pack("{s:s, s:{s:s}}", "type", "array", "items", "$ref",
                                         "#/components/schemas/StreamNow");
    json_t *streams = json_object_get(json, "streams");
    g_autofree char *wrong = schema_check(contract, schema, streams, "$");
    g_assert_cmpstr(wrong, ==, NULL);
    return json_incref(streams);
}

static char *get_metrics(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, "/metrics", hall->cookie);
    g_assert_cmpint(answer->status, ==, 200);
    return g_strndup((char *)answer->body->data, answer->body->len);
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void test_answers(void)
{
    Recorder *one = recorder_new(1, ANSWERS, ONE), *two = recorder_new(2, ANSWERS, TWO);
    g_autoptr(json_t) streams = get_streams();
    g_assert_cmpuint(json_array_size(streams), ==, 2); // what names no camera is left out
    const json_t *first = json_array_get(streams, 0), *second = json_array_get(streams, 1);
    g_assert_cmpstr(json_string_value(json_object_get(first, "camera")), ==, "W07");
    g_assert_cmpstr(json_string_value(json_object_get(first, "connected_since")), ==,
                    "2026-11-22T09:30:00.000000+08:00");
    g_assert_cmpint(json_integer_value(json_object_get(first, "clock_offset_us")), ==, -1500);
    g_assert_true(json_is_null(json_object_get(first, "last_key")));
    g_assert_cmpstr(json_string_value(json_object_get(second, "state")), ==, "live");

    g_autofree char *text = get_metrics();
    g_assert_nonnull(strstr(text,
                            "\nmingjing_stream_restarts_total{camera=\"W07\",stream=\"main\"} "
                            "2\n"));
    g_assert_nonnull(strstr(text, "\nmingjing_stream_clock_offset_seconds{camera=\"W07\",stream="
                                  "\"main\"} -0.0015"));
    g_assert_nonnull(strstr(text, "mingjing_stream_frame_rate{camera=\"W08\",stream=\"sub\"} 0\n"));
    g_assert_nonnull(strstr(text,
                            "\nmingjing_stream_info{camera=\"W08\",stream=\"sub\",state=\"live\","
                            "video=\"\",audio=\"\",clock=\"\"} 1\n"));
    g_assert_nonnull(strstr(text, "last_error=\"it \\\"was\\\" off\\\\\"} 1795310000\n"));
    g_assert_cmpint(count(text, "mingjing_stream_last_error_seconds{"), ==, 1); // W08 had none
    g_assert_cmpint(count(text, "# TYPE mingjing_stream_restarts_total counter\n"), ==, 1);
    g_assert_cmpint(count(text, "mingjing_stream_packets_lost_total"), ==, 0); // nobody knows
    g_assert_null(strstr(text, "forged"));
    recorder_free(one);
    recorder_free(two);
}

/* A recorder that says nothing or nonsense costs half a second and no error. */
static void test_others(void)
{
    static const Manner MANNERS[] = {SILENT, NONSENSE};
    for (size_t i = 0; i < G_N_ELEMENTS(MANNERS); i++) {
        Recorder *good = recorder_new(1, ANSWERS, TWO), *bad = recorder_new(2, MANNERS[i], NULL);
        int64_t begin = g_get_monotonic_time();
        g_autoptr(json_t) streams = get_streams();
        g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
        g_assert_cmpuint(json_array_size(streams), ==, 1);
        g_autofree char *text = get_metrics();
        g_assert_nonnull(strstr(text, "mingjing_capture_up 1\n"));
        recorder_free(good);
        recorder_free(bad);
    }
}

static void test_absent(void)
{
    g_autofree char *stale = idx_link_path(hall->home, 3);
    g_assert_true(g_file_set_contents(stale, "", 0, NULL)); // not even a socket
    g_autoptr(json_t) streams = get_streams();
    g_assert_cmpuint(json_array_size(streams), ==, 0);
    g_autofree char *text = get_metrics();
    g_assert_nonnull(strstr(text, "mingjing_capture_up 1\n"));
    g_assert_null(strstr(text, "mingjing_stream_restarts_total"));
    g_unlink(stale);
}

static void test_needs_login(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/streams", NULL);
    g_assert_cmpint(answer->status, ==, 401);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/streams/answers", test_answers);
    g_test_add_func("/streams/others", test_others);
    g_test_add_func("/streams/absent", test_absent);
    g_test_add_func("/streams/needs-login", test_needs_login);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
