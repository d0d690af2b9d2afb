// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/hold_own.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "id, kind, hall, key, day, owner, reason, case_no, review_day, created_us, created_by,"        \
    " coalesce(released_us, 0), released_by, released_reason, part"

/* Records are never changed, and each stretch has one: rows that are released without a record of that were by somebody
 * else. */
static const char SQL_UNDONE[] =
    "WITH r AS MATERIALIZED (SELECT line ->> '$.do' AS what, line ->> '$.id' AS id FROM "
    "hold_record),"
    " told AS (SELECT id, sum(what = 'span') AS spans FROM r GROUP BY id"
    " HAVING NOT max(what = 'release'))"
    " SELECT t.id, t.spans, (SELECT count(*) FROM hold_span s WHERE s.hold_id = t.id"
    " AND s.released_us IS NULL) AS kept FROM told t WHERE kept < t.spans"
    " OR EXISTS (SELECT 1 FROM hold h WHERE h.id = t.id AND h.released_us IS NOT NULL)"
    " ORDER BY t.id LIMIT 1";
static const char SQL_GET[] = "SELECT " COLUMNS " FROM hold WHERE id = ?";
static const char SQL_LIST[] = "SELECT " COLUMNS " FROM hold ORDER BY id";
static const char SQL_LIST_LIVE[] =
    "SELECT " COLUMNS " FROM hold INDEXED BY hold_live WHERE released_us IS NULL"
    " ORDER BY id";
static const char SQL_SEARCH[] =
    "SELECT " COLUMNS " FROM hold WHERE id < ?2 AND instr(lower(case_no), lower(?1)) > 0"
    " ORDER BY id DESC LIMIT ?3";
static const char SQL_SPANS[] = "SELECT camera, from_us, to_us, added_us FROM hold_span"
                                " WHERE hold_id = ? ORDER BY camera, from_us, to_us, id";
static const char SQL_IS_ON[] =
    "SELECT s.id FROM subject s JOIN hall a ON a.id = s.hall_id WHERE s.kind = ?1 AND a.code = ?2"
    " AND s.key = ?3 AND s.day = ?4 AND" IDX_HOLD_KEEPS("?5", "s");

static void span_free(void *data)
{
    IdxHoldSpan *span = data;
    g_free(span->camera);
    g_free(span);
}

static IdxHold *read_hold(IdxQuery *q)
{
    IdxHold *hold = g_new0(IdxHold, 1);
    hold->id = idx_db_int(q, 0);
    hold->kind = g_strdup(idx_db_text(q, 1));
    hold->hall = g_strdup(idx_db_text(q, 2));
    hold->key = g_strdup(idx_db_text(q, 3));
    hold->day = (int)idx_db_int(q, 4);
    hold->owner = g_strdup(idx_db_text(q, 5));
    hold->reason = g_strdup(idx_db_text(q, 6));
    hold->case_no = g_strdup(idx_db_text(q, 7));
    hold->review_day = (int)idx_db_int(q, 8);
    hold->made_us = idx_db_int(q, 9);
    hold->by = g_strdup(idx_db_text(q, 10));
    hold->released_us = idx_db_int(q, 11);
    hold->released_by = g_strdup(idx_db_text(q, 12));
    hold->released_reason = g_strdup(idx_db_text(q, 13));
    hold->part = g_strdup(idx_db_text(q, 14));
    hold->spans = g_ptr_array_new_with_free_func(span_free);
    return hold;
}

static bool read_spans(IdxCatalogue *cat, IdxHold *hold, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SPANS, error, "i", hold->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxHoldSpan *span = g_new0(IdxHoldSpan, 1);
        span->camera = g_strdup(idx_db_text(q, 0));
        span->from_us = idx_db_int(q, 1);
        span->to_us = idx_db_int(q, 2);
        span->added_us = idx_db_int(q, 3);
        bool sees = false;
        g_ptr_array_add(hold->spans, span);
        if (!idx_scope_camera(cat, span->camera, span->from_us, span->to_us, &sees, error))
            return false;
        if (!sees)
            g_ptr_array_remove_index(hold->spans, hold->spans->len - 1);
    }
    return row == 0;
}

/* Any of those it is on. */
static bool sees_subject(IdxCatalogue *cat, const IdxHold *hold, bool *ret_sees, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_IS_ON, error, "tttit", hold->kind, hold->hall,
                                         hold->key, (int64_t)hold->day, hold->part);
    if (!idx_db_append_ints(cat, q, ids, error))
        return false;
    for (guint i = 0; !*ret_sees && i < ids->len; i++)
        if (!idx_scope_subject(cat, g_array_index(ids, int64_t, i), ret_sees, error))
            return false;
    return true;
}

/* For whom not everything is: a hold says why and for which case, so one on a subject is for those who see the subject,
 * whichever cameras it keeps, and one on cameras for those who see one of them. */
static bool sees_hold(IdxCatalogue *cat, const IdxHold *hold, bool *ret_sees, GError **error)
{
    bool of_cameras = strcmp(hold->kind, IDX_HOLD_CAMERA) == 0;
    *ret_sees = !idx_scope_is_limited(cat) || (of_cameras && hold->spans->len > 0);
    return *ret_sees || of_cameras || sees_subject(cat, hold, ret_sees, error);
}

IdxHold *idx_hold_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no hold %" PRId64, id);
    bool sees = false;
    g_autoptr(IdxHold) hold = row > 0 ? read_hold(q) : NULL;
    if (!hold || !read_spans(cat, hold, error) || !sees_hold(cat, hold, &sees, error))
        return NULL;
    if (sees)
        return g_steal_pointer(&hold);
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "no hold %" PRId64, id);
    return NULL;
}

GPtrArray *idx_hold_list(IdxCatalogue *cat, bool with_released, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, with_released ? SQL_LIST : SQL_LIST_LIVE, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, read_hold(q));
    for (guint i = row == 0 ? list->len : 0; i > 0; i--) {
        bool sees = false;
        if (!read_spans(cat, list->pdata[i - 1], error) ||
            !sees_hold(cat, list->pdata[i - 1], &sees, error))
            return NULL;
        if (!sees)
            g_ptr_array_remove_index(list, i - 1);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_hold_search(IdxCatalogue *cat, const char *words, int64_t below, int limit,
                           int64_t *ret_next, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_hold_free);
    int64_t left = idx_scope_is_limited(cat) ? IDX_HOLD_LOOKS : (int64_t)limit + 1, last = 0;
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_SEARCH, error, "tii", words, below > 0 ? below : INT64_MAX, left);
    bool more = false;
    int row = 0;
    while (!more && (row = idx_db_step(cat, q, error)) > 0) {
        g_autoptr(IdxHold) hold = read_hold(q);
        bool sees = false, room = list->len < (guint)limit;
        if (!read_spans(cat, hold, error) || !sees_hold(cat, hold, &sees, error))
            return NULL;
        more = (sees && !room) || --left <= 0;
        if (sees && !room)
            break;
        last = hold->id;
        if (sees)
            g_ptr_array_add(list, g_steal_pointer(&hold));
    }
    *ret_next = more ? last : 0;
    return row >= 0 ? g_steal_pointer(&list) : NULL;
}

bool idx_hold_check(IdxCatalogue *cat, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_UNDONE, error, "");
    int row = idx_db_step(cat, q, error);
    return row == 0 ||
           (row > 0 &&
            mj_error_set(
                error, MJ_ERROR_CONFLICT,
                "hold %" PRId64 " is in force by its records, but the catalogue keeps %" PRId64
                " of its %" PRId64 " stretches: they were released there by no command of "
                "ours. Nothing is purged until that is settled: put the same hold anew, and "
                "release this one; or restore the catalogue from a backup",
                idx_db_int(q, 0), idx_db_int(q, 2), idx_db_int(q, 1)));
}
