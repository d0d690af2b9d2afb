// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of room terminals that need no terminal: what of a viewer's offer fits what one sends, its pictures in
 * packets, its sound as Opus. */
#include <math.h>
#include <string.h>

#include "capture/audio.h"
#include "capture/meet/offer.h"
#include "capture/meet/pack.h"

/* --- offers ------------------------------------------------------------------------------------- */

static char *viewer(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("MINGJING_SOURCE"), "test/fuzz/corpus/offer/sends", NULL);
    g_autofree char *all = NULL;
    gsize size = 0;
    g_assert_true(g_file_get_contents(path, &all, &size, NULL));
    g_autoptr(GString) text = g_string_new_len(all + 1, (gssize)size - 1);
    g_string_replace(text, "a=sendonly", "a=recvonly", 0);
    g_string_replace(text, "a=sendrecv", "a=recvonly", 0);
    g_string_replace(text, "a=rtpmap:111 ", "a=rtpmap:8 PCMA/8000\r\na=rtpmap:111 ", 1);
    return g_strdup(text->str);
}

static CapOffer *offer_for(const char *text, uint8_t profile, CapOfferSound sound)
{
    g_autoptr(GError) error = NULL;
    CapOffer *offer =
        cap_offer_parse_for(text, strlen(text), &(CapOfferSent){profile, sound}, &error);
    g_assert_no_error(error);
    return offer;
}

static void test_profile(void)
{
    g_autofree char *text = viewer();
    g_autoptr(CapOffer) baseline = offer_for(text, 0x42, CAP_OFFER_OPUS);
    g_assert_nonnull(strstr(baseline->video.format, "profile-level-id=42"));
    g_assert_nonnull(strstr(baseline->video.format, "packetization-mode=1"));
    g_autoptr(CapOffer) high = offer_for(text, 0x64, CAP_OFFER_OPUS);
    g_assert_cmpint(high->video.type, ==, 104);
    g_autoptr(CapOffer) main = offer_for(text, 0x4d, CAP_OFFER_OPUS); // as near as there is
    g_assert_nonnull(strstr(main->video.format, "profile-level-id=42"));
    g_autoptr(GString) more = g_string_new(text);
    g_string_replace(more, "packetization-mode=1", "packetization-mode=0", 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(
        cap_offer_parse_for(more->str, more->len, &(CapOfferSent){0x42, CAP_OFFER_OPUS}, &error));
    g_assert_nonnull(strstr(error->message, "packetization-mode=1"));
}

static void test_sound(void)
{
    g_autofree char *text = viewer();
    g_autoptr(CapOffer) alaw = offer_for(text, 0x42, CAP_OFFER_PCMA);
    g_assert_cmpint(alaw->audio.type, ==, 8);
    g_assert_cmpint(alaw->audio.sound, ==, CAP_OFFER_PCMA);
    g_assert_cmpint(cap_offer_clock(&alaw->audio, true), ==, 8000);
    g_autoptr(CapOffer) ulaw = offer_for(text, 0x42, CAP_OFFER_PCMU); // which it does not take
    g_assert_cmpint(ulaw->audio.sound, ==, CAP_OFFER_OPUS);
    g_assert_cmpint(cap_offer_clock(&ulaw->audio, true), ==, 48000);
    g_autoptr(CapOffer) party =
        cap_offer_parse(text, strlen(text), CAP_OFFER_RECEIVES, CAP_OFFER_ANY, NULL);
    g_assert_cmpint(party->audio.sound, ==, CAP_OFFER_OPUS); // of a browser's leg
}

/* --- pictures ----------------------------------------------------------------------------------- */

typedef struct Packed {
    GByteArray *joined; // NAL units, each after its length
    int packets, ends;
    size_t fragment_at; // of the one that is being put together
} Packed;

static void put_length(GByteArray *out, size_t at, size_t size)
{
    for (int i = 0; i < 4; i++)
        out->data[at + (size_t)i] = (uint8_t)(size >> 8 * (3 - i));
}

/* RFC 6184 5.6 and 5.8, the other way. */
static void unpack(void *data, const uint8_t *payload, size_t size, bool last)
{
    Packed *packed = data;
    GByteArray *out = packed->joined;
    bool fragment = (payload[0] & 0x1f) == 28;
    g_assert_cmpuint(size, <=, CAP_PACK_BYTES);
    packed->packets++;
    packed->ends += last;
    if (!fragment || payload[1] & 0x80) {
        packed->fragment_at = out->len;
        g_byte_array_set_size(out, out->len + 4);
    }
    uint8_t header = (uint8_t)((payload[0] & 0xe0) | (payload[1] & 0x1f));
    if (fragment && payload[1] & 0x80)
        g_byte_array_append(out, &header, 1);
    g_byte_array_append(out, payload + (fragment ? 2 : 0), (guint)size - (fragment ? 2 : 0));
    put_length(out, packed->fragment_at, out->len - packed->fragment_at - 4);
}

static GByteArray *picture(const size_t *sizes, const uint8_t *headers, int n)
{
    GByteArray *all = g_byte_array_new();
    for (int i = 0; i < n; i++) {
        guint at = all->len;
        g_byte_array_set_size(all, at + 4 + (guint)sizes[i]);
        put_length(all, at, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            all->data[at + 4 + k] = (uint8_t)(k == 0 ? headers[i] : k * 7);
    }
    return all;
}

static uint8_t AVCC[] = {1, 0x42, 0xc0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 1, 1, 0, 2, 0x68, 9};

static void test_pack(void)
{
    static const size_t SIZES[] = {9, CAP_PACK_BYTES, CAP_PACK_BYTES + 1, 5000, 1};
    static const uint8_t HEADERS[] = {0x06, 0x65, 0x65, 0x41, 0x01};
    CapVideoParams params = {.record = AVCC, .record_size = sizeof AVCC};
    g_autoptr(GByteArray) in = picture(SIZES, HEADERS, 5);
    Packed packed = {.joined = g_byte_array_new()};
    cap_pack_h264(in->data, in->len, &params, false, unpack, &packed);
    g_assert_cmpmem(packed.joined->data, packed.joined->len, in->data, in->len);
    g_assert_cmpint(packed.packets, ==, 1 + 1 + 2 + 5 + 1);
    g_assert_cmpint(packed.ends, ==, 1);
    g_byte_array_set_size(packed.joined, 0);
    cap_pack_h264(in->data, in->len, &params, true, unpack, &packed); // its sets come first
    static const uint8_t SETS[] = {0, 0, 0, 2, 0x67, 1, 0, 0, 0, 2, 0x68, 9};
    g_assert_cmpmem(packed.joined->data, sizeof SETS, SETS, sizeof SETS);
    g_assert_cmpuint(packed.joined->len, ==, in->len + sizeof SETS);
    g_byte_array_unref(packed.joined);
}

/* What is empty, cut short, or no NAL unit of H.264 behind the last that is one takes the mark from no packet. */
static void test_pack_last(void)
{
    static const struct {
        const char *picture;
        size_t size;
        int packets;
    } CASES[] = {{"\0\0\0\2\x41\x9a\0\0\0\0", 10, 1},
                 {"\0\0\0\0\0\0\0\2\x41\x9a", 10, 1},
                 {"\0\0\0\2\x41\x9a\0\0\0\0\0\0\0\2\x41\x1a", 16, 2},
                 {"\0\0\0\2\x41\x9a\0\0\0\2\x1c\x85", 12, 1},
                 {"\0\0\0\2\x41\x9a\0\0\0\7\x41\x1a", 12, 1},
                 {"\0\0\0\2\x41\x9a\0\0\0", 9, 1},
                 {"\0\0\0\0", 4, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        Packed packed = {.joined = g_byte_array_new()};
        cap_pack_h264((const uint8_t *)CASES[i].picture, CASES[i].size, &(CapVideoParams){0}, false,
                      unpack, &packed);
        g_assert_cmpint(packed.packets, ==, CASES[i].packets);
        g_assert_cmpint(packed.ends, ==, CASES[i].packets > 0);
        g_byte_array_unref(packed.joined);
    }
}

static void ignore(void *data, const uint8_t *payload, size_t size, bool last)
{
    (void)last;
    *(size_t *)data += payload[size - 1] + size;
}

/* Cut short anywhere, and with lengths that lie. */
static void test_pack_wrong(void)
{
    static const size_t SIZES[] = {9, 3000};
    static const uint8_t HEADERS[] = {0x67, 0x65};
    g_autoptr(GByteArray) in = picture(SIZES, HEADERS, 2);
    size_t sum = 0;
    for (size_t size = 0; size <= in->len; size++) {
        g_autofree uint8_t *copy = g_memdup2(in->data, size); // sanitizers see its end
        cap_pack_h264(copy, size, &(CapVideoParams){0}, false, ignore, &sum);
    }
    for (size_t size = 0; size <= sizeof AVCC; size++) {
        g_autofree uint8_t *record = g_memdup2(AVCC, size);
        CapVideoParams params = {.record = record, .record_size = size};
        cap_pack_h264(in->data + 13, in->len - 13, &params, true, ignore, &sum);
    }
    g_assert_cmpuint(sum, >, 0);
}

/* --- sound -------------------------------------------------------------------------------------- */

typedef struct Heard {
    AVCodecContext *decoder;
    double energy, re, im;
    int64_t samples, next_us;
    int packets;
} Heard;

#define HZ 500.0

static void listen_to(Heard *heard, const AVFrame *frame)
{
    const float *samples = (const float *)(const void *)frame->extended_data[0];
    for (int i = 0; i < frame->nb_samples; i++, heard->samples++) {
        double angle = 2 * G_PI * HZ * (double)heard->samples / 48000;
        heard->energy += (double)samples[i] * samples[i];
        heard->re += samples[i] * cos(angle);
        heard->im += samples[i] * sin(angle);
    }
}

static bool hear(void *data, const uint8_t *bytes, size_t size, int64_t pts_us, int64_t for_us,
                 GError **error)
{
    (void)error;
    Heard *heard = data;
    g_autoptr(AVPacket) packet = av_packet_alloc();
    g_autoptr(AVFrame) frame = av_frame_alloc();
    g_assert_cmpint(for_us, ==, 20000);
    if (heard->packets++ > 0)
        g_assert_cmpint(ABS(pts_us - heard->next_us), <, 100);
    heard->next_us = pts_us + for_us;
    g_assert_cmpint(av_new_packet(packet, (int)size), ==, 0);
    memcpy(packet->data, bytes, size);
    g_assert_cmpint(avcodec_send_packet(heard->decoder, packet), ==, 0);
    while (avcodec_receive_frame(heard->decoder, frame) >= 0)
        listen_to(heard, frame);
    return true;
}

/* AAC of a tone, as a terminal sends it. */
static AVCodecContext *open_aac(void)
{
    AVCodecContext *aac = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_AAC));
    aac->sample_fmt = AV_SAMPLE_FMT_FLTP;
    aac->sample_rate = 16000;
    aac->bit_rate = 48000;
    aac->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_channel_layout_default(&aac->ch_layout, 2);
    g_assert_cmpint(avcodec_open2(aac, NULL, NULL), ==, 0);
    return aac;
}

static void fill(AVFrame *frame, const AVCodecContext *aac, int piece)
{
    frame->nb_samples = aac->frame_size;
    frame->format = aac->sample_fmt;
    frame->sample_rate = aac->sample_rate;
    frame->pts = (int64_t)piece * aac->frame_size;
    av_channel_layout_copy(&frame->ch_layout, &aac->ch_layout);
    g_assert_cmpint(av_frame_get_buffer(frame, 0), ==, 0);
    for (int channel = 0; channel < 2; channel++)
        for (int i = 0; i < frame->nb_samples; i++)
            ((float *)(void *)frame->extended_data[channel])[i] =
                0.3F * (float)sin(2 * G_PI * HZ * (double)(frame->pts + i) / aac->sample_rate);
}

static void send(AVCodecContext *aac, CapAudio *audio, int pieces)
{
    g_autoptr(AVPacket) packet = av_packet_alloc();
    for (int piece = 0; piece < pieces; piece++) {
        g_autoptr(AVFrame) frame = av_frame_alloc();
        g_autoptr(GError) error = NULL;
        fill(frame, aac, piece);
        g_assert_cmpint(avcodec_send_frame(aac, frame), ==, 0);
        while (avcodec_receive_packet(aac, packet) >= 0) {
            int64_t pts_us = av_rescale(packet->pts + aac->frame_size, 1000000, aac->sample_rate);
            cap_audio_push(audio, packet->data, (size_t)packet->size, pts_us, &error);
            g_assert_no_error(error);
            av_packet_unref(packet);
        }
    }
}

static void test_opus(void)
{
    g_autoptr(AVCodecContext) aac = open_aac();
    g_autoptr(AVCodecParameters) input = avcodec_parameters_alloc();
    g_autoptr(GError) error = NULL;
    avcodec_parameters_from_context(input, aac);
    Heard heard = {.decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_OPUS))};
    g_assert_cmpint(avcodec_open2(heard.decoder, NULL, NULL), ==, 0);
    g_autoptr(CapAudio) audio = cap_audio_new(input, "opus", hear, &heard, &error);
    g_assert_no_error(error);
    send(aac, audio, 64); // 4.1 s
    double share =
        2 * (heard.re * heard.re + heard.im * heard.im) / ((double)heard.samples * heard.energy);
    g_test_message("%d packets, tone %.3f", heard.packets, share);
    g_assert_cmpint(heard.packets, >, 190);
    g_assert_cmpfloat(share, >, 0.9);
    avcodec_free_context(&heard.decoder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terminal/profile", test_profile);
    g_test_add_func("/terminal/sound", test_sound);
    g_test_add_func("/terminal/pack", test_pack);
    g_test_add_func("/terminal/pack-last", test_pack_last);
    g_test_add_func("/terminal/pack-wrong", test_pack_wrong);
    g_test_add_func("/terminal/opus", test_opus);
    return g_test_run();
}
