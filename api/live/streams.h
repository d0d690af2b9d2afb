// SPDX-License-Identifier: GPL-3.0-or-later
/* All streams that somebody watches, and the recorders they come from: finds the recorder, connects, and
 * tries again by itself when one is gone.
 *
 * A stream that nobody watches any more is kept for API_STREAMS_LINGER_US: a tour comes back to it, and
 * a tile that is enlarged and put back.
 *
 * One thread, that of live.h. */
#pragma once

#include "api/live/desk.h"
#include "api/live/feed.h"

#define API_STREAMS_LINGER_US INT64_C(5000000)
#define API_STREAMS_RETRY_US INT64_C(250000) // doubled after each failure, up to
#define API_STREAMS_RETRY_MAX_US INT64_C(4000000)

typedef struct ApiStreams ApiStreams;

/* @desk outlives it. Descriptors are put into @epoll_fd with themselves as data. */
ApiStreams *api_streams_new(ApiDesk *desk, int epoll_fd);
/* No tile may be left. NULL is allowed. */
void api_streams_free(ApiStreams *streams);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiStreams, api_streams_free)

/* @tile, which was admitted, shows its stream from now on, which the recorder @shard has (0: nobody
 * knows); borrowed until it leaves. */
void api_streams_show(ApiStreams *streams, ApiTile *tile, int shard);
void api_streams_leave(ApiStreams *streams, ApiTile *tile);

/* An answer of the desk to LOCATE or CONNECT. */
void api_streams_answer(ApiStreams *streams, ApiDeskJob *job);
/* Something is to be read on @fd, if it is of a recorder. */
void api_streams_event(ApiStreams *streams, int fd);
void api_streams_tick(ApiStreams *streams, int64_t now_us);
