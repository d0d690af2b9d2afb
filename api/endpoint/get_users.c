// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/list.h"
#include "index/account/role.h"
#include "index/account/user.h"

static json_t *roles_json(void)
{
    json_t *roles = json_array();
    for (const char *const *role = idx_roles(); *role != NULL; role++)
        json_array_append_new(roles, json_pack("{s:s, s:b}", "role", *role, "limitable",
                                               (int)idx_role_may(*role, IDX_MAY_FIND)));
    return roles;
}

bool api_get_users(ApiRequest *request, GError **error)
{
    g_autoptr(GPtrArray) users = idx_user_list(request->cat, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; users != NULL && i < users->len; i++) {
        json_t *user = api_json_user(request->cat, users->pdata[i], error);
        if (user == NULL)
            return false;
        json_array_append_new(list, user);
    }
    if (users == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:O, s:o}", "users", list, "roles", roles_json());
    return api_reply_list(request, answer, "users", NULL, "name", error);
}
