// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json.h"

#include "index/base/json_put.h"

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

// ── writing: json_dumps() with JSON_COMPACT calls a function for each letter; this takes a third of its time ──

static void dump_value(GString *out, const json_t *json);

static void dump_object(GString *out, const json_t *json)
{
    json_t *object = (json_t *)(uintptr_t)json,
           *value = NULL; // jansson has no iterator of what is const
    const char *key = NULL;
    size_t size = 0;
    mj_put_open(out, NULL, '{');
    json_object_keylen_foreach(object, key, size, value)
    {
        mj_put_utf8(out, key, size);
        g_string_append_c(out, ':');
        dump_value(out, value);
    }
    mj_put_close(out, '}');
}

static void dump_array(GString *out, const json_t *json)
{
    size_t i = 0;
    const json_t *value = NULL;
    mj_put_open(out, NULL, '[');
    json_array_foreach(json, i, value)
    {
        dump_value(out, value);
    }
    mj_put_close(out, ']');
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
        mj_put_utf8(out, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        mj_put_integer(out, NULL, json_integer_value(json));
        break;
    case JSON_REAL:
        mj_put_real(out, NULL, json_real_value(json));
        break;
    case JSON_TRUE:
        mj_put_bool(out, NULL, true);
        break;
    case JSON_FALSE:
        mj_put_bool(out, NULL, false);
        break;
    case JSON_NULL:
        mj_put_null(out, NULL);
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

json_t *mj_json_parse(const char *text_or_null)
{
    return text_or_null ? json_loads(text_or_null, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL) : NULL;
}

void mj_put_json(GString *out, const char *name, const json_t *json)
{
    g_autofree char *text = mj_json_dump(json);
    mj_put_raw(out, name, text, strlen(text));
}
