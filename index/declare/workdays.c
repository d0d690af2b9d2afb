// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/declare/declare_own.h"
#include "index/declare/yaml_tree.h"
#include "index/work_day.h"

#include <string.h>

#define RANGE_DAYS_MAX 31
#define RANGE ".."

typedef struct DeclWorkDay {
    int line;
    IdxWorkDay is;
} DeclWorkDay;

static void day_free(gpointer data)
{
    DeclWorkDay *one = data;
    g_free(one->is.name);
    g_free(one);
}

/* --- reading ------------------------------------------------------------------------------------- */

static bool read_day(const char *text, int *ret)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    return strlen(text) == strlen("2027-01-01") && text[4] == '-' &&
           mj_day_parse(text, utc, 0, ret, NULL);
}

static bool read_range(const char *text, int *ret_from, int *ret_to)
{
    const char *dots = strstr(text, RANGE);
    g_autofree char *from = dots ? g_strndup(text, (gsize)(dots - text)) : g_strdup(text);
    const char *to = dots ? dots + strlen(RANGE) : text;
    return read_day(from, ret_from) && read_day(to, ret_to) && *ret_from <= *ret_to;
}

static const DeclWorkDay *find(const GPtrArray *days, int day)
{
    for (guint i = 0; i < days->len; i++)
        if (((const DeclWorkDay *)days->pdata[i])->is.day == day)
            return days->pdata[i];
    return NULL;
}

static void add_day(GPtrArray *days, const IdxYaml *item, int day, bool works, DeclErrors *errors)
{
    g_autofree char *text = mj_day_format(day);
    if (find(days, day)) {
        decl_wrong(errors, item->key_line, "workdays: %s stands twice", text);
        return;
    }
    DeclWorkDay *one = g_new0(DeclWorkDay, 1);
    *one = (DeclWorkDay){item->key_line, {day, works, g_strdup(item->text)}};
    g_ptr_array_add(days, one);
}

static void add_range(GPtrArray *days, const IdxYaml *item, bool works, DeclErrors *errors)
{
    int from = 0, to = 0;
    if (!read_range(item->key, &from, &to)) {
        decl_wrong(errors, item->key_line,
                   "workdays: \"%.40s\" is neither a day nor days: write 2027-01-01 or "
                   "2027-02-15..2027-02-21",
                   item->key);
        return;
    }
    GDate date, last;
    idx_work_day_date(from, &date);
    idx_work_day_date(to, &last);
    if (g_date_days_between(&date, &last) >= RANGE_DAYS_MAX) {
        decl_wrong(errors, item->key_line, "workdays: %.40s is more than %d days", item->key,
                   RANGE_DAYS_MAX);
        return;
    }
    for (; g_date_compare(&date, &last) <= 0; g_date_add_days(&date, 1))
        add_day(days, item, idx_work_day_of(&date), works, errors);
}

static void read_item(GPtrArray *days, const IdxYaml *item, bool works, DeclErrors *errors)
{
    if (item->kind != IDX_YAML_SCALAR)
        decl_wrong(errors, item->line, "workdays: %.40s should be a text: what the day is called",
                   item->key);
    else if (item->text && (g_utf8_strlen(item->text, -1) > IDX_WORK_DAY_NAME_MAX ||
                            strpbrk(item->text, "\r\n\t")))
        decl_wrong(errors, item->line,
                   "workdays: %.40s: what it is called is one line of at most %d characters",
                   item->key, IDX_WORK_DAY_NAME_MAX);
    else
        add_range(days, item, works, errors);
}

static void read_part(GPtrArray *days, const IdxYaml *part, DeclErrors *errors)
{
    bool works = strcmp(part->key, "worked") == 0;
    if (!works && strcmp(part->key, "off") != 0)
        decl_wrong(errors, part->key_line, "workdays: \"%.64s\" is none of: off, worked",
                   part->key);
    else if (part->kind != IDX_YAML_MAP)
        decl_wrong(errors, part->key_line, "workdays: %s should be a mapping (day: name)",
                   part->key);
    for (guint i = 0; part->kind == IDX_YAML_MAP && i < part->items->len; i++)
        read_item(days, part->items->pdata[i], works, errors);
}

GPtrArray *decl_read_workdays(const IdxYaml *root, DeclErrors *errors)
{
    const IdxYaml *section = idx_yaml_get(root, "workdays");
    if (!section)
        return NULL;
    GPtrArray *days = g_ptr_array_new_with_free_func(day_free);
    if (section->kind != IDX_YAML_MAP)
        decl_wrong(errors, section->key_line, "workdays should be a mapping: off, worked");
    for (guint i = 0; section->kind == IDX_YAML_MAP && i < section->items->len; i++)
        read_part(days, section->items->pdata[i], errors);
    return days;
}

/* --- applying ------------------------------------------------------------------------------------ */

static const IdxWorkDay *find_present(const GPtrArray *present, int day)
{
    for (guint i = 0; i < present->len; i++)
        if (((const IdxWorkDay *)present->pdata[i])->day == day)
            return present->pdata[i];
    return NULL;
}

static const char *word(const IdxWorkDay *day)
{
    return !day ? NULL : day->works ? "worked" : "off";
}

static bool apply_day(DeclRun *run, const DeclWorkDay *said, const IdxWorkDay *old, GError **error)
{
    GError *failed = NULL;
    g_autofree char *text = mj_day_format(said->is.day);
    IdxChange *change =
        decl_change(run, old ? IDX_CHANGE_SET : IDX_CHANGE_ADD, "workday", text, said->line);
    decl_differs(change, "is", word(old), word(&said->is));
    decl_differs(change, "name", old ? old->name : NULL, said->is.name);
    if (!decl_keep(run, change))
        return true;
    bool ok = idx_work_day_set(run->cat, &said->is, &failed);
    return decl_outcome(run, ok, failed, said->line, error);
}

/* What the file does not name stays as long as nobody prunes. */
static bool forget_unsaid(DeclRun *run, const GPtrArray *said, const GPtrArray *present,
                          GError **error)
{
    bool goes = run->how->prune;
    for (guint i = 0; i < present->len; i++) {
        const IdxWorkDay *day = present->pdata[i];
        if (find(said, day->day))
            continue;
        g_autofree char *text = mj_day_format(day->day);
        IdxChange *change =
            decl_change(run, goes ? IDX_CHANGE_REMOVE : IDX_CHANGE_KEPT, "workday", text, 0);
        decl_field(change, "is", word(day), NULL);
        if (goes && !idx_work_day_forget(run->cat, day->day, error))
            return false;
    }
    return true;
}

bool decl_apply_workdays(DeclRun *run, const GPtrArray *said, GError **error)
{
    g_autoptr(GPtrArray) present = idx_work_day_list(run->cat, error);
    for (guint i = 0; present && i < said->len; i++) {
        const DeclWorkDay *day = said->pdata[i];
        if (!apply_day(run, day, find_present(present, day->is.day), error))
            return false;
    }
    return present && forget_unsaid(run, said, present, error);
}

/* --- printing ------------------------------------------------------------------------------------ */

static void put_days(GString *out, const GPtrArray *days, bool works)
{
    bool head = false;
    for (guint i = 0; i < days->len; i++) {
        const IdxWorkDay *day = days->pdata[i];
        if (day->works != works)
            continue;
        if (!head)
            g_string_append_printf(out, "  %s:\n", word(day));
        head = true;
        g_autofree char *text = mj_day_format(day->day);
        g_autofree char *name = day->name ? idx_yaml_quote(day->name) : NULL;
        g_string_append_printf(out, "    %s:%s%s\n", text, name ? " " : "", name ? name : "");
    }
}

bool decl_put_workdays(GString *out, IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) days = idx_work_day_list(cat, error);
    if (!days)
        return false;
    if (days->len > 0)
        g_string_append(out, "\nworkdays:\n");
    put_days(out, days, false);
    put_days(out, days, true);
    return true;
}
