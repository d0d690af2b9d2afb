// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/read.h"

#include "index/audit/form.h"
#include "index/audit/head.h"
#include "index/base/clock.h"
#include "index/base/csv_put.h"
#include "index/base/cursor.h"
#include "index/base/error.h"
#include "index/db.h"

#include <inttypes.h>
#include <string.h>

/* By seq, which is the order in which rows came to be: a clock that was set back puts none elsewhere, and none between
 * two pages. The first questions find few rows by an index, and sort them; where an index would find many, the log itself
 * is gone through from the end, as far as a page needs. */
#define LIST(index, first)                                                                         \
    "SELECT " IDX_AUDIT_COLUMNS ", hash FROM audit " index " WHERE " first                         \
    " (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR what = ?2) AND (?3 IS NULL OR object = ?3)"      \
    " AND (?4 IS NULL OR object_kind = ?4) AND (?5 IS NULL OR camera = ?5)"                        \
    " AND (?6 IS NULL OR result = ?6) AND (?7 IS NULL OR case_no = ?7 COLLATE NOCASE)"             \
    " AND at_us >= ?8 AND at_us < ?9 AND seq >= ?10 AND seq < ?11 ORDER BY seq DESC LIMIT ?12"
static const char SQL_BY_OBJECT[] = LIST("INDEXED BY audit_object", "object = ?3 AND");
static const char SQL_BY_CASE[] = LIST("INDEXED BY audit_case", "case_no = ?7 COLLATE NOCASE AND");
static const char SQL_BY_CAMERA[] = LIST("INDEXED BY audit_camera", "camera = ?5 AND");
static const char SQL_BY_WHO[] = LIST("INDEXED BY audit_who", "who = ?1 AND");
static const char SQL_BY_WHAT[] = LIST("INDEXED BY audit_what", "what = ?2 AND");
static const char SQL_BY_SEQ[] = LIST("NOT INDEXED", "");

/* How many an index would find, if they are not many. */
#define COUNT(index, column)                                                                       \
    "SELECT count(*) FROM (SELECT 1 FROM audit INDEXED BY " index " WHERE " column " = ?1"         \
    " AND at_us >= ?2 AND at_us < ?3 LIMIT ?4)"
static const char SQL_OF_OBJECT[] = COUNT("audit_object", "object");
static const char SQL_OF_CASE[] = COUNT("audit_case", "case_no COLLATE NOCASE");
static const char SQL_OF_CAMERA[] = COUNT("audit_camera", "camera");
static const char SQL_OF_WHO[] = COUNT("audit_who", "who");
static const char SQL_OF_WHAT[] = COUNT("audit_what", "what");

/* Where rows of a time lie: side by side, but for a clock that was set. */
static const char SQL_BOUNDS[] = "SELECT coalesce(min(seq), 0), coalesce(max(seq), -1), count(*)"
                                 " FROM (SELECT seq FROM audit INDEXED BY audit_at"
                                 " WHERE at_us >= ?1 AND at_us < ?2 LIMIT ?3)";
static const char SQL_END[] = "SELECT coalesce(max(seq), 0) + 1 FROM audit";
#define FEW 2000 // rows: 30 ms to find and sort, of a million; to go through all of those is 200
#define BOUNDS 1000000 // of a time with more it is not asked where they lie

void idx_audit_row_free(IdxAuditRow *row)
{
    if (!row)
        return;
    char *texts[] = {row->who,    row->role,   row->address, row->what,    row->object_kind,
                     row->object, row->camera, row->reason,  row->case_no, row->result,
                     row->words,  row->detail, row->hash};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(row);
}

static char *hash_of(IdxQuery *q, int column)
{
    bool whole = sqlite3_column_bytes(q, column) == IDX_AUDIT_HASH;
    return whole ? idx_audit_hash_format(sqlite3_column_blob(q, column)) : g_strdup("");
}

/* Rows that somebody has tampered with are shown as they are, but must not break JSON. */
static char *text_of(IdxQuery *q, int column)
{
    const char *text = idx_db_text(q, column);
    return text ? g_utf8_make_valid(text, -1) : NULL;
}

static IdxAuditRow *read_row(IdxQuery *q)
{
    IdxAuditRow *row = g_new0(IdxAuditRow, 1);
    row->seq = idx_db_int(q, 0);
    row->at_us = idx_db_int(q, 1);
    row->who = text_of(q, 2);
    row->role = text_of(q, 3);
    row->address = text_of(q, 4);
    row->what = text_of(q, 5);
    row->object_kind = text_of(q, 6);
    row->object = text_of(q, 7);
    row->day = (int)idx_db_int(q, 8);
    row->camera = text_of(q, 9);
    row->from_us = idx_db_int(q, 10);
    row->to_us = idx_db_int(q, 11);
    row->reason = text_of(q, 12);
    row->case_no = text_of(q, 13);
    row->result = text_of(q, 14);
    row->words = text_of(q, 15);
    row->detail = text_of(q, 16);
    row->hash = hash_of(q, 17);
    return row;
}

typedef struct Way { // to a filter's rows
    const char *value;
    const char *count, *list;
} Way;

typedef struct Bounds {
    int64_t from_us, to_us;
    int64_t from_seq, to_seq;
} Bounds;

/* The first of the ways that leads to few. */
static bool choose(IdxCatalogue *cat, const IdxAuditFilter *f, const Bounds *b, const char **ret,
                   GError **error)
{
    const Way ways[] = {{f->object, SQL_OF_OBJECT, SQL_BY_OBJECT},
                        {f->case_no, SQL_OF_CASE, SQL_BY_CASE},
                        {f->camera, SQL_OF_CAMERA, SQL_BY_CAMERA},
                        {f->who, SQL_OF_WHO, SQL_BY_WHO},
                        {f->what, SQL_OF_WHAT, SQL_BY_WHAT}};
    *ret = SQL_BY_SEQ;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        int64_t found = 0;
        if (!ways[i].value)
            continue;
        if (!idx_db_get_int(cat, &found, ways[i].count, error, "tiii", ways[i].value, b->from_us,
                            b->to_us, (int64_t)FEW))
            return false;
        if (found < FEW) {
            *ret = ways[i].list;
            return true;
        }
    }
    return true;
}

static bool find_time(IdxCatalogue *cat, Bounds *b, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_BOUNDS, error, "iii", b->from_us, b->to_us, (int64_t)BOUNDS);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    if (idx_db_int(q, 2) == BOUNDS)
        return true;
    b->from_seq = MAX(b->from_seq, idx_db_int(q, 0));
    b->to_seq = MIN(b->to_seq, idx_db_int(q, 1) + 1);
    return true;
}

static bool find_bounds(IdxCatalogue *cat, const IdxAuditFilter *filter, Bounds *ret,
                        GError **error)
{
    int64_t at_us = 0, end = 0;
    *ret = (Bounds){filter->from_us, filter->to_us ? filter->to_us : INT64_MAX, 1, 0};
    if (!mj_cursor_read(filter->cursor, &at_us, &ret->to_seq, error) ||
        !idx_db_get_int(cat, &end, SQL_END, error, ""))
        return false;
    ret->to_seq = MIN(ret->to_seq, end);
    return (!filter->from_us && !filter->to_us) || find_time(cat, ret, error);
}

static GPtrArray *read_rows(IdxCatalogue *cat, const char *sql, const IdxAuditFilter *f,
                            const Bounds *b, int limit, GError **error)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)idx_audit_row_free);
    g_autoptr(IdxQuery) q = idx_db_query(
        cat, sql, error, "tttttttiiiii", f->who, f->what, f->object, f->object_kind, f->camera,
        f->result, f->case_no, b->from_us, b->to_us, b->from_seq, b->to_seq, (int64_t)limit);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(rows, read_row(q));
    return row == 0 ? g_steal_pointer(&rows) : NULL;
}

GPtrArray *idx_audit_list(IdxCatalogue *cat, const IdxAuditFilter *filter, int limit,
                          char **ret_cursor, GError **error)
{
    Bounds b;
    const char *sql = NULL;
    if (!find_bounds(cat, filter, &b, error) || !choose(cat, filter, &b, &sql, error))
        return NULL;
    bool cut = sql == SQL_BY_SEQ && b.to_seq - b.from_seq > IDX_AUDIT_LOOKS;
    if (cut)
        b.from_seq = b.to_seq - IDX_AUDIT_LOOKS;
    g_autoptr(GPtrArray) rows = read_rows(cat, sql, filter, &b, limit + 1, error);
    if (!rows)
        return NULL;
    bool more = rows->len > (guint)limit;
    if (more)
        g_ptr_array_set_size(rows, limit);
    const IdxAuditRow *last = more && limit > 0 ? rows->pdata[limit - 1] : NULL;
    if (ret_cursor)
        *ret_cursor = last  ? mj_cursor_write(last->at_us, last->seq)
                      : cut ? mj_cursor_write(0, b.from_seq)
                            : NULL;
    return g_steal_pointer(&rows);
}

static json_t *time_json(int64_t us, GTimeZone *zone)
{
    return us ? mj_json_time(us, zone) : json_null();
}

json_t *idx_audit_row_json(const IdxAuditRow *row, GTimeZone *zone)
{
    g_autofree char *day = row->day ? mj_day_format(row->day) : NULL;
    json_t *detail = row->detail ? json_loads(row->detail, 0, NULL) : NULL;
    json_t *json = json_pack("{s:I, s:o, s:s, s:s, s:s?, s:s}", "seq", (json_int_t)row->seq, "time",
                             mj_json_time(row->at_us, zone), "who", row->who, "role", row->role,
                             "address", row->address, "what", row->what);
    json_t *rest = json_pack("{s:s?, s:s?, s:s?, s:s?, s:o, s:o, s:s?, s:s?, s:s, s:s?, s:o, s:s}",
                             "object_kind", row->object_kind, "object", row->object, "day", day,
                             "camera", row->camera, "from", time_json(row->from_us, zone), "to",
                             time_json(row->to_us, zone), "reason", row->reason, "case_no",
                             row->case_no, "result", row->result, "words", row->words, "detail",
                             detail ? detail : json_null(), "hash", row->hash);
    json_object_update_new(json, rest);
    return json;
}

static void csv_time(GString *out, int64_t us, GTimeZone *zone)
{
    g_autofree char *text = us ? mj_time_format(us, zone) : NULL;
    mj_csv_cell(out, text);
}

void idx_audit_csv_head(GString *out)
{
    g_string_append(out, "seq,time,who,role,address,what,object_kind,object,day,camera,from,to,"
                         "reason,case_no,result,words,detail,hash\r\n");
}

void idx_audit_csv_row(GString *out, const IdxAuditRow *row, GTimeZone *zone)
{
    g_autofree char *day = row->day ? mj_day_format(row->day) : NULL;
    g_string_append_printf(out, "%" PRId64 ",", row->seq);
    csv_time(out, row->at_us, zone);
    const char *const first[] = {row->who,         row->role,   row->address, row->what,
                                 row->object_kind, row->object, day,          row->camera};
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
        mj_csv_cell(out, first[i]);
    csv_time(out, row->from_us, zone);
    csv_time(out, row->to_us, zone);
    const char *const last[] = {row->reason, row->case_no, row->result, row->words, row->detail};
    for (size_t i = 0; i < G_N_ELEMENTS(last); i++)
        mj_csv_cell(out, last[i]);
    g_string_append_printf(out, "%s\r\n", row->hash);
}
