// SPDX-License-Identifier: GPL-3.0-or-later
/* The live wall's protocol: GET /api/v1/live, a WebSocket (RFC 6455) that carries all tiles of a page.
 *
 * From the page: text messages, JSON objects of at most API_LIVE_REQUEST_MAX bytes.
 *   {"do": "subscribe", "tile": T, "camera": CODE, "stream": "main" | "sub",
 *    "sound": bool, "transcode": bool}    T: 1 … 65535, chosen by the page, free. sound: with the
 *                                         camera's. transcode: as H.264, whatever the camera sends
 *   {"do": "unsubscribe", "tile": T}      nothing of the tile comes after the answer "ended"
 *   {"do": "pause"}, {"do": "resume"}     all tiles: a page that nobody sees costs nothing
 *
 * From the server, text: JSON objects
 *   {"say": "hello", "version": 1, "tiles": most in a page, "alive": seconds}
 *   {"say": "alive"}     every so many seconds: a page that hears nothing for longer has lost its line,
 *                        of which it may learn by nothing else, and its pictures stand still
 *   {"say": "init", "tile": T, "video": "h264", "mime": "video/mp4; codecs=\"avc1.64001f\"",
 *    "width", "height", "transcoded": bool,
 *    "sound": {"codec": "aac", "mime": … or null where no browser plays it} or null}
 *                        how to decode what follows; before the first picture, and whenever it changes.
 *                        An init part of each track follows, sound's only if it was asked for
 *   {"say": "lost", "tile": T, "pictures": N}   not sent because the page did not read in time; what
 *                        follows begins with a key frame, at the present
 *   {"say": "stopped", "tile": T, "state": as StreamState, or "busy", "detail": words or null, "gone": bool}
 *                        no pictures until the next init; gone: the recorder has no such stream any more; busy: as many streams are
 *                        converted as may be
 *   {"say": "refused", "tile": T, "code": as in problems, "message": for people}   the tile has ended
 *   {"say": "ended", "tile": T}
 *   {"say": "states", "streams": [{"camera", "stream", "state", "since", "detail"}]}
 *                        of all streams at first, of those that changed later
 *   {"say": "serving", "places": [{"hall", "place", "ticket": {"day", "number", "called", "started"}
 *    or null}]}          who is served there now: of all places at first, of those that changed later; to those
 *                        who may search (IDX_MAY_FIND) alone
 *
 * From the server, binary: a head of API_LIVE_HEAD_BYTES and a piece of fragmented MP4 (mux.h).
 * Integers are big-endian.
 *   byte 0     1 = init part, 2 = fragment
 *        1     flags: 1 key, decoding can begin here · 2 sound · 4 backlog: was there before the
 *              subscription, to be passed over quickly
 *        2-3   tile
 *        4-11  UTC in microseconds of the moment it was taken; 0 of an init part
 *        12-19 where it stands on the timeline of the MP4, in microseconds
 *
 * Ends with the WebSocket's close codes: 1001 the server stops, 1008 the login has ended, 1002, 1003,
 * 1007, 1009 what the page sent was no message, 4013 a tile that is taken, or too many.
 *
 * This module is pure: text into requests, and messages into text. */
#pragma once

#include "index/base/error.h"
#include "index/base/json.h"
#include "index/wire.h"

#define API_LIVE_VERSION 1
#define API_LIVE_REQUEST_MAX 1024 // bytes
#define API_LIVE_TILES_MAX 64     // in a page
#define API_LIVE_TILE_MAX 65535   // the largest number of one
#define API_LIVE_HEAD_BYTES 20
#define API_LIVE_ALIVE_SECONDS 5

typedef enum {
    API_LIVE_SUBSCRIBE,
    API_LIVE_UNSUBSCRIBE,
    API_LIVE_PAUSE,
    API_LIVE_RESUME,
} ApiLiveDo;

typedef struct ApiLiveRequest {
    ApiLiveDo what;
    uint16_t tile;
    char camera[65]; // a code
    char stream[5];  // "main", "sub"
    bool sound, transcode;
} ApiLiveRequest;

/* Any bytes may be given. MJ_ERROR_INVALID says what is wrong. */
bool api_live_request_parse(const uint8_t *text, size_t size, ApiLiveRequest *ret, GError **error);

typedef enum { API_LIVE_INIT = 1, API_LIVE_FRAGMENT = 2 } ApiLiveKind;

typedef struct ApiLiveHead {
    ApiLiveKind kind;
    bool key, sound, backlog;
    uint16_t tile;
    int64_t utc_us, media_us;
} ApiLiveHead;

void api_live_head_write(uint8_t bytes[API_LIVE_HEAD_BYTES], const ApiLiveHead *head);
/* Says for whom a head that was written is. */
void api_live_head_address(uint8_t bytes[API_LIVE_HEAD_BYTES], uint16_t tile, bool backlog);
/* False if these are none. */
bool api_live_head_read(const uint8_t *bytes, size_t size, ApiLiveHead *ret);

/* Messages of the server: new references. */
json_t *api_live_hello(void);
json_t *api_live_alive(void);
json_t *api_live_ended(uint16_t tile);
json_t *api_live_lost(uint16_t tile, uint64_t pictures);
json_t *api_live_stopped(uint16_t tile, const char *state, const char *detail_or_null, bool gone);
json_t *api_live_refused(uint16_t tile, const GError *error);
