// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/meeting.h"
#include "api/reply.h"
#include "index/base/clock.h"
#include "index/base/error.h"

#define FORM "an object with session, place and legs, each an object with leg and role"

static bool read_time(const json_t *body, const char *name, int64_t *ret_us, GError **error)
{
    const json_t *value = json_object_get(body, name);
    if (value == NULL || json_is_null(value))
        return true;
    if (json_is_string(value) && mj_time_parse_rfc3339(json_string_value(value), ret_us, NULL))
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID, "%s is a moment (RFC 3339)", name);
}

static bool read_legs(const json_t *body, GPtrArray *codes, GPtrArray *roles, GError **error)
{
    const json_t *legs = json_object_get(body, "legs");
    for (size_t i = 0; i < json_array_size(legs); i++) {
        const json_t *leg = json_array_get(legs, i);
        const char *code = json_string_value(json_object_get(leg, "leg"));
        const char *role = json_string_value(json_object_get(leg, "role"));
        if (code == NULL || role == NULL)
            return mj_error_set(error, MJ_ERROR_INVALID, "the body should be " FORM);
        g_ptr_array_add(codes, (char *)(uintptr_t)code);
        g_ptr_array_add(roles, (char *)(uintptr_t)role);
    }
    g_ptr_array_add(codes, NULL);
    g_ptr_array_add(roles, NULL);
    return true;
}

static bool read_body(const json_t *body, IdxMeetRequest *ret, GError **error)
{
    ret->session = json_string_value(json_object_get(body, "session"));
    ret->place = json_string_value(json_object_get(body, "place"));
    ret->topic = json_string_value(json_object_get(body, "topic"));
    if (ret->session == NULL || ret->place == NULL)
        return mj_error_set(error, MJ_ERROR_INVALID, "the body should be " FORM);
    return read_time(body, "slot_start", &ret->slot_start_us, error) &&
           read_time(body, "slot_end", &ret->slot_end_us, error);
}

static bool reply(ApiRequest *request, const char *session, const GPtrArray *tokens, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(request->cat, session, error);
    if (meet == NULL)
        return false;
    g_autoptr(json_t) json = idx_meet_json(meet, idx_catalogue_timezone(request->cat));
    for (guint i = 0; i < tokens->len; i++)
        json_object_set_new(json_array_get(json_object_get(json, "legs"), i), "token",
                            json_string(tokens->pdata[i]));
    api_reply_json(request, MHD_HTTP_CREATED, json);
    return true;
}

bool api_post_sessions(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(request, FORM, error);
    g_autoptr(GPtrArray) codes = g_ptr_array_new();
    g_autoptr(GPtrArray) roles = g_ptr_array_new();
    IdxMeetRequest ask = {0};
    if (body == NULL || !read_body(body, &ask, error) || !read_legs(body, codes, roles, error))
        return false;
    api_audit_object(request, "session", ask.session, 0);
    ask.legs = (const char *const *)codes->pdata;
    ask.roles = (const char *const *)roles->pdata;
    g_autoptr(GPtrArray) tokens = idx_meet_add(request->cat, &ask, request->now_us, error);
    return tokens != NULL && reply(request, ask.session, tokens, error);
}
