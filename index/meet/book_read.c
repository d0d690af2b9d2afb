// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/cursor.h"
#include "index/db.h"
#include "index/meet/book.h"
#include "index/meet/meet.h"

#define COLUMNS                                                                                    \
    "SELECT m.session, b.dept, b.official, b.citizen_ref, b.ticket_no, b.approval_id,"             \
    " b.node_code, b.cancelled_us,"                                                                \
    " (SELECT count(*) FROM promise p WHERE p.session = m.session), b.satisfaction,"               \
    " coalesce(m.slot_start_us, m.created_us), m.id"                                               \
    " FROM meeting m LEFT JOIN meeting_booking b ON b.meeting_id = m.id"

static const char SQL_ONE[] = COLUMNS " WHERE m.session = ?1";
static const char SQL_LIST[] =
    COLUMNS " WHERE (?1 IS NULL OR instr(lower(m.session), lower(?1)) > 0)"
            " AND (?2 IS NULL OR instr(lower(m.topic), lower(?2)) > 0)"
            " AND (?3 IS NULL OR instr(lower(b.dept), lower(?3)) > 0)"
            " AND (?4 IS NULL OR instr(char(10) || lower(b.official), char(10) || lower(?4)) > 0)"
            " AND (?8 IS NULL OR lower(b.node_code) = lower(?8))"
            " AND coalesce(m.slot_start_us, m.created_us) >= ?5"
            " AND (?6 = 0 OR coalesce(m.slot_start_us, m.created_us) < ?6)"
            " AND (coalesce(m.slot_start_us, m.created_us), m.id) < (?9, ?10)"
            " ORDER BY coalesce(m.slot_start_us, m.created_us) DESC, m.id DESC LIMIT ?7";

typedef struct Row {
    char *words[7]; // session, dept, official, citizen_ref, ticket_no, approval_id, node_code
    bool cancelled;
    int64_t promises, satisfaction; // 0 = not rated
    int64_t at_us, id;              // what lists are ordered by
} Row;

static void row_clear(void *data)
{
    Row *row = data;
    for (size_t i = 0; i < G_N_ELEMENTS(row->words); i++)
        g_free(row->words[i]);
}

static GArray *read_rows(IdxCatalogue *cat, IdxQuery *query, GError **error)
{
    g_autoptr(IdxQuery) q = query;
    g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(Row));
    g_array_set_clear_func(rows, row_clear);
    int step = 0;
    while ((step = idx_db_step(cat, q, error)) > 0) {
        Row row = {.cancelled = !idx_db_is_null(q, 7),
                   .promises = idx_db_int(q, 8),
                   .satisfaction = idx_db_is_null(q, 9) ? 0 : idx_db_int(q, 9),
                   .at_us = idx_db_int(q, 10),
                   .id = idx_db_int(q, 11)};
        for (int i = 0; i < (int)G_N_ELEMENTS(row.words); i++)
            row.words[i] = g_strdup(idx_db_text(q, i));
        g_array_append_val(rows, row);
    }
    return step == 0 ? g_steal_pointer(&rows) : NULL;
}

/* "officials": all, and "official": the first of them. */
static void put_officials(json_t *json, const char *lines)
{
    g_auto(GStrv) officials = g_strsplit(lines ? lines : "", "\n", -1);
    json_t *list = json_array();
    for (char **one = officials; *one; one++)
        json_array_append_new(list, json_string(*one));
    json_object_set_new(json, "official", mj_json_string(officials[0]));
    json_object_set_new(json, "officials", list);
}

static json_t *row_json(IdxCatalogue *cat, const Row *row, GError **error)
{
    static const char *const NAMES[] = {"session",   "dept",        "official", "citizen_ref",
                                        "ticket_no", "approval_id", "node_code"};
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, row->words[0], error);
    if (!meet)
        return NULL;
    json_t *json = idx_meet_json(meet, idx_catalogue_timezone(cat));
    for (size_t i = 1; i < G_N_ELEMENTS(NAMES); i++)
        json_object_set_new(json, NAMES[i], mj_json_string(row->words[i]));
    put_officials(json, row->words[2]);
    json_object_set_new(json, "promises", json_integer(row->promises));
    json_object_set_new(json, "satisfaction",
                        row->satisfaction ? json_integer(row->satisfaction) : json_null());
    if (row->cancelled)
        json_object_set_new(json, "state", json_string("cancelled"));
    return json;
}

/* One more than the page has, if there are more. */
static GArray *read_page(IdxCatalogue *cat, const IdxBookFilter *f, guint limit, GError **error)
{
    int64_t before_us = 0, before_id = 0;
    if (!mj_cursor_read(f->cursor, &before_us, &before_id, error))
        return NULL;
    return read_rows(cat,
                     idx_db_query(cat, SQL_LIST, error, "ttttiiitii", f->session, f->topic, f->dept,
                                  f->official, f->from_us, f->to_us, (int64_t)limit + 1, f->node,
                                  before_us, before_id),
                     error);
}

json_t *idx_book_list_json(IdxCatalogue *cat, const IdxBookFilter *filter, GError **error)
{
    guint limit = filter->limit > 0 ? (guint)filter->limit : IDX_BOOK_LIST_MAX;
    g_autoptr(GArray) rows = read_page(cat, filter, limit, error);
    g_autoptr(json_t) list = json_array();
    g_autofree char *next = NULL;
    for (guint i = 0; rows && i < MIN(rows->len, limit); i++) {
        const Row *row = &g_array_index(rows, Row, i);
        json_t *json = row_json(cat, row, error);
        if (!json)
            return NULL;
        json_array_append_new(list, json);
        if (i + 1 == limit && rows->len > limit)
            next = mj_cursor_write(row->at_us, row->id);
    }
    return rows ? json_pack("{s:O, s:s?}", "sessions", list, "next", next) : NULL;
}

json_t *idx_book_json(IdxCatalogue *cat, const char *session, GError **error)
{
    g_autoptr(GArray) rows = read_rows(cat, idx_db_query(cat, SQL_ONE, error, "t", session), error);
    if (rows && rows->len == 0)
        idx_meet_free(idx_meet_get(cat, session, error)); // says that there is none
    return rows && rows->len > 0 ? row_json(cat, &g_array_index(rows, Row, 0), error) : NULL;
}
