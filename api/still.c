// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/still.h"

#include "index/base/error.h"
#include "index/segment/fd.h"
#include "index/segment/timeline.h"

#include <unistd.h>

bool api_still_read(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us, int width,
                    ApiPicture *ret_picture, GError **error)
{
    g_autoptr(IdxSegment) segment = idx_timeline_at(cat, stream_id, at_us, now_us, error);
    g_autoptr(GArray) fragments = segment ? idx_segment_fragments(cat, segment, error) : NULL;
    int fd = fragments ? idx_segment_fd(cat, segment, error) : -1;
    if (fd < 0)
        return false;
    bool ok = api_picture_read(fd, segment, fragments, at_us, width, ret_picture, error);
    close(fd);
    return ok;
}

bool api_still_fit(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us,
                   size_t bytes_max, ApiPicture *ret_picture, GError **error)
{
    static const int WIDTHS[] = {1280, 960, 640, 320};
    for (size_t i = 0; i < G_N_ELEMENTS(WIDTHS); i++) {
        ApiPicture picture = {0};
        if (!api_still_read(cat, stream_id, at_us, now_us, WIDTHS[i], &picture, error))
            return false;
        if (g_bytes_get_size(picture.jpeg) <= bytes_max) {
            *ret_picture = picture;
            return true;
        }
        g_bytes_unref(picture.jpeg);
    }
    return mj_error_set(error, MJ_ERROR_FAILED, "the picture does not fit %zu bytes", bytes_max);
}
