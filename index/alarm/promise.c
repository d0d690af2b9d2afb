// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/find.h"
#include "index/base/clock.h"
#include "index/db.h"

#define LONG_US (7 * MJ_DAY_US) // overdue for so long is red
#define MOST INT64_C(500)

/* Of the text nothing: alarms are told to whoever sees a state (alarm.h). */
static const char SQL_OVERDUE[] =
    "SELECT code, session, owner, due_us FROM promise WHERE done_us IS NULL AND due_us <= ?1"
    " ORDER BY due_us LIMIT ?2";

bool idx_conditions_promises(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OVERDUE, error, "ii", now_us, MOST);
    GTimeZone *zone = idx_catalogue_timezone(cat);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        int64_t due_us = idx_db_int(q, 3);
        g_autofree char *day = mj_day_format(mj_time_local_day(due_us - 1, zone));
        IdxCondition c = {
            .kind = IDX_ALARM_PROMISE,
            .object = g_strdup(idx_db_text(q, 0)),
            .severity = now_us - due_us > LONG_US ? IDX_ALARM_RED : IDX_ALARM_YELLOW,
            .code = "overdue",
            .detail = g_strdup_printf("%s promised in session %s to do something by %s (%s), and "
                                      "there is no proof of it yet",
                                      idx_db_text(q, 2), idx_db_text(q, 1), day, idx_db_text(q, 0)),
            .since_us = due_us};
        g_array_append_val(list, c);
    }
    return row == 0;
}
