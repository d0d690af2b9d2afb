// SPDX-License-Identifier: GPL-3.0-or-later
/* What the muxer writes, read and decoded by a program that is not ours (libav). */
#include "api/live/mux.h"
#include "index/base/error.h"

#include <glib/gstdio.h>
#include <libavformat/avformat.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "api/live/sound.h"
#include "test/api/support/pictures.h"

/* Where each fragment stands: baseMediaDecodeTime, shown after, duration. */
typedef struct Times {
    int64_t decode;
    int32_t after;
    uint32_t duration;
} Times;

static uint64_t number(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static const uint8_t *find(const uint8_t *bytes, size_t size, const char *type)
{
    const uint8_t *found = memmem(bytes, size, type, 4);
    g_assert_nonnull(found);
    return found + 4;
}

static Times times_of(const GByteArray *fragment)
{
    const uint8_t *tfdt = find(fragment->data, fragment->len, "tfdt");
    const uint8_t *trun = find(fragment->data, fragment->len, "trun");
    return (Times){.decode = (int64_t)number(tfdt + 4, 8),
                   .duration = (uint32_t)number(trun + 12, 4),
                   .after = (int32_t)number(trun + 24, 4)};
}

/* The init part and a fragment for each picture; their times in @times. */
static GByteArray *mux_all(ApiMux *mux, const Pictures *pictures, GArray *times)
{
    GByteArray *out = g_byte_array_new();
    api_mux_put_init(mux, false, out);
    for (guint i = 0; i < pictures->packets->len; i++) {
        g_autoptr(GByteArray) fragment = g_byte_array_new();
        const IdxWirePacket *packet = &g_array_index(pictures->packets, IdxWirePacket, i);
        int64_t media_us = -1;
        g_assert_true(api_mux_put(mux, packet, fragment, &media_us));
        Times one = times_of(fragment);
        g_assert_cmpint(ABS((one.decode + one.after) * 100 / 9 - media_us), <=, 12);
        g_array_append_val(times, one);
        g_byte_array_append(out, fragment->data, fragment->len);
    }
    return out;
}

/* Browsers take a step back, or one of more than two pictures, for a seam. */
static void check_steps(const GArray *times)
{
    for (guint i = 1; i < times->len; i++) {
        const Times *before = &g_array_index(times, Times, i - 1);
        const Times *now = &g_array_index(times, Times, i);
        g_assert_cmpint(now->decode, >, before->decode);
        g_assert_cmpint(now->decode - before->decode, <, 2 * (int64_t)before->duration);
    }
}

static void check_clip(int frames, int gop, int b_frames)
{
    g_autoptr(Pictures) pictures = pictures_new(frames, gop, b_frames);
    g_autoptr(ApiMux) mux = api_mux_new();
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(Times));
    IdxWireStream stream = pictures_stream(pictures, "");
    g_assert_true(api_mux_begin(mux, &stream, NULL));
    g_assert_true(g_str_has_prefix(api_mux_mime(mux, false), "video/mp4; codecs=\"avc1.64"));
    g_assert_null(api_mux_mime(mux, true));
    g_autoptr(GByteArray) mp4 = mux_all(mux, pictures, times);
    check_steps(times);
    g_autoptr(GBytes) bytes = g_bytes_new(mp4->data, mp4->len);
    int width = 0, height = 0;
    g_autoptr(GArray) numbers = clip_numbers(bytes, false, &width, &height);
    g_assert_nonnull(numbers);
    g_assert_cmpint(width, ==, CLIP_WIDTH);
    g_assert_cmpint(height, ==, CLIP_HEIGHT);
    g_assert_cmpuint(numbers->len, ==, frames);
    for (int i = 0; i < frames; i++)
        g_assert_cmpint(g_array_index(numbers, int, i), ==, i);
}

static void test_plain(void)
{
    check_clip(50, 25, 0);
}

static void test_b_frames(void)
{
    check_clip(50, 25, 2);
}

static bool put(ApiMux *mux, const Pictures *pictures, guint i, int64_t later_us, int64_t *ret)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    IdxWirePacket packet = g_array_index(pictures->packets, IdxWirePacket, i);
    packet.pts_us += later_us;
    return api_mux_put(mux, &packet, out, ret);
}

static void test_seams(void)
{
    g_autoptr(Pictures) pictures = pictures_new(10, 5, 0);
    g_autoptr(ApiMux) mux = api_mux_new();
    IdxWireStream stream = pictures_stream(pictures, "");
    int64_t first = 0, last = 0, again = 0;
    g_assert_false(put(mux, pictures, 0, 0, &first)); // nobody said how it is coded
    g_assert_true(api_mux_begin(mux, &stream, NULL));
    g_assert_false(put(mux, pictures, 1, 0, &first)); // no key frame
    g_assert_true(put(mux, pictures, 0, 7000000, &first));
    g_assert_cmpint(first, ==, 0); // wherever the source's timeline begins
    g_assert_true(put(mux, pictures, 1, 7000000, &last));
    g_assert_cmpint(last, ==, CLIP_FRAME_US);
    api_mux_lost(mux);
    g_assert_false(put(mux, pictures, 3, 7000000, &again));
    g_assert_true(put(mux, pictures, 5, 7000000, &again));
    g_assert_cmpint(again - last, >=, API_MUX_LEAP_US);
    last = again;
    g_assert_true(api_mux_begin(mux, &stream, NULL)); // opened anew: its timeline begins at 0
    g_assert_true(put(mux, pictures, 0, 0, &again));
    g_assert_cmpint(again - last, >=, API_MUX_LEAP_US);
}

/* A camera that leaves pictures out: the decoding line goes on in small steps. */
static void test_uneven(void)
{
    g_autoptr(Pictures) pictures = pictures_new(40, 40, 0);
    for (guint i = 0; i < pictures->packets->len; i++)
        g_array_index(pictures->packets, IdxWirePacket, i).pts_us += (i / 7) * 400000;
    g_autoptr(ApiMux) mux = api_mux_new();
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(Times));
    IdxWireStream stream = pictures_stream(pictures, "");
    g_assert_true(api_mux_begin(mux, &stream, NULL));
    g_autoptr(GByteArray) mp4 = mux_all(mux, pictures, times);
    check_steps(times);
}

static void test_sound(void)
{
    g_autoptr(Pictures) pictures = pictures_new(5, 5, 0);
    g_autoptr(ApiMux) mux = api_mux_new();
    IdxWireStream stream = pictures_stream(pictures, "aac");
    uint8_t frame[100] = {0x21};
    IdxWirePacket sound = {.sound = true, .data = frame, .size = sizeof frame};
    int64_t media_us = 0;
    g_autoptr(GByteArray) mp4 = g_byte_array_new();
    g_assert_true(api_mux_begin(mux, &stream, NULL));
    g_assert_cmpstr(api_mux_mime(mux, true), ==, "audio/mp4; codecs=\"mp4a.40.2\"");
    g_assert_false(api_mux_put(mux, &sound, mp4, &media_us)); // pictures place the timeline
    g_assert_true(put(mux, pictures, 0, 0, &media_us));
    api_mux_put_init(mux, true, mp4);
    for (int i = 0; i < 20; i++) { // 64 ms each, told a little early or late
        sound.pts_us = i * INT64_C(64000) + (i % 3 - 1) * INT64_C(900) + 900;
        g_assert_true(api_mux_put(mux, &sound, mp4, &media_us));
    }
    AVFormatContext *format = NULL;
    g_autofree char *url = NULL;
    close(g_file_open_tmp("mingjing-sound-XXXXXX.mp4", &url, NULL));
    g_assert_true(g_file_set_contents(url, (char *)mp4->data, (gssize)mp4->len, NULL));
    g_assert_cmpint(avformat_open_input(&format, url, NULL, NULL), ==, 0);
    const AVCodecParameters *par = format->streams[0]->codecpar;
    g_assert_cmpint(par->codec_id, ==, AV_CODEC_ID_AAC);
    g_assert_cmpint(par->sample_rate, ==, 16000);
    AVPacket *packet = av_packet_alloc();
    int64_t at = 0;
    for (; av_read_frame(format, packet) >= 0; av_packet_unref(packet), at += 1024)
        g_assert_cmpint(packet->dts, ==, at);
    g_assert_cmpint(at, ==, 20 * 1024);
    av_packet_free(&packet);
    avformat_close_input(&format);
    g_unlink(url);
}

typedef struct Made {
    int n;
    int64_t last_us;
} Made;

static void on_made(void *data, const IdxWirePacket *packet)
{
    Made *made = data;
    g_assert_true(packet->sound && packet->size > 0);
    if (made->n > 0)
        g_assert_cmpint(packet->pts_us - made->last_us, ==, 128000); // 1024 samples of 8 kHz
    g_assert_cmpint(packet->utc_us - packet->pts_us, ==, 5000000);
    made->last_us = packet->pts_us;
    made->n++;
}

/* G.711 in pieces of 20 ms, a little early or late, comes out as AAC that stands where it was. */
static void test_g711(void)
{
    IdxWireStream stream = {.video = "h264", .audio = "pcm_alaw", .rate = 8000, .channels = 1};
    g_assert_true(api_sound_takes(stream.audio));
    g_assert_false(api_sound_takes("opus"));
    g_autoptr(ApiSound) sound = api_sound_new(&stream);
    g_assert_nonnull(sound);
    api_sound_describe(sound, &stream);
    g_assert_cmpstr(stream.audio, ==, "aac");
    g_assert_cmpuint(stream.audio_config_size, >=, 2);
    g_assert_cmpint(stream.audio_config[0] >> 3, ==, 2); // AAC-LC
    uint8_t bytes[160];
    Made made = {0};
    for (int i = 0; i < 200; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)(0x55 ^ (k * 7 + (size_t)i));
        IdxWirePacket packet = {.sound = true, .data = bytes, .size = sizeof bytes};
        packet.pts_us = 1000000 + i * INT64_C(20000) + (i % 3 - 1) * INT64_C(3000);
        packet.utc_us = packet.pts_us + 5000000;
        api_sound_put(sound, &packet, on_made, &made);
    }
    g_assert_cmpint(made.n, >=, 28); // 4 s are 31 pieces
    g_assert_cmpint(ABS(made.last_us - 5000000), <, 500000);
    stream.channels = 9;
    g_assert_null(api_sound_new(&stream));
}

static void test_codecs(void)
{
    static const uint8_t HVCC[] = {1,    0x01, 0x60, 0,    0,    0,    0x90, 0, 0, 0,    0, 0,
                                   0x5D, 0xF0, 0,    0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, 0};
    g_autoptr(ApiMux) mux = api_mux_new();
    g_autoptr(GError) error = NULL;
    IdxWireStream stream = {.video = "hevc",
                            .width = 640,
                            .height = 360,
                            .video_config = HVCC,
                            .video_config_size = sizeof HVCC,
                            .audio = "pcm_alaw",
                            .rate = 8000,
                            .channels = 1};
    g_assert_true(api_mux_begin(mux, &stream, NULL));
    g_assert_cmpstr(api_mux_mime(mux, false), ==, "video/mp4; codecs=\"hvc1.1.6.L93.90\"");
    g_assert_false(api_mux_has(mux, true)); // no browser plays it in MP4
    stream.video_config_size = 22;
    g_assert_false(api_mux_begin(mux, &stream, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    g_clear_error(&error);
    g_strlcpy(stream.video, "mjpeg", sizeof stream.video);
    g_assert_false(api_mux_begin(mux, &stream, &error));
    g_assert_true(mj_error_is(error, MJ_ERROR_UNSUPPORTED));
    g_assert_false(api_mux_has(mux, false));
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/live/mux/plain", test_plain);
    g_test_add_func("/api/live/mux/b-frames", test_b_frames);
    g_test_add_func("/api/live/mux/seams", test_seams);
    g_test_add_func("/api/live/mux/uneven", test_uneven);
    g_test_add_func("/api/live/mux/sound", test_sound);
    g_test_add_func("/api/live/mux/g711", test_g711);
    g_test_add_func("/api/live/mux/codecs", test_codecs);
    return g_test_run();
}
