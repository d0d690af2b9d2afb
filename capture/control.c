// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/control.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "capture/client.h"
#include "index/base/error.h"
#include "index/link/link.h"

#define TICK_MS 1000
#define EVENTS 32
#define SOCKET_MODE 0660

struct CapControl {
    /* immutable while the thread runs */
    char *home, *path;
    CapLive *live;
    CapProbes *probes; // the thread's, while it runs
    CapHub *hub;
    CapShard shard;
    int listen_fd, epoll_fd, wake_fd;
    bool bound, has_thread;
    pthread_t thread;

    int stopping; // atomic
    int woken;    // atomic: wake_fd was written and not read yet

    /* the thread's */
    GPtrArray *clients; // CapClient *
    bool resting;       // accept failed: not tried before the next tick
    int64_t looked_us;
};

/* --- the socket ------------------------------------------------------------------------------ */

static bool remove_stale(const char *path, GError **error)
{
    struct stat found;
    if (lstat(path, &found) != 0)
        return errno == ENOENT || mj_error_errno(error, errno, "cannot look at %s", path);
    if (!S_ISSOCK(found.st_mode))
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s is there and no socket; move it away",
                            path);
    return unlink(path) == 0 || mj_error_errno(error, errno, "cannot remove %s", path);
}

static bool listen_on(CapControl *control, GError **error)
{
    struct sockaddr_un address;
    int folder = -1;
    if (!remove_stale(control->path, error) ||
        !idx_link_address(control->path, &address, &folder, error))
        return false;
    control->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    control->bound = control->listen_fd >= 0 &&
                     bind(control->listen_fd, (struct sockaddr *)&address, sizeof address) == 0;
    int err = errno;
    if (folder >= 0)
        close(folder);
    if (!control->bound)
        return mj_error_errno(error, err, "cannot make %s", control->path);
    /* Nobody can connect before listen. */
    if (chmod(control->path, SOCKET_MODE) != 0 ||
        listen(control->listen_fd, IDX_WIRE_CLIENTS_MAX) != 0)
        return mj_error_errno(error, errno, "cannot listen on %s", control->path);
    return true;
}

static bool watch(CapControl *control, int operation, int fd, uint32_t events, void *tag)
{
    struct epoll_event event = {.events = events, .data.ptr = tag};
    return epoll_ctl(control->epoll_fd, operation, fd, &event) == 0;
}

/* --- the thread ------------------------------------------------------------------------------ */

static void wake(void *data)
{
    CapControl *control = data;
    if (g_atomic_int_exchange(&control->woken, 1) != 0)
        return;
    uint64_t one = 1;
    ssize_t done = write(control->wake_fd, &one, sizeof one); // never waits: the counter is small
    (void)done;
}

static void drop(CapControl *control, CapClient *client)
{
    epoll_ctl(control->epoll_fd, EPOLL_CTL_DEL, cap_client_fd(client), NULL);
    g_ptr_array_remove_fast(control->clients, client);
}

/* Writes what there is; the client may be gone then. */
static void serve(CapControl *control, CapClient *client)
{
    if (!cap_client_write(client))
        drop(control, client);
    else
        watch(control, EPOLL_CTL_MOD, cap_client_fd(client), cap_client_events(client), client);
}

static void refuse(int fd)
{
    g_autoptr(GError) error = NULL;
    mj_error_set(&error, MJ_ERROR_BUSY, "there are %d connections already; try again later",
                 IDX_WIRE_CLIENTS_MAX);
    g_autoptr(GByteArray) out = g_byte_array_new();
    idx_wire_put_error(out, 0, error);
    ssize_t done = send(fd, out->data, out->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)done; // a courtesy
    close(fd);
}

static void accept_one(CapControl *control, int fd)
{
    if (control->clients->len >= IDX_WIRE_CLIENTS_MAX) {
        refuse(fd);
        return;
    }
    CapClientConfig config = {.home = control->home,
                              .live = control->live,
                              .probes = control->probes,
                              .hub = control->hub,
                              .shard = control->shard,
                              .wake = wake,
                              .data = control};
    CapClient *client = cap_client_new(&config, fd);
    g_ptr_array_add(control->clients, client);
    if (watch(control, EPOLL_CTL_ADD, fd, 0, client))
        serve(control, client);
    else
        g_ptr_array_remove_fast(control->clients, client);
}

static void accept_clients(CapControl *control)
{
    for (int i = 0; i < IDX_WIRE_CLIENTS_MAX; i++) {
        int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            accept_one(control, fd);
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        control->resting = true; // no descriptors or no memory: those who connect wait a little
        watch(control, EPOLL_CTL_MOD, control->listen_fd, 0, &control->listen_fd);
        return;
    }
}

static void serve_all(CapControl *control)
{
    for (guint i = control->clients->len; i > 0; i--) {
        CapClient *client = g_ptr_array_index(control->clients, i - 1);
        if (cap_client_stalled_since_us(client) == 0)
            serve(control, client);
    }
}

static void on_wake(CapControl *control)
{
    uint64_t count;
    ssize_t done = read(control->wake_fd, &count, sizeof count);
    (void)done;
    g_atomic_int_set(&control->woken, 0); // before looking: what comes later wakes again
    serve_all(control);
}

static bool is_client(const CapControl *control, const void *tag)
{
    for (guint i = 0; i < control->clients->len; i++)
        if (g_ptr_array_index(control->clients, i) == tag)
            return true;
    return false;
}

static void on_event(CapControl *control, const struct epoll_event *event)
{
    if (event->data.ptr == &control->listen_fd) {
        accept_clients(control);
    } else if (event->data.ptr == &control->wake_fd) {
        on_wake(control);
    } else if (is_client(control, event->data.ptr)) { // it may have gone by an event before
        CapClient *client = event->data.ptr;
        bool hung_up = event->events & (EPOLLERR | EPOLLHUP);
        if (hung_up || (event->events & EPOLLIN && !cap_client_read(client)))
            drop(control, client);
        else
            serve(control, client);
    }
}

static void tick(CapControl *control)
{
    int64_t now_us = g_get_monotonic_time();
    if (now_us - control->looked_us < TICK_MS * 1000)
        return;
    control->looked_us = now_us;
    cap_probes_tick(control->probes, now_us);
    if (control->resting)
        control->resting =
            !watch(control, EPOLL_CTL_MOD, control->listen_fd, EPOLLIN, &control->listen_fd);
    for (guint i = control->clients->len; i > 0; i--) {
        CapClient *client = g_ptr_array_index(control->clients, i - 1);
        int64_t since_us = cap_client_stalled_since_us(client);
        if (since_us > 0 && now_us - since_us > CAP_CONTROL_STALL_US)
            drop(control, client);
    }
}

static void *run(void *data)
{
    CapControl *control = data;
    struct epoll_event events[EVENTS];
    while (!g_atomic_int_get(&control->stopping)) {
        int count = epoll_wait(control->epoll_fd, events, EVENTS, TICK_MS);
        for (int i = 0; i < count; i++)
            on_event(control, &events[i]);
        tick(control);
    }
    g_ptr_array_set_size(control->clients, 0);
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------ */

static void free_client(void *client)
{
    cap_client_free(client);
}

static bool start(CapControl *control, GError **error)
{
    control->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    control->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (control->epoll_fd < 0 || control->wake_fd < 0 ||
        !watch(control, EPOLL_CTL_ADD, control->wake_fd, EPOLLIN, &control->wake_fd) ||
        !watch(control, EPOLL_CTL_ADD, control->listen_fd, EPOLLIN, &control->listen_fd))
        return mj_error_errno(error, errno, "cannot watch %s", control->path);
    int err = pthread_create(&control->thread, NULL, run, control);
    control->has_thread = err == 0;
    if (err != 0)
        return mj_error_errno(error, err, "no thread for %s", control->path);
    pthread_setname_np(control->thread, "control");
    return true;
}

CapControl *cap_control_new(const char *home, CapShard shard, CapLive *live, CapHub *hub,
                            GError **error)
{
    g_autoptr(CapControl) control = g_new0(CapControl, 1);
    control->listen_fd = control->epoll_fd = control->wake_fd = -1;
    control->home = g_strdup(home);
    control->path = idx_link_path(home, shard.number);
    control->live = live;
    control->probes = cap_probes_new(home);
    control->hub = hub;
    control->shard = shard;
    control->clients = g_ptr_array_new_with_free_func(free_client);
    if (!listen_on(control, error) || !start(control, error))
        return NULL;
    return g_steal_pointer(&control);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void cap_control_free(CapControl *control)
{
    if (!control)
        return;
    g_atomic_int_set(&control->stopping, 1);
    if (control->has_thread) {
        uint64_t one = 1;
        ssize_t done = write(control->wake_fd, &one, sizeof one);
        (void)done;
        pthread_join(control->thread, NULL);
    }
    if (control->bound)
        g_unlink(control->path);
    g_ptr_array_unref(control->clients);
    cap_probes_free(control->probes);
    close_fd(control->listen_fd);
    close_fd(control->epoll_fd);
    close_fd(control->wake_fd);
    g_free(control->home);
    g_free(control->path);
    g_free(control);
}
