// SPDX-License-Identifier: GPL-3.0-or-later
/* What packets of sound become: "ticks:bytes …". */
#include "capture/rtsp/sound.h"

#include <string.h>

#include "test/capture/rtsp/pipe.h"

#define HBR "mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408"
#define LBR "mode=AAC-lbr;sizeLength=6;indexLength=2;indexDeltaLength=2;config=1408"
#define MUX "cpresent=0;config=40002410"

static CapSdpMedia describe(const char *encoding, int clock, int channels, const char *format)
{
    return (CapSdpMedia){.kind = CAP_SDP_AUDIO,
                         .payload_type = 97,
                         .encoding = (char *)encoding,
                         .clock = clock,
                         .channels = channels,
                         .format = (char *)format};
}

static void note(void *data, const uint8_t *bytes, size_t size, int64_t more)
{
    GString *heard = data;
    g_string_append_printf(heard, "%s%" G_GINT64_FORMAT ":", heard->len ? " " : "", more);
    for (size_t i = 0; i < size; i++)
        g_string_append_printf(heard, "%02x", bytes[i]);
}

typedef struct Case {
    const char *what, *encoding, *format;
    const char
        *payloads[4]; // "!" = packets are missing before; "+" = another timestamp; "m" = marker
    const char *heard;
} Case;

static const Case CASES[] = {
    {"G.711", "PCMA", NULL, {"0102", "", "03"}, "0:0102 0:03"},
    {"one frame", "mpeg4-generic", HBR, {"0010 0018 aabbcc"}, "0:aabbcc"},
    {"three frames",
     "mpeg4-generic",
     HBR,
     {"0030 0010 0008 0018 aabb cc ddeeff"},
     "0:aabb 1024:cc 2048:ddeeff"},
    {"a frame left out", "mpeg4-generic", HBR, {"0020 0008 0009 aa bb"}, "0:aa 2048:bb"},
    {"frames of no bytes", "mpeg4-generic", HBR, {"0020 0000 0008 aa"}, "1024:aa"},
    {"headers that do not fill bytes",
     "MPEG4-GENERIC",
     LBR,
     {"0008 08 aabb", "0010 0808 aabb ccdd"},
     "0:aabb 0:aabb 1024:ccdd"},
    {"cut frame at the end", "mpeg4-generic", HBR, {"0020 0008 0010 aa bb"}, "0:aa"},
    {"frame in parts",
     "mpeg4-generic",
     HBR,
     {"0010 0028 aabb", "0010 0028 ccdd", "0010 0028 ee"},
     "0:aabbccddee"},
    {"part missing",
     "mpeg4-generic",
     HBR,
     {"0010 0028 aabb", "!0010 0028 ccdd", "+0010 0008 ee"},
     "0:ee"},
    {"parts of another",
     "mpeg4-generic",
     HBR,
     {"0010 0020 aabb", "+0010 0020 ccdd", "+0010 0020 ee"},
     ""},
    {"headers beyond", "mpeg4-generic", HBR, {"0010", "00", "ffff 0018 aa", "0000 aa"}, ""},
    {"LATM", "MP4A-LATM", MUX, {"m03 aabbcc"}, "0:aabbcc"},
    {"LATM: two frames", "MP4A-LATM", MUX, {"m01 aa 02 bbcc"}, "0:aa 1024:bbcc"},
    {"LATM in parts", "MP4A-LATM", MUX, {"04 aabb", "mccdd"}, "0:aabbccdd"},
    {"LATM: part missing", "MP4A-LATM", MUX, {"04 aabb", "!m02 ccdd"}, "0:ccdd"},
    {"LATM cut", "MP4A-LATM", MUX, {"m04 aabb", "mff"}, ""},
};

static void hear(CapRtpSound *sound, const char *text, CapRtp *packet, GString *heard)
{
    bool lost = *text == '!';
    text += lost;
    packet->time += *text == '+' ? 1024 : 0;
    text += *text == '+';
    packet->marker = *text == 'm';
    text += packet->marker;
    g_autoptr(GByteArray) payload = bytes_hex(text);
    g_autofree uint8_t *copy =
        g_memdup2(payload->len ? payload->data : (uint8_t *)"", MAX(payload->len, 1));
    packet->payload = copy;
    packet->size = payload->len;
    cap_rtp_sound_add(sound, packet, lost, note, heard);
}

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Case *test = &CASES[i];
        CapSdpMedia media = describe(test->encoding, 16000, 1, test->format);
        g_autoptr(CapRtpSound) sound = cap_rtp_sound_new(&media);
        g_test_message("%s", test->what);
        g_assert_nonnull(sound);
        g_autoptr(GString) heard = g_string_new(NULL);
        CapRtp packet = {0};
        for (size_t j = 0; j < G_N_ELEMENTS(test->payloads) && test->payloads[j]; j++)
            hear(sound, test->payloads[j], &packet, heard);
        g_assert_cmpstr(heard->str, ==, test->heard);
    }
}

static void test_parameters(void)
{
    static const struct {
        const char *encoding;
        int clock, channels;
        const char *format;
        enum AVCodecID codec; // AV_CODEC_ID_NONE: not understood
        int rate, config;
    } KINDS[] = {
        {"PCMA", 8000, 1, NULL, AV_CODEC_ID_PCM_ALAW, 8000, 0},
        {"pcmu", 16000, 2, NULL, AV_CODEC_ID_PCM_MULAW, 16000, 0},
        {"L16", 44100, 2, NULL, AV_CODEC_ID_PCM_S16BE, 44100, 0},
        {"G722", 8000, 1, NULL, AV_CODEC_ID_ADPCM_G722, 16000, 0},
        {"G726-32", 8000, 1, NULL, AV_CODEC_ID_ADPCM_G726LE, 8000, 0},
        {"mpeg4-generic", 16000, 1, HBR, AV_CODEC_ID_AAC, 16000, 2},
        {"mpeg4-generic", 16000, 1, NULL, AV_CODEC_ID_NONE, 0, 0},
        {"mpeg4-generic", 16000, 1, "config=1408", AV_CODEC_ID_NONE, 0, 0},
        {"mpeg4-generic", 16000, 1, HBR ";CTSDeltaLength=4", AV_CODEC_ID_NONE, 0, 0},
        {"mpeg4-generic", 16000, 1, "sizelength=32;config=1408", AV_CODEC_ID_NONE, 0, 0},
        {"mpeg4-generic", 16000, 1, "sizelength=13;config=14x8", AV_CODEC_ID_NONE, 0, 0},
        {"MP4A-LATM", 24000, 1, MUX, AV_CODEC_ID_AAC, 24000, 2},
        {"MP4A-LATM", 24000, 1, "config=40002410", AV_CODEC_ID_NONE, 0, 0},
        {"MP4A-LATM", 24000, 1, "cpresent=0;config=C0002410", AV_CODEC_ID_NONE, 0, 0},
        {"MP4A-LATM", 24000, 1, "cpresent=0;config=4000", AV_CODEC_ID_NONE, 0, 0},
        {"MPA", 90000, 1, NULL, AV_CODEC_ID_NONE, 0, 0},
        {"PCMA", 0, 1, NULL, AV_CODEC_ID_NONE, 0, 0},
        {NULL, 8000, 1, NULL, AV_CODEC_ID_NONE, 0, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        CapSdpMedia media =
            describe(KINDS[i].encoding, KINDS[i].clock, KINDS[i].channels, KINDS[i].format);
        g_autoptr(CapRtpSound) sound = cap_rtp_sound_new(&media);
        g_test_message("%zu %s", i, KINDS[i].encoding ? KINDS[i].encoding : "unnamed");
        g_assert_true((sound != NULL) == (KINDS[i].codec != AV_CODEC_ID_NONE));
        if (!sound)
            continue;
        const AVCodecParameters *par = cap_rtp_sound_parameters(sound);
        g_assert_cmpint(par->codec_id, ==, KINDS[i].codec);
        g_assert_cmpint(par->sample_rate, ==, KINDS[i].rate);
        g_assert_cmpint(par->ch_layout.nb_channels, ==, KINDS[i].channels);
        g_assert_cmpint(par->extradata_size, ==, KINDS[i].config);
    }
    /* What follows fifteen bits of StreamMuxConfig is AudioSpecificConfig: AAC-LC, 24000, mono. */
    CapSdpMedia media = describe("MP4A-LATM", 24000, 1, MUX);
    g_autoptr(CapRtpSound) sound = cap_rtp_sound_new(&media);
    const AVCodecParameters *par = cap_rtp_sound_parameters(sound);
    g_assert_cmpmem(par->extradata, (size_t)par->extradata_size, "\x12\x08", 2);
}

/* A frame that never ends stays within its ceiling. */
static void test_ceiling(void)
{
    CapSdpMedia media = describe("MP4A-LATM", 16000, 1, MUX);
    g_autoptr(CapRtpSound) sound = cap_rtp_sound_new(&media);
    g_autoptr(GString) heard = g_string_new(NULL);
    g_autofree uint8_t *payload = g_malloc0(1000);
    CapRtp packet = {.payload = payload, .size = 1000};
    for (int i = 0; i < 200; i++)
        cap_rtp_sound_add(sound, &packet, false, note, heard);
    g_assert_cmpuint(heard->len, ==, 0);
    hear(sound, "+m02 aabb", &packet, heard);
    g_assert_cmpstr(heard->str, ==, "0:aabb");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp-sound/cases", test_cases);
    g_test_add_func("/rtp-sound/parameters", test_parameters);
    g_test_add_func("/rtp-sound/ceiling", test_ceiling);
    return g_test_run();
}
