// SPDX-License-Identifier: GPL-3.0-or-later
/* One volume, for disk.c and disks.c alone: disk.c makes the calls into its file system, disks.c
 * chooses among volumes and watches them. */
#pragma once

#include "capture/disk.h"
#include "capture/flush.h"
#include "index/segment/volume.h"

struct CapDisk {
    CapDisks *disks;
    gint references; // atomic: the list and the thread
    int64_t id;
    char *root;
    GAsyncQueue *jobs;
    CapFlush *flush;      // NULL if another volume is on the same file system; the monitor's
    int64_t flush_rounds; // the monitor's: rounds of it that were looked at
    bool started;         // has its thread; of who started the disks, then the monitor's
    GMutex lock;
    GCond done;
    /* under lock */
    bool removed;
    bool has_reserve;
    int64_t reserve_bytes, max_bytes;
    int64_t total_bytes, free_bytes, used_bytes; // used: of footage; counted only with a limit
    const char *state;                           // IDX_VOLUME_…
    int failed;                                  // errno behind the state
    bool slow;                                   // syncing hangs
    int sync_failed;                             // errno of syncing; 0 once a probe was synced
    int64_t busy_since_us;                       // the thread is in a call; 0 = it is not
    int64_t failed_us, again_us;                 // monotonic: when last; when to try again
    int tries;
    int given_up;     // jobs that are the thread's
    const char *told; // the state that was told
    bool told_slow;
    int told_sync;
};

/* Under @disk->lock. How much may still be written; how much of that is the margin. */
int64_t cap_disk_room_locked(const CapDisk *disk);
int64_t cap_disk_margin_locked(const CapDisk *disk);
bool cap_disk_is_ready_locked(const CapDisk *disk);
void cap_disk_note_failure_locked(CapDisk *disk, int failed);
void cap_disk_note_sync_locked(CapDisk *disk, int failed);

CapDisk *cap_disk_new(CapDisks *disks, const IdxVolume *volume);
/* Begins its thread, unless it has one. False if the system has none to give: try again later; until then
 * the volume cannot be recorded to. */
bool cap_disk_start(CapDisk *disk);
/* Takes @disk: its thread ends when it can, and frees it. */
void cap_disk_stop(CapDisk *disk);
