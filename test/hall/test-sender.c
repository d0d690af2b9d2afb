// SPDX-License-Identifier: GPL-3.0-or-later
/* Does every event reach an api that is down, then busy, then forgetful of the token, then well? A
 * small HTTP server plays the api. */
#include "test/hall/sender.h"

#include <curl/curl.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#define PARCELS 20
#define WELL_AFTER 4 // requests answered with errors first

typedef struct Api {
    GSocketService *service;
    GMutex lock;
    int requests;
    GHashTable *ids; // of events taken
    int events, singles, batches, unauthorised;
} Api;

/* Reads one request; returns its body, and whether it is a batch with the right token. */
static char *read_request(GDataInputStream *in, bool *ret_batch, bool *ret_token)
{
    gsize length = 0;
    for (;;) {
        g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
        if (!line)
            return NULL;
        g_strchomp(line);
        if (!*line)
            break;
        if (g_ascii_strncasecmp(line, "content-length:", 15) == 0)
            length = strtoul(line + 15, NULL, 10);
        *ret_batch = *ret_batch || strstr(line, "application/cloudevents-batch+json");
        *ret_token = *ret_token || strcmp(line, "Authorization: Bearer right") == 0;
    }
    char *body = g_malloc0(length + 1);
    g_input_stream_read_all(G_INPUT_STREAM(in), body, length, NULL, NULL, NULL);
    return body;
}

static void take_event(Api *api, const json_t *event)
{
    g_hash_table_add(api->ids, g_strdup(json_string_value(json_object_get(event, "id"))));
    api->events++;
}

static char *answer(Api *api, const char *body, bool batch, bool token)
{
    const char *const errors[WELL_AFTER] = {"503 Service Unavailable", "401 Unauthorized",
                                            "500 Internal Server Error", "429 Too Many Requests"};
    g_mutex_lock(&api->lock);
    int request = api->requests++;
    api->unauthorised += !token;
    json_t *json = json_loads(body, 0, NULL);
    size_t i, count = 1;
    json_t *event;
    if (request >= WELL_AFTER && batch) {
        json_array_foreach(json, i, event) take_event(api, event);
        count = json_array_size(json);
    } else if (request >= WELL_AFTER) {
        take_event(api, json);
    }
    api->batches += batch;
    api->singles += !batch;
    g_mutex_unlock(&api->lock);
    json_decref(json);
    g_autofree char *text =
        g_strdup_printf("{\"accepted\":%zu,\"duplicates\":0,\"refused\":0,\"results\":[]}", count);
    return g_strdup_printf("HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                           request < WELL_AFTER ? errors[request] : "200 OK", strlen(text), text);
}

static gboolean on_run(GThreadedSocketService *service, GSocketConnection *connection,
                       GObject *source, gpointer data)
{
    Api *api = data;
    g_autoptr(GDataInputStream) in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    bool batch = false, token = false;
    g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_LF);
    g_autofree char *body = read_request(in, &batch, &token);
    if (!body)
        return TRUE;
    g_autofree char *text = answer(api, body, batch, token);
    g_output_stream_write_all(out, text, strlen(text), NULL, NULL, NULL);
    return TRUE;
}

/* A port nobody listens on. */
static guint16 free_port(void)
{
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    guint16 port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    g_socket_listener_close(listener);
    return port;
}

static void open_api(Api *api, guint16 port)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, port);
    api->service = g_threaded_socket_service_new(4);
    g_signal_connect(api->service, "run", G_CALLBACK(on_run), api);
    g_socket_listener_add_address(G_SOCKET_LISTENER(api->service), address, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, NULL, &error);
    g_assert_no_error(error);
    g_socket_service_start(api->service);
}

static void on_idle(void *data)
{
    g_main_loop_quit(data);
}

static gboolean too_late(gpointer data)
{
    g_error("the events did not arrive in time");
    return G_SOURCE_REMOVE;
}

typedef struct Opening {
    Api *api;
    HallSender *sender;
    guint16 port;
} Opening;

/* Opens the api once the sender was turned away at least twice. */
static gboolean open_later(gpointer data)
{
    Opening *opening = data;
    HallSent sent = hall_sender_status(opening->sender);
    g_assert_cmpuint(sent.waiting, ==, PARCELS);
    if (sent.retries < 2)
        return G_SOURCE_CONTINUE;
    open_api(opening->api, opening->port);
    return G_SOURCE_REMOVE;
}

static void push_all(HallSender *sender)
{
    for (int i = 0; i < PARCELS; i++) {
        json_t *parcel = json_array();
        for (int k = 0; k <= i % 3; k++) {
            g_autofree char *id = g_strdup_printf("%d-%d", i, k);
            json_array_append_new(parcel, json_pack("{s:s}", "id", id));
        }
        hall_sender_push(sender, parcel, i % 3 != 0);
    }
}

static void test_nothing_lost(void)
{
    Api api = {.ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_mutex_init(&api.lock);
    guint16 port = free_port();
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", port);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    HallSender *sender = hall_sender_new(url, "right", on_idle, loop);
    Opening opening = {&api, sender, port};
    push_all(sender);
    g_timeout_add(50, open_later, &opening);
    guint limit = g_timeout_add_seconds(60, too_late, NULL);
    g_main_loop_run(loop);
    g_source_remove(limit);
    HallSent sent = hall_sender_status(sender);
    hall_sender_free(sender);
    g_socket_service_stop(api.service);
    g_socket_listener_close(G_SOCKET_LISTENER(api.service));
    g_assert_cmpuint(sent.waiting, ==, 0);
    g_assert_cmpuint(sent.retries, >=, WELL_AFTER + 2);
    g_assert_cmpuint(sent.accepted, ==, (unsigned)api.events);
    g_assert_cmpint(api.events, ==, 39); // 7 x 1 + 7 x 2 + 6 x 3
    g_assert_cmpuint(g_hash_table_size(api.ids), ==, 39);
    g_assert_cmpint(api.unauthorised, ==, 0);
    g_assert_cmpint(api.singles, >=, 7);
    g_assert_cmpint(api.batches, >=, 13);
    g_object_unref(api.service);
    g_hash_table_unref(api.ids);
    g_mutex_clear(&api.lock);
}

/* Freeing a sender whose api never came does not wait for it. */
static void test_given_up(void)
{
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", free_port());
    HallSender *sender = hall_sender_new(url, NULL, NULL, NULL);
    push_all(sender);
    gint64 before = g_get_monotonic_time();
    hall_sender_free(sender);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 5 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* Warnings of the sender are lines on standard error, which are part of the game here. */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_test_add_func("/hall/sender/nothing-lost", test_nothing_lost);
    g_test_add_func("/hall/sender/given-up", test_given_up);
    int result = g_test_run();
    curl_global_cleanup();
    return result;
}
