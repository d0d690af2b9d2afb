// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/live.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/live/hall.h"
#include "index/base/error.h"

#define TICK_MS 100
#define EVENTS 64
#define UNSENT_BYTES (128 * 1024) // in the system's buffer: what lies there cannot be taken back

typedef struct Arrival {
    ApiGuest *guest;
    int fd;
    GBytes *extra;
    struct MHD_UpgradeResponseHandle *urh;
} Arrival;

struct ApiLive {
    // immutable while the thread runs
    int epoll_fd, wake_fd;
    ApiDesk *desk;
    pthread_t thread;
    bool has_thread;

    int stopping;          // atomic
    int woken;             // atomic: wake_fd was written and not read yet
    GAsyncQueue *arrivals; // Arrival *

    GMutex lock;        // guards what follows
    GHashTable *counts; // name → viewers of that person or token
    int viewers;
    bool closed; // who arrives now is sent away

    ApiLiveHall *hall; // the thread's
    int64_t ticked_us;
};

// ── room
// ────────────────────────────────────────────────────────────────────────────────────────────

static char *count_key(const ApiGuest *guest)
{
    return g_strdup_printf("%d/%s", (int)guest->kind, guest->name);
}

bool api_live_reserve(ApiLive *live, ApiGuest *guest, GError **error)
{
    g_autofree char *key = count_key(guest);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&live->lock);
    int mine = GPOINTER_TO_INT(g_hash_table_lookup(live->counts, key));
    if (live->viewers >= API_LIVE_VIEWERS_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY, "%d live pages are open already; close some",
                            live->viewers);
    if (mine >= API_LIVE_VIEWERS_OF_ONE)
        return mj_error_set(error, MJ_ERROR_BUSY, "%s has %d live pages open already; close some",
                            guest->name, mine);
    live->viewers++;
    g_hash_table_insert(live->counts, g_steal_pointer(&key), GINT_TO_POINTER(mine + 1));
    guest->live = live;
    return true;
}

void api_live_release(ApiLive *live, const ApiGuest *guest)
{
    g_autofree char *key = count_key(guest);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&live->lock);
    int mine = GPOINTER_TO_INT(g_hash_table_lookup(live->counts, key));
    live->viewers--;
    if (mine > 1)
        g_hash_table_insert(live->counts, g_steal_pointer(&key), GINT_TO_POINTER(mine - 1));
    else
        g_hash_table_remove(live->counts, key);
}

int api_live_viewers(ApiLive *live)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&live->lock);
    return live->viewers;
}

// ── arrivals
// ────────────────────────────────────────────────────────────────────────────────────────

static void wake(void *data)
{
    ApiLive *live = data;
    if (g_atomic_int_exchange(&live->woken, 1) != 0)
        return;
    uint64_t one = 1;
    ssize_t done = write(live->wake_fd, &one, sizeof one); // never waits: the counter is small
    (void)done;
}

static void arrival_free(Arrival *arrival)
{
    api_guest_unref(arrival->guest);
    g_bytes_unref(arrival->extra);
    g_free(arrival);
}

static void send_away(Arrival *arrival)
{
    MHD_upgrade_action(arrival->urh, MHD_UPGRADE_ACTION_CLOSE);
    arrival_free(arrival);
}

void api_live_enter(ApiLive *live, ApiGuest *guest, int fd, const void *extra, size_t extra_size,
                    struct MHD_UpgradeResponseHandle *urh)
{
    Arrival *arrival = g_new(Arrival, 1);
    *arrival = (Arrival){guest, fd, g_bytes_new(extra, extra_size), urh};
    g_mutex_lock(&live->lock);
    bool closed = live->closed;
    if (!closed)
        g_async_queue_push(live->arrivals, arrival);
    g_mutex_unlock(&live->lock);
    if (closed)
        send_away(arrival);
    else
        wake(live);
}

/* Small messages at once; and little in the system's buffer, so that a slow page is late by little.
 * Either may fail on what is no TCP socket. */
static void set_socket(int fd)
{
    int one = 1, unsent = UNSENT_BYTES;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

static void let_in(ApiLive *live)
{
    for (Arrival *arrival; (arrival = g_async_queue_try_pop(live->arrivals)) != NULL;) {
        set_socket(arrival->fd);
        api_live_hall_enter(live->hall, arrival->guest, arrival->fd, arrival->extra, arrival->urh);
        arrival_free(arrival);
    }
}

// ── the loop
// ────────────────────────────────────────────────────────────────────────────────────────

static void on_wake(ApiLive *live)
{
    uint64_t count;
    ssize_t done = read(live->wake_fd, &count, sizeof count);
    (void)done;
    g_atomic_int_set(&live->woken, 0); // before looking: what comes later wakes again
    let_in(live);
    for (ApiDeskJob *job; (job = api_desk_take(live->desk)) != NULL;) {
        api_live_hall_answer(live->hall, job);
        api_desk_job_free(job);
    }
}

static void turn(ApiLive *live)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(live->epoll_fd, events, EVENTS, TICK_MS);
    for (int i = 0; i < count; i++)
        if (events[i].data.fd == live->wake_fd)
            on_wake(live);
        else
            api_live_hall_event(live->hall, events[i].data.fd, events[i].events);
    int64_t now_us = g_get_monotonic_time();
    if (now_us - live->ticked_us >= TICK_MS * 1000) {
        live->ticked_us = now_us;
        api_live_hall_tick(live->hall, now_us);
    }
    api_live_hall_send(live->hall);
}

static void *run(void *data)
{
    ApiLive *live = data;
    while (!g_atomic_int_get(&live->stopping))
        turn(live);
    g_clear_pointer(&live->hall, api_live_hall_free);
    return NULL;
}

// ── life
// ────────────────────────────────────────────────────────────────────────────────────────────

static bool start(ApiLive *live, const char *home, const MjClock *clock, GError **error)
{
    live->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    live->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = live->wake_fd};
    if (live->epoll_fd < 0 || live->wake_fd < 0 ||
        epoll_ctl(live->epoll_fd, EPOLL_CTL_ADD, live->wake_fd, &event) != 0)
        return mj_error_errno(error, errno, "cannot watch live sockets");
    live->desk = api_desk_new(home, clock, wake, live, error);
    if (live->desk == NULL)
        return false;
    live->hall = api_live_hall_new(live->desk, clock, live->epoll_fd);
    int err = pthread_create(&live->thread, NULL, run, live);
    live->has_thread = err == 0;
    if (err != 0)
        return mj_error_errno(error, err, "no thread for live pictures");
    pthread_setname_np(live->thread, "live");
    return true;
}

ApiLive *api_live_new(const char *home, const MjClock *clock, GError **error)
{
    g_autoptr(ApiLive) live = g_new0(ApiLive, 1);
    live->epoll_fd = live->wake_fd = -1;
    g_mutex_init(&live->lock);
    live->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    live->arrivals = g_async_queue_new();
    return start(live, home, clock, error) ? g_steal_pointer(&live) : NULL;
}

void api_live_stop(ApiLive *live)
{
    g_atomic_int_set(&live->stopping, 1);
    if (!live->has_thread)
        return;
    wake(live);
    pthread_join(live->thread, NULL);
    live->has_thread = false;
    g_mutex_lock(&live->lock);
    live->closed = true;
    g_mutex_unlock(&live->lock);
    for (Arrival *arrival; (arrival = g_async_queue_try_pop(live->arrivals)) != NULL;)
        send_away(arrival);
}

void api_live_free(ApiLive *live)
{
    if (live == NULL)
        return;
    api_live_stop(live);
    api_live_hall_free(live->hall);
    api_desk_free(live->desk);
    if (live->epoll_fd >= 0)
        close(live->epoll_fd);
    if (live->wake_fd >= 0)
        close(live->wake_fd);
    g_async_queue_unref(live->arrivals);
    g_hash_table_unref(live->counts);
    g_mutex_clear(&live->lock);
    g_free(live);
}
