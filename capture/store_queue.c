// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/store_own.h"

#include "index/base/log.h"
#include "index/segment/damage.h"

#define BATCH_MAX 500 // messages in one transaction, so that it stays short

static void waits_free(void *data)
{
    Waits *waits = data;
    for (int i = 0; i < KEPT_KINDS; i++)
        g_clear_pointer(&waits->kept[i], cap_message_free);
    g_free(waits);
}

void cap_queue_init(CapStore *store)
{
    g_queue_init(&store->waiting);
    store->waits = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, waits_free);
}

void cap_queue_clear(CapStore *store)
{
    g_queue_clear_full(&store->waiting, cap_message_free);
    g_hash_table_unref(store->waits);
}

static Waits *waits_locked(CapStore *store, int64_t stream_id)
{
    Waits *waits = g_hash_table_lookup(store->waits, &stream_id);
    if (!waits) {
        waits = g_new0(Waits, 1);
        g_hash_table_insert(store->waits, g_memdup2(&stream_id, sizeof stream_id), waits);
    }
    return waits;
}

static bool full_locked(const CapStore *store)
{
    return store->waiting.length >= CAP_STORE_MAX;
}

guint cap_store_waiting(CapStore *store)
{
    g_mutex_lock(&store->lock);
    guint length = store->waiting.length;
    g_mutex_unlock(&store->lock);
    return length;
}

/* --- in -------------------------------------------------------------------------------------- */

static void wake_locked(CapStore *store, bool urgent)
{
    store->urgent |= urgent;
    if (store->lazy_until == 0)
        store->lazy_until = g_get_monotonic_time() + CAP_STORE_LAZY_US;
    if (urgent || store->waiting.length == 1)
        g_cond_signal(&store->wake);
}

static void push_locked(CapStore *store, Message *message, bool urgent)
{
    g_queue_push_tail(&store->waiting, message);
    message->link = store->waiting.tail;
    wake_locked(store, urgent);
}

/* What a close says too need not be said before. */
static Message *take_progress_locked(CapStore *store, const Message *close)
{
    Message *progress = close->row ? close->segment->progress : NULL;
    if (progress)
        g_queue_delete_link(&store->waiting, progress->link);
    close->segment->progress = progress ? NULL : close->segment->progress;
    return progress;
}

void cap_store_post(CapStore *store, Message *message, bool urgent)
{
    if (message->kind == MESSAGE_CLOSE && message->segment->left_out) {
        cap_message_free(message);
        return;
    }
    g_mutex_lock(&store->lock);
    Message *over = message->kind == MESSAGE_CLOSE ? take_progress_locked(store, message) : NULL;
    push_locked(store, message, urgent);
    g_mutex_unlock(&store->lock);
    if (over)
        cap_message_free(over);
}

/* In its place in the queue and not at the end, where a long queue would never come to it. What is left over:
 * the caller's. */
static Message *replace_locked(CapStore *store, Message **slot, Message *message, bool urgent)
{
    message->slot = slot;
    if (!*slot) {
        *slot = message;
        push_locked(store, message, urgent);
        return NULL;
    }
    Message before = **slot;
    message->link = before.link;
    **slot = *message;
    *message = before;
    wake_locked(store, urgent);
    return message;
}

void cap_queue_replace(CapStore *store, Message **slot, Message *message, bool urgent)
{
    g_mutex_lock(&store->lock);
    bool left_out = message->kind == MESSAGE_PROGRESS && !*slot && full_locked(store);
    Message *over = left_out ? message : replace_locked(store, slot, message, urgent);
    g_mutex_unlock(&store->lock);
    if (over) // the next one says it, or did
        cap_message_free(over);
}

void cap_queue_state(CapStore *store, Message *message)
{
    g_mutex_lock(&store->lock);
    Message **slot = &waits_locked(store, message->stream_id)->state;
    Message *over = replace_locked(store, slot, message, true);
    g_mutex_unlock(&store->lock);
    if (over)
        cap_message_free(over);
}

void cap_queue_open_segment(CapStore *store, Message *message)
{
    g_mutex_lock(&store->lock);
    message->segment->left_out = full_locked(store);
    if (message->segment->left_out)
        store->files_left_out++;
    else
        push_locked(store, g_steal_pointer(&message), true);
    g_mutex_unlock(&store->lock);
    if (message)
        cap_message_free(message);
}

static void keep_locked(Waits *waits, int kind, Message **message)
{
    g_clear_pointer(&waits->kept[kind], cap_message_free);
    waits->kept[kind] = g_steal_pointer(message);
}

/* Without room: one that goes on is kept for later, one that is over and of which nothing is on its way is left
 * out. Whether it is still to be posted. */
static bool gap_without_room_locked(CapStore *store, Waits *waits, Message **message)
{
    Message *gap = *message;
    if (gap->kind == MESSAGE_GAP_CLOSE && !waits->gap_closed)
        return true;
    store->gaps_left_out += gap->kind == MESSAGE_GAP_ADD;
    if (gap->kind == MESSAGE_GAP_OPEN)
        keep_locked(waits, KEPT_GAP, message);
    return false;
}

void cap_queue_gap(CapStore *store, Message *message)
{
    g_mutex_lock(&store->lock);
    Waits *waits = waits_locked(store, message->stream_id);
    MessageKind kind = message->kind;
    if (kind != MESSAGE_GAP_ADD && waits->kept[KEPT_GAP]) {
        store->gaps_left_out++;
        g_clear_pointer(&waits->kept[KEPT_GAP], cap_message_free);
    }
    if (!full_locked(store) || gap_without_room_locked(store, waits, &message)) {
        if (kind != MESSAGE_GAP_ADD)
            waits->gap_closed = kind == MESSAGE_GAP_CLOSE;
        push_locked(store, g_steal_pointer(&message), true);
    }
    g_mutex_unlock(&store->lock);
    if (message)
        cap_message_free(message);
}

void cap_queue_damage(CapStore *store, Message *message)
{
    g_mutex_lock(&store->lock);
    Waits *waits = waits_locked(store, message->stream_id);
    int kind = KEPT_DAMAGE + !g_str_equal(message->reason, IDX_TRACK_VIDEO);
    Message *kept = waits->kept[kind];
    if (kept)
        kept->to_us = MAX(kept->to_us, message->to_us);
    else if (full_locked(store))
        keep_locked(waits, kind, &message);
    else
        push_locked(store, g_steal_pointer(&message), false);
    g_mutex_unlock(&store->lock);
    if (message)
        cap_message_free(message);
}

/* --- out ------------------------------------------------------------------------------------- */

bool cap_queue_wait_locked(CapStore *store)
{
    while (!store->urgent && !store->stopping)
        if (store->waiting.length == 0)
            g_cond_wait(&store->wake, &store->lock);
        else if (!g_cond_wait_until(&store->wake, &store->lock, store->lazy_until))
            break;
    return store->waiting.length > 0;
}

/* What was kept while there was no room has it now. */
static void push_kept_locked(CapStore *store)
{
    GHashTableIter iter;
    void *data = NULL;
    g_hash_table_iter_init(&iter, store->waits);
    while (g_hash_table_iter_next(&iter, NULL, &data)) {
        Waits *waits = data;
        if (waits->kept[KEPT_GAP])
            waits->gap_closed = false;
        for (int i = 0; i < KEPT_KINDS; i++)
            if (waits->kept[i])
                g_queue_push_tail(&store->waiting, g_steal_pointer(&waits->kept[i]));
    }
}

void cap_queue_take_locked(CapStore *store, GQueue *ret)
{
    bool was_full = full_locked(store);
    while (ret->length < BATCH_MAX && store->waiting.length > 0) {
        Message *message = g_queue_pop_head(&store->waiting);
        if (message->slot)
            *message->slot = NULL;
        g_queue_push_tail(ret, message);
    }
    if (was_full && !full_locked(store))
        push_kept_locked(store);
    if (store->waiting.length == 0) {
        store->urgent = false;
        store->lazy_until = 0;
    }
}

/* --- for the log ----------------------------------------------------------------------------- */

void cap_queue_tell_full(CapStore *store)
{
    if (store->told_full || cap_store_waiting(store) < CAP_STORE_MAX)
        return;
    store->told_full = true;
    mj_log_error(
        NULL,
        "%d records wait for the catalogue, and no more can: recording goes on, but what is "
        "begun from now on is in its files alone; make room where the catalogue is",
        CAP_STORE_MAX);
}

void cap_queue_tell_left_out(CapStore *store)
{
    g_mutex_lock(&store->lock);
    bool room = store->waiting.length < CAP_STORE_MAX;
    guint files = room ? store->files_left_out : 0, gaps = room ? store->gaps_left_out : 0;
    if (room)
        store->files_left_out = store->gaps_left_out = 0;
    g_mutex_unlock(&store->lock);
    if (room)
        store->told_full = false;
    if (files + gaps > 0)
        mj_log_error(
            NULL,
            "%u recorded files and %u gaps found no room to wait for the catalogue and are not in "
            "it; the files are taken in by mingjing rebuild, for which the recorder is stopped",
            files, gaps);
}
