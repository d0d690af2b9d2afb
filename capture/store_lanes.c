// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include "capture/durable.h"
#include "capture/store_own.h"
#include "index/base/log.h"

/* False if it is to be tried again. The file is let go, so that its disk can be unmounted. */
static bool sync_one(Lane *lane, Message *message)
{
    CapStore *store = lane->store;
    g_autoptr(GError) error = NULL;
    int fd = message->segment->abandoned ? -1 : message->fd;
    if (message->to_us == 0)
        message->to_us = message->row->end_us;
    bool done = cap_durable(store->disks, fd, message->row, &message->fragments, &error);
    if (message->fd >= 0)
        close(message->fd);
    message->fd = -1;
    if (done) {
        cap_store_post(store, message, true);
        return true;
    }
    if (!message->detail)
        mj_log_error(NULL, "%s; the segment stays open until its disk is well", error->message);
    g_free(message->detail);
    message->detail = g_strdup(error->message); // told once
    message->segment->abandoned = true;
    return false;
}

static void end_lane(Lane *lane, GQueue *failed)
{
    Message *message;
    while ((message = g_queue_pop_head(failed))) {
        g_clear_pointer(&message->row, idx_segment_free); // the next start sees to it
        cap_store_post(lane->store, message,
                       true); // the store thread may hold messages of the segment
    }
    g_mutex_lock(&lane->store->lock);
    lane->ended = true;
    g_cond_broadcast(&lane->store->lane_ended);
    g_mutex_unlock(&lane->store->lock);
}

static void *sync_run(void *data)
{
    Lane *lane = data;
    GQueue failed = G_QUEUE_INIT;
    for (;;) {
        Message *message = failed.length > 0
                               ? g_async_queue_timeout_pop(lane->files, CAP_STORE_SYNC_AGAIN_US)
                               : g_async_queue_pop(lane->files);
        if (message && message->kind == MESSAGE_STOP) {
            cap_message_free(message);
            end_lane(lane, &failed);
            return NULL;
        }
        bool well = !message || sync_one(lane, message);
        if (well) // a disk that is well may be so for those too that had to wait
            message = g_queue_pop_head(&failed);
        if (message && (!well || !sync_one(lane, message)))
            g_queue_push_tail(&failed, message);
    }
}

static Lane *find_locked(CapStore *store, int64_t volume_id)
{
    for (guint i = 0; i < store->lanes->len; i++)
        if (((Lane *)store->lanes->pdata[i])->volume_id == volume_id)
            return store->lanes->pdata[i];
    Lane *lane = g_new0(Lane, 1);
    lane->store = store;
    lane->volume_id = volume_id;
    lane->files = g_async_queue_new_full(cap_message_free);
    g_ptr_array_add(store->lanes, lane);
    return lane;
}

/* The system may have no thread to give just now: files wait then, and every heartbeat asks again. */
static void begin_locked(Lane *lane)
{
    g_autoptr(GError) error = NULL;
    lane->thread = g_thread_try_new("sync", sync_run, lane, &error);
    if (!lane->thread && !lane->complained)
        mj_log_error(NULL, "%s; finished files of this disk stay open until there is one",
                     error->message);
    if (lane->thread && lane->complained)
        mj_log_info(NULL, "there is a thread for the disk's finished files again");
    lane->complained = !lane->thread;
}

void cap_lane_take(CapStore *store, Message *message)
{
    g_mutex_lock(&store->lock);
    Lane *lane = find_locked(store, message->row->volume_id);
    if (!lane->thread)
        begin_locked(lane);
    bool waits = !lane->thread;
    g_mutex_unlock(&store->lock);
    if (waits && message->fd >= 0) { // who knows how many will: it is looked into later
        close(message->fd);
        message->fd = -1;
        message->segment->abandoned = true;
    }
    g_async_queue_push(lane->files, message);
}

void cap_lanes_begin(CapStore *store)
{
    g_mutex_lock(&store->lock);
    for (guint i = 0; i < store->lanes->len; i++)
        if (!((Lane *)store->lanes->pdata[i])->thread)
            begin_locked(store->lanes->pdata[i]);
    g_mutex_unlock(&store->lock);
}

static void end_idle(Lane *lane)
{
    GQueue left = G_QUEUE_INIT;
    Message *message;
    while ((message = g_async_queue_try_pop(lane->files)))
        g_queue_push_tail(&left, message);
    end_lane(lane, &left);
}

bool cap_lanes_stop(CapStore *store)
{
    int64_t until_us = g_get_monotonic_time() + CAP_STORE_FREE_US;
    bool all = true;
    for (guint i = 0; i < store->lanes->len; i++) {
        Lane *lane = store->lanes->pdata[i];
        if (!lane->thread)
            end_idle(lane);
        else
            g_async_queue_push(lane->files, cap_message_new(MESSAGE_STOP));
    }
    g_mutex_lock(&store->lock);
    for (guint i = 0; i < store->lanes->len; i++) {
        Lane *lane = store->lanes->pdata[i];
        while (!lane->ended && g_cond_wait_until(&store->lane_ended, &store->lock, until_us))
            ;
        all &= lane->ended;
    }
    g_mutex_unlock(&store->lock);
    for (guint i = 0; all && i < store->lanes->len; i++) {
        Lane *lane = store->lanes->pdata[i];
        if (lane->thread)
            g_thread_join(lane->thread);
        g_async_queue_unref(lane->files);
        g_free(lane);
    }
    return all;
}
