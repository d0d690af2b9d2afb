// SPDX-License-Identifier: GPL-3.0-or-later
/* What the capture socket does for those who may not: looks at cameras (what it finds: test-probe.c), seals their
 * passwords, marks volumes. */
#include "capture/control.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "capture/probe.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/link/link.h"
#include "index/segment/volume.h"
#include "test/capture/fixture.h"

#define WAIT_US INT64_C(10000000)

typedef struct Bench {
    char *home;
    CapLive *live;
    CapControl *control;
    IdxLink *link;
} Bench;

static Bench bench_new(void)
{
    Bench bench = {.home = fixture_home(), .live = cap_live_new()};
    g_autofree char *run = mj_home_run(bench.home, "");
    g_mkdir_with_parents(run, 0750);
    g_autoptr(GError) error = NULL;
    bench.control = cap_control_new(bench.home, (CapShard){1, 1}, bench.live, NULL, &error);
    g_assert_no_error(error);
    bench.link = idx_link_any(bench.home, WAIT_US, &error);
    g_assert_no_error(error);
    return bench;
}

static void bench_end(Bench *bench)
{
    idx_link_free(bench->link);
    cap_control_free(bench->control);
    cap_live_free(bench->live);
    fixture_home_remove(bench->home);
}

static void request(const Bench *bench, uint16_t channel, json_t *json)
{
    g_assert_true(idx_link_request(bench->link, channel, json, WAIT_US, NULL));
}

static void expect_error(const Bench *bench, uint16_t channel, MjError code)
{
    IdxWireFrame frame = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(idx_link_next(bench->link, WAIT_US, &frame, NULL));
    g_assert_cmpint(frame.type, ==, IDX_WIRE_ERROR);
    g_assert_cmpint(frame.channel, ==, channel);
    idx_wire_get_error(&frame, &error);
    g_assert_true(mj_error_is(error, code));
}

static void test_probe(void)
{
    Bench bench = bench_new();
    request(&bench, 6, json_pack("{s:s}", "do", "probe"));
    expect_error(&bench, 6, MJ_ERROR_INVALID);
    request(&bench, 6, json_pack("{s:s, s:s}", "do", "probe", "url", "rtsp://127.0.0.1:1/none"));
    expect_error(&bench, 6, MJ_ERROR_IO);
    g_autoptr(GSocketListener) mute = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(mute, NULL, NULL);
    g_autofree char *url = g_strdup_printf("rtsp://127.0.0.1:%d/mute", port);
    for (uint16_t i = 1; i <= CAP_PROBES_MAX + 1; i++)
        request(&bench, i, json_pack("{s:s, s:s}", "do", "probe", "url", url));
    expect_error(&bench, CAP_PROBES_MAX + 1, MJ_ERROR_BUSY);
    request(&bench, 1, json_pack("{s:s}", "do", "streams"));
    expect_error(&bench, 1, MJ_ERROR_CONFLICT);
    bench_end(&bench); // which ends them
}

/* A home whose keys cannot be read, with the recorder of another one. */
static char *blind_home(const Bench *bench, char **ret_keys)
{
    char *home = fixture_home();
    g_autofree char *key = mj_home_key(home, "camera.key");
    g_autofree char *run = g_build_filename(home, "run", NULL);
    g_autofree char *their_run = g_build_filename(bench->home, "run", NULL);
    *ret_keys = g_build_filename(home, "keys", NULL);
    g_unlink(key);
    g_rmdir(*ret_keys);
    g_rmdir(run);
    g_assert_cmpint(symlink("keys", *ret_keys), ==, 0);
    g_assert_cmpint(symlink(their_run, run), ==, 0);
    return home;
}

static void test_seal(void)
{
    static const char URL[] = "rtsp://viewer:never-shown@192.0.2.7/main";
    Bench bench = bench_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *keys = NULL, *their_keys = g_build_filename(bench.home, "keys", NULL);
    char *home = blind_home(&bench, &keys);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_true(idx_camera_add(cat, "cam7", URL, NULL, NULL, NULL, NULL, 1, &error));
    g_unlink(keys);
    g_assert_cmpint(symlink(their_keys, keys), ==, 0);
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, "cam7", NULL);
    const IdxStream *stream = camera->streams->pdata[0];
    g_autofree char *url = idx_stream_url(cat, stream->id, &error);
    g_assert_cmpstr(url, ==, URL);
    g_clear_pointer(&cat, idx_catalogue_free);
    fixture_home_remove(home);
    bench_end(&bench);
}

static void test_mark(void)
{
    Bench bench = bench_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *mark = g_build_filename(bench.home, IDX_VOLUME_MARK, NULL);
    g_assert_true(idx_link_mark(bench.home, bench.home, &error));
    g_assert_true(g_file_test(mark, G_FILE_TEST_IS_REGULAR));
    g_assert_false(idx_link_mark(bench.home, "here", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    bench_end(&bench);
}

static void test_nobody(void)
{
    char *home = fixture_home();
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_link_seal(home, "cam1/main", "secret", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_NOT_FOUND));
    fixture_home_remove(home);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/errands/probe", test_probe);
    g_test_add_func("/errands/seal", test_seal);
    g_test_add_func("/errands/mark", test_mark);
    g_test_add_func("/errands/nobody", test_nobody);
    return g_test_run();
}
