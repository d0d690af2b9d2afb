// SPDX-License-Identifier: GPL-3.0-or-later
/* Who may do what: login, cookie, tokens, throttling, other sites. */
#include "api/route.h"
#include "index/base/json.h"
#include "test/api/support/hall.h"

#include <string.h>

#define JSON "Content-Type: application/json"

static Hall *hall;

static Answer *post(const char *path, const char *body, const char *a, const char *b, const char *c)
{
    const char *headers[] = {a, b, c, NULL};
    return client_send(hall->client, "POST", path, headers, body, (gssize)strlen(body));
}

static void assert_problem(const Answer *answer, long status, const char *code)
{
    g_autoptr(json_t) json = answer_json(answer);
    g_test_message("%ld %.*s", answer->status, (int)answer->body->len, (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, "application/problem+json");
    g_assert_cmpstr(json_string_value(json_object_get(json, "code")), ==, code);
    g_assert_cmpint(json_integer_value(json_object_get(json, "status")), ==, status);
}

static void test_login(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) answer =
        post("/api/v1/login", "{\"name\":\"" HALL_USER "\",\"password\":\"" HALL_PASSWORD "\"}",
             JSON, NULL, NULL);
    const char *cookie = answer_header(answer, "Set-Cookie");
    g_assert_nonnull(strstr(cookie, "HttpOnly"));
    g_assert_nonnull(strstr(cookie, "SameSite=Strict"));
    g_assert_nonnull(strstr(cookie, "Path=/"));
    g_autoptr(Answer) me = client_get(hall->client, "/api/v1/me", hall->cookie);
    g_assert_cmpint(me->status, ==, 200);
    g_autoptr(json_t) json = answer_json(me);
    g_assert_cmpstr(json_string_value(json_object_get(json, "name")), ==, HALL_USER);
    g_assert_cmpstr(json_string_value(json_object_get(json, "role")), ==, "investigator");
}

static void test_login_refused(void)
{
    static const struct {
        const char *body;
        long status;
        const char *code;
    } table[] = {
        {"{\"name\":\"" HALL_USER "\",\"password\":\"not the password\"}", 401, "denied"},
        {"{\"name\":\"nobody\",\"password\":\"" HALL_PASSWORD "\"}", 401, "denied"},
        {"{\"name\":\"" HALL_USER "\"}", 400, "invalid"},
        {"{\"name\":\"" HALL_USER "\",\"password\":12}", 400, "invalid"},
        {"{\"name\":\"\",\"password\":\"\"}", 400, "invalid"},
        {"[]", 400, "invalid"},
        {"name=x", 400, "invalid"},
        {"", 400, "invalid"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(Answer) answer = post("/api/v1/login", table[i].body, JSON, NULL, NULL);
        assert_problem(answer, table[i].status, table[i].code);
        g_assert_null(answer_header(answer, "Set-Cookie"));
        g_assert_null(g_strstr_len((char *)answer->body->data, answer->body->len, HALL_PASSWORD));
    }
    g_autofree char *fill = g_strnfill(5000, 'x');
    g_autoptr(Answer) large = post("/api/v1/login", fill, JSON, NULL, NULL);
    assert_problem(large, 413, "too-large");
    g_autoptr(Answer) form = post("/api/v1/login", "name=x",
                                  "Content-Type: application/x-www-form-urlencoded", NULL, NULL);
    assert_problem(form, 415, "unsupported");
}

static void test_throttled(void)
{
    bool throttled = false;
    for (int i = 0; i < 8 && !throttled; i++) {
        g_autoptr(Answer) answer =
            post("/api/v1/login", "{\"name\":\"other1\",\"password\":\"a wrong password\"}", JSON,
                 NULL, NULL);
        throttled = answer->status == 429;
        if (throttled) {
            assert_problem(answer, 429, "too-many");
            g_assert_cmpint(atoi(answer_header(answer, "Retry-After")), >, 0);
        } else {
            assert_problem(answer, 401, "denied");
        }
    }
    g_assert_true(throttled);
    // the right password waits too, other accounts do not
    g_autoptr(Answer) right =
        post("/api/v1/login", "{\"name\":\"other1\",\"password\":\"" HALL_PASSWORD "\"}", JSON,
             NULL, NULL);
    g_assert_cmpint(right->status, ==, 429);
    hall_sign_in(hall);
}

static void test_logout(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) out = post("/api/v1/logout", "", JSON, hall->cookie, NULL);
    g_assert_cmpint(out->status, ==, 204);
    g_assert_nonnull(strstr(answer_header(out, "Set-Cookie"), "Max-Age=0"));
    g_autoptr(Answer) me = client_get(hall->client, "/api/v1/me", hall->cookie);
    assert_problem(me, 401, "denied");
}

/* Another site's page can make the browser send the cookie with a form, or with a wrong Origin. */
static void test_other_sites(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) form =
        post("/api/v1/logout", "", "Content-Type: text/plain", hall->cookie, NULL);
    assert_problem(form, 415, "unsupported");
    static const char *const foreign[] = {"Origin: http://evil.example", "Origin: null",
                                          "Origin: http://127.0.0.1"};
    for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autoptr(Answer) answer = post("/api/v1/logout", "", JSON, hall->cookie, foreign[i]);
        assert_problem(answer, 403, "denied");
    }
    g_autoptr(Answer) still = client_get(hall->client, "/api/v1/me", hall->cookie);
    g_assert_cmpint(still->status, ==, 200);
    g_autofree char *own = g_strconcat("Origin: ", hall->url, NULL);
    g_autoptr(Answer) answer = post("/api/v1/logout", "", JSON, hall->cookie, own);
    g_assert_cmpint(answer->status, ==, 204);
}

static long expected(ApiPermit permit, const char *who)
{
    bool user = g_str_equal(who, "user"), read = g_str_equal(who, "read"),
         events = g_str_equal(who, "events"), somebody = user || read || events;
    switch (permit) {
    case API_PERMIT_NONE:
        return 0;
    case API_PERMIT_USER:
        return user ? 0 : somebody ? 403 : 401;
    case API_PERMIT_READ:
        return user || read ? 0 : somebody ? 403 : 401;
    case API_PERMIT_AUDIT: // the caller here is an investigator; test-audit.c asks of all roles
        return somebody ? 403 : 401;
    case API_PERMIT_EVENTS: // a cookie counts for nothing there
        return events ? 0 : read ? 403 : 401;
    }
    return -1;
}

/* Every route × everybody who may come: refused exactly when it should be. */
static void test_every_route(void)
{
    hall_sign_in(hall);
    g_autofree char *events = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    const struct {
        const char *who, *header;
    } callers[] = {
        {"events", events},
        {"read", read},
        {"nobody", NULL},
        {"stranger",
         "Authorization: Bearer 0000000000000000000000000000000000000000000000000000000000000000"},
        {"stranger",
         "Cookie: mingjing=0000000000000000000000000000000000000000000000000000000000000000"},
        {"stranger", "Cookie: mingjing="},
        {"user", hall->cookie}, // last: one of the routes signs her out
    };
    for (size_t c = 0; c < G_N_ELEMENTS(callers); c++) {
        for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
            if (g_str_has_suffix(route->pattern, "/logout") && g_str_equal(callers[c].who, "user"))
                continue;
            g_autoptr(GString) path = g_string_new(route->pattern);
            g_string_replace(path, "{day}", "latest", 0);
            g_string_replace(path, "{number}", "Z1", 0);
            g_string_replace(path, "{id}", "Z1", 0);
            g_string_replace(path, "{file}", "1.mp4", 0);
            g_string_replace(path, "*", "", 0);
            g_autofree char *type = g_strconcat(
                "Content-Type: ", route->types[0] != NULL ? route->types[0] : "text/plain", NULL);
            const char *headers[] = {type, callers[c].header, NULL};
            g_autoptr(Answer) answer = client_send(hall->client, route->method, path->str, headers,
                                                   "", g_str_equal(route->method, "POST") ? 0 : -1);
            g_test_message("%s as %s: %ld", route->pattern, callers[c].who, answer->status);
            long refused = expected(route->permit, callers[c].who);
            if (refused != 0) {
                assert_problem(answer, refused, "denied");
            } else {
                g_assert_cmpint(answer->status, !=, 401);
                g_assert_cmpint(answer->status, !=, 403);
                g_assert_cmpint(answer->status, !=, 0);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    g_test_add_func("/access/login", test_login);
    g_test_add_func("/access/login-refused", test_login_refused);
    g_test_add_func("/access/throttled", test_throttled);
    g_test_add_func("/access/logout", test_logout);
    g_test_add_func("/access/other-sites", test_other_sites);
    g_test_add_func("/access/every-route", test_every_route);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
