// SPDX-License-Identifier: GPL-3.0-or-later
/* The retention report: what there is of what was promised, and what is missing. */
#include "index/camera.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/purge/disposition.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"
#include "index/segment/gap.h"
#include "index/segment/volume.h"
#include "test/index/fixture.h"

#include <string.h>

#define DAYS(n) ((n)*INT64_C(86400))

/* Three cameras a little before T0; "w" is the last by its code. */
static Fixture *hall(void)
{
    static const char *const CAMERAS[] = {"r", "s", "w"};
    Fixture *f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(CAMERAS); i++)
        g_assert_true(idx_camera_add(f->cat, CAMERAS[i], "rtsp://192.0.2.7/1", NULL, NULL, "window",
                                     NULL, AT(-100), NULL));
    return f;
}

static double real(const json_t *camera, const char *name)
{
    return json_number_value(json_object_get(camera, name));
}

static void test_report(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCamera) w = idx_camera_get(f->cat, "w", &error);
    int64_t stream = ((IdxStream *)w->streams->pdata[0])->id;
    fixture_segment(f, stream, AT(0), AT(60), "closed");
    fixture_segment(f, stream, AT(90), AT(150), "closed");
    g_assert_true(idx_gap_add(f->cat, stream, AT(60), AT(90), IDX_REASON_OFFLINE, NULL, &error));
    g_autoptr(json_t) report = idx_retention_report(f->cat, AT(DAYS(10)), &error);
    g_assert_no_error(error);
    const json_t *camera = json_array_get(json_object_get(report, "cameras"), 2);
    g_assert_cmpstr(json_string_value(json_object_get(camera, "camera")), ==, "w");
    g_assert_cmpfloat(real(camera, "achieved_days"), ==, 120.0 / 86400);
    g_assert_cmpfloat_with_epsilon(real(camera, "due_days"), 10 + 100.0 / 86400, 1e-9);
    g_assert_cmpfloat(real(camera, "kept_days"), ==, 10);
    g_assert_cmpint(json_integer_value(json_object_get(camera, "promised_days")), ==, 30);
    g_assert_true(json_is_true(json_object_get(camera, "met"))); // nothing was deleted yet
    g_assert_true(json_is_null(json_object_get(camera, "deleted_until")));
    g_assert_cmpfloat(json_number_value(json_object_get(camera, "missing_s")), ==, DAYS(10) - 20);
    g_assert_cmpint(json_integer_value(json_object_get(camera, "gaps")), ==, 3);
    g_autofree char *reasons = json_dumps(json_object_get(camera, "reasons"), JSON_COMPACT);
    g_assert_cmpstr(reasons, ==, // what goes on for days is one gap
                    "[{\"reason\":\"capture-down\",\"count\":2,\"missing_s\":863950.0},"
                    "{\"reason\":\"offline\",\"count\":1,\"missing_s\":30.0}]");
    g_autofree char *csv = idx_retention_report_csv(report);
    g_assert_nonnull(
        strstr(csv, ",,3.0,\"capture-down 863950.0 s, offline 30.0 s\",met,10.0,10.0\r\n"));
    const json_t *volume = json_array_get(json_object_get(report, "volumes"), 0);
    const json_t *outlook = json_object_get(volume, "outlook");
    g_assert_cmpint(json_integer_value(json_object_get(outlook, "used_bytes")), ==, 62000);
}

static int64_t used_bytes(Fixture *f, int64_t now_us)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) report = idx_retention_report(f->cat, now_us, &error);
    g_assert_no_error(error);
    const json_t *volume = json_array_get(json_object_get(report, "volumes"), 0);
    return json_integer_value(json_object_get(json_object_get(volume, "outlook"), "used_bytes"));
}

static bool set_limit(Fixture *f, int64_t now_us, GError **error)
{
    g_autofree char *path = g_build_filename(f->home, "footage", NULL);
    return idx_volume_add(f->cat, path, IDX_VOLUME_STAYS, 9000000, now_us, error);
}

static bool set_rule(Fixture *f, int64_t now_us, GError **error)
{
    return idx_rule_set(f->cat, "any", "footage", 40, 0, error);
}

static bool set_hold(Fixture *f, int64_t now_us, GError **error)
{
    static const char *const CAMERAS[] = {"w", NULL};
    g_auto(IdxHoldAnswer) answer = {0};
    IdxHoldRequest hold = {.cameras = CAMERAS,
                           .from_us = now_us,
                           .to_us = now_us + MJ_DAY_US,
                           .owner = "o",
                           .reason = "r",
                           .case_no = "1",
                           .by = "b"};
    return idx_hold_add(f->cat, &hold, now_us, &answer, error);
}

/* What a purge stored is shown where a look at all footage is dear, but not if something was changed since; what was
 * found then is stored, and shown to the next one. */
static void test_report_stored(void)
{
    static bool (*const CHANGES[])(Fixture *, int64_t, GError **) = {NULL, set_limit, set_rule,
                                                                     set_hold};
    for (size_t i = 0; i < G_N_ELEMENTS(CHANGES); i++) {
        g_autoptr(Fixture) f = hall();
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxCamera) w = idx_camera_get(f->cat, "w", &error);
        int64_t stream = ((IdxStream *)w->streams->pdata[0])->id;
        int64_t now_us = mj_clock_utc_us(mj_clock_system()) + MJ_HOUR_US;
        IdxOutlook stored = {.volume_id = 1, .at_us = now_us, .used_bytes = 77};
        fixture_segment(f, stream, AT(0), AT(60), "closed");
        g_assert_true(idx_outlook_store(f->cat, &stored, &error));
        g_assert_cmpint(used_bytes(f, now_us), ==, 31000); // there is little: looked at anew
        g_free(fixture_dump(
            f->cat, "UPDATE sqlite_sequence SET seq = seq + 2000000 WHERE name = 'segment'"));
        fixture_segment(f, stream, AT(60), AT(120), "closed"); // as if all between had been
        g_assert_cmpint(used_bytes(f, now_us), ==, 77);
        g_assert_cmpint(used_bytes(f, now_us + 3 * MJ_DAY_US), ==, 62000); // too long ago
        stored.at_us = now_us - 2 * MJ_HOUR_US;
        g_assert_true(idx_outlook_store(f->cat, &stored, &error));
        if (CHANGES[i] && !CHANGES[i](f, now_us, &error))
            g_assert_no_error(error);
        g_assert_cmpint(used_bytes(f, now_us), ==, CHANGES[i] ? 62000 : 77);
        fixture_segment(f, stream, AT(120), AT(180), "closed");
        g_assert_cmpint(used_bytes(f, now_us + 1), ==, CHANGES[i] ? 62000 : 77);
    }
}

/* A purge at @marked_us takes the last segment that there is. */
static void dispose(Fixture *f, int64_t marked_us)
{
    g_autoptr(GError) error = NULL;
    int64_t id = 0, run = 0, batch = 0, first = 0;
    g_assert_true(idx_db_get_int(f->cat, &id, "SELECT max(id) FROM segment", &error, ""));
    g_assert_true(idx_db_run(f->cat,
                             "INSERT INTO purge_run (started_us, segments, bytes) VALUES (?, 1, 1)",
                             &error, "i", marked_us));
    run = idx_db_last_id(f->cat);
    g_assert_true(idx_db_run(f->cat,
                             "INSERT INTO purge_batch (run_id, volume_id, first_id, last_id,"
                             " marked_us) VALUES (?, 1, 0, 0, ?)",
                             &error, "ii", run, marked_us));
    batch = idx_db_last_id(f->cat);
    g_assert_true(idx_disposition_begin(f->cat, &error) && idx_begin(f->cat, &error) &&
                  idx_disposition_pick(f->cat, id, "max:any/footage:90", &error) &&
                  idx_disposition_store(f->cat, batch, 1, &first, &error) &&
                  idx_commit(f->cat, &error));
}

/* What is gone and was not recorded anew is not "kept" by having gone long ago, and not missed if it was kept until it
 * went. */
static void test_report_empty(void)
{
    static const struct {
        int64_t age_days; // when it went
        bool met;
    } TABLE[] = {{-1, false}, {0, false}, {29, false}, {30, true}, {40, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(Fixture) f = hall();
        g_autoptr(GError) error = NULL;
        g_autoptr(IdxCamera) w = idx_camera_get(f->cat, "w", &error);
        fixture_segment(f, ((IdxStream *)w->streams->pdata[0])->id, AT(0), AT(60), "closed");
        dispose(f, AT(60 + DAYS(TABLE[i].age_days)));
        g_autoptr(json_t) report = idx_retention_report(f->cat, AT(DAYS(2000)), &error);
        g_assert_no_error(error);
        const json_t *camera = json_array_get(json_object_get(report, "cameras"), 2);
        g_assert_cmpfloat(real(camera, "kept_days"), ==, (double)MAX(TABLE[i].age_days, 0));
        g_assert_cmpfloat(real(camera, "achieved_days"), ==, 0); // there is none
        g_assert_cmpfloat_with_epsilon(real(camera, "due_days"), 30, 1e-9);
        g_assert_true(json_is_true(json_object_get(camera, "met")) == TABLE[i].met);
        g_assert_cmpstr(json_string_value(json_object_get(camera, "deleted_until")), ==,
                        "2026-11-22T09:31:00.000000+08:00");
    }
}

static const json_t *camera_of(const json_t *report, const char *code)
{
    size_t i = 0;
    const json_t *camera = NULL;
    json_array_foreach(json_object_get(report, "cameras"), i, camera)
    {
        if (strcmp(json_string_value(json_object_get(camera, "camera")), code) == 0)
            return camera;
    }
    g_assert_not_reached();
}

/* In files of half a day. */
static void record_days(Fixture *f, int64_t stream, int from, int to)
{
    for (int half = 2 * from; half < 2 * to; half++)
        fixture_segment(f, stream, AT(half * 43200), AT((half + 1) * 43200), "closed");
}

static void expect_kept(Fixture *f, const char *code, double there, double due, bool met,
                        const char *reasons)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) report = idx_retention_report(f->cat, AT(DAYS(100)), &error);
    g_assert_no_error(error);
    const json_t *camera = camera_of(report, code);
    g_autofree char *told = json_dumps(json_object_get(camera, "reasons"), JSON_COMPACT);
    g_assert_cmpstr(told, ==, reasons);
    g_assert_cmpfloat_with_epsilon(real(camera, "achieved_days"), there, 1e-9);
    g_assert_cmpfloat_with_epsilon(real(camera, "due_days"), due, 1e-9);
    g_assert_cmpfloat_with_epsilon(real(camera, "missing_s"), (due - there) * 86400, 1e-3);
    g_assert_true(json_is_true(json_object_get(camera, "met")) == met);
}

/* Days achieved are footage: of a camera that was down they are fewer than promised, of one that records for long no more. */
static void test_report_down(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(IdxCamera) w = idx_camera_get(f->cat, "w", NULL);
    int64_t stream = ((IdxStream *)w->streams->pdata[0])->id;
    record_days(f, stream, 0, 75);
    record_days(f, stream, 80, 90);
    record_days(f, stream, 93, 100);
    g_assert_true(
        idx_gap_add(f->cat, stream, AT(DAYS(75)), AT(DAYS(80)), IDX_REASON_OFFLINE, NULL, NULL));
    g_assert_true(idx_gap_add(f->cat, stream, AT(DAYS(90)), AT(DAYS(93)), IDX_REASON_NOT_RECORDED,
                              NULL, NULL)); // somebody switched it off: not due, and not hidden
    expect_kept(f, "w", 22, 27, true,
                "[{\"reason\":\"offline\",\"count\":1,\"missing_s\":432000.0},"
                "{\"reason\":\"not-recorded\",\"count\":1,\"missing_s\":259200.0}]");
    dispose(f, AT(DAYS(99))); // the last half day goes, whatever the rules say
    expect_kept(f, "w", 21.5, 27, false,
                "[{\"reason\":\"offline\",\"count\":1,\"missing_s\":432000.0},"
                "{\"reason\":\"not-recorded\",\"count\":1,\"missing_s\":259200.0},"
                "{\"reason\":\"purged\",\"count\":1,\"missing_s\":43200.0}]");
}

/* That nothing was ever recorded of a camera is no promise kept in silence; nor is anything due before it came, or behind
 * its removal. */
static void test_report_never(void)
{
    g_autoptr(Fixture) f = hall();
    g_assert_true(idx_camera_add(f->cat, "new", "rtsp://192.0.2.7/9", NULL, NULL, "window", NULL,
                                 AT(DAYS(88)), NULL));
    expect_kept(f, "new", 0, 12, true,
                "[{\"reason\":\"capture-down\",\"count\":1,\"missing_s\":1036800.0}]");
    g_assert_true(idx_camera_remove(f->cat, "new", AT(DAYS(90)), NULL));
    expect_kept(f, "new", 0, 2, true,
                "[{\"reason\":\"capture-down\",\"count\":1,\"missing_s\":172800.0}]");
    g_assert_true(idx_camera_record(f->cat, "w", "none", AT(DAYS(50)), NULL));
    expect_kept(f, "w", 0, 0, true,
                "[{\"reason\":\"not-recorded\",\"count\":1,\"missing_s\":2592000.0}]");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retention/report", test_report);
    g_test_add_func("/retention/report-stored", test_report_stored);
    g_test_add_func("/retention/report-empty", test_report_empty);
    g_test_add_func("/retention/report-down", test_report_down);
    g_test_add_func("/retention/report-never", test_report_never);
    return g_test_run();
}
