// SPDX-License-Identifier: GPL-3.0-or-later
/* avcC and hvcC are read as ISO/IEC 14496-15 5.3.3.1 and 8.3.3.1 lay them out. */
#include "capture/pipeline_media.h"

#include <string.h>

#define RAW_HELP                                                                                   \
    "put an encoder before its appsink, as in … ! videoconvert ! x264enc tune=zerolatency ! "    \
    "h264parse ! appsink name=video"

static bool add_nal(CapAccessUnit *unit, const uint8_t *nal, size_t size, GError **error)
{
    if (size == 0)
        return true;
    const uint8_t head[] = {0, 0, 0, 1, nal[0]};
    return cap_access_unit_add(unit, head, sizeof head, error) &&
           (size == 1 || cap_access_unit_add(unit, nal + 1, size - 1, error));
}

static size_t next_start_code(const uint8_t *data, size_t size)
{
    static const uint8_t CODE[] = {0, 0, 1};
    const uint8_t *at = memmem(data, size, CODE, sizeof CODE);
    return at ? (size_t)(at - data) : size;
}

static bool add_byte_stream(CapAccessUnit *unit, const uint8_t *data, size_t size, GError **error)
{
    size_t at = next_start_code(data, size);
    while (at < size) {
        size_t begin = at + 3;
        at = begin + next_start_code(data + begin, size - begin);
        size_t end = at;
        while (end > begin && data[end - 1] == 0) // of a longer start code, or padding
            end--;
        if (!add_nal(unit, data + begin, end - begin, error))
            return false;
    }
    return true;
}

bool cap_pipeline_video_add(const CapPipelineVideo *video, CapAccessUnit *unit, const uint8_t *data,
                            size_t size, GError **error)
{
    if (video->length_bytes == 0)
        return add_byte_stream(unit, data, size, error);
    size_t bytes = (size_t)video->length_bytes;
    while (size >= bytes) {
        size_t length = 0;
        for (size_t i = 0; i < bytes; i++)
            length = length << 8 | data[i];
        if (length > size - bytes)
            return mj_error_set(error, MJ_ERROR_INVALID, "pictures with wrong lengths in them");
        if (!add_nal(unit, data + bytes, length, error))
            return false;
        data += bytes + length;
        size -= bytes + length;
    }
    return true;
}

typedef struct Reader { // of codec_data
    const uint8_t *data;
    size_t left;
    bool bad;
} Reader;

static unsigned take(Reader *reader, size_t bytes)
{
    unsigned value = 0;
    reader->bad |= reader->left < bytes;
    for (size_t i = 0; !reader->bad && i < bytes; i++) {
        value = value << 8 | *reader->data++;
        reader->left--;
    }
    return value;
}

static void take_sets(Reader *reader, unsigned count, GByteArray *sets)
{
    static const uint8_t CODE[] = {0, 0, 0, 1};
    for (unsigned i = 0; i < count && !reader->bad; i++) {
        unsigned size = take(reader, 2);
        reader->bad |= size > reader->left || sets->len + size > CAP_PARAMETER_SETS_MAX_BYTES;
        if (reader->bad)
            return;
        g_byte_array_append(sets, CODE, sizeof CODE);
        g_byte_array_append(sets, reader->data, size);
        reader->data += size;
        reader->left -= size;
    }
}

static void read_avcc(Reader *reader, CapPipelineVideo *ret)
{
    take(reader, 4); // version, profile, compatibility, level
    ret->length_bytes = (int)(take(reader, 1) & 3) + 1;
    take_sets(reader, take(reader, 1) & 31, ret->sets);
    take_sets(reader, take(reader, 1), ret->sets);
}

static void read_hvcc(Reader *reader, CapPipelineVideo *ret)
{
    for (int i = 0; i < 21; i++)
        take(reader, 1);
    ret->length_bytes = (int)(take(reader, 1) & 3) + 1;
    unsigned arrays = take(reader, 1);
    for (unsigned i = 0; i < arrays && !reader->bad; i++) {
        take(reader, 1);
        take_sets(reader, take(reader, 2), ret->sets);
    }
}

static bool read_codec_data(const GstStructure *format, CapPipelineVideo *ret, GError **error)
{
    const GValue *value = gst_structure_get_value(format, "codec_data");
    GstBuffer *buffer = value ? gst_value_get_buffer(value) : NULL;
    GstMapInfo map;
    if (!buffer || !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "the pipeline's video comes without codec_data; put a parser "
                            "(h264parse, h265parse) before its appsink");
    Reader reader = {map.data, map.size, false};
    if (ret->codec == AV_CODEC_ID_HEVC)
        read_hvcc(&reader, ret);
    else
        read_avcc(&reader, ret);
    gst_buffer_unmap(buffer, &map);
    return !reader.bad || mj_error_set(error, MJ_ERROR_INVALID,
                                       "the pipeline's codec_data does not describe its video");
}

static const GstStructure *format_of(const GstCaps *caps)
{
    return caps && gst_caps_get_size(caps) > 0 ? gst_caps_get_structure(caps, 0) : NULL;
}

static bool parse_video(const GstStructure *format, CapPipelineVideo *ret, GError **error)
{
    const char *name = format ? gst_structure_get_name(format) : "nothing";
    if (g_str_equal(name, "video/x-raw"))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "the pipeline's video is not coded (video/x-raw); " RAW_HELP);
    bool hevc = g_str_equal(name, "video/x-h265");
    if (!hevc && !g_str_equal(name, "video/x-h264"))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "the pipeline's video is %s, and only H.264 and H.265 can be recorded; "
                            "decode it and " RAW_HELP,
                            name);
    ret->codec = hevc ? AV_CODEC_ID_HEVC : AV_CODEC_ID_H264;
    const char *stream_format = gst_structure_get_string(format, "stream-format");
    return g_strcmp0(stream_format, "byte-stream") == 0 || !stream_format ||
           read_codec_data(format, ret, error);
}

bool cap_pipeline_video_parse(const GstCaps *caps, CapPipelineVideo *ret, GError **error)
{
    g_auto(CapPipelineVideo) video = {.sets = g_byte_array_new()};
    if (!parse_video(format_of(caps), &video, error))
        return false;
    *ret = video;
    video.sets = NULL;
    return true;
}

void cap_pipeline_video_clear(CapPipelineVideo *video)
{
    g_clear_pointer(&video->sets, g_byte_array_unref);
}

static enum AVCodecID audio_codec(const GstStructure *format, const char *name)
{
    static const struct {
        const char *name;
        enum AVCodecID codec;
    } CODECS[] = {{"audio/mpeg", AV_CODEC_ID_AAC},
                  {"audio/x-opus", AV_CODEC_ID_OPUS},
                  {"audio/x-alaw", AV_CODEC_ID_PCM_ALAW},
                  {"audio/x-mulaw", AV_CODEC_ID_PCM_MULAW}};
    for (size_t i = 0; i < G_N_ELEMENTS(CODECS); i++)
        if (g_str_equal(name, CODECS[i].name))
            return CODECS[i].codec;
    const char *layout = gst_structure_get_string(format, "format");
    if (!g_str_equal(name, "audio/x-raw"))
        return AV_CODEC_ID_NONE;
    return g_strcmp0(layout, "S16LE") == 0   ? AV_CODEC_ID_PCM_S16LE
           : g_strcmp0(layout, "F32LE") == 0 ? AV_CODEC_ID_PCM_F32LE
                                             : AV_CODEC_ID_NONE;
}

static bool copy_extradata(const GstStructure *format, AVCodecParameters *par)
{
    const GValue *value = gst_structure_get_value(format, "codec_data");
    GstBuffer *buffer = value ? gst_value_get_buffer(value) : NULL;
    gsize size = buffer ? gst_buffer_get_size(buffer) : 0;
    if (size == 0 || size > CAP_PARAMETER_SETS_MAX_BYTES)
        return false;
    par->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    par->extradata_size = par->extradata ? (int)size : 0;
    return par->extradata && gst_buffer_extract(buffer, 0, par->extradata, size) == size;
}

AVCodecParameters *cap_pipeline_audio_parse(const GstCaps *caps, GError **error)
{
    const GstStructure *format = format_of(caps);
    const char *name = format ? gst_structure_get_name(format) : "nothing";
    int rate = 0, channels = 0;
    enum AVCodecID codec = format ? audio_codec(format, name) : AV_CODEC_ID_NONE;
    bool opus = codec == AV_CODEC_ID_OPUS;
    if (format && !gst_structure_get_int(format, "rate", &rate))
        rate = opus ? 48000 : 0;
    if (format && !gst_structure_get_int(format, "channels", &channels))
        channels = 1;
    g_autoptr(AVCodecParameters) par = avcodec_parameters_alloc();
    if (!par || codec == AV_CODEC_ID_NONE || rate <= 0 || channels <= 0 || channels > 8 ||
        (codec == AV_CODEC_ID_AAC && !copy_extradata(format, par))) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                     "the pipeline's sound is %s, which cannot be recorded; put "
                     "\"audioconvert ! audio/x-raw,format=S16LE\" before its appsink",
                     name);
        return NULL;
    }
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = codec;
    par->sample_rate = opus ? 48000 : rate; // Opus always decodes to that
    av_channel_layout_default(&par->ch_layout, channels);
    return g_steal_pointer(&par);
}
