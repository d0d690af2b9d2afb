// SPDX-License-Identifier: GPL-3.0-or-later
/* Clips of our own: a slope of grey that wanders, with a field of noise, and a rising tone. */
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "index/base/error.h"
#include "test/rtsp/clip.h"

#define FPS 25
#define FRAMES 50
#define GOP 25
#define SIDE_MAX 4096
#define NOISE 64 // pixels on a side

typedef struct Wanted {
    bool hevc, reorders;
    int width, height;
    enum AVCodecID sound; // AV_CODEC_ID_NONE = silent
} Wanted;

typedef struct Encoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
} Encoder;

static void encoder_clear(Encoder *encoder)
{
    avcodec_free_context(&encoder->codec);
    av_frame_free(&encoder->frame);
    av_packet_free(&encoder->packet);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Encoder, encoder_clear)

static bool parse_name(const char *name, Wanted *ret, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(name, "+", 2);
    g_auto(GStrv) words = g_strsplit(parts[0] ? parts[0] : "", "-", 2);
    *ret = (Wanted){.width = 640, .height = 360, .sound = AV_CODEC_ID_NONE};
    ret->reorders = words[0] && g_str_equal(words[0], "h264b");
    bool good = words[0] &&
                (g_str_equal(words[0], "h264") || g_str_equal(words[0], "h265") || ret->reorders);
    ret->hevc = good && words[0][3] == '5';
    if (good && words[1])
        good = sscanf(words[1], "%dx%d", &ret->width, &ret->height) == 2 && ret->width >= 64 &&
               ret->height >= 64 && ret->width <= SIDE_MAX && ret->height <= SIDE_MAX &&
               ret->width % 2 == 0 && ret->height % 2 == 0;
    if (good && parts[1]) {
        ret->sound = g_str_equal(parts[1], "aac")    ? AV_CODEC_ID_AAC
                     : g_str_equal(parts[1], "alaw") ? AV_CODEC_ID_PCM_ALAW
                     : g_str_equal(parts[1], "ulaw") ? AV_CODEC_ID_PCM_MULAW
                                                     : AV_CODEC_ID_NONE;
        good = ret->sound != AV_CODEC_ID_NONE;
    }
    return good ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "no clip %s; a name is h264|h264b|h265[-WxH][+aac|+alaw|+ulaw]", name);
}

static bool open_encoder(Encoder *encoder, AVDictionary **options)
{
    encoder->frame = av_frame_alloc();
    encoder->packet = av_packet_alloc();
    return encoder->frame && encoder->packet && avcodec_open2(encoder->codec, NULL, options) >= 0;
}

static bool open_video(Encoder *encoder, const Wanted *wanted)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(wanted->hevc ? "libx265" : "libx264");
    encoder->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!encoder->codec)
        return false;
    AVCodecContext *av = encoder->codec;
    av->width = wanted->width;
    av->height = wanted->height;
    av->pix_fmt = AV_PIX_FMT_YUV420P;
    av->time_base = (AVRational){1, FPS};
    av->framerate = (AVRational){FPS, 1};
    av->gop_size = av->keyint_min = GOP;
    av->max_b_frames = wanted->reorders ? 2 : 0;
    av->thread_count = 1;
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", "ultrafast", 0);
    if (!wanted->reorders)
        av_dict_set(&options, "tune", "zerolatency", 0);
    av_dict_set(&options, "forced-idr", "1", 0);
    if (wanted->hevc)
        av_dict_set(
            &options, "x265-params",
            "log-level=none:repeat-headers=1:scenecut=0:open-gop=0:pools=none:frame-threads=1", 0);
    else
        av_dict_set(&options, "x264-params",
                    wanted->reorders ? "scenecut=0:b-adapt=0:open-gop=0" : "scenecut=0", 0);
    bool opened = open_encoder(encoder, &options);
    av_dict_free(&options);
    if (!opened)
        return false;
    encoder->frame->format = av->pix_fmt;
    encoder->frame->width = av->width;
    encoder->frame->height = av->height;
    return av_frame_get_buffer(encoder->frame, 0) >= 0;
}

static void draw(AVFrame *frame, int number, GRand *random)
{
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            frame->data[0][y * frame->linesize[0] + x] = (uint8_t)(32 + (x + y + number * 4) % 192);
    for (int y = 0; y < MIN(NOISE, frame->height); y++)
        for (int x = 0; x < MIN(NOISE, frame->width); x++)
            frame->data[0][y * frame->linesize[0] + x] = (uint8_t)g_rand_int_range(random, 16, 235);
    for (int plane = 1; plane < 3; plane++)
        for (int y = 0; y < frame->height / 2; y++)
            memset(frame->data[plane] + y * frame->linesize[plane], 96 + 2 * (number % 32),
                   (size_t)frame->width / 2);
}

static bool take_pictures(Encoder *encoder, RtspClip *clip)
{
    int got;
    while ((got = avcodec_receive_packet(encoder->codec, encoder->packet)) >= 0) {
        const AVPacket *packet = encoder->packet;
        int64_t step_ns = 1000000000 / FPS;
        rtsp_clip_add_video(clip, packet->data, (size_t)packet->size, packet->pts * step_ns,
                            packet->dts * step_ns);
        av_packet_unref(encoder->packet);
    }
    return got == AVERROR(EAGAIN) || got == AVERROR_EOF;
}

static bool make_video(const Wanted *wanted, RtspClip *clip)
{
    g_auto(Encoder) encoder = {0};
    if (!open_video(&encoder, wanted))
        return false;
    clip->width = wanted->width;
    clip->height = wanted->height;
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    for (int i = 0; i < FRAMES; i++) {
        if (av_frame_make_writable(encoder.frame) < 0)
            return false;
        draw(encoder.frame, i, random);
        encoder.frame->pts = i;
        encoder.frame->pict_type = i % GOP ? AV_PICTURE_TYPE_NONE : AV_PICTURE_TYPE_I;
        if (avcodec_send_frame(encoder.codec, encoder.frame) < 0 || !take_pictures(&encoder, clip))
            return false;
    }
    return avcodec_send_frame(encoder.codec, NULL) >= 0 && take_pictures(&encoder, clip);
}

static bool open_sound(Encoder *encoder, const Wanted *wanted, int samples)
{
    const AVCodec *codec = avcodec_find_encoder(wanted->sound);
    encoder->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!encoder->codec)
        return false;
    AVCodecContext *av = encoder->codec;
    bool aac = wanted->sound == AV_CODEC_ID_AAC;
    av->sample_fmt = aac ? AV_SAMPLE_FMT_FLTP : AV_SAMPLE_FMT_S16;
    av->sample_rate = aac ? 48000 : 8000;
    av->time_base = (AVRational){1, av->sample_rate};
    av->bit_rate = 64000;
    av->flags |= AV_CODEC_FLAG_GLOBAL_HEADER; // AudioSpecificConfig, for the SDP
    av_channel_layout_default(&av->ch_layout, 1);
    if (!open_encoder(encoder, NULL))
        return false;
    encoder->frame->format = av->sample_fmt;
    encoder->frame->sample_rate = av->sample_rate;
    encoder->frame->nb_samples = samples;
    return av_channel_layout_copy(&encoder->frame->ch_layout, &av->ch_layout) >= 0 &&
           av_frame_get_buffer(encoder->frame, 0) >= 0;
}

static void hum(AVFrame *frame, int64_t from)
{
    for (int i = 0; i < frame->nb_samples; i++) {
        double value = 0.2 * sin(2 * G_PI * 440 * (double)(from + i) / frame->sample_rate);
        if (frame->format == AV_SAMPLE_FMT_FLTP)
            ((float *)(void *)frame->data[0])[i] = (float)value;
        else
            ((int16_t *)(void *)frame->data[0])[i] = (int16_t)(value * 32767);
    }
}

static void take_sounds(Encoder *encoder, RtspClip *clip)
{
    while (avcodec_receive_packet(encoder->codec, encoder->packet) >= 0) {
        rtsp_clip_add_sound(clip, encoder->packet->data, (size_t)encoder->packet->size);
        av_packet_unref(encoder->packet);
    }
}

static bool make_sound(const Wanted *wanted, RtspClip *clip)
{
    if (wanted->sound == AV_CODEC_ID_NONE)
        return true;
    g_auto(Encoder) encoder = {0};
    clip->sound = wanted->sound == AV_CODEC_ID_AAC        ? CLIP_AAC
                  : wanted->sound == AV_CODEC_ID_PCM_ALAW ? CLIP_ALAW
                                                          : CLIP_ULAW;
    clip->samples = clip->sound == CLIP_AAC ? 1024 : 320;
    if (!open_sound(&encoder, wanted, clip->samples))
        return false;
    clip->rate = encoder.codec->sample_rate;
    clip->channels = 1;
    g_byte_array_append(clip->sound_config, encoder.codec->extradata,
                        (guint)encoder.codec->extradata_size);
    int64_t end = (int64_t)clip->rate * FRAMES / FPS;
    for (int64_t at = 0; at < end; at += clip->samples) {
        if (av_frame_make_writable(encoder.frame) < 0)
            return false;
        hum(encoder.frame, at);
        encoder.frame->pts = at;
        if (avcodec_send_frame(encoder.codec, encoder.frame) < 0)
            return false;
        take_sounds(&encoder, clip);
    }
    return true;
}

RtspClip *rtsp_clip_make(const char *name, double fps, GError **error)
{
    Wanted wanted;
    if (!parse_name(name, &wanted, error))
        return NULL;
    g_autoptr(RtspClip) clip = rtsp_clip_new(wanted.hevc);
    if (!make_video(&wanted, clip) || !make_sound(&wanted, clip)) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "libavcodec cannot make the clip %s", name);
        return NULL;
    }
    if (!rtsp_clip_finish(clip, fps, error))
        return NULL;
    return g_steal_pointer(&clip);
}
