// SPDX-License-Identifier: GPL-3.0-or-later
/* api/openapi.yaml against the route table, both ways, and against real answers. */
#include "api/reply.h"
#include "api/route.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/json.h"
#include "index/event/ingest.h"
#include "index/hall.h"
#include "test/api/support/hall.h"
#include "test/api/support/schema.h"

#include <string.h>

#define V1 "/api/v1"

static json_t *contract;
static Hall *hall;

static const json_t *operation(const char *path, const char *method)
{
    g_autofree char *lower = g_ascii_strdown(method, -1);
    return json_object_get(json_object_get(json_object_get(contract, "paths"), path), lower);
}

static bool names(const json_t *security, const char *scheme)
{
    size_t i = 0;
    const json_t *one = NULL;
    json_array_foreach(security, i, one)
    {
        if (json_object_get(one, scheme) != NULL)
            return true;
    }
    return false;
}

/* What the contract says of who may, against what the table does. */
static void check_permit(const ApiRoute *route, const json_t *described)
{
    const json_t *security = json_object_get(described, "security");
    if (security == NULL)
        security = json_object_get(contract, "security");
    bool user = false,
         token = idx_token_may("events", route->permit) || idx_token_may("read", route->permit);
    for (const char *const *role = idx_roles(); *role != NULL; role++)
        user = user || idx_role_may(*role, route->permit);
    bool anybody = route->permit == IDX_MAY_ANYBODY;
    g_assert_cmpstr(json_string_value(json_object_get(described, "x-permission")), ==,
                    idx_permit_name(route->permit));
    g_assert_cmpint(names(security, "cookie"), ==, user && !anybody);
    g_assert_cmpint(names(security, "token"), ==, token && !anybody);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names behind '?' that the contract has, as the route table does: sorted. Caller frees. */
static char *described_query(const char *path, const json_t *described)
{
    const json_t *both[] = {
        json_object_get(json_object_get(json_object_get(contract, "paths"), path), "parameters"),
        json_object_get(described, "parameters")};
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++)
        for (size_t k = 0; k < json_array_size(both[i]); k++) {
            const json_t *one = schema_resolve(contract, json_array_get(both[i], k));
            if (g_strcmp0(json_string_value(json_object_get(one, "in")), "query") == 0)
                g_ptr_array_add(names,
                                (char *)(uintptr_t)json_string_value(json_object_get(one, "name")));
        }
    g_ptr_array_sort(names, compare);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static void check_query(const ApiRoute *route, const json_t *described)
{
    g_auto(GStrv) known = g_strsplit(route->query != NULL ? route->query : "", " ", -1);
    g_autofree char *told = described_query(route->pattern + strlen(V1), described);
    qsort(known, g_strv_length(known), sizeof *known, compare);
    g_autofree char *sorted = g_strjoinv(" ", known);
    g_assert_cmpstr(sorted, ==, told);
}

static void test_routes_are_described(void)
{
    for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
        if (!g_str_has_prefix(route->pattern, V1 "/"))
            continue;
        g_test_message("%s %s", route->method, route->pattern);
        const json_t *described = operation(route->pattern + strlen(V1), route->method);
        g_assert_nonnull(described);
        check_permit(route, described);
        check_query(route, described);
        const json_t *content =
            json_object_get(json_object_get(described, "requestBody"), "content");
        for (size_t i = 0; content != NULL && route->types[i] != NULL; i++)
            g_assert_nonnull(json_object_get(content, route->types[i]));
        g_assert_nonnull(json_object_get(described, "operationId"));
    }
}

static void test_descriptions_are_routes(void)
{
    const char *path = NULL, *method = NULL;
    json_t *methods = NULL, *described = NULL;
    int n = 0;
    json_object_foreach(json_object_get(contract, "paths"), path, methods)
    {
        json_object_foreach(methods, method, described)
        {
            g_autofree char *upper = g_ascii_strup(method, -1);
            g_autofree char *pattern = g_strconcat(V1, path, NULL);
            bool found = false;
            for (const ApiRoute *route = API_ROUTES; route->method != NULL; route++) {
                found = found ||
                        (g_str_equal(route->method, upper) && g_str_equal(route->pattern, pattern));
            }
            g_test_message("%s %s", upper, pattern);
            g_assert_true(found);
            n++;
        }
    }
    g_assert_cmpint(n, >, 10);
}

/* What is said by way of example is what is promised. */
static void test_examples(void)
{
    const char *name = NULL;
    json_t *schema = NULL;
    int n = 0;
    json_object_foreach(json_object_get(json_object_get(contract, "components"), "schemas"), name,
                        schema)
    {
        const json_t *example = json_object_get(schema, "example");
        if (example == NULL)
            continue;
        g_autofree char *wrong = schema_check(contract, schema, example, name);
        g_assert_cmpstr(wrong, ==, NULL);
        n++;
    }
    g_assert_cmpint(n, >=, 7);
}

static const json_t *response(const char *path, const char *method, int status)
{
    g_autofree char *key = g_strdup_printf("%d", status);
    const json_t *responses = json_object_get(operation(path, method), "responses");
    const json_t *found = json_object_get(responses, key);
    return schema_resolve(contract, found != NULL ? found : json_object_get(responses, "default"));
}

/* GETs @target and holds the answer against what @path says of its status. */
static void check_answer(const char *path, const char *target, const char *header, int status)
{
    g_autofree char *address = g_strconcat(V1, target, NULL);
    g_autoptr(Answer) answer = client_get(hall->client, address, header);
    g_test_message("GET %s → %ld", target, answer->status);
    g_assert_cmpint(answer->status, ==, status);
    const json_t *content = json_object_get(response(path, "get", status), "content");
    g_assert_cmpint(json_object_size(content), ==, 1);
    const char *type = json_object_iter_key(json_object_iter((json_t *)(uintptr_t)content));
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, type);
    const json_t *schema = json_object_get(json_object_get(content, type), "schema");
    if (schema != NULL) {
        g_autoptr(json_t) json = answer_json(answer);
        g_assert_nonnull(json);
        g_autofree char *wrong = schema_check(contract, schema, json, "$");
        g_assert_cmpstr(wrong, ==, NULL);
    }
}

/* A second hall that has numbers, staff and an approval of the first. */
static void add_second_hall(void)
{
    static const char *const EVENTS[][3] = {
        {"hall.ticket.called", "H01",
         "\"ticket_no\":\"B7\",\"window_no\":\"W07\",\"staff_id\":\"1023\""},
        {"hall.ticket.called", "H02", "\"ticket_no\":\"B7\",\"window_no\":\"Z1\""},
        {"hall.ticket.called", "H01",
         "\"ticket_no\":\"C7\",\"window_no\":\"W07\",\"ticket_id\":\"9f-1\""},
        {"hall.ticket.called", "H01",
         "\"ticket_no\":\"C7\",\"window_no\":\"W08\",\"ticket_id\":\"9f-2\""},
        {"hall.approval.accepted", "H01",
         "\"approval_id\":\"SP7\",\"staff_id\":\"7\",\"business_type\":\"登记\""},
        {"hall.approval.accepted", "H02",
         "\"approval_id\":\"SP7\",\"staff_id\":\"7\",\"item_name\":\"一网通办\""},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_no_error(error);
    int64_t id = 0;
    g_assert_true(idx_hall_add(cat, "H02", NULL, NULL, &id, NULL));
    g_autofree char *time = hall_time(hall, 0);
    const char *first = idx_catalogue_hall_code(cat);
    for (size_t i = 0; i < G_N_ELEMENTS(EVENTS); i++) {
        const char *code = g_str_equal(EVENTS[i][1], "H01") ? first : EVENTS[i][1];
        g_autofree char *text = g_strdup_printf(
            "{\"specversion\":\"1.0\",\"id\":\"two-%zu\",\"source\":\"/two\",\"type\":\"%s\","
            "\"time\":\"%s\",\"data\":{\"hall_code\":\"%s\",%s}}",
            i, EVENTS[i][0], time, code, EVENTS[i][2]);
        g_autoptr(IdxEventBatch) batch =
            idx_event_add_text(cat, text, strlen(text), IDX_EVENT_FORM_ONE, hall->start_us, &error);
        g_assert_no_error(error);
        const IdxEventResult *result = &g_array_index(batch->results, IdxEventResult, 0);
        g_assert_cmpstr(result->message, ==, NULL);
    }
}

/* What is ambiguous comes with what may be meant, and one of those is an answer. */
static void test_several(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/tickets/latest/B7", hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *candidates = json_object_get(json, "candidates");
    g_assert_cmpint(answer->status, ==, 409);
    g_assert_cmpstr(json_string_value(json_object_get(json, "code")), ==, "ambiguous");
    g_assert_cmpuint(json_array_size(candidates), ==, 2);
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const char *code =
            json_string_value(json_object_get(json_array_get(candidates, i), "hall"));
        g_autofree char *target = g_strconcat(V1 "/tickets/latest/B7?hall=", code, NULL);
        g_autoptr(Answer) one = client_get(hall->client, target, hall->cookie);
        g_autoptr(json_t) dossier = answer_json(one);
        const json_t *subject = json_object_get(dossier, "subject");
        g_assert_cmpstr(json_string_value(json_object_get(subject, "hall")), ==, code);
    }
}

/* Two tickets of one number in one hall: each by its id, and the audit log says which was looked at. */
static void test_several_tickets(void)
{
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/tickets/latest/C7", hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *candidates = json_object_get(json, "candidates");
    g_assert_cmpint(answer->status, ==, 409);
    g_assert_cmpuint(json_array_size(candidates), ==, 2);
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *c = json_array_get(candidates, i);
        const char *id = json_string_value(json_object_get(c, "ticket_id"));
        g_assert_cmpstr(id, ==, i == 0 ? "9f-1" : "9f-2");
        g_assert_true(json_is_true(json_object_get(c, "shared")));
        g_autofree char *target = g_strconcat(V1 "/tickets/latest/C7?ticket_id=", id, NULL);
        g_autoptr(Answer) one = client_get(hall->client, target, hall->cookie);
        g_autoptr(json_t) dossier = answer_json(one);
        g_assert_cmpuint(json_array_size(json_object_get(dossier, "events")), ==, 1);
        g_assert_cmpuint(json_array_size(json_object_get(dossier, "also")), ==, 1);
        const json_t *subject = json_object_get(dossier, "subject");
        g_assert_true(json_equal((json_t *)(uintptr_t)json_object_get(subject, "places"),
                                 (json_t *)(uintptr_t)json_object_get(c, "places")));
    }
    g_autoptr(Answer) found = client_get(hall->client, V1 "/search?q=9F-", hall->cookie);
    g_autoptr(json_t) search = answer_json(found);
    g_assert_cmpuint(json_array_size(json_object_get(search, "results")), ==, 2);
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_READ, NULL);
    g_autoptr(GPtrArray) rows =
        idx_audit_list(cat, &(IdxAuditFilter){.object = "C7"}, 20, NULL, NULL);
    g_autoptr(GString) told = g_string_new(NULL); // one row may tell of several looks
    for (guint i = 0; i < rows->len; i++) {
        const char *detail = ((const IdxAuditRow *)rows->pdata[i])->detail;
        g_string_append(told, detail ? detail : "");
    }
    g_assert_nonnull(strstr(told->str, "\"ticket_id\":\"9f-1\""));
    g_assert_nonnull(strstr(told->str, "\"ticket_id\":\"9f-2\""));
}

/* What is not found comes with whether those speak who would have told of it. */
static void test_none(void)
{
    check_answer("/tickets/{day}/{number}", "/tickets/today/Z9", hall->cookie, 404);
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/tickets/today/Z9", hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *feed = json_object_get(json, "feed");
    g_assert_cmpstr(json_string_value(json_object_get(json, "code")), ==, "not-found");
    g_assert_cmpuint(json_array_size(json_object_get(feed, "sources")), >, 0);
    g_assert_true(json_is_integer(json_object_get(feed, "told")));
    g_autoptr(Answer) session = client_get(hall->client, V1 "/sessions/Z9", hall->cookie);
    g_autoptr(json_t) other = answer_json(session);
    g_assert_true(json_is_null(json_object_get(json_object_get(other, "feed"), "told")));
}

static void test_lists(void)
{
    g_autofree char *from = hall_time(hall, 0);
    g_autofree char *to = hall_time(hall, 16 * G_USEC_PER_SEC);
    g_autofree char *place = g_strdup_printf("/places/W07/footage?from=%s&to=%s", from, to);
    const struct {
        const char *path, *target;
        int status;
    } table[] = {
        {"/search", "/search?q=w", 200},
        {"/search", "/search?q=1", 200},
        {"/search", "/search?q=%25", 200},
        {"/find", "/find?staff=1023", 200},
        {"/find", "/find?staff=1023&day=today&limit=1", 200},
        {"/find", "/find?place=W07", 200},
        {"/find", "/find?business=%E7%99%BB%E8%AE%B0", 200},
        {"/find", "/find?staff=nobody", 404},
        {"/find", "/find?staff=7", 409},
        {"/find", "/find?staff=7&hall=H02", 200},
        {"/find", "/find", 400},
        {"/find", "/find?staff=1&place=2", 400},
        {"/find", "/find?staff=1023&after=x", 400},
        {"/find", "/find?staff=1023&from=now&to=now", 400},
        {"/find", "/find?staff=1023&limit=100", 200},
        {"/find", "/find?staff=1023&limit=101", 400},
        {"/find", "/find?staff=1023&day=today&from=-10m", 400},
        {"/find", "/find?staff=1023&day=today&to=now", 400},
        {"/tickets/{day}/{number}", "/tickets/latest/B7", 409},
        {"/tickets/{day}/{number}", "/tickets/latest/B7?hall=H02", 200},
        {"/tickets/{day}/{number}", "/tickets/latest/B7?hall=H09", 404},
        {"/tickets/{day}/{number}", "/tickets/latest/C7", 409},
        {"/tickets/{day}/{number}", "/tickets/latest/C7?source=/two", 409},
        {"/tickets/{day}/{number}", "/tickets/latest/C7?ticket_id=9F-2", 200},
        {"/tickets/{day}/{number}", "/tickets/latest/C7?ticket_id=9f-3", 404},
        {"/approvals/{id}", "/approvals/SP7", 409},
        {"/places/{code}/footage", place, 200},
        {"/places/{code}/footage", "/places/W99/footage?from=-10m&to=now", 404},
        {"/places/{code}/footage", "/places/W07/footage", 400},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        check_answer(table[i].path, table[i].target, hall->cookie, table[i].status);
}

static void test_browsing(void)
{
    g_autofree char *from = hall_time(hall, 0);
    g_autofree char *to = hall_time(hall, 16 * G_USEC_PER_SEC);
    g_autofree char *outline =
        g_strdup_printf("/cameras/W07/outline?from=%s&to=%s&resolution_ms=10", from, to);
    g_autofree char *month = g_strdup_printf("/cameras/W07/calendar?month=%.7s", from);
    const struct {
        const char *path, *target;
        int status;
    } table[] = {
        {"/cameras/{id}/outline", outline, 200},
        {"/cameras/{id}/outline", "/cameras/W07/outline?from=-31d&to=now", 200},
        {"/cameras/{id}/outline", "/cameras/W07/outline?from=-31d&to=now&resolution_ms=1", 400},
        {"/cameras/{id}/outline", "/cameras/W07/outline?from=-1h&to=now&resolution_ms=0", 400},
        {"/cameras/{id}/outline", "/cameras/W99/outline?from=-1h&to=now", 404},
        {"/cameras/{id}/calendar", month, 200},
        {"/cameras/{id}/calendar", "/cameras/W07/calendar?month=2001-02", 200},
        {"/cameras/{id}/calendar", "/cameras/W07/calendar?month=2001-13", 400},
        {"/cameras/{id}/calendar", "/cameras/W07/calendar", 400},
        {"/cameras/{id}/calendar", "/cameras/W99/calendar?month=2001-02", 404},
        {"/audit", "/audit?casse=2026-7", 403}, // who may not read it is told nothing else
        {"/status", "/status?now=1", 400},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        check_answer(table[i].path, table[i].target, hall->cookie, table[i].status);
}

/* Where a search goes on that has more than one of something. Caller frees. */
static char *search_next(const char *q)
{
    g_autofree char *target = g_strdup_printf(V1 "/search?limit=1&q=%s", q);
    g_autoptr(Answer) answer = client_get(hall->client, target, hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    g_assert_true(json_is_string(json_object_get(json, "next")));
    return g_strdup(json_string_value(json_object_get(json, "next")));
}

static void test_answers(void)
{
    g_autofree char *from = hall_time(hall, 0);
    g_autofree char *to = hall_time(hall, 16 * G_USEC_PER_SEC);
    g_autofree char *timeline = g_strdup_printf("/cameras/W07/timeline?from=%s&to=%s", from, to);
    g_autofree char *playlist =
        g_strdup_printf("/cameras/W07/playlist.m3u8?from=%s&to=%s", from, to);
    g_autofree char *frame = g_strdup_printf("/cameras/W07/frame.jpg?at=%s", from);
    g_autofree char *approval = g_uri_escape_string(HALL_APPROVAL, NULL, FALSE);
    g_autofree char *dossier = g_strconcat("/approvals/", approval, NULL);
    g_autofree char *next = search_next("W0");
    g_autofree char *next_of_search = g_strconcat("/search?q=W0&limit=1&cursor=", next, NULL);
    g_autofree char *wrong_search = g_strconcat("/search?q=W&limit=1&cursor=", next, NULL);
    const struct {
        const char *path, *target;
        int status;
    } table[] = {
        {"/me", "/me", 200},
        {"/status", "/status", 200},
        {"/health", "/health", 200},
        {"/cameras", "/cameras", 200},
        {"/streams", "/streams", 200},
        {"/places", "/places", 200},
        {"/tickets/{day}/{number}", "/tickets/latest/A012", 200},
        {"/tickets/{day}/{number}", "/tickets/2001-01-01/A012", 404},
        {"/tickets/{day}/{number}", "/tickets/someday/A012", 400},
        {"/approvals/{id}", dossier, 200},
        {"/approvals/{id}", "/approvals/none", 404},
        {"/sessions/{id}", "/sessions/none", 404},
        {"/search", "/search?q=A0", 200},
        {"/search", "/search", 400},
        {"/search", "/search?q=A&limit=51", 400},
        {"/search", next_of_search, 200},
        {"/search", wrong_search, 400},
        {"/search", "/search?q=W0&cursor=x", 400},
        {"/cameras/{id}/timeline", timeline, 200},
        {"/cameras/{id}/timeline", "/cameras/W99/timeline?from=now&to=now", 404},
        {"/cameras/{id}/timeline", "/cameras/W07/timeline", 400},
        {"/cameras/{id}/playlist.m3u8", playlist, 200},
        {"/cameras/{id}/frame.jpg", frame, 200},
        {"/cameras/{id}/frame.jpg", "/cameras/W07/frame.jpg?at=2001-01-01T00:00:00Z", 404},
        {"/holds", "/holds", 200},
        {"/holds", "/holds?all=1", 200},
        {"/holds", "/holds?all=2", 400},
        {"/retention/report", "/retention/report", 200},
        {"/cameras/{id}/retention", "/cameras/W07/retention", 200},
        {"/cameras/{id}/retention", "/cameras/W99/retention", 404},
        {"/segments/{file}", "/segments/1.mp4", 404},
        {"/segments/{file}", "/segments/x", 404},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        check_answer(table[i].path, table[i].target, hall->cookie, table[i].status);
}

static void test_alarm_answers(void)
{
    static const struct {
        const char *path, *target;
        int status;
    } TABLE[] = {
        {"/alarms", "/alarms", 200},
        {"/alarms", "/alarms?all=1&limit=1", 200},
        {"/alarms", "/alarms?all=1&cursor=x", 400},
        {"/mark-kinds", "/mark-kinds", 200},
        {"/notices", "/notices", 200},
        {"/marks", "/marks", 200},
        {"/marks", "/marks?limit=0", 400},
        {"/marks/places", "/marks/places?camera=W07&at=2026-11-22T01:30:00Z", 200},
        {"/marks/places", "/marks/places?camera=W07", 400},
        {"/marks/{id}/still.jpg", "/marks/1/still.jpg", 404},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++)
        check_answer(TABLE[i].path, TABLE[i].target, hall->cookie, TABLE[i].status);
}

/* That a clock was set reaches whoever asks for the time around it. */
static void test_notes(void)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 8 * G_USEC_PER_SEC);
    g_autofree char *target = g_strdup_printf(V1 "/cameras/W07/timeline?from=%s&to=%s", from, to);
    g_autoptr(Answer) answer = client_get(hall->client, target, hall->cookie);
    g_autoptr(json_t) json = answer_json(answer);
    const json_t *notes = json_object_get(json, "notes");
    g_assert_cmpuint(json_array_size(notes), ==, 1);
    const json_t *note = json_array_get(notes, 0);
    int64_t at_us = 0;
    const char *at = json_string_value(json_object_get(note, "at"));
    g_assert_true(mj_time_parse_rfc3339(at, &at_us, NULL));
    g_assert_cmpint(at_us, ==, hall->start_us + 4 * MJ_SECOND_US);
    g_assert_cmpstr(json_string_value(json_object_get(note, "reason")), ==, "clock");
    g_assert_nonnull(strstr(json_string_value(json_object_get(note, "detail")), "set back"));
    g_assert_cmpuint(json_array_size(json_object_get(json, "gaps")), ==, 0);
}

/* The schemas must be able to refuse, or the test above says nothing. */
static void test_schema_refuses(void)
{
    const json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    static const struct {
        const char *schema, *json;
    } table[] = {
        {"Me", "{\"name\":\"x\",\"role\":\"y\",\"time\":\"2026-11-22T09:31:05.120000+08:00\"}"},
        {"Gap", "{\"from\":\"yesterday\",\"to\":\"2026-11-22T09:31:05.120000+08:00\",\"reason\":"
                "\"lost\",\"detail\":null}"},
        {"Gap", "{\"from\":\"2026-11-22T09:31:05.120000+08:00\",\"to\":\"2026-11-22T09:31:05."
                "120000+08:00\",\"reason\":\"bored\",\"detail\":null}"},
        {"Note",
         "{\"at\":\"2026-11-22T09:31:05.120000+08:00\",\"reason\":\"bored\",\"detail\":null}"},
        {"Place",
         "{\"code\":\"a\",\"name\":\"b\",\"cameras\":[{\"camera\":1,\"from\":null,\"to\":null}]}"},
        {"Camera", "[]"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(json_t) json = json_loads(table[i].json, 0, NULL);
        g_autofree char *wrong =
            schema_check(contract, json_object_get(schemas, table[i].schema), json, "$");
        g_assert_nonnull(wrong);
    }
}

/* Every code that is sent is in the contract, and the other way round. */
static void test_codes(void)
{
    static const char *const LITERAL[] = {"too-many", "too-large", "method", NULL};
    g_autoptr(GHashTable) sent = g_hash_table_new(g_str_hash, g_str_equal);
    for (int i = 0; i <= MJ_ERROR_CANCELLED; i++) {
        g_autoptr(GError) error = g_error_new_literal(MJ_ERROR, i, "x");
        g_hash_table_add(sent, (char *)(uintptr_t)api_error_code(error));
    }
    for (int i = 0; i < API_PROBLEMS; i++) {
        g_autoptr(GError) error = g_error_new_literal(API_PROBLEM, i, "x");
        g_hash_table_add(sent, (char *)(uintptr_t)api_error_code(error));
    }
    for (size_t i = 0; LITERAL[i]; i++)
        g_hash_table_add(sent, (char *)(uintptr_t)LITERAL[i]);
    json_t *schemas = json_object_get(json_object_get(contract, "components"), "schemas");
    json_t *code =
        json_object_get(json_object_get(json_object_get(schemas, "Problem"), "properties"), "code");
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(code, "enum"), i, name)
    {
        g_test_message("%s", json_string_value(name));
        g_assert_true(g_hash_table_contains(sent, json_string_value(name)));
    }
    g_assert_cmpuint(i, ==, g_hash_table_size(sent));
}

/* A body that is no JSON is told of with where and why, and with nothing of what it holds. */
static void test_no_json(void)
{
    static const char BODY[] = "{\"name\": \"a\",\n \"password\" S3cretWord}";
    const char *headers[] = {"Content-Type: application/json", NULL};
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", "/api/v1/login", headers, BODY, (gssize)strlen(BODY));
    g_assert_cmpint(answer->status, ==, 400);
    g_autoptr(json_t) told =
        json_loadb((const char *)answer->body->data, answer->body->len, 0, NULL);
    const char *detail = json_string_value(json_object_get(told, "detail"));
    g_test_message("%s", detail);
    g_assert_nonnull(strstr(detail, "line 2, column "));
    g_assert_nonnull(strstr(detail, "':' expected"));
    g_assert_null(strstr(detail, "S3cret"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    hall_start(hall);
    hall_sign_in(hall);
    add_second_hall();
    g_test_add_func("/contract/examples", test_examples);
    g_test_add_func("/contract/routes-are-described", test_routes_are_described);
    g_test_add_func("/contract/descriptions-are-routes", test_descriptions_are_routes);
    g_test_add_func("/contract/codes", test_codes);
    g_test_add_func("/contract/no-json", test_no_json);
    g_test_add_func("/contract/schema-refuses", test_schema_refuses);
    g_test_add_func("/contract/answers", test_answers);
    g_test_add_func("/contract/alarm-answers", test_alarm_answers);
    g_test_add_func("/contract/browsing", test_browsing);
    g_test_add_func("/contract/lists", test_lists);
    g_test_add_func("/contract/several", test_several);
    g_test_add_func("/contract/several-tickets", test_several_tickets);
    g_test_add_func("/contract/none", test_none);
    g_test_add_func("/contract/notes", test_notes);
    int result = g_test_run();
    hall_free(hall);
    json_decref(contract);
    return result;
}
