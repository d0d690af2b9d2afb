// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/clip.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <string.h>

/* A number is 16 bits in two rows of eight blocks. */
#define COLUMNS 8
#define ROWS 2
#define TICKS 90000

typedef struct Maker {
    const ClipSpec *spec;
    AVFormatContext *format;
    AVCodecContext *encoder;
    AVStream *track;
    int64_t start_us;
    int64_t end_of_last; // offset
    int written;         // packets
    GByteArray *stored;
    GArray *list;
} Maker;

static void paint(AVFrame *frame, int number)
{
    memset(frame->data[1], 128, (size_t)frame->linesize[1] * CLIP_HEIGHT / 2);
    memset(frame->data[2], 128, (size_t)frame->linesize[2] * CLIP_HEIGHT / 2);
    for (int y = 0; y < CLIP_HEIGHT; y++) {
        for (int x = 0; x < CLIP_WIDTH; x++) {
            int bit = y * ROWS / CLIP_HEIGHT * COLUMNS + x * COLUMNS / CLIP_WIDTH;
            frame->data[0][y * frame->linesize[0] + x] = (number >> bit & 1) != 0 ? 235 : 16;
        }
    }
}

static int number_of(const AVFrame *frame)
{
    int number = 0;
    for (int bit = 0; bit < ROWS * COLUMNS; bit++) {
        int x = (2 * (bit % COLUMNS) + 1) * frame->width / (2 * COLUMNS);
        int y = (2 * (bit / COLUMNS) + 1) * frame->height / (2 * ROWS);
        number |= frame->data[0][y * frame->linesize[0] + x] > 128 ? 1 << bit : 0;
    }
    return number;
}

static void open_maker(Maker *maker, const char *path)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    g_assert_nonnull(codec);
    AVCodecContext *encoder = maker->encoder = avcodec_alloc_context3(codec);
    encoder->width = CLIP_WIDTH;
    encoder->height = CLIP_HEIGHT;
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->time_base = (AVRational){1, TICKS};
    encoder->framerate = (AVRational){CLIP_FPS, 1};
    encoder->gop_size = maker->spec->gop;
    encoder->keyint_min = maker->spec->gop;
    encoder->max_b_frames = maker->spec->b_frames;
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
    av_opt_set(encoder->priv_data, "x264-params", "scenecut=0:open-gop=0:rc-lookahead=0", 0);
    g_assert_cmpint(avcodec_open2(encoder, codec, NULL), >=, 0);
    g_assert_cmpint(avformat_alloc_output_context2(&maker->format, NULL, "mp4", path), >=, 0);
    maker->track = avformat_new_stream(maker->format, NULL);
    avcodec_parameters_from_context(maker->track->codecpar, encoder);
    maker->track->time_base = encoder->time_base;
    g_assert_cmpint(avio_open(&maker->format->pb, path, AVIO_FLAG_WRITE), >=, 0);
    AVDictionary *options = NULL;
    av_dict_set(&options, "movflags", "empty_moov+default_base_moof+frag_custom+frag_discont", 0);
    av_dict_set(&options, "use_editlist", "0", 0);
    maker->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED; // tfdt is as we say
    g_assert_cmpint(avformat_write_header(maker->format, &options), >=, 0);
    av_dict_free(&options);
    avio_flush(maker->format->pb);
    maker->end_of_last = avio_tell(maker->format->pb);
}

static void end_fragment(Maker *maker)
{
    g_assert_cmpint(av_write_frame(maker->format, NULL), >=, 0);
    avio_flush(maker->format->pb);
    int64_t end = avio_tell(maker->format->pb);
    int first = maker->written - maker->spec->fragment;
    IdxFragment fragment = {
        .offset = maker->end_of_last,
        .length = end - maker->end_of_last,
        .start_us = maker->start_us + (int64_t)first * CLIP_FRAME_US,
        .duration_us = (int64_t)maker->spec->fragment * CLIP_FRAME_US,
        .key = first % maker->spec->gop == 0,
    };
    idx_fragment_append(maker->stored, &fragment);
    g_array_append_val(maker->list, fragment);
    maker->end_of_last = end;
}

static void drain(Maker *maker)
{
    AVPacket *packet = av_packet_alloc();
    while (avcodec_receive_packet(maker->encoder, packet) >= 0) {
        packet->stream_index = 0;
        packet->duration = TICKS / CLIP_FPS;
        av_packet_rescale_ts(packet, maker->encoder->time_base, maker->track->time_base);
        g_assert_cmpint(av_write_frame(maker->format, packet), >=, 0);
        av_packet_unref(packet);
        if (++maker->written % maker->spec->fragment == 0)
            end_fragment(maker);
    }
    av_packet_free(&packet);
}

static void encode_all(Maker *maker)
{
    AVFrame *frame = av_frame_alloc();
    frame->width = CLIP_WIDTH;
    frame->height = CLIP_HEIGHT;
    frame->format = AV_PIX_FMT_YUV420P;
    g_assert_cmpint(av_frame_get_buffer(frame, 0), >=, 0);
    for (int i = 0; i < maker->spec->frames; i++) {
        g_assert_cmpint(av_frame_make_writable(frame), >=, 0);
        int number = maker->spec->first + i;
        paint(frame, number);
        frame->pts = av_rescale(maker->spec->origin_us + (int64_t)number * CLIP_FRAME_US, TICKS,
                                AV_TIME_BASE);
        g_assert_cmpint(avcodec_send_frame(maker->encoder, frame), >=, 0);
        drain(maker);
    }
    avcodec_send_frame(maker->encoder, NULL);
    drain(maker);
    av_frame_free(&frame);
    g_assert_cmpint(maker->written, ==, maker->spec->frames);
}

void clip_write(const char *path, const ClipSpec *spec, int64_t start_us, IdxSegment *ret_segment,
                GByteArray *fragments, GArray *list)
{
    Maker maker = {.spec = spec, .start_us = start_us, .stored = fragments, .list = list};
    open_maker(&maker, path);
    ret_segment->init_bytes = maker.end_of_last;
    encode_all(&maker);
    ret_segment->bytes = maker.end_of_last;
    ret_segment->frames = spec->frames;
    ret_segment->media_start_us = spec->origin_us + (int64_t)spec->first * CLIP_FRAME_US;
    ret_segment->start_us = start_us;
    ret_segment->end_us = start_us + (int64_t)spec->frames * CLIP_FRAME_US;
    ret_segment->video = g_strdup("h264");
    ret_segment->width = CLIP_WIDTH;
    ret_segment->height = CLIP_HEIGHT;
    avio_closep(&maker.format->pb);
    avformat_free_context(maker.format);
    avcodec_free_context(&maker.encoder);
}

// ── reading back
// ────────────────────────────────────────────────────────────────────────────────────

typedef struct Memory {
    const uint8_t *data;
    gsize size, at;
} Memory;

static int read_memory(void *opaque, uint8_t *out, int size)
{
    Memory *memory = opaque;
    gsize n = MIN((gsize)size, memory->size - memory->at);
    if (n == 0)
        return AVERROR_EOF;
    memcpy(out, memory->data + memory->at, n);
    memory->at += n;
    return (int)n;
}

static void take_frames(AVCodecContext *decoder, const AVPacket *packet, GArray *numbers,
                        int *ret_width, int *ret_height)
{
    AVFrame *frame = av_frame_alloc();
    g_assert_cmpint(avcodec_send_packet(decoder, packet), >=, 0);
    while (avcodec_receive_frame(decoder, frame) >= 0) {
        int number = number_of(frame);
        g_array_append_val(numbers, number);
        *ret_width = frame->width;
        *ret_height = frame->height;
    }
    av_frame_free(&frame);
}

static void decode_all(AVFormatContext *format, GArray *numbers, int *ret_width, int *ret_height)
{
    g_assert_cmpint(avformat_find_stream_info(format, NULL), >=, 0);
    const AVCodecParameters *parameters = format->streams[0]->codecpar;
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(parameters->codec_id));
    avcodec_parameters_to_context(decoder, parameters);
    decoder->thread_count = 1;
    g_assert_cmpint(avcodec_open2(decoder, NULL, NULL), >=, 0);
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(format, packet) >= 0) {
        take_frames(decoder, packet, numbers, ret_width, ret_height);
        av_packet_unref(packet);
    }
    take_frames(decoder, NULL, numbers, ret_width, ret_height);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
}

GArray *clip_numbers(GBytes *bytes, bool jpeg, int *ret_width, int *ret_height)
{
    Memory memory = {0};
    memory.data = g_bytes_get_data(bytes, &memory.size);
    AVFormatContext *format = avformat_alloc_context();
    AVIOContext *io =
        avio_alloc_context(av_malloc(4096), 4096, 0, &memory, read_memory, NULL, NULL);
    format->pb = io;
    const AVInputFormat *kind = av_find_input_format(jpeg ? "jpeg_pipe" : "mp4");
    g_autoptr(GArray) numbers = NULL;
    if (avformat_open_input(&format, NULL, kind, NULL) >= 0) {
        numbers = g_array_new(FALSE, FALSE, sizeof(int));
        decode_all(format, numbers, ret_width, ret_height);
        avformat_close_input(&format);
    }
    av_freep(&io->buffer);
    avio_context_free(&io);
    return g_steal_pointer(&numbers);
}
