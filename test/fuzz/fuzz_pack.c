// SPDX-License-Identifier: GPL-3.0-or-later
/* Any bytes as a picture of a camera, and as the parameter sets that it told: no packet is larger than may be, exactly
 * the last one is marked, and put together again they are the NAL units that there were, byte for byte. And any as a
 * packet that comes to a viewer's gate.
 *
 * Input: whether it is a key frame (bit 0) and which bytes of the rest stand how often (bits 1 to 3: a picture has
 * more than the driver's inputs), the size of the sets, the sets, the picture. */
#include <string.h>

#include "capture/meet/gate.h"
#include "capture/meet/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Put { // what came out
    GByteArray *joined;
    guint nal_at; // of the one that is being put together
    bool in_fragments;
    int packets, marked;
    bool last; // the newest was marked
} Put;

static void begin_nal(GByteArray *out, guint *ret_at)
{
    *ret_at = out->len;
    g_byte_array_set_size(out, out->len + 4);
}

static void end_nal(GByteArray *out, guint at)
{
    uint32_t size = GUINT32_TO_BE(out->len - at - 4);
    memcpy(out->data + at, &size, 4);
}

/* RFC 6184 5.8 */
static void put_fragment(Put *put, const uint8_t *payload, size_t size)
{
    bool begins = payload[1] & 0x80, ends = payload[1] & 0x40;
    uint8_t header = (uint8_t)((payload[0] & 0xe0) | (payload[1] & 0x1f));
    g_assert(size > 2 && begins != put->in_fragments && !(begins && ends) && !(payload[1] & 0x20));
    if (begins) {
        begin_nal(put->joined, &put->nal_at);
        g_byte_array_append(put->joined, &header, 1);
    }
    g_assert(put->joined->data[put->nal_at + 4] == header);
    g_byte_array_append(put->joined, payload + 2, (guint)size - 2);
    put->in_fragments = !ends;
    if (ends)
        end_nal(put->joined, put->nal_at);
}

static void on_packet(void *data, const uint8_t *payload, size_t size, bool last)
{
    Put *put = data;
    g_assert(size > 0 && size <= CAP_PACK_BYTES);
    put->packets++;
    put->marked += last;
    put->last = last;
    if ((payload[0] & 0x1f) == 28) {
        put_fragment(put, payload, size);
        return;
    }
    g_assert(!put->in_fragments && (payload[0] & 0x1f) >= 1 && (payload[0] & 0x1f) <= 23);
    begin_nal(put->joined, &put->nal_at);
    g_byte_array_append(put->joined, payload, (guint)size);
    end_nal(put->joined, put->nal_at);
}

/* --- what should come out ---------------------------------------------------------------------- */

/* True if it is a sequence parameter set. */
static bool expect(GByteArray *out, const uint8_t *nal, size_t size)
{
    int type = size > 0 ? nal[0] & 0x1f : 0;
    if (type == 0 || type > 23)
        return false;
    guint at = 0;
    begin_nal(out, &at);
    g_byte_array_append(out, nal, (guint)size);
    end_nal(out, at);
    return type == 7;
}

static bool expect_picture(GByteArray *out, const uint8_t *picture, size_t size)
{
    bool sets = false;
    for (size_t at = 0; size - at >= 4;) {
        uint32_t length = 0;
        memcpy(&length, picture + at, 4);
        length = GUINT32_FROM_BE(length);
        if (length > size - at - 4)
            break;
        sets |= expect(out, picture + at + 4, length);
        at += 4 + length;
    }
    return sets;
}

static void expect_sets(GByteArray *out, const uint8_t *record, size_t size)
{
    size_t at = 5;
    for (int kind = 0; kind < 2 && at < size; kind++) {
        int left = record[at] & (kind == 0 ? 31 : 255);
        for (at++; left > 0 && size - at >= 2; left--) {
            size_t length = (size_t)(record[at] * 256 + record[at + 1]);
            if (length > size - at - 2)
                return;
            expect(out, record + at + 2, length);
            at += 2 + length;
        }
    }
}

static void check(const uint8_t *record, size_t record_size, const uint8_t *picture, size_t size,
                  bool key)
{
    CapVideoParams params = {.record = (uint8_t *)(uintptr_t)record, .record_size = record_size};
    g_autoptr(GByteArray) nals = g_byte_array_new();
    g_autoptr(GByteArray) wanted = g_byte_array_new();
    Put put = {.joined = g_byte_array_new()};
    if (!expect_picture(nals, picture, size) && key)
        expect_sets(wanted, record, record_size);
    g_byte_array_append(wanted, nals->data, nals->len);
    cap_pack_h264(picture, size, &params, key, on_packet, &put);
    g_assert(!put.in_fragments && put.marked == (put.packets > 0) && put.last == (put.packets > 0));
    g_assert(put.joined->len == wanted->len &&
             (wanted->len == 0 || memcmp(put.joined->data, wanted->data, wanted->len) == 0));
    g_byte_array_unref(put.joined);
}

/* Any bytes as a packet before a gate: a closed one lets in what may begin, an open one all. */
static void try_gate(const uint8_t *data, size_t size)
{
    g_autofree uint8_t *payload = g_memdup2(data, size); // sanitizers see its end
    CapRtp packet = {.payload = payload, .size = size};
    for (int vp8 = 0; vp8 < 2; vp8++) {
        CapGate gate = {0};
        CapGateStep first = cap_gate_step(&gate, vp8, &packet, 0);
        g_assert(gate.open == (first == CAP_GATE_BEGINS) && (first <= CAP_GATE_BEGINS));
        CapGateStep next = cap_gate_step(&gate, vp8, &packet, 0);
        g_assert(next == (gate.open ? CAP_GATE_GOES : CAP_GATE_STAYS));
    }
}

/* @size bytes, their second half @times times more, so that NAL units are longer than a packet. */
static uint8_t *stretch(const uint8_t *bytes, size_t size, size_t times, size_t *ret_size)
{
    size_t half = size / 2, tail = size - half;
    *ret_size = size + tail * times;
    uint8_t *out = g_malloc(MAX(*ret_size, 1u));
    if (size > 0)
        memcpy(out, bytes, size);
    for (size_t i = 0; tail > 0 && i < times; i++)
        memcpy(out + size + i * tail, bytes + half, tail);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t record_size = MIN(data[1], size - 2), stretched = 0;
    g_autofree uint8_t *record = g_memdup2(data + 2, record_size); // sanitizers see its end
    g_autofree uint8_t *picture = stretch(data + 2 + record_size, size - 2 - record_size,
                                          (size_t)(data[0] >> 1 & 7) * 16, &stretched);
    try_gate(data + 2, size - 2);
    check(record, record_size, picture, stretched, data[0] & 1);
    return 0;
}
