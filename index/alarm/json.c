// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/alarm/alarm.h"
#include "index/alarm/watch.h"
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/lease.h"
#include "index/listing.h"

#include <string.h>

static const char SQL_EVENT[] =
    "SELECT e.body, h.code FROM event e JOIN hall h ON h.id = e.hall_id WHERE e.id = ?";
static const char SQL_SUBJECTS[] =
    "SELECT s.kind, h.code, s.key, s.day, s.id FROM subject_event e JOIN subject s ON s.id = "
    "e.subject_id"
    " JOIN hall h ON h.id = s.hall_id WHERE e.event_id = ? ORDER BY s.id LIMIT 4";
static const char SQL_MARK[] = "SELECT id, kind, made_by FROM mark WHERE event_id = ?";
static const char SQL_CAMERA[] = "SELECT id, name FROM camera WHERE code = ?";

static json_t *subjects_json(IdxCatalogue *cat, int64_t event_id, GError **error)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SUBJECTS, error, "i", event_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        bool sees = false;
        if (!idx_scope_subject(cat, idx_db_int(q, 4), &sees, error))
            return NULL;
        if (!sees)
            continue;
        g_autofree char *day = idx_db_int(q, 3) ? mj_day_format((int)idx_db_int(q, 3)) : NULL;
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s?}", "kind", idx_db_text(q, 0), "hall",
                                        idx_db_text(q, 1), "key", idx_db_text(q, 2), "day", day));
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

/* Of an alert: what its event says, its subjects, and the mark that it was made by, if it was. */
static json_t *alert_json(IdxCatalogue *cat, int64_t event_id, GError **error)
{
    static const char *const FIELDS[] = {"level",  "rule_code", "monitor_point", "monitor_point_en",
                                         "reason", "dept_code", "staff_id",      "limit_at"};
    g_autoptr(json_t) subjects = subjects_json(cat, event_id, error);
    g_autoptr(IdxQuery) q = subjects ? idx_db_query(cat, SQL_EVENT, error, "i", event_id) : NULL;
    if (!q || idx_db_step(cat, q, error) < 0)
        return NULL;
    g_autoptr(json_t) body = json_loads(idx_db_text(q, 0) ? idx_db_text(q, 0) : "{}", 0, NULL);
    const json_t *data = json_object_get(body, "data");
    json_t *alert = json_pack("{s:O, s:n, s:n, s:s?}", "subjects", subjects, "mark", "marked_by",
                              "hall", idx_db_text(q, 1));
    for (size_t i = 0; i < G_N_ELEMENTS(FIELDS); i++)
        json_object_set_new(alert, FIELDS[i],
                            mj_json_string(json_string_value(json_object_get(data, FIELDS[i]))));
    g_autoptr(IdxQuery) mark = idx_db_query(cat, SQL_MARK, error, "i", event_id);
    int row = idx_db_step(cat, mark, error);
    if (row > 0) {
        json_object_set_new(alert, "mark",
                            json_pack("{s:I, s:s}", "id", (json_int_t)idx_db_int(mark, 0), "kind",
                                      idx_db_text(mark, 1)));
        json_object_set_new(alert, "marked_by", json_string(idx_db_text(mark, 2)));
    }
    if (row >= 0)
        return alert;
    json_decref(alert);
    return NULL;
}

/* {"id", "name", "places"} of the camera whose footage shows it, or null. */
static json_t *camera_json(IdxCatalogue *cat, const IdxAlarm *alarm, GError **error)
{
    if (!alarm->camera)
        return json_null();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CAMERA, error, "t", alarm->camera);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return NULL;
    json_t *places =
        row > 0 ? idx_listing_places_of(cat, idx_db_int(q, 0), alarm->at_us, error) : json_array();
    return places ? json_pack("{s:s, s:s, s:o}", "id", alarm->camera, "name",
                              row > 0 ? idx_db_text(q, 1) : alarm->camera, "places", places)
                  : NULL;
}

json_t *idx_alarm_json(IdxCatalogue *cat, const IdxAlarm *a, GError **error)
{
    json_t *camera = camera_json(cat, a, error);
    json_t *alert = !camera       ? NULL
                    : a->event_id ? alert_json(cat, a->event_id, error)
                                  : json_null();
    if (!alert) {
        json_decref(camera);
        return NULL;
    }
    json_t *json =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:s?, s:o}", "id", (json_int_t)a->id, "kind",
                  a->kind, "object", a->object, "severity", a->severity, "code", a->code, "detail",
                  a->detail, "camera", camera, "place", a->place, "alert", alert);
    json_t *times = json_pack(
        "{s:o, s:o, s:o, s:o, s:I, s:o, s:s?, s:s?}", "at", idx_listing_time(cat, a->at_us),
        "since", idx_listing_time(cat, a->since_us), "quiet", idx_listing_time(cat, a->quiet_us),
        "until", idx_listing_time(cat, a->until_us), "times", (json_int_t)a->times, "acknowledged",
        idx_listing_time(cat, a->acknowledged_us), "acknowledged_by", a->acknowledged_by, "note",
        a->note);
    json_object_update_new(json, times);
    return json;
}

bool idx_alarm_is_of_case(const char *kind)
{
    return strcmp(kind, IDX_ALARM_ALERT) == 0 || strcmp(kind, IDX_ALARM_PROMISE) == 0;
}

void idx_alarm_hide_case(json_t *alarm)
{
    json_t *alert = json_object_get(alarm, "alert");
    const char *key = NULL;
    json_t *value = NULL;
    if (!idx_alarm_is_of_case(json_string_value(json_object_get(alarm, "kind"))))
        return;
    json_object_foreach(alert, key, value)
    {
        if (strcmp(key, "marked_by") == 0) // that it is no business system's
            continue;
        json_object_set_new(alert, key, json_is_array(value) ? json_array() : json_null());
    }
    g_autofree char *object =
        g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(alarm, "id")));
    json_object_set_new(alarm, "object", json_string(object));
    json_object_set_new(alarm, "detail", json_string("of a case, which those see who may search"));
    json_object_set_new(alarm, "note", json_null());
}

static json_t *rows_json(IdxCatalogue *cat, const GPtrArray *alarms, GError **error)
{
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < alarms->len; i++) {
        json_t *one = idx_alarm_json(cat, alarms->pdata[i], error);
        if (!one)
            return NULL;
        json_array_append_new(list, one);
    }
    return g_steal_pointer(&list);
}

json_t *idx_alarm_list_json(IdxCatalogue *cat, bool history, const char *cursor, int limit,
                            int64_t now_us, GError **error)
{
    bool watched = false;
    int64_t unacknowledged = 0;
    g_autofree char *next = NULL;
    g_autoptr(GPtrArray) open = idx_alarm_open(cat, error);
    if (!open || !idx_lease_held(cat, IDX_ALARM_LEASE, now_us, &watched, error))
        return NULL;
    for (guint i = 0; i < open->len; i++)
        unacknowledged += ((IdxAlarm *)open->pdata[i])->acknowledged_us == 0;
    guint n_open = open->len;
    g_autoptr(GPtrArray) rows =
        history ? idx_alarm_history(cat, cursor, limit, &next, error) : g_ptr_array_ref(open);
    if (rows && !history && rows->len > IDX_ALARM_LIMIT_MAX)
        g_ptr_array_set_size(rows, IDX_ALARM_LIMIT_MAX);
    json_t *list = rows ? rows_json(cat, rows, error) : NULL;
    if (!list)
        return NULL;
    return json_pack("{s:I, s:I, s:b, s:o, s:s?}", "open", (json_int_t)n_open, "unacknowledged",
                     (json_int_t)unacknowledged, "watched", (int)watched, "alarms", list, "next",
                     next);
}
