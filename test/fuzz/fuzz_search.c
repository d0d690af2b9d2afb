// SPDX-License-Identifier: GPL-3.0-or-later
/* Cursors of the search, as a page sends them back: what is taken is written, and read again the same. */
#include "index/search.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(IdxSearchCursor) cursor = {0}, again = {0};
    g_autoptr(GError) error = NULL;
    bool ok = idx_search_cursor_parse(text, &cursor, &error);
    g_assert(ok == (error == NULL));
    if (!ok)
        return 0;
    g_autofree char *written = idx_search_cursor_format(&cursor);
    if (written == NULL || strlen(written) > IDX_SEARCH_CURSOR_MAX)
        return 0;
    g_assert(idx_search_cursor_parse(written, &again, NULL));
    g_assert(again.subjects.stage == cursor.subjects.stage);
    g_assert(again.subjects.last_us == cursor.subjects.last_us);
    for (int i = 0; i < IDX_SEARCH_TEXTS; i++) {
        g_assert(again.over[i] == cursor.over[i]);
        g_assert(g_strcmp0(again.texts[i], cursor.texts[i]) == 0);
    }
    return 0;
}
