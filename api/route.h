// SPDX-License-Identifier: GPL-3.0-or-later
/* The route table: every address the API answers, in one place (routes.c).
 *
 * Matching is pure. Generic code (server.c, dispatch.c) does what all routes share: HEAD from GET,
 * OPTIONS, 404 and 405, limits, content types, who may and how often; then calls the one handler. */
#pragma once

#include "api/limit.h"
#include "api/target.h"
#include "index/account/role.h"

#include <stddef.h>

#define API_VALUES_MAX 4
#define API_TYPES_MAX 5

typedef struct ApiRequest ApiRequest;

/* Which threads run the handler; see lane.h. */
typedef enum {
    API_LANE_LOOP,  // none: in the network loop; must not wait for anything
    API_LANE_READ,  // reads the catalogue
    API_LANE_WRITE, // writes it
    API_LANE_LOGIN, // hashes passwords
    API_LANE_FRAME, // decodes pictures
    API_LANE_MARK,  // decodes a picture and writes it into the catalogue
    API_LANE_LONG, // what may last: a look at a camera or at all footage, linking a place anew, all of the audit log
    API_LANE_MEET, // waits for the recorder to answer an offer
    API_LANES,
} ApiLaneId;

/* Parse → one call of index/ → reply. Returns false with @error set, which becomes the reply. */
typedef bool (*ApiHandler)(ApiRequest *request, GError **error);

/* What the audit log is told of it (audit/audit.h): the one or the other, and a test asks. */
typedef struct ApiRouteAudit {
    const char *what;    // "find"
    const char *because; // of one that leaves no row: why
} ApiRouteAudit;

typedef struct ApiRoute {
    const char *method;  // "GET" (answers HEAD too), "POST"
    const char *pattern; // "/api/v1/tickets/{day}/{number}"; "/*" = whatever is not below /api
    IdxPermit permit;    // who may: roles and scopes of tokens, see index/account/role.h
    ApiLaneId lane;
    size_t body_max;                  // bytes; 0: no body; of one that streams, held at a time
    const char *types[API_TYPES_MAX]; // of the body, NULL-ended
    ApiHandler handle;
    ApiRouteAudit audit;
    bool streams; // a body of any length, which the handler gets piece by piece: see request.h
    ApiRate rate; // how often one caller may, see limit.h
    bool whole;   // tells of all places: not for accounts that are limited to some
    bool given;   // also for who has to change her password first

    /* The names in the address behind '?', parted by blanks, as api/openapi.yaml has them (a test asks). Others are
     * refused: who mistypes a filter is not to take everything for what she asked for. NULL: none. */
    const char *query;

    /* Of an address that takes the token of a link and no account: looks that up before the body, the lane and all else
     * that others want too, and says who calls. In the network loop: reads only. NULL: none. */
    bool (*admit)(ApiRequest *request, GError **error);

    /* Answers in the network loop what was decided a moment ago, with a row of the audit log that counts it; or
     * returns false, having left no trace, and @handle does. See known.h. */
    bool (*again)(ApiRequest *request);
} ApiRoute;

/* For a page, whose address people may lengthen. */
#define API_QUERY_ANY "*"

/* All routes; ends with a NULL method. */
extern const ApiRoute API_ROUTES[];
size_t api_routes_count(void);

/* True if @target fits @pattern. @values receives what stands for each {name}, in order: pointers
 * into
 * @target. */
bool api_route_match(const char *pattern, const ApiTarget *target,
                     const char *values[API_VALUES_MAX]);

/* The route of @table for @method and @target. NULL if there is none; then *ret_allow is what the
 * address does answer ("GET, HEAD, OPTIONS"; caller frees), or NULL if there is no such address. */
const ApiRoute *api_route_find(const ApiRoute *table, const char *method, const ApiTarget *target,
                               const char *values[API_VALUES_MAX], char **ret_allow);

/* The first name in the query of @target that @route does not know, or NULL. Valid as long as @target. */
const char *api_route_unknown(const ApiRoute *route, const ApiTarget *target);

/* The table as JSON, for `mingjing-api --routes`. Caller frees. */
char *api_routes_json(const ApiRoute *table);
