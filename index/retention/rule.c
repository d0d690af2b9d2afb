// SPDX-License-Identifier: GPL-3.0-or-later
/* The table of rules, and the policies of volumes. */
#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/retention/retention.h"
#include "index/segment/volume.h"

#include <stdlib.h>
#include <string.h>

static const char SQL_RULES[] =
    "SELECT kind, purpose, min_days, coalesce(max_days, 0) FROM retention_rule"
    " ORDER BY kind, purpose";
static const char SQL_SET[] =
    "INSERT INTO retention_rule (kind, purpose, min_days, max_days)"
    " VALUES (?1, ?2, ?3, nullif(?4, 0)) ON CONFLICT (kind, purpose) DO UPDATE SET"
    " min_days = excluded.min_days, max_days = excluded.max_days";
static const char SQL_REMOVE[] = "DELETE FROM retention_rule WHERE kind = ? AND purpose = ?";
static const char SQL_POLICY[] = "SELECT when_full FROM volume WHERE id = ?";
static const char SQL_SET_POLICY[] = "UPDATE volume SET when_full = ?2 WHERE id = ?1";

void idx_rule_free(IdxRule *rule)
{
    if (!rule)
        return;
    g_free(rule->kind);
    g_free(rule->purpose);
    g_free(rule);
}

GPtrArray *idx_rule_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_rule_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RULES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxRule *rule = g_new0(IdxRule, 1);
        rule->kind = g_strdup(idx_db_text(q, 0));
        rule->purpose = g_strdup(idx_db_text(q, 1));
        rule->min_days = (int)idx_db_int(q, 2);
        rule->max_days = (int)idx_db_int(q, 3);
        g_ptr_array_add(list, rule);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

/* Takes @words. */
static bool tell_rule(IdxCatalogue *cat, const char *what, const char *kind, const char *purpose,
                      json_t *words, GError **error)
{
    g_autoptr(json_t) detail = words;
    g_autofree char *rule = g_strdup_printf("%s/%s", kind, purpose);
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = "rule", .object = rule, .detail = detail},
        error);
}

bool idx_rule_check(const char *kind, const char *purpose, int64_t min_days, int64_t max_days,
                    GError **error)
{
    static const char *const KINDS[] = {"any", "window", "hall", "room", "session", NULL};
    static const char *const PURPOSES[] = {
        IDX_RETENTION_FOOTAGE, "ticket", "approval", "session", "trade", NULL};
    if (!g_strv_contains(KINDS, kind))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is no kind of camera: any, window, hall, room or session",
                            kind);
    if (!g_strv_contains(PURPOSES, purpose))
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is no purpose of footage: footage (any), ticket, approval, "
                            "session or trade",
                            purpose);
    if (min_days < 1 || min_days > IDX_RETENTION_DAYS_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "the minimum is of 1 to %d days",
                            IDX_RETENTION_DAYS_MAX);
    return max_days == 0 || (max_days >= min_days && max_days <= IDX_RETENTION_DAYS_MAX) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "the maximum is not less than the minimum, up to %d days, or none",
                        IDX_RETENTION_DAYS_MAX);
}

bool idx_rule_below_law(const char *purpose, int64_t min_days)
{
    return strcmp(purpose, IDX_RETENTION_FOOTAGE) == 0 && min_days < IDX_RETENTION_LAW_DAYS;
}

bool idx_rule_set(IdxCatalogue *cat, const char *kind, const char *purpose, int64_t min_days,
                  int64_t max_days, GError **error)
{
    if (!idx_rule_check(kind, purpose, min_days, max_days, error))
        return false;
    g_autoptr(GPtrArray) rules = idx_rule_list(cat, error);
    if (!rules)
        return false;
    if (rules->len >= IDX_RULES_MAX)
        return mj_error_set(error, MJ_ERROR_INVALID, "there are %d rules: no more can be",
                            IDX_RULES_MAX);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET, error, "ttii", kind, purpose, min_days, max_days) &&
              tell_rule(cat, "retention.set", kind, purpose,
                        json_pack("{s:I, s:I}", "min_days", (json_int_t)min_days, "max_days",
                                  (json_int_t)max_days),
                        error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_rule_check_removal(const char *kind, const char *purpose, GError **error)
{
    bool last = strcmp(kind, IDX_RETENTION_ANY) == 0 && strcmp(purpose, IDX_RETENTION_FOOTAGE) == 0;
    return !last || mj_error_set(error, MJ_ERROR_INVALID,
                                 "the rule any/footage can be changed, not removed: all footage "
                                 "has a minimum");
}

bool idx_rule_remove(IdxCatalogue *cat, const char *kind, const char *purpose, GError **error)
{
    if (!idx_rule_check_removal(kind, purpose, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_REMOVE, error, "tt", kind, purpose) &&
              (idx_db_changes(cat) > 0 ||
               mj_error_set(error, MJ_ERROR_NOT_FOUND, "no rule %.64s/%.64s", kind, purpose)) &&
              tell_rule(cat, "retention.remove", kind, purpose, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

static bool store_policy(IdxCatalogue *cat, const IdxVolume *volume, const char *policy,
                         GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:s}", "when_full", policy);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_SET_POLICY, error, "it", volume->id, policy) &&
              idx_audit(cat,
                        &(IdxAudit){.what = "retention.policy",
                                    .object_kind = "volume",
                                    .object = volume->path,
                                    .detail = detail},
                        error);
    return idx_db_scope_end(cat, ok, error);
}

bool idx_retention_set_policy(IdxCatalogue *cat, const char *path, const char *policy,
                              GError **error)
{
    if (strcmp(policy, IDX_RETENTION_KEEP) != 0 && strcmp(policy, IDX_RETENTION_OLDEST) != 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "\"%.64s\" is no policy: keep or oldest",
                            policy);
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    g_autofree char *real = realpath(path, NULL);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_autofree char *own = realpath(volume->path, NULL);
        if (strcmp(volume->path, path) == 0 || (real && g_strcmp0(real, own) == 0))
            return store_policy(cat, volume, policy, error);
    }
    return volumes && mj_error_set(error, MJ_ERROR_NOT_FOUND, "no volume %s", path);
}

char *idx_retention_policy(IdxCatalogue *cat, int64_t volume_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_POLICY, error, "i", volume_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no volume %" G_GINT64_FORMAT, volume_id);
    return row > 0 ? g_strdup(idx_db_text(q, 0)) : NULL;
}
