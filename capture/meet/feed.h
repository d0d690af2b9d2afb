// SPDX-License-Identifier: GPL-3.0-or-later
/* What a room terminal sends (terminal.h), on its way from the tap of its recorder (tap.h) to one viewer.
 *
 * The picture is cut into packets (pack.h), never coded anew. G.711 goes as it came where the viewer agreed to it;
 * all other sound (AAC above all), or for a viewer that takes Opus alone, is coded as Opus on its way, one
 * channel, 20 ms a packet: what is recorded stays as it was received. Each viewer has a coder of its own; there
 * are few.
 *
 * Nobody can ask a terminal for a key frame. So a viewer gets what the tap keeps since the last one, at once and
 * CAP_FEED_STEP_US apart on its timeline: it decodes all of that and shows the newest within a moment. The
 * sound of that time is left out. Where the tap keeps nothing (a group too large, tap.h) it waits for the next.
 *
 * At once is CAP_FEED_BURST_BYTES each CAP_FEED_PACE_US, since a network's buffers are small; and no more than
 * CAP_FEED_BACKLOG_BYTES of whole pictures (one that is larger by itself goes alone): of a group beyond that the rest is left
 * out, up to the next key frame. Until then its newest picture stands still, and the sound is heard.
 *
 * When the terminal stops, the feed goes on from the next key frame with another SSRC, which relay.h makes a timeline
 * without a hole of.
 *
 * All calls, and those of @out, from the thread of @context. */
#pragma once

#include "capture/live.h"
#include "capture/meet/offer.h"
#include "capture/rtsp/rtp.h"

#define CAP_FEED_STEP_US INT64_C(1000)
#define CAP_FEED_BACKLOG_BYTES ((size_t)1 << 20)
#define CAP_FEED_BURST_BYTES ((size_t)64 << 10)
#define CAP_FEED_PACE_US INT64_C(10000)

typedef struct CapFeed CapFeed;

/* @packet is borrowed. */
typedef void (*CapFeedOut)(void *data, bool sound, const CapRtp *packet);

typedef struct CapFeedConfig {
    GMainContext *context;
    CapLiveStream *stream;
    CapOfferSound sound; // that the viewer agreed to
    bool has_sound;      // the viewer takes any
    CapFeedOut out;
    void *data;
} CapFeedConfig;

CapFeed *cap_feed_new(const CapFeedConfig *config);
bool cap_feed_is_of(const CapFeed *feed, const CapLiveStream *stream);
void cap_feed_free(CapFeed *feed); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapFeed, cap_feed_free)
