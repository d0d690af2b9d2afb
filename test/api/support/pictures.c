// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/pictures.h"

#include <glib/gstdio.h>
#include <libavformat/avformat.h>
#include <unistd.h>

static void read_packets(Pictures *pictures, AVFormatContext *format)
{
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(format, packet) >= 0) {
        GBytes *bytes = g_bytes_new(packet->data, (gsize)packet->size);
        IdxWirePacket one = {.key = packet->flags & AV_PKT_FLAG_KEY,
                             .pts_us = av_rescale_q(packet->pts, format->streams[0]->time_base,
                                                    (AVRational){1, 1000000}),
                             .data = g_bytes_get_data(bytes, NULL),
                             .size = (size_t)packet->size};
        g_array_append_val(pictures->packets, one);
        g_ptr_array_add(pictures->bytes, bytes);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
}

Pictures *pictures_new(int frames, int gop, int b_frames)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("mingjing-pictures-XXXXXX.mp4", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    ClipSpec spec = {.frames = frames, .gop = gop, .fragment = gop, .b_frames = b_frames};
    g_autoptr(GByteArray) stored = g_byte_array_new();
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(IdxFragment));
    IdxSegment *segment = g_new0(IdxSegment, 1);
    clip_write(path, &spec, 0, segment, stored, list);
    idx_segment_free(segment);
    AVFormatContext *format = NULL;
    g_assert_cmpint(avformat_open_input(&format, path, NULL, NULL), ==, 0);
    Pictures *pictures = g_new0(Pictures, 1);
    pictures->packets = g_array_new(FALSE, FALSE, sizeof(IdxWirePacket));
    pictures->bytes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    pictures->config = g_byte_array_new();
    const AVCodecParameters *par = format->streams[0]->codecpar;
    g_byte_array_append(pictures->config, par->extradata, (guint)par->extradata_size);
    read_packets(pictures, format);
    avformat_close_input(&format);
    g_unlink(path);
    g_assert_cmpuint(pictures->packets->len, ==, frames);
    return pictures;
}

void pictures_free(Pictures *pictures)
{
    g_array_unref(pictures->packets);
    g_ptr_array_unref(pictures->bytes);
    g_byte_array_unref(pictures->config);
    g_free(pictures);
}

IdxWireStream pictures_stream(const Pictures *pictures, const char *sound)
{
    static const uint8_t ASC[] = {0x14, 0x08}; // AAC-LC, 16 kHz, mono
    IdxWireStream stream = {.video = "h264",
                            .width = CLIP_WIDTH,
                            .height = CLIP_HEIGHT,
                            .video_config = pictures->config->data,
                            .video_config_size = pictures->config->len};
    g_strlcpy(stream.audio, sound, sizeof stream.audio);
    if (sound[0] != '\0') {
        stream.rate = 16000;
        stream.channels = 1;
        stream.audio_config = ASC;
        stream.audio_config_size = g_str_equal(sound, "aac") ? sizeof ASC : 0;
    }
    return stream;
}
