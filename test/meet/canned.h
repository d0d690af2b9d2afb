// SPDX-License-Identifier: GPL-3.0-or-later
/* Pictures that were coded beforehand, so that a machine can carry many parties: CANNED_PICTURES of H.264, a key
 * frame and what follows from it, 25 a second and noise, which needs all of its bits. */
#pragma once

#include <gst/gst.h>
#include <stdbool.h>
#include <stdint.h>

#define CANNED_PICTURES 100

/* Element type GstBuffer, byte-stream; the caller's. */
GPtrArray *canned_new(int width, int height, int kbits);

/* Each picture begins with a place for a time (SEI), which goes through whatever relays it unchanged. Nothing if the
 * packet has no such place. */
void canned_stamp(uint8_t *packet, size_t size, int64_t now_us);
bool canned_stamp_read(const uint8_t *packet, size_t size, int64_t *ret_us);
