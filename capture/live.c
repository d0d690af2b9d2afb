// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/live.h"

#include <pthread.h>

#include "index/state.h"

struct CapLive {
    pthread_mutex_t lock;
    GPtrArray *streams; // under lock; CapLiveStream *, by camera and name
};

CapLiveStream *cap_live_stream_ref(CapLiveStream *stream)
{
    g_atomic_int_inc(&stream->refs);
    return stream;
}

void cap_live_stream_unref(CapLiveStream *stream)
{
    if (!stream || !g_atomic_int_dec_and_test(&stream->refs))
        return;
    cap_tap_free(stream->tap);
    cap_meter_free(stream->meter);
    g_free(stream->camera);
    g_free(stream->name);
    g_free(stream);
}

static void unref_stream(void *stream)
{
    cap_live_stream_unref(stream);
}

CapLive *cap_live_new(void)
{
    CapLive *live = g_new0(CapLive, 1);
    pthread_mutex_init(&live->lock, NULL);
    live->streams = g_ptr_array_new_with_free_func(unref_stream);
    return live;
}

void cap_live_free(CapLive *live)
{
    if (!live)
        return;
    g_ptr_array_unref(live->streams);
    pthread_mutex_destroy(&live->lock);
    g_free(live);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    const CapLiveStream *x = *(CapLiveStream *const *)a, *y = *(CapLiveStream *const *)b;
    int order = g_strcmp0(x->camera, y->camera);
    return order ? order : g_strcmp0(x->name, y->name);
}

static CapLiveStream *stream_new(const IdxStream *row)
{
    CapLiveStream *stream = g_new0(CapLiveStream, 1);
    stream->refs = 1;
    stream->stream_id = row->id;
    stream->camera = g_strdup(row->camera);
    stream->name = g_strdup(row->name);
    stream->tap = cap_tap_new(NULL);
    stream->meter = cap_meter_new();
    return stream;
}

CapLiveStream *cap_live_add(CapLive *live, const IdxStream *row)
{
    CapLiveStream *found = NULL;
    pthread_mutex_lock(&live->lock);
    for (guint i = 0; i < live->streams->len && !found; i++) {
        CapLiveStream *stream = g_ptr_array_index(live->streams, i);
        found = stream->stream_id == row->id ? stream : NULL;
    }
    if (!found) {
        found = stream_new(row);
        g_ptr_array_add(live->streams, found);
        g_ptr_array_sort(live->streams, by_name);
    }
    g_atomic_int_set(&found->record, row->record);
    cap_live_stream_ref(found);
    pthread_mutex_unlock(&live->lock);
    return found;
}

void cap_live_remove(CapLive *live, CapLiveStream *stream)
{
    if (!stream)
        return;
    pthread_mutex_lock(&live->lock);
    g_ptr_array_remove(live->streams, stream);
    pthread_mutex_unlock(&live->lock);
    g_atomic_int_set(&stream->gone, 1);
    cap_tap_end(stream->tap, IDX_STATE_DISABLED, "the camera was removed");
    cap_live_stream_unref(stream);
}

CapLiveStream *cap_live_find(CapLive *live, const char *camera, const char *name)
{
    CapLiveStream *found = NULL;
    pthread_mutex_lock(&live->lock);
    for (guint i = 0; i < live->streams->len && !found; i++) {
        CapLiveStream *stream = g_ptr_array_index(live->streams, i);
        if (g_str_equal(stream->camera, camera) && g_str_equal(stream->name, name))
            found = cap_live_stream_ref(stream);
    }
    pthread_mutex_unlock(&live->lock);
    return found;
}

static json_t *stream_json(CapLiveStream *stream)
{
    CapTapCounts counts = cap_tap_counts(stream->tap);
    json_t *json = json_pack("{s:s, s:s, s:b}", "camera", stream->camera, "stream", stream->name,
                             "record", g_atomic_int_get(&stream->record));
    json_t *meter = cap_meter_json(stream->meter);
    json_object_update(json, meter);
    json_decref(meter);
    json_object_set_new(json, "viewers", json_integer(counts.viewers));
    json_object_set_new(json, "viewer_pictures_lost", json_integer((json_int_t)counts.lost));
    json_object_set_new(json, "group_bytes", json_integer((json_int_t)counts.group_bytes));
    return json;
}

/* References, so that nobody waits for the lock while JSON is made. */
static GPtrArray *snapshot(CapLive *live)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(unref_stream);
    pthread_mutex_lock(&live->lock);
    for (guint i = 0; i < live->streams->len; i++)
        g_ptr_array_add(all, cap_live_stream_ref(g_ptr_array_index(live->streams, i)));
    pthread_mutex_unlock(&live->lock);
    return all;
}

json_t *cap_live_json(CapLive *live)
{
    g_autoptr(GPtrArray) all = snapshot(live);
    json_t *streams = json_array();
    for (guint i = 0; i < all->len; i++)
        json_array_append_new(streams, stream_json(g_ptr_array_index(all, i)));
    return streams;
}

void cap_live_begin(CapLiveStream *stream, const AVCodecParameters *audio)
{
    if (!stream)
        return;
    cap_tap_begin(stream->tap, audio);
    cap_meter_begin(stream->meter, audio);
}

void cap_live_packet(CapLiveStream *stream, const CapPacket *packet)
{
    if (!stream)
        return;
    CapClockFix fix = cap_tap_packet(stream->tap, packet);
    cap_meter_packet(stream->meter, packet, &fix,
                     g_atomic_int_get(&stream->record) ? NULL : CAP_STATE_LIVE);
}

void cap_live_recorded(CapLiveStream *stream, int64_t bytes, int64_t pictures)
{
    if (stream)
        cap_meter_recorded(stream->meter, bytes, pictures);
}

void cap_live_not_recorded(CapLiveStream *stream, const char *state, const char *detail)
{
    if (stream)
        cap_meter_not_recorded(stream->meter, state, detail);
}

void cap_live_packets_lost(CapLiveStream *stream, int64_t packets)
{
    if (stream)
        cap_meter_packets_lost(stream->meter, packets);
}

void cap_live_end(CapLiveStream *stream, const char *state, const char *detail)
{
    if (!stream)
        return;
    cap_tap_end(stream->tap, state, detail);
    cap_meter_end(stream->meter, state, detail);
}
