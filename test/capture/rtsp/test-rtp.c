// SPDX-License-Identifier: GPL-3.0-or-later
/* RTP's headers, numbers and times, and RTCP. */
#include "capture/rtsp/rtp.h"

#include <string.h>

#include "test/capture/rtsp/pipe.h"

#define NOW_US INT64_C(1795400000123456)

static void test_headers(void)
{
    static const struct {
        const char *what, *bytes;
        bool good;
        size_t size; // of the payload
    } CASES[] = {
        {"plain", "80e0 0102 00000010 aabbccdd 616263", true, 3},
        {"empty", "80e0 0102 00000010 aabbccdd", true, 0},
        {"contributing sources", "82e0 0102 00000010 aabbccdd 00000001 00000002 61", true, 1},
        {"extension", "90e0 0102 00000010 aabbccdd bede0001 01020304 6162", true, 2},
        {"padding", "a0e0 0102 00000010 aabbccdd 61620003 03", true, 2},
        {"nothing but padding", "a0e0 0102 00000010 aabbccdd 000002", true, 1},
        {"short", "80e0 0102 00000010 aabbcc", false, 0},
        {"version 1", "40e0 0102 00000010 aabbccdd 61", false, 0},
        {"sources beyond", "8fe0 0102 00000010 aabbccdd 61", false, 0},
        {"extension beyond", "90e0 0102 00000010 aabbccdd bede0009 01020304", false, 0},
        {"extension cut", "90e0 0102 00000010 aabbccdd bede", false, 0},
        {"padding beyond", "a0e0 0102 00000010 aabbccdd 6109", false, 0},
        {"padding of none", "a0e0 0102 00000010 aabbccdd 6100", false, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GByteArray) bytes = bytes_hex(CASES[i].bytes);
        CapRtp packet;
        g_test_message("%s", CASES[i].what);
        g_assert_true(cap_rtp_parse(bytes->data, bytes->len, &packet) == CASES[i].good);
        if (!CASES[i].good)
            continue;
        g_assert_cmpuint(packet.size, ==, CASES[i].size);
        g_assert_true(packet.marker);
        g_assert_cmpuint(packet.payload_type, ==, 0x60);
        g_assert_cmpuint(packet.sequence, ==, 0x0102);
        g_assert_cmpuint(packet.time, ==, 16);
        g_assert_cmpuint(packet.ssrc, ==, 0xaabbccdd);
    }
}

static CapRtpStep add(CapRtpTrack *track, uint16_t sequence, uint32_t time, uint32_t ssrc,
                      int64_t mono_us, unsigned *ret_missing)
{
    CapRtp packet = {.sequence = sequence, .time = time, .ssrc = ssrc};
    return cap_rtp_track_add(track, &packet, mono_us, ret_missing);
}

static void test_sequence(void)
{
    static const struct {
        uint16_t sequence;
        CapRtpStep step;
        unsigned missing;
    } STEPS[] = {{65534, CAP_RTP_NEW, 0},   {65535, CAP_RTP_NEXT, 0}, {0, CAP_RTP_NEXT, 0},
                 {0, CAP_RTP_OLD, 0},       {65535, CAP_RTP_OLD, 0},  {1, CAP_RTP_NEXT, 0},
                 {4, CAP_RTP_GAP, 2},       {2, CAP_RTP_OLD, 0},      {5, CAP_RTP_NEXT, 0},
                 {40000, CAP_RTP_NEW, 0},   {40001, CAP_RTP_NEXT, 0}, {100, CAP_RTP_NEW, 0},
                 {3101, CAP_RTP_GAP, 3000}, {6103, CAP_RTP_NEW, 0},   {6004, CAP_RTP_OLD, 0},
                 {6003, CAP_RTP_NEW, 0}};
    CapRtpTrack track;
    cap_rtp_track_init(&track, 90000);
    for (size_t i = 0; i < G_N_ELEMENTS(STEPS); i++) {
        unsigned missing;
        g_test_message("%u", STEPS[i].sequence);
        g_assert_cmpint(add(&track, STEPS[i].sequence, 0, 7, 0, &missing), ==, STEPS[i].step);
        g_assert_cmpuint(missing, ==, STEPS[i].missing);
    }
}

/* Timestamps run on over the end of their 32 bits, and back with pictures out of order. */
static void test_time(void)
{
    CapRtpTrack track;
    unsigned missing;
    cap_rtp_track_init(&track, 90000);
    uint32_t time = UINT32_MAX - 5000;
    for (int i = 0; i < 10; i++) {
        add(&track, (uint16_t)i, time, 7, i * 40000, &missing);
        g_assert_cmpint(cap_rtp_track_us(&track, 0), ==, i * 40000);
        g_assert_cmpint(cap_rtp_track_us(&track, 900), ==, i * 40000 + 10000);
        time += 3600;
    }
    add(&track, 10, time - 2 * 3600, 7, 400000, &missing);
    g_assert_cmpint(cap_rtp_track_us(&track, 0), ==, 320000);
}

/* Another SSRC with other timestamps: the timeline goes on by the time that went by. */
static void test_restart(void)
{
    CapRtpTrack track;
    unsigned missing;
    int64_t wall_us;
    cap_rtp_track_init(&track, 90000);
    add(&track, 1, 1000, 7, 0, &missing);
    cap_rtp_track_report(&track, &(CapRtcpReport){7, 1000, NOW_US});
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(add(&track, 2, 0xdeadbeef, 8, 2000000, &missing), ==, CAP_RTP_NEW);
    g_assert_cmpint(cap_rtp_track_us(&track, 0), ==, 2000000);
    g_assert_false(cap_rtp_track_wall(&track, 0, &wall_us));
    add(&track, 3, 0xdeadbeef + 3600, 8, 2040000, &missing);
    g_assert_cmpint(cap_rtp_track_us(&track, 0), ==, 2040000);
}

/* Each picture has the moment that the report says, also long after and across the wrap. */
static void test_wall(void)
{
    CapRtpTrack track;
    unsigned missing;
    int64_t wall_us;
    cap_rtp_track_init(&track, 90000);
    uint32_t base = UINT32_MAX - 100;
    cap_rtp_track_report(&track, &(CapRtcpReport){7, base, NOW_US}); // before the first packet
    add(&track, 1, base + 900, 7, 0, &missing);
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(wall_us, ==, NOW_US + 10000);
    g_assert_true(cap_rtp_track_wall(&track, -900, &wall_us));
    g_assert_cmpint(wall_us, ==, NOW_US);
    uint32_t time = base + 900;
    for (int i = 0; i < 100; i++) { // ten hours in steps of six minutes, without a report
        time += 360 * 90000;
        add(&track, (uint16_t)(2 + i), time, 7, 0, &missing);
        g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
        g_assert_cmpint(wall_us, ==, NOW_US + 10000 + (i + 1) * INT64_C(360000000));
    }
    cap_rtp_track_report(&track, &(CapRtcpReport){7, time - 45000, NOW_US});
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(wall_us, ==, NOW_US + 500000);
}

static void test_foreign_reports(void)
{
    CapRtpTrack track;
    unsigned missing;
    int64_t wall_us;
    cap_rtp_track_init(&track, 90000);
    add(&track, 1, 90000, 7, 0, &missing);
    cap_rtp_track_report(&track, &(CapRtcpReport){9, 90000u * 1000, NOW_US}); // far away
    g_assert_false(cap_rtp_track_wall(&track, 0, &wall_us));
    cap_rtp_track_report(&track, &(CapRtcpReport){9, 0, NOW_US}); // near: SSRC is never right
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(wall_us, ==, NOW_US + 1000000);
    cap_rtp_track_report(&track, &(CapRtcpReport){7, 90000, NOW_US});
    cap_rtp_track_report(&track, &(CapRtcpReport){9, 90000, 0}); // from now on it is to be right
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(wall_us, ==, NOW_US);
    add(&track, 2, 90000, 9, 0, &missing); // it was the next encoder's
    g_assert_true(cap_rtp_track_wall(&track, 0, &wall_us));
    g_assert_cmpint(wall_us, ==, 0);
}

static void test_rtcp(void)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    bytes_add_report(bytes, 1, 7, 1234, NOW_US);
    bytes_add_bye(bytes, 1, 8);
    g_byte_array_remove_range(bytes, 32, 4); // one packet of both
    CapRtcp got = cap_rtcp_parse(bytes->data + 4, bytes->len - 4);
    g_assert_true(got.has_report && got.bye);
    g_assert_cmpuint(got.report.ssrc, ==, 7);
    g_assert_cmpuint(got.report.time, ==, 1234);
    g_assert_cmpint(ABS(got.report.utc_us - NOW_US), <=, 1);
    g_assert_cmpuint(got.bye_ssrc, ==, 8);
    for (size_t size = 0; size < bytes->len - 4; size++) {
        g_autofree uint8_t *part = g_memdup2(bytes->data + 4, MAX(size, 1));
        got = cap_rtcp_parse(part, size);
        g_assert_true(got.has_report == (size >= 28));
        g_assert_false(got.bye);
    }
    memset(bytes->data + 4 + 8, 0, 8); // does not know the time
    g_assert_false(cap_rtcp_parse(bytes->data + 4, bytes->len - 4).has_report);
    g_autoptr(GByteArray) later = g_byte_array_new(); // NTP's second era
    bytes_add_report(later, 1, 7, 1, INT64_C(2100000000000000));
    got = cap_rtcp_parse(later->data + 4, later->len - 4);
    g_assert_cmpint(got.report.utc_us, ==, INT64_C(2100000000000000));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rtp/headers", test_headers);
    g_test_add_func("/rtp/sequence", test_sequence);
    g_test_add_func("/rtp/time", test_time);
    g_test_add_func("/rtp/restart", test_restart);
    g_test_add_func("/rtp/wall", test_wall);
    g_test_add_func("/rtp/foreign-reports", test_foreign_reports);
    g_test_add_func("/rtp/rtcp", test_rtcp);
    return g_test_run();
}
