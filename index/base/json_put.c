// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json_put.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define NAME_BYTES 4    // around a name
#define ESCAPED_BYTES 6 // of a letter, at most
#define DIGITS_MAX 24   // of a whole number
#define REAL_MAX 64     // bytes
#define WHOLE_MAX 1e15  // all digits of a whole number below that are written out

/* Where @size more bytes may be written, and the nought behind them; put_end() says where they ended. By hand, since
 * g_string_append() asks for each piece whether there is room. */
static char *put_begin(GString *out, size_t size)
{
    if (out->len + size >= out->allocated_len) {
        gsize length = out->len;
        g_string_set_size(out, length + MAX(size, length));
        out->len = length;
    }
    return out->str + out->len;
}

static void put_end(GString *out, char *at)
{
    *at = '\0';
    out->len = (gsize)(at - out->str);
}

/* A comma unless it is the first, or stands behind its name; the name, of @size bytes (0: none). */
static char *put_name(const GString *out, char *at, const char *name, size_t size)
{
    char last = out->len ? at[-1] : '{';
    if (last != '{' && last != '[' && last != ':')
        *at++ = ',';
    if (size == 0)
        return at;
    *at++ = '"';
    at = (char *)memcpy(at, name, size) + size;
    *at++ = '"';
    *at++ = ':';
    return at;
}

/* The name, and room for @size bytes of a value. */
static char *put_member(GString *out, const char *name, size_t size)
{
    size_t length = name ? strlen(name) : 0;
    char *at = put_begin(out, length + NAME_BYTES + size);
    return put_name(out, at, name, length);
}

void mj_put_open(GString *out, const char *name, char bracket)
{
    char *at = put_member(out, name, 1);
    *at++ = bracket;
    put_end(out, at);
}

void mj_put_close(GString *out, char bracket)
{
    g_string_append_c(out, bracket);
}

void mj_put_raw(GString *out, const char *name, const char *json, size_t size)
{
    char *at = put_member(out, name, size);
    put_end(out, (char *)memcpy(at, json, size) + size);
}

void mj_put_all(GString *out, const char *name, char bracket, const GString *inside)
{
    mj_put_open(out, name, bracket);
    g_string_append_len(out, inside->str, (gssize)inside->len);
    mj_put_close(out, bracket == '{' ? '}' : ']');
}

static char *put_escaped(char *at, unsigned char c)
{
    static const char NAMED[] = "\b\f\n\r\t\"\\", LETTERS[] = "bfnrt\"\\",
                      DIGITS[] = "0123456789ABCDEF";
    const char *named = c ? strchr(NAMED, c) : NULL;
    *at++ = '\\';
    if (named) {
        *at++ = LETTERS[named - NAMED];
        return at;
    }
    at = (char *)memcpy(at, "u00", 3) + 3;
    *at++ = DIGITS[c >> 4];
    *at++ = DIGITS[c & 15];
    return at;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

/* @at has room for all of it, were each letter escaped. */
static char *put_quoted(char *at, const char *text, size_t size)
{
    *at++ = '"';
    for (size_t i = 0; i < size; i++)
        if (is_plain((unsigned char)text[i]))
            *at++ = text[i];
        else
            at = put_escaped(at, (unsigned char)text[i]);
    *at++ = '"';
    return at;
}

static void put_string(GString *out, const char *name, const char *text, size_t size)
{
    char *at = put_member(out, name, size * ESCAPED_BYTES + 2);
    put_end(out, put_quoted(at, text, size));
}

void mj_put_utf8(GString *out, const char *text, size_t size)
{
    put_string(out, NULL, text, size);
}

void mj_put_text(GString *out, const char *name, const char *text_or_null)
{
    if (!text_or_null) {
        mj_put_null(out, name);
        return;
    }
    size_t size = strlen(text_or_null);
    if (g_utf8_validate(text_or_null, (gssize)size, NULL)) {
        put_string(out, name, text_or_null, size);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text_or_null, (gssize)size);
    put_string(out, name, valid, strlen(valid));
}

static char *put_digits(char *at, int64_t value)
{
    char digits[DIGITS_MAX], *first = digits + sizeof digits;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--first = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (value < 0)
        *--first = '-';
    size_t size = (size_t)(digits + sizeof digits - first);
    return (char *)memcpy(at, first, size) + size;
}

void mj_put_integer(GString *out, const char *name, int64_t value)
{
    char *at = put_member(out, name, DIGITS_MAX);
    put_end(out, put_digits(at, value));
}

/* How many digits tell a number without loss is jansson's to say, but for whole ones. */
void mj_put_real(GString *out, const char *name, double value)
{
    char *at = put_member(out, name, REAL_MAX);
    if (fabs(value) < WHOLE_MAX && value == (double)(int64_t)value &&
        !(value == 0 && signbit(value))) {
        put_end(out, (char *)memcpy(put_digits(at, (int64_t)value), ".0", 2) + 2);
        return;
    }
    json_t *json = json_real(value);
    size_t size = json_dumpb(json, at, REAL_MAX, JSON_ENCODE_ANY);
    json_decref(json);
    put_end(out, at + MIN(size, REAL_MAX));
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
    char *at = put_member(out, name, MJ_TIME_BYTES + 2);
    *at++ = '"';
    at += mj_hour_write(hour, utc_us, at);
    *at++ = '"';
    put_end(out, at);
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

bool mj_json_next(const char **at, MjMember *ret)
{
    const char *name = **at == '{' || **at == ',' ? *at + 1 : "";
    if (*name != '"')
        return false;
    const char *colon = behind_string(name);
    if (*colon != ':')
        return false;
    const char *end = behind_value(colon + 1);
    *ret = (MjMember){name + 1, colon + 1, (size_t)(colon - name) - 2, (size_t)(end - colon) - 1};
    *at = end;
    return true;
}

bool mj_json_is_named(const MjMember *member, const char *name)
{
    return member->name[0] == name[0] && strncmp(member->name, name, member->name_bytes) == 0 &&
           !name[member->name_bytes];
}

const char *mj_json_member(const char *json, const char *name, size_t *ret_size)
{
    MjMember member;
    while (mj_json_next(&json, &member))
        if (mj_json_is_named(&member, name)) {
            *ret_size = member.bytes;
            return member.value;
        }
    return NULL;
}

char *mj_json_text(const MjMember *member, size_t *ret_size)
{
    if (member->bytes < 2 || member->value[0] != '"')
        return NULL;
    if (!memchr(member->value, '\\', member->bytes)) {
        *ret_size = member->bytes - 2;
        return g_utf8_validate(member->value + 1, (gssize)*ret_size, NULL)
                   ? g_strndup(member->value + 1, *ret_size)
                   : NULL;
    }
    json_t *json = json_loadb(member->value, member->bytes, JSON_DECODE_ANY, NULL);
    *ret_size = json_string_length(json);
    char *text = g_strdup(json_string_value(json));
    json_decref(json);
    return text;
}
