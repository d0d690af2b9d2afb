// SPDX-License-Identifier: GPL-3.0-or-later
/* A home with a small recorded hall in it, and the daemon that serves it.
 *
 * W07 has two joined segments of 4 s, a gap of 4 s (offline) and one more segment of 4 s with
 * B-frames. W08 is being recorded: an open segment. Pictures are numbered from the beginning of
 * each camera. Place W07 is seen by camera W07; the ticket A012 was called there 1 s after
 * start_us, approval "不动产/2026-317" with it. */
#pragma once

#include "test/api/support/client.h"
#include "test/api/support/clip.h"

#include <sys/types.h>

#define HALL_USER "root1"
#define HALL_PASSWORD "correct horse battery"
#define HALL_APPROVAL "不动产/2026-317"

typedef struct Hall {
    char *home, *page;      // folders; removed at the end
    int64_t start_us;       // W07's first picture
    int64_t open_start_us;  // W08's first picture
    IdxSegment *open;       // W08's open segment as it will be when closed
    GArray *open_fragments; // all of them
    char *events_token, *read_token;
    pid_t pid;      // of the daemon; 0: not running
    char *url;      // http://127.0.0.1:PORT
    Client *client; // of the tests: nobody
    char *cookie;   // "Cookie: mingjing=…", after hall_sign_in()
} Hall;

Hall *hall_new(void);
void hall_free(Hall *hall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hall, hall_free)

void hall_start(Hall *hall); // aborts the test if it does not come up
void hall_kill(Hall *hall);  // SIGKILL

/* SIGTERM; the seconds it took to end. Asserts that it ended well. */
double hall_stop(Hall *hall);

/* A new client with the daemon's address. */
Client *hall_client(const Hall *hall);
/* Signs @name in anew: "Cookie: …". Everybody's password is HALL_PASSWORD. Caller frees. */
char *hall_cookie(const Hall *hall, const char *name);
void hall_sign_in(Hall *hall); // HALL_USER, into cookie

/* Says in the catalogue that W08's open segment has its first @n fragments. */
void hall_grow(Hall *hall, guint n);
void hall_close_open(Hall *hall);

/* The moment @offset_us after start_us, in UTC: fit for events and URLs. Caller frees. */
char *hall_time(const Hall *hall, int64_t offset_us);
