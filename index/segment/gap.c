// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/gap.h"

#include "index/base/error.h"
#include "index/db.h"

#include <string.h>

static const char SQL_OPEN_ONE[] =
    "SELECT from_us, reason FROM gap WHERE stream_id = ? AND to_us IS NULL";
static const char SQL_INSERT[] =
    "INSERT INTO gap (stream_id, from_us, to_us, reason, detail) VALUES (?, ?, ?, ?, ?)";
static const char SQL_INSERT_OPEN[] =
    "INSERT INTO gap (stream_id, from_us, reason, detail) VALUES (?, ?, ?, ?)";
static const char SQL_DETAIL[] =
    "UPDATE gap SET detail = ?2 WHERE stream_id = ?1 AND to_us IS NULL";
static const char SQL_CLOSE[] =
    "UPDATE gap SET to_us = ?2 WHERE stream_id = ?1 AND to_us IS NULL AND from_us < ?2";
static const char SQL_DELETE_EMPTY[] =
    "DELETE FROM gap WHERE stream_id = ?1 AND to_us IS NULL AND from_us >= ?2";
/* Closed gaps do not overlap, so one step back finds the one that contains from_us: notes, which
 * may lie in it, are stepped over. */
static const char SQL_RANGE[] =
    "SELECT from_us, coalesce(to_us, 0), reason, detail FROM gap WHERE stream_id = ?1"
    " AND from_us < ?3 AND (to_us IS NULL OR to_us > ?2)"
    " AND from_us >= coalesce((SELECT max(from_us) FROM gap WHERE stream_id = ?1"
    " AND from_us <= ?2 AND to_us IS NOT from_us), ?2) ORDER BY from_us";
static const char SQL_NOTES[] =
    "SELECT from_us, to_us, reason, detail FROM gap WHERE stream_id = ?1 AND from_us >= ?2"
    " AND from_us < ?3 AND to_us = from_us ORDER BY from_us, id";

const char *idx_gap_reason(const GError *error)
{
    switch (error->domain == MJ_ERROR ? error->code : MJ_ERROR_FAILED) {
    case MJ_ERROR_DENIED:
        return IDX_REASON_UNAUTHORIZED;
    case MJ_ERROR_INVALID:
    case MJ_ERROR_NOT_FOUND:
        return IDX_REASON_REFUSED;
    case MJ_ERROR_UNSUPPORTED:
        return IDX_REASON_UNSUPPORTED;
    case MJ_ERROR_TIMEOUT:
        return IDX_REASON_STALLED;
    default:
        return IDX_REASON_OFFLINE;
    }
}

void idx_gap_free(IdxGap *gap)
{
    if (!gap)
        return;
    g_free(gap->reason);
    g_free(gap->detail);
    g_free(gap);
}

bool idx_gap_add(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                 const char *reason, const char *detail, GError **error)
{
    return from_us >= to_us ||
           idx_db_run(cat, SQL_INSERT, error, "iiitt", stream_id, from_us, to_us, reason, detail);
}

bool idx_gap_note(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, const char *reason,
                  const char *detail, GError **error)
{
    return idx_db_run(cat, SQL_INSERT, error, "iiitt", stream_id, at_us, at_us, reason, detail);
}

static bool open_new(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, const char *reason,
                     const char *detail, GError **error)
{
    return idx_gap_close(cat, stream_id, from_us, error) &&
           idx_db_run(cat, SQL_INSERT_OPEN, error, "iitt", stream_id, from_us, reason, detail);
}

bool idx_gap_open(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, const char *reason,
                  const char *detail, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OPEN_ONE, error, "i", stream_id);
    int row = idx_db_step(cat, q, error);
    bool same = row > 0 && strcmp(idx_db_text(q, 1), reason) == 0;
    idx_db_query_end(q);
    bool ok = row >= 0 && (same ? idx_db_run(cat, SQL_DETAIL, error, "it", stream_id, detail)
                                : open_new(cat, stream_id, from_us, reason, detail, error));
    return idx_db_scope_end(cat, ok, error);
}

bool idx_gap_close(IdxCatalogue *cat, int64_t stream_id, int64_t to_us, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_DELETE_EMPTY, error, "ii", stream_id, to_us) &&
              idx_db_run(cat, SQL_CLOSE, error, "ii", stream_id, to_us);
    return idx_db_scope_end(cat, ok, error);
}

static GPtrArray *read_gaps(IdxCatalogue *cat, const char *sql, int64_t stream_id, int64_t from_us,
                            int64_t to_us, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_gap_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "iii", stream_id, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxGap *gap = g_new0(IdxGap, 1);
        gap->from_us = idx_db_int(q, 0);
        gap->to_us = idx_db_int(q, 1);
        gap->reason = g_strdup(idx_db_text(q, 2));
        gap->detail = g_strdup(idx_db_text(q, 3));
        g_ptr_array_add(list, gap);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_gap_notes(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                         GError **error)
{
    return read_gaps(cat, SQL_NOTES, stream_id, from_us, to_us, error);
}

GPtrArray *idx_gap_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                         GError **error)
{
    return read_gaps(cat, SQL_RANGE, stream_id, from_us, to_us, error);
}
