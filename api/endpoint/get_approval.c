// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/dossier.h"

bool api_get_approval(ApiRequest *request, GError **error)
{
    api_audit_object(request, "approval", request->values[0], 0);
    g_autoptr(json_t) dossier =
        idx_dossier_approval(request->cat, request->values[0], request->now_us, error);
    if (dossier == NULL)
        return false;
    api_audit_subject(request, dossier);
    api_reply_json(request, MHD_HTTP_OK, dossier);
    return true;
}
