// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/account/user.h"
#include "index/base/error.h"

static bool set_role(ApiRequest *request, const json_t *body, const char *name, GError **error)
{
    if (json_object_get(body, "role") == NULL)
        return true;
    const char *role = api_json_text(body, "role", 16, error);
    return role != NULL && idx_user_set_role(request->cat, name, role, error);
}

/* null: everything. */
static bool set_places(ApiRequest *request, const json_t *body, const char *name, GError **error)
{
    bool given = false;
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    return json_object_get(body, "places") == NULL ||
           (api_json_texts(body, "places", places, &given, error) &&
            idx_scope_put(request->cat, name, (const char *const *)places->pdata, error));
}

static bool set_disabled(ApiRequest *request, const json_t *body, const char *name, GError **error)
{
    bool disabled = false;
    return json_object_get(body, "disabled") == NULL ||
           (api_json_flag(body, "disabled", false, &disabled, error) &&
            idx_user_set_disabled(request->cat, name, disabled, request->now_us, error));
}

bool api_post_user(ApiRequest *request, GError **error)
{
    const char *name = request->values[0];
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with role, places or disabled", error);
    api_audit_object(request, "user", name, 0);
    if (body == NULL)
        return false;
    if (g_ascii_strcasecmp(name, request->identity.name) == 0)
        return mj_error_set(error, MJ_ERROR_DENIED,
                            "another security administrator changes your account");
    if (!idx_begin(request->cat, error))
        return false;
    if (!set_role(request, body, name, error) || !set_places(request, body, name, error) ||
        !set_disabled(request, body, name, error)) {
        idx_rollback(request->cat);
        return false;
    }
    return idx_commit(request->cat, error) &&
           api_json_reply_user(request, name, MHD_HTTP_OK, error);
}
