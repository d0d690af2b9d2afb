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
 * Parameter sets alone open nothing: unless the key frame follows them, with nothing between but more of what stands
 * before pictures, the gate is closed again behind them. A key frame whose sets found no room is left out as they were.
 *
 * Another SSRC is another beginning. Packets from before the opening that come late stay out: their numbers are taken
 * (relay.h). A sender that counts anew under its SSRC is told from late ones as in RFC 3550 A.1: by
 * CAP_GATE_ANEW_ROW packets in a row at another place of the numbers; or CAP_GATE_LATE_ROW of them, and none from where it
 * was, if all could be late. Then the gate is closed, and opens at the new place's next key frame.
 *
 * A picture is whole once the packet with its marker went. Where the last one is not when the gate is closed, whatever
 * closed it, the next beginning says so (CAP_GATE_MENDS).
 *
 * Pure; one thread. All zero is a closed gate. */
#pragma once

#include "capture/rtsp/rtp.h"

#define CAP_GATE_BYTES ((size_t)1 << 20)
#define CAP_GATE_LOW_BYTES (CAP_GATE_BYTES / 4)
#define CAP_GATE_MOST_BYTES (3 * CAP_GATE_BYTES)
#define CAP_GATE_ANEW_ROW 2
#define CAP_GATE_LATE_ROW                                                                          \
    100 // more than a sender is asked to send again at once (CAP_PEER_LATENCY_MS)

typedef struct CapGate {
    bool open;
    bool only_sets; // what went since it was opened is no picture yet
    bool part;      // the picture that went last lacks its end
    bool cut;       // closed: such a picture was the last
    bool anew;      // what came since a packet went last has other numbers and times
    bool known;     // its sender is:
    uint32_t ssrc;
    uint32_t time;    // of the newest
    uint16_t newest;  // sequence number
    uint16_t floor;   // older ones stay out
    uint16_t stray;   // what would follow the last one that was out of the row
    int strays;       // so many of these in a row
    bool full;        // closed for want of room: pictures are left out
    bool sets_missed; // there was no room for those of the picture that is coming
} CapGate;

typedef enum {
    CAP_GATE_STAYS,
    CAP_GATE_GOES,
    CAP_GATE_BEGINS, // goes, the first after others were left out
    CAP_GATE_MENDS   // the same, and what went before was cut
} CapGateStep;

/* @waiting: bytes on the way out. Where it begins, gate->anew says whether it has numbers and times that do not follow from
 * those before. */
CapGateStep cap_gate_step(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting);

/* What comes next does not follow from what went. */
void cap_gate_close(CapGate *gate);
/* Nor are its numbers any guide: another sender comes, though its SSRC may be the same. */
void cap_gate_forget(CapGate *gate);

/* A key frame would go. */
bool cap_gate_wants_key(const CapGate *gate, size_t waiting);
