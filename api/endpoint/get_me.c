// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/json.h"
#include "api/reply.h"

bool api_get_me(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) me =
        api_json_me(request->cat, request->identity.name, request->now_us, error);
    if (me == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, me);
    return true;
}
