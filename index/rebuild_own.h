// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a rebuild, for rebuild.c, rebuild_cameras.c, rebuild_files.c, rebuild_rows.c and
 * rebuild_settle.c alone. */
#pragma once

#include "index/pace.h"
#include "index/rebuild.h"
#include "index/recover.h"
#include "index/volume.h"

typedef struct Rebuild {
    const IdxRebuild *how;
    const char *home;
    IdxCatalogue *cat; // NULL: a dry run of a home without one
    IdxRebuildSums *sums;
    GPtrArray *volumes; // IdxVolume *: those that are searched
    IdxPace pace;
    int64_t told_us;
} Rebuild;

/* False, with MJ_ERROR_CANCELLED, if the test says that a kill falls here. */
bool idx_rebuild_step(const Rebuild *r, const char *name, GError **error);

void idx_rebuild_left(Rebuild *r, IdxLeftKind kind, const char *volume, const char *path,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);

void idx_rebuild_progress(Rebuild *r, const char *where);

/* --- rebuild_files.c: what lies where */

typedef struct RebuildFile {
    const IdxVolume *volume;
    char *path;
} RebuildFile;

void idx_rebuild_file_clear(void *file);

typedef bool (*RebuildFits)(const char *name);

bool idx_rebuild_fits_camera(const char *name);
bool idx_rebuild_fits_stream(const char *name);

/* The folders below @where of all volumes, each name once, sorted. @tell: what else lies there is told as
 * strange. Element type char *. Caller frees. */
GPtrArray *idx_rebuild_folders(Rebuild *r, const char *where, RebuildFits fits, bool tell);

/* The files of a day, RebuildFile, sorted by time. Caller frees. */
GArray *idx_rebuild_day(Rebuild *r, const char *where, bool tell);

/* --- rebuild_cameras.c: step 3 */

bool idx_rebuild_cameras(Rebuild *r, GError **error);

/* Of a stream that has no address: it is said that nothing is recorded behind its last segment. */
bool idx_rebuild_rest(Rebuild *r, int64_t stream_id, GError **error);

/* The id of a stream; 0 if there is none. */
bool idx_rebuild_stream(Rebuild *r, const char *camera, const char *stream, int64_t *ret,
                        GError **error);

/* --- rebuild_rows.c: step 4 */

bool idx_rebuild_streams(Rebuild *r, GError **error);

/* --- rebuild_settle.c: step 5 */

bool idx_rebuild_settle(Rebuild *r, GError **error);
