// SPDX-License-Identifier: GPL-3.0-or-later
/* Clips, marks, alarms and live pictures by those who are limited to places, or have to say why they look. */
#include "index/account/scope.h"
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/event/ingest.h"
#include "index/place.h"
#include "test/api/support/hall.h"
#include "test/api/support/websocket.h"

#include <string.h>

#define V1 "/api/v1"
#define JSON "Content-Type: application/json"
#define SOON_MS 10000

static Hall *hall;
static IdxCatalogue *cat;
static Client *silent; // gives no reasons of itself

static Answer *post(const char *who, const char *path, const char *body)
{
    g_autofree char *cookie = hall_cookie(hall, who);
    const char *headers[] = {JSON, cookie, NULL};
    Answer *answer = client_send(silent, "POST", path, headers, body, (gssize)strlen(body));
    g_test_message("%s: %s %s: %ld %.*s", who, path, body, answer->status, (int)answer->body->len,
                   (char *)answer->body->data);
    return answer;
}

static json_t *posts(const char *who, const char *path, const char *body, long status)
{
    g_autoptr(Answer) answer = post(who, path, body);
    g_assert_cmpint(answer->status, ==, status);
    return answer_json(answer);
}

static char *get(const char *who, const char *path, long status)
{
    g_autofree char *cookie = hall_cookie(hall, who);
    g_autoptr(Answer) answer = client_get(silent, path, cookie);
    g_test_message("%s: %s: %ld", who, path, answer->status);
    g_assert_cmpint(answer->status, ==, status);
    return g_strndup((char *)answer->body->data, answer->body->len);
}

static char *stretch(const char *camera)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 2 * MJ_SECOND_US);
    return g_strdup_printf("{\"camera\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", camera, from, to);
}

static int64_t give(const char *cookie, const char *camera)
{
    g_autofree char *body = g_strdup_printf(
        "{\"kind\":\"camera\",\"key\":\"%s\",\"reason\":\"r\",\"case\":\"7\"}", camera);
    const char *headers[] = {JSON, cookie, NULL};
    g_autoptr(Answer) answer =
        client_send(silent, "POST", V1 "/reasons", headers, body, (gssize)strlen(body));
    g_autoptr(json_t) json = answer_json(answer);
    return json_integer_value(json_object_get(json, "id"));
}

/* Of what is not hers the answer is that of a camera that there is not, whatever else is wrong with it. */
static void test_clips(void)
{
    g_autofree char *body = stretch("W07"), *none = stretch("W99");
    g_autoptr(json_t) foreign = posts("nine", V1 "/clips", body, 404);
    g_autoptr(json_t) never = posts("nine", V1 "/clips", none, 404);
    g_autoptr(GString) words = g_string_new(json_string_value(json_object_get(never, "detail")));
    g_string_replace(words, "W99", "W07", 0);
    g_assert_cmpstr(json_string_value(json_object_get(foreign, "detail")), ==, words->str);
    g_autoptr(json_t) asked = posts("seven", V1 "/clips", body, 403);
    g_assert_cmpstr(json_string_value(json_object_get(asked, "code")), ==, "reason");

    g_autofree char *cookie = hall_cookie(hall, "seven");
    int64_t reason = give(cookie, "W07");
    g_autofree char *path = g_strdup_printf(V1 "/clips?reason=%" G_GINT64_FORMAT, reason);
    const char *headers[] = {JSON, cookie, NULL};
    g_autoptr(Answer) made = client_send(silent, "POST", path, headers, body, (gssize)strlen(body));
    g_assert_cmpint(made->status, ==, 202);
    g_autoptr(json_t) clip = answer_json(made);
    const char *id = json_string_value(json_object_get(clip, "id"));
    g_autofree char *media = g_strdup_printf(V1 "/clips/%s/media", id);
    g_autofree char *with = g_strdup_printf("%s?reason=%" G_GINT64_FORMAT, media, reason);
    long status = 409; // until it is put together
    for (int i = 0; i < 500 && status == 409; i++) {
        g_autoptr(Answer) answer = client_get(silent, with, cookie);
        status = answer->status;
        if (status == 409)
            g_usleep(20000);
    }
    g_assert_cmpint(status, ==, 200);
    g_autoptr(Answer) again = client_get(silent, media, cookie);
    g_assert_cmpint(again->status, ==, 403);
    // what she was limited to meanwhile counts
    g_assert_true(idx_scope_put(cat, "seven", (const char *const[]){"W08", NULL}, NULL));
    g_autoptr(Answer) later = client_get(silent, with, cookie);
    g_assert_cmpint(later->status, ==, 404);
    g_assert_true(idx_scope_put(cat, "seven", (const char *const[]){"W07", NULL}, NULL));
}

static void test_marks(void)
{
    g_autofree char *at = hall_time(hall, 2 * MJ_SECOND_US);
    g_autofree char *body = g_strdup_printf(
        "{\"camera\":\"W07\",\"at\":\"%s\",\"kind\":\"absent\",\"words\":\"secret\"}", at);
    g_autoptr(json_t) made = posts("seven", V1 "/marks", body, 201);
    g_autofree char *still = g_strdup_printf(V1 "/marks/%" JSON_INTEGER_FORMAT "/still.jpg",
                                             json_integer_value(json_object_get(made, "id")));
    g_autoptr(json_t) refused = posts("nine", V1 "/marks", body, 404);
    g_autofree char *own = get("seven", V1 "/marks", 200);
    g_assert_nonnull(strstr(own, "secret"));
    g_autofree char *foreign = get("nine", V1 "/marks", 200);
    g_assert_null(strstr(foreign, "secret"));
    g_assert_null(strstr(foreign, "W07"));
    g_autofree char *unseen = get("nine", still, 404);
    g_autofree char *unsaid = get("seven", still, 403); // an hour old, and no word why
    g_autofree char *cookie = hall_cookie(hall, "seven");
    g_autofree char *with =
        g_strdup_printf("%s?reason=%" G_GINT64_FORMAT, still, give(cookie, "W07"));
    g_autoptr(Answer) picture = client_get(silent, with, cookie);
    g_assert_cmpint(picture->status, ==, 200);
}

/* The number of the alert that there is; 0 while there is none. */
static json_int_t find_alert(void)
{
    g_autofree char *own = get("seven", V1 "/alarms?all=1", 200);
    g_autoptr(json_t) json = json_loads(own, 0, NULL);
    const json_t *found = NULL;
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(json, "alarms"), i,
                       one) if (g_strcmp0(json_string_value(json_object_get(one, "kind")),
                                          "alert") == 0) found = one;
    return json_integer_value(json_object_get(found, "id"));
}

/* A mark's alert is an alarm to those who see the place. */
static void test_alarms(void)
{
    json_int_t id = 0;
    for (int i = 0; i < 100 && (id = find_alert()) == 0; i++)
        g_usleep(100000);
    g_assert_cmpint(id, !=, 0);
    static const char *const LISTS[] = {V1 "/alarms", V1 "/alarms?all=1",
                                        V1 "/alarms?all=1&limit=1"};
    for (size_t n = 0; n < G_N_ELEMENTS(LISTS); n++) {
        g_autofree char *foreign = get("nine", LISTS[n], 200);
        g_assert_null(strstr(foreign, "\"alert\":{"));
        g_assert_null(strstr(foreign, "W07"));
        g_assert_null(strstr(foreign, "W08"));
        g_assert_null(strstr(foreign, "A012"));
    }
    g_autofree char *path = g_strdup_printf(V1 "/alarms/%" JSON_INTEGER_FORMAT "/acknowledge", id);
    g_autoptr(json_t) refused = posts("nine", path, "{}", 404);
    g_autoptr(json_t) taken = posts("seven", path, "{}", 200);
}

/* The next of the page's messages that says one of these; its text. Caller frees. */
static char *expect(WebSocket *page, const char *first, const char *second)
{
    int64_t until_us = g_get_monotonic_time() + SOON_MS * INT64_C(1000);
    for (;;) {
        int left_ms = (int)((until_us - g_get_monotonic_time()) / 1000);
        g_auto(WebMessage) message = websocket_next(page, MAX(left_ms, 0));
        g_assert_cmpint(message.kind, !=, WEB_NOTHING);
        g_assert_cmpint(message.kind, !=, WEB_CLOSE);
        const char *say = json_string_value(json_object_get(message.json, "say"));
        if (g_strcmp0(say, first) == 0 || g_strcmp0(say, second) == 0)
            return json_dumps(message.json, JSON_COMPACT);
    }
}

static WebSocket *open_page(const char *who)
{
    int status = 0;
    g_autofree char *cookie = hall_cookie(hall, who);
    const char *const headers[] = {cookie, NULL};
    WebSocket *page = websocket_open(hall->url, headers, 0, &status);
    g_assert_cmpint(status, ==, 101);
    return page;
}

static const char SUBSCRIBE[] =
    "{\"do\":\"subscribe\",\"tile\":1,\"camera\":\"%s\",\"stream\":\"main\"}";

static void subscribe(WebSocket *page, const char *camera)
{
    g_autofree char *text = g_strdup_printf(SUBSCRIBE, camera);
    websocket_send(page, text);
}

static void test_live(void)
{
    g_autoptr(WebSocket) nine = open_page("nine"), seven = open_page("seven");
    subscribe(nine, "W07");
    g_autofree char *refused = expect(nine, "refused", NULL);
    g_assert_nonnull(strstr(refused, "no camera W07"));
    // she is told of W09's camera alone, which there is not
    g_autofree char *states = expect(seven, "states", NULL);
    g_assert_nonnull(strstr(states, "\"W07\""));
    g_assert_null(strstr(states, "\"W08\""));
    subscribe(seven, "W07");
    g_assert_true(idx_scope_put(cat, "seven", (const char *const[]){"W08", NULL}, NULL));
    g_autofree char *ended = expect(seven, "refused", NULL); // within a recheck
    g_assert_nonnull(strstr(ended, "W07"));
    g_autofree char *moved = expect(seven, "states", NULL);
    g_assert_nonnull(strstr(moved, "\"W08\""));
    g_assert_null(strstr(moved, "\"W07\""));
    for (;;) { // all that she was told besides
        g_auto(WebMessage) message = websocket_next(nine, 0);
        if (message.kind != WEB_TEXT)
            break;
        g_autofree char *text = json_dumps(message.json, JSON_COMPACT);
        g_assert_null(strstr(text, "\"W07\""));
        g_assert_null(strstr(text, "\"W08\""));
    }
    g_assert_true(idx_scope_put(cat, "seven", (const char *const[]){"W07", NULL}, NULL));
}

static void add(const char *name, const char *place)
{
    const char *const places[] = {place, NULL};
    g_assert_true(idx_user_add(cat, name, "investigator", HALL_PASSWORD, hall->start_us, NULL));
    g_assert_true(idx_scope_put(cat, name, places, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_assert_true(idx_place_add(cat, "W09", NULL, NULL));
    g_assert_true(idx_place_add(cat, "W08", NULL, NULL));
    g_assert_true(idx_coverage_add(cat, "W08", "W08", INT64_MIN, INT64_MAX, hall->start_us, NULL));
    add("seven", "W07");
    add("nine", "W09");
    hall_start(hall);
    silent = hall_client(hall);
    client_silence(silent);
    g_test_add_func("/limited/clips", test_clips);
    g_test_add_func("/limited/marks", test_marks);
    g_test_add_func("/limited/alarms", test_alarms);
    g_test_add_func("/limited/live", test_live);
    int result = g_test_run();
    client_free(silent);
    idx_catalogue_free(cat);
    hall_free(hall);
    return result;
}
