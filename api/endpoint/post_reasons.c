// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/reason.h"
#include "index/base/clock.h"
#include "index/base/error.h"

static bool read_what(const ApiRequest *request, const json_t *body, IdxName *what, GError **error)
{
    const json_t *day = json_object_get(body, "day");
    what->kind = api_json_text(body, "kind", 16, error);
    what->key = what->kind != NULL ? api_json_text(body, "key", 256, error) : NULL;
    what->hall = json_string_value(json_object_get(body, "hall"));
    what->ticket_id = json_string_value(json_object_get(body, "ticket_id"));
    what->source = json_string_value(json_object_get(body, "source"));
    if (what->key == NULL)
        return false;
    return day == NULL || json_is_null(day) ||
           (json_is_string(day) &&
            mj_day_parse(json_string_value(day), idx_catalogue_timezone(request->cat),
                         request->now_us, &what->day, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "day: as 2026-11-22");
}

bool api_post_reasons(ApiRequest *request, GError **error)
{
    IdxName what = {0};
    g_autofree char *cookie = api_request_cookie(request);
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with kind, key, reason and case", error);
    if (body == NULL || !read_what(request, body, &what, error))
        return false;
    api_audit_object(request, what.kind, what.key, what.day);
    if (cookie == NULL || request->identity.kind != API_USER)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "a program says why in Mingjing-Reason and Mingjing-Case");
    g_autoptr(IdxReason) given = idx_reason_give(
        request->cat, cookie, &what, json_string_value(json_object_get(body, "reason")),
        json_string_value(json_object_get(body, "case")), request->now_us, error);
    if (given == NULL)
        return false;
    g_autoptr(json_t) answer = api_json_reason(request->cat, given);
    api_reply_json(request, MHD_HTTP_CREATED, answer);
    return true;
}
