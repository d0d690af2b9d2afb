// SPDX-License-Identifier: GPL-3.0-or-later
/* A CSV file into the catalogue: rows (csv.h) become events (mapping.h), events are taken in (event/ingest.h).
 *
 * What is refused is written to a file of its own: the line that names the columns, then before each refused
 * row "# line 7: why", in UTF-8. Mend the rows there and import that file with the same mapping. Idempotent:
 * the same row makes events with the same ids. A row that was changed since it was taken in, as its mapping's key tells, is
 * refused unless the mapping's data_ver says that it is a correction. */
#pragma once

#include "index/event/ingest.h"
#include "index/import/mapping.h"

typedef struct IdxImportCounts {
    int64_t rows, refused_rows; // without the line that names the columns
    int64_t accepted, duplicates,
        refused;    // events; of a dry run, what they would be
    int64_t twice;  // rows with a time that came twice, of which the first was taken (stamp.h)
    int64_t warned; // of the accepted
    int64_t warned_of[IDX_WARNED_KINDS];
    int64_t done_bytes;
} IdxImportCounts;

typedef void (*IdxImportProgress)(const IdxImportCounts *counts, void *data);

/* Of a row from @line on: one of its events was taken, and somebody should look at it. */
typedef void (*IdxImportWarning)(int64_t line, const char *words, void *data);

typedef struct IdxImport {
    IdxCatalogue *cat;
    IdxMapping *mapping;        // owned by the caller; gets bound to the file's columns
    const char *refused_path;   // written when the first row is refused
    bool dry_run;               // checks everything, writes nothing but that file
    IdxImportProgress progress; // may be NULL; called now and then
    IdxImportWarning warning;   // likewise, for each one; a dry run has none
    void *data;                 // of both
} IdxImport;

/* All of @fd. @counts is right also after a failure. */
bool idx_import_run(const IdxImport *import, int fd, IdxImportCounts *counts, GError **error);
