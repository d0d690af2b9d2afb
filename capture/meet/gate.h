// SPDX-License-Identifier: GPL-3.0-or-later
/* Which packets of a picture go on to one viewer, so that what it is shown is whole from a key frame on, however slow its
 * way is.
 *
 * A gate is closed at first. It opens with a key frame, or with the parameter sets before one, while no more than
 * CAP_GATE_LOW_BYTES wait on the way out. It closes where a picture begins and more than CAP_GATE_BYTES wait: what
 * waits is whole, the rest is left out, and the viewer is at the present again with the next key frame, which is to be
 * asked for as soon as there is room for it. A picture that has begun goes on to its end, so that a large one comes
 * through at all, but for one beyond CAP_GATE_MOST_BYTES: that is cut.
 *
 * Another SSRC is another beginning. Packets from before the opening that come late stay out: their numbers are taken
 * (relay.h).
 *
 * Pure; one thread. All zero is a closed gate. */
#pragma once

#include "capture/rtsp/rtp.h"

#define CAP_GATE_BYTES ((size_t)1 << 20)
#define CAP_GATE_LOW_BYTES (CAP_GATE_BYTES / 4)
#define CAP_GATE_MOST_BYTES (3 * CAP_GATE_BYTES)

typedef struct CapGate {
    bool open;
    bool cut;       // the picture that went last is not whole
    uint32_t time;  // of it
    uint32_t ssrc;  // of its sender
    uint16_t floor; // older sequence numbers stay out
} CapGate;

typedef enum {
    CAP_GATE_STAYS,
    CAP_GATE_GOES,
    CAP_GATE_BEGINS, // goes, the first after others were left out
    CAP_GATE_MENDS   // the same, and what went before was cut
} CapGateStep;

/* @waiting: bytes on the way out. */
CapGateStep cap_gate_step(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting);

/* What comes next does not follow from what went. */
void cap_gate_close(CapGate *gate);

/* A key frame would go. */
bool cap_gate_wants_key(const CapGate *gate, size_t waiting);
