// SPDX-License-Identifier: GPL-3.0-or-later
/* Jansson with our habits: g_autoptr(json_t), times in the hall's zone, NULL as null. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdint.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* New references. */
json_t *mj_json_string(const char *text_or_null);
json_t *mj_json_time(int64_t utc_us, GTimeZone *zone);

/* Compact, keys in insertion order. Caller frees with g_free. NULL of NULL. */
char *mj_json_dump(const json_t *json);

/* Text of our own as values (new reference). NULL of NULL. */
json_t *mj_json_parse(const char *text_or_null);

/* As mj_put_raw() of json_put.h. */
void mj_put_json(GString *out, const char *name, const json_t *json);
