// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/look.h"
#include "api/reply.h"
#include "api/still.h"

bool api_get_frame(ApiRequest *request, GError **error)
{
    int64_t stream_id = 0, at_us = 0, width = 0;
    const char *stream = NULL;
    if (!api_footage_stream(request, &stream_id, &stream, error) ||
        !api_request_time(request, "at", &at_us, error) ||
        !api_request_int(request, "width", API_PICTURE_MIN_WIDTH, API_PICTURE_MAX_WIDTH, 0, &width,
                         error))
        return false;
    if (!api_look(request, request->values[0], at_us, at_us, error))
        return false;
    ApiPicture picture = {0};
    if (!api_still_read(request->cat, stream_id, at_us, request->now_us, (int)width, &picture,
                        error))
        return false;
    g_autoptr(GBytes) jpeg = picture.jpeg;
    g_autofree char *time = mj_time_format(picture.time_us, idx_catalogue_timezone(request->cat));
    api_reply_bytes(request, MHD_HTTP_OK, jpeg, "image/jpeg", API_CACHE_NONE, NULL);
    api_reply_header(request, "Mingjing-Frame-Time", time);
    return true;
}
