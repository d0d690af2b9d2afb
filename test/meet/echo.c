// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/echo.h"

#include <stdbool.h>
#include <string.h>

struct Echo {
    GMutex lock;
    guint32 asker, moment; // of the last question; asker 0: there was none
    gint64 came_us;
};

/* Blocks begin anywhere. */
static guint32 read_32(const guint8 *at)
{
    guint32 value = 0;
    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_BE(value);
}

static void write_32(guint8 *at, guint32 value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, sizeof value);
}

static void take_reports(Echo *echo, const guint8 *data, gsize size)
{
    while (size >= 8) {
        gsize packet = 4 + 4 * ((gsize)data[2] << 8 | data[3]);
        if (packet > size)
            return;
        if (data[1] == 207 && packet >= 20 && data[8] == 4) {
            g_mutex_lock(&echo->lock);
            echo->asker = read_32(data + 4);
            echo->moment = read_32(data + 14); // the middle of its 64 bits
            echo->came_us = g_get_monotonic_time();
            g_mutex_unlock(&echo->lock);
        }
        data += packet;
        size -= packet;
    }
}

static void on_receiving(GObject *session, GstBuffer *buffer, void *data)
{
    (void)session;
    GstMapInfo map;
    if (gst_buffer_map(buffer, &map, GST_MAP_READ)) {
        take_reports(data, map.data, map.size);
        gst_buffer_unmap(buffer, &map);
    }
}

static gboolean on_sending(GObject *session, GstBuffer *buffer, gboolean early, void *data)
{
    (void)session;
    (void)early;
    Echo *echo = data;
    guint8 answer[24] = {0x80, 207, 0, 5, 0, 0, 0, 0, 5, 0, 0, 3};
    g_mutex_lock(&echo->lock);
    gint64 since_us = g_get_monotonic_time() - echo->came_us;
    bool asked = echo->asker != 0;
    write_32(answer + 12, echo->asker);
    write_32(answer + 16, echo->moment);
    write_32(answer + 20, (guint32)(since_us * 65536 / G_USEC_PER_SEC));
    g_mutex_unlock(&echo->lock);
    if (!asked || gst_buffer_extract(buffer, 4, answer + 4, 4) != 4)
        return FALSE;
    void *copy = g_memdup2(answer, sizeof answer);
    gst_buffer_append_memory(
        buffer, gst_memory_new_wrapped(0, copy, sizeof answer, 0, sizeof answer, copy, g_free));
    return FALSE;
}

static void on_element(GstBin *rtpbin, GstElement *element, void *data)
{
    (void)rtpbin;
    g_autoptr(GObject) session = NULL;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "internal-session"))
        g_object_get(element, "internal-session", &session, NULL);
    if (!session)
        return;
    g_signal_connect(session, "on-receiving-rtcp", G_CALLBACK(on_receiving), data);
    g_signal_connect(session, "on-sending-rtcp", G_CALLBACK(on_sending), data);
}

Echo *echo_new(GstElement *rtpbin)
{
    Echo *echo = g_new0(Echo, 1);
    g_mutex_init(&echo->lock);
    g_assert_cmpint(GST_BIN_NUMCHILDREN(rtpbin), ==, 0); // sessions are yet to come
    g_signal_connect(rtpbin, "element-added", G_CALLBACK(on_element), echo);
    return echo;
}

void echo_free(Echo *echo)
{
    if (!echo)
        return;
    g_mutex_clear(&echo->lock);
    g_free(echo);
}
