// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/stamp.h"

#include "index/base/clock.h"
#include "index/base/error.h"

#include <string.h>

#define SET_WITHIN_S (24 * 3600) // before and behind a moment clocks are not set as well

typedef struct Parts {
    int64_t year, month, day, hour, minute, second, fraction_us;
    int64_t epoch_us;
    bool has_epoch;
} Parts;

/* Up to @digits_max digits, at least one. */
static bool read_number(const char **at, int digits_max, int64_t *ret)
{
    int64_t number = 0;
    int n = 0;
    for (; n < digits_max && g_ascii_isdigit(**at); n++, (*at)++)
        number = number * 10 + (**at - '0');
    *ret = number;
    return n > 0;
}

/* ".5" behind the seconds. */
static void read_fraction(const char **at, Parts *p)
{
    int64_t unit_us = 100000;
    if (**at != '.' || !g_ascii_isdigit((*at)[1]))
        return;
    for ((*at)++; g_ascii_isdigit(**at); (*at)++, unit_us /= 10)
        p->fraction_us += (**at - '0') * unit_us;
}

static bool read_part(char letter, const char **at, Parts *p)
{
    switch (letter) {
    case 'Y':
        return read_number(at, 4, &p->year);
    case 'm':
        return read_number(at, 2, &p->month);
    case 'd':
        return read_number(at, 2, &p->day);
    case 'H':
        return read_number(at, 2, &p->hour);
    case 'M':
        return read_number(at, 2, &p->minute);
    case 'S':
        if (!read_number(at, 2, &p->second))
            return false;
        read_fraction(at, p);
        return true;
    case 's':
    case 'L':
        p->has_epoch = read_number(at, letter == 's' ? 11 : 14, &p->epoch_us);
        p->epoch_us *= letter == 's' ? MJ_SECOND_US : 1000;
        return p->has_epoch;
    default:
        return false;
    }
}

bool idx_stamp_format_ok(const char *format)
{
    bool year = false, month = false, day = false, epoch = false;
    for (const char *f = format; *f; f++) {
        if (*f != '%')
            continue;
        f++;
        if (*f == '\0' || !strchr("YmdHMSsL", *f))
            return false;
        year = year || *f == 'Y';
        month = month || *f == 'm';
        day = day || *f == 'd';
        epoch = epoch || *f == 's' || *f == 'L';
    }
    return epoch || (year && month && day);
}

static bool read_all(const char *text, const char *format, Parts *p)
{
    const char *at = text;
    for (const char *f = format; *f; f++) {
        bool fits = *f == '%' ? read_part(*++f, &at, p) : *at++ == *f;
        if (!fits)
            return false;
    }
    return *at == '\0';
}

typedef enum Sense { NO_TIME, SKIPPED, ONCE, TWICE } Sense;

/* The moment at which clocks that are @offset_s ahead show @local_s; INT64_MAX: they were not set so then. */
static int64_t moment(GTimeZone *zone, int64_t local_s, int offset_s)
{
    int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, local_s - offset_s);
    return g_time_zone_get_offset(zone, interval) == offset_s ? local_s - offset_s : INT64_MAX;
}

/* Clocks are set at most once in two days: they are as they were the day before, or as they will be the day after. */
static Sense place(GTimeZone *zone, int64_t local_s, int64_t *ret_s)
{
    int64_t at_s[2];
    for (int i = 0; i < 2; i++) {
        int64_t near_s = local_s + (i == 0 ? -SET_WITHIN_S : SET_WITHIN_S);
        int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, near_s);
        at_s[i] = moment(zone, local_s, g_time_zone_get_offset(zone, interval));
    }
    *ret_s = MIN(at_s[0], at_s[1]);
    return *ret_s == INT64_MAX                                                  ? SKIPPED
           : at_s[0] == at_s[1] || at_s[0] == INT64_MAX || at_s[1] == INT64_MAX ? ONCE
                                                                                : TWICE;
}

static Sense to_us(const Parts *p, GTimeZone *zone, int64_t *ret_us)
{
    if (p->has_epoch) {
        *ret_us = p->epoch_us;
        return ONCE;
    }
    int64_t at_s = 0;
    g_autoptr(GDateTime) local = g_date_time_new_utc(
        (int)p->year, (int)p->month, (int)p->day, (int)p->hour, (int)p->minute, (double)p->second);
    Sense sense = local ? place(zone, g_date_time_to_unix(local), &at_s) : NO_TIME;
    if (sense >= ONCE)
        *ret_us = at_s * MJ_SECOND_US + p->fraction_us;
    return sense;
}

bool idx_stamp_parse(const char *text, const char *format, GTimeZone *zone, int64_t *ret_us,
                     bool *ret_twice, GError **error)
{
    static const char *const USUAL[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S",
                                        "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S"};
    Sense sense = !format && mj_time_parse_rfc3339(text, ret_us, NULL) ? ONCE : NO_TIME;
    for (size_t i = 0; sense == NO_TIME && i < (format ? 1 : G_N_ELEMENTS(USUAL)); i++) {
        Parts p = {0};
        if (read_all(text, format ? format : USUAL[i], &p))
            sense = to_us(&p, zone, ret_us);
    }
    if (ret_twice)
        *ret_twice = sense == TWICE;
    if (sense == SKIPPED)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%.64s\" never was: the clocks of %s were set forward over it", text,
                            g_time_zone_get_identifier(zone));
    return sense != NO_TIME ||
           mj_error_set(error, MJ_ERROR_INVALID, "\"%.64s\" is no time of the form %s", text,
                        format ? format : "2026-11-22 09:31:05");
}
