// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/account/user.h"

static bool add(ApiRequest *request, const json_t *body, const char *name, const char *password,
                GError **error)
{
    bool limited = false;
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    const char *role = api_json_text(body, "role", 16, error);
    return role != NULL && api_json_texts(body, "places", places, &limited, error) &&
           idx_user_add_given(request->cat, name, role, password, request->now_us, error) &&
           (!limited ||
            idx_scope_put(request->cat, name, (const char *const *)places->pdata, error));
}

bool api_post_users(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with name and role", error);
    const char *name = body != NULL ? api_json_text(body, "name", 64, error) : NULL;
    g_autofree char *password = name != NULL ? idx_password_random(error) : NULL;
    if (password == NULL || !idx_begin(request->cat, error))
        return false;
    api_audit_object(request, "user", name, 0);
    if (!add(request, body, name, password, error)) {
        idx_rollback(request->cat);
        return false;
    }
    if (!idx_commit(request->cat, error))
        return false;
    g_autoptr(IdxUser) user = idx_user_get(request->cat, name, error);
    json_t *described = user != NULL ? api_json_user(request->cat, user, error) : NULL;
    if (described == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:o, s:s}", "user", described, "password", password);
    api_reply_json(request, MHD_HTTP_CREATED, answer);
    return true;
}
