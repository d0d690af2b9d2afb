// SPDX-License-Identifier: GPL-3.0-or-later
/* What is wrong now, of all that alarm.h lists but alerts: read from what the recorder, the purge and the
 * sources said of themselves. Nothing is written, no disk is asked. */
#pragma once

#include "index/alarm/alarm.h"

typedef struct IdxCondition {
    const char *kind; // IDX_ALARM_…
    char *object;
    const char *severity; // IDX_ALARM_YELLOW, IDX_ALARM_RED
    const char *code;     // static
    char *detail;
    char *camera;     // may be NULL
    int64_t since_us; // 0 = it does not say: since it is seen
    int64_t after_us; // so long before it is raised; 0 = IDX_ALARM_AFTER_US
    /* Whether it holds cannot be told: what is open of it stays as it is, and nothing new is raised, or only
     * after after_us. */
    bool unknown;
    bool counts; // its detail has a number that changes, and is told anew when it does
} IdxCondition;

/* Element type IdxCondition; frees what its elements own. */
GArray *idx_conditions_new(void);

/* Cheap: every second. Cameras, recorders, volumes and their outlooks, promises. Appends to @list. */
bool idx_conditions_now(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error);

/* Less so: now and then. Clocks, retention, whether purge runs. */
bool idx_conditions_slow(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error);

/* Its part of promises that are overdue (promise.c). */
bool idx_conditions_promises(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error);
