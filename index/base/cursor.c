// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/cursor.h"

#include "index/base/error.h"

#include <inttypes.h>
#include <string.h>

bool mj_cursor_read(const char *text, int64_t *ret_us, int64_t *ret_id, GError **error)
{
    int64_t us = INT64_MAX, id = INT64_MAX;
    const char *dash = text ? strrchr(text, '-') : NULL; // one before it is of a time before 1970
    g_autofree char *first = dash ? g_strndup(text, (gsize)(dash - text)) : NULL;
    if (text && (!dash || strlen(text) > MJ_CURSOR_MAX ||
                 !g_ascii_string_to_signed(first, 10, INT64_MIN, INT64_MAX, &us, NULL) ||
                 !g_ascii_string_to_signed(dash + 1, 10, 0, INT64_MAX, &id, NULL)))
        return mj_error_set(error, MJ_ERROR_INVALID, "this is not where a list goes on: %.64s",
                            text);
    *ret_us = us;
    *ret_id = id;
    return true;
}

char *mj_cursor_write(int64_t us, int64_t id)
{
    return g_strdup_printf("%" PRId64 "-%" PRId64, us, id);
}
