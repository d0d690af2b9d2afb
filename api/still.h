// SPDX-License-Identifier: GPL-3.0-or-later
/* The picture of a recorded stream at a moment: finds the segment, opens its file, decodes. */
#pragma once

#include "api/picture.h"
#include "index/catalogue.h"

/* As api_picture_read(); @ret_picture->jpeg is the caller's. MJ_ERROR_NOT_FOUND names the gap. */
bool api_still_read(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us, int width,
                    ApiPicture *ret_picture, GError **error);

/* The same in at most @bytes_max bytes: as wide as that allows, from 1280 pixels down. */
bool api_still_fit(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us,
                   size_t bytes_max, ApiPicture *ret_picture, GError **error);
