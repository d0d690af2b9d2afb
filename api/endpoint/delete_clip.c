// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/clips.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"

bool api_delete_clip(ApiRequest *request, GError **error)
{
    g_autofree char *owner = api_clips_owner(request);
    if (!api_clips_remove(request->context->clips, owner, request->values[0], error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
