// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/camera.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "index/base/error.h"
#include "test/rtsp/client.h"

#define BACKLOG 64
#define CATCH_UP_MAX 10000 // frames in one tick: minutes of a held camera

static void on_connect(void *data, uint32_t events)
{
    RtspCamera *camera = data;
    int fd = accept4(camera->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    camera->accepted++;
    rtsp_client_new(camera, fd);
}

static int open_listener(uint32_t where, int port, int *ret_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = where};
    socklen_t size = sizeof address;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, size) == 0 && listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
        *ret_port = ntohs(address.sin_port);
        return fd;
    }
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return -1;
}

bool rtsp_camera_listen(RtspCamera *camera, GError **error)
{
    camera->back_ns = 0;
    if (camera->listener < 0)
        camera->listener = open_listener(camera->shared->address, camera->port, &camera->port);
    if (camera->listener < 0)
        return mj_error_errno(error, errno, "%s cannot listen on port %d", camera->name,
                              camera->port);
    if (camera->watch.ready)
        return true;
    return rtsp_loop_add(camera->shared->loop, &camera->watch, camera->listener, EPOLLIN,
                         on_connect, camera) ||
           mj_error_errno(error, errno, "%s cannot listen", camera->name);
}

void rtsp_camera_shut(RtspCamera *camera)
{
    rtsp_loop_remove(camera->shared->loop, &camera->watch);
    if (camera->listener >= 0)
        close(camera->listener);
    camera->listener = -1;
}

RtspCamera *rtsp_camera_new(RtspShared *shared, uint32_t index, RtspClip *clip, double phase,
                            int port, GError **error)
{
    RtspCamera *camera = g_new0(RtspCamera, 1);
    camera->shared = shared;
    camera->name = g_strdup_printf("cam%u", index);
    camera->mount = rtsp_mount_new(index, clip, phase, rtsp_now().mono_ns);
    camera->clients = g_ptr_array_new();
    camera->port = port;
    camera->listener = -1;
    if (rtsp_camera_listen(camera, error))
        return camera;
    rtsp_camera_free(camera);
    return NULL;
}

void rtsp_camera_free(RtspCamera *camera)
{
    if (!camera)
        return;
    rtsp_camera_drop_clients(camera, CLOSE_FIN);
    rtsp_camera_shut(camera);
    g_ptr_array_unref(camera->clients);
    rtsp_mount_free(camera->mount);
    g_free(camera->name);
    g_free(camera);
}

/* From the last to the first: a client may leave while it is being served. */
#define FOR_EACH_CLIENT(camera, client)                                                            \
    RtspClient *client;                                                                            \
    for (guint left = (camera)->clients->len;                                                      \
         left-- > 0 && (client = (camera)->clients->pdata[left]);)

void rtsp_camera_drop_clients(RtspCamera *camera, RtspClose how)
{
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_close(client, how);
}

void rtsp_camera_vanish(RtspCamera *camera)
{
    camera->deaf = true;
    rtsp_loop_remove(camera->shared->loop, &camera->watch);
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_forget(client);
}

bool rtsp_camera_well(RtspCamera *camera, GError **error)
{
    if (camera->deaf || camera->answer != ANSWER_RTSP)
        rtsp_camera_drop_clients(camera, CLOSE_RST);
    if (camera->deaf)
        rtsp_camera_shut(camera); // with those who waited to be accepted
    camera->silent = camera->deaf = camera->wrong_password = false;
    camera->answer = ANSWER_RTSP;
    camera->mischief = (RtpMischief){0};
    camera->mount->slow = false;
    camera->mount->drift_ppm = 0;
    camera->mount->held_until_ns = 0;
    return rtsp_camera_listen(camera, error);
}

void rtsp_camera_bye(RtspCamera *camera, bool teardown)
{
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_bye(client, teardown);
}

void rtsp_camera_report_now(RtspCamera *camera)
{
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_report_now(client);
}

int64_t rtsp_camera_next_ns(const RtspCamera *camera)
{
    int64_t next_ns = rtsp_mount_next_ns(camera->mount);
    for (guint i = 0; i < camera->clients->len; i++)
        next_ns = MIN(next_ns, rtsp_client_next_ns(camera->clients->pdata[i]));
    return camera->back_ns ? MIN(next_ns, camera->back_ns) : next_ns;
}

static bool watched(const RtspCamera *camera)
{
    for (guint i = 0; i < camera->clients->len; i++)
        if (rtsp_client_plays(camera->clients->pdata[i]))
            return true;
    return false;
}

static void send_one(RtspCamera *camera, const RtspNow *now, int track)
{
    RtspShared *shared = camera->shared;
    RtspMount *mount = camera->mount;
    RtpBatch *batch = !camera->silent && !camera->deaf && watched(camera) ? &shared->batch : NULL;
    RtpTrack before = track == 0 ? mount->video : mount->sound; // as reports are to see it
    MountFrame frame;
    if (batch)
        rtp_batch_reset(batch);
    if (track == 0)
        rtsp_mount_take_video(mount, now, &frame, batch);
    else
        rtsp_mount_take_sound(mount, now, &frame, batch);
    if (!batch)
        return;
    bool spoiled = rtp_batch_spoil(batch, &camera->mischief, shared->random);
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_send(client, track, &frame, &before, spoiled, now);
}

void rtsp_camera_tick(RtspCamera *camera, const RtspNow *now)
{
    g_autoptr(GError) error = NULL;
    if (camera->back_ns && now->mono_ns >= camera->back_ns && !rtsp_camera_listen(camera, &error))
        g_printerr("%s\n", error->message);
    for (int i = 0; i < CATCH_UP_MAX && rtsp_mount_video_due(camera->mount, now->mono_ns); i++)
        send_one(camera, now, 0);
    for (int i = 0; i < CATCH_UP_MAX && rtsp_mount_sound_due(camera->mount, now->mono_ns); i++)
        send_one(camera, now, 1);
    FOR_EACH_CLIENT(camera, client)
    rtsp_client_tick(client, now);
}
