// SPDX-License-Identifier: GPL-3.0-or-later
/* Layouts of the live wall: each account's own, and shared ones. */
#include "index/account/scope.h"
#include "index/account/user.h"
#include "index/base/json.h"
#include "index/layout.h"
#include "test/api/support/hall.h"

#include <string.h>

#define V1 "/api/v1"
#define NINE "{\"size\":9,\"cameras\":[\"W07\",null,\"W08\"],\"tour_seconds\":15}"

static Hall *hall;
static char *anna, *bela, *boss; // their cookies

static void send(const char *who, const char *method, const char *path, const char *body,
                 long status)
{
    const char *headers[] = {"Content-Type: application/json", who, NULL};
    g_autoptr(Answer) answer = client_send(hall->client, method, path, headers, body,
                                           body != NULL ? (gssize)strlen(body) : -1);
    g_test_message("%s %s: %ld %.*s", method, path, answer->status, (int)answer->body->len,
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
}

/* "own/Counters shared/Lobby" */
static char *names(const char *who)
{
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/layouts", who);
    g_autoptr(json_t) json = answer_json(answer);
    g_autoptr(GString) all = g_string_new(NULL);
    size_t i = 0;
    const json_t *one = NULL;
    g_assert_cmpint(answer->status, ==, 200);
    json_array_foreach(json_object_get(json, "layouts"), i, one)
    {
        g_string_append_printf(all, "%s%s/%s", i > 0 ? " " : "",
                               json_string_value(json_object_get(one, "of")),
                               json_string_value(json_object_get(one, "name")));
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

static void expect(const char *who, const char *wanted)
{
    g_autofree char *found = names(who);
    g_assert_cmpstr(found, ==, wanted);
}

static void test_own(void)
{
    send(anna, "PUT", V1 "/layouts/Counters", NINE, 204);
    send(anna, "PUT", V1 "/layouts/%E7%AA%97%E5%8F%A3", NINE, 204);
    send(bela, "PUT", V1 "/layouts/Counters", "{\"size\":1,\"cameras\":[]}", 204);
    expect(anna, "own/Counters own/窗口");
    expect(bela, "own/Counters");
    send(anna, "PUT", V1 "/layouts/Counters", "{\"size\":4,\"cameras\":[\"W08\"]}", 204);
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/layouts", anna);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *first = json_array_get(json_object_get(json, "layouts"), 0);
    g_assert_cmpint(json_integer_value(json_object_get(first, "size")), ==, 4);
    g_assert_cmpint(json_integer_value(json_object_get(first, "tour_seconds")), ==, 0);
    send(anna, "DELETE", V1 "/layouts/Counters", NULL, 204);
    send(anna, "DELETE", V1 "/layouts/Counters", NULL, 404);
    expect(anna, "own/窗口");
    expect(bela, "own/Counters");
}

static void test_shared(void)
{
    send(anna, "PUT", V1 "/layouts/shared/Lobby", NINE, 403);
    send(boss, "PUT", V1 "/layouts/shared/Lobby", NINE, 204);
    expect(anna, "own/窗口 shared/Lobby");
    send(anna, "DELETE", V1 "/layouts/Lobby", NULL, 404); // that one is not hers
    send(anna, "DELETE", V1 "/layouts/shared/Lobby", NULL, 403);
    send(boss, "DELETE", V1 "/layouts/shared/Lobby", NULL, 204);
    expect(anna, "own/窗口");
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    send(token, "PUT", V1 "/layouts/Program", NINE, 403);
    expect(token, "");
}

static void test_refused(void)
{
    static const char *const BAD[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"size\":9}",
                                      "{\"size\":2,\"cameras\":[]}",
                                      "{\"size\":\"9\",\"cameras\":[]}",
                                      "{\"size\":9,\"cameras\":[7]}",
                                      "{\"size\":9,\"cameras\":[\"\"]}",
                                      "{\"size\":9,\"cameras\":{}}",
                                      "{\"size\":9,\"cameras\":[\"a\\u0000b\"]}",
                                      "{\"size\":9,\"cameras\":[],\"tour_seconds\":-1}",
                                      "{\"size\":9,\"cameras\":[],\"tour_seconds\":99999}"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++)
        send(bela, "PUT", V1 "/layouts/Bad", BAD[i], 400);
    g_autofree char *name = g_strnfill(IDX_LAYOUT_NAME_MAX + 1, 'n');
    g_autofree char *path = g_strconcat(V1 "/layouts/", name, NULL);
    send(bela, "PUT", path, NINE, 400);
    g_autoptr(GString) many = g_string_new("{\"size\":9,\"cameras\":[null");
    for (int i = 0; i < IDX_LAYOUT_PLACES; i++)
        g_string_append(many, ",null");
    g_string_append(many, "]}");
    send(bela, "PUT", V1 "/layouts/Many", many->str, 400);
    g_autofree char *blanks = g_strnfill(33 * 1024, ' ');
    send(bela, "PUT", V1 "/layouts/Large", blanks, 413);
    for (int i = 1; i < IDX_LAYOUTS_MAX; i++) {
        g_autofree char *next = g_strdup_printf(V1 "/layouts/%d", i);
        send(bela, "PUT", next, NINE, 204);
    }
    send(bela, "PUT", V1 "/layouts/one-too-many", NINE, 400);
    send(bela, "PUT", V1 "/layouts/Counters", NINE, 204); // that one is there
}

/* Who is limited to places sees of a shared layout only what she sees anyway. */
static void test_limited(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    const char *w07[] = {"W07", NULL};
    g_assert_true(idx_user_add(cat, "l-carl", "operator", HALL_PASSWORD, 1, &error));
    g_assert_true(idx_scope_put(cat, "l-carl", w07, &error));
    send(boss, "PUT", V1 "/layouts/shared/Lobby", NINE, 204);
    g_autofree char *carl = hall_cookie(hall, "l-carl");
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/layouts", carl);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *lobby = json_array_get(json_object_get(json, "layouts"), 0);
    const json_t *cameras = json_object_get(lobby, "cameras");
    g_assert_cmpuint(json_array_size(cameras), ==, 3);
    g_assert_cmpstr(json_string_value(json_array_get(cameras, 0)), ==, "W07");
    g_assert_true(json_is_null(json_array_get(cameras, 2)));
}

static void add(const char *name, const char *role)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_assert_true(idx_user_add(cat, name, role, HALL_PASSWORD, 1, &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    add("l-anna", "operator");
    add("l-bela", "investigator");
    add("l-boss", "supervisor");
    hall_start(hall);
    anna = hall_cookie(hall, "l-anna");
    bela = hall_cookie(hall, "l-bela");
    boss = hall_cookie(hall, "l-boss");
    g_test_add_func("/layouts/own", test_own);
    g_test_add_func("/layouts/shared", test_shared);
    g_test_add_func("/layouts/refused", test_refused);
    g_test_add_func("/layouts/limited", test_limited);
    int result = g_test_run();
    g_free(anna);
    g_free(bela);
    g_free(boss);
    hall_free(hall);
    return result;
}
