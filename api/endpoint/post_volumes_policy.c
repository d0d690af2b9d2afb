// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/retention/retention.h"

#define PATH_LETTERS 1000

bool api_post_volumes_policy(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with path and when_full", error);
    const char *path = body != NULL ? api_json_text(body, "path", PATH_LETTERS, error) : NULL;
    const char *policy = path != NULL ? api_json_text(body, "when_full", 16, error) : NULL;
    api_audit_object(request, "volume", path, 0);
    return policy != NULL && idx_retention_set_policy(request->cat, path, policy, error) &&
           api_get_volumes(request, error);
}
