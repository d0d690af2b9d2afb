// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/sound.h"

#include <string.h>

#define AAC_FRAME 1024 // samples
#define FIELD_BITS_MAX 24
#define CONFIG_MAX_BYTES 256

typedef enum { WHOLE, GENERIC, LATM } Form;

struct CapRtpSound {
    Form form;
    AVCodecParameters *parameters;
    int size_bits, index_bits, delta_bits;
    int frame_ticks;
    GByteArray *begun; // of a frame that goes on in the next packet
    size_t expected;   // GENERIC: its size
    uint32_t time;     // its timestamp
};

static const struct {
    const char *name;
    enum AVCodecID codec;
    int bits, rate; // rate 0: the clock's
} KNOWN[] = {
    {"PCMA", AV_CODEC_ID_PCM_ALAW, 8, 0},
    {"PCMU", AV_CODEC_ID_PCM_MULAW, 8, 0},
    {"L16", AV_CODEC_ID_PCM_S16BE, 16, 0},
    {"G722", AV_CODEC_ID_ADPCM_G722, 4, 16000}, // its clock is 8000 by mistake (RFC 3551 4.5.2)
    {"G726-16", AV_CODEC_ID_ADPCM_G726LE, 2, 0},
    {"G726-24", AV_CODEC_ID_ADPCM_G726LE, 3, 0},
    {"G726-32", AV_CODEC_ID_ADPCM_G726LE, 4, 0},
    {"G726-40", AV_CODEC_ID_ADPCM_G726LE, 5, 0},
    {"opus", AV_CODEC_ID_OPUS, 0, 48000},
};

static bool set_config(CapRtpSound *sound, const uint8_t *config, size_t size)
{
    if (size < 2 || size > CONFIG_MAX_BYTES)
        return false;
    AVCodecParameters *par = sound->parameters;
    par->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!par->extradata)
        return false;
    memcpy(par->extradata, config, size);
    par->extradata_size = (int)size;
    return true;
}

/* Hexadecimal digits; NULL if they are none. */
static GByteArray *read_hex(const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (; text[0] && text[1]; text += 2) {
        int high = g_ascii_xdigit_value(text[0]), low = g_ascii_xdigit_value(text[1]);
        if (high < 0 || low < 0 || bytes->len >= CONFIG_MAX_BYTES)
            return NULL;
        uint8_t byte = (uint8_t)(high << 4 | low);
        g_byte_array_append(bytes, &byte, 1);
    }
    return g_steal_pointer(&bytes);
}

static GByteArray *read_config(const CapSdpMedia *media)
{
    g_autofree char *text = cap_sdp_parameter(media, "config");
    return text ? read_hex(text) : NULL;
}

static bool width(const CapSdpMedia *media, const char *key, int *ret)
{
    *ret = cap_sdp_number(media, key, 0);
    return *ret <= FIELD_BITS_MAX;
}

/* AAC-hbr and AAC-lbr, or any with the same three fields. */
static bool set_up_generic(CapRtpSound *sound, const CapSdpMedia *media)
{
    static const char *const OTHERS[] = {"CTSDeltaLength", "DTSDeltaLength",
                                         "auxiliaryDataSizeLength", "streamStateIndication",
                                         "randomAccessIndication"};
    for (size_t i = 0; i < G_N_ELEMENTS(OTHERS); i++)
        if (cap_sdp_number(media, OTHERS[i], 0) > 0)
            return false;
    g_autoptr(GByteArray) config = read_config(media);
    sound->form = GENERIC;
    sound->frame_ticks = cap_sdp_number(media, "constantDuration", AAC_FRAME);
    return config && width(media, "sizelength", &sound->size_bits) &&
           width(media, "indexlength", &sound->index_bits) &&
           width(media, "indexdeltalength", &sound->delta_bits) && sound->size_bits > 0 &&
           set_config(sound, config->data, config->len);
}

/* StreamMuxConfig (ISO/IEC 14496-3 1.7.3) of one program with one layer: after fifteen bits comes
 * AudioSpecificConfig. What follows it does no harm there. */
static bool set_up_latm(CapRtpSound *sound, const CapSdpMedia *media)
{
    g_autoptr(GByteArray) config = read_config(media);
    if (!config || config->len < 4 || cap_sdp_number(media, "cpresent", 1) != 0)
        return false;
    const uint8_t *bits = config->data;
    bool plain = !(bits[0] & 0x80) && (bits[0] & 0x40) && !(bits[0] & 0x3f) && bits[1] < 2;
    for (guint i = 1; i + 1 < config->len; i++) // version, framing, sub-frames, programs, layers
        config->data[i - 1] = (uint8_t)(bits[i] << 7 | bits[i + 1] >> 1);
    sound->form = LATM;
    sound->frame_ticks = AAC_FRAME;
    return plain && set_config(sound, config->data, config->len - 2);
}

static bool set_up_known(CapRtpSound *sound, const CapSdpMedia *media)
{
    for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++) {
        if (g_ascii_strcasecmp(media->encoding, KNOWN[i].name) != 0)
            continue;
        AVCodecParameters *par = sound->parameters;
        par->codec_id = KNOWN[i].codec;
        par->bits_per_coded_sample = KNOWN[i].bits;
        if (KNOWN[i].rate)
            par->sample_rate = KNOWN[i].rate;
        return true;
    }
    return false;
}

static bool set_up(CapRtpSound *sound, const CapSdpMedia *media)
{
    AVCodecParameters *par = sound->parameters;
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->sample_rate = media->clock;
    av_channel_layout_default(&par->ch_layout, media->channels);
    bool generic = g_ascii_strcasecmp(media->encoding, "mpeg4-generic") == 0;
    if (!generic && g_ascii_strcasecmp(media->encoding, "MP4A-LATM") != 0)
        return set_up_known(sound, media);
    par->codec_id = AV_CODEC_ID_AAC;
    par->frame_size = AAC_FRAME;
    return generic ? set_up_generic(sound, media) : set_up_latm(sound, media);
}

CapRtpSound *cap_rtp_sound_new(const CapSdpMedia *media)
{
    if (!media->encoding || media->clock <= 0)
        return NULL;
    g_autoptr(CapRtpSound) sound = g_new0(CapRtpSound, 1);
    sound->begun = g_byte_array_new();
    sound->parameters = avcodec_parameters_alloc();
    if (!sound->parameters || !set_up(sound, media))
        return NULL;
    return g_steal_pointer(&sound);
}

void cap_rtp_sound_free(CapRtpSound *sound)
{
    if (!sound)
        return;
    avcodec_parameters_free(&sound->parameters);
    g_byte_array_unref(sound->begun);
    g_free(sound);
}

const AVCodecParameters *cap_rtp_sound_parameters(const CapRtpSound *sound)
{
    return sound->parameters;
}

static unsigned take_bits(const uint8_t *data, size_t *at, int count)
{
    unsigned value = 0;
    for (; count > 0; count--, ++*at)
        value = value << 1 | (data[*at / 8] >> (7 - *at % 8) & 1);
    return value;
}

static bool keep(CapRtpSound *sound, const uint8_t *data, size_t size)
{
    if (sound->begun->len + size > CAP_RTP_SOUND_MAX_BYTES) {
        g_byte_array_set_size(sound->begun, 0);
        return false;
    }
    g_byte_array_append(sound->begun, data, (guint)size);
    return true;
}

/* A frame larger than its packet: the next ones repeat its header and go on with it. */
static void add_part(CapRtpSound *sound, const CapRtp *packet, const uint8_t *data, size_t size,
                     size_t whole, CapRtpSoundSink sink, void *user)
{
    if (sound->begun->len && (sound->time != packet->time || sound->expected != whole))
        g_byte_array_set_size(sound->begun, 0);
    sound->time = packet->time;
    sound->expected = whole;
    if (!keep(sound, data, size) || sound->begun->len < whole)
        return;
    sink(user, sound->begun->data, whole, 0);
    g_byte_array_set_size(sound->begun, 0);
}

static void add_generic(CapRtpSound *sound, const CapRtp *packet, CapRtpSoundSink sink, void *user)
{
    const uint8_t *headers = packet->payload + 2;
    if (packet->size < 2)
        return;
    size_t bits = (size_t)packet->payload[0] << 8 | packet->payload[1], bytes = (bits + 7) / 8;
    if (bytes > packet->size - 2)
        return;
    const uint8_t *data = headers + bytes;
    size_t rest = packet->size - 2 - bytes, at = 0;
    int64_t more = 0;
    for (int index = sound->index_bits; at + (size_t)(sound->size_bits + index) <= bits;
         index = sound->delta_bits) {
        bool alone = at == 0;
        size_t size = take_bits(headers, &at, sound->size_bits);
        unsigned skipped = take_bits(headers, &at, index);
        more += alone ? 0 : (int64_t)sound->frame_ticks * (1 + skipped);
        if (size > rest) {
            if (alone)
                add_part(sound, packet, data, rest, size, sink, user);
            return;
        }
        if (size)
            sink(user, data, size, more);
        data += size;
        rest -= size;
    }
}

static void send_latm(CapRtpSound *sound, CapRtpSoundSink sink, void *user)
{
    const uint8_t *data = sound->begun->data, *end = data + sound->begun->len;
    for (int64_t more = 0; data < end; more += sound->frame_ticks) {
        size_t size = 0;
        while (data < end && *data == 0xff)
            size += *data++;
        if (data < end)
            size += *data++;
        if (size > (size_t)(end - data))
            break;
        if (size)
            sink(user, data, size, more);
        data += size;
    }
    g_byte_array_set_size(sound->begun, 0);
}

/* A packet holds whole elements, or parts of one; the last has the marker (RFC 6416 6.1). */
static void add_latm(CapRtpSound *sound, const CapRtp *packet, CapRtpSoundSink sink, void *user)
{
    if (sound->begun->len && sound->time != packet->time)
        g_byte_array_set_size(sound->begun, 0);
    sound->time = packet->time;
    if (keep(sound, packet->payload, packet->size) && packet->marker)
        send_latm(sound, sink, user);
}

void cap_rtp_sound_add(CapRtpSound *sound, const CapRtp *packet, bool lost, CapRtpSoundSink sink,
                       void *data)
{
    if (lost)
        g_byte_array_set_size(sound->begun, 0);
    if (sound->form == GENERIC)
        add_generic(sound, packet, sink, data);
    else if (sound->form == LATM)
        add_latm(sound, packet, sink, data);
    else if (packet->size)
        sink(data, packet->payload, packet->size, 0);
}
