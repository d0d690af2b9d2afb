// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/access_unit.h"

#include <glib.h>
#include <string.h>

#include "capture/sps.h"
#include "test/capture/fixture.h"

typedef struct Size {
    const char *codec;
    int width, height;
} Size;

/* Sizes that need cropping, against what libavcodec decodes from our avcC / hvcC. */
static void test_sizes(void)
{
    static const Size SIZES[] = {{"libx264", 64, 48},     {"libx264", 322, 182},
                                 {"libx264", 1920, 1080}, {"libx265", 64, 64},
                                 {"libx265", 322, 182},   {"libx265", 1920, 1080}};
    for (size_t i = 0; i < G_N_ELEMENTS(SIZES); i++) {
        const Size *size = &SIZES[i];
        g_autoptr(GPtrArray) packets =
            fixture_encode(size->codec, size->width, size->height, 2, 2, 0, NULL);
        const CapPacket *packet = g_ptr_array_index(packets, 0);
        g_assert_true(packet->key);
        const CapPacket *small = g_ptr_array_index(packets, 1); // after a large one
        g_assert_cmpuint(packet->buffer->size, <=, packet->size + 4096);
        g_assert_cmpuint(small->buffer->size, <=, small->size + 4096);
        g_assert_nonnull(packet->params);
        g_assert_cmpint(packet->params->width, ==, size->width);
        g_assert_cmpint(packet->params->height, ==, size->height);
        const AVCodec *codec = avcodec_find_decoder(packet->params->codec);
        g_autoptr(AVCodecContext) decoder = avcodec_alloc_context3(codec);
        decoder->extradata = av_mallocz(packet->params->record_size + AV_INPUT_BUFFER_PADDING_SIZE);
        memcpy(decoder->extradata, packet->params->record, packet->params->record_size);
        decoder->extradata_size = (int)packet->params->record_size;
        decoder->thread_count = 1;
        g_assert_cmpint(avcodec_open2(decoder, codec, NULL), ==, 0);
        g_autoptr(AVPacket) coded = av_packet_alloc();
        g_assert_cmpint(av_new_packet(coded, (int)packet->size), ==, 0);
        memcpy(coded->data, packet->data, packet->size);
        g_assert_cmpint(avcodec_send_packet(decoder, coded), ==, 0);
        avcodec_send_packet(decoder, NULL);
        g_autoptr(AVFrame) frame = av_frame_alloc();
        g_assert_cmpint(avcodec_receive_frame(decoder, frame), ==, 0);
        g_assert_cmpint(frame->width, ==, size->width);
        g_assert_cmpint(frame->height, ==, size->height);
    }
}

static void test_reorder_told(void)
{
    g_autoptr(GPtrArray) flat = fixture_encode("libx265", 64, 64, 8, 8, 0, NULL);
    g_autoptr(GPtrArray) deep = fixture_encode("libx265", 64, 64, 8, 8, 3, NULL);
    g_assert_cmpint(((CapPacket *)g_ptr_array_index(flat, 0))->params->reorder, ==, 0);
    g_assert_cmpint(((CapPacket *)g_ptr_array_index(deep, 0))->params->reorder, >=, 1);
}

static const uint8_t SPS[] = {0x67, 0x42, 0xc0, 0x16, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0xc0,
                              0x5a, 0x83, 0x03, 0x03, 0x20, 0x00, 0x00, 0x03, 0x00, 0x20,
                              0x00, 0x00, 0x03, 0x03, 0xd1, 0xe2, 0xc5, 0xd4};
static const uint8_t PPS[] = {0x68, 0xce, 0x0b, 0xc8};
static const uint8_t START[] = {0, 0, 0, 1};

static void add_nal(GByteArray *bytes, const uint8_t *nal, guint size)
{
    g_byte_array_append(bytes, START, sizeof START);
    g_byte_array_append(bytes, nal, size);
}

/* In one piece, and cut everywhere: the same picture. */
static void test_pieces(void)
{
    static const uint8_t SEI[] = {0x06, 0x05, 0x01, 0xaa, 0x80};
    uint8_t slice[200];
    for (size_t i = 0; i < sizeof slice; i++)
        slice[i] = (uint8_t)(i * 37 | 1);
    slice[0] = 0x65;
    g_autoptr(GByteArray) head = g_byte_array_new();
    add_nal(head, SPS, sizeof SPS);
    add_nal(head, PPS, sizeof PPS);
    add_nal(head, SEI, sizeof SEI);
    size_t expected = head->len + 4 + sizeof slice;
    for (guint cut = 1; cut < sizeof slice; cut++) {
        g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, NULL, 0);
        g_autoptr(GByteArray) begin = g_byte_array_new();
        add_nal(begin, slice, cut);
        g_assert_true(cap_access_unit_add(unit, head->data, head->len, NULL));
        g_assert_true(cap_access_unit_add(unit, begin->data, begin->len, NULL));
        g_assert_true(cap_access_unit_add(unit, slice + cut, sizeof slice - cut, NULL));
        g_auto(CapPacket) packet = {0};
        g_assert_true(cap_access_unit_take(unit, &packet));
        g_assert_cmpuint(packet.size, ==, expected);
        g_assert_true(packet.key);
        g_assert_cmpmem(packet.data + packet.size - sizeof slice, sizeof slice, slice,
                        sizeof slice);
        static const uint8_t LENGTH[] = {0, 0, 0, sizeof slice};
        g_assert_cmpmem(packet.data + head->len, 4, LENGTH, sizeof LENGTH);
        g_assert_cmpint(packet.params->width, ==, 640);
        g_assert_cmpint(packet.params->height, ==, 360);
    }
}

static void test_sets_ahead(void)
{
    g_autoptr(GByteArray) sets = g_byte_array_new();
    add_nal(sets, SPS, sizeof SPS);
    add_nal(sets, PPS, sizeof PPS);
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, sets->data, sets->len);
    g_auto(CapPacket) packet = {0};
    g_assert_false(cap_access_unit_take(unit, &packet)); // sets are no picture
    static const uint8_t LATER[] = {0, 0, 0, 1, 0x41, 0x9a, 0x11};
    g_assert_true(cap_access_unit_add(unit, LATER, sizeof LATER, NULL));
    g_assert_true(cap_access_unit_take(unit, &packet));
    g_assert_false(packet.key);
    g_assert_cmpuint(packet.size, ==, sizeof LATER); // the sets were not sent with it
    g_assert_nonnull(packet.params);
    CapVideoParams *before = packet.params;
    g_auto(CapPacket) next = {0};
    g_assert_true(cap_access_unit_add(unit, sets->data, sets->len, NULL)); // the same again
    g_assert_true(cap_access_unit_add(unit, LATER, sizeof LATER, NULL));
    g_assert_true(cap_access_unit_take(unit, &next));
    g_assert_true(next.params == before);
}

static void test_lost_beginning(void)
{
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, NULL, 0);
    static const uint8_t REST[] = {0x12, 0x34, 0x56};
    g_assert_true(cap_access_unit_add(unit, REST, sizeof REST, NULL));
    CapPacket packet = {0};
    g_assert_false(cap_access_unit_take(unit, &packet));
}

/* Parameter sets come from outside: cut and garbled ones must be refused or read, and nothing else. */
static void test_garbled_sps(void)
{
    for (size_t size = 0; size <= sizeof SPS; size++) {
        g_autofree uint8_t *part = g_memdup2(SPS, size);
        CapSps sps;
        cap_sps_parse_h264(part, size, &sps);
        cap_sps_parse_h265(part, size, &sps);
    }
    for (size_t at = 0; at < sizeof SPS; at++) {
        for (int value = 0; value < 256; value++) {
            uint8_t copy[sizeof SPS];
            memcpy(copy, SPS, sizeof SPS);
            copy[at] = (uint8_t)value;
            CapSps sps = {0};
            if (cap_sps_parse_h264(copy, sizeof copy, &sps)) {
                g_assert_cmpint(sps.width, >, 0);
                g_assert_cmpint(sps.height, <=, 32768);
                g_assert_cmpint(sps.reorder, <=, 16);
            }
            copy[0] = 33 << 1;
            cap_sps_parse_h265(copy, sizeof copy, &sps);
        }
    }
}

static void test_too_large(void)
{
    g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, NULL, 0);
    g_autofree uint8_t *piece = g_malloc0(1 << 20);
    memcpy(piece, (uint8_t[]){0, 0, 0, 1, 0x65}, 5);
    memset(piece + 5, 0x55, (1 << 20) - 5);
    g_autoptr(GError) error = NULL;
    bool good = true;
    for (int i = 0; i < 64 && good; i++)
        good = cap_access_unit_add(unit, piece + (i ? 5 : 0), 1 << 19, &error);
    for (int i = 0; i < 64 && good; i++)
        good = cap_access_unit_add(unit, piece + 5, 1 << 19, &error);
    g_assert_false(good);
    g_assert_nonnull(error);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CODES_BYTES (256 << 10) // each memmem looks at all that it might search
#else
#define CODES_BYTES (4 << 20)
#endif

/* Start codes with next to nothing between them, as many as a picture may have: taken apart in one pass. Each
 * step that moved what follows would take minutes, which the test has not. */
static void test_start_codes_alone(void)
{
    static const struct {
        uint8_t bytes[9];
        guint size;
        size_t left; // of each turn
    } CASES[] = {{{0, 0, 0, 1}, 4, 0}, {{0, 0, 0, 1, 0, 0, 0, 1, 0x68}, 9, 5}};
    static const uint8_t SLICE[] = {0, 0, 0, 1, 0x65, 0x88, 0x84};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        guint turns = CODES_BYTES / CASES[i].size;
        g_autoptr(GByteArray) codes = g_byte_array_new();
        for (guint k = 0; k < turns; k++)
            g_byte_array_append(codes, CASES[i].bytes, CASES[i].size);
        g_byte_array_append(codes, SLICE, sizeof SLICE);
        g_autoptr(CapAccessUnit) unit = cap_access_unit_new(AV_CODEC_ID_H264, NULL, 0);
        g_assert_true(cap_access_unit_begin_nal(unit, SPS, sizeof SPS, NULL));
        g_assert_true(cap_access_unit_append(unit, codes->data, codes->len, NULL));
        g_auto(CapPacket) packet = {0};
        g_assert_true(cap_access_unit_take(unit, &packet));
        size_t sets = 4 + sizeof SPS + turns * CASES[i].left;
        g_assert_cmpuint(packet.size, ==, sets + sizeof SLICE);
        static const uint8_t KEPT[] = {0, 0, 0, 3, 0x65, 0x88, 0x84};
        g_assert_cmpmem(packet.data + sets, sizeof KEPT, KEPT, sizeof KEPT);
        g_assert_true(packet.key);
    }
}

/* The other codec's parameter sets: the camera has changed its codec without a word. */
static void test_foreign(void)
{
    static const struct {
        enum AVCodecID codec;
        uint8_t piece[12];
        bool good;
    } CASES[] = {
        {AV_CODEC_ID_H264, {0, 0, 0, 1, 0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60}, false},
        {AV_CODEC_ID_HEVC, {0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x16, 0xda, 0x02, 0x80, 0xbf}, false},
        {AV_CODEC_ID_HEVC, {0, 0, 0, 1, 0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60}, true},
        {AV_CODEC_ID_H264, {0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x16, 0xda, 0x02, 0x80, 0xbf}, true},
    };
    static const uint8_t NEXT[] = {0, 0, 0, 1, 0x06, 0x05, 0x80};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(CapAccessUnit) unit = cap_access_unit_new(CASES[i].codec, NULL, 0);
        g_autoptr(GError) error = NULL;
        bool good = cap_access_unit_add(unit, CASES[i].piece, sizeof CASES[i].piece, &error) &&
                    cap_access_unit_add(unit, NEXT, sizeof NEXT, &error);
        g_assert_true(good == CASES[i].good);
        g_assert_true(good || mj_error_is(error, MJ_ERROR_INVALID));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    cap_libav_init();
    g_test_add_func("/access-unit/sizes", test_sizes);
    g_test_add_func("/access-unit/reorder-told", test_reorder_told);
    g_test_add_func("/access-unit/pieces", test_pieces);
    g_test_add_func("/access-unit/sets-ahead", test_sets_ahead);
    g_test_add_func("/access-unit/lost-beginning", test_lost_beginning);
    g_test_add_func("/access-unit/garbled-sps", test_garbled_sps);
    g_test_add_func("/access-unit/foreign", test_foreign);
    g_test_add_func("/access-unit/start-codes-alone", test_start_codes_alone);
    g_test_add_func("/access-unit/too-large", test_too_large);
    return g_test_run();
}
