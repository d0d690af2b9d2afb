// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/reply.h"
#include "index/event/source.h"

bool api_get_sources(ApiRequest *request, GError **error)
{
    g_autoptr(json_t) answer = idx_sources_json(request->cat, request->now_us, error);
    if (answer == NULL)
        return false;
    api_reply_json(request, MHD_HTTP_OK, answer);
    return true;
}
