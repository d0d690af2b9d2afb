// SPDX-License-Identifier: GPL-3.0-or-later
/* The recording process as far as it needs no camera: its locks, and what becomes of cameras that
 * cannot be started. */
#include <dlfcn.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

#include "capture/daemon.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/segment/gap.h"
#include "index/state.h"
#include "test/capture/fixture.h"

static bool fail_threads; // as if the limit of tasks were reached; set by the main thread

/* In the place of libc's. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *data)
{
    typedef int Create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    static Create *real;
    if (!real) {
        void *symbol = dlsym(RTLD_NEXT, "pthread_create");
        memcpy(&real, &symbol, sizeof real);
    }
    return fail_threads ? EAGAIN : real(thread, attributes, run, data);
}

static CapDaemon *start(const char *home, int number, int count)
{
    g_autoptr(GError) error = NULL;
    CapDaemon *daemon = cap_daemon_new(home, (CapShard){number, count}, 60 * MJ_SECOND_US, &error);
    g_assert_no_error(error);
    return daemon;
}

static void check_refused(const char *home, int number, int count, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cap_daemon_new(home, (CapShard){number, count}, 60 * MJ_SECOND_US, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_BUSY));
    g_assert_nonnull(strstr(error->message, words));
}

/* Recorders that part the streams differently would write, and recover, the same files. */
static void test_shards_agree(void)
{
    char *home = fixture_home();
    CapDaemon *whole = start(home, 1, 1);
    check_refused(home, 1, 1, "already records shard 1/1");
    check_refused(home, 2, 2, "is being recorded in 1 shard,");
    check_refused(home, 1, 2, "is being recorded in 1 shard,");
    cap_daemon_free(whole);
    CapDaemon *second = start(home, 2, 2);
    check_refused(home, 1, 1, "is being recorded in 2 shards,");
    CapDaemon *first = start(home, 1, 2);
    check_refused(home, 3, 3, "give --shard I/2");
    cap_daemon_free(second);
    check_refused(home, 1, 1, "is being recorded in 2 shards,");
    cap_daemon_free(first);
    cap_daemon_free(start(home, 1, 1));
    fixture_home_remove(home);
}

/* --- cameras that cannot be started ----------------------------------------------------------- */

typedef struct Bench {
    char *home;
    IdxCatalogue *cat;
    CapDaemon *daemon;
} Bench;

static Bench bench_new(void)
{
    Bench bench = {.home = fixture_home()};
    bench.cat = idx_catalogue_open(bench.home, IDX_WRITE, NULL);
    g_assert_nonnull(bench.cat);
    return bench;
}

static void bench_end(Bench *bench)
{
    cap_daemon_free(bench->daemon);
    idx_catalogue_free(bench->cat);
    fixture_home_remove(bench->home);
}

static void add_camera(const Bench *bench, const char *code, const char *url)
{
    g_autoptr(GError) error = NULL;
    idx_camera_add(bench->cat, code, url, NULL, NULL, NULL, NULL,
                   mj_clock_utc_us(mj_clock_system()), &error);
    g_assert_no_error(error);
}

/* Runs the main loop until @code is in @state with @words in its detail. */
static void wait_state(const Bench *bench, const char *code, const char *state, const char *words)
{
    int64_t stream = fixture_stream_id(bench->home, code);
    int64_t until_us = g_get_monotonic_time() + 10 * MJ_SECOND_US;
    for (;;) {
        g_autoptr(GError) error = NULL;
        int64_t now_us = mj_clock_utc_us(mj_clock_system());
        g_autoptr(IdxState) now = idx_state_get(bench->cat, stream, now_us, &error);
        g_assert_no_error(error);
        if (g_str_equal(now->state, state) && now->detail && strstr(now->detail, words))
            return;
        if (g_get_monotonic_time() > until_us)
            g_error("%s is %s (%s)", code, now->state, now->detail);
        g_main_context_iteration(NULL, FALSE);
        g_usleep(5000);
    }
}

static GPtrArray *gaps_of(const Bench *bench, const char *code)
{
    int64_t stream = fixture_stream_id(bench->home, code);
    GPtrArray *gaps = idx_gap_range(bench->cat, stream, 0, INT64_MAX, NULL);
    g_assert_nonnull(gaps);
    return gaps;
}

static void check_open_gap(const Bench *bench, const char *code, const char *reason,
                           const char *words)
{
    g_autoptr(GPtrArray) gaps = gaps_of(bench, code);
    const IdxGap *last = g_ptr_array_index(gaps, gaps->len - 1);
    g_assert_cmpstr(last->reason, ==, reason);
    g_assert_nonnull(strstr(last->detail, words));
    g_assert_cmpint(last->to_us, ==, 0);
}

/* One camera whose password cannot be read: it says so, the other is recorded as ever, and once the
 * password can be read it is tried by itself. */
static void test_unreadable_password(void)
{
    Bench bench = bench_new();
    add_camera(&bench, "locked", "rtsp://u:p@127.0.0.1:1/locked");
    g_autofree char *key = mj_home_key(bench.home, "camera.key");
    g_autofree char *away = g_strconcat(key, ".away", NULL);
    g_assert_cmpint(g_rename(key, away), ==, 0);
    bench.daemon = start(bench.home, 1, 1);
    wait_state(&bench, "locked", IDX_STATE_UNAUTHORIZED, "key of camera passwords");
    check_open_gap(&bench, "locked", IDX_REASON_UNAUTHORIZED, "key of camera passwords");
    wait_state(&bench, "cam1", IDX_STATE_OFFLINE, "refuses the connection");
    /* Changed while the first one fails: once, and no more. */
    g_autoptr(GError) error = NULL;
    idx_camera_set(bench.cat, "cam1", "rtsp://127.0.0.1:1/other", NULL, NULL, NULL, NULL,
                   mj_clock_utc_us(mj_clock_system()), &error);
    g_assert_no_error(error);
    wait_state(&bench, "cam1", IDX_STATE_OFFLINE, "refuses the connection");
    g_autoptr(GPtrArray) before = gaps_of(&bench, "cam1");
    int64_t until_us = g_get_monotonic_time() + MJ_SECOND_US;
    while (g_get_monotonic_time() < until_us)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(GPtrArray) after = gaps_of(&bench, "cam1");
    g_assert_cmpuint(after->len, ==, before->len);
    wait_state(&bench, "locked", IDX_STATE_UNAUTHORIZED, "key of camera passwords");
    g_assert_cmpint(g_rename(away, key), ==, 0);
    wait_state(&bench, "locked", IDX_STATE_OFFLINE, "refuses the connection");
    bench_end(&bench);
}

/* The system gives no thread for a while. */
static void test_no_thread(void)
{
    Bench bench = bench_new();
    bench.daemon = start(bench.home, 1, 1);
    wait_state(&bench, "cam1", IDX_STATE_OFFLINE, "refuses the connection");
    fail_threads = true;
    add_camera(&bench, "late", "rtsp://127.0.0.1:1/late");
    wait_state(&bench, "late", IDX_STATE_OFFLINE, "no thread");
    check_open_gap(&bench, "late", IDX_REASON_OFFLINE, "no thread");
    fail_threads = false;
    wait_state(&bench, "late", IDX_STATE_OFFLINE, "refuses the connection");
    check_open_gap(&bench, "late", IDX_REASON_OFFLINE, "refuses the connection");
    bench_end(&bench);
}

/* What a recorder that died said of a stream is not believed once the next one lives. */
static void test_starting(void)
{
    Bench bench = bench_new();
    int64_t stream = fixture_stream_id(bench.home, "cam1");
    IdxState state = {.state = (char *)IDX_STATE_RECORDING, .since_us = 1000000};
    g_assert_true(idx_state_set(bench.cat, stream, &state, NULL));
    bench.daemon = start(bench.home, 1, 1);
    g_autoptr(IdxState) now =
        idx_state_get(bench.cat, stream, mj_clock_utc_us(mj_clock_system()), NULL);
    g_assert_nonnull(now);
    g_assert_cmpstr(now->state, !=, IDX_STATE_RECORDING);
    bench_end(&bench);
}

typedef struct Door { // takes every connection and hangs up
    GSocketListener *listener;
    GCancellable *cancel;
    gint count; // atomic
} Door;

static void *hang_up(void *data)
{
    Door *door = data;
    for (;;) {
        g_autoptr(GSocketConnection) connection =
            g_socket_listener_accept(door->listener, NULL, door->cancel, NULL);
        if (!connection)
            return NULL;
        char request[2048]; // what is left unread would reset the connection
        GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
        g_input_stream_read(in, request, sizeof request, door->cancel, NULL);
        g_atomic_int_inc(&door->count);
    }
}

static void wait_hung_up(Door *door, int count)
{
    int64_t until_us = g_get_monotonic_time() + 20 * MJ_SECOND_US;
    while (g_atomic_int_get(&door->count) < count) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(20000);
    }
}

/* What a camera that stays away has to say is written once. */
static void test_told_once(void)
{
    Bench bench = bench_new();
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    int port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/", port);
    Door door = {.listener = listener, .cancel = cancel};
    GThread *thread = g_thread_new("door", hang_up, &door);
    add_camera(&bench, "door", url);
    bench.daemon = start(bench.home, 1, 1);
    wait_state(&bench, "door", IDX_STATE_REFUSED, "not as an RTSP camera");
    idx_gap_open(bench.cat, fixture_stream_id(bench.home, "door"), 1, IDX_REASON_REFUSED, "marked",
                 NULL);
    wait_hung_up(&door, g_atomic_int_get(&door.count) + 6); // two a try at the most
    g_cancellable_cancel(cancel);
    g_thread_join(thread);
    /* The third try comes long after the second one failed. */
    check_open_gap(&bench, "door", IDX_REASON_REFUSED, "marked");
    bench_end(&bench);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/daemon/shards-agree", test_shards_agree);
    g_test_add_func("/daemon/starting", test_starting);
    g_test_add_func("/roster/unreadable-password", test_unreadable_password);
    g_test_add_func("/roster/no-thread", test_no_thread);
    g_test_add_func("/recorder/told-once", test_told_once);
    return g_test_run();
}
