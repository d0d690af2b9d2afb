// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/retention/retention.h"
#include "index/base/error.h"
#include "index/declare/declare_own.h"

#include <string.h>

static const IdxRule *find(const GPtrArray *rules, const char *kind, const char *purpose)
{
    for (guint i = 0; i < rules->len; i++) {
        const IdxRule *rule = rules->pdata[i];
        if (strcmp(rule->kind, kind) == 0 && strcmp(rule->purpose, purpose) == 0)
            return rule;
    }
    return NULL;
}

static char *days_text(int days)
{
    return days ? g_strdup_printf("%dd", days) : NULL;
}

static bool tell_days(IdxChange *change, const char *name, int from, int to)
{
    g_autofree char *old = days_text(from), *new = days_text(to);
    return decl_differs(change, name, old, new);
}

static IdxChange *tell(DeclRun *run, IdxChangeKind kind, const char *camera_kind,
                       const char *purpose, int line)
{
    g_autofree char *name = g_strdup_printf("%s %s", camera_kind, purpose);
    return decl_change(run, kind, "retention", name, line);
}

/* As `retention rules set` tells it. */
static void warn_law(DeclRun *run, const DeclRule *said)
{
    if (run->how->warnings && idx_rule_below_law(said->purpose, said->min_days))
        g_ptr_array_add(
            run->how->warnings,
            g_strdup_printf("line %d: %s footage: %d days are less than " IDX_RETENTION_LAW,
                            said->line, said->kind, said->min_days));
}

static bool apply_rule(DeclRun *run, const DeclRule *said, const IdxRule *old, GError **error)
{
    if (said->wrong)
        return true;
    GError *failed = NULL;
    IdxChange *change =
        tell(run, old ? IDX_CHANGE_SET : IDX_CHANGE_ADD, said->kind, said->purpose, said->line);
    warn_law(run, said);
    tell_days(change, "min", old ? old->min_days : 0, said->min_days);
    tell_days(change, "max", old ? old->max_days : 0, said->max_days);
    if (!decl_keep(run, change))
        return true;
    bool ok =
        idx_rule_set(run->cat, said->kind, said->purpose, said->min_days, said->max_days, &failed);
    return decl_outcome(run, ok, failed, said->line, error);
}

static bool is_said(const GPtrArray *said, const IdxRule *rule)
{
    for (guint i = 0; i < said->len; i++) {
        const DeclRule *one = said->pdata[i];
        if (strcmp(one->kind, rule->kind) == 0 && strcmp(one->purpose, rule->purpose) == 0)
            return true;
    }
    return false;
}

/* Without any/footage there might be no minimum: it can be changed, and never goes. */
static bool may_go(const IdxRule *rule)
{
    return strcmp(rule->kind, IDX_RETENTION_ANY) || strcmp(rule->purpose, IDX_RETENTION_FOOTAGE);
}

static bool remove_unsaid(DeclRun *run, const GPtrArray *said, const GPtrArray *present,
                          GError **error)
{
    for (guint i = 0; i < present->len; i++) {
        const IdxRule *rule = present->pdata[i];
        bool goes = run->how->prune && may_go(rule);
        if (is_said(said, rule))
            continue;
        IdxChange *change =
            tell(run, goes ? IDX_CHANGE_REMOVE : IDX_CHANGE_KEPT, rule->kind, rule->purpose, 0);
        tell_days(change, "min", rule->min_days, 0);
        tell_days(change, "max", rule->max_days, 0);
        if (goes && !idx_rule_remove(run->cat, rule->kind, rule->purpose, error))
            return false;
    }
    return true;
}

bool decl_apply_retention(DeclRun *run, const GPtrArray *said, GError **error)
{
    g_autoptr(GPtrArray) present = idx_rule_list(run->cat, error);
    for (guint i = 0; present && i < said->len; i++) {
        const DeclRule *rule = said->pdata[i];
        if (!apply_rule(run, rule, find(present, rule->kind, rule->purpose), error))
            return false;
    }
    return present && remove_unsaid(run, said, present, error);
}
