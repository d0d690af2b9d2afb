// SPDX-License-Identifier: GPL-3.0-or-later
/* What most tests of the API say again and again. Each aborts the test if the answer is another one. */
#pragma once

#include "test/api/support/hall.h"

void must(bool ok, GError *error);

void hall_add_user(const Hall *hall, const char *name, const char *role); // with HALL_PASSWORD

/* Signed in anew as @who. The answer's JSON, NULL if it has none; caller decrefs. */
json_t *hall_post(const Hall *hall, const char *who, const char *path, const char *body,
                  long status);

/* With hall->cookie; 200. Caller decrefs. */
json_t *hall_get(const Hall *hall, const char *path);

/* That @json is what api/openapi.yaml calls @schema. */
void fits(const json_t *contract, const char *schema, const json_t *json);

const char *text_of(const json_t *json, const char *name); // NULL if it has none

/* An address that the route's @pattern fits; what its names stand for is not there. Caller frees. */
char *route_filled(const char *pattern);
