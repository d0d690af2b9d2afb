// SPDX-License-Identifier: GPL-3.0-or-later
/* Times, days and URLs as people and systems write them: what is understood can be written and
 * understood again; what was a password shows nowhere. */
#include "index/base/clock.h"
#include "index/base/redact.h"

#include <string.h>

#define NOW INT64_C(1795311000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_time(const char *text, GTimeZone *zone)
{
    int64_t us = 0, strict_us = 0, back_us = 0;
    bool strict = mj_time_parse_rfc3339(text, &strict_us, NULL);
    bool any = mj_time_parse(text, zone, NOW, &us, NULL);
    g_assert(!strict || (any && us == strict_us));
    if (!any || us < 0 || us >= INT64_C(253402214400000000)) // the last day of 9999
        return;
    g_autofree char *written = mj_time_format(us, zone);
    g_assert(mj_time_parse_rfc3339(written, &back_us, NULL) && back_us == us);
}

static void check_day(const char *text, GTimeZone *zone)
{
    int day = 0, again = 0;
    if (!mj_day_parse(text, zone, NOW, &day, NULL))
        return;
    g_autofree char *written = mj_day_format(day);
    g_assert(mj_day_parse(written, zone, NOW, &again, NULL) && again == day);
}

static void check_url(const char *text)
{
    g_autofree char *shown = mj_redact(text);
    g_autofree char *twice = mj_redact(shown);
    g_assert(strcmp(shown, twice) == 0);
    g_autofree char *public_url = NULL, *credentials = NULL;
    mj_url_split(text, &public_url, &credentials);
    g_autofree char *joined = mj_url_join(public_url, credentials);
    g_assert(strcmp(joined, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static GTimeZone *zone;
    if (!zone)
        zone = g_time_zone_new_identifier("+08:00");
    g_autofree char *text = g_strndup((const char *)data, size);
    check_time(text, zone);
    check_day(text, zone);
    check_url(text);
    return 0;
}
