// SPDX-License-Identifier: GPL-3.0-or-later
/* api/openapi.yaml as JSON, and answers held against its schemas.
 *
 * Knows what our contract uses: $ref, type (one or several), required, properties, items, enum,
 * const, allOf, minimum, maximum, format date-time and date. */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Aborts the test if the file cannot be read. Caller decrefs. */
json_t *schema_load(const char *path);

/* Follows a $ref. Borrowed. */
const json_t *schema_resolve(const json_t *contract, const json_t *node);

/* NULL if @value fits @schema; else what is wrong, with where ("$.cameras[0].name: not a string").
 * Caller frees. */
char *schema_check(const json_t *contract, const json_t *schema, const json_t *value,
                   const char *where);
