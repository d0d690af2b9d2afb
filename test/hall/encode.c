// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/encode.h"

#include "index/base/error.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>

typedef struct Encoder {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVStream *stream;
    AVFrame *frame;
    AVPacket *packet;
} Encoder;

static int open_codec(Encoder *encoder, const HallEncode *spec)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(spec->codec);
    if (!codec)
        return AVERROR_ENCODER_NOT_FOUND;
    encoder->codec = avcodec_alloc_context3(codec);
    AVCodecContext *context = encoder->codec;
    context->width = spec->width;
    context->height = spec->height;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = (AVRational){1, spec->fps};
    context->framerate = (AVRational){spec->fps, 1};
    context->gop_size = spec->gop;
    context->keyint_min = spec->gop;
    context->max_b_frames = 0;
    context->thread_count = 1;
    context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(context->priv_data, "preset", "ultrafast", 0);
    av_opt_set_double(context->priv_data, "crf", spec->crf, 0);
    av_opt_set(context->priv_data, "x265-params",
               "log-level=none:scenecut=0:open-gop=0:bframes=0:pools=none", 0);
    return avcodec_open2(context, codec, NULL);
}

static int open_file(Encoder *encoder, const char *path, const HallEncode *spec)
{
    int code = avformat_alloc_output_context2(&encoder->format, NULL, NULL, path);
    if (code >= 0)
        code = open_codec(encoder, spec);
    if (code < 0)
        return code;
    encoder->stream = avformat_new_stream(encoder->format, NULL);
    encoder->stream->time_base = encoder->codec->time_base;
    encoder->stream->avg_frame_rate = encoder->codec->framerate;
    code = avcodec_parameters_from_context(encoder->stream->codecpar, encoder->codec);
    if (code >= 0)
        code = avio_open(&encoder->format->pb, path, AVIO_FLAG_WRITE);
    if (code >= 0)
        code = avformat_write_header(encoder->format, NULL);
    encoder->frame->width = spec->width;
    encoder->frame->height = spec->height;
    encoder->frame->format = AV_PIX_FMT_YUV420P;
    return code < 0 ? code : av_frame_get_buffer(encoder->frame, 0);
}

/* Codes @frame, or what is left if it is NULL. */
static int code_frame(Encoder *encoder, const AVFrame *frame)
{
    int code = avcodec_send_frame(encoder->codec, frame);
    while (code >= 0) {
        code = avcodec_receive_packet(encoder->codec, encoder->packet);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return 0;
        if (code < 0)
            return code;
        encoder->packet->duration = 1;
        av_packet_rescale_ts(encoder->packet, encoder->codec->time_base,
                             encoder->stream->time_base);
        code = av_interleaved_write_frame(encoder->format, encoder->packet);
    }
    return code;
}

static int code_all(Encoder *encoder, const HallEncode *spec)
{
    AVFrame *frame = encoder->frame;
    for (int i = 0; i < spec->frames; i++) {
        int code = av_frame_make_writable(frame);
        if (code < 0)
            return code;
        HallCanvas canvas = {.plane = {frame->data[0], frame->data[1], frame->data[2]},
                             .stride = {frame->linesize[0], frame->linesize[1], frame->linesize[2]},
                             .width = spec->width,
                             .height = spec->height};
        spec->draw(&canvas, i, spec->data);
        frame->pts = i;
        code = code_frame(encoder, frame);
        if (code < 0)
            return code;
    }
    int code = code_frame(encoder, NULL);
    return code < 0 ? code : av_write_trailer(encoder->format);
}

bool hall_encode(const char *path, const HallEncode *spec, GError **error)
{
    Encoder encoder = {.frame = av_frame_alloc(), .packet = av_packet_alloc()};
    int code = open_file(&encoder, path, spec);
    if (code >= 0)
        code = code_all(&encoder, spec);
    av_frame_free(&encoder.frame);
    av_packet_free(&encoder.packet);
    avcodec_free_context(&encoder.codec);
    if (encoder.format)
        avio_closep(&encoder.format->pb);
    avformat_free_context(encoder.format);
    if (code >= 0)
        return true;
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(code, text, sizeof(text));
    return mj_error_set(error, MJ_ERROR_IO, "%s: %s", path, text);
}
