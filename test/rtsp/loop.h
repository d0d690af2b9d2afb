// SPDX-License-Identifier: GPL-3.0-or-later
/* One thread, one epoll: the least that a server of packets at given instants needs. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct RtspLoop RtspLoop;

typedef struct RtspNow {
    int64_t mono_ns;
    int64_t utc_us;
} RtspNow;

RtspNow rtsp_now(void);

/* Embedded in what owns the descriptor; zeroed before first use. */
typedef struct LoopWatch {
    void (*ready)(void *data, uint32_t events); // EPOLLIN, EPOLLOUT …; NULL = not watched
    void *data;
    int fd;
} LoopWatch;

RtspLoop *rtsp_loop_new(GError **error);
void rtsp_loop_free(RtspLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RtspLoop, rtsp_loop_free)

bool rtsp_loop_add(RtspLoop *loop, LoopWatch *watch, int fd, uint32_t events,
                   void (*ready)(void *, uint32_t), void *data);
void rtsp_loop_change(RtspLoop *loop, LoopWatch *watch, uint32_t events);
void rtsp_loop_remove(RtspLoop *loop, LoopWatch *watch); // allowed at any time, also twice

/* Calls free(data) when nobody can be in the middle of using it. */
void rtsp_loop_free_later(RtspLoop *loop, GDestroyNotify free, void *data);

/* Calls @tick as often as it asked for: it returns the instant (mono_ns) of its next call. Ends on
 * rtsp_loop_quit, SIGINT or SIGTERM. */
bool rtsp_loop_run(RtspLoop *loop, int64_t (*tick)(void *data, const RtspNow *now), void *data,
                   GError **error);
void rtsp_loop_quit(RtspLoop *loop);
