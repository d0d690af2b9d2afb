// SPDX-License-Identifier: GPL-3.0-or-later
/* What of a retention report is of the legs of sessions. */
#include "index/db.h"
#include "index/retention/report_own.h"

#include <string.h>

static const char SQL_LEGS[] = "SELECT camera FROM meeting_leg WHERE camera IS NOT NULL";

bool idx_report_legs_init(IdxReportLegs *legs, IdxCatalogue *cat, GError **error)
{
    *legs = (IdxReportLegs){
        .list = json_array(),
        .cameras = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LEGS, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_hash_table_add(legs->cameras, g_strdup(idx_db_text(q, 0)));
    return row == 0;
}

void idx_report_legs_clear(IdxReportLegs *legs)
{
    json_decref(legs->list);
    g_clear_pointer(&legs->cameras, g_hash_table_unref);
}

bool idx_report_is_leg(const IdxReportLegs *legs, const IdxCamera *camera)
{
    const IdxStream *stream = camera->streams->len ? camera->streams->pdata[0] : NULL;
    return g_hash_table_contains(legs->cameras, camera->code) ||
           (stream && stream->url && g_str_has_prefix(stream->url, IDX_URL_LEG));
}

/* Times are of one zone: as text they compare. */
void idx_report_add_leg(IdxReportLegs *legs, json_t *one)
{
    json_array_append_new(legs->list, one);
    const char *oldest = json_string_value(json_object_get(one, "oldest"));
    legs->n++;
    legs->missed += json_is_false(json_object_get(one, "met"));
    legs->held += json_integer_value(json_object_get(one, "held_bytes"));
    legs->missing_s += json_real_value(json_object_get(one, "missing_s"));
    if (oldest && (!legs->oldest || strcmp(oldest, legs->oldest) < 0))
        legs->oldest = oldest;
}

json_t *idx_report_legs_json(const IdxReportLegs *legs, int promised_days)
{
    return json_pack("{s:I, s:s?, s:i, s:I, s:f, s:I}", "legs", (json_int_t)legs->n, "oldest",
                     legs->oldest, "promised_days", promised_days, "missed",
                     (json_int_t)legs->missed, "missing_s", legs->missing_s, "held_bytes",
                     (json_int_t)legs->held);
}
