// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/retention/forecast.h"

bool api_get_rules(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_retention_rules_json(request->cat, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
