// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/look.h"
#include "api/reply.h"
#include "index/mark/mark.h"

bool api_get_still(ApiRequest *request, GError **error)
{
    int64_t id = 0, at_us = 0;
    g_autofree char *camera = NULL;
    api_audit_object(request, "mark", request->values[0], 0);
    if (!idx_mark_find(request->cat, request->values[0], &id, error))
        return false;
    g_autoptr(GBytes) jpeg = idx_mark_still(request->cat, id, &camera, &at_us, error);
    if (jpeg == NULL || !api_look(request, camera, at_us, at_us, error))
        return false;
    api_reply_bytes(request, MHD_HTTP_OK, jpeg, "image/jpeg", API_CACHE_NONE, NULL);
    return true;
}
