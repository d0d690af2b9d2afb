// SPDX-License-Identifier: GPL-3.0-or-later
/* Who may do what: login, cookie, tokens, throttling, other sites. */
#include "api/route.h"
#include "index/account/user.h"
#include "index/base/json.h"
#include "index/db.h"
#include "test/api/support/ask.h"

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

static void assert_over(const Answer *answer, const char *over)
{
    g_autoptr(json_t) json = answer_json(answer);
    g_assert_cmpstr(json_string_value(json_object_get(json, "over")), ==, over);
}

static void test_logout(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) out = post("/api/v1/logout", "", JSON, hall->cookie, NULL);
    g_assert_cmpint(out->status, ==, 204);
    g_assert_nonnull(strstr(answer_header(out, "Set-Cookie"), "Max-Age=0"));
    g_autoptr(Answer) me = client_get(hall->client, "/api/v1/me", hall->cookie);
    assert_problem(me, 401, "denied");
    assert_over(me, "ended");
}

/* Who is signed out after a pause is told so, who never was signed in is told nothing of the kind. */
static void test_over(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) nobody = client_get(hall->client, "/api/v1/me", NULL);
    assert_problem(nobody, 401, "denied");
    assert_over(nobody, NULL);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_assert_true(idx_db_run(cat, "UPDATE login SET expires_us = seen_us", NULL, ""));
    g_autoptr(Answer) left = client_get(hall->client, "/api/v1/me", hall->cookie);
    assert_problem(left, 401, "denied");
    assert_over(left, "idle");
    g_assert_true(idx_db_run(cat, "UPDATE login SET ends_us = seen_us", NULL, ""));
    g_autoptr(Answer) longest = client_get(hall->client, "/api/v1/me", hall->cookie);
    assert_over(longest, "longest");
    hall_sign_in(hall);
}

static int64_t seen_us(IdxCatalogue *cat)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, "SELECT max(seen_us) FROM login", NULL, "");
    g_assert_cmpint(idx_db_step(cat, q, NULL), ==, 1);
    return idx_db_int(q, 0);
}

/* Whether a request that says this leaves a sign of a person. */
static bool is_activity(IdxCatalogue *cat, const char *path, const char *asked)
{
    int64_t before = mj_clock_utc_us(mj_clock_system()) - 5 * MJ_MINUTE_US;
    const char *headers[] = {hall->cookie, asked, NULL};
    g_assert_true(idx_db_run(cat, "UPDATE login SET seen_us = ?1", NULL, "i", before));
    g_autoptr(Answer) answer = client_send(hall->client, "GET", path, headers, NULL, -1);
    g_assert_cmpint(answer->status, ==, 200);
    return seen_us(cat) != before;
}

/* A page that was left open asks on, and its sign-in ends all the same. */
static void test_asked(void)
{
    g_autofree char *old = g_steal_pointer(&hall->cookie);
    hall->cookie = hall_cookie(hall, "r-investigator");
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    const char *found = "/api/v1/tickets/latest/A012", *state = "/api/v1/status";
    g_assert_true(is_activity(cat, found, NULL));
    g_assert_true(is_activity(cat, found, "Mingjing-Asked: person"));
    g_assert_false(is_activity(cat, found, "Mingjing-Asked: page"));
    g_assert_false(is_activity(cat, state, NULL));
    g_assert_false(is_activity(cat, state, "Mingjing-Asked: page"));
    g_assert_false(is_activity(cat, state, "Mingjing-Asked: somebody"));
    g_assert_true(is_activity(cat, state, "Mingjing-Asked: person"));
    g_free(hall->cookie);
    hall->cookie = g_steal_pointer(&old);
}

/* Another site's page can make the browser send the cookie with a form, or with a wrong Origin. */
static void test_other_sites(void)
{
    hall_sign_in(hall);
    g_autoptr(Answer) form =
        post("/api/v1/logout", "", "Content-Type: text/plain", hall->cookie, NULL);
    assert_problem(form, 415, "unsupported");
    static const char *const foreign[] = {
        "Origin: http://evil.example", "Origin: null",
        "Origin: http://127.0.0.1",    "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",   "Sec-Fetch-Site: none"};
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

#define PEOPLE "operator investigator supervisor auditor sysadmin secadmin"
#define LOOK "operator investigator supervisor read"
#define STATE PEOPLE " read"

/* Who may: said here once more, by hand, so that a slip in the table is seen. */
static const struct {
    const char *route, *who; // NULL: anybody
} MAY[] = {
    {"POST /api/v1/login", NULL},
    {"GET /api/v1/health", NULL},
    {"GET /api/v1/workdays", NULL},
    {"GET /*", NULL},
    {"POST /api/v1/logout", PEOPLE},
    {"GET /api/v1/me", PEOPLE},
    {"POST /api/v1/me/password", PEOPLE},
    {"POST /api/v1/me/logout", PEOPLE},
    {"POST /api/v1/me/second", PEOPLE},
    {"POST /api/v1/me/second/confirm", PEOPLE},
    {"POST /api/v1/me/second/end", PEOPLE},
    {"GET /api/v1/status", STATE},
    {"GET /api/v1/cameras", STATE},
    {"GET /api/v1/streams", STATE},
    {"GET /api/v1/places", STATE},
    {"GET /api/v1/retention/report", STATE},
    {"POST /api/v1/probe", "sysadmin"},
    {"POST /api/v1/cameras", "sysadmin"},
    {"POST /api/v1/cameras/{id}", "sysadmin"},
    {"POST /api/v1/cameras/{id}/remove", "sysadmin"},
    {"POST /api/v1/cameras/{id}/move", "sysadmin"},
    {"POST /api/v1/places", "sysadmin"},
    {"POST /api/v1/places/{code}", "sysadmin"},
    {"POST /api/v1/places/{code}/coverage", "sysadmin"},
    {"POST /api/v1/places/{code}/coverage/end", "sysadmin"},
    {"POST /api/v1/places/{code}/coverage/remove", "sysadmin"},
    {"POST /api/v1/renumber", "sysadmin"},
    {"GET /api/v1/cameras/{id}/retention", STATE},
    {"GET /api/v1/retention/rules", STATE},
    {"POST /api/v1/retention/rules", "sysadmin"},
    {"POST /api/v1/retention/rules/preview", "sysadmin"},
    {"GET /api/v1/volumes", STATE},
    {"POST /api/v1/volumes", "sysadmin"},
    {"POST /api/v1/volumes/remove", "sysadmin"},
    {"POST /api/v1/volumes/policy", "sysadmin"},
    {"POST /api/v1/audit/verify", "auditor"},
    {"GET /api/v1/system", STATE},
    {"GET /api/v1/sources", STATE},
    {"GET /metrics", STATE},
    {"POST /api/v1/events", "events"},
    {"GET /api/v1/tickets/{day}/{number}", LOOK},
    {"GET /api/v1/approvals/{id}", LOOK},
    {"GET /api/v1/sessions/{id}", LOOK},
    {"GET /api/v1/search", LOOK},
    {"GET /api/v1/find", LOOK},
    {"GET /api/v1/places/{code}/footage", LOOK},
    {"GET /api/v1/cameras/{id}/timeline", LOOK},
    {"GET /api/v1/cameras/{id}/calendar", LOOK},
    {"GET /api/v1/cameras/{id}/outline", LOOK},
    {"GET /api/v1/cameras/{id}/frame.jpg", LOOK},
    {"GET /api/v1/cameras/{id}/playlist.m3u8", LOOK},
    {"GET /api/v1/segments/{file}", LOOK},
    {"GET /api/v1/reasons", LOOK},
    {"POST /api/v1/reasons", LOOK},
    {"GET /api/v1/holds", LOOK " auditor"},
    {"POST /api/v1/holds", "investigator supervisor"},
    {"POST /api/v1/holds/{id}/release", "investigator supervisor"},
    {"GET /api/v1/looks", "investigator supervisor auditor"},
    {"GET /api/v1/audit", "auditor"},
    {"POST /api/v1/clips", "investigator supervisor"},
    {"GET /api/v1/clips/{id}", "investigator supervisor"},
    {"GET /api/v1/clips/{id}/media", "investigator supervisor"},
    {"DELETE /api/v1/clips/{id}", "investigator supervisor"},
    {"GET /api/v1/live", "operator investigator supervisor sysadmin read"},
    {"GET /api/v1/alarms", STATE},
    {"POST /api/v1/alarms/{id}/acknowledge", "operator investigator supervisor sysadmin"},
    {"GET /api/v1/marks", LOOK},
    {"POST /api/v1/marks", "operator investigator supervisor"},
    {"GET /api/v1/marks/places", "operator investigator supervisor"},
    {"GET /api/v1/marks/{id}/still.jpg", LOOK},
    {"GET /api/v1/mark-kinds", STATE},
    {"POST /api/v1/mark-kinds", "sysadmin"},
    {"GET /api/v1/notices", STATE},
    {"POST /api/v1/notices", "sysadmin"},
    {"GET /api/v1/users", "secadmin"},
    {"POST /api/v1/users", "secadmin"},
    {"POST /api/v1/users/{name}", "secadmin"},
    {"POST /api/v1/users/{name}/password", "secadmin"},
    {"POST /api/v1/users/{name}/second/reset", "secadmin"},
    {"POST /api/v1/users/{name}/logout", "secadmin"},
    {"GET /api/v1/login-rules", "secadmin"},
    {"POST /api/v1/login-rules/{role}", "secadmin"},
    {"GET /api/v1/layouts", "operator investigator supervisor sysadmin read"},
    {"PUT /api/v1/layouts/{name}", "operator investigator supervisor sysadmin"},
    {"DELETE /api/v1/layouts/{name}", "operator investigator supervisor sysadmin"},
    {"PUT /api/v1/layouts/shared/{name}", "supervisor sysadmin"},
    {"DELETE /api/v1/layouts/shared/{name}", "supervisor sysadmin"},
    {"GET /api/v1/tokens", "secadmin"},
    {"POST /api/v1/tokens", "secadmin"},
    {"POST /api/v1/tokens/{name}/revoke", "secadmin"},
    {"POST /api/v1/sessions", "operator supervisor"},
    {"GET /api/v1/sessions", LOOK},
    {"GET /api/v1/sessions/{id}/record", LOOK},
    {"POST /api/v1/sessions/{id}/rating", "join"},
    {"POST /api/v1/sessions/{id}/cancel", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/move", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/token", "operator supervisor"},
    {"GET /api/v1/slots", "operator supervisor"},
    {"POST /api/v1/slots", "operator supervisor"},
    {"POST /api/v1/slots/{id}/withdraw", "operator supervisor"},
    {"POST /api/v1/slots/{id}/book", "operator supervisor"},
    {"GET /api/v1/slots/{id}/link", "join"},
    {"POST /api/v1/slots/{id}/link", "join"},
    {"GET /api/v1/promises", LOOK},
    {"POST /api/v1/sessions/{id}/promises", "operator supervisor"},
    {"POST /api/v1/promises/{id}/done", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/promises", "join"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/notes", "join"},
    {"GET /api/v1/terminals", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/terminal", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/terminal/join", "operator supervisor"},
    {"POST /api/v1/sessions/{id}/end", "operator supervisor"},
    {"GET /api/v1/sessions/{id}/meeting", "operator supervisor"},
    {"GET /api/v1/sessions/{id}/party", "join"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/consent", "join"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/whip", "join"},
    {"POST /api/v1/sessions/{id}/legs/{leg}/whep", "join"},
    {"PATCH /api/v1/sessions/{id}/legs/{leg}/connections/{connection}", "join"},
    {"DELETE /api/v1/sessions/{id}/legs/{leg}/connections/{connection}", "join"},
};

static const char *may(const ApiRoute *route)
{
    g_autofree char *name = g_strconcat(route->method, " ", route->pattern, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(MAY); i++)
        if (g_str_equal(MAY[i].route, name))
            return MAY[i].who;
    g_error("test-access.c: who may %s is not said", name);
}

/* 0: not refused. */
static long expected(const ApiRoute *route, const char *who)
{
    const char *list = may(route);
    if (list == NULL)
        return 0;
    // a cookie counts for nothing where events come in
    if (g_str_equal(who, "nobody") || (g_str_equal(list, "events") && strstr(PEOPLE, who) != NULL))
        return 401;
    if (g_str_equal(list, "join")) // a link's token, which none of these is
        return 401;
    g_auto(GStrv) words = g_strsplit(list, " ", -1);
    return g_strv_contains((const char *const *)words, who) ? 0 : 403;
}

static void check_route(const ApiRoute *route, const char *who, const char *header)
{
    g_autofree char *path = route_filled(route->pattern);
    g_autofree char *type = g_strconcat(
        "Content-Type: ", route->types[0] != NULL ? route->types[0] : "text/plain", NULL);
    const char *headers[] = {type, header, NULL};
    g_autoptr(Answer) answer = client_send(hall->client, route->method, path, headers, "",
                                           route->types[0] != NULL ? 0 : -1);
    g_test_message("%s as %s: %ld", route->pattern, who, answer->status);
    long refused = expected(route, who);
    if (refused != 0) {
        assert_problem(answer, refused, "denied");
    } else {
        g_assert_cmpint(answer->status, !=, 401);
        g_assert_cmpint(answer->status, !=, 403);
        g_assert_cmpint(answer->status, !=, 0);
    }
}

static void check_caller(const char *who, const char *header)
{
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++)
        if (!g_str_has_suffix(route->pattern, "/logout") || expected(route, who) != 0)
            check_route(route, who, header);
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++)
        if (g_str_has_suffix(route->pattern, "/v1/logout")) // last: it signs her out
            check_route(route, who, header);
}

/* Every route × everybody who may come: refused exactly when it should be. */
static void test_every_route(void)
{
    g_autofree char *events = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    g_autofree char *read = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autofree char *none = g_strnfill(64, '0');
    g_autofree char *token = g_strconcat("Authorization: Bearer ", none, NULL);
    g_autofree char *cookie = g_strconcat("Cookie: mingjing=", none, NULL);
    check_caller("events", events);
    check_caller("read", read);
    check_caller("nobody", NULL);
    check_caller("nobody", token);
    check_caller("nobody", cookie);
    check_caller("nobody", "Cookie: mingjing=");
    g_auto(GStrv) roles = g_strsplit(PEOPLE, " ", -1);
    for (char **role = roles; *role != NULL; role++) {
        g_autofree char *name = g_strconcat("r-", *role, NULL);
        g_autofree char *signed_in = hall_cookie(hall, name);
        check_caller(*role, signed_in);
    }
    g_assert_cmpuint(api_routes_count(), ==, G_N_ELEMENTS(MAY));
}

static void add_roles(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    g_auto(GStrv) roles = g_strsplit(PEOPLE, " ", -1);
    for (char **role = roles; *role != NULL; role++) {
        g_autofree char *name = g_strconcat("r-", *role, NULL);
        g_assert_true(idx_user_add(cat, name, *role, HALL_PASSWORD, 1, &error));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    add_roles();
    hall_start(hall);
    g_test_add_func("/access/login", test_login);
    g_test_add_func("/access/login-refused", test_login_refused);
    g_test_add_func("/access/throttled", test_throttled);
    g_test_add_func("/access/logout", test_logout);
    g_test_add_func("/access/over", test_over);
    g_test_add_func("/access/asked", test_asked);
    g_test_add_func("/access/other-sites", test_other_sites);
    g_test_add_func("/access/every-route", test_every_route);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
