// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/rtp.h"

#include <string.h>

#define RTP_HEAD 12
#define PAYLOAD_MAX (RTP_PACKET_MAX - RTP_HEAD)
#define NTP_TO_UNIX_S INT64_C(2208988800)
enum { FU_A = 28, H265_FU = 49, RTCP_SR = 200, RTCP_SDES = 202, RTCP_BYE = 203 };

void rtp_batch_init(RtpBatch *batch)
{
    batch->bytes = g_byte_array_new();
    batch->packets = g_array_new(FALSE, FALSE, sizeof(RtpPacket));
}

void rtp_batch_clear(RtpBatch *batch)
{
    g_clear_pointer(&batch->bytes, g_byte_array_unref);
    g_clear_pointer(&batch->packets, g_array_unref);
}

void rtp_batch_reset(RtpBatch *batch)
{
    g_byte_array_set_size(batch->bytes, 0);
    g_array_set_size(batch->packets, 0);
}

static void put16(uint8_t *out, uint32_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static void put32(uint8_t *out, uint32_t value)
{
    put16(out, value >> 16);
    put16(out + 2, value);
}

/* Room for a packet of @size bytes; what is in it is the caller's to fill before the next call. */
static uint8_t *add_packet(RtpBatch *batch, size_t size)
{
    RtpPacket packet = {batch->bytes->len + RTP_FRAMING, (uint32_t)size};
    g_array_append_val(batch->packets, packet);
    g_byte_array_set_size(batch->bytes, packet.offset + packet.size);
    return batch->bytes->data + packet.offset;
}

static uint8_t *add_rtp(RtpBatch *batch, RtpTrack *track, uint32_t time, size_t payload,
                        bool marker)
{
    uint8_t *out = add_packet(batch, RTP_HEAD + payload);
    out[0] = 0x80; // version 2
    out[1] = (uint8_t)(track->payload_type | (marker ? 0x80 : 0));
    put16(out + 2, track->sequence++);
    put32(out + 4, time);
    put32(out + 8, track->ssrc);
    track->packets++;
    track->octets += (uint32_t)payload;
    return out + RTP_HEAD;
}

static void add_fragments(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *unit,
                          size_t size, bool hevc, bool last)
{
    size_t head = hevc ? 2 : 1, room = PAYLOAD_MAX - head - 1;
    uint8_t type = hevc ? unit[0] >> 1 & 0x3f : unit[0] & 0x1f;
    for (size_t at = head; at < size;) {
        size_t part = MIN(room, size - at);
        bool first = at == head, end = at + part == size;
        uint8_t *out = add_rtp(batch, track, time, head + 1 + part, last && end);
        if (hevc) {
            out[0] = (uint8_t)((unit[0] & 0x81) | H265_FU << 1);
            out[1] = unit[1];
        } else {
            out[0] = (uint8_t)((unit[0] & 0xe0) | FU_A);
        }
        out[head] = (uint8_t)((first ? 0x80 : 0) | (end ? 0x40 : 0) | type);
        memcpy(out + head + 1, unit + at, part);
        at += part;
    }
}

void rtp_add_unit(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *unit, size_t size,
                  bool hevc, bool last)
{
    if (size > PAYLOAD_MAX)
        add_fragments(batch, track, time, unit, size, hevc, last);
    else
        memcpy(add_rtp(batch, track, time, size, last), unit, size);
}

void rtp_add_aac(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *data, size_t size)
{
    size = MIN(size, PAYLOAD_MAX - 4);
    uint8_t *out = add_rtp(batch, track, time, 4 + size, true);
    put16(out, 16);                        // bits of AU headers
    put16(out + 2, (uint32_t)(size << 3)); // 13 bits of size, 3 of index
    memcpy(out + 4, data, size);
}

void rtp_add_raw(RtpBatch *batch, RtpTrack *track, uint32_t time, const uint8_t *data, size_t size)
{
    size = MIN(size, PAYLOAD_MAX);
    memcpy(add_rtp(batch, track, time, size, false), data, size);
}

/* SDES with the one item that must be there: CNAME. */
static void put_name(uint8_t *out, const RtpTrack *track)
{
    static const char NAME[] = "camera";
    memset(out, 0, 20);
    out[0] = 0x81; // one source
    out[1] = RTCP_SDES;
    put16(out + 2, 4); // words that follow
    put32(out + 4, track->ssrc);
    out[8] = 1;
    out[9] = sizeof NAME - 1;
    memcpy(out + 10, NAME, sizeof NAME - 1);
}

void rtp_add_report(RtpBatch *batch, const RtpTrack *track, uint32_t time, int64_t utc_us)
{
    uint8_t *out = add_packet(batch, 28 + 20);
    int64_t seconds = utc_us / G_USEC_PER_SEC, rest_us = utc_us % G_USEC_PER_SEC;
    out[0] = 0x80;
    out[1] = RTCP_SR;
    put16(out + 2, 6);
    put32(out + 4, track->ssrc);
    put32(out + 8, (uint32_t)(seconds + NTP_TO_UNIX_S));
    put32(out + 12, (uint32_t)((rest_us << 32) / G_USEC_PER_SEC));
    put32(out + 16, time);
    put32(out + 20, track->packets);
    put32(out + 24, track->octets);
    put_name(out + 28, track);
}

void rtp_add_bye(RtpBatch *batch, const RtpTrack *track)
{
    uint8_t *out = add_packet(batch, 8 + 8);
    out[0] = 0x80; // a compound packet begins with a report: an empty receiver report
    out[1] = 201;
    put16(out + 2, 1);
    put32(out + 4, track->ssrc);
    out[8] = 0x81;
    out[9] = RTCP_BYE;
    put16(out + 10, 1);
    put32(out + 12, track->ssrc);
}

void rtp_batch_frame(RtpBatch *batch, uint8_t channel)
{
    for (guint i = 0; i < batch->packets->len; i++) {
        const RtpPacket *packet = &g_array_index(batch->packets, RtpPacket, i);
        uint8_t *head = batch->bytes->data + packet->offset - RTP_FRAMING;
        head[0] = '$';
        head[1] = channel;
        put16(head + 2, packet->size);
    }
}

static bool hit(double per_cent, GRand *random)
{
    return per_cent > 0 && g_rand_double(random) * 100 < per_cent;
}

static void copy_packet(RtpBatch *to, const RtpBatch *from, const RtpPacket *packet, bool garble,
                        GRand *random)
{
    uint8_t *out = add_packet(to, packet->size);
    memcpy(out, from->bytes->data + packet->offset, packet->size);
    for (int i = 0; garble && i < 8 && packet->size > RTP_HEAD; i++)
        out[g_rand_int_range(random, RTP_HEAD, (gint32)packet->size)] ^=
            (uint8_t)g_rand_int_range(random, 1, 256);
}

static void swap_packets(GArray *packets, const RtpMischief *mischief, GRand *random)
{
    for (guint i = 0; i + 1 < packets->len; i++) {
        RtpPacket *one = &g_array_index(packets, RtpPacket, i), held = *one;
        if (!hit(mischief->swap, random))
            continue;
        one[0] = one[1];
        one[1] = held;
        i++;
    }
}

bool rtp_batch_spoil(RtpBatch *batch, const RtpMischief *mischief, GRand *random)
{
    if (mischief->lose <= 0 && mischief->garble <= 0 && mischief->repeat <= 0 &&
        mischief->swap <= 0)
        return false;
    swap_packets(batch->packets, mischief, random);
    bool spoiled = false;
    RtpBatch made;
    rtp_batch_init(&made);
    for (guint i = 0; i < batch->packets->len; i++) {
        const RtpPacket *packet = &g_array_index(batch->packets, RtpPacket, i);
        bool lose = hit(mischief->lose, random), garble = hit(mischief->garble, random);
        spoiled |= lose || garble;
        if (lose)
            continue;
        copy_packet(&made, batch, packet, garble, random);
        if (hit(mischief->repeat, random))
            copy_packet(&made, batch, packet, garble, random);
    }
    rtp_batch_clear(batch);
    *batch = made;
    return spoiled;
}
