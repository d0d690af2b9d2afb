// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/meet/inlet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "capture/rtsp/reader.h"
#include "index/base/error.h"
#include "index/camera.h"

#define ROOM_BYTES (4 * 1024 * 1024) // between the party and the recorder: seconds of a picture
#define FRAME_MAX 65535

struct CapInlet {
    int refs; // under the table's lock
    char *name;
    GMutex lock;
    GCond changed;
    /* under lock */
    int fd;       // our end; -1 = nobody reads
    int waiting;  // recorders in open
    bool live;    // a party is there
    unsigned run; // which one: counts up
    char *sdp, *broken;
    int64_t dropped;
    int64_t path_us; // -1 = not measured yet
};

static struct {
    GMutex lock;
    GHashTable *inlets; // name → CapInlet *, which lives as long as it is referred to
} table;

CapInlet *cap_inlet_get(const char *leg)
{
    g_mutex_lock(&table.lock);
    if (!table.inlets)
        table.inlets = g_hash_table_new(g_str_hash, g_str_equal);
    CapInlet *inlet = g_hash_table_lookup(table.inlets, leg);
    if (!inlet) {
        inlet = g_new0(CapInlet, 1);
        inlet->name = g_strdup(leg);
        inlet->fd = -1;
        inlet->path_us = -1;
        g_mutex_init(&inlet->lock);
        g_cond_init(&inlet->changed);
        g_hash_table_insert(table.inlets, inlet->name, inlet);
    }
    inlet->refs++;
    g_mutex_unlock(&table.lock);
    return inlet;
}

static void hang_up_locked(CapInlet *inlet)
{
    if (inlet->fd >= 0)
        close(inlet->fd);
    inlet->fd = -1;
}

void cap_inlet_unref(CapInlet *inlet)
{
    if (!inlet)
        return;
    g_mutex_lock(&table.lock);
    bool last = --inlet->refs == 0;
    if (last)
        g_hash_table_remove(table.inlets, inlet->name);
    if (last && g_hash_table_size(table.inlets) == 0)
        g_clear_pointer(&table.inlets, g_hash_table_unref);
    g_mutex_unlock(&table.lock);
    if (!last)
        return;
    hang_up_locked(inlet);
    g_mutex_clear(&inlet->lock);
    g_cond_clear(&inlet->changed);
    g_free(inlet->sdp);
    g_free(inlet->broken);
    g_free(inlet->name);
    g_free(inlet);
}

bool cap_inlet_is_awaited(CapInlet *inlet)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    return inlet->waiting > 0;
}

bool cap_inlet_is_read(CapInlet *inlet)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    return inlet->fd >= 0;
}

int64_t cap_inlet_dropped(CapInlet *inlet)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    return inlet->dropped;
}

/* --- the party's end --------------------------------------------------------------------------- */

void cap_inlet_begin(CapInlet *inlet, const char *sdp)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    hang_up_locked(inlet);
    g_free(inlet->sdp);
    inlet->sdp = g_strdup(sdp);
    g_clear_pointer(&inlet->broken, g_free);
    inlet->live = true;
    inlet->path_us = -1;
    inlet->run++;
    g_cond_broadcast(&inlet->changed);
}

void cap_inlet_end(CapInlet *inlet, const char *broken)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    g_free(inlet->broken);
    inlet->broken = g_strdup(broken);
    inlet->live = false;
    hang_up_locked(inlet);
}

/* Frames of RFC 2326 10.12: the reader's. What its keep-alives ask nobody answers. */
static void send_frame_locked(CapInlet *inlet, uint8_t channel, const void *data, size_t size)
{
    uint8_t head[4] = {'$', channel, (uint8_t)(size >> 8), (uint8_t)size};
    struct iovec parts[2] = {{head, sizeof head}, {(void *)(uintptr_t)data, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent = sendmsg(inlet->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)) {
        inlet->dropped++;
        return;
    }
    if (sent != (ssize_t)(sizeof head + size)) // half a frame, or a reader that is gone
        hang_up_locked(inlet);
    char said[512];
    while (inlet->fd >= 0 && recv(inlet->fd, said, sizeof said, MSG_DONTWAIT) > 0)
        ;
}

static void send_frame(CapInlet *inlet, uint8_t channel, const void *data, size_t size)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    if (inlet->fd >= 0 && size <= FRAME_MAX)
        send_frame_locked(inlet, channel, data, size);
}

void cap_inlet_packet(CapInlet *inlet, bool sound, const void *data, size_t size)
{
    send_frame(inlet, sound ? 2 : 0, data, size);
}

void cap_inlet_path(CapInlet *inlet, int64_t path_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&inlet->lock);
    inlet->path_us = path_us;
}

void cap_inlet_report(CapInlet *inlet, bool sound, uint32_t ssrc, uint64_t ntp, uint32_t time)
{
    uint8_t report[28] = {0x80, 200, 0, 6};
    for (int i = 0; i < 4; i++) {
        report[4 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
        report[16 + i] = (uint8_t)(time >> (24 - 8 * i));
    }
    for (int i = 0; i < 8; i++)
        report[8 + i] = (uint8_t)(ntp >> (56 - 8 * i));
    send_frame(inlet, sound ? 3 : 1, report, sizeof report);
}

/* --- the recorder's end ------------------------------------------------------------------------ */

struct CapSource {
    CapInlet *inlet;
    CapSource *reader;
    unsigned run;
};

static void on_cancelled(GCancellable *cancel, void *data)
{
    (void)cancel;
    CapInlet *inlet = data;
    g_mutex_lock(&inlet->lock);
    g_cond_broadcast(&inlet->changed);
    g_mutex_unlock(&inlet->lock);
}

static bool connect_locked(CapInlet *inlet, int *ret_fd, GError **error)
{
    int fds[2], room = ROOM_BYTES;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return mj_error_errno(error, errno, "the leg %s cannot be read", inlet->name);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    hang_up_locked(inlet);
    inlet->fd = fds[0];
    *ret_fd = fds[1];
    return true;
}

/* Waits for a party that was not there before. */
static bool wait_for_party(CapSource *source, GCancellable *cancel, int *ret_fd, char **ret_sdp,
                           GError **error)
{
    CapInlet *inlet = source->inlet;
    gulong handler = g_cancellable_connect(cancel, G_CALLBACK(on_cancelled), inlet, NULL);
    g_mutex_lock(&inlet->lock);
    inlet->waiting++;
    while (!inlet->live && !g_cancellable_is_cancelled(cancel))
        g_cond_wait(&inlet->changed, &inlet->lock);
    inlet->waiting--;
    bool good = inlet->live ? connect_locked(inlet, ret_fd, error)
                            : mj_error_set(error, MJ_ERROR_CANCELLED, "stopped");
    source->run = inlet->run;
    if (good)
        *ret_sdp = g_strdup(inlet->sdp);
    g_mutex_unlock(&inlet->lock);
    g_cancellable_disconnect(cancel, handler);
    return good;
}

static void source_close(CapSource *source)
{
    if (!source)
        return;
    if (source->reader)
        cap_rtsp_reader.close(source->reader);
    g_mutex_lock(&source->inlet->lock);
    if (source->run == source->inlet->run)
        hang_up_locked(source->inlet);
    g_mutex_unlock(&source->inlet->lock);
    cap_inlet_unref(source->inlet);
    g_free(source);
}

static CapSource *source_open(const char *url, GCancellable *cancel, GError **error)
{
    CapSource *source = g_new0(CapSource, 1);
    source->inlet = cap_inlet_get(url + strlen(IDX_URL_LEG));
    int fd = -1;
    g_autofree char *sdp = NULL;
    if (wait_for_party(source, cancel, &fd, &sdp, error))
        source->reader = cap_rtsp_reader_new_from(fd, sdp, url, cancel);
    if (source->reader) {
        cap_rtsp_reader_distrust(source->reader);
        return source;
    }
    if (sdp)
        mj_error_set(error, MJ_ERROR_INVALID, "%s: what the party announced cannot be read", url);
    source_close(source);
    return NULL;
}

/* A party that left, one that broke off, and one that was followed by another. */
static CapRead why_ended(const CapSource *source, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&source->inlet->lock);
    const CapInlet *inlet = source->inlet;
    if (inlet->run == source->run && !inlet->broken)
        return CAP_READ_END;
    mj_error_set(error, MJ_ERROR_IO, "%s",
                 inlet->run == source->run ? inlet->broken : "the party came back anew");
    return CAP_READ_FAILED;
}

static void tell_path(const CapSource *source, CapPacket *packet)
{
    const CapInlet *inlet = source->inlet;
    packet->foreign = true;
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&source->inlet->lock);
    packet->has_path = source->run == inlet->run && inlet->path_us >= 0;
    packet->path_us = packet->has_path ? inlet->path_us : 0;
}

static CapRead source_read(CapSource *source, CapPacket *ret, GError **error)
{
    CapRead got = cap_rtsp_reader.read(source->reader, ret, error);
    if (got == CAP_READ_PACKET)
        tell_path(source, ret);
    return got == CAP_READ_END ? why_ended(source, error) : got;
}

static const AVCodecParameters *source_audio(const CapSource *source)
{
    return cap_rtsp_reader.audio(source->reader);
}

static int64_t source_packets_lost(const CapSource *source)
{
    return cap_rtsp_reader.packets_lost(source->reader);
}

const CapSourceKind cap_source_leg = {
    .open = source_open,
    .read = source_read,
    .audio = source_audio,
    .packets_lost = source_packets_lost,
    .close = source_close,
};
