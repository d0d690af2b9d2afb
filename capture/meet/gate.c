// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/gate.h"

#include "capture/rtsp/video.h"

enum { IDR = 5, SPS = 7, STAP_A = 24, FU_A = 28 };

#define LATE_MAX 1000 // packets: what is older than the newest by more is another round of numbers

typedef enum {
    PICTURE, // or part of one, or nobody knows
    BESIDE,  // what stands before pictures and is none
    SETS,    // the same with a sequence parameter set
    KEY
} Kind;

static Kind kind_of_nal(uint8_t first)
{
    uint8_t type = first & 0x1f;
    if (type == SPS)
        return SETS;
    return type > IDR && type < STAP_A ? BESIDE : PICTURE;
}

static Kind kind_of_aggregate(const uint8_t *payload, size_t size)
{
    Kind kind = BESIDE;
    for (size_t at = 1; at + 2 < size && kind != PICTURE;) {
        size_t length = (size_t)payload[at] << 8 | payload[at + 1];
        Kind next = length > 0 ? kind_of_nal(payload[at + 2]) : BESIDE;
        kind = next == BESIDE ? kind : next;
        at += 2 + length;
    }
    return kind;
}

static Kind kind_of(bool vp8, const CapRtp *packet)
{
    const uint8_t *payload = packet->payload;
    enum AVCodecID codec = vp8 ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264;
    if (cap_rtp_video_begins_key(codec, payload, packet->size))
        return KEY;
    if (vp8 || packet->size == 0)
        return PICTURE;
    uint8_t type = payload[0] & 0x1f;
    if (type == STAP_A)
        return kind_of_aggregate(payload, packet->size);
    return kind_of_nal(type == FU_A && packet->size > 1 ? payload[1] : payload[0]);
}

/* --- the row of its sender's numbers ----------------------------------------------------------- */

static void begin_row(CapGate *gate, const CapRtp *packet)
{
    cap_gate_close(gate);
    gate->anew = true;
    gate->known = true;
    gate->ssrc = packet->ssrc;
    gate->newest = packet->sequence;
    gate->time = packet->time;
    gate->strays = 0;
    gate->sets_missed = false;
}

static bool is_in_row(const CapGate *gate, const CapRtp *packet)
{
    int ahead = (int16_t)(packet->sequence - gate->newest);
    return ahead >= 0 && ahead <= CAP_RTP_MISSING_MAX;
}

static bool may_be_late(const CapGate *gate, const CapRtp *packet)
{
    int behind = (int16_t)(gate->newest - packet->sequence);
    return behind > 0 && behind <= LATE_MAX && (int32_t)(packet->time - gate->time) <= 0;
}

/* @packet is out of the row: does another one begin? */
static bool counts_anew(CapGate *gate, const CapRtp *packet)
{
    bool follows = gate->strays > 0 && packet->sequence == gate->stray;
    gate->strays = follows ? gate->strays + 1 : 1;
    gate->stray = (uint16_t)(packet->sequence + 1);
    return gate->strays >= (may_be_late(gate, packet) ? CAP_GATE_LATE_ROW : CAP_GATE_ANEW_ROW);
}

static void follow(CapGate *gate, const CapRtp *packet)
{
    gate->strays = 0;
    gate->newest = packet->sequence;
    gate->time = packet->time;
    if ((int16_t)(packet->sequence - gate->floor) > LATE_MAX)
        gate->floor = (uint16_t)(packet->sequence - LATE_MAX);
}

/* --- opening and closing ----------------------------------------------------------------------- */

static CapGateStep try_open(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting)
{
    Kind kind = kind_of(vp8, packet);
    bool begins = kind == SETS || (kind == KEY && !gate->sets_missed);
    if (begins && waiting <= CAP_GATE_LOW_BYTES) {
        gate->open = true;
        gate->full = false;
        gate->only_sets = kind == SETS;
        gate->part = kind == KEY && !packet->marker;
        gate->floor = packet->sequence;
        return gate->cut ? CAP_GATE_MENDS : CAP_GATE_BEGINS;
    }
    gate->full |= begins;
    gate->sets_missed = kind == SETS || (gate->sets_missed && kind != PICTURE);
    return CAP_GATE_STAYS;
}

/* No picture has begun yet, and none may but a key frame. */
static CapGateStep after_sets(CapGate *gate, bool vp8, const CapRtp *packet)
{
    Kind kind = kind_of(vp8, packet);
    if (kind == PICTURE) {
        cap_gate_close(gate);
        return CAP_GATE_STAYS;
    }
    gate->only_sets = kind != KEY;
    gate->part = kind == KEY && !packet->marker;
    return CAP_GATE_GOES;
}

static CapGateStep go_on(CapGate *gate, bool vp8, const CapRtp *packet, bool same, size_t waiting)
{
    gate->anew = false; // what began has told it
    if (waiting > (same ? CAP_GATE_MOST_BYTES : CAP_GATE_BYTES)) {
        cap_gate_close(gate);
        gate->full = true;
        return CAP_GATE_STAYS;
    }
    if (gate->only_sets)
        return after_sets(gate, vp8, packet);
    gate->part = !packet->marker;
    return CAP_GATE_GOES;
}

CapGateStep cap_gate_step(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting)
{
    bool other = !gate->known || packet->ssrc != gate->ssrc;
    bool in_row = !other && is_in_row(gate, packet);
    bool same = in_row && packet->time == gate->time;
    if (other || (!in_row && counts_anew(gate, packet))) {
        begin_row(gate, packet);
    } else if (in_row) {
        follow(gate, packet);
    } else { // one that is late goes, if it is of what went
        bool went = gate->open && may_be_late(gate, packet) &&
                    (int16_t)(packet->sequence - gate->floor) >= 0;
        return went && waiting <= CAP_GATE_BYTES ? CAP_GATE_GOES : CAP_GATE_STAYS;
    }
    return gate->open ? go_on(gate, vp8, packet, same, waiting)
                      : try_open(gate, vp8, packet, waiting);
}

void cap_gate_close(CapGate *gate)
{
    if (gate->open)
        gate->cut = gate->part;
    gate->open = gate->only_sets = gate->part = false;
}

void cap_gate_forget(CapGate *gate)
{
    cap_gate_close(gate);
    gate->known = false;
}

bool cap_gate_wants_key(const CapGate *gate, size_t waiting)
{
    return !gate->open && waiting <= CAP_GATE_LOW_BYTES;
}
