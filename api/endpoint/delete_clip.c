// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/clips.h"
#include "api/endpoint/endpoint.h"
#include "api/reply.h"

bool api_delete_clip(ApiRequest *request, GError **error)
{
    if (!api_clips_remove(request->context->clips, request->identity.name, request->values[0],
                          error))
        return false;
    api_reply_empty(request, MHD_HTTP_NO_CONTENT);
    return true;
}
