// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/mark.h"

bool api_get_still(ApiRequest *request, GError **error)
{
    guint64 id = 0;
    int64_t at_us = 0;
    g_autofree char *camera = NULL;
    api_audit_object(request, "mark", request->values[0], 0);
    if (!g_ascii_string_to_unsigned(request->values[0], 10, 1, INT64_MAX, &id, NULL))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no mark %.64s", request->values[0]);
    g_autoptr(GBytes) jpeg = idx_mark_still(request->cat, (int64_t)id, &camera, &at_us, error);
    if (jpeg == NULL)
        return false;
    api_audit_span(request, camera, at_us, at_us);
    api_reply_bytes(request, MHD_HTTP_OK, jpeg, "image/jpeg", API_CACHE_NONE, NULL);
    return true;
}
