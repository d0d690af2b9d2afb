// SPDX-License-Identifier: GPL-3.0-or-later
/* What another system's events make of sessions, of those that were booked here, too. */
#include "index/meet/book.h"
#include "index/meet/meet.h"
#include "index/meet/slot.h"
#include "test/index/fixture.h"

static void is(const json_t *json, const char *name, const char *value)
{
    g_assert_cmpstr(json_string_value(json_object_get(json, name)), ==, value);
}

static guint found_by(Fixture *f, const char *official)
{
    IdxBookFilter filter = {.official = official};
    g_autoptr(json_t) json = idx_book_list_json(f->cat, &filter, NULL);
    return (guint)json_array_size(json_object_get(json, "sessions"));
}

/* The same fields as ours carry, from another system. */
static void test_events(void)
{
    g_autoptr(Fixture) f = fixture_new();
    static const char WHEN[] =
        "\"session_id\":\"X-1\",\"room\":\"F03\",\"topic\":\"社保\",\"dept\":\"人社局\","
        "\"official_ids\":[\"2009\",7,\" ２０１０ \",\"a\\nb\",\"2009\"],\"citizen_ref\":\"abc\",";
    g_autofree char *first = g_strconcat(WHEN,
                                         "\"slot_start\":\"2026-11-22T10:00:00+08:00\","
                                         "\"slot_end\":\"2026-11-22T10:30:00+08:00\"",
                                         NULL);
    g_autofree char *later = g_strconcat(WHEN,
                                         "\"slot_start\":\"2026-11-23T10:00:00+08:00\","
                                         "\"slot_end\":\"2026-11-23T10:30:00+08:00\"",
                                         NULL);
    fixture_happens(f, "e1", "hall.session.scheduled", AT(0), first);
    g_autoptr(json_t) made = idx_book_json(f->cat, "X-1", NULL);
    is(made, "dept", "人社局");
    is(made, "official", "2009");
    g_autofree char *officials = json_dumps(json_object_get(made, "officials"), JSON_COMPACT);
    g_assert_cmpstr(officials, ==, "[\"2009\",\"2010\"]");
    g_assert_cmpuint(found_by(f, "2010"), ==, 1);
    g_assert_cmpuint(found_by(f, "010"), ==, 0);
    is(made, "slot_start", "2026-11-22T10:00:00.000000+08:00");
    g_assert_cmpuint(json_array_size(json_object_get(made, "legs")), ==, 2);
    g_autofree char *token = idx_meet_token(f->cat, "X-1", "citizen", AT(1), NULL);
    g_assert_nonnull(token);
    fixture_happens(f, "e2", "hall.session.scheduled", AT(2), later);
    g_autoptr(json_t) moved = idx_book_json(f->cat, "X-1", NULL);
    is(moved, "official", "2009");
    is(moved, "slot_start", "2026-11-23T10:00:00.000000+08:00");
    fixture_happens(f, "e3", "hall.session.cancelled", AT(3), "\"session_id\":\"X-1\"");
    g_autoptr(json_t) gone = idx_book_json(f->cat, "X-1", NULL);
    is(gone, "state", "cancelled");
    fixture_happens(f, "e4", "hall.session.scheduled", AT(4),
                    "\"session_id\":\"no room!\""); // kept
    g_autoptr(GError) error = NULL;
    g_assert_null(idx_book_json(f->cat, "no room!", &error));
    fixture_expect(error, MJ_ERROR_NOT_FOUND, "no session");
}

#define X2(more)                                                                                   \
    "\"session_id\":\"X-2\",\"room\":\"F03\",\"slot_start\":\"2026-11-2" more                      \
    "T10:00:00+08:00\",\"slot_end\":\"2026-11-2" more "T10:30:00+08:00\""

static void is_planned(Fixture *f, const char *state, const char *day)
{
    g_autoptr(json_t) json = idx_book_json(f->cat, "X-2", NULL);
    g_autofree char *start = g_strdup_printf("2026-11-2%sT10:00:00.000000+08:00", day);
    is(json, "state", state);
    is(json, "slot_start", start);
}

/* What another system plans, told late, in another order, corrected and taken back. */
static void test_replanned(void)
{
    g_autoptr(Fixture) f = fixture_new();
    fixture_happens(f, "s2", "hall.session.scheduled", AT(2), X2("4"));
    fixture_happens(f, "s1", "hall.session.scheduled", AT(1), X2("3")); // late
    is_planned(f, "scheduled", "4");
    fixture_happens(f, "s2", "hall.session.scheduled", AT(2), X2("6") ",\"data_ver\":3");
    fixture_happens(f, "s2", "hall.session.scheduled", AT(2), X2("5") ",\"data_ver\":2"); // late
    is_planned(f, "scheduled", "6");
    fixture_happens(f, "s2", "hall.session.scheduled", AT(2),
                    X2("6") ",\"data_ver\":4,\"data_state\":0"); // only s1 was told
    is_planned(f, "scheduled", "3");
    fixture_happens(f, "s3", "hall.session.cancelled", AT(3), "\"session_id\":\"X-2\"");
    is_planned(f, "cancelled", "3");
    fixture_happens(f, "s3", "hall.session.cancelled", AT(3),
                    "\"session_id\":\"X-2\",\"data_ver\":2,\"data_state\":0");
    is_planned(f, "scheduled", "3"); // it never was
    fixture_happens(f, "s4", "hall.session.scheduled", AT(4),
                    X2("3") ",\"correction_of\":\"s1\",\"data_state\":0");
    is_planned(f, "cancelled", "3"); // nothing is planned
    fixture_happens(f, "s6", "hall.session.cancelled", AT(6), "\"session_id\":\"X-3\"");
    fixture_happens(f, "s5", "hall.session.scheduled", AT(5),
                    "\"session_id\":\"X-3\",\"room\":\"F03\","
                    "\"slot_start\":\"2026-11-24T11:00:00+08:00\","
                    "\"slot_end\":\"2026-11-24T11:30:00+08:00\"");
    g_assert_null(idx_book_json(f->cat, "X-3", NULL)); // was cancelled before it was told
}

/* --- booked here ------------------------------------------------------------------------------- */

/* AT(3600) to AT(5400) there, and so on. */
static int64_t slot_at(Fixture *f, const char *place, int hour)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *link = NULL;
    IdxSlotRequest r = {.dept = "自然资源局",
                        .official = "2001",
                        .place = place,
                        .start_us = AT(hour * 3600),
                        .end_us = AT(hour * 3600 + 1800)};
    g_autoptr(IdxSlot) slot = idx_slot_add(f->cat, &r, AT(0), &link, &error);
    g_assert_no_error(error);
    return slot->id;
}

static char *book(Fixture *f, int64_t slot)
{
    char *session = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) tokens = idx_book(
        f->cat, &(IdxBookRequest){.slot_id = slot, .topic = "社保"}, AT(0), &session, &error);
    g_assert_no_error(error);
    return session;
}

/* The slot is @session's; NULL: free. */
static void is_of(Fixture *f, int64_t slot, const char *session)
{
    g_autoptr(IdxSlot) now = idx_slot_get(f->cat, slot, NULL);
    g_assert_cmpstr(now->session, ==, session);
}

static void is_now(Fixture *f, const char *session, const char *state, const char *place,
                   const char *official)
{
    g_autoptr(json_t) json = idx_book_json(f->cat, session, NULL);
    is(json, "state", state);
    is(json, "place", place);
    is(json, "official", official);
}

/* Another system's plan of @session: in @place, @hour hours on. */
static void plans(Fixture *f, const char *id, const char *session, const char *place, int hour,
                  const char *more)
{
    GTimeZone *zone = idx_catalogue_timezone(f->cat);
    g_autofree char *start = mj_time_format(AT(hour * 3600), zone);
    g_autofree char *end = mj_time_format(AT(hour * 3600 + 1800), zone);
    g_autofree char *data = g_strdup_printf("\"session_id\":\"%s\",\"room\":\"%s\",\"slot_start\":"
                                            "\"%s\",\"slot_end\":\"%s\"%s",
                                            session, place, start, end, more);
    fixture_happens(f, id, "hall.session.scheduled", AT(1), data);
}

/* It is moved away from its slot, to one that is there, and to where there is none; and was not, after all. */
static void test_moved_by_others(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t one = slot_at(f, "F01", 1), two = slot_at(f, "F01", 2);
    g_autofree char *session = book(f, one);
    plans(f, "m1", session, "F01", 2, "");
    is_of(f, one, NULL);
    is_of(f, two, session);
    plans(f, "m2", session, "F07", 3, ",\"official_ids\":[\"2002\"]");
    is_of(f, two, NULL);
    is_now(f, session, "scheduled", "F07", "2002");
    g_autofree char *other = book(f, two);
    plans(f, "m2", session, "F07", 3, ",\"data_ver\":2,\"data_state\":0");
    plans(f, "m1", session, "F01", 2, ",\"data_ver\":2,\"data_state\":0");
    is_now(f, session, "scheduled", "F01", "2001");
    is_of(f, one, session);
    is_of(f, two, other);
    plans(f, "m3", session, "F01", 2, ""); // whose slot it is stays so
    is_of(f, one, NULL);
    is_of(f, two, other);
}

static void test_cancelled_by_others(void)
{
    g_autoptr(Fixture) f = fixture_new();
    int64_t slot = slot_at(f, "F01", 1);
    g_autofree char *session = book(f, slot);
    g_autofree char *data = g_strdup_printf("\"session_id\":\"%s\"", session);
    fixture_happens(f, "c1", "hall.session.cancelled", AT(1), data);
    is_now(f, session, "cancelled", "F01", "2001");
    is_of(f, slot, NULL);
    g_autofree char *never = g_strdup_printf("%s,\"data_ver\":2,\"data_state\":0", data);
    fixture_happens(f, "c1", "hall.session.cancelled", AT(1), never);
    is_now(f, session, "scheduled", "F01", "2001");
    is_of(f, slot, session);
    plans(f, "m1", "Z-1", "F02", 1, ""); // theirs from the beginning
    int64_t later = slot_at(f, "F02", 4);
    plans(f, "m2", "Z-1", "F02", 4, "");
    is_of(f, later, "Z-1");
    fixture_happens(f, "c2", "hall.session.cancelled", AT(2), "\"session_id\":\"Z-1\"");
    is_of(f, later, NULL);
}

/* Who sat there in the end, whoever was planned, and in whichever order it is told. */
static void test_seated(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autofree char *session = book(f, slot_at(f, "F01", 1));
    g_autofree char *id = g_strdup_printf("\"session_id\":\"%s\"", session);
    g_autofree char *data = g_strdup_printf("%s,\"official_ids\":[\"2005\",\"2006\"]", id);
    fixture_happens(f, "b1", "hall.session.started", AT(3600), data);
    is_now(f, session, "scheduled", "F01", "2005"); // it has not begun here
    g_assert_cmpuint(found_by(f, "2006"), ==, 1);
    g_assert_cmpuint(found_by(f, "2001"), ==, 0);
    plans(f, "m1", session, "F02", 1, ",\"official_ids\":[\"2003\"]"); // late
    is_now(f, session, "scheduled", "F02", "2005");
    fixture_happens(f, "b2", "hall.session.started", AT(3601), id); // does not say
    is_now(f, session, "scheduled", "F02", "2005");
    g_autofree char *never = g_strdup_printf("%s,\"data_ver\":2,\"data_state\":0", data);
    fixture_happens(f, "b1", "hall.session.started", AT(3600), never);
    is_now(f, session, "scheduled", "F02", "2003");
}

/* A room is not given away twice. */
static void test_taken(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *link = NULL;
    fixture_happens(f, "e1", "hall.session.scheduled", AT(0),
                    "\"session_id\":\"X-7\",\"room\":\"F01\",\"slot_start\":"
                    "\"2026-11-22T11:45:00+08:00\",\"slot_end\":\"2026-11-22T12:15:00+08:00\"");
    IdxSlotRequest r = {
        .dept = "自然资源局", .place = "F01", .start_us = AT(7200), .end_us = AT(9000)};
    g_assert_null(idx_slot_add(f->cat, &r, AT(0), &link, &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "session X-7,F01");
    slot_at(f, "F02", 2);
    slot_at(f, "F01", 3);
}

/* Whoever tells what cannot be carried out is told so. */
static void test_unfollowed(void)
{
#define SLOT(from, to)                                                                             \
    ",\"slot_start\":\"2026-11-22T" from ":00+08:00\",\"slot_end\":\"2026-11-22T" to ":00+08:00\""
    static const struct {
        const char *type, *data, *words;
    } TABLE[] = {
        {"scheduled", "\"session_id\":\"Y1\",\"room\":\"F03\"" SLOT("10:00", "10:30"), NULL},
        {"scheduled", "\"session_id\":\"Y2\"" SLOT("10:00", "10:30"), "data.room"},
        {"scheduled", "\"session_id\":\"Y3\",\"room\":\"F03\"" SLOT("10:30", "10:00"), "slot_end"},
        {"scheduled", "\"session_id\":\"Y4\",\"room\":\"F03\"", "slot_start"},
        {"scheduled", "\"session_id\":\"会话\",\"room\":\"F03\"" SLOT("10:00", "10:30"),
         "data.session_id"},
        {"promised", "\"session_id\":\"Y1\",\"promise_id\":\"P1\",\"text\":\"x\"", "data.due"},
        {"started", "\"session_id\":\"Y9\"", NULL},
    };
#undef SLOT
    g_autoptr(Fixture) f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autofree char *id = g_strdup_printf("u%zu", i);
        g_autofree char *type = g_strconcat("hall.session.", TABLE[i].type, NULL);
        g_autofree char *event = fixture_event(id, type, AT(1), TABLE[i].data);
        g_autoptr(IdxEventBatch) batch = fixture_add(f, event, 1, 0, 0);
        g_test_message("%s", event);
        g_assert_cmpint(batch->warned_of[IDX_WARNED_IDLE], ==, TABLE[i].words != NULL);
        const char *warning = g_array_index(batch->results, IdxEventResult, 0).warning;
        g_assert_true(!TABLE[i].words || strstr(warning, TABLE[i].words));
    }
}

/* A session at F01 whose citizen has agreed; and in which he is. */
static void plan_here(Fixture *f, const char *session)
{
    static const char *const LEGS[] = {"citizen", "official", NULL};
    IdxMeetRequest request = {.session = session, .place = "F01", .legs = LEGS, .roles = LEGS};
    g_autoptr(GPtrArray) tokens = idx_meet_add(f->cat, &request, AT(0), NULL);
    g_assert_nonnull(tokens);
    g_assert_true(idx_meet_consent(f->cat, session, "citizen", "1", AT(5), NULL));
}

static void begin_here(Fixture *f, const char *session)
{
    plan_here(f, session);
    g_assert_true(idx_meet_open_leg(f->cat, session, "citizen", AT(10), NULL));
}

/* A session that all have left, and nobody ended, is over when the next one begins in its room. */
static void test_left(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    begin_here(f, "S1");
    g_autoptr(IdxMeet) first = idx_meet_get(f->cat, "S1", NULL);
    int64_t stream = idx_meet_leg(first, "citizen")->stream_id;
    int64_t id = fixture_segment(f, stream, AT(10), AT(300), "open");
    plan_here(f, "S2");
    g_assert_false(idx_meet_open_leg(f->cat, "S2", "citizen", AT(400), &error));
    fixture_expect(error, MJ_ERROR_CONFLICT, "S1,still goes on");
    g_clear_error(&error);
    g_assert_true(idx_meet_open_leg(f->cat, "S2", "citizen", AT(421), &error));
    g_assert_no_error(error);
    g_autoptr(IdxMeet) left = idx_meet_get(f->cat, "S1", NULL);
    g_assert_cmpint(left->ended_us, ==, AT(421));
    g_assert_cmpint(id, >, 0);
}

/* Moved to a room that nobody knew, for another topic: it is found by that, and can begin there. */
static void test_moved_far(void)
{
#define PLAN(room, topic)                                                                          \
    "\"session_id\":\"X-9\",\"room\":\"" room "\",\"topic\":\"" topic "\","                        \
    "\"slot_start\":\"2026-11-22T09:30:00+08:00\",\"slot_end\":\"2026-11-22T10:00:00+08:00\""
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    fixture_happens(f, "e1", "hall.session.scheduled", AT(0), PLAN("M1", "社保"));
    fixture_happens(f, "e2", "hall.session.scheduled", AT(1), PLAN("M99", "不动产"));
    g_autoptr(json_t) moved = idx_book_json(f->cat, "X-9", NULL);
    is(moved, "place", "M99");
    is(moved, "topic", "不动产");
    g_assert_true(idx_meet_consent(f->cat, "X-9", "citizen", "1", AT(5), NULL));
    g_assert_true(idx_meet_open_leg(f->cat, "X-9", "citizen", AT(10), &error));
    g_assert_no_error(error);
#undef PLAN
}

/* When a session that is carried here begins and ends is known here, whatever another system believes. */
static void test_believed(void)
{
    static const char VISITS[] = "SELECT c.code, (v.from_us - 1795311000000000) / 1000000,"
                                 " (v.to_us - 1795311000000000) / 1000000 FROM span v JOIN camera c"
                                 " ON c.id = v.camera_id WHERE v.superseded_us IS NULL ORDER BY 1";
    g_autoptr(Fixture) f = fixture_new();
    const char *id = "\"session_id\":\"S1\",\"room\":\"F01\"";
    begin_here(f, "S1");
    g_autofree char *before = fixture_dump(f->cat, VISITS);
    g_assert_nonnull(strstr(before, "S1-citizen|"));
    g_assert_true(g_str_has_suffix(before, "|-"));
    fixture_happens(f, "x1", "hall.session.started", AT(30), id);
    fixture_happens(f, "x2", "hall.session.ended", AT(40), id);
    g_autofree char *after = fixture_dump(f->cat, VISITS);
    g_assert_cmpstr(after, ==, before);
    g_assert_true(idx_meet_end(f->cat, "S1", NULL, AT(70), NULL));
    g_autofree char *ended = fixture_dump(f->cat, VISITS);
    g_assert_cmpstr(ended, !=, before);
    g_assert_null(strstr(ended, "|-"));
}

/* Whoever is late is not cut off in mid-sentence; when all have gone it ends by itself. */
static void test_late(void)
{
    g_autoptr(Fixture) f = fixture_new();
    g_autoptr(GError) error = NULL;
    int64_t late_us = AT(20) + IDX_MEET_LONGEST_US;
    begin_here(f, "S1");
    g_autofree char *token = idx_meet_token(f->cat, "S1", "citizen", AT(11), NULL);
    g_autoptr(IdxMeet) open = idx_meet_get(f->cat, "S1", NULL);
    fixture_segment(f, idx_meet_leg(open, "citizen")->stream_id, late_us - MJ_MINUTE_US,
                    late_us - MJ_SECOND_US, "closed"); // between two files
    g_assert_true(idx_meet_end_overdue(f->cat, late_us, &error));
    g_autoptr(IdxMeet) on = idx_meet_get(f->cat, "S1", NULL);
    g_assert_cmpint(on->ended_us, ==, 0);
    g_autofree char *who = idx_meet_who(f->cat, "S1", token, late_us, &error);
    g_assert_cmpstr(who, ==, "citizen");
    g_assert_true(idx_meet_end_overdue(f->cat, late_us + 3 * MJ_MINUTE_US, &error));
    g_autoptr(IdxMeet) over = idx_meet_get(f->cat, "S1", NULL);
    g_assert_cmpint(over->ended_us, ==, late_us + 3 * MJ_MINUTE_US);
    g_assert_null(idx_meet_who(f->cat, "S1", token, late_us + 3 * MJ_MINUTE_US, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet-follow/events", test_events);
    g_test_add_func("/meet-follow/replanned", test_replanned);
    g_test_add_func("/meet-follow/moved-by-others", test_moved_by_others);
    g_test_add_func("/meet-follow/cancelled-by-others", test_cancelled_by_others);
    g_test_add_func("/meet-follow/seated", test_seated);
    g_test_add_func("/meet-follow/moved-far", test_moved_far);
    g_test_add_func("/meet-follow/left", test_left);
    g_test_add_func("/meet-follow/taken", test_taken);
    g_test_add_func("/meet-follow/unfollowed", test_unfollowed);
    g_test_add_func("/meet-follow/believed", test_believed);
    g_test_add_func("/meet-follow/late", test_late);
    return g_test_run();
}
