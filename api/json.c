// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json.h"

#include "api/reply.h"
#include "index/account/role.h"
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/hall.h"
#include "index/listing.h"

#include <string.h>

json_t *api_json_body(const ApiRequest *request, const char *words, GError **error)
{
    const GByteArray *body = request->body;
    json_error_t why = {0};
    json_t *json =
        body != NULL ? json_loadb((const char *)body->data, body->len, JSON_REJECT_DUPLICATES, &why)
                     : NULL;
    if (json_is_object(json))
        return json;
    char *near = strstr(why.text, " near "); // what follows is of the body: it may be a password
    if (near != NULL)
        *near = '\0';
    if (json == NULL && body != NULL)
        mj_error_set(error, MJ_ERROR_INVALID,
                     "the body should be %s, but is no JSON: line %d, column %d: %s", words,
                     why.line, why.column, why.text);
    else
        mj_error_set(error, MJ_ERROR_INVALID, "the body should be %s", words);
    json_decref(json);
    return NULL;
}

const char *api_json_text(const json_t *body, const char *name, glong max, GError **error)
{
    const char *text = json_string_value(json_object_get(body, name));
    if (text == NULL || *text == '\0' || g_utf8_strlen(text, -1) > max) {
        mj_error_set(error, MJ_ERROR_INVALID, "%s: a string of 1 to %ld characters", name, max);
        return NULL;
    }
    return text;
}

static const json_t *given(const json_t *body, const char *name)
{
    const json_t *field = json_object_get(body, name);
    return json_is_null(field) ? NULL : field;
}

bool api_json_maybe(const json_t *body, const char *name, glong max, const char **ret,
                    GError **error)
{
    bool is_given = given(body, name) != NULL;
    *ret = is_given ? api_json_text(body, name, max, error) : NULL;
    return !is_given || *ret != NULL;
}

bool api_json_only(const json_t *object, const char *where, const char *const names[],
                   GError **error)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (g_strv_contains(names, name))
            continue;
        g_autofree char *known = g_strjoinv(", ", (char **)(uintptr_t)names);
        return mj_error_set(error, MJ_ERROR_INVALID, "%s%.64s: no such member; there are %s", where,
                            name, known);
    }
    return true;
}

bool api_json_int(const json_t *body, const char *name, int64_t min, int64_t max, int64_t fallback,
                  int64_t *ret, GError **error)
{
    const json_t *field = given(body, name);
    *ret = field != NULL ? json_integer_value(field) : fallback;
    return field == NULL || (json_is_integer(field) && *ret >= min && *ret <= max) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%s: a whole number of %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name,
                        min, max);
}

bool api_json_time(const ApiRequest *request, const json_t *body, const char *name,
                   int64_t fallback_us, int64_t *ret_us, GError **error)
{
    const char *text = NULL;
    *ret_us = fallback_us;
    if (!api_json_maybe(body, name, 64, &text, error))
        return false;
    if (text == NULL ||
        mj_time_parse(text, idx_catalogue_timezone(request->cat), request->now_us, ret_us, error))
        return true;
    g_prefix_error(error, "%s: ", name);
    return false;
}

bool api_json_flag(const json_t *body, const char *name, bool fallback, bool *ret, GError **error)
{
    const json_t *field = json_object_get(body, name);
    *ret = field != NULL ? json_is_true(field) : fallback;
    return field == NULL || json_is_boolean(field) ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s: true or false", name);
}

bool api_json_texts(const json_t *body, const char *name, GPtrArray *ret, bool *ret_given,
                    GError **error)
{
    size_t i = 0;
    const json_t *field = json_object_get(body, name), *item = NULL;
    *ret_given = field != NULL && !json_is_null(field);
    if (*ret_given && !json_is_array(field))
        return mj_error_set(error, MJ_ERROR_INVALID, "%s: a list of strings", name);
    json_array_foreach(field, i, item)
    {
        if (!json_is_string(item))
            return mj_error_set(error, MJ_ERROR_INVALID, "%s: a list of strings", name);
        g_ptr_array_add(ret, (gpointer)(uintptr_t)json_string_value(item));
    }
    g_ptr_array_add(ret, NULL);
    return true;
}

bool api_json_login(const json_t *body, IdxLoginTry *try, GError **error)
{
    try->name = api_json_text(body, "name", 64, error);
    try->password = try->name != NULL ? api_json_text(body, "password", 256, error) : NULL;
    if (try->password == NULL || json_object_get(body, "code") == NULL)
        return try->password != NULL;
    try->code = api_json_text(body, "code", 32, error);
    return try->code != NULL;
}

static json_t *places_json(IdxCatalogue *cat, const IdxUser *user, GError **error)
{
    if (!user->limited)
        return json_null();
    g_autoptr(GPtrArray) places = idx_scope_of(cat, user->name, error);
    json_t *list = places != NULL ? json_array() : NULL;
    for (guint i = 0; list != NULL && i < places->len; i++)
        json_array_append_new(list, json_string(places->pdata[i]));
    return list;
}

static json_t *permissions_json(const char *role)
{
    json_t *list = json_array();
    for (int permit = IDX_MAY_SELF; permit < IDX_PERMITS; permit++)
        if (idx_role_may(role, (IdxPermit)permit))
            json_array_append_new(list, json_string(idx_permit_name((IdxPermit)permit)));
    return list;
}

static const char *reason_rule(const char *role)
{
    static const char *const RULES[] = {
        [IDX_REASON_NEVER] = "never", [IDX_REASON_OLDER] = "older", [IDX_REASON_ALWAYS] = "always"};
    return RULES[idx_role_reason(role)];
}

json_t *api_json_me(IdxCatalogue *cat, const char *name, int64_t now_us, GError **error)
{
    g_autoptr(IdxUser) user = idx_user_get(cat, name, error);
    json_t *places = user != NULL ? places_json(cat, user, error) : NULL;
    if (places == NULL)
        return NULL;
    return json_pack("{s:s, s:s, s:o, s:s, s:b, s:b, s:o, s:{s:s, s:s, s:s}, s:o}", "name",
                     user->name, "role", user->role, "permissions", permissions_json(user->role),
                     "reason", reason_rule(user->role), "must_change", (int)user->must_change,
                     "second", (int)user->second, "places", places, "hall", "code",
                     idx_catalogue_hall_code(cat), "name", idx_catalogue_hall_name(cat), "timezone",
                     idx_catalogue_timezone_name(cat), "time",
                     mj_json_time(now_us, idx_catalogue_timezone(cat)));
}

json_t *api_json_user(IdxCatalogue *cat, const IdxUser *user, GError **error)
{
    json_t *places = places_json(cat, user, error);
    if (places == NULL)
        return NULL;
    return json_pack("{s:s, s:s, s:b, s:b, s:b, s:o, s:o, s:o}", "name", user->name, "role",
                     user->role, "disabled", (int)user->disabled, "must_change",
                     (int)user->must_change, "second", (int)user->second, "places", places,
                     "created", idx_listing_time(cat, user->created_us), "seen",
                     idx_listing_time(cat, user->seen_us));
}

json_t *api_json_reason(IdxCatalogue *cat, const IdxReason *reason)
{
    g_autofree char *day = reason->day != 0 ? mj_day_format(reason->day) : NULL;
    return json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:o}", "id", (json_int_t)reason->id, "kind",
                     reason->kind, "key", reason->object, "day", mj_json_string(day), "reason",
                     reason->reason, "case", reason->case_no, "given",
                     idx_listing_time(cat, reason->given_us));
}

bool api_json_reply_user(ApiRequest *request, const char *name, int status, GError **error)
{
    g_autoptr(IdxUser) user = idx_user_get(request->cat, name, error);
    g_autoptr(json_t) answer = user != NULL ? api_json_user(request->cat, user, error) : NULL;
    if (answer == NULL)
        return false;
    api_reply_json(request, status, answer);
    return true;
}

bool api_json_reply_place(ApiRequest *request, const char *hall, const char *code, int status,
                          GError **error)
{
    size_t i = 0;
    const json_t *place = NULL;
    g_autoptr(GPtrArray) halls = idx_hall_list(request->cat, error);
    g_autoptr(json_t) all = halls != NULL ? idx_listing_places(request->cat, error) : NULL;
    if (all != NULL && hall == NULL)
        hall = ((const IdxHall *)halls->pdata[0])->code;
    json_array_foreach(json_object_get(all, "places"), i, place)
    {
        if (!g_str_equal(json_string_value(json_object_get(place, "code")), code) ||
            !g_str_equal(json_string_value(json_object_get(place, "hall")), hall))
            continue;
        api_reply_json(request, status, place);
        return true;
    }
    return all != NULL && mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.80s", code);
}
