// SPDX-License-Identifier: GPL-3.0-or-later
/* The journals of holds: VOLUME/.mingjing-holds in every volume, so that neither a lost catalogue nor
 * one that was restored from an older backup can unhold anything.
 *
 * Form. A line is one record: 16 hexadecimal digits, a blank, a JSON object, "\n". The digits are the
 * first 8 bytes of the SHA-256 of the object's text. Fields of the object:
 *   v     1
 *   seq   its place in the order of all records of one catalogue; another catalogue counts from
 *         another number (schema.sql, "id")
 *   do    "hold"     id at kind hall key day owner reason case review by, part if it is of one ticket (hold.h):
 *                    a program that does not know it holds the whole number
 *         "span"     id at camera from to
 *         "release"  id at by reason
 *         "name"     id at key: its subject's number or ID is spelt so now (find/subject.h)
 *   id    of the hold. Times are RFC 3339 in UTC; day and review are 20261122 or 0.
 * A line that is torn or whose digits do not fit is skipped, and told (damage.h): a lost release leaves its hold in
 * force, and lost stretches stand in the journals of the other volumes. What is whole but for its newline is read. Records of a kind that is not known
 * are kept and mean nothing. Files are only ever appended to; a line after a torn one begins anew.
 *
 * Who writes. A journal lies among footage, and only the home's owner writes there (base/home.h): the
 * recorder, purge, and root on the command line, who becomes the owner. The API of a shared home puts
 * holds and may not write; it could be given the journals alone, as files that the group may write, but
 * then whoever takes the API over could unhold what the catalogue forgot, and each new volume would
 * need a line in its unit. So it reads them, learns what they know, writes the catalogue, and says that
 * the journals wait; the recorder, which always runs, looks each second whether one lacks something
 * (capture/holds.h), and so does purge before it deletes anything. What can be lost is a hold of that
 * second whose catalogue is lost in the same second. Where one user runs everything, nobody waits.
 *
 * Order of idx_hold_journal_sync()
 *   1. Each journal is read under its lock (flock). Whoever may read it may also keep it locked: after
 *      LOCK_WAIT_US it is read without, and not written.
 *      One that is the caller's and cannot be opened for writing is read all the same, and that is told.
 *   2. Records that the catalogue does not have are taken over, in order, in one transaction.
 *   3. To each file, by the owner: the records it lacks, in one write; fsync; for a new file, fsync of
 *      its folder.
 *
 * A journal that is there and cannot be read at all (its disk gives errors, it is no file, somebody else's) may have what
 * no other has, of any camera: it is told, and purge deletes nothing until it can be read, or is not there any more.
 *
 * Invariants
 *   J1  hold_record has every record of every readable journal, after a sync.
 *   J2  Every journal that the caller could write has all of hold_record, after a sync.
 *   J3  What a journal holds under a number that the catalogue gave to another record is a contradiction
 *       that no program resolves: nothing is learnt and nothing written, sync fails, and so does purge. The same if
 *       one journal has it twice. rebuild/rebuild.h alone goes on, and holds what any of them holds. */
#pragma once

#include "index/catalogue.h"

#include <stddef.h>
#include <sys/stat.h>

#define IDX_HOLD_JOURNAL ".mingjing-holds"
#define IDX_HOLD_JOURNAL_MAX (256 << 20) // bytes; more is neither read nor written
#define IDX_HOLD_LINE_MAX 8192           // bytes

typedef enum {
    IDX_HOLD_RECORD_HOLD,
    IDX_HOLD_RECORD_SPAN,
    IDX_HOLD_RECORD_RELEASE,
    IDX_HOLD_RECORD_NAME,
    IDX_HOLD_RECORD_OTHER,
} IdxHoldRecordKind;

typedef struct IdxHoldRecord {
    IdxHoldRecordKind what;
    int64_t seq, id, at_us;
    char *kind, *hall, *key, *owner, *reason, *case_no, *by; // NULL where the kind has none
    int day, review_day;
    char *part; // NULL as ""
    char *camera;
    int64_t from_us, to_us;
    char *line;        // as it stood, without digits and newline
    bool after_damage; // what stands between it and the record before it is damaged
} IdxHoldRecord;

void idx_hold_record_free(IdxHoldRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxHoldRecord, idx_hold_record_free)

/* What stands in a journal: element type IdxHoldRecord *, as they come. *ret_damaged: lines that were
 * skipped. Pure. */
GPtrArray *idx_hold_journal_parse(const char *text, size_t size, int *ret_damaged);

/* file.c. @what: its path, or what it is called in an error. Whether so many @bytes are read: MJ_ERROR_CORRUPT
 * says how many there are, or would be, and what to do. */
bool idx_hold_journal_fits(const char *what, int64_t bytes, GError **error);
/* MJ_ERROR_CORRUPT too if it is no file. */
bool idx_hold_journal_stat(int fd, const char *what, struct stat *ret, GError **error);
/* Its first @size bytes, or as many as there are. Caller frees. */
char *idx_hold_journal_text(int fd, const char *what, size_t size, size_t *ret_size,
                            GError **error);

/* The object of @record as text (its line member is not looked at). Caller frees. */
char *idx_hold_journal_line(const IdxHoldRecord *record);

typedef struct IdxHoldJournal { // as it was read
    char *path;
    GPtrArray *records; // IdxHoldRecord *
} IdxHoldJournal;

typedef struct IdxHoldUnreadable { // a journal that is there and cannot be read
    char *path, *why;
} IdxHoldUnreadable;

typedef struct IdxHoldSync {
    int volumes;         // in use, or with footage
    int written;         // whose journal has everything now
    int waiting;         // whose journal lacks something that only the home's owner may write
    int learnt;          // records that came from journals
    GPtrArray *damage;   // IdxHoldDamage *: lines that were skipped and not made good (damage.h)
    GPtrArray *disputed; // IdxHoldJournal *: all that were read, if they contradict (J3); else NULL
    GPtrArray *unreadable; // IdxHoldUnreadable *
    GString *failed; // why, of those that could not, and what is damaged; never NULL after sync
} IdxHoldSync;

void idx_hold_sync_clear(IdxHoldSync *sync);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdxHoldSync, idx_hold_sync_clear)

/* Both ways, see above. Volumes that are missing or hang are left out and counted. False: the
 * catalogue cannot be read or written, or MJ_ERROR_CONFLICT (J3), which names two that contradict. @cat: IDX_WRITE,
 * no transaction open; in a trial (trial.h) nothing is written. @ret is valid in any case. */
bool idx_hold_journal_sync(IdxCatalogue *cat, IdxHoldSync *ret, GError **error);

/* For rebuild/rebuild.h, of what nobody disputes: what the catalogue has not of @records (IdxHoldRecord *) is taken over, in
 * order, in a transaction. Sorts them. *ret_learnt: how many. */
bool idx_hold_journal_take(IdxCatalogue *cat, GPtrArray *records, int *ret_learnt, GError **error);

/* For db.c, behind the commit of records: sync, as far as it goes. What fails now is tried again by the
 * next one. */
void idx_hold_journal_committed(IdxCatalogue *cat);

/* A sync reads the journals whole. So whoever commits many times in a row says so, and within the two calls that is done
 * every IDX_HOLD_JOURNAL_LATE_US at most, and at the end. May be nested. */
#define IDX_HOLD_JOURNAL_LATE_US 1000000
void idx_hold_journal_many_begin(IdxCatalogue *cat);
void idx_hold_journal_many_end(IdxCatalogue *cat);

/* Stores @record (its seq is set) and its line. In the open transaction. */
bool idx_hold_journal_put(IdxCatalogue *cat, IdxHoldRecord *record, GError **error);
