// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/route.h"

#include "index/base/json.h"

#include <string.h>

static bool is_tail(const char *pattern)
{
    return g_str_equal(pattern, "/*");
}

static bool part_fits(const char *pattern, size_t length, const char *part)
{
    return strlen(part) == length && memcmp(pattern, part, length) == 0;
}

bool api_route_match(const char *pattern, const ApiTarget *target,
                     const char *values[API_VALUES_MAX])
{
    if (is_tail(pattern))
        return !g_str_equal(target->parts[0], "api");
    int n_values = 0;
    int i = 0;
    for (const char *at = pattern; *at == '/'; i++) {
        size_t length = strcspn(++at, "/");
        if (i >= target->n_parts)
            return false;
        if (*at == '{') {
            if (target->parts[i][0] == '\0' || n_values == API_VALUES_MAX)
                return false;
            values[n_values++] = target->parts[i];
        } else if (!part_fits(at, length, target->parts[i])) {
            return false;
        }
        at += length;
    }
    return i == target->n_parts;
}

const ApiRoute *api_route_find(const ApiRoute *table, const char *method, const ApiTarget *target,
                               const char *values[API_VALUES_MAX], char **ret_allow)
{
    const char *wanted = g_str_equal(method, "HEAD") ? "GET" : method;
    g_autoptr(GString) allow = g_string_new(NULL);
    bool exact = false; // an address of its own hides the tail
    for (const ApiRoute *route = table; route->method != NULL; route++) {
        if (is_tail(route->pattern) && exact)
            continue;
        if (!api_route_match(route->pattern, target, values))
            continue;
        if (g_str_equal(route->method, wanted))
            return route;
        exact = exact || !is_tail(route->pattern);
        g_string_append_printf(allow, "%s, ", route->method);
        if (g_str_equal(route->method, "GET"))
            g_string_append(allow, "HEAD, ");
    }
    if (allow->len > 0) {
        g_string_append(allow, "OPTIONS");
        *ret_allow = g_string_free(g_steal_pointer(&allow), FALSE);
    } else {
        *ret_allow = NULL;
    }
    return NULL;
}

const char *api_route_unknown(const ApiRoute *route, const ApiTarget *target)
{
    if (g_strcmp0(route->query, API_QUERY_ANY) == 0)
        return NULL;
    g_auto(GStrv) known = g_strsplit(route->query != NULL ? route->query : "", " ", -1);
    for (int i = 0; i < target->n_query; i++)
        if (!g_strv_contains((const char *const *)known, target->query[i].name))
            return target->query[i].name;
    return NULL;
}

char *api_routes_json(const ApiRoute *table)
{
    g_autoptr(json_t) routes = json_array();
    for (const ApiRoute *route = table; route->method != NULL; route++) {
        json_t *types = json_array();
        for (size_t i = 0; i < API_TYPES_MAX && route->types[i] != NULL; i++)
            json_array_append_new(types, json_string(route->types[i]));
        json_array_append_new(
            routes,
            json_pack("{s:s, s:s, s:s, s:I, s:o, s:i, s:i, s:s?, s:s?}", "method", route->method,
                      "path", route->pattern, "permit", idx_permit_name(route->permit), "body_max",
                      (json_int_t)route->body_max, "types", types, "per_second",
                      api_rate(route->rate)->per_second, "burst", api_rate(route->rate)->burst,
                      "audit", route->audit.what, "unaudited_because", route->audit.because));
    }
    return mj_json_dump(routes);
}
