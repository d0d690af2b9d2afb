// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json.h"

#include "index/base/clock.h"

#include <math.h>
#include <string.h>

json_t *mj_json_string(const char *text_or_null)
{
    return text_or_null ? json_string(text_or_null) : json_null();
}

json_t *mj_json_time(int64_t utc_us, GTimeZone *zone)
{
    char text[MJ_TIME_BYTES];
    return json_stringn_nocheck(text, mj_time_write(utc_us, zone, text));
}

/* --- writing: as json_dumps() with JSON_COMPACT does, which calls a function for each letter: in a
 * third of its time, and that is a good part of a large answer's. */

static void dump_value(GString *out, const json_t *json);

static void dump_escaped(GString *out, unsigned char c)
{
    static const char NAMED[] = "\b\f\n\r\t\"\\", LETTERS[] = "bfnrt\"\\";
    const char *named = c ? strchr(NAMED, c) : NULL;
    g_string_append_c(out, '\\');
    if (named)
        g_string_append_c(out, LETTERS[named - NAMED]);
    else
        g_string_append_printf(out, "u%04X", c);
}

/* UTF-8 already: jansson takes nothing else. */
static void dump_text(GString *out, const char *text, size_t size)
{
    size_t begun = 0;
    g_string_append_c(out, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        g_string_append_len(out, text + begun, (gssize)(i - begun));
        dump_escaped(out, c);
        begun = i + 1;
    }
    g_string_append_len(out, text + begun, (gssize)(size - begun));
    g_string_append_c(out, '"');
}

static void dump_integer(GString *out, json_int_t value)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--at = '-';
    g_string_append_len(out, at, digits + sizeof digits - at);
}

/* How many digits tell a number without loss is jansson's to say, but for nought and one. */
static void dump_real(GString *out, const json_t *json)
{
    char digits[64];
    double value = json_real_value(json);
    if (value == 1 || (value == 0 && !signbit(value))) {
        g_string_append(out, value == 1 ? "1.0" : "0.0");
        return;
    }
    size_t size = json_dumpb(json, digits, sizeof digits, JSON_ENCODE_ANY);
    g_string_append_len(out, digits, (gssize)MIN(size, sizeof digits));
}

static void dump_object(GString *out, const json_t *json)
{
    json_t *object = (json_t *)(uintptr_t)json,
           *value = NULL; // jansson has no iterator of what is const
    const char *key = NULL;
    size_t size = 0;
    char before = '{';
    json_object_keylen_foreach(object, key, size, value)
    {
        g_string_append_c(out, before);
        dump_text(out, key, size);
        g_string_append_c(out, ':');
        dump_value(out, value);
        before = ',';
    }
    g_string_append(out, before == '{' ? "{}" : "}");
}

static void dump_array(GString *out, const json_t *json)
{
    size_t i = 0;
    const json_t *value = NULL;
    g_string_append_c(out, '[');
    json_array_foreach(json, i, value)
    {
        if (i > 0)
            g_string_append_c(out, ',');
        dump_value(out, value);
    }
    g_string_append_c(out, ']');
}

static void dump_value(GString *out, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        dump_object(out, json);
        break;
    case JSON_ARRAY:
        dump_array(out, json);
        break;
    case JSON_STRING:
        dump_text(out, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        dump_integer(out, json_integer_value(json));
        break;
    case JSON_REAL:
        dump_real(out, json);
        break;
    case JSON_TRUE:
        g_string_append(out, "true");
        break;
    case JSON_FALSE:
        g_string_append(out, "false");
        break;
    case JSON_NULL:
        g_string_append(out, "null");
        break;
    }
}

char *mj_json_dump(const json_t *json)
{
    if (!json)
        return NULL;
    GString *out = g_string_sized_new(1024);
    dump_value(out, json);
    return g_string_free(out, FALSE);
}
