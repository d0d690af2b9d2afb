// SPDX-License-Identifier: GPL-3.0-or-later
/* Where footage goes: the volumes of the home (index/segment/volume.h), watched, and written so that a disk
 * takes only its own share down.
 *
 * A stream stays on its volume while that is well. At its first segment, and when its volume is
 * not, it gets one of the others, each with a chance by how much is free there. Nothing is written
 * below the reserve: within CAP_DISK_MARGIN above it (or below its max) streams leave at their next
 * key frame without losing a picture, and at it writing fails.
 *
 * Every call into a volume's file system is made by a thread of that volume. A recorder waits for
 * it, CAP_DISK_STALL_US at most; then the write is given up (bytes and descriptor become the
 * thread's), the volume is "stalled", and whoever comes gets an error at once. The segment ends with
 * what was written; what comes to pass later is cut off (recovery.h).
 *
 * A volume that failed is tried with a small file, after CAP_DISK_AGAIN_US at first, and each time
 * that was not enough after twice as long, to CAP_DISK_AGAIN_MAX_US; when that was written and synced,
 * it is used again. One that only syncs too slowly (CAP_DISK_SYNC_US), or whose syncing fails while
 * writing does not, is left for a better one, and used if there is none.
 *
 * Any thread, but for new, start and free. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CAP_DISK_STALL_US INT64_C(3000000)
#define CAP_DISK_SYNC_US INT64_C(15000000)
#define CAP_DISK_AGAIN_US INT64_C(1000000)
#define CAP_DISK_AGAIN_MAX_US INT64_C(60000000)
#define CAP_DISK_MARGIN_BYTES (INT64_C(256) << 20) // at most; a twentieth of a small file system

typedef struct CapDisks CapDisks;
typedef struct CapDisk CapDisk; // one volume; lives as long as the CapDisks

/* Reads the volumes of @home. */
CapDisks *cap_disks_new(const char *home, GError **error);
/* @changed is called by a thread of the disks when the state of a volume changes; strings are valid
 * during the call. */
void cap_disks_start(CapDisks *disks,
                     void (*changed)(void *data, int64_t id, const char *state, const char *detail),
                     void *data);
/* Threads that hang in the kernel are left to themselves. NULL is allowed. */
void cap_disks_free(CapDisks *disks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CapDisks, cap_disks_free)

/* The volume for the next segment of a stream. MJ_ERROR_IO, which says of each volume why not. */
CapDisk *cap_disks_pick(CapDisks *disks, int64_t stream_id, GError **error);
/* The folder of volume @id; NULL if it is not known. Valid as long as @disks. */
const char *cap_disks_root(CapDisks *disks, int64_t id);
/* What was written to volume @id did not reach its disk (errno). The volume is "failing" and left for
 * a better one, and used if there is none, until a small file was written and synced. */
void cap_disks_sync_failed(CapDisks *disks, int64_t id, int failed);
/* Waits, for as long as it takes, until no write that was given up can come to pass in volume @id. */
void cap_disks_settle(CapDisks *disks, int64_t id);

int64_t cap_disk_id(const CapDisk *disk);
/* True if the next segment had better be on another volume, and there is one. */
bool cap_disk_is_to_leave(CapDisk *disk);

/* Makes the file @path below the volume's folder, and its folders. The descriptor, or -1.
 * MJ_ERROR_EXISTS if the name is taken. */
int cap_disk_create(CapDisk *disk, const char *path, GError **error);
/* Appends all of @bytes to *@fd. On success @bytes is empty; on failure, *@fd is closed and -1. If
 * the write was given up *@bytes is NULL. */
bool cap_disk_write(CapDisk *disk, int *fd, GByteArray **bytes, GError **error);
