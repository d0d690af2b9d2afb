// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of the test cameras without any network: marks, packets, requests, clocks, and the
 * comparison of what was sent with what is stored. */
#include <libavutil/log.h>

#include "index/base/error.h"
#include "test/rtsp/mount.h"
#include "test/rtsp/request.h"
#include "test/rtsp/sent.h"

#define SECOND_NS INT64_C(1000000000)

static bool same(const RtspMark *a, const RtspMark *b)
{
    return a->mount == b->mount && a->frame == b->frame && a->utc_us == b->utc_us &&
           a->camera_us == b->camera_us && a->hash == b->hash;
}

static void test_mark(void)
{
    const RtspMark mark = {65535, UINT32_MAX, INT64_C(1795403578949322), INT64_C(-17), 0xdeadbeef};
    for (int hevc = 0; hevc < 2; hevc++) {
        uint8_t unit[RTSP_MARK_MAX];
        size_t size = rtsp_mark_write(&mark, hevc, unit);
        RtspMark got;
        g_assert_cmpuint(size, <=, sizeof unit);
        g_assert_true(rtsp_mark_read(unit, size, hevc, &got));
        g_assert_true(same(&got, &mark));
        g_assert_cmpint(rtsp_unit_kind(unit, size, hevc), ==, RTSP_UNIT_OTHER);
        for (size_t i = 0; i + 1 < size; i++) { // any byte altered, but the stop bit
            unit[i] ^= 4;
            bool read = rtsp_mark_read(unit, size, hevc, &got);
            g_assert_true(!read || same(&got, &mark)); // reserved bits of the head
            unit[i] ^= 4;
        }
        for (size_t cut = 0; cut + 1 < size; cut++)
            g_assert_false(rtsp_mark_read(unit, cut, hevc, &got));
    }
}

static void append_unit(GByteArray *frame, const uint8_t *unit, size_t size)
{
    uint8_t length[4] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
    g_byte_array_append(frame, length, 4);
    g_byte_array_append(frame, unit, (guint)size);
}

static void test_mark_in_frame(void)
{
    const uint8_t slice[] = {0x65, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    RtspMark mark = {.frame = 7, .hash = rtsp_hash(RTSP_HASH_START, slice, sizeof slice)};
    uint8_t unit[RTSP_MARK_MAX];
    size_t size = rtsp_mark_write(&mark, false, unit);
    g_autoptr(GByteArray) frame = g_byte_array_new();
    RtspMarkFound found;
    append_unit(frame, unit, size);
    append_unit(frame, slice, sizeof slice);
    rtsp_mark_find(frame->data, frame->len, 4, false, &found);
    g_assert_true(found.whole && found.key);
    g_assert_cmpint(found.marks, ==, 1);
    rtsp_mark_find(frame->data, frame->len - 1, 4, false, &found);
    g_assert_false(found.whole);
    frame->data[frame->len - 1] ^= 1;
    rtsp_mark_find(frame->data, frame->len, 4, false, &found);
    g_assert_false(found.whole);
    append_unit(frame, unit, size);
    rtsp_mark_find(frame->data, frame->len, 4, false, &found);
    g_assert_cmpint(found.marks, ==, 2);
}

/* Puts packets of FU-A together again. */
static GByteArray *depacketise(const RtpBatch *batch)
{
    GByteArray *unit = g_byte_array_new();
    for (guint i = 0; i < batch->packets->len; i++) {
        const RtpPacket *packet = &g_array_index(batch->packets, RtpPacket, i);
        const uint8_t *data = batch->bytes->data + packet->offset;
        g_assert_cmpuint(packet->size, <=, RTP_PACKET_MAX);
        g_assert_cmpuint(data[1] >> 7, ==, i + 1 == batch->packets->len); // marker
        uint8_t head = (uint8_t)((data[12] & 0xe0) | (data[13] & 0x1f));
        if (data[13] & 0x80)
            g_byte_array_append(unit, &head, 1);
        g_byte_array_append(unit, data + 14, packet->size - 14);
    }
    return unit;
}

static void test_packets(void)
{
    uint8_t unit[5000];
    for (size_t i = 0; i < sizeof unit; i++)
        unit[i] = (uint8_t)(i * 7);
    unit[0] = 0x65;
    RtpBatch batch;
    RtpTrack track = {.payload_type = 96, .sequence = 65534, .ssrc = 1};
    rtp_batch_init(&batch);
    rtp_add_unit(&batch, &track, 42, unit, sizeof unit, false, true);
    g_assert_cmpuint(batch.packets->len, ==, 4);
    g_assert_cmpuint(track.sequence, ==, 2); // went round
    g_autoptr(GByteArray) got = depacketise(&batch);
    g_assert_cmpmem(got->data, got->len, unit, sizeof unit);
    rtp_batch_frame(&batch, 2);
    g_assert_cmpuint(batch.bytes->data[0], ==, '$');
    g_assert_cmpuint(batch.bytes->data[1], ==, 2);
    rtp_batch_clear(&batch);
}

static guint spoil(const RtpMischief *mischief, bool *ret_spoiled)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    uint8_t data[100] = {0};
    RtpBatch batch;
    RtpTrack track = {.payload_type = 96};
    rtp_batch_init(&batch);
    for (int i = 0; i < 1000; i++)
        rtp_add_raw(&batch, &track, 0, data, sizeof data);
    *ret_spoiled = rtp_batch_spoil(&batch, mischief, random);
    guint count = batch.packets->len;
    rtp_batch_clear(&batch);
    return count;
}

static void test_mischief(void)
{
    bool spoiled;
    g_assert_cmpuint(spoil(&(RtpMischief){0}, &spoiled), ==, 1000);
    g_assert_false(spoiled);
    guint left = spoil(&(RtpMischief){.lose = 10}, &spoiled);
    g_assert_cmpuint(left, >, 850);
    g_assert_cmpuint(left, <, 950);
    g_assert_true(spoiled);
    g_assert_cmpuint(spoil(&(RtpMischief){.garble = 10}, &spoiled), ==, 1000);
    g_assert_true(spoiled);
    g_assert_cmpuint(spoil(&(RtpMischief){.repeat = 10}, &spoiled), >, 1050);
    g_assert_false(spoiled);
    g_assert_cmpuint(spoil(&(RtpMischief){.swap = 10}, &spoiled), ==, 1000);
    g_assert_false(spoiled);
}

static void test_request(void)
{
    static const char TEXT[] =
        "SETUP rtsp://h:1/cam0/track0 RTSP/1.0\r\ncseq: 3\r\n"
        "Transport: RTP/AVP/TCP;interleaved=0-1\r\nContent-Length: 2\r\n\r\nab$";
    size_t whole = sizeof TEXT - 2, used = 0;
    for (size_t size = 0; size < whole; size++) {
        g_auto(RtspRequest) none = {0};
        g_assert_cmpint(rtsp_request_parse(TEXT, size, &none, &used), ==, REQUEST_PARTIAL);
    }
    g_auto(RtspRequest) request = {0};
    g_assert_cmpint(rtsp_request_parse(TEXT, sizeof TEXT - 1, &request, &used), ==, REQUEST_WHOLE);
    g_assert_cmpuint(used, ==, whole);
    g_assert_cmpstr(request.method, ==, "SETUP");
    g_assert_cmpstr(request.path, ==, "/cam0/track0");
    g_assert_cmpint(request.cseq, ==, 3);
    g_auto(RtspRequest) bad = {0};
    g_assert_cmpint(rtsp_request_parse("GET / HTTP/1.1\r\n\r\n", 18, &bad, &used), ==, REQUEST_BAD);
}

static void test_clip_names(void)
{
    const char *const bad[] = {"", "mpeg4", "h264-", "h264-0x0", "h264-641x360", "h264+mp3"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(rtsp_clip_make(bad[i], 0, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
    }
}

/* Timestamps of @frames frames of a camera that begins at @start_ns, from the one after @until. */
static MountFrame *play(RtspMount *mount, int frames)
{
    MountFrame *made = g_new0(MountFrame, (gsize)frames);
    for (int i = 0; i < frames; i++) {
        RtspNow now = {mount->due_ns, INT64_C(1800000000000000) + mount->due_ns / 1000};
        g_assert_true(rtsp_mount_video_due(mount, now.mono_ns));
        g_assert_false(rtsp_mount_video_due(mount, now.mono_ns - 1));
        rtsp_mount_take_video(mount, &now, &made[i], NULL);
    }
    return made;
}

static void test_clock(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RtspClip) clip = rtsp_clip_make("h264-320x240", 0, &error);
    g_assert_no_error(error);
    RtspMount *mount = rtsp_mount_new(3, clip, 0.25, SECOND_NS);
    g_autofree MountFrame *even = play(mount, 120); // more than twice round the clip
    for (int i = 1; i < 120; i++) {
        g_assert_cmpuint(even[i].mark.frame, ==, even[i - 1].mark.frame + 1);
        g_assert_cmpuint(even[i].rtp_time - even[i - 1].rtp_time, ==, 3600);
        g_assert_cmpint(even[i].mark.utc_us - even[i - 1].mark.utc_us, ==, 40000);
        g_assert_cmpint(even[i].mark.camera_us, ==, even[i].mark.utc_us);
    }
    rtsp_mount_wrap_in(mount, 1, mount->due_ns);
    g_autofree MountFrame *wrap = play(mount, 50);
    g_assert_cmpuint(wrap[0].rtp_time, >, UINT32_MAX - 90001);
    g_assert_cmpuint(wrap[49].rtp_time, <, 90000);
    g_assert_cmpuint(wrap[49].rtp_time - wrap[0].rtp_time, ==, 49 * 3600);
    mount->slow = true;
    g_autofree MountFrame *slow = play(mount, 3);
    g_assert_cmpuint(slow[2].rtp_time - slow[1].rtp_time, ==, 7200);
    mount->slow = false;
    mount->drift_ppm = 1000;
    g_autofree MountFrame *fast = play(mount, 101);
    g_assert_cmpint(fast[100].mark.camera_us - fast[0].mark.camera_us, ==, 4004000);
    g_assert_cmpint(ABS((int64_t)(fast[100].rtp_time - fast[0].rtp_time) - 360360), <=, 1);
    mount->step_us = -5000000;
    mount->jump_ns = 10 * SECOND_NS;
    g_autofree MountFrame *far = play(mount, 1);
    g_assert_cmpint(far[0].mark.camera_us - fast[100].mark.camera_us, <, -4900000);
    g_assert_cmpuint(far[0].rtp_time - fast[100].rtp_time, >, 900000);
    rtsp_mount_free(mount);
}

static void test_sound_clock(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RtspClip) clip = rtsp_clip_make("h264-320x240+aac", 0, &error);
    g_assert_no_error(error);
    RtspMount *mount = rtsp_mount_new(0, clip, 0, 0);
    uint32_t last = 0;
    for (int i = 0; i < 1000; i++) { // many times round the clip
        RtspNow now = {INT64_MAX, 0};
        MountFrame frame;
        rtsp_mount_take_sound(mount, &now, &frame, NULL);
        if (i > 0)
            g_assert_cmpuint(frame.rtp_time - last, ==, 1024);
        last = frame.rtp_time;
    }
    rtsp_mount_free(mount);
}

static void add_stored(GArray *stored, uint32_t frame, bool whole)
{
    StoredFrame one = {.frame = frame,
                       .marked = true,
                       .whole = whole,
                       .indexed = true,
                       .utc_us = frame * 1000,
                       .index_us = frame * 1000 + 10};
    g_array_append_val(stored, one);
}

static void test_compare(void)
{
    g_autoptr(GArray) stored = g_array_new(FALSE, FALSE, sizeof(StoredFrame));
    g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(SentFrame));
    for (uint32_t i = 0; i < 20; i++) { // two connections of ten
        SentFrame one = {.frame = i, .connection = i / 10, .spoiled = i == 4};
        g_array_append_val(sent, one);
    }
    const uint32_t frames[] = {2,  3,  6,  5, 6,
                               11, 12, 19, 77}; // 7-9 and 10 at the seam of connections
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++)
        add_stored(stored, frames[i], frames[i] != 12);
    g_auto(SentReport) report;
    sent_compare(stored, sent, -1, &report);
    g_assert_cmpint(report.sent, ==, 20);
    g_assert_cmpint(report.stored, ==, 9);
    g_assert_cmpint(report.lost, ==, 6); // 13 to 18
    g_assert_cmpuint(report.lost_frames->len, ==, 6);
    g_assert_cmpint(report.head, ==, 3); // 0, 1, 10
    g_assert_cmpint(report.tail, ==, 3);
    g_assert_cmpint(report.repeated, ==, 1);
    g_assert_cmpint(report.disordered, ==, 1);
    g_assert_cmpint(report.damaged, ==, 1);
    g_assert_cmpint(report.unknown, ==, 1);
    g_assert_cmpint(report.error_mean_us, ==, 10);
    g_assert_cmpint(report.error_p95_us, ==, 10);
    g_auto(SentReport) holes;
    sent_compare(stored, NULL, -1, &holes);
    g_assert_cmpint(holes.lost, ==, 76 - 8); // 2 … 77 without those that are there
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    g_test_add_func("/rtsp/mark", test_mark);
    g_test_add_func("/rtsp/mark-in-frame", test_mark_in_frame);
    g_test_add_func("/rtsp/packets", test_packets);
    g_test_add_func("/rtsp/mischief", test_mischief);
    g_test_add_func("/rtsp/request", test_request);
    g_test_add_func("/rtsp/clip-names", test_clip_names);
    g_test_add_func("/rtsp/clock", test_clock);
    g_test_add_func("/rtsp/sound-clock", test_sound_clock);
    g_test_add_func("/rtsp/compare", test_compare);
    return g_test_run();
}
