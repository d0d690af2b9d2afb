// SPDX-License-Identifier: GPL-3.0-or-later
/* Slots, bookings, join links and promises over HTTP: what is answered, and to whom. No recorder runs here: meetings
 * themselves are in test/meet. */
#include "api/limit.h"
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/db.h"
#include "index/meet/meet.h"
#include "index/meet/notice.h"
#include "test/api/support/hall.h"
#include "test/api/support/schema.h"

#include <string.h>

#define V1 "/api/v1"
#define CLERK "other1"

static Hall *hall;
static json_t *contract;

static void fits(const char *schema, const json_t *json)
{
    const json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    g_autofree char *wrong = schema_check(contract, json_object_get(schemas, schema), json, "$");
    g_assert_cmpstr(wrong, ==, NULL);
}

static json_t *send_as(const char *header, const char *method, const char *path, const char *body,
                       long status)
{
    g_autoptr(Client) client = hall_client(hall);
    const char *headers[] = {"Content-Type: application/json", header, NULL};
    g_autoptr(Answer) answer =
        client_send(client, method, path, headers, body, body != NULL ? (gssize)strlen(body) : -1);
    g_test_message("%s %s → %ld %.*s", method, path, answer->status, (int)answer->body->len,
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    return answer_json(answer);
}

/* One that is signed in all the time: who signs in often is slowed. */
static const char *clerk_cookie(void)
{
    static char *cookie;
    if (!cookie)
        cookie = hall_cookie(hall, CLERK);
    return cookie;
}

static json_t *post(const char *path, const char *body, long status)
{
    return send_as(clerk_cookie(), "POST", path, body, status);
}

static json_t *get(const char *path)
{
    return send_as(clerk_cookie(), "GET", path, NULL, 200);
}

static json_t *with_token(const char *token, const char *method, const char *path, const char *body,
                          long status)
{
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    return send_as(bearer, method, path, body, status);
}

static const char *text_of(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

static void is(const json_t *json, const char *name, const char *value)
{
    g_assert_cmpstr(text_of(json, name), ==, value);
}

static void says(const json_t *problem, const char *words)
{
    g_assert_nonnull(strstr(text_of(problem, "detail"), words));
}

/* An hour of which nobody else has anything. */
static char *slot_body(int hour)
{
    int64_t from_us = mj_clock_utc_us(mj_clock_system()) + hour * MJ_HOUR_US;
    g_autofree char *from = mj_time_format(from_us, NULL);
    g_autofree char *to = mj_time_format(from_us + MJ_HOUR_US, NULL);
    return g_strdup_printf("{\"dept\":\"人社局\",\"place\":\"F0%d\",\"topics\":[\"社保\"],"
                           "\"start\":\"%s\",\"end\":\"%s\"}",
                           hour % 10, from, to);
}

static json_t *publish(int hour)
{
    g_autofree char *body = slot_body(hour);
    json_t *slot = post(V1 "/slots", body, 201);
    fits("Slot", slot);
    return slot;
}

static char *of_slot(const json_t *slot, const char *what)
{
    return g_strdup_printf(V1 "/slots/%" JSON_INTEGER_FORMAT "/%s",
                           json_integer_value(json_object_get(slot, "id")), what);
}

static json_t *book(const json_t *slot, long status)
{
    g_autofree char *path = of_slot(slot, "book");
    return post(path, "{\"topic\":\"社保\",\"citizen_ref\":\"c1\",\"observer\":true}", status);
}

static const char *token_of(const json_t *meeting, size_t leg)
{
    return text_of(json_array_get(json_object_get(meeting, "legs"), leg), "token");
}

static char *of_session(const json_t *meeting, const char *what)
{
    return g_strdup_printf(V1 "/sessions/%s/%s", text_of(meeting, "session"), what);
}

static void test_clerk(void)
{
    g_autoptr(json_t) slot = publish(1);
    g_autofree char *same = slot_body(1);
    g_autoptr(json_t) overlaps = post(V1 "/slots", same, 409);
    says(overlaps, "place F01");
    g_autoptr(json_t) meeting = book(slot, 201);
    fits("Meeting", meeting);
    g_assert_cmpuint(json_array_size(json_object_get(meeting, "legs")), ==, 3);
    g_assert_nonnull(token_of(meeting, 2));
    g_autoptr(json_t) twice = book(slot, 409);
    says(twice, "booked already");
    g_autoptr(json_t) other = publish(2);
    g_autofree char *move = of_session(meeting, "move");
    g_autofree char *body = g_strdup_printf("{\"slot\":%" JSON_INTEGER_FORMAT "}",
                                            json_integer_value(json_object_get(other, "id")));
    g_autoptr(json_t) moved = post(move, body, 200);
    is(moved, "place", "F02");
    g_autofree char *path = g_strdup_printf(V1 "/sessions?session=%s", text_of(meeting, "session"));
    g_autoptr(json_t) list = get(path);
    g_assert_cmpuint(json_array_size(json_object_get(list, "sessions")), ==, 1);
    g_autofree char *cancel = of_session(meeting, "cancel");
    g_autoptr(json_t) gone = post(cancel, "{}", 200);
    is(gone, "state", "cancelled");
    g_autofree char *party = of_session(meeting, "party");
    g_autoptr(json_t) over = with_token(token_of(meeting, 0), "GET", party, NULL, 401);
    is(over, "code", "over");
    g_autoptr(json_t) unknown = with_token("guess", "GET", party, NULL, 401);
    is(unknown, "code", "denied");
    g_autofree char *withdraw = of_slot(slot, "withdraw");
    g_autoptr(json_t) withdrawn = post(withdraw, "{}", 200);
    is(withdrawn, "state", "withdrawn");
}

/* By the slot's link alone, and once. */
static void test_citizen(void)
{
    g_autoptr(json_t) slot = publish(3);
    g_autofree char *path = of_slot(slot, "link");
    json_decref(with_token("guess", "GET", path, NULL, 401));
    json_decref(send_as(NULL, "POST", path, "{\"topic\":\"社保\"}", 401));
    g_autoptr(json_t) shown = with_token(text_of(slot, "link"), "GET", path, NULL, 200);
    fits("Slot", shown);
    g_autoptr(json_t) name = with_token(text_of(slot, "link"), "POST", path,
                                        "{\"topic\":\"社保\",\"citizen_ref\":\"王小明\"}", 400);
    says(name, "reference");
    g_autoptr(json_t) meeting = with_token(text_of(slot, "link"), "POST", path,
                                           "{\"topic\":\"社保\",\"observer\":true}", 201);
    g_assert_cmpuint(json_array_size(json_object_get(meeting, "legs")), ==, 2);
    g_assert_nonnull(token_of(meeting, 0));
    g_assert_null(token_of(meeting, 1)); // the official's is not the citizen's
    json_decref(with_token(text_of(slot, "link"), "POST", path, "{\"topic\":\"社保\"}", 409));
    g_autofree char *another = of_session(meeting, "legs/official/token");
    g_autoptr(json_t) link = post(another, "{}", 201);
    g_autofree char *party = of_session(meeting, "party");
    json_decref(with_token(text_of(link, "token"), "GET", party, NULL, 200));
}

#define PROMISE "{\"text\":\"补发证书\",\"owner\":\"2001\",\"due\":\"2099-01-01\"}"

static void test_promises(void)
{
    g_autoptr(json_t) slot = publish(5);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autofree char *by_citizen = of_session(meeting, "legs/citizen/promises");
    g_autofree char *by_official = of_session(meeting, "legs/official/promises");
    json_decref(with_token(token_of(meeting, 0), "POST", by_citizen, PROMISE, 403));
    json_decref(with_token(token_of(meeting, 0), "POST", by_official, PROMISE, 403));
    g_autoptr(json_t) promise = with_token(token_of(meeting, 1), "POST", by_official, PROMISE, 201);
    fits("Promise", promise);
    is(promise, "dept", "人社局");
    g_autoptr(json_t) past =
        with_token(token_of(meeting, 1), "POST", by_official,
                   "{\"text\":\"x\",\"owner\":\"y\",\"due\":\"2001-01-01\"}", 400);
    says(past, "today or later");
    g_autoptr(json_t) list = get(V1 "/promises?dept=%E4%BA%BA%E7%A4%BE%E5%B1%80&state=open");
    g_assert_cmpuint(json_array_size(json_object_get(list, "promises")), ==, 1);
    g_autofree char *done = g_strdup_printf(V1 "/promises/%s/done", text_of(promise, "promise_id"));
    json_decref(post(done, "{\"proof\":\"寄出\",\"proof_sha256\":\"no\"}", 400));
    g_autoptr(json_t) kept = post(done, "{\"proof\":\"寄出\"}", 200);
    is(kept, "state", "done");
    is(kept, "done_by", CLERK);
    json_decref(post(done, "{\"proof\":\"寄出\"}", 409));
}

/* As much as the page lets anybody type, in Chinese: 500 signs, by one of 20. */
static void test_long_promise(void)
{
    g_autoptr(json_t) slot = publish(27);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autofree char *by_official = of_session(meeting, "legs/official/promises");
    g_autoptr(GString) text = g_string_new(NULL), owner = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append(i < 20 ? owner : text, "办");
    for (int i = 0; i < 20; i++)
        g_string_append(text, "办");
    g_autofree char *body = g_strdup_printf(
        "{\"text\":\"%s\",\"owner\":\"%s\",\"due\":\"2099-01-01\"}", text->str, owner->str);
    json_decref(with_token(token_of(meeting, 1), "POST", by_official, body, 201));
}

/* Within so many working days: the same day that anybody is told beforehand. */
static void test_working_days(void)
{
    g_autoptr(json_t) slot = publish(21);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autofree char *by_official = of_session(meeting, "legs/official/promises");
    const char *token = token_of(meeting, 1);
    g_autoptr(json_t) days = send_as(NULL, "GET", V1 "/workdays", NULL, 200);
    fits("WorkDays", days);
    const json_t *next = json_object_get(days, "next");
    g_assert_cmpuint(json_array_size(next), ==, 60);
    g_autoptr(json_t) promise = with_token(
        token, "POST", by_official, "{\"text\":\"x\",\"owner\":\"y\",\"working_days\":3}", 201);
    is(promise, "due", json_string_value(json_array_get(next, 2)));
    g_autoptr(json_t) both = with_token(token, "POST", by_official,
                                        "{\"text\":\"x\",\"owner\":\"y\",\"working_days\":3,"
                                        "\"due\":\"2099-01-01\"}",
                                        400);
    says(both, "not both");
    json_decref(with_token(token, "POST", by_official,
                           "{\"text\":\"x\",\"owner\":\"y\",\"working_days\":0}", 400));
    json_decref(with_token(token, "POST", by_official, "{\"text\":\"x\",\"owner\":\"y\"}", 400));
}

static void test_notes(void)
{
    g_autoptr(json_t) slot = publish(7);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autofree char *citizen = of_session(meeting, "legs/citizen/notes");
    g_autofree char *clerk = of_session(meeting, "legs/observer/notes");
    static const char MARK[] = "{\"kind\":\"marked\",\"mark\":\"question\",\"text\":\"材料\"}";
    json_decref(with_token(token_of(meeting, 0), "POST", citizen, "{\"kind\":\"muted\"}", 204));
    json_decref(
        with_token(token_of(meeting, 0), "POST", citizen, "{\"kind\":\"picture_off\"}", 204));
    json_decref(with_token(token_of(meeting, 0), "POST", citizen, MARK, 403));
    json_decref(with_token(token_of(meeting, 2), "POST", clerk, MARK, 204));
    json_decref(with_token(token_of(meeting, 2), "POST", clerk, "{\"kind\":\"lost\"}", 400));
    g_autofree char *path = g_strconcat(V1 "/sessions/", text_of(meeting, "session"), NULL);
    g_autoptr(json_t) dossier = get(path);
    g_autofree char *events = mj_json_dump(json_object_get(dossier, "events"));
    g_assert_nonnull(strstr(events, "hall.session.muted"));
    g_assert_nonnull(strstr(events, "hall.session.picture_off"));
    g_assert_nonnull(strstr(events, "hall.session.marked"));
}

static long offer_with(const char *token, const char *method, const char *path, const char *type,
                       const char *body)
{
    g_autoptr(Client) client = hall_client(hall);
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    const char *headers[] = {type, bearer, NULL};
    g_autoptr(Answer) answer =
        client_send(client, method, path, headers, body, body != NULL ? (gssize)strlen(body) : -1);
    return answer->status;
}

#define OFFER                                                                                      \
    "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:a\r\na=fingerprint:sha-256 00\r\n"       \
    "a=rtpmap:96 H264/90000\r\na=sendonly\r\n"

/* What is no offer is answered, and the server lives on: without a body too. */
static void test_no_offers(void)
{
    static const char SDP[] = "Content-Type: application/sdp";
    g_autoptr(json_t) slot = publish(17);
    g_autoptr(json_t) meeting = book(slot, 201);
    const char *token = token_of(meeting, 0);
    g_autofree char *whip = of_session(meeting, "legs/citizen/whip");
    g_autofree char *whep = of_session(meeting, "legs/official/whep");
    g_autofree char *patch = of_session(meeting, "legs/citizen/connections/1");
    static const char *const BODIES[] = {NULL, "", "\xff", "v=0"};
    for (size_t i = 0; i < G_N_ELEMENTS(BODIES); i++) {
        bool text = i == 3; // but nobody has agreed
        g_assert_cmpint(offer_with(token, "POST", whip, SDP, BODIES[i]), ==, text ? 409 : 400);
        g_assert_cmpint(offer_with(token, "POST", whep, SDP, BODIES[i]), ==, text ? 409 : 400);
    }
    g_assert_cmpint(
        offer_with(token, "PATCH", patch, "Content-Type: application/trickle-ice-sdpfrag", NULL),
        ==, 400);
    g_assert_cmpint(offer_with(token, "POST", whip, "Content-Type: text/plain", "v=0"), ==, 415);
    g_assert_cmpint(offer_with("guess", "POST", whip, SDP, "v=0"), ==, 401);
    g_autofree char *consent = of_session(meeting, "legs/citizen/consent");
    json_decref(with_token(token, "POST", consent, "{\"consent_text_ver\":\"1\"}", 204));
    g_assert_cmpint(offer_with(token, "POST", whip, SDP, "v=0"), ==, 400);
    g_assert_cmpint(offer_with(token, "POST", whip, SDP, OFFER), ==, 409); // hours too early
    g_autoptr(GString) other = g_string_new(OFFER); // nothing that could be recorded
    g_string_replace(other, "H264", "AV1", 0);
    g_assert_cmpint(offer_with(token, "POST", whip, SDP, other->str), ==, 400);
    g_autoptr(GString) sees = g_string_new(OFFER);
    g_string_replace(sees, "sendonly", "recvonly", 0);
    g_assert_cmpint(offer_with(token, "POST", whip, SDP, sees->str), ==, 400);
    g_autofree char *party = of_session(meeting, "party");
    g_autoptr(json_t) still = with_token(token, "GET", party, NULL, 200);
    is(still, "state", "scheduled"); // neither began it
}

static const json_t *first_of(const json_t *list)
{
    g_assert_cmpuint(json_array_size(json_object_get(list, "sessions")), ==, 1);
    return json_array_get(json_object_get(list, "sessions"), 0);
}

/* People tell the last signs, a part of a department's name, in whatever case. */
static void test_search(void)
{
    g_autoptr(json_t) slot = publish(11);
    g_autofree char *path = of_slot(slot, "book");
    g_autoptr(json_t) meeting =
        post(path, "{\"topic\":\"社保\",\"node_code\":\"V370281-07\"}", 201);
    is(meeting, "node_code", "V370281-07");
    json_decref(post(path, "{\"topic\":\"社保\",\"node_code\":\"no such code\"}", 400));
    const char *session = text_of(meeting, "session");
    g_autofree char *signs = g_ascii_strdown(session + strlen(session) - 5, -1);
    g_autofree char *by_signs = g_strconcat(V1 "/sessions?session=", signs, NULL);
    g_autoptr(json_t) found = get(by_signs);
    is(first_of(found), "session", session);
    g_autofree char *by_part =
        g_strconcat(V1 "/sessions?dept=%E4%BA%BA%E7%A4%BE&node=v370281-07", NULL);
    g_autoptr(json_t) parts = get(by_part);
    is(first_of(parts), "session", session);
    g_autofree char *box = g_strconcat(V1 "/search?q=", signs, NULL);
    g_autoptr(json_t) typed = get(box);
    is(json_array_get(json_object_get(typed, "results"), 0), "key", session);
    g_autoptr(json_t) none = get(V1 "/sessions?node=V37");
    g_assert_cmpuint(json_array_size(json_object_get(none, "sessions")), ==, 0);
    g_autofree char *record = of_session(meeting, "record");
    g_autoptr(json_t) told = get(record);
    fits("Meeting", told);
    g_assert_true(json_is_null(json_object_get(told, "retention")));
    json_decref(send_as(NULL, "GET", record, NULL, 401));
}

/* All that were made here, one to a page and at once. */
static void check_pages(const char *path, const char *list)
{
    g_autoptr(json_t) once = get(path), whole = json_array();
    g_autofree char *next = g_strdup("");
    while (next != NULL) {
        g_autofree char *page =
            g_strdup_printf("%s?limit=1%s%s", path, *next ? "&cursor=" : "", next);
        g_autoptr(json_t) one = get(page);
        g_assert_cmpuint(json_array_size(json_object_get(one, list)), ==, 1);
        json_array_extend(whole, json_object_get(one, list));
        g_free(next);
        next = g_strdup(json_string_value(json_object_get(one, "next")));
    }
    g_assert_cmpuint(json_array_size(whole), >, 1);
    g_assert_true(json_equal(whole, json_object_get(once, list)));
    g_autofree char *wrong = g_strconcat(path, "?cursor=there", NULL);
    json_decref(send_as(NULL, "GET", wrong, NULL, 401));
    g_autoptr(Answer) refused = client_get(hall->client, wrong, clerk_cookie());
    g_assert_cmpint(refused->status, ==, 400);
}

static void test_pages(void)
{
    check_pages(V1 "/sessions", "sessions");
    check_pages(V1 "/promises", "promises");
}

static int64_t rows_of(const char *sql, const char *value)
{
    int64_t n = -1;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_READ, NULL);
    g_assert_true(idx_db_get_int(cat, &n, sql, NULL, "t", value));
    return n;
}

/* Who only guesses takes up nothing that others want, and writes no objects of their own into the audit log. */
static void guess_often(const json_t *slot)
{
    static const char GUESSED[] =
        "SELECT count(*) FROM audit WHERE what = 'session.rate' AND object GLOB ?";
    g_autofree char *link = of_slot(slot, "link");
    for (int n = 0; n < api_rate(API_RATE_CHANGE)->burst + 20; n++) {
        g_autofree char *path = g_strdup_printf(V1 "/sessions/GUESS-%d/rating", n);
        json_decref(with_token("guess", "POST", path, "{\"evalevel\":5}", 401));
        json_decref(with_token("guess", "GET", link, NULL, 401));
    }
    g_assert_cmpint(rows_of(GUESSED, "GUESS-*"), ==, 0);
}

/* The leg is named as who did it. */
static void is_told(const char *session)
{
    static const char RATED[] =
        "SELECT count(*) FROM audit WHERE what = 'session.rate' AND result = 'ok' AND who = ?";
    g_autofree char *who = g_strconcat(session, "/citizen", NULL);
    g_assert_cmpint(rows_of(RATED, who), ==, 1);
}

/* By the citizen alone, once, and when the session is over; the other's link, or none, does not. */
static void test_rating(void)
{
    static const char GOOD[] = "{\"evalevel\":5,\"evacontent\":\"耐心\"}";
    g_autoptr(json_t) slot = publish(13);
    g_autoptr(json_t) meeting = book(slot, 201);
    const char *session = text_of(meeting, "session"), *citizen = token_of(meeting, 0);
    g_autofree char *path = of_session(meeting, "rating");
    json_decref(with_token(citizen, "POST", path, GOOD, 409)); // it has not begun
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_assert_true(idx_meet_consent(cat, session, "citizen", "2026-1", now_us, NULL));
    int64_t start_us = now_us + 13 * MJ_HOUR_US;
    g_assert_true(idx_meet_open_leg(cat, session, "citizen", start_us, NULL));
    g_autofree char *end = of_session(meeting, "end");
    json_decref(post(end, "{}", 200));
    json_decref(with_token(token_of(meeting, 1), "POST", path, GOOD, 401));
    json_decref(with_token("guess", "POST", path, GOOD, 401));
    json_decref(send_as(NULL, "POST", path, GOOD, 401));
    guess_often(slot);
    json_decref(with_token(citizen, "POST", path, "{\"evalevel\":6}", 400));
    json_decref(with_token(citizen, "POST", path, "{\"evalevel\":\"5\"}", 400));
    json_decref(with_token(citizen, "POST", path, GOOD, 204));
    is_told(session);
    json_decref(with_token(citizen, "POST", path, GOOD, 409));
    g_autofree char *record = of_session(meeting, "record");
    g_autoptr(json_t) told = get(record);
    g_assert_cmpint(json_integer_value(json_object_get(told, "satisfaction")), ==, 5);
    g_autofree char *party = of_session(meeting, "party");
    json_decref(with_token(citizen, "GET", party, NULL, 401)); // it joins nothing all the same
}

static long offer(const json_t *meeting, size_t leg)
{
    static const char *const TAILS[] = {"legs/citizen/whip", "legs/official/whip"};
    g_autofree char *path = of_session(meeting, TAILS[leg]);
    return offer_with(token_of(meeting, leg), "POST", path, "Content-Type: application/sdp", "v=0");
}

/* Offers without end by one link: it is refused, and neither the other party nor another session is. */
static void test_flood(void)
{
    g_autoptr(json_t) slot = publish(23);
    g_autoptr(json_t) other_slot = publish(25);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autoptr(json_t) other = book(other_slot, 201);
    int refused = 0;
    for (int n = 0; n < 10 * api_rate(API_RATE_OFFER)->burst && refused < 5; n++) {
        long status = offer(meeting, 0);
        g_assert_true(status == 409 || status == 429);
        refused += status == 429;
    }
    g_assert_cmpint(refused, ==, 5);
    for (int i = 0; i < api_rate(API_RATE_OFFER)->burst / 2; i++) {
        g_assert_cmpint(offer(meeting, 1), ==, 409); // has not agreed
        g_assert_cmpint(offer(other, 0), ==, 409);
    }
}

static json_t *set_notice(const char *who, const char *body, long status)
{
    g_autofree char *cookie = hall_cookie(hall, who);
    return send_as(cookie, "POST", V1 "/notices", body, status);
}

/* Whoever administers sets a version; none is changed afterwards, and the newest is what parties are shown. */
static void test_notices(void)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_assert_true(idx_user_add(cat, "sys1", "sysadmin", HALL_PASSWORD, 1, NULL));
    g_autoptr(json_t) denied = set_notice(CLERK, "{\"version\":\"2027-2\",\"zh\":\"新的话\"}", 403);
    g_autoptr(json_t) bare = set_notice("sys1", "{\"version\":\"2027-2\"}", 400);
    g_autoptr(json_t) wrong = set_notice("sys1", "{\"version\":\"v 2\",\"zh\":\"话\"}", 400);
    g_autoptr(json_t) taken = set_notice("sys1", "{\"version\":\"2027-1\",\"zh\":\"别的话\"}", 409);
    says(taken, "a version of their own");
    g_autoptr(json_t) all =
        set_notice("sys1", "{\"version\":\"2027-2\",\"zh\":\"一\\n二\",\"en\":null}", 200);
    fits("MeetingNotices", all);
    const json_t *list = json_object_get(all, "notices");
    g_assert_cmpuint(json_array_size(list), ==, 2);
    is(json_array_get(list, 0), "version", "2027-2");
    is(json_array_get(list, 1), "version", "2027-1");
    g_autoptr(json_t) again = get(V1 "/notices");
    g_assert_true(json_equal(all, again));
    g_autoptr(json_t) slot = publish(16);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autofree char *party = of_session(meeting, "party");
    g_autoptr(json_t) shown = with_token(token_of(meeting, 0), "GET", party, NULL, 200);
    is(json_object_get(shown, "notice"), "zh", "一\n二");
    g_autoptr(IdxQuery) q = idx_db_query(cat,
                                         "SELECT who FROM audit WHERE what = 'session.notice' AND "
                                         "object = '2027-2' AND result = 'ok'",
                                         NULL, "");
    g_assert_cmpint(idx_db_step(cat, q, NULL), ==, 1); // once
    g_assert_cmpstr(idx_db_text(q, 0), ==, "sys1");
    g_assert_cmpint(idx_db_step(cat, q, NULL), ==, 0);
}

/* The hall's own words come with what a party asks first; what was agreed to is in the record, with its hash. */
static void test_notice(void)
{
    g_autoptr(json_t) slot = publish(15);
    g_autoptr(json_t) meeting = book(slot, 201);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_autofree char *party = of_session(meeting, "party");
    g_autoptr(json_t) before = with_token(token_of(meeting, 0), "GET", party, NULL, 200);
    g_assert_true(json_is_null(json_object_get(before, "notice")));
    IdxNotice notice = {"2027-1", "本次会话全程录像。\n由本大厅保存。", "It is recorded."};
    g_assert_true(idx_notice_set(cat, &notice, mj_clock_utc_us(mj_clock_system()), NULL));
    g_autoptr(json_t) shown = with_token(token_of(meeting, 0), "GET", party, NULL, 200);
    fits("Meeting", shown);
    is(json_object_get(shown, "notice"), "version", "2027-1");
    g_autofree char *consent = of_session(meeting, "legs/citizen/consent");
    json_decref(with_token(token_of(meeting, 0), "POST", consent,
                           "{\"consent_text_ver\":\"2027-1\"}", 204));
    g_autofree char *record = of_session(meeting, "record");
    g_autoptr(json_t) told = get(record);
    const json_t *agreed = json_array_get(json_object_get(told, "notices"), 0);
    is(agreed, "zh", notice.zh);
    g_autofree char *path = g_strconcat(V1 "/sessions/", text_of(meeting, "session"), NULL);
    g_autoptr(json_t) dossier = get(path);
    g_autofree char *events = mj_json_dump(json_object_get(dossier, "events"));
    g_assert_nonnull(strstr(events, text_of(agreed, "sha256")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    g_test_add_func("/sessions/clerk", test_clerk);
    g_test_add_func("/sessions/citizen", test_citizen);
    g_test_add_func("/sessions/promises", test_promises);
    g_test_add_func("/sessions/working-days", test_working_days);
    g_test_add_func("/sessions/long-promise", test_long_promise);
    g_test_add_func("/sessions/notes", test_notes);
    g_test_add_func("/sessions/no-offers", test_no_offers);
    g_test_add_func("/sessions/search", test_search);
    g_test_add_func("/sessions/rating", test_rating);
    g_test_add_func("/sessions/flood", test_flood);
    g_test_add_func("/sessions/notice", test_notice);
    g_test_add_func("/sessions/notices", test_notices);
    g_test_add_func("/sessions/pages", test_pages);
    int status = g_test_run();
    hall_free(hall);
    json_decref(contract);
    return status;
}
