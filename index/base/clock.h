// SPDX-License-Identifier: GPL-3.0-or-later
/* Time. One integer type everywhere: int64_t microseconds, UTC since 1970 (`_us`), or monotonic
 * (`_mono_us`). A person is shown the hall's local time; machines get RFC 3339 with microseconds
 * and the hall's offset ("2026-11-22T09:31:05.120000+08:00").
 *
 * Code whose behaviour depends on time takes a `const MjClock *` so that tests can turn it. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define MJ_SECOND_US INT64_C(1000000)
#define MJ_MINUTE_US (60 * MJ_SECOND_US)
#define MJ_HOUR_US (60 * MJ_MINUTE_US)
#define MJ_DAY_US (24 * MJ_HOUR_US)

typedef struct MjClock {
    int64_t (*utc_us)(void *data);
    int64_t (*mono_us)(void *data); // CLOCK_MONOTONIC: never steps
    void *data;
} MjClock;

/* The host's clocks. Static. */
const MjClock *mj_clock_system(void);
int64_t mj_clock_utc_us(const MjClock *clock);
int64_t mj_clock_mono_us(const MjClock *clock);

/* RFC 3339 in time zone @zone with six decimals. Caller frees. */
char *mj_time_format(int64_t utc_us, GTimeZone *zone);
/* The same into @text, without a nought at its end; how many bytes it has. */
#define MJ_TIME_BYTES 64
size_t mj_time_write(int64_t utc_us, GTimeZone *zone, char text[MJ_TIME_BYTES]);

/* The same for a thousand times of @zone, most of which lie in one of a few hours, as those of an approval that takes
 * days: a fraction of the work. Zeroed but for the zone at first; the zone outlives it. */
#define MJ_HOURS 31 // kept; a prime, so that one hour of several days has several places
typedef struct MjHour {
    GTimeZone *zone;
    struct MjHourText {
        int64_t from_s, to_s; // of @text; empty at first
        char text[MJ_TIME_BYTES];
        size_t size;
    } texts[MJ_HOURS];
} MjHour;
size_t mj_hour_write(MjHour *hours, int64_t utc_us, char text[MJ_TIME_BYTES]);

/* "20261122" / "093105.120" in UTC: the names of footage folders and files. Caller frees. */
char *mj_time_format_day(int64_t utc_us);
char *mj_time_format_file(int64_t utc_us);

/* Reads RFC 3339 ("2026-11-22T09:31:05.12+08:00", "…Z"), or a local time of @zone without offset
 * ("2026-11-22 09:31:05", "2026-11-22T09:31", "09:31" of today), or "now", or "-90s" / "-10m" /
 * "-2h" / "-1d" before now, "+1d" behind it. Up to nine decimals are read; beyond microseconds they are cut off. */
bool mj_time_parse(const char *text, GTimeZone *zone, int64_t now_us, int64_t *ret_us,
                   GError **error);

/* As mj_time_parse, but only what RFC 3339 allows: for events, where a guess would be wrong. */
bool mj_time_parse_rfc3339(const char *text, int64_t *ret_us, GError **error);

/* The local date of @utc_us as an integer 20261122: a ticket's day. */
int mj_time_local_day(int64_t utc_us, GTimeZone *zone);

/* Reads "2026-11-22", "20261122", "today" or "yesterday". */
bool mj_day_parse(const char *text, GTimeZone *zone, int64_t now_us, int *ret_day, GError **error);

/* The day's first moment in @zone, and that of the day after. */
bool mj_day_range(int day, GTimeZone *zone, int64_t *ret_from_us, int64_t *ret_to_us,
                  GError **error);

/* "2026-11-22". Caller frees. */
char *mj_day_format(int day);
