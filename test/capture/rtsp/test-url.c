// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/url.h"

#include "index/base/error.h"

static void test_parse(void)
{
    static const struct {
        const char *url, *host;
        int port;
        const char *uri, *user, *password;
    } GOOD[] = {
        {"rtsp://192.0.2.7/stream1", "192.0.2.7", 554, "rtsp://192.0.2.7/stream1", NULL, NULL},
        {"rtsp://a:b@cam.example:8554/x?y=1", "cam.example", 8554, "rtsp://cam.example:8554/x?y=1",
         "a", "b"},
        {"RTSP://cam", "cam", 554, "rtsp://cam", NULL, NULL},
        {"rtsp://u%40v:p%2fq%3A@cam/", "cam", 554, "rtsp://cam/", "u@v", "p/q:"},
        {"rtsp://u:p@q@cam/", "cam", 554, "rtsp://cam/", "u", "p@q"},
        {"rtsp://u:p:q@cam/", "cam", 554, "rtsp://cam/", "u", "p:q"},
        {"rtsp://u@cam/", "cam", 554, "rtsp://cam/", "u", ""},
        {"rtsp://u:100%@cam/", "cam", 554, "rtsp://cam/", "u", "100%"},
        {"rtsp://[2001:db8::7]:555/a", "2001:db8::7", 555, "rtsp://[2001:db8::7]:555/a", NULL,
         NULL},
        {"rtsp://[2001:db8::7]/a", "2001:db8::7", 554, "rtsp://[2001:db8::7]/a", NULL, NULL},
        {"rtsp://cam/a@b:c", "cam", 554, "rtsp://cam/a@b:c", NULL, NULL},
        {"rtsp://cam?x=1#tcp", "cam", 554, "rtsp://cam?x=1", NULL, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        g_auto(CapRtspUrl) url = {0};
        g_autoptr(GError) error = NULL;
        cap_rtsp_url_parse(GOOD[i].url, &url, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(url.host, ==, GOOD[i].host);
        g_assert_cmpint(url.port, ==, GOOD[i].port);
        g_assert_cmpstr(url.uri, ==, GOOD[i].uri);
        g_assert_cmpstr(url.user, ==, GOOD[i].user);
        g_assert_cmpstr(url.password, ==, GOOD[i].password);
    }
}

static void test_bad(void)
{
    static const char *const BAD[] = {"",
                                      "http://cam/",
                                      "rtsp:cam",
                                      "rtsp://",
                                      "rtsp://u:p@",
                                      "rtsp://cam:0/",
                                      "rtsp://cam:65536/",
                                      "rtsp://cam:/",
                                      "rtsp://cam:x/",
                                      "rtsp://[::1/",
                                      "rtsp://[]/",
                                      "rtsp://[::1]x/",
                                      "rtsp://cam/a b",
                                      "rtsp://cam/a\r\nCSeq: 1",
                                      "rtsp://u%0d%0aX:p@cam/"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        g_auto(CapRtspUrl) url = {0};
        g_autoptr(GError) error = NULL;
        g_assert_false(cap_rtsp_url_parse(BAD[i], &url, &error));
        g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
        g_assert_null(url.host);
    }
}

/* Bases and controls as cameras give them. */
static void test_join(void)
{
    static const struct {
        const char *base, *control, *whole;
    } JOINS[] = {
        {"rtsp://c/s", NULL, "rtsp://c/s"},
        {"rtsp://c/s/", "", "rtsp://c/s/"},
        {"rtsp://c/s/", "*", "rtsp://c/s/"},
        {"rtsp://c/s", "trackID=1", "rtsp://c/s/trackID=1"},
        {"rtsp://c/s/", "trackID=1", "rtsp://c/s/trackID=1"},
        {"rtsp://c/s/", "/trackID=1", "rtsp://c/s/trackID=1"},
        {"rtsp://c", "track1", "rtsp://c/track1"},
        /* Hikvision */
        {"rtsp://c:554/Streaming/Channels/101/",
         "rtsp://c:554/Streaming/Channels/101/trackID=1?transportmode=unicast",
         "rtsp://c:554/Streaming/Channels/101/trackID=1?transportmode=unicast"},
        /* Dahua */
        {"rtsp://c:554/cam/realmonitor?channel=1&subtype=0/", "trackID=0",
         "rtsp://c:554/cam/realmonitor?channel=1&subtype=0/trackID=0"},
        {"rtsp://c:554/cam/realmonitor?channel=1&subtype=0", "trackID=0",
         "rtsp://c:554/cam/realmonitor?channel=1&subtype=0/trackID=0"},
        /* Axis */
        {"rtsp://c/axis-media/media.amp/", "rtsp://c/axis-media/media.amp/stream=0?camera=1",
         "rtsp://c/axis-media/media.amp/stream=0?camera=1"},
        {"rtsp://c/s", "a://b", "a://b"},
        {"rtsp://c/s", "a:b", "rtsp://c/s/a:b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(JOINS); i++) {
        g_autofree char *whole = cap_rtsp_url_join(JOINS[i].base, JOINS[i].control);
        g_assert_cmpstr(whole, ==, JOINS[i].whole);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-url/parse", test_parse);
    g_test_add_func("/rtsp-url/bad", test_bad);
    g_test_add_func("/rtsp-url/join", test_join);
    return g_test_run();
}
