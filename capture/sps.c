// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/sps.h"

#include <glib.h>
#include <string.h>

#define SPS_MAX_BYTES 1024 // what is read of one; longer ones are cut, what we need comes early

typedef struct Bits {
    uint8_t data[SPS_MAX_BYTES]; // without emulation prevention
    size_t size;                 // bytes
    size_t at;                   // bit
    bool over;                   // read past the end
} Bits;

static void bits_init(Bits *bits, const uint8_t *nal, size_t size, size_t header)
{
    *bits = (Bits){0};
    unsigned zeros = 0;
    for (size_t i = header; i < size && bits->size < SPS_MAX_BYTES; i++) {
        if (zeros >= 2 && nal[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = nal[i] == 0 ? zeros + 1 : 0;
        bits->data[bits->size++] = nal[i];
    }
}

static unsigned read_bit(Bits *bits)
{
    if (bits->at >= bits->size * 8) {
        bits->over = true;
        return 0;
    }
    unsigned bit = bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1;
    bits->at++;
    return bit;
}

static uint32_t read_bits(Bits *bits, int count)
{
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 1 | read_bit(bits);
    return value;
}

static void skip_bits(Bits *bits, size_t count)
{
    bits->at += count;
    if (bits->at > bits->size * 8)
        bits->over = true;
}

static uint32_t read_ue(Bits *bits)
{
    int zeros = 0;
    while (zeros < 32 && !bits->over && read_bit(bits) == 0)
        zeros++;
    if (zeros == 32 || bits->over) {
        bits->over = true;
        return 0;
    }
    return (UINT32_C(1) << zeros) - 1 + read_bits(bits, zeros);
}

static int32_t read_se(Bits *bits)
{
    uint32_t value = read_ue(bits);
    return value & 1 ? (int32_t)((value + 1) / 2) : -(int32_t)(value / 2);
}

static int read_depth(Bits *bits)
{
    uint32_t more = read_ue(bits);
    return 8 + (int)MIN(more, 8U);
}

static bool set_size(CapSps *sps, int64_t width, int64_t height)
{
    if (width < 1 || height < 1 || width > 32768 || height > 32768)
        return false;
    sps->width = (int)width;
    sps->height = (int)height;
    return true;
}

static void skip_scaling_list(Bits *bits, int size)
{
    int last = 8, next = 8;
    for (int i = 0; i < size && !bits->over; i++) {
        if (next != 0)
            next = (last + read_se(bits) + 256) & 255;
        last = next == 0 ? last : next;
    }
}

static bool has_chroma_fields(int profile)
{
    static const int PROFILES[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
    for (size_t i = 0; i < G_N_ELEMENTS(PROFILES); i++)
        if (PROFILES[i] == profile)
            return true;
    return false;
}

static void read_chroma_h264(Bits *bits, CapSps *sps, bool *ret_separate)
{
    sps->chroma_format = (int)read_ue(bits);
    *ret_separate = sps->chroma_format == 3 && read_bit(bits);
    sps->luma_bits = read_depth(bits);
    sps->chroma_bits = read_depth(bits);
    read_bit(bits); // qpprime_y_zero_transform_bypass_flag
    if (!read_bit(bits))
        return;
    int lists = sps->chroma_format == 3 ? 12 : 8;
    for (int i = 0; i < lists && !bits->over; i++)
        if (read_bit(bits))
            skip_scaling_list(bits, i < 6 ? 16 : 64);
}

static void skip_hrd(Bits *bits)
{
    uint32_t count = read_ue(bits) + 1;
    read_bits(bits, 8); // bit_rate_scale, cpb_size_scale
    for (uint32_t i = 0; i < count && i < 32 && !bits->over; i++) {
        read_ue(bits);
        read_ue(bits);
        read_bit(bits);
    }
    read_bits(bits, 20); // four lengths of five bits
}

/* vui_parameters(), E.1.1, up to max_num_reorder_frames. -1 if it is not there. */
static int read_reorder_h264(Bits *bits)
{
    if (read_bit(bits) && read_bits(bits, 8) == 255) // aspect ratio: Extended_SAR
        read_bits(bits, 32);
    if (read_bit(bits)) // overscan
        read_bit(bits);
    if (read_bit(bits)) { // video signal type
        read_bits(bits, 4);
        if (read_bit(bits))
            read_bits(bits, 24);
    }
    if (read_bit(bits)) { // chroma location
        read_ue(bits);
        read_ue(bits);
    }
    if (read_bit(bits)) // timing
        skip_bits(bits, 65);
    bool nal_hrd = read_bit(bits);
    if (nal_hrd)
        skip_hrd(bits);
    bool vcl_hrd = read_bit(bits);
    if (vcl_hrd)
        skip_hrd(bits);
    if (nal_hrd || vcl_hrd)
        read_bit(bits);
    read_bit(bits); // pic_struct_present_flag
    if (!read_bit(bits))
        return -1;
    read_bit(bits);
    for (int i = 0; i < 4; i++)
        read_ue(bits);
    uint32_t reorder = read_ue(bits);
    return bits->over || reorder > 16 ? -1 : (int)reorder;
}

static uint32_t skip_order_count(Bits *bits)
{
    uint32_t type = read_ue(bits);
    if (type == 0) {
        read_ue(bits);
    } else if (type == 1) {
        read_bit(bits);
        read_se(bits);
        read_se(bits);
        uint32_t count = read_ue(bits);
        for (uint32_t i = 0; i < count && i < 256 && !bits->over; i++)
            read_se(bits);
    }
    return type;
}

bool cap_sps_parse_h264(const uint8_t *nal, size_t size, CapSps *ret)
{
    if (size < 4 || (nal[0] & 0x1f) != 7)
        return false;
    Bits bits;
    bits_init(&bits, nal, size, 1);
    CapSps sps = {.chroma_format = 1, .luma_bits = 8, .chroma_bits = 8, .reorder = -1};
    int profile = (int)read_bits(&bits, 8);
    read_bits(&bits, 16); // constraint flags, level
    read_ue(&bits);       // seq_parameter_set_id
    bool separate = false;
    if (has_chroma_fields(profile))
        read_chroma_h264(&bits, &sps, &separate);
    read_ue(&bits); // log2_max_frame_num_minus4
    uint32_t order_type = skip_order_count(&bits);
    read_ue(&bits); // max_num_ref_frames
    read_bit(&bits);
    int64_t width = ((int64_t)read_ue(&bits) + 1) * 16;
    int64_t units = (int64_t)read_ue(&bits) + 1;
    unsigned frames_only = read_bit(&bits);
    if (!frames_only)
        read_bit(&bits);
    int64_t height = units * 16 * (2 - frames_only);
    read_bit(&bits); // direct_8x8_inference_flag
    if (read_bit(&bits)) {
        int chroma = separate ? 0 : sps.chroma_format;
        int64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
        int64_t unit_y = (chroma == 1 ? 2 : 1) * (2 - (int64_t)frames_only);
        width -= unit_x * ((int64_t)read_ue(&bits) + read_ue(&bits));
        height -= unit_y * ((int64_t)read_ue(&bits) + read_ue(&bits));
    }
    if (bits.over || sps.chroma_format > 3)
        return false;
    if (read_bit(&bits))
        sps.reorder = read_reorder_h264(&bits);
    if (order_type == 2 || profile == 66) // output order is decoding order; no B slices
        sps.reorder = 0;
    if (!set_size(&sps, width, height))
        return false;
    *ret = sps;
    return true;
}

static void read_profile_h265(Bits *bits, CapSps *sps, unsigned sub_layers)
{
    for (size_t i = 0; i < sizeof sps->profile; i++)
        sps->profile[i] = (uint8_t)read_bits(bits, 8);
    bool has_profile[8] = {false}, has_level[8] = {false};
    for (unsigned i = 0; i < sub_layers; i++) {
        has_profile[i] = read_bit(bits);
        has_level[i] = read_bit(bits);
    }
    if (sub_layers > 0)
        skip_bits(bits, 2 * (size_t)(8 - sub_layers));
    for (unsigned i = 0; i < sub_layers; i++)
        skip_bits(bits, (has_profile[i] ? 88U : 0U) + (has_level[i] ? 8U : 0U));
}

static void read_reorder_h265(Bits *bits, CapSps *sps, unsigned sub_layers)
{
    read_ue(bits); // log2_max_pic_order_cnt_lsb_minus4
    bool each = read_bit(bits);
    for (unsigned i = each ? 0 : sub_layers; i <= sub_layers; i++) {
        read_ue(bits); // sps_max_dec_pic_buffering_minus1
        uint32_t reorder = read_ue(bits);
        read_ue(bits); // sps_max_latency_increase_plus1
        sps->reorder = bits->over || reorder > 16 ? -1 : (int)reorder;
    }
}

bool cap_sps_parse_h265(const uint8_t *nal, size_t size, CapSps *ret)
{
    if (size < 16 || (nal[0] >> 1 & 0x3f) != 33)
        return false;
    Bits bits;
    bits_init(&bits, nal, size, 2);
    CapSps sps = {.reorder = -1};
    read_bits(&bits, 4); // sps_video_parameter_set_id
    unsigned sub_layers = read_bits(&bits, 3);
    sps.temporal_nested = read_bit(&bits);
    sps.temporal_layers = (int)sub_layers + 1;
    if (sub_layers > 6)
        return false;
    read_profile_h265(&bits, &sps, sub_layers);
    read_ue(&bits); // sps_seq_parameter_set_id
    sps.chroma_format = (int)read_ue(&bits);
    int chroma = sps.chroma_format;
    if (chroma == 3 && read_bit(&bits)) // separate_colour_plane_flag
        chroma = 0;
    int64_t width = read_ue(&bits), height = read_ue(&bits);
    if (read_bit(&bits)) {
        int64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1, unit_y = chroma == 1 ? 2 : 1;
        width -= unit_x * ((int64_t)read_ue(&bits) + read_ue(&bits));
        height -= unit_y * ((int64_t)read_ue(&bits) + read_ue(&bits));
    }
    sps.luma_bits = read_depth(&bits);
    sps.chroma_bits = read_depth(&bits);
    if (bits.over || sps.chroma_format > 3 || !set_size(&sps, width, height))
        return false;
    read_reorder_h265(&bits, &sps, sub_layers);
    *ret = sps;
    return true;
}
