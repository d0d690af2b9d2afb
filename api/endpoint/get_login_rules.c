// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/account/login.h"
#include "index/base/clock.h"

bool api_get_login_rules(ApiRequest *request, GError **error)
{
    g_autoptr(GArray) rules = idx_login_rules(request->cat, error);
    if (rules == NULL)
        return false;
    g_autoptr(json_t) answer = json_pack("{s:[]}", "rules");
    for (guint i = 0; i < rules->len; i++) {
        const IdxLoginRule *rule = &g_array_index(rules, IdxLoginRule, i);
        json_array_append_new(json_object_get(answer, "rules"),
                              json_pack("{s:s, s:I, s:I}", "role", rule->role, "idle_minutes",
                                        (json_int_t)(rule->idle_us / MJ_MINUTE_US),
                                        "longest_minutes",
                                        (json_int_t)(rule->longest_us / MJ_MINUTE_US)));
    }
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
