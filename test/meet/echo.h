// SPDX-License-Identifier: GPL-3.0-or-later
/* Lets a webrtcbin answer when it is asked for the round trip (RFC 3611 4.4 and 4.5), as browsers do and GStreamer
 * does not. */
#pragma once

#include <gst/gst.h>

typedef struct Echo Echo;

/* Before the first packet. @rtpbin: the one inside. */
Echo *echo_new(GstElement *rtpbin);
void echo_free(Echo *echo); // when the pipeline is gone; NULL is allowed
