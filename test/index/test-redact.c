// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/redact.h"

static void test_redact(void)
{
    static const struct {
        const char *text, *shown;
    } TABLE[] = {
        {"", ""},
        {"nothing to hide", "nothing to hide"},
        {"rtsp://192.0.2.7/ch1", "rtsp://192.0.2.7/ch1"},
        {"rtsp://admin:secret@192.0.2.7/ch1", "rtsp://***@192.0.2.7/ch1"},
        {"rtsp://admin@192.0.2.7/ch1", "rtsp://***@192.0.2.7/ch1"},
        {"rtsp://:secret@192.0.2.7", "rtsp://***@192.0.2.7"},
        {"rtsp://admin:p@ss@w@192.0.2.7:554/", "rtsp://***@192.0.2.7:554/"},
        {"rtsp://admin:p%40ss@[2001:db8::7]:554/x", "rtsp://***@[2001:db8::7]:554/x"},
        {"rtsp://[2001:db8::7]:554/a@b", "rtsp://[2001:db8::7]:554/a@b"},
        {"rtsp://192.0.2.7:554/a@b", "rtsp://192.0.2.7:554/a@b"},
        {"rtsp://192.0.2.7/mail?to=a@b", "rtsp://192.0.2.7/mail?to=a@b"},
        {"rtsp://admin:pa/ss@192.0.2.7/ch1", "rtsp://***@192.0.2.7/ch1"},
        {"rtsp://admin:pa?s#s@192.0.2.7/ch1", "rtsp://***@192.0.2.7/ch1"},
        {"cannot open rtsp://a:secret@h/1: refused", "cannot open rtsp://***@h/1: refused"},
        {"\"rtsp://a:secret@h\" and 'rtsps://b:secret@i/2?x', rtsp://j",
         "\"rtsp://***@h\" and 'rtsps://***@i/2?x', rtsp://j"},
        {"--url=rtsp://a:secret@h/1", "--url=rtsp://***@h/1"},
        {"rtsp://a:密码@h/1", "rtsp://***@h/1"},
        {"rtsp://a:secret@h1/?next=rtsp://b:secret@h2/", "rtsp://***@h1/?next=rtsp://***@h2/"},
        {"://", "://"},
        {"a://:secret@", "a://***@"},
        {"rtsp://rtsp://a:secret@h", "rtsp://rtsp://***@h"},
        {"rtsp://h/x?user=joe&password=S3cret", "rtsp://h/x?user=***"},
        {"rtsp://h/x?channel=1&PASSWORD=S3cret#udp", "rtsp://h/x?channel=1&PASSWORD=***#udp"},
        {"rtsp://h/user=admin_password=tl_channel=1.sdp", "rtsp://h/user=***"},
        {"rtsp://u:p@h/x?token=t, and rtsp://i/y?pwd=q",
         "rtsp://***@h/x?token=*** and rtsp://i/y?pwd=***"},
        {"rtsp://h/bypass=1?keyframe=2", "rtsp://h/bypass=1?keyframe=2"},
        {"citizen@example.org is no URL", "citizen@example.org is no URL"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *shown = mj_redact(TABLE[i].text);
        g_assert_cmpstr(shown, ==, TABLE[i].shown);
    }
}

static void test_split(void)
{
    static const struct {
        const char *url, *shown, *credentials;
    } TABLE[] = {
        {"rtsp://192.0.2.7/ch1", "rtsp://192.0.2.7/ch1", NULL},
        {"rtsp://u:p@192.0.2.7/ch1", "rtsp://192.0.2.7/ch1", "u:p"},
        {"rtsp://u:p%2F@192.0.2.7/a?b=c@d", "rtsp://192.0.2.7/a?b=c@d", "u:p%2F"},
        {"rtsp://u:p@q@192.0.2.7", "rtsp://192.0.2.7", "u:p@q"},
        {"rtsp://u@[2001:db8::7]:554/", "rtsp://[2001:db8::7]:554/", "u"},
        {"rtsp://h/x?user=joe&password=S#tcp", "rtsp://h/x?user=***#tcp", "\n\njoe&password=S"},
        {"rtsp://u:p@h/x?pwd=***", "rtsp://h/x?pwd=***", "u:p\n***"},
        {"rtsp://u:p@h/***?pwd=q", "rtsp://h/***?pwd=***", "u:p\nq"},
        {"rtsp://@h/x?pwd=q", "rtsp://h/x?pwd=***", "\nq"},
        {"rtsp://@h/x", "rtsp://h/x", ""},
        {"no URL: u:p@h", "no URL: u:p@h", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *shown = NULL, *credentials = NULL;
        mj_url_split(TABLE[i].url, &shown, &credentials);
        g_assert_cmpstr(shown, ==, TABLE[i].shown);
        g_assert_cmpstr(credentials, ==, TABLE[i].credentials);
        g_autofree char *joined = mj_url_join(shown, credentials);
        g_assert_cmpstr(joined, ==, TABLE[i].url);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/redact/redact", test_redact);
    g_test_add_func("/redact/split", test_split);
    return g_test_run();
}
