// SPDX-License-Identifier: GPL-3.0-or-later
/* Pictures that were coded beforehand, so that a machine can carry many parties: CANNED_PICTURES of H.264, a key
 * frame and what follows from it, 25 a second and noise, which needs all of its bits. */
#pragma once

#include <gst/gst.h>

#define CANNED_PICTURES 100

/* Element type GstBuffer, byte-stream; the caller's. */
GPtrArray *canned_new(int width, int height, int kbits);
