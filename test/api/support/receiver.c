// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/receiver.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#define REQUEST_MAX (256 * 1024)

struct Receiver {
    GSocketListener *listener;
    GCancellable *cancel;
    guint16 port;
    char **statuses;
    GThread *thread;

    GMutex lock;
    GCond came;
    GPtrArray *all; // Received *
};

static void received_free(void *data)
{
    Received *r = data;
    g_free(r->head);
    g_free(r->body);
    g_free(r);
}

/* All of one request; NULL if it breaks off. */
static Received *read_request(GInputStream *in)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char piece[4096];
    for (;;) {
        const char *end = strstr(text->str, "\r\n\r\n");
        if (end) {
            g_autofree char *head = g_strndup(text->str, (gsize)(end - text->str));
            Received whole = {.head = head};
            g_autofree char *length = received_header(&whole, "Content-Length");
            if (length && strlen(end + 4) >= (size_t)atoi(length)) {
                Received *r = g_new0(Received, 1);
                r->head = g_steal_pointer(&head);
                r->body = g_strdup(end + 4);
                return r;
            }
        }
        gssize n = g_input_stream_read(in, piece, sizeof piece, NULL, NULL);
        if (n <= 0 || text->len > REQUEST_MAX)
            return NULL;
        g_string_append_len(text, piece, n);
    }
}

static void serve(Receiver *receiver, GSocketConnection *connection)
{
    GIOStream *stream = G_IO_STREAM(connection);
    Received *r = read_request(g_io_stream_get_input_stream(stream));
    if (!r)
        return;
    g_mutex_lock(&receiver->lock);
    guint last = g_strv_length(receiver->statuses) - 1;
    r->answered = atoi(receiver->statuses[MIN(receiver->all->len, last)]);
    g_ptr_array_add(receiver->all, r);
    g_cond_broadcast(&receiver->came);
    g_mutex_unlock(&receiver->lock);
    g_autofree char *answer = g_strdup_printf(
        "HTTP/1.1 %d X\r\nContent-Length: 0\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n",
        r->answered);
    g_output_stream_write_all(g_io_stream_get_output_stream(stream), answer, strlen(answer), NULL,
                              NULL, NULL);
    g_io_stream_close(stream, NULL, NULL);
}

static void *run(void *data)
{
    Receiver *receiver = data;
    for (;;) {
        g_autoptr(GSocketConnection) connection =
            g_socket_listener_accept(receiver->listener, NULL, receiver->cancel, NULL);
        if (!connection)
            return NULL;
        serve(receiver, connection);
    }
}

Receiver *receiver_new(const char *statuses)
{
    g_autoptr(GError) error = NULL;
    Receiver *receiver = g_new0(Receiver, 1);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    receiver->listener = g_socket_listener_new();
    receiver->cancel = g_cancellable_new();
    receiver->statuses = g_strsplit(statuses, ",", -1);
    receiver->all = g_ptr_array_new_with_free_func(received_free);
    g_mutex_init(&receiver->lock);
    g_cond_init(&receiver->came);
    g_assert_true(g_socket_listener_add_address(receiver->listener, address, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error));
    receiver->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    receiver->thread = g_thread_new("receiver", run, receiver);
    return receiver;
}

void receiver_free(Receiver *receiver)
{
    if (!receiver)
        return;
    g_cancellable_cancel(receiver->cancel);
    g_thread_join(receiver->thread);
    g_socket_listener_close(receiver->listener);
    g_object_unref(receiver->listener);
    g_object_unref(receiver->cancel);
    g_strfreev(receiver->statuses);
    g_ptr_array_unref(receiver->all);
    g_mutex_clear(&receiver->lock);
    g_cond_clear(&receiver->came);
    g_free(receiver);
}

char *receiver_url(const Receiver *receiver)
{
    return g_strdup_printf("http://127.0.0.1:%d/hook", receiver->port);
}

const Received *receiver_wait(Receiver *receiver, guint n, int seconds)
{
    gint64 until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
    const Received *found = NULL;
    g_mutex_lock(&receiver->lock);
    while (receiver->all->len <= n && g_cond_wait_until(&receiver->came, &receiver->lock, until))
        ;
    if (receiver->all->len > n)
        found = receiver->all->pdata[n];
    g_mutex_unlock(&receiver->lock);
    return found;
}

char *received_header(const Received *received, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(received->head, "\r\n", -1);
    g_autofree char *prefix = g_strconcat(name, ":", NULL);
    for (int i = 1; lines[0] && lines[i]; i++)
        if (g_ascii_strncasecmp(lines[i], prefix, strlen(prefix)) == 0)
            return g_strdup(g_strstrip(lines[i] + strlen(prefix)));
    return NULL;
}
