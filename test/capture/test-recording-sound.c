// SPDX-License-Identifier: GPL-3.0-or-later
/* Sound beside the pictures of a recording: where it lies when its clock drifts, and that none is missing between two files. */
#include <string.h>

#include "index/base/home.h"
#include "test/capture/run.h"

#define SOUND_RATE 16000
#define SOUND_FRAME 1024

static AVCodecParameters *aac(void)
{
    static const uint8_t CONFIG[] = {0x14, 0x08}; // AAC-LC, 16 kHz, one channel
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_AAC;
    par->sample_rate = SOUND_RATE;
    par->frame_size = SOUND_FRAME;
    av_channel_layout_default(&par->ch_layout, 1);
    par->extradata = av_mallocz(sizeof CONFIG + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy(par->extradata, CONFIG, sizeof CONFIG);
    par->extradata_size = sizeof CONFIG;
    return par;
}

/* The n-th piece of sound says its number, so that it is known again in the file. */
static void send_sound(Run *run, int64_t number, int ppm, bool wall)
{
    int64_t pts_us = number * SOUND_FRAME * 1000000 / SOUND_RATE; // by the microphone's clock
    int64_t true_us = pts_us + pts_us * ppm / 1000000;
    uint8_t bytes[16] = {0x21, 0x42};
    memcpy(bytes + 4, &number, sizeof number);
    CapPacket packet = {
        .kind = CAP_AUDIO, .buffer = av_buffer_alloc(sizeof bytes), .size = sizeof bytes};
    memcpy(packet.buffer->data, bytes, sizeof bytes);
    packet.data = packet.buffer->data;
    packet.pts_us = pts_us;
    packet.arrival_us = UTC + true_us + LATENCY;
    packet.has_wall = wall;
    packet.wall_us = UTC + true_us;
    send_packet(run, &packet);
}

/* The worst that a piece of sound is off its place beside the pictures. */
static int64_t worst_sound_us(const Run *run, const GPtrArray *segments, int ppm,
                              int64_t *ret_count)
{
    int64_t worst_us = 0, base_us = ((IdxSegment *)segments->pdata[0])->media_start_us;
    for (guint i = 0; i < segments->len; i++) {
        g_autofree char *path =
            mj_home_footage_file(run->home, ((IdxSegment *)segments->pdata[i])->path, NULL);
        AVFormatContext *av = NULL;
        g_assert_cmpint(avformat_open_input(&av, path, NULL, NULL), ==, 0);
        g_autoptr(AVPacket) packet = av_packet_alloc();
        while (av_read_frame(av, packet) >= 0) {
            const AVStream *stream = av->streams[packet->stream_index];
            if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
                int64_t number;
                g_assert_cmpint(packet->size, ==, 16);
                memcpy(&number, packet->data + 4, sizeof number);
                int64_t pts_us = number * SOUND_FRAME * 1000000 / SOUND_RATE;
                int64_t should_us = pts_us + pts_us * ppm / 1000000 + base_us;
                int64_t is_us = av_rescale_q(packet->pts, stream->time_base, AV_TIME_BASE_Q);
                worst_us = MAX(worst_us, ABS(is_us - should_us));
                (*ret_count)++;
            }
            av_packet_unref(packet);
        }
        avformat_close_input(&av);
    }
    return worst_us;
}

typedef struct Drift {
    int ppm;
    bool wall;
} Drift;

static void test_drift(gconstpointer data)
{
    const Drift *drift = data;
    g_autoptr(AVCodecParameters) sound = aac();
    Run *run = run_new(sound, 600 * MJ_SECOND_US);
    int64_t number = 0;
    for (int i = 0; i < 3600 * GOP; i++) {
        send_picture(run, drift->wall);
        while (number * SOUND_FRAME * 1000000 / SOUND_RATE < run->sent * FRAME)
            send_sound(run, number++, drift->ppm, drift->wall);
    }
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) segments = check_segments(run, cat);
    int64_t count = 0;
    int64_t worst_us = worst_sound_us(run, segments, drift->ppm, &count);
    g_test_message("%+d ppm, an hour, %s: sound at most %" G_GINT64_FORMAT
                   " us off the picture, %d of %d pieces",
                   drift->ppm, drift->wall ? "reports" : "arrivals", worst_us, (int)count,
                   (int)number);
    g_assert_cmpint(worst_us, <=, 40000);
    g_assert_cmpint(count, >=, number - number / 1000);
    run_free(run, cat);
}

/* --- sound that is coded again -------------------------------------------------------------------- */

#define G711_RATE 8000
#define G711_PIECE 160 // 20 ms
#define ALAW_LOUD 0x2a

static AVCodecParameters *alaw(void)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_PCM_ALAW;
    par->sample_rate = G711_RATE;
    av_channel_layout_default(&par->ch_layout, 1);
    return par;
}

/* A square of 500 Hz, from the @n-th piece on. */
static void send_g711(Run *run, int64_t n)
{
    CapPacket packet = {
        .kind = CAP_AUDIO, .buffer = av_buffer_alloc(G711_PIECE), .size = G711_PIECE};
    for (int i = 0; i < G711_PIECE; i++)
        packet.buffer->data[i] = i / 8 % 2 ? ALAW_LOUD : ALAW_LOUD ^ 0x80;
    packet.data = packet.buffer->data;
    packet.pts_us = n * G711_PIECE * 1000000 / G711_RATE;
    packet.arrival_us = UTC + packet.pts_us + LATENCY;
    send_packet(run, &packet);
}

/* Marks the 10 ms of @frame, which begins at @at_us, in which there is sound. */
static void note_loud(GArray *loud, const AVFrame *frame, int64_t at_us)
{
    const float *samples = (const float *)(const void *)frame->extended_data[0];
    for (int i = 0; i < frame->nb_samples; i++) {
        guint part = (guint)((at_us + (int64_t)i * 1000000 / G711_RATE) / 10000);
        if (part >= loud->len)
            g_array_set_size(loud, part + 1);
        if (ABS(samples[i]) > 0.05F)
            g_array_index(loud, bool, part) = true;
    }
}

static int count_silent(const GArray *loud, int *ret_parts)
{
    guint first = 0, last = loud->len, silent = 0;
    while (first < last && !g_array_index(loud, bool, first))
        first++;
    while (last > first && !g_array_index(loud, bool, last - 1))
        last--;
    for (guint i = first; i < last; i++)
        silent += !g_array_index(loud, bool, i);
    *ret_parts = (int)(last - first);
    return (int)silent;
}

/* What of the sound of all files, played one after the other, is silent between the first and the last: 10 ms each. */
static int silent_parts(const Run *run, const GPtrArray *segments, int *ret_parts)
{
    g_autoptr(GArray) loud = g_array_new(FALSE, TRUE, sizeof(bool)); // by media time
    AVCodecContext *decoder = NULL;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    g_autoptr(AVFrame) frame = av_frame_alloc();
    for (guint i = 0; i < segments->len; i++) {
        g_autofree char *path =
            mj_home_footage_file(run->home, ((IdxSegment *)segments->pdata[i])->path, NULL);
        AVFormatContext *av = NULL;
        g_assert_cmpint(avformat_open_input(&av, path, NULL, NULL), ==, 0);
        while (av_read_frame(av, packet) >= 0) {
            const AVStream *stream = av->streams[packet->stream_index];
            if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
                if (!decoder) {
                    decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_AAC));
                    avcodec_parameters_to_context(decoder, stream->codecpar);
                    g_assert_cmpint(avcodec_open2(decoder, NULL, NULL), ==, 0);
                }
                int64_t at_us = av_rescale_q(packet->pts, stream->time_base, AV_TIME_BASE_Q);
                g_assert_cmpint(avcodec_send_packet(decoder, packet), ==, 0);
                while (avcodec_receive_frame(decoder, frame) >= 0)
                    note_loud(loud, frame, at_us);
            }
            av_packet_unref(packet);
        }
        avformat_close_input(&av);
    }
    avcodec_free_context(&decoder);
    return count_silent(loud, ret_parts);
}

/* The coder holds back some of it while the pictures are in the next file already. */
static void test_sound_over_boundaries(void)
{
    g_autoptr(AVCodecParameters) sound = alaw();
    Run *run = run_new(sound, 2 * MJ_SECOND_US);
    for (int64_t n = 0; n < 500; n++) { // of 20 ms: two a picture
        send_g711(run, n);
        if (n % 2)
            send_picture(run, false);
    }
    IdxCatalogue *cat = run_end(run);
    g_autoptr(GPtrArray) segments = check_segments(run, cat);
    int parts = 0, silent = silent_parts(run, segments, &parts);
    g_test_message("%u files, %d ms of sound, %d ms are silent", segments->len, 10 * parts,
                   10 * silent);
    g_assert_cmpuint(segments->len, >=, 4);
    g_assert_cmpint(parts, >, 900);
    g_assert_cmpint(silent, ==, 0);
    run_free(run, cat);
}

int main(int argc, char **argv)
{
    static const Drift DRIFTS[] = {
        {100, true}, {-100, true}, {100, false}, {-100, false}, {0, false}};
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    for (size_t i = 0; i < G_N_ELEMENTS(DRIFTS); i++) {
        g_autofree char *name = g_strdup_printf("/recording/drift/%zu", i);
        g_test_add_data_func(name, &DRIFTS[i], test_drift);
    }
    g_test_add_func("/recording/sound-over-boundaries", test_sound_over_boundaries);
    return g_test_run();
}
