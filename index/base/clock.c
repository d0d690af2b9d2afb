// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"

#include "index/base/error.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * MJ_SECOND_US + ts.tv_nsec / 1000;
}

static int64_t system_utc_us(void *data)
{
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_us(void *data)
{
    return read_clock(CLOCK_MONOTONIC);
}

const MjClock *mj_clock_system(void)
{
    static const MjClock clock = {.utc_us = system_utc_us, .mono_us = system_mono_us};
    return &clock;
}

int64_t mj_clock_utc_us(const MjClock *clock)
{
    return clock->utc_us(clock->data);
}

int64_t mj_clock_mono_us(const MjClock *clock)
{
    return clock->mono_us(clock->data);
}

static int64_t floor_seconds(int64_t us)
{
    int64_t s = us / MJ_SECOND_US;
    return us % MJ_SECOND_US < 0 ? s - 1 : s;
}

/* @utc_us moved by the offset of @zone at that moment, as broken-down "UTC". */
static struct tm local_tm(int64_t utc_us, GTimeZone *zone, int *ret_offset_s)
{
    int64_t s = floor_seconds(utc_us);
    int interval = zone ? g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, s) : 0;
    int offset = zone ? g_time_zone_get_offset(zone, interval) : 0;
    time_t moved = (time_t)(s + offset);
    struct tm tm = {0};
    gmtime_r(&moved, &tm);
    *ret_offset_s = offset;
    return tm;
}

static char *put(char *at, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + digits;
}

static char *put_date(char *at, const struct tm *tm)
{
    int year = tm->tm_year + 1900;
    at = year < 0 || year > 9999 ? at + g_snprintf(at, 16, "%04d", year) : put(at, year, 4);
    *at++ = '-';
    at = put(at, tm->tm_mon + 1, 2);
    *at++ = '-';
    return put(at, tm->tm_mday, 2);
}

static char *put_minutes(char *at, const struct tm *tm, int micro)
{
    at = put(at, tm->tm_min, 2);
    *at++ = ':';
    at = put(at, tm->tm_sec, 2);
    *at++ = '.';
    return put(at, micro, 6);
}

static char *put_clock(char *at, const struct tm *tm, int micro)
{
    at = put(at, tm->tm_hour, 2);
    *at++ = ':';
    return put_minutes(at, tm, micro);
}

/* By hand: an answer may tell a thousand times. */
size_t mj_time_write(int64_t utc_us, GTimeZone *zone, char text[MJ_TIME_BYTES])
{
    char *at = text;
    int offset = 0;
    struct tm tm = local_tm(utc_us, zone, &offset);
    int minutes = ABS(offset) / 60;
    at = put_date(at, &tm);
    *at++ = 'T';
    at = put_clock(at, &tm, (int)(utc_us - floor_seconds(utc_us) * MJ_SECOND_US));
    *at++ = !zone ? 'Z' : offset < 0 ? '-' : '+';
    if (zone) {
        at = put(at, minutes / 60, 2);
        *at++ = ':';
        at = put(at, minutes % 60, 2);
    }
    return (size_t)(at - text);
}

/* An hour by the clock on the wall in which the offset does not change; else none. */
static void find_hour(struct MjHourText *hour, GTimeZone *zone, int64_t s)
{
    int offset = 0;
    struct tm tm = local_tm(s * MJ_SECOND_US, zone, &offset);
    hour->from_s = s - tm.tm_min * 60 - tm.tm_sec;
    hour->to_s = hour->from_s + 3600;
    hour->size = mj_time_write(hour->from_s * MJ_SECOND_US, zone, hour->text);
    int first = 0, last = 0;
    local_tm(hour->from_s * MJ_SECOND_US, zone, &first);
    local_tm((hour->to_s - 1) * MJ_SECOND_US, zone, &last);
    if (first != offset || last != offset || tm.tm_year + 1900 < 0 || tm.tm_year + 1900 > 9999)
        hour->to_s = hour->from_s;
}

size_t mj_hour_write(MjHour *hours, int64_t utc_us, char text[MJ_TIME_BYTES])
{
    int64_t s = floor_seconds(utc_us);
    struct MjHourText *hour = &hours->texts[(uint64_t)s / 3600 % MJ_HOURS];
    if (s < hour->from_s || s >= hour->to_s)
        find_hour(hour, hours->zone, s);
    if (hour->to_s == hour->from_s)
        return mj_time_write(utc_us, hours->zone, text);
    struct tm tm = {.tm_min = (int)((s - hour->from_s) / 60),
                    .tm_sec = (int)(s - hour->from_s) % 60};
    memcpy(text, hour->text, hour->size);
    put_minutes(text + sizeof "2026-11-22T09:" - 1, &tm, (int)(utc_us - s * MJ_SECOND_US));
    return hour->size;
}

char *mj_time_format(int64_t utc_us, GTimeZone *zone)
{
    char text[MJ_TIME_BYTES];
    return g_strndup(text, mj_time_write(utc_us, zone, text));
}

char *mj_time_format_day(int64_t utc_us)
{
    int offset = 0;
    struct tm tm = local_tm(utc_us, NULL, &offset);
    return g_strdup_printf("%04d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

char *mj_time_format_file(int64_t utc_us)
{
    int offset = 0;
    struct tm tm = local_tm(utc_us, NULL, &offset);
    int milli = (int)((utc_us - floor_seconds(utc_us) * MJ_SECOND_US) / 1000);
    return g_strdup_printf("%02d%02d%02d.%03d", tm.tm_hour, tm.tm_min, tm.tm_sec, milli);
}

int mj_time_local_day(int64_t utc_us, GTimeZone *zone)
{
    int offset = 0;
    struct tm tm = local_tm(utc_us, zone, &offset);
    return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

static bool is_date(int year, int month, int day)
{
    return year >= 1970 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static int64_t utc_of(int year, int month, int day, int hour, int minute, int second)
{
    struct tm tm = {.tm_year = year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    return (int64_t)timegm(&tm) * MJ_SECOND_US;
}

/* Exactly @n digits at *p; moves *p behind them. */
static bool take_digits(const char **p, int n, int *ret)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (!g_ascii_isdigit((*p)[i]))
            return false;
        value = value * 10 + ((*p)[i] - '0');
    }
    *p += n;
    *ret = value;
    return true;
}

static bool take_char(const char **p, char c)
{
    if (**p != c)
        return false;
    (*p)++;
    return true;
}

static bool take_date(const char **p, int *year, int *month, int *day)
{
    return take_digits(p, 4, year) && take_char(p, '-') && take_digits(p, 2, month) &&
           take_char(p, '-') && take_digits(p, 2, day) && is_date(*year, *month, *day);
}

/* "HH:MM[:SS[.frac]]" as microseconds of the day; ret_seconds tells whether seconds were given. */
static bool take_time_of_day(const char **p, int64_t *ret_us, bool *ret_seconds)
{
    int hour = 0, minute = 0, second = 0;
    int64_t fraction_us = 0;
    if (!take_digits(p, 2, &hour) || !take_char(p, ':') || !take_digits(p, 2, &minute))
        return false;
    *ret_seconds = take_char(p, ':');
    if (*ret_seconds && !take_digits(p, 2, &second))
        return false;
    if (*ret_seconds && take_char(p, '.')) {
        int64_t unit = 100000;
        int digits = 0;
        for (; g_ascii_isdigit(**p) && digits < 9; (*p)++, digits++, unit /= 10)
            fraction_us += (**p - '0') * unit;
        if (digits == 0)
            return false;
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_us = (hour * 3600 + minute * 60 + second) * MJ_SECOND_US + fraction_us;
    return true;
}

static bool take_offset(const char **p, int *ret_offset_s)
{
    if (take_char(p, 'Z') || take_char(p, 'z')) {
        *ret_offset_s = 0;
        return true;
    }
    int sign = **p == '-' ? -1 : 1;
    int hour = 0, minute = 0;
    if (!take_char(p, '+') && !take_char(p, '-'))
        return false;
    if (!take_digits(p, 2, &hour) || !take_char(p, ':') || !take_digits(p, 2, &minute))
        return false;
    *ret_offset_s = sign * (hour * 3600 + minute * 60);
    return hour < 24 && minute < 60;
}

bool mj_time_parse_rfc3339(const char *text, int64_t *ret_us, GError **error)
{
    const char *p = text;
    int year = 0, month = 0, day = 0, offset = 0;
    int64_t of_day = 0;
    bool seconds = false;
    if (!take_date(&p, &year, &month, &day) || (*p != 'T' && *p != 't') ||
        (p++, !take_time_of_day(&p, &of_day, &seconds)) || !seconds || !take_offset(&p, &offset) ||
        *p != '\0')
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is not a time like 2026-11-22T09:31:05.120+08:00", text);
    *ret_us = utc_of(year, month, day, 0, 0, 0) + of_day - offset * MJ_SECOND_US;
    return true;
}

static bool parse_relative(const char *text, int64_t now_us, int64_t *ret_us)
{
    if (strcmp(text, "now") == 0) {
        *ret_us = now_us;
        return true;
    }
    if ((text[0] != '-' && text[0] != '+') || !g_ascii_isdigit(text[1]))
        return false;
    char *end = NULL;
    guint64 n = g_ascii_strtoull(text + 1, &end, 10);
    static const struct {
        char letter;
        int64_t us;
    } UNITS[] = {{'s', MJ_SECOND_US}, {'m', MJ_MINUTE_US}, {'h', MJ_HOUR_US}, {'d', MJ_DAY_US}};
    for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
        if (end[0] == UNITS[i].letter && end[1] == '\0' && n < 1000000) {
            *ret_us = now_us + (text[0] == '-' ? -1 : 1) * (int64_t)n * UNITS[i].us;
            return true;
        }
    }
    return false;
}

static int64_t local_to_utc(int64_t local_us, GTimeZone *zone)
{
    int64_t s = floor_seconds(local_us);
    int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_STANDARD, s);
    if (interval < 0) // a local time that DST skips
        interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, s);
    return local_us - g_time_zone_get_offset(zone, interval) * MJ_SECOND_US;
}

bool mj_time_parse(const char *text, GTimeZone *zone, int64_t now_us, int64_t *ret_us,
                   GError **error)
{
    if (mj_time_parse_rfc3339(text, ret_us, NULL) || parse_relative(text, now_us, ret_us))
        return true;
    const char *p = text;
    int year = 0, month = 0, day = 0;
    bool seconds = false;
    int64_t of_day = 0;
    bool dated = take_date(&p, &year, &month, &day);
    bool whole_day = dated && *p == '\0';
    if (dated && !whole_day && !take_char(&p, 'T') && !take_char(&p, ' '))
        return mj_error_set(error, MJ_ERROR_INVALID, "\"%.64s\" is not a time", text);
    if (!dated) {
        p = text;
        int today = mj_time_local_day(now_us, zone);
        year = today / 10000, month = today / 100 % 100, day = today % 100;
    }
    if ((!whole_day && !take_time_of_day(&p, &of_day, &seconds)) || *p != '\0')
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is not a time: write 2026-11-22T09:31:05+08:00, "
                            "\"2026-11-22 09:31\", 09:31, now, -10m or +1d",
                            text);
    *ret_us = local_to_utc(utc_of(year, month, day, 0, 0, 0) + of_day, zone);
    return true;
}

bool mj_day_parse(const char *text, GTimeZone *zone, int64_t now_us, int *ret_day, GError **error)
{
    if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
        int64_t back_us = text[0] == 'y' ? MJ_DAY_US : 0;
        *ret_day = mj_time_local_day(now_us - back_us, zone);
        return true;
    }
    const char *p = text;
    int year = 0, month = 0, day = 0;
    bool ok = strchr(text, '-') ? take_date(&p, &year, &month, &day)
                                : take_digits(&p, 4, &year) && take_digits(&p, 2, &month) &&
                                      take_digits(&p, 2, &day) && is_date(year, month, day);
    if (!ok || *p != '\0')
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" is not a day like 2026-11-22, today or yesterday", text);
    *ret_day = year * 10000 + month * 100 + day;
    return true;
}

char *mj_day_format(int day)
{
    return g_strdup_printf("%04d-%02d-%02d", day / 10000, day / 100 % 100, day % 100);
}

bool mj_day_range(int day, GTimeZone *zone, int64_t *ret_from_us, int64_t *ret_to_us,
                  GError **error)
{
    g_autoptr(GDateTime) from =
        g_date_time_new(zone, day / 10000, day / 100 % 100, day % 100, 0, 0, 0);
    g_autoptr(GDateTime) to = from ? g_date_time_add_days(from, 1) : NULL;
    if (!to)
        return mj_error_set(error, MJ_ERROR_INVALID, "there is no day %d", day);
    *ret_from_us = g_date_time_to_unix(from) * MJ_SECOND_US;
    *ret_to_us = g_date_time_to_unix(to) * MJ_SECOND_US;
    return true;
}
