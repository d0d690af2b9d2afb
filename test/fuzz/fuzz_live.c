// SPDX-License-Identifier: GPL-3.0-or-later
/* What the live wall reads from outside. The first byte chooses: a message of a page; what a page's
 * socket sends; what a recorder's socket sends, made into MP4 for a tile with sound. Whatever comes, a
 * request is one of protocol.h, and a piece of film is a head and boxes that fill it. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/live/source.h"
#include "api/live/viewer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(const ApiLiveRequest *request)
{
    bool of_tile = request->what == API_LIVE_SUBSCRIBE || request->what == API_LIVE_UNSUBSCRIBE;
    g_assert(!of_tile || request->tile > 0);
    g_assert(request->what != API_LIVE_SUBSCRIBE || request->camera[0] != '\0');
    g_assert(strlen(request->camera) <= 64 && strlen(request->stream) <= 4);
}

static void read_message(const uint8_t *data, size_t size)
{
    ApiLiveRequest request = {0};
    g_autoptr(GError) error = NULL;
    bool ok = api_live_request_parse(data, size, &request, &error);
    g_assert(ok == (error == NULL));
    if (ok)
        check_request(&request);
}

static void on_ask(void *data, ApiViewer *viewer, const ApiLiveRequest *request)
{
    (void)data;
    (void)viewer;
    check_request(request);
}

static void read_socket(const uint8_t *data, size_t size)
{
    int fds[2];
    ApiGuest *guest = g_new0(ApiGuest, 1);
    guest->refs = 1;
    g_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    size_t half = size / 2; // some came with the handshake
    g_assert(write(fds[1], data + half, size - half) == (ssize_t)(size - half));
    ApiViewerConfig config = {
        .guest = guest, .fd = fds[0], .extra = data, .extra_size = half, .ask = on_ask};
    ApiViewer *viewer = api_viewer_new(&config);
    for (int i = 0; i < 64 && api_viewer_read(viewer) && api_viewer_write(viewer); i++)
        ;
    api_viewer_free(viewer);
    api_guest_unref(guest);
    close(fds[0]);
    close(fds[1]);
}

static void check_boxes(const uint8_t *at, size_t left)
{
    while (left > 0) {
        g_assert(left >= 8);
        size_t size = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        g_assert(size >= 8 && size <= left);
        at += size;
        left -= size;
    }
}

static void check_pieces(ApiTile *tile)
{
    for (ApiPiece *piece; (piece = api_tile_take(tile)) != NULL; api_piece_unref(piece)) {
        ApiLiveHead head = {0};
        if (piece->text) {
            g_autoptr(json_t) json = json_loadb((char *)piece->bytes, piece->size, 0, NULL);
            g_assert(json_is_object(json));
            continue;
        }
        g_assert(api_live_head_read(piece->bytes, piece->size, &head) && head.media_us >= 0);
        check_boxes(piece->bytes + API_LIVE_HEAD_BYTES, piece->size - API_LIVE_HEAD_BYTES);
    }
}

static void read_recorder(const uint8_t *data, size_t size)
{
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(1 << 20);
    g_autoptr(ApiSource) source = api_source_new("W07", "main", false);
    ApiLiveRequest request = {.tile = 1, .camera = "W07", .stream = "main", .sound = true};
    g_autoptr(ApiTile) tile = api_tile_new(&request);
    IdxWireFrame frame;
    bool gone = false;
    api_source_add(source, tile);
    idx_wire_reader_add(reader, data, size);
    while (idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME) {
        g_autoptr(GError) error = NULL;
        g_assert(api_source_frame(source, &frame, &gone, &error) == (error == NULL));
        check_pieces(tile);
    }
    api_source_remove(source, tile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 3 == 0)
        read_message(data + 1, size - 1);
    else if (data[0] % 3 == 1)
        read_socket(data + 1, size - 1);
    else
        read_recorder(data + 1, size - 1);
    return 0;
}
