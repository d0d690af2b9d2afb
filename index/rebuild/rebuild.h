// SPDX-License-Identifier: GPL-3.0-or-later
/* The catalogue filled with what the footage says of itself: all of it after a loss (restore.h), what is
 * newer after a copy was put back, single files that have no row at any time. May be killed at any point
 * and run again, and ends alike; run twice it changes nothing.
 *
 * What files say       camera and stream, start and end, joins, pictures, fragments, SHA-256, by whose clock
 * What journals say    holds (hold/journal.h): they are in force again before there is a segment
 * What nobody says     addresses and kinds of cameras, why nothing was recorded, damage, and all that came
 *                      from people and business systems: halls' names, places, coverage, events, rules,
 *                      accounts, the audit log
 *
 * Order
 *   1. volumes: those of the catalogue, those given, and HOME/volumes/X; each only if its mark is there
 *   2. holds are learnt
 *   3. cameras that the catalogue does not know are made, without address: they are shown, and recorded only
 *      when somebody gives it (`camera set ID --url`). Since it is not known what kind they are nor what is
 *      linked to their footage, a purge might take what had years to stay: one hold on all of it, owner
 *      IDX_REBUILD_OWNER, to be released when events, kinds and rules are back. Likewise what was recorded since a
 *      copy was made that is put back: it knows neither the events since then nor rules that were changed
 *      A line of a journal that is damaged and that no journal has whole may have held anything: the camera that it
 *      names with those whose names are alike, or all if it names none, is held as a whole, until somebody decides and
 *      releases that. If the line is a release, its hold stays in force and that is all (hold/damage.h). So are all
 *      cameras where a journal is there that cannot be read, unless the catalogue was sound
 *      Where journals contradict each other or the catalogue, none is believed alone: what any of them holds is held
 *      (dispute.c). Purges are refused until somebody has moved the wrong one away, and then these holds go on
 *      until they are released
 *   4. stream by stream, in order of time and one file in memory: a file without a row gets one (segment/recover.h),
 *      a row that was left open is closed. Where a file ends, the segment behind it says (segment/file.h).
 *      One transaction a file, with the gap before it. A row whose volume has not got its file, while
 *      another volume has it byte for byte, goes to that volume: somebody moved it since the copy was made
 *   5. of a copy that was put back: rows whose files are gone. If the rules had let a purge take the segment
 *      by now, one did: it becomes a disposition "gone:…", so that it is no loss for ever. What was held or
 *      within its minimum stays a row without a file, is told, and stays a finding of verify.h. What lies
 *      in any volume under its name is not gone
 *
 * State of a row that is made: "recovered", since no file says that its recorder closed it. Gaps between
 * segments that no gap or disposition explains: IDX_REASON_UNKNOWN.
 *
 * Footage is never removed. Cut is only the torn end that a power cut leaves: less than about a fragment. A
 * file stays as it is and without a row, and is told, when it
 *   strange     is not called like a segment, or lies where none lies; or is a folder called like a day on
 *               which nothing can have been recorded (00010101), with whatever is in it
 *   broken      cannot be read, holds no whole fragment, has more behind the last one than a torn end, or does
 *               not say what it is; or is a folder that cannot be read, with whatever is in it
 *   misplaced   is of another camera or stream than its folder
 *   overlap     lies in the time of another one that comes first, or has a row
 *   twice       has a row under the same name in another volume, which has its file or meant another one
 *   deleted     was deleted by a purge, as its disposition says, and is there again */
#pragma once

#include "index/rebuild/restore.h"

#define IDX_REBUILD_OWNER "mingjing rebuild"
#define IDX_REBUILD_REST                                                                           \
    "its address is not known since the catalogue was made anew"             // detail of a gap
#define IDX_REBUILD_GAP "the catalogue was made anew, and does not know why" // likewise

typedef enum {
    IDX_LEFT_STRANGE,
    IDX_LEFT_BROKEN,
    IDX_LEFT_MISPLACED,
    IDX_LEFT_OVERLAP,
    IDX_LEFT_TWICE,
    IDX_LEFT_DELETED,
    IDX_LEFT_MISSING, // a row without a file, of step 5
} IdxLeftKind;

/* "strange", "broken" …: as machines read it. Static string. */
const char *idx_left_name(IdxLeftKind kind);

typedef struct IdxLeft {
    IdxLeftKind kind;
    const char *volume; // its folder
    const char *path;   // below it; valid during the call, as are the words
    const char *words;  // why, for people
} IdxLeft;

typedef struct IdxRebuild {
    const GPtrArray *volumes; // char *: further ones; NULL = none
    const char *by;           // who puts the hold of step 3
    int64_t bytes_per_s;      // of reading; 0 = as fast as it goes
    int64_t now_us;
    bool dry_run; // tells what would be done
    void (*left)(const IdxLeft *left, void *data);
    void (*progress)(int64_t files, int64_t bytes_read, const char *where,
                     void *data); // about once a second; may be NULL
    /* For tests: called at each point where a kill may fall. False = as if it fell. */
    bool (*step)(const char *name, void *data);
    void *data;
} IdxRebuild;

typedef struct IdxRebuildVolume {
    char *path;
    char *obstacle; // why it was not searched; NULL if it was
} IdxRebuildVolume;

typedef struct IdxRebuildSums {
    int64_t files;           // called like a segment
    int64_t known;           // of them: had a row
    int64_t segments, bytes; // whose rows were made
    int64_t closed;          // rows that had been left open
    int64_t cut;             // files whose torn end was cut off
    int64_t moved;           // rows whose file is in another volume now
    int64_t gaps, cameras;   // made
    int64_t gone;            // of step 5: became dispositions
    int64_t left;            // told to left()
    int64_t read_bytes;
    int learnt;           // records of holds
    char *journal_failed; // what could not be brought together with journals; NULL = nothing
    int damaged;          // lines of journals, which journal_failed tells
    int unreadable;       // journals that are there, likewise
    bool disputed;        // journals contradict each other or the catalogue, likewise
    GArray *holds;        // int64_t: put by step 3
    GArray *doubts; // int64_t: put for what damaged lines and journals may hold, or one of several
    GPtrArray *volumes; // IdxRebuildVolume *
} IdxRebuildSums;

void idx_rebuild_sums_clear(IdxRebuildSums *sums);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxRebuildSums, idx_rebuild_sums_clear)

/* @home: of idx_restore(), with the same dry_run. MJ_ERROR_NOT_FOUND: a volume that was given is none, or is not
 * there. MJ_ERROR_CANCELLED: step() said so. */
bool idx_rebuild(IdxRestored *home, const char *path_of_home, const IdxRebuild *how,
                 IdxRebuildSums *ret, GError **error);
