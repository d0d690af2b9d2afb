// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/meet/record.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/meet/book.h"
#include "index/meet/meet.h"
#include "index/meet/notice.h"
#include "index/retention/retention.h"

static const char SQL_SEGMENTS[] =
    "SELECT g.stream_id, g.start_us, g.end_us, g.state = 'open' FROM segment g"
    " JOIN stream s ON s.id = g.stream_id WHERE s.camera_id = ?"
    " ORDER BY g.start_us";
static const char SQL_CAMERAS[] =
    "SELECT c.id FROM meeting_leg l JOIN camera c ON c.code = l.camera"
    " WHERE l.meeting_id = ? ORDER BY l.id";
static const char SQL_VERSIONS[] =
    "SELECT DISTINCT consent_text_ver FROM meeting_leg WHERE meeting_id = ?"
    " AND consent_text_ver IS NOT NULL ORDER BY 1";

/* Over all segments. Rules belong to the IdxRetention. */
typedef struct Kept {
    int64_t min_us, max_us; // 0 = nothing yet
    const IdxRule *min_rule, *max_rule;
    bool any, held;
} Kept;

static void weigh(Kept *kept, const IdxVerdict *v)
{
    if (!kept->any || v->min_us < kept->min_us) {
        kept->min_us = v->min_us;
        kept->min_rule = v->min_rule;
    }
    if (!kept->any || v->max_us > kept->max_us) {
        kept->max_us = v->max_us;
        kept->max_rule = v->max_rule;
    }
    kept->held = kept->held || v->kind == IDX_VERDICT_HELD;
    kept->any = true;
}

static bool weigh_camera(IdxCatalogue *cat, IdxRetention *retention, int64_t camera_id,
                         int64_t now_us, Kept *kept, GError **error)
{
    IdxAim aim = {camera_id, INT64_MIN, INT64_MAX, IDX_VERDICT_OPEN, now_us};
    if (!idx_retention_aim(retention, &aim, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SEGMENTS, error, "i", camera_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxVerdict v = idx_retention_judge(retention, idx_db_int(q, 0), idx_db_int(q, 1),
                                           idx_db_int(q, 2), idx_db_int(q, 3) != 0, now_us);
        weigh(kept, &v);
    }
    return row == 0;
}

static GArray *numbers(IdxCatalogue *cat, const char *sql, int64_t id, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "i", id);
    return idx_db_append_ints(cat, q, list, error) ? g_steal_pointer(&list) : NULL;
}

static json_t *rule_json(const IdxRule *rule, int days)
{
    return rule ? json_pack("{s:s, s:s, s:i}", "kind", rule->kind, "purpose", rule->purpose, "days",
                            days)
                : json_null();
}

static json_t *kept_json(IdxCatalogue *cat, const Kept *kept)
{
    GTimeZone *zone = idx_catalogue_timezone(cat);
    bool ages = kept->max_us != INT64_MAX;
    if (!kept->any)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "rule",
                     rule_json(kept->min_rule, kept->min_rule ? kept->min_rule->min_days : 0),
                     "kept_until", mj_json_time(kept->min_us, zone), "last_rule",
                     rule_json(ages ? kept->max_rule : NULL,
                               ages && kept->max_rule ? kept->max_rule->max_days : 0),
                     "gone_by", ages ? mj_json_time(kept->max_us, zone) : json_null(), "held",
                     (int)kept->held);
}

static json_t *retention_json(IdxCatalogue *cat, int64_t meeting, int64_t now_us, GError **error)
{
    g_autoptr(GArray) cameras = numbers(cat, SQL_CAMERAS, meeting, error);
    g_autoptr(IdxRetention) retention = cameras ? idx_retention_new(cat, error) : NULL;
    Kept kept = {0};
    if (!retention)
        return NULL;
    for (guint i = 0; i < cameras->len; i++)
        if (!weigh_camera(cat, retention, g_array_index(cameras, int64_t, i), now_us, &kept, error))
            return NULL;
    return kept_json(cat, &kept);
}

static GPtrArray *versions_of(IdxCatalogue *cat, int64_t meeting, GError **error)
{
    g_autoptr(GPtrArray) versions = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_VERSIONS, error, "i", meeting);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(versions, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&versions) : NULL;
}

static json_t *notices_json(IdxCatalogue *cat, int64_t meeting, GError **error)
{
    g_autoptr(GPtrArray) versions = versions_of(cat, meeting, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; versions && i < versions->len; i++) {
        g_autoptr(json_t) one = NULL;
        if (!idx_notice_json(cat, versions->pdata[i], &one, error))
            return NULL;
        if (!json_is_null(one))
            json_array_append(list, one);
    }
    return versions ? json_incref(list) : NULL;
}

json_t *idx_meet_record_json(IdxCatalogue *cat, const char *session, int64_t now_us, GError **error)
{
    g_autoptr(IdxMeet) meet = idx_meet_get(cat, session, error);
    g_autoptr(json_t) json = meet ? idx_book_json(cat, session, error) : NULL;
    g_autoptr(json_t) notices = json ? notices_json(cat, meet->id, error) : NULL;
    g_autoptr(json_t) retention = notices ? retention_json(cat, meet->id, now_us, error) : NULL;
    if (!retention)
        return NULL;
    json_object_set(json, "notices", notices);
    json_object_set(json, "retention", retention);
    return g_steal_pointer(&json);
}
