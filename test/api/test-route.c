// SPDX-License-Identifier: GPL-3.0-or-later
/* Request targets, the route table and the Range header. */
#include "api/range.h"
#include "api/request.h"
#include "api/route.h"
#include "index/base/error.h"

#include <string.h>

static void test_target(void)
{
    g_autoptr(GError) error = NULL;
    ApiTarget target;
    g_assert_true(api_target_parse(
        "/api/v1/approvals/370281%2F2026%2d%E4%B8%8D?a=1&b=x%20y+z&a=2&c&=3", &target, &error));
    g_assert_cmpint(target.n_parts, ==, 4);
    g_assert_cmpstr(target.parts[3], ==, "370281/2026-不");
    g_assert_cmpint(target.n_query, ==, 4);
    g_assert_cmpstr(api_target_query(&target, "a"), ==, "1");
    g_assert_cmpstr(api_target_query(&target, "b"), ==, "x y z");
    g_assert_cmpstr(api_target_query(&target, "c"), ==, "");
    g_assert_null(api_target_query(&target, "d"));
    api_target_clear(&target);
    g_assert_true(api_target_parse("http://host:1/x", &target, &error));
    g_assert_cmpstr(target.parts[0], ==, "x");
    api_target_clear(&target);
    g_assert_true(api_target_parse("/", &target, &error));
    g_assert_cmpint(target.n_parts, ==, 1);
    g_assert_cmpstr(target.parts[0], ==, "");
    api_target_clear(&target);
}

static void test_target_refused(void)
{
    g_autofree char *deep = g_strdup("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17");
    g_autofree char *many = g_strdup("/?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q");
    g_autofree char *fill = g_strnfill(API_URI_MAX, 'x');
    g_autofree char *lengthy = g_strconcat("/", fill, NULL);
    const char *const bad[] = {"",       "x",    "*",        "/%",    "/%4", "/%zz", "/%00",
                               "/a%0ab", "/%ff", "/x?y=%c3", "/\x01", deep,  many,   lengthy};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        ApiTarget target;
        g_assert_false(api_target_parse(bad[i], &target, &error));
        g_assert_true(mj_error_is(error, MJ_ERROR_INVALID));
    }
}

typedef struct Expected {
    const char *method, *uri, *pattern; // pattern NULL: none
    const char *allow;
    const char *values[2];
} Expected;

static void test_table(void)
{
    static const Expected table[] = {
        {"GET",
         "/api/v1/tickets/today/A%E5%8F%B712",
         "/api/v1/tickets/{day}/{number}",
         NULL,
         {"today", "A号12"}},
        {"HEAD", "/api/v1/segments/12.mp4?x=1", "/api/v1/segments/{file}", NULL, {"12.mp4"}},
        {"GET", "/api/v1/approvals/a%2Fb", "/api/v1/approvals/{id}", NULL, {"a/b"}},
        {"GET", "/api/v1/approvals/a/b", NULL, NULL, {0}},
        {"GET", "/api/v1/approvals/", NULL, NULL, {0}},
        {"GET", "/api/v1/cameras/", NULL, NULL, {0}},
        {"GET", "/api/v1/cameras", "/api/v1/cameras", NULL, {0}},
        {"GET", "/api%2Fv1/cameras", "/*", NULL, {0}},
        {"GET", "/api", NULL, NULL, {0}},
        {"GET", "/api/v2/cameras", NULL, NULL, {0}},
        {"POST", "/api/v1/streams", NULL, "GET, HEAD, OPTIONS", {0}},
        {"GET", "/api/v1/events", NULL, "POST, OPTIONS", {0}},
        {"OPTIONS", "/api/v1/login", NULL, "POST, OPTIONS", {0}},
        {"POST", "/metrics", NULL, "GET, HEAD, OPTIONS", {0}},
        {"GET", "/metrics", "/metrics", NULL, {0}},
        {"GET", "/", "/*", NULL, {0}},
        {"GET", "/find/A012", "/*", NULL, {0}},
        {"PUT", "/find/A012", NULL, "GET, HEAD, OPTIONS", {0}},
        {"get", "/api/v1/streams", NULL, "GET, HEAD, OPTIONS", {0}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *allow = NULL;
        const char *values[API_VALUES_MAX] = {0};
        ApiTarget target;
        g_assert_true(api_target_parse(table[i].uri, &target, &error));
        const ApiRoute *route =
            api_route_find(API_ROUTES, table[i].method, &target, values, &allow);
        g_test_message("%s %s", table[i].method, table[i].uri);
        g_assert_cmpstr(route != NULL ? route->pattern : NULL, ==, table[i].pattern);
        g_assert_cmpstr(allow, ==, table[i].allow);
        for (int j = 0; j < 2 && route != NULL; j++)
            g_assert_cmpstr(values[j], ==, table[i].values[j]);
        api_target_clear(&target);
    }
}

/* What the table promises for every route. */
static void test_query(void)
{
    static const struct {
        const char *known, *uri, *unknown;
    } table[] = {
        {"from to", "/x?to=1&from=2", NULL},
        {"from to", "/x?to=1&form=2&too=3", "form"},
        {"from to", "/x?from%20to=1", "from to"},
        {"from", "/x?FROM=1", "FROM"},
        {NULL, "/x", NULL},
        {NULL, "/x?from=1", "from"},
        {API_QUERY_ANY, "/x?utm=1", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ApiTarget target;
        g_assert_true(api_target_parse(table[i].uri, &target, NULL));
        const ApiRoute route = {.query = table[i].known};
        g_assert_cmpstr(api_route_unknown(&route, &target), ==, table[i].unknown);
        api_target_clear(&target);
    }
}

static void test_twice(void)
{
    static const struct {
        const char *uri, *twice;
    } table[] = {
        {"/x", NULL},
        {"/x?a=1&b=1&A=1", NULL},
        {"/x?a=1&b=1&a=1", "a"},
        {"/x?a=1&b&%62=2&a=1", "b"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        ApiTarget target;
        g_assert_true(api_target_parse(table[i].uri, &target, NULL));
        g_assert_cmpstr(api_target_twice(&target), ==, table[i].twice);
        api_target_clear(&target);
    }
}

static void test_rules(void)
{
    g_assert_cmpuint(api_routes_count(), >, 10);
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
        bool post = g_str_equal(route->method, "POST");
        g_assert_nonnull(route->handle);
        bool bodied =
            post || g_str_equal(route->method, "PATCH") || g_str_equal(route->method, "PUT");
        g_assert_cmpint(bodied, ==, route->body_max > 0);
        g_assert_cmpint(bodied, ==, route->types[0] != NULL);
        g_assert_cmpint(route->lane == API_LANE_LOOP, ==, g_str_equal(route->pattern, "/*"));
        // each says what the audit log is told of it, or why nothing
        g_test_message("%s %s", route->method, route->pattern);
        g_assert_true((route->audit.what != NULL) != (route->audit.because != NULL));
        g_assert_true(route->audit.what == NULL || !post || route->lane != API_LANE_READ);
        // what needs nobody signed in is known by name
        g_assert_cmpint(route->permit == IDX_MAY_ANYBODY, ==,
                        g_str_equal(route->pattern, "/*") ||
                            g_str_has_suffix(route->pattern, "/login") ||
                            g_str_has_suffix(route->pattern, "/health") ||
                            g_str_has_suffix(route->pattern, "/workdays") ||
                            route->admit != NULL); // the token of a link
    }
}

static void test_range(void)
{
    static const struct {
        const char *header;
        int64_t size;
        ApiRangeKind kind;
        int64_t first, length;
    } table[] = {
        {NULL, 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=0-9", 100, API_RANGE_PART, 0, 10},
        {"bytes=0-0", 100, API_RANGE_PART, 0, 1},
        {"Bytes= 10-", 100, API_RANGE_PART, 10, 90},
        {"bytes=90-1000", 100, API_RANGE_PART, 90, 10},
        {"bytes=-10", 100, API_RANGE_PART, 90, 10},
        {"bytes=-1000", 100, API_RANGE_PART, 0, 100},
        {"bytes=99-99", 100, API_RANGE_PART, 99, 1},
        {"bytes=100-", 100, API_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 100, API_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, API_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-5", 0, API_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=9-8", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=0-1,5-6", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=-", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=a-b", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=--5", 100, API_RANGE_WHOLE, 0, 0},
        {"lines=0-9", 100, API_RANGE_WHOLE, 0, 0},
        {"bytes=0-99999999999999999999999", 100, API_RANGE_PART, 0, 100},
        {"bytes=99999999999999999999999-", 100, API_RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-99999999999999999999999", 100, API_RANGE_PART, 0, 100},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        int64_t first = 0, length = 0;
        g_test_message("%s", table[i].header);
        g_assert_cmpint(api_range_parse(table[i].header, table[i].size, &first, &length), ==,
                        table[i].kind);
        g_assert_cmpint(first, ==, table[i].first);
        g_assert_cmpint(length, ==, table[i].length);
    }
}

static void test_media_type(void)
{
    g_assert_true(api_media_type_is("application/json", "application/json"));
    g_assert_true(api_media_type_is("Application/JSON; charset=utf-8", "application/json"));
    g_assert_false(api_media_type_is("application/jsonx", "application/json"));
    g_assert_false(api_media_type_is("application/js", "application/json"));
    g_assert_false(api_media_type_is(NULL, "application/json"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/route/target", test_target);
    g_test_add_func("/route/target-refused", test_target_refused);
    g_test_add_func("/route/table", test_table);
    g_test_add_func("/route/rules", test_rules);
    g_test_add_func("/route/query", test_query);
    g_test_add_func("/route/twice", test_twice);
    g_test_add_func("/route/range", test_range);
    g_test_add_func("/route/media-type", test_media_type);
    return g_test_run();
}
