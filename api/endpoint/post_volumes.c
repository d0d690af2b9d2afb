// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "index/segment/volume.h"

#define PATH_LETTERS 1000

/* What is not there stays; null lifts it. */
static bool read_limit(const json_t *body, const char *name, int64_t min, int64_t lifted,
                       int64_t *ret, GError **error)
{
    int64_t none = json_object_get(body, name) != NULL ? lifted : IDX_VOLUME_STAYS;
    return api_json_int(body, name, min, INT64_MAX, none, ret, error);
}

bool api_post_volumes(ApiRequest *request, GError **error)
{
    int64_t reserve = 0, max = 0;
    g_autoptr(json_t) body = api_json_body(request, "a JSON object with path", error);
    const char *path = body != NULL ? api_json_text(body, "path", PATH_LETTERS, error) : NULL;
    api_audit_object(request, "volume", path, 0);
    return path != NULL && read_limit(body, "reserve_bytes", 0, -1, &reserve, error) &&
           read_limit(body, "max_bytes", 1, 0, &max, error) &&
           idx_volume_add(request->cat, path, reserve, max, request->now_us, error) &&
           api_get_volumes(request, error);
}
