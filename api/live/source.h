// SPDX-License-Identifier: GPL-3.0-or-later
/* One stream as it comes from a recorder, made into MP4 once for all tiles that show it.
 *
 * Keeps the pieces since the last key frame, so that a tile that comes later has its picture at once.
 * A group of more than API_SOURCE_GROUP_BYTES is not kept: then new tiles wait for the next key frame.
 *
 * One thread, that of live.h. */
#pragma once

#include "api/live/mux.h"
#include "api/live/tile.h"

#define API_SOURCE_GROUP_BYTES (8u << 20)
#define API_SOURCE_GROUP_PIECES 3000

typedef struct ApiSource ApiSource;

ApiSource *api_source_new(const char *camera, const char *stream, bool transcoded);
/* No tile may be left. */
void api_source_free(ApiSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiSource, api_source_free)

const char *api_source_camera(const ApiSource *source);
const char *api_source_stream(const ApiSource *source);
bool api_source_is_transcoded(const ApiSource *source);

/* A frame of the capture socket that is about this stream: STREAM, PACKET, LOST or STOPPED; others are
 * passed over. False with MJ_ERROR_INVALID: it is none. @ret_gone: the stream is no more. */
bool api_source_frame(ApiSource *source, const IdxWireFrame *frame, bool *ret_gone, GError **error);

/* There are no pictures: @state as StreamState. */
void api_source_stopped(ApiSource *source, const char *state, const char *detail_or_null,
                        bool gone);

/* @tile is borrowed until it is removed. It gets what is known, and the group. */
void api_source_add(ApiSource *source, ApiTile *tile);
void api_source_remove(ApiSource *source, ApiTile *tile);
/* It gets the group again, after a pause. */
void api_source_resume(ApiSource *source, ApiTile *tile);

/* Who looks at it, and since when nobody does (monotonic, 0 = somebody does). Tiles: ApiTile *. */
const GPtrArray *api_source_tiles(const ApiSource *source);
int64_t api_source_idle_since_us(const ApiSource *source);
