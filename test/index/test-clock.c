// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/index/fixture.h"

static GTimeZone *zone_of(const char *name)
{
    GTimeZone *zone = g_time_zone_new_identifier(name);
    g_assert_nonnull(zone);
    return zone;
}

static void test_format(void)
{
    static const struct {
        int64_t us;
        const char *zone, *text;
    } TABLE[] = {
        {0, NULL, "1970-01-01T00:00:00.000000Z"},
        {T0, "+08:00", "2026-11-22T09:30:00.000000+08:00"},
        {T0 + 120456, "Asia/Shanghai", "2026-11-22T09:30:00.120456+08:00"},
        {T0, "+05:30", "2026-11-22T07:00:00.000000+05:30"},
        {T0, "-03:30", "2026-11-21T22:00:00.000000-03:30"},
        {T0, "Asia/Kathmandu", "2026-11-22T07:15:00.000000+05:45"},
        {-1, NULL, "1969-12-31T23:59:59.999999Z"}, // before 1970 counts down, not up
        {-MJ_DAY_US, "+08:00", "1969-12-31T08:00:00.000000+08:00"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GTimeZone) zone = TABLE[i].zone ? zone_of(TABLE[i].zone) : NULL;
        g_autofree char *text = mj_time_format(TABLE[i].us, zone);
        g_assert_cmpstr(text, ==, TABLE[i].text);
    }
    g_autofree char *day = mj_time_format_day(T0), *file = mj_time_format_file(T0 + 120999);
    g_assert_cmpstr(day, ==, "20261122");
    g_assert_cmpstr(file, ==, "013000.120");
}

static const char *const NO_RFC3339[] = {
    "",
    "2026",
    "2026-11-22",
    "2026-11-22T09:30",
    "2026-11-22T09:30:00",
    "2026-11-22 09:30:00Z",
    "2026-11-22T09:30Z",
    "2026-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-10T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T09:60:00Z",
    "2026-11-22T09:30:61Z",
    "2026-11-22T09:30:00.Z",
    "2026-11-22T09:30:00.1234567890Z",
    "2026-11-22T09:30:00+0800",
    "2026-11-22T09:30:00+24:00",
    "2026-11-22T09:30:00+08:60",
    "2026-11-22T09:30:00+08",
    "2026-11-22T09:30:00Zx",
    " 2026-11-22T09:30:00Z",
    "1969-12-31T23:59:59Z",
    "+026-11-22T09:30:00Z",
    "２０２６-11-22T09:30:00Z",
    "now",
    "-10m",
};

static void test_rfc3339(void)
{
    static const struct {
        const char *text;
        int64_t us;
    } GOOD[] = {
        {"2026-11-22T09:30:00+08:00", T0},
        {"2026-11-22T01:30:00Z", T0},
        {"2026-11-22t01:30:00z", T0},
        {"2026-11-22T07:00:00+05:30", T0},
        {"2026-11-21T22:00:00-03:30", T0},
        {"2026-11-22T01:30:00.5Z", T0 + 500000},
        {"2026-11-22T01:30:00.000001Z", T0 + 1},
        {"2026-11-22T01:30:00.123456789Z", T0 + 123456},
        {"2026-11-22T01:29:60Z", T0}, // a leap second
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00+08:00", -8 * MJ_HOUR_US},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000000)},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000000)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        int64_t us = 1;
        g_autoptr(GError) error = NULL;
        mj_time_parse_rfc3339(GOOD[i].text, &us, &error);
        g_assert_no_error(error);
        g_assert_cmpint(us, ==, GOOD[i].us);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(NO_RFC3339); i++) {
        int64_t us = 77;
        g_autoptr(GError) error = NULL;
        g_assert_false(mj_time_parse_rfc3339(NO_RFC3339[i], &us, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
        g_assert_cmpint(us, ==, 77); // untouched
    }
}

static void test_parse(void)
{
    static const struct {
        const char *text;
        int64_t us;
    } GOOD[] = {
        {"now", T0},
        {"-90s", AT(-90)},
        {"-10m", AT(-600)},
        {"-2h", AT(-7200)},
        {"-1d", AT(-86400)},
        {"-0s", T0},
        {"+90s", AT(90)},
        {"+1d", AT(86400)},
        {"2026-11-22T09:30:00+08:00", T0},
        {"2026-11-22T01:30:00Z", T0},
        {"2026-11-22 09:30", T0},
        {"2026-11-22T09:30", T0},
        {"2026-11-22 09:30:00.25", T0 + 250000},
        {"09:30", T0},
        {"09:31:05.120", AT(65) + 120000},
        {"2026-11-22", AT(-9 * 3600 - 1800)}, // midnight in the hall
        {"00:00", AT(-9 * 3600 - 1800)},
        {"23:59:59", AT(14 * 3600 + 1800 - 1)},
    };
    g_autoptr(GTimeZone) zone = zone_of("+08:00");
    for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        int64_t us = 0;
        g_autoptr(GError) error = NULL;
        mj_time_parse(GOOD[i].text, zone, T0, &us, &error);
        g_assert_no_error(error);
        g_assert_cmpint(us, ==, GOOD[i].us);
    }
}

static void test_parse_refused(void)
{
    g_autoptr(GTimeZone) zone = zone_of("+08:00");
    static const char *const BAD[] = {"",
                                      "soon",
                                      "10m",
                                      "-10",
                                      "-m",
                                      "-10w",
                                      "-1000000s",
                                      "--1s",
                                      "-1.5h",
                                      "25:00",
                                      "9:30",
                                      "09:30x",
                                      "09:30:",
                                      "2026-11-22T",
                                      "2026-11-22 ",
                                      "2026-11-22x09:30",
                                      "20261122",
                                      "2026-02-30",
                                      "-99999999999999999999s",
                                      "now ",
                                      "2026-11-22 09",
                                      "2026-11-22  09:30"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        int64_t us = 0;
        g_autoptr(GError) error = NULL;
        if (mj_time_parse(BAD[i], zone, T0, &us, &error))
            g_error("\"%s\" was taken for a time", BAD[i]);
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
    }
}

/* Whatever is written can be read back, in every zone. */
static void test_round_trip(void)
{
    static const char *const ZONES[] = {"+08:00", "-03:30", "+05:45", "+14:00", "Europe/Berlin"};
    for (size_t z = 0; z < G_N_ELEMENTS(ZONES); z++) {
        g_autoptr(GTimeZone) zone = zone_of(ZONES[z]);
        for (int i = 0; i < 500; i++) {
            int64_t us = MJ_DAY_US + (int64_t)(g_test_rand_double() * 4.1e15),
                    back = 0; // 1970 everywhere
            g_autofree char *text = mj_time_format(us, zone);
            g_assert_true(mj_time_parse_rfc3339(text, &back, NULL));
            g_assert_cmpint(back, ==, us);
        }
    }
}

static void test_daylight_saving(void)
{
    g_autoptr(GTimeZone) zone = zone_of("Europe/Berlin");
    int64_t us = 0;
    g_assert_true(mj_time_parse("2026-07-01 12:00", zone, T0, &us, NULL));
    g_autofree char *summer = mj_time_format(us, NULL);
    g_assert_cmpstr(summer, ==, "2026-07-01T10:00:00.000000Z");
    g_assert_true(mj_time_parse("2026-12-01 12:00", zone, T0, &us, NULL));
    g_autofree char *winter = mj_time_format(us, NULL);
    g_assert_cmpstr(winter, ==, "2026-12-01T11:00:00.000000Z");
    g_assert_true(mj_time_parse("2026-03-29 02:30", zone, T0, &us, NULL)); // skipped that night
}

static void test_days(void)
{
    g_autoptr(GTimeZone) zone = zone_of("+08:00");
    static const struct {
        const char *text;
        int day;
    } GOOD[] = {{"2026-11-22", 20261122}, {"20261122", 20261122},   {"today", 20261122},
                {"yesterday", 20261121},  {"2024-02-29", 20240229}, {"9999-12-31", 99991231}};
    for (size_t i = 0; i < G_N_ELEMENTS(GOOD); i++) {
        int day = 0;
        g_assert_true(mj_day_parse(GOOD[i].text, zone, T0, &day, NULL));
        g_assert_cmpint(day, ==, GOOD[i].day);
    }
    static const char *const BAD[] = {"",          "2026-11",  "2026-02-29", "20260229",
                                      "tomorrow",  "2026/1/1", "2026-11-2",  "202611222",
                                      "20261122 ", "-1d",      "2026-11-22T"};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++) {
        int day = 0;
        g_autoptr(GError) error = NULL;
        g_assert_false(mj_day_parse(BAD[i], zone, T0, &day, &error));
        g_assert_error(error, MJ_ERROR, MJ_ERROR_INVALID);
    }
    g_autofree char *text = mj_day_format(20240229);
    g_assert_cmpstr(text, ==, "2024-02-29");
    int64_t midnight_us = AT(-9 * 3600 - 1800); // in the hall; 16:00 the day before in UTC
    g_assert_cmpint(mj_time_local_day(midnight_us, zone), ==, 20261122);
    g_assert_cmpint(mj_time_local_day(midnight_us - 1, zone), ==, 20261121);
    g_assert_cmpint(mj_time_local_day(midnight_us, NULL), ==, 20261121);
}

static int64_t turned(void *data)
{
    return *(int64_t *)data;
}

static void test_clocks(void)
{
    int64_t us = T0;
    MjClock fake = {.utc_us = turned, .mono_us = turned, .data = &us};
    g_assert_cmpint(mj_clock_utc_us(&fake), ==, T0);
    us++;
    g_assert_cmpint(mj_clock_mono_us(&fake), ==, T0 + 1);
    int64_t before_us = g_get_real_time(), now_us = mj_clock_utc_us(mj_clock_system());
    g_assert_cmpint(now_us, >=, before_us);
    g_assert_cmpint(now_us, <=, g_get_real_time());
    int64_t mono_us = mj_clock_mono_us(mj_clock_system());
    g_assert_cmpint(mj_clock_mono_us(mj_clock_system()), >=, mono_us);
}

/* As each would be written alone, in zones that go on by odd minutes and change over, hours in any order. */
static void test_hour(void)
{
    static const char *const ZONES[] = {"+08:00", "Europe/Berlin", "Asia/Kathmandu",
                                        "Australia/Lord_Howe", "-03:30"};
    for (size_t i = 0; i < G_N_ELEMENTS(ZONES); i++) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(ZONES[i]);
        MjHour hour = {.zone = zone};
        int64_t us = INT64_C(1761436800) * MJ_SECOND_US; // the day before a change
        for (int n = 0; zone && n < 20000; n++) {
            char text[MJ_TIME_BYTES] = "", alone[MJ_TIME_BYTES] = "";
            us += n % 100 == 99 ? (int64_t)g_test_rand_int() * 1000000
                                : (int64_t)g_test_rand_int_range(-600, 700) * 1000001;
            us = n % 5000 == 4999 ? -us : us;
            mj_hour_write(&hour, us, text);
            mj_time_write(us, zone, alone);
            g_assert_cmpstr(text, ==, alone);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/hour", test_hour);
    g_test_add_func("/clock/format", test_format);
    g_test_add_func("/clock/rfc3339", test_rfc3339);
    g_test_add_func("/clock/parse", test_parse);
    g_test_add_func("/clock/parse-refused", test_parse_refused);
    g_test_add_func("/clock/round-trip", test_round_trip);
    g_test_add_func("/clock/daylight-saving", test_daylight_saving);
    g_test_add_func("/clock/days", test_days);
    g_test_add_func("/clock/clocks", test_clocks);
    return g_test_run();
}
