// SPDX-License-Identifier: GPL-3.0-or-later
/* The one writer of the catalogue in this process, but for what journals of holds know (holds.h), and
 * the one place that waits for disks.
 *
 * Recorders post messages and go on; a thread applies them in order, many in one transaction.
 * Progress and heartbeats wait up to CAP_STORE_LAZY_US for company, everything else goes at once.
 * When the catalogue is busy or cannot be written, messages stay and are tried again; what waits is not
 * lost as long as the process lives, and after that the files tell (recovery.h). Of heartbeats, of a
 * stream's state and of a segment's progress only the last waits. Beyond CAP_STORE_MAX messages recording
 * goes on in files alone: new ones get no row (verify.h tells of them, rebuild/rebuild.h takes them in), gaps that
 * end meanwhile are told as unknown ones, and damage as one span for each track. What was begun in the
 * catalogue is still ended there. The log says so, and what to do. A thread for each
 * volume makes finished files durable (fsync of file and folders) before their row is closed; those
 * whose disk fails, or is not there, wait open until it is back, or for the next start.
 *
 * Every function may be called from any thread but for new, start and free. */
#pragma once

#include "capture/disk.h"
#include "index/catalogue.h"
#include "index/segment/segment.h"
#include "index/state.h"

#define CAP_STORE_LAZY_US INT64_C(400000)
#define CAP_STORE_MAX                                                                              \
    100000 // messages waiting; beyond it there is at most what ends, or is the last word of, each stream

#define CAP_STORE_SYNC_AGAIN_US INT64_C(2000000) // between files that could not be made durable
#define CAP_STORE_STUCK_US INT64_C(20000000)
#define CAP_STORE_APART_US                                                                         \
    INT64_C(120000000) // failures further apart have nothing to do with each other

typedef struct CapStore CapStore;

/* Opens the catalogue of @home. */
CapStore *cap_store_new(const char *home, GError **error);
/* Applies what waits, for at most a few seconds, then frees. NULL is allowed. */
void cap_store_free(CapStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapStore, cap_store_free)

/* The connection, for use before cap_store_start() only (recovery, at start). */
IdxCatalogue *cap_store_catalogue(CapStore *store);
void cap_store_start(CapStore *store);

/* How many messages wait. */
guint cap_store_waiting(CapStore *store);

/* The volumes, which the store watches and whose states it stores. Owned by the store. */
CapDisks *cap_store_disks(CapStore *store);

/* A segment on its way: stands for the row between open and close. */
typedef struct CapStoreSegment CapStoreSegment;

/* Inserts a row; @row is copied. The result is for the calls below; it ends with close or abandon.
 */
CapStoreSegment *cap_store_open_segment(CapStore *store, const IdxSegment *row);
/* @row and @fragments are copied. A progress that was not applied yet is replaced. */
void cap_store_progress(CapStore *store, CapStoreSegment *segment, const IdxSegment *row,
                        const GByteArray *fragments);
/* Takes @segment and @fd (fsynced, closed); the row is closed when the file is safe. A file without
 * a whole fragment is removed, with its row. */
void cap_store_close_segment(CapStore *store, CapStoreSegment *segment, const IdxSegment *row,
                             const GByteArray *fragments, int fd);
/* Takes @segment, which could not be written to its end: it is closed by looking into the file. */
void cap_store_abandon_segment(CapStore *store, CapStoreSegment *segment, const IdxSegment *row);

/* A stream could not be written for a reason of our own: MJ_ERROR_FAILED of the segment writer.
 * @mono_us: now. */
void cap_store_own_failure(CapStore *store, int64_t mono_us);
/* True once such failures have gone on for CAP_STORE_STUCK_US in which not one segment of any stream
 * was begun. Something in the process is broken then for good, and only a new one records again. */
bool cap_store_is_stuck(CapStore *store);

void cap_store_gap_open(CapStore *store, int64_t stream_id, int64_t from_us, const char *reason,
                        const char *detail);
void cap_store_gap_close(CapStore *store, int64_t stream_id, int64_t to_us);
/* With both ends the same it is a note (idx_gap_note). */
void cap_store_gap_add(CapStore *store, int64_t stream_id, int64_t from_us, int64_t to_us,
                       const char *reason, const char *detail);
/* As idx_damage_add. */
void cap_store_damage(CapStore *store, int64_t stream_id, const char *track, int64_t from_us,
                      int64_t to_us);
void cap_store_state(CapStore *store, int64_t stream_id, const IdxState *state);
void cap_store_beat(CapStore *store, const IdxRecorder *recorder);
