// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/clip.h"

#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <string.h>

#include "index/base/error.h"
#include "test/rtsp/mark.h"

#define G711_SAMPLES 320 // 40 ms
#define AAC_SAMPLES 1024
#define CLIP_BYTES_MAX (512u << 20)

RtspClip *rtsp_clip_new(bool hevc)
{
    RtspClip *clip = g_new0(RtspClip, 1);
    g_atomic_ref_count_init(&clip->references);
    clip->hevc = hevc;
    clip->bytes = g_byte_array_new();
    clip->units = g_array_new(FALSE, FALSE, sizeof(ClipUnit));
    clip->frames = g_array_new(FALSE, FALSE, sizeof(ClipFrame));
    clip->sound_packets = g_array_new(FALSE, FALSE, sizeof(ClipUnit));
    clip->sound_config = g_byte_array_new();
    return clip;
}

RtspClip *rtsp_clip_ref(RtspClip *clip)
{
    g_atomic_ref_count_inc(&clip->references);
    return clip;
}

void rtsp_clip_unref(RtspClip *clip)
{
    if (!clip || !g_atomic_ref_count_dec(&clip->references))
        return;
    g_byte_array_unref(clip->bytes);
    g_array_unref(clip->units);
    g_array_unref(clip->frames);
    g_array_unref(clip->sound_packets);
    g_byte_array_unref(clip->sound_config);
    g_free(clip);
}

static ClipUnit keep(RtspClip *clip, const uint8_t *data, size_t size)
{
    ClipUnit unit = {clip->bytes->len, (uint32_t)size};
    g_byte_array_append(clip->bytes, data, (guint)size);
    return unit;
}

/* Which of clip->sets a parameter set belongs to; -1 = none. */
static int set_slot(const RtspClip *clip, const uint8_t *unit)
{
    if (clip->hevc)
        return (unit[0] >> 1 & 0x3f) - 32; // VPS 32, SPS 33, PPS 34
    return (unit[0] & 0x1f) - 6;           // SPS 7, PPS 8
}

static void add_unit(RtspClip *clip, ClipFrame *frame, const uint8_t *data, size_t size)
{
    ClipUnit unit = keep(clip, data, size);
    g_array_append_val(clip->units, unit);
    RtspUnitKind kind = rtsp_unit_kind(data, size, clip->hevc);
    if (kind == RTSP_UNIT_SET) {
        ClipUnit *set = &clip->sets[set_slot(clip, data)];
        if (set->size == 0)
            *set = unit;
    }
    if (kind == RTSP_UNIT_SLICE || kind == RTSP_UNIT_KEY_SLICE) {
        if (frame->hash == RTSP_HASH_START)
            frame->mark_at = frame->unit_count;
        frame->hash = rtsp_hash(frame->hash, data, size);
        frame->key |= kind == RTSP_UNIT_KEY_SLICE;
    }
    frame->unit_count++;
}

/* Where the next start code 00 00 01 begins at or after @at; @size if nowhere. */
static size_t next_start(const uint8_t *data, size_t size, size_t at)
{
    for (; at + 3 <= size; at++)
        if (data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1)
            return at;
    return size;
}

void rtsp_clip_add_video(RtspClip *clip, const uint8_t *data, size_t size, int64_t pts_ns,
                         int64_t dts_ns)
{
    ClipFrame frame = {
        .unit = clip->units->len, .due_ns = dts_ns, .capture_ns = pts_ns, .hash = RTSP_HASH_START};
    for (size_t start = next_start(data, size, 0); start < size;) {
        size_t begin = start + 3, next = next_start(data, size, begin), end = next;
        while (end > begin && data[end - 1] == 0) // of the next start code, or trailing
            end--;
        if (end > begin)
            add_unit(clip, &frame, data + begin, end - begin);
        start = next;
    }
    if (frame.hash == RTSP_HASH_START)
        g_array_set_size(clip->units, frame.unit); // no picture
    else
        g_array_append_val(clip->frames, frame);
}

void rtsp_clip_add_sound(RtspClip *clip, const uint8_t *data, size_t size)
{
    ClipUnit packet = keep(clip, data, size);
    g_array_append_val(clip->sound_packets, packet);
}

static ClipFrame *frame_at(RtspClip *clip, guint index)
{
    return &g_array_index(clip->frames, ClipFrame, index);
}

/* Makes times begin at 0, and no picture be sent before it was taken. */
static void settle_times(RtspClip *clip, double fps)
{
    guint count = clip->frames->len;
    int64_t first = frame_at(clip, 0)->due_ns, ahead = 0;
    int64_t step = count > 1 ? (frame_at(clip, count - 1)->due_ns - first) / (count - 1) : 0;
    if (step <= 0)
        step = 40000000;
    double stretch = fps > 0 ? 1e9 / fps / (double)step : 1;
    for (guint i = 0; i < count; i++)
        ahead = MAX(ahead, frame_at(clip, i)->capture_ns - frame_at(clip, i)->due_ns);
    for (guint i = 0; i < count; i++) {
        ClipFrame *frame = frame_at(clip, i);
        int64_t behind = frame->due_ns + ahead - frame->capture_ns;
        frame->due_ns = (int64_t)((double)(frame->due_ns - first) * stretch);
        frame->capture_ns = frame->due_ns - (int64_t)((double)behind * stretch);
    }
    clip->duration_ns = frame_at(clip, count - 1)->due_ns + (int64_t)((double)step * stretch);
}

/* Camera practice: each key frame brings the parameter sets along. */
static bool sets_in_band(RtspClip *clip)
{
    for (guint i = 0; i < clip->frames->len; i++) {
        const ClipFrame *frame = frame_at(clip, i);
        bool has = false;
        for (uint32_t u = 0; u < frame->unit_count; u++) {
            const ClipUnit *unit = &g_array_index(clip->units, ClipUnit, frame->unit + u);
            has |= rtsp_unit_kind(clip->bytes->data + unit->offset, unit->size, clip->hevc) ==
                   RTSP_UNIT_SET;
        }
        if (frame->key && !has)
            return false;
    }
    return true;
}

bool rtsp_clip_finish(RtspClip *clip, double fps, GError **error)
{
    if (clip->frames->len == 0 || !frame_at(clip, 0)->key)
        return mj_error_set(error, MJ_ERROR_INVALID, "the clip does not begin with a key frame");
    if (clip->sets[1].size == 0 || clip->sets[2].size == 0 || !sets_in_band(clip))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "the clip has key frames without parameter sets");
    if (clip->sound_packets->len == 0)
        clip->sound = CLIP_SILENT;
    settle_times(clip, fps);
    return true;
}

/* What reading a file needs. */
typedef struct Reader {
    AVFormatContext *av;
    AVBSFContext *annex_b; // puts start codes, and parameter sets before key frames
    AVPacket *packet;
    int video, sound;
    GByteArray *g711;
} Reader;

static void reader_clear(Reader *reader)
{
    avformat_close_input(&reader->av);
    av_bsf_free(&reader->annex_b);
    av_packet_free(&reader->packet);
    g_clear_pointer(&reader->g711, g_byte_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

static bool open_filter(Reader *reader, const AVStream *stream)
{
    bool hevc = stream->codecpar->codec_id == AV_CODEC_ID_HEVC;
    const AVBitStreamFilter *filter =
        av_bsf_get_by_name(hevc ? "hevc_mp4toannexb" : "h264_mp4toannexb");
    if (!filter || av_bsf_alloc(filter, &reader->annex_b) < 0)
        return false;
    reader->annex_b->time_base_in = stream->time_base;
    return avcodec_parameters_copy(reader->annex_b->par_in, stream->codecpar) >= 0 &&
           av_bsf_init(reader->annex_b) >= 0;
}

static void take_sound_params(RtspClip *clip, const AVCodecParameters *par)
{
    clip->sound = par->codec_id == AV_CODEC_ID_AAC         ? CLIP_AAC
                  : par->codec_id == AV_CODEC_ID_PCM_ALAW  ? CLIP_ALAW
                  : par->codec_id == AV_CODEC_ID_PCM_MULAW ? CLIP_ULAW
                                                           : CLIP_SILENT;
    clip->rate = par->sample_rate;
    clip->channels = par->ch_layout.nb_channels;
    clip->samples = clip->sound == CLIP_AAC ? AAC_SAMPLES : G711_SAMPLES;
    g_byte_array_append(clip->sound_config, par->extradata, (guint)par->extradata_size);
}

static void add_g711(RtspClip *clip, Reader *reader)
{
    guint size = (guint)(clip->samples * clip->channels);
    g_byte_array_append(reader->g711, reader->packet->data, (guint)reader->packet->size);
    while (reader->g711->len >= size) {
        rtsp_clip_add_sound(clip, reader->g711->data, size);
        g_byte_array_remove_range(reader->g711, 0, size);
    }
}

static int64_t to_ns(int64_t time, AVRational base)
{
    return av_rescale_q(time, base, (AVRational){1, 1000000000});
}

static bool add_packet(RtspClip *clip, Reader *reader)
{
    AVPacket *packet = reader->packet;
    if (packet->stream_index == reader->sound && clip->sound == CLIP_AAC)
        rtsp_clip_add_sound(clip, packet->data, (size_t)packet->size);
    else if (packet->stream_index == reader->sound && clip->sound != CLIP_SILENT)
        add_g711(clip, reader);
    if (packet->stream_index != reader->video) {
        av_packet_unref(packet);
        return true;
    }
    AVRational base = reader->av->streams[reader->video]->time_base;
    if (av_bsf_send_packet(reader->annex_b, packet) < 0)
        return false;
    while (av_bsf_receive_packet(reader->annex_b, packet) >= 0) {
        rtsp_clip_add_video(clip, packet->data, (size_t)packet->size, to_ns(packet->pts, base),
                            to_ns(packet->dts, base));
        av_packet_unref(packet);
    }
    return true;
}

static RtspClip *read_all(Reader *reader, GError **error)
{
    const AVCodecParameters *video = reader->av->streams[reader->video]->codecpar;
    g_autoptr(RtspClip) clip = rtsp_clip_new(video->codec_id == AV_CODEC_ID_HEVC);
    clip->width = video->width;
    clip->height = video->height;
    if (reader->sound >= 0)
        take_sound_params(clip, reader->av->streams[reader->sound]->codecpar);
    while (av_read_frame(reader->av, reader->packet) >= 0) {
        if (!add_packet(clip, reader) || clip->bytes->len > CLIP_BYTES_MAX) {
            mj_error_set(error, MJ_ERROR_INVALID, "too large or damaged");
            return NULL;
        }
    }
    return g_steal_pointer(&clip);
}

RtspClip *rtsp_clip_load(const char *path, double fps, GError **error)
{
    g_auto(Reader) reader = {.packet = av_packet_alloc(), .g711 = g_byte_array_new()};
    int failed = avformat_open_input(&reader.av, path, NULL, NULL);
    if (failed < 0 || avformat_find_stream_info(reader.av, NULL) < 0) {
        mj_error_set(error, MJ_ERROR_INVALID, "%s cannot be read as video", path);
        return NULL;
    }
    reader.video = av_find_best_stream(reader.av, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
    reader.sound = av_find_best_stream(reader.av, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    const AVStream *video = reader.video >= 0 ? reader.av->streams[reader.video] : NULL;
    if (!video ||
        (video->codecpar->codec_id != AV_CODEC_ID_H264 &&
         video->codecpar->codec_id != AV_CODEC_ID_HEVC) ||
        !open_filter(&reader, video)) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "%s has no H.264 or H.265 video", path);
        return NULL;
    }
    g_autoptr(RtspClip) clip = read_all(&reader, error);
    if (!clip || !rtsp_clip_finish(clip, fps, error)) {
        g_prefix_error(error, "%s: ", path);
        return NULL;
    }
    return g_steal_pointer(&clip);
}
