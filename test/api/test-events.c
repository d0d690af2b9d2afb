// SPDX-License-Identifier: GPL-3.0-or-later
/* POST /events: forms, answers per event, limits, and that an accepted event outlives a kill. */
#include "index/base/json.h"
#include "test/api/support/hall.h"

#include <string.h>

#define ONE "Content-Type: application/cloudevents+json"
#define ANY "Content-Type: application/json; charset=utf-8"
#define BATCH "Content-Type: application/cloudevents-batch+json"
#define LINES "Content-Type: application/x-ndjson"

static Hall *hall;

static Answer *send(const char *type, const char *body)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    const char *headers[] = {token, type, NULL};
    return client_send(hall->client, "POST", "/api/v1/events", headers, body, (gssize)strlen(body));
}

static char *event(const char *id, const char *ticket)
{
    return g_strdup_printf("{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/"
                           "queue\",\"type\":\"hall.ticket.taken\","
                           "\"time\":\"2026-11-22T09:12:04+08:00\",\"data\":{\"ticket_no\":\"%s\","
                           "\"window_no\":\"W07\"}}",
                           id, ticket);
}

static json_t *expect(const Answer *answer, long status, int accepted, int duplicates, int refused)
{
    json_t *json = answer_json(answer);
    g_test_message("%ld %.*s", answer->status, (int)MIN(answer->body->len, 600u),
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_cmpint(json_integer_value(json_object_get(json, "accepted")), ==, accepted);
    g_assert_cmpint(json_integer_value(json_object_get(json, "duplicates")), ==, duplicates);
    g_assert_cmpint(json_integer_value(json_object_get(json, "refused")), ==, refused);
    g_assert_cmpuint(json_array_size(json_object_get(json, "results")), ==,
                     (size_t)(accepted + duplicates + refused));
    return json;
}

static void expect_problem(const Answer *answer, long status, const char *code)
{
    g_autoptr(json_t) json = answer_json(answer);
    g_test_message("%ld %.*s", answer->status, (int)MIN(answer->body->len, 600u),
                   (char *)answer->body->data);
    g_assert_cmpint(answer->status, ==, status);
    g_assert_cmpstr(json_string_value(json_object_get(json, "code")), ==, code);
    g_assert_cmpuint(strlen(json_string_value(json_object_get(json, "detail"))), >, 5);
}

static bool is_found(const char *ticket)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autofree char *path = g_strconcat("/api/v1/tickets/2026-11-22/", ticket, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, path, token);
    return answer->status == 200;
}

static void test_one(void)
{
    g_autofree char *text = event("one", "B001");
    g_autoptr(Answer) first = send(ONE, text);
    g_autoptr(json_t) a = expect(first, 200, 1, 0, 0);
    const json_t *result = json_array_get(json_object_get(a, "results"), 0);
    g_assert_cmpstr(json_string_value(json_object_get(result, "id")), ==, "one");
    g_assert_cmpstr(json_string_value(json_object_get(result, "status")), ==, "accepted");
    g_autoptr(Answer) again = send(ANY, text);
    g_autoptr(json_t) b = expect(again, 200, 0, 1, 0);
    g_assert_true(is_found("B001"));
    g_assert_false(is_found("B002"));
}

static void test_batch(void)
{
    g_autofree char *good = event("batch-1", "B010");
    g_autofree char *other = event("batch-2", "B011");
    g_autofree char *text =
        g_strdup_printf("[%s,{\"specversion\":\"1.0\",\"id\":\"batch-x\"},%s,12]", good, other);
    g_autoptr(Answer) answer = send(BATCH, text);
    g_autoptr(json_t) json = expect(answer, 200, 2, 0, 2);
    const json_t *refused = json_array_get(json_object_get(json, "results"), 1);
    g_assert_cmpstr(json_string_value(json_object_get(refused, "status")), ==, "refused");
    g_assert_nonnull(json_object_get(refused, "error"));
    g_assert_true(is_found("B010") && is_found("B011"));
}

static void test_lines(void)
{
    g_autofree char *good = event("line-1", "B020");
    g_autofree char *other = event("line-2", "B021");
    g_autofree char *text = g_strdup_printf("%s\nnot json\n%s\n", good, other);
    g_autoptr(Answer) answer = send(LINES, text);
    g_autoptr(json_t) json = expect(answer, 200, 2, 0, 1);
    g_assert_true(is_found("B020") && is_found("B021"));
}

static void test_refused(void)
{
    g_autoptr(Answer) all = send(BATCH, "[{\"specversion\":\"1.0\"},{}]");
    g_autoptr(json_t) json = expect(all, 422, 0, 0, 2);
    static const struct {
        const char *type, *body;
        long status;
        const char *code;
    } table[] = {
        {ONE, "this is not JSON", 400, "invalid"},
        {ONE, "", 400, "invalid"},
        {BATCH, "[{]", 400, "invalid"},
        {"Content-Type: text/plain", "{}", 415, "unsupported"},
        {"Content-Type:", "{}", 415, "unsupported"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(Answer) answer = send(table[i].type, table[i].body);
        expect_problem(answer, table[i].status, table[i].code);
    }
}

static void test_no_token(void)
{
    g_autofree char *text = event("none", "B030");
    const char *headers[] = {ONE, NULL};
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", "/api/v1/events", headers, text, (gssize)strlen(text));
    expect_problem(answer, 401, "denied");
    g_assert_nonnull(answer_header(answer, "WWW-Authenticate"));
    g_assert_false(is_found("B030"));
}

/* What does not stream has its limit: told by Content-Length, found out while chunks come, and more than
 * is ever read. */
static void test_too_large(void)
{
    gsize size = 9 * 1024 * 1024;
    g_autofree char *fill = g_strnfill(3 * size, ' ');
    const char *headers[] = {"Content-Type: application/json", "Expect:", NULL};
    g_autoptr(Answer) told =
        client_send(hall->client, "POST", "/api/v1/login", headers, fill, (gssize)size);
    expect_problem(told, 413, "too-large");
    const char *expecting[] = {headers[0], "Expect: 100-continue", NULL};
    g_autoptr(Answer) asked =
        client_send(hall->client, "POST", "/api/v1/login", expecting, fill, (gssize)size);
    expect_problem(asked, 413, "too-large");
    g_autoptr(Answer) chunked =
        client_send_chunked(hall->client, "/api/v1/login", headers, fill, size);
    expect_problem(chunked, 413, "too-large");
    g_autoptr(Answer) cut =
        client_send_chunked(hall->client, "/api/v1/login", headers, fill, 3 * size);
    g_assert_true(cut->status == 0 || cut->status == 413);
    g_autoptr(Answer) alive = client_get(hall->client, "/api/v1/health", NULL);
    g_assert_cmpint(alive->status, ==, 200);
}

/* Far more than is ever held at once: taken in pieces, told in a bounded answer. */
static void test_long(void)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    const char *headers[] = {token, LINES, NULL};
    g_autofree char *note = g_strnfill(800, 'n');
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 5500; i++)
        g_string_append_printf(
            text,
            "{\"specversion\":\"1.0\",\"id\":\"long-%d\",\"source\":\"/long\",\"type\":\"x\","
            "\"time\":\"2026-11-22T09:12:04+08:00\",\"data\":{\"note\":\"%s\"}}\n",
            i, note);
    g_string_append(text, "{\"specversion\":\"1.0\"}\n");
    g_assert_cmpuint(text->len, >, 4 * 1024 * 1024);
    for (int round = 0; round < 2; round++) {
        g_autoptr(Answer) answer = round ? client_send_chunked(hall->client, "/api/v1/events",
                                                               headers, text->str, text->len)
                                         : client_send(hall->client, "POST", "/api/v1/events",
                                                       headers, text->str, (gssize)text->len);
        g_autoptr(json_t) json = answer_json(answer);
        const json_t *results = json_object_get(json, "results");
        const char *which = round ? "duplicates" : "accepted";
        g_assert_cmpint(answer->status, ==, 200);
        g_assert_cmpint(json_integer_value(json_object_get(json, which)), ==, 5500);
        g_assert_cmpint(json_integer_value(json_object_get(json, "refused")), ==, 1);
        g_assert_cmpint(json_integer_value(json_object_get(json, "unlisted")), ==, 500);
        g_assert_cmpuint(json_array_size(results), ==, 5001);
        const json_t *refused = json_array_get(results, 5000);
        g_assert_cmpint(json_integer_value(json_object_get(refused, "index")), ==, 5500);
    }
}

/* A long array that breaks late: what came before is kept, and the answer says so. */
static void test_broken_late(void)
{
    g_autofree char *note = g_strnfill(800, 'n');
    g_autoptr(GString) text = g_string_new("[");
    for (int i = 0; i < 4000; i++)
        g_string_append_printf(
            text,
            "{\"specversion\":\"1.0\",\"id\":\"late-%d\",\"source\":\"/late\",\"type\":\"x\","
            "\"time\":\"2026-11-22T09:12:04+08:00\",\"data\":{\"note\":\"%s\"}},\n",
            i, note);
    g_string_append(text, "}]");
    g_autoptr(Answer) answer = send(BATCH, text->str);
    expect_problem(answer, 400, "invalid");
    g_autoptr(json_t) json = answer_json(answer);
    const char *detail = json_string_value(json_object_get(json, "detail"));
    g_assert_nonnull(strstr(detail, "events, which are done"));
    g_assert_nonnull(strstr(detail, "line 4001"));
}

static void test_chunked(void)
{
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    const char *headers[] = {token, LINES, NULL};
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 2000; i++) {
        g_autofree char *id = g_strdup_printf("chunk-%d", i);
        g_autofree char *line = event(id, "B040");
        g_string_append_printf(text, "%s\n", line);
    }
    g_autoptr(Answer) answer =
        client_send_chunked(hall->client, "/api/v1/events", headers, text->str, text->len);
    g_autoptr(json_t) json = expect(answer, 200, 2000, 0, 0);
}

static void test_session(void)
{
    static const char STARTED[] =
        "{\"specversion\":\"1.0\",\"id\":\"mm-1\",\"source\":\"/mm\",\"type\":"
        "\"hall.session.started\",\"time\":\"2026-11-22T09:12:04+08:00\",\"data\":"
        "{\"session_id\":\"MM-1\",\"room\":\"W07\",\"topic\":\"供暖\"}}";
    g_autoptr(Answer) answer = send(ONE, STARTED);
    g_autoptr(json_t) accepted = expect(answer, 200, 1, 0, 0);
    g_autofree char *token = g_strconcat("Authorization: Bearer ", hall->read_token, NULL);
    g_autoptr(Answer) found = client_get(hall->client, "/api/v1/sessions/mm-1", token);
    g_autoptr(json_t) dossier = answer_json(found);
    const json_t *subject = json_object_get(dossier, "subject");
    g_assert_cmpint(found->status, ==, 200);
    g_assert_cmpstr(json_string_value(json_object_get(subject, "kind")), ==, "session");
    g_assert_cmpstr(json_string_value(json_object_get(subject, "title")), ==, "供暖");
    g_assert_cmpuint(json_array_size(json_object_get(dossier, "visits")), ==, 1);
}

static char *warning_of(const json_t *answer, size_t i)
{
    const json_t *result = json_array_get(json_object_get(answer, "results"), i);
    g_assert_cmpstr(json_string_value(json_object_get(result, "status")), ==, "accepted");
    return g_strdup(json_string_value(json_object_get(result, "warning")));
}

/* Accepted, and told that no camera is tied to it. */
static void test_unknown_place(void)
{
    g_autofree char *known = event("place-1", "B060");
    g_auto(GStrv) parts = g_strsplit(known, "W07", 2);
    g_autofree char *renamed = g_strjoinv("W99", parts);
    g_auto(GStrv) ids = g_strsplit(renamed, "place-1", 2);
    g_autofree char *unknown = g_strjoinv("place-2", ids);
    g_autofree char *text = g_strdup_printf("[%s,%s]", known, unknown);
    g_autoptr(Answer) answer = send(BATCH, text);
    g_autoptr(json_t) json = expect(answer, 200, 2, 0, 0);
    g_autofree char *first = warning_of(json, 0), *second = warning_of(json, 1);
    g_assert_null(first);
    g_assert_nonnull(second);
    g_assert_nonnull(strstr(second, "place W99 is not known in hall H01"));
    g_assert_cmpint(json_integer_value(json_object_get(json, "warned")), ==, 1);
}

/* The problem says that nothing of it was kept, and in which form the good ones would have been. */
static void test_broken_array(void)
{
    g_autofree char *good = event("array-1", "B070");
    g_autofree char *text = g_strdup_printf("[%s,{]", good);
    g_autoptr(Answer) answer = send(BATCH, text);
    expect_problem(answer, 400, "invalid");
    g_autoptr(json_t) json = answer_json(answer);
    g_assert_nonnull(strstr(json_string_value(json_object_get(json, "detail")),
                            "nothing of this array was kept: send NDJSON"));
    g_assert_false(is_found("B070"));
}

static void test_kill(void)
{
    g_autofree char *text = event("kill", "B050");
    g_autoptr(Answer) answer = send(ONE, text);
    hall_kill(hall);
    g_autoptr(json_t) json = expect(answer, 200, 1, 0, 0);
    hall_start(hall);
    g_assert_true(is_found("B050"));
    g_autoptr(Answer) again = send(ONE, text);
    g_autoptr(json_t) second = expect(again, 200, 0, 1, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    hall = hall_new();
    hall_start(hall);
    g_test_add_func("/events/one", test_one);
    g_test_add_func("/events/batch", test_batch);
    g_test_add_func("/events/lines", test_lines);
    g_test_add_func("/events/refused", test_refused);
    g_test_add_func("/events/no-token", test_no_token);
    g_test_add_func("/events/too-large", test_too_large);
    g_test_add_func("/events/long", test_long);
    g_test_add_func("/events/broken-late", test_broken_late);
    g_test_add_func("/events/chunked", test_chunked);
    g_test_add_func("/events/session", test_session);
    g_test_add_func("/events/unknown-place", test_unknown_place);
    g_test_add_func("/events/broken-array", test_broken_array);
    g_test_add_func("/events/kill", test_kill);
    int result = g_test_run();
    hall_free(hall);
    return result;
}
