// SPDX-License-Identifier: GPL-3.0-or-later
/* Messages of the live socket, what waits for a tile, and a stream that many watch. */
#include "api/live/news.h"
#include "api/live/source.h"
#include "api/live/viewer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/api/support/pictures.h"

// ── messages
// ────────────────────────────────────────────────────────────────────────────────────────

static bool parse(const char *text, ApiLiveRequest *ret)
{
    g_autoptr(GError) error = NULL;
    bool ok = api_live_request_parse((const uint8_t *)text, strlen(text), ret, &error);
    g_assert_true(ok == (error == NULL));
    g_assert_true(ok || mj_error_is(error, MJ_ERROR_INVALID));
    return ok;
}

static void test_requests(void)
{
    ApiLiveRequest r = {0};
    g_assert_true(
        parse("{\"do\":\"subscribe\",\"tile\":65535,\"camera\":\"W07\",\"stream\":\"sub\"}", &r));
    g_assert_cmpint(r.what, ==, API_LIVE_SUBSCRIBE);
    g_assert_cmpint(r.tile, ==, 65535);
    g_assert_cmpstr(r.camera, ==, "W07");
    g_assert_cmpstr(r.stream, ==, "sub");
    g_assert_false(r.sound);
    g_assert_true(parse("{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"W07\",\"stream\":\"main\","
                        "\"sound\":true,\"transcode\":true}",
                        &r));
    g_assert_true(r.sound && r.transcode);
    g_assert_true(parse("{\"do\":\"unsubscribe\",\"tile\":3}", &r));
    g_assert_true(parse("{\"do\":\"pause\"}", &r));
    g_assert_cmpint(r.what, ==, API_LIVE_PAUSE);
    static const char *const BAD[] = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"do\":1}",
        "{\"do\":\"dance\"}",
        "{\"do\":\"subscribe\"}",
        "{\"do\":\"subscribe\",\"tile\":0,\"camera\":\"a\",\"stream\":\"main\"}",
        "{\"do\":\"subscribe\",\"tile\":65536,\"camera\":\"a\",\"stream\":\"main\"}",
        "{\"do\":\"subscribe\",\"tile\":\"1\",\"camera\":\"a\",\"stream\":\"main\"}",
        "{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"../a\",\"stream\":\"main\"}",
        "{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"a\",\"stream\":\"third\"}",
        "{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"a\",\"stream\":\"main\",\"sound\":1}",
        "{\"do\":\"pause\",\"do\":\"resume\"}",
        "{\"do\":\"unsubscribe\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++)
        g_assert_false(parse(BAD[i], &r));
    g_autofree char *long_one = g_strdup_printf("{\"do\":\"pause\",\"x\":\"%01100d\"}", 0);
    g_assert_false(parse(long_one, &r));
}

static void test_heads(void)
{
    uint8_t bytes[API_LIVE_HEAD_BYTES];
    ApiLiveHead in = {API_LIVE_FRAGMENT, true, false, false, 7, INT64_C(1795311065120000), 40000};
    ApiLiveHead out = {0};
    api_live_head_write(bytes, &in);
    api_live_head_address(bytes, 4711, true);
    g_assert_true(api_live_head_read(bytes, sizeof bytes, &out));
    g_assert_cmpint(out.tile, ==, 4711);
    g_assert_true(out.key && out.backlog && !out.sound);
    g_assert_cmpint(out.utc_us, ==, in.utc_us);
    g_assert_cmpint(out.media_us, ==, in.media_us);
    g_assert_false(api_live_head_read(bytes, sizeof bytes - 1, &out));
    bytes[0] = 3;
    g_assert_false(api_live_head_read(bytes, sizeof bytes, &out));
}

static void test_changed(void)
{
    g_autoptr(json_t) before = json_loads(
        "[{\"a\":\"1\",\"b\":\"x\",\"v\":1},{\"a\":\"2\",\"b\":\"x\",\"v\":1}]", 0, NULL);
    g_autoptr(json_t) now = json_loads("[{\"a\":\"2\",\"b\":\"x\",\"v\":2},{\"a\":\"1\",\"b\":"
                                       "\"x\",\"v\":1},{\"a\":\"1\",\"b\":\"y\",\"v\":1}]",
                                       0, NULL);
    g_autoptr(json_t) all = api_news_changed(NULL, now, "a", "b");
    g_autoptr(json_t) some = api_news_changed(before, now, "a", "b");
    g_autoptr(json_t) none = api_news_changed(now, now, "a", "b");
    g_assert_cmpuint(json_array_size(all), ==, 3);
    g_assert_cmpuint(json_array_size(some), ==, 2);
    g_assert_cmpuint(json_array_size(none), ==, 0);
}

// ── a tile
// ──────────────────────────────────────────────────────────────────────────────────────────

static ApiTile *tile_new(bool sound)
{
    ApiLiveRequest request = {.tile = 5, .camera = "W07", .stream = "main", .sound = sound};
    return api_tile_new(&request);
}

static void put(ApiTile *tile, bool key, bool sound, size_t size, int64_t now_us)
{
    g_autoptr(GByteArray) mp4 = g_byte_array_new();
    g_byte_array_set_size(mp4, (guint)size);
    memset(mp4->data, 0, size);
    ApiLiveHead head = {.kind = API_LIVE_FRAGMENT, .key = key, .sound = sound};
    g_autoptr(ApiPiece) piece = api_piece_new(&head, mp4);
    api_tile_put(tile, piece, false, now_us);
}

/* What waits, as letters: K key frame, p other picture, s sound, L<n> "lost". Takes all of it. */
static char *take_all(ApiTile *tile)
{
    GString *letters = g_string_new(NULL);
    for (ApiPiece *piece; (piece = api_tile_take(tile)) != NULL; api_piece_unref(piece)) {
        if (piece->text) {
            g_autoptr(json_t) json = json_loadb((char *)piece->bytes, piece->size, 0, NULL);
            g_string_append_printf(letters, "L%d",
                                   (int)json_integer_value(json_object_get(json, "pictures")));
        } else {
            g_string_append_c(letters, piece->sound ? 's' : piece->key ? 'K' : 'p');
        }
    }
    return g_string_free(letters, FALSE);
}

static void expect(ApiTile *tile, const char *letters)
{
    g_autofree char *taken = take_all(tile);
    g_assert_cmpstr(taken, ==, letters);
}

static void test_tile_order(void)
{
    g_autoptr(ApiTile) tile = tile_new(false);
    put(tile, false, false, 10,
        0); // before the first key frame nothing can be shown, nothing is missing
    put(tile, true, false, 10, 0);
    put(tile, false, true, 10, 0); // it has no sound
    put(tile, false, false, 10, 0);
    expect(tile, "Kp");
    g_autoptr(ApiTile) loud = tile_new(true);
    put(loud, true, false, 10, 0);
    put(loud, false, true, 10, 0);
    expect(loud, "Ks");
}

static void test_tile_slow(void)
{
    g_autoptr(ApiTile) tile = tile_new(false);
    put(tile, true, false, 10, 0);
    put(tile, false, false, 10, 100);
    put(tile, true, false, 10, API_TILE_LAG_US); // not late yet
    put(tile, false, false, 10, API_TILE_LAG_US);
    put(tile, false, false, 10, API_TILE_LAG_US + 2); // late, but no key frame
    put(tile, true, false, 10, API_TILE_LAG_US + 3);
    put(tile, false, false, 10, API_TILE_LAG_US + 4);
    expect(tile, "L5Kp");
    for (int i = 0; i < 500; i++) // for ever
        put(tile, true, false, 10, i * (API_TILE_LAG_US + 1));
    expect(tile, "L499K"); // one message, however long
}

static void test_tile_full(void)
{
    g_autoptr(ApiTile) tile = tile_new(false);
    put(tile, true, false, 10, 0);
    for (int i = 0; i < 12; i++)
        put(tile, false, false, 1 << 20, 0);
    g_assert_cmpuint(tile->bytes, <=, API_TILE_BYTES);
    put(tile, false, false, 10, 0);
    expect(tile, ""); // it waits for a key frame
    put(tile, true, false, 10, 0);
    expect(tile, "L14K");
    for (int i = 0; i < API_TILE_PIECES + 5; i++)
        put(tile, i == 0, false, 1, 0);
    g_assert_cmpuint(tile->pieces, <=, API_TILE_PIECES);
}

static void test_tile_pause(void)
{
    g_autoptr(ApiTile) tile = tile_new(false);
    put(tile, true, false, 10, 0);
    api_tile_pause(tile);
    put(tile, true, false, 10, 0);
    expect(tile, "");
    tile->paused = false;
    put(tile, false, false, 10, 0);
    put(tile, true, false, 10, 0);
    expect(tile, "K"); // what it did not want to see is not lost
}

static void test_tile_stuck(void)
{
    g_autoptr(ApiTile) tile = tile_new(false);
    for (int i = 0; i <= API_TILE_MESSAGES; i++) {
        g_assert_false(api_tile_is_stuck(tile));
        api_tile_say(tile, api_live_ended(5));
    }
    g_assert_true(api_tile_is_stuck(tile));
}

// ── a page
// ──────────────────────────────────────────────────────────────────────────────────────────

/* How often the page's end was told that the server is there. Short frames without a mask have the text as it is. */
static int count_alive(int fd)
{
    char bytes[1024] = {0};
    int count = 0;
    ssize_t got = recv(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT);
    for (ssize_t i = 0; i < got; i++)
        count += g_str_has_prefix(bytes + i, "{\"say\":\"alive\"}");
    return count;
}

static void expect_alive(ApiViewer *viewer, int fd, int64_t now_us, int times)
{
    g_assert_true(api_viewer_tick(viewer, now_us));
    g_assert_true(api_viewer_write(viewer));
    g_assert_cmpint(count_alive(fd), ==, times);
}

/* A page on which nothing else goes on hears that the server is there; one that does not read has one such
 * message waiting, however long. */
static void test_viewer_alive(void)
{
    const int64_t EACH_US = API_LIVE_ALIVE_SECONDS * INT64_C(1000000);
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    ApiGuest *guest = g_new0(ApiGuest, 1);
    guest->refs = 1;
    ApiViewer *viewer = api_viewer_new(&(ApiViewerConfig){.guest = guest, .fd = fds[0]});
    int64_t now_us = g_get_monotonic_time();
    expect_alive(viewer, fds[1], now_us, 0);
    expect_alive(viewer, fds[1], now_us += EACH_US, 1);
    expect_alive(viewer, fds[1], now_us += EACH_US / 2, 0);
    expect_alive(viewer, fds[1], now_us += EACH_US, 1);
    for (int i = 0; i < 3; i++)
        g_assert_true(api_viewer_tick(viewer, now_us += EACH_US));
    expect_alive(viewer, fds[1], now_us, 1);
    api_viewer_free(viewer);
    api_guest_unref(guest);
    close(fds[0]);
    close(fds[1]);
}

// ── a source
// ────────────────────────────────────────────────────────────────────────────────────────

static void feed(ApiSource *source, const GByteArray *bytes)
{
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(1 << 20);
    IdxWireFrame frame;
    bool gone = false;
    idx_wire_reader_add(reader, bytes->data, bytes->len);
    while (idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME)
        g_assert_true(api_source_frame(source, &frame, &gone, NULL));
}

static void feed_stream(ApiSource *source, const Pictures *pictures, const char *sound)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    IdxWireStream stream = pictures_stream(pictures, sound);
    idx_wire_put_stream(bytes, 1, &stream);
    feed(source, bytes);
}

static void feed_picture(ApiSource *source, const Pictures *pictures, guint i)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    const IdxWirePacket *packet = &g_array_index(pictures->packets, IdxWirePacket, i);
    idx_wire_put_packet_head(bytes, 1, packet);
    g_byte_array_append(bytes, packet->data, (guint)packet->size);
    feed(source, bytes);
}

/* What waits, in words. */
static char *tell_all(ApiTile *tile)
{
    GString *words = g_string_new(NULL);
    for (ApiPiece *piece; (piece = api_tile_take(tile)) != NULL; api_piece_unref(piece)) {
        ApiLiveHead head = {0};
        if (piece->text) {
            g_autoptr(json_t) json = json_loadb((char *)piece->bytes, piece->size, 0, NULL);
            g_assert_cmpint(json_integer_value(json_object_get(json, "tile")), ==, tile->number);
            g_string_append_printf(words, "%s ", json_string_value(json_object_get(json, "say")));
            continue;
        }
        g_assert_true(api_live_head_read(piece->bytes, piece->size, &head));
        g_assert_cmpint(head.tile, ==, tile->number);
        g_string_append(words, head.kind == API_LIVE_INIT ? "INIT" : head.key ? "K" : "p");
        g_string_append(words, head.sound ? "-sound " : head.backlog ? "* " : " ");
    }
    return g_string_free(words, FALSE);
}

static void expect_words(ApiTile *tile, const char *words)
{
    g_autofree char *told = tell_all(tile);
    g_assert_cmpstr(told, ==, words);
}

static void test_source(void)
{
    g_autoptr(Pictures) pictures = pictures_new(8, 4, 0);
    g_autoptr(ApiSource) source = api_source_new("W07", "main", false);
    g_autoptr(ApiTile) early = tile_new(true);
    g_autoptr(ApiTile) late = tile_new(false);
    api_source_add(source, early);
    feed_stream(source, pictures, "aac");
    for (guint i = 0; i < 6; i++)
        feed_picture(source, pictures, i);
    api_source_add(source, late);
    expect_words(early, "init INIT INIT-sound K p p p K p ");
    expect_words(late, "init INIT K* p* ");
    feed_picture(source, pictures, 6);
    expect_words(early, "p ");
    expect_words(late, "p ");
    api_tile_pause(late);
    feed_picture(source, pictures, 7);
    expect_words(late, "");
    api_source_resume(source, late);
    expect_words(late, "K* p* p* p* ");
    api_source_remove(source, early);
    g_assert_cmpint(api_source_idle_since_us(source), ==, 0);
    api_source_remove(source, late);
    g_assert_cmpint(api_source_idle_since_us(source), >, 0);
}

static void test_source_stops(void)
{
    g_autoptr(Pictures) pictures = pictures_new(4, 4, 0);
    g_autoptr(ApiSource) source = api_source_new("W07", "main", false);
    g_autoptr(ApiTile) tile = tile_new(false);
    api_source_add(source, tile);
    feed_stream(source, pictures, "pcm_alaw");
    feed_picture(source, pictures, 0);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    idx_wire_put_lost(bytes, 1, 3);
    idx_wire_put_json(bytes, IDX_WIRE_STOPPED, 1,
                      json_pack("{s:s, s:n}", "state", "offline", "detail"));
    feed(source, bytes);
    expect_words(tile, "init INIT K lost stopped ");
    g_autoptr(ApiTile) late = tile_new(false);
    api_source_add(source, late);
    expect_words(late, "stopped "); // nothing old is shown as if it were now
    feed_stream(source, pictures, "");
    feed_picture(source, pictures, 0);
    expect_words(late, "init INIT K ");
    api_source_remove(source, tile);
    api_source_remove(source, late);
}

/* What the page is told of sound that is coded as @codec: "codec mime". */
static char *sound_of(const Pictures *pictures, const char *codec)
{
    g_autoptr(ApiSource) source = api_source_new("W07", "main", false);
    g_autoptr(ApiTile) tile = tile_new(true);
    api_source_add(source, tile);
    feed_stream(source, pictures, codec);
    g_autoptr(ApiPiece) init = api_tile_take(tile);
    g_autoptr(json_t) json = json_loadb((char *)init->bytes, init->size, 0, NULL);
    const json_t *sound = json_object_get(json, "sound");
    const char *mime = json_string_value(json_object_get(sound, "mime"));
    api_source_remove(source, tile);
    return g_strdup_printf("%s %s", json_string_value(json_object_get(sound, "codec")),
                           mime != NULL ? mime : "-");
}

static void test_source_sound(void)
{
    g_autoptr(Pictures) pictures = pictures_new(4, 4, 0);
    g_autofree char *aac = sound_of(pictures, "aac");
    g_autofree char *g711 = sound_of(pictures, "pcm_mulaw");
    g_autofree char *other = sound_of(pictures, "adpcm_g726");
    g_assert_cmpstr(aac, ==, "aac audio/mp4; codecs=\"mp4a.40.2\"");
    g_assert_cmpstr(g711, ==, aac);
    g_assert_cmpstr(other, ==, "adpcm_g726 -"); // said plainly: it stays silent
}

static void test_source_unsupported(void)
{
    g_autoptr(Pictures) pictures = pictures_new(4, 4, 0);
    g_autoptr(ApiSource) source = api_source_new("W07", "main", false);
    g_autoptr(ApiTile) tile = tile_new(false);
    api_source_add(source, tile);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    IdxWireStream stream = pictures_stream(pictures, "");
    g_strlcpy(stream.video, "mjpeg", sizeof stream.video);
    idx_wire_put_stream(bytes, 1, &stream);
    feed(source, bytes);
    feed_picture(source, pictures, 0);
    expect_words(tile, "stopped ");
    api_source_remove(source, tile);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/api/live/requests", test_requests);
    g_test_add_func("/api/live/heads", test_heads);
    g_test_add_func("/api/live/changed", test_changed);
    g_test_add_func("/api/live/tile/order", test_tile_order);
    g_test_add_func("/api/live/tile/slow", test_tile_slow);
    g_test_add_func("/api/live/tile/full", test_tile_full);
    g_test_add_func("/api/live/tile/pause", test_tile_pause);
    g_test_add_func("/api/live/tile/stuck", test_tile_stuck);
    g_test_add_func("/api/live/viewer/alive", test_viewer_alive);
    g_test_add_func("/api/live/source", test_source);
    g_test_add_func("/api/live/source/stops", test_source_stops);
    g_test_add_func("/api/live/source/sound", test_source_sound);
    g_test_add_func("/api/live/source/unsupported", test_source_unsupported);
    return g_test_run();
}
