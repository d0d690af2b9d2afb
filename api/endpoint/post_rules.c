// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "api/rule_form.h"

static bool change(IdxCatalogue *cat, const IdxRuleChange *rule, GError **error)
{
    return rule->remove ? idx_rule_remove(cat, rule->kind, rule->purpose, error)
                        : idx_rule_set(cat, rule->kind, rule->purpose, rule->min_days,
                                       rule->max_days, error);
}

bool api_post_rules(ApiRequest *request, GError **error)
{
    IdxRuleChange rule;
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with kind, purpose, min_days and max_days", error);
    return api_rule_form(request, body, &rule, error) && change(request->cat, &rule, error) &&
           api_get_rules(request, error);
}
