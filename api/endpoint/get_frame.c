// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/endpoint/endpoint.h"
#include "api/footage.h"
#include "api/look.h"
#include "api/picture.h"
#include "api/reply.h"
#include "index/timeline.h"

#include <unistd.h>

static bool read_picture(ApiRequest *request, int64_t stream_id, int64_t at_us, int width,
                         ApiPicture *ret_picture, GError **error)
{
    g_autoptr(IdxSegment) segment =
        idx_timeline_at(request->cat, stream_id, at_us, request->now_us, error);
    g_autoptr(GArray) fragments =
        segment != NULL ? idx_segment_fragments(request->cat, segment, error) : NULL;
    int fd = fragments != NULL ? api_footage_open(request->cat, segment, error) : -1;
    if (fd < 0)
        return false;
    bool ok = api_picture_read(fd, segment, fragments, at_us, width, ret_picture, error);
    close(fd);
    return ok;
}

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
    if (!read_picture(request, stream_id, at_us, (int)width, &picture, error))
        return false;
    g_autoptr(GBytes) jpeg = picture.jpeg;
    g_autofree char *time = mj_time_format(picture.time_us, idx_catalogue_timezone(request->cat));
    api_reply_bytes(request, MHD_HTTP_OK, jpeg, "image/jpeg", API_CACHE_NONE, NULL);
    api_reply_header(request, "Mingjing-Frame-Time", time);
    return true;
}
