// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/rtsp/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "index/base/clock.h"
#include "index/base/error.h"

#define FRAMING 4 // "$", channel, length

struct CapRtspConnection {
    int fd;
    GCancellable *cancel;
    GPollFD cancelled; // fd -1: it has none
    bool has_pollfd;
    uint8_t *buffer;
    size_t at, end;
    bool drained; // the last recv() took all there was
    bool flows;   // frames are expected
    bool spoke;
    size_t garbage; // bytes skipped since the last frame
    int64_t arrival_us, mono_us;
};

CapRtspConnection *cap_rtsp_connection_new_from(int fd, GCancellable *cancel)
{
    CapRtspConnection *connection = g_new0(CapRtspConnection, 1);
    connection->fd = fd;
    connection->cancel = g_object_ref(cancel);
    connection->cancelled.fd = -1;
    connection->has_pollfd = g_cancellable_make_pollfd(cancel, &connection->cancelled);
    connection->buffer = g_malloc(CAP_RTSP_BUFFER_BYTES);
    connection->drained = true;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connection;
}

/* GIO counts in seconds, and 0 would be for ever. */
static guint whole_seconds(int64_t us)
{
    return (guint)((MAX(us, 1) + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

CapRtspConnection *cap_rtsp_connection_new(const char *host, uint16_t port, int64_t timeout_us,
                                           GCancellable *cancel, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, whole_seconds(timeout_us));
    g_autoptr(GSocketConnectable) place = g_network_address_new(host, port);
    g_autoptr(GSocketConnection) made = g_socket_client_connect(client, place, cancel, error);
    if (!made)
        return NULL;
    /* Ours from here on: GIO would wait in its own way. */
    int fd = fcntl(g_socket_get_fd(g_socket_connection_get_socket(made)), F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        return cap_rtsp_connection_new_from(fd, cancel);
    g_set_error_literal(error, G_IO_ERROR, g_io_error_from_errno(errno), g_strerror(errno));
    return NULL;
}

void cap_rtsp_connection_free(CapRtspConnection *connection)
{
    if (!connection)
        return;
    close(connection->fd);
    if (connection->has_pollfd)
        g_cancellable_release_fd(connection->cancel);
    g_object_unref(connection->cancel);
    g_free(connection->buffer);
    g_free(connection);
}

static void set_batch(CapRtspConnection *connection, int bytes)
{
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
}

void cap_rtsp_connection_flow(CapRtspConnection *connection)
{
    connection->flows = true;
    set_batch(connection, CAP_RTSP_BATCH_BYTES);
}

void cap_rtsp_connection_last_words(CapRtspConnection *connection)
{
    set_batch(connection, 1);
    if (connection->has_pollfd)
        g_cancellable_release_fd(connection->cancel);
    connection->has_pollfd = false;
    connection->cancelled.fd = -1;
    g_object_unref(connection->cancel);
    connection->cancel = g_cancellable_new();
}

bool cap_rtsp_connection_spoke(const CapRtspConnection *connection)
{
    return connection->spoke;
}

static bool is_cancelled(const CapRtspConnection *connection, GError **error)
{
    if (!g_cancellable_is_cancelled(connection->cancel))
        return false;
    mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    return true;
}

/* Waits for @events of the socket until @until_us. False with @error if cancelled; what the socket
 * has to say is found out by using it. */
static bool wait_for(CapRtspConnection *connection, short events, int64_t until_us, GError **error)
{
    struct pollfd fds[] = {{.fd = connection->fd, .events = events},
                           {.fd = connection->cancelled.fd, .events = POLLIN}};
    int64_t wait_us = MAX(0, until_us - g_get_monotonic_time());
    struct timespec wait = {.tv_sec = wait_us / G_USEC_PER_SEC,
                            .tv_nsec = wait_us % G_USEC_PER_SEC * 1000};
    ppoll(fds, 2, &wait, NULL);
    return !is_cancelled(connection, error);
}

bool cap_rtsp_connection_send(CapRtspConnection *connection, const char *text, size_t size,
                              int64_t deadline_us, GError **error)
{
    while (size > 0) {
        ssize_t done = send(connection->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno != EAGAIN && errno != EINTR)
            return mj_error_set(error, MJ_ERROR_IO, "%s", g_strerror(errno));
        if (done > 0) {
            text += done;
            size -= (size_t)done;
        } else if (g_get_monotonic_time() >= deadline_us) {
            return mj_error_set(error, MJ_ERROR_TIMEOUT, "it takes nothing any more");
        } else if (!wait_for(connection, POLLOUT, deadline_us, error)) {
            return false;
        }
    }
    return true;
}

/* Takes what there is. CAP_RTSP_NOTHING: nothing; CAP_RTSP_FRAME stands for something. */
static CapRtspEventKind receive(CapRtspConnection *connection, GError **error)
{
    memmove(connection->buffer, connection->buffer + connection->at,
            connection->end - connection->at);
    connection->end -= connection->at;
    connection->at = 0;
    size_t room = CAP_RTSP_BUFFER_BYTES - connection->end;
    ssize_t got = recv(connection->fd, connection->buffer + connection->end, room, MSG_DONTWAIT);
    connection->drained = got < (ssize_t)room;
    if (got == 0)
        return CAP_RTSP_END;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return CAP_RTSP_NOTHING;
    if (got < 0) {
        mj_error_set(error, MJ_ERROR_IO, "%s", g_strerror(errno));
        return CAP_RTSP_BROKEN;
    }
    connection->end += (size_t)got;
    connection->arrival_us = mj_clock_utc_us(mj_clock_system());
    connection->mono_us = g_get_monotonic_time();
    return CAP_RTSP_FRAME;
}

/* Waits if there is nothing, then as receive(). A camera that never pauses is no reason to miss the
 * deadline, or to be stopped. */
static CapRtspEventKind fill(CapRtspConnection *connection, int64_t deadline_us, GError **error)
{
    for (;;) {
        int64_t now_us = g_get_monotonic_time();
        if (now_us >= deadline_us)
            return CAP_RTSP_NOTHING;
        if (is_cancelled(connection, error))
            return CAP_RTSP_BROKEN;
        int64_t tick_us = connection->flows ? now_us + CAP_RTSP_TICK_US : INT64_MAX;
        if (connection->drained && !wait_for(connection, POLLIN, MIN(deadline_us, tick_us), error))
            return CAP_RTSP_BROKEN;
        CapRtspEventKind got = receive(connection, error);
        if (got != CAP_RTSP_NOTHING)
            return got;
    }
}

/* Both RTP and RTCP begin with their version, 2, in two bits. Before anything of RTSP came there are no
 * frames: what looks like the head of one is another protocol's, and the rest of it would never come. */
static bool is_frame(const CapRtspConnection *connection)
{
    if (!connection->flows && !connection->spoke)
        return false;
    const uint8_t *head = connection->buffer + connection->at;
    size_t size = connection->end - connection->at;
    return head[0] == '$' &&
           (size <= FRAMING || head[FRAMING] >> 6 == 2 || (head[2] == 0 && head[3] == 0));
}

/* CAP_RTSP_NOTHING: more bytes are needed. */
static CapRtspEventKind take_frame(CapRtspConnection *connection, CapRtspEvent *ret)
{
    const uint8_t *head = connection->buffer + connection->at;
    size_t size = connection->end - connection->at;
    size_t length = size >= FRAMING ? (size_t)head[2] << 8 | head[3] : SIZE_MAX / 2;
    if (size < FRAMING + length)
        return CAP_RTSP_NOTHING;
    connection->at += FRAMING + length;
    if (length > 0) // an empty frame is no sign of order
        connection->garbage = 0;
    ret->channel = head[1];
    ret->data = head + FRAMING;
    ret->size = length;
    ret->arrival_us = connection->arrival_us;
    ret->mono_us = connection->mono_us;
    return CAP_RTSP_FRAME;
}

/* Goes on to what may be a frame or a message. */
static CapRtspEventKind skip_garbage(CapRtspConnection *connection, GError **error)
{
    size_t from = connection->at++;
    while (connection->at < connection->end && connection->buffer[connection->at] != '$' &&
           connection->buffer[connection->at] != 'R')
        connection->at++;
    connection->garbage += connection->at - from;
    if (connection->flows && connection->garbage <= CAP_RTSP_GARBAGE_MAX_BYTES)
        return CAP_RTSP_NOTHING;
    mj_error_set(error, MJ_ERROR_INVALID, "what comes is neither RTP nor RTSP");
    return CAP_RTSP_BROKEN;
}

static CapRtspEventKind take_message(CapRtspConnection *connection, CapRtspEvent *ret,
                                     GError **error)
{
    size_t used = 0;
    CapRtspParse parsed =
        cap_rtsp_message_parse(connection->buffer + connection->at,
                               connection->end - connection->at, &ret->message, &used);
    if (parsed == CAP_RTSP_BAD)
        return skip_garbage(connection, error);
    if (parsed == CAP_RTSP_PARTIAL)
        return CAP_RTSP_NOTHING;
    connection->at += used;
    connection->spoke = true;
    return CAP_RTSP_MESSAGE;
}

/* CAP_RTSP_NOTHING: more bytes are needed. */
static CapRtspEventKind split(CapRtspConnection *connection, CapRtspEvent *ret, GError **error)
{
    CapRtspEventKind kind = CAP_RTSP_NOTHING;
    for (size_t before = SIZE_MAX; kind == CAP_RTSP_NOTHING && connection->at < connection->end &&
                                   connection->at != before;) {
        before = connection->at;
        kind = is_frame(connection) ? take_frame(connection, ret)
                                    : take_message(connection, ret, error);
    }
    return kind;
}

CapRtspEventKind cap_rtsp_connection_next(CapRtspConnection *connection, int64_t deadline_us,
                                          CapRtspEvent *ret, GError **error)
{
    *ret = (CapRtspEvent){0};
    for (;;) {
        ret->kind = split(connection, ret, error);
        if (ret->kind != CAP_RTSP_NOTHING)
            return ret->kind;
        ret->kind = fill(connection, deadline_us, error);
        if (ret->kind != CAP_RTSP_FRAME)
            return ret->kind;
    }
}
