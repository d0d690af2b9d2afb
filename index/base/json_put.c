// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json_put.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define WHOLE_MAX 1e15 // all digits of a whole number below that are written out

/* A comma unless it is the first, or stands behind its name; the name. */
static void put_name(GString *out, const char *name)
{
    char last = out->len ? out->str[out->len - 1] : '{';
    if (last != '{' && last != '[' && last != ':')
        g_string_append_c(out, ',');
    if (!name)
        return;
    g_string_append_c(out, '"');
    g_string_append(out, name);
    g_string_append_len(out, "\":", 2);
}

void mj_put_open(GString *out, const char *name, char bracket)
{
    put_name(out, name);
    g_string_append_c(out, bracket);
}

void mj_put_close(GString *out, char bracket)
{
    g_string_append_c(out, bracket);
}

void mj_put_raw(GString *out, const char *name, const char *json, size_t size)
{
    put_name(out, name);
    g_string_append_len(out, json, (gssize)size);
}

void mj_put_all(GString *out, const char *name, char bracket, const GString *inside)
{
    mj_put_open(out, name, bracket);
    g_string_append_len(out, inside->str, (gssize)inside->len);
    mj_put_close(out, bracket == '{' ? '}' : ']');
}

static void put_escaped(GString *out, unsigned char c)
{
    static const char NAMED[] = "\b\f\n\r\t\"\\", LETTERS[] = "bfnrt\"\\";
    const char *named = c ? strchr(NAMED, c) : NULL;
    g_string_append_c(out, '\\');
    if (named)
        g_string_append_c(out, LETTERS[named - NAMED]);
    else
        g_string_append_printf(out, "u%04X", c);
}

void mj_put_utf8(GString *out, const char *text, size_t size)
{
    size_t begun = 0;
    put_name(out, NULL);
    g_string_append_c(out, '"');
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        g_string_append_len(out, text + begun, (gssize)(i - begun));
        put_escaped(out, c);
        begun = i + 1;
    }
    g_string_append_len(out, text + begun, (gssize)(size - begun));
    g_string_append_c(out, '"');
}

void mj_put_text(GString *out, const char *name, const char *text_or_null)
{
    if (!text_or_null) {
        mj_put_null(out, name);
        return;
    }
    if (name)
        put_name(out, name); // NULL: it is an element, whose comma the text puts
    size_t size = strlen(text_or_null);
    if (g_utf8_validate(text_or_null, (gssize)size, NULL)) {
        mj_put_utf8(out, text_or_null, size);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text_or_null, (gssize)size);
    mj_put_utf8(out, valid, strlen(valid));
}

static void put_digits(GString *out, int64_t value)
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

void mj_put_integer(GString *out, const char *name, int64_t value)
{
    put_name(out, name);
    put_digits(out, value);
}

/* How many digits tell a number without loss is jansson's to say, but for whole ones. */
void mj_put_real(GString *out, const char *name, double value)
{
    char digits[64];
    put_name(out, name);
    if (fabs(value) < WHOLE_MAX && value == (double)(int64_t)value &&
        !(value == 0 && signbit(value))) {
        put_digits(out, (int64_t)value);
        g_string_append_len(out, ".0", 2);
        return;
    }
    json_t *json = json_real(value);
    size_t size = json_dumpb(json, digits, sizeof digits, JSON_ENCODE_ANY);
    json_decref(json);
    g_string_append_len(out, digits, (gssize)MIN(size, sizeof digits));
}

void mj_put_bool(GString *out, const char *name, bool value)
{
    mj_put_raw(out, name, value ? "true" : "false", value ? 4 : 5);
}

void mj_put_null(GString *out, const char *name)
{
    mj_put_raw(out, name, "null", 4);
}

void mj_put_time(GString *out, const char *name, int64_t utc_us, MjHour *hour)
{
    char text[MJ_TIME_BYTES + 2];
    size_t size = mj_hour_write(hour, utc_us, text + 1);
    text[0] = text[size + 1] = '"';
    mj_put_raw(out, name, text, size + 2);
}

// ── finding a member ──

/* Behind the string that begins at @at; its end if it has none. */
static const char *behind_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at + 1 : at;
}

/* Behind the value that begins at @at. */
static const char *behind_value(const char *at)
{
    int depth = 0;
    for (; *at; at++) {
        if (depth == 0 && (*at == ',' || *at == '}' || *at == ']'))
            return at;
        if (*at == '"') {
            at = behind_string(at) - 1;
            if (at[1] == '\0')
                return at + 1;
        }
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
    }
    return at;
}

const char *mj_json_member(const char *json, const char *name, size_t *ret_size)
{
    size_t length = strlen(name);
    const char *at = *json == '{' ? json + 1 : "";
    while (*at == '"') {
        const char *key = at + 1, *colon = behind_string(at);
        if (*colon != ':')
            return NULL;
        const char *value = colon + 1, *end = behind_value(value);
        if ((size_t)(colon - 1 - key) == length && memcmp(key, name, length) == 0) {
            *ret_size = (size_t)(end - value);
            return value;
        }
        at = *end == ',' ? end + 1 : "";
    }
    return NULL;
}
