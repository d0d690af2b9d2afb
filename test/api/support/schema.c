// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/schema.h"

#include "index/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

static json_t *scalar_json(const yaml_node_t *node)
{
    const char *text = (const char *)node->data.scalar.value;
    gint64 number = 0;
    if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return json_string(text);
    if (g_str_equal(text, "true") || g_str_equal(text, "false"))
        return json_boolean(g_str_equal(text, "true"));
    if (g_str_equal(text, "null"))
        return json_null();
    if (g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return json_integer(number);
    return json_string(text);
}

static json_t *node_json(yaml_document_t *document, int id)
{
    yaml_node_t *node = yaml_document_get_node(document, id);
    if (node->type == YAML_SCALAR_NODE)
        return scalar_json(node);
    if (node->type == YAML_SEQUENCE_NODE) {
        json_t *array = json_array();
        for (yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top; item++)
            json_array_append_new(array, node_json(document, *item));
        return array;
    }
    json_t *object = json_object();
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        yaml_node_t *key = yaml_document_get_node(document, pair->key);
        json_object_set_new(object, (const char *)key->data.scalar.value,
                            node_json(document, pair->value));
    }
    return object;
}

json_t *schema_load(const char *path)
{
    g_assert_nonnull(path);
    FILE *file = fopen(path, "rb");
    g_assert_nonnull(file);
    yaml_parser_t parser;
    yaml_document_t document;
    g_assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &document))
        g_error("%s line %zu: %s", path, parser.problem_mark.line + 1, parser.problem);
    json_t *json = node_json(&document, 1);
    yaml_document_delete(&document);
    yaml_parser_delete(&parser);
    fclose(file);
    return json;
}

const json_t *schema_resolve(const json_t *contract, const json_t *node)
{
    const char *ref = json_string_value(json_object_get(node, "$ref"));
    if (ref == NULL)
        return node;
    g_assert_true(g_str_has_prefix(ref, "#/"));
    g_auto(GStrv) names = g_strsplit(ref + 2, "/", 8);
    const json_t *found = contract;
    for (char **name = names; *name != NULL; name++)
        found = json_object_get(found, *name);
    if (found == NULL)
        g_error("the contract has no %s", ref);
    return found;
}

static bool is_type(const char *type, const json_t *value)
{
    return (g_str_equal(type, "object") && json_is_object(value)) ||
           (g_str_equal(type, "array") && json_is_array(value)) ||
           (g_str_equal(type, "string") && json_is_string(value)) ||
           (g_str_equal(type, "integer") && json_is_integer(value)) ||
           (g_str_equal(type, "number") && json_is_number(value)) ||
           (g_str_equal(type, "boolean") && json_is_boolean(value)) ||
           (g_str_equal(type, "null") && json_is_null(value));
}

static bool fits_type(const json_t *type, const json_t *value)
{
    if (json_is_string(type))
        return is_type(json_string_value(type), value);
    for (size_t i = 0; i < json_array_size(type); i++)
        if (is_type(json_string_value(json_array_get(type, i)), value))
            return true;
    return !json_is_array(type);
}

static bool fits_enum(const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), value))
            return true;
    return list == NULL;
}

static bool fits_format(const json_t *schema, const json_t *value)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    const char *text = json_string_value(value);
    int64_t us = 0;
    if (format == NULL || text == NULL)
        return true;
    if (g_str_equal(format, "date-time")) { // ours: six decimals and an offset
        return strlen(text) == strlen("2026-11-22T09:31:05.120000+08:00") &&
               mj_time_parse_rfc3339(text, &us, NULL);
    }
    return !g_str_equal(format, "date") || strlen(text) == strlen("2026-11-22");
}

static char *check_scalar(const json_t *schema, const json_t *value, const char *where)
{
    const json_t *only = json_object_get(schema, "const");
    const json_t *minimum = json_object_get(schema, "minimum");
    const json_t *maximum = json_object_get(schema, "maximum");
    if (!fits_type(json_object_get(schema, "type"), value))
        return g_strdup_printf("%s: of another type", where);
    if (!fits_enum(json_object_get(schema, "enum"), value) ||
        (only != NULL && !json_equal(only, value)))
        return g_strdup_printf("%s: not one of those allowed", where);
    if (!fits_format(schema, value))
        return g_strdup_printf("%s: not as its format says", where);
    bool outside = (minimum != NULL && json_number_value(value) < json_number_value(minimum)) ||
                   (maximum != NULL && json_number_value(value) > json_number_value(maximum));
    return outside && json_is_number(value) ? g_strdup_printf("%s: out of range", where) : NULL;
}

static char *check_object(const json_t *contract, const json_t *schema, const json_t *value,
                          const char *where)
{
    const json_t *required = json_object_get(schema, "required");
    for (size_t i = 0; i < json_array_size(required); i++) {
        const char *name = json_string_value(json_array_get(required, i));
        if (json_object_get(value, name) == NULL)
            return g_strdup_printf("%s: has no '%s'", where, name);
    }
    const char *name = NULL;
    json_t *property = NULL;
    json_object_foreach(json_object_get(schema, "properties"), name, property)
    {
        const json_t *field = json_object_get(value, name);
        g_autofree char *below = g_strdup_printf("%s.%s", where, name);
        char *wrong = field != NULL ? schema_check(contract, property, field, below) : NULL;
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

static char *check_array(const json_t *contract, const json_t *items, const json_t *value,
                         const char *where)
{
    for (size_t i = 0; items != NULL && i < json_array_size(value); i++) {
        g_autofree char *below = g_strdup_printf("%s[%zu]", where, i);
        char *wrong = schema_check(contract, items, json_array_get(value, i), below);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

char *schema_check(const json_t *contract, const json_t *schema, const json_t *value,
                   const char *where)
{
    schema = schema_resolve(contract, schema);
    char *wrong = check_scalar(schema, value, where);
    const json_t *all = json_object_get(schema, "allOf");
    for (size_t i = 0; wrong == NULL && i < json_array_size(all); i++)
        wrong = schema_check(contract, json_array_get(all, i), value, where);
    if (wrong == NULL && json_is_object(value))
        wrong = check_object(contract, schema, value, where);
    if (wrong == NULL && json_is_array(value))
        wrong = check_array(contract, json_object_get(schema, "items"), value, where);
    return wrong;
}
