// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/audio.h"

#include <libavutil/audio_fifo.h>
#include <libavutil/opt.h>
#include <string.h>

#define OPUS_SKIP 312 // samples at 48 kHz before the first that counts
#define AAC_FRAME 1024
#define OPUS_FRAME 960
#define OPUS_BITS 32000

struct CapAudio {
    CapAudioSink sink;
    void *data;
    AVCodecParameters *input, *output;
    AVCodecContext *decoder, *encoder; // NULL: stored as it is
    SwrContext *swr;
    AVAudioFifo *fifo; // in the encoder's format
    AVPacket *packet;
    AVFrame *decoded, *frame;
    bool started;
    int samples;          // of a piece that is coded
    int64_t head_us;      // time of the first sample in fifo
    int64_t corrected_us; // when the stretching was set last
};

static bool is_pcm_g711(enum AVCodecID codec)
{
    return codec == AV_CODEC_ID_PCM_ALAW || codec == AV_CODEC_ID_PCM_MULAW;
}

static bool failed_to_start(const CapAudio *audio, int averror, GError **error)
{
    return cap_libav_error(error, MJ_ERROR_UNSUPPORTED, averror, "sound in %s cannot be stored",
                           cap_libav_codec_name(audio->input->codec_id));
}

static bool open_decoder(CapAudio *audio, GError **error)
{
    const AVCodec *codec = avcodec_find_decoder(audio->input->codec_id);
    audio->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!audio->decoder)
        return failed_to_start(audio, AVERROR_DECODER_NOT_FOUND, error);
    int done = avcodec_parameters_to_context(audio->decoder, audio->input);
    if (done >= 0)
        done = avcodec_open2(audio->decoder, codec, NULL);
    return done >= 0 || failed_to_start(audio, done, error);
}

/* The rate itself if AAC has it, else the nearest that every browser plays. */
static int aac_rate(int rate)
{
    static const int RATES[] = {8000,  11025, 12000, 16000, 22050, 24000,
                                32000, 44100, 48000, 64000, 88200, 96000};
    for (size_t i = 0; i < G_N_ELEMENTS(RATES); i++)
        if (RATES[i] == rate)
            return rate;
    return 48000;
}

static bool open_encoder(CapAudio *audio, GError **error)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    audio->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!audio->encoder)
        return failed_to_start(audio, AVERROR_ENCODER_NOT_FOUND, error);
    AVCodecContext *encoder = audio->encoder;
    int channels = MIN(audio->input->ch_layout.nb_channels, 2);
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->sample_rate = aac_rate(audio->input->sample_rate);
    encoder->time_base = (AVRational){1, encoder->sample_rate};
    encoder->bit_rate = MIN(3 * encoder->sample_rate, 64000) * channels;
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER; // AudioSpecificConfig goes into the moov
    encoder->thread_count = 1;
    av_channel_layout_default(&encoder->ch_layout, channels);
    int done = avcodec_open2(encoder, codec, NULL);
    if (done >= 0)
        done = avcodec_parameters_from_context(audio->output, encoder);
    return done >= 0 || failed_to_start(audio, done, error);
}

/* One channel: planes and samples in turn are then the same, and a meeting is people who speak. */
static bool open_opus(CapAudio *audio, GError **error)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libopus");
    audio->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!audio->encoder)
        return failed_to_start(audio, AVERROR_ENCODER_NOT_FOUND, error);
    AVCodecContext *encoder = audio->encoder;
    encoder->sample_fmt = AV_SAMPLE_FMT_FLT;
    encoder->sample_rate = 48000;
    encoder->time_base = (AVRational){1, encoder->sample_rate};
    encoder->bit_rate = OPUS_BITS;
    encoder->thread_count = 1;
    av_channel_layout_default(&encoder->ch_layout, 1);
    audio->samples = OPUS_FRAME;
    int done = avcodec_open2(encoder, codec, NULL);
    return done >= 0 || failed_to_start(audio, done, error);
}

static bool open_coding(CapAudio *audio, bool to_opus, GError **error)
{
    audio->samples = AAC_FRAME;
    if (!open_decoder(audio, error) ||
        !(to_opus ? open_opus(audio, error) : open_encoder(audio, error)))
        return false;
    audio->packet = av_packet_alloc();
    audio->decoded = av_frame_alloc();
    audio->frame = av_frame_alloc();
    audio->fifo = av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, audio->encoder->ch_layout.nb_channels,
                                      4 * AAC_FRAME);
    if (!audio->packet || !audio->decoded || !audio->frame || !audio->fifo)
        return failed_to_start(audio, AVERROR(ENOMEM), error);
    return true;
}

/* RFC 7845 5.1, which RTP tells nothing of: what encoders do by default. */
static bool describe_opus(AVCodecParameters *par)
{
    uint8_t head[19] = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1};
    if (par->extradata_size > 0 || par->ch_layout.nb_channels > 2)
        return par->extradata_size > 0;
    head[9] = (uint8_t)par->ch_layout.nb_channels;
    head[10] = OPUS_SKIP & 0xff;
    head[11] = OPUS_SKIP >> 8;
    head[12] = 48000 & 0xff;
    head[13] = 48000 >> 8;
    par->extradata = av_mallocz(sizeof head + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!par->extradata)
        return false;
    memcpy(par->extradata, head, sizeof head);
    par->extradata_size = sizeof head;
    par->initial_padding = OPUS_SKIP;
    return true;
}

/* How many samples a packet of Opus has (RFC 6716 3.1). */
static int64_t opus_samples(const uint8_t *bytes, size_t size)
{
    static const int SILK[] = {480, 960, 1920, 2880};
    int config = bytes[0] >> 3;
    int frame = config < 12   ? SILK[config & 3]
                : config < 16 ? 480 << (config & 1)
                              : 120 << (config & 3);
    int code = bytes[0] & 3;
    int frames = code == 0 ? 1 : code < 3 ? 2 : size > 1 ? bytes[1] & 63 : 1;
    return (int64_t)frame * MAX(frames, 1);
}

CapAudio *cap_audio_new(const AVCodecParameters *input, const char *mode, CapAudioSink sink,
                        void *data, GError **error)
{
    if (g_str_equal(mode, "none"))
        return NULL;
    g_autoptr(CapAudio) audio = g_new0(CapAudio, 1);
    audio->sink = sink;
    audio->data = data;
    audio->input = avcodec_parameters_alloc();
    audio->output = avcodec_parameters_alloc();
    if (!audio->input || !audio->output || avcodec_parameters_copy(audio->input, input) < 0 ||
        avcodec_parameters_copy(audio->output, input) < 0) {
        mj_error_set(error, MJ_ERROR_FAILED, "no memory for sound");
        return NULL;
    }
    if (input->sample_rate <= 0 || input->ch_layout.nb_channels <= 0) {
        mj_error_set(error, MJ_ERROR_UNSUPPORTED, "sound without rate or channels");
        return NULL;
    }
    bool to_opus = g_str_equal(mode, "opus");
    bool aac = input->codec_id == AV_CODEC_ID_AAC && input->extradata_size > 0 && !to_opus;
    bool opus = input->codec_id == AV_CODEC_ID_OPUS;
    bool original = g_str_equal(mode, "original") &&
                    (is_pcm_g711(input->codec_id) || (opus && describe_opus(audio->output)));
    if (!aac && !original && !open_coding(audio, to_opus, error))
        return NULL;
    return g_steal_pointer(&audio);
}

void cap_audio_free(CapAudio *audio)
{
    if (!audio)
        return;
    avcodec_parameters_free(&audio->input);
    avcodec_parameters_free(&audio->output);
    avcodec_free_context(&audio->decoder);
    avcodec_free_context(&audio->encoder);
    swr_free(&audio->swr);
    av_audio_fifo_free(audio->fifo);
    av_packet_free(&audio->packet);
    av_frame_free(&audio->decoded);
    av_frame_free(&audio->frame);
    g_free(audio);
}

const AVCodecParameters *cap_audio_parameters(const CapAudio *audio)
{
    return audio->output;
}

static int64_t samples_us(const CapAudio *audio, int64_t samples)
{
    return av_rescale(samples, 1000000, audio->encoder->sample_rate);
}

static bool send_packets(CapAudio *audio, GError **error)
{
    while (avcodec_receive_packet(audio->encoder, audio->packet) >= 0) {
        bool sent = audio->sink(audio->data, audio->packet->data, (size_t)audio->packet->size,
                                samples_us(audio, audio->packet->pts),
                                samples_us(audio, audio->samples), error);
        av_packet_unref(audio->packet);
        if (!sent)
            return false;
    }
    return true;
}

static bool encode_one(CapAudio *audio, GError **error)
{
    AVFrame *frame = audio->frame;
    frame->nb_samples = audio->samples;
    frame->format = audio->encoder->sample_fmt;
    frame->sample_rate = audio->encoder->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &audio->encoder->ch_layout);
    int done = av_frame_get_buffer(frame, 0);
    if (done >= 0)
        done = av_audio_fifo_read(audio->fifo, (void **)frame->extended_data, audio->samples);
    frame->pts = av_rescale(audio->head_us, audio->encoder->sample_rate, 1000000);
    audio->head_us += samples_us(audio, audio->samples);
    if (done >= 0)
        done = avcodec_send_frame(audio->encoder, frame);
    av_frame_unref(frame);
    if (done < 0)
        return cap_libav_error(error, MJ_ERROR_INVALID, done, "sound cannot be coded");
    return send_packets(audio, error);
}

static bool encode(CapAudio *audio, GError **error)
{
    while (av_audio_fifo_size(audio->fifo) >= audio->samples)
        if (!encode_one(audio, error))
            return false;
    return true;
}

static bool put_silence(CapAudio *audio, int64_t duration_us)
{
    int samples = (int)av_rescale(duration_us, audio->encoder->sample_rate, 1000000);
    int channels = audio->encoder->ch_layout.nb_channels;
    g_autofree float *zeros = g_new0(float, samples);
    void *planes[2] = {zeros, zeros};
    return channels <= 2 && av_audio_fifo_write(audio->fifo, planes, samples) >= 0;
}

/* Where sound that comes now would lie. */
static int64_t next_us(const CapAudio *audio)
{
    int64_t waiting_us = audio->swr ? swr_get_delay(audio->swr, 1000000) : 0;
    return audio->head_us + samples_us(audio, av_audio_fifo_size(audio->fifo)) + waiting_us;
}

/* Spreads what is off over the next second. */
static void correct(CapAudio *audio, int64_t pts_us, int64_t off_us)
{
    int rate = audio->encoder->sample_rate;
    if (!audio->swr || ABS(pts_us - audio->corrected_us) < 1000000)
        return;
    int most = rate / CAP_AUDIO_SLOWLY;
    int samples = (int)av_rescale(off_us, rate, 1000000);
    audio->corrected_us = pts_us;
    swr_set_compensation(audio->swr, CLAMP(samples, -most, most), rate);
}

/* Puts the end of the fifo at @pts_us. False if the sound at @pts_us was given already. */
static bool align(CapAudio *audio, int64_t pts_us)
{
    int64_t off_us = pts_us - next_us(audio);
    if (!audio->started || off_us > CAP_AUDIO_FILL_US) {
        av_audio_fifo_reset(audio->fifo);
        swr_free(&audio->swr);
        audio->started = true;
        audio->head_us = pts_us;
        return true;
    }
    if (off_us < -CAP_AUDIO_OFF_US)
        return false;
    if (off_us > CAP_AUDIO_OFF_US)
        put_silence(audio, off_us);
    else
        correct(audio, pts_us, off_us);
    return true;
}

static bool open_swr(CapAudio *audio, GError **error)
{
    int done =
        swr_alloc_set_opts2(&audio->swr, &audio->encoder->ch_layout, audio->encoder->sample_fmt,
                            audio->encoder->sample_rate, &audio->decoder->ch_layout,
                            audio->decoder->sample_fmt, audio->decoder->sample_rate, 0, NULL);
    if (done >= 0) // also where the rates are the same: what stretches is the resampler
        done = av_opt_set_int(audio->swr, "flags", SWR_FLAG_RESAMPLE, 0);
    if (done >= 0)
        done = swr_init(audio->swr);
    return done >= 0 || failed_to_start(audio, done, error);
}

/* @frame NULL: what the resampler still holds. */
static bool convert(CapAudio *audio, const AVFrame *frame, GError **error)
{
    if (!audio->swr && !open_swr(audio, error))
        return false;
    int samples = frame ? frame->nb_samples : 0;
    int room = swr_get_out_samples(audio->swr, samples);
    if (room <= 0)
        return true;
    int channels = audio->encoder->ch_layout.nb_channels;
    g_autofree float *left = g_new(float, room);
    g_autofree float *right = g_new(float, room);
    uint8_t *planes[2] = {(uint8_t *)left, (uint8_t *)right};
    int got = swr_convert(audio->swr, planes, room,
                          frame ? (const uint8_t **)frame->extended_data : NULL, samples);
    if (got < 0 || channels > 2 || av_audio_fifo_write(audio->fifo, (void **)planes, got) < got)
        return mj_error_set(error, MJ_ERROR_INVALID, "sound cannot be converted");
    return true;
}

static bool transcode(CapAudio *audio, const uint8_t *bytes, size_t size, int64_t pts_us,
                      GError **error)
{
    if (!align(audio, pts_us))
        return true;
    if (av_new_packet(audio->packet, (int)size) < 0)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for sound");
    memcpy(audio->packet->data, bytes, size);
    int done = avcodec_send_packet(audio->decoder, audio->packet);
    av_packet_unref(audio->packet);
    if (done < 0)
        return cap_libav_error(error, MJ_ERROR_INVALID, done, "sound cannot be decoded");
    while (avcodec_receive_frame(audio->decoder, audio->decoded) >= 0) {
        bool converted = convert(audio, audio->decoded, error);
        av_frame_unref(audio->decoded);
        if (!converted)
            return false;
    }
    return encode(audio, error);
}

static int64_t duration_us(const AVCodecParameters *par, const uint8_t *bytes, size_t size)
{
    int64_t samples = is_pcm_g711(par->codec_id) ? (int64_t)size / par->ch_layout.nb_channels
                      : par->codec_id == AV_CODEC_ID_OPUS ? opus_samples(bytes, size)
                      : par->frame_size > 0               ? par->frame_size
                                                          : AAC_FRAME;
    return av_rescale(samples, 1000000, par->sample_rate);
}

bool cap_audio_push(CapAudio *audio, const uint8_t *bytes, size_t size, int64_t pts_us,
                    GError **error)
{
    if (size == 0)
        return true;
    if (audio->encoder)
        return transcode(audio, bytes, size, pts_us, error);
    return audio->sink(audio->data, bytes, size, pts_us, duration_us(audio->output, bytes, size),
                       error);
}

bool cap_audio_end(CapAudio *audio, GError **error)
{
    if (!audio->encoder || !audio->started)
        return true;
    if (audio->swr && !convert(audio, NULL, error))
        return false;
    int rest = av_audio_fifo_size(audio->fifo) % audio->samples;
    if (rest > 0)
        put_silence(audio, samples_us(audio, audio->samples - rest));
    if (!encode(audio, error))
        return false;
    avcodec_send_frame(audio->encoder, NULL);
    return send_packets(audio, error);
}
