// SPDX-License-Identifier: GPL-3.0-or-later
/* Small files that are made once and never changed: keys, the first certificate.
 *
 * Order: a temporary file beside it → all bytes → fsync → link under its name, which replaces nothing → the
 * temporary name goes → fsync of the folder. Killed anywhere the file is there as a whole or not at all; what
 * is left is "NAME.XXXXXX", which nobody reads. Of two that make it at once one wins, and both are told so. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* Makes @path, with @mode less the umask, if nothing is there. *ret_made (may be NULL): it was us. */
bool mj_file_make(const char *path, const void *data, size_t size, unsigned mode, bool *ret_made,
                  GError **error);

/* All of @data at @at of @fd; false with errno, of a full disk too: a short write by itself sets none. */
bool mj_write_all(int fd, const void *data, size_t size, off_t at);
