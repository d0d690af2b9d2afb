// SPDX-License-Identifier: GPL-3.0-or-later
/* Purge: footage goes as retention/retention.h says, and the record of it stays. The only thing that deletes
 * footage. Run from a timer; may be killed at any point and run again; one at a time in a home.
 *
 * A run
 *   1. takes the lock HOME/run/purge.lock, and tells the audit log what runs that did not end had deleted;
 *   2. brings catalogue and journals of holds together (hold/journal.h). Where they contradict each
 *      other, or rows of holds their records, nothing is purged. Where a damaged line of a journal was a record that nobody
 *      has, nothing is purged of the camera that it names, nor of any if it names none, or if a journal that is there
 *      cannot be read at all. What is queued to be linked anew (link/linking.h) is linked: what is found
 *      only then may be held, or an approval's. If the time is over before, the run is refused. Holds on
 *      subjects get what they have to keep by now (hold/hold.h);
 *   3. finishes what earlier runs have marked (5 to 8);
 *   4. surveys what is old (survey.h), and takes what is due;
 *      surveys all footage that is left, and takes, volume by volume where it is short, what is spare,
 *      oldest first, then, if that is its policy, what is bound, oldest first;
 *   9. stores the outlook of each volume (retention/forecast.h).
 * Order for each batch
 *   4. one transaction: if something was queued to be linked meanwhile, nothing goes before that is
 *      done; every candidate is judged again; for those that may go, the disposition is
 *      written, the segment and its index are deleted, and the run's sums are counted. It holds the catalogue for some fifteen
 *      milliseconds, and leaves it to others for one and a half before the next;
 *   5. the catalogue is synced: the mark is durable before anything is touched;
 *   6. unlink; folders of days that are over and empty are removed;
 *   7. fsync of the folders;
 *   8. the batch is done.
 * Killed before 4 is committed nothing has happened. Killed behind it the rows are gone and the files
 * are to be removed: the next run begins at 5. A file that was made anew under the name of one that
 * was removed is left alone.
 *
 * Invariants
 *   P1  What a hold touches is not deleted; nor what is open; nor what is bound, but by policy.
 *   P2  A segment is in the table segment or in the table disposition, never in both or neither.
 *   P3  A file is unlinked only when its disposition is durable.
 *   P4  A batch that is not done is finished by a later run, also if the rules have changed since.
 *   P5  Which segments go depends on the footage and the time alone: a run that was killed and one
 *       that followed it leave what a single one would have left.
 *   P6  Nothing is marked in a volume that is not there: its mark is looked for first.
 *   P7  Nothing is marked while anything waits to be linked anew.
 * Time: what is begun is ended (a batch, a piece of linking, the survey), so a run may take minutes more than it
 * was given. The timer gives it three quarters of an hour (systemd/mingjing-purge.service), and the next run goes on.
 * Room: so much that PURGE_AHEAD of recording fits in, at the rate of the last days. */
#pragma once

#include "index/base/json.h"
#include "index/retention/forecast.h"
#include "index/retention/retention.h"

#define IDX_PURGE_AHEAD_US (6 * MJ_HOUR_US)        // of recording are to fit between two runs
#define IDX_PURGE_LEAST_BYTES (INT64_C(512) << 20) // as room, but not more than a tenth of a volume

typedef struct IdxDecision {     // about footage of one stream without a seam in time or reason
    const char *camera, *stream; // valid during the call
    int64_t from_us, to_us;
    int64_t segments, bytes;
    bool goes;
    IdxVerdictKind verdict;
    const char *rule; // "max:any/footage:90" of what goes; "any/approval" that keeps what stays
    int64_t hold_id;  // that keeps it
    int64_t until_us; // when what stays is due; INT64_MAX = never by age
} IdxDecision;

typedef struct IdxKept {         // all footage of a stream that stays for one reason
    const char *camera, *stream; // valid during the call
    IdxVerdictKind verdict;
    const IdxRule *
        rule; // of open, held, bound: that of its minimum; of spare: that of its maximum. Valid during the call
    int64_t segments, bytes;
    int64_t oldest_us; // begin of the oldest, or somewhat earlier where others of it go
    int64_t first_us,
        last_us; // when the first and the last of it are past that; INT64_MAX = never by age
} IdxKept;

typedef struct IdxPurge {
    int64_t now_us;
    bool dry_run;           // tells by the same code what a run would do, and changes nothing
    int64_t headroom_bytes; // wanted in each volume; negative = as said above
    int64_t longest_us;     // then the rest is left to the next run; 0 = as long as it takes
    /* Told of all that goes, and of what stays although it is past the maximum that it would have
     * without a link or a hold. May be NULL. */
    void (*decided)(const IdxDecision *decision, void *data);
    /* Told in the end of all that stays: a call for each stream and reason, however much it is. May be NULL. */
    void (*kept)(const IdxKept *kept, void *data);
    void (*linking)(int64_t events_left, void *data); // while it links what was queued; may be NULL
    /* Size and free space of a volume's file system; NULL: as it is. */
    bool (*space)(const IdxVolume *volume, int64_t *ret_total, int64_t *ret_free, void *data);
    /* For tests: called at each point where a kill may fall. False = as if it fell. */
    bool (*step)(const char *name, void *data);
    void *data;
} IdxPurge;

typedef struct IdxPurgeVolume {
    int64_t id;
    char *path;
    int64_t need_bytes;  // room that was missing
    int64_t freed_bytes; // of all levels
    int64_t short_bytes; // room that is missing still: nothing may go
    char *failed;        // why it was left out; NULL if it was not
} IdxPurgeVolume;

typedef struct IdxPurgeSums {
    int64_t run_id;          // 0 in a dry run
    int64_t segments, bytes; // that went
    int64_t below_minimum;   // segments of them that went by policy
    int64_t finished;        // batches that earlier runs had marked; in a dry run, that wait
    bool more;               // the time was over, and of what is due was left:
    int64_t left_segments, left_bytes;
    bool unlinked; // of a dry run: something waits to be linked anew, and may have to stay then
    GPtrArray *volumes;                // IdxPurgeVolume *
    int journals, journals_of, learnt; // of hold/journal.h; written: 0 in a dry run
    char *journal_failed; // NULL if all were written; of a dry run, if all could be read
    char *
        refused; // of a dry run: why a purge would be refused, and nothing is said of footage; NULL if it would not
} IdxPurgeSums;

void idx_purge_sums_clear(IdxPurgeSums *sums);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxPurgeSums, idx_purge_sums_clear)

/* @cat: IDX_WRITE, no transaction open (a dry run does with IDX_READ). MJ_ERROR_BUSY: another one
 * runs. MJ_ERROR_CANCELLED: step() said so. A volume whose files cannot be removed is left out, with
 * its reason in the sums. */
bool idx_purge(IdxCatalogue *cat, const IdxPurge *how, IdxPurgeSums *ret, GError **error);

/* Why each segment of one camera goes or stays: the same judgement as a dry run, segment by segment. What is spare goes only when its
 * volume is short, the oldest first. */
typedef struct IdxPurgeAsk {
    const char *camera;     // code
    int64_t from_us, to_us; // what touches it; INT64_MIN and INT64_MAX: of any time
    int64_t limit;          // segments at most
    int64_t now_us;
    void (*told)(const char *stream, const IdxSurveySegment *segment, const IdxVerdict *verdict,
                 void *data); // stream by stream, in order of time; may be NULL
    /* Told in the end of the sums: a call for each stream and reason, with what is due too. May be NULL. */
    void (*kept)(const IdxKept *kept, void *data);
    /* Told first if a purge would be refused, so that of what is due nothing goes: why. May be NULL. */
    void (*refused)(const char *words, void *data);
    bool after_pause; // it would not ask for the clock
    void *data;
} IdxPurgeAsk;
/* *ret_more: there are more than @ask's limit. MJ_ERROR_NOT_FOUND: no such camera. */
bool idx_purge_why(IdxCatalogue *cat, const IdxPurgeAsk *ask, int64_t *ret_told, bool *ret_more,
                   GError **error);

/* Schema Kept of a stream and a reason, as `purge --dry-run --json` has it. New reference. */
json_t *idx_purge_kept_json(IdxCatalogue *cat, const IdxKept *kept);

/* Why the footage of one camera goes or stays, in sums: schema CameraRetention of api/openapi.yaml. Of so many segments
 * at most, stream by stream, the oldest first: 0.3 s of a processor for all of them. MJ_ERROR_NOT_FOUND. New reference. */
#define IDX_PURGE_WHY_MAX 400000 // four streams of minutes for two months
json_t *idx_purge_why_json(IdxCatalogue *cat, const char *camera, int64_t now_us, GError **error);

/* A clock that was set a year ahead makes all footage a year old. So whoever runs a purge by the machine's clock
 * asks first: MJ_ERROR_CONFLICT if the last purge is more than IDX_PURGE_PAUSE_US ago by it. Purges run every hour, so that
 * is a wrong clock, or a machine that was off: a person knows which. One that was asked for and refused, because journals
 * contradict or are in doubt or the time was over, counts as well: the clock went on. The last is the one that came last:
 * after one that ran by a clock that was ahead the next one by the right clock counts again. After one by a clock that was behind the
 * next one asks a person, too.
 *
 * A recorder that started with the wrong clock is no witness, nor is what it recorded since. So before the first purge
 * of a home, where the newest sign of life of a recorder and the newest footage stand for it, a hole of that length in
 * the footage of all cameras is as much a reason: before it the clock was another one, or nothing was recorded. */
#define IDX_PURGE_PAUSE_US (2 * MJ_DAY_US)
bool idx_purge_check_clock(IdxCatalogue *cat, int64_t now_us, GError **error);
