// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/feed.h"

#include "capture/audio.h"
#include "capture/meet/pack.h"
#include "index/base/log.h"

struct CapFeed {
    CapFeedConfig config; // with a reference to the stream
    CapViewer *viewer;
    GSource *source;      // made ready by the recorder's thread
    CapTapParams *params; // of what came last; NULL = nothing yet
    CapAudio *coder;      // NULL: sound goes as it is, or not at all
    bool mute;            // it can neither go as it is nor be coded
    bool needs_key;
    bool begun;       // there is a timeline: a picture went
    size_t given;     // bytes of the backlog
    size_t burst;     // of these, at once
    int64_t again_us; // monotonic: not to be gone on with before
    uint32_t ssrc;
    uint16_t sequence[2];
    int64_t shift_us; // pts + this = the viewer's timeline
    int64_t last_us;  // of the newest picture, on that
    uint32_t time;    // of the picture that is being cut
};

static uint32_t ticks(int64_t us, int clock)
{
    return (uint32_t)av_rescale(us, clock, 1000000);
}

static void put(CapFeed *feed, bool sound, uint32_t time, bool marker, const uint8_t *payload,
                size_t size)
{
    CapRtp packet = {.marker = marker,
                     .sequence = feed->sequence[sound]++,
                     .time = time,
                     .ssrc = feed->ssrc,
                     .payload = payload,
                     .size = size};
    feed->config.out(feed->config.data, sound, &packet);
}

/* What comes next is another beginning. */
static void begin_anew(CapFeed *feed)
{
    feed->needs_key = true;
    feed->begun = false;
    feed->given = 0;
    feed->ssrc++;
}

/* --- pictures ---------------------------------------------------------------------------------- */

static void put_payload(void *data, const uint8_t *payload, size_t size, bool last)
{
    CapFeed *feed = data;
    put(feed, false, feed->time, last, payload, size);
}

/* What is left out of the backlog has its place on the timeline, so that the next is not ahead of its time. */
static void go_on(CapFeed *feed, const CapTapPacket *packet, bool backlog)
{
    if (backlog)
        feed->shift_us = feed->last_us + CAP_FEED_STEP_US - packet->pts_us;
    feed->last_us = packet->pts_us + feed->shift_us;
    feed->time = ticks(feed->last_us, 90000);
}

static void count_backlog(CapFeed *feed, size_t size)
{
    feed->needs_key |= feed->given > 0 && feed->given + size > CAP_FEED_BACKLOG_BYTES;
    if (feed->needs_key && feed->given > 0)
        return;
    feed->given += size;
    feed->burst += size;
}

static void take_picture(CapFeed *feed, const CapTapPacket *packet, bool backlog)
{
    if (packet->params->video->codec != AV_CODEC_ID_H264 || (!feed->begun && !packet->key))
        return;
    go_on(feed, packet, backlog);
    if (backlog)
        count_backlog(feed, packet->size);
    feed->needs_key &= !packet->key;
    if (feed->needs_key)
        return;
    feed->begun = true;
    cap_pack_h264(packet->data, packet->size, packet->params->video, packet->key, put_payload,
                  feed);
}

/* --- sound ------------------------------------------------------------------------------------- */

static bool goes_as_it_is(const AVCodecParameters *audio, CapOfferSound sound)
{
    enum AVCodecID codec = sound == CAP_OFFER_PCMA   ? AV_CODEC_ID_PCM_ALAW
                           : sound == CAP_OFFER_PCMU ? AV_CODEC_ID_PCM_MULAW
                                                     : AV_CODEC_ID_NONE;
    return audio->codec_id == codec && audio->sample_rate == 8000 &&
           audio->ch_layout.nb_channels == 1;
}

static bool put_opus(void *data, const uint8_t *bytes, size_t size, int64_t pts_us, int64_t for_us,
                     GError **error)
{
    (void)for_us;
    (void)error;
    put(data, true, ticks(pts_us, 48000), false, bytes, size);
    return true;
}

static void put_g711(CapFeed *feed, const CapTapPacket *packet)
{
    uint32_t time = ticks(packet->pts_us + feed->shift_us, 8000); // a byte is a sample
    for (size_t at = 0; at < packet->size; at += CAP_PACK_BYTES)
        put(feed, true, time + (uint32_t)at, false, packet->data + at,
            MIN(packet->size - at, CAP_PACK_BYTES));
}

static void choose_sound(CapFeed *feed)
{
    g_autoptr(GError) error = NULL;
    const AVCodecParameters *audio = feed->params->audio;
    g_clear_pointer(&feed->coder, cap_audio_free);
    feed->mute = !audio || !feed->config.has_sound;
    if (feed->mute || goes_as_it_is(audio, feed->config.sound))
        return;
    if (feed->config.sound == CAP_OFFER_OPUS)
        feed->coder = cap_audio_new(audio, "opus", put_opus, feed, &error);
    feed->mute = !feed->coder;
    if (error)
        mj_log_warning(NULL, "%s; %s is relayed without sound", error->message,
                       feed->config.stream->camera);
}

static void take_sound(CapFeed *feed, const CapTapPacket *packet)
{
    g_autoptr(GError) error = NULL;
    if (feed->mute || !feed->begun)
        return;
    if (feed->coder) // what it cannot decode is left out
        cap_audio_push(feed->coder, packet->data, packet->size, packet->pts_us + feed->shift_us,
                       &error);
    else
        put_g711(feed, packet);
}

/* --- what is taken ----------------------------------------------------------------------------- */

static void use_params(CapFeed *feed, CapTapParams *params)
{
    if (feed->params == params)
        return;
    cap_tap_params_unref(feed->params);
    feed->params = cap_tap_params_ref(params);
    choose_sound(feed);
}

static void take(CapFeed *feed, CapTake *taken)
{
    if (taken->kind == CAP_TAKE_STOPPED)
        begin_anew(feed);
    g_free(taken->detail);
    if (taken->kind != CAP_TAKE_PACKET)
        return;
    g_autoptr(CapTapPacket) packet = taken->packet;
    use_params(feed, packet->params);
    if (packet->kind == CAP_VIDEO)
        take_picture(feed, packet, taken->backlog);
    else if (!taken->backlog)
        take_sound(feed, packet);
}

/* Too much went at once: the rest in a moment. */
static bool pauses(CapFeed *feed)
{
    int64_t now_us = g_get_monotonic_time();
    if (feed->burst >= CAP_FEED_BURST_BYTES) {
        feed->burst = 0;
        feed->again_us = now_us + CAP_FEED_PACE_US;
    }
    if (now_us >= feed->again_us)
        return false;
    g_source_set_ready_time(feed->source, feed->again_us);
    return true;
}

static gboolean drain(void *data)
{
    CapFeed *feed = data;
    g_source_set_ready_time(feed->source, -1); // before: what comes meanwhile makes it ready again
    for (;;) {
        if (pauses(feed))
            return G_SOURCE_CONTINUE;
        CapTake taken = cap_viewer_take(feed->viewer);
        if (taken.kind == CAP_TAKE_NOTHING)
            return G_SOURCE_CONTINUE;
        take(feed, &taken);
    }
}

static gboolean dispatch(GSource *source, GSourceFunc callback, void *data)
{
    (void)source;
    return callback(data);
}

static void wake(void *source)
{
    g_source_set_ready_time(source, 0);
}

CapFeed *cap_feed_new(const CapFeedConfig *config)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    CapFeed *feed = g_new0(CapFeed, 1);
    feed->config = *config;
    feed->config.stream = cap_live_stream_ref(config->stream);
    feed->needs_key = true;
    feed->ssrc = g_random_int();
    feed->source = g_source_new(&functions, sizeof(GSource));
    g_source_set_callback(feed->source, drain, feed, NULL);
    g_source_set_ready_time(feed->source, 0);
    g_source_attach(feed->source, config->context);
    feed->viewer = cap_viewer_new(config->stream->tap, wake, feed->source);
    return feed;
}

bool cap_feed_is_of(const CapFeed *feed, const CapLiveStream *stream)
{
    return feed->config.stream == stream;
}

void cap_feed_free(CapFeed *feed)
{
    if (!feed)
        return;
    g_source_destroy(feed->source);
    cap_viewer_free(feed->viewer); // nobody wakes it any more
    g_source_unref(feed->source);
    cap_audio_free(feed->coder);
    cap_tap_params_unref(feed->params);
    cap_live_stream_unref(feed->config.stream);
    g_free(feed);
}
