// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/event/source.h"

#include "index/find/dossier.h"
#include "index/link/relink.h"
#include "test/index/fixture.h"

#include <string.h>

#define S(seconds) ((int64_t)((seconds)*1e6))

static void test_estimate(void)
{
    static const struct {
        int n;
        double least[16]; // seconds
        double offset, uncertainty;
    } TABLE[] = {
        {4, {5, 5, 5, 5}, -1, 0}, // says nothing
        {5, {0.2, 0.4, 0.3, 0.2, 1.1}, 0, 0},
        {6, {12.2, 12.4, 12.3, 12.5, 12.2, 14}, 12.2, 12.2}, // slow clock, or slow road
        {6, {-12, -11.8, -11.5, -11.9, -11.7, -10}, -11.9, 1},
        {8, {-12, -6, -3, -9, -11, -2, -8, -4}, -9, 3}, // unsteady
        {6, {0.2, 0.3, -600, 0.3, 0.2, 0.4}, 0, 0},     // one dated in the future
        {6, {0.2, 0.3, 600, 0.3, 500, 0.4}, 0, 0},      // a jam or two
        {8, {60, 3, 59, 5, 61, 30, 2.5, 44}, 5, 39},    // fetched once a minute
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t least[16], offset_us = -S(1), uncertainty_us = 0;
        for (int j = 0; j < TABLE[i].n; j++)
            least[j] = S(TABLE[i].least[j]);
        bool says = idx_source_estimate(least, (size_t)TABLE[i].n, &offset_us, &uncertainty_us);
        g_assert_cmpint(says, ==, TABLE[i].n >= 5);
        g_assert_cmpint(offset_us, ==, S(TABLE[i].offset));
        g_assert_cmpint(uncertainty_us, ==, S(TABLE[i].uncertainty));
    }
}

static void test_clock_at(void)
{
    static const IdxSourceClock ROWS[] = {
        {IDX_SOURCE_MEASURED, T0, true, S(5), S(1)},
        {IDX_SOURCE_SET, AT(100), true, S(20), 0},
        {IDX_SOURCE_MEASURED, AT(150), true, S(6), S(1)},
        {IDX_SOURCE_SET, AT(200), false, 0, 0},
    };
    static const struct {
        int at;
        IdxSourceHow how;
        double offset;
    } TABLE[] = {{-1, IDX_SOURCE_UNKNOWN, 0},  {0, IDX_SOURCE_MEASURED, 5},
                 {99, IDX_SOURCE_MEASURED, 5}, {100, IDX_SOURCE_SET, 20},
                 {199, IDX_SOURCE_SET, 20},    {200, IDX_SOURCE_MEASURED, 6}};
    g_autoptr(GArray) clocks = g_array_new(FALSE, FALSE, sizeof(IdxSourceClock));
    g_array_append_vals(clocks, ROWS, G_N_ELEMENTS(ROWS));
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        IdxSourceClock clock = idx_source_clock_at(clocks, AT(TABLE[i].at), INT64_MAX);
        g_assert_cmpint(clock.how, ==, TABLE[i].how);
        g_assert_cmpint(clock.offset_us, ==, S(TABLE[i].offset));
    }
}

/* A ticket is called at @second by a clock that is @ahead seconds ahead, and told at once. */
static void arrives(Fixture *f, int number, int second, double ahead)
{
    g_autofree char *id = g_strdup_printf("n%d", number);
    g_autofree char *data = g_strdup_printf("\"ticket_no\":\"A%03d\",\"window_no\":\"W1\"", number);
    g_autofree char *text = fixture_event(id, "hall.ticket.called", AT(second) + S(ahead), data);
    g_autoptr(IdxEventBatch) batch = idx_event_add_text(
        f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, AT(second) + S(0.2), NULL);
    g_assert_cmpint(batch->accepted, ==, 1);
}

static void drain(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    int64_t left = 0;
    idx_relink_run(f->cat, AT(86400), NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    idx_relink_pending(f->cat, &left, &error);
    g_assert_cmpint(left, ==, 0);
}

static void expect_span(Fixture *f, const char *ticket, const char *span)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT (s.from_us - %" G_GINT64_FORMAT ") / 1000, s.uncertainty_us / 1000 FROM span s"
        " JOIN subject u ON u.id = s.subject_id WHERE u.key = '%s' AND s.superseded_us IS NULL",
        T0, ticket);
    g_autofree char *got = fixture_dump(f->cat, sql);
    g_assert_cmpstr(got, ==, span);
}

/* A clock that is half a minute ahead is found out within minutes, and what was linked by it is moved. */
static void test_measured(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", T0);
    fixture_place(f, "W1", "CAM-A");
    for (int i = 0; i < 5; i++)
        arrives(f, i, 60 * i, 30);
    expect_span(f, "A002", "120000|0"); // called at 120 + 30 by its clock, 30 s before that
    arrives(f, 5, 300, 30);
    drain(f);
    expect_span(f, "A002", "89200|1000"); // 150 less 29.8, less 30 and 1
    expect_span(f, "A005", "269200|1000");
    g_autofree char *old =
        fixture_dump(f->cat, "SELECT count(*) FROM span WHERE superseded_us IS NOT NULL");
    g_assert_cmpstr(old, !=, "0"); // kept
    for (int i = 6; i < 30; i++)
        arrives(f, i, 60 * i, i % 2 ? 30 : 30.5);
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM source_clock");
    g_assert_cmpstr(rows, ==, "1"); // the same again is no news
    for (int i = 30; i < 60; i++)
        arrives(f, i, 60 * i, 0); // somebody put the clock right
    drain(f);
    expect_span(f, "A059", "3510000|0");
    expect_span(f, "A010", "569700|1000"); // what it told before stays moved
}

static void test_lateness(void)
{
    static const struct {
        int n;
        double least[16]; // hours
        double late;      // 0 = not told of
    } TABLE[] = {
        {4, {8, 8, 8, 8}, 0}, // too few
        {5, {8, 8.1, 8, 8.02, 8}, 8},
        {6, {8, 8, 8, 8, 8, 0}, 8},       // but for one
        {6, {8, 8, 8, 8, 0, 0}, 0},       // most of it is late, and not all
        {6, {8, 7, 6, 5, 4, 3}, 0},       // a day that is sent after
        {6, {.2, .2, .2, .2, .2, .2}, 0}, // that late is live
        {6, {8, 8, 8, 8, 8, -8}, 8},
        {5, {.5, .5, .6, .55, .5}, .5},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t least[16], late_us = 0;
        for (int j = 0; j < TABLE[i].n; j++)
            least[j] = S(TABLE[i].least[j] * 3600);
        g_assert_cmpint(idx_source_lateness(least, (size_t)TABLE[i].n, &late_us), ==,
                        TABLE[i].late > 0);
        g_assert_cmpint(late_us, ==, S(TABLE[i].late * 3600));
    }
}

/* What @source is told of at @second: how late, and with which command. */
static void expect_late(Fixture *f, int second, double late, const char *command)
{
    g_autoptr(GPtrArray) list = idx_source_list(f->cat, AT(second), NULL);
    const IdxSource *source = list->pdata[0];
    g_autofree char *said = idx_source_command(source), *remark = idx_source_remark(source);
    g_assert_cmpint(source->late_us, ==, S(late));
    g_assert_cmpstr(said, ==, command);
    g_assert_true((remark == NULL) == (command == NULL));
    g_assert_true(remark == NULL || strstr(remark, command) != NULL);
}

/* What comes late tells nothing of the clock; if all of it does, by about the same, a person is asked. */
static void test_late(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t none_us = 0;
    for (int i = 0; i < 20; i++)
        arrives(f, i, 60 * i, -28800);
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM source_clock");
    g_assert_cmpstr(rows, ==, "0");
    expect_late(f, 1300, 28800.2, "mingjing source clock '/queue/h01' --offset +8h");
    g_autoptr(json_t) json = idx_sources_json(f->cat, AT(1300), NULL);
    const json_t *one = json_array_get(json_object_get(json, "sources"), 0);
    g_assert_cmpfloat(json_real_value(json_object_get(one, "late_ms")), ==, 28800200);
    g_assert_true(json_is_null(json_object_get(one, "delay_ms")));
    g_assert_true(json_is_null(json_object_get(one, "last_arrival"))); // nothing came in time
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, &none_us, 0, AT(1300), NULL));
    expect_late(f, 1301, 28800.2, NULL); // it sends late, somebody said
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, NULL, 0, AT(1302), NULL));
    expect_late(f, 1303, 28800.2, "mingjing source clock '/queue/h01' --offset +8h");
    expect_late(f, 100000, 0, NULL); // long ago
    for (int i = 20; i < 25; i++)
        arrives(f, i, 60 * i, 0); // somebody mended it
    expect_late(f, 1600, 0, NULL);
}

/* What is corrected is told anew, long after; a live source that is told of late now and then is live. */
static void test_late_at_times(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("c%d", i);
        g_autofree char *text = fixture_event(id, "hall.ticket.rated", AT(60 * i) - S(28800),
                                              "\"ticket_no\":\"A001\",\"data_ver\":2");
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(f->cat, text, strlen(text), IDX_EVENT_FORM_ANY, AT(60 * i), NULL);
        g_assert_cmpint(batch->accepted, ==, 1);
    }
    expect_late(f, 1300, 0, NULL);
    for (int i = 0; i < 40; i++) { // of each minute first what is late, then what is not
        arrives(f, 2 * i, 1320 + 60 * i, -28800);
        arrives(f, 2 * i + 1, 1321 + 60 * i, 30);
    }
    g_autoptr(GPtrArray) list = idx_source_list(f->cat, AT(4000), NULL);
    const IdxSource *source = list->pdata[0];
    g_assert_cmpint(source->late_us, ==, 0);
    g_assert_cmpint(source->clock.how, ==, IDX_SOURCE_MEASURED); // by what is live
    g_assert_cmpint(source->clock.offset_us, ==, S(0.2) - S(30));
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM source_arrival");
    g_assert_cmpstr(rows, ==, "40");
}

/* A job that tells of the afternoon each night does not make a source late that is live all day. */
static void test_late_each_night(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int day = 0; day < 6; day++) {
        for (int i = 0; i < 20; i++)
            arrives(f, 100 * day + i, 86400 * day + 60 * i, 0);
        arrives(f, 100 * day + 20, 86400 * day + 50000, -18000);
        expect_late(f, 86400 * day + 50100, 0, NULL);
    }
}

/* Nothing is told before it happens: however far ahead a clock is, it is a clock that is wrong. */
static void test_far_ahead(void)
{
    static const double AHEAD[] = {1200, 8 * 3600};
    for (size_t k = 0; k < G_N_ELEMENTS(AHEAD); k++) {
        g_autoptr(Fixture) f = fixture_new();
        fixture_camera(f, "CAM-A", T0);
        fixture_place(f, "W1", "CAM-A");
        for (int i = 0; i < 6; i++)
            arrives(f, i, 60 * i, AHEAD[k]);
        drain(f);
        expect_span(f, "A002", "89200|1000");
        expect_span(f, "A005", "269200|1000");
        g_autoptr(GPtrArray) list = idx_source_list(f->cat, AT(400), NULL);
        const IdxSource *source = list->pdata[0];
        g_assert_true(source->is_live);
        g_assert_cmpint(source->clock.how, ==, IDX_SOURCE_MEASURED);
        g_assert_cmpint(source->clock.offset_us, ==, S(0.2) - S(AHEAD[k]));
        for (int i = 6; i < 40; i++)
            arrives(f, i, 60 * i, 0); // somebody put it right
        drain(f);
        expect_span(f, "A039", "2310000|0");
        expect_span(f, "A003", "149200|1000"); // what it told before stays moved
        expect_span(f, "A005", "269200|1000");
        arrives(f, 40, (int)AHEAD[k] + 3000, 0); // as late as the wrong clock said once
        drain(f);
        g_autofree char *later = g_strdup_printf("%d|0", ((int)AHEAD[k] + 3000 - 30) * 1000);
        expect_span(f, "A040", later);
        g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM source_clock");
        g_assert_cmpstr(rows, ==, "2"); // it was found out once that it was put right
    }
}

/* A plan is told with the time that it is for: no clock is measured by that. */
static void test_plans(void)
{
    static const double AHEAD[] = {-0.1, 7200, 18000, 3600, 40000, 9000};
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 30; i++)
        arrives(f, i, 60 * i, AHEAD[i % G_N_ELEMENTS(AHEAD)]);
    for (int i = 30; i < 60; i++)
        arrives(f, i, 60 * i, AHEAD[1 + i % (G_N_ELEMENTS(AHEAD) - 1)]);
    g_autofree char *rows = fixture_dump(f->cat, "SELECT count(*) FROM source_clock");
    g_assert_cmpstr(rows, ==, "0");
}

static void test_set(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) unknown = NULL;
    g_autoptr(GError) far = NULL;
    int64_t offset_us = S(-20), too_far_us = S(90000);
    fixture_camera(f, "CAM-A", T0);
    fixture_place(f, "W1", "CAM-A");
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    fixture_happens(f, "2", "hall.ticket.called", AT(1000),
                    "\"ticket_no\":\"A2\",\"window_no\":\"W1\"");
    g_assert_true(idx_source_set(f->cat, SOURCE, AT(500), &offset_us, S(3), AT(2000), NULL));
    drain(f);
    expect_span(f, "A1", "70000|0");
    expect_span(f, "A2", "947000|3000");
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, &offset_us, 0, AT(2001), NULL));
    drain(f);
    expect_span(f, "A1", "50000|0");
    expect_span(f, "A2", "950000|0");
    g_autoptr(GPtrArray) list = idx_source_list(f->cat, AT(2002), NULL);
    const IdxSource *source = list->pdata[0];
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpstr(source->name, ==, SOURCE);
    g_assert_cmpint(source->clock.how, ==, IDX_SOURCE_SET);
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, NULL, 0, AT(2003), NULL));
    drain(f);
    expect_span(f, "A2", "970000|0");
    g_autofree char *kept = fixture_dump(f->cat, "SELECT count(*) FROM source_clock");
    g_assert_cmpstr(kept, ==, "2"); // what was once set is not forgotten
    g_assert_false(idx_source_set(f->cat, "nobody", T0, &offset_us, 0, T0, &unknown));
    fixture_expect(unknown, MJ_ERROR_NOT_FOUND, "nobody");
    g_assert_false(idx_source_set(f->cat, SOURCE, T0, &too_far_us, 0, T0, &far));
    fixture_expect(far, MJ_ERROR_INVALID, "a day");
}

/* What is set from a moment on leaves what was set of the time before; what was set of later is replaced. */
static void test_set_again(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t first_us = S(-20), later_us = S(40);
    fixture_camera(f, "CAM-A", T0);
    fixture_place(f, "W1", "CAM-A");
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    fixture_happens(f, "2", "hall.ticket.called", AT(1000),
                    "\"ticket_no\":\"A2\",\"window_no\":\"W1\"");
    g_assert_true(idx_source_set(f->cat, SOURCE, INT64_MIN, &first_us, S(3), AT(2000), NULL));
    g_assert_true(idx_source_set(f->cat, SOURCE, AT(500), &later_us, 0, AT(2001), NULL));
    g_assert_true(idx_relink_queue(f->cat, NULL, INT64_MIN, INT64_MAX, AT(2002), NULL));
    drain(f);
    expect_span(f, "A1", "47000|3000");
    expect_span(f, "A2", "1010000|0");
    g_assert_true(idx_source_set(f->cat, SOURCE, AT(400), &first_us, 0, AT(2003), NULL));
    drain(f);
    expect_span(f, "A1", "47000|3000");
    expect_span(f, "A2", "950000|0");
}

/* Two systems tell of one ticket: in the order it happened, not in the order their clocks say. */
static void test_two_sources(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "CAM-A", T0);
    fixture_place(f, "W1", "CAM-A");
    fixture_happens(f, "1", "hall.ticket.called", AT(100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"W1\"");
    static const char FINISHED[] =
        "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/windows\",\"type\":"
        "\"hall.ticket.finished\",\"time\":\"2026-11-22T09:30:40+08:00\",\"data\":"
        "{\"ticket_no\":\"A1\",\"window_no\":\"W1\"}}"; // a minute before the call
    idx_event_batch_free(fixture_add(f, FINISHED, 1, 0, 0));
    int64_t offset_us = S(300);
    g_assert_true(idx_source_set(f->cat, "/windows", INT64_MIN, &offset_us, S(2), AT(2000), NULL));
    drain(f);
    g_autoptr(json_t) d =
        idx_dossier(f->cat, &(IdxName){"ticket", "A1", DAY, NULL}, AT(3000), NULL);
    const json_t *visits = json_object_get(d, "visits"), *visit = json_array_get(visits, 0);
    g_assert_cmpuint(json_array_size(visits), ==, 1);
    g_assert_nonnull(strstr(json_string_value(json_object_get(visit, "finished")), "09:35:40"));
    g_assert_cmpfloat(json_number_value(json_object_get(visit, "uncertainty_ms")), ==, 2000);
    const json_t *second = json_array_get(json_object_get(d, "events"), 1);
    g_assert_nonnull(strstr(json_string_value(json_object_get(second, "time")), "09:30:40"));
    g_assert_nonnull(strstr(json_string_value(json_object_get(second, "at")), "09:35:40"));
    g_assert_cmpuint(json_array_size(json_object_get(d, "sources")), ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/source/estimate", test_estimate);
    g_test_add_func("/source/clock-at", test_clock_at);
    g_test_add_func("/source/measured", test_measured);
    g_test_add_func("/source/late", test_late);
    g_test_add_func("/source/lateness", test_lateness);
    g_test_add_func("/source/late-at-times", test_late_at_times);
    g_test_add_func("/source/late-each-night", test_late_each_night);
    g_test_add_func("/source/far-ahead", test_far_ahead);
    g_test_add_func("/source/plans", test_plans);
    g_test_add_func("/source/set", test_set);
    g_test_add_func("/source/set-again", test_set_again);
    g_test_add_func("/source/two-sources", test_two_sources);
    return g_test_run();
}
