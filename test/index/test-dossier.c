// SPDX-License-Identifier: GPL-3.0-or-later
/* The answer of `find`: every field that api/openapi.yaml requires, and the right numbers in it. */
#include "index/find/dossier.h"
#include "index/find/glance.h"
#include "index/find/search.h"
#include "index/finding.h"
#include "index/hold/hold.h"

#include "index/find/footage.h"
#include "index/place.h"
#include "test/index/fixture.h"

#include <math.h>
#include <string.h>

#define NOW AT(2 * 86400)

static const json_t *get(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    if (!value)
        g_error("no %s in %s", key, json_dumps(json, 0));
    return value;
}

static const char *text(const json_t *json, const char *key)
{
    return json_string_value(get(json, key));
}

static void expect_number(const json_t *json, const char *key, double value)
{
    double got = json_number_value(get(json, key));
    if (fabs(got - value) > 1e-9)
        g_error("%s is %g, not %g", key, got, value);
}

static void expect_fields(const json_t *json, const char *fields)
{
    g_auto(GStrv) names = g_strsplit(fields, " ", -1);
    for (size_t i = 0; names[i]; i++)
        get(json, names[i]);
}

static void expect_fields_of_all(const json_t *array, const char *fields)
{
    size_t i = 0;
    const json_t *item = NULL;
    g_assert_true(json_is_array(array));
    json_array_foreach(array, i, item) expect_fields(item, fields);
}

#define SUBJECT "kind key day hall title places from to"
#define TIMELINE "camera stream from to until coverage segments gaps damage notes"

static void expect_schema(const json_t *dossier)
{
    expect_fields(dossier, "subject hall related visits events cameras coverage cue");
    expect_fields(get(dossier, "subject"), SUBJECT);
    expect_fields(get(dossier, "hall"), "code name timezone");
    expect_fields_of_all(get(dossier, "related"), SUBJECT);
    expect_fields_of_all(get(dossier, "visits"),
                         "ticket day place called started finished from to");
    expect_fields_of_all(get(dossier, "events"),
                         "id source event_id type time received superseded data_ver place data");
    size_t i = 0, j = 0;
    const json_t *camera = NULL, *span = NULL;
    json_array_foreach(get(dossier, "cameras"), i, camera)
    {
        expect_fields(camera, "camera name kind stream places video audio clock_offset_ms"
                              " clock_uncertainty_ms spans coverage");
        json_array_foreach(get(camera, "spans"), j, span)
        {
            expect_fields(span, TIMELINE " place method confidence uncertainty_ms");
            expect_fields_of_all(get(span, "segments"), "id path start end");
            expect_fields_of_all(get(span, "gaps"), "from to reason detail");
            expect_fields_of_all(get(span, "notes"), "at reason detail");
        }
    }
}

/* Two windows, three cameras, an approval over two tickets on two days; footage of the first
 * visit's first camera is whole, the second's half, the third's none. */
static Fixture *make_case(void)
{
    Fixture *f = fixture_new();
    int64_t a = fixture_camera(f, "CAM-A", AT(-9999)), b = fixture_camera(f, "CAM-B", AT(-9999));
    fixture_camera(f, "CAM-C", AT(-9999));
    fixture_recorder(f, NOW, false);
    fixture_place(f, "W1", "CAM-A,CAM-B");
    fixture_place(f, "W2", "CAM-C");
    fixture_happens(f, "1", "hall.ticket.taken", AT(-600), "\"ticket_no\":\"A012\"");
    fixture_happens(f, "2", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W1\",\"business_type\":\"登记\"");
    fixture_happens(f, "3", "hall.ticket.started", AT(9),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W1\"");
    fixture_happens(f, "4", "hall.approval.accepted", AT(60),
                    "\"approval_id\":\"SP1\",\"window_no\":\"W1\",\"ticket_no\":\"A012\"");
    fixture_happens(f, "5", "hall.ticket.finished", AT(110),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "6", "hall.ticket.called", AT(86400),
                    "\"ticket_no\":\"B007\",\"window_no\":\"W2\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "7", "hall.ticket.finished", AT(86410), "\"ticket_no\":\"B007\"");
    fixture_segment(f, a, AT(-60), AT(300), "closed"); // the span is [-30, 170)
    fixture_segment(f, b, AT(-60), AT(70), "closed");
    g_assert_true(idx_gap_note(f->cat, a, AT(20), IDX_REASON_CLOCK, "set back", NULL));
    return f;
}

static void test_ticket(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "a012", DAY, NULL}, NOW, &error);
    g_assert_no_error(error);
    expect_schema(d);
    const json_t *subject = get(d, "subject"), *cameras = get(d, "cameras");
    g_assert_cmpstr(text(subject, "key"), ==, "A012");
    g_assert_cmpstr(text(subject, "day"), ==, "2026-11-22");
    g_assert_cmpstr(text(subject, "title"), ==, "登记");
    g_assert_cmpstr(text(subject, "from"), ==, "2026-11-22T09:20:00.000000+08:00");
    g_assert_cmpstr(text(d, "cue"), ==, "2026-11-22T09:30:00.000000+08:00"); // the call
    g_assert_cmpint(json_array_size(get(d, "events")), ==, 5);
    g_assert_cmpint(json_array_size(get(d, "related")), ==, 1);
    g_assert_cmpint(json_array_size(get(d, "visits")), ==, 1);
    const json_t *visit = json_array_get(get(d, "visits"), 0);
    g_assert_cmpstr(text(visit, "started"), ==, "2026-11-22T09:30:09.000000+08:00");
    g_assert_cmpstr(text(visit, "to"), ==, "2026-11-22T09:32:50.000000+08:00");
    g_assert_cmpint(json_array_size(cameras), ==, 2);
    const json_t *a = json_array_get(cameras, 0), *b = json_array_get(cameras, 1);
    expect_number(a, "coverage", 1.0);
    expect_number(b, "coverage", 0.5);
    expect_number(d, "coverage", 0.75);
    expect_number(a, "clock_offset_ms", 42.0);
    expect_number(a, "clock_uncertainty_ms", 5.0);
    g_assert_cmpstr(text(a, "video"), ==, "h264");
    const json_t *notes = get(json_array_get(get(a, "spans"), 0), "notes");
    g_assert_cmpint(json_array_size(notes), ==, 1);
    g_assert_cmpstr(text(json_array_get(notes, 0), "at"), ==, "2026-11-22T09:30:20.000000+08:00");
    g_assert_cmpstr(text(json_array_get(notes, 0), "detail"), ==, "set back");
    const json_t *span = json_array_get(get(b, "spans"), 0);
    g_assert_cmpstr(text(span, "method"), ==, "visit");
    expect_number(span, "confidence", 1.0);
    const json_t *gap = json_array_get(get(span, "gaps"), 0);
    g_assert_cmpstr(text(gap, "from"), ==, "2026-11-22T09:31:10.000000+08:00");
    g_assert_cmpstr(text(gap, "reason"), ==, "unknown");
}

static void test_approval(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"approval", "sp1", 0, NULL}, NOW, NULL);
    expect_schema(d);
    g_assert_cmpint(json_array_size(get(d, "related")), ==, 2); // tickets of two days
    g_assert_cmpint(json_array_size(get(d, "events")), ==, 7);  // each once
    const json_t *cameras = get(d, "cameras");
    g_assert_cmpint(json_array_size(cameras), ==, 3);
    /* its own step at W1 lies inside the ticket's visit and is not shown twice */
    const json_t *a = json_array_get(cameras, 0), *c = json_array_get(cameras, 2);
    g_assert_cmpint(json_array_size(get(a, "spans")), ==, 1);
    g_assert_cmpstr(text(json_array_get(get(a, "spans"), 0), "method"), ==, "visit");
    g_assert_cmpint(json_array_size(get(d, "visits")), ==, 3); // two visits, one step
    g_assert_cmpstr(text(c, "camera"), ==, "CAM-C");
    expect_number(c, "coverage", 0.0);
    g_assert_true(json_is_null(get(c, "video")));
    g_assert_true(json_is_null(get(c, "clock_uncertainty_ms")));
    expect_number(d, "coverage", (200.0 + 100.0 + 0.0) / (200.0 + 200.0 + 100.0));
    g_assert_cmpstr(text(d, "cue"), ==, "2026-11-22T09:30:00.000000+08:00");
    g_assert_true(json_is_null(get(get(d, "subject"), "day")));
}

static void test_not_found(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(GError) day = NULL, never = NULL, approval = NULL, place = NULL, cut = NULL;
    g_assert_null(idx_dossier(f->cat, &(IdxName){"ticket", "A012", 20261120, NULL}, NOW, &day));
    fixture_expect(day, MJ_ERROR_NOT_FOUND, "A012,2026-11-20,2026-11-22");
    g_assert_null(idx_dossier(f->cat, &(IdxName){"ticket", "Z999", 0, NULL}, NOW, &never));
    fixture_expect(never, MJ_ERROR_NOT_FOUND, "Z999");
    g_assert_null(idx_dossier(f->cat, &(IdxName){"approval", "SP9", 0, NULL}, NOW, &approval));
    fixture_expect(approval, MJ_ERROR_NOT_FOUND, "SP9");
    g_assert_null(idx_dossier_place(f->cat, "W9", NULL, T0, AT(1), NOW, &place));
    fixture_expect(place, MJ_ERROR_NOT_FOUND, "W9");
    /* a long Chinese number, cut to fit the message */
    g_assert_null(idx_dossier(
        f->cat,
        &(IdxName){"ticket", "许可许可许可许可许可许可许可许可许可许可许可许可许可许可许可", 0,
                   NULL},
        NOW, &cut));
    fixture_expect(cut, MJ_ERROR_NOT_FOUND, "许可");
}

static void test_place(void)
{
    g_autoptr(Fixture) f = make_case();
    g_autoptr(GError) backwards = NULL;
    g_autoptr(json_t) d = idx_dossier_place(f->cat, "W1", NULL, AT(0), AT(100), NOW, NULL);
    expect_fields(d, "place from to cameras coverage");
    g_assert_cmpint(json_array_size(get(d, "cameras")), ==, 2);
    expect_number(d, "coverage", 0.85);
    const json_t *b = json_array_get(get(d, "cameras"), 1);
    const json_t *span = json_array_get(get(b, "spans"), 0);
    g_assert_cmpstr(text(span, "from"), ==, "2026-11-22T09:30:00.000000+08:00");
    g_assert_cmpstr(text(span, "to"), ==, "2026-11-22T09:31:40.000000+08:00");
    g_assert_null(idx_dossier_place(f->cat, "W1", NULL, AT(100), AT(0), NOW, &backwards));
    fixture_expect(backwards, MJ_ERROR_INVALID, "ends before");
}

/* A visit that goes on is shown so far; what is to come is neither recorded nor missing. */
static void test_going_on(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t a = fixture_camera(f, "CAM-A", AT(-9999));
    fixture_place(f, "W1", "CAM-A");
    fixture_recorder(f, AT(60), false);
    fixture_segment(f, a, AT(-60), AT(59), "open");
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){"ticket", "A1", IDX_DAY_LATEST, NULL}, AT(60), NULL);
    expect_schema(d);
    expect_number(d, "coverage", 1.0);
    const json_t *visit = json_array_get(get(d, "visits"), 0);
    g_assert_true(json_is_null(get(visit, "finished")));
    const json_t *camera = json_array_get(get(d, "cameras"), 0);
    const json_t *span = json_array_get(get(camera, "spans"), 0);
    g_assert_cmpstr(text(span, "until"), ==, "2026-11-22T09:30:59.000000+08:00");
    expect_number(span, "confidence", 0.8);
}

/* An unfinished visit hides nothing of what comes days later: neither a step by the same camera, nor a visit
 * that no camera looked at. */
static void test_after_unfinished(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", AT(-9999));
    fixture_place(f, "W1", "");
    g_assert_true(idx_coverage_add(f->cat, "W1", "CAM-A", INT64_MIN, AT(300000), T0, NULL));
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "2", "hall.approval.issued", AT(200000),
                    "\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "3", "hall.approval.issued", AT(400000),
                    "\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){"approval", "SP1", 0, NULL}, AT(500000), NULL);
    const json_t *spans = get(json_array_get(get(d, "cameras"), 0), "spans");
    g_assert_cmpuint(json_array_size(spans), ==, 2);
    g_assert_cmpstr(text(json_array_get(spans, 1), "method"), ==, "step");
    const json_t *gaps = get(d, "gaps"), *last = json_array_get(gaps, json_array_size(gaps) - 1);
    g_assert_cmpstr(text(last, "reason"), ==, IDX_NO_CAMERA);
}

static int64_t hold_camera(Fixture *f, const char *camera, int64_t from_us, int64_t to_us)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxHoldAnswer) answer = {0};
    const char *cameras[] = {camera, NULL};
    const IdxHoldRequest request = {.cameras = cameras,
                                    .from_us = from_us,
                                    .to_us = to_us,
                                    .owner = "legal",
                                    .reason = "case",
                                    .case_no = "77",
                                    .by = "li"};
    idx_hold_add(f->cat, &request, AT(200), &answer, &error);
    g_assert_no_error(error);
    return answer.hold->id;
}

static void expect_held(Fixture *f, size_t n, int64_t now_us)
{
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){"ticket", "A1", IDX_DAY_LATEST, NULL}, now_us, NULL);
    g_autoptr(json_t) found = idx_search(f->cat, "A1", 0, NULL, 9, now_us, NULL);
    g_assert_cmpuint(json_array_size(get(d, "holds")), ==, n);
    expect_number(json_array_get(get(found, "results"), 0), "holds", (double)n);
}

/* A hold of the same camera on another day keeps nothing of a visit that never ended. */
static void test_hold_of_another_day(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", AT(-9999));
    fixture_place(f, "W1", "CAM-A");
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    hold_camera(f, "CAM-A", AT(3 * 86400), AT(3 * 86400 + 600));
    expect_held(f, 0, AT(4 * 86400));
    hold_camera(f, "CAM-A", AT(7100), AT(9000)); // of the two hours of a visit that never ended
    expect_held(f, 1, AT(4 * 86400));
}

/* Nor is its window one of what its approval did on another day. */
static void test_sitting_after_unfinished(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", AT(-9999));
    fixture_camera(f, "CAM-B", AT(-9999));
    fixture_place(f, "W1", "CAM-A");
    fixture_place(f, "W2", "CAM-B");
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\",\"approval_id\":\"SP1\"");
    fixture_happens(f, "2", "hall.approval.issued", AT(200000),
                    "\"window_no\":\"W2\",\"approval_id\":\"SP1\"");
    g_autoptr(IdxSubject) s = idx_name_find(f->cat, &(IdxName){"approval", "SP1", 0, NULL}, NULL);
    g_assert_nonnull(s);
    const IdxSitting sitting = {s->id, AT(200000), AT(200000)};
    g_autoptr(json_t) one = idx_glance(f->cat, s, &sitting, AT(300000), NULL);
    const json_t *places = get(one, "places");
    g_assert_cmpuint(json_array_size(places), ==, 1);
    g_assert_cmpstr(json_string_value(json_array_get(places, 0)), ==, "W2");
}

/* A camera came in the middle of a visit, and went before its end: the rest is named, and counts. */
static void test_part_seen(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream = fixture_camera(f, "CAM-A", AT(-9999));
    fixture_place(f, "W1", "");
    g_assert_true(idx_coverage_add(f->cat, "W1", "CAM-A", AT(100), AT(300), T0, NULL));
    fixture_segment(f, stream, AT(0), AT(1000), "closed");
    fixture_happens(f, "1", "hall.ticket.called", AT(0),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(510),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){"ticket", "A1", IDX_DAY_LATEST, NULL}, AT(2000), NULL);
    expect_schema(d);
    expect_number(d, "coverage", 200.0 / 600); // [-30, 570)
    static const char *const WANTED[][2] = {
        {"2026-11-22T09:29:30.000000+08:00", "2026-11-22T09:31:40.000000+08:00"},
        {"2026-11-22T09:35:00.000000+08:00", "2026-11-22T09:39:30.000000+08:00"}};
    const json_t *gaps = get(d, "gaps");
    g_assert_cmpuint(json_array_size(gaps), ==, 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *gap = json_array_get(gaps, i);
        g_assert_cmpstr(text(gap, "reason"), ==, IDX_NO_CAMERA);
        g_assert_cmpstr(text(gap, "from"), ==, WANTED[i][0]);
        g_assert_cmpstr(text(gap, "to"), ==, WANTED[i][1]);
    }
    g_autoptr(json_t) found = idx_search(f->cat, "A1", 0, NULL, 9, AT(2000), NULL);
    const json_t *item = json_array_get(get(found, "results"), 0);
    expect_number(item, "coverage", 200.0 / 600);
    g_assert_cmpuint(json_array_size(get(item, "gaps")), ==, 2);
}

/* Only a ticket drawn so far: no visit, no camera, no cue, but an answer. */
static void test_nothing_yet(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "1", "hall.ticket.taken", T0, "\"ticket_no\":\"A1\"");
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A1", 0, NULL}, NOW, NULL);
    expect_schema(d);
    g_assert_true(json_is_null(get(d, "cue")));
    g_assert_cmpint(json_array_size(get(d, "cameras")), ==, 0);
}

/* What a correction replaced stays to be seen, and links nothing. */
static void test_superseded(void)
{
    g_autoptr(Fixture) f = make_case();
    fixture_happens(f, "8", "hall.ticket.called", AT(20),
                    "\"ticket_no\":\"A012\",\"window_no\":\"W2\",\"correction_of\":\"2\","
                    "\"data_ver\":2");
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A012", DAY, NULL}, NOW, NULL);
    size_t i = 0, superseded = 0;
    const json_t *event = NULL;
    json_array_foreach(get(d, "events"), i, event) superseded +=
        json_is_true(get(event, "superseded"));
    g_assert_cmpint(json_array_size(get(d, "events")), ==, 6);
    g_assert_cmpint(superseded, ==, 1);
    g_assert_cmpstr(text(d, "cue"), ==, "2026-11-22T09:30:20.000000+08:00");
}

/* An event's data is told as it was sent, whatever is in it, and whatever stands before it in the stored text. */
static void test_data(void)
{
    static const char DATA[] =
        "{\"ticket_no\":\"A012\",\"window_no\":\"W1\",\"note\":\"窗口 \\\"7\\\"\\n}],\\\\\",\"z\":"
        "[1.0,-2.5e-9,{\"data\":{\"b\":null,\"a\":[]}},true,12345678901234567],\"a\":{}}";
    static const char *const BEFORE[] = {"", "\"aaa\":\"\\\"data\\\":{}\",",
                                         "\"b\":{\"data\":{\"x\":1}},"};
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(BEFORE); i++) {
        g_autofree char *event =
            g_strdup_printf("{%s\"specversion\":\"1.0\",\"id\":\"e%zu\",\"source\":\"/"
                            "q\",\"type\":\"hall.lift.stuck\","
                            "\"time\":\"2026-11-22T09:30:0%zu+08:00\",\"data\":%s}",
                            BEFORE[i], i, i, DATA);
        idx_event_batch_free(fixture_add(f, event, 1, 0, 0));
    }
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A012", DAY, NULL}, NOW, NULL);
    g_autoptr(json_t) sent = json_loads(DATA, 0, NULL);
    size_t i = 0;
    const json_t *event = NULL;
    json_array_foreach(get(d, "events"), i, event)
        g_assert_true(json_equal(get(event, "data"), sent));
    g_assert_cmpint(i, ==, G_N_ELEMENTS(BEFORE));
}

/* Two cameras of one window, one of them with a clock nobody can trust: its footage is shown wider. */
static void test_camera_clocks(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t good = fixture_camera(f, "cam-good", AT(-600));
    int64_t bad = fixture_camera(f, "cam-bad", AT(-600));
    fixture_place(f, "W1", "cam-good,cam-bad");
    fixture_segment(f, good, AT(0), AT(600), "closed");
    int64_t id = fixture_segment(f, bad, AT(0), AT(600), "closed");
    g_autofree char *sql = g_strdup_printf(
        "UPDATE segment SET clock_uncertainty_us = 4000000 WHERE id = %" G_GINT64_FORMAT, id);
    g_free(fixture_dump(f->cat, sql));
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, AT(900), NULL);
    for (size_t i = 0; i < 2; i++) {
        const json_t *camera = json_array_get(json_object_get(d, "cameras"), i);
        bool is_bad = strcmp(json_string_value(json_object_get(camera, "camera")), "cam-bad") == 0;
        const json_t *span = json_array_get(json_object_get(camera, "spans"), 0);
        int64_t from_us = 0, to_us = 0;
        mj_time_parse_rfc3339(json_string_value(json_object_get(span, "from")), &from_us, NULL);
        mj_time_parse_rfc3339(json_string_value(json_object_get(span, "to")), &to_us, NULL);
        g_assert_cmpint(from_us, ==, AT(is_bad ? 66 : 70));
        g_assert_cmpint(to_us, ==, AT(is_bad ? 264 : 260));
        g_assert_cmpfloat(json_number_value(json_object_get(span, "uncertainty_ms")), ==,
                          is_bad ? 4000 : 0);
    }
}

/* Its clock was put right within the visit: what is sure by its own clock is of another moment. */
static void test_clock_put_right(void)
{
    static const struct {
        int from_s, to_s, doubt_s;
    } SEGMENTS[] = {{0, 30, 20}, {30, 55, 20}, {62, 150, 12}, {150, 270, 0}, {270, 300, 9}};
    g_autoptr(Fixture) f = fixture_new();
    int64_t stream_id = fixture_camera(f, "cam", AT(-600));
    fixture_place(f, "W1", "cam");
    for (size_t i = 0; i < G_N_ELEMENTS(SEGMENTS); i++) {
        int64_t id =
            fixture_segment(f, stream_id, AT(SEGMENTS[i].from_s), AT(SEGMENTS[i].to_s), "closed");
        g_autofree char *sql = g_strdup_printf(
            "UPDATE segment SET clock_uncertainty_us = %d WHERE id = %" G_GINT64_FORMAT,
            SEGMENTS[i].doubt_s * 1000000, id);
        g_free(fixture_dump(f->cat, sql));
    }
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(200), "\"ticket_no\":\"A1\"");
    g_autoptr(json_t) d = idx_dossier(f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, AT(900), NULL);
    const json_t *camera = json_array_get(json_object_get(d, "cameras"), 0);
    const json_t *span = json_array_get(json_object_get(camera, "spans"), 0);
    int64_t from_us = 0, to_us = 0;
    mj_time_parse_rfc3339(json_string_value(json_object_get(span, "from")), &from_us, NULL);
    mj_time_parse_rfc3339(json_string_value(json_object_get(span, "to")), &to_us, NULL);
    g_assert_cmpint(from_us, ==, AT(50)); // of [70, 260)
    g_assert_cmpint(to_us, ==, AT(260));
    g_assert_cmpuint(json_array_size(json_object_get(span, "segments")), ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dossier/ticket", test_ticket);
    g_test_add_func("/dossier/approval", test_approval);
    g_test_add_func("/dossier/clock-put-right", test_clock_put_right);
    g_test_add_func("/dossier/not-found", test_not_found);
    g_test_add_func("/dossier/place", test_place);
    g_test_add_func("/dossier/going-on", test_going_on);
    g_test_add_func("/dossier/after-unfinished", test_after_unfinished);
    g_test_add_func("/dossier/hold-of-another-day", test_hold_of_another_day);
    g_test_add_func("/dossier/sitting-after-unfinished", test_sitting_after_unfinished);
    g_test_add_func("/dossier/part-seen", test_part_seen);
    g_test_add_func("/dossier/nothing-yet", test_nothing_yet);
    g_test_add_func("/dossier/superseded", test_superseded);
    g_test_add_func("/dossier/data", test_data);
    g_test_add_func("/dossier/camera-clocks", test_camera_clocks);
    return g_test_run();
}
