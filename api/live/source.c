// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/source.h"

#include "api/live/sound.h"

struct ApiSource {
    char *camera, *stream;
    bool transcoded;
    ApiMux *mux;
    ApiSound *sound;   // makes AAC of what it gets; NULL: it is not needed, or cannot
    json_t *about;     // the init message without its tile; NULL: nothing is known yet
    ApiPiece *init[2]; // of pictures, of sound
    GPtrArray *group;  // ApiPiece *, from the key frame on; empty if it was too large
    size_t group_bytes;
    char *state, *detail; // why there are no pictures; NULL: there are
    GPtrArray *tiles;     // ApiTile *, borrowed
    int64_t idle_since_us;
};

static void free_piece(void *piece)
{
    api_piece_unref(piece);
}

ApiSource *api_source_new(const char *camera, const char *stream, bool transcoded)
{
    ApiSource *source = g_new0(ApiSource, 1);
    source->camera = g_strdup(camera);
    source->stream = g_strdup(stream);
    source->transcoded = transcoded;
    source->mux = api_mux_new();
    source->group = g_ptr_array_new_with_free_func(free_piece);
    source->tiles = g_ptr_array_new();
    source->idle_since_us = g_get_monotonic_time();
    return source;
}

static void forget_init(ApiSource *source)
{
    g_clear_pointer(&source->about, json_decref);
    for (int i = 0; i < 2; i++)
        g_clear_pointer(&source->init[i], api_piece_unref);
}

static void forget_group(ApiSource *source)
{
    g_ptr_array_set_size(source->group, 0);
    source->group_bytes = 0;
}

void api_source_free(ApiSource *source)
{
    if (source == NULL)
        return;
    g_assert(source->tiles->len == 0);
    forget_init(source);
    g_ptr_array_unref(source->group);
    g_ptr_array_unref(source->tiles);
    api_mux_free(source->mux);
    api_sound_free(source->sound);
    g_free(source->camera);
    g_free(source->stream);
    g_free(source->state);
    g_free(source->detail);
    g_free(source);
}

const char *api_source_camera(const ApiSource *source)
{
    return source->camera;
}

const char *api_source_stream(const ApiSource *source)
{
    return source->stream;
}

bool api_source_is_transcoded(const ApiSource *source)
{
    return source->transcoded;
}

const GPtrArray *api_source_tiles(const ApiSource *source)
{
    return source->tiles;
}

int64_t api_source_idle_since_us(const ApiSource *source)
{
    return source->tiles->len > 0 ? 0 : source->idle_since_us;
}

// ── what tiles are told
// ─────────────────────────────────────────────────────────────────────────────

static void tell_init(ApiSource *source, ApiTile *tile)
{
    json_t *message = json_copy(source->about);
    json_object_set_new(message, "tile", json_integer(tile->number));
    api_tile_say(tile, message);
    for (int i = 0; i < 2; i++)
        if (source->init[i] != NULL)
            api_tile_put(tile, source->init[i], false, g_get_monotonic_time());
}

static void tell_stopped(const ApiSource *source, ApiTile *tile, bool gone)
{
    api_tile_say(tile, api_live_stopped(tile->number, source->state, source->detail, gone));
}

static void tell_group(ApiSource *source, ApiTile *tile)
{
    int64_t now_us = g_get_monotonic_time();
    for (guint i = 0; i < source->group->len; i++)
        api_tile_put(tile, source->group->pdata[i], true, now_us);
}

void api_source_add(ApiSource *source, ApiTile *tile)
{
    g_ptr_array_add(source->tiles, tile);
    tile->source = source;
    if (source->state != NULL)
        tell_stopped(source, tile, false);
    if (source->about == NULL)
        return;
    tell_init(source, tile);
    if (!tile->paused)
        tell_group(source, tile);
}

void api_source_remove(ApiSource *source, ApiTile *tile)
{
    g_ptr_array_remove_fast(source->tiles, tile);
    tile->source = NULL;
    source->idle_since_us = g_get_monotonic_time();
}

void api_source_resume(ApiSource *source, ApiTile *tile)
{
    if (!tile->paused)
        return;
    tile->paused = false;
    tell_group(source, tile);
}

// ── what comes
// ──────────────────────────────────────────────────────────────────────────────────────

static ApiPiece *make_init(const ApiSource *source, bool sound)
{
    if (!api_mux_has(source->mux, sound))
        return NULL;
    g_autoptr(GByteArray) mp4 = g_byte_array_new();
    api_mux_put_init(source->mux, sound, mp4);
    return api_piece_new(&(ApiLiveHead){.kind = API_LIVE_INIT, .sound = sound}, mp4);
}

static json_t *describe(const ApiSource *source, const IdxWireStream *stream)
{
    json_t *sound = stream->audio[0] != '\0'
                        ? json_pack("{s:s, s:o}", "codec", stream->audio, "mime",
                                    mj_json_string(api_mux_mime(source->mux, true)))
                        : json_null();
    return json_pack("{s:s, s:i, s:s, s:s, s:i, s:i, s:b, s:o}", "say", "init", "tile", 0, "video",
                     stream->video, "mime", api_mux_mime(source->mux, false), "width",
                     stream->width, "height", stream->height, "transcoded", source->transcoded,
                     "sound", sound);
}

static void begin(ApiSource *source, const IdxWireStream *told)
{
    g_autoptr(GError) error = NULL;
    IdxWireStream copy = *told, *stream = &copy;
    g_clear_pointer(&source->sound, api_sound_free);
    if (api_sound_takes(told->audio))
        source->sound = api_sound_new(told);
    if (source->sound != NULL)
        api_sound_describe(source->sound, stream);
    forget_init(source);
    forget_group(source);
    g_clear_pointer(&source->state, g_free);
    g_clear_pointer(&source->detail, g_free);
    if (!api_mux_begin(source->mux, stream, &error)) {
        api_source_stopped(source, "unsupported", error->message, false);
        return;
    }
    source->about = describe(source, stream);
    for (int i = 0; i < 2; i++)
        source->init[i] = make_init(source, i == 1);
    for (guint i = 0; i < source->tiles->len; i++)
        tell_init(source, source->tiles->pdata[i]);
}

/* Keeps what belongs to the group: whole from its key frame on, or nothing. */
static void keep(ApiSource *source, ApiPiece *piece)
{
    if (piece->key && !piece->sound)
        forget_group(source);
    else if (source->group->len == 0)
        return;
    if (source->group_bytes + piece->size > API_SOURCE_GROUP_BYTES ||
        source->group->len >= API_SOURCE_GROUP_PIECES) {
        forget_group(source);
        return;
    }
    g_ptr_array_add(source->group, api_piece_ref(piece));
    source->group_bytes += piece->size;
}

static void show(ApiSource *source, const IdxWirePacket *packet)
{
    g_autoptr(GByteArray) mp4 = g_byte_array_new();
    int64_t media_us = 0;
    if (source->about == NULL || !api_mux_put(source->mux, packet, mp4, &media_us))
        return;
    ApiLiveHead head = {.kind = API_LIVE_FRAGMENT,
                        .key = packet->key && !packet->sound,
                        .sound = packet->sound,
                        .utc_us = packet->utc_us,
                        .media_us = media_us};
    g_autoptr(ApiPiece) piece = api_piece_new(&head, mp4);
    int64_t now_us = g_get_monotonic_time();
    for (guint i = 0; i < source->tiles->len; i++)
        api_tile_put(source->tiles->pdata[i], piece, packet->backlog, now_us);
    keep(source, piece);
}

static void on_sound(void *source, const IdxWirePacket *packet)
{
    show(source, packet);
}

static bool is_heard(const ApiSource *source)
{
    for (guint i = 0; i < source->tiles->len; i++)
        if (((const ApiTile *)source->tiles->pdata[i])->sound)
            return true;
    return false;
}

/* Sound that is to be made into AAC, if somebody hears it. */
static void take(ApiSource *source, const IdxWirePacket *packet)
{
    if (!packet->sound || source->sound == NULL)
        show(source, packet);
    else if (is_heard(source))
        api_sound_put(source->sound, packet, on_sound, source);
}

static void lose(ApiSource *source, uint64_t pictures)
{
    api_mux_lost(source->mux);
    forget_group(source);
    for (guint i = 0; i < source->tiles->len; i++) {
        ApiTile *tile = source->tiles->pdata[i];
        api_tile_say(tile, api_live_lost(tile->number, pictures));
    }
}

void api_source_stopped(ApiSource *source, const char *state, const char *detail_or_null, bool gone)
{
    forget_init(source);
    forget_group(source);
    g_free(source->state);
    g_free(source->detail);
    source->state = g_strdup(state);
    source->detail = g_strdup(detail_or_null);
    for (guint i = 0; i < source->tiles->len; i++)
        tell_stopped(source, source->tiles->pdata[i], gone);
}

static bool stop(ApiSource *source, const IdxWireFrame *frame, bool *ret_gone, GError **error)
{
    g_autoptr(json_t) json = idx_wire_get_json(frame, error);
    if (json == NULL)
        return false;
    const char *state = json_string_value(json_object_get(json, "state"));
    *ret_gone = json_is_true(json_object_get(json, "gone"));
    api_source_stopped(source, state != NULL ? state : "offline",
                       json_string_value(json_object_get(json, "detail")), *ret_gone);
    return true;
}

bool api_source_frame(ApiSource *source, const IdxWireFrame *frame, bool *ret_gone, GError **error)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    uint64_t pictures = 0;
    bool ok = true;
    *ret_gone = false;
    if (frame->type == IDX_WIRE_STREAM && (ok = idx_wire_get_stream(frame, &stream, error)))
        begin(source, &stream);
    else if (frame->type == IDX_WIRE_PACKET && (ok = idx_wire_get_packet(frame, &packet, error)))
        take(source, &packet);
    else if (frame->type == IDX_WIRE_LOST && (ok = idx_wire_get_lost(frame, &pictures, error)))
        lose(source, pictures);
    else if (frame->type == IDX_WIRE_STOPPED)
        return stop(source, frame, ret_gone, error);
    return ok;
}
