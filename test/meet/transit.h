// SPDX-License-Identifier: GPL-3.0-or-later
/* How long pictures are on their way from one party to another, of canned ones (canned.h).
 *
 * A picture leaves when the sender's payloader hands its first packet to webrtcbin, which encrypts and sends it in the same
 * call; it has arrived when its last packet is decrypted. There its way ends: the receiver reports of it to the sender, and
 * has neither jitter buffer nor decoder. So what is measured is
 * the sender's and the receiver's encryption, two ways over the loopback, and all that the recorder does in between; and
 * how long the threads of either end wait for a processor. Coding, decoding and the receiver's buffer are not in it.
 * Sound, whose packets are one each, is not measured. */
#pragma once

#include <gst/gst.h>
#include <stdint.h>

typedef struct Transit Transit;

/* Pictures that go through @pad, a payloader's, are stamped. */
void transit_watch_sent(GstPad *pad);

/* Of what comes to @webrtc, a webrtcbin that has received nothing yet. */
Transit *transit_new(GstElement *webrtc);
void transit_free(Transit *transit); // after webrtcbin has stopped; NULL is allowed
void transit_forget(Transit *transit);
/* All that ever came, sound too. */
int transit_packets(Transit *transit);
/* Pictures since then, and how long 95 in a hundred were on their way at most. */
int transit_seen(Transit *transit, int64_t *ret_p95_us);
/* How long each was is appended to @late (int64_t). */
void transit_tell(Transit *transit, GArray *late);
/* Of such times; sorts them. 0 if there are none. */
int64_t transit_p95(GArray *late);
