// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/sound.h"

#include <libavcodec/avcodec.h>
#include <string.h>

#define SEAM_US                                                                                    \
    INT64_C(200000) // further than this from where the last piece ended is a new beginning
#define BITS_PER_CHANNEL 32000
#define PIECE_MAX 65536 // bytes of a camera's packet that are taken

struct ApiSound {
    AVCodecContext *decoder, *encoder;
    AVFrame *decoded, *frame; // frame: being filled
    AVPacket *packet;
    int filled;    // samples in frame
    int64_t count; // samples given to the encoder since the beginning
    bool begun;
    int64_t begin_us; // of the first of them
    int64_t shift_us; // to UTC
};

bool api_sound_takes(const char *codec)
{
    return strcmp(codec, "pcm_alaw") == 0 || strcmp(codec, "pcm_mulaw") == 0;
}

static AVCodecContext *open_decoder(const IdxWireStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder_by_name(stream->audio);
    AVCodecContext *decoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    if (decoder == NULL)
        return NULL;
    decoder->sample_rate = stream->rate;
    av_channel_layout_default(&decoder->ch_layout, stream->channels);
    if (avcodec_open2(decoder, codec, NULL) < 0)
        avcodec_free_context(&decoder);
    return decoder;
}

static AVCodecContext *open_encoder(const IdxWireStream *stream)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    AVCodecContext *encoder = codec != NULL ? avcodec_alloc_context3(codec) : NULL;
    if (encoder == NULL)
        return NULL;
    encoder->sample_rate = stream->rate;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->time_base = (AVRational){1, stream->rate};
    encoder->bit_rate = BITS_PER_CHANNEL * stream->channels;
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&encoder->ch_layout, stream->channels);
    if (avcodec_open2(encoder, codec, NULL) < 0)
        avcodec_free_context(&encoder);
    return encoder;
}

static bool make_frame(ApiSound *sound)
{
    sound->frame->nb_samples = sound->encoder->frame_size;
    sound->frame->format = sound->encoder->sample_fmt;
    sound->frame->sample_rate = sound->encoder->sample_rate;
    return av_channel_layout_copy(&sound->frame->ch_layout, &sound->encoder->ch_layout) >= 0 &&
           av_frame_get_buffer(sound->frame, 0) >= 0;
}

ApiSound *api_sound_new(const IdxWireStream *stream)
{
    if (stream->rate < 8000 || stream->rate > 48000 || stream->channels < 1 || stream->channels > 2)
        return NULL;
    g_autoptr(ApiSound) sound = g_new0(ApiSound, 1);
    sound->decoder = open_decoder(stream);
    sound->encoder = open_encoder(stream);
    sound->decoded = av_frame_alloc();
    sound->frame = av_frame_alloc();
    sound->packet = av_packet_alloc();
    bool ok = sound->decoder != NULL && sound->encoder != NULL && sound->decoded != NULL &&
              sound->frame != NULL && sound->packet != NULL && sound->encoder->frame_size > 0 &&
              make_frame(sound);
    return ok ? g_steal_pointer(&sound) : NULL;
}

void api_sound_free(ApiSound *sound)
{
    if (sound == NULL)
        return;
    avcodec_free_context(&sound->decoder);
    avcodec_free_context(&sound->encoder);
    av_frame_free(&sound->decoded);
    av_frame_free(&sound->frame);
    av_packet_free(&sound->packet);
    g_free(sound);
}

void api_sound_describe(const ApiSound *sound, IdxWireStream *stream)
{
    g_strlcpy(stream->audio, "aac", sizeof stream->audio);
    stream->audio_config = sound->encoder->extradata;
    stream->audio_config_size = (size_t)sound->encoder->extradata_size;
}

static int64_t us_of(const ApiSound *sound, int64_t samples)
{
    return samples * 1000000 / sound->encoder->sample_rate;
}

/* What the encoder has ready. */
static void take_all(ApiSound *sound, ApiSoundMade made, void *data)
{
    while (avcodec_receive_packet(sound->encoder, sound->packet) >= 0) {
        int64_t pts_us = sound->begin_us + us_of(sound, sound->packet->pts);
        IdxWirePacket packet = {.sound = true,
                                .pts_us = pts_us,
                                .utc_us = pts_us + sound->shift_us,
                                .data = sound->packet->data,
                                .size = (size_t)sound->packet->size};
        made(data, &packet);
        av_packet_unref(sound->packet);
    }
}

static void encode(ApiSound *sound, ApiSoundMade made, void *data)
{
    sound->frame->pts = sound->count;
    sound->count += sound->frame->nb_samples;
    sound->filled = 0;
    if (avcodec_send_frame(sound->encoder, sound->frame) >= 0)
        take_all(sound, made, data);
    av_frame_make_writable(sound->frame);
}

/* G.711 is decoded to signed 16 bits, channels in turn. */
static void add_samples(ApiSound *sound, ApiSoundMade made, void *data)
{
    const int16_t *in = (const int16_t *)(const void *)sound->decoded->data[0];
    int channels = sound->encoder->ch_layout.nb_channels;
    for (int i = 0; i < sound->decoded->nb_samples; i++) {
        for (int c = 0; c < channels; c++)
            ((float *)(void *)sound->frame->data[c])[sound->filled] =
                (float)in[i * channels + c] / 32768.0f;
        if (++sound->filled == sound->frame->nb_samples)
            encode(sound, made, data);
    }
}

/* Where the next sample stands, unless there is a seam: then where the packet says. */
static void place(ApiSound *sound, const IdxWirePacket *packet)
{
    int64_t expected_us = sound->begin_us + us_of(sound, sound->count + sound->filled);
    sound->shift_us = packet->utc_us - packet->pts_us;
    if (sound->begun && ABS(packet->pts_us - expected_us) < SEAM_US)
        return;
    sound->begun = true;
    sound->filled = 0;
    sound->begin_us = packet->pts_us - us_of(sound, sound->count);
}

void api_sound_put(ApiSound *sound, const IdxWirePacket *packet, ApiSoundMade made, void *data)
{
    if (packet->size == 0 || packet->size > PIECE_MAX)
        return;
    place(sound, packet);
    if (av_new_packet(sound->packet, (int)packet->size) < 0)
        return;
    memcpy(sound->packet->data, packet->data, packet->size);
    bool sent = avcodec_send_packet(sound->decoder, sound->packet) >= 0;
    av_packet_unref(sound->packet);
    while (sent && avcodec_receive_frame(sound->decoder, sound->decoded) >= 0)
        if (sound->decoded->format == AV_SAMPLE_FMT_S16)
            add_samples(sound, made, data);
}
