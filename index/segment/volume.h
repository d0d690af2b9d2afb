// SPDX-License-Identifier: GPL-3.0-or-later
/* Volumes: the directories that footage is recorded in. A home has one, footage/ (IDX_VOLUME_HOME);
 * each further disk is one more. A segment says in which one its file lies, and whoever opens
 * footage asks idx_volume_file().
 *
 * A directory becomes a volume by idx_volume_add(), which leaves IDX_VOLUME_MARK in it. Where the
 * mark is missing, another disk, or none, is mounted there, and nothing is written, recovered or
 * removed (state "missing"). footage/ of the home needs no mark.
 *
 *   ready      recorded to                          full      the reserve or the limit is reached
 *   read-only  the file system turned so            failing   writing gives errors
 *   stalled    a write hangs, or did                missing   not mounted, or not ours
 *   unknown    no recorder has looked yet */
#pragma once

#include "index/catalogue.h"

#define IDX_VOLUME_HOME 1
#define IDX_VOLUME_OWN ".mingjing-" // begins the names of what is there besides footage
#define IDX_VOLUME_MARK IDX_VOLUME_OWN "volume"
/* Left free where nothing else is told: the larger one of these, so that a file system has room to
 * work and the catalogue, if it is there, can be written. */
#define IDX_VOLUME_RESERVE_BYTES (INT64_C(1) << 30)
#define IDX_VOLUME_RESERVE_PERCENT 2

#define IDX_VOLUME_READY "ready"
#define IDX_VOLUME_FULL "full"
#define IDX_VOLUME_READ_ONLY "read-only"
#define IDX_VOLUME_FAILING "failing"
#define IDX_VOLUME_STALLED "stalled"
#define IDX_VOLUME_MISSING "missing"
#define IDX_VOLUME_UNKNOWN "unknown"

typedef struct IdxVolume {
    int64_t id;
    char *path; // absolute
    bool has_reserve;
    int64_t reserve_bytes;
    int64_t max_bytes; // 0 = no limit
    char *state;
    int64_t since_us;
    char *detail;       // NULL when nothing is wrong
    int64_t removed_us; // 0 while it is recorded to
} IdxVolume;

void idx_volume_free(IdxVolume *volume);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxVolume, idx_volume_free)

#define IDX_VOLUME_STAYS INT64_MIN // a limit of which nothing is said
/* @path: an absolute path of a directory that exists. @reserve_bytes < 0 = the default, @max_bytes
 * 0 = none; of a new volume IDX_VOLUME_STAYS means the same. One that is a volume already, or was, gets these limits
 * and is recorded to again. MJ_ERROR_INVALID, MJ_ERROR_IO. */
bool idx_volume_add(IdxCatalogue *cat, const char *path, int64_t reserve_bytes, int64_t max_bytes,
                    int64_t now_us, GError **error);

/* Leaves the mark in the folder @root; idx_volume_add() does, or has a recorder do it where it may not itself. */
bool idx_volume_mark(const char *root, GError **error);

/* The one at @path, also if it was removed. MJ_ERROR_NOT_FOUND. Caller frees. */
IdxVolume *idx_volume_get(IdxCatalogue *cat, const char *path, GError **error);

/* No more is recorded to it; what it holds stays findable. @path as in the list.
 * MJ_ERROR_NOT_FOUND; MJ_ERROR_CONFLICT if it is the last one. */
bool idx_volume_remove(IdxCatalogue *cat, const char *path, int64_t now_us, GError **error);

/* By id, with those that were removed. Element type IdxVolume *. */
GPtrArray *idx_volume_list(IdxCatalogue *cat, GError **error);

/* Bytes of footage in it, by the catalogue: reads every segment. */
bool idx_volume_bytes(IdxCatalogue *cat, int64_t id, int64_t *ret, GError **error);

/* Only capture. since_us is kept while state and detail stay the same. */
bool idx_volume_set_state(IdxCatalogue *cat, int64_t id, const char *state, const char *detail,
                          int64_t now_us, GError **error);

/* Its folder. MJ_ERROR_CORRUPT if there is no such volume. Caller frees. */
char *idx_volume_root(IdxCatalogue *cat, int64_t id, GError **error);

/* MJ_ERROR_IO if the mark is not there. */
bool idx_volume_check(int64_t id, const char *root, GError **error);

/* Where the file @relative of volume @id lies. MJ_ERROR_CORRUPT if the path climbs out. */
char *idx_volume_file(IdxCatalogue *cat, int64_t id, const char *relative, GError **error);

/* What is left free of a file system of @total_bytes. */
int64_t idx_volume_reserve(const IdxVolume *volume, int64_t total_bytes);
