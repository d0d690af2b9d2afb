// SPDX-License-Identifier: GPL-3.0-or-later
/* VP8 (RFC 6386) as far as a recorder has to know it: what precedes a piece of a picture in RTP (RFC 7741
 * 4.2), and what the first bytes of a picture say (RFC 6386 9.1). There are no parameter sets; a key frame
 * carries its size.
 *
 * Pure. The bytes may be any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAP_VP8_CONFIG_BYTES                                                                       \
    12 // VP Codec ISO Media File Format Binding: vpcC with its version and flags

/* How many bytes of a payload of RTP precede the picture's; 0 if it is none of VP8, or has nothing after
 * them. *ret_begins: a picture begins here. */
size_t cap_vp8_descriptor(const uint8_t *payload, size_t size, bool *ret_begins);

bool cap_vp8_is_key(const uint8_t *picture, size_t size);
/* Of a key frame. False if these are no bytes of one. */
bool cap_vp8_size(const uint8_t *picture, size_t size, int *ret_width, int *ret_height);

/* What MP4 keeps of it. */
void cap_vp8_config(uint8_t out[CAP_VP8_CONFIG_BYTES]);
