// SPDX-License-Identifier: GPL-3.0-or-later
/* Reading the sequence parameter set of H.264 (ITU-T H.264 7.3.2.1.1) and H.265 (7.3.2.2): only as
 * far as recording needs it. Pure; any bytes may be given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CapSps {
    int width, height; // as shown, cropping done
    int chroma_format; // chroma_format_idc
    int luma_bits, chroma_bits;
    int reorder; // pictures that may follow in decoding and precede in time; -1 = it does not say
    uint8_t profile[12]; // H.265: the general part of profile_tier_level
    int temporal_layers; // H.265
    bool temporal_nested;
} CapSps;

/* @nal: the whole NAL unit with its header, without start code. False if it makes no sense. */
bool cap_sps_parse_h264(const uint8_t *nal, size_t size, CapSps *ret);
bool cap_sps_parse_h265(const uint8_t *nal, size_t size, CapSps *ret);
