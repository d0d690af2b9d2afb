// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/relay.h"

#include <glib.h>
#include <string.h>

void cap_relay_init(CapRelay *relay, int type, int clock, uint32_t ssrc)
{
    *relay = (CapRelay){.type = type, .clock = clock, .ssrc = ssrc};
}

static void go_on(CapRelay *relay, const CapRtp *packet, int64_t mono_us)
{
    uint16_t sequence = packet->sequence;
    uint32_t time = packet->time;
    if (relay->started) {
        int64_t away_us = MAX(mono_us - relay->last_mono_us, 1000);
        sequence = (uint16_t)(relay->last_sequence + MAX(relay->closing, 1));
        time = relay->last_time + (uint32_t)(away_us * relay->clock / 1000000);
    }
    relay->started = true;
    relay->broken = false;
    relay->from_ssrc = packet->ssrc;
    relay->sequence_less = (uint16_t)(sequence - packet->sequence);
    relay->time_less = time - packet->time;
    relay->last_sequence = sequence;
    relay->last_time = time;
}

void cap_relay_break(CapRelay *relay)
{
    relay->broken = true;
}

void cap_relay_close_up(CapRelay *relay, bool hole)
{
    relay->closing = hole ? 2 : 1;
}

static void put(uint8_t *out, int bytes, uint32_t value)
{
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

void cap_relay_write(CapRelay *relay, const CapRtp *packet, int64_t mono_us, uint8_t *out)
{
    if (!relay->started || relay->broken || packet->ssrc != relay->from_ssrc)
        go_on(relay, packet, mono_us);
    else if (relay->closing)
        relay->sequence_less = (uint16_t)(relay->last_sequence + relay->closing - packet->sequence);
    relay->closing = 0;
    uint16_t sequence = (uint16_t)(packet->sequence + relay->sequence_less);
    uint32_t time = packet->time + relay->time_less;
    if ((int16_t)(sequence - relay->last_sequence) >= 0) {
        relay->last_sequence = sequence;
        relay->last_time = time;
        relay->last_mono_us = mono_us;
    }
    out[0] = 0x80;
    out[1] = (uint8_t)((packet->marker ? 0x80 : 0) | relay->type);
    put(out + 2, 2, sequence);
    put(out + 4, 4, time);
    put(out + 8, 4, relay->ssrc);
    if (packet->size)
        memcpy(out + CAP_RTP_HEADER_BYTES, packet->payload, packet->size);
}
