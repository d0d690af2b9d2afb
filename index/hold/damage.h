// SPDX-License-Identifier: GPL-3.0-or-later
/* Lines of journals of holds (journal.h) that are not as they were written.
 *
 * A line counts as damaged as long as its record does not stand in the same file again: a torn write that was made good
 * does not, nor does one that a sync wrote anew because the catalogue or another volume had it. Which record a line is
 * of is told by its digits, which are of the record's text alone: those, the first DIGITS_LEAST of them where the line
 * is torn among them, or the text without them. What is torn before that is of the next line, if that is whole and
 * begins so. Nothing else is alike: records have most of their bytes in common.
 *
 * Nor is a record lost where all that can have stood there is known. Between two whole lines, the first of the lower
 * number, stood those of the numbers between, as a home appends them; behind the last whole one, or where what was lacking
 * is written again by now, so many of those that follow as have the same bytes together. These count if the first of them
 * is told by its digits, or if a journal without any damage has them too: a catalogue that was set back gives numbers anew.
 *
 * If nobody has the record, it is lost. What that means depends on what can be read of it still:
 *   a release      its hold stays in force: nothing is unheld, and it is to be released again
 *   a hold of cameras   what it keeps stands in records of its own: who put it, and why, is lost
 *   a stretch      what it kept of that camera is not known
 *   anything else  what it kept is not known: it may have been on any camera
 * rebuild/rebuild.h holds what is not known. What a line says is believed if it is one line and has at most one place with bytes
 * that no record has: else it may be the begin of one record and the end of another.
 * It is told until somebody moves the file away, which is written anew. */
#pragma once

#include "index/hold/journal.h"

#define IDX_HOLD_DAMAGE_MAX 1000 // lines of one journal that are told one by one

typedef struct IdxHoldDamage {
    char *path; // of the journal
    int line;   // from 1
    int more; // 0; else it stands for so many lines, of which this is the first: the rest of a journal
    GBytes *bytes; // the line as it stands, as far as a line may go; NULL if it stands for more
    IdxHoldRecordKind what; // as far as it can be believed; IDX_HOLD_RECORD_OTHER: not known
    bool of_cameras;        // of a hold: it is on cameras and a time
    int64_t id;             // of the hold; 0 = not known
    char *camera;           // of a stretch, if that can be read still; else NULL
    int64_t before, after;  // numbers of the whole records around the damage; 0 = there is none
    size_t gap_bytes;       // between those two
    char head[17];          // the first of them
    bool lost;              // the catalogue has not its record
    bool released;          // of a release that is lost: another record releases that hold
} IdxHoldDamage;

void idx_hold_damage_free(IdxHoldDamage *damage);

/* Appends what is damaged in a journal of which @records (IdxHoldRecord *) could be read. Pure. */
void idx_hold_damage_find(const char *path, const char *text, size_t size, const GPtrArray *records,
                          GPtrArray *damage);

/* Whether what is damaged is lost, once the catalogue knows all that can be read. What stands for more lines is. @wholes:
 * of journals without any damage, each the set of its numbers (GHashTable of int64_t *); NULL = none. */
bool idx_hold_damage_judge(IdxCatalogue *cat, GPtrArray *damage, const GPtrArray *wholes,
                           GError **error);

/* Whether footage may have been held by it of which nobody knows. */
bool idx_hold_damage_is_doubt(const IdxHoldDamage *damage);

/* Whether what is read as camera @named may be @code: the damage may lie in the name itself. Pure. */
bool idx_hold_damage_may_be(const char *named, const char *code);

/* "line 3 of PATH is damaged: …", UTF-8. Caller frees. */
char *idx_hold_damage_words(const IdxHoldDamage *damage);

/* What to say of all of @damage: of each journal the first few, and how many more. Caller frees. */
GPtrArray *idx_hold_damage_summary(const GPtrArray *damage);

typedef void (*IdxHoldDamageTold)(const char *path, const char *words, void *data);

/* For verify.h: tells of every volume that is there what is damaged in its journal, which of the catalogue's
 * records it lacks though they were made longer ago than @young_us, and which it has otherwise. Reads only; a line that somebody is writing
 * just then is no damage. */
bool idx_hold_damage_look(IdxCatalogue *cat, int64_t now_us, int64_t young_us,
                          IdxHoldDamageTold told, void *data, GError **error);
