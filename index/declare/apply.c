// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/declare/declare_own.h"
#include "index/find/story.h"
#include "index/hall.h"
#include "index/link/place_link.h"

#include <inttypes.h>
#include <string.h>

static const char SQL_SET_LINK[] =
    "UPDATE link_rule SET before_us = ?2, after_us = ?3, max_us = ?4 WHERE method = ?1";

/* --- the list of changes ---------------------------------------------------------------------------- */

static void field_free(gpointer data)
{
    IdxChangeField *field = data;
    g_free(field->name);
    g_free(field->from);
    g_free(field->to);
    g_free(field);
}

static void change_free(gpointer data)
{
    IdxChange *change = data;
    g_free(change->name);
    g_ptr_array_unref(change->fields);
    g_free(change);
}

IdxChange *decl_change(DeclRun *run, IdxChangeKind kind, const char *what, const char *name,
                       int line)
{
    IdxChange *change = g_new0(IdxChange, 1);
    *change = (IdxChange){.kind = kind,
                          .what = what,
                          .name = g_strdup(name),
                          .line = line,
                          .fields = g_ptr_array_new_with_free_func(field_free)};
    g_ptr_array_add(run->changes, change);
    return change;
}

void decl_field(IdxChange *change, const char *name, const char *from, const char *to)
{
    IdxChangeField *field = g_new0(IdxChangeField, 1);
    *field = (IdxChangeField){g_strdup(name), g_strdup(from), g_strdup(to)};
    g_ptr_array_add(change->fields, field);
}

bool decl_differs(IdxChange *change, const char *name, const char *from, const char *to)
{
    bool differs = g_strcmp0(from, to) != 0;
    if (differs)
        decl_field(change, name, from, to);
    return differs;
}

bool decl_keep(DeclRun *run, IdxChange *change)
{
    if (change->fields->len > 0)
        return true;
    g_ptr_array_remove_index(run->changes, run->changes->len - 1);
    return false;
}

bool decl_outcome(DeclRun *run, bool ok, GError *failed, int line, GError **error)
{
    static const MjError THE_FILES[] = {MJ_ERROR_INVALID, MJ_ERROR_NOT_FOUND, MJ_ERROR_EXISTS,
                                        MJ_ERROR_CONFLICT, MJ_ERROR_UNSUPPORTED};
    if (ok)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(THE_FILES); i++)
        if (mj_error_is(failed, THE_FILES[i])) {
            decl_wrong(&run->errors, line, "%s", failed->message);
            g_error_free(failed);
            return true;
        }
    g_propagate_error(error, failed);
    return false;
}

/* --- halls ------------------------------------------------------------------------------------------- */

static const IdxHall *find_hall(const GPtrArray *present, const char *code)
{
    for (guint i = 0; i < present->len; i++)
        if (strcmp(((const IdxHall *)present->pdata[i])->code, code) == 0)
            return present->pdata[i];
    return NULL;
}

/* The hall that `mingjing init` made, of which nothing was said yet, takes the code of the only one in
 * the file. */
static bool find_fresh(DeclRun *run, const GPtrArray *said, const GPtrArray *present,
                       const IdxHall **ret, GError **error)
{
    bool used = true;
    if (said->len == 1 && present->len == 1) {
        const IdxHall *hall = present->pdata[0];
        if (!idx_hall_is_used(run->cat, hall->id, &used, error))
            return false;
        *ret = used ? *ret : hall;
    }
    return true;
}

static bool store_hall(DeclRun *run, const DeclHall *said, const IdxHall *present, int64_t *ret_id,
                       GError **error)
{
    if (!present)
        return idx_hall_add(run->cat, said->code, said->name, said->timezone, ret_id, error);
    const char *code = strcmp(said->code, present->code) ? said->code : NULL;
    const char *zone =
        said->timezone && strcmp(said->timezone, present->timezone) ? said->timezone : NULL;
    return idx_hall_set(run->cat, present->id, code, said->name, zone, error);
}

/* One that cannot be made keeps nobody from looking at its places: nothing of this run stays. */
static bool stand_in(DeclRun *run, const DeclHall *said, int64_t *ret_id, GError **error)
{
    g_autofree char *code = g_strdup_printf("line-%d", said->line);
    return *ret_id || idx_hall_add(run->cat, code, code, NULL, ret_id, error);
}

static bool apply_hall(DeclRun *run, const DeclHall *said, const IdxHall *present, GError **error)
{
    static const IdxHall NONE = {0};
    const IdxHall *old = present ? present : &NONE;
    GError *failed = NULL;
    int64_t id = old->id;
    const char *zone_name = said->timezone ? said->timezone : old->timezone;
    const char *name = said->name ? said->name : old->name;
    if (!zone_name)
        zone_name = idx_catalogue_timezone_name(run->cat);
    IdxChange *change =
        decl_change(run, present ? IDX_CHANGE_SET : IDX_CHANGE_ADD, "hall", said->code, said->line);
    if (old->code)
        decl_differs(change, "code", old->code, said->code);
    decl_differs(change, "name", old->name, name ? name : said->code);
    decl_differs(change, "timezone", old->timezone, zone_name);
    if (decl_keep(run, change)) {
        bool ok = store_hall(run, said, present, &id, &failed);
        if (!decl_outcome(run, ok, failed, said->line, error) ||
            (!ok && !stand_in(run, said, &id, error)))
            return false;
    }
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name);
    if (!zone) // that is told
        zone = g_time_zone_new_identifier(idx_catalogue_timezone_name(run->cat));
    return !said->places || decl_apply_places(run, id, zone, said->places, error);
}

static bool apply_halls(DeclRun *run, const GPtrArray *said, GError **error)
{
    const IdxHall *fresh = NULL;
    g_autoptr(GPtrArray) present = idx_hall_list(run->cat, error);
    if (!present || !find_fresh(run, said, present, &fresh, error))
        return false;
    for (guint i = 0; i < said->len; i++) {
        const DeclHall *hall = said->pdata[i];
        const IdxHall *found = find_hall(present, hall->code);
        if (!apply_hall(run, hall, found ? found : fresh, error))
            return false;
    }
    for (guint i = 0; i < present->len && !fresh; i++) {
        const IdxHall *hall = present->pdata[i];
        bool mentioned = false;
        for (guint j = 0; j < said->len; j++)
            mentioned |= strcmp(((const DeclHall *)said->pdata[j])->code, hall->code) == 0;
        if (!mentioned) // its tickets refer to it: it stays, with or without pruning
            decl_change(run, IDX_CHANGE_KEPT, "hall", hall->code, 0);
    }
    return true;
}

char *decl_time_text(int64_t us, GTimeZone *zone)
{
    char *text = mj_time_format(us, zone);
    char *decimals = strstr(text, ".000000");
    if (decimals)
        memmove(decimals, decimals + 7, strlen(decimals + 7) + 1);
    return text;
}

/* --- links ------------------------------------------------------------------------------------------- */

char *decl_length(int64_t us)
{
    static const struct {
        char unit;
        int64_t us;
    } UNITS[] = {{'d', MJ_DAY_US}, {'h', MJ_HOUR_US}, {'m', MJ_MINUTE_US}, {'s', MJ_SECOND_US}};
    for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++)
        if (us > 0 && us % UNITS[i].us == 0)
            return g_strdup_printf("%" PRId64 "%c", us / UNITS[i].us, UNITS[i].unit);
    return g_strdup_printf("%" PRId64 "s", us / MJ_SECOND_US);
}

static void tell_length(IdxChange *change, const char *name, int64_t from_us, int64_t to_us)
{
    g_autofree char *from = decl_length(from_us), *to = decl_length(to_us);
    if (from_us != to_us)
        decl_field(change, name, from, to);
}

static bool store_link(DeclRun *run, const char *method, const IdxLinkRule *new, GError **error)
{
    g_autoptr(json_t) detail =
        json_pack("{s:I, s:I, s:I}", "before_us", (json_int_t) new->before_us, "after_us",
                  (json_int_t) new->after_us, "max_us", (json_int_t) new->max_us);
    IdxAudit row = {
        .what = "link.change", .object_kind = "link", .object = method, .detail = detail};
    return idx_db_run(run->cat, SQL_SET_LINK, error, "tiii", method, new->before_us, new->after_us,
                      new->max_us) &&
           idx_place_link_queue_all(run->cat, run->how->now_us, error) &&
           idx_audit(run->cat, &row, error);
}

static bool apply_link(DeclRun *run, const DeclLink *said, const IdxLinkRule *old, GError **error)
{
    IdxLinkRule new = {said->before_us < 0 ? old->before_us : said->before_us,
                       said->after_us < 0 ? old->after_us : said->after_us,
                       said->max_us < 0 ? old->max_us : said->max_us};
    const char *method = idx_method_name(said->method);
    IdxChange *change = decl_change(run, IDX_CHANGE_SET, "link", method, said->line);
    tell_length(change, "before", old->before_us, new.before_us);
    tell_length(change, "after", old->after_us, new.after_us);
    tell_length(change, "max", old->max_us, new.max_us);
    return !decl_keep(run, change) || store_link(run, method, &new, error);
}

static bool apply_links(DeclRun *run, const GPtrArray *said, GError **error)
{
    IdxLinkRule rules[IDX_METHODS];
    bool ok = idx_story_rules(run->cat, rules, error);
    for (guint i = 0; ok && i < said->len; i++) {
        const DeclLink *link = said->pdata[i];
        ok = link->wrong || apply_link(run, link, &rules[link->method], error);
    }
    return ok;
}

/* --- the whole --------------------------------------------------------------------------------------- */

/* Cameras before the places that name them; those that go, last. */
static bool apply_all(DeclRun *run, const IdxDeclaration *d, GError **error)
{
    return (!d->rules || decl_apply_retention(run, d->rules, error)) &&
           (!d->marks || decl_apply_marks(run, d->marks, error)) &&
           (!d->notice || decl_apply_notice(run, d->notice, error)) &&
           (!d->workdays || decl_apply_workdays(run, d->workdays, error)) &&
           (!d->links || apply_links(run, d->links, error)) &&
           (!d->cameras || decl_apply_cameras(run, d->cameras, error)) &&
           (!d->halls || apply_halls(run, d->halls, error)) &&
           (!d->cameras || decl_retire_cameras(run, d->cameras, error)) &&
           decl_none_wrong(&run->errors, error);
}

GPtrArray *idx_declare_apply(IdxCatalogue *cat, const IdxDeclaration *declaration,
                             const IdxDeclareHow *how, GError **error)
{
    g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(change_free);
    g_autoptr(GHashTable) wrong_cameras = g_hash_table_new(g_str_hash, g_str_equal);
    DeclRun run = {.cat = cat,
                   .how = how,
                   .changes = changes,
                   .cameras_lost = declaration->cameras_lost,
                   .wrong_cameras = wrong_cameras};
    if (!idx_begin(cat, error))
        return NULL;
    decl_errors_copy(&run.errors, &declaration->errors);
    bool ok = apply_all(&run, declaration, error);
    decl_errors_clear(&run.errors);
    if (how->dry_run || !ok)
        idx_rollback(cat);
    else
        ok = idx_commit(cat, error);
    return ok ? g_steal_pointer(&changes) : NULL;
}

/* --- telling it -------------------------------------------------------------------------------------- */

json_t *idx_declare_json(const GPtrArray *changes)
{
    static const char *const KINDS[] = {"add", "change", "remove", "keep"};
    int count[G_N_ELEMENTS(KINDS)] = {0};
    json_t *list = json_array();
    for (guint i = 0; i < changes->len; i++) {
        const IdxChange *change = changes->pdata[i];
        json_t *fields = json_array();
        for (guint j = 0; j < change->fields->len; j++) {
            const IdxChangeField *field = change->fields->pdata[j];
            json_array_append_new(fields, json_pack("{s:s, s:o, s:o}", "name", field->name, "from",
                                                    mj_json_string(field->from), "to",
                                                    mj_json_string(field->to)));
        }
        count[change->kind]++;
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:o, s:o}", "change", KINDS[change->kind],
                                        "what", change->what, "name", change->name, "line",
                                        change->line ? json_integer(change->line) : json_null(),
                                        "fields", fields));
    }
    return json_pack("{s:o, s:i, s:i, s:i, s:i}", "changes", list, "added", count[IDX_CHANGE_ADD],
                     "changed", count[IDX_CHANGE_SET], "removed", count[IDX_CHANGE_REMOVE], "kept",
                     count[IDX_CHANGE_KEPT]);
}

char *idx_declare_words(const GPtrArray *changes)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < changes->len; i++) {
        const IdxChange *change = changes->pdata[i];
        g_string_append_printf(
            out, "%c %s %s%s\n", "+~-!"[change->kind], change -> what, change -> name,
            change -> kind == IDX_CHANGE_KEPT ? "  (not in the file; stays)" : "");
        for (guint j = 0; j < change->fields->len; j++) {
            const IdxChangeField *field = change->fields->pdata[j];
            if (field->from && field->to)
                g_string_append_printf(out, "    %-14s %s → %s\n", field->name, field->from,
                                       field->to);
            else
                g_string_append_printf(out, "    %-14s %s%s\n", field->name,
                                       field->to ? field->to : field->from,
                                       field->to || change->kind != IDX_CHANGE_SET ? "" : " → –");
        }
    }
    return g_string_free(out, FALSE);
}
