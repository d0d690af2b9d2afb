// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/tile.h"

#include <string.h>

typedef struct Waiting {
    ApiPiece *piece;
    int64_t since_us;
    bool backlog;
} Waiting;

static ApiPiece *piece_new(size_t size)
{
    ApiPiece *piece = g_malloc0(sizeof *piece + size);
    piece->refs = 1;
    piece->size = size;
    return piece;
}

ApiPiece *api_piece_new(const ApiLiveHead *head, const GByteArray *mp4)
{
    ApiPiece *piece = piece_new(API_LIVE_HEAD_BYTES + mp4->len);
    piece->init = head->kind == API_LIVE_INIT;
    piece->key = head->key;
    piece->sound = head->sound;
    api_live_head_write(piece->bytes, head);
    memcpy(piece->bytes + API_LIVE_HEAD_BYTES, mp4->data, mp4->len);
    return piece;
}

ApiPiece *api_piece_new_text(json_t *json)
{
    g_autofree char *text = mj_json_dump(json);
    json_decref(json);
    size_t size = strlen(text);
    ApiPiece *piece = piece_new(size);
    piece->text = true;
    memcpy(piece->bytes, text, size);
    return piece;
}

ApiPiece *api_piece_ref(ApiPiece *piece)
{
    piece->refs++;
    return piece;
}

void api_piece_unref(ApiPiece *piece)
{
    if (piece != NULL && --piece->refs == 0)
        g_free(piece);
}

static void waiting_free(void *data)
{
    Waiting *waiting = data;
    api_piece_unref(waiting->piece);
    g_free(waiting);
}

ApiTile *api_tile_new(const ApiLiveRequest *request)
{
    ApiTile *tile = g_new0(ApiTile, 1);
    tile->number = request->tile;
    tile->camera = g_strdup(request->camera);
    tile->stream = g_strdup(request->stream);
    tile->sound = request->sound;
    tile->transcode = request->transcode;
    tile->wants_key = true;
    g_queue_init(&tile->waiting);
    return tile;
}

void api_tile_free(ApiTile *tile)
{
    if (tile == NULL)
        return;
    g_queue_clear_full(&tile->waiting, waiting_free);
    g_free(tile->camera);
    g_free(tile->stream);
    g_free(tile);
}

static bool is_film(const ApiPiece *piece)
{
    return !piece->text && !piece->init;
}

static void push(ApiTile *tile, ApiPiece *piece, bool backlog, int64_t now_us)
{
    Waiting *waiting = g_new(Waiting, 1);
    *waiting = (Waiting){piece, now_us, backlog};
    g_queue_push_tail(&tile->waiting, waiting);
    tile->bytes += piece->size;
    tile->pieces++;
    tile->messages += piece->text ? 1 : 0;
}

static void count_out(ApiTile *tile, const ApiPiece *piece)
{
    tile->bytes -= piece->size;
    tile->pieces--;
    tile->messages -= piece->text ? 1 : 0;
}

void api_tile_say(ApiTile *tile, json_t *message)
{
    push(tile, api_piece_new_text(message), false, 0);
}

static void say_lost(ApiTile *tile, uint64_t pictures)
{
    ApiPiece *piece = api_piece_new_text(api_live_lost(tile->number, pictures));
    piece->lost = pictures;
    push(tile, piece, false, 0);
}

/* Throws away what is film; messages and init parts stay in their order, but for what was lost, which
 * is told in one. */
static void drop_film(ApiTile *tile)
{
    for (GList *link = tile->waiting.head, *next; link != NULL; link = next) {
        Waiting *waiting = link->data;
        next = link->next;
        if (!is_film(waiting->piece) && waiting->piece->lost == 0)
            continue;
        tile->lost += waiting->piece->lost;
        tile->lost += waiting->piece->text || waiting->piece->sound ? 0 : 1;
        count_out(tile, waiting->piece);
        g_queue_delete_link(&tile->waiting, link);
        waiting_free(waiting);
    }
    tile->wants_key = true;
}

static int64_t oldest_film_us(const ApiTile *tile, int64_t now_us)
{
    for (GList *link = tile->waiting.head; link != NULL; link = link->next) {
        const Waiting *waiting = link->data;
        if (is_film(waiting->piece))
            return waiting->since_us;
    }
    return now_us;
}

static void put_film(ApiTile *tile, ApiPiece *piece, bool backlog, int64_t now_us)
{
    bool key = piece->key && !piece->sound;
    if (tile->bytes + piece->size > API_TILE_BYTES || tile->pieces >= API_TILE_PIECES ||
        (key && now_us - oldest_film_us(tile, now_us) > API_TILE_LAG_US))
        drop_film(tile);
    if (tile->wants_key && !key) {
        tile->lost +=
            piece->sound ? 0 : tile->lost > 0; // of those before the first nothing is missing
        return;
    }
    if (tile->lost > 0)
        say_lost(tile, tile->lost);
    tile->lost = 0;
    tile->wants_key = false;
    push(tile, api_piece_ref(piece), backlog, now_us);
}

void api_tile_put(ApiTile *tile, ApiPiece *piece, bool backlog, int64_t now_us)
{
    if (piece->sound && !tile->sound)
        return;
    if (!is_film(piece))
        push(tile, api_piece_ref(piece), backlog, now_us);
    else if (!tile->paused)
        put_film(tile, piece, backlog, now_us);
}

void api_tile_pause(ApiTile *tile)
{
    drop_film(tile);
    tile->lost = 0;
    tile->paused = true;
}

ApiPiece *api_tile_take(ApiTile *tile)
{
    Waiting *waiting = g_queue_pop_head(&tile->waiting);
    if (waiting == NULL)
        return NULL;
    ApiPiece *piece = waiting->piece;
    count_out(tile, piece);
    if (!piece->text)
        api_live_head_address(piece->bytes, tile->number, waiting->backlog);
    g_free(waiting);
    return piece;
}

bool api_tile_is_stuck(const ApiTile *tile)
{
    return tile->messages > API_TILE_MESSAGES;
}
