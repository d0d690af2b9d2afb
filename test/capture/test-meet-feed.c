// SPDX-License-Identifier: GPL-3.0-or-later
/* What a viewer is shown is whole from a key frame on: the gate before it, the numbers of what goes through, and the
 * backlog of a room terminal. */
#include <string.h>

#include "capture/live.h"
#include "capture/meet/feed.h"
#include "capture/meet/gate.h"
#include "capture/meet/relay.h"
#include "index/base/clock.h"
#include "test/capture/fixture.h"

#define WAIT_US (20 * MJ_SECOND_US)

/* --- the gate ----------------------------------------------------------------------------------- */

static const uint8_t SLICE[] = {0x41, 0x9a, 1}, IDR[] = {0x65, 0x88, 1}, SPS[] = {0x67, 0x42, 0xc0},
                     PPS[] = {0x68, 0xce}, SEI[] = {0x06, 5, 1},
                     MIXED[] = {0x78, 0, 2, 0x67, 0x42, 0, 2, 0x41, 0x9a},
                     SETS[] = {0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce},
                     VP8_KEY[] = {0x10, 0x10, 0, 0, 0x9d, 1, 0x2a, 0, 1, 0, 1},
                     VP8_OTHER[] = {0x10, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0};

#define PACKET(Bytes, Sequence, Time)                                                              \
    &(CapRtp)                                                                                      \
    {                                                                                              \
        .sequence = (Sequence), .time = (Time), .ssrc = 5, .payload = (Bytes),                     \
        .size = sizeof(Bytes)                                                                      \
    }

/* The last packet of its picture. */
#define END(Bytes, Sequence, Time)                                                                 \
    &(CapRtp)                                                                                      \
    {                                                                                              \
        .marker = true, .sequence = (Sequence), .time = (Time), .ssrc = 5, .payload = (Bytes),     \
        .size = sizeof(Bytes)                                                                      \
    }

static void steps(CapGate *gate, const CapRtp *packet, CapGateStep wanted)
{
    g_assert_cmpint(cap_gate_step(gate, false, packet, 0), ==, wanted);
}

static void test_gate_opens(void)
{
    CapGate gate = {0};
    g_assert_true(cap_gate_wants_key(&gate, 0));
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 1, 1), 0), ==, CAP_GATE_STAYS);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SPS, 2, 2), 0), ==, CAP_GATE_BEGINS);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(IDR, 3, 2), 0), ==, CAP_GATE_GOES);
    g_assert_cmpint(cap_gate_step(&gate, false, END(SLICE, 4, 3), 0), ==, CAP_GATE_GOES);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 1, 1), 0), ==, CAP_GATE_STAYS);
    g_assert_false(cap_gate_wants_key(&gate, 0));
    CapRtp other = *PACKET(SLICE, 9, 9); // of another sender
    other.ssrc = 6;
    g_assert_cmpint(cap_gate_step(&gate, false, &other, 0), ==, CAP_GATE_STAYS);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SETS, 9, 9), 0), ==, CAP_GATE_BEGINS);
    steps(&gate, PACKET(IDR, 10, 9), CAP_GATE_GOES);
    for (unsigned i = 0; i < 100000; i++) // its numbers go round
        steps(&gate, PACKET(SLICE, (uint16_t)(11 + i), 10 + i), CAP_GATE_GOES);
    CapGate vp8 = {0};
    g_assert_cmpint(cap_gate_step(&vp8, true, PACKET(VP8_OTHER, 1, 1), 0), ==, CAP_GATE_STAYS);
    g_assert_cmpint(cap_gate_step(&vp8, true, PACKET(VP8_KEY, 2, 2), 0), ==, CAP_GATE_BEGINS);
    g_assert_cmpint(cap_gate_step(&vp8, true, PACKET(VP8_OTHER, 3, 3), 0), ==, CAP_GATE_GOES);
}

/* A viewer that takes nothing for a while: what has begun ends, the next begins with a key frame. */
static void test_gate_closes(void)
{
    static const size_t MANY = CAP_GATE_BYTES + 1;
    CapGate gate = {0};
    cap_gate_step(&gate, false, PACKET(IDR, 1, 1), 0);
    g_assert_cmpint(cap_gate_step(&gate, false, END(IDR, 2, 1), MANY), ==, CAP_GATE_GOES);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 3, 2), MANY), ==, CAP_GATE_STAYS);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 4, 3), 0), ==, CAP_GATE_STAYS);
    g_assert_true(gate.full);
    g_assert_false(cap_gate_wants_key(&gate, MANY)); // it would only be more
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(IDR, 5, 4), MANY), ==, CAP_GATE_STAYS);
    g_assert_true(cap_gate_wants_key(&gate, CAP_GATE_LOW_BYTES));
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(IDR, 6, 5), CAP_GATE_LOW_BYTES), ==,
                    CAP_GATE_BEGINS);
    g_assert_false(gate.full);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 7, 5), CAP_GATE_MOST_BYTES + 1), ==,
                    CAP_GATE_STAYS); // in the middle of a picture
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SLICE, 8, 5), 0), ==, CAP_GATE_STAYS);
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(IDR, 9, 6), 0), ==, CAP_GATE_MENDS);
}

/* Sets that no key frame follows, or that are not there, open nothing for long. */
static void test_gate_sets(void)
{
    CapGate gate = {0};
    steps(&gate, PACKET(MIXED, 1, 1), CAP_GATE_STAYS);
    steps(&gate, PACKET(SPS, 2, 2), CAP_GATE_BEGINS);
    steps(&gate, PACKET(SLICE, 3, 2), CAP_GATE_STAYS);
    steps(&gate, PACKET(SLICE, 4, 3), CAP_GATE_STAYS);
    g_assert_true(cap_gate_wants_key(&gate, 0));
    steps(&gate, PACKET(SETS, 5, 4), CAP_GATE_BEGINS);
    steps(&gate, PACKET(PPS, 6, 4), CAP_GATE_GOES);
    steps(&gate, PACKET(SEI, 7, 5), CAP_GATE_GOES);
    steps(&gate, PACKET(IDR, 8, 5), CAP_GATE_GOES); // right behind them, at its own time
    steps(&gate, PACKET(SLICE, 9, 6), CAP_GATE_GOES);
    cap_gate_close(&gate);
    g_assert_false(gate.full); // that was for another reason
    g_assert_cmpint(cap_gate_step(&gate, false, PACKET(SPS, 10, 7), CAP_GATE_LOW_BYTES + 1), ==,
                    CAP_GATE_STAYS);
    steps(&gate, PACKET(IDR, 11, 7), CAP_GATE_STAYS); // its sets are not there
    steps(&gate, PACKET(SLICE, 12, 8), CAP_GATE_STAYS);
    steps(&gate, PACKET(IDR, 13, 9), CAP_GATE_MENDS); // one that came without
}

/* @first, and what follows it: nothing goes any more until a key frame begins the new row. */
static void check_anew(CapGate *gate, uint16_t first, uint32_t time)
{
    steps(gate, PACKET(SLICE, first, time), CAP_GATE_STAYS);
    g_assert_true(gate->open);
    steps(gate, PACKET(SLICE, (uint16_t)(first + 1), time), CAP_GATE_STAYS);
    g_assert_true(cap_gate_wants_key(gate, 0));
    CapGateStep step = cap_gate_step(gate, false, PACKET(IDR, (uint16_t)(first + 2), time + 1), 0);
    g_assert_true(step == CAP_GATE_BEGINS || step == CAP_GATE_MENDS);
    g_assert_true(gate->anew);
    steps(gate, PACKET(SLICE, (uint16_t)(first + 3), time + 2), CAP_GATE_GOES);
    g_assert_false(gate->anew);
}

/* A sender that counts anew under its SSRC, wherever it goes on. */
static void test_gate_counts_anew(void)
{
    CapGate gate = {0};
    steps(&gate, PACKET(IDR, 40000, 90000), CAP_GATE_BEGINS);
    check_anew(&gate, 20000, 500);        // far back
    check_anew(&gate, 30000, 400);        // far ahead
    check_anew(&gate, 29500, 1000000);    // where late ones could be, but not of that time
    check_anew(&gate, 65535, 4000000000); // and over the edge
}

/* Packets that come late, many in a row even, change nothing; but when none comes from where it was. */
static void test_gate_late(void)
{
    CapGate gate = {0};
    steps(&gate, PACKET(IDR, 1000, 5000), CAP_GATE_BEGINS);
    for (uint16_t i = 0; i < CAP_GATE_LATE_ROW - 1; i++)
        steps(&gate, PACKET(SLICE, (uint16_t)(800 + i), 4000), CAP_GATE_STAYS);
    steps(&gate, PACKET(SLICE, 1002, 5001), CAP_GATE_GOES);
    steps(&gate, PACKET(SLICE, 1001, 5000), CAP_GATE_GOES); // sent again: it is missing
    for (uint16_t i = 0; i < 2 * CAP_GATE_LATE_ROW; i++) {
        steps(&gate, PACKET(SLICE, (uint16_t)(700 + i), 4000), CAP_GATE_STAYS);
        steps(&gate, PACKET(SLICE, (uint16_t)(1003 + i), 5002u + i), CAP_GATE_GOES);
    }
    for (uint16_t i = 0; i < CAP_GATE_LATE_ROW; i++)
        cap_gate_step(&gate, false, PACKET(SLICE, (uint16_t)(500 + i), 3000), 0);
    g_assert_true(cap_gate_wants_key(&gate, 0));
}

/* Whatever closes a gate in the middle of a picture: the next beginning says so. */
static void test_gate_cut(void)
{
    CapGate gate = {0};
    steps(&gate, END(IDR, 1, 1), CAP_GATE_BEGINS);
    cap_gate_close(&gate);
    steps(&gate, PACKET(IDR, 2, 2), CAP_GATE_BEGINS); // what went was whole
    cap_gate_close(&gate);
    cap_gate_close(&gate);
    steps(&gate, PACKET(IDR, 3, 3), CAP_GATE_MENDS);
    CapRtp other = *PACKET(IDR, 4, 4); // of another sender
    other.ssrc = 6;
    steps(&gate, &other, CAP_GATE_MENDS);
    cap_gate_forget(&gate);
    steps(&gate, PACKET(SLICE, 700, 5), CAP_GATE_STAYS);
    steps(&gate, PACKET(IDR, 701, 6), CAP_GATE_MENDS);
}

static uint16_t relay_one(CapRelay *relay, uint16_t sequence, uint32_t time, uint32_t *ret_time)
{
    uint8_t out[CAP_RTP_HEADER_BYTES + sizeof SLICE];
    cap_relay_write(relay, PACKET(SLICE, sequence, time), 1000, out);
    *ret_time = (uint32_t)out[4] << 24 | (uint32_t)out[5] << 16 | (uint32_t)out[6] << 8 | out[7];
    return (uint16_t)(out[2] << 8 | out[3]);
}

/* Nobody is to ask for what was left out; the times are those of the pictures. */
static void test_close_up(void)
{
    CapRelay relay;
    uint32_t t0, t1, t2, t3;
    cap_relay_init(&relay, 102, 90000, 77);
    uint16_t s0 = relay_one(&relay, 65530, 1000, &t0);
    cap_relay_close_up(&relay, false);
    uint16_t s1 = relay_one(&relay, 20, 91000, &t1);
    uint16_t s2 = relay_one(&relay, 21, 94600, &t2);
    cap_relay_close_up(&relay, true);
    uint16_t s3 = relay_one(&relay, 60, 98200, &t3);
    g_assert_cmpuint((uint16_t)(s1 - s0), ==, 1);
    g_assert_cmpuint((uint16_t)(s2 - s1), ==, 1);
    g_assert_cmpuint((uint16_t)(s3 - s2), ==, 2);
    g_assert_cmpuint(t1 - t0, ==, 90000);
    g_assert_cmpuint(t3 - t2, ==, 3600);
    cap_relay_break(&relay); // another sender, before the picture was whole
    cap_relay_close_up(&relay, true);
    g_assert_cmpuint((uint16_t)(relay_one(&relay, 9000, 5, &t0) - s3), ==, 2);
    g_assert_cmpuint((uint16_t)(relay_one(&relay, 9001, 5, &t1) - s3), ==, 3);
    g_assert_cmpuint(t1, ==, t0);
}

/* --- the feed ----------------------------------------------------------------------------------- */

#define STEP_US 40000

typedef struct Picture { // as it came out
    int64_t number;
    uint32_t time;
    size_t bytes;
    bool key, whole;
} Picture;

typedef struct Stage {
    CapLive *live;
    CapLiveStream *stream;
    CapVideoParams *video;
    GMainContext *context;
    CapFeed *feed;
    GArray *pictures; // Picture
    int sounds;
    uint16_t sequence;
    bool started;
} Stage;

static void on_picture(Stage *stage, const CapRtp *packet)
{
    uint8_t type = packet->payload[0] & 0x1f;
    g_assert_true(!stage->started || packet->sequence == (uint16_t)(stage->sequence + 1));
    stage->started = true;
    stage->sequence = packet->sequence;
    if (type == 7 || type == 8)
        return;
    g_assert_cmpint(type, ==, 28); // all are larger than a packet
    if (packet->payload[1] & 0x80) {
        Picture picture = {.key = (packet->payload[1] & 0x1f) == 5, .time = packet->time};
        memcpy(&picture.number, packet->payload + 3, sizeof picture.number);
        g_array_append_val(stage->pictures, picture);
    }
    Picture *last = &g_array_index(stage->pictures, Picture, stage->pictures->len - 1);
    g_assert_false(last->whole);
    last->bytes += packet->size;
    last->whole = packet->marker;
}

static void on_packet(void *data, bool sound, const CapRtp *packet)
{
    Stage *stage = data;
    if (sound)
        stage->sounds++;
    else
        on_picture(stage, packet);
}

static void publish(Stage *stage, int64_t number, bool key, size_t size)
{
    g_auto(CapPacket) packet = {.kind = CAP_VIDEO,
                                .buffer = av_buffer_allocz(size),
                                .size = size,
                                .key = key,
                                .pts_us = number * STEP_US,
                                .arrival_us = INT64_C(1795311000000000) + number * STEP_US};
    packet.data = packet.buffer->data;
    uint32_t length = GUINT32_TO_BE((uint32_t)size - 4);
    memcpy(packet.buffer->data, &length, 4);
    packet.buffer->data[4] = key ? 0x65 : 0x41;
    packet.buffer->data[5] = 0x80;
    memcpy(packet.buffer->data + 6, &number, sizeof number);
    packet.params = cap_video_params_ref(stage->video);
    cap_live_packet(stage->stream, &packet);
}

static void publish_sound(Stage *stage, int64_t number)
{
    g_auto(CapPacket) packet = {.kind = CAP_AUDIO,
                                .buffer = av_buffer_allocz(160),
                                .size = 160,
                                .pts_us = number * STEP_US,
                                .arrival_us = INT64_C(1795311000000000) + number * STEP_US};
    packet.data = packet.buffer->data;
    cap_live_packet(stage->stream, &packet);
}

static void stage_set(Stage *stage)
{
    g_autoptr(GPtrArray) packets = fixture_encode("libx264", 64, 64, 1, 10, 0, NULL);
    g_autoptr(AVCodecParameters) audio = avcodec_parameters_alloc();
    audio->codec_type = AVMEDIA_TYPE_AUDIO;
    audio->codec_id = AV_CODEC_ID_PCM_ALAW;
    audio->sample_rate = 8000;
    av_channel_layout_default(&audio->ch_layout, 1);
    char camera[] = "T", name[] = "main";
    IdxStream stream = {.id = 7, .camera = camera, .name = name, .record = true};
    *stage = (Stage){.live = cap_live_new(),
                     .video = cap_video_params_ref(((CapPacket *)packets->pdata[0])->params),
                     .context = g_main_context_new(),
                     .pictures = g_array_new(FALSE, TRUE, sizeof(Picture))};
    stage->stream = cap_live_add(stage->live, &stream);
    cap_live_begin(stage->stream, audio);
}

static void stage_join(Stage *stage)
{
    CapFeedConfig config = {.context = stage->context,
                            .stream = stage->stream,
                            .sound = CAP_OFFER_PCMA,
                            .has_sound = true,
                            .out = on_packet,
                            .data = stage};
    stage->feed = cap_feed_new(&config);
}

static const Picture *newest(const Stage *stage)
{
    guint n = stage->pictures->len;
    return n ? &g_array_index(stage->pictures, Picture, n - 1) : NULL;
}

/* Until picture @number came whole. */
static void wait_picture(Stage *stage, int64_t number)
{
    int64_t until_us = g_get_monotonic_time() + WAIT_US;
    for (;;) {
        const Picture *last = newest(stage);
        if (last && last->number == number && last->whole)
            return;
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        if (!g_main_context_iteration(stage->context, FALSE))
            g_usleep(1000);
    }
}

static void stage_clear(Stage *stage)
{
    cap_feed_free(stage->feed);
    g_main_context_unref(stage->context);
    cap_live_remove(stage->live, stage->stream);
    cap_live_free(stage->live);
    cap_video_params_unref(stage->video);
    g_array_unref(stage->pictures);
}

/* All of it, one after the other. @first to @last follow each other; what comes then is @next. */
static void check_row(const Stage *stage, int64_t first, int64_t last, int64_t next)
{
    uint32_t time = 0;
    for (guint i = 0; i < stage->pictures->len; i++) {
        const Picture *p = &g_array_index(stage->pictures, Picture, i);
        int64_t wanted = first + i <= last ? first + i : next + (first + i - last - 1);
        g_assert_true(p->whole);
        g_assert_cmpint(p->number, ==, wanted);
        g_assert_true(i == 0 || (int32_t)(p->time - time) > 0);
        g_assert_cmpint(i == 0 ? 0 : (int32_t)(p->time - time), <, 90000);
        time = p->time;
    }
}

static void test_small_group(void)
{
    Stage stage;
    stage_set(&stage);
    for (int i = 0; i < 20; i++)
        publish(&stage, i, i == 0, 20000);
    stage_join(&stage);
    publish(&stage, 20, false, 20000);
    wait_picture(&stage, 20);
    check_row(&stage, 0, 20, 0);
    stage_clear(&stage);
}

/* Six seconds and three megabytes: the first of it, then the sound, then the next key frame, at its time. */
static void test_large_group(void)
{
    Stage stage;
    stage_set(&stage);
    for (int i = 0; i < 150; i++)
        publish(&stage, i, i == 0, 20000);
    stage_join(&stage);
    publish(&stage, 150, false, 20000);
    publish_sound(&stage, 151);
    for (int64_t until_us = g_get_monotonic_time() + WAIT_US; stage.sounds == 0;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until_us);
        if (!g_main_context_iteration(stage.context, FALSE))
            g_usleep(1000);
    }
    int64_t last = (int64_t)stage.pictures->len - 1;
    size_t bytes = 0;
    for (guint i = 0; i < stage.pictures->len; i++)
        bytes += g_array_index(stage.pictures, Picture, i).bytes;
    g_test_message("%d pictures, %d bytes", (int)last + 1, (int)bytes);
    g_assert_cmpuint(bytes, <=,
                     CAP_FEED_BACKLOG_BYTES + CAP_FEED_BACKLOG_BYTES / 50); // and headers
    g_assert_cmpuint(bytes, >, CAP_FEED_BACKLOG_BYTES * 9 / 10);
    for (int i = 152; i < 160; i++)
        publish(&stage, i, i == 155, 20000);
    wait_picture(&stage, 159);
    check_row(&stage, 0, last, 155);
    stage_clear(&stage);
}

/* A key frame that is larger than the bound goes, and nothing of the backlog with it. */
static void test_large_key(void)
{
    Stage stage;
    stage_set(&stage);
    publish(&stage, 0, true, CAP_FEED_BACKLOG_BYTES + 1000);
    publish(&stage, 1, false, 20000);
    stage_join(&stage);
    wait_picture(&stage, 0);
    publish(&stage, 2, false, 20000);
    publish(&stage, 3, true, 20000);
    wait_picture(&stage, 3);
    check_row(&stage, 0, 0, 3);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate/opens", test_gate_opens);
    g_test_add_func("/gate/closes", test_gate_closes);
    g_test_add_func("/gate/sets", test_gate_sets);
    g_test_add_func("/gate/counts-anew", test_gate_counts_anew);
    g_test_add_func("/gate/late", test_gate_late);
    g_test_add_func("/gate/cut", test_gate_cut);
    g_test_add_func("/relay/close-up", test_close_up);
    g_test_add_func("/feed/small-group", test_small_group);
    g_test_add_func("/feed/large-group", test_large_group);
    g_test_add_func("/feed/large-key", test_large_key);
    return g_test_run();
}
