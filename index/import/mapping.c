// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/mapping_own.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/event/rule.h"
#include "index/import/stamp.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_MAX (1024 * 1024)
#define EVENTS_MAX 64

// ── freeing

static void column_free(gpointer data)
{
    Column *column = data;
    if (column)
        g_free(column->name);
    g_free(column);
}

static void value_free(gpointer data)
{
    Value *value = data;
    if (!value)
        return;
    g_free(value->name);
    column_free(value->column);
    g_free(value->text);
    g_clear_pointer(&value->words, g_hash_table_unref);
    g_free(value);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Value, value_free)

static void recipe_free(gpointer data)
{
    Recipe *recipe = data;
    value_free(recipe->type);
    g_clear_pointer(&recipe->time, g_ptr_array_unref);
    g_clear_pointer(&recipe->fields, g_ptr_array_unref);
    g_free(recipe->format);
    g_free(recipe);
}

void idx_mapping_free(IdxMapping *m)
{
    if (!m)
        return;
    g_free(m->source);
    g_clear_pointer(&m->zone, g_time_zone_unref);
    g_clear_pointer(&m->zones, g_hash_table_unref);
    g_clear_pointer(&m->key, g_ptr_array_unref);
    g_clear_pointer(&m->recipes, g_ptr_array_unref);
    g_free(m);
}

// ── reading YAML

typedef struct Yaml {
    yaml_document_t document;
    GError **error;
} Yaml;

static int line_of(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

static bool wrong(const Yaml *y, const yaml_node_t *node, const char *what)
{
    return mj_error_set(y->error, MJ_ERROR_INVALID, "mapping, line %d: %s", line_of(node), what);
}

static const char *scalar(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool get_scalar(const Yaml *y, const yaml_node_t *node, const char *what, char **ret)
{
    g_autofree char *message = g_strdup_printf("%s must be a text, and not empty", what);
    const char *text = scalar(node);
    if (!text || *text == '\0' || strlen(text) != node->data.scalar.length)
        return wrong(y, node, message);
    g_free(*ret);
    *ret = g_strdup(text);
    return true;
}

typedef bool (*OnPair)(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                       void *data);

/* Calls @on_pair for every pair of a mapping. */
static bool each_pair(Yaml *y, const yaml_node_t *node, const char *what, OnPair on_pair,
                      void *data)
{
    g_autofree char *message = g_strdup_printf("%s must be pairs, as in \"name: value\"", what);
    if (node->type != YAML_MAPPING_NODE)
        return wrong(y, node, message);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(&y->document, p->key);
        const yaml_node_t *value = yaml_document_get_node(&y->document, p->value);
        const char *name = scalar(key);
        if (!name)
            return wrong(y, key, "a name must be a text");
        if (!g_hash_table_add(seen, (gpointer)name))
            return wrong(y, key, "that stands here twice");
        if (!on_pair(y, name, key, value, data))
            return false;
    }
    return true;
}

static bool unknown_name(const Yaml *y, const yaml_node_t *key, const char *known)
{
    g_autofree char *message =
        g_strdup_printf("\"%s\" is not known here; there are %s", scalar(key), known);
    return wrong(y, key, message);
}

static Column *column_new(const yaml_node_t *node)
{
    Column *column = g_new0(Column, 1);
    column->name = g_strdup(scalar(node));
    column->line = line_of(node);
    return column;
}

/* One column or several. */
static bool read_columns(const Yaml *y, yaml_document_t *document, const yaml_node_t *node,
                         GPtrArray *columns)
{
    bool ok = scalar(node) || node->type == YAML_SEQUENCE_NODE;
    if (scalar(node))
        g_ptr_array_add(columns, column_new(node));
    for (const yaml_node_item_t *i = ok && !scalar(node) ? node->data.sequence.items.start : NULL;
         ok && i && i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(document, *i);
        ok = scalar(item) != NULL;
        if (ok)
            g_ptr_array_add(columns, column_new(item));
    }
    return (ok && columns->len > 0) || wrong(y, node, "a column, or [several, columns], expected");
}

static bool on_word(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                    void *data)
{
    if (!scalar(value))
        return wrong(y, value, "what a value means must be a text");
    g_hash_table_insert(data, g_strdup(name), g_strdup(scalar(value)));
    return true;
}

static bool on_value(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                     void *data)
{
    Value *v = data;
    if (strcmp(name, "value") == 0)
        return get_scalar(y, value, "value", &v->text);
    if (strcmp(name, "column") == 0 && scalar(value)) {
        v->column = column_new(value);
        return true;
    }
    if (strcmp(name, "values") == 0) {
        v->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        return each_pair(y, value, "values", on_word, v->words);
    }
    return unknown_name(y, key, "column, values and value");
}

/* A column by its name, or {column, values} or {value}. @bare_is_text: a bare text is what is meant. */
static Value *read_value(Yaml *y, const yaml_node_t *node, bool bare_is_text)
{
    g_autoptr(Value) v = g_new0(Value, 1);
    if (scalar(node) && bare_is_text)
        v->text = g_strdup(scalar(node));
    else if (scalar(node))
        v->column = column_new(node);
    else if (!each_pair(y, node, "a value", on_value, v))
        return NULL;
    if (!v->text == !v->column || (v->words && !v->column)) {
        wrong(y, node, "either a column (with values, if need be) or a value is needed");
        return NULL;
    }
    return g_steal_pointer(&v);
}

static bool on_field(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                     void *data)
{
    Value *field = read_value(y, value, false);
    if (!field)
        return false;
    field->name = g_strdup(name);
    g_ptr_array_add(data, field);
    return true;
}

static bool check_type(const Yaml *y, const yaml_node_t *node, const char *type)
{
    g_autofree char *message = g_strdup_printf("there is no type \"%s\"", type);
    return !g_str_has_prefix(type, "hall.") || idx_event_type_known(type) ||
           wrong(y, node, message);
}

static bool read_type(Yaml *y, const yaml_node_t *node, Recipe *recipe)
{
    recipe->type = read_value(y, node, true);
    if (!recipe->type)
        return false;
    if (recipe->type->text)
        return check_type(y, node, recipe->type->text);
    if (!recipe->type->words)
        return wrong(y, node, "a type from a column needs values: which word means which type");
    GHashTableIter iter;
    void *word = NULL, *type = NULL;
    g_hash_table_iter_init(&iter, recipe->type->words);
    while (g_hash_table_iter_next(&iter, &word, &type))
        if (!check_type(y, node, type))
            return false;
    return true;
}

static bool on_recipe(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                      void *data)
{
    Recipe *recipe = data;
    if (strcmp(name, "type") == 0)
        return read_type(y, value, recipe);
    if (strcmp(name, "time") == 0)
        return read_columns(y, &y->document, value, recipe->time);
    if (strcmp(name, "format") == 0)
        return get_scalar(y, value, "format", &recipe->format) &&
               (idx_stamp_format_ok(recipe->format) ||
                wrong(y, value, "format knows %Y %m %d %H %M %S, %s and %L, and needs a date"));
    if (strcmp(name, "data") == 0)
        return each_pair(y, value, "data", on_field, recipe->fields);
    return unknown_name(y, key, "type, time, format and data");
}

/* What a type must carry, the mapping must give. */
static bool check_recipe(const Yaml *y, const yaml_node_t *node, const Recipe *recipe)
{
    if (!recipe->type || recipe->time->len == 0)
        return wrong(y, node, recipe->type ? "an event needs a time" : "an event needs a type");
    g_autoptr(json_t) data = json_object();
    for (guint i = 0; i < recipe->fields->len; i++)
        json_object_set_new(data, ((const Value *)recipe->fields->pdata[i])->name, json_null());
    const char *needed = recipe->type->text ? idx_event_rule_lacks(recipe->type->text, data) : NULL;
    GHashTableIter iter;
    void *type = NULL;
    if (recipe->type->words)
        g_hash_table_iter_init(&iter, recipe->type->words);
    while (recipe->type->words && !needed && g_hash_table_iter_next(&iter, NULL, &type))
        needed = idx_event_rule_lacks(type, data);
    g_autofree char *message = g_strdup_printf("data does not give %s", needed ? needed : "");
    return !needed || wrong(y, node, message);
}

static bool read_recipe(Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    Recipe *recipe = g_new0(Recipe, 1);
    recipe->time = g_ptr_array_new_with_free_func(column_free);
    recipe->fields = g_ptr_array_new_with_free_func(value_free);
    g_ptr_array_add(m->recipes, recipe);
    return each_pair(y, node, "an event", on_recipe, recipe) && check_recipe(y, node, recipe);
}

static bool read_recipes(Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return wrong(y, node, "events must be a list, each beginning with \"-\"");
    bool ok = true;
    for (const yaml_node_item_t *i = node->data.sequence.items.start;
         ok && i < node->data.sequence.items.top; i++)
        ok = read_recipe(y, yaml_document_get_node(&y->document, *i), m);
    return ok && ((m->recipes->len > 0 && m->recipes->len <= EVENTS_MAX) ||
                  wrong(y, node, "events must be 1 to 64"));
}

static bool read_encoding(const Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    static const char *const NAMES[] = {"auto", "utf-8", "gb18030"};
    for (int i = 0; i < (int)G_N_ELEMENTS(NAMES); i++)
        if (scalar(node) && g_ascii_strcasecmp(scalar(node), NAMES[i]) == 0) {
            m->encoding = (IdxCsvEncoding)i;
            return true;
        }
    return wrong(y, node, "encoding must be auto, utf-8 or gb18030");
}

static bool read_separator(const Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    const char *text = scalar(node);
    if (!text || strlen(text) != 1 || strchr("\"\r\n ", *text) || (unsigned char)*text > 126)
        return wrong(y, node, "separator must be one character, as \",\" or \"\\t\"");
    m->separator = *text;
    return true;
}

static bool read_skip(const Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    guint64 lines = 0;
    if (!scalar(node) || !g_ascii_string_to_unsigned(scalar(node), 10, 0, 1000, &lines, NULL))
        return wrong(y, node, "skip must be a number of lines from 0 to 1000");
    m->skip = (int)lines;
    return true;
}

static bool read_zone(const Yaml *y, const yaml_node_t *node, IdxMapping *m)
{
    GTimeZone *zone = scalar(node) ? g_time_zone_new_identifier(scalar(node)) : NULL;
    if (!zone)
        return wrong(y, node, "timezone must be one, as +08:00 or Asia/Shanghai");
    g_time_zone_unref(m->zone);
    m->zone = zone;
    m->zone_said = true;
    return true;
}

static bool on_setting(Yaml *y, const char *name, const yaml_node_t *key, const yaml_node_t *value,
                       void *data)
{
    IdxMapping *m = data;
    if (strcmp(name, "source") == 0)
        return get_scalar(y, value, "source", &m->source);
    if (strcmp(name, "encoding") == 0)
        return read_encoding(y, value, m);
    if (strcmp(name, "separator") == 0)
        return read_separator(y, value, m);
    if (strcmp(name, "skip") == 0)
        return read_skip(y, value, m);
    if (strcmp(name, "timezone") == 0)
        return read_zone(y, value, m);
    if (strcmp(name, "key") == 0)
        return read_columns(y, &y->document, value, m->key);
    if (strcmp(name, "events") == 0)
        return read_recipes(y, value, m);
    return unknown_name(y, key, "source, encoding, separator, skip, timezone, key and events");
}

static bool read_document(Yaml *y, IdxMapping *m)
{
    const yaml_node_t *root = yaml_document_get_root_node(&y->document);
    if (!root)
        return mj_error_set(y->error, MJ_ERROR_INVALID, "mapping: there is nothing in it");
    if (!each_pair(y, root, "a mapping", on_setting, m))
        return false;
    if (!m->source || m->recipes->len == 0)
        return wrong(y, root, m->source ? "events is missing" : "source is missing");
    return true;
}

IdxMapping *idx_mapping_parse(const char *text, size_t size, GTimeZone *zone, GError **error)
{
    g_autoptr(IdxMapping) m = g_new0(IdxMapping, 1);
    m->separator = ',';
    m->zone = g_time_zone_ref(zone);
    m->zones =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_time_zone_unref);
    m->key = g_ptr_array_new_with_free_func(column_free);
    m->recipes = g_ptr_array_new_with_free_func(recipe_free);
    yaml_parser_t parser;
    Yaml y = {.error = error};
    if (!yaml_parser_initialize(&parser)) {
        mj_error_set(error, MJ_ERROR_FAILED, "cannot read YAML");
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    bool ok = yaml_parser_load(&parser, &y.document);
    if (ok) {
        ok = read_document(&y, m);
        yaml_document_delete(&y.document);
    } else {
        mj_error_set(error, MJ_ERROR_INVALID, "mapping, line %d: %s",
                     (int)parser.problem_mark.line + 1,
                     parser.problem ? parser.problem : "not YAML");
    }
    yaml_parser_delete(&parser);
    return ok ? g_steal_pointer(&m) : NULL;
}

IdxMapping *idx_mapping_load(const char *path, GTimeZone *zone, GError **error)
{
    g_autofree char *text = NULL;
    gsize size = 0;
    g_autoptr(GError) local = NULL;
    if (!g_file_get_contents(path, &text, &size, &local)) {
        mj_error_set(error, MJ_ERROR_IO, "%s", local->message);
        return NULL;
    }
    if (size > FILE_MAX) {
        mj_error_set(error, MJ_ERROR_INVALID, "%s is too long for a mapping", path);
        return NULL;
    }
    IdxMapping *m = idx_mapping_parse(text, size, zone, error);
    if (!m)
        g_prefix_error(error, "%s: ", path);
    return m;
}

void idx_mapping_add_hall(IdxMapping *m, const char *code, GTimeZone *zone)
{
    g_hash_table_insert(m->zones, g_strdup(code), g_time_zone_ref(zone));
}

char idx_mapping_separator(const IdxMapping *m)
{
    return m->separator;
}

IdxCsvEncoding idx_mapping_encoding(const IdxMapping *m)
{
    return m->encoding;
}

int idx_mapping_skip(const IdxMapping *m)
{
    return m->skip;
}
