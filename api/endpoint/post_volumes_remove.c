// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/segment/volume.h"

#define PATH_LETTERS 1000

bool api_post_volumes_remove(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with path", error);
    const char *path = body != NULL ? api_json_text(body, "path", PATH_LETTERS, error) : NULL;
    api_audit_object(request, "volume", path, 0);
    return path != NULL && idx_volume_remove(request->cat, path, request->now_us, error) &&
           api_get_volumes(request, error);
}
