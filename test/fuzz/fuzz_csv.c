// SPDX-License-Identifier: GPL-3.0-or-later
/* A table from bytes: the first byte tells separator, encoding and cut; whole and cut it gives the same rows, and
 * no line is lost or told twice. */
#include "index/import/csv.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static guint tally(const uint8_t *data, size_t size, size_t step, char separator,
                   IdxCsvEncoding encoding)
{
    g_autoptr(IdxCsv) csv = idx_csv_new(separator, encoding, NULL);
    guint sum = 0;
    int64_t line = 0;
    for (size_t at = 0; at <= size; at += step) {
        bool last = at + step > size;
        IdxCsvRow row = {0};
        IdxCsvGot got = IDX_CSV_MORE;
        idx_csv_add(csv, data + at, last ? size - at : step, last);
        while ((got = idx_csv_next(csv, &row)) != IDX_CSV_MORE) {
            g_assert(row.line > line);
            g_assert(g_utf8_validate(row.raw, -1, NULL) && (got == IDX_CSV_BAD) == !!row.wrong);
            line = row.line;
            sum = sum * 31 + (got == IDX_CSV_BAD ? 7 : row.fields->len);
            for (guint i = 0; got == IDX_CSV_ROW && i < row.fields->len; i++) {
                g_assert(g_utf8_validate(row.fields->pdata[i], -1, NULL));
                sum = sum * 31 + g_str_hash(row.fields->pdata[i]);
            }
        }
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char separator = ",;\t|"[data[0] & 3];
    IdxCsvEncoding encoding = (data[0] >> 2) % 3;
    size_t step = 1 + (data[0] >> 4);
    g_assert(tally(data + 1, size - 1, size, separator, encoding) ==
             tally(data + 1, size - 1, step, separator, encoding));
    return 0;
}
