// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/find/dossier.h"
#include "index/segment/timeline.h"

bool api_get_timeline(ApiRequest *request, GError **error)
{
    int64_t from_us = 0, to_us = 0, stream_id = 0;
    const char *stream = NULL;
    if (!api_footage_stream(request, &stream_id, &stream, error) ||
        !api_request_time(request, "from", &from_us, error) ||
        !api_request_time(request, "to", &to_us, error))
        return false;
    if (!idx_scope_check_camera(request->cat, request->values[0], from_us, to_us, error))
        return false;
    g_autoptr(IdxTimeline) timeline =
        idx_timeline_get(request->cat, stream_id, from_us, to_us, request->now_us, error);
    if (timeline == NULL)
        return false;
    api_reply_text(request, MHD_HTTP_OK,
                   idx_timeline_text(request->cat, request->values[0], stream, timeline));
    return true;
}
