// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/sdp.h"

#include <string.h>

#include "index/base/error.h"

static CapSdp *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    CapSdp *sdp = cap_sdp_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return sdp;
}

static const CapSdpMedia *medium(const CapSdp *sdp, guint index)
{
    g_assert_cmpuint(sdp->media->len, >, index);
    return sdp->media->pdata[index];
}

/* As a Hikvision camera describes itself. */
static void test_absolute_controls(void)
{
    g_autoptr(CapSdp) sdp = parse(
        "v=0\r\no=- 1109162014219182 1109162014219192 IN IP4 192.0.2.64\r\n"
        "s=Media Presentation\r\ne=NONE\r\nb=AS:5050\r\nt=0 0\r\n"
        "a=control:rtsp://192.0.2.64:554/Streaming/Channels/101/\r\n"
        "m=video 0 RTP/AVP 96\r\nc=IN IP4 "
        "0.0.0.0\r\nb=AS:5000\r\na=recvonly\r\na=x-dimensions:1920,1080\r\n"
        "a=control:rtsp://192.0.2.64:554/Streaming/Channels/101/trackID=1\r\na=rtpmap:96 "
        "H264/90000\r\n"
        "a=fmtp:96 profile-level-id=420029; packetization-mode=1; "
        "sprop-parameter-sets=Z00AKp2oHgCJ+WbgICAgQA==,aO48gA==\r\n"
        "m=audio 0 RTP/AVP "
        "8\r\na=recvonly\r\na=control:rtsp://192.0.2.64:554/Streaming/Channels/101/trackID=2\r\n"
        "a=rtpmap:8 PCMA/8000\r\na=Media_header:MEDIAINFO=494D4B48;\r\na=appversion:1.0\r\n");
    g_assert_cmpstr(sdp->control, ==, "rtsp://192.0.2.64:554/Streaming/Channels/101/");
    const CapSdpMedia *video = medium(sdp, 0), *sound = medium(sdp, 1);
    g_assert_cmpint(video->kind, ==, CAP_SDP_VIDEO);
    g_assert_cmpint(video->payload_type, ==, 96);
    g_assert_cmpstr(video->encoding, ==, "H264");
    g_assert_cmpint(video->clock, ==, 90000);
    g_assert_cmpint(cap_sdp_number(video, "packetization-mode", 0), ==, 1);
    g_autoptr(GByteArray) sets = cap_sdp_parameter_sets(video);
    g_assert_cmpuint(sets->len, ==, 4 + 16 + 4 + 4);
    g_assert_cmpmem(sets->data, 5, "\0\0\0\1\x67", 5);
    g_assert_cmpmem(sets->data + 20, 8, "\0\0\0\1\x68\xee\x3c\x80", 8);
    g_assert_cmpint(sound->kind, ==, CAP_SDP_AUDIO);
    g_assert_cmpstr(sound->encoding, ==, "PCMA");
    g_assert_cmpstr(sound->control, ==, "rtsp://192.0.2.64:554/Streaming/Channels/101/trackID=2");
}

/* H.265, sound in AAC, an ONVIF track between, lines that end with a line feed alone. */
static void test_relative_controls(void)
{
    g_autoptr(CapSdp) sdp = parse(
        "v=0\ns=RTSP Session\na=control:*\nm=video 0 RTP/AVP 98\na=control:trackID=0\n"
        "a=rtpmap:98 H265/90000\na=fmtp:98 "
        "profile-id=1;sprop-sps=QgEBAWAAAAMAsAAAAwAAAwB7oAPAgBDljZrkyL1ZXK5A;"
        "sprop-pps=RAHgdrAmQA==;sprop-vps=QAEMAf//AWAAAAMAsAAAAwAAAwB7rAk=\n"
        "m=application 0 RTP/AVP 107\na=control:trackID=4\na=rtpmap:107 vnd.onvif.metadata/90000\n"
        "m=audio 0 RTP/AVP 97\na=control:trackID=1\na=rtpmap:97 MPEG4-GENERIC/16000/2\n"
        "a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
        "indexdeltalength=3;config=1408\n");
    g_assert_cmpstr(sdp->control, ==, "*");
    g_assert_cmpuint(sdp->media->len, ==, 3);
    g_autoptr(GByteArray) sets = cap_sdp_parameter_sets(medium(sdp, 0));
    g_assert_cmpuint(sets->len, >, 12);
    g_assert_cmpuint(sets->data[4] >> 1, ==, 32); // the video parameter set comes first
    g_assert_cmpint(medium(sdp, 1)->kind, ==, CAP_SDP_OTHER);
    const CapSdpMedia *sound = medium(sdp, 2);
    g_assert_cmpint(sound->clock, ==, 16000);
    g_assert_cmpint(sound->channels, ==, 2);
    g_autofree char *config = cap_sdp_parameter(sound, "config");
    g_assert_cmpstr(config, ==, "1408");
}

/* What stands for itself, and what is odd. */
static void test_odd(void)
{
    g_autoptr(CapSdp) sdp =
        parse("  m=audio 0 RTP/AVP 0 \r\n"
              "m=audio 0 RTP/AVP 8 97\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 x=1\r\n"
              "m=video 0 RTP/AVP\r\na=rtpmap:96 H264/90000\r\n"
              "m=video 0 udp 96\r\n"
              "m=video 0 RTP/AVP 200\r\n"
              "m=video 0 RTP/AVP 96\r\na=rtpmap: 96  H264/90000\r\na=fmtp:96\r\na=rtpmap:96\r\n"
              "a=control: track9\r\n"
              "m=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/x\r\n"
              "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/99999999999\r\n"
              "a=fmtp:96 sprop-parameter-sets=Z00A!,,aO48gA==,=;\r\nm\r\na=\r\n=\r\na\r\n"
              "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H\033[1m/1\r\n");
    g_assert_cmpuint(sdp->media->len, ==, 9);
    g_assert_cmpstr(medium(sdp, 8)->encoding, ==, "H?[1m");
    g_assert_cmpint(medium(sdp, 8)->clock, ==, 0); // a second is no tick
    g_assert_cmpstr(medium(sdp, 0)->encoding, ==, "PCMU");
    g_assert_cmpint(medium(sdp, 0)->clock, ==, 8000);
    g_assert_cmpint(medium(sdp, 0)->channels, ==, 1);
    g_assert_cmpstr(medium(sdp, 1)->encoding, ==, "PCMA");
    g_assert_null(medium(sdp, 1)->format);
    for (guint i = 2; i < 5; i++)
        g_assert_cmpint(medium(sdp, i)->kind, ==, CAP_SDP_OTHER);
    g_assert_cmpstr(medium(sdp, 5)->encoding, ==, "H264");
    g_assert_cmpint(medium(sdp, 5)->clock, ==, 90000);
    g_assert_cmpstr(medium(sdp, 5)->control, ==, "track9");
    g_assert_cmpint(medium(sdp, 6)->clock, ==, 0);
    g_assert_cmpint(medium(sdp, 7)->clock, ==, 0);
    g_autoptr(GByteArray) sets = cap_sdp_parameter_sets(medium(sdp, 7));
    g_assert_cmpmem(sets->data, sets->len, "\0\0\0\1\x68\xee\x3c\x80", 8);
}

static void test_none(void)
{
    static const char *const NONE[] = {"", "v=0\r\n", "<html></html>", "\n\n\n", "a=control:*"};
    for (size_t i = 0; i < G_N_ELEMENTS(NONE); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(cap_sdp_parse(NONE[i], strlen(NONE[i]), &error));
        g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    }
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 2 * CAP_SDP_MEDIA_MAX; i++)
        g_string_append(many, "m=video 0 RTP/AVP 96\r\n");
    g_autoptr(CapSdp) sdp = parse(many->str);
    g_assert_cmpuint(sdp->media->len, ==, CAP_SDP_MEDIA_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtsp-sdp/absolute-controls", test_absolute_controls);
    g_test_add_func("/rtsp-sdp/relative-controls", test_relative_controls);
    g_test_add_func("/rtsp-sdp/odd", test_odd);
    g_test_add_func("/rtsp-sdp/none", test_none);
    return g_test_run();
}
