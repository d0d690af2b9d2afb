// SPDX-License-Identifier: GPL-3.0-or-later
/* Alarms 告警: what somebody has to look at, now or lately. A row is a condition that holds or held, of one
 * kind about one object; rows are kept.
 *
 *   kind       object            severity  holds while                                       ends
 *   camera     CAMERA/STREAM     red       a stream that should be recorded is not           by itself
 *   recorder   its shard         red       a recorder gives no sign, or said goodbye         by itself
 *   volume     path              red       read-only, failing, stalled or missing;           by itself
 *                                yellow    full while another one is recorded to
 *   room       path              yellow    the outlook warns that nothing may go soon (held, by itself
 *                                red       minimum); red within two days
 *   purge      "purge"           yellow    no purge has looked at the volumes for two days   by itself
 *   retention  CAMERA/STREAM     red       footage younger than its promised days is gone    by itself
 *   clock      "host",           yellow    the host's clock is not synchronised; a camera's   by itself
 *              camera CODE,                or a business system's clock is off by more than
 *              source NAME                 IDX_ALARM_CLOCK_US, or all of it is late (event/source.h)
 *   promise    promise_id        yellow    a promise (meet/promise.h) is overdue; red after a week  when it is done
 *              IDX_ALARM_REST    likewise  more are overdue than have alarms of their own;   when none is
 *                                          the detail begins with how many
 *   alert      alert_id          yellow,   hall.alert.raised came: level 预警 or 黄牌 yellow,  acknowledged,
 *                                red       红牌 red, 提示 none                                or by an event
 * Streams of a recorder that is dead make no alarms of their own: the recorder's says it.
 *
 * The life of a row. Raised once the condition has held for IDX_ALARM_AFTER_US (an alert: at once). When it
 * holds no longer the row is quiet; only when it has been so for IDX_ALARM_QUIET_US the row ends. What comes
 * back before that counts `times` up: a camera that flaps is one alarm, not a hundred. Acknowledging says who
 * takes care; the row goes on until its condition ends. An alert has no condition: acknowledged is ended.
 *
 * Who raises and ends them: watch.h. This file: reading and acknowledging. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_ALARM_CAMERA "camera"
#define IDX_ALARM_RECORDER "recorder"
#define IDX_ALARM_VOLUME "volume"
#define IDX_ALARM_ROOM "room"
#define IDX_ALARM_PURGE "purge"
#define IDX_ALARM_RETENTION "retention"
#define IDX_ALARM_CLOCK "clock"
#define IDX_ALARM_PROMISE "promise"
#define IDX_ALARM_ALERT "alert"
#define IDX_ALARM_REST "(more)"             // no promise_id
extern const char *const IDX_ALARM_KINDS[]; // NULL-ended

#define IDX_ALARM_YELLOW "yellow"
#define IDX_ALARM_RED "red"

#define IDX_ALARM_AFTER_US INT64_C(1000000)     // so long before it is raised
#define IDX_ALARM_STARTING_US INT64_C(30000000) // a stream that is still starting then is down
#define IDX_ALARM_QUIET_US INT64_C(60000000)    // so long gone before it ends
#define IDX_ALARM_CLOCK_US INT64_C(5000000)     // off by more
#define IDX_ALARM_NOTE_MAX 512                  // bytes
#define IDX_ALARM_LIMIT_MAX 200                 // rows of an answer

typedef struct IdxAlarm {
    int64_t id;
    char *kind, *object, *severity, *code, *detail;
    char *camera, *place; // may be NULL
    int64_t at_us;        // the moment to look at
    int64_t since_us, seen_us;
    int64_t quiet_us; // 0 while it holds
    int64_t until_us; // 0 while it is open
    int64_t times;
    int64_t event_id;        // 0 if it is no alert
    int64_t acknowledged_us; // 0 = nobody has
    char *acknowledged_by, *note;
} IdxAlarm;

void idx_alarm_free(IdxAlarm *alarm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxAlarm, idx_alarm_free)

/* Whether whoever the connection asks for (account/scope.h) is told of it: an alert where it was, or for want of a
 * place of what the camera saw, or else of its subjects; another one of cameras that she sees then, and of what
 * is no camera's. The functions below pass the others over. */
bool idx_alarm_is_seen(IdxCatalogue *cat, const IdxAlarm *alarm, bool *ret_sees, GError **error);

/* Open ones: unacknowledged first, red before yellow, newest first. Element type IdxAlarm *. */
GPtrArray *idx_alarm_open(IdxCatalogue *cat, GError **error);

/* All there ever were, newest first, @limit from @cursor on (NULL = the newest). *ret_next: where the list
 * goes on, NULL at its end; caller frees. MJ_ERROR_INVALID: the cursor. */
GPtrArray *idx_alarm_history(IdxCatalogue *cat, const char *cursor, int limit, char **ret_next,
                             GError **error);

/* MJ_ERROR_NOT_FOUND. */
IdxAlarm *idx_alarm_get(IdxCatalogue *cat, int64_t id, GError **error);

/* @by takes care of it; @note may be NULL. One transaction with its row of the audit log and what webhooks
 * are told. MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT: somebody has it already, who is named; MJ_ERROR_INVALID:
 * the note. */
bool idx_alarm_acknowledge(IdxCatalogue *cat, int64_t id, const char *by, const char *note,
                           int64_t now_us, GError **error);

typedef struct IdxAlarmCount {
    const char *kind; // of IDX_ALARM_KINDS
    int64_t yellow, red;
} IdxAlarmCount;

/* Open ones by kind, a row for each kind. Element type IdxAlarmCount. */
GArray *idx_alarm_counts(IdxCatalogue *cat, GError **error);

/* Schema Alarm of api/openapi.yaml. New reference; NULL with @error. */
json_t *idx_alarm_json(IdxCatalogue *cat, const IdxAlarm *alarm, GError **error);

/* Whether it tells of a case: of somebody's ticket, approval or session. */
bool idx_alarm_is_of_case(const char *kind);

/* Leaves of what idx_alarm_json() gave of such a one that it is there, where, since when and how bad: for those who may
 * not search (IDX_MAY_FIND). Of others it changes nothing. */
void idx_alarm_hide_case(json_t *alarm);

/* {"open", "unacknowledged", "watched", "alarms": […], "next"}: schema Alarms. @history: all, from @cursor on;
 * else those that are open. "watched" is false if nobody evaluates. */
json_t *idx_alarm_list_json(IdxCatalogue *cat, bool history, const char *cursor, int limit,
                            int64_t now_us, GError **error);
