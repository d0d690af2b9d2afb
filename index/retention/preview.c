// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/retention/preview.h"

#include <string.h>

#include "index/base/error.h"
#include "index/camera.h"

static const char *const KINDS[] = {"window", "hall", "room", "session"};
static const char *const PURPOSES[] = {IDX_RETENTION_FOOTAGE, "ticket", "approval", "session",
                                       "trade"};

typedef struct Days {
    int64_t min, max; // max 0 = never by age
} Days;

static bool is_rule(const IdxRule *rule, const IdxRuleChange *change)
{
    return strcmp(rule->kind, change->kind) == 0 && strcmp(rule->purpose, change->purpose) == 0;
}

static const IdxRule *find(const GPtrArray *rules, const IdxRuleChange *change)
{
    for (guint i = 0; i < rules->len; i++)
        if (is_rule(rules->pdata[i], change))
            return rules->pdata[i];
    return NULL;
}

static bool fits(const char *rule_kind, const char *rule_purpose, const char *kind,
                 const char *purpose)
{
    return (strcmp(rule_kind, IDX_RETENTION_ANY) == 0 || strcmp(rule_kind, kind) == 0) &&
           (strcmp(rule_purpose, IDX_RETENTION_FOOTAGE) == 0 || strcmp(rule_purpose, purpose) == 0);
}

static void count(Days *days, bool *first, int64_t min, int64_t max)
{
    days->min = MAX(days->min, min);
    days->max = *first ? max : days->max == 0 || max == 0 ? 0 : MAX(days->max, max);
    *first = false;
}

/* All rules that fit together; @change NULL: as they are. */
static Days outcome(const GPtrArray *rules, const IdxRuleChange *change, const char *kind,
                    const char *purpose)
{
    Days days = {0, 0};
    bool first = true;
    for (guint i = 0; i < rules->len; i++) {
        const IdxRule *rule = rules->pdata[i];
        bool changed = change && is_rule(rule, change);
        if (!changed && fits(rule->kind, rule->purpose, kind, purpose))
            count(&days, &first, rule->min_days, rule->max_days);
    }
    if (change && !change->remove && fits(change->kind, change->purpose, kind, purpose))
        count(&days, &first, change->min_days, change->max_days);
    return days;
}

static json_t *days_json(Days days)
{
    return json_pack("{s:I, s:o}", "min_days", (json_int_t)days.min, "max_days",
                     days.max ? json_integer(days.max) : json_null());
}

static json_t *cameras_of(const GPtrArray *cameras, const char *kind)
{
    json_t *list = json_array();
    for (guint i = 0; i < cameras->len; i++) {
        const IdxCamera *camera = cameras->pdata[i];
        if (strcmp(camera->kind, kind) == 0)
            json_array_append_new(
                list, json_pack("{s:s, s:s}", "id", camera->code, "name", camera->name));
    }
    return list;
}

/* Appends what becomes another for cameras of @kind. */
static void add_effects(json_t *effects, const GPtrArray *rules, const IdxRuleChange *change,
                        const char *kind, json_t *cameras)
{
    for (size_t i = 0; i < G_N_ELEMENTS(PURPOSES); i++) {
        Days before = outcome(rules, NULL, kind, PURPOSES[i]);
        Days after = outcome(rules, change, kind, PURPOSES[i]);
        if (before.min != after.min || before.max != after.max)
            json_array_append_new(effects,
                                  json_pack("{s:s, s:s, s:o, s:o, s:O}", "kind", kind, "purpose",
                                            PURPOSES[i], "before", days_json(before), "after",
                                            days_json(after), "cameras", cameras));
    }
}

static json_t *effects_json(const GPtrArray *rules, const GPtrArray *cameras,
                            const IdxRuleChange *change)
{
    json_t *effects = json_array();
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        g_autoptr(json_t) own = cameras_of(cameras, KINDS[i]);
        if (json_array_size(own) > 0)
            add_effects(effects, rules, change, KINDS[i], own);
    }
    return effects;
}

static bool check(const IdxRuleChange *change, const IdxRule *before, GError **error)
{
    if (!change->remove)
        return idx_rule_check(change->kind, change->purpose, change->min_days, change->max_days,
                              error);
    if (!before)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no rule %.64s/%.64s", change->kind,
                            change->purpose);
    return idx_rule_check_removal(change->kind, change->purpose, error);
}

json_t *idx_retention_preview(IdxCatalogue *cat, const IdxRuleChange *change, GError **error)
{
    g_autoptr(GPtrArray) rules = idx_rule_list(cat, error);
    g_autoptr(GPtrArray) cameras = rules ? idx_camera_list(cat, false, error) : NULL;
    const IdxRule *before = rules ? find(rules, change) : NULL;
    if (!cameras || !check(change, before, error))
        return NULL;
    Days now = before ? (Days){before->min_days, before->max_days} : (Days){0, 0};
    Days then = {change->min_days, change->max_days};
    bool law = !change->remove && idx_rule_below_law(change->purpose, change->min_days);
    return json_pack("{s:o, s:o, s:b, s:o}", "before", before ? days_json(now) : json_null(),
                     "after", change->remove ? json_null() : days_json(then), "below_law", (int)law,
                     "effects", effects_json(rules, cameras, change));
}
