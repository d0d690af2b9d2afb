// SPDX-License-Identifier: GPL-3.0-or-later
/* What retention was promised and what came of it, as JSON. */
#include "index/base/clock.h"
#include "index/base/csv_put.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/disposition.h"
#include "index/forecast.h"
#include "index/listing.h"
#include "index/retention.h"

#include <string.h>

#define STALE_US (2 * MJ_DAY_US) // purge has not run for so long

static const char SQL_OLDEST[] =
    "SELECT coalesce((SELECT start_us FROM segment INDEXED BY segment_time WHERE stream_id = ?"
    " ORDER BY start_us LIMIT 1), 0)";
/* By the index alone. */
static const char SQL_COVERED[] =
    "SELECT coalesce(sum(min(end_us, ?3) - max(start_us, ?2)), 0) FROM segment"
    " INDEXED BY segment_time WHERE stream_id = ?1 AND start_us < ?3 AND end_us > ?2"
    " AND start_us >= coalesce((SELECT max(start_us) FROM segment WHERE stream_id = ?1"
    " AND start_us <= ?2), ?2)";
static const char SQL_HELD[] =
    "SELECT coalesce(sum(bytes), 0) FROM (SELECT DISTINCT g.id, g.bytes FROM hold_span h"
    " INDEXED BY hold_span_live JOIN segment g ON g.stream_id = ?1"
    " AND g.start_us >= h.from_us - 86400000000 AND g.start_us < h.to_us AND g.end_us > h.from_us"
    " WHERE h.camera = ?2 AND h.released_us IS NULL)";

typedef struct Report {
    IdxCatalogue *cat;
    const IdxRetention *retention;
    int64_t now_us;
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

/* What is missing in [@from_us, @to_us), in seconds: neither recorded nor deleted. */
static bool missing(const Report *r, int64_t stream_id, int64_t from_us, int64_t to_us,
                    double *ret_s, GError **error)
{
    int64_t covered_us = 0;
    *ret_s = 0;
    if (from_us >= to_us)
        return true;
    if (!idx_db_get_int(r->cat, &covered_us, SQL_COVERED, error, "iii", stream_id, from_us, to_us))
        return false;
    *ret_s = (double)MAX(to_us - from_us - covered_us, 0) / MJ_SECOND_US;
    return true;
}

static json_t *stream_json(const Report *r, const IdxCamera *camera, const IdxStream *stream,
                           GError **error)
{
    int64_t oldest_us = 0, gone_us = 0, held = 0;
    double missing_s = 0;
    int promised = idx_retention_promised_days(r->retention, camera->kind);
    if (!idx_db_get_int(r->cat, &oldest_us, SQL_OLDEST, error, "i", stream->id) ||
        !idx_disposition_last(r->cat, stream->id, &gone_us, error) ||
        !idx_db_get_int(r->cat, &held, SQL_HELD, error, "it", stream->id, camera->code))
        return NULL;
    /* Since when everything that was recorded is still there: behind the newest that was deleted. */
    int64_t since_us = gone_us ? gone_us : oldest_us;
    int64_t window_us = MAX(since_us, r->now_us - promised * MJ_DAY_US);
    /* Of a camera that was taken away nothing is due any more. */
    int64_t until_us = camera->removed_us ? MIN(camera->removed_us, r->now_us) : r->now_us;
    if (since_us && !missing(r, stream->id, window_us, until_us, &missing_s, error))
        return NULL;
    /* Where nothing is left nothing is kept, however long ago it went. */
    double achieved = oldest_us ? (double)(r->now_us - since_us) / MJ_DAY_US : 0;
    bool met = gone_us == 0 || achieved >= promised || (!oldest_us && camera->removed_us);
    return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:i, s:f, s:b, s:f, s:I}", "camera",
                     camera->code, "stream", stream->name, "kind", camera->kind, "removed",
                     camera->removed_us != 0, "oldest", idx_listing_time(r->cat, oldest_us),
                     "kept_since", idx_listing_time(r->cat, since_us), "promised_days", promised,
                     "achieved_days", achieved, "met", met, "missing_s", missing_s, "held_bytes",
                     (json_int_t)held);
}

/* The legs of sessions, each a camera for an hour, are told of together: they are thousands in a year. */
typedef struct Legs {
    int64_t n, missed, held;
    const char *oldest; // of one of @list
    double missing_s;
    json_t *list; // borrowed
} Legs;

static bool is_leg(const IdxCamera *camera)
{
    const IdxStream *stream = camera->streams->len ? camera->streams->pdata[0] : NULL;
    return stream && stream->url && g_str_has_prefix(stream->url, IDX_URL_LEG);
}

/* Takes @one. Times are of one zone: as text they compare. */
static void add_leg(Legs *legs, json_t *one)
{
    json_array_append_new(legs->list, one);
    const char *oldest = json_string_value(json_object_get(one, "oldest"));
    legs->n++;
    legs->missed += json_is_false(json_object_get(one, "met"));
    legs->held += json_integer_value(json_object_get(one, "held_bytes"));
    legs->missing_s += json_real_value(json_object_get(one, "missing_s"));
    if (oldest && (!legs->oldest || strcmp(oldest, legs->oldest) < 0))
        legs->oldest = oldest;
}

static json_t *legs_json(const Report *r, const Legs *legs)
{
    return json_pack("{s:I, s:s?, s:i, s:I, s:f, s:I}", "legs", (json_int_t)legs->n, "oldest",
                     legs->oldest, "promised_days",
                     idx_retention_promised_days(r->retention, "session"), "missed",
                     (json_int_t)legs->missed, "missing_s", legs->missing_s, "held_bytes",
                     (json_int_t)legs->held);
}

static json_t *cameras_json(const Report *r, Legs *legs, GError **error)
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
            if (is_leg(camera))
                add_leg(legs, one);
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

/* As the last purge stored them; found now if there has been none of late. */
static GArray *read_outlooks(const Report *r, GError **error)
{
    GArray *stored = idx_outlook_list(r->cat, error);
    bool fresh = stored && stored->len > 0 &&
                 g_array_index(stored, IdxOutlook, 0).at_us > r->now_us - STALE_US;
    if (!stored || fresh)
        return stored;
    g_array_unref(stored);
    return idx_outlook_find(r->cat, r->now_us, error);
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
    Report r = {cat, retention, now_us};
    g_autoptr(json_t) report = retention ? idx_retention_rules_json(cat, error) : NULL;
    g_autoptr(json_t) each = json_array();
    Legs legs = {.list = each};
    g_autoptr(json_t) cameras = report ? cameras_json(&r, &legs, error) : NULL;
    g_autoptr(json_t) volumes = cameras ? volumes_json(&r, error) : NULL;
    if (!volumes)
        return NULL;
    json_object_set_new(report, "at", idx_listing_time(cat, now_us));
    json_object_set(report, "cameras", cameras);
    json_object_set_new(report, "sessions", legs_json(&r, &legs));
    json_object_set(report, "volumes", volumes);
    return g_steal_pointer(&report);
}

static void csv_number(GString *out, const json_t *value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    mj_csv_cell(out, g_ascii_formatd(text, sizeof text, "%.1f", json_number_value(value)));
}

static void csv_row(GString *out, const json_t *camera)
{
    static const char *const TEXTS[] = {"camera", "stream", "kind", "oldest", "kept_since"};
    static const char *const NUMBERS[] = {"promised_days", "achieved_days", "missing_s",
                                          "held_bytes"};
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
        mj_csv_cell(out, json_string_value(json_object_get(camera, TEXTS[i])));
    for (size_t i = 0; i < G_N_ELEMENTS(NUMBERS); i++)
        csv_number(out, json_object_get(camera, NUMBERS[i]));
    g_string_append_printf(out, "%s\r\n",
                           json_is_true(json_object_get(camera, "met")) ? "met" : "not met");
}

char *idx_retention_report_csv(const json_t *report)
{
    GString *out = g_string_new(MJ_CSV_BEGIN "camera,stream,kind,oldest,kept_since,promised_days,"
                                             "achieved_days,missing_s,held_bytes,promise\r\n");
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(report, "cameras"), i, camera) csv_row(out, camera);
    const json_t *legs = json_object_get(report, "sessions");
    if (json_integer_value(json_object_get(legs, "legs"))) {
        g_autoptr(json_t) row = json_pack(
            "{s:s, s:s, s:O, s:O, s:O, s:O, s:b}", "camera", "sessions", "kind", "session",
            "oldest", json_object_get(legs, "oldest"), "promised_days",
            json_object_get(legs, "promised_days"), "missing_s", json_object_get(legs, "missing_s"),
            "held_bytes", json_object_get(legs, "held_bytes"), "met",
            json_integer_value(json_object_get(legs, "missed")) == 0);
        csv_row(out, row);
    }
    return g_string_free(out, FALSE);
}
