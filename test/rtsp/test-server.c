// SPDX-License-Identifier: GPL-3.0-or-later
/* The test cameras over real RTSP: does a client that is not ours get every frame, once and with the
 * right time, and does each misbehaviour show? RTSP is the path of mingjing-test-rtsp. */
#include <glib/gstdio.h>
#include <string.h>

#include "test/rtsp/sent.h"
#include "test/rtsp/watch.h"

static Watcher *watch(const Server *server, int camera, const char *transport)
{
    g_autofree char *url = server_url(server, camera, "");
    Watcher *watcher = g_new0(Watcher, 1);
    g_assert_cmpint(watcher_open(watcher, url, transport), ==, 0);
    return watcher;
}

static void leave(Watcher *watcher)
{
    watcher_close(watcher);
    g_free(watcher);
}

static Seen see(Watcher *watcher)
{
    Seen seen;
    g_assert_cmpint(watcher_next(watcher, 5, &seen), ==, 0);
    return seen;
}

static int try_open(const Server *server, const char *credentials)
{
    g_autofree char *url = server_url(server, 0, credentials);
    Watcher watcher;
    int failed = watcher_open(&watcher, url, "tcp");
    if (failed == 0)
        watcher_close(&watcher);
    return failed;
}

static void see_in_step(Server *server, int camera, const char *transport, int frames)
{
    Watcher *watcher = watch(server, camera, transport);
    Seen last = see(watcher);
    for (int i = 1; i < frames; i++) {
        Seen seen = see(watcher);
        g_assert_cmpuint(seen.mark.mount, ==, camera);
        g_assert_cmpuint(seen.mark.frame, ==, last.mark.frame + 1);
        g_assert_cmpint(ABS(seen.mark.utc_us - last.mark.utc_us - 40000), <, 100);
        g_assert_cmpint(ABS(seen.pts_us - last.pts_us - 40000), <, 100);
        g_assert_true(seen.has_report);
        g_assert_cmpint(ABS(seen.report_us - seen.mark.camera_us), <, 100);
        last = seen;
    }
    leave(watcher);
}

static void test_frames(void)
{
    const char *const clips[] = {"h264", "h265+aac", "h264+ulaw"};
    for (size_t i = 0; i < G_N_ELEMENTS(clips); i++) {
        Server *server = server_start((const char *[]){"--clip", clips[i], "--cameras", "3", NULL});
        see_in_step(server, 2, "tcp", 60); // more than once round the clip
        see_in_step(server, 1, "udp", 60);
        server_end(server);
    }
}

static void test_line_rate(void)
{
    Server *server = server_start((const char *[]){"--line-rate", "20", NULL});
    see_in_step(server, 0, "tcp", 60);
    server_end(server);
}

static void test_no_reports(void)
{
    Server *server = server_start((const char *[]){"--no-sr", NULL});
    Watcher *watcher = watch(server, 0, "tcp");
    for (int i = 0; i < 10; i++)
        g_assert_false(see(watcher).has_report);
    leave(watcher);
    server_end(server);
    server = server_start((const char *[]){"--sr-delay", "1", NULL});
    watcher = watch(server, 0, "tcp");
    Seen seen = see(watcher);
    g_assert_false(seen.has_report);
    for (int i = 0; i < 50 && !seen.has_report; i++)
        seen = see(watcher);
    g_assert_true(seen.has_report);
    leave(watcher);
    server_end(server);
}

static void test_guard(void)
{
    g_autofree char *dir = g_dir_make_tmp("credentials-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "camera", NULL);
    g_assert_true(g_file_set_contents(path, "viewer:right\n", -1, NULL));
    const char *const kinds[] = {"digest", "basic"};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        Server *server =
            server_start((const char *[]){"--credentials", path, "--auth", kinds[i], NULL});
        g_assert_cmpint(try_open(server, "viewer:right"), ==, 0);
        g_assert_cmpint(try_open(server, "viewer:wrong"), ==, AVERROR_HTTP_UNAUTHORIZED);
        g_assert_cmpint(try_open(server, "other:right"), ==, AVERROR_HTTP_UNAUTHORIZED);
        g_assert_cmpint(try_open(server, ""), ==, AVERROR_HTTP_UNAUTHORIZED);
        server_say(server, "wrong-password cam0");
        g_assert_cmpint(try_open(server, "viewer:right"), ==, AVERROR_HTTP_UNAUTHORIZED);
        server_say(server, "well all");
        g_assert_cmpint(try_open(server, "viewer:right"), ==, 0);
        server_end(server);
    }
    g_unlink(path);
    g_rmdir(dir);
}

static void test_transports(void)
{
    Server *server = server_start((const char *[]){"--transport", "udp", NULL});
    g_assert_cmpint(try_open(server, ""), !=, 0);
    see_in_step(server, 0, "udp", 5);
    server_end(server);
}

/* Says @command in mid-stream. What the client meets then within 1.5 s. */
static int after(Server *server, const char *command)
{
    Watcher *watcher = watch(server, 0, "tcp");
    see(watcher);
    server_say(server, command);
    int64_t until_us = g_get_monotonic_time() + 3 * G_USEC_PER_SEC / 2;
    int met = 0;
    Seen seen;
    while (met == 0 && g_get_monotonic_time() < until_us)
        met = watcher_next(watcher, 1, &seen);
    leave(watcher);
    return met;
}

static void test_leaving(void)
{
    Server *server = server_start(NULL);
    g_assert_cmpint(after(server, "refuse cam0"), ==, AVERROR(ECONNRESET));
    g_assert_cmpint(try_open(server, ""), ==, AVERROR(ECONNREFUSED));
    server_say(server, "well cam0");
    g_assert_cmpint(after(server, "hang-up cam0"), ==, AVERROR_EOF);
    g_assert_cmpint(after(server, "end cam0 bye"), ==, AVERROR_EOF);
    g_assert_cmpint(after(server, "end cam0 teardown"), ==, AVERROR_EOF);
    g_assert_cmpint(after(server, "reboot cam0 1"), ==, AVERROR(ECONNRESET));
    int64_t until_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    int failed = 0, refusals = 0;
    while ((failed = try_open(server, "")) != 0 && g_get_monotonic_time() < until_us) {
        g_assert_cmpint(failed, ==, AVERROR(ECONNREFUSED));
        refusals++;
        g_usleep(20000);
    }
    g_assert_cmpint(failed, ==, 0);
    g_assert_cmpint(refusals, >, 5);
    server_end(server);
}

static void test_hushed(void)
{
    Server *server = server_start(NULL);
    const char *const commands[] = {"silent cam0", "vanish cam0", "burst cam0 4"};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_assert_cmpint(after(server, commands[i]), ==, AVERROR_EXIT);
        server_say(server, "well cam0");
        g_assert_cmpint(after(server, "sync"), ==, 0);
    }
    server_end(server);
}

static void test_strange_servers(void)
{
    Server *server = server_start(NULL);
    const char *const commands[] = {"mute-server cam0", "not-rtsp cam0 http",
                                    "not-rtsp cam0 garbage", "vanish cam0"};
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        server_say(server, commands[i]);
        int failed = try_open(server, "");
        g_assert_cmpint(failed, !=, 0);
        g_assert_cmpint(failed, !=, AVERROR(ECONNREFUSED));
        server_say(server, "well cam0");
        g_assert_cmpint(try_open(server, ""), ==, 0);
    }
    g_assert_true(server_refuses(server, "dance cam0"));
    g_assert_true(server_refuses(server, "silent cam9"));
    g_assert_true(server_refuses(server, "lose cam0 many"));
    g_assert_true(server_refuses(server, "clip cam0 mpeg4"));
    g_assert_true(server_refuses(server, ""));
    server_end(server);
}

static const AVCodecParameters *params(const Watcher *watcher, unsigned stream)
{
    g_assert_cmpuint(watcher->av->nb_streams, >, stream);
    return watcher->av->streams[stream]->codecpar;
}

static void test_changes(void)
{
    Server *server =
        server_start((const char *[]){"--clips", "h264-320x240", "--clips", "h265", NULL});
    Watcher *watcher = watch(server, 0, "tcp");
    Seen last = see(watcher);
    g_autofree uint8_t *sets =
        g_memdup2(params(watcher, 0)->extradata, (gsize)params(watcher, 0)->extradata_size);
    int size = params(watcher, 0)->extradata_size;
    server_say(server, "change-resolution cam0");
    for (int i = 0; i < 40; i++) {
        Seen seen = see(watcher);
        g_assert_cmpuint(seen.mark.frame, ==, last.mark.frame + 1);
        g_assert_cmpint(ABS(seen.pts_us - last.pts_us - 40000), <, 100);
        last = seen;
    }
    leave(watcher);
    watcher = watch(server, 0, "tcp");
    g_assert_true(params(watcher, 0)->extradata_size != size ||
                  memcmp(params(watcher, 0)->extradata, sets, (size_t)size) != 0);
    g_assert_cmpint(params(watcher, 0)->codec_id, ==, AV_CODEC_ID_H264);
    leave(watcher);
    g_assert_cmpint(after(server, "change-codec cam0"), ==, AVERROR_EOF);
    watcher = watch(server, 0, "tcp");
    g_assert_cmpint(params(watcher, 0)->codec_id, ==, AV_CODEC_ID_HEVC);
    see(watcher);
    leave(watcher);
    g_assert_cmpint(after(server, "audio-appears cam0"), ==, AVERROR_EOF);
    watcher = watch(server, 0, "tcp");
    g_assert_cmpint(params(watcher, 1)->codec_id, ==, AV_CODEC_ID_PCM_ALAW);
    see(watcher);
    leave(watcher);
    server_end(server);
}

static void test_clocks(void)
{
    Server *server = server_start(NULL);
    Watcher *watcher = watch(server, 0, "tcp");
    see(watcher);
    server_say(server, "clock-step cam0 -3");
    Seen seen = see(watcher);
    for (int i = 0; i < 25 && seen.mark.camera_us == seen.mark.utc_us; i++)
        seen = see(watcher);
    g_assert_cmpint(seen.mark.camera_us - seen.mark.utc_us, ==, -3000000);
    g_assert_cmpint(seen.report_us - seen.mark.utc_us, >, -100); // as of the report before
    server_say(server, "report cam0");
    for (int i = 0; i < 25 && seen.report_us > seen.mark.utc_us - 2000000; i++)
        seen = see(watcher);
    g_assert_cmpint(ABS(seen.report_us - seen.mark.camera_us), <, 100);
    server_say(server, "slow cam0");
    int64_t step_us = 0;
    for (int i = 0; i < 25 && step_us < 60000; i++) {
        Seen next = see(watcher);
        step_us = next.mark.utc_us - seen.mark.utc_us;
        seen = next;
    }
    g_assert_cmpint(ABS(step_us - 80000), <, 100);
    server_say(server, "pts-jump cam0 10");
    step_us = 0;
    for (int i = 0; i < 25 && step_us < 5000000; i++) {
        Seen next = see(watcher);
        g_assert_cmpuint(next.mark.frame, ==, seen.mark.frame + 1);
        step_us = next.pts_us - seen.pts_us;
        seen = next;
    }
    g_assert_cmpint(ABS(step_us - 10080000), <, 100);
    leave(watcher);
    server_end(server);
}

static void test_wrap(void)
{
    Server *server = server_start(NULL);
    g_assert_cmpint(after(server, "pts-wrap cam0 1"), ==, AVERROR_EOF);
    see_in_step(server, 0, "tcp", 10);
    Watcher *watcher = watch(server, 0, "tcp");
    Seen last = see(watcher);
    int wraps = 0;
    for (int i = 0; i < 50; i++) {
        Seen seen = see(watcher);
        int64_t step_us = seen.pts_us - last.pts_us;
        wraps +=
            ABS(step_us - 40000) > 1000; // libav's wrap is of 32 bits too, at a place of its own
        g_assert_cmpuint(seen.mark.frame, ==, last.mark.frame + 1);
        last = seen;
    }
    g_assert_cmpint(wraps, <=, 1);
    leave(watcher);
    server_end(server);
}

static void test_burst(void)
{
    Server *server = server_start(NULL);
    Watcher *watcher = watch(server, 0, "tcp");
    Seen last = see(watcher);
    int64_t longest_us = 0, quick = 0;
    server_say(server, "burst cam0 1");
    for (int i = 0; i < 50; i++) {
        Seen seen = see(watcher);
        g_assert_cmpuint(seen.mark.frame, ==, last.mark.frame + 1);
        g_assert_cmpint(ABS(seen.mark.utc_us - last.mark.utc_us - 40000), <, 100);
        longest_us = MAX(longest_us, seen.arrival_us - last.arrival_us);
        quick += seen.arrival_us - last.arrival_us < 20000;
        last = seen;
    }
    g_assert_cmpint(longest_us, >, 800000);
    g_assert_cmpint(quick, >, 15);
    leave(watcher);
    server_end(server);
}

/* Records with a recorder that is not ours. */
static void record(const Server *server, const char *path, const char *seconds)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = server_url(server, 0, "");
    g_autoptr(GSubprocess) ffmpeg =
        g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, "ffmpeg", "-nostdin", "-v", "quiet", "-y",
                         "-rtsp_transport", "tcp", "-i", url, "-t", seconds, "-c", "copy",
                         "-movflags", "frag_keyframe+empty_moov", path, NULL);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(ffmpeg, NULL, &error));
}

static void compare(Server *server, const char *path, SentReport *ret)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_ptr_array_add(files, (char *)path);
    g_autoptr(GArray) stored = sent_stored_read(files, &error);
    g_assert_no_error(error);
    server_say(server, "sync");
    g_autoptr(GArray) sent = sent_log_read(server->sent, &error);
    g_assert_no_error(error);
    sent_compare(stored, sent, -1, ret);
}

static void test_recorded(void)
{
    Server *server = server_start(NULL);
    g_autofree char *path = g_build_filename(server->dir, "recorded.mp4", NULL);
    record(server, path, "3");
    g_auto(SentReport) good;
    compare(server, path, &good);
    g_assert_cmpint(good.stored, >=, 70);
    g_assert_cmpint(good.sent - good.stored, ==, good.tail);
    g_assert_cmpint(good.lost + good.head + good.repeated + good.disordered + good.damaged +
                        good.unmarked + good.unknown,
                    ==, 0);
    server_say(server, "lose cam0 5");
    server_say(server, "garble cam0 5");
    record(server, path, "3");
    g_auto(SentReport) bad;
    compare(server, path, &bad);
    g_assert_cmpint(bad.stored, >=, 20);
    g_assert_cmpint(bad.unknown, ==, 0);
    g_autofree char *log = NULL;
    g_assert_true(g_file_get_contents(server->sent, &log, NULL, NULL));
    g_assert_nonnull(strstr(log, " spoiled\n"));
    g_unlink(path);
    server_end(server);
}

/* libav passes on a packet that comes twice in a row, and puts those in order that overtook. */
static void test_udp_mischief(void)
{
    Server *server = server_start(NULL);
    Watcher *watcher = watch(server, 0, "udp");
    Seen last = see(watcher);
    int twice = 0;
    server_say(server, "duplicate cam0 100");
    for (int i = 0; i < 20; i++) {
        Seen seen = see(watcher);
        twice += seen.mark.frame == last.mark.frame;
        g_assert_cmpuint(seen.mark.frame - last.mark.frame, <=, 1);
        last = seen;
    }
    g_assert_cmpint(twice, >, 5);
    leave(watcher);
    server_say(server, "well cam0");
    server_say(server, "reorder cam0 50");
    see_in_step(server, 0, "udp", 20);
    server_end(server);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add_func("/rtsp-server/frames", test_frames);
    g_test_add_func("/rtsp-server/line-rate", test_line_rate);
    g_test_add_func("/rtsp-server/no-reports", test_no_reports);
    g_test_add_func("/rtsp-server/guard", test_guard);
    g_test_add_func("/rtsp-server/transports", test_transports);
    g_test_add_func("/rtsp-server/leaving", test_leaving);
    g_test_add_func("/rtsp-server/hushed", test_hushed);
    g_test_add_func("/rtsp-server/strange-servers", test_strange_servers);
    g_test_add_func("/rtsp-server/changes", test_changes);
    g_test_add_func("/rtsp-server/clocks", test_clocks);
    g_test_add_func("/rtsp-server/wrap", test_wrap);
    g_test_add_func("/rtsp-server/burst", test_burst);
    g_test_add_func("/rtsp-server/recorded", test_recorded);
    g_test_add_func("/rtsp-server/udp-mischief", test_udp_mischief);
    return g_test_run();
}
