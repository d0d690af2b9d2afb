// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/declare/yaml_tree.h"

#include "index/base/error.h"

#include <string.h>
#include <yaml.h>

void idx_yaml_free(IdxYaml *node)
{
    if (!node)
        return;
    g_free(node->text);
    g_free(node->key);
    g_clear_pointer(&node->items, g_ptr_array_unref);
    g_free(node);
}

const IdxYaml *idx_yaml_get(const IdxYaml *node, const char *key)
{
    for (guint i = 0; node && node->kind == IDX_YAML_MAP && i < node->items->len; i++) {
        const IdxYaml *item = node->items->pdata[i];
        if (strcmp(item->key, key) == 0)
            return item;
    }
    return NULL;
}

typedef struct Reader {
    yaml_parser_t parser;
    int nodes;
} Reader;

static int line_of(const yaml_event_t *event)
{
    return (int)event->start_mark.line + 1;
}

G_GNUC_PRINTF(3, 4)
static bool refuse(GError **error, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *words = g_strdup_vprintf(format, args);
    va_end(args);
    return mj_error_set(error, MJ_ERROR_INVALID, "line %d: %s", line, words);
}

/* The next event, without those that carry nothing. To be deleted by the caller if true. */
static bool next_event(Reader *reader, yaml_event_t *ret, GError **error)
{
    const yaml_parser_t *parser = &reader->parser;
    if (yaml_parser_parse(&reader->parser, ret))
        return true;
    const char *problem = parser->problem ? parser->problem : "not YAML";
    int line = (int)parser->problem_mark.line + 1;
    return refuse(error, line, "%s%s%s", problem, parser->context ? " " : "",
                  parser->context ? parser->context : "");
}

static bool check_plain(const yaml_event_t *event, GError **error)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    if (event->type == YAML_ALIAS_EVENT || anchor)
        return refuse(error, line_of(event),
                      "anchors (&) and aliases (*) are not taken; write it out, or in quotes if it "
                      "is a text");
    return !tag || refuse(error, line_of(event),
                          "tags (!) are not taken; write a text with ! in "
                          "quotes");
}

static bool check_limits(Reader *reader, const yaml_event_t *event, int depth, GError **error)
{
    if (depth > IDX_YAML_MAX_DEPTH)
        return refuse(error, line_of(event), "nested too deeply");
    return ++reader->nodes <= IDX_YAML_MAX_NODES ||
           refuse(error, line_of(event), "more than %d entries", IDX_YAML_MAX_NODES);
}

static char *text_of(const yaml_event_t *event, GError **error)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length) {
        refuse(error, line_of(event), "a text with a NUL character");
        return NULL;
    }
    return g_strdup(value);
}

static IdxYaml *read_node(Reader *reader, const yaml_event_t *event, int depth, GError **error);

static bool add_item(IdxYaml *list, IdxYaml *item)
{
    if (item)
        g_ptr_array_add(list->items, item);
    return item != NULL;
}

static bool read_items(Reader *reader, IdxYaml *list, int depth, GError **error)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!next_event(reader, &event, error))
            return false;
        more = event.type != YAML_SEQUENCE_END_EVENT;
        bool ok = !more || add_item(list, read_node(reader, &event, depth + 1, error));
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return true;
}

/* The value that stands under @key. */
static bool read_member(Reader *reader, IdxYaml *map, GHashTable *keys, char *key, int key_line,
                        int depth, GError **error)
{
    yaml_event_t event;
    g_autofree char *own = key;
    gpointer before = NULL;
    if (g_hash_table_lookup_extended(keys, own, NULL, &before))
        return refuse(error, key_line, "\"%s\" stands there twice, first in line %d", own,
                      GPOINTER_TO_INT(before));
    if (!next_event(reader, &event, error))
        return false;
    IdxYaml *value = read_node(reader, &event, depth + 1, error);
    yaml_event_delete(&event);
    if (!add_item(map, value))
        return false;
    value->key = g_steal_pointer(&own);
    value->key_line = key_line;
    g_hash_table_insert(keys, value->key, GINT_TO_POINTER(key_line));
    return true;
}

static char *read_key(const yaml_event_t *event, GError **error)
{
    if (event->type != YAML_SCALAR_EVENT) {
        if (check_plain(event, error))
            refuse(error, line_of(event), "a key must be a text");
        return NULL;
    }
    if (event->data.scalar.length == 0)
        refuse(error, line_of(event), "a key is empty");
    else if (check_plain(event, error))
        return text_of(event, error);
    return NULL;
}

static bool read_members(Reader *reader, IdxYaml *map, int depth, GError **error)
{
    g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event, error))
            return false;
        bool end = event.type == YAML_MAPPING_END_EVENT;
        int line = line_of(&event);
        char *key = end ? NULL : read_key(&event, error);
        yaml_event_delete(&event);
        if (end || !key)
            return end;
        if (!read_member(reader, map, keys, key, line, depth, error))
            return false;
    }
}

static IdxYaml *read_node(Reader *reader, const yaml_event_t *event, int depth, GError **error)
{
    if (!check_plain(event, error) || !check_limits(reader, event, depth, error))
        return NULL;
    g_autoptr(IdxYaml) node = g_new0(IdxYaml, 1);
    node->line = node->key_line = line_of(event);
    if (event->type == YAML_SCALAR_EVENT) {
        bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        g_autofree char *text = text_of(event, error);
        if (!text)
            return NULL;
        bool empty =
            plain && (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
        node->text = empty ? NULL : g_steal_pointer(&text);
        return g_steal_pointer(&node);
    }
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    node->kind = is_map ? IDX_YAML_MAP : IDX_YAML_LIST;
    node->items = g_ptr_array_new_with_free_func((GDestroyNotify)idx_yaml_free);
    bool ok =
        is_map ? read_members(reader, node, depth, error) : read_items(reader, node, depth, error);
    return ok ? g_steal_pointer(&node) : NULL;
}

static IdxYaml *empty_map(void)
{
    IdxYaml *node = g_new0(IdxYaml, 1);
    node->kind = IDX_YAML_MAP;
    node->line = node->key_line = 1;
    node->items = g_ptr_array_new_with_free_func((GDestroyNotify)idx_yaml_free);
    return node;
}

static bool is_node(yaml_event_type_t type)
{
    return type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
           type == YAML_MAPPING_START_EVENT || type == YAML_ALIAS_EVENT;
}

/* Stream, document, one node, and the ends of both. */
static IdxYaml *read_stream(Reader *reader, GError **error)
{
    g_autoptr(IdxYaml) root = NULL;
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event, error))
            return NULL;
        bool end = event.type == YAML_STREAM_END_EVENT, ok = true;
        if (event.type == YAML_DOCUMENT_START_EVENT && root)
            ok = refuse(error, line_of(&event), "a second document (---) begins here");
        else if (is_node(event.type))
            ok = (root = read_node(reader, &event, 1, error)) != NULL;
        yaml_event_delete(&event);
        if (!ok)
            return NULL;
        if (end)
            return root ? g_steal_pointer(&root) : empty_map();
    }
}

IdxYaml *idx_yaml_parse(const char *text, size_t size, GError **error)
{
    Reader reader = {0};
    if (size > IDX_YAML_MAX_BYTES) {
        mj_error_set(error, MJ_ERROR_INVALID, "has more than %d bytes", IDX_YAML_MAX_BYTES);
        return NULL;
    }
    if (!yaml_parser_initialize(&reader.parser)) {
        mj_error_set(error, MJ_ERROR_FAILED, "no memory to read YAML");
        return NULL;
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
    IdxYaml *root = read_stream(&reader, error);
    yaml_parser_delete(&reader.parser);
    return root;
}

/* Letters, digits and what means nothing to YAML within a word; anything beyond ASCII but spaces and
 * controls. */
static bool is_safe(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL) || strcmp(text, "null") == 0)
        return false;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool ok = c < 128 ? g_ascii_isalnum((char)c) || strchr(p == text ? "/._" : "/._-+@", (int)c)
                          : g_unichar_isalnum(c);
        if (!ok)
            return false;
    }
    return text[0] != '\0';
}

char *idx_yaml_quote(const char *text)
{
    if (is_safe(text))
        return g_strdup(text);
    GString *out = g_string_new("\"");
    for (const char *p = text; *p; p++)
        if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else if ((unsigned char)*p < 0x20 || *p == 0x7f)
            g_string_append_printf(out, "\\x%02x", (unsigned)(unsigned char)*p);
        else
            g_string_append_c(out, *p);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}
