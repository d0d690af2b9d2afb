// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/transcode/converter.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/transcode/codecs.h"
#include "index/base/error.h"

#define TAKEN_MAX 64 // made and not taken: more means that nobody takes

/* When a picture that is under way was taken. */
typedef struct Moment {
    int64_t pts_us, utc_us;
    bool by_camera;
} Moment;

struct CapConverter {
    GstElement *pipeline, *in, *out;
    int wake_fd;
    GAsyncQueue *made; // GstSample *
    gint64 present_us; // under lock: what is shown before is not encoded
    GMutex lock;       // guards present_us and failed
    GError *failed;

    /* the caller's */
    GQueue moments;   // Moment *, in order of their times
    int64_t shift_us; // of the picture taken last: from the source's timeline to UTC
    bool waits_for_key;
    uint64_t backlog;  // pictures that came at once and may wait
    GstSample *sample; // taken last
    GstMapInfo map;
    GstCaps *caps; // told last
};

static void wake(CapConverter *converter)
{
    uint64_t one = 1;
    ssize_t done = write(converter->wake_fd, &one, sizeof one);
    (void)done;
}

/* --- called by the pipeline ------------------------------------------------------------------ */

static GstFlowReturn on_sample(GstAppSink *sink, gpointer data)
{
    CapConverter *converter = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (!sample)
        return GST_FLOW_EOS;
    if (g_async_queue_length(converter->made) < TAKEN_MAX)
        g_async_queue_push(converter->made, sample);
    else
        gst_sample_unref(sample);
    wake(converter);
    return GST_FLOW_OK;
}

/* Between decoder and encoder. */
static GstPadProbeReturn on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    (void)pad;
    CapConverter *converter = data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    g_mutex_lock(&converter->lock);
    int64_t present_us = converter->present_us;
    g_mutex_unlock(&converter->lock);
    bool old = GST_BUFFER_PTS_IS_VALID(buffer) &&
               (int64_t)(GST_BUFFER_PTS(buffer) / GST_USECOND) < present_us;
    return old ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data)
{
    (void)bus;
    CapConverter *converter = data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) said = NULL;
        gst_message_parse_error(message, &said, NULL);
        g_mutex_lock(&converter->lock);
        if (!converter->failed)
            mj_error_set(&converter->failed, MJ_ERROR_FAILED, "%s: %s",
                         GST_MESSAGE_SRC_NAME(message), said->message);
        g_mutex_unlock(&converter->lock);
        wake(converter);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

/* --- life ------------------------------------------------------------------------------------ */

static char *describe(const IdxWireStream *stream, const char *decoder, const char *encoder)
{
    int width = MIN(stream->width, CAP_CONVERTER_WIDTH) & ~1;
    int height =
        stream->width > 0 ? (int)((int64_t)stream->height * width / stream->width) & ~1 : 0;
    bool hevc = strcmp(stream->video, "hevc") == 0, vp8 = strcmp(stream->video, "vp8") == 0;
    return g_strdup_printf(
        "appsrc name=in is-live=true format=time ! %s%s ! videoconvert name=gate ! videoscale ! "
        "video/x-raw,width=%d,height=%d,pixel-aspect-ratio=1/1 ! %s ! h264parse ! "
        "video/x-h264,stream-format=avc,alignment=au ! appsink name=out sync=false",
        hevc  ? "h265parse ! "
        : vp8 ? ""
              : "h264parse ! ",
        decoder, width, height, encoder);
}

static void set_format(CapConverter *converter, const IdxWireStream *stream)
{
    bool hevc = strcmp(stream->video, "hevc") == 0;
    if (strcmp(stream->video, "vp8") == 0) {
        g_autoptr(GstCaps) vp8 =
            gst_caps_new_simple("video/x-vp8", "width", G_TYPE_INT, stream->width, "height",
                                G_TYPE_INT, stream->height, NULL);
        gst_app_src_set_caps(GST_APP_SRC(converter->in), vp8);
        return;
    }
    GstBuffer *config = gst_buffer_new_memdup(stream->video_config, stream->video_config_size);
    GstCaps *caps =
        gst_caps_new_simple(hevc ? "video/x-h265" : "video/x-h264", "stream-format", G_TYPE_STRING,
                            hevc ? "hvc1" : "avc", "alignment", G_TYPE_STRING, "au", "codec_data",
                            GST_TYPE_BUFFER, config, NULL);
    gst_app_src_set_caps(GST_APP_SRC(converter->in), caps);
    gst_caps_unref(caps);
    gst_buffer_unref(config);
}

static bool build(CapConverter *converter, const IdxWireStream *stream, GError **error)
{
    const char *decoder = cap_transcode_decoder(stream->video);
    const char *encoder = cap_transcode_encoder();
    if (!decoder || !encoder || stream->width < 2 || stream->height < 2)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "GStreamer has no %s here; install a plug-in that has one",
                            decoder ? "encoder of H.264" : "decoder of this codec");
    g_autofree char *description = describe(stream, decoder, encoder);
    g_autoptr(GError) failed = NULL;
    converter->pipeline = gst_parse_launch(description, &failed);
    if (failed)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "the conversion cannot be built: %s",
                            failed->message);
    gst_object_ref_sink(converter->pipeline);
    converter->in = gst_bin_get_by_name(GST_BIN(converter->pipeline), "in");
    converter->out = gst_bin_get_by_name(GST_BIN(converter->pipeline), "out");
    return true;
}

static void watch_pictures(CapConverter *converter)
{
    g_autoptr(GstElement) gate = gst_bin_get_by_name(GST_BIN(converter->pipeline), "gate");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(gate, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, converter, NULL);
}

static bool start(CapConverter *converter, const IdxWireStream *stream, GError **error)
{
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    gst_app_sink_set_callbacks(GST_APP_SINK(converter->out), &callbacks, converter, NULL);
    g_object_set(converter->out, "enable-last-sample", FALSE, NULL);
    set_format(converter, stream);
    watch_pictures(converter);
    g_autoptr(GstBus) bus = gst_element_get_bus(converter->pipeline);
    gst_bus_set_sync_handler(bus, on_message, converter, NULL);
    return gst_element_set_state(converter->pipeline, GST_STATE_PLAYING) !=
               GST_STATE_CHANGE_FAILURE ||
           mj_error_set(error, MJ_ERROR_FAILED, "the conversion does not start");
}

static void unref_sample(void *sample)
{
    gst_sample_unref(sample);
}

CapConverter *cap_converter_new(const IdxWireStream *stream, GError **error)
{
    g_autoptr(CapConverter) converter = g_new0(CapConverter, 1);
    g_mutex_init(&converter->lock);
    g_queue_init(&converter->moments);
    converter->made = g_async_queue_new_full(unref_sample);
    converter->waits_for_key = true;
    converter->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (converter->wake_fd < 0) {
        mj_error_set(error, MJ_ERROR_FAILED, "no descriptor for a conversion");
        return NULL;
    }
    return build(converter, stream, error) && start(converter, stream, error)
               ? g_steal_pointer(&converter)
               : NULL;
}

static void drop_sample(CapConverter *converter)
{
    if (!converter->sample)
        return;
    gst_buffer_unmap(gst_sample_get_buffer(converter->sample), &converter->map);
    g_clear_pointer(&converter->sample, gst_sample_unref);
}

void cap_converter_free(CapConverter *converter)
{
    if (!converter)
        return;
    if (converter->pipeline) {
        gst_element_set_state(converter->pipeline, GST_STATE_NULL);
        g_autoptr(GstBus) bus = gst_element_get_bus(converter->pipeline);
        gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    }
    drop_sample(converter);
    g_clear_object(&converter->in);
    g_clear_object(&converter->out);
    g_clear_object(&converter->pipeline);
    g_async_queue_unref(converter->made);
    g_queue_clear_full(&converter->moments, g_free);
    gst_clear_caps(&converter->caps);
    g_clear_error(&converter->failed);
    if (converter->wake_fd >= 0)
        close(converter->wake_fd);
    g_mutex_clear(&converter->lock);
    g_free(converter);
}

int cap_converter_fd(const CapConverter *converter)
{
    return converter->wake_fd;
}

/* --- in -------------------------------------------------------------------------------------- */

static void note_moment(CapConverter *converter, const IdxWirePacket *packet)
{
    Moment *moment = g_new(Moment, 1);
    *moment = (Moment){packet->pts_us, packet->utc_us, packet->by_camera};
    GList *after = converter->moments.tail;
    while (after && ((Moment *)after->data)->pts_us > packet->pts_us)
        after = after->prev;
    if (after)
        g_queue_insert_after(&converter->moments, after, moment);
    else
        g_queue_push_head(&converter->moments, moment);
    if (!packet->backlog)
        return;
    g_mutex_lock(&converter->lock);
    converter->present_us = MAX(converter->present_us, packet->pts_us);
    g_mutex_unlock(&converter->lock);
}

/* What came at once may wait at once; from when it was worked off the bound is the usual one. */
static bool is_behind(CapConverter *converter, bool backlog)
{
    uint64_t waiting = gst_app_src_get_current_level_buffers(GST_APP_SRC(converter->in));
    if (backlog)
        converter->backlog++;
    else if (waiting <= CAP_CONVERTER_WAITING)
        converter->backlog = 0;
    return waiting > CAP_CONVERTER_WAITING + converter->backlog;
}

uint64_t cap_converter_put(CapConverter *converter, const IdxWirePacket *packet)
{
    bool behind = is_behind(converter, packet->backlog);
    converter->waits_for_key |= behind;
    if (converter->waits_for_key && (!packet->key || behind))
        return 1;
    converter->waits_for_key = false;
    note_moment(converter, packet);
    GstBuffer *buffer = gst_buffer_new_memdup(packet->data, packet->size);
    GST_BUFFER_PTS(buffer) = (GstClockTime)MAX(packet->pts_us, 0) * GST_USECOND;
    if (!packet->key)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    gst_app_src_push_buffer(GST_APP_SRC(converter->in), buffer); // takes it
    return 0;
}

/* --- out ------------------------------------------------------------------------------------- */

/* On the timeline of what was put: encoders count from elsewhere, and say so in the segment. */
static int64_t shown_at_us(GstSample *sample)
{
    GstClockTime running =
        gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                    GST_BUFFER_PTS(gst_sample_get_buffer(sample)));
    return GST_CLOCK_TIME_IS_VALID(running) ? (int64_t)(running / GST_USECOND) : 0;
}

/* The moment of the picture at @pts_us; those before it were never made. */
static Moment moment_of(CapConverter *converter, int64_t pts_us)
{
    Moment found = {pts_us, pts_us + converter->shift_us, false};
    while (converter->moments.length > 0 &&
           ((Moment *)converter->moments.head->data)->pts_us <= pts_us + 1) {
        g_autofree Moment *first = g_queue_pop_head(&converter->moments);
        found = *first;
    }
    converter->shift_us = found.utc_us - found.pts_us;
    return found;
}

static void fill_stream(CapConverter *converter, IdxWireStream *stream)
{
    GstCaps *caps = gst_sample_get_caps(converter->sample);
    const GstStructure *about = gst_caps_get_structure(caps, 0);
    const GValue *config = gst_structure_get_value(about, "codec_data");
    *stream = (IdxWireStream){0};
    if (!config || (converter->caps && gst_caps_is_equal(caps, converter->caps)))
        return;
    gst_caps_replace(&converter->caps, caps); // keeps the buffer of codec_data
    GstMemory *memory = gst_buffer_peek_memory(gst_value_get_buffer(config), 0);
    GstMapInfo map;
    if (!gst_memory_map(memory, &map, GST_MAP_READ))
        return;
    g_strlcpy(stream->video, "h264", sizeof stream->video);
    gst_structure_get_int(about, "width", &stream->width);
    gst_structure_get_int(about, "height", &stream->height);
    stream->video_config = map.data; // stays where it is while the caps are kept
    stream->video_config_size = map.size;
    gst_memory_unmap(memory, &map);
}

static void fill_packet(CapConverter *converter, IdxWirePacket *packet)
{
    GstBuffer *buffer = gst_sample_get_buffer(converter->sample);
    Moment moment = moment_of(converter, shown_at_us(converter->sample));
    *packet = (IdxWirePacket){.key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT),
                              .by_camera = moment.by_camera,
                              .pts_us = moment.pts_us,
                              .utc_us = moment.utc_us,
                              .data = converter->map.data,
                              .size = converter->map.size};
}

CapConverted cap_converter_take(CapConverter *converter, IdxWireStream *ret_stream,
                                IdxWirePacket *ret_packet, GError **error)
{
    uint64_t count;
    ssize_t done = read(converter->wake_fd, &count, sizeof count);
    (void)done;
    drop_sample(converter);
    g_mutex_lock(&converter->lock);
    GError *failed = converter->failed ? g_error_copy(converter->failed) : NULL;
    g_mutex_unlock(&converter->lock);
    if (failed) {
        g_propagate_error(error, failed);
        return CAP_CONVERTED_FAILED;
    }
    converter->sample = g_async_queue_try_pop(converter->made);
    if (!converter->sample)
        return CAP_CONVERTED_NOTHING;
    if (!gst_buffer_map(gst_sample_get_buffer(converter->sample), &converter->map, GST_MAP_READ)) {
        g_clear_pointer(&converter->sample, gst_sample_unref);
        return CAP_CONVERTED_NOTHING;
    }
    fill_stream(converter, ret_stream);
    fill_packet(converter, ret_packet);
    return CAP_CONVERTED_PICTURE;
}
