// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/watch.h"

#include "index/alarm/alert.h"
#include "index/alarm/find.h"
#include "index/alarm/webhook.h"
#include "index/db.h"
#include "index/lease.h"
#include "index/segment/seal.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char SQL_RAISE[] =
    "INSERT INTO alarm (kind, object, severity, code, detail, camera, at_us, since_us, seen_us,"
    " times) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 1)";
static const char SQL_BACK[] = "UPDATE alarm SET quiet_us = NULL, times = times + 1 WHERE id = ?1";
/* It is told as it is now, and as bad as it ever was. */
static const char SQL_CHANGE[] =
    "UPDATE alarm SET code = ?2, detail = ?3,"
    " severity = CASE WHEN severity = 'red' THEN severity ELSE ?4 END WHERE id = ?1";
static const char SQL_QUIET[] = "UPDATE alarm SET quiet_us = ?2 WHERE id = ?1";
static const char SQL_END[] =
    "UPDATE alarm SET until_us = quiet_us WHERE id = ?1 AND until_us IS NULL";

#define RAISED_AT_ONCE 100 // the rest at the next look: a recorder may wait for the catalogue

struct IdxAlarmWatch {
    char owner[40];
    GHashTable *pending; // "kind object" → int64_t *: since when it is seen and not yet raised
    GArray *slow;        // IdxCondition: of the last look at what is less cheap; NULL = none yet
    int64_t slow_us;     // when that was
    IdxAlertScan alerts;
};

typedef struct Look {
    IdxAlarmWatch *watch;
    IdxCatalogue *cat;
    int64_t now_us;
    GArray *now;      // IdxCondition
    GPtrArray *open;  // IdxAlarm *
    GHashTable *rows; // "kind object" → IdxAlarm * of open
    GHashTable *seen; // "kind object": that hold, or may
    bool told;        // somebody is told of alarms
    bool changing;    // a transaction is open
    int raised;       // in it
} Look;

IdxAlarmWatch *idx_alarm_watch_new(void)
{
    IdxAlarmWatch *watch = g_new0(IdxAlarmWatch, 1);
    uint32_t random = 0;
    idx_seal_random(&random, sizeof random, NULL); // pids come again
    g_snprintf(watch->owner, sizeof watch->owner, "%d-%08x", (int)getpid(), random);
    watch->pending = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return watch;
}

void idx_alarm_watch_free(IdxAlarmWatch *watch)
{
    if (!watch)
        return;
    g_hash_table_unref(watch->pending);
    g_clear_pointer(&watch->slow, g_array_unref);
    g_free(watch);
}

static char *key_of(const char *kind, const char *object)
{
    return g_strconcat(kind, " ", object, NULL);
}

// ── changes, all in one transaction ──

static bool change(Look *look, GError **error)
{
    if (!look->changing)
        look->changing = idx_db_scope_begin(look->cat, error);
    return look->changing;
}

static bool tell(Look *look, int64_t id, const char *what, GError **error)
{
    if (!look->told)
        return true;
    g_autoptr(IdxAlarm) alarm = idx_alarm_get(look->cat, id, error);
    return alarm && idx_webhook_queue_alarm(look->cat, what, alarm, look->now_us, error);
}

static bool raise_alarm(Look *look, const IdxCondition *c, int64_t since_us, GError **error)
{
    return change(look, error) &&
           idx_db_run(look->cat, SQL_RAISE, error, "ttttttii", c->kind, c->object, c->severity,
                      c->code, c->detail, c->camera, since_us, look->now_us) &&
           tell(look, idx_db_last_id(look->cat), "alarm.raised", error);
}

/* Raised when it has held for a moment, by what it says itself or by what was seen. */
static bool consider(Look *look, const IdxCondition *c, char *key, GError **error)
{
    g_autofree char *taken = key;
    const int64_t *first = g_hash_table_lookup(look->watch->pending, key);
    int64_t seen_us = first ? *first : look->now_us;
    int64_t since_us = c->since_us ? MIN(c->since_us, look->now_us) : seen_us;
    int64_t after_us = c->after_us ? c->after_us : IDX_ALARM_AFTER_US;
    if (look->now_us - MIN(seen_us, since_us) >= after_us && look->raised++ < RAISED_AT_ONCE) {
        g_hash_table_remove(look->watch->pending, key);
        return raise_alarm(look, c, since_us, error);
    }
    if (!first)
        g_hash_table_insert(look->watch->pending, g_steal_pointer(&taken),
                            g_memdup2(&seen_us, sizeof seen_us));
    return true;
}

static bool go_on(Look *look, const IdxAlarm *row, const IdxCondition *c, GError **error)
{
    bool worse = strcmp(c->severity, IDX_ALARM_RED) == 0 && strcmp(row->severity, c->severity) != 0;
    bool other = worse || strcmp(row->code, c->code) != 0 ||
                 (c->counts && strcmp(row->detail, c->detail) != 0);
    if (other && !(change(look, error) && idx_db_run(look->cat, SQL_CHANGE, error, "ittt", row->id,
                                                     c->code, c->detail, c->severity)))
        return false;
    if (!row->quiet_us)
        return true;
    int64_t times = row->times + 1;
    bool loud = (times & (times - 1)) == 0; // the 2nd, 4th, 8th … time: flapping floods nobody
    return change(look, error) && idx_db_run(look->cat, SQL_BACK, error, "i", row->id) &&
           (!loud || tell(look, row->id, "alarm.again", error));
}

static bool apply(Look *look, const IdxCondition *c, GError **error)
{
    char *key = key_of(c->kind, c->object);
    const IdxAlarm *row = g_hash_table_lookup(look->rows, key);
    g_hash_table_add(look->seen, g_strdup(key));
    if (!row && (!c->unknown || c->after_us))
        return consider(look, c, key, error);
    bool ok = c->unknown || go_on(look, row, c, error);
    g_free(key);
    return ok;
}

static bool apply_all(Look *look, const GArray *conditions, GError **error)
{
    for (guint i = 0; i < conditions->len; i++)
        if (!apply(look, &g_array_index(conditions, IdxCondition, i), error))
            return false;
    return true;
}

/* What holds no longer. */
static bool settle(Look *look, const IdxAlarm *row, GError **error)
{
    g_autofree char *key = key_of(row->kind, row->object);
    if (strcmp(row->kind, IDX_ALARM_ALERT) == 0 || g_hash_table_contains(look->seen, key))
        return true;
    if (!row->quiet_us)
        return change(look, error) &&
               idx_db_run(look->cat, SQL_QUIET, error, "ii", row->id, look->now_us);
    if (look->now_us - row->quiet_us < IDX_ALARM_QUIET_US)
        return true;
    return change(look, error) && idx_db_run(look->cat, SQL_END, error, "i", row->id) &&
           tell(look, row->id, "alarm.ended", error);
}

static gboolean is_over(gpointer key, gpointer since, gpointer seen)
{
    return !g_hash_table_contains(seen, key);
}

static bool settle_all(Look *look, GError **error)
{
    for (guint i = 0; i < look->open->len; i++)
        if (!settle(look, look->open->pdata[i], error))
            return false;
    g_hash_table_foreach_remove(look->watch->pending, is_over, look->seen);
    return true;
}

// ── alerts ──

static bool take_alerts(Look *look, GError **error)
{
    g_autoptr(GArray) news = NULL; // IdxAlertNews
    if (!idx_alert_scan(&look->watch->alerts, look->cat, look->open, &news, error))
        return false;
    for (guint i = 0; i < news->len; i++) {
        const IdxAlertNews *one = &g_array_index(news, IdxAlertNews, i);
        int64_t id = 0;
        if (!change(look, error) || !idx_alert_store(look->cat, one, look->now_us, &id, error) ||
            (id && !tell(look, id, one->ends ? "alarm.ended" : "alarm.raised", error)))
            return false;
    }
    bool due = idx_alert_scan_due(&look->watch->alerts, look->changing);
    return !due ||
           (change(look, error) && idx_alert_scan_note(&look->watch->alerts, look->cat, error));
}

// ── a look ──

static bool read_slow(Look *look, GError **error)
{
    IdxAlarmWatch *watch = look->watch;
    int64_t age_us = look->now_us - watch->slow_us;
    if (watch->slow && age_us >= 0 && age_us < IDX_ALARM_SLOW_US)
        return true;
    g_autoptr(GArray) slow = idx_conditions_new();
    if (!idx_conditions_slow(look->cat, look->now_us, slow, error))
        return false;
    g_clear_pointer(&watch->slow, g_array_unref);
    watch->slow = g_steal_pointer(&slow);
    watch->slow_us = look->now_us;
    return true;
}

static bool read_all(Look *look, GError **error)
{
    if (!idx_db_look_begin(look->cat, error))
        return false;
    look->open = idx_alarm_open(look->cat, error);
    bool ok = look->open && idx_webhook_any(look->cat, &look->told, error) &&
              idx_conditions_now(look->cat, look->now_us, look->now, error) &&
              read_slow(look, error);
    idx_db_look_end(look->cat);
    for (guint i = 0; ok && i < look->open->len; i++) {
        IdxAlarm *row = look->open->pdata[i];
        g_hash_table_insert(look->rows, key_of(row->kind, row->object), row);
    }
    return ok;
}

static void look_clear(Look *look)
{
    g_clear_pointer(&look->now, g_array_unref);
    g_clear_pointer(&look->rows, g_hash_table_unref);
    g_clear_pointer(&look->seen, g_hash_table_unref);
    g_clear_pointer(&look->open, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static bool look_once(IdxAlarmWatch *watch, IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_auto(Look) look = {.watch = watch,
                         .cat = cat,
                         .now_us = now_us,
                         .now = idx_conditions_new(),
                         .rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                         .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    if (!read_all(&look, error))
        return false;
    bool ok = apply_all(&look, look.now, error) && apply_all(&look, watch->slow, error) &&
              settle_all(&look, error) && take_alerts(&look, error);
    return look.changing ? idx_db_scope_end(cat, ok, error) : ok;
}

bool idx_alarm_watch_look(IdxAlarmWatch *watch, IdxCatalogue *cat, int64_t now_us, bool *ret_mine,
                          GError **error)
{
    bool mine = false;
    if (!idx_lease_take(cat, IDX_ALARM_LEASE, watch->owner, now_us, &mine, error))
        return false;
    if (ret_mine)
        *ret_mine = mine;
    bool ok = !mine || look_once(watch, cat, now_us, error);
    watch->alerts.begun &= ok; // what was undone is met again
    return ok;
}

bool idx_alarm_watch_leave(IdxAlarmWatch *watch, IdxCatalogue *cat, GError **error)
{
    return idx_lease_leave(cat, IDX_ALARM_LEASE, watch->owner, error);
}
