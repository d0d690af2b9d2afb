// SPDX-License-Identifier: GPL-3.0-or-later
/* What waits for one tile of one page: messages and pieces of film, in order.
 *
 * Pieces are shared by all who watch the stream. A page that does not read in time is brought back to
 * the present: when more than API_TILE_BYTES wait, or a key frame comes while something waits for more
 * than API_TILE_LAG_US, what waits is thrown away, and it goes on with the next key frame behind a
 * message that says how many pictures were lost.
 *
 * One thread, that of live.h. */
#pragma once

#include "api/live/protocol.h"

#define API_TILE_BYTES (12u << 20) // more than a source keeps, so that a group fits
#define API_TILE_PIECES 4096
#define API_TILE_LAG_US INT64_C(700000)
#define API_TILE_MESSAGES 64 // that a page leaves unread; then the tile is as stuck as its page

/* Counted; immutable but for the tile's number and the backlog flag in its head, which api_tile_take()
 * sets: it is to be sent or copied before anything else is taken. */
typedef struct ApiPiece {
    int refs;
    bool text, init, key, sound;
    uint64_t lost; // of a text: how many pictures it says were lost
    size_t size;
    uint8_t bytes[]; // of a text: itself; else a head of protocol.h and MP4
} ApiPiece;

/* A piece of film: @mp4 is copied behind the head. */
ApiPiece *api_piece_new(const ApiLiveHead *head, const GByteArray *mp4);
/* Takes @json. */
ApiPiece *api_piece_new_text(json_t *json);
ApiPiece *api_piece_ref(ApiPiece *piece);
void api_piece_unref(ApiPiece *piece); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiPiece, api_piece_unref)

typedef struct ApiTile {
    uint16_t number;
    char *camera, *stream;
    bool sound, transcode;
    bool admitted;    // the desk let it in
    int64_t since_us; // UTC, when that was
    void *source;     // whose pieces it gets (event/source.h); NULL: none now

    GQueue waiting; // of a struct of tile.c
    size_t bytes;
    guint pieces, messages;
    bool paused, wants_key;
    uint64_t lost;
} ApiTile;

/* Whether its page left more messages unread than any tile has. */
bool api_tile_is_stuck(const ApiTile *tile);

ApiTile *api_tile_new(const ApiLiveRequest *request);
void api_tile_free(ApiTile *tile); // NULL is allowed
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ApiTile, api_tile_free)

/* Takes @message. */
void api_tile_say(ApiTile *tile, json_t *message);
/* Puts a reference to @piece, or leaves it out. @backlog: it was there before. @now_us: monotonic. */
void api_tile_put(ApiTile *tile, ApiPiece *piece, bool backlog, int64_t now_us);
/* Nothing waits any more, and nothing comes before it is resumed; then with a key frame. */
void api_tile_pause(ApiTile *tile);

/* The next thing to be sent, with the tile's own in its head; a reference for the caller. NULL if there
 * is none. */
ApiPiece *api_tile_take(ApiTile *tile);
