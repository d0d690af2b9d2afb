// SPDX-License-Identifier: GPL-3.0-or-later
/* A feed: the one thing a camera is. It gives units (pictures, access units of a file, chunks of
 * sound) one by one, each with the time since the feed's start at which it is due. Whether they are
 * raw or coded is told by their caps and is the only difference.
 *
 * Order of calls: *_new, then { due, take } in a loop on one thread, free. A pump (pump.h) does it.
 */
#pragma once

#include "test/hall/camera.h"
#include "test/hall/scene.h"

#include <gst/gst.h>

typedef struct HallFeed HallFeed;
struct HallFeed {
    GstCaps *caps; // owned
    /* When the next unit is due, in ns since the feed's start; never falls. */
    int64_t (*due_ns)(HallFeed *feed);
    /* The next unit, taken at @utc_us. Its PTS and DTS are ns since the feed's start; units that
     * cannot be decoded alone carry GST_BUFFER_FLAG_DELTA_UNIT. NULL with @error at an end. */
    GstBuffer *(*take)(HallFeed *feed, int64_t utc_us, GError **error);
    void (*free)(HallFeed *feed);
};

void hall_feed_free(HallFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HallFeed, hall_feed_free)

/* Pictures of @picture (borrowed) at the camera's rate. @frame (borrowed, atomic) numbers them on
 * from feed to feed. */
HallFeed *hall_feed_picture(const HallCamera *camera, const HallPicture *picture, int *frame);

/* Sound: a quiet murmur and a tick at each whole second of UTC. */
HallFeed *hall_feed_sound(const HallCamera *camera);

/* Access units of a video file as they stand (Annex B), over and over, times going on across the
 * seam. */
HallFeed *hall_feed_footage(const char *path, GError **error);

typedef struct HallFootageInfo {
    const char *video; // "h264" or "h265"
    int width, height;
    double fps;
} HallFootageInfo;

/* What is in the file; MJ_ERROR_UNSUPPORTED if it is neither H.264 nor H.265. */
bool hall_footage_probe(const char *path, HallFootageInfo *ret, GError **error);
