// SPDX-License-Identifier: GPL-3.0-or-later
/* Alarms and marks over HTTP: who sees and takes them, what a mark keeps, and that it becomes an alarm. */
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "test/api/support/ask.h"
#include "test/api/support/schema.h"

#include <string.h>

#define JSON "Content-Type: application/json"
#define V1 "/api/v1"
#define WITHIN_US (5 * G_USEC_PER_SEC) // what is promised for an alarm

static Hall *hall;
static json_t *contract;

/* The open alarm of that kind and object, waited for; new reference, NULL if it does not come. */
static json_t *wait_alarm(const char *kind, const char *object)
{
    for (gint64 until = g_get_monotonic_time() + WITHIN_US; g_get_monotonic_time() < until;) {
        g_autoptr(json_t) answer = hall_get(hall, V1 "/alarms");
        size_t i = 0;
        json_t *alarm = NULL;
        fits(contract, "Alarms", answer);
        json_array_foreach(
            json_object_get(answer, "alarms"), i,
            alarm) if (g_str_equal(text_of(alarm, "kind"), kind) &&
                       strstr(text_of(alarm, "object"), object)) return json_incref(alarm);
        g_usleep(100000);
    }
    return NULL;
}

static char *path_of(const json_t *alarm)
{
    return g_strdup_printf(V1 "/alarms/%" JSON_INTEGER_FORMAT "/acknowledge",
                           json_integer_value(json_object_get(alarm, "id")));
}

static void test_camera(void)
{
    g_autoptr(json_t) alarm = wait_alarm("camera", "W07/main");
    g_assert_nonnull(alarm);
    g_assert_cmpstr(text_of(alarm, "severity"), ==, "red");
    g_assert_cmpstr(text_of(alarm, "code"), ==, "offline");
    const json_t *camera = json_object_get(alarm, "camera");
    g_assert_cmpstr(text_of(camera, "id"), ==, "W07");
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(camera, "places"), 0)), ==,
                    "W07");
    g_autoptr(Answer) answer = client_get(hall->client, V1 "/alarms", hall->cookie);
    g_autofree char *text = g_strndup((char *)answer->body->data, answer->body->len);
    g_assert_null(strstr(text, "W08/main")); // is being recorded
}

static void test_unchanged(void)
{
    g_autoptr(Answer) first = client_get(hall->client, V1 "/alarms", hall->cookie);
    const char *etag = answer_header(first, "ETag");
    g_assert_nonnull(etag);
    g_autofree char *known = g_strconcat("If-None-Match: ", etag, NULL);
    const char *headers[] = {hall->cookie, known, NULL};
    g_autoptr(Answer) second = client_send(hall->client, "GET", V1 "/alarms", headers, NULL, -1);
    g_assert_cmpint(second->status, ==, 304);
    g_assert_cmpint((int)second->body->len, ==, 0);
}

static void test_acknowledge(void)
{
    g_autoptr(json_t) alarm = wait_alarm("camera", "W07/main");
    g_autofree char *path = path_of(alarm);
    g_autoptr(json_t) refused = hall_post(hall, "audit1", path, "{}", 403);
    fits(contract, "Problem", refused);
    g_autoptr(json_t) wrong = hall_post(hall, "other1", path, "{\"note\":7}", 400);
    g_autoptr(json_t) nothing = hall_post(hall, "other1", path, "[]", 400);
    g_autoptr(json_t) taken = hall_post(hall, "other1", path, "{\"note\":\"已派人查看\"}", 200);
    fits(contract, "Alarm", taken);
    g_assert_cmpstr(text_of(taken, "acknowledged_by"), ==, "other1");
    g_assert_cmpstr(text_of(taken, "note"), ==, "已派人查看");
    g_assert_true(json_is_null(json_object_get(taken, "until"))); // it goes on
    g_autoptr(json_t) late = hall_post(hall, HALL_USER, path, "{}", 409);
    g_assert_nonnull(strstr(text_of(late, "detail"), "other1"));
    g_autoptr(json_t) unknown = hall_post(hall, HALL_USER, V1 "/alarms/7/acknowledge", "{}", 404);
    g_autoptr(json_t) no_number = hall_post(hall, HALL_USER, V1 "/alarms/x/acknowledge", "{}", 404);
    g_autofree char *cookie = hall_cookie(hall, "audit1");
    g_autoptr(Answer) told = client_get(hall->client, V1 "/audit?what=alarm.acknowledge", cookie);
    g_autofree char *text = g_strndup((char *)told->body->data, told->body->len);
    g_assert_nonnull(strstr(text, "other1"));
    g_assert_nonnull(strstr(text, "已派人查看"));
}

static void test_metrics(void)
{
    g_autoptr(Answer) metrics = client_get(hall->client, "/metrics", hall->cookie);
    g_autofree char *text = g_strndup((char *)metrics->body->data, metrics->body->len);
    g_assert_nonnull(strstr(text, "mingjing_alarms_open{kind=\"camera\",severity=\"red\"} 1\n"));
    g_assert_nonnull(strstr(text, "mingjing_alarms_open{kind=\"volume\",severity=\"red\"} 0\n"));
}

static char *mark_body(const char *camera, int64_t offset_us, const char *rest)
{
    g_autofree char *at = hall_time(hall, offset_us);
    return g_strdup_printf("{\"camera\":\"%s\",\"at\":\"%s\",%s}", camera, at, rest);
}

static json_t *mark(const char *who, const char *camera, double at_s, const char *rest, long status)
{
    g_autofree char *body = mark_body(camera, (int64_t)(at_s * MJ_SECOND_US), rest);
    return hall_post(hall, who, V1 "/marks", body, status);
}

static void check_still(const json_t *made)
{
    g_autofree char *path = g_strdup_printf(V1 "/marks/%" JSON_INTEGER_FORMAT "/still.jpg",
                                            json_integer_value(json_object_get(made, "id")));
    g_autoptr(Answer) still = client_get(hall->client, path, hall->cookie);
    g_assert_cmpint(still->status, ==, 200);
    g_assert_cmpstr(answer_header(still, "Content-Type"), ==, "image/jpeg");
    g_assert_cmpint((int)still->body->len, >, 1000);
    g_assert_cmpint(still->body->data[0], ==, 0xff);
    g_assert_cmpint(still->body->data[1], ==, 0xd8);
    g_autofree char *sum =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, still->body->data, still->body->len);
    g_assert_cmpstr(sum, ==, text_of(made, "still_sha256"));
}

/* What stands in the dossier of the ticket that was being served. */
static void check_dossier(const json_t *made)
{
    g_autoptr(json_t) dossier = hall_get(hall, V1 "/tickets/latest/A012");
    size_t i = 0;
    const json_t *event = NULL, *found = NULL;
    fits(contract, "Dossier", dossier);
    json_array_foreach(json_object_get(dossier, "events"), i,
                       event) if (g_str_equal(text_of(event, "type"), "hall.alert.raised")) found =
        event;
    g_assert_nonnull(found);
    const json_t *data = json_object_get(found, "data");
    g_assert_cmpstr(text_of(data, "rule_code"), ==, "absent");
    g_assert_cmpstr(text_of(data, "monitor_point"), ==, "离岗");
    g_assert_cmpstr(text_of(data, "raised_by"), ==, "manual");
    g_assert_cmpstr(text_of(json_object_get(data, "evidence_ref"), "still_sha256"), ==,
                    text_of(made, "still_sha256"));
    g_assert_cmpstr(text_of(found, "at"), ==, text_of(made, "at"));
}

/* Who may not search sees that there is one, and where, and nothing of whom; of a camera everything. */
static void check_hidden(const char *alert_id, const json_t *id)
{
    static const char *const WHO[] = {"sys1", "sec1", "audit1"};
    for (size_t i = 0; i < G_N_ELEMENTS(WHO); i++) {
        g_autofree char *cookie = hall_cookie(hall, WHO[i]);
        g_autoptr(Answer) answer = client_get(hall->client, V1 "/alarms", cookie);
        g_autoptr(json_t) json = answer_json(answer);
        fits(contract, "Alarms", json);
        g_byte_array_append(answer->body, (const guint8 *)"", 1);
        const char *text = (const char *)answer->body->data;
        g_assert_nonnull(strstr(text, "W07/main"));
        g_assert_null(strstr(text, "A012"));
        g_assert_null(strstr(text, "窗口无人"));
        g_assert_null(strstr(text, alert_id));
        bool there = false;
        for (size_t n = 0; n < json_array_size(json_object_get(json, "alarms")); n++) {
            const json_t *alarm = json_array_get(json_object_get(json, "alarms"), n);
            if (!json_equal(json_object_get(alarm, "id"), id))
                continue;
            there = g_str_equal(text_of(alarm, "kind"), "alert");
            g_assert_cmpstr(text_of(json_object_get(alarm, "alert"), "marked_by"), ==, "other1");
        }
        g_assert_true(there);
    }
}

static void expect_marks(const char *query, int n)
{
    g_autofree char *path = g_strconcat(V1 "/marks?", query, NULL);
    g_autoptr(json_t) list = hall_get(hall, path);
    g_assert_cmpint((int)json_array_size(json_object_get(list, "marks")), ==, n);
}

/* By camera and by the time of the picture, which the begin belongs to and the end does not. */
static void check_filters(const char *at)
{
    g_auto(GStrv) plus = g_strsplit(at, "+", 2);
    g_autofree char *time = g_strjoinv("%2B", plus);
    g_autofree char *from = g_strdup_printf("camera=W07&from=%s", time);
    g_autofree char *to = g_strdup_printf("camera=W07&to=%s", time);
    expect_marks("camera=W07", 1);
    expect_marks("camera=W08", 0);
    expect_marks(from, 1);
    expect_marks(to, 0);
}

static void test_mark(void)
{
    g_autoptr(json_t) made =
        mark("other1", "W07", 2.51, "\"kind\":\"absent\",\"words\":\"窗口无人\"", 201);
    fits(contract, "Mark", made);
    const json_t *subject = json_object_get(made, "subject");
    g_assert_cmpstr(text_of(subject, "key"), ==, "A012");
    g_assert_cmpstr(text_of(subject, "kind"), ==, "ticket");
    g_assert_cmpstr(text_of(made, "place"), ==, "W07");
    g_assert_cmpstr(text_of(made, "by"), ==, "other1");
    int64_t at_us = 0; // of the picture: 25 a second
    g_assert_true(mj_time_parse_rfc3339(text_of(made, "at"), &at_us, NULL));
    g_assert_cmpint(at_us, ==, hall->start_us + 2480000);
    check_still(made);
    check_dossier(made);
    g_autoptr(json_t) list = hall_get(hall, V1 "/marks");
    g_assert_true(json_equal(json_array_get(json_object_get(list, "marks"), 0), made));
    g_autoptr(json_t) worded = hall_get(hall, V1 "/marks?q=%E6%97%A0%E4%BA%BA"); // 无人
    g_autoptr(json_t) other = hall_get(hall, V1 "/marks?q=%E4%BA%89%E5%90%B5");  // 争吵
    g_autoptr(json_t) found = hall_get(hall, V1 "/search?q=%E6%97%A0%E4%BA%BA");
    g_assert_true(json_equal(json_object_get(worded, "marks"), json_object_get(list, "marks")));
    g_assert_true(json_equal(json_object_get(found, "marks"), json_object_get(list, "marks")));
    g_assert_cmpint((int)json_array_size(json_object_get(other, "marks")), ==, 0);
    check_filters(text_of(made, "at"));
    g_autoptr(json_t) alarm = wait_alarm("alert", text_of(made, "alert_id"));
    g_assert_nonnull(alarm);
    const json_t *alert = json_object_get(alarm, "alert");
    g_assert_cmpint(json_integer_value(json_object_get(json_object_get(alert, "mark"), "id")), ==,
                    json_integer_value(json_object_get(made, "id")));
    g_assert_cmpstr(text_of(alert, "reason"), ==, "窗口无人");
    g_assert_cmpstr(text_of(json_array_get(json_object_get(alert, "subjects"), 0), "key"), ==,
                    "A012");
    check_hidden(text_of(made, "alert_id"), json_object_get(alarm, "id"));
    g_autofree char *path = path_of(alarm);
    g_autoptr(json_t) denied = hall_post(hall, "sys1", path, "{}", 403);
    g_autoptr(json_t) taken = hall_post(hall, "other1", path, "{}", 200);
    g_assert_true(
        json_is_string(json_object_get(taken, "until"))); // an alert that is taken is over
}

/* Between two visits it is nobody's; of a camera that sees no place it is nowhere. */
static void test_nobody(void)
{
    g_autoptr(json_t) after =
        mark("other1", "W07", 7.5, "\"kind\":\"other\",\"place\":\"W07\"", 201);
    g_assert_true(json_is_null(json_object_get(after, "subject")));
    g_assert_cmpstr(text_of(after, "place"), ==, "W07");
    g_autoptr(json_t) refused =
        mark("other1", "W07", 7.5, "\"kind\":\"other\",\"place\":\"W99\"", 400);
    g_autoptr(json_t) page = hall_get(hall, V1 "/marks?limit=1");
    g_assert_true(json_is_string(json_object_get(page, "next")));
    g_autofree char *next = g_strconcat(V1 "/marks?limit=1&cursor=", text_of(page, "next"), NULL);
    g_autoptr(json_t) rest = hall_get(hall, next);
    g_assert_cmpint((int)json_array_size(json_object_get(rest, "marks")), ==, 1);
    g_assert_true(json_is_null(json_object_get(rest, "next")));
}

/* The first answer was lost on its way. */
static void test_again(void)
{
    static const char BODY[] = "\"kind\":\"other\",\"place\":\"W07\",\"key\":\"a-1\"";
    g_autoptr(json_t) first = mark("other1", "W07", 7.5, BODY, 201);
    g_autoptr(json_t) second = mark("other1", "W07", 7.5, BODY, 201);
    g_assert_true(json_equal(first, second));
    g_autoptr(json_t) another = mark("other1", "W07", 2.5, BODY, 409);
    g_assert_nonnull(strstr(text_of(another, "detail"), "a-1"));
    g_autoptr(json_t) odd = mark("other1", "W07", 7.5, "\"kind\":\"other\",\"key\":\"\"", 400);
    g_assert_nonnull(strstr(text_of(odd, "detail"), "key"));
}

/* Where a mark may be, and whose it would be there. */
static void test_where(void)
{
    g_autofree char *at = hall_time(hall, 2510000);
    g_autofree char *path = g_strdup_printf(V1 "/marks/places?camera=W07&at=%s", at);
    g_autoptr(json_t) answer = hall_get(hall, path);
    fits(contract, "MarkPlaces", answer);
    const json_t *place = json_array_get(json_object_get(answer, "places"), 0);
    g_assert_cmpstr(text_of(place, "code"), ==, "W07");
    g_assert_cmpstr(text_of(json_object_get(place, "subject"), "key"), ==, "A012");
    g_autoptr(Answer) untimed =
        client_get(hall->client, V1 "/marks/places?camera=W07", hall->cookie);
    g_assert_cmpint(untimed->status, ==, 400);
    g_autoptr(Answer) nowhere = client_get(
        hall->client, V1 "/marks/places?camera=W99&at=2026-11-22T01:30:00Z", hall->cookie);
    g_assert_cmpint(nowhere->status, ==, 404);
}

static void test_refused(void)
{
    static const struct {
        const char *who, *camera;
        double at_s;
        const char *rest;
        long status;
        const char *words;
    } TABLE[] = {
        {"audit1", "W07", 2, "\"kind\":\"absent\"", 403, "permission mark"},
        {"other1", "W07", 2, "\"kind\":\"bored\"", 400, "absent"},
        {"other1", "W07", 2, "\"words\":\"x\"", 400, "kind"},
        {"other1", "W07", 2, "\"kind\":\"absent\",\"words\":7", 400, "words"},
        {"other1", "W07", 2, "\"kind\":\"absent\",\"words\":\"a\\nb\"", 400, "words"},
        {"other1", "W99", 2, "\"kind\":\"absent\"", 404, "W99"},
        {"other1", "W07", 9, "\"kind\":\"absent\"", 404, "offline"}, // in the gap
        {"other1", "W07", 900, "\"kind\":\"absent\"", 404, ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(json_t) answer =
            mark(TABLE[i].who, TABLE[i].camera, TABLE[i].at_s, TABLE[i].rest, TABLE[i].status);
        g_assert_nonnull(strstr(text_of(answer, "detail"), TABLE[i].words));
    }
    g_autoptr(json_t) no_time =
        hall_post(hall, "other1", V1 "/marks",
                  "{\"camera\":\"W07\",\"at\":\"now\",\"kind\":\"absent\"}", 400);
    g_autoptr(Answer) token =
        client_send(hall->client, "POST", V1 "/marks", (const char *[]){JSON, NULL}, "{}", 2);
    g_assert_cmpint(token->status, ==, 401);
}

static json_t *set_kind(const char *who, const char *body, long status)
{
    return hall_post(hall, who, V1 "/mark-kinds", body, status);
}

/* What the hall declares is what may be said, and how bad it is; what is ended is refused with what there is. */
static void test_kinds(void)
{
    g_autoptr(json_t) first = hall_get(hall, V1 "/mark-kinds");
    g_autoptr(json_t) denied = set_kind("other1", "{\"code\":\"absent\",\"ended\":true}", 403);
    g_autoptr(json_t) same = hall_get(hall, V1 "/mark-kinds");
    g_assert_true(json_equal(first, same));
    g_autoptr(json_t) unsaid = set_kind("sys1", "{\"code\":\"smoking\",\"zh\":\"吸烟\"}", 400);
    g_autoptr(json_t) wrong = set_kind("sys1", "{\"code\":\"absent\",\"level\":\"bad\"}", 400);
    g_autoptr(json_t) all = set_kind("sys1",
                                     "{\"code\":\"smoking\",\"zh\":\"吸烟\",\"en\":\"smoking\","
                                     "\"level\":\"red\",\"order\":1}",
                                     200);
    fits(contract, "MarkKinds", all);
    const json_t *kind = json_array_get(json_object_get(all, "kinds"), 0);
    g_assert_cmpstr(text_of(kind, "code"), ==, "smoking");
    g_autoptr(json_t) made = mark("other1", "W07", 3.5, "\"kind\":\"smoking\"", 201);
    fits(contract, "Mark", made);
    g_autoptr(json_t) ended = set_kind("sys1", "{\"code\":\"smoking\",\"ended\":true}", 200);
    g_assert_true(json_is_string(
        json_object_get(json_array_get(json_object_get(ended, "kinds"), 0), "ended")));
    g_autoptr(json_t) refused = mark("other1", "W07", 3.5, "\"kind\":\"smoking\"", 400);
    g_assert_nonnull(
        strstr(text_of(refused, "detail"), "smoking has ended; there are now: absent"));
    g_autoptr(json_t) alarm = wait_alarm("alert", text_of(made, "alert_id"));
    g_assert_cmpstr(text_of(alarm, "severity"), ==, "red");
    const json_t *alert = json_object_get(alarm, "alert");
    g_assert_cmpstr(text_of(alert, "rule_code"), ==, "smoking");
    g_assert_cmpstr(text_of(alert, "monitor_point"), ==, "吸烟");
    g_assert_cmpstr(text_of(alert, "monitor_point_en"), ==, "smoking");
}

static void test_history(void)
{
    g_autoptr(json_t) open = hall_get(hall, V1 "/alarms"), all = hall_get(hall, V1 "/alarms?all=1");
    fits(contract, "Alarms", all);
    g_assert_cmpint((int)json_array_size(json_object_get(all, "alarms")), >,
                    (int)json_array_size(json_object_get(open, "alarms")));
    g_assert_true(json_is_true(json_object_get(all, "watched")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL && idx_user_add(cat, "audit1", "auditor", HALL_PASSWORD, 1, &error), error);
    hall_add_user(hall, "sys1", "sysadmin");
    hall_add_user(hall, "sec1", "secadmin");
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/alarms/camera", test_camera);
    g_test_add_func("/alarms/unchanged", test_unchanged);
    g_test_add_func("/alarms/acknowledge", test_acknowledge);
    g_test_add_func("/alarms/metrics", test_metrics);
    g_test_add_func("/marks/mark", test_mark);
    g_test_add_func("/marks/nobody", test_nobody);
    g_test_add_func("/marks/again", test_again);
    g_test_add_func("/marks/where", test_where);
    g_test_add_func("/marks/refused", test_refused);
    g_test_add_func("/marks/history", test_history);
    g_test_add_func("/marks/kinds", test_kinds);
    int result = g_test_run();
    hall_free(hall);
    json_decref(contract);
    return result;
}
