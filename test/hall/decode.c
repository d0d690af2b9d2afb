// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/decode.h"

#include "index/base/error.h"
#include "index/base/redact.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>

#define SILENCE_US (5 * G_USEC_PER_SEC)
#define IN_FLIGHT 64 // packets whose times are remembered until their frame comes out

typedef struct Times {
    int64_t pts, source_utc_us, arrived_utc_us;
} Times;

typedef struct Decoder {
    AVFormatContext *format;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    int stream;
    Times times[IN_FLIGHT];
    unsigned sent;
    int64_t next_source_us; // the source's time for the frame after the present one
    bool parsed;            // libavformat joins the frames of this source from RTP packets
    int64_t deadline;       // monotonic: a read that lasts longer is broken off
} Decoder;

static int interrupt(void *data)
{
    const Decoder *decoder = data;
    return g_get_monotonic_time() > decoder->deadline;
}

static bool fail(GError **error, const char *url, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(code, text, sizeof(text));
    g_autofree char *shown = mj_redact(url);
    MjError kind = code == AVERROR_EXIT                ? MJ_ERROR_TIMEOUT
                   : code == AVERROR_HTTP_UNAUTHORIZED ? MJ_ERROR_DENIED
                   : code == AVERROR_HTTP_NOT_FOUND    ? MJ_ERROR_NOT_FOUND
                   : code == AVERROR_STREAM_NOT_FOUND  ? MJ_ERROR_UNSUPPORTED
                                                       : MJ_ERROR_IO;
    return mj_error_set(error, kind, "%s: %s", shown, text);
}

static int open_codec(Decoder *decoder)
{
    const AVCodec *codec = NULL;
    int code = av_find_best_stream(decoder->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (code < 0)
        return code;
    decoder->stream = code;
    decoder->codec = avcodec_alloc_context3(codec);
    const AVStream *stream = decoder->format->streams[code];
    code = avcodec_parameters_to_context(decoder->codec, stream->codecpar);
    decoder->codec->pkt_timebase = stream->time_base;
    decoder->codec->thread_count = 1;
    return code < 0 ? code : avcodec_open2(decoder->codec, codec, NULL);
}

static int open_source(Decoder *decoder, const char *url)
{
    AVDictionary *options = NULL;
    if (g_str_has_prefix(url, "rtsp:"))
        av_dict_set(&options, "rtsp_transport", "tcp", 0);
    decoder->format = avformat_alloc_context();
    decoder->format->interrupt_callback = (AVIOInterruptCB){interrupt, decoder};
    decoder->format->fps_probe_size = 0; // else it reads ahead for seconds, to guess the rate
    decoder->deadline = g_get_monotonic_time() + SILENCE_US;
    int code = avformat_open_input(&decoder->format, url, NULL, &options);
    av_dict_free(&options);
    if (code >= 0)
        code = avformat_find_stream_info(decoder->format, NULL);
    if (code >= 0)
        code = open_codec(decoder);
    decoder->next_source_us = HALL_NO_TIME;
    decoder->parsed = code >= 0 && g_str_has_prefix(url, "rtsp:") &&
                      (decoder->codec->codec_id == AV_CODEC_ID_H264 ||
                       decoder->codec->codec_id == AV_CODEC_ID_HEVC);
    return code;
}

/* Over RTP, libavformat's parser ends an H.264 or H.265 frame when the first packet of the next one
 * comes, and hands on the side data of that packet: what a frame carries is the time of the frame
 * after it. */
static void remember(Decoder *decoder)
{
    Times *times = &decoder->times[decoder->sent++ % IN_FLIGHT];
    int64_t source_us = HALL_NO_TIME;
    size_t size;
    const AVProducerReferenceTime *prft =
        (const void *)av_packet_get_side_data(decoder->packet, AV_PKT_DATA_PRFT, &size);
    if (prft && size >= sizeof(*prft))
        source_us = prft->wallclock;
    bool late = decoder->parsed;
    *times = (Times){decoder->packet->pts, late ? decoder->next_source_us : source_us,
                     g_get_real_time()};
    decoder->next_source_us = source_us;
}

static HallFrame describe(const Decoder *decoder)
{
    const AVFrame *in = decoder->frame;
    const AVStream *stream = decoder->format->streams[decoder->stream];
    HallFrame frame = {.luma = in->data[0],
                       .width = in->width,
                       .height = in->height,
                       .stride = in->linesize[0],
                       .key = in->key_frame,
                       .pts_us = HALL_NO_TIME,
                       .source_utc_us = HALL_NO_TIME,
                       .arrived_utc_us = HALL_NO_TIME};
    if (in->pts == AV_NOPTS_VALUE)
        return frame;
    frame.pts_us = av_rescale_q(in->pts, stream->time_base, AV_TIME_BASE_Q);
    for (int i = 0; i < IN_FLIGHT; i++)
        if (decoder->sent > (unsigned)i && decoder->times[i].pts == in->pts) {
            frame.source_utc_us = decoder->times[i].source_utc_us;
            frame.arrived_utc_us = decoder->times[i].arrived_utc_us;
        }
    return frame;
}

static bool planar_8bit(const AVFrame *frame)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(frame->format);
    return format && format->comp[0].depth == 8 && format->comp[0].step == 1 &&
           !(format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

/* Hands out the frames that are ready. 1 = enough, 0 = go on, < 0 = failed. */
static int hand_out(Decoder *decoder, bool (*visit)(const HallFrame *, void *), void *data)
{
    for (;;) {
        int code = avcodec_receive_frame(decoder->codec, decoder->frame);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return 0;
        if (code < 0)
            return code;
        if (!planar_8bit(decoder->frame))
            return AVERROR_PATCHWELCOME;
        HallFrame frame = describe(decoder);
        if (!visit(&frame, data))
            return 1;
    }
}

static int decode_all(Decoder *decoder, bool (*visit)(const HallFrame *, void *), void *data)
{
    for (;;) {
        decoder->deadline = g_get_monotonic_time() + SILENCE_US;
        int code = av_read_frame(decoder->format, decoder->packet);
        bool ended = code == AVERROR_EOF;
        if (code < 0 && !ended)
            return code;
        if (!ended && decoder->packet->stream_index != decoder->stream) {
            av_packet_unref(decoder->packet);
            continue;
        }
        if (!ended)
            remember(decoder);
        /* A damaged unit is no reason to stop: what follows the next key frame can be read. */
        avcodec_send_packet(decoder->codec, ended ? NULL : decoder->packet);
        av_packet_unref(decoder->packet);
        code = hand_out(decoder, visit, data);
        if (code != 0 || ended)
            return code;
    }
}

bool hall_decode(const char *url, bool (*visit)(const HallFrame *, void *), void *data,
                 GError **error)
{
    Decoder decoder = {.packet = av_packet_alloc(), .frame = av_frame_alloc()};
    int code = open_source(&decoder, url);
    if (code >= 0)
        code = decode_all(&decoder, visit, data);
    av_frame_free(&decoder.frame);
    av_packet_free(&decoder.packet);
    avcodec_free_context(&decoder.codec);
    avformat_close_input(&decoder.format);
    return code >= 0 || fail(error, url, code);
}
