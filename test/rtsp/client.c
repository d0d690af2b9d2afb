// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/client_private.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUT_MAX (16u << 20) // a client that reads nothing for so many bytes is dropped
#define UDP_AT_ONCE 64
#define REPORT_NS (5 * INT64_C(1000000000))

typedef struct Pending { // a frame not all of whose bytes are gone
    uint64_t end;
    char line[80];
} Pending;

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
    bool waiting = client->watch.ready && client->released < client->queued;
    return waiting ? client->release_ns : INT64_MAX;
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
void rtsp_client_write(RtspClient *client, const uint8_t *data, size_t size)
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

static void send_udp(RtspClient *client, const RtspTrack *track, const RtpBatch *batch, int kind)
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
static void send_batch(RtspClient *client, const RtspTrack *track, RtpBatch *batch, int kind)
{
    if (!track->tcp) {
        send_udp(client, track, batch, kind);
        return;
    }
    rtp_batch_frame(batch, (uint8_t)(track->channel + kind));
    rtsp_client_write(client, batch->bytes->data, batch->bytes->len);
}

static void send_report(RtspClient *client, int index, const MountFrame *frame,
                        const RtpTrack *counts, const RtspNow *now)
{
    RtspTrack *track = &client->tracks[index];
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
    RtspTrack *track = &client->tracks[index];
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
    for (int i = 0; i < CLIENT_TRACKS; i++)
        client->tracks[i].report_ns = 0;
}

void rtsp_client_bye(RtspClient *client, bool teardown)
{
    if (!client->playing)
        return;
    client->playing = false;
    RtspMount *mount = client->camera->mount;
    for (int i = 0; i < CLIENT_TRACKS && !teardown && !client->closed; i++) {
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
    rtsp_client_write(client, (const uint8_t *)text, strlen(text));
    if (!client->closed)
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
    rtsp_client_use_input(client);
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
