// SPDX-License-Identifier: GPL-3.0-or-later
/* The live wall's socket against the built daemon: a recorder's socket on one side, pages on the other. */
#include <math.h>
#include <string.h>

#include "api/live/live.h"
#include "api/live/protocol.h"
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "test/api/support/hall.h"
#include "test/api/support/recorder.h"
#include "test/api/support/websocket.h"

#define SOON_MS 3000

static Hall *hall;
static Recorder *recorder;

// ── a page
// ──────────────────────────────────────────────────────────────────────────────────────────

static WebSocket *open_page(const char *header, int receive_buffer)
{
    int status = 0;
    const char *const headers[] = {header != NULL ? header : hall->cookie, NULL};
    WebSocket *page = websocket_open(hall->url, headers, receive_buffer, &status);
    g_assert_cmpint(status, ==, 101);
    return page;
}

static void subscribe(WebSocket *page, int tile, const char *camera, const char *more)
{
    g_autofree char *text = g_strdup_printf(
        "{\"do\":\"subscribe\",\"tile\":%d,\"camera\":\"%s\",\"stream\":\"main\"%s}", tile, camera,
        more);
    websocket_send(page, text);
}

/* The next message that says @say, of @tile unless that is 0. New reference. */
static json_t *expect_say(WebSocket *page, const char *say, int tile)
{
    int64_t until_us = g_get_monotonic_time() + SOON_MS * INT64_C(1000);
    for (;;) {
        int left_ms = (int)((until_us - g_get_monotonic_time()) / 1000);
        g_auto(WebMessage) message = websocket_next(page, MAX(left_ms, 0));
        if (message.kind == WEB_CLOSE || message.kind == WEB_NOTHING)
            g_error("no \"%s\" came: %d %s", say, message.code, message.reason);
        const char *said = json_string_value(json_object_get(message.json, "say"));
        json_int_t of = json_integer_value(json_object_get(message.json, "tile"));
        if (g_strcmp0(said, say) == 0 && (tile == 0 || of == tile))
            return json_incref(message.json);
    }
}

static void expect(WebSocket *page, const char *say, int tile)
{
    g_autoptr(json_t) said = expect_say(page, say, tile);
}

/* The next piece of film of @tile, head apart; @ret_head may be NULL. Caller frees. */
static GByteArray *expect_film(WebSocket *page, int tile, ApiLiveHead *ret_head)
{
    int64_t until_us = g_get_monotonic_time() + SOON_MS * INT64_C(1000);
    for (;;) {
        int left_ms = (int)((until_us - g_get_monotonic_time()) / 1000);
        g_auto(WebMessage) message = websocket_next(page, MAX(left_ms, 0));
        ApiLiveHead head = {0};
        g_assert_cmpint(message.kind, !=, WEB_CLOSE);
        g_assert_cmpint(message.kind, !=, WEB_NOTHING);
        if (message.kind != WEB_BINARY)
            continue;
        g_assert_true(api_live_head_read(message.bytes->data, message.bytes->len, &head));
        if (head.tile != tile)
            continue;
        if (ret_head != NULL)
            *ret_head = head;
        g_byte_array_remove_range(message.bytes, 0, API_LIVE_HEAD_BYTES);
        return g_steal_pointer(&message.bytes);
    }
}

/* The head of the @n-th fragment from now. */
static ApiLiveHead pass_film(WebSocket *page, int tile, int n)
{
    ApiLiveHead head = {0};
    while (n > 0) {
        g_byte_array_unref(expect_film(page, tile, &head));
        g_test_message("%d %d %" G_GINT64_FORMAT, (int)head.kind, head.key, head.media_us);
        n -= head.kind == API_LIVE_FRAGMENT ? 1 : 0;
    }
    return head;
}

static void expect_close(WebSocket *page, int code)
{
    for (int i = 0; i < 10000; i++) {
        g_auto(WebMessage) message = websocket_next(page, 2 * SOON_MS);
        g_assert_cmpint(message.kind, !=, WEB_NOTHING);
        if (message.kind != WEB_CLOSE)
            continue;
        g_assert_cmpint(message.code, ==, code);
        return;
    }
    g_assert_not_reached();
}

// ── who may
// ─────────────────────────────────────────────────────────────────────────────────────────

static int status_of(const char *first, const char *second)
{
    const char *const headers[] = {first, second, NULL};
    int status = 0;
    g_autoptr(WebSocket) page =
        websocket_open(hall->url, first != NULL ? headers : NULL, 0, &status);
    return status;
}

static void test_handshake(void)
{
    g_autofree char *own = g_strconcat("Origin: ", hall->url, NULL);
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autofree char *events = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    g_assert_cmpint(status_of(NULL, NULL), ==, 401);
    g_assert_cmpint(status_of("Cookie: mingjing=forged", NULL), ==, 401);
    g_assert_cmpint(status_of(hall->cookie, "Origin: http://elsewhere.example"), ==, 403);
    g_assert_cmpint(status_of(hall->cookie, own), ==, 101);
    g_assert_cmpint(status_of(read, NULL), ==, 101);
    g_assert_cmpint(status_of(events, NULL), ==, 403);
    g_autoptr(Answer) plain = client_get(hall->client, "/api/v1/live", hall->cookie);
    g_assert_cmpint(plain->status, ==, 426);
    g_assert_cmpstr(answer_header(plain, "upgrade"), ==, "websocket");
}

static void test_login_ends(void)
{
    g_autofree char *cookie = hall_cookie(hall, HALL_USER);
    g_autoptr(WebSocket) page = open_page(cookie, 0);
    const char *const headers[] = {cookie, "Content-Type: application/json", NULL};
    g_autoptr(Answer) out = client_send(hall->client, "POST", "/api/v1/logout", headers, "{}", 2);
    g_assert_cmpint(out->status, ==, 204);
    subscribe(page, 1, "W07", "");
    g_autoptr(json_t) refused = expect_say(page, "refused", 1);
    g_assert_cmpstr(json_string_value(json_object_get(refused, "code")), ==, "denied");
    expect_close(page, 1008);
}

// ── pictures
// ────────────────────────────────────────────────────────────────────────────────────────

/* What was sent can be decoded, and no picture is missing. */
static void check_film(const GByteArray *film)
{
    g_autoptr(GBytes) bytes = g_bytes_new(film->data, film->len);
    int width = 0, height = 0;
    g_autoptr(GArray) numbers = clip_numbers(bytes, false, &width, &height);
    g_assert_nonnull(numbers);
    g_assert_cmpuint(numbers->len, >, 20);
    for (guint i = 1; i < numbers->len; i++)
        g_assert_cmpint(g_array_index(numbers, int, i), ==,
                        (g_array_index(numbers, int, i - 1) + 1) % 100);
}

static void test_pictures(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    g_autoptr(json_t) hello = expect_say(page, "hello", 0);
    g_assert_cmpint(json_integer_value(json_object_get(hello, "version")), ==, API_LIVE_VERSION);
    g_assert_cmpint(json_integer_value(json_object_get(hello, "alive")), ==,
                    API_LIVE_ALIVE_SECONDS);
    int64_t since_us = g_get_monotonic_time();
    subscribe(page, 7, "W07", "");
    g_autoptr(json_t) init = expect_say(page, "init", 7);
    g_assert_true(g_str_has_prefix(json_string_value(json_object_get(init, "mime")),
                                   "video/mp4; codecs=\"avc1."));
    const json_t *sound = json_object_get(init, "sound");
    g_assert_cmpstr(json_string_value(json_object_get(sound, "codec")), ==, "aac"); // of G.711
    g_assert_cmpstr(json_string_value(json_object_get(sound, "mime")), ==,
                    "audio/mp4; codecs=\"mp4a.40.2\"");
    ApiLiveHead head = {0};
    g_autoptr(GByteArray) film = expect_film(page, 7, &head);
    g_assert_cmpint(head.kind, ==, API_LIVE_INIT);
    for (int i = 0; i < 40; i++) {
        g_autoptr(GByteArray) piece = expect_film(page, 7, &head);
        if (i == 0) {
            g_assert_true(head.key);
            g_assert_cmpint(g_get_monotonic_time() - since_us, <, SOON_MS * 1000);
        }
        g_byte_array_append(film, piece->data, piece->len);
    }
    g_assert_cmpint(ABS(mj_clock_utc_us(mj_clock_system()) - head.utc_us), <, 1000000);
    check_film(film);
    websocket_send(page, "{\"do\":\"unsubscribe\",\"tile\":7}");
    expect(page, "ended", 7);
    g_auto(WebMessage) after = websocket_next(page, 300);
    g_assert_cmpint(after.kind, !=, WEB_BINARY);
}

/* However many watch, a stream is taken from the recorder once, over one connection. */
static void test_shared(void)
{
    g_autoptr(WebSocket) one = open_page(NULL, 0);
    g_autoptr(WebSocket) two = open_page(NULL, 0);
    subscribe(one, 1, "W07", "");
    subscribe(one, 2, "W08", "");
    subscribe(one, 3, "W07", "");
    subscribe(two, 1, "W07", "");
    for (int tile = 1; tile <= 3; tile++) {
        g_autoptr(GByteArray) film = expect_film(one, tile, NULL);
        g_assert_cmpuint(film->len, >, 0);
    }
    g_autoptr(GByteArray) film = expect_film(two, 1, NULL);
    g_assert_cmpint(recorder_subscriptions(recorder), ==, 2);
    g_assert_cmpint(recorder_connections(recorder), ==, 1);
}

static void test_camera_dies(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    subscribe(page, 1, "W07", "");
    g_autoptr(GByteArray) film = expect_film(page, 1, NULL);
    recorder_stop(recorder, true);
    g_autoptr(json_t) stopped = expect_say(page, "stopped", 1);
    g_assert_cmpstr(json_string_value(json_object_get(stopped, "state")), ==, "offline");
    g_assert_cmpstr(json_string_value(json_object_get(stopped, "detail")), ==, "nobody is there");
    g_autoptr(WebSocket) later = open_page(NULL, 0);
    subscribe(later, 1, "W07", "");
    expect(later, "stopped", 1);
    recorder_stop(recorder, false);
    expect(page, "init", 1);
    expect(later, "init", 1);
    pass_film(page, 1, 3);
}

static void test_recorder_dies(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    subscribe(page, 1, "W08", "");
    g_autoptr(GByteArray) film = expect_film(page, 1, NULL);
    recorder_free(recorder);
    g_autoptr(json_t) stopped = expect_say(page, "stopped", 1);
    g_assert_cmpstr(json_string_value(json_object_get(stopped, "state")), ==, "capture-down");
    recorder = recorder_new(hall->home, "pcm_alaw", 0);
    expect(page, "init", 1); // by itself
    g_autoptr(GByteArray) again = expect_film(page, 1, NULL);
}

static void test_pause(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    subscribe(page, 1, "W07", "");
    g_autoptr(GByteArray) film = expect_film(page, 1, NULL);
    websocket_send(page, "{\"do\":\"pause\"}");
    for (;;) { // what was under way
        g_auto(WebMessage) message = websocket_next(page, 500);
        if (message.kind == WEB_NOTHING)
            break;
    }
    websocket_send(page, "{\"do\":\"resume\"}");
    ApiLiveHead head = {0};
    g_autoptr(GByteArray) again = expect_film(page, 1, &head);
    g_assert_true(head.key);
}

// ── pages that are no good
// ──────────────────────────────────────────────────────────────────────────

static void test_bad_messages(void)
{
    g_autofree char *endless = g_strnfill(API_LIVE_REQUEST_MAX + 1, ' ');
    const struct {
        const char *text;
        int code;
    } table[] = {
        {"hello", 1003},
        {"{\"do\":\"dance\"}", 1003},
        {"{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"../x\",\"stream\":\"main\"}", 1003},
        {endless, 1009},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(WebSocket) page = open_page(NULL, 0);
        websocket_send(page, table[i].text);
        expect_close(page, table[i].code);
    }
    g_autoptr(WebSocket) binary = open_page(NULL, 0);
    websocket_send_binary(binary, "\0\1\2", 3);
    expect_close(binary, 1003);
    g_autoptr(WebSocket) bare = open_page(NULL, 0);
    websocket_send_raw(bare, "\x81\x02{}", 4); // a page must mask what it sends
    expect_close(bare, 1002);
}

static void test_tiles(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    subscribe(page, 1, "W99", "");
    g_autoptr(json_t) refused = expect_say(page, "refused", 1);
    g_assert_cmpstr(json_string_value(json_object_get(refused, "code")), ==, "not-found");
    subscribe(page, 1, "W07", ""); // the number is free again
    expect(page, "init", 1);
    subscribe(page, 1, "W08", "");
    expect_close(page, 4013);
    g_autoptr(WebSocket) many = open_page(NULL, 0);
    for (int i = 1; i <= API_LIVE_TILES_MAX; i++)
        subscribe(many, i, i % 2 ? "W07" : "W08", "");
    expect(many, "init", API_LIVE_TILES_MAX);
    subscribe(many, API_LIVE_TILES_MAX + 1, "W07", "");
    expect_close(many, 4013);
}

static int threads(void)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task", hall->pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int n = 0;
    while (g_dir_read_name(dir) != NULL)
        n++;
    return n;
}

static void test_many_pages(void)
{
    g_autoptr(GPtrArray) pages = g_ptr_array_new_with_free_func((GDestroyNotify)websocket_free);
    int before = threads();
    for (int i = 0; i < API_LIVE_VIEWERS_OF_ONE; i++)
        g_ptr_array_add(pages, open_page(NULL, 0));
    expect(pages->pdata[API_LIVE_VIEWERS_OF_ONE - 1], "states", 0);
    g_assert_cmpint(threads(), ==, before);
    g_assert_cmpint(status_of(hall->cookie, NULL), ==, 503);
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_assert_cmpint(status_of(read, NULL), ==, 101); // somebody else
    g_ptr_array_set_size(pages, 0);
    int status = 0; // room again, as soon as the server has seen them go
    for (int i = 0; i < 100 && status != 101; i++, g_usleep(20000))
        status = status_of(hall->cookie, NULL);
    g_assert_cmpint(status, ==, 101);
}

/* A page that does not read: it is told what it lost, and shown the present. */
static void test_slow_page(void)
{
    recorder_free(recorder);
    recorder = recorder_new(hall->home, "", 100000); // 2.4 MB a second
    g_autoptr(WebSocket) page = open_page(NULL, 16384);
    subscribe(page, 1, "W07", "");
    g_autoptr(GByteArray) first = expect_film(page, 1, NULL);
    g_usleep(4000000);
    g_autoptr(json_t) lost = expect_say(page, "lost", 1);
    g_assert_cmpint(json_integer_value(json_object_get(lost, "pictures")), >, 20);
    ApiLiveHead head = {0};
    g_autoptr(GByteArray) film = expect_film(page, 1, &head);
    g_assert_true(head.key); // can be decoded from here on
    head = pass_film(page, 1, 40);
    int64_t late_us = mj_clock_utc_us(mj_clock_system()) - head.utc_us;
    g_test_message("late by %" G_GINT64_FORMAT " us", late_us);
    g_assert_cmpint(late_us, <, 2000000);
    recorder_free(recorder);
    recorder = recorder_new(hall->home, "pcm_alaw", 0);
}

// ── what it tells
// ───────────────────────────────────────────────────────────────────────────────────

static void test_news(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    g_autoptr(json_t) states = expect_say(page, "states", 0);
    const json_t *one = json_array_get(json_object_get(states, "streams"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(one, "camera")), ==, "W07");
    g_assert_nonnull(json_string_value(json_object_get(one, "state")));
    g_autoptr(json_t) serving = expect_say(page, "serving", 0);
    const json_t *place = json_array_get(json_object_get(serving, "places"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(place, "place")), ==, "W07");
}

/* Whose ticket is called is for those who may search. Who cares for the cameras is told of these alone. */
static void test_news_of_tickets(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    idx_user_add(cat, "sys1", "sysadmin", HALL_PASSWORD, 1, &error);
    g_assert_no_error(error);
    g_autofree char *cookie = hall_cookie(hall, "sys1");
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    expect(page, "serving", 0); // so that it is known and could be told at once
    g_autoptr(WebSocket) other = open_page(cookie, 0);
    expect(other, "hello", 0);
    websocket_send(other, "{\"do\":\"unsubscribe\",\"tile\":9}");
    bool states = false;
    for (const char *said = NULL; g_strcmp0(said, "ended") != 0;) {
        g_auto(WebMessage) message = websocket_next(other, SOON_MS);
        g_assert_cmpint(message.kind, ==, WEB_TEXT);
        said = g_intern_string(json_string_value(json_object_get(message.json, "say")));
        g_assert_cmpstr(said, !=, "serving");
        states |= g_str_equal(said, "states");
    }
    g_assert_true(states);
}

/* The newest rows that say that @camera was seen live. Element type IdxAuditRow *. */
static GPtrArray *rows_of(const char *camera)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_READ, &error);
    g_assert_no_error(error);
    GPtrArray *rows =
        idx_audit_list(cat, &(IdxAuditFilter){.what = "live", .who = HALL_USER}, 200, NULL, &error);
    g_assert_no_error(error);
    for (guint i = rows->len; i > 0; i--)
        if (g_strcmp0(((IdxAuditRow *)rows->pdata[i - 1])->camera, camera) != 0)
            g_ptr_array_remove_index(rows, i - 1);
    return rows;
}

/* Who saw what is in the log before the first picture leaves; how long, when they leave. The server
 * stops at once, and says so. */
static void test_told_and_stopped(void)
{
    g_autoptr(WebSocket) page = open_page(NULL, 0);
    subscribe(page, 1, "W08", "");
    g_autoptr(GByteArray) film = expect_film(page, 1, NULL);
    g_autoptr(GPtrArray) begun = rows_of("W08");
    g_assert_cmpuint(begun->len, >=, 1);
    g_assert_cmpstr(((IdxAuditRow *)begun->pdata[0])->result, ==, "ok");
    g_usleep(1200000);
    g_assert_cmpfloat(hall_stop(hall), <, 2.5);
    expect_close(page, 1001);
    g_autoptr(GPtrArray) ended = rows_of("W08"); // what was being counted is told at the end
    g_assert_cmpuint(ended->len, ==, begun->len + 1);
    const IdxAuditRow *row = ended->pdata[0];
    g_assert_cmpint(row->to_us - row->from_us, >=, 1000000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    recorder = recorder_new(hall->home, "pcm_alaw", 0);
    g_test_add_func("/api/live/handshake", test_handshake);
    g_test_add_func("/api/live/pictures", test_pictures);
    g_test_add_func("/api/live/shared", test_shared);
    g_test_add_func("/api/live/camera-dies", test_camera_dies);
    g_test_add_func("/api/live/recorder-dies", test_recorder_dies);
    g_test_add_func("/api/live/pause", test_pause);
    g_test_add_func("/api/live/bad-messages", test_bad_messages);
    g_test_add_func("/api/live/tiles", test_tiles);
    g_test_add_func("/api/live/many-pages", test_many_pages);
    g_test_add_func("/api/live/slow-page", test_slow_page);
    g_test_add_func("/api/live/news", test_news);
    g_test_add_func("/api/live/news-of-tickets", test_news_of_tickets);
    g_test_add_func("/api/live/login-ends", test_login_ends);
    g_test_add_func("/api/live/told-and-stopped", test_told_and_stopped);
    int status = g_test_run();
    recorder_free(recorder);
    hall_free(hall);
    return status;
}
