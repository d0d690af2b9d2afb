// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/streams.h"

#include <string.h>
#include <sys/epoll.h>

typedef struct Stream {
    ApiSource *source;
    int shard;        // 0: not known; < 0: a link to the transcoder of its own
    bool asking;      // where it is
    int64_t again_us; // not to be tried before
    int64_t pause_us;
} Stream;

typedef struct Recorder {
    int shard;
    ApiFeed *feed; // NULL: not connected
    bool connecting;
} Recorder;

struct ApiStreams {
    ApiDesk *desk;
    int epoll_fd;
    int last_own;         // the latest number below 0
    GPtrArray *list;      // Stream *
    GPtrArray *recorders; // Recorder *
};

static void free_stream(void *data)
{
    Stream *stream = data;
    api_source_free(stream->source);
    g_free(stream);
}

static void free_recorder(void *data)
{
    Recorder *recorder = data;
    api_feed_free(recorder->feed);
    g_free(recorder);
}

ApiStreams *api_streams_new(ApiDesk *desk, int epoll_fd)
{
    ApiStreams *streams = g_new0(ApiStreams, 1);
    streams->desk = desk;
    streams->epoll_fd = epoll_fd;
    streams->list = g_ptr_array_new_with_free_func(free_stream);
    streams->recorders = g_ptr_array_new_with_free_func(free_recorder);
    return streams;
}

void api_streams_free(ApiStreams *streams)
{
    if (streams == NULL)
        return;
    g_ptr_array_unref(streams->recorders); // before the sources that they know
    g_ptr_array_unref(streams->list);
    g_free(streams);
}

// ── recorders
// ───────────────────────────────────────────────────────────────────────────────────────

static Recorder *recorder_of(ApiStreams *streams, int shard)
{
    for (guint i = 0; i < streams->recorders->len; i++) {
        Recorder *recorder = streams->recorders->pdata[i];
        if (recorder->shard == shard)
            return recorder;
    }
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->shard = shard;
    g_ptr_array_add(streams->recorders, recorder);
    return recorder;
}

/* Closing its descriptor takes it out of epoll. */
static void lose(Recorder *recorder)
{
    g_clear_pointer(&recorder->feed, api_feed_free);
}

static void connect_to(ApiStreams *streams, Recorder *recorder)
{
    if (recorder->connecting)
        return;
    recorder->connecting = true;
    ApiDeskJob *job = g_new0(ApiDeskJob, 1);
    job->what = API_DESK_CONNECT;
    job->shard = recorder->shard;
    api_desk_ask(streams->desk, job);
}

static void put_off(Stream *stream, int64_t now_us)
{
    stream->pause_us = CLAMP(stream->pause_us * 2, API_STREAMS_RETRY_US, API_STREAMS_RETRY_MAX_US);
    stream->again_us = now_us + stream->pause_us;
}

/* Gets the stream's pictures, as far as it is known where they are. */
static void fetch(ApiStreams *streams, Stream *stream)
{
    Recorder *recorder = stream->shard != 0 ? recorder_of(streams, stream->shard) : NULL;
    if (recorder == NULL)
        api_source_stopped(stream->source, "capture-down", NULL, false);
    else if (recorder->feed == NULL)
        connect_to(streams, recorder);
    else if (!api_feed_subscribe(recorder->feed, stream->source))
        lose(recorder);
}

static void connected(ApiStreams *streams, ApiDeskJob *job)
{
    Recorder *recorder = recorder_of(streams, job->shard);
    recorder->connecting = false;
    if (job->link != NULL && recorder->feed == NULL) {
        recorder->feed = api_feed_new(job->shard, g_steal_pointer(&job->link));
        int fd = api_feed_fd(recorder->feed);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(streams->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
            lose(recorder);
    }
    for (guint i = 0; i < streams->list->len; i++) {
        Stream *stream = streams->list->pdata[i];
        if (stream->shard != job->shard)
            continue;
        if (recorder->feed != NULL)
            fetch(streams, stream);
        else
            api_source_stopped(stream->source, job->shard < 0 ? "unsupported" : "capture-down",
                               NULL, false);
    }
}

// ── streams
// ─────────────────────────────────────────────────────────────────────────────────────────

static bool is_of(const Stream *stream, const char *camera, const char *name, bool transcoded)
{
    return api_source_is_transcoded(stream->source) == transcoded &&
           strcmp(api_source_camera(stream->source), camera) == 0 &&
           strcmp(api_source_stream(stream->source), name) == 0;
}

static Stream *stream_of(ApiStreams *streams, const char *camera, const char *name, bool transcoded)
{
    for (guint i = 0; i < streams->list->len; i++)
        if (is_of(streams->list->pdata[i], camera, name, transcoded))
            return streams->list->pdata[i];
    return NULL;
}

static bool is_fetched(ApiStreams *streams, const Stream *stream)
{
    const ApiFeed *feed = stream->shard != 0 ? recorder_of(streams, stream->shard)->feed : NULL;
    return feed != NULL && api_feed_has(feed, stream->source);
}

/* Each stream has a connection to the transcoder of its own. */
static int number_of(ApiStreams *streams, const Stream *stream, int shard)
{
    if (!api_source_is_transcoded(stream->source))
        return shard;
    return stream->shard < 0 ? stream->shard : --streams->last_own;
}

void api_streams_show(ApiStreams *streams, ApiTile *tile, int shard)
{
    Stream *stream = stream_of(streams, tile->camera, tile->stream, tile->transcode);
    if (stream == NULL) {
        stream = g_new0(Stream, 1);
        stream->source = api_source_new(tile->camera, tile->stream, tile->transcode);
        g_ptr_array_add(streams->list, stream);
    }
    api_source_add(stream->source, tile);
    if (is_fetched(streams, stream))
        return;
    stream->shard = number_of(streams, stream, shard);
    fetch(streams, stream);
    put_off(stream, g_get_monotonic_time());
}

void api_streams_leave(ApiStreams *streams, ApiTile *tile)
{
    (void)streams;
    if (tile->source != NULL)
        api_source_remove(tile->source, tile);
}

static void locate(ApiStreams *streams, Stream *stream)
{
    stream->asking = true;
    ApiDeskJob *job = g_new0(ApiDeskJob, 1);
    job->what = API_DESK_LOCATE;
    job->camera = g_strdup(api_source_camera(stream->source));
    job->stream = g_strdup(api_source_stream(stream->source));
    job->tile = api_source_is_transcoded(stream->source);
    api_desk_ask(streams->desk, job);
}

static void located(ApiStreams *streams, const ApiDeskJob *job)
{
    Stream *stream = stream_of(streams, job->camera, job->stream, job->tile != 0);
    if (stream == NULL)
        return;
    stream->asking = false;
    if (is_fetched(streams, stream))
        return;
    if (job->error != NULL)
        return; // told already; it is asked again
    stream->shard = number_of(streams, stream, job->shard);
    fetch(streams, stream);
}

void api_streams_answer(ApiStreams *streams, ApiDeskJob *job)
{
    if (job->what == API_DESK_CONNECT)
        connected(streams, job);
    else
        located(streams, job);
}

void api_streams_event(ApiStreams *streams, int fd)
{
    for (guint i = 0; i < streams->recorders->len; i++) {
        Recorder *recorder = streams->recorders->pdata[i];
        if (recorder->feed == NULL || api_feed_fd(recorder->feed) != fd)
            continue;
        if (!api_feed_read(recorder->feed))
            lose(recorder);
        return;
    }
}

static void forget(ApiStreams *streams, guint index)
{
    Stream *stream = streams->list->pdata[index];
    Recorder *recorder = stream->shard != 0 ? recorder_of(streams, stream->shard) : NULL;
    if (recorder != NULL && recorder->feed != NULL &&
        !api_feed_unsubscribe(recorder->feed, stream->source))
        lose(recorder);
    if (stream->shard < 0)
        g_ptr_array_remove_fast(streams->recorders, recorder);
    g_ptr_array_remove_index_fast(streams->list, index);
}

void api_streams_tick(ApiStreams *streams, int64_t now_us)
{
    for (guint i = streams->list->len; i > 0; i--) {
        Stream *stream = streams->list->pdata[i - 1];
        int64_t idle_us = api_source_idle_since_us(stream->source);
        if (idle_us != 0 && now_us - idle_us > API_STREAMS_LINGER_US && !stream->asking) {
            forget(streams, i - 1);
        } else if (is_fetched(streams, stream)) {
            stream->pause_us = 0;
        } else if (idle_us == 0 && now_us >= stream->again_us && !stream->asking) {
            put_off(stream, now_us);
            locate(streams, stream);
        }
    }
}
