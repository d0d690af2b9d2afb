// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/recorder.h"

#include "capture/daemon.h"
#include "capture/source.h"
#include "index/base/error.h"
#include "index/segment/gap.h"

static void test_waits(void)
{
    static const char *const AWAY[] = {IDX_REASON_OFFLINE, IDX_REASON_STALLED, IDX_REASON_ENDED,
                                       IDX_REASON_DISK, IDX_REASON_CAPTURE_DOWN};
    for (int tries = 1; tries < 1000; tries++) {
        /* Absent cameras are asked about every second, for ever: recording again within 2 s. */
        for (size_t i = 0; i < G_N_ELEMENTS(AWAY); i++) {
            g_assert_cmpint(cap_recorder_wait_us(AWAY[i], tries, 1), <=, 1200000);
            g_assert_cmpint(cap_recorder_wait_us(AWAY[i], tries, 0), >=, 800000);
        }
        /* Ten wrong passwords in as many minutes are the most. */
        g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_UNAUTHORIZED, tries, 0), >=, 60000000);
        g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_UNAUTHORIZED, tries, 1), <=, 90000000);
        g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_REFUSED, tries, 1), <=,
                        CAP_RETRY_MAX_US * 12 / 10);
    }
    g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_REFUSED, 1, 0.5), ==, 1000000);
    g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_REFUSED, CAP_RETRY_PATIENT, 0.5), ==, 1000000);
    g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_UNSUPPORTED, CAP_RETRY_PATIENT + 3, 0.5), ==,
                    8000000);
    g_assert_cmpint(cap_recorder_wait_us(IDX_REASON_REFUSED, 40, 0.5), ==, 60000000);
}

static void test_reasons(void)
{
    static const struct {
        MjError code;
        const char *reason;
    } CASES[] = {
        {MJ_ERROR_DENIED, IDX_REASON_UNAUTHORIZED},    {MJ_ERROR_IO, IDX_REASON_OFFLINE},
        {MJ_ERROR_INVALID, IDX_REASON_REFUSED},        {MJ_ERROR_NOT_FOUND, IDX_REASON_REFUSED},
        {MJ_ERROR_TIMEOUT, IDX_REASON_STALLED},        {MJ_ERROR_FAILED, IDX_REASON_OFFLINE},
        {MJ_ERROR_UNSUPPORTED, IDX_REASON_UNSUPPORTED}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = g_error_new_literal(MJ_ERROR, CASES[i].code, "x");
        g_assert_cmpstr(idx_gap_reason(error), ==, CASES[i].reason);
    }
}

static void test_kinds(void)
{
    g_assert_true(cap_source_kind("rtsp://a/b", NULL) == &cap_source_rtsp);
    g_assert_true(cap_source_kind("rtsps://a/b", NULL) == &cap_source_rtsp);
    g_autoptr(GError) error = NULL;
    g_assert_null(cap_source_kind("http://u:pass@a/b", &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_UNSUPPORTED));
    g_assert_null(strstr(error->message, "pass"));
}

static void test_shard_words(void)
{
    CapShard shard;
    g_assert_true(cap_shard_parse("1/1", &shard, NULL));
    g_assert_true(cap_shard_parse("3/16", &shard, NULL));
    g_assert_cmpint(shard.number, ==, 3);
    g_assert_cmpint(shard.count, ==, 16);
    static const char *const WRONG[] = {"",   "1",    "0/1",  "2/1",   "1/",
                                        "/2", "1/2x", "-1/2", "1/100", "a/b"};
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(cap_shard_parse(WRONG[i], &shard, &error));
        g_assert_true(mj_error_is(error, MJ_ERROR_USAGE));
    }
}

/* libav tells of missing RTP packets in its log alone, each thread of its own camera's. */
static void test_packets_missed(void)
{
    cap_libav_init();
    int64_t before = cap_libav_packets_missed();
    av_log(NULL, AV_LOG_WARNING, "RTP: missed %d packets\n", 3);
    av_log(NULL, AV_LOG_WARNING, "RTP: dropping old packet received too late\n");
    av_log(NULL, AV_LOG_WARNING, "RTP: missed %d packets\n", 4);
    g_assert_cmpint(cap_libav_packets_missed() - before, ==, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/waits", test_waits);
    g_test_add_func("/recorder/reasons", test_reasons);
    g_test_add_func("/source/kinds", test_kinds);
    g_test_add_func("/source/packets-missed", test_packets_missed);
    g_test_add_func("/daemon/shard-words", test_shard_words);
    return g_test_run();
}
