// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "STAGE.US.ID,TEXT,…": the texts percent-encoded and behind a "+"; "" = no more, "." = from the beginning. */

void idx_search_cursor_clear(IdxSearchCursor *cursor)
{
    for (int i = 0; i < IDX_SEARCH_TEXTS; i++)
        g_clear_pointer(&cursor->texts[i], g_free);
}

static bool read_subjects(const char *text, IdxSubjectAt *ret)
{
    int end = 0;
    return sscanf(text, "%d.%" SCNd64 ".%" SCNd64 "%n", &ret->stage, &ret->last_us, &ret->id,
                  &end) == 3 &&
           text[end] == '\0' && ret->stage >= 0 && ret->stage <= IDX_SUBJECT_STAGES;
}

static bool read_text(const char *text, char **ret, bool *ret_over)
{
    *ret_over = *text == '\0';
    if (*ret_over || strcmp(text, ".") == 0)
        return true;
    *ret = *text == '+' ? g_uri_unescape_string(text + 1, NULL) : NULL;
    return *ret != NULL && g_utf8_validate(*ret, -1, NULL);
}

bool idx_search_cursor_parse(const char *text, IdxSearchCursor *ret, GError **error)
{
    g_auto(GStrv) fields = g_strsplit(text, ",", IDX_SEARCH_TEXTS + 2);
    g_auto(IdxSearchCursor) read = {0};
    bool ok = strlen(text) <= IDX_SEARCH_CURSOR_MAX &&
              g_strv_length(fields) == IDX_SEARCH_TEXTS + 1 &&
              read_subjects(fields[0], &read.subjects);
    for (int i = 0; ok && i < IDX_SEARCH_TEXTS; i++)
        ok = read_text(fields[i + 1], &read.texts[i], &read.over[i]);
    if (!ok)
        return mj_error_set(error, MJ_ERROR_INVALID, "this is not where a list goes on: %.64s",
                            text);
    *ret = read;
    memset(&read, 0, sizeof read);
    return true;
}

char *idx_search_cursor_format(const IdxSearchCursor *cursor)
{
    bool more = cursor->subjects.stage < IDX_SUBJECT_STAGES;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%d.%" PRId64 ".%" PRId64, cursor->subjects.stage,
                    cursor->subjects.last_us, cursor->subjects.id);
    for (int i = 0; i < IDX_SEARCH_TEXTS; i++) {
        g_string_append_c(text, ',');
        more = more || !cursor->over[i];
        if (cursor->over[i])
            continue;
        g_string_append_c(text, cursor->texts[i] != NULL ? '+' : '.');
        if (cursor->texts[i] != NULL)
            g_string_append_uri_escaped(text, cursor->texts[i], NULL, FALSE);
    }
    return g_string_free(text, !more);
}
