// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/asker.h"

#include "capture/meet/round_trip.h"

#include <string.h>

struct CapAsker {
    void (*measured)(void *data, int64_t least_us);
    void *data;
    GMutex lock;
    CapRoundTrip trip; // under lock
};

CapAsker *cap_asker_new(void (*measured)(void *data, int64_t least_us), void *data)
{
    CapAsker *asker = g_new0(CapAsker, 1);
    asker->measured = measured;
    asker->data = data;
    cap_round_trip_init(&asker->trip);
    g_mutex_init(&asker->lock);
    return asker;
}

void cap_asker_free(CapAsker *asker)
{
    if (!asker)
        return;
    g_mutex_clear(&asker->lock);
    g_free(asker);
}

/* Behind the reports, in the name of whoever sends them. False: the packet may be left out as before. */
static gboolean on_sending(GObject *session, GstBuffer *buffer, gboolean early, void *data)
{
    (void)session;
    (void)early;
    CapAsker *asker = data;
    uint8_t head[8], question[CAP_ROUND_TRIP_BYTES];
    uint32_t ssrc = 0;
    if (gst_buffer_extract(buffer, 0, head, sizeof head) < sizeof head)
        return FALSE;
    memcpy(&ssrc, head + 4, sizeof ssrc);
    g_mutex_lock(&asker->lock);
    bool asks =
        cap_round_trip_ask(&asker->trip, GUINT32_FROM_BE(ssrc), g_get_monotonic_time(), question);
    g_mutex_unlock(&asker->lock);
    if (!asks)
        return FALSE;
    void *copy = g_memdup2(question, sizeof question);
    gst_buffer_append_memory(
        buffer, gst_memory_new_wrapped(0, copy, sizeof question, 0, sizeof question, copy, g_free));
    return FALSE;
}

static void on_receiving(GObject *session, GstBuffer *buffer, void *data)
{
    (void)session;
    CapAsker *asker = data;
    GstMapInfo map;
    int64_t least_us = 0;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    g_mutex_lock(&asker->lock);
    bool told = cap_round_trip_take(&asker->trip, map.data, map.size, g_get_monotonic_time()) &&
                cap_round_trip_least(&asker->trip, &least_us);
    g_mutex_unlock(&asker->lock);
    gst_buffer_unmap(buffer, &map);
    if (told)
        asker->measured(asker->data, least_us);
}

void cap_asker_watch(CapAsker *asker, GObject *session)
{
    g_signal_connect(session, "on-sending-rtcp", G_CALLBACK(on_sending), asker);
    g_signal_connect(session, "on-receiving-rtcp", G_CALLBACK(on_receiving), asker);
}
