// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/alarm.h"

#include "index/account/scope.h"
#include "index/alarm/webhook.h"
#include "index/audit/audit.h"
#include "index/base/cursor.h"
#include "index/base/error.h"
#include "index/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "SELECT id, kind, object, severity, code, detail, camera, place, at_us, since_us, seen_us,"    \
    " quiet_us, until_us, times, event_id, acknowledged_us, acknowledged_by, note FROM alarm "

static const char SQL_OPEN[] =
    COLUMNS "WHERE until_us IS NULL"
            " ORDER BY acknowledged_us IS NOT NULL, severity = 'yellow', seen_us DESC, id DESC";
static const char SQL_HISTORY[] =
    COLUMNS "WHERE (seen_us, id) < (?1, ?2) ORDER BY seen_us DESC, id DESC LIMIT ?3";
static const char SQL_GET[] = COLUMNS "WHERE id = ?";
static const char SQL_ACKNOWLEDGE[] =
    "UPDATE alarm SET acknowledged_us = ?2, acknowledged_by = ?3, note = ?4,"
    " until_us = CASE WHEN kind = 'alert' THEN coalesce(until_us, ?2) ELSE until_us END"
    " WHERE id = ?1 AND acknowledged_us IS NULL";
static const char SQL_COUNTS[] = "SELECT kind, severity, count(*) FROM alarm WHERE until_us IS NULL"
                                 " GROUP BY kind, severity";

const char *const IDX_ALARM_KINDS[] = {
    IDX_ALARM_CAMERA,    IDX_ALARM_RECORDER, IDX_ALARM_VOLUME,  IDX_ALARM_ROOM,  IDX_ALARM_PURGE,
    IDX_ALARM_RETENTION, IDX_ALARM_CLOCK,    IDX_ALARM_PROMISE, IDX_ALARM_ALERT, NULL,
};

void idx_alarm_free(IdxAlarm *a)
{
    if (!a)
        return;
    char *const texts[] = {a->kind,   a->object, a->severity,        a->code, a->detail,
                           a->camera, a->place,  a->acknowledged_by, a->note};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(a);
}

static IdxAlarm *read_row(IdxQuery *q)
{
    IdxAlarm *a = g_new0(IdxAlarm, 1);
    a->id = idx_db_int(q, 0);
    char **const texts[] = {&a->kind,   &a->object, &a->severity, &a->code,
                            &a->detail, &a->camera, &a->place};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = g_strdup(idx_db_text(q, 1 + (int)i));
    a->at_us = idx_db_int(q, 8);
    a->since_us = idx_db_int(q, 9);
    a->seen_us = idx_db_int(q, 10);
    a->quiet_us = idx_db_int(q, 11);
    a->until_us = idx_db_int(q, 12);
    a->times = idx_db_int(q, 13);
    a->event_id = idx_db_int(q, 14);
    a->acknowledged_us = idx_db_int(q, 15);
    a->acknowledged_by = g_strdup(idx_db_text(q, 16));
    a->note = g_strdup(idx_db_text(q, 17));
    return a;
}

static GPtrArray *read_rows(IdxCatalogue *cat, IdxQuery *q, guint most, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_alarm_free);
    int row = 0;
    while (list->len < most && (row = idx_db_step(cat, q, error)) > 0) {
        g_autoptr(IdxAlarm) alarm = read_row(q);
        bool sees = false;
        if (!idx_alarm_is_seen(cat, alarm, &sees, error))
            return NULL;
        if (sees)
            g_ptr_array_add(list, g_steal_pointer(&alarm));
    }
    return row >= 0 ? g_steal_pointer(&list) : NULL;
}

GPtrArray *idx_alarm_open(IdxCatalogue *cat, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OPEN, error, "");
    return read_rows(cat, q, G_MAXUINT, error);
}

GPtrArray *idx_alarm_history(IdxCatalogue *cat, const char *cursor, int limit, char **ret_next,
                             GError **error)
{
    int64_t us = 0, id = 0;
    if (!mj_cursor_read(cursor, &us, &id, error))
        return NULL;
    int64_t most = idx_scope_is_limited(cat) ? -1 : (int64_t)limit + 1; // -1: all
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HISTORY, error, "iii", us, id, most);
    GPtrArray *list = read_rows(cat, q, (guint)limit + 1, error);
    *ret_next = NULL;
    if (list && list->len > (guint)limit) {
        g_ptr_array_set_size(list, limit);
        const IdxAlarm *last = list->pdata[limit - 1];
        *ret_next = mj_cursor_write(last->seen_us, last->id);
    }
    return list;
}

IdxAlarm *idx_alarm_get(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no alarm %" PRId64, id);
    g_autoptr(IdxAlarm) alarm = row > 0 ? read_row(q) : NULL;
    bool sees = false;
    if (!alarm || !idx_alarm_is_seen(cat, alarm, &sees, error))
        return NULL;
    if (!sees)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no alarm %" PRId64, id);
    return sees ? g_steal_pointer(&alarm) : NULL;
}

// ── acknowledging ──

static bool check_note(const char *note, GError **error)
{
    bool ok = !note || (strlen(note) <= IDX_ALARM_NOTE_MAX && g_utf8_validate(note, -1, NULL));
    for (const char *p = note; ok && p && *p; p = g_utf8_next_char(p))
        ok = !g_unichar_iscntrl(g_utf8_get_char(p));
    return ok ||
           mj_error_set(error, MJ_ERROR_INVALID, "note: up to %d bytes without control characters",
                        IDX_ALARM_NOTE_MAX);
}

static bool write_acknowledged(IdxCatalogue *cat, const IdxAlarm *before, const char *by,
                               const char *note, int64_t now_us, GError **error)
{
    g_autofree char *name = g_strdup_printf("%" PRId64, before->id);
    g_autoptr(json_t) detail =
        json_pack("{s:s, s:s, s:s?}", "kind", before->kind, "about", before->object, "note", note);
    const IdxAudit row = {.what = "alarm.acknowledge",
                          .object_kind = "alarm",
                          .object = name,
                          .camera = before->camera,
                          .detail = detail};
    if (!idx_db_run(cat, SQL_ACKNOWLEDGE, error, "iitt", before->id, now_us, by, note) ||
        !idx_audit(cat, &row, error))
        return false;
    g_autoptr(IdxAlarm) after = idx_alarm_get(cat, before->id, error);
    return after && idx_webhook_queue_alarm(cat, "alarm.acknowledged", after, now_us, error);
}

bool idx_alarm_acknowledge(IdxCatalogue *cat, int64_t id, const char *by, const char *note,
                           int64_t now_us, GError **error)
{
    const char *said = note && *note ? note : NULL;
    if (!check_note(said, error) || !idx_db_scope_begin(cat, error))
        return false;
    g_autoptr(IdxAlarm) alarm = idx_alarm_get(cat, id, error);
    bool ok = alarm != NULL;
    if (ok && alarm->acknowledged_us)
        ok = mj_error_set(error, MJ_ERROR_CONFLICT, "%s has alarm %" PRId64 " already",
                          alarm->acknowledged_by, id);
    ok = ok && write_acknowledged(cat, alarm, by, said, now_us, error);
    return idx_db_scope_end(cat, ok, error);
}

// ── how many ──

static void count_row(GArray *counts, const char *kind, bool red, int64_t n)
{
    for (guint i = 0; i < counts->len; i++) {
        IdxAlarmCount *c = &g_array_index(counts, IdxAlarmCount, i);
        if (strcmp(c->kind, kind) == 0)
            *(red ? &c->red : &c->yellow) += n;
    }
}

GArray *idx_alarm_counts(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) counts = g_array_new(FALSE, TRUE, sizeof(IdxAlarmCount));
    for (int i = 0; IDX_ALARM_KINDS[i]; i++) {
        IdxAlarmCount count = {.kind = IDX_ALARM_KINDS[i]};
        g_array_append_val(counts, count);
    }
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COUNTS, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        count_row(counts, idx_db_text(q, 0), strcmp(idx_db_text(q, 1), IDX_ALARM_RED) == 0,
                  idx_db_int(q, 2));
    return row == 0 ? g_steal_pointer(&counts) : NULL;
}
