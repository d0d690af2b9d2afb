// SPDX-License-Identifier: GPL-3.0-or-later
/* A lane: a few threads, each with its own connection to the catalogue, and a bounded queue before
 * them. What is slow (password hashes, decoding, a busy catalogue) holds up its own lane alone, and
 * never the network loops. */
#pragma once

#include "index/catalogue.h"

typedef struct ApiLane ApiLane;

typedef struct ApiLaneSpec {
    const char *name;
    int threads;
    int queue_max;       // waiting jobs
    int64_t wait_max_us; // a job that waited longer is dropped
    IdxMode mode;
} ApiLaneSpec;

/* Called on a lane thread. @dropped: it waited too long or the lane stops; answer that it was busy.
 */
typedef void (*ApiLaneRun)(void *job, IdxCatalogue *cat, bool dropped);

/* Opens one connection a thread, then starts them. */
ApiLane *api_lane_new(const ApiLaneSpec *spec, const char *home, ApiLaneRun run, GError **error);

/* Any thread. False if the queue is full or the lane stops; @run is not called then. */
bool api_lane_push(ApiLane *lane, void *job);

/* Drops what waits; waits for what runs until @deadline_mono_us (g_get_monotonic_time). False if
 * something still runs then: the lane cannot be freed. */
bool api_lane_stop(ApiLane *lane, int64_t deadline_mono_us);

/* After api_lane_stop() gave true, or of a lane that never got a job. NULL is fine. */
void api_lane_free(ApiLane *lane);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiLane, api_lane_free)
