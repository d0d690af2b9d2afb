// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/dossier.h"

bool api_get_ticket(ApiRequest *request, GError **error)
{
    const char *day_text = request->values[0];
    int day = IDX_DAY_LATEST;
    if (!g_str_equal(day_text, "latest") &&
        !mj_day_parse(day_text, idx_catalogue_timezone(request->cat), request->now_us, &day, error))
        return false;
    api_audit_object(request, "ticket", request->values[1], day);
    g_autoptr(json_t) dossier =
        idx_dossier_ticket(request->cat, request->values[1], day, request->now_us, error);
    if (dossier == NULL)
        return false;
    api_audit_subject(request, dossier);
    api_reply_json(request, MHD_HTTP_OK, dossier);
    return true;
}
