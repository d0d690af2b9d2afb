// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "capture/access_unit.h"
#include "index/camera.h"
#include "test/tree.h"

static AVCodecContext *open_encoder(const char *name, int width, int height, int gop, int frames_b)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    g_assert_nonnull(codec);
    AVCodecContext *context = avcodec_alloc_context3(codec);
    context->width = width;
    context->height = height;
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = (AVRational){1, 25};
    context->gop_size = gop;
    context->max_b_frames = frames_b;
    context->thread_count = 1;
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", "ultrafast", 0);
    g_autofree char *more = g_strdup_printf("log-level=none:bframes=%d:b-adapt=0:scenecut=0:"
                                            "repeat-headers=1:keyint=%d:min-keyint=%d",
                                            frames_b, gop, gop);
    if (g_str_equal(name, "libx265"))
        av_dict_set(&options, "x265-params", more, 0);
    else
        av_dict_set(&options, "x264-params", "scenecut=0:b-adapt=0", 0);
    g_assert_cmpint(avcodec_open2(context, codec, &options), ==, 0);
    av_dict_free(&options);
    return context;
}

static void paint(AVFrame *frame, int number)
{
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            frame->data[0][y * frame->linesize[0] + x] = (uint8_t)(x * 3 + y * 5 + number * 7);
    for (int plane = 1; plane < 3; plane++)
        memset(frame->data[plane], 128, (size_t)(frame->linesize[plane] * frame->height / 2));
}

/* Cuts the picture into pieces as RTP would and puts it together again. */
static CapPacket *repack(CapAccessUnit *unit, const AVPacket *coded)
{
    /* libx264 puts three-byte start codes within a picture; RTP has none, libav gives four bytes. */
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    static const guint8 CODE[] = {0, 0, 0, 1};
    for (int i = 0; i < coded->size;) {
        bool code = i + 3 <= coded->size && coded->data[i] == 0 && coded->data[i + 1] == 0 &&
                    coded->data[i + 2] == 1;
        if (code && bytes->len > 0 && bytes->data[bytes->len - 1] == 0)
            g_byte_array_set_size(bytes, bytes->len - 1);
        g_byte_array_append(bytes, code ? CODE : coded->data + i, code ? 4 : 1);
        i += code ? 3 : 1;
    }
    g_assert_true(cap_access_unit_add(unit, bytes->data, bytes->len, NULL));
    CapPacket *packet = g_new0(CapPacket, 1);
    g_assert_true(cap_access_unit_take(unit, packet));
    packet->pts_us = coded->pts * 40000;
    return packet;
}

static void append_annexb(GByteArray *all, const uint8_t *data, size_t size)
{
    static const guint8 CODE[] = {0, 0, 0, 1};
    while (size >= 4) {
        size_t length =
            (size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
        g_assert_cmpuint(length, <=, size - 4);
        g_byte_array_append(all, CODE, sizeof CODE);
        g_byte_array_append(all, data + 4, (guint)length);
        data += 4 + length;
        size -= 4 + length;
    }
    g_assert_cmpuint(size, ==, 0);
}

static void receive(AVCodecContext *context, CapAccessUnit *unit, GPtrArray *packets,
                    GByteArray *annexb)
{
    g_autoptr(AVPacket) coded = av_packet_alloc();
    while (avcodec_receive_packet(context, coded) >= 0) {
        CapPacket *packet = repack(unit, coded);
        if (annexb)
            append_annexb(annexb, packet->data, packet->size);
        g_ptr_array_add(packets, packet);
        av_packet_unref(coded);
    }
}

static void free_packet(void *packet)
{
    cap_packet_free(packet);
}

GPtrArray *fixture_encode(const char *codec, int width, int height, int count, int gop,
                          int frames_b, GByteArray *ret_annexb)
{
    g_autoptr(AVCodecContext) context = open_encoder(codec, width, height, gop, frames_b);
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(context->codec_id, NULL, 0);
    GPtrArray *packets = g_ptr_array_new_with_free_func(free_packet);
    for (int i = 0; i < count; i++) {
        g_autoptr(AVFrame) frame = av_frame_alloc();
        frame->width = width;
        frame->height = height;
        frame->format = AV_PIX_FMT_YUV420P;
        frame->pts = i;
        g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
        paint(frame, i);
        g_assert_cmpint(avcodec_send_frame(context, frame), ==, 0);
        receive(context, unit, packets, ret_annexb);
    }
    avcodec_send_frame(context, NULL);
    receive(context, unit, packets, ret_annexb);
    g_assert_cmpuint(packets->len, ==, (guint)count);
    return packets;
}

char *fixture_home(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("mingjing-capture-XXXXXX", &error);
    g_assert_no_error(error);
    char *home = g_build_filename(folder, "home", NULL);
    idx_catalogue_create(home, "hall", "Hall", "+08:00", &error);
    g_assert_no_error(error);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_WRITE, &error);
    g_assert_no_error(error);
    idx_camera_add(cat, "cam1", "rtsp://127.0.0.1:1/cam1", NULL, NULL, NULL, NULL, 1000000, &error);
    g_assert_no_error(error);
    return home;
}

int64_t fixture_stream_id(const char *home, const char *camera)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_READ, &error);
    g_assert_no_error(error);
    g_autoptr(IdxCamera) found = idx_camera_get(cat, camera, &error);
    g_assert_no_error(error);
    return ((IdxStream *)g_ptr_array_index(found->streams, 0))->id;
}

void fixture_home_remove(char *home)
{
    g_autofree char *folder = g_path_get_dirname(home);
    tree_remove(folder);
    g_free(home);
}

int fixture_read_annexb(const char *file, GByteArray *all)
{
    AVFormatContext *av = NULL;
    g_assert_cmpint(avformat_open_input(&av, file, NULL, NULL), ==, 0);
    g_autoptr(AVPacket) packet = av_packet_alloc();
    int count = 0;
    while (av_read_frame(av, packet) >= 0) {
        if (packet->stream_index == 0) {
            append_annexb(all, packet->data, (size_t)packet->size);
            count++;
        }
        av_packet_unref(packet);
    }
    avformat_close_input(&av);
    return count;
}

GBytes *fixture_read(const char *path)
{
    char *data = NULL;
    gsize size = 0;
    g_autoptr(GError) error = NULL;
    g_file_get_contents(path, &data, &size, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(data, size);
}
