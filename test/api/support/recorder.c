// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/api/support/recorder.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/link/link.h"
#include "index/state.h"

#define GOP 25
#define CONNECTIONS 8
#define CHANNELS 64

typedef struct Connection {
    int fd;
    IdxWireReader *reader;
    uint16_t channels[CHANNELS];
    int n_channels;
} Connection;

struct Recorder {
    char *path;
    const char *sound;
    Pictures *pictures;
    GByteArray *padding; // one NAL unit that decoders pass over
    int listen_fd;
    pthread_t thread;
    int ending, stopped;                // atomic
    int n_subscriptions, n_connections; // atomic

    // the thread's
    Connection connections[CONNECTIONS];
    guint next; // picture
    int64_t loops;
    bool was_stopped;
};

static void send_all(Connection *connection, const GByteArray *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        ssize_t sent = send(connection->fd, bytes->data + at, bytes->len - at, MSG_NOSIGNAL);
        if (sent <= 0)
            return; // its end is noticed when it is read
        at += (size_t)sent;
    }
}

static void put_stream(Recorder *recorder, GByteArray *out, uint16_t channel)
{
    IdxWireStream stream = pictures_stream(recorder->pictures, recorder->sound);
    idx_wire_put_stream(out, channel, &stream);
}

static void put_picture(Recorder *recorder, GByteArray *out, uint16_t channel, guint i,
                        bool backlog)
{
    IdxWirePacket packet = g_array_index(recorder->pictures->packets, IdxWirePacket, i);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, packet.data, (guint)packet.size);
    if (!packet.key)
        g_byte_array_append(bytes, recorder->padding->data, recorder->padding->len);
    packet.pts_us += recorder->loops * recorder->pictures->packets->len * CLIP_FRAME_US;
    packet.utc_us = mj_clock_utc_us(mj_clock_system());
    packet.backlog = backlog;
    packet.size = bytes->len;
    idx_wire_put_packet_head(out, channel, &packet);
    g_byte_array_append(out, bytes->data, bytes->len);
}

static void put_stopped(GByteArray *out, uint16_t channel)
{
    idx_wire_put_json(out, IDX_WIRE_STOPPED, channel,
                      json_pack("{s:s, s:s}", "state", "offline", "detail", "nobody is there"));
}

static void subscribe(Recorder *recorder, Connection *connection, uint16_t channel)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_assert_cmpint(connection->n_channels, <, CHANNELS);
    connection->channels[connection->n_channels++] = channel;
    g_atomic_int_inc(&recorder->n_subscriptions);
    idx_wire_put_json(out, IDX_WIRE_ANSWER, channel, json_object());
    if (g_atomic_int_get(&recorder->stopped)) {
        put_stopped(out, channel);
    } else {
        put_stream(recorder, out, channel);
        for (guint i = recorder->next / GOP * GOP; i < recorder->next; i++)
            put_picture(recorder, out, channel, i, true);
    }
    send_all(connection, out);
}

static void unsubscribe(Recorder *recorder, Connection *connection, uint16_t channel)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (int i = 0; i < connection->n_channels; i++) {
        if (connection->channels[i] != channel)
            continue;
        connection->channels[i] = connection->channels[--connection->n_channels];
        g_atomic_int_add(&recorder->n_subscriptions, -1);
    }
    idx_wire_put_json(out, IDX_WIRE_ANSWER, channel, json_object());
    send_all(connection, out);
}

/* A camera whose address has "wrong" in it refuses; any other one shows its first picture. */
static void probe(Recorder *recorder, Connection *connection, uint16_t channel, const json_t *ask)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    const char *url = json_string_value(json_object_get(ask, "url"));
    if (url && strstr(url, "wrong")) {
        g_autoptr(GError) error = g_error_new(MJ_ERROR, MJ_ERROR_DENIED, "it wants a password");
        idx_wire_put_error(out, channel, error);
    } else {
        put_stream(recorder, out, channel);
        put_picture(recorder, out, channel, 0, true);
        idx_wire_put_json(
            out, IDX_WIRE_ANSWER, channel,
            json_pack(
                "{s:s, s:i, s:i, s:f, s:f, s:n, s:n, s:i, s:i, s:b, s:s, s:n, s:[{s:s, s:s, s:i, "
                "s:i, s:n}]}",
                "video", "h264", "width", CLIP_WIDTH, "height", CLIP_HEIGHT, "frame_rate", 25.0,
                "bitrate", 4e6, "key_interval_us", "audio", "sample_rate", 0, "channels", 0,
                "reorders", 0, "clock", "arrival", "clock_offset_us", "beside", "url",
                "rtsp://192.0.2.9/sub", "video", "h264", "width", 64, "height", 48, "frame_rate"));
    }
    send_all(connection, out);
}

static void use_frame(Recorder *recorder, Connection *connection, const IdxWireFrame *frame)
{
    g_autoptr(json_t) json = idx_wire_get_json(frame, NULL);
    const char *what = json_string_value(json_object_get(json, "do"));
    g_autoptr(GByteArray) out = g_byte_array_new();
    if (frame->type == IDX_WIRE_HELLO) {
        idx_wire_put_json(out, IDX_WIRE_HELLO, 0, json_pack("{s:i}", "version", IDX_WIRE_VERSION));
        send_all(connection, out);
    } else if (g_strcmp0(what, "subscribe") == 0) {
        subscribe(recorder, connection, frame->channel);
    } else if (g_strcmp0(what, "unsubscribe") == 0) {
        unsubscribe(recorder, connection, frame->channel);
    } else if (g_strcmp0(what, "probe") == 0) {
        probe(recorder, connection, frame->channel, json);
    }
}

static void hang_up(Recorder *recorder, Connection *connection)
{
    close(connection->fd);
    connection->fd = -1;
    idx_wire_reader_free(connection->reader);
    g_atomic_int_add(&recorder->n_subscriptions, -connection->n_channels);
    g_atomic_int_add(&recorder->n_connections, -1);
    connection->n_channels = 0;
}

static void read_from(Recorder *recorder, Connection *connection)
{
    uint8_t bytes[4096];
    IdxWireFrame frame;
    ssize_t got = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        hang_up(recorder, connection);
        return;
    }
    if (got < 0)
        return;
    idx_wire_reader_add(connection->reader, bytes, (size_t)got);
    while (idx_wire_reader_next(connection->reader, &frame, NULL) == IDX_WIRE_FRAME)
        use_frame(recorder, connection, &frame);
}

static void accept_one(Recorder *recorder)
{
    int fd = accept(recorder->listen_fd, NULL, NULL);
    for (int i = 0; i < CONNECTIONS && fd >= 0; i++) {
        if (recorder->connections[i].fd >= 0)
            continue;
        recorder->connections[i].fd = fd;
        recorder->connections[i].reader = idx_wire_reader_new(IDX_WIRE_REQUEST_MAX);
        g_atomic_int_inc(&recorder->n_connections);
        return;
    }
}

/* A picture for everybody, or that the camera went or came. */
static void tick(Recorder *recorder)
{
    bool stopped = g_atomic_int_get(&recorder->stopped);
    for (int c = 0; c < CONNECTIONS; c++) {
        Connection *connection = &recorder->connections[c];
        g_autoptr(GByteArray) out = g_byte_array_new();
        for (int i = 0; i < connection->n_channels; i++) {
            if (stopped && !recorder->was_stopped)
                put_stopped(out, connection->channels[i]);
            if (!stopped && recorder->was_stopped)
                put_stream(recorder, out, connection->channels[i]);
            if (!stopped)
                put_picture(recorder, out, connection->channels[i], recorder->next, false);
        }
        if (connection->fd >= 0)
            send_all(connection, out);
    }
    recorder->was_stopped = stopped;
    recorder->next = stopped ? 0 : recorder->next + 1;
    if (recorder->next == recorder->pictures->packets->len) {
        recorder->next = 0;
        recorder->loops++;
    }
}

static void look(Recorder *recorder, int timeout_ms)
{
    struct pollfd fds[CONNECTIONS + 1] = {{.fd = recorder->listen_fd, .events = POLLIN}};
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i + 1] = (struct pollfd){.fd = recorder->connections[i].fd, .events = POLLIN};
    if (poll(fds, CONNECTIONS + 1, MAX(timeout_ms, 0)) <= 0)
        return;
    for (int i = 0; i < CONNECTIONS; i++)
        if (fds[i + 1].revents != 0)
            read_from(recorder, &recorder->connections[i]);
    if (fds[0].revents & POLLIN)
        accept_one(recorder);
}

static void *run(void *data)
{
    Recorder *recorder = data;
    int64_t due_us = g_get_monotonic_time();
    while (!g_atomic_int_get(&recorder->ending)) {
        int64_t now_us = g_get_monotonic_time();
        if (now_us >= due_us) {
            tick(recorder);
            due_us += CLIP_FRAME_US;
        }
        look(recorder, (int)((due_us - now_us) / 1000));
    }
    for (int i = 0; i < CONNECTIONS; i++)
        if (recorder->connections[i].fd >= 0)
            hang_up(recorder, &recorder->connections[i]);
    return NULL;
}

static void make_padding(GByteArray *out, size_t size)
{
    if (size == 0)
        return;
    const uint8_t head[] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
                            (uint8_t)size, 0x0C}; // filler data
    g_byte_array_append(out, head, sizeof head);
    guint at = out->len;
    g_byte_array_set_size(out, at + (guint)size - 1);
    memset(out->data + at, 0xFF, size - 1);
}

static void say_alive(const char *home)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_RECORD, &error);
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    IdxRecorder row = {1, 1, getpid(), now_us, now_us, 0};
    g_assert_no_error(error);
    g_assert_true(idx_recorder_beat(cat, &row, NULL));
}

Recorder *recorder_new(const char *home, const char *sound, size_t padding)
{
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->sound = sound;
    recorder->pictures = pictures_new(4 * GOP, GOP, 0);
    recorder->padding = g_byte_array_new();
    make_padding(recorder->padding, padding);
    for (int i = 0; i < CONNECTIONS; i++)
        recorder->connections[i].fd = -1;
    say_alive(home);
    recorder->path = idx_link_path(home, 1);
    g_unlink(recorder->path);
    recorder->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address;
    int folder = -1;
    g_assert_true(idx_link_address(recorder->path, &address, &folder, NULL));
    g_assert_cmpint(bind(recorder->listen_fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    if (folder >= 0)
        close(folder);
    g_assert_cmpint(listen(recorder->listen_fd, 8), ==, 0);
    g_assert_cmpint(pthread_create(&recorder->thread, NULL, run, recorder), ==, 0);
    return recorder;
}

void recorder_free(Recorder *recorder)
{
    if (recorder == NULL)
        return;
    g_atomic_int_set(&recorder->ending, 1);
    pthread_join(recorder->thread, NULL);
    close(recorder->listen_fd);
    g_unlink(recorder->path);
    g_free(recorder->path);
    g_byte_array_unref(recorder->padding);
    pictures_free(recorder->pictures);
    g_free(recorder);
}

void recorder_stop(Recorder *recorder, bool stopped)
{
    g_atomic_int_set(&recorder->stopped, stopped);
}

int recorder_subscriptions(Recorder *recorder)
{
    return g_atomic_int_get(&recorder->n_subscriptions);
}

int recorder_connections(Recorder *recorder)
{
    return g_atomic_int_get(&recorder->n_connections);
}
