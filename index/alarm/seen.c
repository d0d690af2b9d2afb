// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/account/scope.h"
#include "index/alarm/alarm.h"
#include "index/db.h"

static const char SQL_WHERE[] = "SELECT hall_id, place FROM event WHERE id = ?";
static const char SQL_SUBJECTS[] = "SELECT subject_id FROM subject_event WHERE event_id = ?";

static bool any_subject(IdxCatalogue *cat, int64_t event_id, bool *ret_sees, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SUBJECTS, error, "i", event_id);
    int row = 0;
    while (!*ret_sees && (row = idx_db_step(cat, q, error)) > 0)
        if (!idx_scope_subject(cat, idx_db_int(q, 0), ret_sees, error))
            return false;
    return row >= 0;
}

static bool alert_is_seen(IdxCatalogue *cat, const IdxAlarm *a, bool *ret_sees, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_WHERE, error, "i", a->event_id);
    int row = idx_db_step(cat, q, error);
    *ret_sees = false;
    if (row <= 0)
        return row == 0;
    if (!idx_db_is_null(q, 1)) {
        *ret_sees = idx_scope_place(cat, idx_db_int(q, 0), idx_db_text(q, 1));
        return true;
    }
    return a->camera ? idx_scope_camera(cat, a->camera, a->at_us, a->at_us, ret_sees, error)
                     : any_subject(cat, a->event_id, ret_sees, error);
}

bool idx_alarm_is_seen(IdxCatalogue *cat, const IdxAlarm *a, bool *ret_sees, GError **error)
{
    *ret_sees = true;
    if (!idx_scope_is_limited(cat))
        return true;
    if (a->event_id)
        return alert_is_seen(cat, a, ret_sees, error);
    return !a->camera || idx_scope_camera(cat, a->camera, a->at_us, a->at_us, ret_sees, error);
}
