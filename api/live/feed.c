// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/feed.h"

#include "index/base/log.h"

#define BURST 256                  // frames
#define REQUEST_US INT64_C(100000) // a request is short, and the recorder reads at once
#define CHANNEL_MAX 65535

struct ApiFeed {
    int shard;
    IdxLink *link;
    GHashTable *sources; // channel → ApiSource *, borrowed
    uint16_t channel;    // given last
};

ApiFeed *api_feed_new(int shard, IdxLink *link)
{
    ApiFeed *feed = g_new0(ApiFeed, 1);
    feed->shard = shard;
    feed->link = link;
    feed->sources = g_hash_table_new(NULL, NULL);
    return feed;
}

void api_feed_free(ApiFeed *feed)
{
    if (feed == NULL)
        return;
    GHashTableIter iter;
    void *source = NULL;
    g_hash_table_iter_init(&iter, feed->sources);
    while (g_hash_table_iter_next(&iter, NULL, &source))
        api_source_stopped(source, feed->shard < 0 ? "starting" : "capture-down", NULL, false);
    g_hash_table_unref(feed->sources);
    idx_link_free(feed->link);
    g_free(feed);
}

int api_feed_shard(const ApiFeed *feed)
{
    return feed->shard;
}

int api_feed_fd(const ApiFeed *feed)
{
    return idx_link_fd(feed->link);
}

static void *key_of(uint16_t channel)
{
    return GUINT_TO_POINTER((guint)channel);
}

/* Not one that was used lately: of a subscription that was ended something may still come. */
static uint16_t free_channel(ApiFeed *feed)
{
    do
        feed->channel = feed->channel == CHANNEL_MAX ? 1 : (uint16_t)(feed->channel + 1);
    while (g_hash_table_contains(feed->sources, key_of(feed->channel)));
    return feed->channel;
}

static uint16_t channel_of(const ApiFeed *feed, const ApiSource *source)
{
    GHashTableIter iter;
    void *key = NULL, *value = NULL;
    g_hash_table_iter_init(&iter, feed->sources);
    while (g_hash_table_iter_next(&iter, &key, &value))
        if (value == source)
            return (uint16_t)GPOINTER_TO_UINT(key);
    return 0;
}

bool api_feed_has(const ApiFeed *feed, const ApiSource *source)
{
    return channel_of(feed, source) != 0;
}

bool api_feed_subscribe(ApiFeed *feed, ApiSource *source)
{
    if (api_feed_has(feed, source))
        return true;
    uint16_t channel = free_channel(feed);
    g_hash_table_insert(feed->sources, key_of(channel), source);
    return idx_link_request(feed->link, channel,
                            json_pack("{s:s, s:s, s:s}", "do", "subscribe", "camera",
                                      api_source_camera(source), "stream",
                                      api_source_stream(source)),
                            REQUEST_US, NULL);
}

bool api_feed_unsubscribe(ApiFeed *feed, ApiSource *source)
{
    uint16_t channel = channel_of(feed, source);
    if (channel == 0)
        return true;
    g_hash_table_remove(feed->sources, key_of(channel));
    return idx_link_request(feed->link, channel, json_pack("{s:s}", "do", "unsubscribe"),
                            REQUEST_US, NULL);
}

/* Of a transcoder it is told what it cannot do; a recorder that does not know a stream will soon. */
static const char *state_of(const ApiFeed *feed, const GError *error)
{
    if (feed->shard >= 0 || mj_error_is(error, MJ_ERROR_NOT_FOUND))
        return "offline";
    return mj_error_is(error, MJ_ERROR_BUSY) ? "busy" : "unsupported";
}

/* The subscription failed: the recorder has no such stream, or none yet. */
static void fail(ApiFeed *feed, uint16_t channel, const IdxWireFrame *frame)
{
    g_autoptr(GError) error = NULL;
    ApiSource *source = g_hash_table_lookup(feed->sources, key_of(channel));
    idx_wire_get_error(frame, &error);
    if (source == NULL)
        return;
    g_hash_table_remove(feed->sources, key_of(channel));
    api_source_stopped(source, state_of(feed, error), error->message, false);
}

static bool use_frame(ApiFeed *feed, const IdxWireFrame *frame, GError **error)
{
    if (frame->type == IDX_WIRE_ERROR && frame->channel == 0)
        return idx_wire_get_error(frame, error);
    if (frame->type == IDX_WIRE_ERROR) {
        fail(feed, frame->channel, frame);
        return true;
    }
    ApiSource *source = g_hash_table_lookup(feed->sources, key_of(frame->channel));
    bool gone = false;
    if (source == NULL) // ended meanwhile
        return true;
    bool ok = api_source_frame(source, frame, &gone, error);
    if (gone)
        g_hash_table_remove(feed->sources, key_of(frame->channel));
    return ok;
}

bool api_feed_read(ApiFeed *feed)
{
    for (int i = 0; i < BURST; i++) {
        g_autoptr(GError) error = NULL;
        IdxWireFrame frame;
        if (!idx_link_next(feed->link, 0, &frame, &error)) {
            if (mj_error_is(error, MJ_ERROR_TIMEOUT))
                return true;
        } else if (use_frame(feed, &frame, &error)) {
            continue;
        }
        mj_log_debug(NULL, "recorder %d: %s", feed->shard, error->message);
        return false;
    }
    return true;
}
