// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/token.h"
#include "index/base/clock.h"
#include "index/base/error.h"

/* A moment, or nothing: for good. */
static bool read_expiry(const ApiRequest *request, const json_t *body, int64_t *ret_us,
                        GError **error)
{
    const json_t *field = json_object_get(body, "expires");
    *ret_us = 0;
    if (field == NULL || json_is_null(field))
        return true;
    return (json_is_string(field) &&
            mj_time_parse(json_string_value(field), idx_catalogue_timezone(request->cat),
                          request->now_us, ret_us, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "expires: a time as 2027-01-31T00:00:00+08:00");
}

bool api_post_tokens(ApiRequest *request, GError **error)
{
    int64_t expires_us = 0;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with name and scope", error);
    const char *name = body != NULL ? api_json_text(body, "name", 64, error) : NULL;
    const char *scope = name != NULL ? api_json_text(body, "scope", 16, error) : NULL;
    if (scope == NULL || !read_expiry(request, body, &expires_us, error))
        return false;
    api_audit_object(request, "token", name, 0);
    g_autofree char *token =
        idx_token_add_until(request->cat, name, scope, expires_us, request->now_us, error);
    if (token == NULL)
        return false;
    g_autoptr(json_t) answer =
        json_pack("{s:s, s:s, s:s}", "name", name, "scope", scope, "token", token);
    api_reply_json(request, MHD_HTTP_CREATED, answer);
    return true;
}
