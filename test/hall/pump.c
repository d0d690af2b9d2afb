// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/pump.h"

#include "index/base/log.h"

/* Later than this, the feed's clock is moved on instead of sending a burst. */
#define MAX_LATE_NS (500 * GST_MSECOND)

struct HallPump {
    GstAppSrc *appsrc;
    HallFeed *feed;
    const int *frozen;
    MjLog log;
    char *name;
    GstClock *clock;
    GThread *thread; // NULL until the pipeline asks for data
    GMutex lock;
    GCond wake;
    bool stopping;        // under lock
    bool wants_key;       // units were left out: the next to send is a key unit
    GstClockTime started; // clock time of the feed's start
};

/* Waits until the clock says @due; false if the pump is to stop. */
static bool wait_until(HallPump *pump, GstClockTime due)
{
    g_mutex_lock(&pump->lock);
    for (;;) {
        GstClockTime now = gst_clock_get_time(pump->clock);
        if (pump->stopping || now >= due)
            break;
        gint64 end = g_get_monotonic_time() + (gint64)((due - now + 999) / 1000);
        g_cond_wait_until(&pump->wake, &pump->lock, end);
    }
    bool go_on = !pump->stopping;
    g_mutex_unlock(&pump->lock);
    return go_on;
}

/* Clock time of the next unit, with the feed's start moved on if we are far behind. */
static GstClockTime next_due(HallPump *pump)
{
    GstClockTime now = gst_clock_get_time(pump->clock);
    GstClockTime due = pump->started + (GstClockTime)pump->feed->due_ns(pump->feed);
    if (now <= due + MAX_LATE_NS)
        return due;
    pump->started += now - due;
    return now;
}

static void stamp_times(HallPump *pump, GstBuffer *buffer)
{
    GstClockTime base = gst_element_get_base_time(GST_ELEMENT(pump->appsrc));
    GstClockTime shift = pump->started - base;
    GST_BUFFER_PTS(buffer) += shift;
    GST_BUFFER_DTS(buffer) =
        GST_BUFFER_DTS_IS_VALID(buffer) ? GST_BUFFER_DTS(buffer) + shift : GST_BUFFER_PTS(buffer);
}

static void send_unit(HallPump *pump, GstBuffer *buffer)
{
    bool delta = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    if (g_atomic_int_get(pump->frozen) || (pump->wants_key && delta)) {
        pump->wants_key = true;
        gst_buffer_unref(buffer);
        return;
    }
    pump->wants_key = false;
    stamp_times(pump, buffer);
    gst_app_src_push_buffer(pump->appsrc, buffer);
}

static gpointer pump_thread(gpointer data)
{
    HallPump *pump = data;
    pump->started = gst_clock_get_time(pump->clock);
    for (;;) {
        GstClockTime due = next_due(pump);
        if (!wait_until(pump, due))
            return NULL;
        int64_t late_us = (int64_t)(gst_clock_get_time(pump->clock) - due) / 1000;
        g_autoptr(GError) error = NULL;
        GstBuffer *buffer = pump->feed->take(pump->feed, g_get_real_time() - late_us, &error);
        if (!buffer) {
            mj_log_error(&pump->log, "%s", error->message);
            gst_app_src_end_of_stream(pump->appsrc);
            return NULL;
        }
        send_unit(pump, buffer);
    }
}

/* appsrc asks only when its pipeline plays: clock and base time are set by then. */
static void on_need_data(GstAppSrc *appsrc, guint length, gpointer data)
{
    HallPump *pump = data;
    g_mutex_lock(&pump->lock);
    if (!pump->thread && !pump->stopping)
        pump->thread = g_thread_new(pump->name, pump_thread, pump);
    g_mutex_unlock(&pump->lock);
}

HallPump *hall_pump_new(GstAppSrc *appsrc, HallFeed *feed, const int *frozen, const char *name)
{
    HallPump *pump = g_new0(HallPump, 1);
    pump->appsrc = gst_object_ref(appsrc);
    pump->feed = feed;
    pump->frozen = frozen;
    pump->name = g_strdup(name);
    pump->log.tag = pump->name;
    pump->clock = gst_system_clock_obtain();
    g_mutex_init(&pump->lock);
    g_cond_init(&pump->wake);
    gst_app_src_set_caps(appsrc, feed->caps);
    GstAppSrcCallbacks callbacks = {.need_data = on_need_data};
    gst_app_src_set_callbacks(appsrc, &callbacks, pump, NULL);
    return pump;
}

void hall_pump_free(HallPump *pump)
{
    if (!pump)
        return;
    GstAppSrcCallbacks none = {0};
    gst_app_src_set_callbacks(pump->appsrc, &none, NULL, NULL);
    g_mutex_lock(&pump->lock);
    pump->stopping = true;
    g_cond_broadcast(&pump->wake);
    GThread *thread = pump->thread;
    g_mutex_unlock(&pump->lock);
    if (thread)
        g_thread_join(thread);
    hall_feed_free(pump->feed);
    gst_object_unref(pump->appsrc);
    gst_object_unref(pump->clock);
    g_mutex_clear(&pump->lock);
    g_cond_clear(&pump->wake);
    g_free(pump->name);
    g_free(pump);
}
