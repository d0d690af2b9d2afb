// SPDX-License-Identifier: GPL-3.0-or-later
/* Webhooks against real receivers on loopback: signed, tried again, in order, never where they were not sent
 * to, and no receiver holds up another one or an alarm. */
#include "index/alarm/webhook.h"
#include "index/base/clock.h"
#include "test/api/support/hall.h"
#include "test/api/support/receiver.h"
#include "test/must.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

static Hall *hall;
static IdxCatalogue *cat; // of the test

static char *add(const char *url, const char *kinds)
{
    g_autoptr(GError) error = NULL;
    char *secret =
        idx_webhook_add(cat, url, kinds, true, mj_clock_utc_us(mj_clock_system()), &error);
    must(secret != NULL, error);
    return secret;
}

/* By GLib, not by what signed it. */
static void check_signature(const Received *r, const char *secret)
{
    g_autofree char *time = received_header(r, "Mingjing-Timestamp");
    g_autofree char *signature = received_header(r, "Mingjing-Signature");
    g_assert_nonnull(time);
    g_assert_cmpint(labs(strtol(time, NULL, 10) - (long)(g_get_real_time() / G_USEC_PER_SEC)), <,
                    60);
    g_autofree char *text = g_strconcat(time, ".", r->body, NULL);
    g_autofree char *hmac = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)secret,
                                                      strlen(secret), text, -1);
    g_autofree char *expected = g_strconcat("sha256=", hmac, NULL);
    g_assert_cmpstr(signature, ==, expected);
}

static json_t *body_of(const Received *r)
{
    json_t *json = json_loads(r->body, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

static IdxWebhook *find(const GPtrArray *list, const char *url)
{
    for (guint i = 0; i < list->len; i++)
        if (strcmp(((IdxWebhook *)list->pdata[i])->url, url) == 0)
            return list->pdata[i];
    g_assert_not_reached();
}

static void post_alert(const char *id)
{
    g_autofree char *time = hall_time(hall, 0);
    g_autofree char *auth = g_strconcat("Authorization: Bearer ", hall->events_token, NULL);
    const char *headers[] = {auth, "Content-Type: application/cloudevents+json", NULL};
    g_autofree char *body = g_strdup_printf(
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/"
        "watch\",\"type\":\"hall.alert.raised\","
        "\"time\":\"%s\",\"data\":{\"alert_id\":\"%s\",\"level\":\"红牌\",\"window_no\":\"W07\"}}",
        id, time, id);
    g_autoptr(Answer) answer =
        client_send(hall->client, "POST", "/api/v1/events", headers, body, (gssize)strlen(body));
    g_assert_cmpint(answer->status, ==, 200);
}

/* What is noted of a delivery follows it by a moment. */
static bool wait_told(void)
{
    for (int i = 0; i < 50; i++) {
        g_autoptr(GPtrArray) list = idx_webhook_list(cat, NULL);
        bool taken = false, moved = false;
        for (guint j = 0; j < list->len; j++) {
            const IdxWebhook *w = list->pdata[j];
            g_test_message("%s: %d delivered, %d waiting, %d tries, %s", w->url, (int)w->delivered,
                           (int)w->waiting, (int)w->tries, w->failure ? w->failure : "-");
            taken |= w->delivered == 1 && w->waiting == 0 && w->tries == 0;
            moved |= w->failure && strstr(w->failure, "302") != NULL && w->delivered == 0;
        }
        if (taken && moved)
            return true;
        g_usleep(100000);
    }
    return false;
}

/* Fails first, then accepts: the same delivery twice, then what came after it. Another receiver is dead, and
 * a third one would like to send us elsewhere. */
static void test_delivery(void)
{
    g_autoptr(Receiver) flaky = receiver_new("500,204");
    g_autoptr(Receiver) moved = receiver_new("302");
    g_autofree char *url = receiver_url(flaky), *moved_url = receiver_url(moved);
    const char *dead = "http://127.0.0.1:1/nobody";
    g_autofree char *s1 = add(dead, NULL), *s2 = add(url, "alert"), *s3 = add(moved_url, "alert");
    hall_start(
        hall); // alarms of W07's camera are of another kind, and only the dead one wants them
    post_alert("R1");
    const Received *first = receiver_wait(flaky, 0, 8);
    g_assert_nonnull(first);
    g_assert_cmpint(first->answered, ==, 500);
    check_signature(first, s2);
    const Received *again = receiver_wait(flaky, 1, 8);
    g_assert_nonnull(again);
    check_signature(again, s2);
    g_assert_cmpstr(again->body, ==, first->body);
    g_autofree char *id = received_header(first, "Mingjing-Delivery");
    g_autofree char *same = received_header(again, "Mingjing-Delivery");
    g_assert_cmpstr(id, ==, same);
    g_autoptr(json_t) body = body_of(again);
    const json_t *alarm = json_object_get(body, "alarm");
    g_assert_cmpstr(json_string_value(json_object_get(body, "what")), ==, "alarm.raised");
    g_assert_cmpint(json_integer_value(json_object_get(body, "id")), ==, atoll(id));
    g_assert_cmpstr(json_string_value(json_object_get(alarm, "severity")), ==, "red");
    g_assert_nonnull(strstr(json_string_value(json_object_get(alarm, "object")), "R1"));
    g_assert_null(strstr(again->body, s2)); // no secret
    g_assert_nonnull(receiver_wait(moved, 0, 8));
    g_assert_true(wait_told()); // while they are there: what fails later says something else
}

static void test_told(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = idx_webhook_list(cat, &error);
    must(list != NULL, error);
    const IdxWebhook *dead = find(list, "http://127.0.0.1:1/nobody");
    g_assert_cmpint(dead->tries, >, 0);
    g_assert_cmpint(dead->waiting, >, 0);
    g_assert_nonnull(dead->failure);
    g_autofree char *secret = NULL; // sealed: the bytes of no secret stand in the catalogue
    secret = add("http://127.0.0.1:1/other", NULL);
    g_autofree char *path = g_build_filename(hall->home, "catalogue.db", NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    must(g_file_get_contents(path, &bytes, &size, &error), error);
    g_assert_null(memmem(bytes, size, secret, strlen(secret)));
    must(idx_webhook_remove(cat, "http://127.0.0.1:1/nobody", &error), error);
    g_assert_false(idx_webhook_remove(cat, "http://127.0.0.1:1/nobody", NULL));
}

/* Answers nobody who asks it for a certificate that somebody vouches for. */
static void *serve_self_signed(void *data)
{
    GSocketListener *listener = data;
    g_autofree char *file = g_build_filename(hall->home, "self.pem", NULL);
    g_autoptr(GTlsCertificate) own = g_tls_certificate_new_from_file(file, NULL);
    g_autoptr(GSocketConnection) plain = g_socket_listener_accept(listener, NULL, NULL, NULL);
    g_autoptr(GIOStream) tls =
        own && plain ? g_tls_server_connection_new(G_IO_STREAM(plain), own, NULL) : NULL;
    if (tls)
        g_tls_connection_handshake(G_TLS_CONNECTION(tls), NULL, NULL);
    return NULL;
}

static void make_self_signed(void)
{
    g_autofree char *file = g_build_filename(hall->home, "self.pem", NULL);
    const char *argv[] = {"openssl", "req",   "-x509", "-newkey", "rsa:2048",
                          "-nodes",  "-days", "2",     "-subj",   "/CN=localhost",
                          "-keyout", file,    "-out",  file,      NULL};
    g_autoptr(GError) error = NULL;
    int status = -1;
    must(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, NULL, NULL, &status, &error),
         error);
    g_assert_cmpint(status, ==, 0);
}

/* Who is at the other end of https must be known: this one is not, and is told nothing. */
static void test_unknown_certificate(void)
{
    make_self_signed();
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    g_autofree char *url = g_strdup_printf("https://localhost:%d/", port);
    g_autofree char *secret = add(url, "alert");
    GThread *thread = g_thread_new("tls", serve_self_signed, listener);
    post_alert("R3");
    g_autofree char *failure = NULL;
    for (int i = 0; i < 80 && failure == NULL; i++) {
        g_autoptr(GPtrArray) list = idx_webhook_list(cat, NULL);
        failure = g_strdup(find(list, url)->failure);
        g_usleep(100000);
    }
    g_assert_nonnull(failure);
    g_test_message("%s", failure);
    g_assert_nonnull(strstr(failure, "certificate"));
    g_thread_join(thread);
    must(idx_webhook_remove(cat, url, NULL), NULL);
}

/* Ends at once, also while it waits for a receiver that says nothing. */
static void test_hanging(void)
{
    g_autoptr(GSocketListener) silent = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(silent, NULL, NULL);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", port);
    g_autofree char *secret = add(url, "alert");
    post_alert("R2");
    g_usleep(3 * G_USEC_PER_SEC); // the delivery hangs by now
    hall_sign_in(hall);
    g_autoptr(Answer) answer = client_get(hall->client, "/api/v1/alarms", hall->cookie);
    g_autofree char *text = g_strndup((char *)answer->body->data, answer->body->len);
    g_assert_nonnull(strstr(text, "R2")); // and no alarm waits for it
    g_assert_cmpfloat(hall_stop(hall), <, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    hall = hall_new();
    cat = idx_catalogue_open(hall->home, IDX_WRITE, &error);
    must(cat != NULL, error);
    g_test_add_func("/webhooks/delivery", test_delivery);
    g_test_add_func("/webhooks/told", test_told);
    g_test_add_func("/webhooks/unknown-certificate", test_unknown_certificate);
    g_test_add_func("/webhooks/hanging", test_hanging);
    int result = g_test_run();
    idx_catalogue_free(cat);
    hall_free(hall);
    return result;
}
