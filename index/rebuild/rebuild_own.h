// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a rebuild, for the files rebuild*.c alone. */
#pragma once

#include "index/pace.h"
#include "index/rebuild/rebuild.h"
#include "index/segment/recover.h"
#include "index/segment/volume.h"

typedef struct Rebuild {
    const IdxRebuild *how;
    const char *home;
    IdxCatalogue *cat; // NULL: a dry run of a home without one
    IdxRebuildSums *sums;
    GPtrArray *volumes;    // IdxVolume *: those that are searched
    GPtrArray *damage;     // IdxHoldDamage *, of journals; NULL = not looked for
    GPtrArray *unreadable; // IdxHoldUnreadable *: of which a new catalogue knows nothing; likewise
    IdxPace pace;
    int64_t told_us;
} Rebuild;

/* False, with MJ_ERROR_CANCELLED, if the test says that a kill falls here. */
bool idx_rebuild_step(const Rebuild *r, const char *name, GError **error);

void idx_rebuild_left(Rebuild *r, IdxLeftKind kind, const char *volume, const char *path,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);

void idx_rebuild_progress(Rebuild *r, const char *where);

/* --- files.c: what lies where */

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

/* Of a stream (@where), those called like a day on which it may have recorded: one of the calendar, from 1970,
 * where clocks that were lost begin, to thirty years ahead. @tell: others are told as strange, once for each volume;
 * what is in them is no footage of the year 1, and is not looked at. As above. */
GPtrArray *idx_rebuild_days(Rebuild *r, const char *where, bool tell);

/* The moment at which a day begins by UTC. False: eight digits, and no day. */
bool idx_rebuild_day_us(const char *day, int64_t *ret_us);

/* The files of a day, RebuildFile, sorted by time. Caller frees. */
GArray *idx_rebuild_day(Rebuild *r, const char *where, bool tell);

/* The folder of a volume that is searched; NULL if it is not. Valid as long as r->volumes. */
const char *idx_rebuild_root(const Rebuild *r, int64_t volume_id);

/* Whether the volume is searched and does not have @path: of one that is not there nothing is known. */
bool idx_rebuild_lacks(const Rebuild *r, int64_t volume_id, const char *path);

/* --- cameras.c: step 3 */

bool idx_rebuild_cameras(Rebuild *r, GError **error);

/* Of a stream that has no address: it is said that nothing is recorded behind its last segment. */
bool idx_rebuild_rest(Rebuild *r, int64_t stream_id, GError **error);

/* The id of a stream; 0 if there is none. */
bool idx_rebuild_stream(Rebuild *r, const char *camera, const char *stream, int64_t *ret,
                        GError **error);

/* --- look.c: what a file says, and whether its time is free */

/* A file that is to get a row as soon as it is known where it ends. */
typedef struct RebuildWaiting {
    const IdxVolume *volume;
    IdxSegment *row; // NULL: none waits
    IdxBoxFile *boxes;
    int64_t size;
    bool torn; // its end is to be cut off
} RebuildWaiting;

void idx_rebuild_waiting_clear(RebuildWaiting *waiting);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RebuildWaiting, idx_rebuild_waiting_clear)

typedef struct RebuildStream { // that is gone through
    Rebuild *r;
    const char *camera, *name;
    int64_t id; // 0: not in the catalogue
    RebuildWaiting waiting;
} RebuildStream;

/* Why a file stays as it is. */
typedef struct RebuildReason {
    bool is;
    IdxLeftKind kind;
    char *words;
} RebuildReason;

void idx_rebuild_reason_clear(RebuildReason *reason);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RebuildReason, idx_rebuild_reason_clear)

void idx_rebuild_leave(RebuildReason *reason, IdxLeftKind kind, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Everything that the file alone says. False: it stays, see @reason. */
bool idx_rebuild_look(const RebuildStream *s, const RebuildFile *file, RebuildWaiting *ret,
                      RebuildReason *reason);

/* Whether its time is free. False only if the catalogue cannot be read. */
bool idx_rebuild_place(const RebuildStream *s, const RebuildWaiting *w, RebuildReason *reason,
                       GError **error);

/* The segment behind; NULL without error if there is none. */
IdxSegment *idx_rebuild_next(const RebuildStream *s, int64_t start_us, GError **error);

/* --- doubt.c */

/* Holds what lines of journals that are lost may have held, once for each. */
bool idx_rebuild_doubt(Rebuild *r, GError **error);

/* A path as it fits into a reason. Caller frees. */
char *idx_rebuild_short(const char *path);

/* Whether a hold was put for it, by this or an earlier run: whoever released it has decided. */
bool idx_rebuild_was_put(Rebuild *r, const char *case_no, const char *reason, bool *ret,
                         GError **error);

/* --- dispute.c */

/* Learns what nobody disputes of @journals (IdxHoldJournal *), and holds what any of them holds, once for each. */
bool idx_rebuild_dispute(Rebuild *r, const GPtrArray *journals, GError **error);

/* --- gaps.c */

/* What neither gaps nor dispositions explain of [from, to) becomes gaps. In the open transaction. */
bool idx_rebuild_explain(const RebuildStream *s, int64_t from_us, int64_t to_us, GError **error);

/* The same of what lies between @row and the one before. */
bool idx_rebuild_explain_before(const RebuildStream *s, const IdxSegment *row, GError **error);

/* --- rows.c: step 4 */

bool idx_rebuild_streams(Rebuild *r, GError **error);

/* --- settle.c: step 5 */

bool idx_rebuild_settle(Rebuild *r, GError **error);
