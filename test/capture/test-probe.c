// SPDX-License-Identifier: GPL-3.0-or-later
/* A look at cameras over real RTSP: what it finds, what it says of those that show nothing, and that it ends.
 * RTSP in the environment is the path of the cameras. */
#include <glib/gstdio.h>
#include <string.h>

#include "capture/libav.h"
#include "capture/probe.h"
#include "index/camera.h"
#include "test/capture/fixture.h"
#include "test/rtsp/watch.h"

#define USER "viewer"
#define PASSWORD "never-shown"
#define WAIT_S 30

static char *home;
static CapProbes *probes;
static GMutex lock;
static GCond changed;
static int woken;

static void wake(void *data)
{
    g_assert_true(data == &woken);
    g_mutex_lock(&lock);
    woken++;
    g_cond_signal(&changed);
    g_mutex_unlock(&lock);
}

static CapProbe *start(CapProbeAsk ask, GError **error)
{
    ask.wake = wake;
    ask.data = &woken;
    return cap_probe_start(probes, &ask, error);
}

/* Waits until it has ended; each wakes once. */
static void wait_for(CapProbe *probe, const CapProbeFound **ret_found, const GError **ret_error)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_S * G_USEC_PER_SEC;
    g_mutex_lock(&lock);
    while (woken < 1)
        g_assert_true(g_cond_wait_until(&changed, &lock, until_us));
    woken = 0;
    g_mutex_unlock(&lock);
    while (!cap_probe_ended(probe, ret_found, ret_error)) { // it was another one's
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        g_usleep(1000);
    }
}

static CapProbe *look(const char *url, const CapProbeFound **ret_found, const GError **ret_error)
{
    g_autoptr(GError) error = NULL;
    CapProbe *probe = start((CapProbeAsk){.url = url}, &error);
    g_assert_no_error(error);
    wait_for(probe, ret_found, ret_error);
    return probe;
}

static double number(const json_t *about, const char *name)
{
    return json_number_value(json_object_get(about, name));
}

static const char *text(const json_t *about, const char *name)
{
    return json_string_value(json_object_get(about, name));
}

static void check_about(const CapProbeFound *found)
{
    g_assert_cmpstr(text(found->about, "video"), ==, "h264");
    g_assert_cmpfloat_with_epsilon(number(found->about, "frame_rate"), 25, 2);
    g_assert_cmpfloat(number(found->about, "bitrate"), >, 1000);
    g_assert_cmpfloat(number(found->about, "width"), ==, found->params->width);
    g_assert_cmpstr(text(found->about, "audio"), ==, "pcm_alaw");
    g_assert_cmpfloat(number(found->about, "sample_rate"), ==, 8000);
    g_assert_cmpstr(text(found->about, "clock"), ==, "camera");
    g_assert_cmpfloat(ABS(number(found->about, "clock_offset_us")), <, 1e6);
    g_assert_cmpuint(g_bytes_get_size(found->picture), >, 100);
}

static void test_found(void)
{
    Server *server = server_start((const char *const[]){"--clip", "h264+alaw", NULL});
    g_autofree char *plain = server_url(server, 0, "");
    g_autofree char *url = g_strconcat(plain, "?subtype=0", NULL);
    g_autofree char *beside = g_strconcat(plain, "?subtype=1", NULL);
    const CapProbeFound *found = NULL;
    const GError *error = NULL;
    CapProbe *probe = look(url, &found, &error);
    g_assert_no_error(error);
    check_about(found);
    const json_t *list = json_object_get(found->about, "beside");
    g_assert_cmpuint(json_array_size(list), ==, 1);
    g_assert_cmpstr(text(json_array_get(list, 0), "url"), ==, beside);
    g_assert_cmpstr(text(json_array_get(list, 0), "video"), ==, "h264");
    cap_probe_leave(probe);
    server_end(server);
}

/* With the password that is stored, and the wrong one; neither is in any word of it. */
static void test_passwords(void)
{
    g_autofree char *file = NULL;
    g_close(g_file_open_tmp("mingjing-XXXXXX", &file, NULL), NULL);
    g_assert_true(g_file_set_contents(file, USER ":" PASSWORD "\n", -1, NULL));
    Server *server = server_start((const char *const[]){"--credentials", file, NULL});
    g_autofree char *right = server_url(server, 0, USER ":" PASSWORD);
    g_autofree char *wrong = server_url(server, 0, USER ":never-shown-either");
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &failed);
    g_assert_true(idx_camera_add(cat, "guarded", right, NULL, NULL, NULL, NULL, 1000000, &failed));
    const CapProbeFound *found = NULL;
    const GError *error = NULL;
    CapProbe *probe = start((CapProbeAsk){.camera = "guarded", .stream = "main"}, &failed);
    g_assert_no_error(failed);
    wait_for(probe, &found, &error);
    g_assert_no_error(error);
    g_autofree char *all = json_dumps(found->about, 0);
    g_assert_null(strstr(all, PASSWORD));
    g_assert_true(json_is_null(json_object_get(found->about, "audio")));
    cap_probe_leave(probe);
    probe = look(wrong, &found, &error);
    g_assert_true(mj_error_is(error, MJ_ERROR_DENIED));
    g_assert_null(strstr(error->message, PASSWORD));
    cap_probe_leave(probe);
    server_end(server);
    g_unlink(file);
}

static void check_fails(const char *url, MjError code)
{
    const CapProbeFound *found = NULL;
    const GError *error = NULL;
    CapProbe *probe = look(url, &found, &error);
    g_assert_null(found);
    g_test_message("%s", error->message);
    g_assert_true(mj_error_is(error, code));
    cap_probe_leave(probe);
}

static void test_nothing_there(void)
{
    g_autoptr(GError) error = NULL;
    Server *server = server_start(NULL);
    g_autofree char *url = server_url(server, 0, "");
    g_autofree char *nowhere = g_strconcat(url, "9/none", NULL);
    check_fails(nowhere, MJ_ERROR_NOT_FOUND);
    check_fails("rtsp://127.0.0.1:1/none", MJ_ERROR_IO);
    const CapProbeFound *found = NULL;
    const GError *failed = NULL;
    CapProbe *probe = start((CapProbeAsk){.camera = "cam1", .stream = "sub"}, &error);
    wait_for(probe, &found, &failed);
    g_assert_true(mj_error_is(failed, MJ_ERROR_NOT_FOUND));
    cap_probe_leave(probe);
    server_end(server);
}

static void check_refused(const char *url, MjError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(start((CapProbeAsk){.url = url}, &error));
    g_assert_true(mj_error_is(error, code));
}

static void test_refused(void)
{
    check_refused("pipeline:filesrc location=/etc/passwd ! appsink name=video",
                  MJ_ERROR_UNSUPPORTED);
    check_refused("http://127.0.0.1/", MJ_ERROR_UNSUPPORTED);
    check_refused(NULL, MJ_ERROR_INVALID);
}

/* Whoever never says a word is left as soon as nobody waits; more than the limit at a time are not begun. */
static void test_bounds(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/mute", port);
    CapProbe *all[CAP_PROBES_MAX];
    for (int i = 0; i < CAP_PROBES_MAX; i++) {
        all[i] = start((CapProbeAsk){.url = url}, &error);
        g_assert_no_error(error);
    }
    check_refused(url, MJ_ERROR_BUSY);
    int64_t since_us = g_get_monotonic_time();
    cap_probe_leave(all[0]);
    CapProbe *again = NULL;
    for (; !again && g_get_monotonic_time() - since_us < 3 * G_USEC_PER_SEC; g_usleep(10000))
        again = start((CapProbeAsk){.url = url}, NULL);
    g_assert_nonnull(again);
    cap_probes_tick(probes, g_get_monotonic_time() + 2 * CAP_PROBE_MAX_US);
    const CapProbeFound *found = NULL;
    const GError *failed = NULL;
    wait_for(all[1], &found, &failed);
    g_assert_true(mj_error_is(failed, MJ_ERROR_TIMEOUT));
    g_assert_cmpint(g_get_monotonic_time() - since_us, <, 5 * G_USEC_PER_SEC);
    for (int i = 1; i < CAP_PROBES_MAX; i++)
        cap_probe_leave(all[i]);
    cap_probe_leave(again);
}

static void check_guess(const char *url, const char *first, const char *second)
{
    g_autoptr(GPtrArray) guesses = cap_probe_guess(url);
    g_ptr_array_add(guesses, NULL);
    g_assert_cmpstr(guesses->pdata[0], ==, first);
    if (first)
        g_assert_cmpstr(guesses->pdata[1], ==, second);
}

static void test_guess(void)
{
    check_guess("rtsp://u:main@h/Streaming/Channels/101", "rtsp://u:main@h/Streaming/Channels/102",
                NULL);
    check_guess("rtsp://h/Streaming/Channels/1?x=1", "rtsp://h/Streaming/Channels/2?x=1", NULL);
    check_guess("rtsp://h:554/cam/realmonitor?channel=1&subtype=0",
                "rtsp://h:554/cam/realmonitor?channel=1&subtype=1", NULL);
    check_guess("rtsp://h/h264/ch1/main/av_stream", "rtsp://h/h264/ch1/sub/av_stream", NULL);
    check_guess("rtsp://h/stream1#udp", "rtsp://h/stream2#udp", NULL);
    check_guess("rtsp://h/h264Preview_01_main", "rtsp://h/h264Preview_01_sub", NULL);
    check_guess("rtsp://main/live", NULL, NULL);
    check_guess("rtsp://stream1", NULL, NULL);
    check_guess("", NULL, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    home = fixture_home();
    probes = cap_probes_new(home);
    g_test_add_func("/probe/guess", test_guess);
    g_test_add_func("/probe/refused", test_refused);
    g_test_add_func("/probe/nothing-there", test_nothing_there);
    g_test_add_func("/probe/found", test_found);
    g_test_add_func("/probe/passwords", test_passwords);
    g_test_add_func("/probe/bounds", test_bounds);
    int result = g_test_run();
    cap_probes_free(probes);
    fixture_home_remove(home);
    return result;
}
