// SPDX-License-Identifier: GPL-3.0-or-later
/* Administration over HTTP: every answer held against the contract, every change seen in the catalogue and in the
 * audit log, passwords nowhere. */
#include "index/account/user.h"
#include "index/audit/read.h"
#include "index/base/clock.h"
#include "index/catalogue.h"
#include "index/hall.h"
#include "index/system.h"
#include "test/api/support/ask.h"
#include "test/api/support/recorder.h"
#include "test/api/support/schema.h"
#include "test/tree.h"

#include <glib/gstdio.h>
#include <string.h>

#define V1 "/api/v1"
#define SECRET "never-shown"
#define JSON "Content-Type: application/json"

static Hall *hall;
static json_t *contract;
static char *sysadmin, *auditor;

/* Answers of @path (as in the contract) have its schema; problems have theirs. */
static void check_schema(const char *method, const char *path, const Answer *answer,
                         const json_t *json)
{
    g_autofree char *lower = g_ascii_strdown(method, -1);
    g_autofree char *status = g_strdup_printf("%ld", answer->status);
    const json_t *one =
        json_object_get(json_object_get(json_object_get(contract, "paths"), path), lower);
    const json_t *responses = json_object_get(one, "responses");
    const json_t *found = json_object_get(responses, status);
    found = schema_resolve(contract, found ? found : json_object_get(responses, "default"));
    const char *type = answer->status < 400 ? "application/json" : "application/problem+json";
    const json_t *content = json_object_get(json_object_get(found, "content"), type);
    g_assert_nonnull(content);
    g_autofree char *wrong = schema_check(contract, json_object_get(content, "schema"), json, "$");
    g_assert_cmpstr(wrong, ==, NULL);
    g_assert_cmpstr(answer_header(answer, "Content-Type"), ==, type);
    g_autofree char *text = json_dumps(json, 0);
    g_assert_null(strstr(text, SECRET));
}

static json_t *send_to(const char *method, const char *path, const char *target, const char *who,
                       const char *body, long status)
{
    const char *const headers[] = {JSON, who, NULL};
    g_autofree char *address = g_strconcat(V1, target, NULL);
    g_autoptr(Answer) answer =
        client_send(hall->client, method, address, headers, body, body ? (gssize)strlen(body) : -1);
    json_t *json = answer_json(answer);
    g_autofree char *text = json_dumps(json, 0);
    g_test_message("%s %s → %ld %.300s", method, target, answer->status, text);
    g_assert_cmpint(answer->status, ==, status);
    check_schema(method, path, answer, json);
    return json;
}

static json_t *post(const char *path, const char *target, const char *body)
{
    return send_to("POST", path, target, sysadmin, body, 200);
}

static void refused(const char *path, const char *target, const char *body, long status)
{
    g_autoptr(json_t) json = send_to("POST", path, target, sysadmin, body, status);
}

static json_t *get(const char *path)
{
    return send_to("GET", path, path, sysadmin, NULL, 200);
}

/* The newest row of that word; its detail has @has. */
static void told(const char *what, const char *object, const char *has)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_READ, NULL);
    g_autoptr(GPtrArray) rows =
        idx_audit_list(cat, &(IdxAuditFilter){.what = what, .object = object}, 1, NULL, NULL);
    g_assert_cmpuint(rows->len, ==, 1);
    const IdxAuditRow *row = rows->pdata[0];
    g_assert_cmpstr(row->who, ==, "sys1");
    g_assert_nonnull(strstr(row->detail ? row->detail : "", has));
    g_assert_null(strstr(row->detail ? row->detail : "", SECRET));
    g_assert_null(strstr(row->words ? row->words : "", SECRET));
}

static const char *text(const json_t *json, const char *name)
{
    return json_string_value(json_object_get(json, name));
}

/* ── cameras ── */

static void test_probe(void)
{
    const char *body = "{\"url\":\"rtsp://u:" SECRET "@192.0.2.9/main\"}";
    g_autoptr(json_t) nobody = send_to("POST", "/probe", "/probe", sysadmin, body, 503);
    Recorder *recorder = recorder_new(hall->home, "", 0);
    g_autoptr(json_t) found = post("/probe", "/probe", body);
    const char *picture = text(found, "picture");
    gsize size = 0;
    g_autofree guchar *jpeg = g_base64_decode(picture, &size);
    g_autoptr(GBytes) bytes = g_bytes_new(jpeg, size);
    int width = 0, height = 0;
    g_autoptr(GArray) numbers = clip_numbers(bytes, true, &width, &height);
    g_assert_cmpint(width, ==, CLIP_WIDTH);
    g_assert_cmpint(g_array_index(numbers, int, 0), ==, 0);
    told("camera.probe", NULL, "rtsp://192.0.2.9/main");
    g_autoptr(json_t) wrong = post("/probe", "/probe", "{\"url\":\"rtsp://192.0.2.9/wrong\"}");
    g_assert_cmpstr(text(json_object_get(wrong, "problem"), "reason"), ==, "unauthorized");
    g_assert_true(json_is_null(json_object_get(wrong, "found")));
    g_autoptr(json_t) known = post("/probe", "/probe", "{\"camera\":\"W07\"}");
    g_assert_null(text(found, "recorded_by"));
    refused("/probe", "/probe", "{\"url\":7}", 400);
    refused("/probe", "/probe", "[]", 400);
    recorder_free(recorder);
}

static void test_cameras(void)
{
    g_autoptr(json_t) place =
        send_to("POST", "/places", "/places", sysadmin, "{\"code\":\"N1\",\"name\":\"新\"}", 201);
    g_autoptr(json_t) added =
        send_to("POST", "/cameras", "/cameras", sysadmin,
                "{\"id\":\"n1-face\",\"url\":\"rtsp://u:" SECRET
                "@192.0.2.9/main\",\"sub\":\"rtsp://u:" SECRET "@192.0.2.9/"
                "sub\",\"name\":\"面部\",\"kind\":\"room\",\"record\":\"main\",\"place\":\"N1\"}",
                201);
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(added, "places"), 0)), ==,
                    "N1");
    g_assert_cmpuint(json_array_size(json_object_get(added, "streams")), ==, 2);
    told("camera.add", "n1-face", "rtsp://192.0.2.9/main");
    g_autoptr(json_t) changed = post("/cameras/{id}", "/cameras/n1-face", "{\"name\":\"desk\"}");
    g_assert_cmpstr(text(changed, "name"), ==, "desk");
    told("camera.change", "n1-face", "desk");
    g_autoptr(json_t) single = post("/cameras/{id}", "/cameras/n1-face", "{\"sub\":null}");
    const json_t *sub = json_array_get(json_object_get(single, "streams"), 1);
    g_assert_cmpstr(text(sub, "url"), ==, "");
    g_autoptr(json_t) moved =
        post("/cameras/{id}/move", "/cameras/n1-face/move", "{\"from\":\"N1\",\"to\":\"W07\"}");
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(moved, "places"), 0)), ==,
                    "W07");
    g_autoptr(json_t) removed = post("/cameras/{id}/remove", "/cameras/n1-face/remove", "{}");
    g_assert_true(json_is_true(json_object_get(removed, "removed")));
    told("camera.remove", "n1-face", "");
}

static void test_cameras_refused(void)
{
    static const struct {
        const char *body;
        long status;
    } table[] = {
        {"{\"id\":\"W07\",\"url\":\"rtsp://192.0.2.9/x\"}", 409},
        {"{\"id\":\"n2\"}", 400},
        {"{\"id\":\"n2\",\"url\":\"http://192.0.2.9/\"}", 400},
        {"{\"id\":\"n 2\",\"url\":\"rtsp://192.0.2.9/\"}", 400},
        {"{\"id\":\"n2\",\"url\":\"rtsp://192.0.2.9/\",\"kind\":\"cellar\"}", 400},
        {"{\"id\":\"n2\",\"url\":\"rtsp://192.0.2.9/\",\"place\":\"nowhere\"}", 404},
        {"{\"id\":\"n2\",\"url\":\"pipeline:filesrc location=/etc/passwd ! appsink\"}", 501},
        {"{\"id\":\"n2\",\"url\":\"rtsp://192.0.2.9/\",\"record\":\"sub\"}", 400},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        refused("/cameras", "/cameras", table[i].body, table[i].status);
    refused("/cameras/{id}", "/cameras/n2", "{\"name\":\"x\"}", 404); // nothing is left of it
    refused("/cameras/{id}/move", "/cameras/W07/move", "{\"from\":\"N9\",\"to\":\"W07\"}", 404);
    refused("/cameras/{id}/remove", "/cameras/n2/remove", "{}", 404);
}

/* ── places ── */

static void test_places(void)
{
    g_autoptr(json_t) place =
        send_to("POST", "/places", "/places", sysadmin, "{\"code\":\"P1\"}", 201);
    g_autoptr(json_t) named = post("/places/{code}", "/places/P1", "{\"name\":\"一号\"}");
    g_assert_cmpstr(text(named, "name"), ==, "一号");
    g_autoptr(json_t) seen =
        send_to("POST", "/places/{code}/coverage", "/places/P1/coverage", sysadmin,
                "{\"camera\":\"W08\",\"from\":\"2026-01-01T00:00:00+08:00\"}", 201);
    refused("/places/{code}/coverage", "/places/P1/coverage", "{\"camera\":\"W08\"}", 409);
    g_autoptr(json_t) ended =
        post("/places/{code}/coverage/end", "/places/P1/coverage/end", "{\"camera\":\"W08\"}");
    const json_t *entry = json_array_get(json_object_get(ended, "cameras"), 0);
    g_assert_true(json_is_string(json_object_get(entry, "to")));
    told("coverage.change", NULL, "");
    g_autoptr(json_t) taken = post("/places/{code}/coverage/remove", "/places/P1/coverage/remove",
                                   "{\"camera\":\"W08\"}");
    g_assert_cmpuint(json_array_size(json_object_get(taken, "cameras")), ==, 0);
    g_autoptr(json_t) all =
        post("/renumber", "/renumber", "{\"pairs\":[{\"old\":\"P1\",\"new\":\"P2\"}]}");
    told("place.renumber", NULL, "");
    refused("/renumber", "/renumber", "{\"pairs\":[]}", 400);
    refused("/renumber", "/renumber", "{\"pairs\":[{\"old\":\"P1\"}]}", 400);
    refused("/places", "/places", "{\"code\":\"P1\"}", 409);
    refused("/places/{code}", "/places/P9", "{\"name\":\"x\"}", 404);
    refused("/places/{code}/coverage", "/places/P1/coverage",
            "{\"camera\":\"W08\",\"from\":\"some day\"}", 400);
}

/* Two halls have a place P1; what is said of the one changes nothing of the other. */
static void test_places_elsewhere(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    int64_t id = 0;
    must(cat != NULL && idx_hall_add(cat, "H02", "分厅", NULL, &id, &error), error);
    g_autoptr(json_t) first =
        send_to("POST", "/places", "/places", sysadmin, "{\"code\":\"Q1\"}", 201);
    g_autoptr(json_t) place =
        send_to("POST", "/places", "/places", sysadmin, "{\"code\":\"Q1\",\"hall\":\"H02\"}", 201);
    g_assert_cmpstr(text(first, "hall"), ==, "H01");
    g_assert_cmpstr(text(place, "hall"), ==, "H02");
    g_autoptr(json_t) named =
        post("/places/{code}", "/places/Q1", "{\"name\":\"二号\",\"hall\":\"H02\"}");
    g_assert_cmpstr(text(named, "name"), ==, "二号");
    g_autoptr(json_t) seen = send_to(
        "POST", "/places/{code}/coverage", "/places/Q1/coverage", sysadmin,
        "{\"camera\":\"W08\",\"from\":\"2026-01-01T00:00:00+08:00\",\"hall\":\"H02\"}", 201);
    g_assert_cmpuint(json_array_size(json_object_get(seen, "cameras")), ==, 1);
    refused("/places/{code}/coverage/end", "/places/Q1/coverage/end", "{\"camera\":\"W08\"}", 404);
    g_autoptr(json_t) ended = post("/places/{code}/coverage/end", "/places/Q1/coverage/end",
                                   "{\"camera\":\"W08\",\"hall\":\"H02\"}");
    g_assert_true(json_is_string(
        json_object_get(json_array_get(json_object_get(ended, "cameras"), 0), "to")));
    refused("/places/{code}/coverage/remove", "/places/Q1/coverage/remove", "{\"camera\":\"W08\"}",
            404);
    g_autoptr(json_t) taken = post("/places/{code}/coverage/remove", "/places/Q1/coverage/remove",
                                   "{\"camera\":\"W08\",\"hall\":\"H02\"}");
    g_assert_cmpuint(json_array_size(json_object_get(taken, "cameras")), ==, 0);
    g_autoptr(json_t) all = post("/renumber", "/renumber",
                                 "{\"hall\":\"H02\",\"pairs\":[{\"old\":\"Q1\",\"new\":\"Q9\"}]}");
    refused("/places/{code}", "/places/Q9", "{\"name\":\"x\"}", 404); // of the first hall
    g_autoptr(json_t) there =
        post("/places/{code}", "/places/Q9", "{\"name\":\"x\",\"hall\":\"H02\"}");
    refused("/places/{code}", "/places/Q1", "{\"name\":\"x\",\"hall\":\"H03\"}", 404);
}

/* ── retention and volumes ── */

static void test_rules(void)
{
    const char *change = "{\"kind\":\"window\",\"purpose\":\"footage\",\"min_days\":60}";
    g_autoptr(json_t) before = get("/retention/rules");
    g_autoptr(json_t) preview =
        post("/retention/rules/preview", "/retention/rules/preview", change);
    g_autoptr(json_t) same = get("/retention/rules");
    g_assert_true(json_equal(before, same));
    const json_t *effect = json_array_get(json_object_get(preview, "effects"), 0);
    g_assert_cmpstr(text(effect, "kind"), ==, "window");
    g_assert_cmpint(
        json_integer_value(json_object_get(json_object_get(effect, "after"), "min_days")), ==, 60);
    g_assert_cmpstr(text(json_array_get(json_object_get(effect, "cameras"), 0), "id"), ==, "W07");
    g_autoptr(json_t) after = post("/retention/rules", "/retention/rules", change);
    g_assert_cmpuint(json_array_size(json_object_get(after, "rules")), ==,
                     json_array_size(json_object_get(before, "rules")) + 1);
    told("retention.set", "window/footage", "60");
    const char *away = "{\"kind\":\"window\",\"purpose\":\"footage\",\"remove\":true}";
    g_autoptr(json_t) back = post("/retention/rules/preview", "/retention/rules/preview", away);
    g_assert_true(json_is_null(json_object_get(back, "after")));
    g_autoptr(json_t) gone = post("/retention/rules", "/retention/rules", away);
    g_assert_true(json_equal(before, gone));
    refused("/retention/rules", "/retention/rules", away, 404);
    refused("/retention/rules/preview", "/retention/rules/preview", away, 404);
    const char *last = "{\"kind\":\"any\",\"purpose\":\"footage\",\"remove\":true}";
    refused("/retention/rules/preview", "/retention/rules/preview", last, 400);
    refused("/retention/rules", "/retention/rules",
            "{\"kind\":\"any\",\"purpose\":\"footage\",\"min_days\":9,\"max_days\":8}", 400);
}

static void test_report_table(void)
{
    g_autoptr(Answer) table = client_get(hall->client, V1 "/retention/report?format=csv", sysadmin);
    g_autofree char *csv = g_strndup((char *)table->body->data, table->body->len);
    g_assert_cmpint(table->status, ==, 200);
    g_assert_nonnull(strstr(csv, "\r\nW07,main,window,"));
    g_assert_nonnull(strstr(answer_header(table, "Content-Disposition"), "retention.csv"));
    g_autoptr(Answer) wrong = client_get(hall->client, V1 "/retention/report?format=x", sysadmin);
    g_assert_cmpint(wrong->status, ==, 400);
}

static void test_volumes(void)
{
    g_autofree char *folder = g_dir_make_tmp("mingjing-volume-XXXXXX", NULL);
    g_autofree char *add = g_strdup_printf("{\"path\":\"%s\",\"max_bytes\":1000000}", folder);
    g_autofree char *away = g_strdup_printf("{\"path\":\"%s\"}", folder);
    g_autofree char *policy = g_strdup_printf("{\"path\":\"%s\",\"when_full\":\"oldest\"}", folder);
    g_autoptr(json_t) one = get("/volumes");
    g_autoptr(json_t) two = post("/volumes", "/volumes", add);
    g_assert_cmpuint(json_array_size(json_object_get(one, "volumes")), ==, 1);
    const json_t *volume = json_array_get(json_object_get(two, "volumes"), 1);
    g_assert_cmpint(json_integer_value(json_object_get(volume, "max_bytes")), ==, 1000000);
    g_assert_cmpint(json_integer_value(json_object_get(volume, "total_bytes")), >, 0);
    g_autofree char *kept = g_strdup_printf("{\"path\":\"%s\",\"reserve_bytes\":5000}", folder);
    g_autoptr(json_t) three = post("/volumes", "/volumes", kept); // what is not said stays
    volume = json_array_get(json_object_get(three, "volumes"), 1);
    g_assert_cmpint(json_integer_value(json_object_get(volume, "max_bytes")), ==, 1000000);
    g_assert_cmpint(json_integer_value(json_object_get(volume, "reserve_bytes")), ==, 5000);
    g_autofree char *lifted = g_strdup_printf("{\"path\":\"%s\",\"max_bytes\":null}", folder);
    g_autoptr(json_t) four = post("/volumes", "/volumes", lifted);
    volume = json_array_get(json_object_get(four, "volumes"), 1);
    g_assert_true(json_is_null(json_object_get(volume, "max_bytes")));
    g_assert_cmpint(json_integer_value(json_object_get(volume, "reserve_bytes")), ==, 5000);
    g_autoptr(json_t) oldest = post("/volumes/policy", "/volumes/policy", policy);
    g_assert_cmpstr(text(json_array_get(json_object_get(oldest, "volumes"), 1), "when_full"), ==,
                    "oldest");
    told("retention.policy", folder, "oldest");
    g_autoptr(json_t) gone = post("/volumes/remove", "/volumes/remove", away);
    g_assert_true(json_is_true(
        json_object_get(json_array_get(json_object_get(gone, "volumes"), 1), "removed")));
    refused("/volumes", "/volumes", "{\"path\":\"here\"}", 400);
    refused("/volumes", "/volumes", "{\"path\":\"/\",\"max_bytes\":-1}", 400);
    refused("/volumes/remove", "/volumes/remove", "{\"path\":\"/nowhere\"}", 404);
    tree_remove(folder);
}

/* ── the log and the state ── */

static void test_verify(void)
{
    g_autoptr(json_t) report =
        send_to("POST", "/audit/verify", "/audit/verify", auditor, "{}", 200);
    g_assert_cmpint(json_integer_value(json_object_get(report, "wrong")), ==, 0);
    g_assert_cmpint(json_integer_value(json_object_get(report, "rows")), >, 10);
    const char *hash = text(json_object_get(report, "head"), "hash");
    g_autofree char *noted = g_strdup_printf("{\"head\":\"%s\"}", hash);
    g_autoptr(json_t) again =
        send_to("POST", "/audit/verify", "/audit/verify", auditor, noted, 200);
    g_assert_cmpint(json_integer_value(json_object_get(again, "wrong")), ==, 0);
    g_autofree char *zeros = g_strnfill(64, '0');
    g_autofree char *other = g_strdup_printf("{\"head\":\"%s\"}", zeros);
    g_autoptr(json_t) wrong =
        send_to("POST", "/audit/verify", "/audit/verify", auditor, other, 200);
    g_assert_cmpint(json_integer_value(json_object_get(wrong, "wrong")), ==, 1);
    g_autoptr(json_t) none =
        send_to("POST", "/audit/verify", "/audit/verify", auditor, "{\"head\":\"x\"}", 400);
}

static void test_system(void)
{
    g_autoptr(json_t) before = get("/system");
    g_assert_true(json_is_null(json_object_get(before, "backup")));
    g_autoptr(GError) error = NULL;
    g_autofree char *out = NULL, *copies = g_build_filename(hall->home, "copies", NULL);
    const char *const argv[] = {g_getenv("MINGJING"), "backup", copies, "--home", hall->home, NULL};
    int status = -1;
    g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL,
                 &status, &error);
    g_assert_cmpint(status, ==, 0);
    g_autoptr(json_t) after = get("/system");
    const json_t *backup = json_object_get(after, "backup");
    g_assert_cmpint(json_integer_value(json_object_get(backup, "bytes")), >, 100000);
    const json_t *recorder = json_array_get(json_object_get(after, "recorders"), 0);
    g_assert_true(json_is_true(json_object_get(recorder, "alive")));
}

static void add_people(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    g_assert_true(idx_user_add(cat, "sys1", "sysadmin", HALL_PASSWORD, 1, &error));
    g_assert_true(idx_user_add(cat, "aud1", "auditor", HALL_PASSWORD, 1, &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    add_people();
    hall_start(hall);
    sysadmin = hall_cookie(hall, "sys1");
    auditor = hall_cookie(hall, "aud1");
    g_test_add_func("/admin/probe", test_probe);
    g_test_add_func("/admin/cameras", test_cameras);
    g_test_add_func("/admin/cameras-refused", test_cameras_refused);
    g_test_add_func("/admin/places", test_places);
    g_test_add_func("/admin/places-elsewhere", test_places_elsewhere);
    g_test_add_func("/admin/rules", test_rules);
    g_test_add_func("/admin/report-table", test_report_table);
    g_test_add_func("/admin/volumes", test_volumes);
    g_test_add_func("/admin/verify", test_verify);
    g_test_add_func("/admin/system", test_system);
    int result = g_test_run();
    g_free(sysadmin);
    g_free(auditor);
    hall_free(hall);
    json_decref(contract);
    return result;
}
