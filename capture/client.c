// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/client.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "capture/control.h"
#include "capture/meet/hub.h"
#include "index/base/error.h"
#include "index/meter.h"
#include "index/segment/seal.h"
#include "index/segment/volume.h"
#include "index/wire.h"

#define BURST 64 // packets for one client, until others have their turn

typedef struct Subscription {
    uint16_t channel;
    CapLiveStream *stream;
    CapViewer *viewer;
    CapTapParams *params; // told last; NULL = none yet
} Subscription;

typedef struct Probing {
    uint16_t channel;
    CapProbe *probe;
} Probing;
typedef struct Asked { // of the meetings
    uint16_t channel;
    CapTicket *ticket;
} Asked;

struct CapClient {
    CapClientConfig config;
    int fd;
    IdxWireReader *reader;
    bool greeted;
    bool ending;              // an error was told: write what waits, then hang up
    GPtrArray *subscriptions; // Subscription *
    GPtrArray *probings;      // Probing *
    guint turn;               // which one is served next
    GPtrArray *asked;         // Asked *
    GByteArray *answers;      // frames that wait for what is on its way
    GByteArray *out;          // on its way, sent up to out_sent
    size_t out_sent;
    CapTapPacket *packet; // whose bytes follow after out; NULL = none
    size_t packet_sent;
    bool blocked; // the socket takes no more
    int64_t stalled_us;
};

static void subscription_free(void *data)
{
    Subscription *subscription = data;
    cap_viewer_free(subscription->viewer);
    cap_live_stream_unref(subscription->stream);
    cap_tap_params_unref(subscription->params);
    g_free(subscription);
}

static void probing_free(void *data)
{
    Probing *probing = data;
    cap_probe_leave(probing->probe);
    g_free(probing);
}

static void asked_free(void *data)
{
    Asked *asked = data;
#if CAP_HAS_MEET
    cap_ticket_free(asked->ticket);
#endif
    g_free(asked);
}

CapClient *cap_client_new(const CapClientConfig *config, int fd)
{
    CapClient *client = g_new0(CapClient, 1);
    client->config = *config;
    client->fd = fd;
    client->reader = idx_wire_reader_new(IDX_WIRE_REQUEST_MAX);
    client->subscriptions = g_ptr_array_new_with_free_func(subscription_free);
    client->probings = g_ptr_array_new_with_free_func(probing_free);
    client->asked = g_ptr_array_new_with_free_func(asked_free);
    client->answers = g_byte_array_new();
    client->out = g_byte_array_new();
    idx_wire_put_json(client->answers, IDX_WIRE_HELLO, 0,
                      json_pack("{s:s, s:i, s:i, s:i, s:I}", "protocol", IDX_WIRE_PROTOCOL,
                                "version", IDX_WIRE_VERSION, "shard", config->shard.number,
                                "shards", config->shard.count, "pid", (json_int_t)getpid()));
    return client;
}

void cap_client_free(CapClient *client)
{
    if (!client)
        return;
    g_ptr_array_unref(client->subscriptions);
    g_ptr_array_unref(client->probings);
    g_ptr_array_unref(client->asked);
    cap_tap_packet_unref(client->packet);
    idx_wire_reader_free(client->reader);
    g_byte_array_unref(client->answers);
    g_byte_array_unref(client->out);
    close(client->fd);
    g_free(client);
}

int cap_client_fd(const CapClient *client)
{
    return client->fd;
}

static size_t waiting(const CapClient *client)
{
    return client->out->len - client->out_sent +
           (client->packet ? client->packet->size - client->packet_sent : 0);
}

uint32_t cap_client_events(const CapClient *client)
{
    bool listens = !client->ending && client->answers->len < CAP_CONTROL_OUT_BYTES;
    return (listens ? EPOLLIN : 0) | (client->blocked ? EPOLLOUT : 0);
}

int64_t cap_client_stalled_since_us(const CapClient *client)
{
    return client->blocked ? client->stalled_us : 0;
}

/* --- requests -------------------------------------------------------------------------------- */

static void fail_request(CapClient *client, uint16_t channel, const GError *error)
{
    idx_wire_put_error(client->answers, channel, error);
    client->ending |= channel == 0;
}

static guint find_subscription(const CapClient *client, uint16_t channel)
{
    guint i = 0;
    while (i < client->subscriptions->len &&
           ((Subscription *)g_ptr_array_index(client->subscriptions, i))->channel != channel)
        i++;
    return i;
}

static bool has_subscription(const CapClient *client, uint16_t channel)
{
    return find_subscription(client, channel) < client->subscriptions->len;
}

static bool subscribe(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    const char *camera = json_string_value(json_object_get(request, "camera"));
    const char *name = json_string_value(json_object_get(request, "stream"));
    if (!camera || !name)
        return mj_error_set(error, MJ_ERROR_INVALID, "subscribe needs a camera and a stream");
    if (client->subscriptions->len == IDX_WIRE_CHANNELS_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY, "at most %d subscriptions on a connection",
                            IDX_WIRE_CHANNELS_MAX);
    CapLiveStream *stream = cap_live_find(client->config.live, camera, name);
    if (!stream)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "%.64s/%.64s is no stream of this recorder",
                            camera, name);
    Subscription *subscription = g_new0(Subscription, 1);
    subscription->channel = channel;
    subscription->stream = stream;
    subscription->viewer = cap_viewer_new(stream->tap, client->config.wake, client->config.data);
    g_ptr_array_add(client->subscriptions, subscription);
    idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, channel, json_object());
    return true;
}

static bool unsubscribe(CapClient *client, uint16_t channel, GError **error)
{
    guint found = find_subscription(client, channel);
    if (found == client->subscriptions->len)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no subscription on channel %d",
                            channel);
    g_ptr_array_remove_index(client->subscriptions, found);
    idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, channel, json_object());
    return true;
}

static void answer_streams(CapClient *client, uint16_t channel)
{
    idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, channel,
                      json_pack("{s:i, s:i, s:o}", "shard", client->config.shard.number, "shards",
                                client->config.shard.count, "streams",
                                cap_live_json(client->config.live)));
}

static void answer_metrics(CapClient *client, uint16_t channel)
{
    g_autoptr(json_t) streams = cap_live_json(client->config.live);
    g_autoptr(GString) text = g_string_new(NULL);
    idx_meter_print(streams, text);
    idx_wire_put(client->answers, IDX_WIRE_TEXT, channel, text->str, text->len);
}

static bool is_probing(const CapClient *client, uint16_t channel)
{
    for (guint i = 0; i < client->probings->len; i++)
        if (((Probing *)g_ptr_array_index(client->probings, i))->channel == channel)
            return true;
    return false;
}

static bool start_probe(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    CapProbeAsk ask = {.url = json_string_value(json_object_get(request, "url")),
                       .camera = json_string_value(json_object_get(request, "camera")),
                       .stream = json_string_value(json_object_get(request, "stream")),
                       .brief = json_is_true(json_object_get(request, "brief")),
                       .wake = client->config.wake,
                       .data = client->config.data};
    CapProbe *probe = cap_probe_start(client->config.probes, &ask, error);
    if (!probe)
        return false;
    Probing *probing = g_new0(Probing, 1);
    *probing = (Probing){channel, probe};
    g_ptr_array_add(client->probings, probing);
    return true;
}

/* For who may not read the key, or write there. */
static bool seal(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    const char *context = json_string_value(json_object_get(request, "context"));
    const char *secret = json_string_value(json_object_get(request, "secret"));
    if (!context || !secret)
        return mj_error_set(error, MJ_ERROR_INVALID, "seal needs a context and a secret");
    g_autoptr(GBytes) sealed = idx_seal(client->config.home, context, secret, error);
    if (!sealed)
        return false;
    gsize size = 0;
    const guchar *bytes = g_bytes_get_data(sealed, &size);
    g_autofree char *text = g_base64_encode(bytes, size);
    idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, channel,
                      json_pack("{s:s}", "sealed", text));
    return true;
}

static bool mark(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    const char *path = json_string_value(json_object_get(request, "path"));
    if (!path || !g_path_is_absolute(path))
        return mj_error_set(error, MJ_ERROR_INVALID, "mark needs an absolute path");
    if (!idx_volume_mark(path, error))
        return false;
    idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, channel, json_object());
    return true;
}

#if CAP_HAS_MEET
/* Of the meetings, which answer when they can. */
static bool ask_hub(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    if (!client->config.hub)
        return mj_error_set(error, MJ_ERROR_BUSY, "this recorder has no meetings");
    if (client->asked->len == IDX_WIRE_CHANNELS_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY, "too many requests wait for their answer");
    Asked *asked = g_new(Asked, 1);
    asked->channel = channel;
    asked->ticket = cap_hub_ask(client->config.hub, (json_t *)(uintptr_t)request,
                                client->config.wake, client->config.data);
    g_ptr_array_add(client->asked, asked);
    return true;
}

static void take_answers(CapClient *client)
{
    for (guint i = client->asked->len; i > 0; i--) {
        const Asked *asked = client->asked->pdata[i - 1];
        g_autoptr(GError) error = NULL;
        json_t *answer = NULL;
        if (!cap_ticket_take(asked->ticket, &answer, &error))
            continue;
        if (error)
            fail_request(client, asked->channel, error);
        else
            idx_wire_put_json(client->answers, IDX_WIRE_ANSWER, asked->channel, answer);
        g_ptr_array_remove_index(client->asked, i - 1);
    }
}
#endif

static bool do_request(CapClient *client, uint16_t channel, const json_t *request, GError **error)
{
    const char *what = json_string_value(json_object_get(request, "do"));
    if (g_strcmp0(what, "unsubscribe") == 0)
        return unsubscribe(client, channel, error);
    if (has_subscription(client, channel))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "channel %d has a subscription", channel);
    if (is_probing(client, channel))
        return mj_error_set(error, MJ_ERROR_CONFLICT, "channel %d waits for a probe", channel);
    if (g_strcmp0(what, "probe") == 0)
        return start_probe(client, channel, request, error);
    if (g_strcmp0(what, "seal") == 0)
        return seal(client, channel, request, error);
    if (g_strcmp0(what, "mark") == 0)
        return mark(client, channel, request, error);
    if (g_strcmp0(what, "subscribe") == 0)
        return subscribe(client, channel, request, error);
#if CAP_HAS_MEET
    if (cap_hub_does(what))
        return ask_hub(client, channel, request, error);
#endif
    if (g_strcmp0(what, "streams") == 0)
        answer_streams(client, channel);
    else if (g_strcmp0(what, "metrics") == 0)
        answer_metrics(client, channel);
    else
        return mj_error_set(error, MJ_ERROR_INVALID, "%.64s is nothing that can be done",
                            what ? what : "a request without \"do\"");
    return true;
}

static bool greet(CapClient *client, const IdxWireFrame *frame, const json_t *hello, GError **error)
{
    if (frame->type != IDX_WIRE_HELLO)
        return mj_error_set(error, MJ_ERROR_INVALID, "the first frame is no hello");
    json_t *version = json_object_get(hello, "version");
    if (!json_is_integer(version) || json_integer_value(version) != IDX_WIRE_VERSION)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED, "only version %d is spoken here",
                            IDX_WIRE_VERSION);
    client->greeted = true;
    return true;
}

static void use_frame(CapClient *client, const IdxWireFrame *frame)
{
    g_autoptr(GError) error = NULL;
    bool wanted = frame->type == (client->greeted ? IDX_WIRE_REQUEST : IDX_WIRE_HELLO);
    g_autoptr(json_t) json = wanted ? idx_wire_get_json(frame, &error) : NULL;
    if (!wanted)
        mj_error_set(&error, MJ_ERROR_INVALID, "frame %d has no place here", frame->type);
    if (error || !client->greeted) {
        if (!error && greet(client, frame, json, &error))
            return;
        fail_request(client, 0, error);
    } else if (!do_request(client, frame->channel, json, &error)) {
        fail_request(client, frame->channel, error);
    }
}

/* Does what was read, as far as there is room for answers. */
static void use_frames(CapClient *client)
{
    while (cap_client_events(client) & EPOLLIN) {
        IdxWireFrame frame;
        g_autoptr(GError) error = NULL;
        IdxWireGot got = idx_wire_reader_next(client->reader, &frame, &error);
        if (got == IDX_WIRE_MORE)
            return;
        if (got == IDX_WIRE_BAD)
            fail_request(client, 0, error);
        else
            use_frame(client, &frame);
    }
}

bool cap_client_read(CapClient *client)
{
    if (!(cap_client_events(client) & EPOLLIN))
        return true;
    uint8_t bytes[CAP_CONTROL_READ_BYTES - IDX_WIRE_HEADER_BYTES - IDX_WIRE_REQUEST_MAX];
    ssize_t got = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    if (got > 0) {
        idx_wire_reader_add(client->reader, bytes, (size_t)got);
        use_frames(client);
    }
    return true;
}

/* --- pictures -------------------------------------------------------------------------------- */

static void put_stream(GByteArray *out, uint16_t channel, const CapVideoParams *video,
                       const AVCodecParameters *audio)
{
    IdxWireStream stream = {.width = video->width,
                            .height = video->height,
                            .video_config = video->record,
                            .video_config_size = video->record_size};
    g_strlcpy(stream.video, cap_libav_codec_name(video->codec), sizeof stream.video);
    if (audio) {
        g_strlcpy(stream.audio, cap_libav_codec_name(audio->codec_id), sizeof stream.audio);
        stream.rate = audio->sample_rate;
        stream.channels = audio->ch_layout.nb_channels;
        stream.audio_config = audio->extradata;
        stream.audio_config_size = (size_t)audio->extradata_size;
    }
    idx_wire_put_stream(out, channel, &stream);
}

static void put_params(CapClient *client, Subscription *subscription, CapTapParams *params)
{
    put_stream(client->out, subscription->channel, params->video, params->audio);
    cap_tap_params_unref(subscription->params);
    subscription->params = cap_tap_params_ref(params);
}

static void put_packet(CapClient *client, Subscription *subscription, CapTake *take)
{
    CapTapPacket *packet = take->packet;
    if (packet->params != subscription->params)
        put_params(client, subscription, packet->params);
    IdxWirePacket head = {.key = packet->key,
                          .sound = packet->kind == CAP_AUDIO,
                          .by_camera = packet->by_camera,
                          .backlog = take->backlog,
                          .pts_us = packet->pts_us,
                          .utc_us = packet->utc_us,
                          .size = packet->size};
    idx_wire_put_packet_head(client->out, subscription->channel, &head);
    client->packet = packet;
    client->packet_sent = 0;
}

static void put_stopped(CapClient *client, guint index, CapTake *take)
{
    Subscription *subscription = g_ptr_array_index(client->subscriptions, index);
    bool gone = g_atomic_int_get(&subscription->stream->gone);
    json_t *json =
        json_pack("{s:s, s:o}", "state", take->state, "detail", mj_json_string(take->detail));
    if (gone)
        json_object_set_new(json, "gone", json_true());
    idx_wire_put_json(client->out, IDX_WIRE_STOPPED, subscription->channel, json);
    g_free(take->detail);
    if (gone)
        g_ptr_array_remove_index(client->subscriptions, index);
}

/* Puts what the next subscription in turn has into out. False if none has anything. */
static bool take_next(CapClient *client)
{
    for (guint tried = 0; tried < client->subscriptions->len; tried++) {
        guint index = client->turn++ % client->subscriptions->len;
        Subscription *subscription = g_ptr_array_index(client->subscriptions, index);
        CapTake take = cap_viewer_take(subscription->viewer);
        if (take.kind == CAP_TAKE_NOTHING)
            continue;
        if (take.kind == CAP_TAKE_PACKET)
            put_packet(client, subscription, &take);
        else if (take.kind == CAP_TAKE_LOST)
            idx_wire_put_lost(client->out, subscription->channel, take.lost);
        else
            put_stopped(client, index, &take);
        return true;
    }
    return false;
}

/* --- probes ---------------------------------------------------------------------------------- */

static void put_found(GByteArray *out, uint16_t channel, const CapProbeFound *found)
{
    if (found->picture) {
        gsize size = 0;
        const uint8_t *data = g_bytes_get_data(found->picture, &size);
        IdxWirePacket head = {.key = true, .utc_us = found->arrival_us, .data = data, .size = size};
        put_stream(out, channel, found->params, NULL);
        idx_wire_put_packet_head(out, channel, &head);
        g_byte_array_append(out, data, (guint)size);
    }
    idx_wire_put_json(out, IDX_WIRE_ANSWER, channel, json_incref(found->about));
}

/* Answers with what came out of probes, one at a time while there is room. */
static void take_probes(CapClient *client)
{
    for (guint i = client->probings->len; i > 0; i--) {
        Probing *probing = g_ptr_array_index(client->probings, i - 1);
        const CapProbeFound *found = NULL;
        const GError *failed = NULL;
        if (client->answers->len >= CAP_CONTROL_OUT_BYTES ||
            !cap_probe_ended(probing->probe, &found, &failed))
            continue;
        if (failed)
            idx_wire_put_error(client->answers, probing->channel, failed);
        else
            put_found(client->answers, probing->channel, found);
        g_ptr_array_remove_index_fast(client->probings, i - 1);
    }
}

/* Puts the next frames on their way: answers before pictures. False if there is nothing. */
static bool has_next(CapClient *client)
{
    use_frames(client); // those for whose answers there was no room
    take_probes(client);
#if CAP_HAS_MEET
    take_answers(client);
#endif
    if (client->answers->len == 0)
        return client->greeted && !client->ending && take_next(client);
    GByteArray *empty = client->out;
    client->out = client->answers;
    client->answers = empty;
    return true;
}

static void count_sent(CapClient *client, size_t sent)
{
    size_t of_out = MIN(sent, client->out->len - client->out_sent);
    client->out_sent += of_out;
    client->packet_sent += sent - of_out;
    if (client->out_sent == client->out->len) {
        g_byte_array_set_size(client->out, 0);
        client->out_sent = 0;
        if (client->packet && client->packet_sent == client->packet->size)
            g_clear_pointer(&client->packet, cap_tap_packet_unref);
    }
}

/* False: the connection is gone. */
static bool send_some(CapClient *client)
{
    CapTapPacket *packet = client->packet;
    struct iovec parts[2] = {
        {client->out->data + client->out_sent, client->out->len - client->out_sent}, {NULL, 0}};
    if (packet)
        parts[1] = (struct iovec){(uint8_t *)(uintptr_t)packet->data + client->packet_sent,
                                  packet->size - client->packet_sent};
    bool from_second = parts[0].iov_len == 0;
    struct msghdr message = {.msg_iov = parts + (from_second ? 1 : 0),
                             .msg_iovlen = from_second || !packet ? 1 : 2};
    ssize_t sent = sendmsg(client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        count_sent(client, (size_t)sent);
        client->blocked = false;
        return true;
    }
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    if (!client->blocked || client->stalled_us == 0)
        client->stalled_us = g_get_monotonic_time();
    client->blocked = true;
    return true;
}

bool cap_client_write(CapClient *client)
{
    bool was_blocked = client->blocked;
    int64_t stalled_us = client->stalled_us;
    client->blocked = false;
    for (int taken = 0; taken < BURST;) {
        if (waiting(client) == 0) {
            if (!has_next(client))
                return !client->ending;
            taken++;
        }
        size_t before = waiting(client);
        if (!send_some(client))
            return false;
        if (client->blocked) {
            if (was_blocked && waiting(client) == before)
                client->stalled_us = stalled_us; // nothing went since
            return true;
        }
        was_blocked = false;
    }
    client->blocked = true; // there may be more: epoll calls again at once
    client->stalled_us = g_get_monotonic_time();
    return true;
}
