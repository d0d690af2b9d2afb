// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/found.h"
#include "api/reply.h"
#include "index/base/error.h"
#include "index/find/dossier.h"

bool api_get_place_footage(ApiRequest *request, GError **error)
{
    int64_t from_us = 0, to_us = 0;
    GError *local = NULL;
    const char *place = request->values[0], *hall = api_request_query(request, "hall");
    if (!api_request_time(request, "from", &from_us, error) ||
        !api_request_time(request, "to", &to_us, error))
        return false;
    api_audit_place(request, place, hall);
    api_audit_span(request, NULL, from_us, to_us);
    char *found =
        idx_dossier_place_text(request->cat, place, hall, from_us, to_us, request->now_us, &local);
    if (mj_error_is(local, MJ_ERROR_AMBIGUOUS)) {
        g_autoptr(GError) why = local;
        return api_found_several(request, why, idx_dossier_places(request->cat, place, hall, NULL));
    }
    if (found == NULL) {
        g_propagate_error(error, local);
        return false;
    }
    api_reply_text(request, MHD_HTTP_OK, found);
    return true;
}
