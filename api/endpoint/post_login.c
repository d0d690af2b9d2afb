// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/login.h"
#include "index/base/clock.h"
#include "index/base/error.h"

static bool reply_me(ApiRequest *request, const char *name, const char *cookie, GError **error)
{
    g_autoptr(json_t) me = api_json_me(request->cat, name, request->now_us, error);
    g_autofree char *set = api_cookie_set(request->context, cookie);
    if (me == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, me);
    api_reply_header(request, MHD_HTTP_HEADER_SET_COOKIE, set);
    return true;
}

bool api_post_login(ApiRequest *request, GError **error)
{
    IdxLoginTry try = {.now_us = request->now_us};
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with name and password", error);
    if (body == NULL || !api_json_login(body, &try, error))
        return false;
    g_autoptr(GError) local = NULL;
    g_autofree char *cookie = idx_login_try(request->cat, &try, &local);
    if (cookie != NULL)
        return reply_me(request, try.name, cookie, error);
    if (try.wait_us > 0) {
        api_reply_wait(request, (try.wait_us + MJ_SECOND_US - 1) / MJ_SECOND_US, local->message);
        return true;
    }
    if (try.wants_code)
        return api_problem_set(error, API_PROBLEM_SECOND, "%s", local->message);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
