// SPDX-License-Identifier: GPL-3.0-or-later
/* Rules, verdicts and the outlook of a volume, each as a table. */
#include "index/camera.h"
#include "index/db.h"
#include "index/hold/hold.h"
#include "index/purge/disposition.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"
#include "index/segment/volume.h"
#include "test/index/fixture.h"

#include <string.h>

#define DAYS(n) ((n)*INT64_C(86400))

static void test_rules(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) rules = idx_rule_list(f->cat, &error);
    g_assert_no_error(error);
    const IdxRule *first = rules->pdata[1];
    g_assert_cmpstr(first->kind, ==, "any");
    g_assert_cmpstr(first->purpose, ==, "footage");
    g_assert_cmpint(first->min_days, ==, IDX_RETENTION_LAW_DAYS);
    g_assert_true(idx_rule_set(f->cat, "window", "footage", 60, 0, &error));
    g_assert_true(idx_rule_set(f->cat, "window", "footage", 61, 61, &error));
    g_assert_true(idx_rule_remove(f->cat, "window", "footage", &error));
    g_assert_false(idx_rule_remove(f->cat, "window", "footage", &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "window/footage");
    g_clear_error(&error);
    g_assert_false(idx_rule_remove(f->cat, "any", "footage", &error));
    fixture_expect(error, MJ_ERROR_INVALID, "any/footage");
}

static void test_rules_refused(void)
{
    static const struct {
        const char *kind, *purpose;
        int64_t min, max;
        const char *words;
    } TABLE[] = {
        {"door", "footage", 30, 90, "door"},   {"any", "", 30, 90, "purpose"},
        {"any", "footage", 0, 90, "minimum"},  {"any", "footage", 36501, 0, "minimum"},
        {"any", "footage", 30, 29, "maximum"}, {"any", "footage", 30, 36501, "maximum"},
        {"any", "footage", 30, -1, "maximum"},
    };
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(idx_rule_set(f->cat, TABLE[i].kind, TABLE[i].purpose, TABLE[i].min,
                                    TABLE[i].max, &error));
        fixture_expect(error, MJ_ERROR_INVALID, TABLE[i].words);
    }
}

static void test_policy(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->home, "footage", NULL);
    g_autofree char *before = idx_retention_policy(f->cat, 1, &error);
    g_assert_cmpstr(before, ==, "keep");
    g_assert_true(idx_retention_set_policy(f->cat, path, "oldest", &error));
    g_autofree char *after = idx_retention_policy(f->cat, 1, &error);
    g_assert_cmpstr(after, ==, "oldest");
    g_assert_false(idx_retention_set_policy(f->cat, path, "newest", &error));
    fixture_expect(error, MJ_ERROR_INVALID, "newest,keep,oldest");
    g_clear_error(&error);
    g_assert_false(idx_retention_set_policy(f->cat, "/nowhere", "keep", &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "/nowhere");
}

static void camera(Fixture *f, const char *code, const char *kind)
{
    g_autoptr(GError) error = NULL;
    idx_camera_add(f->cat, code, "rtsp://192.0.2.7/1", NULL, NULL, kind, NULL, AT(-100), &error);
    g_assert_no_error(error);
}

#define TRADE "\"project_no\":\"P1\",\"session_type\":\"评标\",\"room\":\"P\""

/* Three cameras at one place; a bid was judged there from 100000 to 400000, which is more than three days, and
 * a ticket was served from 500000 to 511000, more than three hours; a ticket and an approval were there from 1000 to 1100, one that belongs to an
 * approval from 30000 to 30100. */
static Fixture *hall(void)
{
    Fixture *f = fixture_new();
    camera(f, "w", "window");
    camera(f, "r", "room");
    camera(f, "s", "session");
    fixture_place(f, "P", "w,r,s");
    fixture_happens(f, "1", "hall.ticket.called", AT(1000),
                    "\"ticket_no\":\"A1\",\"window_no\":\"P\"");
    fixture_happens(f, "2", "hall.ticket.finished", AT(1100),
                    "\"ticket_no\":\"A1\",\"window_no\":\"P\"");
    fixture_happens(f, "3", "hall.approval.accepted", AT(1050),
                    "\"approval_id\":\"SP1\",\"window_no\":\"P\"");
    fixture_happens(f, "4", "hall.ticket.called", AT(30000),
                    "\"ticket_no\":\"A2\",\"window_no\":\"P\",\"approval_id\":\"SP2\"");
    fixture_happens(f, "5", "hall.ticket.finished", AT(30100),
                    "\"ticket_no\":\"A2\",\"window_no\":\"P\"");
    fixture_happens(f, "6", "hall.trade.started", AT(100000), TRADE);
    fixture_happens(f, "7", "hall.trade.ended", AT(400000), TRADE);
    fixture_happens(f, "8", "hall.ticket.called", AT(500000),
                    "\"ticket_no\":\"A3\",\"window_no\":\"P\"");
    fixture_happens(f, "9", "hall.ticket.finished", AT(511000),
                    "\"ticket_no\":\"A3\",\"window_no\":\"P\"");
    fixture_happens(f, "10", "hall.ticket.called", AT(600000), // and nobody says that it was over
                    "\"ticket_no\":\"A4\",\"window_no\":\"P\"");
    return f;
}

/* Aimed at a level and a time alone, what is at it or above is so all the same, and nothing else is. */
static void check_levels(IdxRetention *r, int64_t camera_id, int64_t from_us, int64_t to_us,
                         bool open, int64_t now_us, IdxVerdictKind kind)
{
    g_autoptr(GError) error = NULL;
    for (int level = IDX_VERDICT_BOUND; level <= IDX_VERDICT_DUE; level++) {
        IdxAim aim = {camera_id, from_us, to_us, (IdxVerdictKind)level, now_us};
        g_assert_true(idx_retention_aim(r, &aim, &error));
        IdxVerdict v = idx_retention_judge(r, 0, from_us, to_us, open, now_us);
        g_assert_cmpint(v.kind >= aim.level, ==, kind >= aim.level);
        if (kind >= aim.level)
            g_assert_cmpint(v.kind, ==, kind);
    }
}

static void test_verdicts(void)
{
    static const struct {
        const char *camera;
        int from_s, to_s;
        int64_t age_days; // from its end
        bool open;
        IdxVerdictKind expected;
        const char *min_rule, *max_rule;
    } TABLE[] = {
        {"w", 0, 60, 29, false, IDX_VERDICT_BOUND, "any/footage", "any/footage"},
        {"w", 0, 60, 30, false, IDX_VERDICT_SPARE, "any/footage", "any/footage"},
        {"w", 0, 60, 89, false, IDX_VERDICT_SPARE, "any/footage", "any/footage"},
        {"w", 0, 60, 90, false, IDX_VERDICT_DUE, "any/footage", "any/footage"},
        {"w", 0, 60, 900, true, IDX_VERDICT_OPEN, "any/footage", "any/footage"},
        /* the ticket's footage is [970, 1160); the approval's step is at 1050 */
        {"w", 900, 970, 90, false, IDX_VERDICT_DUE, "any/footage", "any/footage"},
        {"w", 900, 971, 90, false, IDX_VERDICT_SPARE, "any/ticket", "any/ticket"},
        {"w", 1159, 1200, 89, false, IDX_VERDICT_BOUND, "any/ticket", "any/ticket"},
        {"w", 1159, 1200, 180, false, IDX_VERDICT_DUE, "any/ticket", "any/ticket"},
        {"w", 1160, 1200, 90, false, IDX_VERDICT_DUE, "any/footage", "any/footage"},
        {"w", 1050, 1060, 180, false, IDX_VERDICT_SPARE, "any/approval", "any/approval"},
        {"w", 1050, 1060, 730, false, IDX_VERDICT_DUE, "any/approval", "any/approval"},
        /* longest minimum and longest maximum may be of different rules; none is longer than any */
        {"r", 0, 60, 89, false, IDX_VERDICT_BOUND, "room/footage", "room/footage"},
        {"r", 0, 60, 9999, false, IDX_VERDICT_SPARE, "room/footage", "room/footage"},
        {"r", 1050, 1060, 200, false, IDX_VERDICT_SPARE, "any/approval", "room/footage"},
        {"w", 30050, 30060, 100, false, IDX_VERDICT_BOUND, "any/approval", "any/approval"},
        {"w", 30050, 30060, 200, false, IDX_VERDICT_SPARE, "any/approval", "any/approval"},
        {"w", 30050, 30060, 730, false, IDX_VERDICT_DUE, "any/approval", "any/approval"},
        {"w", 399000, 399060, 4000, false, IDX_VERDICT_BOUND, "any/trade", "any/trade"},
        {"w", 399000, 399060, 9999, false, IDX_VERDICT_SPARE, "any/trade", "any/trade"},
        {"w", 400200, 400260, 90, false, IDX_VERDICT_DUE, "any/footage", "any/footage"},
        {"w", 510900, 510960, 89, false, IDX_VERDICT_BOUND, "any/ticket", "any/ticket"},
        {"w", 607100, 607160, 89, false, IDX_VERDICT_BOUND, "any/ticket", "any/ticket"},
        {"w", 607300, 607360, 90, false, IDX_VERDICT_DUE, "any/footage", "any/footage"},
        {"s", 0, 60, 364, false, IDX_VERDICT_BOUND, "session/footage", "session/footage"},
        {"s", 0, 60, 1825, false, IDX_VERDICT_DUE, "session/footage", "session/footage"},
    };
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxRetention) r = idx_retention_new(f->cat, &error);
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        IdxAim aim = {fixture_camera_id(f, TABLE[i].camera), INT64_MIN, INT64_MAX, IDX_VERDICT_OPEN,
                      0};
        g_assert_true(idx_retention_aim(r, &aim, &error));
        IdxVerdict v =
            idx_retention_judge(r, 0, AT(TABLE[i].from_s), AT(TABLE[i].to_s), TABLE[i].open,
                                AT(TABLE[i].to_s + DAYS(TABLE[i].age_days)));
        g_autofree char *min = g_strdup_printf("%s/%s", v.min_rule->kind, v.min_rule->purpose);
        g_autofree char *max = g_strdup_printf("%s/%s", v.max_rule->kind, v.max_rule->purpose);
        g_test_message("row %zu", i);
        g_assert_cmpstr(idx_verdict_name(v.kind), ==, idx_verdict_name(TABLE[i].expected));
        g_assert_cmpstr(min, ==, TABLE[i].min_rule);
        g_assert_cmpstr(max, ==, TABLE[i].max_rule);
        check_levels(r, aim.camera_id, AT(TABLE[i].from_s), AT(TABLE[i].to_s), TABLE[i].open,
                     AT(TABLE[i].to_s + DAYS(TABLE[i].age_days)), v.kind);
    }
}

static void test_promised_days(void)
{
    g_autoptr(Fixture) f = hall();
    g_autoptr(IdxRetention) r = idx_retention_new(f->cat, NULL);
    g_assert_cmpint(idx_retention_promised_days(r, "window"), ==, 30);
    g_assert_cmpint(idx_retention_promised_days(r, "room"), ==, 90);
}

/* What a camera's clock leaves open counts as seen, by the clock of each segment alone: the ticket's footage is [970, 1160). */
static void test_doubt(void)
{
    static const struct {
        int from_s, to_s;
        int64_t doubt_us;
        const char *min_rule;
    } TABLE[] = {
        {0, 30, 940 * MJ_SECOND_US, "footage"}, // may have ended a moment before, no more
        {30, 60, 911 * MJ_SECOND_US, "ticket"}, // reaches far
        {60, 90, 0, "footage"},                 // and those between are sure
        {900, 950, 21 * MJ_SECOND_US, "ticket"},
        {950, 969, 999999, "footage"}, // which nobody notices
        {1160, 1200, 0, "footage"},
        {1200, 1230, 41 * MJ_SECOND_US, "ticket"},
        {1230, 1260, 70 * MJ_SECOND_US, "footage"},
    };
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    int64_t camera_id = fixture_camera_id(f, "w");
    g_autofree char *stream = fixture_dump(
        f->cat, "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = 'w'");
    int64_t stream_id = g_ascii_strtoll(stream, NULL, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        int64_t id =
            fixture_segment(f, stream_id, AT(TABLE[i].from_s), AT(TABLE[i].to_s), "closed");
        g_autofree char *sql =
            g_strdup_printf("UPDATE segment SET clock_uncertainty_us = %" G_GINT64_FORMAT
                            " WHERE id = %" G_GINT64_FORMAT,
                            TABLE[i].doubt_us, id);
        g_free(fixture_dump(f->cat, sql));
    }
    g_autoptr(IdxRetention) r = idx_retention_new(f->cat, &error);
    g_assert_no_error(error);
    for (int wide = 0; wide < 2; wide++) {
        for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
            IdxAim aim = {camera_id, wide ? INT64_MIN : AT(TABLE[i].from_s),
                          wide ? INT64_MAX : AT(TABLE[i].to_s), IDX_VERDICT_SPARE,
                          AT(TABLE[i].to_s + DAYS(89))};
            if ((!wide || i == 0) && !idx_retention_aim(r, &aim, &error))
                g_error("%s", error->message);
            IdxVerdict v = idx_retention_judge(r, stream_id, AT(TABLE[i].from_s), AT(TABLE[i].to_s),
                                               false, aim.now_us);
            g_test_message("from %d s", TABLE[i].from_s);
            g_assert_cmpstr(v.min_rule->purpose, ==, TABLE[i].min_rule);
        }
    }
}

static int64_t due_hours(const IdxSurveyVolume *volume)
{
    int64_t sum = 0;
    for (guint i = 0; i < volume->hours->len; i++) {
        const IdxSurveyHour *hour = &g_array_index(volume->hours, IdxSurveyHour, i);
        sum += hour->hour % 1000 * hour->bytes[IDX_VERDICT_DUE];
    }
    return sum;
}

/* A look at what is old finds all that is due, and nothing else to be so. */
typedef struct Alone {
    IdxRetention *retention;
    int64_t now_us;
    int linked;
} Alone;

/* As if there were no other segment: what links are read for others changes nothing. */
static void expect_alone(const IdxSurveySegment *g, const IdxVerdict *v, void *data)
{
    Alone *alone = data;
    IdxAim aim = {g->camera_id, g->start_us, g->end_us, IDX_VERDICT_OPEN, alone->now_us};
    g_assert_true(idx_retention_aim(alone->retention, &aim, NULL));
    IdxVerdict own = idx_retention_judge(alone->retention, g->stream_id, g->start_us, g->end_us,
                                         v->kind == IDX_VERDICT_OPEN, alone->now_us);
    g_assert_cmpint((int)v->kind, ==, (int)own.kind);
    g_assert_cmpint(v->hold_id, ==, own.hold_id);
    g_assert_cmpint(v->min_us, ==, own.min_us);
    g_assert_cmpint(v->max_us, ==, own.max_us);
    alone->linked += strcmp(v->min_rule->purpose, IDX_RETENTION_FOOTAGE) != 0;
}

static void test_survey_due(void)
{
    static const int NOW_DAYS[] = {29, 89, 90, 91, 180, 181, 364, 366, 730, 731, 1826, 9999};
    static const char *const CAMERAS[] = {"w", "r", "s"};
    g_autoptr(Fixture) f = hall();
    g_autoptr(GError) error = NULL;
    for (size_t c = 0; c < G_N_ELEMENTS(CAMERAS); c++) {
        g_autofree char *sql = g_strdup_printf(
            "SELECT s.id FROM stream s JOIN camera c ON c.id = s.camera_id WHERE c.code = '%s'",
            CAMERAS[c]);
        g_autofree char *id = fixture_dump(f->cat, sql);
        int64_t stream = g_ascii_strtoll(id, NULL, 10);
        for (int i = 0; i < 60; i++)
            fixture_segment(f, stream, AT(i * 9000), AT(i * 9000 + 1200),
                            i == 7 ? "open" : "closed");
    }
    g_autoptr(IdxRetention) r = idx_retention_new(f->cat, &error);
    g_assert_no_error(error);
    g_autoptr(IdxRetention) other = idx_retention_new(f->cat, &error);
    g_assert_no_error(error);
    Alone alone = {.retention = other};
    int64_t most = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(NOW_DAYS); i++) {
        int64_t now_us = AT(DAYS(NOW_DAYS[i]) + 200000);
        alone.now_us = now_us;
        g_autoptr(GPtrArray) all =
            idx_survey(f->cat, r, now_us, IDX_VERDICT_OPEN, expect_alone, &alone, &error);
        g_autoptr(GPtrArray) old =
            idx_survey(f->cat, r, now_us, IDX_VERDICT_DUE, NULL, NULL, &error);
        g_assert_no_error(error);
        const IdxSurveyVolume *a = idx_survey_find(all, 1), *b = idx_survey_find(old, 1);
        g_assert_cmpint(a->bytes[IDX_VERDICT_DUE], ==, b ? b->bytes[IDX_VERDICT_DUE] : 0);
        g_assert_cmpint(due_hours(a), ==, b ? due_hours(b) : 0);
        g_assert_cmpint(b ? idx_survey_used(b) : 0, <,
                        idx_survey_used(a)); // rooms are not looked at
        most = MAX(most, a->segments[IDX_VERDICT_DUE]);
    }
    g_assert_cmpint(most, >, 40);
    g_assert_cmpint(alone.linked, >, 40);
}

static void test_words(void)
{
    static const struct {
        const char *rule, *words;
    } TABLE[] = {
        {"max:any/footage:90", "older than 90 days (rule any/footage)"},
        {"short:window/ticket:30", "the disk was short, older than 30 days (rule window/ticket)"},
        {"policy:any/a:b:90",
         "the disk was full and its policy is to go on: younger than 90 days (rule any/a:b)"},
        {"gone:any/footage:90",
         "its file was gone when an older copy of the catalogue was put back; it "
         "was older than 90 days (rule any/footage)"},
        {"something else", "something else"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *words = idx_disposition_words(TABLE[i].rule);
        g_assert_cmpstr(words, ==, TABLE[i].words);
    }
}

/* 100 bytes a day, all of it with a minimum of 30 days unless held. */
static void test_outlook(void)
{
    static const struct {
        int64_t room, spare, bound_per_day, bound_days, held;
        double expected_days; // -1 = not in sight
        const char *cause;
    } TABLE[] = {
        {1000, 0, 0, 0, 0, 10, "minimum"},   // nothing ever ripens before day 30
        {1000, 500, 0, 0, 0, 15, "minimum"}, //
        {-1, 0, 0, 0, 0, 0, "minimum"},      // over already
        {10, 0, 100, 30, 0, -1, NULL},       // each day as much ripens as comes
        {10, 0, 90, 30, 0, 1, "minimum"},    // a little less does
        {3500, 0, 0, 0, 0, -1, NULL},        // what comes ripens in time
        {1000, 0, 0, 0, 5000, 10, "held"},   // what is held would have done
        {10, 0, 100, 30, 5000, -1, NULL},    // held, and it does not matter
        {1000, 0, 0, 0, 20, 10, "minimum"},  // held, and it would not have helped
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree IdxSurveyVolume *s = g_new0(IdxSurveyVolume, 1);
        s->bytes[IDX_VERDICT_SPARE] = TABLE[i].spare;
        s->bytes[IDX_VERDICT_HELD] = s->held_ripe[0] = TABLE[i].held;
        for (int d = 1; d <= TABLE[i].bound_days; d++)
            s->ripe[d] = TABLE[i].bound_per_day;
        s->bytes[IDX_VERDICT_BOUND] = TABLE[i].bound_per_day * TABLE[i].bound_days;
        s->recent_bytes = s->recent_by_days[30] = 300;
        s->recent_first_us = T0 - IDX_SURVEY_RECENT_US;
        IdxOutlook o = idx_outlook_of(s, 1, TABLE[i].room, T0);
        double days = o.short_us ? (double)(o.short_us - T0) / MJ_DAY_US : -1;
        g_test_message("row %zu: %.2f days, %s", i, days, o.cause ? o.cause : "-");
        g_assert_cmpint(o.day_bytes, ==, 100);
        g_assert_cmpfloat_with_epsilon(days, TABLE[i].expected_days, 0.2);
        g_assert_cmpstr(o.cause, ==, TABLE[i].cause);
        g_assert_true(idx_outlook_warns(&o, T0) == (days >= 0 && days <= IDX_OUTLOOK_WARN_DAYS));
    }
}

/* Two cameras that record the same, with a minimum of some days; a hold on a time that lies ahead. */
static void check_ahead(int min_days, const char *cameras, double from_days, double to_days,
                        double room_days, double expected_days, const char *cause)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    int64_t streams[] = {fixture_camera(f, "c1", AT(-DAYS(9))),
                         fixture_camera(f, "c2", AT(-DAYS(9)))};
    for (int i = 0; i < 24; i++)
        for (size_t c = 0; c < G_N_ELEMENTS(streams); c++)
            fixture_segment(f, streams[c], AT(-DAYS(3) + i * 10800), AT(-DAYS(3) + i * 10800 + 20),
                            "closed");
    g_assert_true(idx_rule_set(f->cat, "any", "footage", min_days, 0, &error));
    g_auto(GStrv) held = g_strsplit(cameras, ",", -1);
    for (int twice = 0; twice < 2 && *cameras; twice++) { // what is held twice is there once
        g_auto(IdxHoldAnswer) answer = {0};
        IdxHoldRequest hold = {.cameras = (const char *const *)held,
                               .from_us = T0 + (int64_t)(from_days * (double)MJ_DAY_US),
                               .to_us = T0 + (int64_t)(to_days * (double)MJ_DAY_US),
                               .owner = "o",
                               .reason = "r",
                               .case_no = "1",
                               .by = "b"};
        idx_hold_add(f->cat, &hold, T0, &answer, &error);
        g_assert_no_error(error);
    }
    g_autoptr(IdxRetention) r = idx_retention_new(f->cat, &error);
    g_autoptr(GPtrArray) all = idx_survey(f->cat, r, T0, IDX_VERDICT_OPEN, NULL, NULL, &error);
    g_assert_no_error(error);
    const IdxSurveyVolume *s = idx_survey_find(all, 1);
    int64_t room_bytes = (int64_t)((double)idx_survey_day_bytes(s, T0) * room_days);
    IdxOutlook o = idx_outlook_of(s, 1, room_bytes, T0);
    double days = o.short_us ? (double)(o.short_us - T0) / MJ_DAY_US : -1;
    g_test_message("%d days, %s %.1f-%.1f, room %.1f: %.2f days, %s", min_days, cameras, from_days,
                   to_days, room_days, days, o.cause ? o.cause : "-");
    g_assert_cmpfloat_with_epsilon(days, expected_days, 0.2);
    g_assert_cmpstr(o.cause, ==, cause);
    g_assert_true(idx_outlook_warns(&o, T0) == (days >= 0 && days <= IDX_OUTLOOK_WARN_DAYS));
}

static void test_outlook_ahead(void)
{
    check_ahead(30, "", 0, 0, 34, -1, NULL);          // what comes ripens in time,
    check_ahead(30, "c1,c2", 0, 370, 34, 37, "held"); // unless it is held: what is there ripens
    check_ahead(1, "c1,c2", 0, 370, 1.2, 1.2 + 3, "held");
    check_ahead(1, "c1,c2", -9, 370, 1.2, 1.2, "held"); // nor that, if it is held too
    check_ahead(30, "c1", 0, 370, 34, 44, "held");  // one of two: 37 + half of what follows day 30
    check_ahead(30, "c1,c2", 60, 70, 40, -1, NULL); // and a while that the room outlasts
    check_ahead(30, "c1,c2", 60, 370, 40, 60 + 40 - 30 + 33, "held");
    check_ahead(30, "c1,c2", 0, 370, 20, 20, "minimum"); // it would be full without any hold
}

/* Minutes tell of no day; a disk that is full is told all the same. */
static void test_outlook_early(void)
{
    g_autofree IdxSurveyVolume *s = g_new0(IdxSurveyVolume, 1);
    s->bytes[IDX_VERDICT_BOUND] = s->ripe[30] = s->recent_bytes = s->recent_by_days[30] = 300;
    s->recent_first_us = T0 - 59 * MJ_MINUTE_US;
    IdxOutlook early = idx_outlook_of(s, 1, 100, T0), full = idx_outlook_of(s, 1, 0, T0);
    s->recent_first_us = T0 - MJ_HOUR_US;
    IdxOutlook later = idx_outlook_of(s, 1, 100, T0);
    g_assert_true(early.day_bytes == 0 && early.short_us == 0 && !early.cause);
    g_assert_true(full.short_us == T0);
    g_assert_true(later.day_bytes == 7200 && later.short_us > T0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retention/rules", test_rules);
    g_test_add_func("/retention/rules-refused", test_rules_refused);
    g_test_add_func("/retention/policy", test_policy);
    g_test_add_func("/retention/verdicts", test_verdicts);
    g_test_add_func("/retention/promised-days", test_promised_days);
    g_test_add_func("/retention/doubt", test_doubt);
    g_test_add_func("/retention/survey-due", test_survey_due);
    g_test_add_func("/retention/words", test_words);
    g_test_add_func("/retention/outlook", test_outlook);
    g_test_add_func("/retention/outlook-ahead", test_outlook_ahead);

    g_test_add_func("/retention/outlook-early", test_outlook_early);
    return g_test_run();
}
