// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/work_day.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"

static const char SQL_LIST[] = "SELECT day, works, name FROM work_day ORDER BY day";
static const char SQL_ONE[] = "SELECT day, works, name FROM work_day WHERE day = ?1";
static const char SQL_SET[] =
    "INSERT INTO work_day (day, works, name) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (day) DO UPDATE SET works = excluded.works, name = excluded.name";
static const char SQL_FORGET[] = "DELETE FROM work_day WHERE day = ?1";

static void work_day_free(void *data)
{
    IdxWorkDay *day = data;
    g_free(day->name);
    g_free(day);
}

static IdxWorkDay *row(IdxQuery *q)
{
    IdxWorkDay *day = g_new0(IdxWorkDay, 1);
    *day = (IdxWorkDay){(int)idx_db_int(q, 0), idx_db_int(q, 1) != 0, g_strdup(idx_db_text(q, 2))};
    return day;
}

GPtrArray *idx_work_day_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(work_day_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int got = 0;
    while ((got = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, row(q));
    return got == 0 ? g_steal_pointer(&list) : NULL;
}

/* --- changing ------------------------------------------------------------------------------------ */

static json_t *day_json(const IdxWorkDay *day)
{
    g_autofree char *text = mj_day_format(day->day);
    return json_pack("{s:s, s:b, s:o}", "day", text, "works", day->works, "name",
                     mj_json_string(day->name));
}

static bool tell(IdxCatalogue *cat, int day, json_t *detail, GError **error)
{
    g_autoptr(json_t) taken = detail;
    g_autofree char *text = mj_day_format(day);
    return idx_audit(
        cat,
        &(IdxAudit){
            .what = "work_day.set", .object_kind = "work_day", .object = text, .detail = taken},
        error);
}

static bool is_so(IdxCatalogue *cat, const IdxWorkDay *day, bool *ret, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ONE, error, "i", (int64_t)day->day);
    int got = idx_db_step(cat, q, error);
    *ret = got > 0 && (idx_db_int(q, 1) != 0) == day->works &&
           g_strcmp0(idx_db_text(q, 2), day->name) == 0;
    return got >= 0;
}

bool idx_work_day_set(IdxCatalogue *cat, const IdxWorkDay *day, GError **error)
{
    bool so = false;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = is_so(cat, day, &so, error) &&
              (so || (idx_db_run(cat, SQL_SET, error, "iit", (int64_t)day->day, (int64_t)day->works,
                                 day->name) &&
                      tell(cat, day->day, day_json(day), error)));
    return idx_db_scope_end(cat, ok, error);
}

bool idx_work_day_forget(IdxCatalogue *cat, int day, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_FORGET, error, "i", (int64_t)day) &&
              tell(cat, day, json_pack("{s:n}", "works"), error);
    return idx_db_scope_end(cat, ok, error);
}

/* --- counting ------------------------------------------------------------------------------------ */

void idx_work_day_date(int day, GDate *ret)
{
    g_date_clear(ret, 1);
    g_date_set_dmy(ret, (GDateDay)(day % 100), (GDateMonth)(day / 100 % 100),
                   (GDateYear)(day / 10000));
}

int idx_work_day_of(const GDate *date)
{
    return g_date_get_year(date) * 10000 + (int)g_date_get_month(date) * 100 + g_date_get_day(date);
}

static bool works(const GPtrArray *declared, const GDate *date)
{
    int day = idx_work_day_of(date);
    for (guint i = 0; i < declared->len; i++) {
        const IdxWorkDay *one = declared->pdata[i];
        if (one->day == day)
            return one->works;
    }
    return g_date_get_weekday(date) <= G_DATE_FRIDAY;
}

static bool next(const GPtrArray *declared, GDate *date)
{
    for (int i = 0; i < 366; i++) { // no holidays last for a year
        g_date_add_days(date, 1);
        if (works(declared, date))
            return true;
    }
    return false;
}

bool idx_work_day_after(IdxCatalogue *cat, int day, int count, int *ret_day, GError **error)
{
    if (count < 1 || count > IDX_WORK_DAYS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "working days: 1 to %d", IDX_WORK_DAYS_MAX);
    g_autoptr(GPtrArray) declared = idx_work_day_list(cat, error);
    GDate date;
    idx_work_day_date(day, &date);
    for (int i = 0; declared && i < count; i++)
        if (!next(declared, &date))
            return mj_error_set(error, MJ_ERROR_INVALID, "a year without a working day");
    if (declared)
        *ret_day = idx_work_day_of(&date);
    return declared != NULL;
}

json_t *idx_work_days_json(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) declared = idx_work_day_list(cat, error);
    if (!declared)
        return NULL;
    json_t *ahead = json_array(), *days = json_array();
    GDate date;
    idx_work_day_date(mj_time_local_day(now_us, idx_catalogue_timezone(cat)), &date);
    for (int i = 0; i < IDX_WORK_DAYS_AHEAD && next(declared, &date); i++) {
        g_autofree char *text = mj_day_format(idx_work_day_of(&date));
        json_array_append_new(ahead, json_string(text));
    }
    for (guint i = 0; i < declared->len; i++)
        json_array_append_new(days, day_json(declared->pdata[i]));
    return json_pack("{s:o, s:o}", "next", ahead, "days", days);
}
