// SPDX-License-Identifier: GPL-3.0-or-later
/* What the recorder says of itself and of each stream: written by capture, read by everybody.
 *
 * Streams are split over recorders (shards), each a process that may die alone. A state is only as fresh
 * as its recorder: idx_state_get() answers IDX_STATE_CAPTURE_DOWN for every stream that should be
 * recorded and whose own recorder has given no heartbeat for IDX_HEARTBEAT_LATE_US. */
#pragma once

#include "index/catalogue.h"

#define IDX_STATE_STARTING "starting" // connecting for the first time
#define IDX_STATE_RECORDING "recording"
#define IDX_STATE_OFFLINE "offline" // these are the reasons of segment/gap.h:
#define IDX_STATE_UNAUTHORIZED "unauthorized"
#define IDX_STATE_REFUSED "refused"
#define IDX_STATE_UNSUPPORTED "unsupported"
#define IDX_STATE_STALLED "stalled"
#define IDX_STATE_ENDED "ended"
#define IDX_STATE_DISK "disk"
#define IDX_STATE_CAPTURE_DOWN "capture-down" // derived; stored if the recorder itself fails
#define IDX_STATE_DISABLED "disabled"         // not to be recorded

#define IDX_HEARTBEAT_LATE_US INT64_C(5000000)

typedef struct IdxState {
    char *state;
    int64_t since_us;    // 0 if unknown
    char *detail;        // in words; NULL when nothing is wrong
    char *video, *audio; // as stored; NULL if unknown
    int width, height;
} IdxState;

void idx_state_free(IdxState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxState, idx_state_free)

/* Stores the state of a stream. since_us is kept while state and detail stay the same. */
bool idx_state_set(IdxCatalogue *cat, int64_t stream_id, const IdxState *state, GError **error);

/* The state at @now_us. Never NULL without error. */
IdxState *idx_state_get(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, GError **error);

typedef struct IdxRecorder {
    int shard, shards; // from 1; I/N
    int64_t pid, started_us, heartbeat_us;
    int64_t stopped_us; // 0 unless it said goodbye
} IdxRecorder;

/* Inserts or replaces the row of recorder->shard. Called at start, about once a second, and at the
 * end. */
bool idx_recorder_beat(IdxCatalogue *cat, const IdxRecorder *recorder, GError **error);

/* Whether shard @shard of @shards records @stream_id. */
bool idx_shard_has(int shard, int shards, int64_t stream_id);

typedef struct IdxLife {
    bool alive;         // it gave a sign lately and has not said goodbye
    int64_t last_us;    // its last sign; 0 if there never was one
    int64_t started_us; // the oldest that is alive; 0 if none is
} IdxLife;

/* The life of the recorder that has @stream_id at @now_us; @stream_id 0: of any recorder. */
bool idx_recorder_life(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, IdxLife *ret_life,
                       GError **error);

/* All rows. Element type IdxRecorder *, freed by the array. */
GPtrArray *idx_recorder_list(IdxCatalogue *cat, GError **error);
