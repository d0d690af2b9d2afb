// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/cursor.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/meet/promise.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "SELECT code, session, dept, owner, text, due_us, made_us, done_us, done_by, proof,"           \
    " proof_sha256, id FROM promise"

static const char SQL_ONE[] = COLUMNS " WHERE code = ?1";
/* ?4: the state; ?5: now; ?6: so long before it is due it is due soon */
#define FITS                                                                                       \
    " WHERE (?1 IS NULL OR session = ?1) AND (?2 IS NULL OR instr(lower(dept), lower(?2)) > 0)"    \
    " AND (?3 IS NULL OR owner = ?3)"
static const char SQL_LIST[] =
    COLUMNS FITS " AND (?4 IS NULL OR ?4 = CASE"
                 " WHEN done_us IS NOT NULL THEN 'done' WHEN due_us <= ?5 THEN 'overdue'"
                 " WHEN due_us - ?6 <= ?5 THEN 'due' ELSE 'open' END)"
                 " AND (done_us IS NOT NULL, due_us, id) > (?8, ?9, ?10)"
                 " ORDER BY done_us IS NOT NULL, due_us, id LIMIT ?7";
/* ?4: now; ?5: so long before it is due it is due soon */
static const char SQL_DEPARTMENTS[] =
    "SELECT dept, sum(done_us IS NULL AND due_us - ?5 > ?4),"
    " sum(done_us IS NULL AND due_us > ?4 AND due_us - ?5 <= ?4),"
    " sum(done_us IS NULL AND due_us <= ?4), sum(done_us IS NOT NULL) FROM promise" FITS
    " GROUP BY dept ORDER BY 4 DESC, 3 DESC, dept";

#define SOON_US (2 * MJ_DAY_US) // before the end of the day that it is due

static const char *state_of(IdxQuery *q, int64_t now_us)
{
    int64_t due_us = idx_db_int(q, 5);
    return !idx_db_is_null(q, 7)        ? "done"
           : due_us <= now_us           ? "overdue"
           : due_us - SOON_US <= now_us ? "due"
                                        : "open";
}

static json_t *row_json(IdxQuery *q, int64_t now_us, GTimeZone *zone)
{
    int64_t last_us = idx_db_int(q, 5) - 1; // still of the day
    g_autofree char *due = mj_day_format(mj_time_local_day(last_us, zone));
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "promise_id",
        idx_db_text(q, 0), "session", idx_db_text(q, 1), "dept", mj_json_string(idx_db_text(q, 2)),
        "owner", idx_db_text(q, 3), "text", idx_db_text(q, 4), "state", state_of(q, now_us), "due",
        due, "made", mj_json_time(idx_db_int(q, 6), zone), "done",
        idx_db_is_null(q, 7) ? json_null() : mj_json_time(idx_db_int(q, 7), zone), "done_by",
        mj_json_string(idx_db_text(q, 8)), "proof", mj_json_string(idx_db_text(q, 9)),
        "proof_sha256", mj_json_string(idx_db_text(q, 10)));
}

json_t *idx_promise_json(IdxCatalogue *cat, const char *code, int64_t now_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ONE, error, "t", code);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no promise %.64s", code);
    return row > 0 ? row_json(q, now_us, idx_catalogue_timezone(cat)) : NULL;
}

/* Also of those that another state is asked for. */
static json_t *departments(IdxCatalogue *cat, const IdxPromiseFilter *filter, int64_t now_us,
                           GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_DEPARTMENTS, error, "tttii", filter->session,
                                         filter->dept, filter->owner, now_us, SOON_US);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:I, s:I, s:I}", "dept", mj_json_string(idx_db_text(q, 0)),
                            "open", (json_int_t)idx_db_int(q, 1), "due",
                            (json_int_t)idx_db_int(q, 2), "overdue", (json_int_t)idx_db_int(q, 3),
                            "done", (json_int_t)idx_db_int(q, 4)));
    return row == 0 ? json_incref(list) : NULL;
}

/* Behind what a list goes on: "US-ID", of what is done with a "d" before it. */
typedef struct At {
    int64_t done, due_us, id;
} At;

static bool read_at(const char *cursor, At *at, GError **error)
{
    *at = (At){.done = -1}; // before all
    if (!cursor)
        return true;
    at->done = cursor[0] == 'd';
    return mj_cursor_read(cursor + at->done, &at->due_us, &at->id, error);
}

static char *write_at(IdxQuery *q)
{
    g_autofree char *at = mj_cursor_write(idx_db_int(q, 5), idx_db_int(q, 11));
    return g_strconcat(idx_db_is_null(q, 7) ? "" : "d", at, NULL);
}

/* Adds a page to @list; *ret_next: NULL = that was all. Caller frees. */
static bool read_page(IdxCatalogue *cat, const IdxPromiseFilter *f, int64_t now_us, json_t *list,
                      char **ret_next, GError **error)
{
    At at = {0};
    size_t limit = f->limit > 0 ? (size_t)f->limit : IDX_PROMISE_LIST_MAX;
    g_autofree char *last = NULL;
    if (!read_at(f->cursor, &at, error))
        return false;
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LIST, error, "ttttiiiiii", f->session, f->dept, f->owner, f->state,
                     now_us, SOON_US, (int64_t)limit + 1, at.done, at.due_us, at.id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0 && json_array_size(list) < limit) {
        json_array_append_new(list, row_json(q, now_us, idx_catalogue_timezone(cat)));
        g_free(last);
        last = write_at(q);
    }
    *ret_next = row > 0 ? g_steal_pointer(&last) : NULL;
    return row >= 0;
}

json_t *idx_promise_list_json(IdxCatalogue *cat, const IdxPromiseFilter *filter, int64_t now_us,
                              GError **error)
{
    static const char *const STATES[] = {"open", "due", "overdue", "done", NULL};
    if (filter->state && !g_strv_contains(STATES, filter->state))
        return mj_error_set(error, MJ_ERROR_INVALID, "state: open, due, overdue or done"), NULL;
    g_autoptr(json_t) list = json_array();
    g_autoptr(json_t) counts = departments(cat, filter, now_us, error);
    g_autofree char *next = NULL;
    if (!counts || !read_page(cat, filter, now_us, list, &next, error))
        return NULL;
    return json_pack("{s:O, s:O, s:s?}", "promises", list, "departments", counts, "next", next);
}

/* Quoted; what a table program would take for a formula is told to be text. */
static void append_cell(GString *csv, const char *text, bool first)
{
    if (!first)
        g_string_append_c(csv, ',');
    if (!text)
        return;
    g_string_append_c(csv, '"');
    if (text[0] && strchr("=+-@\t\r", text[0]))
        g_string_append_c(csv, '\'');
    for (; *text; text++)
        g_string_append_printf(csv, *text == '"' ? "\"\"" : "%c", *text);
    g_string_append_c(csv, '"');
}

char *idx_promise_csv(const json_t *list)
{
    static const char *const NAMES[] = {"promise_id", "session", "dept",  "owner",
                                        "text",       "state",   "due",   "made",
                                        "done",       "done_by", "proof", "proof_sha256"};
    GString *csv =
        g_string_new("\xEF\xBB\xBF"); // table programs take it for something else without
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
        append_cell(csv, NAMES[i], i == 0);
    g_string_append(csv, "\r\n");
    size_t at = 0;
    json_t *one = NULL;
    json_array_foreach(json_object_get(list, "promises"), at, one)
    {
        for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
            append_cell(csv, json_string_value(json_object_get(one, NAMES[i])), i == 0);
        g_string_append(csv, "\r\n");
    }
    return g_string_free(csv, FALSE);
}
