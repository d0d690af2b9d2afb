// SPDX-License-Identifier: GPL-3.0-or-later
/* The evaluator: compares what is wrong now (find.h) with the alarms that are open, raises, counts,
 * quiets and ends them, and makes alarms of alerts that came since it looked last.
 *
 * One evaluator at a time, by the lease "alarms" (lease.h). mingjing-api runs it every second, since it may
 * write the catalogue and lives as long as anybody looks at alarms; where no API runs `mingjing alarm list`
 * looks once. A look that changes nothing writes nothing; one that does is one short transaction, in which
 * what webhooks are told is queued too (webhook.h). */
#pragma once

#include "index/alarm/alarm.h"

#define IDX_ALARM_LEASE "alarms"
#define IDX_ALARM_SLOW_US INT64_C(20000000) // between looks at what is less cheap

typedef struct IdxAlarmWatch IdxAlarmWatch;

IdxAlarmWatch *idx_alarm_watch_new(void);
void idx_alarm_watch_free(IdxAlarmWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxAlarmWatch, idx_alarm_watch_free)

/* Looks once. @cat: any but IDX_READ, no transaction open. *ret_mine (may be NULL): whether the lease was
 * ours; nothing was looked at if it was not. */
bool idx_alarm_watch_look(IdxAlarmWatch *watch, IdxCatalogue *cat, int64_t now_us, bool *ret_mine,
                          GError **error);

/* Gives the lease back, so that the next one need not wait. */
bool idx_alarm_watch_leave(IdxAlarmWatch *watch, IdxCatalogue *cat, GError **error);
