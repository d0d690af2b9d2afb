// SPDX-License-Identifier: GPL-3.0-or-later
#include "test/rtsp/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "index/base/error.h"

#define EVENTS 64
#define SECOND_NS INT64_C(1000000000)
#define WAIT_MAX_NS SECOND_NS

typedef struct Later {
    GDestroyNotify free;
    void *data;
} Later;

struct RtspLoop {
    int epoll, signals;
    LoopWatch signal_watch;
    GArray *later; // Later
    bool ended;
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec time;
    clock_gettime(id, &time);
    return time.tv_sec * SECOND_NS + time.tv_nsec;
}

RtspNow rtsp_now(void)
{
    return (RtspNow){clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME) / 1000};
}

static void on_signal(void *data, uint32_t events)
{
    RtspLoop *loop = data;
    loop->ended = true;
}

RtspLoop *rtsp_loop_new(GError **error)
{
    g_autoptr(RtspLoop) loop = g_new0(RtspLoop, 1);
    loop->later = g_array_new(FALSE, FALSE, sizeof(Later));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->signals < 0 || loop->epoll < 0 ||
        !rtsp_loop_add(loop, &loop->signal_watch, loop->signals, EPOLLIN, on_signal, loop)) {
        mj_error_errno(error, errno, "no event loop");
        return NULL;
    }
    return g_steal_pointer(&loop);
}

static void free_later(RtspLoop *loop)
{
    for (guint i = 0; i < loop->later->len; i++) {
        Later later = g_array_index(loop->later, Later, i);
        later.free(later.data);
    }
    g_array_set_size(loop->later, 0);
}

void rtsp_loop_free(RtspLoop *loop)
{
    if (!loop)
        return;
    free_later(loop);
    g_array_unref(loop->later);
    if (loop->signals >= 0)
        close(loop->signals);
    if (loop->epoll >= 0)
        close(loop->epoll);
    g_free(loop);
}

bool rtsp_loop_add(RtspLoop *loop, LoopWatch *watch, int fd, uint32_t events,
                   void (*ready)(void *, uint32_t), void *data)
{
    *watch = (LoopWatch){ready, data, fd};
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    watch->ready = NULL;
    return false;
}

void rtsp_loop_change(RtspLoop *loop, LoopWatch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (watch->ready)
        epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void rtsp_loop_remove(RtspLoop *loop, LoopWatch *watch)
{
    if (watch->ready)
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->ready = NULL;
}

void rtsp_loop_free_later(RtspLoop *loop, GDestroyNotify free, void *data)
{
    Later later = {free, data};
    g_array_append_val(loop->later, later);
}

static struct timespec wait_for(int64_t until_ns)
{
    int64_t left_ns = until_ns - clock_ns(CLOCK_MONOTONIC);
    left_ns = CLAMP(left_ns, 0, WAIT_MAX_NS);
    return (struct timespec){left_ns / SECOND_NS, left_ns % SECOND_NS};
}

bool rtsp_loop_run(RtspLoop *loop, int64_t (*tick)(void *data, const RtspNow *now), void *data,
                   GError **error)
{
    struct epoll_event events[EVENTS];
    while (!loop->ended) {
        RtspNow now = rtsp_now();
        int64_t next_ns = tick(data, &now);
        free_later(loop);
        struct timespec wait = wait_for(next_ns);
        int count = epoll_pwait2(loop->epoll, events, EVENTS, &wait, NULL);
        if (count < 0 && errno != EINTR)
            return mj_error_errno(error, errno, "cannot wait for the network");
        for (int i = 0; i < count; i++) {
            LoopWatch *watch = events[i].data.ptr;
            if (watch->ready) // not removed by one before it
                watch->ready(watch->data, events[i].events);
        }
        free_later(loop);
    }
    return true;
}

void rtsp_loop_quit(RtspLoop *loop)
{
    loop->ended = true;
}
