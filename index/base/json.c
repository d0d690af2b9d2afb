// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/json.h"

#include "index/base/clock.h"

#include <stdlib.h>

json_t *mj_json_string(const char *text_or_null)
{
    return text_or_null ? json_string(text_or_null) : json_null();
}

json_t *mj_json_time(int64_t utc_us, GTimeZone *zone)
{
    g_autofree char *text = mj_time_format(utc_us, zone);
    return json_string(text);
}

char *mj_json_dump(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}
