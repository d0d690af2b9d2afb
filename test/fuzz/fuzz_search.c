// SPDX-License-Identifier: GPL-3.0-or-later
/* Cursors of the search and of lists by time, as a page sends them back: what is taken is written, and read again the
 * same. */
#include "index/base/cursor.h"
#include "index/find/search.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_list(const char *text)
{
    int64_t us = 0, id = 0, us_again = 0, id_again = 0;
    g_autoptr(GError) error = NULL;
    if (!mj_cursor_read(text, &us, &id, &error)) {
        g_assert(error != NULL && us == 0 && id == 0);
        return;
    }
    g_autofree char *written = mj_cursor_write(us, id);
    g_assert(strlen(written) <= MJ_CURSOR_MAX);
    g_assert(mj_cursor_read(written, &us_again, &id_again, NULL));
    g_assert(us_again == us && id_again == id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    IdxSearchCursor cursor = {0}, again = {0};
    read_list(text);
    g_autoptr(GError) error = NULL;
    bool ok = idx_search_cursor_parse(text, &cursor, &error);
    g_assert(ok == (error == NULL));
    if (!ok)
        return 0;
    g_autofree char *written = idx_search_cursor_format(&cursor);
    if (written == NULL)
        return 0;
    g_assert(strlen(written) <= IDX_SEARCH_CURSOR_MAX);
    g_assert(idx_search_cursor_parse(written, &again, NULL));
    g_assert(again.subjects.stage == cursor.subjects.stage);
    g_assert(again.subjects.last_us == cursor.subjects.last_us);
    g_assert(again.subjects.id == cursor.subjects.id);
    g_assert(again.check == cursor.check);
    for (int i = 0; i < IDX_SEARCH_KINDS; i++)
        g_assert(again.rows[i] == cursor.rows[i]);
    return 0;
}
