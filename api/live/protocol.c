// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/protocol.h"

#include "index/camera.h"

#include <string.h>

#define FLAG_KEY 1
#define FLAG_SOUND 2
#define FLAG_BACKLOG 4

static const struct {
    const char *word;
    ApiLiveDo what;
    bool of_tile;
} WORDS[] = {
    {"subscribe", API_LIVE_SUBSCRIBE, true},
    {"unsubscribe", API_LIVE_UNSUBSCRIBE, true},
    {"pause", API_LIVE_PAUSE, false},
    {"resume", API_LIVE_RESUME, false},
};

static bool read_tile(const json_t *json, ApiLiveRequest *request, GError **error)
{
    const json_t *tile = json_object_get(json, "tile");
    json_int_t number = json_integer_value(tile);
    if (!json_is_integer(tile) || number < 1 || number > API_LIVE_TILE_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "tile must be a number from 1 to %d",
                            API_LIVE_TILE_MAX);
    request->tile = (uint16_t)number;
    return true;
}

static bool read_flag(const json_t *json, const char *name, bool *ret, GError **error)
{
    const json_t *flag = json_object_get(json, name);
    if (flag != NULL && !json_is_boolean(flag))
        return mj_error_set(error, MJ_ERROR_INVALID, "%s must be true or false", name);
    *ret = json_is_true(flag);
    return true;
}

static bool read_source(const json_t *json, ApiLiveRequest *request, GError **error)
{
    const char *camera = json_string_value(json_object_get(json, "camera"));
    const char *stream = json_string_value(json_object_get(json, "stream"));
    if (!idx_camera_check_code(camera != NULL ? camera : "", error))
        return false;
    if (g_strcmp0(stream, "main") != 0 && g_strcmp0(stream, "sub") != 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "stream must be main or sub");
    g_strlcpy(request->camera, camera, sizeof request->camera);
    g_strlcpy(request->stream, stream, sizeof request->stream);
    return read_flag(json, "sound", &request->sound, error) &&
           read_flag(json, "transcode", &request->transcode, error);
}

static bool read_request(const json_t *json, ApiLiveRequest *request, GError **error)
{
    const char *word = json_string_value(json_object_get(json, "do"));
    size_t i = 0;
    while (i < G_N_ELEMENTS(WORDS) && g_strcmp0(word, WORDS[i].word) != 0)
        i++;
    if (i == G_N_ELEMENTS(WORDS))
        return mj_error_set(error, MJ_ERROR_INVALID, "%.64s is nothing that can be done",
                            word != NULL ? word : "a message without \"do\"");
    request->what = WORDS[i].what;
    if (WORDS[i].of_tile && !read_tile(json, request, error))
        return false;
    return request->what != API_LIVE_SUBSCRIBE || read_source(json, request, error);
}

bool api_live_request_parse(const uint8_t *text, size_t size, ApiLiveRequest *ret, GError **error)
{
    json_error_t where;
    g_autoptr(json_t) json =
        size <= API_LIVE_REQUEST_MAX
            ? json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, &where)
            : NULL;
    if (!json_is_object(json))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a message must be a JSON object of at most %d bytes",
                            API_LIVE_REQUEST_MAX);
    ApiLiveRequest request = {0};
    if (!read_request(json, &request, error))
        return false;
    *ret = request;
    return true;
}

// ── heads of binary messages
// ────────────────────────────────────────────────────────────────────────

static void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--, value >>= 8)
        at[i] = (uint8_t)value;
}

static uint64_t get(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

void api_live_head_write(uint8_t bytes[API_LIVE_HEAD_BYTES], const ApiLiveHead *head)
{
    bytes[0] = (uint8_t)head->kind;
    bytes[1] = (uint8_t)((head->key ? FLAG_KEY : 0) | (head->sound ? FLAG_SOUND : 0) |
                         (head->backlog ? FLAG_BACKLOG : 0));
    put(bytes + 2, head->tile, 2);
    put(bytes + 4, (uint64_t)head->utc_us, 8);
    put(bytes + 12, (uint64_t)head->media_us, 8);
}

void api_live_head_address(uint8_t bytes[API_LIVE_HEAD_BYTES], uint16_t tile, bool backlog)
{
    bytes[1] = (uint8_t)((bytes[1] & ~FLAG_BACKLOG) | (backlog ? FLAG_BACKLOG : 0));
    put(bytes + 2, tile, 2);
}

bool api_live_head_read(const uint8_t *bytes, size_t size, ApiLiveHead *ret)
{
    if (size < API_LIVE_HEAD_BYTES || bytes[0] < API_LIVE_INIT || bytes[0] > API_LIVE_FRAGMENT)
        return false;
    *ret = (ApiLiveHead){.kind = bytes[0],
                         .key = bytes[1] & FLAG_KEY,
                         .sound = bytes[1] & FLAG_SOUND,
                         .backlog = bytes[1] & FLAG_BACKLOG,
                         .tile = (uint16_t)get(bytes + 2, 2),
                         .utc_us = (int64_t)get(bytes + 4, 8),
                         .media_us = (int64_t)get(bytes + 12, 8)};
    return true;
}

// ── messages
// ────────────────────────────────────────────────────────────────────────────────────────

json_t *api_live_hello(void)
{
    return json_pack("{s:s, s:i, s:i, s:i}", "say", "hello", "version", API_LIVE_VERSION, "tiles",
                     API_LIVE_TILES_MAX, "alive", API_LIVE_ALIVE_SECONDS);
}

json_t *api_live_alive(void)
{
    return json_pack("{s:s}", "say", "alive");
}

json_t *api_live_ended(uint16_t tile)
{
    return json_pack("{s:s, s:i}", "say", "ended", "tile", tile);
}

json_t *api_live_lost(uint16_t tile, uint64_t pictures)
{
    return json_pack("{s:s, s:i, s:I}", "say", "lost", "tile", tile, "pictures",
                     (json_int_t)pictures);
}

json_t *api_live_stopped(uint16_t tile, const char *state, const char *detail_or_null, bool gone)
{
    return json_pack("{s:s, s:i, s:s, s:o, s:b}", "say", "stopped", "tile", tile, "state", state,
                     "detail", mj_json_string(detail_or_null), "gone", gone);
}

json_t *api_live_refused(uint16_t tile, const GError *error)
{
    return json_pack("{s:s, s:i, s:s, s:s}", "say", "refused", "tile", tile, "code",
                     mj_error_name(error->code), "message", error->message);
}
