// SPDX-License-Identifier: GPL-3.0-or-later
/* Working days 工作日 of the hall: Monday to Friday, but for what is declared (declare/declare.h): days off 节假日, and days of a
 * weekend that are worked for them 调休. Nobody can compute these: the state announces them year by year.
 *
 * "Within five working days" ends with the fifth working day after today; today does not count, whatever it is. */
#pragma once

#include "index/base/json.h"
#include "index/catalogue.h"

#define IDX_WORK_DAYS_MAX 250 // that may be counted
#define IDX_WORK_DAYS_AHEAD 60
#define IDX_WORK_DAY_NAME_MAX 64 // characters

typedef struct IdxWorkDay { // one that is not as its weekday says
    int day;                // 20270101
    bool works;
    char *name; // 元旦; NULL = none
} IdxWorkDay;

/* By day. Element type IdxWorkDay *. */
GPtrArray *idx_work_day_list(IdxCatalogue *cat, GError **error);

/* With a row of the audit log; nothing, if that is how it is. */
bool idx_work_day_set(IdxCatalogue *cat, const IdxWorkDay *day, GError **error);
/* It is as its weekday says. */
bool idx_work_day_forget(IdxCatalogue *cat, int day, GError **error);

/* 20270101 as a GDate, and back. */
void idx_work_day_date(int day, GDate *ret);
int idx_work_day_of(const GDate *date);

/* The @count-th working day after @day. MJ_ERROR_INVALID: a count that may not be. */
bool idx_work_day_after(IdxCatalogue *cat, int day, int count, int *ret_day, GError **error);

/* {"next": the IDX_WORK_DAYS_AHEAD working days after today, "days": what is declared}, schema WorkDays of
 * api/openapi.yaml. New reference. */
json_t *idx_work_days_json(IdxCatalogue *cat, int64_t now_us, GError **error);
