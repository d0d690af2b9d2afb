// SPDX-License-Identifier: GPL-3.0-or-later
/* Rows of a CSV file (RFC 4180, parsed by libcsv) from a stream of bytes, whatever its length: holds one row.
 *
 *   idx_csv_add(csv, bytes, size, last);
 *   while ((got = idx_csv_next(csv, &row)) != IDX_CSV_MORE) …
 *
 * A row that is wrong (bytes of another encoding, a quotation mark out of place) is given back alone, as it
 * stands in the file, and the next line is read as if nothing had been. Lines that an importer's report put
 * before rows ("# line 7: …") and empty lines are passed over. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define IDX_CSV_ROW_MAX (256 * 1024) // bytes; a quotation mark that is not closed swallows no more

typedef enum {
    IDX_CSV_AUTO,
    IDX_CSV_UTF8,
    IDX_CSV_GB18030
} IdxCsvEncoding; // AUTO: by the first bytes

typedef enum { IDX_CSV_MORE, IDX_CSV_ROW, IDX_CSV_BAD } IdxCsvGot;

/* Owned by the reader; valid until the next call. */
typedef struct IdxCsvRow {
    int64_t line;      // in which it begins, from 1
    GPtrArray *fields; // char *, blanks around them cut off
    const char *raw;   // its line or lines in UTF-8, without the last newline
    const char *wrong; // of IDX_CSV_BAD: why
} IdxCsvRow;

typedef struct IdxCsv IdxCsv;

IdxCsv *idx_csv_new(char separator, IdxCsvEncoding encoding, GError **error);
void idx_csv_free(IdxCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxCsv, idx_csv_free)

/* @last: nothing will be added any more. */
void idx_csv_add(IdxCsv *csv, const void *bytes, size_t size, bool last);
IdxCsvGot idx_csv_next(IdxCsv *csv, IdxCsvRow *ret);
