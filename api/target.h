// SPDX-License-Identifier: GPL-3.0-or-later
/* What a request line points at: the path's parts and the query, decoded.
 *
 * Pure: no HTTP library, no state. The path is split before it is decoded, so that an approval ID
 * may hold a percent-encoded '/'. Refused: bad percent-encoding, control characters, bytes that are
 * not UTF-8, and more of anything than the limits below. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define API_URI_MAX 2048 // bytes
#define API_PARTS_MAX 16
#define API_QUERY_MAX 16

typedef struct ApiQuery {
    const char *name, *value;
} ApiQuery;

typedef struct ApiTarget {
    char *text;                       // what the pointers below point into
    const char *parts[API_PARTS_MAX]; // "/a/b" has two, "/" has one that is empty
    int n_parts;
    ApiQuery query[API_QUERY_MAX];
    int n_query;
} ApiTarget;

/* Fills @ret_target from a request target in origin form ("/path?query") or absolute form. On
 * failure nothing is to be cleared. */
bool api_target_parse(const char *uri, ApiTarget *ret_target, GError **error);
void api_target_clear(ApiTarget *target);

/* The first name that the query has more than once; NULL if it has none. Valid as long as @target. */
const char *api_target_twice(const ApiTarget *target);

/* The first value of @name; NULL if the query has none. Valid as long as @target. */
const char *api_target_query(const ApiTarget *target, const char *name);
