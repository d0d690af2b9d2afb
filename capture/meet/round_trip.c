// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/round_trip.h"

#include <glib.h>

#define EXTENDED 207 // RFC 3611 2
#define REFERENCE_TIME 4
#define DELAY_SINCE 5
#define DELAY_SINCE_BYTES 12 // of each receiver
#define ROUNDING 64          // units that both sides' rounding may make an answer too early by

static uint32_t read_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* In units of 1/65536 s; what exceeds 64 bits of the product comes after years. */
static uint64_t units(int64_t mono_us)
{
    return ((uint64_t)mono_us << 16) / G_USEC_PER_SEC;
}

_Static_assert(CAP_CLOCK_WINDOW_S > 4 * CAP_ROUND_TRIP_PAUSE_S, "it may run out of answers");

void cap_round_trip_init(CapRoundTrip *trip)
{
    *trip = (CapRoundTrip){0};
    cap_clock_window_clear(&trip->window);
}

bool cap_round_trip_ask(CapRoundTrip *trip, uint32_t ssrc, int64_t mono_us,
                        uint8_t ret[CAP_ROUND_TRIP_BYTES])
{
    if (trip->questions > 0 && mono_us - trip->asked_us < CAP_ROUND_TRIP_EVERY_US)
        return false;
    uint64_t moment = units(mono_us);
    trip->asked_us = mono_us;
    trip->asked[trip->questions++ % CAP_ROUND_TRIP_ASKED] = (uint32_t)moment;
    write_32(ret, UINT32_C(2) << 30 | EXTENDED << 16 | (CAP_ROUND_TRIP_BYTES / 4 - 1));
    write_32(ret + 4, ssrc);
    write_32(ret + 8, REFERENCE_TIME << 24 | 2);
    write_32(ret + 12, (uint32_t)(moment >> 16));
    write_32(ret + 16, (uint32_t)(moment << 16));
    return true;
}

static bool was_asked(const CapRoundTrip *trip, uint32_t moment)
{
    unsigned count = MIN(trip->questions, CAP_ROUND_TRIP_ASKED);
    for (unsigned i = 0; i < count; i++)
        if (trip->asked[i] == moment)
            return true;
    return false;
}

static bool take_answer(CapRoundTrip *trip, uint32_t moment, uint32_t delay, int64_t mono_us)
{
    int32_t took = (int32_t)((uint32_t)units(mono_us) - moment - delay); // runs over as they do
    int64_t took_us = (int64_t)MAX(took, 0) * G_USEC_PER_SEC / 65536;
    if (!was_asked(trip, moment) || took < -ROUNDING || took_us > CAP_ROUND_TRIP_MAX_US)
        return false;
    cap_clock_window_add(&trip->window, mono_us, took_us);
    return true;
}

static bool take_block(CapRoundTrip *trip, const uint8_t *data, size_t size, int64_t mono_us)
{
    bool taken = false;
    for (; size >= DELAY_SINCE_BYTES; data += DELAY_SINCE_BYTES, size -= DELAY_SINCE_BYTES)
        taken |= take_answer(trip, read_32(data + 4), read_32(data + 8), mono_us);
    return taken;
}

static bool take_blocks(CapRoundTrip *trip, const uint8_t *data, size_t size, int64_t mono_us)
{
    bool taken = false;
    while (size >= 4) {
        size_t block = 4 + 4 * ((size_t)data[2] << 8 | data[3]);
        if (block > size)
            break;
        if (data[0] == DELAY_SINCE)
            taken |= take_block(trip, data + 4, block - 4, mono_us);
        data += block;
        size -= block;
    }
    return taken;
}

bool cap_round_trip_take(CapRoundTrip *trip, const uint8_t *data, size_t size, int64_t mono_us)
{
    bool taken = false;
    while (size >= 8 && data[0] >> 6 == 2) {
        size_t packet = 4 + 4 * ((size_t)data[2] << 8 | data[3]);
        if (packet > size)
            break;
        if (data[1] == EXTENDED && packet >= 8)
            taken |= take_blocks(trip, data + 8, packet - 8, mono_us);
        data += packet;
        size -= packet;
    }
    return taken;
}

bool cap_round_trip_least(const CapRoundTrip *trip, int64_t *ret_us)
{
    return cap_clock_window_least(&trip->window, ret_us);
}
