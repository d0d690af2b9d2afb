// SPDX-License-Identifier: GPL-3.0-or-later
/* Copies of the catalogue while everybody goes on writing: FOLDER/catalogue-20261122T013000.120Z.db.
 *
 * A copy is the catalogue as it was at one moment, a whole SQLite database that has been looked through
 * (PRAGMA quick_check). To restore a home: stop the daemons, `mingjing rebuild --copy FILE` (rebuild/rebuild.h),
 * which also adds what was recorded since: the footage carries what it takes to know it again.
 *
 * Not in it: footage, and keys/. With the key a copy would give every camera's password to whoever
 * finds it, and copies travel; without it they are sealed. The key never changes: keep one copy of
 * keys/camera.key elsewhere, or give the cameras' addresses anew after a loss.
 *
 * Steps, of which each may be the last:
 *   1. a .part of somebody who died is removed
 *   2. a read transaction is opened and its pages are copied into a new .part; writers go on, and
 *      only the log cannot shrink meanwhile
 *   3. fsync, quick_check of what was written
 *   4. rename to the final name, fsync of the folder
 *   5. the oldest copies beyond @keep are removed */
#pragma once

#include "index/catalogue.h"

typedef struct IdxBackup {
    int64_t keep; // so many of the newest copies stay; 0 = all
    int64_t now_us;
    void (*progress)(int64_t pages_done, int64_t pages_all, void *data); // each MB; may be NULL
    void *data;
} IdxBackup;

typedef struct IdxBackupSums { // of the copy
    char *path;
    int64_t bytes, cameras, segments, events;
    int64_t kept, removed; // copies in the folder
} IdxBackupSums;

void idx_backup_sums_clear(IdxBackupSums *sums);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxBackupSums, idx_backup_sums_clear)

/* The path of the newest copy in @folder; NULL if there is none, or it cannot be read. Caller frees. */
char *idx_backup_newest(const char *folder);

/* Copies @cat, which has no transaction open, into @folder, which is made if it is not there.
 * MJ_ERROR_IO: no room, or the disk failed. MJ_ERROR_CORRUPT: the catalogue is damaged, in words; no
 * copy is made then, and none removed. */
bool idx_backup(IdxCatalogue *cat, const char *folder, const IdxBackup *how, IdxBackupSums *ret,
                GError **error);
