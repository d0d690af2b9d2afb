// SPDX-License-Identifier: GPL-3.0-or-later
/* JSON written straight into a buffer: for large answers, where a value that is first made, then written and then
 * freed costs more than all that it is about.
 *
 *   g_autoptr(GString) out = g_string_new(NULL);
 *   mj_put_open(out, NULL, '{');
 *   mj_put_text(out, "camera", code);
 *   mj_put_close(out, '}');
 *
 * The text is that of mj_json_dump(): compact, members in the order they are put, texts and numbers as jansson
 * writes them. @name is a literal of ours that needs no escaping; NULL for an element of an array, or for the whole.
 * Commas come by themselves. A buffer may hold members or elements without the brackets around them, which
 * mj_put_all() puts into another one. */
#pragma once

#include "index/base/clock.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* '{' or '['; '}' or ']'. */
void mj_put_open(GString *out, const char *name, char bracket);
void mj_put_close(GString *out, char bracket);

/* NULL is null. What is not UTF-8 in it becomes U+FFFD. */
void mj_put_text(GString *out, const char *name, const char *text_or_null);
/* An element, of @size bytes that are UTF-8, any of which may be 0. */
void mj_put_utf8(GString *out, const char *text, size_t size);
void mj_put_integer(GString *out, const char *name, int64_t value);
/* Finite. */
void mj_put_real(GString *out, const char *name, double value);
void mj_put_bool(GString *out, const char *name, bool value);
void mj_put_null(GString *out, const char *name);

/* RFC 3339 (mj_time_format) by @hour's zone. */
void mj_put_time(GString *out, const char *name, int64_t utc_us, MjHour *hour);

/* @size bytes that are a JSON value already. */
void mj_put_raw(GString *out, const char *name, const char *json, size_t size);

/* An object ('{') or array ('[') of what @inside holds. */
void mj_put_all(GString *out, const char *name, char bracket, const GString *inside);

/* ── reading what jansson wrote with JSON_COMPACT, without making values of it. It finds its way, and checks nothing
 * but where the text ends. ── */

typedef struct MjMember {
    const char *name, *value; // as they stand there: the name without its quotes
    size_t name_bytes, bytes;
} MjMember;

/* The next member of an object: *at is its "{" at first. False: there is none any more. */
bool mj_json_next(const char **at, MjMember *ret_member);
bool mj_json_is_named(const MjMember *member, const char *name);

/* The text of member @name (in which nothing is escaped) of the object @json; NULL without it. */
const char *mj_json_member(const char *json, const char *name, size_t *ret_size);

/* The string that @member is, unescaped; NULL if it is something else, or not UTF-8. Caller frees. */
char *mj_json_text(const MjMember *member, size_t *ret_size);
