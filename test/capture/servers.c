// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/capture/servers.h"

#include <string.h>

static gboolean on_connection(GSocketService *service, GSocketConnection *connection,
                              GObject *source, void *data)
{
    (void)service;
    (void)source;
    Server *server = data;
    g_atomic_int_inc(&server->connections);
    if (!server->answer) {
        g_ptr_array_add(server->kept, g_object_ref(connection));
        return TRUE;
    }
    char request[2048];
    g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), request,
                        sizeof request, NULL, NULL);
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)),
                              server->answer, strlen(server->answer), NULL, NULL, NULL);
    g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    return TRUE;
}

void server_start(Server *server)
{
    g_autoptr(GError) error = NULL;
    server->kept = g_ptr_array_new_with_free_func(g_object_unref);
    server->service = g_socket_service_new();
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), address, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
    g_assert_no_error(error);
    server->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(server->service, "incoming", G_CALLBACK(on_connection), server);
    g_socket_service_start(server->service);
}

void server_end(Server *server)
{
    g_socket_service_stop(server->service);
    g_socket_listener_close(G_SOCKET_LISTENER(server->service));
    g_object_unref(server->service);
    g_ptr_array_unref(server->kept);
}

static GMainLoop *loop;
static GThread *thread;

static void *run_loop(void *data)
{
    g_main_loop_run(data);
    return NULL;
}

char *server_url(const Server *server, const char *credentials)
{
    return g_strdup_printf("rtsp://%s127.0.0.1:%d/x", credentials, server->port);
}

void servers_run(void)
{
    loop = g_main_loop_new(NULL, FALSE);
    thread = g_thread_new("servers", run_loop, loop);
}

void servers_end(void)
{
    g_main_loop_quit(loop);
    g_thread_join(thread);
    g_main_loop_unref(loop);
}
