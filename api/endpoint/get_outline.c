// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/segment/outline.h"

#define COARSEST_MS (24 * 60 * 60 * 1000)

bool api_get_outline(ApiRequest *request, GError **error)
{
    int64_t from_us = 0, to_us = 0, resolution_ms = 0, stream_id = 0;
    const char *stream = NULL;
    if (!api_footage_stream(request, &stream_id, &stream, error) ||
        !api_request_time(request, "from", &from_us, error) ||
        !api_request_time(request, "to", &to_us, error) ||
        !api_request_int(request, "resolution_ms", 1, COARSEST_MS, 0, &resolution_ms, error))
        return false;
    if (from_us < to_us &&
        !idx_scope_seen(request->cat, request->values[0], &from_us, &to_us, error))
        return false;
    g_autoptr(IdxOutline) outline = idx_outline_get(request->cat, stream_id, from_us, to_us,
                                                    resolution_ms * 1000, request->now_us, error);
    if (outline == NULL)
        return false;
    api_reply_text(request, MHD_HTTP_OK,
                   idx_outline_text(request->cat, request->values[0], stream, outline));
    return true;
}
