// SPDX-License-Identifier: GPL-3.0-or-later
/* The connection to one recorder, or to the transcoder for one stream (index/link/link.h), over which all its streams come that somebody watches:
 * each once, however many watch it.
 *
 * One thread, that of live.h. No call waits for longer than a request takes to fit into a socket. */
#pragma once

#include "api/live/source.h"
#include "index/link/link.h"

typedef struct ApiFeed ApiFeed;

/* Takes @link. */
ApiFeed *api_feed_new(int shard, IdxLink *link);
/* Its sources are told that the recorder is gone, and are nobody's then. */
void api_feed_free(ApiFeed *feed); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiFeed, api_feed_free)

int api_feed_shard(const ApiFeed *feed);
int api_feed_fd(const ApiFeed *feed); // for epoll

/* @source, borrowed, gets its stream from now on. False: the recorder is gone; free the feed. */
bool api_feed_subscribe(ApiFeed *feed, ApiSource *source);
bool api_feed_unsubscribe(ApiFeed *feed, ApiSource *source);
bool api_feed_has(const ApiFeed *feed, const ApiSource *source);

/* Takes what there is, up to a bound, so that others have their turn. False: the recorder is gone or
 * does not speak its language; free the feed. */
bool api_feed_read(ApiFeed *feed);
