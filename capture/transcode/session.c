// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/transcode/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/transcode/converter.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/link/link.h"

#define CHANNEL_AT_RECORDER 1
#define SEND_S 5 // a client that takes nothing for so long is gone
#define BURST 64

typedef struct Session {
    CapTranscoder *transcoder;
    int fd;
    IdxWireReader *reader;
    uint16_t channel; // of the subscription; 0: none
    bool greeted, runs;
    IdxLink *link; // to the recorder
    CapConverter *converter;
    GByteArray *sound_config;
    IdxWireStream sound; // of the source: its sound alone
    GByteArray *out;
    bool told_stream;
} Session;

/* --- to the client --------------------------------------------------------------------------- */

static bool flush(Session *session)
{
    for (size_t at = 0; at < session->out->len;) {
        ssize_t sent =
            send(session->fd, session->out->data + at, session->out->len - at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    g_byte_array_set_size(session->out, 0);
    return true;
}

static void put_packet(Session *session, const IdxWirePacket *packet)
{
    idx_wire_put_packet_head(session->out, session->channel, packet);
    g_byte_array_append(session->out, packet->data, (guint)packet->size);
}

static void put_stream(Session *session, const IdxWireStream *video)
{
    IdxWireStream stream = session->sound;
    memcpy(stream.video, video->video, sizeof stream.video);
    stream.width = video->width;
    stream.height = video->height;
    stream.video_config = video->video_config;
    stream.video_config_size = video->video_config_size;
    idx_wire_put_stream(session->out, session->channel, &stream);
    session->told_stream = true;
}

/* --- from the recorder ----------------------------------------------------------------------- */

static bool begin(Session *session, const IdxWireStream *stream)
{
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&session->converter, cap_converter_free);
    g_byte_array_set_size(session->sound_config, 0);
    g_byte_array_append(session->sound_config, stream->audio_config,
                        (guint)stream->audio_config_size);
    session->sound = *stream;
    session->sound.audio_config = session->sound_config->data;
    session->told_stream = false;
    session->converter = cap_converter_new(stream, &error);
    if (session->converter)
        return true;
    idx_wire_put_error(session->out, session->channel, error);
    flush(session);
    return false;
}

static void convert(Session *session, const IdxWirePacket *packet)
{
    if (packet->sound && session->told_stream)
        put_packet(session, packet);
    else if (!packet->sound && session->converter)
        cap_converter_put(session->converter, packet);
}

/* Under the client's channel. */
static void pass_on(Session *session, const IdxWireFrame *frame)
{
    idx_wire_put(session->out, frame->type, session->channel, frame->body, frame->size);
}

static bool use_frame(Session *session, const IdxWireFrame *frame)
{
    IdxWireStream stream;
    IdxWirePacket packet;
    switch (frame->type) {
    case IDX_WIRE_STREAM:
        return idx_wire_get_stream(frame, &stream, NULL) && begin(session, &stream);
    case IDX_WIRE_PACKET:
        if (!idx_wire_get_packet(frame, &packet, NULL))
            return false;
        convert(session, &packet);
        return true;
    case IDX_WIRE_STOPPED:
        g_clear_pointer(&session->converter, cap_converter_free);
        pass_on(session, frame);
        return true;
    case IDX_WIRE_LOST: // a hole in the times; what is made goes on without a key frame
        return true;
    default:
        return frame->type == IDX_WIRE_ANSWER;
    }
}

static bool read_recorder(Session *session)
{
    for (int i = 0; i < BURST; i++) {
        g_autoptr(GError) error = NULL;
        IdxWireFrame frame;
        if (!idx_link_next(session->link, 0, &frame, &error))
            return mj_error_is(error, MJ_ERROR_TIMEOUT);
        if (!use_frame(session, &frame))
            return false;
    }
    return true;
}

static bool read_converter(Session *session)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        IdxWireStream stream;
        IdxWirePacket packet;
        CapConverted got = cap_converter_take(session->converter, &stream, &packet, &error);
        if (got == CAP_CONVERTED_NOTHING)
            return true;
        if (got == CAP_CONVERTED_FAILED) {
            mj_log_warning(NULL, "a conversion failed: %s", error->message);
            idx_wire_put_error(session->out, session->channel, error);
            flush(session);
            return false;
        }
        if (stream.video_config)
            put_stream(session, &stream);
        if (session->told_stream)
            put_packet(session, &packet);
    }
}

/* --- from the client ------------------------------------------------------------------------- */

/* A link to the recorder that has the stream, subscribed. */
static IdxLink *find_at(const char *path, const json_t *request, GError **error)
{
    g_autoptr(IdxLink) link = idx_link_open(path, IDX_LINK_QUICK_US, error);
    IdxWireFrame frame;
    if (!link ||
        !idx_link_request(link, CHANNEL_AT_RECORDER, json_deep_copy(request), IDX_LINK_QUICK_US,
                          error) ||
        !idx_link_next(link, IDX_LINK_QUICK_US, &frame, error))
        return NULL;
    if (frame.type == IDX_WIRE_ANSWER)
        return g_steal_pointer(&link);
    idx_wire_get_error(&frame, error);
    return NULL;
}

static IdxLink *find(const CapTranscoder *transcoder, const json_t *request, GError **error)
{
    g_autofree char *run = mj_home_run(transcoder->home, "");
    g_autoptr(GDir) folder = g_dir_open(run, 0, NULL);
    g_autoptr(GError) why = NULL;
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        if (!g_str_has_prefix(name, "capture-") || !g_str_has_suffix(name, ".sock"))
            continue;
        g_autofree char *path = g_build_filename(run, name, NULL);
        g_clear_error(&why);
        IdxLink *link = find_at(path, request, &why);
        if (link)
            return link;
    }
    if (why)
        g_propagate_error(error, g_steal_pointer(&why));
    else
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no recorder is running");
    return NULL;
}

static bool take_place(Session *session, GError **error)
{
    if (g_atomic_int_add(&session->transcoder->running, 1) < session->transcoder->most) {
        session->runs = true;
        return true;
    }
    g_atomic_int_add(&session->transcoder->running, -1);
    return mj_error_set(error, MJ_ERROR_BUSY, "%d streams are being converted already",
                        session->transcoder->most);
}

static bool subscribe(Session *session, const IdxWireFrame *frame, const json_t *request,
                      GError **error)
{
    if (session->channel != 0)
        return mj_error_set(error, MJ_ERROR_CONFLICT, "this connection has a subscription");
    if (!take_place(session, error))
        return false;
    session->link = find(session->transcoder, request, error);
    if (!session->link)
        return false;
    session->channel = frame->channel;
    idx_wire_put_json(session->out, IDX_WIRE_ANSWER, frame->channel, json_object());
    return true;
}

/* False: the connection ends. */
static bool use_request(Session *session, const IdxWireFrame *frame)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = idx_wire_get_json(frame, &error);
    const char *what = json_string_value(json_object_get(json, "do"));
    if (!session->greeted) {
        session->greeted = frame->type == IDX_WIRE_HELLO &&
                           json_integer_value(json_object_get(json, "version")) == IDX_WIRE_VERSION;
        idx_wire_put_json(
            session->out, IDX_WIRE_HELLO, 0,
            json_pack("{s:s, s:i}", "protocol", IDX_WIRE_PROTOCOL, "version", IDX_WIRE_VERSION));
        return flush(session) && session->greeted;
    }
    if (g_strcmp0(what, "subscribe") == 0 && subscribe(session, frame, json, &error))
        return flush(session);
    if (error)
        idx_wire_put_error(session->out, frame->channel, error);
    flush(session);
    return false; // unsubscribe too: a connection is for one stream
}

static bool read_client(Session *session)
{
    uint8_t bytes[4096];
    ssize_t got = recv(session->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    idx_wire_reader_add(session->reader, bytes, (size_t)got);
    IdxWireFrame frame;
    IdxWireGot frames;
    while ((frames = idx_wire_reader_next(session->reader, &frame, NULL)) == IDX_WIRE_FRAME)
        if (!use_request(session, &frame))
            return false;
    return frames == IDX_WIRE_MORE;
}

/* --- the thread ------------------------------------------------------------------------------ */

static bool turn(Session *session)
{
    struct pollfd fds[3] = {
        {.fd = session->fd, .events = POLLIN},
        {.fd = session->link ? idx_link_fd(session->link) : -1, .events = POLLIN},
        {.fd = session->converter ? cap_converter_fd(session->converter) : -1, .events = POLLIN}};
    if (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
        return errno == EINTR;
    if (fds[2].revents && !read_converter(session))
        return false;
    if (fds[1].revents && !read_recorder(session))
        return false;
    if (fds[0].revents && !read_client(session))
        return false;
    return flush(session);
}

void cap_transcode_serve(CapTranscoder *transcoder, int fd)
{
    struct timeval limit = {.tv_sec = SEND_S};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    Session session = {.transcoder = transcoder,
                       .fd = fd,
                       .reader = idx_wire_reader_new(IDX_WIRE_REQUEST_MAX),
                       .sound_config = g_byte_array_new(),
                       .out = g_byte_array_new()};
    while (turn(&session))
        ;
    cap_converter_free(session.converter);
    idx_link_free(session.link);
    idx_wire_reader_free(session.reader);
    g_byte_array_unref(session.sound_config);
    g_byte_array_unref(session.out);
    close(fd);
    if (session.runs)
        g_atomic_int_add(&transcoder->running, -1);
}
