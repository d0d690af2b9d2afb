// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/auth.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/alarm/alarm.h"
#include "index/base/error.h"

/* Nobody takes what she may not see. */
static bool may_take(const ApiRequest *request, int64_t id, GError **error)
{
    g_autoptr(IdxAlarm) alarm = idx_alarm_get(request->cat, id, error);
    return alarm != NULL &&
           (!idx_alarm_is_of_case(alarm->kind) || api_auth_may(request, IDX_MAY_FIND) ||
            mj_error_set(error, MJ_ERROR_DENIED,
                         "alarm %" G_GINT64_FORMAT " is of a case: who may search takes it", id));
}

bool api_post_acknowledge(ApiRequest *request, GError **error)
{
    guint64 id = 0;
    api_audit_object(request, "alarm", request->values[0], 0);
    if (!g_ascii_string_to_unsigned(request->values[0], 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no alarm %.64s", request->values[0]);
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object, with note if there is one", error);
    const json_t *note = json_object_get(body, "note");
    if (body == NULL)
        return false;
    if (note != NULL && !json_is_string(note) && !json_is_null(note))
        return mj_error_set(error, MJ_ERROR_INVALID, "note: a string");
    if (!may_take(request, (int64_t)id, error) ||
        !idx_alarm_acknowledge(request->cat, (int64_t)id, request->identity.name,
                               json_string_value(note), request->now_us, error))
        return false;
    g_autoptr(IdxAlarm) alarm = idx_alarm_get(request->cat, (int64_t)id, error);
    g_autoptr(json_t) answer = alarm != NULL ? idx_alarm_json(request->cat, alarm, error) : NULL;
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
