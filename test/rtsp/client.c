// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/rtsp/sdp.h"

#define OUT_MAX (16u << 20) // a client that reads nothing for so many bytes is dropped
#define IN_MAX (64u << 10)
#define UDP_AT_ONCE 64
#define REPORT_NS (5 * INT64_C(1000000000))
#define TRACKS 2

typedef struct Track {
    bool set_up, tcp;
    uint8_t channel;               // of RTP; RTCP is the next
    struct sockaddr_in address[2]; // RTP, RTCP
    int64_t report_ns;             // next report
} Track;

typedef struct Pending { // a frame not all of whose bytes are gone
    uint64_t end;
    char line[80];
} Pending;

struct RtspClient {
    RtspCamera *camera;
    RtspShared *shared;
    int fd;
    LoopWatch watch;
    bool closed;
    bool waits; // for the kernel to take more
    GByteArray *in, *out;
    size_t out_at;         // of out, written already
    uint64_t queued, gone; // bytes since the beginning
    uint64_t released;     // may go by now, as far as the camera's line is concerned
    int64_t release_ns;    // when the next piece may
    GArray *pending;       // Pending
    Track tracks[TRACKS];
    bool playing, wants_key;
    uint32_t connection;
    int64_t heard_ns;
    char session[17], nonce[33];
};

static void client_free(void *data)
{
    RtspClient *client = data;
    g_byte_array_unref(client->in);
    g_byte_array_unref(client->out);
    g_array_unref(client->pending);
    g_free(client);
}

void rtsp_client_close(RtspClient *client, RtspClose how)
{
    if (client->closed)
        return;
    client->closed = true;
    rtsp_loop_remove(client->shared->loop, &client->watch);
    struct linger linger = {.l_onoff = how == CLOSE_RST};
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(client->fd);
    g_ptr_array_remove_fast(client->camera->clients, client);
    client->shared->clients--;
    rtsp_loop_free_later(client->shared->loop, client_free, client);
}

void rtsp_client_forget(RtspClient *client)
{
    rtsp_loop_remove(client->shared->loop, &client->watch);
}

bool rtsp_client_plays(const RtspClient *client)
{
    return client->playing;
}

static void log_line(const RtspClient *client, const char *line)
{
    client->shared->frames_sent++;
    if (client->shared->sent)
        fputs(line, client->shared->sent);
}

static void log_gone(RtspClient *client)
{
    guint done = 0;
    while (done < client->pending->len &&
           g_array_index(client->pending, Pending, done).end <= client->gone)
        log_line(client, g_array_index(client->pending, Pending, done++).line);
    if (done)
        g_array_remove_range(client->pending, 0, done);
}

/* How much of @data the kernel takes; 0 also when it never will. */
static size_t write_some(RtspClient *client, const uint8_t *data, size_t size)
{
    ssize_t done = send(client->fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done > 0) {
        client->gone += (uint64_t)done;
        return (size_t)done;
    }
    return 0; // a broken connection is reported by the loop
}

static void keep_rest(RtspClient *client, const uint8_t *data, size_t size)
{
    if (client->out_at > OUT_MAX / 64) {
        g_byte_array_remove_range(client->out, 0, (guint)client->out_at);
        client->out_at = 0;
    }
    g_byte_array_append(client->out, data, (guint)size);
}

/* Hands the kernel what the line has carried by now. */
static void flush_out(RtspClient *client)
{
    size_t free = (size_t)(client->released - client->gone);
    size_t done = free ? write_some(client, client->out->data + client->out_at, free) : 0;
    client->out_at += done;
    if (client->out_at == client->out->len) {
        g_byte_array_set_size(client->out, 0);
        client->out_at = 0;
    }
    bool full = done < free;
    if (full != client->waits)
        rtsp_loop_change(client->shared->loop, &client->watch, full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    client->waits = full;
    log_gone(client);
}

static void release(RtspClient *client, int64_t now_ns)
{
    const RtspShared *shared = client->shared;
    while (client->released < client->queued && client->release_ns <= now_ns) {
        client->released = MIN(client->queued, client->released + shared->piece_bytes);
        client->release_ns += shared->piece_ns;
    }
}

int64_t rtsp_client_next_ns(const RtspClient *client)
{
    return client->released < client->queued ? client->release_ns : INT64_MAX;
}

void rtsp_client_tick(RtspClient *client, const RtspNow *now)
{
    if (client->closed || !client->watch.ready || now->mono_ns < rtsp_client_next_ns(client))
        return;
    release(client, now->mono_ns);
    if (!client->waits)
        flush_out(client);
}

/* Bytes that leave at once, with nothing before them, are not copied. */
static void write_bytes(RtspClient *client, const uint8_t *data, size_t size)
{
    bool idle = client->gone == client->queued;
    client->queued += size;
    int64_t now_ns = rtsp_now().mono_ns;
    if (idle)
        client->release_ns = MAX(client->release_ns, now_ns);
    if (client->shared->piece_bytes)
        release(client, now_ns);
    else
        client->released = client->queued;
    size_t done = idle && client->released > client->gone
                      ? write_some(client, data, (size_t)(client->released - client->gone))
                      : 0;
    if (client->out->len - client->out_at + size - done > OUT_MAX) {
        rtsp_client_close(client, CLOSE_RST);
        return;
    }
    if (done < size)
        keep_rest(client, data + done, size - done);
    if (done < size && !client->waits)
        flush_out(client);
}

static void send_udp(RtspClient *client, const Track *track, const RtpBatch *batch, int kind)
{
    struct mmsghdr messages[UDP_AT_ONCE];
    struct iovec parts[UDP_AT_ONCE];
    for (guint at = 0; at < batch->packets->len;) {
        guint count = MIN(batch->packets->len - at, UDP_AT_ONCE);
        memset(messages, 0, count * sizeof *messages);
        for (guint i = 0; i < count; i++) {
            const RtpPacket *packet = &g_array_index(batch->packets, RtpPacket, at + i);
            parts[i] = (struct iovec){batch->bytes->data + packet->offset, packet->size};
            messages[i].msg_hdr = (struct msghdr){.msg_name = (void *)&track->address[kind],
                                                  .msg_namelen = sizeof track->address[kind],
                                                  .msg_iov = &parts[i],
                                                  .msg_iovlen = 1};
        }
        int done = sendmmsg(client->shared->udp[kind], messages, count, MSG_DONTWAIT);
        if (done <= 0)
            return; // lost, as on any network
        at += (guint)done;
    }
}

/* @kind 0 = RTP, 1 = RTCP. */
static void send_batch(RtspClient *client, const Track *track, RtpBatch *batch, int kind)
{
    if (!track->tcp) {
        send_udp(client, track, batch, kind);
        return;
    }
    rtp_batch_frame(batch, (uint8_t)(track->channel + kind));
    write_bytes(client, batch->bytes->data, batch->bytes->len);
}

static void send_report(RtspClient *client, int index, const MountFrame *frame,
                        const RtpTrack *counts, const RtspNow *now)
{
    Track *track = &client->tracks[index];
    RtpBatch *report = &client->shared->report;
    if (!client->shared->reports || now->mono_ns < track->report_ns)
        return;
    track->report_ns = now->mono_ns + REPORT_NS;
    rtp_batch_reset(report);
    rtp_add_report(report, counts, frame->rtp_time, frame->mark.camera_us);
    send_batch(client, track, report, 1);
}

static void log_frame(RtspClient *client, const MountFrame *frame, bool spoiled)
{
    Pending pending = {.end = client->queued};
    g_snprintf(pending.line, sizeof pending.line, "%u %u %" PRId64 " %d %u%s\n", frame->mark.mount,
               frame->mark.frame, frame->mark.utc_us, frame->key, client->connection,
               spoiled ? " spoiled" : "");
    if (client->gone == client->queued)
        log_line(client, pending.line);
    else
        g_array_append_val(client->pending, pending);
}

void rtsp_client_send(RtspClient *client, int index, const MountFrame *frame,
                      const RtpTrack *counts, bool spoiled, const RtspNow *now)
{
    Track *track = &client->tracks[index];
    if (!client->playing || !track->set_up || client->closed)
        return;
    if (now->mono_ns - client->heard_ns > client->shared->session_ns) {
        rtsp_client_close(client, CLOSE_FIN);
        return;
    }
    if (client->wants_key && !(index == 0 && frame->key))
        return;
    client->wants_key = false;
    send_report(client, index, frame, counts, now);
    if (!client->closed)
        send_batch(client, track, &client->shared->batch, 0);
    if (index == 0 && !client->closed)
        log_frame(client, frame, spoiled);
}

void rtsp_client_report_now(RtspClient *client)
{
    for (int i = 0; i < TRACKS; i++)
        client->tracks[i].report_ns = 0;
}

void rtsp_client_bye(RtspClient *client, bool teardown)
{
    if (!client->playing)
        return;
    client->playing = false;
    RtspMount *mount = client->camera->mount;
    for (int i = 0; i < TRACKS && !teardown && !client->closed; i++) {
        if (!client->tracks[i].set_up)
            continue;
        rtp_batch_reset(&client->shared->report);
        rtp_add_bye(&client->shared->report, i == 0 ? &mount->video : &mount->sound);
        send_batch(client, &client->tracks[i], &client->shared->report, 1);
    }
    if (!teardown)
        return;
    g_autofree char *text = g_strdup_printf(
        "TEARDOWN rtsp://127.0.0.1:%d/%s RTSP/1.0\r\nCSeq: 1\r\nSession: %s\r\n\r\n",
        client->camera->port, client->camera->name, client->session);
    write_bytes(client, (const uint8_t *)text, strlen(text));
    if (!client->closed)
        rtsp_client_close(client, CLOSE_FIN);
}

/* @headers: lines with their ends; @body may be NULL. */
static void respond(RtspClient *client, const RtspRequest *request, const char *status,
                    const char *headers, const char *body)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "RTSP/1.0 %s\r\nCSeq: %d\r\n%s", status, request->cseq,
                    headers ? headers : "");
    if (body)
        g_string_append_printf(text, "Content-Type: application/sdp\r\nContent-Length: %zu\r\n",
                               strlen(body));
    g_string_append_printf(text, "\r\n%s", body ? body : "");
    write_bytes(client, (const uint8_t *)text->str, text->len);
}

static void describe(RtspClient *client, const RtspRequest *request)
{
    const RtspMount *mount = client->camera->mount;
    g_autofree char *sdp =
        rtsp_sdp(mount->next_clip ? mount->next_clip : mount->clip, client->camera->name);
    g_autofree char *base = g_strdup_printf("Content-Base: rtsp://127.0.0.1:%d/%s/\r\n",
                                            client->camera->port, client->camera->name);
    respond(client, request, "200 OK", base, sdp);
}

/* The two numbers after @key in a Transport header. */
static bool number_pair(const char *transport, const char *key, int *ret_first, int *ret_second)
{
    const char *at = strstr(transport, key);
    return at && sscanf(at + strlen(key), "%d-%d", ret_first, ret_second) == 2 && *ret_first >= 0 &&
           *ret_first < 65536 && *ret_second >= 0 && *ret_second < 65536;
}

static void answer_transport(RtspClient *client, const RtspRequest *request, const char *transport)
{
    g_autofree char *headers =
        g_strdup_printf("Transport: %s\r\nSession: %s;timeout=%d\r\n", transport, client->session,
                        (int)(client->shared->session_ns / INT64_C(1000000000)));
    respond(client, request, "200 OK", headers, NULL);
}

static bool set_up_tcp(RtspClient *client, const RtspRequest *request, Track *track)
{
    int first, second;
    if (!(client->shared->transports & RTSP_TCP) || !strstr(request->transport, "RTP/AVP/TCP") ||
        !number_pair(request->transport, "interleaved=", &first, &second) || first > 254)
        return false;
    *track = (Track){.set_up = true, .tcp = true, .channel = (uint8_t)first};
    g_autofree char *transport =
        g_strdup_printf("RTP/AVP/TCP;unicast;interleaved=%d-%d", first, first + 1);
    answer_transport(client, request, transport);
    return true;
}

static bool set_up_udp(RtspClient *client, const RtspRequest *request, Track *track)
{
    int first, second;
    if (!(client->shared->transports & RTSP_UDP) || strstr(request->transport, "RTP/AVP/TCP") ||
        !number_pair(request->transport, "client_port=", &first, &second))
        return false;
    *track = (Track){.set_up = true};
    for (int i = 0; i < 2; i++)
        track->address[i] = (struct sockaddr_in){.sin_family = AF_INET,
                                                 .sin_port = htons((uint16_t)(i ? second : first)),
                                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    g_autofree char *transport =
        g_strdup_printf("RTP/AVP;unicast;client_port=%d-%d;server_port=%d-%d", first, second,
                        client->shared->udp_port, client->shared->udp_port + 1);
    answer_transport(client, request, transport);
    return true;
}

static void set_up(RtspClient *client, const RtspRequest *request)
{
    const RtspMount *mount = client->camera->mount;
    const RtspClip *clip = mount->next_clip ? mount->next_clip : mount->clip;
    bool sound = g_str_has_suffix(request->path, "/track1");
    if ((!sound && !g_str_has_suffix(request->path, "/track0")) ||
        (sound && clip->sound == CLIP_SILENT)) {
        respond(client, request, "404 Not Found", NULL, NULL);
        return;
    }
    Track *track = &client->tracks[sound];
    if (!request->transport ||
        (!set_up_tcp(client, request, track) && !set_up_udp(client, request, track)))
        respond(client, request, "461 Unsupported Transport", NULL, NULL);
}

static void play(RtspClient *client, const RtspRequest *request)
{
    RtspShared *shared = client->shared;
    RtspMount *mount = client->camera->mount;
    bool first = true;
    for (guint i = 0; i < client->camera->clients->len; i++)
        first &= !rtsp_client_plays(client->camera->clients->pdata[i]);
    if (first && !shared->keep_phase)
        rtsp_mount_key_now(mount);
    g_autofree char *headers =
        g_strdup_printf("Session: %s\r\nRange: npt=now-\r\nRTP-Info: "
                        "url=rtsp://127.0.0.1:%d/%s/track0;seq=%u;rtptime=%u\r\n",
                        client->session, client->camera->port, client->camera->name,
                        mount->video.sequence, rtsp_mount_next_time(mount, true));
    respond(client, request, "200 OK", headers, NULL);
    client->playing = client->wants_key = true;
    client->connection = ++shared->connection;
    for (int i = 0; i < TRACKS; i++)
        client->tracks[i].report_ns = client->heard_ns + shared->report_delay_ns;
}

/* True if the request may be answered; else it was refused. */
static bool admitted(RtspClient *client, const RtspRequest *request)
{
    const RtspGuard *guard = client->shared->guard;
    RtspGuard nobody = {(char *)"", (char *)"", false};
    if (client->camera->wrong_password)
        guard = &nobody;
    if (!guard || (guard != &nobody && rtsp_guard_admits(guard, request, client->nonce)))
        return true;
    g_autofree char *challenge = rtsp_guard_challenge(guard, client->nonce);
    g_autofree char *header = g_strdup_printf("WWW-Authenticate: %s\r\n", challenge);
    respond(client, request, "401 Unauthorized", header, NULL);
    return false;
}

static bool is_ours(const RtspClient *client, const char *path)
{
    size_t length = strlen(client->camera->name);
    return path[0] == '/' && strncmp(path + 1, client->camera->name, length) == 0 &&
           (path[1 + length] == 0 || path[1 + length] == '/');
}

static void answer(RtspClient *client, const RtspRequest *request)
{
    const char *method = request->method;
    bool options = strcmp(method, "OPTIONS") == 0;
    if (options)
        respond(
            client, request, "200 OK",
            "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN\r\n",
            NULL);
    if (options || !admitted(client, request))
        return;
    if (!is_ours(client, request->path))
        respond(client, request, "404 Not Found", NULL, NULL);
    else if (strcmp(method, "DESCRIBE") == 0)
        describe(client, request);
    else if (strcmp(method, "SETUP") == 0)
        set_up(client, request);
    else if (strcmp(method, "PLAY") == 0 && (client->tracks[0].set_up || client->tracks[1].set_up))
        play(client, request);
    else if (strcmp(method, "GET_PARAMETER") == 0 || strcmp(method, "SET_PARAMETER") == 0)
        respond(client, request, "200 OK", NULL, NULL);
    else if (strcmp(method, "TEARDOWN") == 0) {
        respond(client, request, "200 OK", NULL, NULL);
        if (!client->closed)
            rtsp_client_close(client, CLOSE_FIN);
    } else
        respond(client, request, "455 Method Not Valid in This State", NULL, NULL);
}

/* Uses one message at the beginning of what came in. How many bytes it was; 0 = not whole yet. */
static size_t use_message(RtspClient *client)
{
    const GByteArray *in = client->in;
    if (in->data[0] == '$') { // a receiver's report
        size_t whole = in->len >= 4 ? 4 + (size_t)(in->data[2] << 8 | in->data[3]) : SIZE_MAX;
        return whole <= in->len ? whole : 0;
    }
    g_auto(RtspRequest) request = {0};
    size_t used = 0;
    switch (rtsp_request_parse((const char *)in->data, in->len, &request, &used)) {
    case REQUEST_WHOLE:
        answer(client, &request);
        return used;
    case REQUEST_PARTIAL:
        return 0;
    case REQUEST_BAD:
    default:
        rtsp_client_close(client, CLOSE_FIN);
        return 0;
    }
}

static void use_input(RtspClient *client)
{
    RtspAnswer how = client->camera->answer;
    if (how == ANSWER_HTTP) {
        static const char HTTP[] =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        write_bytes(client, (const uint8_t *)HTTP, sizeof HTTP - 1);
        if (!client->closed)
            rtsp_client_close(client, CLOSE_FIN);
        return;
    }
    if (how == ANSWER_NOTHING || how == ANSWER_GARBAGE) {
        uint8_t noise[512];
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)g_rand_int(client->shared->random);
        if (how == ANSWER_GARBAGE)
            write_bytes(client, noise, sizeof noise);
        g_byte_array_set_size(client->in, 0);
        return;
    }
    size_t used = 0;
    while (!client->closed && client->in->len && (used = use_message(client)) > 0)
        g_byte_array_remove_range(client->in, 0, (guint)used);
    if (!client->closed && client->in->len > IN_MAX)
        rtsp_client_close(client, CLOSE_FIN);
}

static void on_ready(void *data, uint32_t events)
{
    RtspClient *client = data;
    if (events & EPOLLOUT)
        flush_out(client);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    uint8_t bytes[4096];
    ssize_t got = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        rtsp_client_close(client, CLOSE_FIN);
        return;
    }
    client->heard_ns = rtsp_now().mono_ns;
    g_byte_array_append(client->in, bytes, (guint)got);
    use_input(client);
}

void rtsp_client_new(RtspCamera *camera, int fd)
{
    RtspClient *client = g_new0(RtspClient, 1);
    client->camera = camera;
    client->shared = camera->shared;
    client->fd = fd;
    client->in = g_byte_array_new();
    client->out = g_byte_array_new();
    client->pending = g_array_new(FALSE, FALSE, sizeof(Pending));
    client->heard_ns = rtsp_now().mono_ns;
    GRand *random = camera->shared->random;
    g_snprintf(client->session, sizeof client->session, "%08x%08x", g_rand_int(random),
               g_rand_int(random));
    g_snprintf(client->nonce, sizeof client->nonce, "%08x%08x%08x%08x", g_rand_int(random),
               g_rand_int(random), g_rand_int(random), g_rand_int(random));
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    g_ptr_array_add(camera->clients, client);
    camera->shared->clients++;
    if (!rtsp_loop_add(camera->shared->loop, &client->watch, fd, EPOLLIN, on_ready, client))
        rtsp_client_close(client, CLOSE_RST);
}
