// SPDX-License-Identifier: GPL-3.0-or-later
/* What packets of H.264 and H.265 become: NAL units with their lengths, in hexadecimal digits; and those of
 * VP8: the picture. */
#include "capture/rtsp/video.h"

#include <string.h>

#include "test/capture/rtsp/pipe.h"

#define H264 AV_CODEC_ID_H264
#define HEVC AV_CODEC_ID_HEVC
#define VP8 AV_CODEC_ID_VP8
#define LOST "!" // in front of a payload: packets are missing before it

typedef struct Case {
    const char *what;
    enum AVCodecID codec;
    const char *format;      // of the description
    const char *payloads[6]; // up to NULL
    const char *picture;     // NULL = none
    bool damaged;
} Case;

static const Case CASES[] = {
    {"one unit", H264, NULL, {"6588aabb"}, "00000004 6588aabb", false},
    {"delimiter and two slices",
     H264,
     NULL,
     {"09f0", "6588aa", "6540bb"},
     "00000002 09f0 00000003 6588aa 00000003 6540bb",
     false},
    {"parameter sets alone are none", H264, NULL, {"6742", "68ce"}, NULL, false},
    {"aggregate",
     H264,
     NULL,
     {"78 0002 6742 0002 68ce 0003 6588aa"},
     "00000002 6742 00000002 68ce 00000003 6588aa",
     false},
    {"aggregate with an empty one", H264, NULL, {"78 0000 0003 6588aa"}, "00000003 6588aa", false},
    {"aggregate that ends early", H264, NULL, {"78 0003 6588aa 0009 65"}, "00000003 6588aa", true},
    {"aggregate with a crumb", H264, NULL, {"78 0003 6588aa 00"}, "00000003 6588aa", false},
    {"aggregate with order number", H264, NULL, {"79 0001 0003 6588aa"}, "00000003 6588aa", false},
    {"fragments", H264, NULL, {"7c85aa", "7c05bbcc", "7c45dd"}, "00000005 65aabbccdd", false},
    {"fragments of the only one", H264, NULL, {"7cc5aa"}, "00000002 65aa", false},
    {"empty fragment", H264, NULL, {"7c85aa", "7c05", "7c45dd"}, "00000003 65aadd", false},
    {"fragments with order number",
     H264,
     NULL,
     {"7d85 0001 aa", "7c45dd"},
     "00000003 65aadd",
     false},
    {"first fragment missing",
     H264,
     NULL,
     {"6588aa", LOST "7c05bb", "7c45cc"},
     "00000003 6588aa",
     true},
    {"fragment missing in the middle",
     H264,
     NULL,
     {"7c85aa", LOST "7c05cc", "7c45dd", "6540ee"},
     "00000002 65aa 00000003 6540ee",
     true},
    {"last fragment missing",
     H264,
     NULL,
     {"7c85aa", LOST "6540ee"},
     "00000002 65aa 00000003 6540ee",
     true},
    {"last fragment never sent",
     H264,
     NULL,
     {"7c85aa", "6540ee"},
     "00000002 65aa 00000003 6540ee",
     true},
    {"fragment begun twice",
     H264,
     NULL,
     {"7c85aa", "7c85bb", "7c45cc"},
     "00000002 65aa 00000003 65bbcc",
     true},
    {"slice missing",
     H264,
     NULL,
     {"6588aa", LOST "6540bb"},
     "00000003 6588aa 00000003 6540bb",
     true},
    {"interleaved", H264, NULL, {"6588aa", "7a0001"}, "00000003 6588aa", true},
    {"empty payload", H264, NULL, {"", "6588aa"}, "00000003 6588aa", false},
    {"start code in front", H264, NULL, {"00000001 6588aa"}, "00000003 6588aa", false},
    {"sets and picture behind each other",
     H264,
     NULL,
     {"6742 00000001 68ce 00000001 0601 00000001 6588aa"},
     "00000002 6742 00000002 68ce 00000002 0601 00000003 6588aa",
     false},
    {"the same in fragments",
     H264,
     NULL,
     {"7c87 42000000", "7c0701 68ce 0000", "7c47 0001 6588aa"},
     "00000002 6742 00000002 68ce 00000003 6588aa",
     false},
    {"start codes in a row",
     H264,
     NULL,
     {"00000001 00000001 00000001 68ce 00000001 00000001 6588aa"},
     "00000002 68ce 00000003 6588aa",
     false},
    {"start code at the end",
     H264,
     NULL,
     {"6742 00000001", "6588aa"},
     "00000002 6742 00000003 6588aa",
     false},
    {"H.265: one unit", HEVC, NULL, {"2601aabb"}, "00000004 2601aabb", false},
    {"H.265: aggregate",
     HEVC,
     NULL,
     {"6001 0003 400155 0003 420166 0004 2601aabb"},
     "00000003 400155 00000003 420166 00000004 2601aabb",
     false},
    {"H.265: fragments",
     HEVC,
     NULL,
     {"6201 93 aa", "6201 13 bb", "6201 53 cc"},
     "00000005 2601aabbcc",
     false},
    {"H.265: layer and time kept",
     HEVC,
     NULL,
     {"6303 93 aa", "6303 53 cc"},
     "00000004 2703aacc",
     false},
    {"H.265: fragment missing",
     HEVC,
     NULL,
     {"6201 93 aa", LOST "6201 53 cc"},
     "00000003 2601aa",
     true},
    {"H.265: PACI", HEVC, NULL, {"2601aabb", "6401aabbcc"}, "00000004 2601aabb", true},
    {"H.265: crumbs",
     HEVC,
     NULL,
     {"26", "2601", "6001", "6201", "620193", "2601aa"},
     "00000003 2601aa",
     false},
    {"H.265 with order numbers: one unit",
     HEVC,
     "sprop-max-don-diff=1",
     {"2601 0001 aabb"},
     "00000004 2601aabb",
     false},
    {"H.265 with order numbers: aggregate",
     HEVC,
     "sprop-max-don-diff=1",
     {"6001 0001 0003 400155 00 0004 2601aabb"},
     "00000003 400155 00000004 2601aabb",
     false},
    {"H.265 with order numbers: fragments",
     HEVC,
     "sprop-max-don-diff=1",
     {"6201 93 0001 aa", "6201 53 cc"},
     "00000004 2601aacc",
     false},
    {"H.265 with order numbers: crumbs",
     HEVC,
     "sprop-max-don-diff=1",
     {"2601 0001", "6001 00", "6201 93 0001", "2601 0001 aa"},
     "00000003 2601aa",
     true},
    {"VP8: pieces", VP8, NULL, {"10 31aa", "00 bb", "00 cc"}, "31aabbcc", false},
    {"VP8: partitions", VP8, NULL, {"10 31aa", "11 bb", "12 cc"}, "31aabbcc", false},
    {"VP8: numbers of all kinds",
     VP8,
     NULL,
     {"90 80 05 31aa", "80 80 8005 bb", "80 f0 8005 07 25 cc", "80 50 07 25 dd"},
     "31aabbccdd",
     false},
    {"VP8: middle missing", VP8, NULL, {"10 31aa", LOST "00 cc", "00 dd"}, "31aa", true},
    {"VP8: beginning missing", VP8, NULL, {LOST "00 cc", "00 dd"}, NULL, true},
    {"VP8: crumbs",
     VP8,
     NULL,
     {"10", "90 80", "90 80 81", "90 f0 81 00 07", "10 31aa"},
     "31aa",
     false},
};

static void check(const Case *test)
{
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(test->codec, NULL, 0);
    CapSdpMedia media = {.format = (char *)test->format};
    CapRtpVideo video;
    cap_rtp_video_init(&video, test->codec, &media, unit);
    for (size_t i = 0; i < G_N_ELEMENTS(test->payloads) && test->payloads[i]; i++) {
        bool lost = test->payloads[i][0] == '!';
        g_autoptr(GByteArray) payload = bytes_hex(test->payloads[i] + lost);
        g_autofree uint8_t *copy = g_memdup2(payload->len ? payload->data : (uint8_t *)"",
                                             MAX(payload->len, 1)); // sanitizers see its end
        cap_rtp_video_begins(&video, copy, payload->len);
        g_assert_true(cap_rtp_video_add(&video, copy, payload->len, lost, NULL));
    }
    cap_rtp_video_break(&video);
    g_auto(CapPacket) packet = {0};
    g_assert_true(cap_access_unit_take(unit, &packet) == (test->picture != NULL));
    g_assert_true(video.damaged == test->damaged);
    g_autoptr(GByteArray) expected = bytes_hex(test->picture ? test->picture : "");
    g_assert_cmpmem(packet.data, packet.size, expected->data, expected->len);
}

static void test_cases(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_test_message("%s", CASES[i].what);
        check(&CASES[i]);
    }
}

static void test_beginnings(void)
{
    static const struct {
        enum AVCodecID codec;
        const char *format, *payload;
        bool begins;
    } BEGINNINGS[] = {
        {H264, NULL, "6588aabbccddeeff00", true},
        {H264, NULL, "6540aabbccddeeff00", false},
        {H264, NULL, "4188aabbccddeeff00", true},
        {H264, NULL, "4122aabbccddeeff00", false},
        {H264, NULL, "0930", true},
        {H264, NULL, "6742", true},
        {H264, NULL, "78000267420002", true},
        {H264, NULL, "78000341220000", false},
        {H264, NULL, "7c8588aabbccddeeff00", true},
        {H264, NULL, "7c0588aabbccddeeff00", false},
        {H264, NULL, "7c8540aabbccddeeff00", false},
        {H264, NULL, "65", false},
        {VP8, NULL, "10 30", true},
        {VP8, NULL, "11 30", false},
        {VP8, NULL, "00 30", false},
        {VP8, NULL, "90 80", false},
        {HEVC, NULL, "260180aabbccddeeff0011", true},
        {HEVC, NULL, "260140aabbccddeeff0011", false},
        {HEVC, NULL, "4001aa", true},
        {HEVC, NULL, "4e01aa", true},
        {HEVC, NULL, "5001aa", false},
        {HEVC, NULL, "62019380aabbccddeeff00", true},
        {HEVC, NULL, "62011380aabbccddeeff00", false},
        {HEVC, NULL, "60010003420166ccddeeff00", true},
        {HEVC, "sprop-max-don-diff=1", "6201930001 80 bbccddeeff0011", true},
        {HEVC, "sprop-max-don-diff=1", "26010001 80 bbccddeeff0011", true},
        {HEVC, "sprop-max-don-diff=1", "60010001 0003 4201 66ccddeeff", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(BEGINNINGS); i++) {
        CapRtpVideo video;
        CapSdpMedia media = {.format = (char *)BEGINNINGS[i].format};
        cap_rtp_video_init(&video, BEGINNINGS[i].codec, &media, NULL);
        g_autoptr(GByteArray) bytes = bytes_hex(BEGINNINGS[i].payload);
        g_autofree uint8_t *copy = g_memdup2(bytes->data, bytes->len);
        g_test_message("%s", BEGINNINGS[i].payload);
        g_assert_true(cap_rtp_video_begins(&video, copy, bytes->len) == BEGINNINGS[i].begins);
    }
}

static void test_key_beginnings(void)
{
    static const struct {
        enum AVCodecID codec;
        const char *payload;
        bool begins;
    } KEYS[] = {
        {H264, "6588aa", true},
        {H264, "6588", true},
        {H264, "6540aa", false}, // another slice of it
        {H264, "4188aa", false},
        {H264, "6742aa", false},
        {H264, "65", false},
        {H264, "", false},
        {H264, "7c8588aa", true},
        {H264, "7c0588aa", false},
        {H264, "7c8540aa", false},
        {H264, "7c8188aa", false},
        {H264, "7c85", false},
        {H264, "78 0002 6742 0002 68ce 0003 6588aa", true},
        {H264, "78 0002 6742 0002 68ce 0003 4188aa", false},
        {H264, "78 0002 6742 ffff 6588", true}, // cut
        {H264, "78 0001 6588", false},
        {H264, "78 0000 0000 00", false},
        {VP8, "10 30", true},
        {VP8, "10 31", false},
        {VP8, "00 30", false},
        {VP8, "90 80 05 30aa", true},
        {VP8, "90 80", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(KEYS); i++) {
        g_autoptr(GByteArray) bytes = bytes_hex(KEYS[i].payload);
        g_autofree uint8_t *copy = g_memdup2(bytes->len ? bytes->data : (uint8_t *)"",
                                             MAX(bytes->len, 1)); // sanitizers see its end
        g_test_message("%s", KEYS[i].payload);
        g_assert_true(cap_rtp_video_begins_key(KEYS[i].codec, copy, bytes->len) == KEYS[i].begins);
    }
}

/* The size of the picture stands in its key frames. */
static void test_vp8_size(void)
{
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(VP8, NULL, 0);
    static const struct {
        const char *picture;
        bool key;
        int width;
    } PICTURES[] = {{"d00300 9d012a 4041 b400", true, 320},
                    {"d10300 9d012a 0010 b400", false, 320},
                    {"d00300 9d012b 0010 b400", false, 320},
                    {"d00300 9d012a 8002 6801", true, 640},
                    {"d00300 9d012a 8002", false, 640}};
    for (size_t i = 0; i < G_N_ELEMENTS(PICTURES); i++) {
        g_autoptr(GByteArray) bytes = bytes_hex(PICTURES[i].picture);
        g_assert_true(cap_access_unit_begin_nal(unit, bytes->data, bytes->len, NULL));
        g_auto(CapPacket) packet = {0};
        g_assert_true(cap_access_unit_take(unit, &packet));
        g_assert_cmpint(packet.key, ==, PICTURES[i].key);
        g_assert_cmpint(packet.params->width, ==, PICTURES[i].width);
        g_assert_cmpint(packet.params->codec, ==, VP8);
    }
}

static void test_too_large(void)
{
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(H264, NULL, 0);
    CapSdpMedia media = {0};
    CapRtpVideo video;
    cap_rtp_video_init(&video, H264, &media, unit);
    g_autofree uint8_t *part = g_malloc0(60000);
    g_autoptr(GError) error = NULL;
    part[0] = 0x7c;
    size_t added = 0;
    for (part[1] = 0x85; cap_rtp_video_add(&video, part, 60000, false, &error); part[1] = 0x05)
        added += 60000 - 2;
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    g_assert_cmpuint(added, >, CAP_ACCESS_UNIT_MAX_BYTES - 200000);
    g_assert_cmpuint(added, <=, CAP_ACCESS_UNIT_MAX_BYTES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp-video/cases", test_cases);
    g_test_add_func("/rtp-video/beginnings", test_beginnings);
    g_test_add_func("/rtp-video/key-beginnings", test_key_beginnings);
    g_test_add_func("/rtp-video/vp8-size", test_vp8_size);
    g_test_add_func("/rtp-video/too-large", test_too_large);
    return g_test_run();
}
