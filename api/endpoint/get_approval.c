// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/found.h"

bool api_get_approval(ApiRequest *request, GError **error)
{
    return api_found_dossier(request, (IdxName){.kind = "approval", .key = request->values[0]},
                             error);
}
