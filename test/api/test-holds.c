// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds and retention over HTTP: who may, what is answered, and that a purge which runs meanwhile deletes
 * no held second, also not under a player that has the file open. */
#include "index/account/user.h"
#include "index/base/clock.h"
#include "index/base/json.h"
#include "index/event/ingest.h"
#include "index/purge/purge.h"
#include "test/api/support/ask.h"
#include "test/api/support/schema.h"

#include <string.h>

#define V1 "/api/v1"

static Hall *hall;
static json_t *contract;
static IdxCatalogue *cat; // of the test

static void release(const char *who, const json_t *hold, long status)
{
    g_autofree char *path = g_strdup_printf(V1 "/holds/%" JSON_INTEGER_FORMAT "/release",
                                            json_integer_value(json_object_get(hold, "id")));
    g_autoptr(json_t) answer = hall_post(hall, who, path, "{\"reason\":\"case closed\"}", status);
    if (status == 200) {
        fits(contract, "Hold", answer);
        g_assert_cmpstr(text_of(answer, "released_by"), ==, who);
    }
}

static void test_add(void)
{
    g_autoptr(json_t) answer =
        hall_post(hall, "inv1", V1 "/holds",
                  "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"投诉\","
                  "\"case\":\"2026-7\",\"review\":\"2099-01-01\"}",
                  201);
    fits(contract, "HoldAnswer", answer);
    const json_t *hold = json_object_get(answer, "hold");
    g_assert_cmpstr(text_of(hold, "owner"), ==, "inv1");
    g_assert_cmpstr(text_of(hold, "by"), ==, "inv1");
    const json_t *keeps = json_object_get(answer, "keeps");
    g_assert_cmpint(json_integer_value(json_object_get(keeps, "segments")), ==, 3);
    const json_t *journals = json_object_get(answer, "journals"); // one user does everything here
    g_assert_cmpint(json_integer_value(json_object_get(journals, "written")), ==, 1);
    g_assert_cmpint(json_integer_value(json_object_get(journals, "waiting")), ==, 0);
    g_assert_true(json_is_null(json_object_get(journals, "failed")));
    g_autoptr(json_t) list = hall_get(hall, V1 "/holds");
    g_assert_cmpint((int)json_array_size(json_object_get(list, "holds")), ==, 1);
    g_autoptr(json_t) dossier = hall_get(hall, V1 "/tickets/latest/A012");
    fits(contract, "Dossier", dossier);
    g_assert_cmpint((int)json_array_size(json_object_get(dossier, "holds")), ==, 1);
    release("inv1", hold, 403);  // by whom it was put
    release("inv2", hold, 403);  // neither owner nor supervisor
    release("oper1", hold, 403); //
    release("super1", hold, 200);
    release("super1", hold, 409);
    g_autoptr(json_t) none = hall_get(hall, V1 "/holds"), all = hall_get(hall, V1 "/holds?all=1");
    g_assert_cmpint((int)json_array_size(json_object_get(none, "holds")), ==, 0);
    g_assert_cmpint((int)json_array_size(json_object_get(all, "holds")), ==, 1);
}

/* Put by one for another, who may then let go. */
static void test_owner(void)
{
    g_autoptr(json_t) answer =
        hall_post(hall, "super1", V1 "/holds",
                  "{\"cameras\":[\"W07\",\"W08\"],\"from\":\"2030-01-01T00:00:00+08:00\","
                  "\"to\":\"2030-01-02T00:00:00+08:00\",\"reason\":\"visit\",\"case\":\"8\","
                  "\"owner\":\"inv2\"}",
                  201);
    fits(contract, "HoldAnswer", answer);
    const json_t *hold = json_object_get(answer, "hold");
    g_assert_cmpint((int)json_array_size(json_object_get(hold, "spans")), ==, 2);
    release("super1", hold, 403);
    release("inv2", hold, 200);
}

/* Whatever has the number. */
static void test_all(void)
{
    g_autoptr(json_t) answer = hall_post(hall, "inv1", V1 "/holds",
                                         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\","
                                         "\"all\":true},\"reason\":\"r\",\"case\":\"c\"}",
                                         201);
    fits(contract, "HoldAnswer", answer);
    g_assert_cmpint((int)json_array_size(json_object_get(answer, "tickets")), ==, 1);
    release("super1", json_object_get(answer, "hold"), 200);
}

static void test_refused(void)
{
    static const struct {
        const char *who, *body;
        long status;
        const char *words;
    } TABLE[] = {
        {"oper1",
         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"r\",\"case\":\"c\"}",
         403, "may not do this"},
        {"inv1", "[]", 400, "object"},
        {"inv1",
         "{\"subject\":{\"kind\":\"approval\",\"key\":\"SP1\",\"all\":true},\"reason\":\"r\","
         "\"case\":\"c\"}",
         400, "are tickets"},
        {"inv1",
         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"r\",\"case\":\"c\","
         "\"review\":\"2020-01-01\"}",
         400, "is over"},
        {"inv1", "{\"reason\":\"r\",\"case\":\"c\"}", 400, "none is named"},
        {"inv1", "{\"ticket\":\"A012\",\"reason\":\"r\",\"case\":\"c\"}", 400,
         "ticket: no such member; there are subject, cameras"},
        {"inv1",
         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"r\",\"case_no\":\"c\"}",
         400, "case_no: no such member"},
        {"inv1",
         "{\"subject\":{\"kind\":\"ticket\",\"number\":\"A012\"},\"reason\":\"r\",\"case\":\"c\"}",
         400, "subject.number: no such member; there are kind, key"},
        {"inv1", "{\"subject\":{\"kind\":\"ticket\"},\"reason\":\"r\",\"case\":\"c\"}", 400, "key"},
        {"inv1",
         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"Z9\"},\"reason\":\"r\",\"case\":\"c\"}", 404,
         "Z9"},
        {"inv1", "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"case\":\"c\"}", 400,
         "reason"},
        {"inv1", "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\"},\"reason\":\"r\"}", 400,
         "case"},
        {"inv1",
         "{\"subject\":{\"kind\":\"ticket\",\"key\":\"A012\",\"day\":\"someday\"},\"reason\":\"r\","
         "\"case\":\"c\"}",
         400, "day"},
        {"inv1",
         "{\"cameras\":[7],\"from\":\"now\",\"to\":\"now\",\"reason\":\"r\",\"case\":\"c\"}", 400,
         "cameras"},
        {"inv1", "{\"cameras\":[\"W07\"],\"reason\":\"r\",\"case\":\"c\"}", 400, "from"},
        {"inv1",
         "{\"cameras\":[\"W99\"],\"from\":\"-1h\",\"to\":\"now\",\"reason\":\"r\",\"case\":\"c\"}",
         404, "W99"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(TABLE); i++) {
        g_autoptr(json_t) answer =
            hall_post(hall, TABLE[i].who, V1 "/holds", TABLE[i].body, TABLE[i].status);
        g_assert_nonnull(strstr(text_of(answer, "detail"), TABLE[i].words));
    }
    g_autoptr(json_t) none =
        hall_post(hall, "super1", V1 "/holds/x/release", "{\"reason\":\"r\"}", 404);
    fits(contract, "Problem", none);
}

/* What is ambiguous is not held: the answer says what may be meant, and by what it is named. */
static void test_several(void)
{
    g_autofree char *time = hall_time(hall, 60 * G_USEC_PER_SEC);
    for (int i = 1; i <= 2; i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/queue/%d\",\"type\":"
            "\"hall.ticket.called\",\"time\":\"%s\",\"data\":{\"ticket_no\":\"C7\",\"window_no\":"
            "\"Z%d\"}}",
            i, time, i);
        g_autoptr(GError) error = NULL;
        idx_event_batch_free(idx_event_add_text(cat, text, strlen(text), IDX_EVENT_FORM_ONE,
                                                hall->start_us, &error));
        must(error == NULL, error);
    }
    g_autoptr(json_t) several = hall_post(
        hall, "inv1", V1 "/holds",
        "{\"subject\":{\"kind\":\"ticket\",\"key\":\"C7\"},\"reason\":\"r\",\"case\":\"c\"}", 409);
    fits(contract, "Problem", several);
    const json_t *candidates = json_object_get(several, "candidates");
    g_assert_cmpuint(json_array_size(candidates), ==, 2);
    fits(contract, "Glance", json_array_get(candidates, 1));
    g_assert_cmpstr(text_of(json_array_get(candidates, 1), "source"), ==, "/queue/2");
    g_autoptr(json_t) held =
        hall_post(hall, "inv1", V1 "/holds",
                  "{\"subject\":{\"kind\":\"ticket\",\"key\":\"C7\",\"source\":"
                  "\"/queue/2\"},\"reason\":\"r\",\"case\":\"c\"}",
                  201);
    fits(contract, "HoldAnswer", held);
    const json_t *hold = json_object_get(held, "hold");
    g_assert_cmpstr(text_of(json_object_get(hold, "subject"), "source"), ==, "/queue/2");
    release("super1", hold, 200);
}

static void purge(int64_t now_us, int64_t expected)
{
    g_autoptr(GError) error = NULL;
    g_auto(IdxPurgeSums) sums = {0};
    IdxPurge how = {.now_us = now_us};
    must(idx_purge(cat, &how, &sums, &error), error);
    for (guint i = 0; i < sums.volumes->len; i++)
        g_test_message("%s", ((IdxPurgeVolume *)sums.volumes->pdata[i])->path);
    g_assert_cmpint(sums.segments, ==, expected);
}

/* What is due goes and what is held stays; a descriptor that is open reads on. */
static void test_purge(void)
{
    g_autofree char *from = hall_time(hall, 0), *to = hall_time(hall, 1000);
    g_autofree char *target = g_strdup_printf(V1 "/cameras/W07/timeline?from=%s&to=%s", from, to);
    g_autofree char *body = g_strdup_printf(
        "{\"cameras\":[\"W07\"],\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"r\",\"case\":\"9\"}",
        from, to);
    g_autoptr(json_t) answer =
        hall_post(hall, "inv1", V1 "/holds", body, 201); // of the first segment
    g_autoptr(json_t) before = hall_get(hall, target);
    const json_t *segment = json_array_get(json_object_get(before, "segments"), 0);
    g_autofree char *file = g_strdup_printf(V1 "/segments/%" JSON_INTEGER_FORMAT ".mp4",
                                            json_integer_value(json_object_get(segment, "id")));
    int64_t later_us = hall->start_us + 100 * MJ_DAY_US;
    purge(later_us, 0);                  // the others are linked to a ticket
    purge(later_us + 90 * MJ_DAY_US, 0); // and to an approval
    g_autoptr(Answer) whole = client_get(hall->client, file, hall->cookie);
    g_assert_cmpint(whole->status, ==, 200);
    purge(later_us + 700 * MJ_DAY_US, 2);
    g_autoptr(Answer) held = client_get(hall->client, file, hall->cookie);
    g_assert_cmpint(held->status, ==, 200);
    g_assert_cmpint((int)held->body->len, ==, (int)whole->body->len);
    release("super1", json_object_get(answer, "hold"), 200);
    purge(later_us + 700 * MJ_DAY_US, 1);
    g_autoptr(Answer) gone = client_get(hall->client, file, hall->cookie);
    g_assert_cmpint(gone->status, ==, 404);
    g_autoptr(json_t) after = hall_get(hall, target);
    const json_t *gap = json_array_get(json_object_get(after, "gaps"), 0);
    fits(contract, "Timeline", after);
    g_assert_cmpstr(text_of(gap, "reason"), ==, "purged");
    g_assert_nonnull(strstr(text_of(gap, "detail"), "any/approval"));
    /* and a hold that comes now says so */
    g_autoptr(json_t) late = hall_post(hall, "inv1", V1 "/holds", body, 201);
    fits(contract, "HoldAnswer", late);
    g_assert_cmpint((int)json_array_size(json_object_get(late, "gone")), ==, 1);
    release("super1", json_object_get(late, "hold"), 200);
}

/* What of a camera stays says when it may not be all; business systems are told of with their clocks. */
static void test_told_whole(void)
{
    g_autoptr(json_t) report = hall_get(hall, V1 "/retention/report"),
                      sources = hall_get(hall, V1 "/sources");
    const json_t *list = json_object_get(sources, "sources"), *source = NULL;
    const char *camera = text_of(json_array_get(json_object_get(report, "cameras"), 0), "camera");
    g_autofree char *path = g_strdup_printf(V1 "/cameras/%s/retention", camera);
    g_autoptr(json_t) kept = hall_get(hall, path);
    size_t i = 0;
    fits(contract, "CameraRetention", kept);
    g_assert_true(json_is_boolean(json_object_get(kept, "complete")));
    g_assert_cmpint((int)json_array_size(list), >, 0);
    json_array_foreach(list, i, source) fits(contract, "Source", source);
}

static void test_told(void)
{
    g_autoptr(json_t) report = hall_get(hall, V1 "/retention/report"),
                      status = hall_get(hall, V1 "/status");
    fits(contract, "RetentionReport", report);
    fits(contract, "Status", status);
    const json_t *volume = json_array_get(json_object_get(status, "volumes"), 0);
    g_assert_true(json_is_object(json_object_get(volume, "outlook"))); // of the purges before
    g_autoptr(Answer) metrics = client_get(hall->client, "/metrics", hall->cookie);
    g_autofree char *text = g_strndup((char *)metrics->body->data, metrics->body->len);
    g_assert_nonnull(strstr(text, "mingjing_volume_footage_bytes{volume=\""));
    g_assert_nonnull(strstr(text, "kept=\"held\"} 0"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    contract = schema_load(g_getenv("MINGJING_OPENAPI"));
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    hall_add_user(hall, "inv1", "investigator");
    hall_add_user(hall, "inv2", "investigator");
    hall_add_user(hall, "super1", "supervisor");
    hall_add_user(hall, "oper1", "operator");
    hall_start(hall);
    hall_sign_in(hall);
    g_test_add_func("/holds/add", test_add);
    g_test_add_func("/holds/owner", test_owner);
    g_test_add_func("/holds/all", test_all);
    g_test_add_func("/holds/refused", test_refused);
    g_test_add_func("/holds/several", test_several);
    g_test_add_func("/holds/purge", test_purge);
    g_test_add_func("/holds/told", test_told);
    g_test_add_func("/holds/told-whole", test_told_whole);
    int result = g_test_run();
    idx_catalogue_free(cat);
    hall_free(hall);
    json_decref(contract);
    return result;
}
