// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/found.h"

bool api_get_session(ApiRequest *request, GError **error)
{
    return api_found_dossier(request, (IdxName){.kind = "session", .key = request->values[0]},
                             error);
}
