// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/alert.h"

#include "index/db.h"
#include "index/event/source.h"

#include <inttypes.h>
#include <string.h>

#define AT_A_LOOK 500     // alerts; the rest waits for the next look
#define NOTE_EVENTS 20000 // remembered at the latest after so many

static const char SQL_LAST[] = "SELECT coalesce(max(id), 0) FROM event";
static const char SQL_NOTED[] = "SELECT value FROM setting WHERE key = 'alarms_event'";
static const char SQL_NOTE[] =
    "INSERT INTO setting (key, value) VALUES ('alarms_event', ?) ON CONFLICT (key)"
    " DO UPDATE SET value = excluded.value";
static const char SQL_ALERTS[] =
    "SELECT id, source, type, time_us, place, body, superseded_by IS NULL AND NOT cancelled, "
    "hall_id"
    " FROM event WHERE id > ?1 AND id <= ?2 AND type >= 'hall.alert.' AND type < 'hall.alert/'"
    " ORDER BY id LIMIT ?3";
static const char SQL_GONE[] = // an alert that never was, as is said now
    "WITH RECURSIVE up (id) AS (SELECT superseded_by FROM event WHERE id = ? UNION SELECT"
    " e.superseded_by FROM up JOIN event e ON e.id = up.id) SELECT e.cancelled FROM up JOIN event e"
    " ON e.id = up.id WHERE e.superseded_by IS NULL";
/* Whose footage shows a place: a camera of its own before one of the whole hall. */
static const char SQL_CAMERA[] =
    "SELECT c.code FROM place p JOIN coverage v ON v.place_id = p.id JOIN camera c ON c.id ="
    " v.camera_id WHERE p.hall_id = ?3 AND p.code = ?1 AND coalesce(v.from_us, ?2) <= ?2"
    " AND coalesce(v.to_us, ?2 + 1) > ?2 ORDER BY c.kind = 'hall', c.code LIMIT 1";
static const char SQL_KNOWN_CAMERA[] = "SELECT code FROM camera WHERE code = ?1";
static const char SQL_MET[] = "SELECT count(*) FROM alarm WHERE event_id = ?";
static const char SQL_OPEN[] =
    "SELECT id FROM alarm WHERE kind = 'alert' AND object = ? AND until_us IS NULL";
static const char SQL_RAISE[] =
    "INSERT INTO alarm (kind, object, severity, code, detail, camera, place, at_us, since_us,"
    " seen_us, times, event_id) VALUES ('alert', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 1, ?9)";
static const char SQL_CHANGE[] =
    "UPDATE alarm SET severity = ?2, code = ?3, detail = ?4, event_id = ?5 WHERE id = ?1";
static const char SQL_END[] = "UPDATE alarm SET until_us = max(?2, since_us) WHERE id = ?1";

static void news_clear(void *data)
{
    IdxAlertNews *n = data;
    g_free(n->object);
    g_free(n->detail);
    g_free(n->camera);
    g_free(n->place);
}

// ── one event ──

static const char *text_of(const json_t *data, const char *name)
{
    return json_string_value(json_object_get(data, name));
}

/* NULL of a notice, which is no alarm. */
static const char *level_of(const json_t *data)
{
    static const struct {
        const char *word, *level;
    } LEVELS[] = {{"预警", "warning"},  {"warning", "warning"}, {"黄牌", "yellow"},
                  {"yellow", "yellow"}, {"红牌", "red"},        {"red", "red"}};
    const char *word = text_of(data, "level");
    for (size_t i = 0; i < G_N_ELEMENTS(LEVELS); i++)
        if (g_strcmp0(word, LEVELS[i].word) == 0)
            return LEVELS[i].level;
    return NULL;
}

static bool is_end(const char *type)
{
    return strcmp(type, "hall.alert.revoked") == 0 || strcmp(type, "hall.alert.rectified") == 0;
}

static char *words_of(const json_t *data, const char *level)
{
    const char *const parts[] = {text_of(data, "monitor_point"), text_of(data, "rule_code"),
                                 text_of(data, "reason")};
    g_autoptr(GString) words = g_string_new(level);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i])
            g_string_append_printf(words, "%s%s", i == 0 ? ": " : " · ", parts[i]);
    return g_string_free(g_steal_pointer(&words), FALSE);
}

/* The first column of the row, if there is one. */
static bool take_text(IdxCatalogue *cat, IdxQuery *q, char **ret, GError **error)
{
    int row = idx_db_step(cat, q, error);
    *ret = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row >= 0;
}

/* When it happened by the host's clock, as far as the source's is known. */
static bool correct_time(IdxCatalogue *cat, const json_t *body, IdxAlertNews *news, GError **error)
{
    const char *source = text_of(body, "source");
    g_autoptr(GArray) clocks = idx_source_clocks(cat, source ? source : "", error);
    if (!clocks)
        return false;
    IdxSourceClock clock = idx_source_clock_at(clocks, news->at_us, INT64_MAX);
    news->at_us += clock.has_offset ? clock.offset_us : 0;
    return true;
}

/* The camera that the alert itself names, else one that looks there. */
static bool find_camera(IdxCatalogue *cat, const json_t *data, IdxAlertNews *news, GError **error)
{
    const char *name = text_of(json_object_get(data, "evidence_ref"), "camera");
    if (name) {
        g_autoptr(IdxQuery) named = idx_db_query(cat, SQL_KNOWN_CAMERA, error, "t", name);
        if (!take_text(cat, named, &news->camera, error))
            return false;
    }
    if (news->camera || !news->place)
        return true;
    g_autoptr(IdxQuery) there =
        idx_db_query(cat, SQL_CAMERA, error, "tii", news->place, news->at_us, news->hall_id);
    return take_text(cat, there, &news->camera, error);
}

static void read_event(IdxQuery *q, const json_t *data, GArray *list)
{
    const char *alert_id = text_of(data, "alert_id");
    const char *type = idx_db_text(q, 2);
    const char *level = level_of(data);
    bool raised = strcmp(type, "hall.alert.raised") == 0 && level && idx_db_int(q, 6);
    if (!alert_id || !(raised || is_end(type)))
        return;
    IdxAlertNews news = {.event_id = idx_db_int(q, 0),
                         .ends = !raised,
                         .object = g_strdup_printf("%s#%s", idx_db_text(q, 1), alert_id),
                         .severity =
                             g_strcmp0(level, "red") == 0 ? IDX_ALARM_RED : IDX_ALARM_YELLOW,
                         .code = level ? level : "warning",
                         .detail = words_of(data, level ? level : "warning"),
                         .place = g_strdup(idx_db_text(q, 4)),
                         .hall_id = idx_db_int(q, 7),
                         .at_us = idx_db_int(q, 3)};
    g_array_append_val(list, news);
}

// ── all that are new ──

static bool read_new(IdxAlertScan *scan, IdxCatalogue *cat, int64_t last_id, GArray *list,
                     GPtrArray *bodies, GError **error)
{
    int64_t n = 0, at_id = scan->at_id;
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_ALERTS, error, "iii", scan->at_id, last_id, (int64_t)AT_A_LOOK);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        json_t *body = json_loads(idx_db_text(q, 5), 0, NULL);
        guint before = list->len;
        read_event(q, json_object_get(body, "data"), list);
        if (list->len > before)
            g_ptr_array_add(bodies, body);
        else
            json_decref(body);
        at_id = idx_db_int(q, 0);
        n++;
    }
    if (row == 0)
        scan->at_id = n < AT_A_LOOK ? MAX(last_id, at_id) : at_id;
    return row == 0;
}

static bool begin(IdxAlertScan *scan, IdxCatalogue *cat, int64_t last_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_NOTED, error, "");
    int row = scan->begun ? 0 : idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    if (!scan->begun) {
        scan->at_id = row > 0 ? idx_db_int(q, 0) : last_id;
        scan->noted_id = row > 0 ? scan->at_id : -1;
        scan->begun = true;
    }
    return true;
}

/* Alerts that a correction has taken back. */
static bool add_cancelled(IdxCatalogue *cat, const GPtrArray *open, GArray *list, GError **error)
{
    for (guint i = 0; i < open->len; i++) {
        const IdxAlarm *alarm = open->pdata[i];
        if (!alarm->event_id)
            continue;
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GONE, error, "i", alarm->event_id);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        IdxAlertNews news = {.ends = true, .object = g_strdup(alarm->object)};
        if (row > 0 && idx_db_int(q, 0))
            g_array_append_val(list, news);
        else
            g_free(news.object);
    }
    return true;
}

bool idx_alert_scan(IdxAlertScan *scan, IdxCatalogue *cat, const GPtrArray *open, GArray **ret_news,
                    GError **error)
{
    int64_t last_id = 0;
    g_autoptr(GPtrArray) bodies = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(IdxAlertNews));
    g_array_set_clear_func(list, news_clear);
    if (!idx_db_get_int(cat, &last_id, SQL_LAST, error, "") || !begin(scan, cat, last_id, error) ||
        (last_id > scan->at_id && !read_new(scan, cat, last_id, list, bodies, error)))
        return false;
    for (guint i = 0; i < bodies->len; i++)
        if (!correct_time(cat, bodies->pdata[i], &g_array_index(list, IdxAlertNews, i), error) ||
            !find_camera(cat, json_object_get(bodies->pdata[i], "data"),
                         &g_array_index(list, IdxAlertNews, i), error))
            return false;
    if (!add_cancelled(cat, open, list, error))
        return false;
    *ret_news = g_steal_pointer(&list);
    return true;
}

static bool store_raised(IdxCatalogue *cat, const IdxAlertNews *n, int64_t open_id, int64_t now_us,
                         int64_t *ret_id, GError **error)
{
    int64_t met = 0;
    if (!idx_db_get_int(cat, &met, SQL_MET, error, "i", n->event_id))
        return false;
    if (met > 0)
        return true;
    bool ok = open_id
                  ? idx_db_run(cat, SQL_CHANGE, error, "ittti", open_id, n->severity, n->code,
                               n->detail, n->event_id)
                  : idx_db_run(cat, SQL_RAISE, error, "ttttttiii", n->object, n->severity, n->code,
                               n->detail, n->camera, n->place, n->at_us, now_us, n->event_id);
    if (ok)
        *ret_id = open_id ? open_id : idx_db_last_id(cat);
    return ok;
}

bool idx_alert_store(IdxCatalogue *cat, const IdxAlertNews *news, int64_t now_us, int64_t *ret_id,
                     GError **error)
{
    int64_t open_id = 0;
    {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OPEN, error, "t", news->object);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return false;
        open_id = row > 0 ? idx_db_int(q, 0) : 0;
    }
    *ret_id = 0;
    if (!news->ends)
        return store_raised(cat, news, open_id, now_us, ret_id, error);
    *ret_id = open_id;
    return !open_id || idx_db_run(cat, SQL_END, error, "ii", open_id, now_us);
}

bool idx_alert_scan_due(const IdxAlertScan *scan, bool writing)
{
    return scan->noted_id < 0 || (writing && scan->at_id > scan->noted_id) ||
           scan->at_id - scan->noted_id > NOTE_EVENTS;
}

bool idx_alert_scan_note(IdxAlertScan *scan, IdxCatalogue *cat, GError **error)
{
    if (!idx_db_run(cat, SQL_NOTE, error, "i", scan->at_id))
        return false;
    scan->noted_id = scan->at_id;
    return true;
}
