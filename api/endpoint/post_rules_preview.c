// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"
#include "api/rule_form.h"

bool api_post_rules_preview(ApiRequest *request, GError **error)
{
    IdxRuleChange rule;
    g_autoptr(json_t) body =
        api_json_body(request, "a JSON object with kind, purpose, min_days and max_days", error);
    g_autoptr(json_t) answer = api_rule_form(request, body, &rule, error)
                                   ? idx_retention_preview(request->cat, &rule, error)
                                   : NULL;
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
