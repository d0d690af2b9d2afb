// SPDX-License-Identifier: GPL-3.0-or-later
/* Where a list goes on that is ordered by a time and a number, newest first: behind the row that "US-NUMBER" names. Pure;
 * parses what comes from outside. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MJ_CURSOR_MAX 64 // bytes

/* NULL: before all. MJ_ERROR_INVALID. */
bool mj_cursor_read(const char *text, int64_t *ret_us, int64_t *ret_id, GError **error);
/* Caller frees. */
char *mj_cursor_write(int64_t us, int64_t id);
