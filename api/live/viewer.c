// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/viewer.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#define CODE_NOT_UNDERSTOOD 1003
#define BURST 64 // messages for one page, until others have their turn

struct ApiViewer {
    uint64_t id;
    ApiGuest *guest;
    int fd;
    ApiViewerAsk ask;
    void *data;
    wslay_event_context_ptr ws;
    GByteArray *extra; // was read before; taken from its beginning
    guint extra_at;
    GPtrArray *tiles;
    guint turn;  // which tile is served next
    GQueue news; // ApiPiece *
    bool closing, full;
    bool blocked; // the socket takes no more
    int64_t heard_us, pinged_us, alive_us;
};

static ssize_t on_recv(wslay_event_context_ptr ws, uint8_t *bytes, size_t size, int flags,
                       void *data)
{
    (void)flags;
    ApiViewer *viewer = data;
    if (viewer->extra_at < viewer->extra->len) {
        size_t had = MIN(size, viewer->extra->len - viewer->extra_at);
        memcpy(bytes, viewer->extra->data + viewer->extra_at, had);
        viewer->extra_at += (guint)had;
        return (ssize_t)had;
    }
    ssize_t got;
    do
        got = recv(viewer->fd, bytes, size, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    wslay_event_set_error(ws, got < 0 && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK
                                                         : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t on_send(wslay_event_context_ptr ws, const uint8_t *bytes, size_t size, int flags,
                       void *data)
{
    ApiViewer *viewer = data;
    ssize_t sent;
    do
        sent = send(viewer->fd, bytes, size,
                    MSG_DONTWAIT | MSG_NOSIGNAL | (flags & WSLAY_MSG_MORE ? MSG_MORE : 0));
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    viewer->blocked = errno == EAGAIN;
    wslay_event_set_error(ws, errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static void on_message(wslay_event_context_ptr ws, const struct wslay_event_on_msg_recv_arg *arg,
                       void *data)
{
    (void)ws;
    ApiViewer *viewer = data;
    g_autoptr(GError) error = NULL;
    ApiLiveRequest request;
    if (wslay_is_ctrl_frame(arg->opcode) || viewer->closing)
        return;
    if (arg->opcode != WSLAY_TEXT_FRAME)
        api_viewer_close(viewer, CODE_NOT_UNDERSTOOD, "messages must be text");
    else if (!api_live_request_parse(arg->msg, arg->msg_length, &request, &error))
        api_viewer_close(viewer, CODE_NOT_UNDERSTOOD, error->message);
    else
        viewer->ask(viewer->data, viewer, &request);
}

static void free_tile(void *tile)
{
    api_tile_free(tile);
}

static void free_piece(void *piece)
{
    api_piece_unref(piece);
}

ApiViewer *api_viewer_new(const ApiViewerConfig *config)
{
    static const struct wslay_event_callbacks CALLBACKS = {
        .recv_callback = on_recv, .send_callback = on_send, .on_msg_recv_callback = on_message};
    g_autoptr(ApiViewer) viewer = g_new0(ApiViewer, 1);
    viewer->id = config->id;
    viewer->guest = api_guest_ref(config->guest);
    viewer->fd = config->fd;
    viewer->ask = config->ask;
    viewer->data = config->data;
    viewer->extra = g_byte_array_new();
    g_byte_array_append(viewer->extra, config->extra, (guint)config->extra_size);
    viewer->tiles = g_ptr_array_new_with_free_func(free_tile);
    g_queue_init(&viewer->news);
    viewer->heard_us = viewer->pinged_us = viewer->alive_us = g_get_monotonic_time();
    if (wslay_event_context_server_init(&viewer->ws, &CALLBACKS, viewer) != 0)
        return NULL;
    wslay_event_config_set_max_recv_msg_length(viewer->ws, API_LIVE_REQUEST_MAX);
    return g_steal_pointer(&viewer);
}

void api_viewer_free(ApiViewer *viewer)
{
    if (viewer == NULL)
        return;
    if (viewer->ws != NULL)
        wslay_event_context_free(viewer->ws);
    g_queue_clear_full(&viewer->news, free_piece);
    g_ptr_array_unref(viewer->tiles);
    g_byte_array_unref(viewer->extra);
    api_guest_unref(viewer->guest);
    g_free(viewer);
}

uint64_t api_viewer_id(const ApiViewer *viewer)
{
    return viewer->id;
}

ApiGuest *api_viewer_guest(const ApiViewer *viewer)
{
    return viewer->guest;
}

int api_viewer_fd(const ApiViewer *viewer)
{
    return viewer->fd;
}

GPtrArray *api_viewer_tiles(ApiViewer *viewer)
{
    return viewer->tiles;
}

ApiTile *api_viewer_tile(const ApiViewer *viewer, uint16_t number)
{
    for (guint i = 0; i < viewer->tiles->len; i++) {
        ApiTile *tile = viewer->tiles->pdata[i];
        if (tile->number == number)
            return tile;
    }
    return NULL;
}

void api_viewer_say(ApiViewer *viewer, json_t *message)
{
    g_queue_push_tail(&viewer->news, api_piece_new_text(message));
    viewer->full |= viewer->news.length > API_VIEWER_NEWS;
}

void api_viewer_close(ApiViewer *viewer, uint16_t code, const char *reason)
{
    if (viewer->closing)
        return;
    viewer->closing = true;
    size_t most = MIN(strlen(reason), 123); // of a control frame
    while (most > 0 && !g_utf8_validate(reason, (gssize)most, NULL))
        most--;
    if (wslay_event_queue_close(viewer->ws, code, (const uint8_t *)reason, most) != 0)
        viewer->full = true; // without a word, then
}

static bool is_over(const ApiViewer *viewer)
{
    return viewer->full ||
           (!wslay_event_want_read(viewer->ws) && !wslay_event_want_write(viewer->ws)) ||
           (wslay_event_get_close_sent(viewer->ws) && viewer->closing);
}

bool api_viewer_read(ApiViewer *viewer)
{
    viewer->heard_us = g_get_monotonic_time();
    return wslay_event_recv(viewer->ws) == 0 && !is_over(viewer);
}

/* What is to be sent next; a reference. NULL: nothing. */
static ApiPiece *next_piece(ApiViewer *viewer)
{
    ApiPiece *piece = g_queue_pop_head(&viewer->news);
    for (guint i = 0; piece == NULL && i < viewer->tiles->len; i++)
        piece = api_tile_take(viewer->tiles->pdata[viewer->turn++ % viewer->tiles->len]);
    return piece;
}

/* Puts the next message on its way. False: there is none. */
static bool queue_next(ApiViewer *viewer)
{
    g_autoptr(ApiPiece) piece = viewer->closing ? NULL : next_piece(viewer);
    if (piece == NULL)
        return false;
    struct wslay_event_msg message = {.opcode = piece->text ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME,
                                      .msg = piece->bytes,
                                      .msg_length = piece->size};
    return wslay_event_queue_msg(viewer->ws, &message) == 0; // copies it
}

bool api_viewer_write(ApiViewer *viewer)
{
    viewer->blocked = false;
    for (int i = 0; i < BURST && !viewer->blocked; i++) {
        if (!wslay_event_want_write(viewer->ws) && !queue_next(viewer))
            return !is_over(viewer);
        if (wslay_event_send(viewer->ws) != 0)
            return false;
    }
    viewer->blocked = true; // or there may be more: epoll calls again at once
    return !is_over(viewer);
}

static bool is_stuck(const ApiViewer *viewer)
{
    for (guint i = 0; i < viewer->tiles->len; i++)
        if (api_tile_is_stuck(viewer->tiles->pdata[i]))
            return true;
    return false;
}

/* A page that does not read has one of these waiting, not ever more. */
static void say_alive(ApiViewer *viewer, int64_t now_us)
{
    if (now_us - viewer->alive_us < API_LIVE_ALIVE_SECONDS * MJ_SECOND_US)
        return;
    viewer->alive_us = now_us;
    if (viewer->news.length == 0)
        api_viewer_say(viewer, api_live_alive());
}

bool api_viewer_tick(ApiViewer *viewer, int64_t now_us)
{
    if (now_us - viewer->heard_us > API_VIEWER_SILENT_US || is_stuck(viewer) || is_over(viewer))
        return false;
    say_alive(viewer, now_us);
    if (now_us - MAX(viewer->heard_us, viewer->pinged_us) < API_VIEWER_PING_US || viewer->closing)
        return true;
    viewer->pinged_us = now_us;
    struct wslay_event_msg ping = {.opcode = WSLAY_PING};
    return wslay_event_queue_msg(viewer->ws, &ping) == 0;
}

uint32_t api_viewer_events(const ApiViewer *viewer)
{
    return (wslay_event_want_read(viewer->ws) ? EPOLLIN : 0) | (viewer->blocked ? EPOLLOUT : 0);
}
