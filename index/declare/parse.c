// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/camera.h"
#include "index/declare/declare_own.h"
#include "index/declare/yaml_tree.h"
#include "index/mark/kind.h"
#include "index/retention/retention.h"

#include <stdarg.h>
#include <string.h>

#define DURATION_MAX_S (366 * INT64_C(86400))

/* --- what is wrong ----------------------------------------------------------------------------- */

typedef struct DeclError {
    int line;
    char *words;
} DeclError;

static void error_free(gpointer data)
{
    DeclError *one = data;
    g_free(one->words);
    g_free(one);
}

/* Behind those of the same line: what comes first is told first. */
static void put_error(DeclErrors *errors, int line, char *words)
{
    guint at = errors->lines->len;
    DeclError *one = g_new0(DeclError, 1);
    *one = (DeclError){line, words};
    while (at > 0 && ((DeclError *)errors->lines->pdata[at - 1])->line > line)
        at--;
    g_ptr_array_insert(errors->lines, (gint)at, one);
    if (errors->lines->len > IDX_DECLARE_ERRORS)
        g_ptr_array_remove_index(errors->lines, IDX_DECLARE_ERRORS);
}

void decl_wrong(DeclErrors *errors, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *words = g_strdup_vprintf(format, args);
    va_end(args);
    if (!errors->lines)
        errors->lines = g_ptr_array_new_with_free_func(error_free);
    errors->count++;
    put_error(errors, line, words);
}

bool decl_none_wrong(const DeclErrors *errors, GError **error)
{
    if (errors->count == 0)
        return true;
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < errors->lines->len; i++) {
        const DeclError *one = errors->lines->pdata[i];
        g_string_append_printf(all, "%sline %d: %s", i ? "\n" : "", one->line, one->words);
    }
    if (errors->count > errors->lines->len)
        g_string_append_printf(all, "\nand %u more", errors->count - errors->lines->len);
    return mj_error_set(error, MJ_ERROR_INVALID, "%s", all->str);
}

void decl_errors_copy(DeclErrors *errors, const DeclErrors *other)
{
    for (guint i = 0; i < other->count && i < other->lines->len; i++) {
        const DeclError *one = other->lines->pdata[i];
        decl_wrong(errors, one->line, "%s", one->words);
    }
    errors->count = other->count;
}

void decl_errors_clear(DeclErrors *errors)
{
    g_clear_pointer(&errors->lines, g_ptr_array_unref);
}

/* --- memory ------------------------------------------------------------------------------------ */

static void coverage_free(gpointer data)
{
    DeclCoverage *v = data;
    g_free(v->camera);
    g_free(v->from);
    g_free(v->to);
    g_free(v);
}

static void place_free(gpointer data)
{
    DeclPlace *place = data;
    g_free(place->code);
    g_free(place->name);
    g_clear_pointer(&place->coverage, g_ptr_array_unref);
    g_free(place);
}

static void hall_free(gpointer data)
{
    DeclHall *hall = data;
    g_free(hall->code);
    g_free(hall->name);
    g_free(hall->timezone);
    g_clear_pointer(&hall->places, g_ptr_array_unref);
    g_free(hall);
}

static void camera_free(gpointer data)
{
    DeclCamera *c = data;
    char *const TEXTS[] = {c->code,     c->name,          c->kind,        c->main,
                           c->sub,      c->record,        c->audio,       c->user,
                           c->password, c->password_file, c->password_env};
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
        g_free(TEXTS[i]);
    g_free(c);
}

void idx_declaration_free(IdxDeclaration *declaration)
{
    if (!declaration)
        return;
    g_clear_pointer(&declaration->halls, g_ptr_array_unref);
    g_clear_pointer(&declaration->cameras, g_ptr_array_unref);
    g_clear_pointer(&declaration->links, g_ptr_array_unref);
    g_clear_pointer(&declaration->rules, g_ptr_array_unref);
    g_clear_pointer(&declaration->marks, g_ptr_array_unref);
    decl_notice_free(declaration->notice);
    g_clear_pointer(&declaration->workdays, g_ptr_array_unref);
    decl_errors_clear(&declaration->errors);
    g_free(declaration);
}

/* --- members of a mapping by tables ------------------------------------------------------------- */

typedef struct Member {
    const char *name;
    size_t offset; // of a char * in the struct; SIZE_MAX: not a text, read elsewhere
} Member;

static const Member *find_member(const Member *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static char *names_of(const Member *table)
{
    GString *names = g_string_new(NULL);
    for (; table->name; table++)
        g_string_append_printf(names, "%s%s", names->len ? ", " : "", table->name);
    return g_string_free(names, FALSE);
}

static bool is_kind(const IdxYaml *node, IdxYamlKind kind, const char *what, DeclErrors *errors)
{
    static const char *const KINDS[] = {"a text", "a list", "a mapping (name: value)"};
    if (node->kind == kind)
        return true;
    if (node->kind == IDX_YAML_SCALAR && !node->text)
        decl_wrong(errors, node->key_line, "%s is empty", what);
    else
        decl_wrong(errors, node->line, "%s should be %s, not %s", what, KINDS[kind],
                   KINDS[node->kind]);
    return false;
}

/* Texts of @map into the struct @target. @what: "camera w07", for messages. */
static void read_members(const IdxYaml *map, const Member *table, const char *what, void *target,
                         DeclErrors *errors)
{
    for (guint i = 0; i < map->items->len; i++) {
        const IdxYaml *item = map->items->pdata[i];
        const Member *member = find_member(table, item->key);
        if (!member) {
            g_autofree char *names = names_of(table);
            decl_wrong(errors, item->key_line, "%s: \"%.64s\" is none of: %s", what, item->key,
                       names);
            continue;
        }
        g_autofree char *name = g_strdup_printf("%s: %s", what, item->key);
        if (member->offset == SIZE_MAX || !is_kind(item, IDX_YAML_SCALAR, name, errors))
            continue;
        if (!item->text)
            decl_wrong(errors, item->key_line, "%s is empty", name);
        else
            *(char **)(void *)((char *)target + member->offset) = g_strdup(item->text);
    }
}

/* --- times ------------------------------------------------------------------------------------- */

bool decl_time(const char *text, GTimeZone *zone, int64_t *ret_us, GError **error)
{
    /* What depends on the present moment would mean something else each time. */
    bool absolute = strlen(text) >= 10 && g_ascii_isdigit(text[0]) && text[4] == '-';
    return (absolute && mj_time_parse(text, zone, 0, ret_us, NULL)) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "\"%.64s\" is not a time: write 2026-11-22, \"2026-11-22 09:31\" or "
                        "2026-11-22T09:31:05+08:00",
                        text);
}

static bool read_duration(const char *text, int64_t *ret_us)
{
    static const char UNITS[] = "smhd";
    static const int64_t SECONDS[] = {1, 60, 3600, 86400};
    char *end = NULL;
    guint64 number = g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;
    const char *unit = end && *end ? strchr(UNITS, *end) : NULL;
    if (!unit || end[1] != '\0' || number > (guint64)DURATION_MAX_S)
        return false;
    int64_t seconds = (int64_t)number * SECONDS[unit - UNITS];
    *ret_us = seconds * MJ_SECOND_US;
    return seconds <= DURATION_MAX_S;
}

/* --- halls, places, coverage ------------------------------------------------------------------- */

static void check_time(const DeclCoverage *v, const char *what, const char *name, const char *text,
                       int64_t *ret_us, DeclErrors *errors)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autoptr(GError) error = NULL;
    if (text && !decl_time(text, zone, ret_us, &error))
        decl_wrong(errors, v->line, "%s: %s: %s", what, name, error->message);
}

/* By which clock those without a zone are is found out later: two of a kind alone can be compared. */
static void check_times(const DeclCoverage *v, const char *what, DeclErrors *errors)
{
    int64_t from_us = INT64_MIN, to_us = INT64_MAX;
    guint wrong = errors->count;
    check_time(v, what, "from", v->from, &from_us, errors);
    check_time(v, what, "to", v->to, &to_us, errors);
    bool alike = v->from && v->to && !strchr(v->from, 'T') == !strchr(v->to, 'T');
    if (errors->count == wrong && alike && from_us >= to_us)
        decl_wrong(errors, v->line, "%s by %s ends before it begins", what,
                   v->camera ? v->camera : "no camera");
}

static DeclCoverage *read_coverage(const IdxYaml *node, const char *place, DeclErrors *errors)
{
    static const Member MEMBERS[] = {{"camera", offsetof(DeclCoverage, camera)},
                                     {"from", offsetof(DeclCoverage, from)},
                                     {"to", offsetof(DeclCoverage, to)},
                                     {0}};
    g_autofree char *what = g_strdup_printf("coverage of place %s", place);
    DeclCoverage *v = g_new0(DeclCoverage, 1);
    guint wrong = errors->count;
    v->line = node->line;
    if (node->kind == IDX_YAML_SCALAR && node->text)
        v->camera = g_strdup(node->text);
    else if (is_kind(node, IDX_YAML_MAP, what, errors))
        read_members(node, MEMBERS, what, v, errors);
    if (!v->camera && node->kind == IDX_YAML_MAP && errors->count == wrong)
        decl_wrong(errors, v->line, "%s: which camera?", what);
    check_times(v, what, errors);
    v->wrong = errors->count > wrong;
    return v;
}

static DeclPlace *read_place(const IdxYaml *node, DeclErrors *errors)
{
    static const Member MEMBERS[] = {
        {"name", offsetof(DeclPlace, name)}, {"coverage", SIZE_MAX}, {0}};
    g_autofree char *what = g_strdup_printf("place %s", node->key);
    DeclPlace *place = g_new0(DeclPlace, 1);
    place->line = node->key_line;
    place->code = g_strdup(node->key);
    bool empty = node->kind == IDX_YAML_SCALAR && !node->text; // "W07:" alone: a place
    if (empty || !is_kind(node, IDX_YAML_MAP, what, errors))
        return place;
    read_members(node, MEMBERS, what, place, errors);
    const IdxYaml *coverage = idx_yaml_get(node, "coverage");
    g_autofree char *list = g_strdup_printf("coverage of place %s", node->key);
    if (!coverage || !is_kind(coverage, IDX_YAML_LIST, list, errors))
        return place;
    place->coverage = g_ptr_array_new_with_free_func(coverage_free);
    for (guint i = 0; i < coverage->items->len; i++)
        g_ptr_array_add(place->coverage,
                        read_coverage(coverage->items->pdata[i], node->key, errors));
    return place;
}

static DeclHall *read_hall(const IdxYaml *node, DeclErrors *errors)
{
    static const Member MEMBERS[] = {{"name", offsetof(DeclHall, name)},
                                     {"timezone", offsetof(DeclHall, timezone)},
                                     {"places", SIZE_MAX},
                                     {0}};
    g_autofree char *what = g_strdup_printf("hall %s", node->key);
    DeclHall *hall = g_new0(DeclHall, 1);
    hall->line = node->key_line;
    hall->code = g_strdup(node->key);
    if (!is_kind(node, IDX_YAML_MAP, what, errors))
        return hall;
    read_members(node, MEMBERS, what, hall, errors);
    const IdxYaml *places = idx_yaml_get(node, "places");
    g_autofree char *list = g_strdup_printf("places of hall %s", node->key);
    if (!places || !is_kind(places, IDX_YAML_MAP, list, errors))
        return hall;
    hall->places = g_ptr_array_new_with_free_func(place_free);
    for (guint i = 0; i < places->items->len; i++)
        g_ptr_array_add(hall->places, read_place(places->items->pdata[i], errors));
    return hall;
}

/* --- cameras ----------------------------------------------------------------------------------- */

static void check_password(const DeclCamera *c, DeclErrors *errors)
{
    int given = (c->password != NULL) + (c->password_file != NULL) + (c->password_env != NULL);
    if (given > 1)
        decl_wrong(errors, c->line,
                   "camera %s: give one of password, password_file and password_env", c->code);
    else if (given == 1 && !c->user)
        decl_wrong(errors, c->line, "camera %s: a password without user", c->code);
    else if (given == 0 && c->user)
        decl_wrong(errors, c->line,
                   "camera %s: a user without password_file, password_env or password", c->code);
}

/* Each by its line; what is of the wrong form was told already. */
static void check_values(const IdxYaml *map, const char *code, const char *what, DeclErrors *errors)
{
    for (guint i = 0; i < map->items->len; i++) {
        g_autoptr(GError) error = NULL;
        const IdxYaml *item = map->items->pdata[i];
        if (item->kind != IDX_YAML_SCALAR || idx_camera_check(code, item->key, item->text, &error))
            continue;
        bool named = g_str_has_prefix(error->message, what);
        decl_wrong(errors, item->key_line, "%s%s%s", named ? "" : what, named ? "" : ": ",
                   error->message);
    }
}

static DeclCamera *read_camera(const IdxYaml *node, DeclErrors *errors)
{
    static const Member MEMBERS[] = {{"name", offsetof(DeclCamera, name)},
                                     {"kind", offsetof(DeclCamera, kind)},
                                     {"main", offsetof(DeclCamera, main)},
                                     {"sub", offsetof(DeclCamera, sub)},
                                     {"record", offsetof(DeclCamera, record)},
                                     {"audio", offsetof(DeclCamera, audio)},
                                     {"user", offsetof(DeclCamera, user)},
                                     {"password", offsetof(DeclCamera, password)},
                                     {"password_file", offsetof(DeclCamera, password_file)},
                                     {"password_env", offsetof(DeclCamera, password_env)},
                                     {0}};
    g_autofree char *what = g_strdup_printf("camera %s", node->key);
    DeclCamera *camera = g_new0(DeclCamera, 1);
    guint wrong = errors->count;
    camera->line = node->key_line;
    camera->code = g_strdup(node->key);
    if (is_kind(node, IDX_YAML_MAP, what, errors)) {
        read_members(node, MEMBERS, what, camera, errors);
        if (errors->count == wrong) // else it may be that a name is misspelt
            check_password(camera, errors);
        check_values(node, camera->code, what, errors);
    }
    camera->wrong = errors->count > wrong;
    return camera;
}

/* --- links ------------------------------------------------------------------------------------- */

static void read_length(const IdxYaml *node, const char *name, const char *what, int64_t *ret_us,
                        DeclErrors *errors)
{
    const IdxYaml *item = idx_yaml_get(node, name);
    *ret_us = -1;
    if (!item)
        return;
    const char *text = item->kind == IDX_YAML_SCALAR && item->text ? item->text : "";
    if (!read_duration(text, ret_us))
        decl_wrong(errors, item->line, "%s: %s: \"%.40s\" is not a length of time as 30s, 5m, 2h",
                   what, name, text);
}

static DeclLink *read_link(const IdxYaml *node, DeclErrors *errors)
{
    static const Member MEMBERS[] = {
        {"before", SIZE_MAX}, {"after", SIZE_MAX}, {"max", SIZE_MAX}, {0}};
    g_autofree char *what = g_strdup_printf("link %s", node->key);
    DeclLink *link = g_new0(DeclLink, 1);
    guint wrong = errors->count;
    link->line = node->key_line;
    link->method = idx_method_of(node->key);
    if (link->method == IDX_METHODS)
        decl_wrong(errors, node->key_line, "%s: links are visit, step and session", what);
    if (is_kind(node, IDX_YAML_MAP, what, errors))
        read_members(node, MEMBERS, what, link, errors);
    read_length(node, "before", what, &link->before_us, errors);
    read_length(node, "after", what, &link->after_us, errors);
    read_length(node, "max", what, &link->max_us, errors);
    link->wrong = errors->count > wrong;
    return link;
}

/* --- retention --------------------------------------------------------------------------------- */

static void rule_free(gpointer data)
{
    DeclRule *rule = data;
    g_free(rule->kind);
    g_free(rule->purpose);
    g_free(rule);
}

/* "30d". */
static int read_days(const IdxYaml *map, const char *name, const char *what, DeclErrors *errors)
{
    const IdxYaml *item = idx_yaml_get(map, name);
    if (!item)
        return 0;
    const char *text = item->kind == IDX_YAML_SCALAR && item->text ? item->text : "";
    char *end = NULL;
    guint64 days = g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;
    if (days < 1 || days > IDX_RETENTION_DAYS_MAX || !end || strcmp(end, "d") != 0)
        decl_wrong(errors, item->line, "%s: %s: \"%.40s\" is not a number of days as 30d", what,
                   name, text);
    return (int)MIN(days, IDX_RETENTION_DAYS_MAX);
}

static void read_rule(const IdxYaml *node, const char *kind, GPtrArray *rules, DeclErrors *errors)
{
    static const Member MEMBERS[] = {{"min", SIZE_MAX}, {"max", SIZE_MAX}, {0}};
    g_autofree char *what = g_strdup_printf("retention of %s %s", kind, node->key);
    DeclRule *rule = g_new0(DeclRule, 1);
    guint wrong = errors->count;
    g_ptr_array_add(rules, rule);
    rule->wrong = true;
    rule->line = node->key_line;
    rule->kind = g_strdup(kind);
    rule->purpose = g_strdup(node->key);
    if (!is_kind(node, IDX_YAML_MAP, what, errors))
        return;
    read_members(node, MEMBERS, what, rule, errors);
    rule->min_days = read_days(node, "min", what, errors);
    rule->max_days = read_days(node, "max", what, errors);
    if (!idx_yaml_get(node, "min") && errors->count == wrong)
        decl_wrong(errors, rule->line, "%s: min is missing", what);
    rule->wrong = errors->count > wrong;
}

static GPtrArray *read_rules(const IdxYaml *root, DeclErrors *errors)
{
    const IdxYaml *section = idx_yaml_get(root, "retention");
    if (!section || !is_kind(section, IDX_YAML_MAP, "retention", errors))
        return NULL;
    GPtrArray *rules = g_ptr_array_new_with_free_func(rule_free);
    for (guint i = 0; i < section->items->len; i++) {
        const IdxYaml *kind = section->items->pdata[i];
        g_autofree char *what = g_strdup_printf("retention of %s", kind->key);
        bool good = is_kind(kind, IDX_YAML_MAP, what, errors);
        for (guint j = 0; good && j < kind->items->len; j++)
            read_rule(kind->items->pdata[j], kind->key, rules, errors);
    }
    return rules;
}

/* --- marks --------------------------------------------------------------------------------------- */

static void mark_free(gpointer data)
{
    DeclMark *mark = data;
    g_free(mark->code);
    g_free(mark->zh);
    g_free(mark->en);
    g_free(mark->level);
    g_free(mark);
}

static bool read_flag(const IdxYaml *map, const char *name, const char *what, DeclErrors *errors)
{
    const IdxYaml *item = idx_yaml_get(map, name);
    const char *text = item && item->kind == IDX_YAML_SCALAR && item->text ? item->text : "";
    if (item && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        decl_wrong(errors, item->line, "%s: %s: \"%.40s\" is neither true nor false", what, name,
                   text);
    return strcmp(text, "true") == 0;
}

static void check_mark(const DeclMark *mark, const char *what, DeclErrors *errors)
{
    g_autoptr(GError) error = NULL;
    IdxMarkKindChange change = {
        .code = mark->code, .zh = mark->zh, .en = mark->en, .level = mark->level};
    if (!mark->zh || !mark->en)
        decl_wrong(errors, mark->line, "%s: %s is missing", what, mark->zh ? "en" : "zh");
    else if (!idx_mark_kind_check(&change, &error))
        decl_wrong(errors, mark->line, "%s: %s", what, error->message);
}

static gpointer one_mark(const IdxYaml *node, DeclErrors *errors)
{
    static const Member MEMBERS[] = {{"zh", offsetof(DeclMark, zh)},
                                     {"en", offsetof(DeclMark, en)},
                                     {"level", offsetof(DeclMark, level)},
                                     {"ended", SIZE_MAX},
                                     {0}};
    g_autofree char *what = g_strdup_printf("mark %s", node->key);
    DeclMark *mark = g_new0(DeclMark, 1);
    guint wrong = errors->count;
    mark->line = node->key_line;
    mark->code = g_strdup(node->key);
    if (is_kind(node, IDX_YAML_MAP, what, errors)) {
        read_members(node, MEMBERS, what, mark, errors);
        mark->ended = read_flag(node, "ended", what, errors);
        if (errors->count == wrong) // else it may be that a name is misspelt
            check_mark(mark, what, errors);
    }
    mark->wrong = errors->count > wrong;
    return mark;
}

/* --- the whole --------------------------------------------------------------------------------- */

typedef gpointer (*ReadOne)(const IdxYaml *node, DeclErrors *errors);

/* Each member of the section @name; NULL if there is none. */
static GPtrArray *read_section(const IdxYaml *root, const char *name, ReadOne read,
                               GDestroyNotify clear, DeclErrors *errors)
{
    const IdxYaml *section = idx_yaml_get(root, name);
    if (!section || !is_kind(section, IDX_YAML_MAP, name, errors))
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(clear);
    for (guint i = 0; i < section->items->len; i++)
        g_ptr_array_add(list, read(section->items->pdata[i], errors));
    return list;
}

static gpointer one_hall(const IdxYaml *node, DeclErrors *errors)
{
    return read_hall(node, errors);
}

static gpointer one_camera(const IdxYaml *node, DeclErrors *errors)
{
    return read_camera(node, errors);
}

static gpointer one_link(const IdxYaml *node, DeclErrors *errors)
{
    return read_link(node, errors);
}

IdxDeclaration *idx_declare_read(const char *text, size_t size, GError **error)
{
    static const Member SECTIONS[] = {
        {"halls", SIZE_MAX}, {"cameras", SIZE_MAX}, {"links", SIZE_MAX},    {"retention", SIZE_MAX},
        {"marks", SIZE_MAX}, {"notice", SIZE_MAX},  {"workdays", SIZE_MAX}, {0}};
    g_autoptr(IdxYaml) root = idx_yaml_parse(text, size, error);
    if (!root)
        return NULL;
    IdxDeclaration *declaration = g_new0(IdxDeclaration, 1);
    DeclErrors *errors = &declaration->errors;
    if (is_kind(root, IDX_YAML_MAP, "the file", errors))
        read_members(root, SECTIONS, "the file", declaration, errors);
    guint wrong = errors->count; // a section whose name is misspelt may be that of the cameras
    declaration->cameras = read_section(root, "cameras", one_camera, camera_free, errors);
    declaration->cameras_lost = wrong > 0 || (!declaration->cameras && errors->count > 0);
    declaration->halls = read_section(root, "halls", one_hall, hall_free, errors);
    declaration->links = read_section(root, "links", one_link, g_free, errors);
    declaration->rules = read_rules(root, errors);
    declaration->marks = read_section(root, "marks", one_mark, mark_free, errors);
    declaration->notice = decl_read_notice(root, errors);
    declaration->workdays = decl_read_workdays(root, errors);
    return declaration;
}

IdxDeclaration *idx_declare_parse(const char *text, size_t size, GError **error)
{
    g_autoptr(IdxDeclaration) declaration = idx_declare_read(text, size, error);
    return declaration && decl_none_wrong(&declaration->errors, error)
               ? g_steal_pointer(&declaration)
               : NULL;
}
