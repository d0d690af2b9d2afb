// SPDX-License-Identifier: GPL-3.0-or-later
/* What a month looks like: the hall's days, what was deleted, what never was, what is held, what is to come. */
#include "index/segment/calendar.h"

#include "index/base/json.h"
#include "index/segment/gap.h"
#include "test/index/purge_hall.h"

#include <string.h>

#define MIDNIGHT INT64_C(-34200) // of 2026-11-22 in the hall, from T0, which is 09:30

static json_t *month_of(IdxCatalogue *cat, const char *camera, int64_t stream, const char *month,
                        int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    int first = 0;
    idx_calendar_parse(month, &first, &error);
    g_assert_no_error(error);
    g_autofree char *text = idx_calendar_text(cat, camera, stream, "main", first, now_us, &error);
    g_assert_no_error(error);
    return json_loads(text, 0, NULL);
}

/* "coverage recorded reason seconds, … ×holds" of a day of the month. */
static char *day_text(const json_t *month, int day)
{
    const json_t *d = json_array_get(json_object_get(month, "days"), (size_t)day - 1);
    const json_t *coverage = json_object_get(d, "coverage"), *cause = NULL;
    GString *out = g_string_new(NULL);
    size_t i = 0;
    if (json_is_null(coverage))
        g_string_append(out, "null");
    else
        g_string_append_printf(out, "%.4f", json_number_value(coverage));
    g_string_append_printf(out, " %g", json_number_value(json_object_get(d, "recorded_s")));
    json_array_foreach(json_object_get(d, "missing"), i, cause)
        g_string_append_printf(out, " %s %g", json_string_value(json_object_get(cause, "reason")),
                               json_number_value(json_object_get(cause, "seconds")));
    json_int_t holds = json_integer_value(json_object_get(d, "holds"));
    if (holds)
        g_string_append_printf(out, " ×%d", (int)holds);
    return g_string_free(out, FALSE);
}

static void expect(const json_t *month, int day, const char *text)
{
    g_autofree char *is = day_text(month, day);
    g_assert_cmpstr(is, ==, text);
}

static void test_days(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t s = fixture_camera(f, "W07", AT(MIDNIGHT - 86400)); // at the beginning of the 21st
    fixture_recorder(f, AT(MIDNIGHT + 3 * 86400), false);
    fixture_segment(f, s, AT(MIDNIGHT - 3600), AT(MIDNIGHT + 3600), "closed"); // across midnight
    fixture_segment(f, s, AT(MIDNIGHT + 3600), AT(MIDNIGHT + 7200), "closed");
    g_assert_true(idx_gap_add(f->cat, s, AT(MIDNIGHT + 7200), AT(MIDNIGHT + 2 * 86400),
                              IDX_REASON_OFFLINE, NULL, NULL));
    g_autoptr(json_t) month =
        month_of(f->cat, "W07", s, "2026-11", AT(MIDNIGHT + 2 * 86400 + 43200));
    g_assert_cmpuint(json_array_size(json_object_get(month, "days")), ==, 30);
    expect(month, 20, "0.0000 0 not-recorded 86400"); // there was no such camera
    expect(month, 21, "0.0417 3600 unknown 82800");
    expect(month, 22, "0.0833 7200 offline 79200");
    expect(month, 23, "0.0000 0 offline 86400");
    expect(month, 24, "0.0000 0 unknown 43200"); // till now
    expect(month, 25, "null 0");                 // to come
    g_assert_cmpstr(json_string_value(json_object_get(month, "first")), ==,
                    "2026-11-21T23:00:00.000000+08:00");
    g_assert_cmpstr(json_string_value(json_object_get(month, "last")), ==,
                    "2026-11-22T02:00:00.000000+08:00");
    const json_t *day = json_array_get(json_object_get(month, "days"), 21);
    g_assert_cmpstr(json_string_value(json_object_get(day, "day")), ==, "2026-11-22");
    g_assert_cmpstr(json_string_value(json_object_get(day, "from")), ==,
                    "2026-11-22T00:00:00.000000+08:00");
    g_autoptr(json_t) leap = month_of(f->cat, "W07", s, "2028-02", AT(0));
    g_assert_cmpuint(json_array_size(json_object_get(leap, "days")), ==, 29);
}

static void test_purged_and_held(void)
{
    g_autoptr(PurgeHall) h = purge_hall_new();
    int64_t hold = 0;
    purge_hall_segment(h, 0, 0, 60, "closed");
    purge_hall_segment(h, 0, 60, 60, "closed");
    purge_hall_segment(h, 0, DAYS(1), 60, "closed");
    purge_hall_hold(h, "c1", 60, 90, &hold);
    purge_hall_run(h, DAYS(100), 2);
    g_autoptr(json_t) month = month_of(h->f->cat, "c1", h->stream[0], "2026-11", AT(DAYS(100)));
    g_autofree char *held = day_text(month, 22), *purged = day_text(month, 23);
    g_assert_true(g_str_has_prefix(held, "0.0007 60 "));
    g_assert_nonnull(strstr(held, " purged 60 ×1"));
    g_assert_true(g_str_has_prefix(purged, "0.0000 0 "));
    g_assert_nonnull(strstr(purged, " purged 60"));
    g_assert_null(strchr(purged, 0xc3)); // nothing of it is held
    g_autoptr(json_t) other = month_of(h->f->cat, "c2", h->stream[1], "2026-11", AT(DAYS(100)));
    g_autofree char *never = day_text(other, 22);
    g_assert_null(strstr(never, "purged"));
    g_assert_true(json_is_null(json_object_get(other, "first")));
}

/* A day of 25 hours, in a month longer than 31 days. */
static void test_summer_time(void)
{
    g_autofree char *home = fixture_temp_dir();
    g_autoptr(GError) error = NULL;
    idx_catalogue_create(home, "H01", "Halle", "Europe/Berlin", &error);
    g_assert_no_error(error);
    Fixture f = {home, idx_catalogue_open(home, IDX_WRITE, &error)};
    g_assert_no_error(error);
    int64_t ends_us = INT64_C(1792879200000000); // 2026-10-25T00:00:00+02:00
    int64_t s = fixture_camera(&f, "W07", ends_us);
    fixture_recorder(&f, ends_us + 40 * 24 * MJ_HOUR_US, false);
    fixture_segment(&f, s, ends_us, ends_us + MJ_HOUR_US * 5 / 2, "closed");
    g_autoptr(json_t) month = month_of(f.cat, "W07", s, "2026-10", ends_us + 30 * 24 * MJ_HOUR_US);
    g_assert_cmpuint(json_array_size(json_object_get(month, "days")), ==, 31);
    expect(month, 24, "0.0000 0 not-recorded 86400");
    expect(month, 25, "0.1000 9000 unknown 81000");
    expect(month, 26, "0.0000 0 unknown 86400");
    idx_catalogue_free(f.cat);
    tree_remove(home);
}

static void test_months(void)
{
    static const char *const WRONG[] = {"",        "2026",   "2026-13",    "2026-00", "2026-1",
                                        "26-11-1", "202611", "2026-11-01", "today",   "2026-1-"};
    int day = 0;
    g_assert_true(idx_calendar_parse("2026-11", &day, NULL));
    g_assert_cmpint(day, ==, 20261101);
    for (size_t i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_calendar_parse(WRONG[i], &day, &error));
        fixture_expect(error, MJ_ERROR_INVALID, "2026-11");
    }
    g_assert_cmpint(day, ==, 20261101);
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_calendar_text(f->cat, "W99", 1, "main", 20261101, AT(0), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "W99");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calendar/days", test_days);
    g_test_add_func("/calendar/purged-and-held", test_purged_and_held);
    g_test_add_func("/calendar/summer-time", test_summer_time);
    g_test_add_func("/calendar/months", test_months);
    return g_test_run();
}
