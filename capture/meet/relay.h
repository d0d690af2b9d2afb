// SPDX-License-Identifier: GPL-3.0-or-later
/* One track of a leg on its way to one viewer, without coding anything anew: the same payloads with the
 * numbers that the viewer agreed to.
 *
 * Payload type and SSRC are the viewer's own and stay the same for as long as it watches. Sequence
 * numbers and timestamps go on without a hole when the party comes back with others (another SSRC):
 * the time it was away is in the timestamps, so that sound and picture stay in step. What is missing
 * between packets of one sender stays missing: the viewer's own NACKs and picture requests see to it. What a gate
 * (gate.h) left out is not.
 * Header extensions, contributing sources and padding go no further.
 *
 * Pure; one thread. */
#pragma once

#include "capture/rtsp/rtp.h"

typedef struct CapRelay {
    int type, clock; // payload type, ticks a second; set by init
    uint32_t ssrc;
    bool started;
    bool broken; // another sender comes
    int closing; // the next packet goes so far behind the newest; 0 = as far as it says, or 1
    uint32_t from_ssrc;
    uint16_t sequence_less; // theirs + this = ours
    uint32_t time_less;
    uint16_t last_sequence; // ours, of the newest packet
    uint32_t last_time;
    int64_t last_mono_us;
} CapRelay;

void cap_relay_init(CapRelay *relay, int type, int clock, uint32_t ssrc);

/* Another sender comes, though its SSRC may be the same. */
void cap_relay_break(CapRelay *relay);

/* What came since the newest that was written is left out, and nobody is to miss it: the next goes on behind it. With
 * @hole one number is missing between them, since the newest picture is not whole; also if another sender comes. */
void cap_relay_close_up(CapRelay *relay, bool hole);

/* Writes @packet, which came at @mono_us, to @out: CAP_RTP_HEADER_BYTES + packet->size bytes. */
void cap_relay_write(CapRelay *relay, const CapRtp *packet, int64_t mono_us, uint8_t *out);
