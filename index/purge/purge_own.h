// SPDX-License-Identifier: GPL-3.0-or-later
/* The parts of a purge, for purge.c, mark.c and files.c alone. */
#pragma once

#include "index/hold/journal.h"
#include "index/purge/purge.h"
#include "index/purge/survey.h"

typedef struct PurgeExplain { // decisions that are alike become one
    const IdxPurge *how;
    IdxCatalogue *cat;
    int64_t stream_id; // of what is being put together; 0 = nothing
    char *camera, *stream, *rule;
    IdxDecision next;
} PurgeExplain;

typedef struct PurgeKept { // sums of what stays; its parts are NULL if nobody asks
    GPtrArray *list;       // in the order in which reasons were met: stream by stream
    GHashTable *by_reason; // the same
} PurgeKept;

#define PURGE_PRAGMAS 4

typedef struct Purge {
    IdxCatalogue *cat;
    const IdxPurge *how;
    IdxPurgeSums *sums;
    IdxRetention *retention;
    GPtrArray *volumes; // IdxVolume *
    GPtrArray *surveys; // IdxSurveyVolume *
    int64_t started_mono_us;
    PurgeExplain explain;
    PurgeKept kept;
    bool quick;
    int64_t before[PURGE_PRAGMAS]; // how the connection was set
} Purge;

/* False, with MJ_ERROR_CANCELLED, if the test says that a kill falls here. */
bool idx_purge_step(const Purge *p, const char *name, GError **error);

bool idx_purge_out_of_time(const Purge *p);

/* Step 2, but for what is linked: journals, records and rows of holds, what holds keep by now, and what is in doubt. Of a
 * dry run in a trial (hold/trial.h). MJ_ERROR_CONFLICT: nothing is to be deleted. */
bool idx_purge_look(Purge *p, GError **error);

/* What was queued to be linked anew since the run began (link/linking.h), and what holds keep by it, as far as the time
 * goes. No transaction open. */
bool idx_purge_link_meanwhile(Purge *p, GError **error);

/* --- quick.c: how the connection is set while a purge runs, and as it was before. No transaction open. */

bool idx_purge_quick(Purge *p, GError **error);
void idx_purge_slow(Purge *p);

/* --- run.c: the table purge_run, and what the audit log has of it */

bool idx_purge_run_begin(Purge *p, GError **error);
/* It is not to begin, for a reason that is no clock: that it was tried is noted, as far as that goes. */
void idx_purge_run_refused(const Purge *p);
/* What a batch deletes, in its transaction: a kill behind it leaves the sums right. */
bool idx_purge_run_count(const Purge *p, int64_t segments, int64_t bytes, GError **error);
/* In a transaction of the caller's. */
bool idx_purge_run_end(const Purge *p, GError **error);
/* Tells the audit log what runs that did not end had deleted, and ends them. */
bool idx_purge_run_settle(const Purge *p, GError **error);

/* --- doubt.c: records of holds that are damaged and that nobody has */

/* Footage of the cameras that they name stays, which is told in the sums. MJ_ERROR_CONFLICT: one names none that is
 * known, or a whole journal cannot be read. */
bool idx_purge_doubt(Purge *p, const IdxHoldSync *sync, GError **error);

/* --- explain.c */
void idx_purge_explain(PurgeExplain *e, const IdxSurveySegment *segment, const IdxVerdict *verdict,
                       bool goes, const char *rule);
void idx_purge_explain_end(PurgeExplain *e);
/* Of a stream's camera and its own. Caller frees. */
void idx_purge_stream_names(IdxCatalogue *cat, int64_t stream_id, char **ret_camera,
                            char **ret_stream);

/* --- kept.c */
void idx_purge_kept_begin(PurgeKept *kept);
void idx_purge_kept_add(PurgeKept *kept, const IdxSurveySegment *segment,
                        const IdxVerdict *verdict);
/* It goes after all. */
void idx_purge_kept_less(PurgeKept *kept, const IdxSurveySegment *segment,
                         const IdxVerdict *verdict);
/* Tells what there is, and forgets it; @cat NULL: tells nothing. */
void idx_purge_kept_end(PurgeKept *kept, const IdxPurge *how, IdxCatalogue *cat);

/* --- mark.c: step 4 */

typedef struct PurgeNeed { // of one volume
    IdxPurgeVolume *volume;
    IdxSurveyVolume *survey; // what goes is taken off
    IdxVerdictKind level;    // how far it may go
    int64_t limit_bytes;     // until so much is freed at this level; INT64_MAX = all of it
} PurgeNeed;

/* Marks what of @need's volume is at its level, the oldest first, and removes its files. */
bool idx_purge_take(Purge *p, PurgeNeed *need, GError **error);

/* --- files.c: steps 5 to 8 */

/* For all batches that are not done. Those whose volume is not there stay; why files of another
 * cannot be removed is told to its entry of the sums. *ret_batches: how many are done now. */
bool idx_purge_finish(Purge *p, int64_t *ret_batches, GError **error);

/* How many there are. */
bool idx_purge_count_pending(IdxCatalogue *cat, int64_t *ret, GError **error);

/* NULL if a volume may be purged: it is there and answers. Else why not. Caller frees. */
char *idx_purge_obstacle(const IdxVolume *volume);
