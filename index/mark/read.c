// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/cursor.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/event/source.h"
#include "index/mark/mark.h"

#include <inttypes.h>

#define COLUMNS                                                                                    \
    "SELECT m.id, m.camera, m.at_us, m.kind, m.words, m.made_by, m.made_us, m.place,"              \
    " lower(hex(m.still_sha256)), m.event_id, e.event_id, s.kind, h.code, s.key, s.day, c.name,"   \
    " e.hall_id, s.id, e.body ->> '$.data.monitor_point', e.body ->> '$.data.monitor_point_en',"   \
    " iif(m.place IS NULL, NULL, w.code)"                                                          \
    " FROM mark m JOIN event e ON e.id = m.event_id JOIN hall w ON w.id = e.hall_id"               \
    " LEFT JOIN subject s ON s.id "                                                                \
    "= m.subject_id"                                                                               \
    " LEFT JOIN hall h ON h.id = s.hall_id LEFT JOIN camera c ON c.code = m.camera "

static const char SQL_GET[] = COLUMNS "WHERE m.id = ?";
static const char SQL_LIST[] = COLUMNS
    "WHERE (m.made_us, m.id) < (?1, ?2) AND (?4 IS NULL OR instr(lower(m.words), lower(?4)) OR"
    " (?8 AND m.kind IN (SELECT k.code FROM mark_kind k WHERE instr(lower(k.zh), lower(?4))"
    " OR instr(lower(k.en), lower(?4)))))"
    " AND (?5 IS NULL OR m.camera = ?5) AND m.at_us >= ?6 AND m.at_us < ?7"
    " ORDER BY m.made_us DESC, m.id DESC LIMIT ?3";
static const char SQL_STILL[] = "SELECT s.jpeg, length(s.jpeg), m.camera, m.at_us FROM mark m JOIN"
                                " mark_still s ON s.mark_id = m.id WHERE m.id = ?";

static const char SQL_NAMED[] = "SELECT m.id FROM event e JOIN mark m ON m.event_id = e.id"
                                " WHERE e.source = ?1 AND e.event_id = ?2";

static json_t *subject_json(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    bool sees = false;
    if (!idx_db_is_null(q, 11) && !idx_scope_subject(cat, idx_db_int(q, 17), &sees, error))
        return NULL;
    if (!sees)
        return json_null();
    g_autofree char *day = idx_db_int(q, 14) ? mj_day_format((int)idx_db_int(q, 14)) : NULL;
    return json_pack("{s:s, s:s, s:s, s:s?}", "kind", idx_db_text(q, 11), "hall",
                     idx_db_text(q, 12), "key", idx_db_text(q, 13), "day", day);
}

static json_t *row_json(IdxCatalogue *cat, IdxQuery *q, GError **error)
{
    json_t *subject = subject_json(cat, q, error);
    if (!subject)
        return NULL;
    GTimeZone *zone = idx_catalogue_timezone(cat);
    json_t *camera = json_pack("{s:s, s:s}", "id", idx_db_text(q, 1), "name",
                               idx_db_text(q, 15) ? idx_db_text(q, 15) : idx_db_text(q, 1));
    json_t *kind = json_pack("{s:s?, s:s?}", "zh", idx_db_text(q, 18), "en", idx_db_text(q, 19));
    return json_pack(
        "{s:I, s:o, s:o, s:s, s:o, s:s?, s:s, s:o, s:s?, s:s?, s:s, s:I, s:s, s:o}", "id",
        (json_int_t)idx_db_int(q, 0), "camera", camera, "at", mj_json_time(idx_db_int(q, 2), zone),
        "kind", idx_db_text(q, 3), "kind_words", kind, "words", idx_db_text(q, 4), "by",
        idx_db_text(q, 5), "made", mj_json_time(idx_db_int(q, 6), zone), "place", idx_db_text(q, 7),
        "hall", idx_db_text(q, 20), "still_sha256", idx_db_text(q, 8), "event",
        (json_int_t)idx_db_int(q, 9), "alert_id", idx_db_text(q, 10), "subject", subject);
}

/* Where it was, or for want of a place what the camera saw. */
static bool is_seen(IdxCatalogue *cat, IdxQuery *q, bool *ret_sees, GError **error)
{
    int64_t at_us = idx_db_int(q, 2);
    *ret_sees = idx_db_is_null(q, 7) || idx_scope_place(cat, idx_db_int(q, 16), idx_db_text(q, 7));
    return !idx_db_is_null(q, 7) ||
           idx_scope_camera(cat, idx_db_text(q, 1), at_us, at_us, ret_sees, error);
}

static void not_found(int64_t id, GError **error)
{
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "no mark %" PRId64, id);
}

json_t *idx_mark_json(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    int row = idx_db_step(cat, q, error);
    bool sees = false;
    if (row < 0 || (row > 0 && !is_seen(cat, q, &sees, error)))
        return NULL;
    if (!sees)
        not_found(id, error);
    return sees ? row_json(cat, q, error) : NULL;
}

/* The marks of @q that may be seen, at most @limit; where the list goes on, if there is one more or @left were looked at. */
static json_t *read_marks(IdxCatalogue *cat, IdxQuery *q, size_t limit, int64_t left,
                          GError **error)
{
    g_autoptr(json_t) list = json_array();
    int64_t us = 0, id = 0;
    bool more = false;
    int row = 0;
    while (!more && (row = idx_db_step(cat, q, error)) > 0) {
        bool sees = false, room = json_array_size(list) < limit;
        if (!is_seen(cat, q, &sees, error))
            return NULL;
        more = (sees && !room) || --left <= 0;
        if (sees && !room)
            break;
        us = idx_db_int(q, 6);
        id = idx_db_int(q, 0);
        json_t *mark = sees ? row_json(cat, q, error) : NULL;
        if (sees && json_array_append_new(list, mark) != 0)
            return NULL;
    }
    g_autofree char *next = more ? mj_cursor_write(us, id) : NULL;
    return row >= 0 ? json_pack("{s:O, s:s?}", "marks", list, "next", next) : NULL;
}

json_t *idx_mark_list_json(IdxCatalogue *cat, const IdxMarkFilter *filter, const char *cursor,
                           int limit, GError **error)
{
    IdxMarkFilter f = filter ? *filter : (IdxMarkFilter){0};
    int64_t us = 0, id = 0, left = idx_scope_is_limited(cat) ? IDX_MARK_LOOKS : (int64_t)limit + 1;
    if (!mj_cursor_read(cursor, &us, &id, error))
        return NULL;
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_LIST, error, "iiittiii", us, id, left, f.words, f.camera, f.from_us,
                     f.to_us ? f.to_us : INT64_MAX, (int64_t)(f.words && mj_text_tells(f.words)));
    return q ? read_marks(cat, q, (size_t)limit, left, error) : NULL;
}

GBytes *idx_mark_still(IdxCatalogue *cat, int64_t id, char **ret_camera, int64_t *ret_at_us,
                       GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STILL, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        not_found(id, error);
    if (row <= 0)
        return NULL;
    *ret_camera = g_strdup(idx_db_text(q, 2));
    *ret_at_us = idx_db_int(q, 3);
    return g_bytes_new(sqlite3_column_blob(q, 0), (gsize)idx_db_int(q, 1));
}

bool idx_mark_find(IdxCatalogue *cat, const char *text, int64_t *ret_id, GError **error)
{
    guint64 id = 0;
    g_autoptr(GError) local = NULL;
    if (g_ascii_string_to_unsigned(text, 10, 1, INT64_MAX, &id, NULL)) {
        *ret_id = (int64_t)id;
        return true;
    }
    g_autofree char *source =
        g_strdup_printf(IDX_SOURCE_OURS "%s/marks", idx_catalogue_hall_code(cat));
    if (idx_db_get_int(cat, ret_id, SQL_NAMED, &local, "tt", source, text))
        return true;
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no mark %.64s", text);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}
