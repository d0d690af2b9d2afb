// SPDX-License-Identifier: GPL-3.0-or-later
/* A home whose catalogue is lost or damaged gets one again: a copy (backup.h), or a new one. What is in the
 * footage and not in it is added by rebuild.h behind this.
 *
 *   sound    it opens, and PRAGMA quick_check finds nothing: it is used as it is
 *   damaged  SQLite or its first pages say that it is none: it is set aside
 *   lost     there is none
 *
 * Nothing is ever deleted. What is set aside is catalogue.db.damaged-20261122T013000.120Z with -wal and
 * -shm behind it, so that it can be looked into. What can still be read of it is brought out by
 * `sqlite3 FILE .dump | sed 's/^ROLLBACK.*$/COMMIT;/' | sqlite3 saved.db`, and saved.db is a copy like any other.
 *
 * Steps, of which each may be the last
 *   1. HOME/run/capture.lock and purge.lock are taken: no recorder and no purge works meanwhile
 *   2. the catalogue is looked at
 *   3. a copy is copied to catalogue.db.part, looked through and marked as one that is being restored
 *      (setting 'restoring'). Its counters of ids skip 2^30, so that no id that was given since the copy was
 *      made is given again; fsync
 *   4. what was there is set aside: catalogue.db first, since SQLite ignores a log without one; a log that
 *      was left by a kill is set aside by the next run, beside the one it belongs to. Refused while any
 *      process has the catalogue open; and from before 3 to the end SQLite's own lock keeps out who would
 *      open it meanwhile (MJ_ERROR_BUSY), as an API that is started again. Of a lost one that is seen by catalogue.db-shm: where that was
 *      deleted too, nobody can tell, so the API is to be stopped before
 *   5. the part is renamed, or a new catalogue made; fsync of the home
 * Killed before 4 nothing has happened; killed behind it the next run finds it lost. */
#pragma once

#include "index/catalogue.h"

typedef enum {
    IDX_RESTORE_SOUND,  // was there and is used
    IDX_RESTORE_NEW,    // made anew, empty
    IDX_RESTORE_COPIED, // the copy is in its place, by this run or one that was killed
} IdxRestoreKind;

/* "sound", "new", "copied": as machines read it. Static string. */
const char *idx_restore_name(IdxRestoreKind kind);

typedef struct IdxRestore {
    const char *home;
    const char *from;   // a copy; NULL = none
    const char *newest; // a copy that there would be if none is given; NULL = none
    const char *hall_code, *hall_name, *zone_name; // of a new one
    int64_t now_us;
    bool dry_run; // looks, and changes nothing
    /* For tests: called at each point where a kill may fall. False = as if it fell. */
    bool (*step)(const char *name, void *data);
    void *data;
} IdxRestore;

typedef struct IdxRestored {
    IdxCatalogue *cat; // IDX_WRITE; in a dry run IDX_READ, or NULL if there is none yet
    IdxRestoreKind kind;
    char *aside;  // where the damaged one is now (in a dry run: would be); NULL = none was there
    char *damage; // why it is called damaged
    int locks[2]; // descriptors
} IdxRestored;

void idx_restored_clear(IdxRestored *restored);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxRestored, idx_restored_clear)
#define IDX_RESTORED_NONE ((IdxRestored){.locks = {-1, -1}})

/* MJ_ERROR_NOT_FOUND: no home there. MJ_ERROR_BUSY: it is recorded, purged or rebuilt, or a process has
 * the damaged catalogue open. MJ_ERROR_EXISTS: a copy was given and the catalogue is sound;
 * or none was given, and there is one.
 * MJ_ERROR_INVALID: the copy is no catalogue, or damaged itself; or a new one cannot be made of hall and
 * zone. Nothing is set aside then. @ret is IDX_RESTORED_NONE before. */
bool idx_restore(const IdxRestore *how, IdxRestored *ret, GError **error);

/* Whether @cat is a copy whose restoring was begun and not ended; and that it is ended. */
bool idx_restore_is_open(IdxCatalogue *cat, bool *ret, GError **error);
bool idx_restore_end(IdxCatalogue *cat, GError **error);
