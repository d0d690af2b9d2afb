// SPDX-License-Identifier: GPL-3.0-or-later
/* Sound that is coded again stays where the camera put it. */
#include "capture/audio.h"

#include <math.h>

#define RATE 8000
#define PIECE 160 // samples of one RTP packet
#define HOUR_S 3600
#define MARK_S 60       // a loud burst so often
#define MARK_SAMPLES 80 // 10 ms

typedef struct Heard {
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    GArray *marks; // int64_t: when bursts begin, µs
    int64_t quiet_from_us, last_pts_us, end_us;
    int pieces, late;
} Heard;

static void listen_to(Heard *heard, const AVFrame *frame, int64_t pts_us)
{
    const float *samples = (const float *)(const void *)frame->extended_data[0];
    for (int i = 0; i < frame->nb_samples; i++) {
        int64_t at_us = pts_us + i * INT64_C(1000000) / RATE;
        if (fabsf(samples[i]) < 0.3F)
            continue;
        if (at_us >= heard->quiet_from_us)
            g_array_append_val(heard->marks, at_us);
        heard->quiet_from_us = at_us + 500000;
    }
}

static bool sink(void *data, const uint8_t *bytes, size_t size, int64_t pts_us, int64_t duration_us,
                 GError **error)
{
    (void)error;
    Heard *heard = data;
    if (heard->pieces > 0) // each one where the one before it ends, within what is stretched
        g_assert_cmpint(ABS(pts_us - heard->end_us), <, 5000);
    heard->end_us = pts_us + duration_us;
    heard->pieces++;
    if (av_new_packet(heard->packet, (int)size) < 0)
        return false;
    memcpy(heard->packet->data, bytes, size);
    g_assert_cmpint(avcodec_send_packet(heard->decoder, heard->packet), ==, 0);
    av_packet_unref(heard->packet);
    while (avcodec_receive_frame(heard->decoder, heard->frame) >= 0) {
        listen_to(heard, heard->frame, pts_us);
        av_frame_unref(heard->frame);
    }
    return true;
}

static AVCodecParameters *g711(void)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_PCM_MULAW;
    par->sample_rate = RATE;
    av_channel_layout_default(&par->ch_layout, 1);
    return par;
}

static CapAudio *start(Heard *heard)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AVCodecParameters) input = g711();
    CapAudio *audio = cap_audio_new(input, "aac", sink, heard, &error);
    g_assert_no_error(error);
    const AVCodecParameters *stored = cap_audio_parameters(audio);
    g_assert_cmpint(stored->codec_id, ==, AV_CODEC_ID_AAC);
    *heard = (Heard){.packet = av_packet_alloc(),
                     .frame = av_frame_alloc(),
                     .marks = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    heard->decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_AAC));
    avcodec_parameters_to_context(heard->decoder, stored);
    g_assert_cmpint(avcodec_open2(heard->decoder, NULL, NULL), ==, 0);
    return audio;
}

static void stop(Heard *heard)
{
    avcodec_free_context(&heard->decoder);
    av_packet_free(&heard->packet);
    av_frame_free(&heard->frame);
    g_array_unref(heard->marks);
}

/* Pushes @seconds of sound with a burst every MARK_S, by the camera's count of samples; its clock
 * is off by @ppm, which the times tell. */
static void push_sound(CapAudio *audio, int seconds, int ppm)
{
    for (int64_t n = 0; n < (int64_t)seconds * RATE; n += PIECE) {
        uint8_t bytes[PIECE];
        for (int i = 0; i < PIECE; i++) {
            int64_t in_mark = (n + i) % (MARK_S * RATE);
            bool loud = in_mark < MARK_SAMPLES;
            bytes[i] = !loud ? 0xff : in_mark % 8 < 4 ? 0x00 : 0x80; // µ-law: silence, ±full
        }
        int64_t pts_us = n * 1000000 / RATE;
        pts_us += pts_us * ppm / 1000000;
        g_autoptr(GError) error = NULL;
        cap_audio_push(audio, bytes, sizeof bytes, pts_us, &error);
        g_assert_no_error(error);
    }
}

static void test_hour(gconstpointer data)
{
    int ppm = GPOINTER_TO_INT(data);
    Heard heard;
    g_autoptr(CapAudio) audio = start(&heard);
    push_sound(audio, HOUR_S, ppm);
    g_assert_true(cap_audio_end(audio, NULL));
    g_assert_cmpuint(heard.marks->len, ==, HOUR_S / MARK_S);
    int64_t worst_us = 0;
    for (guint i = 0; i < heard.marks->len; i++) {
        int64_t true_us = i * MARK_S * INT64_C(1000000);
        true_us += true_us * ppm / 1000000;
        int64_t off_us = g_array_index(heard.marks, int64_t, i) - true_us;
        worst_us = MAX(worst_us, ABS(off_us));
    }
    g_test_message("%+d ppm, an hour: at most %" G_GINT64_FORMAT " us off", ppm, worst_us);
    g_assert_cmpint(worst_us, <, 10000);
    stop(&heard);
}

/* Nothing of the end stays in the coder. */
static void test_end(void)
{
    for (int pieces = 1; pieces < 60; pieces += 7) {
        Heard heard;
        g_autoptr(CapAudio) audio = start(&heard);
        uint8_t bytes[PIECE];
        memset(bytes, 0xff, sizeof bytes);
        for (int n = 0; n < pieces; n++)
            g_assert_true(cap_audio_push(audio, bytes, sizeof bytes, n * INT64_C(20000), NULL));
        g_assert_true(cap_audio_end(audio, NULL));
        g_assert_cmpint(heard.end_us, >=, pieces * INT64_C(20000));
        stop(&heard);
    }
}

/* A hole is silence, and what comes after it lies where it belongs. */
static void test_hole(void)
{
    Heard heard;
    g_autoptr(CapAudio) audio = start(&heard);
    uint8_t quiet[PIECE], loud[PIECE];
    memset(quiet, 0xff, sizeof quiet);
    for (int i = 0; i < PIECE; i++)
        loud[i] = i % 8 < 4 ? 0x00 : 0x80;
    for (int n = 0; n < 200; n++) {
        if (n >= 100 && n < 130) // 0.6 s that never came
            continue;
        g_assert_true(
            cap_audio_push(audio, n == 130 ? loud : quiet, PIECE, n * INT64_C(20000), NULL));
    }
    g_assert_true(cap_audio_end(audio, NULL));
    g_assert_cmpuint(heard.marks->len, ==, 1);
    g_assert_cmpint(ABS(g_array_index(heard.marks, int64_t, 0) - 2600000), <, 10000);
    stop(&heard);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_data_func("/audio/hour/even", GINT_TO_POINTER(0), test_hour);
    g_test_add_data_func("/audio/hour/slow", GINT_TO_POINTER(100), test_hour);
    g_test_add_data_func("/audio/hour/fast", GINT_TO_POINTER(-100), test_hour);
    g_test_add_data_func("/audio/hour/very-fast", GINT_TO_POINTER(-500), test_hour);
    g_test_add_func("/audio/end", test_end);
    g_test_add_func("/audio/hole", test_hole);
    return g_test_run();
}
