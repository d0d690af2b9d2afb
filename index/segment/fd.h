// SPDX-License-Identifier: GPL-3.0-or-later
/* Opening the file of a segment for reading. */
#pragma once

#include "index/segment/segment.h"

/* Never follows a link, never leaves the volume's folder. -1 with @error: MJ_ERROR_NOT_FOUND if there is no
 * file, MJ_ERROR_CORRUPT if it is shorter than the catalogue says. The caller closes it. */
int idx_segment_fd(IdxCatalogue *cat, const IdxSegment *segment, GError **error);

/* The same of a @path that idx_volume_file() gave; @name is what it is called in errors. */
int idx_segment_fd_at(const char *path, const char *name, int64_t bytes, GError **error);
