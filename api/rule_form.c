// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/rule_form.h"

#include "api/audit.h"
#include "api/json.h"

bool api_rule_form(ApiRequest *request, const json_t *body, IdxRuleChange *ret, GError **error)
{
    if (body == NULL)
        return false;
    *ret = (IdxRuleChange){.kind = api_json_text(body, "kind", 16, error)};
    ret->purpose = ret->kind != NULL ? api_json_text(body, "purpose", 16, error) : NULL;
    if (ret->purpose == NULL)
        return false;
    g_autofree char *rule = g_strdup_printf("%s/%s", ret->kind, ret->purpose);
    api_audit_object(request, "rule", rule, 0);
    return api_json_flag(body, "remove", false, &ret->remove, error) &&
           api_json_int(body, "min_days", 1, IDX_RETENTION_DAYS_MAX, 0, &ret->min_days, error) &&
           api_json_int(body, "max_days", 1, IDX_RETENTION_DAYS_MAX, 0, &ret->max_days, error);
}
