// SPDX-License-Identifier: GPL-3.0-or-later
/* Catalogue against disk, both ways: does every row have its file as it was written, and every file its
 * row? Is the catalogue itself whole, and do the journals of holds have what it has? Reads only; says what is wrong and changes nothing.
 *
 * No lock and no snapshot is kept for longer than a table of the catalogue takes (guards.h), or a segment.
 * Segments that a living recorder is writing are looked at as far as their rows go. Memory is bounded:
 * rows are read a page at a time, folders one at a time. */
#pragma once

#include "index/catalogue.h"

#define IDX_VERIFY_YOUNG_S 10 // since a file was changed last

typedef enum {
    IDX_FINDING_MISSING,   // a row without its file
    IDX_FINDING_SHORT,     // the file has fewer bytes than its row says
    IDX_FINDING_LONG,      // a closed segment's file has more bytes than its row says
    IDX_FINDING_HASH,      // the file's SHA-256 is not the row's (deep only)
    IDX_FINDING_INDEX,     // the fragments do not add up to the row
    IDX_FINDING_OVERLAP,   // begins before the segment before it ends
    IDX_FINDING_LEFT_OPEN, // open, and no recorder lives that writes it
    IDX_FINDING_ORPHAN,    // a file below footage/ without a row
    /* A journal of holds is damaged, lacks what the catalogue has, or says otherwise (hold/damage.h); or the catalogue
     * keeps less than its records of holds say. */
    IDX_FINDING_HOLDS,
    IDX_FINDING_CATALOGUE, // SQLite finds the catalogue malformed, or a trigger that guards it is missing or another
    IDX_FINDING_UNREADABLE, // a folder or file that the disk does not give
} IdxFindingKind;

/* "missing", "short" …: as machines read it. Static string. */
const char *idx_finding_name(IdxFindingKind kind);

typedef struct IdxFinding {
    IdxFindingKind kind;
    int64_t segment_id; // 0 where it is of none
    const char *path;   // below footage/, or of the journal or catalogue; valid during the call
    const char *words;  // what is wrong, for people; valid during the call
} IdxFinding;

typedef struct IdxVerify {
    bool deep;           // hash every closed file
    int64_t bytes_per_s; // of reading when deep; 0 = as fast as it goes
    int64_t now_us;
    void (*found)(const IdxFinding *finding, void *data);
    void (*progress)(int64_t segments_done, int64_t segments_all, int64_t bytes_read,
                     void *data); // about once a second; may be NULL
    /* Before: the catalogue itself, a call for each of its tables (guards.h). May be NULL. */
    void (*looking)(int tables_done, int tables_all, const char *table, void *data);
    void *data;
} IdxVerify;

typedef struct IdxVerifySums {
    int64_t segments, files, bytes, findings;
    int64_t young; // files without a row that were left out: a living recorder may be making it
} IdxVerifySums;

/* False only if the catalogue or the disk cannot be read at all; what is wrong with footage is told to
 * found() and counted in @ret_sums. */
bool idx_verify(IdxCatalogue *cat, const IdxVerify *how, IdxVerifySums *ret_sums, GError **error);
