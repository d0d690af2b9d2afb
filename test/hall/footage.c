// SPDX-License-Identifier: GPL-3.0-or-later
/* The feed that plays a file: libavformat reads it, nothing is decoded. */
#include "index/base/error.h"
#include "test/hall/feed.h"

#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <string.h>

typedef struct FootageFeed {
    HallFeed feed;
    char *path;
    AVFormatContext *format;
    AVBSFContext *to_annexb;
    AVPacket *packet; // the next one, filled
    int stream;
    int64_t first_ns; // decoding time of the file's first unit
    int64_t loop_ns;  // when the present round started
    int64_t dts_ns;   // of the last unit taken, since the feed's start
    int64_t step_ns;  // from a unit to the next
} FootageFeed;

static bool fail(GError **error, const char *path, int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(code, text, sizeof(text));
    return mj_error_set(error, MJ_ERROR_IO, "footage %s: %s", path, text);
}

static const char *codec_name(const AVCodecParameters *codec)
{
    if (codec->codec_id == AV_CODEC_ID_H264)
        return "h264";
    return codec->codec_id == AV_CODEC_ID_HEVC ? "h265" : NULL;
}

/* Opens @path and finds its video. */
static AVFormatContext *open_file(const char *path, int *ret_stream, GError **error)
{
    AVFormatContext *format = NULL;
    int code = avformat_open_input(&format, path, NULL, NULL);
    if (code < 0) {
        fail(error, path, code);
        return NULL;
    }
    code = avformat_find_stream_info(format, NULL);
    if (code >= 0)
        code = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (code < 0)
        fail(error, path, code);
    else if (!codec_name(format->streams[code]->codecpar))
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "footage %s: neither H.264 nor H.265", path);
    else {
        *ret_stream = code;
        return format;
    }
    avformat_close_input(&format);
    return NULL;
}

static double frame_rate(const AVStream *stream)
{
    AVRational rate = stream->avg_frame_rate.num ? stream->avg_frame_rate : stream->r_frame_rate;
    return rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 25.0;
}

bool hall_footage_probe(const char *path, HallFootageInfo *ret, GError **error)
{
    int index = 0;
    AVFormatContext *format = open_file(path, &index, error);
    if (!format)
        return false;
    const AVStream *stream = format->streams[index];
    *ret = (HallFootageInfo){.video = codec_name(stream->codecpar),
                             .width = stream->codecpar->width,
                             .height = stream->codecpar->height,
                             .fps = frame_rate(stream)};
    avformat_close_input(&format);
    return true;
}

static int64_t to_ns(const FootageFeed *self, int64_t time)
{
    return av_rescale_q(time, self->format->streams[self->stream]->time_base,
                        (AVRational){1, (int)GST_SECOND});
}

/* Reads the next unit of the video in Annex B, or AVERROR_EOF. */
static int read_unit(FootageFeed *self)
{
    for (;;) {
        int code = av_bsf_receive_packet(self->to_annexb, self->packet);
        if (code != AVERROR(EAGAIN))
            return code;
        code = av_read_frame(self->format, self->packet);
        if (code < 0)
            return code;
        if (self->packet->stream_index != self->stream)
            av_packet_unref(self->packet);
        else if ((code = av_bsf_send_packet(self->to_annexb, self->packet)) < 0)
            return code;
    }
}

/* Back to the start; what comes next follows the last unit by one step. */
static int rewind_file(FootageFeed *self)
{
    int code = avformat_seek_file(self->format, self->stream, INT64_MIN, INT64_MIN, INT64_MAX, 0);
    if (code < 0)
        return code;
    av_bsf_flush(self->to_annexb);
    self->loop_ns = self->dts_ns + self->step_ns;
    return read_unit(self);
}

static int64_t footage_due(HallFeed *feed)
{
    FootageFeed *self = (FootageFeed *)feed;
    int64_t dts = self->packet->dts;
    if (dts == AV_NOPTS_VALUE) // the end of a file that could not be rewound, or a bare stream
        return self->dts_ns + self->step_ns;
    return self->loop_ns + to_ns(self, dts) - self->first_ns;
}

static GstBuffer *footage_take(HallFeed *feed, int64_t utc_us, GError **error)
{
    FootageFeed *self = (FootageFeed *)feed;
    AVPacket *packet = self->packet;
    GstBuffer *buffer = gst_buffer_new_memdup(packet->data, (gsize)packet->size);
    self->dts_ns = footage_due(feed);
    int64_t ahead = packet->pts == AV_NOPTS_VALUE || packet->dts == AV_NOPTS_VALUE
                        ? 0
                        : to_ns(self, packet->pts - packet->dts);
    GST_BUFFER_DTS(buffer) = (GstClockTime)self->dts_ns;
    GST_BUFFER_PTS(buffer) = (GstClockTime)(self->dts_ns + MAX(ahead, 0));
    if (!(packet->flags & AV_PKT_FLAG_KEY))
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    av_packet_unref(packet);
    int code = read_unit(self);
    if (code == AVERROR_EOF)
        code = rewind_file(self);
    if (code >= 0)
        return buffer;
    fail(error, self->path, code);
    gst_buffer_unref(buffer);
    return NULL;
}

static void footage_free(HallFeed *feed)
{
    FootageFeed *self = (FootageFeed *)feed;
    av_packet_free(&self->packet);
    av_bsf_free(&self->to_annexb);
    avformat_close_input(&self->format);
    g_free(self->path);
    g_free(self);
}

static int open_filter(FootageFeed *self, const char *codec)
{
    const char *name = strcmp(codec, "h264") == 0 ? "h264_mp4toannexb" : "hevc_mp4toannexb";
    int code = av_bsf_alloc(av_bsf_get_by_name(name), &self->to_annexb);
    if (code < 0)
        return code;
    const AVStream *stream = self->format->streams[self->stream];
    self->to_annexb->time_base_in = stream->time_base;
    code = avcodec_parameters_copy(self->to_annexb->par_in, stream->codecpar);
    return code < 0 ? code : av_bsf_init(self->to_annexb);
}

HallFeed *hall_feed_footage(const char *path, GError **error)
{
    FootageFeed *self = g_new0(FootageFeed, 1);
    self->feed = (HallFeed){.due_ns = footage_due, .take = footage_take, .free = footage_free};
    g_autoptr(HallFeed) feed = &self->feed;
    self->path = g_strdup(path);
    self->packet = av_packet_alloc();
    self->format = open_file(path, &self->stream, error);
    if (!self->format)
        return NULL;
    const AVStream *stream = self->format->streams[self->stream];
    const char *codec = codec_name(stream->codecpar);
    self->step_ns = (int64_t)((double)GST_SECOND / frame_rate(stream));
    int code = open_filter(self, codec);
    if (code >= 0)
        code = read_unit(self);
    if (code < 0) {
        fail(error, path, code);
        return NULL;
    }
    self->first_ns = self->packet->dts == AV_NOPTS_VALUE ? 0 : to_ns(self, self->packet->dts);
    g_autofree char *type = g_strdup_printf("video/x-%s", codec);
    self->feed.caps = gst_caps_new_simple(type, "stream-format", G_TYPE_STRING, "byte-stream",
                                          "alignment", G_TYPE_STRING, "au", NULL);
    return g_steal_pointer(&feed);
}
