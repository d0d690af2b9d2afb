// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/tap.h"

#include <pthread.h>

#include "capture/host_clock.h"

#define SHIFT_CHANGE_US INT64_C(20000) // sound is moved against the picture only by more

struct CapTap {
    const MjClock *host_clock; // immutable

    /* the recorder's thread */
    CapHostClock host;
    CapClockMap clock, sound_clock;
    int64_t shift_us; // sound's pts + this = picture's timeline
    bool has_shift, has_clock;
    CapTapParams *params; // NULL before the first key frame of a run
    AVCodecParameters *audio;

    /* under lock; pthread's own, which sanitizers see */
    pthread_mutex_t lock;
    GPtrArray *group;   // CapTapPacket *, from a key frame on; empty if there is none
    size_t group_bytes; // of the buffers
    GPtrArray *viewers; // CapViewer *
    uint64_t lost;
    bool running;
    const char *state; // while not running; NULL before the first run
    char *detail;
};

struct CapViewer {
    /* immutable */
    CapTap *tap;
    void (*wake)(void *data);
    void *data;
    int64_t since_us; // monotonic, when it came

    int ready; // atomic: there may be something to take

    /* under the tap's lock */
    CapTapPacket *queue[CAP_VIEWER_PACKETS]; // a ring
    unsigned head, count, backlog;           // backlog: of count, those from before
    size_t bytes;
    uint64_t lost; // not told yet
    bool waiting_for_key;
    bool stopped; // to be told
};

/* --- counted things -------------------------------------------------------------------------- */

CapTapParams *cap_tap_params_ref(CapTapParams *params)
{
    g_atomic_int_inc(&params->refs);
    return params;
}

void cap_tap_params_unref(CapTapParams *params)
{
    if (!params || !g_atomic_int_dec_and_test(&params->refs))
        return;
    cap_video_params_unref(params->video);
    avcodec_parameters_free(&params->audio);
    g_free(params);
}

static CapTapPacket *packet_ref(CapTapPacket *packet)
{
    g_atomic_int_inc(&packet->refs);
    return packet;
}

void cap_tap_packet_unref(CapTapPacket *packet)
{
    if (!packet || !g_atomic_int_dec_and_test(&packet->refs))
        return;
    av_buffer_unref(&packet->buffer);
    cap_tap_params_unref(packet->params);
    g_free(packet);
}

static void unref_packet(void *packet)
{
    cap_tap_packet_unref(packet);
}

/* What keeping @packet costs, which may be more than its size. */
static size_t cost(const CapTapPacket *packet)
{
    return packet->buffer->size + sizeof *packet;
}

/* --- queues ---------------------------------------------------------------------------------- */

static void empty_queue_locked(CapViewer *viewer)
{
    while (viewer->count > 0) {
        CapTapPacket *packet = viewer->queue[viewer->head];
        viewer->head = (viewer->head + 1) % CAP_VIEWER_PACKETS;
        viewer->count--;
        if (packet->kind == CAP_VIDEO)
            viewer->lost++;
        cap_tap_packet_unref(packet);
    }
    viewer->bytes = 0;
    viewer->backlog = 0;
    viewer->waiting_for_key = true;
}

/* Too much waits, or for too long while there is a key frame to go on from. */
static bool is_behind_locked(const CapViewer *viewer, const CapTapPacket *packet)
{
    if (viewer->count == 0)
        return false;
    int64_t since_us = MAX(viewer->queue[viewer->head]->since_us, viewer->since_us);
    return viewer->count == CAP_VIEWER_PACKETS || viewer->bytes + cost(packet) > CAP_VIEWER_BYTES ||
           (packet->key && packet->since_us - since_us > CAP_VIEWER_LAG_US);
}

static bool push_locked(CapViewer *viewer, CapTapPacket *packet)
{
    if (is_behind_locked(viewer, packet)) {
        uint64_t before = viewer->lost;
        empty_queue_locked(viewer);
        viewer->tap->lost += viewer->lost - before;
    }
    if (viewer->waiting_for_key && !packet->key) {
        /* Somebody who came between key frames and never had a picture has lost none. */
        if (packet->kind == CAP_VIDEO && viewer->lost > 0) {
            viewer->lost++;
            viewer->tap->lost++;
        }
        return false;
    }
    viewer->waiting_for_key = false;
    viewer->queue[(viewer->head + viewer->count++) % CAP_VIEWER_PACKETS] = packet_ref(packet);
    viewer->bytes += cost(packet);
    viewer->stopped = false;
    return true;
}

static void wake(CapViewer *viewer)
{
    if (g_atomic_int_exchange(&viewer->ready, 1) == 0)
        viewer->wake(viewer->data);
}

/* --- the recorder's side --------------------------------------------------------------------- */

CapTap *cap_tap_new(const MjClock *clock)
{
    CapTap *tap = g_new0(CapTap, 1);
    tap->host_clock = clock ? clock : mj_clock_system();
    pthread_mutex_init(&tap->lock, NULL);
    tap->group = g_ptr_array_new_with_free_func(unref_packet);
    tap->viewers = g_ptr_array_new();
    return tap;
}

void cap_tap_free(CapTap *tap)
{
    if (!tap)
        return;
    g_assert(tap->viewers->len == 0);
    g_ptr_array_unref(tap->group);
    g_ptr_array_unref(tap->viewers);
    cap_tap_params_unref(tap->params);
    avcodec_parameters_free(&tap->audio);
    pthread_mutex_destroy(&tap->lock);
    g_free(tap->detail);
    g_free(tap);
}

void cap_tap_begin(CapTap *tap, const AVCodecParameters *audio)
{
    tap->host = (CapHostClock){0};
    cap_clock_map_init(&tap->clock);
    cap_clock_map_init(&tap->sound_clock);
    tap->has_shift = tap->has_clock = false;
    g_clear_pointer(&tap->params, cap_tap_params_unref);
    avcodec_parameters_free(&tap->audio);
    tap->audio = audio ? avcodec_parameters_alloc() : NULL;
    if (tap->audio && avcodec_parameters_copy(tap->audio, audio) < 0)
        avcodec_parameters_free(&tap->audio); // watched without sound
}

static void renew_params(CapTap *tap, CapVideoParams *video)
{
    if (tap->params && cap_video_params_equal(tap->params->video, video))
        return;
    CapTapParams *params = g_new0(CapTapParams, 1);
    params->refs = 1;
    params->video = cap_video_params_ref(video);
    params->audio = tap->audio ? avcodec_parameters_alloc() : NULL;
    if (params->audio && avcodec_parameters_copy(params->audio, tap->audio) < 0)
        avcodec_parameters_free(&params->audio);
    cap_tap_params_unref(tap->params);
    tap->params = params;
}

/* What to add to a pts to be on the picture's timeline. */
static int64_t find_shift(CapTap *tap, CapKind kind)
{
    if (kind == CAP_VIDEO)
        return 0;
    int64_t shift_us = cap_clock_map_shift(&tap->sound_clock, &tap->clock);
    if (!tap->has_shift || ABS(shift_us - tap->shift_us) > SHIFT_CHANGE_US)
        tap->shift_us = shift_us;
    tap->has_shift = true;
    return tap->shift_us;
}

static CapTapPacket *wrap(CapTap *tap, const CapPacket *packet, const CapClockFix *fix,
                          int64_t pts_us)
{
    AVBufferRef *buffer = av_buffer_ref(packet->buffer);
    if (!buffer)
        return NULL;
    CapTapPacket *wrapped = g_new0(CapTapPacket, 1);
    *wrapped = (CapTapPacket){.refs = 1,
                              .kind = packet->kind,
                              .key = packet->kind == CAP_VIDEO && packet->key,
                              .by_camera = fix->from_camera,
                              .pts_us = pts_us,
                              .utc_us = fix->utc_us,
                              .since_us = g_get_monotonic_time(),
                              .buffer = buffer,
                              .data = packet->data,
                              .size = packet->size,
                              .params = cap_tap_params_ref(tap->params)};
    return wrapped;
}

/* Takes @packet. */
static void keep_locked(CapTap *tap, CapTapPacket *packet)
{
    bool full = tap->group->len == CAP_TAP_GROUP_PACKETS ||
                tap->group_bytes + cost(packet) > CAP_TAP_GROUP_BYTES;
    if (packet->key || full) {
        g_ptr_array_set_size(tap->group, 0);
        tap->group_bytes = 0;
    }
    if (!(packet->key || tap->group->len > 0) || cost(packet) > CAP_TAP_GROUP_BYTES) {
        cap_tap_packet_unref(packet);
        return;
    }
    g_ptr_array_add(tap->group, packet);
    tap->group_bytes += cost(packet);
}

static void publish(CapTap *tap, CapTapPacket *packet)
{
    pthread_mutex_lock(&tap->lock);
    tap->running = true;
    for (guint i = 0; i < tap->viewers->len; i++) {
        CapViewer *viewer = g_ptr_array_index(tap->viewers, i);
        if (push_locked(viewer, packet))
            wake(viewer);
    }
    keep_locked(tap, packet);
    pthread_mutex_unlock(&tap->lock);
}

CapClockFix cap_tap_packet(CapTap *tap, const CapPacket *packet)
{
    bool is_video = packet->kind == CAP_VIDEO;
    cap_host_clock_packet(&tap->host, tap->host_clock, &tap->clock, &tap->sound_clock, packet);
    tap->has_clock |= is_video;
    if (!tap->has_clock)
        return (CapClockFix){.utc_us = packet->arrival_us};
    int64_t pts_us = packet->pts_us + find_shift(tap, packet->kind);
    CapClockFix fix = cap_clock_map_get(&tap->clock, pts_us);
    if (is_video && packet->key && packet->params)
        renew_params(tap, packet->params);
    CapTapPacket *wrapped = tap->params ? wrap(tap, packet, &fix, pts_us) : NULL;
    if (wrapped)
        publish(tap, wrapped);
    return fix;
}

void cap_tap_end(CapTap *tap, const char *state, const char *detail)
{
    pthread_mutex_lock(&tap->lock);
    tap->running = false;
    tap->state = state;
    g_free(tap->detail);
    tap->detail = g_strdup(detail);
    g_ptr_array_set_size(tap->group, 0);
    tap->group_bytes = 0;
    for (guint i = 0; i < tap->viewers->len; i++) {
        CapViewer *viewer = g_ptr_array_index(tap->viewers, i);
        viewer->stopped = true;
        viewer->waiting_for_key = true;
        wake(viewer);
    }
    pthread_mutex_unlock(&tap->lock);
}

CapTapCounts cap_tap_counts(CapTap *tap)
{
    pthread_mutex_lock(&tap->lock);
    CapTapCounts counts = {
        .group_bytes = tap->group_bytes, .viewers = (int)tap->viewers->len, .lost = tap->lost};
    pthread_mutex_unlock(&tap->lock);
    return counts;
}

/* --- the viewer's side ----------------------------------------------------------------------- */

CapViewer *cap_viewer_new(CapTap *tap, void (*wake_up)(void *data), void *data)
{
    CapViewer *viewer = g_new0(CapViewer, 1);
    viewer->tap = tap;
    viewer->wake = wake_up;
    viewer->data = data;
    viewer->ready = 1;
    viewer->since_us = g_get_monotonic_time();
    viewer->waiting_for_key = true;
    pthread_mutex_lock(&tap->lock);
    for (guint i = 0; i < tap->group->len; i++)
        push_locked(viewer, g_ptr_array_index(tap->group, i));
    viewer->backlog = viewer->count;
    viewer->stopped = !tap->running && tap->state;
    g_ptr_array_add(tap->viewers, viewer);
    pthread_mutex_unlock(&tap->lock);
    return viewer;
}

void cap_viewer_free(CapViewer *viewer)
{
    if (!viewer)
        return;
    pthread_mutex_lock(&viewer->tap->lock);
    g_ptr_array_remove_fast(viewer->tap->viewers, viewer);
    pthread_mutex_unlock(&viewer->tap->lock);
    empty_queue_locked(viewer); // nobody else knows it any more
    g_free(viewer);
}

static CapTake pop_locked(CapViewer *viewer)
{
    CapTapPacket *packet = viewer->queue[viewer->head];
    viewer->head = (viewer->head + 1) % CAP_VIEWER_PACKETS;
    viewer->count--;
    viewer->bytes -= cost(packet);
    bool backlog = viewer->backlog > 0;
    viewer->backlog -= backlog ? 1 : 0;
    return (CapTake){.kind = CAP_TAKE_PACKET, .packet = packet, .backlog = backlog};
}

static CapTake take_locked(CapViewer *viewer)
{
    bool more = viewer->count > 0 || viewer->stopped;
    if (viewer->lost > 0 && more) {
        CapTake take = {.kind = CAP_TAKE_LOST, .lost = viewer->lost};
        viewer->lost = 0;
        return take;
    }
    if (viewer->count > 0)
        return pop_locked(viewer);
    if (viewer->stopped) {
        viewer->stopped = false;
        return (CapTake){.kind = CAP_TAKE_STOPPED,
                         .state = viewer->tap->state,
                         .detail = g_strdup(viewer->tap->detail)};
    }
    g_atomic_int_set(&viewer->ready, 0);
    return (CapTake){.kind = CAP_TAKE_NOTHING};
}

CapTake cap_viewer_take(CapViewer *viewer)
{
    if (!g_atomic_int_get(&viewer->ready))
        return (CapTake){.kind = CAP_TAKE_NOTHING};
    pthread_mutex_lock(&viewer->tap->lock);
    CapTake take = take_locked(viewer);
    pthread_mutex_unlock(&viewer->tap->lock);
    return take;
}
