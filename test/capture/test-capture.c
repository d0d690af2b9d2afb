// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture as it is installed, against real RTSP: the synthetic hall and servers that misbehave. */
#include <signal.h>
#include <string.h>

#include "test/capture/bench.h"
#include "test/capture/servers.h"
#include "test/hall/camera.h"

/* Those after the first picture; what connecting took, each time, is not counted. */
static GPtrArray *gaps_of(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    const IdxSegment *first = g_ptr_array_index(segments, 0);
    GPtrArray *gaps =
        idx_gap_range(bench->cat, stream_of(bench, code), first->start_us, INT64_MAX, NULL);
    for (guint i = gaps->len; i > 0; i--)
        if (g_strcmp0(((IdxGap *)g_ptr_array_index(gaps, i - 1))->detail, "connecting") == 0)
            g_ptr_array_remove_index(gaps, i - 1);
    return gaps;
}

static void test_records(void)
{
    static const char *const CODES[] = {"w01-face", "w01-desk", "w02-face", "lobby", "w03-face"};
    Bench bench = bench_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        add_camera(&bench, CODES[i]);
    capture_start(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        wait_footage(&bench, CODES[i], 12 * MJ_SECOND_US);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
        g_autoptr(GPtrArray) segments = segments_of(&bench, CODES[i]);
        const IdxSegment *open = g_ptr_array_index(segments, segments->len - 1);
        g_assert_cmpstr(open->state, ==, "open");
        g_autofree char *path = file_of(&bench, open);
        check_ffprobe(path);
    }
    g_assert_cmpint(capture_stop(&bench), <=, 2 * MJ_SECOND_US);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
        g_autoptr(GPtrArray) segments = segments_of(&bench, CODES[i]);
        g_assert_cmpuint(segments->len, >=, 3);
        for (guint j = 1; j < segments->len; j++)
            g_assert_true(((IdxSegment *)g_ptr_array_index(segments, j))->joins);
        check_hashes(&bench, CODES[i]);
        check_pictures(&bench, CODES[i]);
        check_byte_exact(&bench, CODES[i]);
        check_adds_up(&bench, CODES[i]);
        g_autoptr(GPtrArray) gaps = gaps_of(&bench, CODES[i]);
        g_assert_cmpuint(gaps->len, ==, 0);
        const IdxSegment *first = g_ptr_array_index(segments, 0);
        bool hevc = g_str_equal(CODES[i], "lobby");
        bool sound = hall_camera_by_id(CODES[i])->audio != NULL;
        g_assert_cmpstr(first->video, ==, hevc ? "hevc" : "h264");
        g_assert_cmpstr(first->audio, ==, sound ? "aac" : NULL); // w02-face sends G.711
        g_assert_cmpint(first->width, ==, 640);
        g_assert_cmpint(first->height, ==, 360);
    }
    bench_end(&bench);
}

/* Waits for a segment that began after @us. */
static void wait_segment_after(const Bench *bench, const char *code, int64_t us)
{
    int64_t until = g_get_monotonic_time() + 10 * MJ_SECOND_US;
    for (bool there = false; !there;) {
        g_autoptr(IdxSegment) last = idx_segment_last(bench->cat, stream_of(bench, code), NULL);
        there = last && last->start_us > us;
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(POLL_US);
    }
}

/* kill -9, twice; what was recorded is there, and the time in between is a gap. */
static void test_killed(void)
{
    static const char *const CODES[] = {"w01-face", "w02-desk", "lobby"};
    Bench bench = bench_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        add_camera(&bench, CODES[i]);
    int64_t killed_us[2];
    for (int round = 0; round < 2; round++) {
        capture_start(&bench);
        for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
            wait_footage(&bench, CODES[i], (4 + round * 4) * MJ_SECOND_US);
        killed_us[round] = now_us();
        capture_kill(&bench);
        for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
            g_autoptr(GPtrArray) segments = segments_of(&bench, CODES[i]);
            for (guint j = 0; j < segments->len; j++) {
                g_autofree char *path = file_of(&bench, g_ptr_array_index(segments, j));
                check_ffprobe(path);
            }
        }
    }
    capture_start(&bench);
    int64_t started = g_get_monotonic_time();
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        wait_segment_after(&bench, CODES[i], killed_us[1]);
    g_test_message("recording again after %.1f s",
                   (double)(g_get_monotonic_time() - started) / MJ_SECOND_US);
    capture_stop(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
        check_hashes(&bench, CODES[i]);
        check_pictures(&bench, CODES[i]);
        check_adds_up(&bench, CODES[i]);
        g_autoptr(GPtrArray) gaps = gaps_of(&bench, CODES[i]);
        g_assert_cmpuint(gaps->len, ==, 2);
        for (guint j = 0; j < 2; j++) {
            const IdxGap *gap = g_ptr_array_index(gaps, j);
            g_assert_cmpstr(gap->reason, ==, IDX_REASON_CAPTURE_DOWN);
            g_test_message("%s: %" G_GINT64_FORMAT " us lost before the kill", CODES[i],
                           killed_us[j] - gap->from_us);
            g_assert_cmpint(killed_us[j] - gap->from_us, <=, MJ_SECOND_US);
        }
    }
    bench_end(&bench);
}

/* --- shards ---------------------------------------------------------------------------------- */

static bool is_of_second(const Bench *bench, const char *code)
{
    return idx_shard_has(2, 2, stream_of(bench, code));
}

/* Waits until every camera of the dead shard says so, and every one of the living has gone on. */
static void check_one_dead(const Bench *bench, const char *const *codes, size_t n,
                           int64_t killed_us)
{
    int dead = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_of_second(bench, codes[i]))
            continue;
        g_autoptr(IdxState) state = wait_for(bench, codes[i], IDX_STATE_CAPTURE_DOWN, 20);
        dead++;
    }
    for (size_t i = 0; i < n; i++)
        if (!is_of_second(bench, codes[i]))
            wait_segment_after(bench, codes[i], killed_us);
    g_assert_cmpint(dead, >, 0);
    g_assert_cmpint(dead, <, (int)n);
}

/* Two shards record; one is killed. The cameras of the other lose nothing, those of the dead one say
 * so, and are recorded again once it is started again. */
static void test_shards(void)
{
    static const char *const CODES[] = {"w01-face", "w01-desk", "w02-face", "lobby"};
    Bench bench = bench_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        add_camera(&bench, CODES[i]);
    GSubprocess *first = capture_start_shard(&bench, "1/2");
    bench.process = capture_start_shard(&bench, "2/2");
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        wait_footage(&bench, CODES[i], 2 * MJ_SECOND_US);
    int64_t killed_us = now_us();
    capture_kill(&bench);
    check_one_dead(&bench, CODES, G_N_ELEMENTS(CODES), killed_us);
    int64_t again_us = now_us();
    bench.process = capture_start_shard(&bench, "2/2");
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++)
        wait_segment_after(&bench, CODES[i], again_us);
    capture_stop(&bench);
    bench.process = first;
    capture_stop(&bench);
    for (size_t i = 0; i < G_N_ELEMENTS(CODES); i++) {
        g_autoptr(GPtrArray) gaps = gaps_of(&bench, CODES[i]);
        g_assert_cmpuint(gaps->len, ==, is_of_second(&bench, CODES[i]) ? 1 : 0);
        if (gaps->len > 0)
            g_assert_cmpstr(((IdxGap *)gaps->pdata[0])->reason, ==, IDX_REASON_CAPTURE_DOWN);
        check_pictures(&bench, CODES[i]);
        check_adds_up(&bench, CODES[i]);
    }
    bench_end(&bench);
}

/* --- servers that misbehave ------------------------------------------------------------------ */

static void check_no_password(const Bench *bench)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
    for (const char *name; (name = g_dir_read_name(processes));) {
        if (!g_ascii_isdigit(name[0]))
            continue;
        g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", name);
        g_autofree char *line = NULL;
        gsize size = 0;
        if (!g_file_get_contents(path, &line, &size, NULL))
            continue;
        g_assert_null(memmem(line, size, "never-shown", 11));
    }
    static const char *const FILES[] = {"capture.log", "catalogue.db", "catalogue.db-wal"};
    for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *path = g_build_filename(bench->home, FILES[i], NULL);
        g_autofree char *text = NULL;
        gsize size = 0;
        if (g_file_get_contents(path, &text, &size, NULL))
            g_assert_null(memmem(text, size, "never-shown", 11));
    }
}

static void expect(const Bench *bench, const char *code, const char *state, const char *words)
{
    g_autoptr(IdxState) now = wait_for(bench, code, state, 20);
    g_test_message("%s: %s: %s", code, now->state, now->detail);
    g_assert_nonnull(now->detail);
    g_assert_nonnull(strstr(now->detail, words));
    g_assert_nonnull(strstr(now->detail, "rtsp://127.0.0.1"));
    g_assert_null(strstr(now->detail, "never-shown"));
}

typedef struct BadServers {
    Server http, noise, hangs_up, silent, gone;
} BadServers;

static void bad_servers_start(BadServers *s)
{
    s->http.answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    s->noise.answer = "\x01\x02\xff garbage \xfe without an end of line";
    s->hangs_up.answer = "";
    server_start(&s->http);
    server_start(&s->noise);
    server_start(&s->hangs_up);
    server_start(&s->silent);
    server_start(&s->gone);
    server_end(&s->gone); // nobody listens on its port now
}

static void bad_servers_end(BadServers *s)
{
    server_end(&s->http);
    server_end(&s->noise);
    server_end(&s->hangs_up);
    server_end(&s->silent);
}

static void add_server(const Bench *bench, const char *code, const Server *server)
{
    g_autofree char *url = server_url(server, USER ":" PASSWORD "@");
    add_camera_at(bench, code, url);
}

static void add_bad_cameras(const Bench *bench, const BadServers *s)
{
    g_autofree char *wrong =
        g_strdup_printf("rtsp://%s@127.0.0.1:%d/secret", USER ":never-shown-wrong", hall.port);
    add_camera(bench, "mjpeg");
    add_camera(bench, "audio-only");
    add_camera(bench, "no-such-camera");
    add_server(bench, "http", &s->http);
    add_server(bench, "noise", &s->noise);
    add_server(bench, "hangs-up", &s->hangs_up);
    add_server(bench, "silent", &s->silent);
    add_server(bench, "gone", &s->gone);
    add_camera_at(bench, "secret", wrong);
}

static void expect_bad_cameras(const Bench *bench)
{
    expect(bench, "mjpeg", IDX_STATE_UNSUPPORTED, "JPEG");
    expect(bench, "audio-only", IDX_STATE_UNSUPPORTED, "no video");
    expect(bench, "no-such-camera", IDX_STATE_REFUSED, "404");
    expect(bench, "http", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(bench, "noise", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(bench, "hangs-up", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(bench, "silent", IDX_STATE_STALLED, "does not answer");
    expect(bench, "gone", IDX_STATE_OFFLINE, "refuses the connection");
    expect(bench, "secret", IDX_STATE_UNAUTHORIZED, "password");
}

/* Once the address is right, recording starts by itself. */
static void mend_password(const Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url =
        g_strdup_printf("rtsp://%s@127.0.0.1:%d/secret", USER ":" PASSWORD, hall.port);
    idx_camera_set(bench->cat, "secret", url, NULL, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
    wait_recording(bench, "secret");
}

static void check_open_gap(const Bench *bench, const char *code, const char *reason)
{
    g_autoptr(GPtrArray) gaps =
        idx_gap_range(bench->cat, stream_of(bench, code), 0, INT64_MAX, NULL);
    g_assert_cmpuint(gaps->len, >=, 1); // the one before it, if any, is of the connecting
    const IdxGap *last = g_ptr_array_index(gaps, gaps->len - 1);
    g_assert_cmpstr(last->reason, ==, reason);
    g_assert_cmpint(last->to_us, ==, 0);
}

static void test_bad_cameras(void)
{
    Bench bench = bench_new();
    BadServers servers = {0};
    bad_servers_start(&servers);
    add_camera(&bench, "w01-desk"); // a good one among them
    add_bad_cameras(&bench, &servers);
    capture_start(&bench);
    wait_recording(&bench, "w01-desk");
    expect_bad_cameras(&bench);
    mend_password(&bench);
    check_no_password(&bench);
    wait_footage(&bench, "w01-desk", 12 * MJ_SECOND_US);
    capture_stop(&bench);
    check_no_password(&bench);
    check_byte_exact(&bench, "w01-desk"); // none of this touched it
    check_pictures(&bench, "w01-desk");
    check_open_gap(&bench, "gone", IDX_REASON_OFFLINE);
    bad_servers_end(&servers);
    bench_end(&bench);
}

static void wait_connected(Server *server, int64_t since)
{
    while (g_atomic_int_get(&server->connections) == 0) {
        g_assert_cmpint(g_get_monotonic_time() - since, <, 2 * MJ_SECOND_US);
        g_usleep(POLL_US);
    }
}

/* A second recorder of the same home must not start. */
static void check_not_started(const Bench *bench, const char *shard, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *err = NULL;
    int status = 0;
    const char *const arguments[] = {g_getenv("CAPTURE"), "--home", bench->home,
                                     "--shard",           shard,    NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, 0, NULL, NULL, NULL, &err, &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    g_assert_nonnull(strstr(err, words));
}

static void test_roster(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w01-desk");
    capture_start(&bench);
    wait_recording(&bench, "w01-desk");
    Server one = {0}, two = {0};
    server_start(&one);
    server_start(&two);
    g_autofree char *one_url = server_url(&one, "");
    g_autofree char *two_url = server_url(&two, "");
    g_autoptr(GError) error = NULL;
    int64_t at = g_get_monotonic_time();
    add_camera_at(&bench, "new", one_url); // added
    wait_connected(&one, at);
    at = g_get_monotonic_time();
    idx_camera_set(bench.cat, "new", two_url, NULL, NULL, NULL, NULL, now_us(), &error); // changed
    g_assert_no_error(error);
    wait_connected(&two, at);
    at = g_get_monotonic_time();
    idx_camera_remove(bench.cat, "w01-desk", now_us(), &error); // removed
    g_assert_no_error(error);
    idx_state_free(wait_for(&bench, "w01-desk", IDX_STATE_DISABLED, 2));
    for (bool open = true; open;) { // its segment is closed
        g_autoptr(GPtrArray) left =
            idx_segment_list_open(bench.cat, stream_of(&bench, "w01-desk"), &error);
        open = left->len > 0;
        g_assert_cmpint(g_get_monotonic_time() - at, <, 3 * MJ_SECOND_US);
        g_usleep(POLL_US);
    }
    check_not_started(&bench, "1/1", "already records shard 1/1");
    check_not_started(&bench, "2/2", "is being recorded in 1 shard,");
    capture_stop(&bench);
    server_end(&one);
    server_end(&two);
    bench_end(&bench);
}

static void test_comes_and_goes(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "w03-face");
    add_camera(&bench, "w02-desk");
    capture_start(&bench);
    wait_recording(&bench, "w03-face");
    wait_recording(&bench, "w02-desk");
    wait_footage(&bench, "w03-face", 3 * MJ_SECOND_US);
    hall_tell("freeze", "w03-face");
    int64_t frozen = g_get_monotonic_time();
    idx_state_free(wait_for(&bench, "w03-face", IDX_STATE_STALLED, 8));
    g_assert_cmpint(g_get_monotonic_time() - frozen, <, 7 * MJ_SECOND_US);
    hall_tell("thaw", "w03-face");
    wait_recording(&bench, "w03-face");
    hall_tell("drop", "w03-face");
    int64_t dropped = g_get_monotonic_time();
    idx_state_free(wait_for(&bench, "w03-face", IDX_STATE_ENDED, 3));
    wait_recording(&bench, "w03-face");
    g_assert_cmpint(g_get_monotonic_time() - dropped, <, 5 * MJ_SECOND_US);
    wait_footage(&bench, "w02-desk", 10 * MJ_SECOND_US);
    capture_stop(&bench);
    check_hashes(&bench, "w03-face");
    check_pictures(&bench, "w03-face");
    check_adds_up(&bench, "w03-face");
    g_autoptr(GPtrArray) gaps = gaps_of(&bench, "w03-face");
    g_assert_cmpuint(gaps->len, ==, 2);
    g_assert_cmpstr(((IdxGap *)g_ptr_array_index(gaps, 0))->reason, ==, IDX_REASON_STALLED);
    g_assert_cmpstr(((IdxGap *)g_ptr_array_index(gaps, 1))->reason, ==, IDX_REASON_ENDED);
    check_byte_exact(&bench, "w02-desk"); // the other one saw nothing of it
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    servers_run();
    hall_start();
    g_test_add_func("/capture/records", test_records);
    g_test_add_func("/capture/killed", test_killed);
    g_test_add_func("/capture/shards", test_shards);
    g_test_add_func("/capture/bad-cameras", test_bad_cameras);
    g_test_add_func("/capture/roster", test_roster);
    g_test_add_func("/capture/comes-and-goes", test_comes_and_goes);
    int failed = g_test_run();
    hall_end();
    servers_end();
    return failed;
}
