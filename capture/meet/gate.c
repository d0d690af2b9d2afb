// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/gate.h"

#include "capture/rtsp/video.h"

#define STAP_A 24
#define SPS 7
#define LATE_MAX 1000 // packets: what is older than the newest by more is another round of numbers

static bool has_sps(const uint8_t *payload, size_t size)
{
    uint8_t type = size > 0 ? payload[0] & 0x1f : 0;
    if (type != STAP_A)
        return type == SPS;
    for (size_t at = 1; at + 2 < size;) {
        if ((payload[at + 2] & 0x1f) == SPS)
            return true;
        at += 2 + ((size_t)payload[at] << 8 | payload[at + 1]);
    }
    return false;
}

static bool begins(bool vp8, const CapRtp *packet)
{
    enum AVCodecID codec = vp8 ? AV_CODEC_ID_VP8 : AV_CODEC_ID_H264;
    return cap_rtp_video_begins_key(codec, packet->payload, packet->size) ||
           (!vp8 && has_sps(packet->payload, packet->size));
}

static CapGateStep try_open(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting)
{
    if (waiting > CAP_GATE_LOW_BYTES || !begins(vp8, packet))
        return CAP_GATE_STAYS;
    CapGateStep step = gate->cut ? CAP_GATE_MENDS : CAP_GATE_BEGINS;
    *gate = (CapGate){
        .open = true, .time = packet->time, .ssrc = packet->ssrc, .floor = packet->sequence};
    return step;
}

static bool is_late(CapGate *gate, const CapRtp *packet)
{
    int since = (int16_t)(packet->sequence - gate->floor);
    if (since > LATE_MAX)
        gate->floor = (uint16_t)(packet->sequence - LATE_MAX);
    return since < 0;
}

CapGateStep cap_gate_step(CapGate *gate, bool vp8, const CapRtp *packet, size_t waiting)
{
    if (gate->open && packet->ssrc != gate->ssrc)
        cap_gate_close(gate);
    if (!gate->open)
        return try_open(gate, vp8, packet, waiting);
    if (is_late(gate, packet))
        return CAP_GATE_STAYS;
    bool same = packet->time == gate->time;
    if (waiting > (same ? CAP_GATE_MOST_BYTES : CAP_GATE_BYTES)) {
        gate->open = false;
        gate->cut = same;
        return CAP_GATE_STAYS;
    }
    gate->time = packet->time;
    return CAP_GATE_GOES;
}

void cap_gate_close(CapGate *gate)
{
    gate->open = gate->cut = false;
}

bool cap_gate_wants_key(const CapGate *gate, size_t waiting)
{
    return !gate->open && waiting <= CAP_GATE_LOW_BYTES;
}
