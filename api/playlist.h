// SPDX-License-Identifier: GPL-3.0-or-later
/* An HLS playlist (RFC 8216, version 7) over byte ranges of recorded files. Pure.
 *
 * One part is one group of pictures: the fragments from one key frame up to the next. A part that
 * was published never changes, so the newest one of an open segment is held back until the next key
 * frame or the segment's end says where it stops. */
#pragma once

#include "index/segment/segment.h"
#include "index/segment/timeline.h"

/* Longest playlist: at a key frame a second, about 4 MB of text. */
#define API_PLAYLIST_MAX_US (INT64_C(6) * 3600 * 1000000)

typedef struct ApiPlaylist {
    GString *text;
    int parts;
    bool complete; // it ends; nothing will be added
} ApiPlaylist;

void api_playlist_clear(ApiPlaylist *playlist);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ApiPlaylist, api_playlist_clear)

/* @timeline of the range; @fragments: for each of its segments a GArray of IdxFragment. @prefix is
 * put before each segment's "<id>.mp4", @suffix behind it. @zone is for the dates in it. */
void api_playlist_build(const IdxTimeline *timeline, const GPtrArray *fragments, GTimeZone *zone,
                        const char *prefix, const char *suffix, ApiPlaylist *ret_playlist);
