// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/bench.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "index/base/home.h"
#include "test/capture/fixture.h"

/* --- programs -------------------------------------------------------------------------------- */

Hall hall;

static json_t *hall_line(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *line = g_data_input_stream_read_line(hall.out, NULL, NULL, &error);
    g_assert_nonnull(line);
    json_t *json = json_loads(line, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

void hall_start(void)
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

void hall_tell(const char *verb, const char *camera)
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

void hall_end(void)
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

/* A test that fails must leave nothing running. */
static void die_with_us(void *data)
{
    (void)data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocess *capture_start_shard(Bench *bench, const char *shard)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_set_stderr_file_path(launcher, bench->log);
    g_subprocess_launcher_set_child_setup(launcher, die_with_us, NULL, NULL);
    GSubprocess *process =
        g_subprocess_launcher_spawn(launcher, &error, g_getenv("CAPTURE"), "--home", bench->home,
                                    "--segment", "5", "--shard", shard, NULL);
    g_assert_no_error(error);
    return process;
}

void capture_start(Bench *bench)
{
    bench->process = capture_start_shard(bench, "1/1");
}

/* SIGTERM; how long it took. */
int64_t capture_stop(Bench *bench)
{
    int64_t begin = g_get_monotonic_time();
    g_subprocess_send_signal(bench->process, SIGTERM);
    g_assert_true(g_subprocess_wait(bench->process, NULL, NULL));
    g_assert_true(g_subprocess_get_if_exited(bench->process));
    g_assert_cmpint(g_subprocess_get_exit_status(bench->process), ==, 0);
    g_clear_object(&bench->process);
    return g_get_monotonic_time() - begin;
}

void capture_kill(Bench *bench)
{
    g_subprocess_send_signal(bench->process, SIGKILL);
    g_subprocess_wait(bench->process, NULL, NULL);
    g_clear_object(&bench->process);
}

Bench bench_new(void)
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

void bench_end(Bench *bench)
{
    if (bench->process)
        capture_stop(bench);
    idx_catalogue_free(bench->cat);
    g_free(bench->log);
    fixture_home_remove(bench->home);
}

/* --- the catalogue --------------------------------------------------------------------------- */

int64_t now_us(void)
{
    return mj_clock_utc_us(mj_clock_system());
}

void add_camera_at(const Bench *bench, const char *code, const char *url)
{
    g_autoptr(GError) error = NULL;
    idx_camera_add(bench->cat, code, url, NULL, NULL, NULL, NULL, now_us(), &error);
    g_assert_no_error(error);
}

void add_camera(const Bench *bench, const char *code)
{
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/%s", hall.port, code);
    add_camera_at(bench, code, url);
}

int64_t stream_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) camera = idx_camera_get(bench->cat, code, &error);
    g_assert_no_error(error);
    return ((IdxStream *)g_ptr_array_index(camera->streams, 0))->id;
}

IdxState *state_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    IdxState *state = idx_state_get(bench->cat, stream_of(bench, code), now_us(), &error);
    g_assert_no_error(error);
    return state;
}

/* Waits until @code is in @state; the state, or a failed test after @seconds. */
IdxState *wait_for(const Bench *bench, const char *code, const char *state, int seconds)
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

void wait_recording(const Bench *bench, const char *code)
{
    g_autoptr(IdxState) state = wait_for(bench, code, IDX_STATE_RECORDING, 10);
    g_assert_null(state->detail);
}

/* Waits until @code has @us of whole fragments, over all its segments. */
void wait_footage(const Bench *bench, const char *code, int64_t us)
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

GPtrArray *segments_of(const Bench *bench, const char *code)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = idx_segment_range(bench->cat, stream_of(bench, code), 0, INT64_MAX, &error);
    g_assert_no_error(error);
    return all;
}

char *file_of(const Bench *bench, const IdxSegment *segment)
{
    return mj_home_footage_file(bench->home, segment->path, NULL);
}

/* covered + gaps = asked, from the first picture on */
void check_adds_up(const Bench *bench, const char *code)
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
