// SPDX-License-Identifier: GPL-3.0-or-later
/* A GStreamer pipeline as a camera.
 *
 * Threads. The pipeline's streaming threads put samples into a queue, and its messages (from any
 * thread) become `failed` or `ended`; neither does more. All else is the reader's. No main loop is
 * needed. A full queue holds the pipeline up, so memory is bounded; a live source then leaves out
 * pictures itself, which shows as a hole in their times.
 *
 * Closing sets the pipeline to NULL, which waits for its elements to stop; so does opening for
 * devices that take long to open. Those are the two waits that cannot be cut short from outside. */
#include "capture/source.h"

#include <gst/app/gstappsink.h>

#include "capture/pipeline_media.h"
#include "capture/pts_line.h"
#include "index/base/clock.h"
#include "index/base/redact.h"
#include "index/camera.h"

#define WAITING_MAX 256 // samples in the queue, and
#define WAITING_MAX_BYTES (32 * 1024 * 1024)
#define SOUND_WAIT_US INT64_C(2000000) // for the first sound, once a picture is there
#define AGE_MAX_US INT64_C(30000000)   // of a sample; one that seems older is not live

typedef struct Item {
    GstSample *sample;
    bool is_sound;
} Item;

struct CapSource {
    /* immutable after open */
    GstElement *pipeline, *picture_sink, *sound_sink;
    GCancellable *cancel;
    gulong cancel_handler;
    AVCodecParameters *sound; // NULL = none

    /* the reader's */
    int64_t deadline_us; // monotonic: for the next picture
    CapPtsLine picture_line, sound_line;
    GstCaps *caps; // of the last picture
    CapPipelineVideo video;
    CapAccessUnit *unit;

    /* under lock */
    GMutex lock;
    GCond changed;
    GQueue waiting; // Item *
    size_t waiting_bytes;
    bool closing, ended;
    GError *failed;
};

static void item_free(void *data)
{
    Item *item = data;
    if (item)
        gst_sample_unref(item->sample);
    g_free(item);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Item, item_free)

static size_t item_bytes(const Item *item)
{
    GstBuffer *buffer = gst_sample_get_buffer(item->sample);
    return buffer ? gst_buffer_get_size(buffer) : 0;
}

/* --- called by the pipeline ------------------------------------------------------------------ */

static bool full_locked(const CapSource *source)
{
    return !source->closing &&
           (source->waiting.length >= WAITING_MAX || source->waiting_bytes >= WAITING_MAX_BYTES);
}

static GstFlowReturn on_sample(GstAppSink *sink, gpointer data)
{
    CapSource *source = data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (!sample)
        return GST_FLOW_EOS;
    g_autoptr(Item) item = g_new0(Item, 1);
    item->sample = sample;
    item->is_sound = GST_ELEMENT(sink) == source->sound_sink;
    g_mutex_lock(&source->lock);
    while (full_locked(source))
        g_cond_wait(&source->changed, &source->lock);
    bool closing = source->closing;
    if (!closing) {
        source->waiting_bytes += item_bytes(item);
        g_queue_push_tail(&source->waiting, g_steal_pointer(&item));
    }
    g_cond_broadcast(&source->changed);
    g_mutex_unlock(&source->lock);
    return closing ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static GError *translate(GstMessage *message)
{
    g_autoptr(GError) said = NULL;
    g_autofree char *more = NULL;
    gst_message_parse_error(message, &said, &more);
    const char *who = GST_MESSAGE_SRC_NAME(message);
    GError *error = NULL;
    if (more && strstr(more, "not-negotiated"))
        mj_error_set(
            &error, MJ_ERROR_UNSUPPORTED,
            "%s and the element behind it in the pipeline agree on no format; are an encoder "
            "and a parser (h264parse, h265parse) before the appsink?",
            who);
    else if (g_error_matches(said, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED))
        mj_error_set(&error, MJ_ERROR_DENIED, "%s in the pipeline may not: %s", who, said->message);
    else if (said->domain == GST_RESOURCE_ERROR)
        mj_error_set(&error, MJ_ERROR_IO,
                     "%s in the pipeline: %s (is the device plugged in, and free?)", who,
                     said->message);
    else if (g_error_matches(said, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) ||
             g_error_matches(said, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND))
        mj_error_set(&error, MJ_ERROR_UNSUPPORTED, "%s in the pipeline: %s", who, said->message);
    else
        mj_error_set(&error, said->domain == GST_STREAM_ERROR ? MJ_ERROR_INVALID : MJ_ERROR_IO,
                     "%s in the pipeline: %s", who, said->message);
    return error;
}

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer data)
{
    (void)bus;
    CapSource *source = data;
    GError *error = GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR ? translate(message) : NULL;
    g_mutex_lock(&source->lock);
    source->ended |= GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    if (error && !source->failed)
        source->failed = g_steal_pointer(&error);
    g_cond_broadcast(&source->changed);
    g_mutex_unlock(&source->lock);
    g_clear_error(&error);
    gst_message_unref(message);
    return GST_BUS_DROP;
}

static void on_cancelled(GCancellable *cancel, gpointer data)
{
    (void)cancel;
    CapSource *source = data;
    g_mutex_lock(&source->lock);
    g_cond_broadcast(&source->changed);
    g_mutex_unlock(&source->lock);
}

/* --- opening --------------------------------------------------------------------------------- */

static void source_close(CapSource *source)
{
    if (!source)
        return;
    g_cancellable_disconnect(source->cancel, source->cancel_handler);
    g_mutex_lock(&source->lock);
    source->closing = true;
    g_cond_broadcast(&source->changed);
    g_mutex_unlock(&source->lock);
    if (source->pipeline) {
        gst_element_set_state(source->pipeline, GST_STATE_NULL);
        g_autoptr(GstBus) bus = gst_element_get_bus(source->pipeline);
        gst_bus_set_sync_handler(bus, NULL, NULL, NULL);
    }
    g_clear_object(&source->picture_sink);
    g_clear_object(&source->sound_sink);
    g_clear_object(&source->pipeline);
    g_queue_clear_full(&source->waiting, item_free);
    g_clear_error(&source->failed);
    avcodec_parameters_free(&source->sound);
    cap_access_unit_free(source->unit);
    cap_pipeline_video_clear(&source->video);
    gst_clear_caps(&source->caps);
    g_object_unref(source->cancel);
    g_mutex_clear(&source->lock);
    g_cond_clear(&source->changed);
    g_free(source);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapSource, source_close)

static bool start_gstreamer(GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (gst_init_check(NULL, NULL, &failed)) // may be called again
        return true;
    return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "GStreamer does not start: %s",
                        failed ? failed->message : "no reason given");
}

static bool parse_failed(const GError *failed, GstParseContext *context, GError **error)
{
    g_auto(GStrv) missing = gst_parse_context_get_missing_elements(context);
    if (missing && missing[0])
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "there is no GStreamer element \"%s\" here; check the word, or install "
                            "the plug-in that has it",
                            missing[0]);
    return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "the pipeline cannot be built: %s",
                        failed ? failed->message : "it is none");
}

static bool build(CapSource *source, const char *description, GError **error)
{
    GstParseContext *context = gst_parse_context_new();
    g_autoptr(GError) failed = NULL;
    GstElement *built =
        gst_parse_launch_full(description, context, GST_PARSE_FLAG_FATAL_ERRORS, &failed);
    bool good = built && GST_IS_PIPELINE(built) && !failed;
    if (!good)
        parse_failed(failed, context, error);
    gst_parse_context_free(context);
    if (built)
        gst_object_ref_sink(built);
    if (good)
        source->pipeline = built;
    else if (built)
        gst_object_unref(built);
    return good;
}

/* The appsink that has no name we know: the only one, if there is no other. */
static GstElement *find_nameless(const CapSource *source)
{
    GstElement *found = NULL;
    GstIterator *sinks = gst_bin_iterate_sinks(GST_BIN(source->pipeline));
    GValue value = G_VALUE_INIT;
    while (gst_iterator_next(sinks, &value) == GST_ITERATOR_OK) {
        GstElement *sink = g_value_get_object(&value);
        if (GST_IS_APP_SINK(sink) && sink != source->sound_sink && !found)
            found = gst_object_ref(sink);
        g_value_reset(&value);
    }
    g_value_unset(&value);
    gst_iterator_free(sinks);
    return found;
}

/* Makes parsers deliver whole pictures, and lets through what is refused with a sentence later. */
static void watch_sink(CapSource *source, GstElement *sink, const char *formats)
{
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, source, NULL);
    g_autoptr(GstCaps) given = gst_app_sink_get_caps(GST_APP_SINK(sink));
    g_autoptr(GstCaps) ours = given ? NULL : gst_caps_from_string(formats);
    if (ours)
        gst_app_sink_set_caps(GST_APP_SINK(sink), ours);
    g_object_set(sink, "enable-last-sample", FALSE, NULL);
}

static bool find_sinks(CapSource *source, GError **error)
{
    GstBin *bin = GST_BIN(source->pipeline);
    source->picture_sink = gst_bin_get_by_name(bin, "video");
    source->sound_sink = gst_bin_get_by_name(bin, "audio");
    if (!source->picture_sink)
        source->picture_sink = find_nameless(source);
    if (!source->picture_sink || !GST_IS_APP_SINK(source->picture_sink) ||
        (source->sound_sink && !GST_IS_APP_SINK(source->sound_sink)))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "the pipeline has no appsink for video; it must end in "
                            "\"appsink name=video\"");
    watch_sink(
        source, source->picture_sink,
        "video/x-h264,alignment=au; video/x-h265,alignment=au; video/x-raw(ANY); image/jpeg; "
        "video/mpeg; video/x-vp8; video/x-vp9; video/x-av1");
    if (source->sound_sink)
        watch_sink(source, source->sound_sink,
                   "audio/mpeg,mpegversion=4,stream-format=raw; audio/x-opus; audio/x-alaw; "
                   "audio/x-mulaw; audio/x-raw,format={S16LE,F32LE},layout=interleaved");
    return true;
}

static const Item *first_locked(const CapSource *source, bool is_sound)
{
    for (GList *link = source->waiting.head; link; link = link->next)
        if (((const Item *)link->data)->is_sound == is_sound)
            return link->data;
    return NULL;
}

/* Waits for the first sample of one sink; its format, which the caller frees. NULL: none came. */
static GstCaps *first_format(CapSource *source, bool is_sound, int64_t until_us)
{
    const Item *item = NULL;
    g_mutex_lock(&source->lock);
    while (!(item = first_locked(source, is_sound)) && !source->failed && !source->ended &&
           !full_locked(source) && !g_cancellable_is_cancelled(source->cancel))
        if (!g_cond_wait_until(&source->changed, &source->lock, until_us))
            break;
    item = item ? item : first_locked(source, is_sound);
    GstCaps *caps = item ? gst_sample_get_caps(item->sample) : NULL;
    if (caps)
        gst_caps_ref(caps);
    g_mutex_unlock(&source->lock);
    return caps;
}

/* Why nothing comes, or no more. */
static CapRead why(CapSource *source, GError **error)
{
    CapRead result = CAP_READ_FAILED;
    g_mutex_lock(&source->lock);
    if (g_cancellable_is_cancelled(source->cancel))
        mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    else if (source->failed)
        g_propagate_error(error, g_error_copy(source->failed));
    else if (source->ended)
        result = CAP_READ_END;
    else
        mj_error_set(error, MJ_ERROR_TIMEOUT,
                     "the pipeline runs but has delivered no picture for %d s",
                     (int)(CAP_SOURCE_STALL_US / G_USEC_PER_SEC));
    g_mutex_unlock(&source->lock);
    return result;
}

static bool use_format(CapSource *source, GstCaps *caps, GError **error)
{
    CapPipelineVideo video;
    if (!cap_pipeline_video_parse(caps, &video, error))
        return false;
    cap_pipeline_video_clear(&source->video);
    cap_access_unit_free(source->unit);
    source->video = video;
    source->unit = cap_access_unit_new(video.codec, video.sets->data, video.sets->len);
    gst_caps_replace(&source->caps, caps);
    return true;
}

static bool play(CapSource *source, GError **error)
{
    int64_t begin_us = g_get_monotonic_time();
    if (gst_element_set_state(source->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        bool told = why(source, error) == CAP_READ_FAILED;
        return !told && mj_error_set(error, MJ_ERROR_IO, "the pipeline does not start");
    }
    g_autoptr(GstCaps) picture = first_format(source, false, begin_us + CAP_SOURCE_OPEN_US);
    if (!picture) {
        bool told = why(source, error) == CAP_READ_FAILED;
        return !told && mj_error_set(error, MJ_ERROR_IO, "the pipeline ended without a picture");
    }
    if (!use_format(source, picture, error))
        return false;
    if (!source->sound_sink)
        return true;
    g_autoptr(GstCaps) sound = first_format(source, true, g_get_monotonic_time() + SOUND_WAIT_US);
    source->sound = sound ? cap_pipeline_audio_parse(sound, error) : NULL;
    return !sound || source->sound;
}

static CapSource *source_open(const char *url, GCancellable *cancel, GError **error)
{
    if (!start_gstreamer(error))
        return NULL;
    g_autoptr(CapSource) source = g_new0(CapSource, 1);
    g_mutex_init(&source->lock);
    g_cond_init(&source->changed);
    g_queue_init(&source->waiting);
    source->cancel = g_object_ref(cancel);
    source->cancel_handler = g_cancellable_connect(cancel, G_CALLBACK(on_cancelled), source, NULL);
    if (!build(source, url + strlen(IDX_URL_PIPELINE), error) || !find_sinks(source, error))
        return NULL;
    g_autoptr(GstBus) bus = gst_element_get_bus(source->pipeline);
    gst_bus_set_sync_handler(bus, on_message, source, NULL);
    if (!play(source, error))
        return NULL;
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
    return g_steal_pointer(&source);
}

/* --- reading --------------------------------------------------------------------------------- */

static const AVCodecParameters *source_audio(const CapSource *source)
{
    return source->sound;
}

static Item *next_item(CapSource *source)
{
    g_mutex_lock(&source->lock);
    while (source->waiting.length == 0 && !source->failed && !source->ended &&
           !g_cancellable_is_cancelled(source->cancel))
        if (!g_cond_wait_until(&source->changed, &source->lock, source->deadline_us))
            break;
    bool late = !first_locked(source, false) && g_get_monotonic_time() > source->deadline_us;
    bool stopped = late || g_cancellable_is_cancelled(source->cancel);
    Item *item = stopped ? NULL : g_queue_pop_head(&source->waiting);
    if (item)
        source->waiting_bytes -= item_bytes(item);
    g_cond_broadcast(&source->changed);
    g_mutex_unlock(&source->lock);
    return item;
}

/* When was it captured? A buffer's running time + the pipeline's base time is that moment on the
 * pipeline's clock; how long ago that is now, taken from now, is the moment on the host's. */
static void stamp(const CapSource *source, const Item *item, CapPtsLine *line, CapPacket *ret)
{
    GstBuffer *buffer = gst_sample_get_buffer(item->sample);
    GstClockTime pts =
        GST_BUFFER_PTS_IS_VALID(buffer) ? GST_BUFFER_PTS(buffer) : GST_BUFFER_DTS(buffer);
    GstClockTime running =
        gst_segment_to_running_time(gst_sample_get_segment(item->sample), GST_FORMAT_TIME, pts);
    g_autoptr(GstClock) clock = gst_element_get_clock(source->pipeline);
    GstClockTime now = clock ? gst_clock_get_time(clock) : GST_CLOCK_TIME_NONE;
    GstClockTime base = gst_element_get_base_time(source->pipeline);
    int64_t mono_us = g_get_monotonic_time();
    int64_t utc_us = mj_clock_utc_us(mj_clock_system());
    int64_t age_us = 0;
    if (GST_CLOCK_TIME_IS_VALID(now) && GST_CLOCK_TIME_IS_VALID(running))
        age_us = GST_CLOCK_DIFF(base + running, now) / GST_USECOND;
    if (age_us < 0 || age_us > AGE_MAX_US)
        age_us = 0;
    int64_t pts_us = GST_CLOCK_TIME_IS_VALID(running) ? (int64_t)(running / GST_USECOND) : mono_us;
    ret->arrival_us = utc_us - age_us;
    ret->pts_us = cap_pts_line_add(line, pts_us, mono_us - age_us, false);
}

static bool copy_sound(const Item *item, CapPacket *ret, GError **error)
{
    GstBuffer *buffer = gst_sample_get_buffer(item->sample);
    gsize size = gst_buffer_get_size(buffer);
    ret->buffer = av_buffer_alloc(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!ret->buffer)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory for sound");
    ret->kind = CAP_AUDIO;
    ret->data = ret->buffer->data;
    ret->size = gst_buffer_extract(buffer, 0, ret->buffer->data, size);
    return true;
}

static bool add_picture(CapSource *source, const Item *item, GError **error)
{
    GstCaps *caps = gst_sample_get_caps(item->sample);
    if (caps != source->caps && !gst_caps_is_equal(caps, source->caps) &&
        !use_format(source, caps, error))
        return false;
    GstMapInfo map;
    if (!gst_buffer_map(gst_sample_get_buffer(item->sample), &map, GST_MAP_READ))
        return mj_error_set(error, MJ_ERROR_FAILED, "a picture of the pipeline cannot be read");
    bool added = cap_pipeline_video_add(&source->video, source->unit, map.data, map.size, error);
    gst_buffer_unmap(gst_sample_get_buffer(item->sample), &map);
    if (!added)
        cap_access_unit_drop(source->unit);
    return added;
}

/* True: *ret is filled, or *error is set; false: go on. */
static bool use_item(CapSource *source, const Item *item, CapPacket *ret, GError **error)
{
    if (!gst_sample_get_buffer(item->sample) || (item->is_sound && !source->sound))
        return false;
    if (item->is_sound) {
        stamp(source, item, &source->sound_line, ret);
        copy_sound(item, ret, error);
        return true;
    }
    source->deadline_us = g_get_monotonic_time() + CAP_SOURCE_STALL_US;
    if (!add_picture(source, item, error))
        return true;
    if (!cap_access_unit_take(source->unit, ret))
        return false;
    stamp(source, item, &source->picture_line, ret);
    return true;
}

static CapRead source_read(CapSource *source, CapPacket *ret, GError **error)
{
    *ret = (CapPacket){0};
    for (;;) {
        g_autoptr(Item) item = next_item(source);
        if (!item)
            return why(source, error);
        GError *failed = NULL;
        if (!use_item(source, item, ret, &failed))
            continue;
        if (!failed)
            return CAP_READ_PACKET;
        g_propagate_error(error, failed);
        return CAP_READ_FAILED;
    }
}

const CapSourceKind cap_source_pipeline = {
    .open = source_open,
    .read = source_read,
    .audio = source_audio,
    .close = source_close,
};
