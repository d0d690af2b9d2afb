// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/user.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_CHARACTERS 64
#define PASSWORD_MAX_CHARACTERS 256

/* A string field of the body, not longer than @max characters. Valid as long as @body. */
static const char *read_field(const json_t *body, const char *name, glong max, GError **error)
{
    const json_t *field = json_object_get(body, name);
    const char *text = json_string_value(field);
    if (text == NULL || *text == '\0' || g_utf8_strlen(text, -1) > max) {
        mj_error_set(error, MJ_ERROR_INVALID, "%s: a string of 1 to %ld characters", name, max);
        return NULL;
    }
    return text;
}

static void reply_throttled(ApiRequest *request, int64_t wait_us, const GError *error)
{
    int64_t seconds = (wait_us + MJ_SECOND_US - 1) / MJ_SECOND_US;
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, seconds);
    api_reply_problem(request, MHD_HTTP_TOO_MANY_REQUESTS, "too-many", "%s", error->message);
    api_reply_header(request, MHD_HTTP_HEADER_RETRY_AFTER, text);
}

static bool reply_me(ApiRequest *request, const char *cookie, GError **error)
{
    g_autoptr(IdxUser) user = idx_login_user(request->cat, cookie, request->now_us, error);
    if (user == NULL)
        return false;
    g_autoptr(json_t) me = api_json_me(request->cat, user->name, user->role, request->now_us);
    g_autofree char *set = g_strdup_printf("mingjing=%s; Path=/; HttpOnly; SameSite=Strict%s",
                                           cookie, request->context->secure ? "; Secure" : "");
    api_reply_json(request, MHD_HTTP_OK, me);
    api_reply_header(request, MHD_HTTP_HEADER_SET_COOKIE, set);
    return true;
}

bool api_post_login(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with name and password", error);
    const char *name = body != NULL ? read_field(body, "name", NAME_MAX_CHARACTERS, error) : NULL;
    const char *password =
        name != NULL ? read_field(body, "password", PASSWORD_MAX_CHARACTERS, error) : NULL;
    if (password == NULL)
        return false;
    int64_t wait_us = 0;
    g_autoptr(GError) local = NULL;
    g_autofree char *cookie =
        idx_login(request->cat, name, password, request->now_us, &wait_us, &local);
    if (cookie != NULL)
        return reply_me(request, cookie, error);
    if (wait_us > 0) {
        reply_throttled(request, wait_us, local);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
