// SPDX-License-Identifier: GPL-3.0-or-later
/* Everybody who watches, as the loop of live.h has them: lets pages in, does what they ask, tells them
 * what is new, and sends them away. That thread's alone. */
#pragma once

#include "api/live/desk.h"

#define API_LIVE_LOOK_US INT64_C(500000)     // how often states are read, while somebody watches
#define API_LIVE_RECHECK_US INT64_C(5000000) // and whether a login still holds

typedef struct ApiLiveHall ApiLiveHall;

/* @desk outlives it. */
ApiLiveHall *api_live_hall_new(ApiDesk *desk, const MjClock *clock, int epoll_fd);
/* Tells all that the server stops, and closes them. NULL is allowed. */
void api_live_hall_free(ApiLiveHall *hall);

/* A new page; a reference to @guest is taken. */
void api_live_hall_enter(ApiLiveHall *hall, ApiGuest *guest, int fd, GBytes *extra,
                         struct MHD_UpgradeResponseHandle *urh);
/* An answer of the desk; the caller frees it. */
void api_live_hall_answer(ApiLiveHall *hall, ApiDeskJob *job);
/* What epoll said of @fd, a page's or a recorder's. */
void api_live_hall_event(ApiLiveHall *hall, int fd, uint32_t events);
void api_live_hall_tick(ApiLiveHall *hall, int64_t now_us);
/* Sends what waits. */
void api_live_hall_send(ApiLiveHall *hall);
