// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/looked.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/db.h"
#include "index/segment/seal.h"

#include <string.h>

/* ?1 the subject, ?2 who asks, ?3 her login, ?4 how many. What is open is a day long at most. */
static const char SQL_ROWS[] =
    "WITH kin (id) AS (SELECT ?1 UNION SELECT b.subject_id FROM subject_event a"
    " JOIN subject_event b ON b.event_id = a.event_id WHERE a.subject_id = ?1),"
    " of (id) AS (SELECT ?1 UNION SELECT t.id FROM kin JOIN subject t ON t.id = kin.id"
    " JOIN subject s ON s.id = ?1 WHERE s.kind = 'approval' AND t.kind = 'ticket')"
    " SELECT a.seq, a.at_us, a.who, a.role, a.reason, a.case_no, a.object_kind, a.what <> 'view',"
    " a.detail, s.from_us, coalesce(s.to_us, s.from_us + 86400000000), s.place_id"
    " FROM of JOIN span s ON s.subject_id = of.id AND s.superseded_us IS NULL"
    " JOIN camera c ON c.id = s.camera_id JOIN audit a INDEXED BY audit_seen ON a.camera = c.code"
    " AND a.to_us >= s.from_us AND a.from_us < coalesce(s.to_us, s.from_us + 86400000000)"
    " AND a.what IN ('view', 'clip', 'clip.make') WHERE a.result = 'ok'"
    " AND NOT (a.who = coalesce(?2, '') AND a.at_us >="
    " coalesce((SELECT created_us FROM login WHERE token_sha256 = ?3), 9223372036854775807))"
    " AND (a.object_kind IS NULL OR a.object_kind NOT IN ('ticket', 'approval', 'session')"
    " OR EXISTS (SELECT 1 FROM kin JOIN subject n ON n.id = kin.id WHERE n.kind = a.object_kind"
    " AND n.key = a.object AND n.day = coalesce(a.day, 0))) ORDER BY a.seq DESC LIMIT ?4";

typedef struct Look {
    char *who, *role, *reason, *case_no, *kind;
    int64_t first_seq, from_us, to_us;
    bool taken;
} Look;

static void look_free(void *data)
{
    Look *look = data;
    g_free(look->who);
    g_free(look->role);
    g_free(look->reason);
    g_free(look->case_no);
    g_free(look->kind);
    g_free(look);
}

static bool same(IdxQuery *q, int column, const char *text)
{
    return g_strcmp0(idx_db_text(q, column), text) == 0;
}

/* Of a row that tells of several stretches [[from, to]…] whether one of them is within; what tells of one is. */
static bool touches(const char *detail, int64_t from_us, int64_t to_us)
{
    g_autoptr(json_t) told = detail ? json_loads(detail, 0, NULL) : NULL;
    const json_t *spans = json_object_get(told, "spans");
    bool any = !json_is_array(spans);
    for (size_t i = 0; i < json_array_size(spans) && !any; i++) {
        const json_t *span = json_array_get(spans, i);
        const char *first = json_string_value(json_array_get(span, 0)),
                   *last = json_string_value(json_array_get(span, 1));
        int64_t first_us = 0, last_us = 0;
        any = first && last && mj_time_parse_rfc3339(first, &first_us, NULL) &&
              mj_time_parse_rfc3339(last, &last_us, NULL) && last_us >= from_us && first_us < to_us;
    }
    return any;
}

/* The look that a row is of, which is older than all before it; NULL: one that is not there yet. */
static Look *find(const GPtrArray *looks, IdxQuery *q)
{
    for (guint i = looks->len; i-- > 0;) {
        Look *look = looks->pdata[i];
        if (same(q, 2, look->who) && same(q, 3, look->role) && same(q, 4, look->reason) &&
            same(q, 5, look->case_no) && look->from_us - idx_db_int(q, 1) <= IDX_LOOKED_PAUSE_US)
            return look;
    }
    return NULL;
}

static void take_row(GPtrArray *looks, IdxQuery *q)
{
    Look *look = find(looks, q);
    if (!look) {
        look = g_new0(Look, 1);
        look->who = g_strdup(idx_db_text(q, 2));
        look->role = g_strdup(idx_db_text(q, 3));
        look->reason = g_strdup(idx_db_text(q, 4));
        look->case_no = g_strdup(idx_db_text(q, 5));
        look->kind = g_strdup(idx_db_text(q, 6));
        look->to_us = idx_db_int(q, 1);
        g_ptr_array_add(looks, look);
    }
    look->first_seq = idx_db_int(q, 0);
    look->from_us = idx_db_int(q, 1);
    look->taken = look->taken || idx_db_int(q, 7) != 0;
}

static bool read_looks(IdxCatalogue *cat, const IdxSubject *subject, const IdxLookedBy *by,
                       GPtrArray *looks, int *ret_rows, GError **error)
{
    uint8_t login[32] = {0};
    if (by->cookie)
        idx_seal_sha256(by->cookie, login);
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_ROWS, error, "itbi", subject->id, by->who, (const void *)login,
                     sizeof login, (int64_t)IDX_LOOKED_ROWS);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        ++*ret_rows;
        if (idx_scope_place_id(cat, idx_db_int(q, 11)) &&
            touches(idx_db_text(q, 8), idx_db_int(q, 9), idx_db_int(q, 10)))
            take_row(looks, q);
    }
    return row == 0;
}

static guint count_people(const GPtrArray *looks)
{
    g_autoptr(GHashTable) people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < looks->len; i++) {
        const Look *look = looks->pdata[i];
        g_hash_table_add(people, g_strconcat(look->role, "/", look->who, NULL));
    }
    return g_hash_table_size(people);
}

static json_t *look_json(const Look *look, GTimeZone *zone)
{
    return json_pack("{s:I, s:s, s:s, s:s?, s:s?, s:s?, s:b, s:o, s:o}", "id",
                     (json_int_t)look->first_seq, "who", look->who, "role", look->role, "reason",
                     look->reason, "case", look->case_no, "kind", look->kind, "taken",
                     (int)look->taken, "from", mj_json_time(look->from_us, zone), "to",
                     mj_json_time(look->to_us, zone));
}

json_t *idx_looked_json(IdxCatalogue *cat, const IdxSubject *subject, const IdxLookedBy *by,
                        GError **error)
{
    int rows = 0;
    g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(look_free);
    if (!read_looks(cat, subject, by, looks, &rows, error))
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < looks->len; i++)
        json_array_append_new(list, look_json(looks->pdata[i], idx_catalogue_timezone(cat)));
    return json_pack("{s:o, s:i, s:b}", "looks", list, "people", (int)count_people(looks),
                     "complete", rows < IDX_LOOKED_ROWS);
}
