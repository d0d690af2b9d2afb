// SPDX-License-Identifier: GPL-3.0-or-later
/* Accounts over HTTP: reasons for looking, limits to places, given passwords, second factors, who administers
 * them, and what every answer says to a browser. */
#include "index/account/scope.h"
#include "index/account/totp.h"
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "index/camera.h"
#include "index/event/ingest.h"
#include "index/place.h"
#include "test/api/support/hall.h"
#include "test/api/support/schema.h"

#include <string.h>

#define V1 "/api/v1"
#define JSON "Content-Type: application/json"

static Hall *hall;
static IdxCatalogue *cat;
static Client *silent; // gives no reasons of itself
static json_t *contract;

static Answer *post(const char *path, const char *cookie, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static Answer *post(const char *path, const char *cookie, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *body = g_strdup_vprintf(format, args);
    va_end(args);
    const char *headers[] = {JSON, cookie, NULL};
    Answer *answer = client_send(silent, "POST", path, headers, body, (gssize)strlen(body));
    g_test_message("POST %s %s: %ld %.*s", path, body, answer->status, (int)answer->body->len,
                   (char *)answer->body->data);
    return answer;
}

static void posts(const char *path, const char *cookie, const char *body, long status)
{
    g_autoptr(Answer) answer = post(path, cookie, "%s", body);
    g_assert_cmpint(answer->status, ==, status);
}

static char *text_of(const Answer *answer, const char *name)
{
    g_autoptr(json_t) json = answer_json(answer);
    return g_strdup(json_string_value(json_object_get(json, name)));
}

static void expect_code(const Answer *answer, long status, const char *code)
{
    g_autofree char *got = text_of(answer, "code"), *type = text_of(answer, "type");
    g_autofree char *expected = g_strconcat("urn:mingjing:problem:", code, NULL);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_cmpstr(got, ==, code);
    g_assert_cmpstr(type, ==, expected);
}

static void fits(const char *schema, const json_t *json)
{
    const json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    g_autofree char *wrong = schema_check(contract, json_object_get(schemas, schema), json, "$");
    g_assert_cmpstr(wrong, ==, NULL);
}

static long status_of(const char *path, const char *header)
{
    g_autoptr(Answer) answer = client_get(silent, path, header);
    g_test_message("GET %s: %ld", path, answer->status);
    return answer->status;
}

/* W07's first four seconds, or what is at their beginning. */
static char *footage(const char *path, const char *more)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 4 * MJ_SECOND_US);
    if (g_str_has_suffix(path, ".jpg"))
        return g_strconcat(path, "?width=64&at=", from, more, NULL);
    return g_strconcat(path, "?from=", from, "&to=", to, more, NULL);
}
#define PLAYLIST V1 "/cameras/W07/playlist.m3u8"
#define FRAME V1 "/cameras/W07/frame.jpg"

// ── reasons ──

static int64_t give(const char *cookie, const char *kind, const char *key)
{
    g_autoptr(Answer) answer = post(
        V1 "/reasons", cookie,
        "{\"kind\":\"%s\",\"key\":\"%s\",\"reason\":\"投诉复核\",\"case\":\"2026-7\"}", kind, key);
    g_assert_cmpint(answer->status, ==, 201);
    g_autoptr(json_t) json = answer_json(answer);
    fits("Reason", json);
    return json_integer_value(json_object_get(json, "id"));
}

static IdxAuditRow *newest_view(const char *who, GPtrArray **ret_rows)
{
    *ret_rows = idx_audit_list(cat, &(IdxAuditFilter){.who = who, .what = "view"}, 5, NULL, NULL);
    g_assert_cmpuint((*ret_rows)->len, >, 0);
    return (*ret_rows)->pdata[0];
}

static void test_reason(void)
{
    g_autofree char *cookie = hall_cookie(hall, "inv1"), *other = hall_cookie(hall, "inv1");
    g_autofree char *playlist = footage(PLAYLIST, ""), *frame = footage(FRAME, "");
    g_autoptr(Answer) refused = client_get(silent, playlist, cookie);
    expect_code(refused, 403, "reason");
    g_assert_cmpint(status_of(frame, cookie), ==, 403);
    g_assert_cmpint(status_of(V1 "/tickets/latest/A012", cookie), ==, 200); // no footage in it

    int64_t id = give(cookie, "ticket", "A012");
    g_autofree char *with = g_strdup_printf("&reason=%" G_GINT64_FORMAT, id);
    g_autofree char *told = footage(PLAYLIST, with), *picture = footage(FRAME, with);
    g_autoptr(Answer) list = client_get(silent, told, cookie);
    g_assert_cmpint(list->status, ==, 200);
    g_assert_cmpint(status_of(picture, cookie), ==, 200);
    g_assert_cmpint(status_of(told, other), ==, 403); // another login of hers
    g_autoptr(GPtrArray) rows = NULL;
    const IdxAuditRow *row = newest_view("inv1", &rows);
    row = g_str_equal(row->result, "ok") ? row : rows->pdata[1];
    g_assert_cmpstr(row->reason, ==, "投诉复核");
    g_assert_cmpstr(row->case_no, ==, "2026-7");
    g_assert_cmpstr(row->object_kind, ==, "ticket");
    g_assert_cmpstr(row->object, ==, "A012");

    // the files of the playlist have it in their addresses, and none without
    g_autofree char *text = g_strndup((char *)list->body->data, list->body->len);
    const char *name = strstr(text, "segments/");
    g_assert_nonnull(name);
    g_autofree char *file = g_strndup(name, strcspn(name, "\"\n"));
    g_autofree char *segment = g_strconcat(V1 "/", file, NULL);
    g_assert_nonnull(strstr(segment, with + 1));
    g_assert_cmpint(status_of(segment, cookie), ==, 200);
    *strchr(segment, '?') = '\0';
    g_assert_cmpint(status_of(segment, cookie), ==, 403);
}

/* A subject's reason is good for its own cameras. */
static void test_reason_of_another(void)
{
    g_autofree char *cookie = hall_cookie(hall, "inv1");
    int64_t id = give(cookie, "camera", "W08");
    g_autofree char *with = g_strdup_printf("&reason=%" G_GINT64_FORMAT, id);
    g_autofree char *told = footage(PLAYLIST, with);
    g_assert_cmpint(status_of(told, cookie), ==, 403);
    posts(V1 "/reasons", cookie,
          "{\"kind\":\"ticket\",\"key\":\"A012\",\"reason\":\"\",\"case\":\"7\"}", 400);
    posts(V1 "/reasons", cookie, "{\"kind\":\"ticket\",\"key\":\"A012\",\"reason\":\"x\"}", 400);
    posts(V1 "/reasons", cookie,
          "{\"kind\":\"boss\",\"key\":\"A012\",\"reason\":\"x\",\"case\":\"7\"}", 400);
    posts(V1 "/reasons", cookie,
          "{\"kind\":\"ticket\",\"key\":\"Z9\",\"reason\":\"x\",\"case\":\"7\"}", 404);
    g_autoptr(Answer) mine = client_get(silent, V1 "/reasons", cookie);
    g_autoptr(json_t) json = answer_json(mine);
    g_assert_cmpuint(json_array_size(json_object_get(json, "reasons")), ==, 1);
}

/* With each request instead; an operator for what is old alone; a program says what it is by its token. */
static void test_reason_otherwise(void)
{
    g_autofree char *inv = hall_cookie(hall, "inv1"), *op = hall_cookie(hall, "other1");
    g_autofree char *old = footage(PLAYLIST, "");
    const char *const both[] = {inv, "Mingjing-Reason: %E6%8A%95%E8%AF%89", "Mingjing-Case: 7",
                                NULL};
    const char *const one[] = {inv, "Mingjing-Reason: x", NULL};
    g_autoptr(Answer) told = client_send(silent, "GET", old, both, NULL, -1);
    g_autoptr(Answer) half = client_send(silent, "GET", old, one, NULL, -1);
    g_assert_cmpint(told->status, ==, 200);
    expect_code(half, 403, "reason");
    g_assert_cmpint(status_of(old, op), ==, 403); // an hour ago
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autofree char *now = mj_time_format(hall->open_start_us + MJ_SECOND_US, utc);
    now[26] = '\0';
    g_autofree char *fresh = g_strdup_printf(V1 "/cameras/W08/frame.jpg?at=%sZ&width=64", now);
    hall_grow(hall, 4);
    g_assert_cmpint(status_of(fresh, op), ==, 200);
    g_assert_cmpint(status_of(fresh, inv), ==, 403);
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_assert_cmpint(status_of(old, token), ==, 200);
}

// ── who looked before ──

#define LOOKS V1 "/looks?kind=ticket&key=a012"

/* Caller decrefs. */
static json_t *looks_of(const char *cookie, const char *more)
{
    g_autofree char *path = g_strconcat(LOOKS, more, NULL);
    g_autoptr(Answer) answer = client_get(silent, path, cookie);
    g_assert_cmpint(answer->status, ==, 200);
    json_t *json = answer_json(answer);
    size_t i = 0;
    const json_t *look = NULL;
    json_array_foreach(json_object_get(json, "looks"), i, look) fits("Look", look);
    return json;
}

static const json_t *newest_of(const json_t *looks, const char *who)
{
    size_t i = 0;
    const json_t *look = NULL;
    json_array_foreach(json_object_get(looks, "looks"), i, look)
    {
        if (g_strcmp0(json_string_value(json_object_get(look, "who")), who) == 0)
            return look;
    }
    return NULL;
}

static int64_t people_of(const json_t *looks)
{
    return json_integer_value(json_object_get(looks, "people"));
}

/* Those that were before, with why; one's own look is not one of them until one signs in anew. */
static void test_looks(void)
{
    g_autofree char *cookie = hall_cookie(hall, "two1"), *op = hall_cookie(hall, "vic1");
    g_autofree char *nine = hall_cookie(hall, "nine"), *sec = hall_cookie(hall, "sec1");
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autoptr(json_t) before = looks_of(cookie, "");
    const json_t *look = newest_of(before, "inv1");
    g_assert_cmpstr(json_string_value(json_object_get(look, "role")), ==, "investigator");
    g_assert_null(newest_of(before, "two1"));
    g_autofree char *with =
        g_strdup_printf("&reason=%" G_GINT64_FORMAT, give(cookie, "ticket", "A012"));
    g_autofree char *picture = footage(FRAME, with);
    g_assert_cmpint(status_of(picture, cookie), ==, 200);
    g_autoptr(json_t) present = looks_of(cookie, "");
    g_assert_cmpint(people_of(present), ==, people_of(before));
    g_autofree char *anew = hall_cookie(hall, "two1");
    g_autoptr(json_t) after = looks_of(anew, "&limit=1");
    g_assert_cmpint(people_of(after), ==, people_of(before) + 1);
    look = newest_of(after, "two1");
    g_assert_cmpstr(json_string_value(json_object_get(look, "reason")), ==, "投诉复核");
    g_assert_cmpstr(json_string_value(json_object_get(look, "case")), ==, "2026-7");
    g_assert_cmpstr(json_string_value(json_object_get(look, "kind")), ==, "ticket");
    g_autofree char *next =
        g_strconcat("&limit=1&cursor=", json_string_value(json_object_get(after, "next")), NULL);
    g_autoptr(json_t) rest = looks_of(anew, next);
    g_assert_null(newest_of(rest, "two1"));
    g_assert_cmpuint(json_array_size(json_object_get(rest, "looks")), ==, 1);
    g_assert_cmpint(status_of(LOOKS, op), ==, 403);
    g_assert_cmpint(status_of(LOOKS, sec), ==, 403);
    g_assert_cmpint(status_of(LOOKS, token), ==, 403);
    g_assert_cmpint(status_of(LOOKS, nine), ==, 404);
    g_assert_cmpint(status_of(LOOKS "&day=2001-01-01", cookie), ==, 404);
    g_assert_cmpint(status_of(V1 "/looks?kind=place&key=W07", cookie), ==, 400);
    g_assert_cmpint(status_of(V1 "/looks?kind=ticket", cookie), ==, 400);
}

// ── limits to places ──

/* Everything that somebody could ask, by who sees W07 and by who sees W09 alone. */
static void test_limited(void)
{
    g_autofree char *seven = hall_cookie(hall, "seven"), *nine = hall_cookie(hall, "nine");
    g_autofree char *playlist = footage(PLAYLIST, ""), *frame = footage(FRAME, "");
    g_autofree char *timeline = footage(V1 "/cameras/W07/timeline", "");
    g_autofree char *place = footage(V1 "/places/W07/footage", "");
    g_autofree char *approval = g_uri_escape_string(HALL_APPROVAL, NULL, FALSE);
    g_autofree char *dossier = g_strconcat(V1 "/approvals/", approval, NULL);
    g_autoptr(Answer) list = client_get(hall->client, playlist, seven);
    g_assert_cmpint(list->status, ==, 200);
    g_autofree char *text = g_strndup((char *)list->body->data, list->body->len);
    const char *name = strstr(text, "segments/");
    g_autofree char *segment = g_strdup_printf(V1 "/%.*s", (int)strcspn(name, "\"\n"), name);
    const char *const paths[] = {playlist,
                                 frame,
                                 timeline,
                                 place,
                                 dossier,
                                 segment,
                                 V1 "/tickets/latest/A012",
                                 V1 "/find?place=W07"};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(Answer) own = client_get(hall->client, paths[i], seven);
        g_autoptr(Answer) foreign = client_get(hall->client, paths[i], nine);
        g_test_message("%s: %ld, %ld", paths[i], own->status, foreign->status);
        g_assert_cmpint(own->status, ==, 200);
        g_assert_cmpint(foreign->status, ==, 404);
    }
    static const char *const lists[] = {V1 "/search?q=A0", V1 "/search?q=W0", V1 "/cameras",
                                        V1 "/places",      V1 "/holds?all=1", V1 "/status",
                                        V1 "/streams"};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(Answer) foreign = client_get(hall->client, lists[i], nine);
        g_autofree char *body = g_strndup((char *)foreign->body->data, foreign->body->len);
        g_test_message("%s: %s", lists[i], body);
        g_assert_cmpint(foreign->status, ==, 200);
        g_assert_null(strstr(body, "A012"));
        g_assert_null(strstr(body, "W07"));
        g_assert_null(strstr(body, "W08"));
    }
    g_assert_cmpint(status_of("/metrics", nine), ==, 403);
    g_assert_cmpint(status_of(V1 "/retention/report", nine), ==, 403);
    posts(V1 "/holds", nine,
          "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"r\",\"case\":\"c\"}",
          404);
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 4 * MJ_SECOND_US);
    g_autoptr(Answer) hold = post(
        V1 "/holds", nine,
        "{\"cameras\":[\"W07\"],\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"r\",\"case\":\"c\"}",
        from, to);
    g_assert_cmpint(hold->status, ==, 404);
    posts(V1 "/reasons", nine,
          "{\"kind\":\"ticket\",\"key\":\"A012\",\"reason\":\"r\",\"case\":\"c\"}", 404);
    posts(V1 "/reasons", nine,
          "{\"kind\":\"camera\",\"key\":\"W07\",\"reason\":\"r\",\"case\":\"c\"}", 404);
}

// ── the account itself ──

static void test_given_password(void)
{
    g_autofree char *sec = hall_cookie(hall, "sec1");
    g_autoptr(Answer) added =
        post(V1 "/users", sec, "{\"name\":\"new1\",\"role\":\"operator\",\"places\":[\"W07\"]}");
    g_assert_cmpint(added->status, ==, 201);
    g_autofree char *password = text_of(added, "password");
    g_autoptr(Answer) in =
        post(V1 "/login", NULL, "{\"name\":\"new1\",\"password\":\"%s\"}", password);
    g_assert_cmpint(in->status, ==, 200);
    g_autoptr(json_t) me = answer_json(in);
    fits("Me", me);
    g_assert_true(json_is_true(json_object_get(me, "must_change")));
    const char *set = answer_header(in, "Set-Cookie");
    g_autofree char *cookie = g_strdup_printf("Cookie: %.*s", (int)strcspn(set, ";"), set);
    g_autoptr(Answer) refused = client_get(silent, V1 "/cameras", cookie);
    expect_code(refused, 403, "password");
    g_assert_cmpint(status_of(V1 "/me", cookie), ==, 200);
    posts(V1 "/me/password", cookie, "{\"old\":\"wrong\",\"new\":\"a password of mine\"}", 400);
    g_autoptr(Answer) brief =
        post(V1 "/me/password", cookie, "{\"old\":\"%s\",\"new\":\"short\"}", password);
    g_assert_cmpint(brief->status, ==, 400);
    g_autoptr(Answer) changed = post(V1 "/me/password", cookie,
                                     "{\"old\":\"%s\",\"new\":\"a password of mine\"}", password);
    g_assert_cmpint(changed->status, ==, 204);
    g_assert_cmpint(status_of(V1 "/cameras", cookie), ==, 200); // the same login goes on
    posts(V1 "/me/logout", cookie, "{}", 204);
    g_assert_cmpint(status_of(V1 "/me", cookie), ==, 401);
}

static void read_base32(const char *text, uint8_t *secret)
{
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    int have = 0, n = 0;
    for (; *text != '\0'; text++) {
        bits = bits << 5 | (uint64_t)(strchr(LETTERS, *text) - LETTERS);
        have += 5;
        if (have >= 8)
            secret[n++] = (uint8_t)(bits >> (have -= 8));
    }
}

static void test_second(void)
{
    uint8_t secret[IDX_TOTP_SECRET] = {0};
    g_autofree char *cookie = hall_cookie(hall, "two1"), *sec = hall_cookie(hall, "sec1");
    posts(V1 "/me/second", cookie, "{\"password\":\"not the password\"}", 400);
    g_autoptr(Answer) begun = post(V1 "/me/second", cookie, "{\"password\":\"" HALL_PASSWORD "\"}");
    g_autofree char *base32 = text_of(begun, "secret"), *uri = text_of(begun, "uri");
    g_assert_true(g_str_has_prefix(uri, "otpauth://totp/Mingjing%20H01:two1?secret="));
    read_base32(base32, secret);
    int64_t step = mj_clock_utc_us(mj_clock_system()) / IDX_TOTP_STEP_US;
    uint32_t code = idx_totp_code(secret, step);
    g_autoptr(Answer) confirmed =
        post(V1 "/me/second/confirm", cookie, "{\"code\":\"%06u\"}", code);
    g_assert_cmpint(confirmed->status, ==, 200);
    g_autoptr(json_t) codes = answer_json(confirmed);
    const char *spare = json_string_value(json_array_get(json_object_get(codes, "recovery"), 0));
    g_autoptr(Answer) asked =
        post(V1 "/login", NULL, "{\"name\":\"two1\",\"password\":\"" HALL_PASSWORD "\"}");
    expect_code(asked, 401, "second");
    g_autoptr(Answer) replayed =
        post(V1 "/login", NULL,
             "{\"name\":\"two1\",\"password\":\"" HALL_PASSWORD "\",\"code\":\"%06u\"}", code);
    expect_code(replayed, 401, "denied");
    g_autoptr(Answer) ahead = // clocks differ
        post(V1 "/login", NULL,
             "{\"name\":\"two1\",\"password\":\"" HALL_PASSWORD "\",\"code\":\"%06u\"}",
             idx_totp_code(secret, step + 1));
    g_assert_cmpint(ahead->status, ==, 200);
    g_autoptr(Answer) recovered =
        post(V1 "/login", NULL,
             "{\"name\":\"two1\",\"password\":\"" HALL_PASSWORD "\",\"code\":\"%s\"}", spare);
    g_assert_cmpint(recovered->status, ==, 200);
    posts(V1 "/users/two1/second/reset", sec, "{}", 200);
    posts(V1 "/login", NULL, "{\"name\":\"two1\",\"password\":\"" HALL_PASSWORD "\"}", 200);
    posts(V1 "/users/two1/second/reset", sec, "{}", 404);
}

// ── who administers ──

static void test_users(void)
{
    g_autofree char *sec = hall_cookie(hall, "sec1"), *victim = hall_cookie(hall, "vic1");
    g_autoptr(Answer) listed = client_get(silent, V1 "/users", sec);
    g_autoptr(json_t) users = answer_json(listed);
    size_t i = 0;
    const json_t *user = NULL;
    json_array_foreach(json_object_get(users, "users"), i, user)
    {
        fits("User", user);
    }
    g_assert_cmpuint(i, >, 5);
    g_assert_cmpuint(json_array_size(json_object_get(users, "roles")), ==, 6);
    posts(V1 "/users", sec, "{\"name\":\"vic1\",\"role\":\"operator\"}", 409);
    posts(V1 "/users", sec, "{\"name\":\"x y\",\"role\":\"operator\"}", 400);
    posts(V1 "/users", sec, "{\"name\":\"xy\",\"role\":\"boss\"}", 400);
    posts(V1 "/users", sec, "{\"name\":\"xy\",\"role\":\"operator\",\"places\":[\"W99\"]}", 404);
    posts(V1 "/users/xy", sec, "{\"role\":\"operator\"}", 404); // not half made
    posts(V1 "/users/vic1", sec, "{\"places\":[\"W07\"]}", 200);
    posts(V1 "/users/vic1", sec, "{\"places\":null}", 200);
    posts(V1 "/users/vic1", sec, "{\"role\":\"sysadmin\",\"places\":[\"W07\"]}", 400);
    g_assert_cmpint(status_of(V1 "/me", victim), ==, 200); // none of it came through
    posts(V1 "/users/vic1", sec, "{\"role\":\"sysadmin\"}", 200);
    g_assert_cmpint(status_of(V1 "/me", victim), ==, 401); // signed out with it
    posts(V1 "/users/vic1", sec, "{\"role\":\"auditor\"}", 403);
    posts(V1 "/users/vic1", sec, "{\"disabled\":true}", 200);
    posts(V1 "/login", NULL, "{\"name\":\"vic1\",\"password\":\"" HALL_PASSWORD "\"}", 401);
    posts(V1 "/users/vic1", sec, "{\"disabled\":\"no\"}", 400);
    posts(V1 "/users/SEC1", sec, "{\"role\":\"auditor\"}", 403); // oneself
    posts(V1 "/users/vic1/password", sec, "{}", 200);
    posts(V1 "/users/vic1/logout", sec, "{}", 200);
    posts(V1 "/users/none/logout", sec, "{}", 404);
    static const char *const TOLD[] = {"user.add", "user.role", "user.scope", "user.disable",
                                       "user.passwd"};
    for (size_t t = 0; t < G_N_ELEMENTS(TOLD); t++) {
        IdxAuditFilter filter = {.who = "sec1", .what = TOLD[t], .result = "ok"};
        g_autoptr(GPtrArray) rows = idx_audit_list(cat, &filter, 5, NULL, NULL);
        g_test_message("%s", TOLD[t]);
        g_assert_cmpuint(rows->len, >, 0);
    }
}

static void test_tokens(void)
{
    g_autofree char *sec = hall_cookie(hall, "sec1");
    g_autoptr(Answer) made =
        post(V1 "/tokens", sec,
             "{\"name\":\"dash\",\"scope\":\"read\",\"expires\":\"2037-01-01T00:00:00Z\"}");
    g_assert_cmpint(made->status, ==, 201);
    g_autofree char *token = text_of(made, "token");
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", token, NULL);
    g_assert_cmpint(status_of(V1 "/cameras", bearer), ==, 200);
    posts(V1 "/tokens", sec,
          "{\"name\":\"late\",\"scope\":\"read\",\"expires\":\"2001-01-01T00:00:00Z\"}", 400);
    posts(V1 "/tokens", sec, "{\"name\":\"odd\",\"scope\":\"all\"}", 400);
    g_autoptr(Answer) listed = client_get(silent, V1 "/tokens", sec);
    g_autoptr(json_t) tokens = answer_json(listed);
    size_t i = 0;
    bool used = false;
    const json_t *one = NULL;
    json_array_foreach(json_object_get(tokens, "tokens"), i, one)
    {
        fits("Token", one);
        if (g_str_equal(json_string_value(json_object_get(one, "name")), "dash"))
            used = json_is_string(json_object_get(one, "used"));
    }
    g_assert_true(used);
    posts(V1 "/tokens/dash/revoke", sec, "{}", 204);
    g_assert_cmpint(status_of(V1 "/cameras", bearer), ==, 401);
    posts(V1 "/tokens/dash/revoke", sec, "{}", 404);
    posts(V1 "/login-rules/operator", sec, "{\"idle_minutes\":600,\"longest_minutes\":700}", 200);
    posts(V1 "/login-rules/operator", sec, "{\"idle_minutes\":600,\"longest_minutes\":60}", 400);
    posts(V1 "/login-rules/boss", sec, "{\"idle_minutes\":6,\"longest_minutes\":60}", 400);
}

// ── what every answer says ──

static void test_headers(void)
{
    static const char *const paths[] = {"/", V1 "/health", V1 "/me", V1 "/none",
                                        "/assets/app-0f3a.js"};
    static const struct {
        const char *name, *value;
    } TABLE[] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Frame-Options", "DENY"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(Answer) answer = client_get(silent, paths[i], NULL);
        for (size_t j = 0; j < G_N_ELEMENTS(TABLE); j++)
            g_assert_cmpstr(answer_header(answer, TABLE[j].name), ==, TABLE[j].value);
        const char *policy = answer_header(answer, "Content-Security-Policy");
        g_assert_nonnull(strstr(policy, "default-src 'self'"));
        g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
        g_assert_null(strstr(policy, "unsafe"));
        if (g_str_has_prefix(paths[i], V1))
            g_assert_cmpstr(answer_header(answer, "Cache-Control"), ==, "no-store");
        g_assert_null(answer_header(answer, "Strict-Transport-Security")); // not over plain HTTP
    }
}

/* One account asks too often; another one does not notice. */
static void test_rates(void)
{
    g_autofree char *cookie = hall_cookie(hall, "fast1"), *other = hall_cookie(hall, "inv1");
    bool slowed = false;
    for (int i = 0; i < 400 && !slowed; i++) {
        g_autoptr(Answer) answer = post(V1 "/holds", cookie, "{}");
        slowed = answer->status == 429;
        if (slowed) {
            expect_code(answer, 429, "too-many");
            g_assert_cmpint(atoi(answer_header(answer, "Retry-After")), >, 0);
        } else {
            g_assert_cmpint(answer->status, ==, 400);
        }
    }
    g_assert_true(slowed);
    posts(V1 "/holds", other, "{}", 400);
    g_assert_cmpint(status_of(V1 "/cameras", cookie), ==, 200); // another class
}

static void add(const char *name, const char *role, const char *place)
{
    g_autoptr(GError) error = NULL;
    const char *const places[] = {place, NULL};
    g_assert_true(idx_user_add(cat, name, role, HALL_PASSWORD, 1, &error));
    g_assert_true(place == NULL || idx_scope_put(cat, name, places, &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, NULL);
    g_assert_true(idx_place_add(cat, "W09", NULL, NULL));
    add("inv1", "investigator", NULL);
    add("fast1", "investigator", NULL);
    add("seven", "investigator", "W07");
    add("nine", "investigator", "W09");
    add("two1", "supervisor", NULL);
    add("vic1", "operator", NULL);
    add("sec1", "secadmin", NULL);
    hall_start(hall);
    silent = hall_client(hall);
    client_silence(silent);
    g_test_add_func("/accounts/reason", test_reason);
    g_test_add_func("/accounts/reason-of-another", test_reason_of_another);
    g_test_add_func("/accounts/reason-otherwise", test_reason_otherwise);
    g_test_add_func("/accounts/looks", test_looks);
    g_test_add_func("/accounts/limited", test_limited);
    g_test_add_func("/accounts/given-password", test_given_password);
    g_test_add_func("/accounts/second", test_second);
    g_test_add_func("/accounts/users", test_users);
    g_test_add_func("/accounts/tokens", test_tokens);
    g_test_add_func("/accounts/headers", test_headers);
    g_test_add_func("/accounts/rates", test_rates);
    int result = g_test_run();
    client_free(silent);
    idx_catalogue_free(cat);
    hall_free(hall);
    json_decref(contract);
    return result;
}
