// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/hall/dump.h"

#include "index/base/error.h"
#include "index/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

struct HallDump {
    GMutex lock; // one connection may end while the next begins
    FILE *units, *index;
    char *name;
    int64_t offset;
};

static FILE *open_in(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    FILE *file = fopen(path, "wbe");
    if (!file)
        mj_error_errno(error, errno, "cannot write %s", path);
    return file;
}

HallDump *hall_dump_new(const char *dir, const char *name, GError **error)
{
    HallDump *dump = g_new0(HallDump, 1);
    g_mutex_init(&dump->lock);
    dump->name = g_strdup(name);
    g_autofree char *index = g_strconcat(name, ".index", NULL);
    dump->units = open_in(dir, name, error);
    if (dump->units)
        dump->index = open_in(dir, index, error);
    if (dump->index)
        return dump;
    hall_dump_free(dump);
    return NULL;
}

void hall_dump_free(HallDump *dump)
{
    if (!dump)
        return;
    if (dump->units)
        fclose(dump->units);
    if (dump->index)
        fclose(dump->index);
    g_mutex_clear(&dump->lock);
    g_free(dump->name);
    g_free(dump);
}

/* UTC of @buffer's running time; 0 if the pad's pipeline has no clock. */
static int64_t utc_of(GstPad *pad, GstBuffer *buffer)
{
    g_autoptr(GstElement) element = gst_pad_get_parent_element(pad);
    g_autoptr(GstClock) clock = element ? gst_element_get_clock(element) : NULL;
    g_autoptr(GstEvent) event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    if (!clock || !event)
        return 0;
    const GstSegment *segment = NULL;
    gst_event_parse_segment(event, &segment);
    guint64 running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    guint64 taken = gst_element_get_base_time(element) + running;
    return g_get_real_time() - ((int64_t)gst_clock_get_time(clock) - (int64_t)taken) / 1000;
}

static GstPadProbeReturn on_buffer(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    HallDump *dump = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    bool key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    g_mutex_lock(&dump->lock);
    bool written = fwrite(map.data, 1, map.size, dump->units) == map.size &&
                   fprintf(dump->index, "%" PRId64 " %zu %" PRId64 " %d\n", dump->offset, map.size,
                           utc_of(pad, buffer), key) > 0;
    written = fflush(dump->units) == 0 && fflush(dump->index) == 0 && written;
    dump->offset += (int64_t)map.size;
    g_mutex_unlock(&dump->lock);
    if (!written)
        mj_log_error(NULL, "dump %s: %s", dump->name, g_strerror(errno));
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

void hall_dump_watch(HallDump *dump, GstPad *pad)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, dump, NULL);
}
