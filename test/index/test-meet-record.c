// SPDX-License-Identifier: GPL-3.0-or-later
/* What a session's record says: the words that were agreed to, the rating, until when its footage is kept by which
 * rule; the room's own camera beside the legs; and promises as a department's supervisor asks for them. */
#include "index/find/story.h"
#include "index/find/subject.h"
#include "index/link/link.h"
#include "index/meet/book.h"
#include "index/meet/hang_up.h"
#include "index/meet/meet.h"
#include "index/meet/notice.h"
#include "index/meet/promise.h"
#include "index/meet/rate.h"
#include "index/meet/record.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"
#include "test/index/fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SESSION "\"session_id\":\"S1\""

static const char *const LEGS[] = {"citizen", "official", NULL};

static GPtrArray *plan(Fixture *f, const char *session, const char *place)
{
    IdxMeetRequest request = {.session = session, .place = place, .legs = LEGS, .roles = LEGS};
    GPtrArray *tokens = idx_meet_add(f->cat, &request, AT(0), NULL);
    g_assert_nonnull(tokens);
    return tokens;
}

/* From AT(10) to AT(70); each leg has one segment. */
static void meet(Fixture *f, const char *session, const char *version)
{
    for (int i = 0; LEGS[i]; i++) {
        g_assert_true(idx_meet_consent(f->cat, session, LEGS[i], version, AT(5), NULL));
        g_assert_true(idx_meet_open_leg(f->cat, session, LEGS[i], AT(10), NULL));
        g_autoptr(IdxMeet) open = idx_meet_get(f->cat, session, NULL);
        fixture_segment(f, idx_meet_leg(open, LEGS[i])->stream_id, AT(10), AT(70), "closed");
    }
    g_assert_true(idx_meet_end(f->cat, session, NULL, AT(70), NULL));
}

static json_t *record(Fixture *f, const char *session)
{
    g_autoptr(GError) error = NULL;
    json_t *json = idx_meet_record_json(f->cat, session, AT(100), &error);
    g_assert_no_error(error);
    return json;
}

static const char *in(const json_t *json, const char *object, const char *name)
{
    return json_string_value(json_object_get(json_object_get(json, object), name));
}

static int64_t rated(Fixture *f)
{
    g_autoptr(json_t) json = record(f, "S1");
    return json_integer_value(json_object_get(json, "satisfaction"));
}

/* --- the notice -------------------------------------------------------------------------------- */

static bool set_notice(Fixture *f, const char *version, const char *zh, GError **error)
{
    IdxNotice notice = {.version = version, .zh = zh};
    return idx_notice_set(f->cat, &notice, AT(0), error);
}

static void refused_notice(Fixture *f, const char *version, const char *zh, MjError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(set_notice(f, version, zh, &error));
    g_assert_error(error, MJ_ERROR, (int)code);
}

static void test_notice(void)
{
    g_autoptr(Fixture) f = fixture_new();
    json_t *none = NULL;
    g_assert_true(idx_notice_json(f->cat, NULL, &none, NULL));
    g_assert_true(json_is_null(none));
    g_assert_true(set_notice(f, "v1", "全程录像。\n由本大厅保存。", NULL));
    g_assert_true(set_notice(f, "v1", "全程录像。\n由本大厅保存。", NULL)); // again: nothing
    refused_notice(f, "v1", "别的话", MJ_ERROR_EXISTS);
    refused_notice(f, "v 2", "话", MJ_ERROR_INVALID);
    refused_notice(f, "v2", " \n", MJ_ERROR_INVALID);
    refused_notice(f, "v2", "a\x1b[2J", MJ_ERROR_INVALID);
    g_autoptr(GPtrArray) tokens = plan(f, "S1", "M1");
    meet(f, "S1", "v1");
    g_assert_true(set_notice(f, "v2", "新的话", NULL)); // at the same moment, and yet newer
    g_autoptr(json_t) shown = NULL;
    g_assert_true(idx_notice_json(f->cat, NULL, &shown, NULL));
    g_assert_cmpstr(json_string_value(json_object_get(shown, "version")), ==, "v2");
    g_autoptr(json_t) told = record(f, "S1");
    const json_t *agreed = json_object_get(told, "notices");
    g_assert_cmpuint(json_array_size(agreed), ==, 1);
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(agreed, 0), "zh")), ==,
                    "全程录像。\n由本大厅保存。");
    g_autofree char *events = fixture_dump(
        f->cat, "SELECT count(*) FROM event WHERE type = 'hall.session.consented' AND"
                " body ->> '$.data.consent_text_sha256' = (SELECT sha256 FROM meeting_notice"
                " WHERE version = 'v1')");
    g_assert_cmpstr(events, ==, "2");
}

/* --- the rating -------------------------------------------------------------------------------- */

static void refused_rating(Fixture *f, const char *token, int level, MjError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_rate(f->cat, "S1", token, level, NULL, AT(80), &error));
    g_assert_error(error, MJ_ERROR, (int)code);
}

static void test_rating(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) tokens = plan(f, "S1", "M1");
    g_autoptr(GPtrArray) others = plan(f, "S2", "M2");
    refused_rating(f, tokens->pdata[0], 5, MJ_ERROR_CONFLICT); // it has not begun
    meet(f, "S1", "v1");
    refused_rating(f, tokens->pdata[1], 5, MJ_ERROR_DENIED); // the official's
    refused_rating(f, others->pdata[0], 5, MJ_ERROR_DENIED); // of another session
    refused_rating(f, NULL, 5, MJ_ERROR_DENIED);
    refused_rating(f, tokens->pdata[0], 0, MJ_ERROR_INVALID);
    g_autoptr(GError) late = NULL;
    g_assert_false(
        idx_rate(f->cat, "S1", tokens->pdata[0], 5, NULL, AT(0) + IDX_MEET_LONGEST_US, &late));
    g_assert_error(late, MJ_ERROR, MJ_ERROR_DENIED);
    g_assert_true(idx_rate(f->cat, "S1", tokens->pdata[0], 4, "讲得清楚", AT(80), NULL));
    g_assert_cmpint(rated(f), ==, 4);
    refused_rating(f, tokens->pdata[0], 5, MJ_ERROR_CONFLICT); // once
    fixture_happens(f, "r1", "hall.session.rated", AT(90), SESSION ",\"evalevel\":2");
    g_assert_cmpint(rated(f), ==, 2); // called back and corrected
    fixture_happens(f, "r0", "hall.session.rated", AT(85), SESSION ",\"evalevel\":5");
    g_assert_cmpint(rated(f), ==, 2); // older, and late
    fixture_happens(f, "r1", "hall.session.rated", AT(90),
                    SESSION ",\"data_ver\":3,\"evalevel\":3");
    fixture_happens(f, "r1", "hall.session.rated", AT(90),
                    SESSION ",\"data_ver\":2,\"evalevel\":1");
    g_assert_cmpint(rated(f), ==, 3);
    fixture_happens(f, "r3", "hall.session.rated", AT(90),
                    "\"data_state\":0,\"data_ver\":4,\"correction_of\":\"r1\"");
    g_assert_cmpint(rated(f), ==, 5); // of r0, as r1 never was
    fixture_happens(f, "r2", "hall.session.rated", AT(90), "\"session_id\":\"S2\",\"evalevel\":5");
    g_autoptr(json_t) other = record(f, "S2"); // it never began
    g_assert_true(json_is_null(json_object_get(other, "satisfaction")));
}

static guint searched(Fixture *f, const char *words, int day)
{
    IdxSubjectAt next;
    g_autoptr(GPtrArray) found = idx_subject_search(f->cat, words, day, NULL, 9, &next, NULL);
    g_assert_cmpint(next.stage, ==, IDX_SUBJECT_STAGES);
    return found->len;
}

static void test_search(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "e1", "hall.session.scheduled", AT(0),
                    "\"session_id\":\"MM-1-SSELU\",\"room\":\"M1\",\"dept\":\"自然资源局\","
                    "\"topic\":\"不动产登记\",\"official_ids\":[\"2001\",\"2002\"],\"slot_start\":"
                    "\"2026-11-28T10:00:00+08:00\",\"slot_end\":\"2026-11-28T10:30:00+08:00\"");
    static const char *const WORDS[] = {"sselu", "资源", "登记", "2001", "2002"};
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++) {
        g_assert_cmpuint(searched(f, WORDS[i], 0), ==, 1);
        g_assert_cmpuint(searched(f, WORDS[i], 20261128), ==, 1);
        g_assert_cmpuint(searched(f, WORDS[i], 20261122), ==, 0); // was planned then
    }
    static const char *const NOBODY[] = {"200", "001", "2001\n2002x"};
    for (size_t i = 0; i < G_N_ELEMENTS(NOBODY); i++)
        g_assert_cmpuint(searched(f, NOBODY[i], 0), ==, 0);
}

/* With a link for later nobody opens the room now. */
static void test_early(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    IdxMeetRequest request = {.session = "S1",
                              .place = "M1",
                              .slot_start_us = AT(3600),
                              .slot_end_us = AT(5400),
                              .legs = LEGS,
                              .roles = LEGS};
    g_autoptr(GPtrArray) tokens = idx_meet_add(f->cat, &request, AT(0), NULL);
    g_assert_true(idx_meet_consent(f->cat, "S1", "citizen", "v1", AT(0), NULL));
    g_assert_false(idx_meet_open_leg(f->cat, "S1", "citizen", AT(1799), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "planned for 2026-11-22T10:30,30 minutes");
    g_assert_true(idx_meet_open_leg(f->cat, "S1", "citizen", AT(1800), NULL));
}

static void test_node(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "e1", "hall.session.scheduled", AT(0),
                    SESSION ",\"room\":\"M1\",\"node_code\":\"V07\",\"slot_start\":"
                            "\"2026-11-22T10:00:00+08:00\",\"slot_end\":"
                            "\"2026-11-22T10:30:00+08:00\"");
    g_autoptr(json_t) told = record(f, "S1");
    g_assert_cmpstr(json_string_value(json_object_get(told, "node_code")), ==, "V07");
    IdxBookFilter of = {.node = "v07"}, other = {.node = "V0"};
    g_autoptr(json_t) found = idx_book_list_json(f->cat, &of, NULL);
    g_autoptr(json_t) none = idx_book_list_json(f->cat, &other, NULL);
    g_assert_cmpuint(json_array_size(json_object_get(found, "sessions")), ==, 1);
    g_assert_cmpuint(json_array_size(json_object_get(none, "sessions")), ==, 0);
}

/* --- retention --------------------------------------------------------------------------------- */

static void test_kept(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) tokens = plan(f, "S1", "M1");
    g_autoptr(json_t) before = record(f, "S1");
    g_assert_true(json_is_null(json_object_get(before, "retention")));
    meet(f, "S1", "v1");
    g_autoptr(json_t) first = record(f, "S1"); // a year: T0 + 70 s + 365 days
    g_assert_cmpstr(in(first, "retention", "kept_until"), ==, "2027-11-22T09:31:10.000000+08:00");
    g_assert_true(idx_rule_set(f->cat, "session", "footage", 1000, 0, NULL));
    g_autoptr(json_t) longer = record(f, "S1");
    const json_t *kept = json_object_get(longer, "retention");
    g_assert_cmpstr(in(kept, "rule", "kind"), ==, "session");
    g_assert_cmpstr(in(kept, "rule", "purpose"), ==, "footage");
    g_assert_cmpint(json_integer_value(json_object_get(json_object_get(kept, "rule"), "days")), ==,
                    1000);
    g_assert_true(json_is_null(json_object_get(kept, "gone_by"))); // never by age
    g_assert_true(json_is_false(json_object_get(kept, "held")));
}

/* All legs in one line, by their own rule; what was not recorded when nobody met is not missing. */
static void test_report(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GPtrArray) tokens = plan(f, "S1", "M1");
    fixture_camera(f, "c1", AT(0));
    meet(f, "S1", "v1");
    g_autoptr(json_t) report = idx_retention_report(f->cat, AT(30 * 86400), NULL);
    const json_t *legs = json_object_get(report, "sessions");
    g_assert_cmpuint(json_array_size(json_object_get(report, "cameras")), ==, 1);
    g_assert_cmpint(json_integer_value(json_object_get(legs, "legs")), ==, 2);
    g_assert_cmpint(json_integer_value(json_object_get(legs, "promised_days")), ==, 365);
    g_assert_cmpint(json_integer_value(json_object_get(legs, "missed")), ==, 0);
    g_assert_cmpfloat(json_real_value(json_object_get(legs, "missing_s")), ==, 0);
    g_assert_cmpstr(json_string_value(json_object_get(legs, "oldest")), ==,
                    "2026-11-22T09:30:10.000000+08:00");
    g_autofree char *csv = idx_retention_report_csv(report);
    g_assert_nonnull(strstr(csv, "sessions"));
}

#define PLANNED                                                                                    \
    SESSION ",\"room\":\"M1\",\"slot_start\":\"2026-11-22T10:00:00+08:00\","                       \
            "\"slot_end\":\"2026-11-22T10:30:00+08:00\""

static GArray *spans_of_session(Fixture *f)
{
    IdxSubjectAt next;
    g_autoptr(GPtrArray) found = idx_subject_search(f->cat, "S1", 0, NULL, 5, &next, NULL);
    g_assert_cmpuint(found->len, ==, 1);
    return idx_story_spans(f->cat, ((const IdxSubject *)found->pdata[0])->id, NULL);
}

/* The cameras of the room's place are the session's as well as its legs; not while somebody else sits there, on the
 * day on which it was planned. */
static void test_room(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_camera(f, "R1", AT(-4 * 86400));
    fixture_place(f, "M1", "R1");
    fixture_happens(f, "e1", "hall.session.scheduled", AT(-3 * 86400), PLANNED);
    g_autoptr(GArray) before = spans_of_session(f);
    g_assert_cmpuint(before->len, ==, 0);
    meet(f, "S1", "v1");
    g_autoptr(GArray) spans = spans_of_session(f);
    g_assert_cmpuint(spans->len, ==, 3);
    for (guint i = 0; i < spans->len; i++) {
        const IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        bool room = span->camera_id == fixture_camera_id(f, "R1"); // and a minute around
        g_assert_cmpint(span->method, ==, IDX_METHOD_SESSION);
        g_assert_cmpint(span->from_us, ==, room ? AT(-50) : AT(10));
        g_assert_cmpint(span->to_us, ==, room ? AT(130) : AT(70));
    }
    fixture_happens(f, "e2", "hall.session.rated", AT(86400),
                    SESSION ",\"room\":\"M1\",\"evalevel\":5");
    g_autoptr(GArray) after = spans_of_session(f);
    g_assert_cmpuint(after->len, ==, 3);
}

/* --- hanging up -------------------------------------------------------------------------------- */

typedef struct Desk { // a recorder's socket, and the first thing that it was asked
    int fd;
    char *asked;
} Desk;

static void *serve(void *data)
{
    Desk *desk = data;
    int fd = accept(desk->fd, NULL, NULL);
    g_autoptr(GByteArray) hello = g_byte_array_new();
    g_autoptr(IdxWireReader) reader = idx_wire_reader_new(4096);
    idx_wire_put_json(
        hello, IDX_WIRE_HELLO, 0,
        json_pack("{s:s, s:i}", "protocol", IDX_WIRE_PROTOCOL, "version", IDX_WIRE_VERSION));
    g_assert_cmpint((int)send(fd, hello->data, hello->len, MSG_NOSIGNAL), ==, (int)hello->len);
    while (!desk->asked) {
        uint8_t bytes[512];
        IdxWireFrame frame;
        ssize_t got = recv(fd, bytes, sizeof bytes, 0);
        if (got <= 0)
            break;
        idx_wire_reader_add(reader, bytes, (size_t)got);
        while (!desk->asked && idx_wire_reader_next(reader, &frame, NULL) == IDX_WIRE_FRAME) {
            g_autoptr(json_t) json =
                frame.type == IDX_WIRE_REQUEST ? idx_wire_get_json(&frame, NULL) : NULL;
            desk->asked = json ? mj_json_dump(json) : NULL;
        }
    }
    close(fd);
    return NULL;
}

/* Recorders are told at once; one that is gone costs nothing. */
static void test_hang_up(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *path = idx_link_path(f->home, 1);
    g_autofree char *folder = g_path_get_dirname(path);
    fixture_recorder(f, AT(0), false);
    idx_meet_hang_up(f->cat, f->home, "S1", NULL); // nobody listens
    struct sockaddr_un address;
    int through = -1;
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(idx_link_address(path, &address, &through, NULL));
    Desk desk = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    g_assert_cmpint(bind(desk.fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    g_assert_cmpint(listen(desk.fd, 1), ==, 0);
    GThread *thread = g_thread_new("recorder", serve, &desk);
    idx_meet_hang_up(f->cat, f->home, "S1", NULL);
    g_thread_join(thread);
    g_assert_cmpstr(desk.asked, ==, "{\"do\":\"end\",\"session\":\"S1\"}");
    g_free(desk.asked);
    close(desk.fd);
    if (through >= 0)
        close(through);
}

/* --- promises ---------------------------------------------------------------------------------- */

static void promised(Fixture *f, const char *id, const char *dept, const char *due)
{
    g_autofree char *data = g_strdup_printf(
        SESSION ",\"promise_id\":\"%s\",\"text\":\"x\",\"owner\":\"o\",\"dept\":\"%s\","
                "\"due\":\"%s\"",
        id, dept, due);
    fixture_happens(f, id, "hall.session.promised", AT(0), data);
}

static int64_t count(const json_t *list, size_t row, const char *state)
{
    const json_t *one = json_array_get(json_object_get(list, "departments"), row);
    return json_integer_value(json_object_get(one, state));
}

static void test_departments(void)
{
    g_autoptr(Fixture) f = fixture_new();
    promised(f, "P1", "人社局", "2026-11-22"); // is done
    promised(f, "P2", "人社局", "2026-12-22");
    promised(f, "P3", "自然资源局", "2026-11-23");
    promised(f, "P4", "自然资源局", "2026-11-27");
    fixture_happens(f, "d1", "hall.session.fulfilled", AT(1),
                    SESSION ",\"promise_id\":\"P1\",\"proof\":\"y\"");
    IdxPromiseFilter all = {0}, part = {.dept = "资源", .state = "overdue"};
    int64_t now_us = AT(3 * 86400); // the 25th
    g_autoptr(json_t) list = idx_promise_list_json(f->cat, &all, now_us, NULL);
    const json_t *rows = json_object_get(list, "promises");
    g_autoptr(GString) order = g_string_new(NULL);
    for (size_t i = 0; i < json_array_size(rows); i++)
        g_string_append(order,
                        json_string_value(json_object_get(json_array_get(rows, i), "promise_id")));
    g_assert_cmpstr(order->str, ==, "P3P4P2P1"); // what is done is last
    g_assert_cmpint(count(list, 0, "overdue"), ==, 1);
    g_assert_cmpint(count(list, 0, "open"), ==, 1);
    g_assert_cmpint(count(list, 1, "done"), ==, 1);
    g_assert_cmpint(count(list, 1, "open"), ==, 1);
    g_autoptr(json_t) some = idx_promise_list_json(f->cat, &part, now_us, NULL);
    g_assert_cmpuint(json_array_size(json_object_get(some, "promises")), ==, 1);
    g_assert_cmpuint(json_array_size(json_object_get(some, "departments")), ==, 1);
    g_assert_cmpint(count(some, 0, "open"), ==, 1); // also of the states that are not shown
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet-record/notice", test_notice);
    g_test_add_func("/meet-record/rating", test_rating);
    g_test_add_func("/meet-record/search", test_search);
    g_test_add_func("/meet-record/early", test_early);
    g_test_add_func("/meet-record/node", test_node);
    g_test_add_func("/meet-record/kept", test_kept);
    g_test_add_func("/meet-record/report", test_report);
    g_test_add_func("/meet-record/room", test_room);
    g_test_add_func("/meet-record/hang-up", test_hang_up);
    g_test_add_func("/meet-record/departments", test_departments);
    return g_test_run();
}
