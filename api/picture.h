// SPDX-License-Identifier: GPL-3.0-or-later
/* One picture out of a recorded file, as JPEG. Uses libav; any thread. */
#pragma once

#include "index/segment/segment.h"
#include "index/wire.h"

#define API_PICTURE_MIN_WIDTH 16
#define API_PICTURE_MAX_WIDTH 3840

typedef struct ApiPicture {
    GBytes *jpeg;
    int64_t time_us; // when it was taken
} ApiPicture;

/* The picture that was on at @at_us: the newest one taken at or before it. @fd: the segment's file,
 * stays the caller's. @fragments: its fragments (IdxFragment). @width: pixels, 0 = as recorded; the
 * height follows. Only the init part and one group of pictures are read. MJ_ERROR_NOT_FOUND if the
 * segment has no pictures then, MJ_ERROR_CORRUPT or MJ_ERROR_UNSUPPORTED if they cannot be decoded.
 */
bool api_picture_read(int fd, const IdxSegment *segment, const GArray *fragments, int64_t at_us,
                      int width, ApiPicture *ret_picture, GError **error);

/* One key frame as the capture socket gives it (wire.h), as JPEG. NULL with MJ_ERROR_CORRUPT or
 * MJ_ERROR_UNSUPPORTED. */
GBytes *api_picture_of_key(const IdxWireStream *stream, const IdxWirePacket *packet, int width,
                           GError **error);
