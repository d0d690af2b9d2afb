// SPDX-License-Identifier: GPL-3.0-or-later
/* What retention was promised and what came of it, as JSON. */
#include "index/base/clock.h"
#include "index/base/log.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/link/linking.h"
#include "index/listing.h"
#include "index/purge/disposition.h"
#include "index/retention/forecast.h"
#include "index/retention/report_own.h"
#include "index/retention/retention.h"

#include <string.h>

#define STALE_US (2 * MJ_DAY_US) // purge has not run for so long
#define FEW_SEGMENTS 1000000     // looked at anew each time

static const char SQL_OLDEST[] =
    "SELECT coalesce((SELECT start_us FROM segment INDEXED BY segment_time WHERE stream_id = ?"
    " ORDER BY start_us LIMIT 1), 0)";
static const char SQL_HELD[] =
    "SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT g.id, g.bytes FROM hold_span h"
    " INDEXED BY hold_span_live JOIN segment g ON g.stream_id = ?1"
    " AND g.start_us >= h.from_us - 86400000000 AND g.start_us < h.to_us AND g.end_us > h.from_us"
    " WHERE h.camera = ?2 AND h.released_us IS NULL)";

static const char SQL_SEGMENTS[] = // about
    "SELECT coalesce((SELECT max(id) FROM segment) - (SELECT min(id) FROM segment), 0)";
/* Whether what a forecast follows from was changed by somebody: rules, holds, volumes, kinds of cameras. */
static const char SQL_CHANGED[] =
    "SELECT EXISTS (SELECT 1 FROM audit INDEXED BY audit_what WHERE what IN ('retention.set',"
    " 'retention.remove', 'retention.policy', 'hold.add', 'hold.release', 'volume.add',"
    " 'volume.remove', 'camera.change') AND at_us >= ?1 AND result = 'ok')";

typedef struct Report {
    IdxCatalogue *cat;
    const IdxRetention *retention;
    int64_t now_us;
    IdxReportLegs *legs;
} Report;

static json_t *days_json(int days)
{
    return days > 0 ? json_integer(days) : json_null();
}

json_t *idx_retention_rules_json(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) rules = idx_rule_list(cat, error);
    json_t *list = json_array();
    for (guint i = 0; rules && i < rules->len; i++) {
        const IdxRule *rule = rules->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:o}", "kind", rule->kind, "purpose",
                                              rule->purpose, "min_days", rule->min_days, "max_days",
                                              days_json(rule->max_days)));
    }
    json_t *json = rules ? json_pack("{s:O}", "rules", list) : NULL;
    json_decref(list);
    return json;
}

typedef struct Kept {           // of a stream
    int64_t oldest_us, gone_us; // the oldest there is, the newest that was deleted; 0 = none
    int64_t since_us;           // everything that was recorded since is there
    int64_t kept_us; // how long that is; where nothing is left, how long the last of it was kept
    int64_t held_bytes;
    bool met;
} Kept;

static double days_of(int64_t us)
{
    return (double)us / MJ_DAY_US;
}

/* Where nothing is left, what went last was kept until it went. */
static bool find_kept(const Report *r, const IdxStream *stream, Kept *kept, GError **error)
{
    int64_t kept_us = kept->oldest_us ? r->now_us - kept->since_us : 0;
    if (!kept->oldest_us && kept->gone_us &&
        !idx_disposition_kept(r->cat, stream->id, kept->gone_us, &kept_us, error))
        return false;
    kept->kept_us = MAX(kept_us, 0);
    return true;
}

static bool look(const Report *r, const IdxCamera *camera, const IdxStream *stream, int promised,
                 Kept *kept, GError **error)
{
    if (!idx_db_get_int(r->cat, &kept->oldest_us, SQL_OLDEST, error, "i", stream->id) ||
        !idx_disposition_last(r->cat, stream->id, &kept->gone_us, error) ||
        !idx_db_get_int(r->cat, &kept->held_bytes, SQL_HELD, error, "it", stream->id, camera->code))
        return false;
    kept->since_us = kept->gone_us ? kept->gone_us : kept->oldest_us;
    if (!find_kept(r, stream, kept, error))
        return false;
    kept->met = kept->gone_us == 0 || kept->kept_us >= promised * MJ_DAY_US ||
                (!kept->oldest_us && camera->removed_us);
    return true;
}

/* Of the promised days: those since there is the camera, even if it never gave a picture, until it was taken away; of the
 * leg of a meeting what came behind its first picture. */
static bool weigh(const Report *r, const IdxCamera *camera, const IdxStream *stream, int promised,
                  const Kept *kept, IdxReportGaps *ret, GError **error)
{
    int64_t until_us = camera->removed_us ? MIN(camera->removed_us, r->now_us) : r->now_us;
    int64_t since_us =
        kept->oldest_us ? MIN(kept->oldest_us, camera->created_us) : camera->created_us;
    if (idx_report_is_leg(r->legs, camera))
        since_us = kept->since_us ? kept->since_us : until_us;
    return idx_report_gaps(r->cat, stream->id, MAX(since_us, r->now_us - promised * MJ_DAY_US),
                           until_us, ret, error);
}

static json_t *stream_json(const Report *r, const IdxCamera *camera, const IdxStream *stream,
                           GError **error)
{
    Kept kept = {0};
    g_auto(IdxReportGaps) gaps = {0};
    int promised = idx_retention_promised_days(r->retention, camera->kind);
    if (!look(r, camera, stream, promised, &kept, error) ||
        !weigh(r, camera, stream, promised, &kept, &gaps, error))
        return NULL;
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o, s:b, s:I}", "camera", camera->code, "stream",
                  stream->name, "kind", camera->kind, "removed", camera->removed_us != 0, "oldest",
                  idx_listing_time(r->cat, kept.oldest_us), "kept_since",
                  idx_listing_time(r->cat, kept.since_us), "deleted_until",
                  idx_listing_time(r->cat, kept.gone_us), "met", kept.met, "held_bytes",
                  (json_int_t)kept.held_bytes);
    json_object_update_new(json, json_pack("{s:i, s:f, s:f, s:f, s:f, s:i, s:O}", "promised_days",
                                           promised, "achieved_days", days_of(gaps.there_us),
                                           "due_days", days_of(gaps.there_us + gaps.missing_us),
                                           "kept_days", days_of(kept.kept_us), "missing_s",
                                           (double)gaps.missing_us / MJ_SECOND_US, "gaps",
                                           gaps.count, "reasons", gaps.reasons));
    return json;
}

static json_t *cameras_json(const Report *r, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(r->cat, true, error);
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; cameras && i < cameras->len; i++) {
        const IdxCamera *camera = cameras->pdata[i];
        for (guint j = 0; j < camera->streams->len; j++) {
            const IdxStream *stream = camera->streams->pdata[j];
            json_t *one = stream_json(r, camera, stream, error);
            if (!one)
                return NULL;
            if (idx_report_is_leg(r->legs, camera))
                idx_report_add_leg(r->legs, one);
            else
                json_array_append_new(list, one);
        }
    }
    return cameras ? g_steal_pointer(&list) : NULL;
}

json_t *idx_outlook_json(IdxCatalogue *cat, const IdxOutlook *o, int64_t now_us)
{
    if (!o)
        return json_null();
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:s?, s:b}", "at",
                     idx_listing_time(cat, o->at_us), "used_bytes", (json_int_t)o->used_bytes,
                     "held_bytes", (json_int_t)o->held_bytes, "bound_bytes",
                     (json_int_t)o->bound_bytes, "spare_bytes", (json_int_t)o->spare_bytes,
                     "room_bytes", (json_int_t)o->room_bytes, "day_bytes", (json_int_t)o->day_bytes,
                     "short", idx_listing_time(cat, o->short_us), "cause", o->cause, "warning",
                     (int)idx_outlook_warns(o, now_us));
}

/* Whether a look at all footage takes a while. */
static bool is_dear(const Report *r, bool *ret, GError **error)
{
    int64_t segments = 0;
    if (!idx_db_get_int(r->cat, &segments, SQL_SEGMENTS, error, ""))
        return false;
    *ret = segments > FEW_SEGMENTS;
    return true;
}

/* Whether what was found at @at_us will do: nobody changed anything since. */
static bool still_holds(const Report *r, int64_t at_us, bool *ret, GError **error)
{
    int64_t changed = 0;
    if (!idx_db_get_int(r->cat, &changed, SQL_CHANGED, error, "i", at_us))
        return false;
    *ret = at_us > r->now_us - STALE_US && !changed;
    return true;
}

/* When the newest was found; a volume that cannot be asked keeps an older one. 0 = there are none. */
static int64_t newest_us(const GArray *outlooks)
{
    int64_t at_us = 0;
    for (guint i = 0; i < outlooks->len; i++)
        at_us = MAX(at_us, g_array_index(outlooks, IdxOutlook, i).at_us);
    return at_us;
}

static bool store_outlooks(const Report *r, const GArray *outlooks, GError **error)
{
    bool ok = true;
    for (guint i = 0; i < outlooks->len && ok; i++)
        ok = idx_outlook_store(r->cat, &g_array_index(outlooks, IdxOutlook, i), error);
    return ok;
}

/* So that the next one need not look again, if this connection may write. */
static void keep_outlooks(const Report *r, const GArray *outlooks)
{
    g_autoptr(GError) failed = NULL;
    if (r->cat->mode == IDX_READ || !idx_db_scope_begin(r->cat, &failed) ||
        idx_db_scope_end(r->cat, store_outlooks(r, outlooks, &failed), &failed))
        return;
    mj_log_warning(NULL, "the outlook of volumes is not kept: %s", failed->message);
}

/* As stored by the last purge or report, or found now. */
static GArray *read_outlooks(const Report *r, GError **error)
{
    bool dear = false, holds = false;
    g_autoptr(GArray) stored = idx_outlook_list(r->cat, error);
    if (!stored || !is_dear(r, &dear, error) ||
        (dear && !still_holds(r, newest_us(stored), &holds, error)))
        return NULL;
    if (holds)
        return g_steal_pointer(&stored);
    GArray *found = idx_outlook_find(r->cat, r->now_us, error);
    if (found && dear)
        keep_outlooks(r, found);
    return found;
}

static json_t *volumes_json(const Report *r, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(r->cat, error);
    g_autoptr(GArray) outlooks = volumes ? read_outlooks(r, error) : NULL;
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; outlooks && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        if (volume->removed_us)
            continue;
        g_autofree char *policy = idx_retention_policy(r->cat, volume->id, error);
        if (!policy)
            return NULL;
        json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:s, s:s, s:o}", "id", (json_int_t)volume->id, "path",
                      volume->path, "state", volume->state, "when_full", policy, "outlook",
                      idx_outlook_json(r->cat, idx_outlook_in(outlooks, volume->id), r->now_us)));
    }
    return outlooks ? g_steal_pointer(&list) : NULL;
}

json_t *idx_retention_report(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(IdxRetention) retention = idx_retention_new(cat, error);
    g_auto(IdxReportLegs) legs = {0};
    Report r = {cat, retention, now_us, &legs};
    g_autoptr(json_t) report = retention ? idx_retention_rules_json(cat, error) : NULL;
    bool ready = report && idx_report_legs_init(&legs, cat, error);
    g_autoptr(json_t) cameras = ready ? cameras_json(&r, error) : NULL;
    g_autoptr(json_t) volumes = cameras ? volumes_json(&r, error) : NULL;
    bool unlinked = false;
    if (!volumes || !idx_linking_pending(cat, &unlinked, error))
        return NULL;
    json_object_set_new(report, "complete", json_boolean(!unlinked));
    json_object_set_new(report, "at", idx_listing_time(cat, now_us));
    json_object_set(report, "cameras", cameras);
    json_object_set_new(
        report, "sessions",
        idx_report_legs_json(&legs, idx_retention_promised_days(retention, "session")));
    json_object_set(report, "volumes", volumes);
    return g_steal_pointer(&report);
}
