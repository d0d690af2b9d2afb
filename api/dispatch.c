// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/dispatch.h"

#include "api/audit.h"
#include "api/auth.h"
#include "api/reply.h"
#include "index/audit.h"
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
    if (request->route->permit == API_PERMIT_EVENTS &&
        !api_auth_check(request->context->auth, request, &error)) {
        api_reply_error(request, error);
        api_audit_refused(request);
        return;
    }
    check_body(request, content_length);
}

void api_dispatch_run(ApiRequest *request, IdxCatalogue *cat)
{
    g_autoptr(GError) error = NULL;
    request->cat = cat;
    int64_t written = cat != NULL ? idx_audit_written(cat) : 0;
    bool ok = api_auth_check(request->context->auth, request, &error);
    if (ok && cat != NULL)
        api_audit_begin(request);
    if (!ok || !request->route->handle(request, &error))
        api_reply_error(request, error);
    if (request->reply != NULL)
        api_audit_end(request, written);
    request->cat = NULL;
    // a handler that succeeds has replied, or waits for the rest
    g_assert(request->reply != NULL || (request->route->streams && !request->body_ends));
}

void api_dispatch_untold(ApiRequest *request)
{
    api_reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                      "the audit log cannot be written now, and nothing is shown without it");
}

void api_dispatch_busy(ApiRequest *request)
{
    api_reply_problem(request, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
                      "too much to do at once; try again in a moment");
}
