// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/hold/json.h"

#include <inttypes.h>

/* Evidence that was put under hold is let go by two persons: by a supervisor or whoever answers for it,
 * and never by the one who put it. */
static bool may_release(const ApiIdentity *who, const IdxHold *hold, GError **error)
{
    if (g_ascii_strcasecmp(who->name, hold->by) == 0)
        return mj_error_set(error, MJ_ERROR_DENIED,
                            "you put hold %" PRId64 " yourself: somebody else must release it",
                            hold->id);
    if (g_strcmp0(who->role, "supervisor") == 0 || g_ascii_strcasecmp(who->name, hold->owner) == 0)
        return true;
    return mj_error_set(error, MJ_ERROR_DENIED,
                        "hold %" PRId64 " is released by a supervisor or by its owner, %s",
                        hold->id, hold->owner);
}

bool api_post_release(ApiRequest *request, GError **error)
{
    guint64 id = 0;
    api_audit_object(request, "hold", request->values[0], 0);
    if (!g_ascii_string_to_unsigned(request->values[0], 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no hold %.64s", request->values[0]);
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with reason", error);
    g_autoptr(IdxHold) hold = body != NULL ? idx_hold_get(request->cat, (int64_t)id, error) : NULL;
    if (hold == NULL || !may_release(&request->identity, hold, error) ||
        !idx_hold_release(request->cat, hold->id, request->identity.name,
                          json_string_value(json_object_get(body, "reason")), request->now_us,
                          error))
        return false;
    g_autoptr(IdxHold) released = idx_hold_get(request->cat, hold->id, error);
    if (released == NULL)
        return false;
    g_autoptr(json_t) answer = idx_hold_json(request->cat, released, request->now_us);
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
