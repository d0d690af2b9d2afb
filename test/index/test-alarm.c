// SPDX-License-Identifier: GPL-3.0-or-later
/* Alarms: raised, flapping, ended, taken; of cameras, recorders, volumes, clocks and alerts. */
#include "index/alarm/watch.h"

#include "index/camera.h"
#include "index/event/source.h"
#include "index/hall.h"
#include "index/lease.h"
#include "index/place.h"
#include "index/segment/volume.h"
#include "index/state.h"
#include "test/index/fixture.h"
#include "test/must.h"

#include <inttypes.h>
#include <string.h>

typedef struct Bench {
    Fixture *f;
    IdxAlarmWatch *watch;
    int64_t stream;
} Bench;

static void state(Bench *b, const char *name, int since)
{
    IdxState s = {.state = (char *)name,
                  .since_us = AT(since),
                  .detail = strcmp(name, "recording") == 0 ? NULL : (char *)"no route"};
    g_assert_true(idx_state_set(b->f->cat, b->stream, &s, NULL));
}

/* What is open now, but for the clock of the machine the test runs on: "kind object severity code times flags",
 * flags q(uiet) a(cknowledged). */
static char *open_now(Bench *b)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) open = idx_alarm_open(b->f->cat, &error);
    must(open != NULL, error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < open->len; i++) {
        const IdxAlarm *a = open->pdata[i];
        if (strcmp(a->object, "host") != 0)
            g_string_append_printf(text, "%s%s %s %s %s %d%s%s", text->len ? "; " : "", a->kind,
                                   a->object, a->severity, a->code, (int)a->times,
                                   a->quiet_us ? " q" : "", a->acknowledged_us ? " a" : "");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The recorder is alive, and somebody looks; a second later again if @now is to be seen for long enough. */
static void look(Bench *b, int now)
{
    g_autoptr(GError) error = NULL;
    bool mine = false;
    fixture_recorder(b->f, AT(now), false);
    must(idx_alarm_watch_look(b->watch, b->f->cat, AT(now), &mine, &error), error);
    g_assert_true(mine);
}

static void expect(Bench *b, int now, const char *open)
{
    look(b, now);
    g_autofree char *have = open_now(b);
    g_assert_cmpstr(have, ==, open);
}

static void bench_init(Bench *b)
{
    b->f = fixture_new();
    b->stream = fixture_camera(b->f, "W07", T0);
    b->watch = idx_alarm_watch_new();
    state(b, "recording", 0);
    look(b, 1);
}

static void bench_clear(Bench *b)
{
    idx_alarm_watch_free(b->watch);
    fixture_free(b->f);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bench, bench_clear)

static int64_t first_id(Bench *b, const char *kind)
{
    g_autoptr(GPtrArray) open = idx_alarm_open(b->f->cat, NULL);
    for (guint i = 0; i < open->len; i++)
        if (strcmp(((IdxAlarm *)open->pdata[i])->kind, kind) == 0 &&
            strcmp(((IdxAlarm *)open->pdata[i])->object, "host") != 0)
            return ((IdxAlarm *)open->pdata[i])->id;
    g_assert_not_reached();
}

static void test_raise_and_end(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    expect(&b, 10, "");
    state(&b, "offline", 11);
    expect(&b, 11, ""); // for a moment
    expect(&b, 12, "camera W07/main red offline 1");
    g_autoptr(IdxAlarm) a = idx_alarm_get(b.f->cat, first_id(&b, "camera"), NULL);
    g_assert_cmpint(a->since_us, ==, AT(11));
    g_assert_cmpstr(a->camera, ==, "W07");
    g_assert_nonnull(strstr(a->detail, "no route"));
    state(&b, "unauthorized", 20);
    expect(&b, 21, "camera W07/main red unauthorized 1"); // another reason is the same alarm
    state(&b, "recording", 30);
    expect(&b, 31, "camera W07/main red unauthorized 1 q");
    expect(&b, 90, "camera W07/main red unauthorized 1 q");
    expect(&b, 91, "");
    g_autofree char *next = NULL;
    g_autoptr(GPtrArray) all = idx_alarm_history(b.f->cat, NULL, 50, &next, NULL);
    bool found = false;
    for (guint i = 0; i < all->len; i++)
        found |= ((IdxAlarm *)all->pdata[i])->until_us == AT(31);
    g_assert_true(found);
}

static void test_flapping(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    for (int i = 0; i < 20; i++) { // every 10 s it goes, every 10 s it comes
        state(&b, "offline", 10 + 20 * i);
        look(&b, 12 + 20 * i);
        state(&b, "recording", 20 + 20 * i);
        look(&b, 21 + 20 * i);
    }
    g_autofree char *have = open_now(&b);
    g_assert_cmpstr(have, ==, "camera W07/main red offline 20 q");
    g_autofree char *rows =
        fixture_dump(b.f->cat, "SELECT count(*) FROM alarm WHERE kind = 'camera'");
    g_assert_cmpstr(rows, ==, "1");
}

/* Shorter than a look is a gap in the footage, and no alarm. */
static void test_short(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    state(&b, "offline", 10);
    expect(&b, 10, "");
    state(&b, "recording", 11);
    expect(&b, 11, "");
    state(&b, "offline", 12);
    expect(&b, 12, "");
}

static void test_starting(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    state(&b, "starting", 10);
    expect(&b, 20, "");
    expect(&b, 39, "");
    expect(&b, 40, "camera W07/main red starting 1");
    state(&b, "recording", 41);
    expect(&b, 42, "camera W07/main red starting 1 q");
    state(&b, "starting", 50); // the recorder began anew: nothing is known, so nothing ends
    expect(&b, 200, "camera W07/main red starting 1 q");
}

/* A dead recorder is one alarm, not one for each of its cameras. */
static void test_recorder(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    fixture_camera(b.f, "W08", T0);
    for (int now = 7; now < 10; now++) {
        fixture_recorder(b.f, AT(1), false);
        must(idx_alarm_watch_look(b.watch, b.f->cat, AT(now), NULL, NULL), NULL);
    }
    g_autofree char *dead = open_now(&b);
    g_assert_cmpstr(dead, ==, "recorder 1 red dead 1");
    expect(&b, 20, "recorder 1 red dead 1 q");
    fixture_recorder(b.f, AT(22), true);
    must(idx_alarm_watch_look(b.watch, b.f->cat, AT(23), NULL, NULL), NULL);
    g_autofree char *stopped = open_now(&b);
    g_assert_cmpstr(stopped, ==, "recorder 1 red stopped 2");
}

static void test_acknowledge(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Bench) b = {0};
    bench_init(&b);
    state(&b, "offline", 10);
    look(&b, 12);
    int64_t id = first_id(&b, "camera");
    must(idx_alarm_acknowledge(b.f->cat, id, "wang", "已派人", AT(15), &error), error);
    expect(&b, 16, "camera W07/main red offline 1 a"); // it goes on
    g_assert_false(idx_alarm_acknowledge(b.f->cat, id, "li", NULL, AT(17), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "wang");
    g_clear_error(&error);
    g_assert_false(idx_alarm_acknowledge(b.f->cat, id + 99, "li", NULL, AT(17), &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "no alarm");
    g_clear_error(&error);
    g_assert_false(idx_alarm_acknowledge(b.f->cat, id, "li", "a\nb", AT(17), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "note");
    g_autofree char *told =
        fixture_dump(b.f->cat, "SELECT what, camera, detail FROM audit WHERE what LIKE 'alarm%'");
    g_assert_cmpstr(told, ==,
                    "alarm.acknowledge|W07|{\"kind\":\"camera\",\"about\":\"W07/main\",\"note\":"
                    "\"已派人\"}");
    state(&b, "recording", 20);
    look(&b, 21);
    expect(&b, 82, "");
}

static void test_volume(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Bench) b = {0};
    bench_init(&b);
    must(idx_volume_set_state(b.f->cat, 1, IDX_VOLUME_FAILING, "EIO", AT(9), &error), error);
    look(&b, 10);
    g_autofree char *failing = open_now(&b);
    g_assert_true(g_str_has_suffix(failing, "footage red failing 1"));
    must(idx_volume_set_state(b.f->cat, 1, IDX_VOLUME_READY, NULL, AT(11), &error), error);
    look(&b, 12);
    expect(&b, 80, "");
    g_free(fixture_dump(b.f->cat,
                        "INSERT INTO volume_outlook VALUES (1, 1795311080000000, 1, 1, 0, "
                        "0, 1, 1, 1795311080000000 + 86400000000, 'held')"));
    look(&b, 82);
    look(&b, 84);
    g_autofree char *held = open_now(&b);
    g_assert_true(g_str_has_suffix(held, "footage red held 1"));
}

static void alert(Bench *b, const char *id, const char *type, int at, const char *data)
{
    g_autofree char *whole = g_strconcat("\"alert_id\":\"Y1\",", data, NULL);
    g_autofree char *full = g_strconcat("hall.alert.", type, NULL);
    fixture_happens(b->f, id, full, AT(at), whole);
}

static void test_alert(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    fixture_place(b.f, "W07", "W07");
    alert(&b, "e0", "raised", 9, "\"level\":\"提示\"");
    expect(&b, 10, "");
    alert(&b, "e1", "raised", 11,
          "\"level\":\"黄牌\",\"window_no\":\"W07\",\"ticket_no\":\"A012\",\"reason\":\"离岗\"");
    expect(&b, 12, "alert /queue/h01#Y1 yellow yellow 1");
    int64_t id = first_id(&b, "alert");
    g_autoptr(IdxAlarm) a = idx_alarm_get(b.f->cat, id, NULL);
    g_assert_cmpstr(a->camera, ==, "W07"); // by the map
    g_assert_cmpstr(a->place, ==, "W07");
    g_assert_cmpint(a->at_us, ==, AT(11));
    g_autoptr(json_t) json = idx_alarm_json(b.f->cat, a, NULL);
    const json_t *subjects = json_object_get(json_object_get(json, "alert"), "subjects");
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(subjects, 0), "key")), ==,
                    "A012");
    alert(&b, "e2", "raised", 20, "\"level\":\"红牌\""); // worse, the same alarm
    expect(&b, 21, "alert /queue/h01#Y1 red red 1");
    alert(&b, "e3", "revoked", 22, "\"window_no\":\"W07\"");
    expect(&b, 23, "");
    alert(&b, "e4", "raised", 30, "\"level\":\"red\"");
    look(&b, 31);
    g_assert_true(idx_alarm_acknowledge(b.f->cat, first_id(&b, "alert"), "w", NULL, AT(32), NULL));
    expect(&b, 33, ""); // taken is ended
    alert(&b, "e5", "raised", 40, "\"level\":\"red\"");
    expect(&b, 41, "alert /queue/h01#Y1 red red 1");
    alert(&b, "e5", "raised", 40, "\"data_ver\":2,\"data_state\":0"); // it never was
    expect(&b, 42, "");
    idx_alarm_watch_free(b.watch); // what one has met the next one does not raise again
    idx_lease_leave(b.f->cat, IDX_ALARM_LEASE, "", NULL);
    b.watch = idx_alarm_watch_new();
    g_free(fixture_dump(b.f->cat, "DELETE FROM lease"));
    g_free(fixture_dump(b.f->cat, "UPDATE setting SET value = 0 WHERE key = 'alarms_event'"));
    expect(&b, 60, "");
}

/* Two halls have a window W07; the picture beside an alert of one is not of the other. */
static void test_alert_hall(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    g_autoptr(GError) error = NULL;
    int64_t hall = 0;
    fixture_place(b.f, "W07", "W07");
    fixture_camera(b.f, "A-EAST", T0); // before the other by name
    must(idx_hall_add(b.f->cat, "H02", NULL, NULL, &hall, &error) &&
             idx_place_add_in(b.f->cat, "H02", "W07", NULL, &error) &&
             idx_coverage_add_in(b.f->cat, "H02", "W07", "A-EAST", AT(0), INT64_MAX, AT(1), &error),
         error);
    static const struct {
        const char *id, *data, *camera, *hall;
    } TABLE[] = {
        {"e1", "\"level\":\"red\",\"window_no\":\"W07\"", "W07", "H01"},
        {"e2", "\"level\":\"red\",\"window_no\":\"W07\",\"hall_code\":\"H02\"", "A-EAST", "H02"},
    };
    look(&b, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *data =
            g_strdup_printf("\"alert_id\":\"%s\",%s", TABLE[i].id, TABLE[i].data);
        fixture_happens(b.f, TABLE[i].id, "hall.alert.raised", AT(11), data);
        look(&b, 12);
        g_autoptr(IdxAlarm) a = idx_alarm_get(b.f->cat, first_id(&b, "alert"), NULL);
        g_assert_cmpstr(a->camera, ==, TABLE[i].camera);
        g_autoptr(json_t) json = idx_alarm_json(b.f->cat, a, NULL);
        const json_t *told = json_object_get(json, "alert");
        g_assert_cmpstr(json_string_value(json_object_get(told, "hall")), ==, TABLE[i].hall);
        must(idx_alarm_acknowledge(b.f->cat, a->id, "w", NULL, AT(13), &error), error);
    }
}

/* By the host's clock: the source's is 12 s behind. */
static void test_alert_time(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    int64_t offset_us = 12 * MJ_SECOND_US;
    fixture_happens(b.f, "t", "hall.ticket.taken", AT(0), "\"ticket_no\":\"A1\"");
    g_assert_true(idx_source_set(b.f->cat, SOURCE, INT64_MIN, &offset_us, 0, AT(1), NULL));
    alert(&b, "e1", "raised", 11, "\"level\":\"red\"");
    look(&b, 12);
    g_autoptr(IdxAlarm) a = idx_alarm_get(b.f->cat, first_id(&b, "alert"), NULL);
    g_assert_cmpint(a->at_us, ==, AT(23));
}

static void sql(Bench *b, const char *text)
{
    g_free(fixture_dump(b->f->cat, text));
}

/* What is looked at now and then: seen twice, a moment apart. */
static void expect_slow(Bench *b, int now, const char *open)
{
    look(b, now);
    look(b, now + 2);
    g_autofree char *have = open_now(b);
    g_assert_cmpstr(have, ==, open);
}

static void test_clocks(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    fixture_segment(b.f, b.stream, AT(0), AT(60), "closed");
    expect_slow(&b, 100, "");
    sql(&b, "UPDATE segment SET clock_offset_us = -9000000, clock_uncertainty_us = 5000000");
    expect_slow(&b, 130, ""); // it may be right
    sql(&b, "UPDATE segment SET clock_uncertainty_us = 100000");
    expect_slow(&b, 160, "clock camera W07 yellow camera 1");
    sql(&b, "UPDATE segment SET clock_offset_us = 20000");
    look(&b, 190);
    expect_slow(&b, 260, "");
    fixture_happens(b.f, "t", "hall.ticket.taken", AT(270), "\"ticket_no\":\"A1\"");
    sql(&b, "INSERT INTO source_clock (source, how, offset_us, uncertainty_us, noted_us) VALUES"
            " ('/queue/h01', 'measured', 30000000, 1, 1)");
    for (int i = 0; i < 10; i++) {
        g_autofree char *row = g_strdup_printf("INSERT OR REPLACE INTO source_arrival VALUES"
                                               " ('/queue/h01', 1795311000000000 + %d * 60000000,"
                                               " 30000000)",
                                               i);
        sql(&b, row);
    }
    expect_slow(&b, 600, ""); // behind by half a minute: it may only be slow to send
    sql(&b, "UPDATE source_clock SET offset_us = -30000000");
    expect_slow(&b, 630, "clock source /queue/h01 yellow source 1");
    sql(&b, "DELETE FROM source_clock");
    sql(&b, "UPDATE source_arrival SET least_us = 28800000000"); // all of it eight hours late
    look(&b, 700);
    expect_slow(&b, 770, "clock source /queue/h01 yellow late 1");
    int64_t none_us = 0; // it sends late, somebody says
    g_assert_true(idx_source_set(b.f->cat, SOURCE, INT64_MIN, &none_us, 0, AT(800), NULL));
    look(&b, 830);
    expect_slow(&b, 900, "");
}

static void test_kept(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    int day = 86400;
    sql(&b,
        "INSERT INTO purge_run (id, started_us, ended_us, segments, bytes) VALUES (1, 1, 1, 1, 1)");
    sql(&b, "INSERT INTO purge_batch (id, run_id, volume_id, first_id, last_id, marked_us, done_us)"
            " VALUES (1, 1, 1, 1, 1, 1, 1)");
    g_autofree char *gone = g_strdup_printf(
        "INSERT INTO disposition (id, batch_id, segment_id, stream_id, start_us, end_us, bytes,"
        " path, rule) VALUES (1, 1, 1, %" PRId64 ", 1795311000000000, 1795311060000000, 1, 'p',"
        " 'policy:any/footage:30')",
        b.stream);
    g_autofree char *where =
        g_strdup_printf("INSERT INTO disposition_run (stream_id, from_us, first_id, last_id, to_us)"
                        " VALUES (%" PRId64 ", 1795311000000000, 1, 1, 1795311060000000)",
                        b.stream);
    sql(&b, gone);
    sql(&b, where);
    state(&b, "recording", 40 * day);
    expect_slow(&b, 40 * day, ""); // older than the thirty days that are promised
    expect_slow(&b, 20 * day, "retention W07/main red missed 1");
    sql(&b, "INSERT INTO volume_outlook VALUES (1, 1795311000000000 + 20 * 86400000000, 1, 0, 0, 1,"
            " 1, 1, NULL, NULL)");
    expect_slow(&b, 21 * day, "retention W07/main red missed 1");
    expect_slow(&b, 23 * day, "retention W07/main red missed 1; purge purge yellow stale 1");
}

static void test_lease(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    bool mine = true, held = false;
    g_autoptr(IdxAlarmWatch) other = idx_alarm_watch_new();
    g_assert_true(idx_alarm_watch_look(other, b.f->cat, AT(2), &mine, NULL));
    g_assert_false(mine);
    look(&b, 6);
    g_assert_true(idx_alarm_watch_look(other, b.f->cat, AT(13), &mine, NULL));
    g_assert_false(mine); // it was kept at 6
    g_assert_true(idx_alarm_watch_look(other, b.f->cat, AT(15), &mine, NULL));
    g_assert_true(mine); // the first one is gone
    g_assert_true(idx_alarm_watch_leave(other, b.f->cat, NULL));
    g_assert_true(idx_lease_held(b.f->cat, IDX_ALARM_LEASE, AT(15), &held, NULL));
    g_assert_false(held);
    look(&b, 16);
    g_assert_true(idx_alarm_watch_look(other, b.f->cat, AT(-9000), &mine, NULL));
    g_assert_true(mine); // the clock was set back: no lease lasts for hours
}

/* Every camera of a large hall goes at once; and a look at which nothing has changed writes nothing. */
static void test_many(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    g_assert_true(idx_begin(b.f->cat, NULL));
    for (int i = 0; i < 299; i++) {
        g_autofree char *code = g_strdup_printf("c%03d", i);
        IdxState down = {.state = (char *)"offline", .since_us = AT(5)};
        g_assert_true(idx_state_set(b.f->cat, fixture_camera(b.f, code, T0), &down, NULL));
    }
    g_assert_true(idx_commit(b.f->cat, NULL));
    gint64 begun = g_get_monotonic_time();
    for (int i = 0; i < 3; i++) // a hundred at a time
        look(&b, 10 + i);
    gint64 raised = g_get_monotonic_time();
    g_autofree char *before = fixture_dump(b.f->cat, "SELECT total_changes()");
    for (int i = 0; i < 10; i++) {
        fixture_recorder(b.f, AT(12), false);
        g_assert_true(idx_alarm_watch_look(b.watch, b.f->cat, AT(12) + i, NULL, NULL));
    }
    gint64 quiet = g_get_monotonic_time();
    g_autofree char *after = fixture_dump(b.f->cat, "SELECT total_changes() - 10"); // heartbeats
    g_assert_cmpstr(after, ==, before);
    g_autofree char *rows =
        fixture_dump(b.f->cat, "SELECT count(*) FROM alarm WHERE kind = 'camera'");
    g_assert_cmpstr(rows, ==, "299");
    g_test_message("299 raised in %.1f ms, a look at them %.1f ms", (double)(raised - begun) / 1e3,
                   (double)(quiet - raised) / 1e4);
}

/* By hand: what events and sessions make of promises is tested elsewhere. */
static void promise(Bench *b, int number, int due)
{
    g_autofree char *sql =
        g_strdup_printf("INSERT INTO promise (code, session, owner, text, due_us"
                        ", made_us) VALUES ('P-%d', 'S', '2001', 'x', %" PRId64 ", 1)",
                        number, AT(due));
    g_free(fixture_dump(b->f->cat, sql));
}

static void expect_rest(Bench *b, const char *detail)
{
    g_autofree char *rest =
        fixture_dump(b->f->cat, "SELECT substr(detail, 1, instr(detail, ':') - 1) FROM alarm"
                                " WHERE object = '(more)' AND quiet_us IS NULL");
    g_assert_cmpstr(rest, ==, detail);
}

/* However many are overdue, the alarms are a bounded number, and none is left out of them in silence. */
static void test_promises(void)
{
    g_auto(Bench) b = {0};
    bench_init(&b);
    g_assert_true(idx_begin(b.f->cat, NULL));
    for (int i = 0; i < 503; i++)
        promise(&b, i, i < 502 ? 2 : 20);
    g_assert_true(idx_commit(b.f->cat, NULL));
    for (int i = 0; i < 6; i++) // a hundred at a time
        look(&b, 10 + i);
    expect_rest(&b, "2 more promises are overdue");
    g_autofree char *rows = fixture_dump(b.f->cat, "SELECT count(*) FROM alarm WHERE kind = "
                                                   "'promise' AND until_us IS NULL");
    g_assert_cmpstr(rows, ==, "501");
    look(&b, 21);
    expect_rest(&b, "3 more promises are overdue"); // of the same alarm
    g_free(fixture_dump(b.f->cat, "UPDATE promise SET done_us = 1, proof = 'x'"
                                  " WHERE code IN ('P-0', 'P-1', 'P-2')"));
    look(&b, 22);
    expect_rest(&b, "");
}

static void test_history(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Bench) b = {0};
    bench_init(&b);
    for (int i = 0; i < 5; i++)
        g_free(fixture_dump(
            b.f->cat,
            "INSERT INTO alarm (kind, object, severity, code, detail, at_us, since_us, "
            "seen_us, times, until_us) VALUES ('purge', 'p', 'red', 'c', 'd', 1, 1, 7, 1, 9)"));
    g_autofree char *cursor = NULL;
    int seen = 0, pages = 0;
    do {
        g_autofree char *next = NULL;
        g_autoptr(GPtrArray) page = idx_alarm_history(b.f->cat, cursor, 2, &next, &error);
        must(page != NULL, error);
        for (guint i = 0; i < page->len; i++)
            seen += ((IdxAlarm *)page->pdata[i])->seen_us == 7;
        g_free(cursor);
        cursor = g_steal_pointer(&next);
        pages++;
    } while (cursor);
    g_assert_cmpint(seen, ==, 5);
    g_assert_cmpint(pages, >=, 3);
    char *next = NULL;
    g_assert_null(idx_alarm_history(b.f->cat, "7-x", 2, &next, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "7-x");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/alarm/raise-and-end", test_raise_and_end);
    g_test_add_func("/alarm/flapping", test_flapping);
    g_test_add_func("/alarm/short", test_short);
    g_test_add_func("/alarm/starting", test_starting);
    g_test_add_func("/alarm/recorder", test_recorder);
    g_test_add_func("/alarm/acknowledge", test_acknowledge);
    g_test_add_func("/alarm/volume", test_volume);
    g_test_add_func("/alarm/alert", test_alert);
    g_test_add_func("/alarm/alert-hall", test_alert_hall);
    g_test_add_func("/alarm/alert-time", test_alert_time);
    g_test_add_func("/alarm/clocks", test_clocks);
    g_test_add_func("/alarm/kept", test_kept);
    g_test_add_func("/alarm/lease", test_lease);
    g_test_add_func("/alarm/many", test_many);
    g_test_add_func("/alarm/promises", test_promises);
    g_test_add_func("/alarm/history", test_history);
    return g_test_run();
}
