// SPDX-License-Identifier: GPL-3.0-or-later
/* Which decoder and which encoder of GStreamer this machine has: hardware before software. Each is tried,
 * since a plug-in may be installed where its device is not. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* A part of a pipeline's description that takes pictures of @video ("hevc", "h264", "vp8"), or makes
 * H.264 for somebody who waits: no pictures that overtake each other, a key frame every two seconds.
 * Static; NULL if there is none. Any thread, after gst_init(). */
const char *cap_transcode_decoder(const char *video);
const char *cap_transcode_encoder(void);

/* Whether it is a device that does it. */
bool cap_transcode_is_hardware(const char *part);
