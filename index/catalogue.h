// SPDX-License-Identifier: GPL-3.0-or-later
/* The catalogue: one connection to HOME/catalogue.db (SQLite, WAL).
 *
 * A connection is used by one thread at a time; open one per thread, or lend them out under a lock
 * of your own. Writers: a process has as many writing connections as threads that write: each lane of
 * mingjing-api (api/server.c), its keeper, its audit log and its logins; mingjing-capture has some too. SQLite lets one of
 * them all write at a time. The price: they wait for each other by asking again with growing pauses, not
 * in the order they came, so a write may wait for several others; the lanes bound how many do. Hence
 * transactions are short (IMMEDIATE, so that a busy catalogue is waited for at the beginning and never in
 * the middle; nothing slow is done in one). A writer waits up to 10 s, then fails with MJ_ERROR_BUSY.
 *
 * Every function of index/ that takes a catalogue and writes does so in the transaction that is
 * open, or in one of its own if none is; event/ingest.h, which commits now and then, wants none open. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IdxCatalogue IdxCatalogue;

typedef enum {
    IDX_READ,   // no writing
    IDX_WRITE,  // PRAGMA synchronous=FULL: a commit is on disk when it returns (events, users)
    IDX_RECORD, // synchronous=NORMAL: a power cut may lose the last commits, never more (capture)
} IdxMode;

/* Makes the home, its keys and a new catalogue for a hall. MJ_ERROR_EXISTS if there is one.
 * @zone_name:
 * "+08:00" or an IANA name. */
bool idx_catalogue_create(const char *home, const char *hall_code, const char *hall_name,
                          const char *zone_name, GError **error);

/* Whether a catalogue can be made of them: MJ_ERROR_INVALID says what is wrong. */
bool idx_catalogue_check(const char *hall_code, const char *hall_name, const char *zone_name,
                         GError **error);

/* Opens, and brings an older catalogue to this version first (except IDX_READ, which refuses one).
 * MJ_ERROR_NOT_FOUND: no home there, says to run `mingjing init`. MJ_ERROR_UNSUPPORTED: made by a
 * newer Mingjing. MJ_ERROR_CORRUPT: damaged; nothing is changed or deleted. */
IdxCatalogue *idx_catalogue_open(const char *home, IdxMode mode, GError **error);
void idx_catalogue_free(IdxCatalogue *cat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxCatalogue, idx_catalogue_free)

/* Reads through a map of the file, as much of it as SQLite maps (2 GB), for as long as it is open: a large dossier
 * takes a quarter less time, of which copying a thousand pages is that part. The price: where the disk cannot read a
 * page, the process ends with SIGBUS instead of an error. So for a server that is started again, and for nothing
 * that has to do with a catalogue that may be damaged. */
bool idx_catalogue_map(IdxCatalogue *cat, GError **error);

const char *idx_catalogue_home(const IdxCatalogue *cat);

/* The hall's time zone (the first hall's, if there are several). Valid as long as @cat. */
GTimeZone *idx_catalogue_timezone(const IdxCatalogue *cat);
const char *idx_catalogue_hall_code(const IdxCatalogue *cat);
const char *idx_catalogue_hall_name(const IdxCatalogue *cat);
const char *idx_catalogue_timezone_name(const IdxCatalogue *cat);

/* A transaction over several calls. Not nested. */
bool idx_begin(IdxCatalogue *cat, GError **error);
bool idx_commit(IdxCatalogue *cat, GError **error);
void idx_rollback(IdxCatalogue *cat);
