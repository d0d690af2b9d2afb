// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/dispatch.h"

#include "api/audit.h"
#include "api/auth.h"
#include "api/known.h"
#include "api/reply.h"
#include "api/turn.h"
#include "index/account/scope.h"
#include "index/audit/audit.h"
#include "index/base/error.h"

static void find_route(ApiRequest *request)
{
    g_autofree char *allow = NULL;
    request->route =
        api_route_find(API_ROUTES, request->method, &request->target, request->values, &allow);
    if (request->route != NULL)
        return;
    if (allow == NULL) {
        api_reply_problem(request, MHD_HTTP_NOT_FOUND, "not-found", "there is no such address");
        return;
    }
    if (g_str_equal(request->method, "OPTIONS")) {
        api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    } else {
        api_reply_problem(request, MHD_HTTP_METHOD_NOT_ALLOWED, "method", "this address answers %s",
                          allow);
    }
    api_reply_header(request, MHD_HTTP_HEADER_ALLOW, allow);
}

static bool takes_type(const ApiRoute *route, const char *content_type)
{
    for (size_t i = 0; i < API_TYPES_MAX && route->types[i] != NULL; i++)
        if (api_media_type_is(content_type, route->types[i]))
            return true;
    return false;
}

static void check_body(ApiRequest *request, int64_t content_length)
{
    const ApiRoute *route = request->route;
    if (route->types[0] != NULL && !takes_type(route, request->headers.content_type)) {
        g_autofree char *types = g_strjoinv(", ", (char **)(uintptr_t)route->types);
        api_reply_problem(request, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported",
                          "Content-Type must be %s%s", route->types[1] != NULL ? "one of " : "",
                          types);
    } else if (!route->streams && (content_length > (int64_t)route->body_max ||
                                   (content_length < 0 && route->body_max == 0))) {
        api_reply_problem(request, MHD_HTTP_CONTENT_TOO_LARGE, "too-large",
                          "the body may have up to %zu bytes here", route->body_max);
    }
}

static bool changes_something(const ApiRequest *request)
{
    return !g_str_equal(request->method, "GET") && !g_str_equal(request->method, "HEAD");
}

/* A long body counts once. */
static bool has_time(ApiRequest *request, ApiRate rate)
{
    int wait_s = 0;
    if (request->stream != NULL || api_turn_take(request, rate, &wait_s))
        return true;
    api_reply_wait(request, wait_s, "too many requests; go on more slowly");
    return false;
}

void api_dispatch_headers(ApiRequest *request, int64_t content_length)
{
    if (request->broken != NULL) {
        api_reply_problem(request, request->too_long ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_BAD_REQUEST,
                          request->too_long ? "too-large" : "invalid", "%s",
                          request->broken->message);
        return;
    }
    find_route(request);
    if (request->reply != NULL)
        return;
    g_autoptr(GError) error = NULL;
    if (changes_something(request) && !api_auth_same_origin(request, &error)) {
        api_reply_problem(request, MHD_HTTP_FORBIDDEN, "denied", "%s", error->message);
        api_audit_refused(request);
        return;
    }
    // tokens are looked up before a large body is let in; that never waits
    if (request->route->permit == IDX_MAY_EVENTS &&
        !api_auth_check(request->context->auth, request, &error)) {
        api_reply_error(request, error);
        api_audit_refused(request);
        return;
    }
    if (request->route->admit != NULL && !request->route->admit(request, &error)) {
        if (has_time(request, API_RATE_USUAL))
            api_reply_error(request, error);
        api_audit_refused(request);
        return;
    }
    check_body(request, content_length);
}

/* On behalf of whoever calls. */
static bool begin(ApiRequest *request, GError **error)
{
    if (request->cat == NULL)
        return true;
    api_audit_begin(request);
    return !request->identity.limited ||
           idx_scope_set(request->cat, request->identity.user_id, error);
}

static bool check_query(const ApiRequest *request, GError **error)
{
    const char *known = request->route->query;
    const char *name = api_route_unknown(request->route, &request->target);
    if (name != NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "there is no parameter '%.64s' here%s%s", name,
                            known != NULL ? ", but: " : "", known != NULL ? known : "");
    const char *twice =
        g_strcmp0(known, API_QUERY_ANY) != 0 ? api_target_twice(&request->target) : NULL;
    return twice == NULL ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "the parameter '%.64s' is said more than once: which is meant?", twice);
}

bool api_dispatch_again(ApiRequest *request)
{
    return request->route->again != NULL && check_query(request, NULL) &&
           request->route->again(request);
}

static void run(ApiRequest *request)
{
    g_autoptr(GError) error = NULL;
    api_known_begin(request);
    bool ok = api_auth_check(request->context->auth, request, &error);
    // who is refused tries no password, and must not use up what those next to her have
    if (has_time(request, ok ? request->route->rate : API_RATE_USUAL) &&
        (!ok || !check_query(request, &error) || !begin(request, &error) ||
         !request->route->handle(request, &error)))
        api_reply_error(request, error);
}

void api_dispatch_run(ApiRequest *request, IdxCatalogue *cat)
{
    request->cat = cat;
    int64_t written = cat != NULL ? idx_audit_written(cat) : 0;
    run(request);
    if (changes_something(request) && request->route->permit != IDX_MAY_EVENTS)
        api_known_forget(request->context->known);
    if (cat != NULL)
        idx_scope_clear(cat);
    if (request->reply != NULL)
        api_audit_end(request, written);
    request->cat = NULL;
    // a handler that succeeds has replied, or waits for the rest
    g_assert(request->reply != NULL || (request->route->streams && !request->body_ends));
}

void api_dispatch_busy(ApiRequest *request)
{
    api_reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                      "too much to do at once; try again in a moment");
}
