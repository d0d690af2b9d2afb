// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/meet/transit.h"

#include <string.h>

#include "capture/rtsp/rtp.h"
#include "test/meet/canned.h"

struct Transit {
    GMutex lock;
    /* under lock */
    bool coming; // a picture that was stamped
    uint32_t time;
    int64_t sent_us;
    GArray *late; // int64_t
    int packets;
};

/* Of a probe's buffer, or each of its list. */
static void for_each(GstPadProbeInfo *info, GstBufferListFunc one, void *data)
{
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
        GstBufferList *list = gst_buffer_list_make_writable(info->data);
        gst_buffer_list_foreach(list, one, data);
        info->data = list;
    } else {
        GstBuffer *buffer = info->data;
        one(&buffer, 0, data);
        info->data = buffer;
    }
}

static gboolean stamp(GstBuffer **buffer, unsigned at, void *data)
{
    (void)at;
    (void)data;
    GstMapInfo map;
    int64_t before_us = 0;
    if (!gst_buffer_map(*buffer, &map, GST_MAP_READ))
        return TRUE;
    bool has = canned_stamp_read(map.data, map.size, &before_us);
    gst_buffer_unmap(*buffer, &map);
    if (!has)
        return TRUE;
    *buffer = gst_buffer_make_writable(*buffer);
    if (gst_buffer_map(*buffer, &map, GST_MAP_READWRITE)) {
        canned_stamp(map.data, map.size, g_get_monotonic_time());
        gst_buffer_unmap(*buffer, &map);
    }
    return TRUE;
}

static GstPadProbeReturn on_sent(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    (void)pad;
    for_each(info, stamp, data);
    return GST_PAD_PROBE_OK;
}

void transit_watch_sent(GstPad *pad)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_sent,
                      NULL, NULL);
}

static void take(Transit *transit, const CapRtp *packet, int64_t now_us)
{
    int64_t sent_us = 0;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&transit->lock);
    transit->packets++;
    if (canned_stamp_read(packet->payload, packet->size, &sent_us)) {
        transit->coming = true;
        transit->time = packet->time;
        transit->sent_us = sent_us;
    }
    if (!transit->coming || packet->time != transit->time || !packet->marker)
        return;
    transit->coming = false;
    int64_t late_us = now_us - transit->sent_us;
    g_array_append_val(transit->late, late_us);
}

static gboolean receive(GstBuffer **buffer, unsigned at, void *data)
{
    (void)at;
    GstMapInfo map;
    CapRtp packet;
    if (!gst_buffer_map(*buffer, &map, GST_MAP_READ))
        return TRUE;
    if (cap_rtp_parse(map.data, map.size, &packet))
        take(data, &packet, g_get_monotonic_time());
    gst_buffer_unmap(*buffer, &map);
    return TRUE;
}

static GstPadProbeReturn on_received(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    (void)pad;
    for_each(info, receive, data);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_counted(GstPad *pad, GstPadProbeInfo *info, void *data)
{
    (void)pad;
    (void)info;
    (void)data;
    return GST_PAD_PROBE_DROP;
}

static void probe(GstPad *pad, GstPadProbeCallback callback, void *data)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback,
                      data, NULL);
}

static void on_session_pad(GstElement *session, GstPad *pad, void *data)
{
    (void)session;
    if (strcmp(GST_PAD_NAME(pad), "recv_rtp_sink") == 0)
        probe(pad, on_received, data);
    else if (strcmp(GST_PAD_NAME(pad), "recv_rtp_src") == 0)
        probe(pad, on_counted, data);
}

static void on_element(GstBin *rtpbin, GstElement *element, void *data)
{
    (void)rtpbin;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "internal-session"))
        g_signal_connect(element, "pad-added", G_CALLBACK(on_session_pad), data);
}

Transit *transit_new(GstElement *webrtc)
{
    Transit *transit = g_new0(Transit, 1);
    g_mutex_init(&transit->lock);
    transit->late = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GstElement) rtpbin = gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin");
    g_signal_connect(rtpbin, "element-added", G_CALLBACK(on_element), transit);
    return transit;
}

void transit_free(Transit *transit)
{
    if (!transit)
        return;
    g_array_unref(transit->late);
    g_mutex_clear(&transit->lock);
    g_free(transit);
}

void transit_forget(Transit *transit)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&transit->lock);
    g_array_set_size(transit->late, 0);
}

static int by_size(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int transit_packets(Transit *transit)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&transit->lock);
    return transit->packets;
}

int64_t transit_p95(GArray *late)
{
    g_array_sort(late, by_size);
    return late->len ? g_array_index(late, int64_t, late->len * 95 / 100) : 0;
}

int transit_seen(Transit *transit, int64_t *ret_p95_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&transit->lock);
    *ret_p95_us = transit_p95(transit->late);
    return (int)transit->late->len;
}

void transit_tell(Transit *transit, GArray *late)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&transit->lock);
    g_array_append_vals(late, transit->late->data, transit->late->len);
}
