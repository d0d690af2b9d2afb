// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "index/base/error.h"

#define SECOND_NS INT64_C(1000000000)
#define PORT_TRIES 100
#define GOLDEN 0.6180339887498949 // spreads any number of phases evenly
#define LOG_BUFFER (256 * 1024)

static bool read_guard(RtspGuard *guard, const RtspServerOptions *options, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(options->credentials, &text, NULL, error))
        return false;
    text[strcspn(text, "\r\n")] = 0;
    char *colon = strchr(text, ':');
    if (!colon)
        return mj_error_set(error, MJ_ERROR_INVALID, "%s: expected user:password",
                            options->credentials);
    guard->user = g_strndup(text, (gsize)(colon - text));
    guard->password = g_strdup(colon + 1);
    guard->basic = options->basic;
    return true;
}

static int udp_socket(int port, int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
        close(fd);
        return -1;
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* RTP's port is even and RTCP's the next. What clients send there is not read; the kernel throws it
 * away when it has enough of it. */
static bool open_udp(RtspShared *shared, GError **error)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        int port = 0;
        shared->udp[0] = udp_socket(0, &port);
        if (shared->udp[0] >= 0 && port % 2 == 0)
            shared->udp[1] = udp_socket(port + 1, &shared->udp_port);
        if (shared->udp[0] >= 0 && shared->udp[1] >= 0) {
            shared->udp_port = port;
            return true;
        }
        if (shared->udp[0] >= 0)
            close(shared->udp[0]);
        shared->udp[0] = -1;
    }
    return mj_error_set(error, MJ_ERROR_IO, "no pair of UDP ports is free");
}

static bool open_log(RtspShared *shared, const char *path, GError **error)
{
    if (!path)
        return true;
    shared->sent = fopen(path, "we");
    if (!shared->sent)
        return mj_error_errno(error, errno, "cannot write %s", path);
    setvbuf(shared->sent, NULL, _IOFBF, LOG_BUFFER);
    return true;
}

static bool prepare(RtspServer *server, const RtspServerOptions *options, GError **error)
{
    RtspShared *shared = &server->shared;
    shared->loop = server->loop;
    const char *address = options->address ? options->address : "127.0.0.1";
    if (inet_pton(AF_INET, address, &shared->address) != 1)
        return mj_error_set(error, MJ_ERROR_USAGE, "%s is no address", address);
    shared->transports = options->transports;
    shared->reports = !options->no_reports;
    shared->keep_phase = options->keep_phase;
    shared->report_delay_ns = options->report_delay_s * SECOND_NS;
    shared->session_ns = options->session_s * SECOND_NS;
    if (options->line_mbit > 0) {
        shared->piece_bytes = (uint64_t)options->piece_packets * (RTP_PACKET_MAX + RTP_FRAMING);
        shared->piece_ns = (int64_t)shared->piece_bytes * 8 * 1000 / options->line_mbit;
    }
    rtp_batch_init(&shared->batch);
    rtp_batch_init(&shared->report);
    shared->random = g_rand_new_with_seed(1); // the same mischief in every run
    if (options->credentials) {
        if (!read_guard(&server->guard, options, error))
            return false;
        shared->guard = &server->guard;
    }
    return open_log(shared, options->sent, error) && open_udp(shared, error);
}

RtspClip *rtsp_server_clip(RtspServer *server, const char *name, GError **error)
{
    RtspClip *clip = g_hash_table_lookup(server->clips, name);
    if (clip)
        return clip;
    clip = rtsp_clip_make(name, server->fps, error);
    if (clip)
        g_hash_table_insert(server->clips, g_strdup(name), clip);
    return clip;
}

static bool add_cameras(RtspServer *server, const RtspServerOptions *options, GError **error)
{
    g_autoptr(RtspClip) loaded =
        options->file ? rtsp_clip_load(options->file, options->fps, error) : NULL;
    RtspClip *clip = options->file ? loaded : rtsp_server_clip(server, options->clip, error);
    if (!clip)
        return false;
    for (int64_t i = 0; i < options->cameras; i++) {
        double phase = (double)i * GOLDEN;
        int port = options->port ? (int)(options->port + i) : 0;
        RtspCamera *camera = rtsp_camera_new(&server->shared, (uint32_t)i, clip,
                                             phase - (double)(int64_t)phase, port, error);
        if (!camera)
            return false;
        g_ptr_array_add(server->cameras, camera);
    }
    return true;
}

RtspServer *rtsp_server_new(const RtspServerOptions *options, GError **error)
{
    g_autoptr(RtspServer) server = g_new0(RtspServer, 1);
    server->cameras = g_ptr_array_new_with_free_func((GDestroyNotify)rtsp_camera_free);
    server->clips =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)rtsp_clip_unref);
    server->fps = options->fps;
    server->shared.udp[0] = server->shared.udp[1] = -1;
    server->loop = rtsp_loop_new(error);
    if (!server->loop || !prepare(server, options, error))
        return NULL;
    for (const char *const *name = options->clips; name && *name; name++)
        if (!rtsp_server_clip(server, *name, error))
            return NULL;
    return add_cameras(server, options, error) ? g_steal_pointer(&server) : NULL;
}

void rtsp_server_free(RtspServer *server)
{
    if (!server)
        return;
    RtspShared *shared = &server->shared;
    g_ptr_array_unref(server->cameras);
    rtsp_loop_free(server->loop);
    g_hash_table_unref(server->clips);
    for (int i = 0; i < 2; i++)
        if (shared->udp[i] >= 0)
            close(shared->udp[i]);
    if (shared->sent)
        fclose(shared->sent);
    rtp_batch_clear(&shared->batch);
    rtp_batch_clear(&shared->report);
    g_clear_pointer(&shared->random, g_rand_free);
    g_free(server->guard.user);
    g_free(server->guard.password);
    g_free(server);
}

static int64_t tick(void *data, const RtspNow *now)
{
    RtspServer *server = data;
    int64_t next_ns = INT64_MAX;
    for (guint i = 0; i < server->cameras->len; i++) {
        RtspCamera *camera = server->cameras->pdata[i];
        if (rtsp_camera_next_ns(camera) <= now->mono_ns)
            rtsp_camera_tick(camera, now);
        next_ns = MIN(next_ns, rtsp_camera_next_ns(camera));
    }
    return next_ns;
}

bool rtsp_server_run(RtspServer *server, GError **error)
{
    return rtsp_loop_run(server->loop, tick, server, error);
}

json_t *rtsp_server_describe(const RtspServer *server)
{
    json_t *cameras = json_array();
    for (guint i = 0; i < server->cameras->len; i++) {
        const RtspCamera *camera = server->cameras->pdata[i];
        g_autofree char *url =
            g_strdup_printf("rtsp://127.0.0.1:%d/%s", camera->port, camera->name);
        json_array_append_new(cameras, json_pack("{s:s, s:i, s:s}", "id", camera->name, "port",
                                                 camera->port, "url", url));
    }
    const RtspCamera *first = server->cameras->pdata[0];
    return json_pack("{s:b, s:i, s:o}", "ready", true, "port", first->port, "cameras", cameras);
}
