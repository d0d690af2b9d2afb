// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/picture.h"

#include "api/file_window.h"
#include "index/base/clock.h"
#include "index/base/error.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#include <string.h>

#define PACKETS_MAX 20000 // of one group of pictures, all tracks: hours at any sane rate
#define JPEG_QUALITY 4    // mjpeg's scale: 2 best, 31 worst

typedef struct Reader {
    const IdxSegment *segment;
    int64_t at_us;
    ApiFileWindow window;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *decoder;
    int track;
    AVFrame *best; // the newest picture at or before at_us
    int64_t best_us;
    bool done;
} Reader;

static bool fail(GError **error, MjError code, const char *what, int averror)
{
    char cause[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(averror, cause, sizeof cause);
    return mj_error_set(error, code, "%s: %s", what, cause);
}

static void reader_clear(Reader *reader)
{
    av_frame_free(&reader->best);
    avcodec_free_context(&reader->decoder);
    avformat_close_input(&reader->format);
    api_file_window_close(&reader->io);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

/* Packets and frames of libav as locals. */
static void free_packet(AVPacket **packet)
{
    av_packet_free(packet);
}
static void free_frame(AVFrame **frame)
{
    av_frame_free(frame);
}
static void free_codec(AVCodecContext **codec)
{
    avcodec_free_context(codec);
}
#define AUTO_PACKET __attribute__((cleanup(free_packet))) AVPacket *
#define AUTO_FRAME __attribute__((cleanup(free_frame))) AVFrame *
#define AUTO_CODEC __attribute__((cleanup(free_codec))) AVCodecContext *

/* From the key frame at or before @at_us to the fragment that holds it, and one more if that is of
 * the same group: with B-frames a picture may be stored behind one that is shown later. */
static bool choose_fragments(Reader *reader, const GArray *fragments, GError **error)
{
    guint key = 0, last = 0;
    for (guint i = 0; i < fragments->len; i++) {
        const IdxFragment *fragment = &g_array_index(fragments, IdxFragment, i);
        if (fragment->start_us > reader->at_us)
            break;
        last = i;
        key = fragment->key ? i : key;
    }
    if (fragments->len == 0) {
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "segment %" G_GINT64_FORMAT " has no pictures yet",
                            reader->segment->id);
    }
    if (last + 1 < fragments->len && !g_array_index(fragments, IdxFragment, last + 1).key)
        last++;
    const IdxFragment *end = &g_array_index(fragments, IdxFragment, last);
    reader->window.init_bytes = reader->segment->init_bytes;
    reader->window.from = g_array_index(fragments, IdxFragment, key).offset;
    reader->window.to = end->offset + end->length;
    return true;
}

static bool open_format(Reader *reader, GError **error)
{
    reader->io = api_file_window_open(&reader->window);
    reader->format = avformat_alloc_context();
    if (reader->io == NULL || reader->format == NULL)
        return fail(error, MJ_ERROR_FAILED, "opening a picture", AVERROR(ENOMEM));
    reader->format->pb = reader->io;
    reader->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    const AVInputFormat *mp4 = av_find_input_format("mp4");
    int code = avformat_open_input(&reader->format, NULL, mp4, NULL); // frees format on failure
    if (code < 0)
        return fail(error, MJ_ERROR_CORRUPT, reader->segment->path, code);
    reader->track = av_find_best_stream(reader->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    if (reader->track < 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "%s has no pictures", reader->segment->path);
    return true;
}

static bool open_decoder(Reader *reader, GError **error)
{
    const AVCodecParameters *parameters = reader->format->streams[reader->track]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    if (codec == NULL) {
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "%s: no decoder for %s",
                            reader->segment->path, avcodec_get_name(parameters->codec_id));
    }
    reader->decoder = avcodec_alloc_context3(codec);
    int code = reader->decoder == NULL ? AVERROR(ENOMEM)
                                       : avcodec_parameters_to_context(reader->decoder, parameters);
    if (code >= 0) {
        reader->decoder->thread_count = 1; // two requests at once fill the machine already
        code = avcodec_open2(reader->decoder, codec, NULL);
    }
    return code >= 0 || fail(error, MJ_ERROR_UNSUPPORTED, reader->segment->path, code);
}

/* Host time of a picture: see IdxSegment.media_start_us. */
static int64_t picture_time(const Reader *reader, const AVFrame *frame)
{
    int64_t media_us =
        av_rescale_q(frame->best_effort_timestamp,
                     reader->format->streams[reader->track]->time_base, AV_TIME_BASE_Q);
    return reader->segment->start_us + media_us - reader->segment->media_start_us;
}

/* Takes what the decoder has; pictures come in the order they are shown. */
static int take_pictures(Reader *reader)
{
    AUTO_FRAME frame = av_frame_alloc();
    int code = frame != NULL ? 0 : AVERROR(ENOMEM);
    while (code >= 0 && !reader->done) {
        code = avcodec_receive_frame(reader->decoder, frame);
        if (code < 0 || frame->best_effort_timestamp == AV_NOPTS_VALUE)
            continue;
        int64_t time_us = picture_time(reader, frame);
        reader->done = time_us >= reader->at_us;
        if (reader->best->width == 0 || time_us <= reader->at_us) {
            av_frame_unref(reader->best);
            av_frame_move_ref(reader->best, frame);
            reader->best_us = time_us;
        }
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code;
}

static int decode_packet(Reader *reader, const AVPacket *packet)
{
    int code = avcodec_send_packet(reader->decoder, packet);
    // a damaged picture costs itself, not those after it
    return code >= 0 || code == AVERROR_INVALIDDATA ? take_pictures(reader) : code;
}

static bool decode(Reader *reader, GError **error)
{
    AUTO_PACKET packet = av_packet_alloc();
    reader->best = av_frame_alloc();
    int code = packet != NULL && reader->best != NULL ? 0 : AVERROR(ENOMEM);
    for (int n = 0; code >= 0 && !reader->done && n < PACKETS_MAX; n++) {
        code = av_read_frame(reader->format, packet);
        if (code >= 0 && packet->stream_index == reader->track)
            code = decode_packet(reader, packet);
        av_packet_unref(packet);
    }
    if (code == AVERROR_EOF && !reader->done)
        code = decode_packet(reader, NULL);
    if (code < 0 && code != AVERROR_EOF)
        return fail(error, MJ_ERROR_CORRUPT, reader->segment->path, code);
    return reader->best->width > 0 ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "%s: no picture could be decoded",
                        reader->segment->path);
}

/* A picture for the JPEG encoder: 4:2:0, full range, of the width asked for. */
static AVFrame *scale(const AVFrame *from, int width)
{
    AUTO_FRAME to = av_frame_alloc();
    if (to == NULL)
        return NULL;
    int wanted = width > 0 ? width : from->width;
    to->width = MAX(wanted & ~1, 2);
    to->height = MAX((int)av_rescale(from->height, to->width, from->width) & ~1, 2);
    to->format = AV_PIX_FMT_YUV420P;
    to->color_range = AVCOL_RANGE_JPEG;
    struct SwsContext *sws = sws_getContext(from->width, from->height, from->format, to->width,
                                            to->height, to->format, SWS_BILINEAR, NULL, NULL, NULL);
    bool ok =
        sws != NULL && to->height <= 4 * API_PICTURE_MAX_WIDTH && av_frame_get_buffer(to, 0) >= 0;
    if (ok) {
        const int *matrix = sws_getCoefficients(SWS_CS_DEFAULT);
        sws_setColorspaceDetails(sws, matrix, from->color_range == AVCOL_RANGE_JPEG, matrix, 1, 0,
                                 1 << 16, 1 << 16);
        ok = sws_scale(sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
                       to->data, to->linesize) == to->height;
    }
    sws_freeContext(sws);
    return ok ? g_steal_pointer(&to) : NULL;
}

static GBytes *encode(AVFrame *picture)
{
    const AVCodec *mjpeg = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    AUTO_CODEC encoder = avcodec_alloc_context3(mjpeg);
    AUTO_PACKET packet = av_packet_alloc();
    if (mjpeg == NULL || encoder == NULL || packet == NULL)
        return NULL;
    encoder->width = picture->width;
    encoder->height = picture->height;
    encoder->pix_fmt = picture->format;
    encoder->color_range = AVCOL_RANGE_JPEG;
    encoder->time_base = (AVRational){1, 25};
    encoder->flags |= AV_CODEC_FLAG_QSCALE;
    encoder->global_quality = JPEG_QUALITY * FF_QP2LAMBDA;
    encoder->thread_count = 1;
    picture->quality = encoder->global_quality;
    picture->pts = 0;
    if (avcodec_open2(encoder, mjpeg, NULL) < 0 || avcodec_send_frame(encoder, picture) < 0 ||
        avcodec_receive_packet(encoder, packet) < 0)
        return NULL;
    return g_bytes_new(packet->data, (gsize)packet->size);
}

bool api_picture_read(int fd, const IdxSegment *segment, const GArray *fragments, int64_t at_us,
                      int width, ApiPicture *ret_picture, GError **error)
{
    g_auto(Reader) reader = {.segment = segment, .at_us = at_us, .window = {.fd = fd}};
    if (!choose_fragments(&reader, fragments, error) || !open_format(&reader, error) ||
        !open_decoder(&reader, error) || !decode(&reader, error))
        return false;
    AUTO_FRAME picture = scale(reader.best, width);
    GBytes *jpeg = picture != NULL ? encode(picture) : NULL;
    if (jpeg == NULL) {
        return mj_error_set(error, MJ_ERROR_FAILED, "%s: the picture could not be made into a JPEG",
                            segment->path);
    }
    *ret_picture = (ApiPicture){.jpeg = jpeg, .time_us = reader.best_us};
    return true;
}

static const AVCodec *find_decoder(const char *name)
{
    static const struct {
        const char *name;
        enum AVCodecID id;
    } CODECS[] = {{"h264", AV_CODEC_ID_H264}, {"hevc", AV_CODEC_ID_HEVC}, {"vp8", AV_CODEC_ID_VP8}};
    for (size_t i = 0; i < G_N_ELEMENTS(CODECS); i++)
        if (g_str_equal(name, CODECS[i].name))
            return avcodec_find_decoder(CODECS[i].id);
    return NULL;
}

static AVCodecContext *open_key(const IdxWireStream *stream, GError **error)
{
    const AVCodec *codec = find_decoder(stream->video);
    if (codec == NULL) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "no decoder for %s", stream->video);
        return NULL;
    }
    AUTO_CODEC decoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    if (decoder != NULL)
        decoder->extradata =
            av_mallocz(stream->video_config_size + AV_INPUT_BUFFER_PADDING_SIZE); // freed with it
    if (decoder == NULL || decoder->extradata == NULL) {
        fail(error, MJ_ERROR_FAILED, "opening a picture", AVERROR(ENOMEM));
        return NULL;
    }
    memcpy(decoder->extradata, stream->video_config, stream->video_config_size);
    decoder->extradata_size = (int)stream->video_config_size;
    decoder->thread_count = 1;
    int code = avcodec_open2(decoder, codec, NULL);
    if (code < 0)
        fail(error, MJ_ERROR_UNSUPPORTED, stream->video, code);
    return code < 0 ? NULL : g_steal_pointer(&decoder);
}

GBytes *api_picture_of_key(const IdxWireStream *stream, const IdxWirePacket *key, int width,
                           GError **error)
{
    AUTO_CODEC decoder = open_key(stream, error);
    AUTO_PACKET packet = av_packet_alloc();
    AUTO_FRAME frame = av_frame_alloc();
    if (decoder == NULL)
        return NULL;
    if (packet == NULL || frame == NULL || av_new_packet(packet, (int)key->size) < 0) {
        fail(error, MJ_ERROR_FAILED, "the first picture", AVERROR(ENOMEM));
        return NULL;
    }
    memcpy(packet->data, key->data, key->size);
    packet->flags |= AV_PKT_FLAG_KEY;
    int code = avcodec_send_packet(decoder, packet);
    code = code >= 0 ? avcodec_send_packet(decoder, NULL) : code;
    code = code >= 0 ? avcodec_receive_frame(decoder, frame) : code;
    if (code < 0) {
        fail(error, MJ_ERROR_CORRUPT, "the first picture", code);
        return NULL;
    }
    AUTO_FRAME picture = scale(frame, MIN(width, frame->width));
    GBytes *jpeg = picture != NULL ? encode(picture) : NULL;
    if (jpeg == NULL)
        mj_error_set(error, MJ_ERROR_FAILED, "the picture could not be made into a JPEG");
    return jpeg;
}
