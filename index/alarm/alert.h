// SPDX-License-Identifier: GPL-3.0-or-later
/* Alerts (events hall.alert.*) as alarms: for watch.c alone.
 *
 * Events are looked at once, in the order of their ids, from where the last look ended; the setting
 * alarms_event remembers that, not at every look, so some may be met again: an event makes one alarm however
 * often it is met. In a catalogue that never had an evaluator it begins with what comes from now on. */
#pragma once

#include "index/alarm/alarm.h"

typedef struct IdxAlertScan {
    bool begun;
    int64_t at_id;    // events up to here were looked at
    int64_t noted_id; // as the setting says
} IdxAlertScan;

typedef struct IdxAlertNews {
    int64_t event_id;
    bool ends;                   // an alarm that is open, of the same object
    char *object;                // "SOURCE#ALERT_ID"
    const char *severity, *code; // static
    char *detail, *camera, *place;
    int64_t hall_id; // of the place
    int64_t at_us;
} IdxAlertNews;

/* What is new. *ret_news: element type IdxAlertNews. @open: IdxAlarm *, of which some may have been cancelled
 * since. */
bool idx_alert_scan(IdxAlertScan *scan, IdxCatalogue *cat, const GPtrArray *open, GArray **ret_news,
                    GError **error);

/* In the open transaction. *ret_id: the alarm's; 0 if nothing came of it. */
bool idx_alert_store(IdxCatalogue *cat, const IdxAlertNews *news, int64_t now_us, int64_t *ret_id,
                     GError **error);

/* Whether where it is should be remembered now. @writing: something is written anyhow. */
bool idx_alert_scan_due(const IdxAlertScan *scan, bool writing);
bool idx_alert_scan_note(IdxAlertScan *scan, IdxCatalogue *cat, GError **error);
