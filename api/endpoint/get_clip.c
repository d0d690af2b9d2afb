// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/clips.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"

bool api_get_clip(ApiRequest *request, GError **error)
{
    g_autofree char *owner = api_clips_owner(request);
    g_autoptr(json_t) told =
        api_clips_json(request->context->clips, owner, request->values[0], error);
    if (!told)
        return false;
    api_reply_json(request, MHD_HTTP_OK, told);
    return true;
}
