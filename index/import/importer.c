// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/importer.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/import/foretell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PIECE (64 * 1024)
#define BOM "\xef\xbb\xbf"

typedef struct Run {
    const IdxImport *import;
    IdxImportCounts *counts;
    IdxIngest *ingest;
    GString *head; // the line that names the columns and those before it, as they stand in the file
    int skipped;   // lines before it
    bool bound;    // it was read
    FILE *refused;
} Run;

static bool close_refused(Run *run, GError **error)
{
    FILE *file = run->refused;
    run->refused = NULL;
    return !file || fclose(file) == 0 ||
           mj_error_errno(error, errno, "cannot write %s", run->import->refused_path);
}

static void run_clear(Run *run)
{
    close_refused(run, NULL);
    idx_ingest_free(run->ingest);
    g_string_free(run->head, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static bool refuse_row(Run *run, const IdxCsvRow *row, const char *why, GError **error)
{
    const char *path = run->import->refused_path;
    run->counts->refused_rows++;
    if (!run->refused) {
        run->refused = fopen(path, "we");
        if (!run->refused)
            return mj_error_errno(error, errno, "cannot write %s", path);
        fprintf(run->refused, BOM "%s", run->head->str);
    }
    g_autofree char *one_line = g_strdelimit(g_strdup(why), "\r\n", ' ');
    int n = fprintf(run->refused, "# line %" G_GINT64_FORMAT ": %s\n%s\n", row->line, one_line,
                    row->raw);
    return n > 0 || mj_error_errno(error, errno, "cannot write %s", path);
}

/* Why the event was refused; in words of the table where those of events would not help. Caller frees. */
static char *why_refused(const Run *run, const IdxEventResult *result)
{
    const char *column = idx_mapping_column(run->import->mapping, "data_ver");
    if (!result->conflicts)
        return g_strdup(result->message);
    if (column)
        return g_strdup_printf("this row is known with other content; a correction needs a higher "
                               "number in column %s (data_ver)",
                               column);
    return g_strdup("this row is known with other content; for a correction give the table a "
                    "column that counts versions from 1, and the mapping, under data:, "
                    "data_ver: NAME-OF-THAT-COLUMN");
}

/* What add_event() would come to. */
static bool foretell(Run *run, const json_t *json, char **ret_why, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    IdxForetold what = IDX_FORETOLD_NEW;
    g_autoptr(IdxEvent) event = idx_event_parse(json, &refusal);
    if (event && !idx_foretell(run->import->cat, event, &what, &refusal) &&
        !mj_error_is(refusal, MJ_ERROR_INVALID)) {
        g_propagate_error(error, g_steal_pointer(&refusal));
        return false;
    }
    const IdxEventResult result = {.conflicts = !refusal && what == IDX_FORETOLD_OTHER,
                                   .message = refusal ? refusal->message : NULL};
    bool refused = refusal || result.conflicts;
    *ret_why = refused ? why_refused(run, &result) : NULL;
    run->counts->refused += refused;
    run->counts->duplicates += !refused && what == IDX_FORETOLD_KNOWN;
    run->counts->accepted += !refused && what == IDX_FORETOLD_NEW;
    return true;
}

/* What one event of a row comes to; *ret_why (caller frees) if it is refused. */
static bool add_event(Run *run, int64_t line, const json_t *json, char **ret_why, GError **error)
{
    if (run->import->dry_run)
        return foretell(run, json, ret_why, error);
    const IdxEventResult *result = NULL;
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    json_t *taken = json_incref((json_t *)(uintptr_t)json);
    if (!idx_ingest_one(run->ingest, run->import->cat, taken, now_us, &result, error))
        return false;
    *ret_why = why_refused(run, result);
    if (result->warning && run->import->warning)
        run->import->warning(line, result->warning, run->import->data);
    const IdxEventBatch *batch = idx_ingest_batch(run->ingest);
    run->counts->accepted = batch->accepted;
    run->counts->duplicates = batch->duplicates;
    run->counts->refused = batch->refused;
    run->counts->warned = batch->warned;
    memcpy(run->counts->warned_of, batch->warned_of, sizeof batch->warned_of);
    return true;
}

static bool add_row(Run *run, const IdxCsvRow *row, GError **error)
{
    g_autoptr(GError) refusal = NULL;
    bool twice = false;
    g_autoptr(json_t) events =
        idx_mapping_events(run->import->mapping, row->fields, &twice, &refusal);
    if (!events)
        return refuse_row(run, row, refusal->message, error);
    run->counts->twice += twice;
    g_autofree char *first_why = NULL;
    size_t i = 0;
    const json_t *event = NULL;
    json_array_foreach(events, i, event)
    {
        g_autofree char *why = NULL;
        if (!add_event(run, row->line, event, &why, error))
            return false;
        if (why && !first_why)
            first_why = g_steal_pointer(&why);
    }
    return !first_why || refuse_row(run, row, first_why, error);
}

static bool on_head(Run *run, IdxCsvGot got, const IdxCsvRow *row, GError **error)
{
    g_string_append_printf(run->head, "%s\n", row->raw);
    if (run->skipped < idx_mapping_skip(run->import->mapping)) {
        run->skipped++;
        return true;
    }
    if (got == IDX_CSV_BAD)
        return mj_error_set(error, MJ_ERROR_INVALID, "line %" G_GINT64_FORMAT ": %s", row->line,
                            row->wrong);
    run->bound = true;
    return idx_mapping_bind(run->import->mapping, row->fields, error);
}

static bool on_row(Run *run, IdxCsvGot got, const IdxCsvRow *row, GError **error)
{
    if (!run->bound)
        return on_head(run, got, row, error);
    run->counts->rows++;
    return got == IDX_CSV_BAD ? refuse_row(run, row, row->wrong, error) : add_row(run, row, error);
}

static bool read_rows(Run *run, IdxCsv *csv, int fd, GError **error)
{
    g_autofree char *piece = g_malloc(PIECE);
    for (ssize_t n = 1; n != 0;) {
        n = read(fd, piece, PIECE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mj_error_errno(error, errno, "cannot read the table");
        IdxCsvRow row = {0};
        IdxCsvGot got = IDX_CSV_MORE;
        idx_csv_add(csv, piece, (size_t)n, n == 0);
        while ((got = idx_csv_next(csv, &row)) != IDX_CSV_MORE)
            if (!on_row(run, got, &row, error))
                return false;
        run->counts->done_bytes += n;
        if (run->import->progress)
            run->import->progress(run->counts, run->import->data);
    }
    return run->bound || mj_error_set(error, MJ_ERROR_INVALID, "there is no line of columns");
}

bool idx_import_run(const IdxImport *import, int fd, IdxImportCounts *counts, GError **error)
{
    g_auto(Run) run = {.import = import,
                       .counts = counts,
                       .head = g_string_new(NULL),
                       .ingest = idx_ingest_new(IDX_EVENT_FORM_NDJSON)};
    *counts = (IdxImportCounts){0};
    g_autoptr(IdxCsv) csv = idx_csv_new(idx_mapping_separator(import->mapping),
                                        idx_mapping_encoding(import->mapping), error);
    if (!csv || (import->dry_run && !idx_foretell_begin(import->cat, error)))
        return false;
    bool ok = read_rows(&run, csv, fd, error);
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    /* What is under way is kept also when reading failed: the rows before were told as done. */
    ok = (import->dry_run ||
          idx_ingest_feed(run.ingest, import->cat, NULL, 0, true, now_us, ok ? error : NULL)) &&
         ok;
    return close_refused(&run, ok ? error : NULL) && ok;
}
