// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/login.h"
#include "index/base/clock.h"
#include "index/base/error.h"

#define MINUTES_MAX (7 * 24 * 60)

static bool read_minutes(const json_t *body, const char *name, int64_t *ret_us, GError **error)
{
    const json_t *field = json_object_get(body, name);
    json_int_t minutes = json_integer_value(field);
    if (!json_is_integer(field) || minutes < 1 || minutes > MINUTES_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "%s: 1 to %d", name, MINUTES_MAX);
    *ret_us = minutes * MJ_MINUTE_US;
    return true;
}

bool api_post_login_rule(ApiRequest *request, GError **error)
{
    IdxLoginRule rule = {0};
    g_strlcpy(rule.role, request->values[0], sizeof rule.role);
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with idle_minutes and longest_minutes", error);
    api_audit_object(request, "role", request->values[0], 0);
    if (body == NULL || !read_minutes(body, "idle_minutes", &rule.idle_us, error) ||
        !read_minutes(body, "longest_minutes", &rule.longest_us, error) ||
        !idx_login_rule_set(request->cat, &rule, error))
        return false;
    return api_get_login_rules(request, error);
}
