// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/search.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <string.h>

/* "STAGE.US.ID.ROW…ROW.CHECK", the check as 16 hex digits. */
#define FIELDS (3 + IDX_SEARCH_KINDS + 1)

static const char SQL_CREATED[] =
    "SELECT coalesce((SELECT value FROM setting WHERE key = 'created_us'), 0)";
#define SQL_FACET "SELECT value || '/' || hall_id FROM facet WHERE id = ?"
/* What a row is called in the order of its list (search.c, facet.h, mark/mark.h). */
static const char *const SQL_CALLED[IDX_SEARCH_KINDS] = {
    [IDX_SEARCH_PLACES] = "SELECT p.code || '/' || h.code FROM place p JOIN hall h"
                          " ON h.id = p.hall_id WHERE p.id = ?",
    [IDX_SEARCH_CAMERAS] = "SELECT code FROM camera WHERE id = ?",
    [IDX_SEARCH_STAFF] = SQL_FACET,
    [IDX_SEARCH_BUSINESS] = SQL_FACET,
    [IDX_SEARCH_MATTERS] = SQL_FACET,
    [IDX_SEARCH_MARKS] = "SELECT made_us || '-' || id FROM mark WHERE id = ?",
    [IDX_SEARCH_HOLDS] = "SELECT id || '' FROM hold WHERE id = ?",
};

static bool refuse(const char *text, GError **error)
{
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "this is not where a list of this search goes on, or what it ended with is"
                        " gone: search anew, without a cursor: %.64s",
                        text);
}

// ── pure ──

static bool read_number(const char *text, int64_t least, int64_t *ret)
{
    return g_ascii_string_to_signed(text, 10, least, INT64_MAX, ret, NULL);
}

static bool read_check(const char *text, uint64_t *ret)
{
    guint64 value = 0;
    bool ok = strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16 &&
              g_ascii_string_to_unsigned(text, 16, 0, UINT64_MAX, &value, NULL);
    *ret = value;
    return ok;
}

bool idx_search_cursor_parse(const char *text, IdxSearchCursor *ret, GError **error)
{
    IdxSearchCursor read = {0};
    int64_t stage = 0;
    if (strlen(text) > IDX_SEARCH_CURSOR_MAX)
        return refuse(text, error);
    g_auto(GStrv) fields = g_strsplit(text, ".", FIELDS + 1);
    bool ok =
        g_strv_length(fields) == FIELDS && read_number(fields[0], 0, &stage) &&
        stage <= IDX_SUBJECT_STAGES && read_number(fields[1], INT64_MIN, &read.subjects.last_us) &&
        read_number(fields[2], 0, &read.subjects.id) && read_check(fields[FIELDS - 1], &read.check);
    for (int i = 0; ok && i < IDX_SEARCH_KINDS; i++)
        ok = read_number(fields[3 + i], IDX_SEARCH_OVER, &read.rows[i]);
    read.subjects.stage = (int)stage;
    if (!ok)
        return refuse(text, error);
    *ret = read;
    return true;
}

/* All but the check. */
static GString *positions(const IdxSearchCursor *cursor)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%d.%" PRId64 ".%" PRId64 ".", cursor->subjects.stage,
                    cursor->subjects.last_us, cursor->subjects.id);
    for (int i = 0; i < IDX_SEARCH_KINDS; i++)
        g_string_append_printf(text, "%" PRId64 ".", cursor->rows[i]);
    return text;
}

char *idx_search_cursor_format(const IdxSearchCursor *cursor)
{
    bool more = cursor->subjects.stage < IDX_SUBJECT_STAGES;
    for (int i = 0; i < IDX_SEARCH_KINDS; i++)
        more = more || cursor->rows[i] != IDX_SEARCH_OVER;
    if (!more)
        return NULL;
    GString *text = positions(cursor);
    g_string_append_printf(text, "%016" PRIx64, cursor->check);
    return g_string_free(text, FALSE);
}

// ── of a search ──

void idx_search_from_clear(IdxSearchFrom *from)
{
    for (int i = 0; i < IDX_SEARCH_KINDS; i++)
        g_clear_pointer(&from->texts[i], g_free);
}

/* Without error and with NULL for a row that there is not. */
static bool load_called(IdxCatalogue *cat, IdxSearchFrom *from, GError **error)
{
    for (int i = 0; i < IDX_SEARCH_KINDS; i++) {
        if (from->cursor.rows[i] <= 0)
            continue;
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CALLED[i], error, "i", from->cursor.rows[i]);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        from->texts[i] = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    }
    return true;
}

static bool make_check(IdxCatalogue *cat, const char *prefix, int day, const IdxSearchFrom *from,
                       uint64_t *ret, GError **error)
{
    int64_t created_us = 0;
    uint8_t digest[32];
    if (!idx_db_get_int(cat, &created_us, SQL_CREATED, error, ""))
        return false;
    g_autoptr(GString) text = positions(&from->cursor);
    g_string_append_printf(text, "%" PRId64 ".%d.%zu:%s", created_us, day, strlen(prefix), prefix);
    for (int i = 0; i < IDX_SEARCH_KINDS; i++)
        if (from->texts[i] != NULL)
            g_string_append_printf(text, ".%d:%zu:%s", i, strlen(from->texts[i]), from->texts[i]);
    idx_seal_sha256(text->str, digest);
    *ret = 0;
    for (int i = 0; i < 8; i++)
        *ret = *ret << 8 | digest[i];
    return true;
}

bool idx_search_from(IdxCatalogue *cat, const char *prefix, int day, const char *text,
                     IdxSearchFrom *ret, GError **error)
{
    g_auto(IdxSearchFrom) from = {.cursor = {.subjects = IDX_SUBJECT_START}};
    uint64_t check = 0;
    if (text != NULL &&
        (!idx_search_cursor_parse(text, &from.cursor, error) || !load_called(cat, &from, error) ||
         !make_check(cat, prefix, day, &from, &check, error)))
        return false;
    if (text != NULL && check != from.cursor.check)
        return refuse(text, error);
    *ret = from;
    memset(&from, 0, sizeof from);
    return true;
}

bool idx_search_next(IdxCatalogue *cat, const char *prefix, int day, IdxSearchCursor *at,
                     char **ret, GError **error)
{
    g_auto(IdxSearchFrom) from = {.cursor = *at};
    if (!load_called(cat, &from, error) || !make_check(cat, prefix, day, &from, &at->check, error))
        return false;
    *ret = idx_search_cursor_format(at);
    return true;
}
