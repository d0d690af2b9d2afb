// SPDX-License-Identifier: GPL-3.0-or-later
/* Slots, what is booked of them, and promises with their alarms. */
#include "index/alarm/alarm.h"
#include "index/alarm/find.h"
#include "index/meet/book.h"
#include "index/meet/meet.h"
#include "index/meet/promise.h"
#include "index/meet/slot.h"
#include "test/index/fixture.h"

#include <string.h>

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static int64_t slot_at(Fixture *f, const char *place, const char *official, int from, int to)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *link = NULL;
    g_autoptr(json_t) topics = json_pack("[s, s]", "不动产登记", "社保");
    IdxSlotRequest r = {.dept = "自然资源局",
                        .official = official,
                        .place = place,
                        .topics = topics,
                        .start_us = AT(from),
                        .end_us = AT(to)};
    g_autoptr(IdxSlot) slot = idx_slot_add(f->cat, &r, AT(0), &link, &error);
    g_assert_no_error(error);
    g_assert_true(idx_slot_check_link(f->cat, slot->id, link, &error));
    return slot->id;
}

static void refused_slot(Fixture *f, IdxSlotRequest r, MjError code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *link = NULL;
    g_assert_null(idx_slot_add(f->cat, &r, AT(0), &link, &error));
    fixture_expect(error, code, words);
}

static void test_slots(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t id = slot_at(f, "F01", "2001", 3600, 5400);
    IdxSlotRequest r = {"人社局", "2002", "F01", NULL, AT(5000), AT(6000)};
    refused_slot(f, r, MJ_ERROR_CONFLICT, "overlaps slot,place F01");
    r.place = "F02", r.official = "2001";
    refused_slot(f, r, MJ_ERROR_CONFLICT, "overlaps slot,official 2001");
    r.end_us = r.start_us;
    refused_slot(f, r, MJ_ERROR_INVALID, "end after it begins");
    r.start_us = AT(-600), r.end_us = AT(0);
    refused_slot(f, r, MJ_ERROR_INVALID, "past");
    r.end_us = AT(9 * 3600);
    refused_slot(f, r, MJ_ERROR_INVALID, "8 hours");
    int64_t next = slot_at(f, "F01", "2001", 5400, 7200); // right behind it
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_slot_check_link(f->cat, id, "guess", &error));
    fixture_expect(error, MJ_ERROR_DENIED, "books no slot");
    g_autoptr(GPtrArray) two = idx_slot_list(f->cat, AT(0), AT(7200), "自然资源局", NULL);
    g_assert_cmpuint(two->len, ==, 2);
    g_assert_true(idx_slot_withdraw(f->cat, next, AT(10), NULL));
    slot_at(f, "F01", "2001", 5400, 7200); // the time is free again
}

static char *book(Fixture *f, int64_t slot, const char *topic, GError **error)
{
    char *session = NULL;
    IdxBookRequest r = {.slot_id = slot,
                        .topic = topic,
                        .citizen_ref = "c1f0aa",
                        .approval_id = "370281-2026-000317"};
    g_autoptr(GPtrArray) tokens = idx_book(f->cat, &r, AT(0), &session, error);
    g_assert_true((tokens != NULL) == (session != NULL));
    if (tokens != NULL)
        g_assert_cmpuint(tokens->len, ==, 2);
    return session;
}

static void not_booked(Fixture *f, int64_t slot, const char *topic, MjError code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(book(f, slot, topic, &error));
    fixture_expect(error, code, words);
}

static void is(const json_t *json, const char *name, const char *value)
{
    g_assert_cmpstr(json_string_value(json_object_get(json, name)), ==, value);
}

static void test_booking(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t one = slot_at(f, "F01", NULL, 3600, 5400), two = slot_at(f, "F02", "2001", 3600, 5400);
    int64_t back = slot_at(f, "F01", NULL, 7200, 9000);
    not_booked(f, one, "婚姻登记", MJ_ERROR_INVALID, "not for the topic 婚姻登记");
    not_booked(f, 99, "社保", MJ_ERROR_NOT_FOUND, "no slot 99");
    g_autofree char *session = book(f, one, "社保", NULL);
    g_assert_true(g_str_has_prefix(session, "MM-20261122-"));
    g_assert_cmpuint(strlen(session), ==, strlen("MM-20261122-ABCDE"));
    not_booked(f, one, "社保", MJ_ERROR_CONFLICT, "booked already");
    g_autoptr(GError) error = NULL;
    g_assert_false(idx_slot_withdraw(f->cat, one, AT(1), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, session);
    g_assert_true(idx_book_move(f->cat, session, two, AT(1), NULL));
    g_autoptr(json_t) moved = idx_book_json(f->cat, session, NULL);
    is(moved, "place", "F02");
    is(moved, "official", "2001");
    g_autofree char *official = fixture_dump(
        f->cat, "SELECT s.key FROM facet f JOIN subject_facet o ON o.facet_id = f.id JOIN subject s"
                " ON s.id = o.subject_id WHERE f.kind = 'staff' AND f.value = '2001'");
    g_assert_cmpstr(official, ==, session); // by whom the session is found
    is(moved, "approval_id", "370281-2026-000317");
    is(moved, "state", "scheduled");
    g_assert_true(idx_book_move(f->cat, session, back, AT(1), NULL));
    g_autoptr(json_t) nobodys = idx_book_json(f->cat, session, NULL);
    is(nobodys, "official", NULL); // not whoever it was booked with before
    is(nobodys, "approval_id", "370281-2026-000317");
    g_assert_true(idx_book_move(f->cat, session, two, AT(1), NULL));
    g_assert_true(idx_book_cancel(f->cat, session, "生病", AT(2), NULL));
    g_autoptr(json_t) gone = idx_book_json(f->cat, session, NULL);
    is(gone, "state", "cancelled");
    g_autofree char *again = book(f, two, "社保", NULL); // the slot is free again
    g_assert_cmpstr(again, !=, session);
    g_autofree char *kinds =
        fixture_dump(f->cat, "SELECT type FROM event WHERE json_extract(body,"
                             " '$.data.citizen_ref') = 'c1f0aa' OR type LIKE"
                             " '%cancelled' OR json_extract(body, '$.data.room') = 'F02'"
                             " ORDER BY id");
    g_assert_cmpstr(kinds, ==,
                    "hall.session.scheduled\nhall.session.scheduled\nhall.session.scheduled\n"
                    "hall.session.cancelled\nhall.session.scheduled");
}

static void test_begun(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t one = slot_at(f, "F01", NULL, 0, 5400), two = slot_at(f, "F02", NULL, 3600, 5400);
    g_autofree char *session = book(f, one, "社保", NULL);
    g_autoptr(GError) a = NULL, b = NULL;
    g_assert_true(idx_meet_consent(f->cat, session, "citizen", "2026-11", AT(1), NULL));
    g_assert_true(idx_meet_open_leg(f->cat, session, "citizen", AT(2), NULL));
    g_assert_false(idx_book_cancel(f->cat, session, NULL, AT(3), &a));
    fixture_expect(a, MJ_ERROR_CONFLICT, "has begun");
    g_assert_false(idx_book_move(f->cat, session, two, AT(3), &b));
    fixture_expect(b, MJ_ERROR_CONFLICT, "has begun");
}

static guint found(Fixture *f, IdxBookFilter filter)
{
    g_autoptr(json_t) json = idx_book_list_json(f->cat, &filter, NULL);
    return (guint)json_array_size(json_object_get(json, "sessions"));
}

/* Page by page what is there at once, in that order. */
static void test_list_pages(void)
{
    g_autoptr(Fixture) f = fixture_new();
    for (int i = 0; i < 5; i++) // two that begin together
        g_free(book(
            f,
            slot_at(f, i % 2 ? "F01" : "F02", NULL, 3600 * (1 + i / 2 * 2), 3600 * (2 + i / 2 * 2)),
            "社保", NULL));
    IdxBookFilter all = {0};
    g_autoptr(json_t) once = idx_book_list_json(f->cat, &all, NULL);
    g_assert_cmpuint(json_array_size(json_object_get(once, "sessions")), ==, 5);
    g_assert_true(json_is_null(json_object_get(once, "next")));
    for (int limit = 1; limit <= 5; limit++) {
        g_autoptr(json_t) whole = json_array();
        g_autofree char *cursor = NULL;
        int pages = 0;
        do {
            IdxBookFilter some = {.cursor = cursor, .limit = limit};
            g_autoptr(json_t) page = idx_book_list_json(f->cat, &some, NULL);
            json_array_extend(whole, json_object_get(page, "sessions"));
            g_free(cursor);
            cursor = g_strdup(json_string_value(json_object_get(page, "next")));
            pages++;
        } while (cursor);
        g_assert_cmpint(pages, ==, (5 + limit - 1) / limit);
        g_assert_true(json_equal(whole, json_object_get(once, "sessions")));
    }
    g_autoptr(GError) error = NULL;
    IdxBookFilter wrong = {.cursor = "MM-1"};
    g_assert_null(idx_book_list_json(f->cat, &wrong, &error));
    fixture_expect(error, MJ_ERROR_INVALID, "where a list goes on");
}

static void test_list(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t one = slot_at(f, "F01", "2001", 3600, 5400);
    int64_t two = slot_at(f, "F01", NULL, 3600 + 86400, 5400 + 86400);
    g_autofree char *a = book(f, one, "社保", NULL), *b = book(f, two, "不动产登记", NULL);
    g_assert_cmpuint(found(f, (IdxBookFilter){0}), ==, 2);
    g_assert_cmpuint(found(f, (IdxBookFilter){.topic = "不动产"}), ==, 1);
    g_assert_cmpuint(found(f, (IdxBookFilter){.official = "2001"}), ==, 1);
    g_assert_cmpuint(found(f, (IdxBookFilter){.dept = "人社局"}), ==, 0);
    g_assert_cmpuint(found(f, (IdxBookFilter){.session = "MM-20261122"}), ==, 1);
    g_assert_cmpuint(found(f, (IdxBookFilter){.from_us = AT(86400), .to_us = AT(2 * 86400)}), ==,
                     1);
}

/* --- promises ---------------------------------------------------------------------------------- */

static char *promise(Fixture *f, const char *session, const char *due, GError **error)
{
    char *code = NULL;
    IdxPromiseRequest r = {.session = session,
                           .leg = "official",
                           .text = "三日内补发\"证书\"",
                           .owner = "2001",
                           .due = due};
    idx_promise_add(f->cat, &r, AT(60), &code, error);
    return code;
}

static char *state_at(Fixture *f, const char *code, int now)
{
    g_autoptr(json_t) json = idx_promise_json(f->cat, code, AT(now), NULL);
    return g_strdup(json_string_value(json_object_get(json, "state")));
}

static void check_state(Fixture *f, const char *code, int now, const char *expected)
{
    g_autofree char *state = state_at(f, code, now);
    g_assert_cmpstr(state, ==, expected);
}

static char *alarms_at(Fixture *f, int now)
{
    g_autoptr(GArray) list = idx_conditions_new();
    g_assert_true(idx_conditions_promises(f->cat, AT(now), list, NULL));
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++) {
        const IdxCondition *c = &g_array_index(list, IdxCondition, i);
        g_assert_null(strstr(c->detail, "证书")); // what was promised is told in the list alone
        g_string_append_printf(text, "%s %s %s;", c->kind, c->severity, c->code);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void check_alarms(Fixture *f, int now, const char *expected)
{
    g_autofree char *alarms = alarms_at(f, now);
    g_assert_cmpstr(alarms, ==, expected);
}

static void refused_promise(Fixture *f, const char *session, const char *due, MjError code,
                            const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(promise(f, session, due, &error));
    fixture_expect(error, code, words);
}

#define HOUR 3600

static void test_promises(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *session = book(f, slot_at(f, "F01", NULL, 0, 5400), "社保", NULL);
    refused_promise(f, session, "2026-11-21", MJ_ERROR_INVALID, "today or later");
    refused_promise(f, session, "soon", MJ_ERROR_INVALID, "due is a day");
    refused_promise(f, "no-such", "2026-11-25", MJ_ERROR_NOT_FOUND, "no-such");
    g_autofree char *code = promise(f, session, "2026-11-25", NULL); // over at 62.5 h
    check_state(f, code, 60, "open");
    check_state(f, code, 63 * HOUR, "due");
    check_alarms(f, 63 * HOUR, "");
    check_state(f, code, 87 * HOUR, "overdue");
    check_alarms(f, 87 * HOUR, "promise yellow overdue;");
    check_alarms(f, 11 * 24 * HOUR, "promise red overdue;");
    IdxPromiseFilter by = {.dept = "自然资源局", .state = "overdue"};
    g_autoptr(json_t) list = idx_promise_list_json(f->cat, &by, AT(87 * HOUR), NULL);
    g_assert_cmpuint(json_array_size(json_object_get(list, "promises")), ==, 1);
    g_autofree char *csv = idx_promise_csv(list);
    g_assert_nonnull(strstr(csv, "\"三日内补发\"\"证书\"\"\""));
    g_autoptr(GError) error = NULL;
    IdxPromiseProof proof = {.text = "已寄出 SF1234", .sha256 = HASH, .by = "clerk"};
    g_assert_true(idx_promise_done(f->cat, code, &proof, AT(88 * HOUR), &error));
    check_state(f, code, 88 * HOUR, "done");
    check_alarms(f, 88 * HOUR, "");
    g_assert_false(idx_promise_done(f->cat, code, &proof, AT(88 * HOUR), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "done already");
}

/* Those that are done come last, whatever day they were due; the list goes on where it ended, whatever is done meanwhile. */
static void test_promises_pages(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *session = book(f, slot_at(f, "F01", NULL, 0, 5400), "社保", NULL);
    g_autofree char *done = promise(f, session, "2026-11-23", NULL);
    static const char *const DUE[] = {"2026-11-24", "2026-11-24", "2026-11-25", "2026-11-26"};
    for (size_t i = 0; i < G_N_ELEMENTS(DUE); i++)
        g_free(promise(f, session, DUE[i], NULL));
    IdxPromiseProof proof = {.text = "SF1234", .by = "clerk"};
    g_assert_true(idx_promise_done(f->cat, done, &proof, AT(HOUR), NULL));
    IdxPromiseFilter all = {0};
    g_autoptr(json_t) once = idx_promise_list_json(f->cat, &all, AT(HOUR), NULL);
    const json_t *list = json_object_get(once, "promises");
    g_assert_cmpstr(json_string_value(json_object_get(json_array_get(list, 4), "promise_id")), ==,
                    done);
    for (int limit = 1; limit <= 5; limit++) {
        g_autoptr(json_t) whole = json_array();
        g_autofree char *cursor = NULL;
        do {
            IdxPromiseFilter some = {.cursor = cursor, .limit = limit};
            g_autoptr(json_t) page = idx_promise_list_json(f->cat, &some, AT(HOUR), NULL);
            g_assert_true(json_equal(json_object_get(page, "departments"),
                                     json_object_get(once, "departments")));
            json_array_extend(whole, json_object_get(page, "promises"));
            g_free(cursor);
            cursor = g_strdup(json_string_value(json_object_get(page, "next")));
        } while (cursor);
        g_assert_true(json_equal(whole, list));
    }
    g_autoptr(GError) error = NULL;
    IdxPromiseFilter wrong = {.cursor = "d"};
    g_assert_null(idx_promise_list_json(f->cat, &wrong, AT(HOUR), &error));
    fixture_expect(error, MJ_ERROR_INVALID, "where a list goes on");
}

static void test_promises_of_others(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(
        f, "p1", "hall.session.promised", AT(0),
        "\"session_id\":\"X-9\",\"promise_id\":\"K7\",\"text\":\"=1+1\",\"owner\":\"张\","
        "\"due\":\"2026-11-22\",\"dept_code\":\"D1\"");
    check_state(f, "K7", 1, "due");
    IdxPromiseFilter by = {.dept = "D1"};
    g_autoptr(json_t) list = idx_promise_list_json(f->cat, &by, AT(1), NULL);
    g_autofree char *csv = idx_promise_csv(list);
    g_assert_nonnull(strstr(csv, "\"'=1+1\"")); // no formula
    fixture_happens(f, "p2", "hall.session.fulfilled", AT(2),
                    "\"session_id\":\"X-9\",\"promise_id\":\"K7\",\"proof\":\"办件 17 办结\"");
    check_state(f, "K7", 3, "done");
}

#define K8 "\"session_id\":\"X-9\",\"promise_id\":\"K8\","

/* As another source sends it; what is refused says why. */
static void happens_at(Fixture *f, const char *source, const char *id, const char *type,
                       const char *data, const char *refused)
{
    g_autofree char *text = fixture_event(id, type, AT(5), data);
    g_autoptr(json_t) json = json_loads(text, 0, NULL);
    json_object_set_new(json, "source", json_string(source));
    g_autofree char *told = json_dumps(json, 0);
    g_autoptr(IdxEventBatch) batch = fixture_add(f, told, !refused, 0, refused != NULL);
    const IdxEventResult *result = &g_array_index(batch->results, IdxEventResult, 0);
    g_assert_true(!refused || strstr(result->message, refused));
}

static void says(Fixture *f, const char *code, const char *text, const char *due)
{
    g_autoptr(json_t) json = idx_promise_json(f->cat, code, AT(9), NULL);
    is(json, "text", text);
    is(json, "due", due);
}

/* Whoever told it corrects it, by version or by name, also out of order; the alarm goes by the new day. */
static void test_corrected(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "c1", "hall.session.promised", AT(1),
                    K8 "\"text\":\"a\",\"owner\":\"2001\",\"due\":\"2026-11-23\",\"dept\":\"D1\"");
    check_alarms(f, 48 * HOUR, "promise yellow overdue;");
    fixture_happens(f, "c1", "hall.session.promised", AT(1),
                    K8 "\"data_ver\":3,\"text\":\"c\",\"owner\":\"2002\",\"due\":\"2026-12-01\"");
    fixture_happens(f, "c1", "hall.session.promised", AT(1), // late, and older
                    K8 "\"data_ver\":2,\"text\":\"b\",\"due\":\"2026-11-24\"");
    says(f, "K8", "c", "2026-12-01");
    check_alarms(f, 48 * HOUR, "");
    check_alarms(f, 10 * 24 * HOUR, "promise yellow overdue;");
    g_autoptr(json_t) told = idx_promise_json(f->cat, "K8", AT(9), NULL);
    is(told, "owner", "2002");
    is(told, "dept", "D1"); // what is not said stays
    fixture_happens(
        f, "c2", "hall.session.promised", AT(2),
        K8 "\"data_ver\":4,\"correction_of\":\"c1\",\"text\":\"d\",\"due\":\"2026-12-02\"");
    says(f, "K8", "d", "2026-12-02");
    fixture_happens(f, "c3", "hall.session.promised", AT(3),
                    K8 "\"data_ver\":5,\"text\":\"e\""); // another ID, and no day
    says(f, "K8", "e", "2026-12-02");
    g_autofree char *before =
        fixture_dump(f->cat, "SELECT count(*) FROM event WHERE type = 'hall.session.promised'");
    g_assert_cmpstr(before, ==, "5"); // all that was said is kept
}

/* The correction came first, and says neither the day nor who sees to it. */
static void test_corrected_first(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "c1", "hall.session.promised", AT(1), K8 "\"data_ver\":3,\"text\":\"c\"");
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_promise_json(f->cat, "K8", AT(9), &error)); // for no day yet
    fixture_happens(f, "c1", "hall.session.promised", AT(1),
                    K8 "\"text\":\"a\",\"owner\":\"2001\",\"due\":\"2026-11-23\"");
    says(f, "K8", "c", "2026-11-23");
    check_alarms(f, 48 * HOUR, "promise yellow overdue;");
    fixture_happens(f, "c1", "hall.session.promised", AT(1),
                    K8 "\"data_ver\":2,\"owner\":\"2002\",\"due\":\"2026-11-24\"");
    says(f, "K8", "c", "2026-11-24"); // what is newer says more
    g_autoptr(json_t) told = idx_promise_json(f->cat, "K8", AT(9), NULL);
    is(told, "owner", "2002");
}

static void test_corrected_by_others(void)
{
    g_autoptr(Fixture) f = fixture_new();
    static const char MINE[] = K8 "\"text\":\"a\",\"due\":\"2026-11-23\"";
    happens_at(f, "a", "o1", "hall.session.promised", MINE, NULL);
    happens_at(f, "b", "o1", "hall.session.promised", K8 "\"data_ver\":9,\"text\":\"never\"",
               "K8 was told by a, which alone corrects it");
    happens_at(f, "b", "o2", "hall.session.promised",
               "\"session_id\":\"Y-1\",\"promise_id\":\"K8\",\"due\":\"2026-12-23\"", "another ID");
    happens_at(f, "/mingjing/H01/sessions", "x", "hall.session.ended", "\"session_id\":\"X-9\"",
               "a source of its own");
    happens_at(f, "/mingjing/H02/sessions", "x", "hall.session.ended", "\"session_id\":\"X-9\"",
               NULL); // another hall's
    says(f, "K8", "a", "2026-11-23");
    happens_at(f, "b", "o3", "hall.session.fulfilled", K8 "\"proof\":\"x\"", NULL);
    check_state(f, "K8", 9, "done");
    happens_at(f, "a", "o1", "hall.session.promised",
               K8 "\"data_ver\":2,\"text\":\"b\",\"due\":\"2026-11-24\"", NULL);
    check_state(f, "K8", 9, "done"); // still
    happens_at(f, "b", "o4", "hall.session.fulfilled",
               K8 "\"correction_of\":\"o3\",\"data_state\":0", NULL);
    check_state(f, "K8", 9, "open");
    happens_at(f, "a", "o5", "hall.session.promised",
               "\"session_id\":\"X-9\",\"promise_id\":\"K9\",\"correction_of\":\"o1\","
               "\"data_ver\":3,\"data_state\":0",
               NULL);
    g_autoptr(GError) gone = NULL;
    g_assert_null(idx_promise_json(f->cat, "K8", AT(9), &gone));
    fixture_expect(gone, MJ_ERROR_NOT_FOUND, "no promise K8");
    happens_at(f, "b", "o6", "hall.session.promised", MINE, NULL); // free again
    says(f, "K8", "a", "2026-11-23");
}

/* The proof came first. */
static void test_fulfilled_first(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "d1", "hall.session.fulfilled", AT(2), K8 "\"proof\":\"x\"");
    fixture_happens(f, "d2", "hall.session.promised", AT(1),
                    K8 "\"due\":\"2026-11-23\",\"text\":\"a\"");
    check_state(f, "K8", 9, "done");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet-plan/slots", test_slots);
    g_test_add_func("/meet-plan/booking", test_booking);
    g_test_add_func("/meet-plan/begun", test_begun);
    g_test_add_func("/meet-plan/list", test_list);
    g_test_add_func("/meet-plan/list-pages", test_list_pages);
    g_test_add_func("/meet-plan/promises", test_promises);
    g_test_add_func("/meet-plan/promises-pages", test_promises_pages);
    g_test_add_func("/meet-plan/promises-of-others", test_promises_of_others);
    g_test_add_func("/meet-plan/corrected", test_corrected);
    g_test_add_func("/meet-plan/corrected-first", test_corrected_first);
    g_test_add_func("/meet-plan/corrected-by-others", test_corrected_by_others);
    g_test_add_func("/meet-plan/fulfilled-first", test_fulfilled_first);
    return g_test_run();
}
