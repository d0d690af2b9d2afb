// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/event/rule.h"
#include "index/import/mapping_own.h"
#include "index/import/stamp.h"

#include <stdlib.h>
#include <string.h>

#define ID_DIGITS 32

static bool bind_column(Column *column, const GPtrArray *header, GError **error)
{
    int found = 0;
    g_autoptr(GString) there = g_string_new(NULL);
    for (guint i = 0; i < header->len; i++) {
        if (strcmp(header->pdata[i], column->name) == 0 && found++ == 0)
            column->index = (int)i;
        g_string_append_printf(there, "%s%s", i ? ", " : "", (const char *)header->pdata[i]);
    }
    if (found > 1)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "mapping, line %d: the file has %d columns \"%s\", and which is meant "
                            "is not guessed: give all but one another name; it has: %.500s",
                            column->line, found, column->name, there->str);
    return found == 1 ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "mapping, line %d: the file has no column \"%s\"; it has: %.500s",
                        column->line, column->name, there->str);
}

static bool bind_all(GPtrArray *columns, const GPtrArray *header, GError **error)
{
    for (guint i = 0; i < columns->len; i++)
        if (!bind_column(columns->pdata[i], header, error))
            return false;
    return true;
}

bool idx_mapping_bind(IdxMapping *m, const GPtrArray *header, GError **error)
{
    m->columns = header->len;
    bool ok = bind_all(m->key, header, error);
    for (guint i = 0; ok && i < m->recipes->len; i++) {
        Recipe *recipe = m->recipes->pdata[i];
        ok = bind_all(recipe->time, header, error) &&
             (!recipe->type->column || bind_column(recipe->type->column, header, error));
        for (guint j = 0; ok && j < recipe->fields->len; j++) {
            Value *field = recipe->fields->pdata[j];
            ok = !field->column || bind_column(field->column, header, error);
        }
    }
    return ok;
}

const char *idx_mapping_column(const IdxMapping *m, const char *name)
{
    for (guint i = 0; i < m->recipes->len; i++) {
        const Recipe *recipe = m->recipes->pdata[i];
        for (guint j = 0; j < recipe->fields->len; j++) {
            const Value *field = recipe->fields->pdata[j];
            if (field->column && strcmp(field->name, name) == 0)
                return field->column->name;
        }
    }
    return NULL;
}

static const char *cell(const Column *column, const GPtrArray *fields)
{
    return column->index < (int)fields->len ? fields->pdata[column->index] : "";
}

/* "" if the row has none. */
static const char *text_of(const Value *value, const GPtrArray *fields)
{
    if (!value->column)
        return value->text;
    const char *text = cell(value->column, fields);
    const char *word = value->words ? g_hash_table_lookup(value->words, text) : NULL;
    return word ? word : text;
}

static bool type_of(const Recipe *recipe, const GPtrArray *fields, const char **ret, GError **error)
{
    const Value *type = recipe->type;
    *ret = text_of(type, fields);
    return !type->words || g_hash_table_contains(type->words, cell(type->column, fields)) ||
           mj_error_set(error, MJ_ERROR_INVALID, "column %s: \"%.64s\" is none of its values",
                        type->column->name, cell(type->column, fields));
}

/* The columns of a time joined by a blank; NULL if one is empty. Caller frees. */
static char *joined(const GPtrArray *columns, const GPtrArray *fields)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < columns->len; i++) {
        const char *one = cell(columns->pdata[i], fields);
        if (*one == '\0')
            return NULL;
        g_string_append_printf(text, "%s%s", i ? " " : "", one);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* From the key of the row and what is made of it; without a key, from all that the event says. */
static char *id_of(const IdxMapping *m, const Recipe *recipe, const char *type, const char *time,
                   const json_t *data, const GPtrArray *fields)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)type, (gssize)strlen(type) + 1);
    for (guint i = 0; i < m->key->len; i++) {
        const char *text = cell(m->key->pdata[i], fields);
        g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
    }
    for (guint i = 0; m->key->len > 0 && i < recipe->time->len; i++) {
        const char *name = ((const Column *)recipe->time->pdata[i])->name;
        g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name) + 1);
    }
    if (m->key->len == 0) {
        char *text = json_dumps(data, JSON_COMPACT | JSON_SORT_KEYS);
        g_checksum_update(sum, (const guchar *)time, (gssize)strlen(time) + 1);
        g_checksum_update(sum, (const guchar *)text, -1);
        free(text);
    }
    return g_strdup_printf("csv-%.*s", ID_DIGITS, g_checksum_get_string(sum));
}

static json_t *data_of(const Recipe *recipe, const GPtrArray *fields)
{
    json_t *data = json_object();
    for (guint i = 0; i < recipe->fields->len; i++) {
        const Value *field = recipe->fields->pdata[i];
        const char *text = text_of(field, fields);
        if (*text)
            json_object_set_new(data, field->name,
                                idx_field_from_text(idx_field_find(field->name), text));
    }
    return data;
}

/* By whose clock a row tells the time. */
static GTimeZone *zone_of(const IdxMapping *m, const json_t *data)
{
    const char *hall = json_string_value(json_object_get(data, "hall_code"));
    GTimeZone *own = hall && !m->zone_said ? g_hash_table_lookup(m->zones, hall) : NULL;
    return own ? own : m->zone;
}

static json_t *event_of(const IdxMapping *m, const Recipe *recipe, const GPtrArray *fields,
                        const char *stamp, bool *ret_twice, GError **error)
{
    int64_t us = 0;
    const char *type = NULL;
    if (!type_of(recipe, fields, &type, error))
        return NULL;
    g_autoptr(json_t) data = data_of(recipe, fields);
    GTimeZone *zone = zone_of(m, data);
    if (!idx_stamp_parse(stamp, recipe->format, zone, &us, ret_twice, error)) {
        g_prefix_error(error, "column %s: ", ((const Column *)recipe->time->pdata[0])->name);
        return NULL;
    }
    g_autofree char *time = mj_time_format(us, zone);
    g_autofree char *id = id_of(m, recipe, type, time, data, fields);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:O}", "specversion", "1.0", "id", id, "source",
                     m->source, "type", type, "time", time, "data", data);
}

/* What is empty behind the last column is a separator too many, as spreadsheets write them. */
static bool check_width(const IdxMapping *m, const GPtrArray *fields, GError **error)
{
    guint n = fields->len;
    while (n > m->columns && *(const char *)fields->pdata[n - 1] == '\0')
        n--;
    return n <= m->columns ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "it has %u fields, and there are %u columns: is a separator in a text that "
                        "is not in quotes?",
                        n, m->columns);
}

json_t *idx_mapping_events(const IdxMapping *m, const GPtrArray *fields, bool *ret_twice,
                           GError **error)
{
    bool any_twice = false;
    if (!check_width(m, fields, error))
        return NULL;
    g_autoptr(json_t) events = json_array();
    for (guint i = 0; i < m->recipes->len; i++) {
        const Recipe *recipe = m->recipes->pdata[i];
        g_autofree char *stamp = joined(recipe->time, fields);
        bool twice = false;
        json_t *event = stamp ? event_of(m, recipe, fields, stamp, &twice, error) : NULL;
        if (stamp && !event)
            return NULL;
        if (event)
            json_array_append_new(events, event);
        any_twice = any_twice || twice;
    }
    if (ret_twice)
        *ret_twice = any_twice;
    if (json_array_size(events) > 0)
        return g_steal_pointer(&events);
    mj_error_set(error, MJ_ERROR_INVALID, "no time in any of its columns");
    return NULL;
}
