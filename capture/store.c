// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "capture/store_own.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/segment/damage.h"
#include "index/segment/gap.h"
#include "index/segment/recover.h"
#include "index/segment/volume.h"

#define RETRY_US INT64_C(1000000)

static GByteArray *copy_bytes(const GByteArray *bytes)
{
    GByteArray *copy = g_byte_array_sized_new(bytes->len);
    return g_byte_array_append(copy, bytes->data, bytes->len);
}

Message *cap_message_new(MessageKind kind)
{
    Message *message = g_new0(Message, 1);
    message->kind = kind;
    message->fd = -1;
    return message;
}

void cap_message_free(void *data)
{
    Message *message = data;
    g_free(message->reason);
    g_free(message->detail);
    idx_segment_free(message->row);
    idx_state_free(message->state);
    if (message->fragments)
        g_byte_array_unref(message->fragments);
    if (message->fd >= 0)
        close(message->fd);
    if (message->kind == MESSAGE_CLOSE)
        g_free(message->segment);
    g_free(message);
}

/* --- the store thread ------------------------------------------------------------------------ */

static bool apply_close(CapStore *store, Message *message, GError **error)
{
    if (!message->row || message->segment->id == 0) // not safe on disk, or its row was refused
        return true;
    message->row->id = message->segment->id;
    if (!idx_segment_close(store->cat, message->row, message->fragments, error) ||
        !idx_recover_part(store->cat, message->row, message->to_us, error))
        return false;
    return message->row->bytes > message->row->init_bytes ||
           idx_recover_unlink(cap_disks_root(store->disks, message->row->volume_id), message->row,
                              error);
}

static bool apply_open(CapStore *store, Message *message, GError **error)
{
    message->segment->id = 0;
    message->row->id = 0;
    if (!idx_segment_open(store->cat, message->row, error))
        return false;
    message->segment->id = message->row->id;
    return true;
}

static bool apply_progress(CapStore *store, Message *message, GError **error)
{
    if (message->segment->id == 0)
        return true;
    message->row->id = message->segment->id;
    return idx_segment_progress(store->cat, message->row, message->fragments, error);
}

static bool apply(CapStore *store, Message *message, GError **error)
{
    switch (message->kind) {
    case MESSAGE_OPEN:
        return apply_open(store, message, error);
    case MESSAGE_PROGRESS:
        return apply_progress(store, message, error);
    case MESSAGE_CLOSE:
        return apply_close(store, message, error);
    case MESSAGE_GAP_OPEN:
        return idx_gap_open(store->cat, message->stream_id, message->from_us, message->reason,
                            message->detail, error);
    case MESSAGE_GAP_CLOSE:
        return idx_gap_close(store->cat, message->stream_id, message->to_us, error);
    case MESSAGE_GAP_ADD:
        if (message->from_us == message->to_us)
            return idx_gap_note(store->cat, message->stream_id, message->from_us, message->reason,
                                message->detail, error);
        return idx_gap_add(store->cat, message->stream_id, message->from_us, message->to_us,
                           message->reason, message->detail, error);
    case MESSAGE_DAMAGE:
        return idx_damage_add(store->cat, message->stream_id, message->reason, message->from_us,
                              message->to_us, error);
    case MESSAGE_STATE:
        return idx_state_set(store->cat, message->stream_id, message->state, error);
    case MESSAGE_BEAT:
        return idx_recorder_beat(store->cat, &message->recorder, error);
    case MESSAGE_VOLUME:
        return idx_volume_set_state(store->cat, message->volume_id, message->reason,
                                    message->detail, message->from_us, error);
    case MESSAGE_STOP:
        break;
    }
    return true;
}

/* What another try may mend: the others would fail for ever and stop everything behind them. */
static bool worth_retrying(const GError *error)
{
    return mj_error_is(error, MJ_ERROR_BUSY) || mj_error_is(error, MJ_ERROR_IO) ||
           mj_error_is(error, MJ_ERROR_DENIED); // a file system that turned read-only
}

/* All of @batch in one transaction. False: none of it is stored, try again. */
static bool apply_batch(CapStore *store, GQueue *batch, GError **error)
{
    if (!idx_begin(store->cat, error))
        return false;
    for (GList *link = batch->head; link; link = link->next) {
        g_autoptr(GError) failed = NULL;
        if (apply(store, link->data, &failed))
            continue;
        if (worth_retrying(failed)) {
            idx_rollback(store->cat);
            g_propagate_error(error, g_steal_pointer(&failed));
            return false;
        }
        mj_log_error(NULL, "the catalogue refused a record: %s", failed->message);
    }
    if (idx_commit(store->cat, error))
        return true;
    idx_rollback(store->cat);
    return false;
}

/* True if @batch is to be tried again. */
static bool after_failure(CapStore *store, const GError *error, int64_t *give_up)
{
    if (!store->complained)
        mj_log_error(NULL, "the catalogue cannot be written, trying again each second: %s",
                     error->message);
    store->complained = true;
    cap_queue_tell_full(store);
    g_mutex_lock(&store->lock);
    if (store->stopping && *give_up == 0)
        *give_up = g_get_monotonic_time() + CAP_STORE_FREE_US;
    bool again = *give_up == 0 || g_get_monotonic_time() < *give_up;
    int64_t until = g_get_monotonic_time() + RETRY_US;
    while (again && g_cond_wait_until(&store->wake, &store->lock, until))
        ;
    g_mutex_unlock(&store->lock);
    return again;
}

static void *store_run(void *data)
{
    CapStore *store = data;
    int64_t give_up = 0;
    for (;;) {
        GQueue batch = G_QUEUE_INIT;
        g_mutex_lock(&store->lock);
        bool more = cap_queue_wait_locked(store);
        cap_queue_take_locked(store, &batch);
        g_mutex_unlock(&store->lock);
        if (!more)
            return NULL;
        g_autoptr(GError) error = NULL;
        while (!apply_batch(store, &batch, &error)) {
            if (!after_failure(store, error, &give_up)) {
                mj_log_error(NULL,
                             "%u records for the catalogue are lost; the next start finds "
                             "what it can in the files",
                             batch.length);
                break;
            }
            g_clear_error(&error);
        }
        if (store->complained && !error) {
            mj_log_info(NULL, "the catalogue can be written again");
            store->complained = false;
        }
        if (!error)
            cap_queue_tell_left_out(store);
        g_queue_clear_full(&batch, cap_message_free);
    }
}

/* --- for everybody --------------------------------------------------------------------------- */

CapStore *cap_store_new(const char *home, GError **error)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(home, IDX_RECORD, error);
    /* SQLite goes on for good without writing if it could not open its files for that at first. */
    if (!cat || !idx_begin(cat, error))
        return NULL;
    idx_rollback(cat);
    g_autoptr(CapDisks) disks = cap_disks_new(home, error);
    if (!disks)
        return NULL;
    CapStore *store = g_new0(CapStore, 1);
    store->home = g_strdup(home);
    store->cat = g_steal_pointer(&cat);
    store->disks = g_steal_pointer(&disks);
    store->lanes = g_ptr_array_new();
    g_cond_init(&store->lane_ended);
    g_mutex_init(&store->lock);
    g_cond_init(&store->wake);
    cap_queue_init(store);
    return store;
}

IdxCatalogue *cap_store_catalogue(CapStore *store)
{
    return store->cat;
}

CapDisks *cap_store_disks(CapStore *store)
{
    return store->disks;
}

static void on_volume(void *data, int64_t id, const char *state, const char *detail)
{
    CapStore *store = data;
    Message *message = cap_message_new(MESSAGE_VOLUME);
    message->volume_id = id;
    message->from_us = mj_clock_utc_us(mj_clock_system());
    message->reason = g_strdup(state);
    message->detail = g_strdup(detail);
    cap_store_post(store, message, true);
}

void cap_store_start(CapStore *store)
{
    store->thread = g_thread_new("store", store_run, store);
    cap_disks_start(store->disks, on_volume, store);
}

static void stop_store(CapStore *store)
{
    g_mutex_lock(&store->lock);
    store->stopping = true;
    g_cond_signal(&store->wake);
    g_mutex_unlock(&store->lock);
    if (store->thread)
        g_thread_join(store->thread);
}

void cap_store_free(CapStore *store)
{
    if (!store)
        return;
    bool all = cap_lanes_stop(store);
    stop_store(store);
    if (!all) {
        mj_log_error(NULL, "a disk hangs; what is open there is closed by the next start");
        return;
    }
    cap_disks_free(store->disks);
    idx_catalogue_free(store->cat);
    cap_queue_clear(store);
    g_ptr_array_unref(store->lanes);
    g_mutex_clear(&store->lock);
    g_cond_clear(&store->wake);
    g_cond_clear(&store->lane_ended);
    g_free(store->home);
    g_free(store);
}

CapStoreSegment *cap_store_open_segment(CapStore *store, const IdxSegment *row)
{
    CapStoreSegment *segment = g_new0(CapStoreSegment, 1);
    Message *message = cap_message_new(MESSAGE_OPEN);
    message->segment = segment;
    message->row = idx_segment_copy(row);
    cap_queue_open_segment(store, message);
    g_mutex_lock(&store->lock);
    store->failing_us = 0;
    g_mutex_unlock(&store->lock);
    return segment;
}

void cap_store_own_failure(CapStore *store, int64_t mono_us)
{
    g_mutex_lock(&store->lock);
    if (store->failing_us == 0 || mono_us - store->failed_us > CAP_STORE_APART_US)
        store->failing_us = mono_us;
    store->failed_us = mono_us;
    if (mono_us - store->failing_us >= CAP_STORE_STUCK_US)
        g_atomic_int_set(&store->stuck, true);
    g_mutex_unlock(&store->lock);
}

bool cap_store_is_stuck(CapStore *store)
{
    return g_atomic_int_get(&store->stuck);
}

void cap_store_progress(CapStore *store, CapStoreSegment *segment, const IdxSegment *row,
                        const GByteArray *fragments)
{
    if (segment->left_out)
        return;
    Message *message = cap_message_new(MESSAGE_PROGRESS);
    message->segment = segment;
    message->row = idx_segment_copy(row);
    message->fragments = copy_bytes(fragments);
    cap_queue_replace(store, &segment->progress, message, false);
}

void cap_store_close_segment(CapStore *store, CapStoreSegment *segment, const IdxSegment *row,
                             const GByteArray *fragments, int fd)
{
    Message *message = cap_message_new(MESSAGE_CLOSE);
    message->segment = segment;
    message->row = idx_segment_copy(row);
    message->fragments = copy_bytes(fragments);
    message->fd = fd;
    cap_lane_take(store, message);
}

void cap_store_abandon_segment(CapStore *store, CapStoreSegment *segment, const IdxSegment *row)
{
    segment->abandoned = true;
    Message *message = cap_message_new(MESSAGE_CLOSE);
    message->segment = segment;
    message->row = idx_segment_copy(row);
    cap_lane_take(store, message);
}

static void post_gap(CapStore *store, const Message *gap)
{
    Message *message = cap_message_new(gap->kind);
    message->stream_id = gap->stream_id;
    message->from_us = gap->from_us;
    message->to_us = gap->to_us;
    message->reason = g_strdup(gap->reason);
    message->detail = g_strdup(gap->detail);
    cap_queue_gap(store, message);
}

void cap_store_gap_open(CapStore *store, int64_t stream_id, int64_t from_us, const char *reason,
                        const char *detail)
{
    post_gap(store,
             &(Message){MESSAGE_GAP_OPEN, stream_id, from_us, 0, (char *)reason, (char *)detail});
}

void cap_store_gap_close(CapStore *store, int64_t stream_id, int64_t to_us)
{
    post_gap(store, &(Message){MESSAGE_GAP_CLOSE, stream_id, 0, to_us});
}

void cap_store_gap_add(CapStore *store, int64_t stream_id, int64_t from_us, int64_t to_us,
                       const char *reason, const char *detail)
{
    post_gap(store, &(Message){MESSAGE_GAP_ADD, stream_id, from_us, to_us, (char *)reason,
                               (char *)detail});
}

void cap_store_damage(CapStore *store, int64_t stream_id, const char *track, int64_t from_us,
                      int64_t to_us)
{
    Message *message = cap_message_new(MESSAGE_DAMAGE);
    message->stream_id = stream_id;
    message->from_us = from_us;
    message->to_us = to_us;
    message->reason = g_strdup(track);
    cap_queue_damage(store, message);
}

void cap_store_state(CapStore *store, int64_t stream_id, const IdxState *state)
{
    Message *message = cap_message_new(MESSAGE_STATE);
    message->stream_id = stream_id;
    message->state = g_memdup2(state, sizeof *state);
    message->state->state = g_strdup(state->state);
    message->state->detail = g_strdup(state->detail);
    message->state->video = g_strdup(state->video);
    message->state->audio = g_strdup(state->audio);
    cap_queue_state(store, message);
}

void cap_store_beat(CapStore *store, const IdxRecorder *recorder)
{
    cap_lanes_begin(store);
    Message *message = cap_message_new(MESSAGE_BEAT);
    message->recorder = *recorder;
    cap_queue_replace(store, &store->beat, message, recorder->stopped_us != 0);
}
