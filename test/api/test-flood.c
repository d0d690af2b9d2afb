// SPDX-License-Identifier: GPL-3.0-or-later
/* Every route has a limit for bodies, a rate and a permission; a flood is answered by 429 and nothing is done for it. And lists
 * go on where they ended. */
#include "api/list.h"
#include "api/route.h"
#include "index/account/user.h"
#include "index/base/json.h"
#include "test/api/support/ask.h"

#include <stdatomic.h>
#include <string.h>

#define JSON "Content-Type: application/json"
#define V1 "/api/v1"

static Hall *hall;
static const char *const PEOPLE[] = {"supervisor", "secadmin", "auditor", "sysadmin",
                                     "operator",   "events",   "nobody",  NULL};
static GHashTable *callers; // name → header

/* Any of those who may. */
static const char *caller_of(const ApiRoute *route)
{
    if (route->permit == IDX_MAY_ANYBODY || route->permit == IDX_MAY_JOIN)
        return "nobody"; // a party of a meeting has her own token
    if (route->permit == IDX_MAY_EVENTS)
        return "events";
    for (const char *const *role = PEOPLE; *role != NULL; role++)
        if (idx_role_may(*role, route->permit))
            return *role;
    g_error("nobody may %s", route->pattern);
}

/* Whoever is let in unasked does not read the catalogue as often as who is known: but for a probe. */
static void check_stranger(const ApiRoute *route)
{
    if (route->permit == IDX_MAY_ANYBODY && route->admit == NULL &&
        !g_str_equal(route->pattern, V1 "/health"))
        g_assert_cmpint(route->rate, !=, API_RATE_USUAL);
}

/* What the table says, without a server. */
static void test_table(void)
{
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
        g_test_message("%s %s", route->method, route->pattern);
        g_assert_nonnull(caller_of(route));
        g_assert_nonnull(idx_permit_name(route->permit));
        check_stranger(route);
        bool takes = route->method[0] == 'P'; // POST, PUT, PATCH
        g_assert_true(takes == (route->body_max > 0));
        g_assert_true(takes == (route->types[0] != NULL));
        g_assert_cmpuint(route->body_max, <=, 1024 * 1024);
        const ApiRateSpec *spec = api_rate(route->rate);
        g_assert_cmpint(spec->per_second, >, 0);
        g_autoptr(ApiLimit) limit = api_limit_new();
        int wait_s = 0;
        for (int i = 0; i < spec->burst; i++)
            g_assert_true(api_limit_take(limit, route->rate, "x", 1000000, &wait_s));
        g_assert_false(api_limit_take(limit, route->rate, "x", 1000000, &wait_s));
        g_assert_cmpint(wait_s, >=, 1);
    }
}

static Answer *send_to(Client *client, const ApiRoute *route, const char *who)
{
    g_autofree char *path = route_filled(route->pattern);
    g_autofree char *type = g_strconcat(
        "Content-Type: ", route->types[0] != NULL ? route->types[0] : "text/plain", NULL);
    const char *headers[] = {type, g_hash_table_lookup(callers, who), NULL};
    return client_send(client, route->method, path, headers, "", route->body_max > 0 ? 0 : -1);
}

static void check_refusal(const Answer *answer)
{
    g_autoptr(json_t) problem = answer_json(answer);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, "application/problem+json");
    g_assert_cmpstr(json_string_value(json_object_get(problem, "code")), ==, "too-many");
    g_assert_cmpint(atoi(answer_header(answer, "Retry-After")), >=, 1);
}

/* Players and queue systems may ask thousands of times a second: no one client gets there. */
static bool is_fast(ApiRate rate)
{
    return rate == API_RATE_FOOTAGE || rate == API_RATE_EVENTS;
}

/* Several at once: one alone may be too slow for it on a busy machine. */
typedef struct Flood {
    const ApiRoute *route;
    const char *who;
    atomic_int sent, refused;
} Flood;

/* What it takes from is emptied by what costs least; the route itself may be slower than that fills. */
static void empty(Client *client, const Flood *flood)
{
    if (flood->route->rate != API_RATE_USUAL || g_str_equal(flood->who, "nobody"))
        return;
    for (int i = 0; i < 2 * api_rate(API_RATE_USUAL)->burst; i++) {
        g_autoptr(Answer) me =
            client_get(client, V1 "/me", g_hash_table_lookup(callers, flood->who));
        if (me->status == 429)
            return;
    }
}

static void *pour(void *data)
{
    Flood *flood = data;
    g_autoptr(Client) client = hall_client(hall);
    int most = 20 * api_rate(flood->route->rate)->burst;
    while (atomic_load(&flood->refused) == 0 && atomic_fetch_add(&flood->sent, 1) < most) {
        empty(client, flood);
        g_autoptr(Answer) answer = send_to(client, flood->route, flood->who);
        g_assert_cmpint(answer->status, !=, 0);
        if (answer->status != 429)
            continue;
        check_refusal(answer);
        atomic_fetch_add(&flood->refused, 1);
    }
    return NULL;
}

static void flood(const ApiRoute *route)
{
    Flood flood = {.route = route, .who = caller_of(route)};
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("flood", pour, &flood);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_test_message("%s %s as %s: refused after about %d", route->method, route->pattern, flood.who,
                   atomic_load(&flood.sent));
    g_assert_cmpint(atomic_load(&flood.refused), >, 0);
}

static void test_every_route(void)
{
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++)
        if (!is_fast(route->rate) && !g_str_has_suffix(route->pattern, "/logout"))
            flood(route);
}

/* What is refused so is not done. */
static void test_nothing_done(void)
{
    const char *headers[] = {JSON, g_hash_table_lookup(callers, "secadmin"), NULL};
    int added = 0;
    bool refused = false;
    for (int i = 0; i < 400 && !refused; i++) {
        g_autofree char *body = g_strdup_printf("{\"name\":\"t%d\",\"scope\":\"read\"}", added);
        g_autoptr(Answer) answer =
            client_send(hall->client, "POST", V1 "/tokens", headers, body, (gssize)strlen(body));
        refused = answer->status == 429;
        added += answer->status == 201;
    }
    g_assert_true(refused);
    g_autoptr(Answer) answer = NULL;
    do {
        g_clear_pointer(&answer, answer_free);
        answer = client_get(hall->client, V1 "/tokens", headers[1]);
    } while (answer->status == 429);
    g_autoptr(json_t) list = answer_json(answer);
    g_autofree char *last = g_strdup_printf("\"t%d\"", added);
    g_autofree char *text = mj_json_dump(list);
    g_assert_null(strstr(text, last));
}

// ── lists

static json_t *page_of(const char *path, const char *who, int limit, const char *cursor,
                       long status)
{
    g_autofree char *escaped = cursor != NULL ? g_uri_escape_string(cursor, NULL, FALSE) : NULL;
    g_autofree char *address =
        g_strdup_printf(V1 "%s?limit=%d%s%s", path, limit, escaped != NULL ? "&cursor=" : "",
                        escaped != NULL ? escaped : "");
    g_autoptr(Answer) answer = NULL;
    do {
        g_clear_pointer(&answer, answer_free);
        answer = client_get(hall->client, address, g_hash_table_lookup(callers, who));
    } while (answer->status == 429 && status != 429);
    g_test_message("%s: %ld", address, answer->status);
    g_assert_cmpint(answer->status, ==, status);
    return answer_json(answer);
}

/* One at a time it is the list, each once and in order. */
static void check_list(const char *path, const char *name, const char *who)
{
    g_autoptr(json_t) whole = page_of(path, who, API_LIST_MAX, NULL, 200);
    const json_t *all = json_object_get(whole, name);
    g_autofree char *cursor = NULL;
    g_assert_true(json_is_null(json_object_get(whole, "next")));
    for (size_t i = 0; i < json_array_size(all); i++) {
        g_autoptr(json_t) page = page_of(path, who, 1, cursor, 200);
        const json_t *one = json_array_get(json_object_get(page, name), 0);
        g_assert_cmpuint(json_array_size(json_object_get(page, name)), ==, 1);
        static const char *const KEYS[] = {"id", "name", "code"};
        for (size_t k = 0; k < G_N_ELEMENTS(KEYS); k++)
            g_assert_true(json_equal(json_object_get(one, KEYS[k]),
                                     json_object_get(json_array_get(all, i), KEYS[k])) ||
                          json_object_get(one, KEYS[k]) == NULL);
        bool last = i + 1 == json_array_size(all);
        g_assert_true(json_is_null(json_object_get(page, "next")) == last);
        g_free(cursor);
        cursor = g_strdup(json_string_value(json_object_get(page, "next")));
    }
}

static void test_lists(void)
{
    static const struct {
        const char *path, *name, *who;
    } LISTS[] = {{"/cameras", "cameras", "supervisor"}, {"/places", "places", "supervisor"},
                 {"/holds", "holds", "supervisor"},     {"/reasons", "reasons", "supervisor"},
                 {"/streams", "streams", "supervisor"}, {"/users", "users", "secadmin"},
                 {"/tokens", "tokens", "secadmin"},     {"/alarms", NULL, "supervisor"},
                 {"/marks", NULL, "supervisor"},        {"/audit", NULL, "auditor"},
                 {"/find", NULL, "supervisor"}};
    for (size_t i = 0; i < G_N_ELEMENTS(LISTS); i++) {
        if (LISTS[i].name != NULL)
            check_list(LISTS[i].path, LISTS[i].name, LISTS[i].who);
        g_autoptr(json_t) none = page_of(LISTS[i].path, LISTS[i].who, 0, NULL, 400);
        g_autoptr(json_t) bad = page_of(LISTS[i].path, LISTS[i].who, 1, "no/such/place", 400);
        g_assert_cmpstr(json_string_value(json_object_get(bad, "code")), ==, "invalid");
    }
}

// ── addresses and methods

static void test_methods(void)
{
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
        g_autofree char *path = route_filled(route->pattern);
        g_autoptr(Answer) options = client_send(hall->client, "OPTIONS", path, NULL, NULL, -1);
        g_autoptr(Answer) brew = client_send(hall->client, "BREW", path, NULL, NULL, -1);
        g_test_message("%s: %s", path, answer_header(options, "Allow"));
        g_assert_cmpint(options->status, ==, 204);
        g_assert_cmpint(brew->status, ==, 405);
        g_assert_nonnull(strstr(answer_header(options, "Allow"), route->method));
        g_assert_cmpstr(answer_header(brew, "Allow"), ==, answer_header(options, "Allow"));
        g_assert_cmpstr(answer_header(brew, "Content-Type"), ==, "application/problem+json");
        if (!g_str_equal(route->method, "GET"))
            continue;
        const char *headers[] = {NULL};
        g_autoptr(Answer) head = client_send(hall->client, "HEAD", path, headers, NULL, -1);
        g_assert_cmpint(head->status, !=, 405);
        g_assert_cmpuint(head->body->len, ==, 0);
    }
    g_autoptr(Answer) none = client_get(hall->client, V1 "/nothing/here", NULL);
    g_assert_cmpint(none->status, ==, 404);
    g_assert_cmpstr(answer_header(none, "Content-Type"), ==, "application/problem+json");
}

static void add_callers(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    for (const char *const *role = PEOPLE; *role != NULL; role++) {
        g_autofree char *name = g_strconcat("f-", *role, NULL);
        if (g_str_equal(*role, "events") || g_str_equal(*role, "nobody"))
            continue;
        g_assert_true(idx_user_add(cat, name, *role, HALL_PASSWORD, 1, &error));
    }
}

static void sign_in(void)
{
    callers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (const char *const *role = PEOPLE; *role != NULL; role++) {
        g_autofree char *name = g_strconcat("f-", *role, NULL);
        char *header = g_str_equal(*role, "nobody") ? NULL
                       : g_str_equal(*role, "events")
                           ? g_strconcat("Authorization: Bearer ", hall->events_token, NULL)
                           : hall_cookie(hall, name);
        g_hash_table_insert(callers, (gpointer)(uintptr_t)*role, header);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    add_callers();
    hall_start(hall);
    sign_in();
    g_test_add_func("/flood/table", test_table);
    g_test_add_func("/flood/lists", test_lists);
    g_test_add_func("/flood/methods", test_methods);
    g_test_add_func("/flood/nothing-done", test_nothing_done);
    g_test_add_func("/flood/every-route", test_every_route);
    int result = g_test_run();
    g_hash_table_unref(callers);
    hall_free(hall);
    return result;
}
