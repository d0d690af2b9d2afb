// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/find.h"
#include "index/base/clock.h"
#include "index/db.h"

#include <inttypes.h>

#define LONG_US (7 * MJ_DAY_US) // overdue for so long is red
/* So many have alarms of their own, those that are overdue for longest; one more alarm says how many others there are. */
#define MOST INT64_C(500)

/* Of the text nothing: alarms are told to whoever sees a state (alarm.h). */
static const char SQL_OVERDUE[] =
    "SELECT code, session, owner, due_us FROM promise WHERE done_us IS NULL AND due_us <= ?1"
    " ORDER BY due_us, id LIMIT ?2";
static const char SQL_MORE[] =
    "SELECT count(*), coalesce(min(due_us), 0) FROM (SELECT due_us FROM promise"
    " WHERE done_us IS NULL AND due_us <= ?1 ORDER BY due_us, id LIMIT -1 OFFSET ?2)";

static const char *severity_of(int64_t due_us, int64_t now_us)
{
    return now_us - due_us > LONG_US ? IDX_ALARM_RED : IDX_ALARM_YELLOW;
}

static IdxCondition one(IdxQuery *q, int64_t now_us, GTimeZone *zone)
{
    int64_t due_us = idx_db_int(q, 3);
    g_autofree char *day = mj_day_format(mj_time_local_day(due_us - 1, zone));
    return (IdxCondition){
        .kind = IDX_ALARM_PROMISE,
        .object = g_strdup(idx_db_text(q, 0)),
        .severity = severity_of(due_us, now_us),
        .code = "overdue",
        .detail = g_strdup_printf("%s promised in session %s to do something by %s (%s), and there "
                                  "is no proof of it yet",
                                  idx_db_text(q, 2), idx_db_text(q, 1), day, idx_db_text(q, 0)),
        .since_us = due_us};
}

static bool add_rest(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_MORE, error, "ii", now_us, MOST);
    if (idx_db_step(cat, q, error) < 0)
        return false;
    int64_t rest = idx_db_int(q, 0), due_us = idx_db_int(q, 1);
    if (rest == 0)
        return true;
    IdxCondition c = {.kind = IDX_ALARM_PROMISE,
                      .object = g_strdup(IDX_ALARM_REST),
                      .severity = severity_of(due_us, now_us),
                      .code = "more",
                      .detail = g_strdup_printf("%" PRId64 " more promises are overdue: the list "
                                                "of promises has them",
                                                rest),
                      .since_us = due_us,
                      .counts = true};
    g_array_append_val(list, c);
    return true;
}

bool idx_conditions_promises(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_OVERDUE, error, "ii", now_us, MOST);
    GTimeZone *zone = idx_catalogue_timezone(cat);
    int row = 0;
    int64_t n = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxCondition c = one(q, now_us, zone);
        g_array_append_val(list, c);
        n++;
    }
    return row == 0 && (n < MOST || add_rest(cat, now_us, list, error));
}
