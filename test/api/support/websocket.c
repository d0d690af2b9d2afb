// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define WAIT_MS 5000

struct WebSocket {
    int fd;
    wslay_event_context_ptr ws;
    GQueue messages; // WebMessage *
    bool ended;
};

void web_message_clear(WebMessage *message)
{
    g_clear_pointer(&message->json, json_decref);
    g_clear_pointer(&message->bytes, g_byte_array_unref);
    g_clear_pointer(&message->reason, g_free);
}

static ssize_t on_recv(wslay_event_context_ptr ws, uint8_t *bytes, size_t size, int flags,
                       void *data)
{
    (void)flags;
    WebSocket *socket = data;
    ssize_t got = recv(socket->fd, bytes, size, MSG_DONTWAIT);
    if (got > 0)
        return got;
    wslay_event_set_error(ws, got < 0 && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK
                                                         : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t on_send(wslay_event_context_ptr ws, const uint8_t *bytes, size_t size, int flags,
                       void *data)
{
    (void)flags;
    WebSocket *socket = data;
    ssize_t sent = send(socket->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0)
        wslay_event_set_error(ws, WSLAY_ERR_CALLBACK_FAILURE);
    return sent;
}

static int on_mask(wslay_event_context_ptr ws, uint8_t *bytes, size_t size, void *data)
{
    (void)ws;
    (void)data;
    memset(bytes, 0x5A, size);
    return 0;
}

static void on_message(wslay_event_context_ptr ws, const struct wslay_event_on_msg_recv_arg *arg,
                       void *data)
{
    (void)ws;
    WebSocket *socket = data;
    WebMessage *message = g_new0(WebMessage, 1);
    if (arg->opcode == WSLAY_TEXT_FRAME) {
        message->json = json_loadb((const char *)arg->msg, arg->msg_length, 0, NULL);
        g_assert_nonnull(message->json);
    } else if (arg->opcode == WSLAY_BINARY_FRAME) {
        message->kind = WEB_BINARY;
        message->bytes = g_byte_array_new();
        g_byte_array_append(message->bytes, arg->msg, (guint)arg->msg_length);
    } else if (arg->opcode == WSLAY_CONNECTION_CLOSE) {
        message->kind = WEB_CLOSE;
        message->code = arg->status_code;
        message->reason =
            arg->msg_length > 2 ? g_strndup((const char *)arg->msg + 2, arg->msg_length - 2) : NULL;
    } else {
        g_free(message);
        return;
    }
    g_queue_push_tail(&socket->messages, message);
}

static int connect_to(const char *url, int receive_buffer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *port = strrchr(url, ':') + 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)g_ascii_strtoull(port, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

static void send_handshake(int fd, const char *url, const char *const *headers)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text,
                           "GET /api/v1/live HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
                           "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                           strstr(url, "://") + 3);
    for (int i = 0; headers != NULL && headers[i] != NULL; i++)
        g_string_append_printf(text, "%s\r\n", headers[i]);
    g_string_append(text, "\r\n");
    g_assert_cmpint(send(fd, text->str, text->len, MSG_NOSIGNAL), ==, text->len);
}

/* Up to the empty line, byte by byte: what follows is no HTTP. */
static int read_answer(int fd)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (!g_str_has_suffix(text->str, "\r\n\r\n")) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        char letter = 0;
        g_assert_cmpint(poll(&poll_fd, 1, WAIT_MS), ==, 1);
        if (recv(fd, &letter, 1, 0) != 1)
            return 0;
        g_string_append_c(text, letter);
    }
    int status = 0;
    g_assert_cmpint(sscanf(text->str, "HTTP/1.1 %d", &status), ==, 1);
    if (status == 101) // of the key above, RFC 6455 section 1.3
        g_assert_nonnull(strstr(text->str, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    return status;
}

WebSocket *websocket_open(const char *url, const char *const *headers, int receive_buffer,
                          int *ret_status)
{
    static const struct wslay_event_callbacks CALLBACKS = {.recv_callback = on_recv,
                                                           .send_callback = on_send,
                                                           .genmask_callback = on_mask,
                                                           .on_msg_recv_callback = on_message};
    int fd = connect_to(url, receive_buffer);
    send_handshake(fd, url, headers);
    *ret_status = read_answer(fd);
    if (*ret_status != 101) {
        close(fd);
        return NULL;
    }
    WebSocket *socket = g_new0(WebSocket, 1);
    socket->fd = fd;
    g_queue_init(&socket->messages);
    g_assert_cmpint(wslay_event_context_client_init(&socket->ws, &CALLBACKS, socket), ==, 0);
    wslay_event_config_set_max_recv_msg_length(socket->ws, 64 << 20);
    return socket;
}

void websocket_free(WebSocket *socket)
{
    if (socket == NULL)
        return;
    for (WebMessage *message; (message = g_queue_pop_head(&socket->messages)) != NULL;) {
        web_message_clear(message);
        g_free(message);
    }
    wslay_event_context_free(socket->ws);
    close(socket->fd);
    g_free(socket);
}

static void send_message(WebSocket *socket, uint8_t opcode, const void *bytes, size_t size)
{
    struct wslay_event_msg message = {.opcode = opcode, .msg = bytes, .msg_length = size};
    g_assert_cmpint(wslay_event_queue_msg(socket->ws, &message), ==, 0);
    wslay_event_send(socket->ws);
}

void websocket_send(WebSocket *socket, const char *text)
{
    send_message(socket, WSLAY_TEXT_FRAME, text, strlen(text));
}

void websocket_send_binary(WebSocket *socket, const void *bytes, size_t size)
{
    send_message(socket, WSLAY_BINARY_FRAME, bytes, size);
}

void websocket_send_raw(WebSocket *socket, const void *bytes, size_t size)
{
    g_assert_cmpint(send(socket->fd, bytes, size, MSG_NOSIGNAL), ==, size);
}

WebMessage websocket_next(WebSocket *socket, int timeout_ms)
{
    int64_t until_us = g_get_monotonic_time() + timeout_ms * INT64_C(1000);
    while (g_queue_is_empty(&socket->messages) && !socket->ended) {
        int64_t left_ms = (until_us - g_get_monotonic_time()) / 1000;
        struct pollfd poll_fd = {.fd = socket->fd, .events = POLLIN};
        if (left_ms <= 0 || poll(&poll_fd, 1, (int)left_ms) <= 0)
            return (WebMessage){.kind = WEB_NOTHING};
        socket->ended = wslay_event_recv(socket->ws) != 0;
        if (wslay_event_want_write(socket->ws))
            wslay_event_send(socket->ws);
    }
    g_autofree WebMessage *message = g_queue_pop_head(&socket->messages);
    return message != NULL ? *message : (WebMessage){.kind = WEB_CLOSE};
}
