// SPDX-License-Identifier: GPL-3.0-or-later
/* mingjing-capture as it is installed, against real RTSP: the synthetic hall and servers that misbehave.
 * HALL and CAPTURE are the paths of the two programs. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/gap.h"
#include "index/segment.h"
#include "index/state.h"
#include "index/timeline.h"
#include "test/capture/fixture.h"
#include "test/hall/camera.h"
#include "test/hall/decode.h"
#include "test/hall/stamp.h"

#define USER "viewer"
#define PASSWORD "Wx7%2Fnever-shown"
#define PASSWORD_PLAIN "Wx7/never-shown"
#define POLL_US 20000

/* --- programs -------------------------------------------------------------------------------- */

typedef struct Hall {
    GSubprocess *process;
    GOutputStream *in;
    GDataInputStream *out;
    int port;
    char *dump; // folder
} Hall;

static Hall hall;

static json_t *hall_line(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(hall.out, NULL, NULL, &error);
    g_assert_nonnull(line);
    json_t *json = json_loads(line, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

static void hall_start(void)
{
    g_autoptr(GError) error = NULL;
    hall.dump = g_dir_make_tmp("mingjing-dump-XXXXXX", &error);
    g_autofree char *credentials = g_build_filename(hall.dump, "credentials", NULL);
    g_file_set_contents(credentials, USER ":" PASSWORD_PLAIN "\n", -1, &error);
    g_assert_no_error(error);
    hall.process = g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    &error, g_getenv("HALL"), "--exit-on-eof", "--dump", hall.dump,
                                    "--credentials", credentials, NULL);
    g_assert_no_error(error);
    hall.in = g_subprocess_get_stdin_pipe(hall.process);
    hall.out = g_data_input_stream_new(g_subprocess_get_stdout_pipe(hall.process));
    json_t *ready = hall_line();
    hall.port = (int)json_integer_value(json_object_get(ready, "port"));
    json_decref(ready);
    g_assert_cmpint(hall.port, >, 0);
}

static void hall_tell(const char *verb, const char *camera)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_strdup_printf("%s %s\n", verb, camera);
    g_output_stream_write_all(hall.in, line, strlen(line), NULL, NULL, &error);
    g_output_stream_flush(hall.in, NULL, &error);
    g_assert_no_error(error);
    json_t *answer = hall_line();
    g_assert_true(json_is_true(json_object_get(answer, "ok")));
    json_decref(answer);
}

static void hall_end(void)
{
    g_output_stream_close(hall.in, NULL, NULL);
    g_subprocess_wait(hall.process, NULL, NULL);
    g_object_unref(hall.out);
    g_object_unref(hall.process);
    g_autoptr(GDir) folder = g_dir_open(hall.dump, 0, NULL);
    for (const char *name; (name = g_dir_read_name(folder));) {
        g_autofree char *file = g_build_filename(hall.dump, name, NULL);
        g_unlink(file);
    }
    g_rmdir(hall.dump);
    g_free(hall.dump);
}

typedef struct Bench { // a home with a recorder
    char *home, *log;
    IdxCatalogue *cat;
    GSubprocess *process;
} Bench;

/* A test that fails must leave nothing running. */
static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void capture_start(Bench *bench)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_stderr_file_path(launcher, bench->log);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    bench->process = g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"), "--home",
                                                 bench->home, "--segment", "5", NULL);
    g_assert_no_error(error);
}

/* SIGTERM; how long it took. */
static int64_t capture_stop(Bench *bench)
{
    int64_t begin = g_get_monotonic_time();
    g_subprocess_send_signal(bench->process, SIGTERM);
    g_assert_true(g_subprocess_wait(bench->process, NULL, NULL));
    g_assert_true(g_subprocess_get_if_exited(bench->process));
    g_assert_cmpint(g_subprocess_get_exit_status(bench->process), ==, 0);
    g_clear_object(&bench->process);
    return g_get_monotonic_time() - begin;
}

static void capture_kill(Bench *bench)
{
    g_subprocess_send_signal(bench->process, SIGKILL);
    g_subprocess_wait(bench->process, NULL, NULL);
    g_clear_object(&bench->process);
}

static Bench bench_new(void)
{
    Bench bench = {.home = fixture_home()};
    g_autoptr(GError) error = NULL;
    bench.log = g_build_filename(bench.home, "capture.log", NULL);
    bench.cat = idx_catalogue_open(bench.home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_remove(bench.cat, "cam1", mj_clock_utc_us(mj_clock_system()), &error);
    g_assert_no_error(error);
    return bench;
}

static void bench_end(Bench *bench)
{
    if (bench->process)
        capture_stop(bench);
    idx_catalogue_free(bench->cat);
    g_free(bench->log);
    fixture_home_remove(bench->home);
}

/* --- the catalogue --------------------------------------------------------------------------- */

static int64_t now_us(void)
{
    return mj_clock_utc_us(mj_clock_system());
}

static void add_camera_at(const Bench *bench, const char *code, const char *url)
{
    g_autoptr(GError) error = NULL;
    idx_camera_add(bench->cat, code, url, NULL, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
}

static void add_camera(const Bench *bench, const char *code)
{
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/%s", hall.port, code);
    add_camera_at(bench, code, url);
}

static int64_t stream_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(bench->cat, code, &error);
    g_assert_no_error(error);
    return ((IdxStream *)g_ptr_array_index(camera->streams, 0))->id;
}

static IdxState *state_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    IdxState *state = idx_state_get(bench->cat, stream_of(bench, code), now_us(), &error);
    g_assert_no_error(error);
    return state;
}

/* Waits until @code is in @state; the state, or a failed test after @seconds. */
static IdxState *wait_for(const Bench *bench, const char *code, const char *state, int seconds)
{
    int64_t until = g_get_monotonic_time() + seconds * MJ_SECOND_US;
    for (;;) {
        g_autoptr(IdxState) now = state_of(bench, code);
        if (g_str_equal(now->state, state))
            return g_steal_pointer(&now);
        if (g_get_monotonic_time() > until)
            g_error("%s is %s (%s), should be %s", code, now->state, now->detail, state);
        g_usleep(POLL_US);
    }
}

static void wait_recording(const Bench *bench, const char *code)
{
    g_autoptr(IdxState) state = wait_for(bench, code, IDX_STATE_RECORDING, 10);
    g_assert_null(state->detail);
}

/* Waits until @code has @us of whole fragments, over all its segments. */
static void wait_footage(const Bench *bench, const char *code, int64_t us)
{
    int64_t until = g_get_monotonic_time() + us + 15 * MJ_SECOND_US,
            stream = stream_of(bench, code);
    for (int64_t have = 0; have < us;) {
        g_autoptr(GPtrArray) segments = idx_segment_range(bench->cat, stream, 0, INT64_MAX, NULL);
        have = 0;
        for (guint i = 0; i < segments->len; i++) {
            const IdxSegment *segment = g_ptr_array_index(segments, i);
            have += segment->end_us - segment->start_us;
        }
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        g_usleep(POLL_US);
    }
}

static GPtrArray *segments_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = idx_segment_range(bench->cat, stream_of(bench, code), 0, INT64_MAX, &error);
    g_assert_no_error(error);
    return all;
}

static char *file_of(const Bench *bench, const IdxSegment *segment)
{
    return mj_home_footage_file(bench->home, segment->path, NULL);
}

/* covered + gaps = asked, from the first picture on */
static void check_adds_up(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    g_assert_cmpuint(segments->len, >, 0);
    const IdxSegment *first = g_ptr_array_index(segments, 0);
    const IdxSegment *last = g_ptr_array_index(segments, segments->len - 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxTimeline) line = idx_timeline_get(bench->cat, stream_of(bench, code),
                                                   first->start_us, last->end_us, now_us(), &error);
    g_assert_no_error(error);
    int64_t sum = line->covered_us;
    for (guint i = 0; i < line->gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(line->gaps, i);
        g_assert_cmpstr(gap->reason, !=, IDX_REASON_UNKNOWN);
        g_assert_cmpstr(gap->reason, !=, IDX_REASON_NOT_RECORDED);
        sum += gap->to_us - gap->from_us;
    }
    g_assert_cmpint(sum, ==, last->end_us - first->start_us);
}

/* --- files ----------------------------------------------------------------------------------- */

static void check_ffprobe(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *err = NULL;
    int status = 0;
    const char *const arguments[] = {
        "ffprobe", "-v", "warning", "-show_entries", "stream=codec_name", "-of",
        "csv=p=0", path, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_assert_cmpstr(err, ==, "");
    g_assert_true(strstr(out, "h264") || strstr(out, "hevc"));
}

typedef struct Check {
    const IdxSegment *segment;
    const HallCamera *camera;
    int frames;
    uint32_t last;
    bool follows;
    int64_t worst_us;
} Check;

static bool check_frame(const HallFrame *frame, void *data)
{
    Check *check = data;
    HallStamp stamp;
    g_assert_true(hall_stamp_read(frame->luma, frame->width, frame->height, frame->stride, &stamp));
    g_assert_cmpint(stamp.camera, ==, check->camera->number);
    if (check->follows)
        g_assert_cmpuint(stamp.frame, ==, check->last + 1);
    check->last = stamp.frame;
    check->follows = true;
    int64_t said_us = check->segment->start_us + frame->pts_us - check->segment->media_start_us;
    check->worst_us = MAX(check->worst_us, ABS(said_us - stamp.utc_us));
    check->frames++;
    return true;
}

/* All pictures of @code: each the one after the other within what joins, each taken when the catalogue says
 * (± a frame), as many as it says. How many. */
static int check_pictures(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    Check check = {.camera = hall_camera_by_id(code)};
    int64_t frame_us = MJ_SECOND_US * check.camera->fps_den / check.camera->fps_num;
    int64_t end_us = 0;
    int total = 0;
    for (guint i = 0; i < segments->len; i++) {
        check.segment = g_ptr_array_index(segments, i);
        g_assert_cmpint(check.segment->start_us, >=, end_us);
        if (check.segment->joins)
            g_assert_cmpint(check.segment->start_us, ==, end_us);
        else
            check.follows = false;
        end_us = check.segment->end_us;
        check.frames = 0;
        g_autoptr(GError) error = NULL;
        g_autofree char *path = file_of(bench, check.segment);
        g_assert_true(hall_decode(path, check_frame, &check, &error));
        g_assert_no_error(error);
        g_assert_cmpint(check.frames, ==, check.segment->frames);
        g_assert_cmpstr(check.segment->clock, ==, "camera");
        total += check.frames;
    }
    g_test_message("%s: %d pictures in %u files, at most %" G_GINT64_FORMAT " us off", code, total,
                   segments->len, check.worst_us);
    g_assert_cmpint(check.worst_us, <=, frame_us);
    return total;
}

static void check_hashes(const Bench *bench, const char *code)
{
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    for (guint i = 0; i < segments->len; i++) {
        const IdxSegment *segment = g_ptr_array_index(segments, i);
        g_assert_cmpstr(segment->state, !=, "open");
        g_assert_true(segment->has_sha256);
        g_autofree char *path = file_of(bench, segment);
        g_autoptr(GBytes) bytes = fixture_read(path);
        g_assert_cmpint((int64_t)g_bytes_get_size(bytes), ==, segment->bytes);
        g_autofree char *hex = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
        for (int byte = 0; byte < IDX_SHA256_BYTES; byte++) {
            char pair[3];
            g_snprintf(pair, sizeof pair, "%02x", segment->sha256[byte]);
            g_assert_true(strncmp(pair, hex + 2 * byte, 2) == 0);
        }
        check_ffprobe(path);
    }
}

/* Annex B with start codes of four bytes throughout. */
static GByteArray *long_start_codes(GBytes *bytes)
{
    static const guint8 CODE[] = {0, 0, 0, 1};
    gsize size;
    const uint8_t *data = g_bytes_get_data(bytes, &size);
    GByteArray *out = g_byte_array_sized_new((guint)size + 1024);
    gsize from = 0;
    for (gsize i = 0; i + 3 <= size;) {
        if (data[i] != 0 || data[i + 1] != 0 || data[i + 2] != 1) {
            i++;
            continue;
        }
        gsize end = i;
        while (end > from && data[end - 1] == 0)
            end--;
        g_byte_array_append(out, data + from, (guint)(end - from));
        g_byte_array_append(out, CODE, sizeof CODE);
        i += 3;
        from = i;
    }
    g_byte_array_append(out, data + from, (guint)(size - from));
    return out;
}

/* What is on disk of @code is a piece of what was sent, bit by bit. For recordings without a gap. */
static void check_byte_exact(const Bench *bench, const char *code)
{
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GPtrArray) segments = segments_of(bench, code);
    int frames = 0;
    for (guint i = 0; i < segments->len; i++) {
        g_autofree char *path = file_of(bench, g_ptr_array_index(segments, i));
        frames += fixture_read_annexb(path, stored);
    }
    const HallCamera *camera = hall_camera_by_id(code);
    g_autofree char *name = g_strdup_printf("%s.%s", code, camera->video);
    g_autofree char *path = g_build_filename(hall.dump, name, NULL);
    g_autoptr(GBytes) raw = fixture_read(path);
    g_autoptr(GByteArray) sent = long_start_codes(raw);
    g_assert_cmpint(frames, >, 50);
    g_assert_nonnull(memmem(sent->data, sent->len, stored->data, stored->len));
}

/* --- tests ----------------------------------------------------------------------------------- */

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
        g_autoptr(GPtrArray) gaps =
            idx_gap_range(bench.cat, stream_of(&bench, CODES[i]), 0, INT64_MAX, NULL);
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
        g_autoptr(GPtrArray) gaps =
            idx_gap_range(bench.cat, stream_of(&bench, CODES[i]), 0, INT64_MAX, NULL);
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

/* --- servers that misbehave ------------------------------------------------------------------ */

typedef struct Server {
    GSocketService *service;
    int port;
    const char *answer; // NULL: never says anything
    gint connections;   // atomic
    GPtrArray *kept;    // connections left open
} Server;

static gboolean on_connection(GSocketService *service, GSocketConnection *connection,
                              GObject *source, void *data)
{
    (void)service;
    (void)source;
    Server *server = data;
    g_atomic_int_inc(&server->connections);
    if (!server->answer) {
        g_ptr_array_add(server->kept, g_object_ref(connection));
        return TRUE;
    }
    char request[2048];
    g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), request,
                        sizeof request, NULL, NULL);
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)),
                              server->answer, strlen(server->answer), NULL, NULL, NULL);
    g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    return TRUE;
}

static void server_start(Server *server)
{
    g_autoptr(GError) error = NULL;
    server->kept = g_ptr_array_new_with_free_func(g_object_unref);
    server->service = g_socket_service_new();
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), address, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
    g_assert_no_error(error);
    server->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(server->service, "incoming", G_CALLBACK(on_connection), server);
    g_socket_service_start(server->service);
}

static void server_end(Server *server)
{
    g_socket_service_stop(server->service);
    g_socket_listener_close(G_SOCKET_LISTENER(server->service));
    g_object_unref(server->service);
    g_ptr_array_unref(server->kept);
}

/* The main context, in which the servers answer, runs in a thread of its own. */
static GMainLoop *loop;
static void *run_loop(void *data)
{
    g_main_loop_run(data);
    return NULL;
}

static char *server_url(const Server *server, const char *credentials)
{
    return g_strdup_printf("rtsp://%s127.0.0.1:%d/x", credentials, server->port);
}

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

static void test_bad_cameras(void)
{
    Bench bench = bench_new();
    Server http = {.answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"};
    Server noise = {.answer = "\x01\x02\xff garbage \xfe without an end of line"};
    Server hangs_up = {.answer = ""};
    Server silent = {0};
    Server gone = {0};
    server_start(&http);
    server_start(&noise);
    server_start(&hangs_up);
    server_start(&silent);
    server_start(&gone);
    server_end(&gone); // nobody listens on its port now
    const char *secret = USER ":" PASSWORD "@";
    g_autofree char *http_url = server_url(&http, secret);
    g_autofree char *noise_url = server_url(&noise, secret);
    g_autofree char *hangs_up_url = server_url(&hangs_up, secret);
    g_autofree char *silent_url = server_url(&silent, secret);
    g_autofree char *gone_url = server_url(&gone, secret);
    g_autofree char *wrong_url =
        g_strdup_printf("rtsp://" USER ":%s@127.0.0.1:%d/secret", "never-shown-wrong", hall.port);
    g_autofree char *right_url = g_strdup_printf("rtsp://%s127.0.0.1:%d/secret", secret, hall.port);
    add_camera(&bench, "w01-desk"); // a good one among them
    add_camera(&bench, "vp8");
    add_camera(&bench, "audio-only");
    add_camera(&bench, "no-such-camera");
    add_camera_at(&bench, "http", http_url);
    add_camera_at(&bench, "noise", noise_url);
    add_camera_at(&bench, "hangs-up", hangs_up_url);
    add_camera_at(&bench, "silent", silent_url);
    add_camera_at(&bench, "gone", gone_url);
    add_camera_at(&bench, "secret", wrong_url);
    capture_start(&bench);
    wait_recording(&bench, "w01-desk");
    expect(&bench, "vp8", IDX_STATE_UNSUPPORTED, "vp8");
    expect(&bench, "audio-only", IDX_STATE_UNSUPPORTED, "no video");
    expect(&bench, "no-such-camera", IDX_STATE_REFUSED, "404");
    expect(&bench, "http", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(&bench, "noise", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(&bench, "hangs-up", IDX_STATE_REFUSED, "not as an RTSP camera");
    expect(&bench, "silent", IDX_STATE_STALLED, "does not answer");
    expect(&bench, "gone", IDX_STATE_OFFLINE, "refuses the connection");
    expect(&bench, "secret", IDX_STATE_UNAUTHORIZED, "password");
    g_autoptr(GError) error = NULL; // and once it is right, recording starts by itself
    idx_camera_set(bench.cat, "secret", right_url, NULL, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    wait_recording(&bench, "secret");
    check_no_password(&bench);
    wait_footage(&bench, "w01-desk", 12 * MJ_SECOND_US);
    capture_stop(&bench);
    check_no_password(&bench);
    check_byte_exact(&bench, "w01-desk"); // none of this touched it
    check_pictures(&bench, "w01-desk");
    g_autoptr(GPtrArray) gaps =
        idx_gap_range(bench.cat, stream_of(&bench, "gone"), 0, INT64_MAX, &error);
    g_assert_cmpuint(gaps->len, ==, 1);
    g_assert_cmpstr(((IdxGap *)g_ptr_array_index(gaps, 0))->reason, ==, IDX_REASON_OFFLINE);
    g_assert_cmpint(((IdxGap *)g_ptr_array_index(gaps, 0))->to_us, ==, 0);
    server_end(&http);
    server_end(&noise);
    server_end(&hangs_up);
    server_end(&silent);
    bench_end(&bench);
}

static void wait_connected(Server *server, int64_t since)
{
    while (g_atomic_int_get(&server->connections) == 0) {
        g_assert_cmpint(g_get_monotonic_time() - since, <, 2 * MJ_SECOND_US);
        g_usleep(POLL_US);
    }
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
    idx_camera_set(bench.cat, "new", two_url, NULL, NULL, NULL, NULL, &error); // changed
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
    /* A second recorder of the same home must not start. */
    int status = 0;
    g_autofree char *err = NULL;
    const char *const arguments[] = {g_getenv("CAPTURE"), "--home", bench.home, NULL};
    g_spawn_sync(NULL, (char **)arguments, NULL, 0, NULL, NULL, NULL, &err, &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    g_assert_nonnull(strstr(err, "already records shard 1/1"));
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
    g_autoptr(GPtrArray) gaps =
        idx_gap_range(bench.cat, stream_of(&bench, "w03-face"), 0, INT64_MAX, NULL);
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
    loop = g_main_loop_new(NULL, FALSE);
    GThread *thread = g_thread_new("servers", run_loop, loop);
    hall_start();
    g_test_add_func("/capture/records", test_records);
    g_test_add_func("/capture/killed", test_killed);
    g_test_add_func("/capture/bad-cameras", test_bad_cameras);
    g_test_add_func("/capture/roster", test_roster);
    g_test_add_func("/capture/comes-and-goes", test_comes_and_goes);
    int failed = g_test_run();
    hall_end();
    g_main_loop_quit(loop);
    g_thread_join(thread);
    g_main_loop_unref(loop);
    return failed;
}
