// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hall.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"

#include <inttypes.h>

static const char SQL_ID_OF[] = "SELECT id FROM hall WHERE code = ?";
static const char SQL_LIST[] = "SELECT id, code, name, timezone FROM hall ORDER BY id";
static const char SQL_ADD[] = "INSERT INTO hall (code, name, timezone) VALUES (?, ?, ?)";
static const char SQL_SET[] =
    "UPDATE hall SET code = coalesce(?2, code), name = coalesce(?3, name),"
    " timezone = coalesce(?4, timezone) WHERE id = ?1";
static const char SQL_CODE[] = "SELECT code FROM hall WHERE id = ?";
static const char SQL_ZONE[] = "SELECT timezone FROM hall WHERE id = ?";
static const char SQL_USED[] = "SELECT EXISTS (SELECT 1 FROM subject WHERE hall_id = ?1)"
                               " OR EXISTS (SELECT 1 FROM place WHERE hall_id = ?1)";
static const char SQL_HAS_SUBJECTS[] = "SELECT EXISTS (SELECT 1 FROM subject WHERE hall_id = ?1)";

void idx_hall_free(IdxHall *hall)
{
    if (!hall)
        return;
    g_free(hall->code);
    g_free(hall->name);
    g_free(hall->timezone);
    g_free(hall);
}

GPtrArray *idx_hall_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_hall_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxHall *hall = g_new0(IdxHall, 1);
        hall->id = idx_db_int(q, 0);
        hall->code = g_strdup(idx_db_text(q, 1));
        hall->name = g_strdup(idx_db_text(q, 2));
        hall->timezone = g_strdup(idx_db_text(q, 3));
        g_ptr_array_add(list, hall);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

static bool check(const char *code, const char *name, const char *zone_name, GError **error)
{
    if ((code && !mj_text_check("a hall's code", code, error)) ||
        (name && !mj_text_check("a hall's name", name, error)))
        return false;
    g_autoptr(GTimeZone) zone = zone_name ? g_time_zone_new_identifier(zone_name) : NULL;
    return !zone_name || zone ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "\"%.64s\" is not a time zone: write +08:00 or Asia/Shanghai", zone_name);
}

static bool tell(IdxCatalogue *cat, const char *what, const char *code, const char *new_code,
                 const char *name, const char *zone_name, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:s*, s:s*, s:s*}", "new_code", new_code, "name", name, "timezone", zone_name);
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = "hall", .object = code, .detail = detail},
        error);
}

bool idx_hall_add(IdxCatalogue *cat, const char *code, const char *name, const char *zone_name,
                  int64_t *ret_id, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (!check(code, name, zone_name, error))
        return false;
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_ADD, &local, "ttt", code, name ? name : code,
                         zone_name ? zone_name : cat->timezone_name);
    if (ok)
        *ret_id = idx_db_last_id(cat);
    if (mj_error_is(local, MJ_ERROR_CONFLICT))
        mj_error_set(error, MJ_ERROR_EXISTS, "hall %s is there already", code);
    else if (!ok)
        g_propagate_error(error, g_steal_pointer(&local));
    ok = ok && tell(cat, "hall.add", code, NULL, name, zone_name, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool tell_change(IdxCatalogue *cat, int64_t id, const char *code, const char *name,
                        const char *zone_name, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CODE, error, "i", id);
    int row = idx_db_step(cat, q, error);
    g_autofree char *old = row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
    return row == 0 ? mj_error_set(error, MJ_ERROR_NOT_FOUND, "no such hall")
                    : row > 0 && tell(cat, "hall.change", old, code, name, zone_name, error);
}

bool idx_hall_set(IdxCatalogue *cat, int64_t id, const char *code, const char *name,
                  const char *zone_name, GError **error)
{
    int64_t has_subjects = 0;
    if (!check(code, name, zone_name, error) ||
        !idx_db_get_int(cat, &has_subjects, SQL_HAS_SUBJECTS, error, "i", id))
        return false;
    if (has_subjects && (code || zone_name))
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "there are tickets or approvals of the hall: its code and time zone "
                            "cannot change, for a ticket's day is one of its own clock");
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = tell_change(cat, id, code, name, zone_name, error) &&
              idx_db_run(cat, SQL_SET, error, "ittt", id, code, name, zone_name);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_hall_is_used(IdxCatalogue *cat, int64_t id, bool *ret_used, GError **error)
{
    int64_t used = 0;
    if (!idx_db_get_int(cat, &used, SQL_USED, error, "i", id))
        return false;
    *ret_used = used != 0;
    return true;
}

bool idx_hall_find(IdxCatalogue *cat, const char *code, int64_t *ret_id, GError **error)
{
    g_autoptr(GError) local = NULL;
    *ret_id = cat->hall_id;
    if (!code || idx_db_get_int(cat, ret_id, SQL_ID_OF, &local, "t", code))
        return true;
    if (mj_error_is(local, MJ_ERROR_NOT_FOUND))
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no hall %.64s", code);
    g_propagate_error(error, g_steal_pointer(&local));
    return false;
}

static GTimeZone *zone_of(IdxCatalogue *cat, int64_t hall_id, const char *name, GError **error)
{
    if (!cat->zones)
        cat->zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)g_time_zone_unref);
    GTimeZone *zone = g_hash_table_lookup(cat->zones, name);
    if (zone)
        return zone;
    zone = g_time_zone_new_identifier(name);
    if (zone)
        g_hash_table_insert(cat->zones, g_strdup(name), zone);
    else
        mj_error_set(error, MJ_ERROR_CORRUPT, "hall %" PRId64 ": unknown time zone %.64s", hall_id,
                     name);
    return zone;
}

GTimeZone *idx_hall_zone(IdxCatalogue *cat, int64_t hall_id, GError **error)
{
    if (hall_id == cat->hall_id)
        return cat->zone;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_ZONE, error, "i", hall_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no hall %" PRId64, hall_id);
    return row > 0 ? zone_of(cat, hall_id, idx_db_text(q, 0), error) : NULL;
}
