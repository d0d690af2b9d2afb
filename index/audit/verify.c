// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/audit/verify.h"

#include "index/audit/form.h"
#include "index/audit/head.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/guards.h"

#include <inttypes.h>
#include <string.h>

#define SLICE 2000

static const char SQL_SLICE[] =
    "SELECT " IDX_AUDIT_COLUMNS ", hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";

typedef struct Walk {
    const IdxAuditVerify *how;
    IdxAuditReport *report;
    GArray *notes; // IdxAuditHead: what audit.head knows
    bool *found;   // which of them were met
    bool head_met;
    int64_t last_at_us;
    uint8_t previous[IDX_AUDIT_HASH];
    GString *bytes;
    int64_t all;
} Walk;

void idx_audit_report_clear(IdxAuditReport *report)
{
    g_clear_pointer(&report->findings, g_array_unref);
}

static void clear_finding(gpointer finding)
{
    g_free(((IdxAuditFinding *)finding)->words);
}

static void wrong(IdxAuditReport *report, int64_t seq, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void wrong(IdxAuditReport *report, int64_t seq, const char *format, ...)
{
    report->wrong++;
    if (report->findings->len >= IDX_AUDIT_FINDINGS)
        return;
    va_list args;
    va_start(args, format);
    IdxAuditFinding finding = {seq, g_strdup_vprintf(format, args)};
    va_end(args);
    g_array_append_val(report->findings, finding);
}

static bool hash_stored(Walk *walk, IdxQuery *q, uint8_t ret[IDX_AUDIT_HASH], GError **error)
{
    idx_audit_form_begin(walk->bytes, walk->previous);
    for (int i = 0; i < IDX_AUDIT_N_COLUMNS; i++) {
        const char *text = idx_db_text(q, i);
        idx_audit_form_field(walk->bytes, text, (size_t)sqlite3_column_bytes(q, i));
    }
    return idx_audit_form_hash(walk->bytes, ret, error);
}

static void check_notes(Walk *walk, int64_t seq, const uint8_t *hash)
{
    for (guint i = 0; i < walk->notes->len; i++) {
        const IdxAuditHead *note = &g_array_index(walk->notes, IdxAuditHead, i);
        if (note->seq == seq && memcmp(note->hash, hash, IDX_AUDIT_HASH) == 0)
            walk->found[i] = true;
    }
    if (walk->how->head && memcmp(walk->how->head, hash, IDX_AUDIT_HASH) == 0)
        walk->head_met = true;
}

static void check_time(Walk *walk, int64_t seq, int64_t at_us)
{
    IdxAuditReport *report = walk->report;
    if (at_us < walk->last_at_us && report->set_back++ == 0)
        report->set_back_seq = seq;
    walk->last_at_us = at_us;
}

static bool check_row(Walk *walk, IdxQuery *q, GError **error)
{
    static const uint8_t NONE[IDX_AUDIT_HASH];
    IdxAuditReport *report = walk->report;
    int64_t seq = idx_db_int(q, 0), expected = report->head_seq + 1;
    bool whole = sqlite3_column_bytes(q, IDX_AUDIT_N_COLUMNS) == IDX_AUDIT_HASH;
    uint8_t hash[IDX_AUDIT_HASH], stored[IDX_AUDIT_HASH];
    memcpy(stored, whole ? sqlite3_column_blob(q, IDX_AUDIT_N_COLUMNS) : NONE, sizeof stored);
    if (!hash_stored(walk, q, hash, error))
        return false;
    if (seq > expected + 1)
        wrong(report, expected, "rows %" PRId64 " to %" PRId64 " are missing", expected, seq - 1);
    else if (seq != expected)
        wrong(report, expected, "row %" PRId64 " is missing", expected);
    else if (memcmp(hash, stored, sizeof hash) != 0)
        wrong(report, seq,
              "row %" PRId64 " was changed, or the one before it: they do not give its hash", seq);
    check_notes(walk, seq, stored);
    check_time(walk, seq, idx_db_int(q, 1));
    memcpy(walk->previous, stored, sizeof stored);
    memcpy(report->head, stored, sizeof stored);
    report->head_seq = seq;
    report->rows++;
    return true;
}

/* Whether there was a row. */
static bool check_slice(IdxCatalogue *cat, Walk *walk, bool *ret_more, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(cat, SQL_SLICE, error, "ii", walk->report->head_seq, (int64_t)SLICE);
    int64_t before = walk->report->rows;
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (!check_row(walk, q, error))
            return false;
    *ret_more = walk->report->rows > before;
    if (*ret_more && walk->how->progress)
        walk->how->progress(walk->report->rows, MAX(walk->all, walk->report->rows),
                            walk->how->data);
    return row == 0;
}

/* The file is read before the rows: what is noted later is in rows that are read later. */
static bool read_notes(IdxCatalogue *cat, Walk *walk, GError **error)
{
    g_autoptr(GError) local = NULL;
    walk->notes = idx_audit_head_read(cat->home, &local);
    if (!walk->notes) {
        walk->notes = g_array_new(FALSE, FALSE, sizeof(IdxAuditHead));
        if (!mj_error_is(local, MJ_ERROR_NOT_FOUND) && !mj_error_is(local, MJ_ERROR_CORRUPT)) {
            g_propagate_error(error, g_steal_pointer(&local));
            return false;
        }
        wrong(walk->report, 0, "%s, so nobody can say that the end was not cut off",
              local->message);
    }
    guint n = walk->notes->len;
    if (n == 0 && !local)
        wrong(walk->report, 0,
              IDX_AUDIT_HEAD_FILE
              " has no line: it was emptied, so nobody can say that the end was "
              "not cut off");
    walk->found = g_new0(bool, n + 1);
    walk->report->noted_seq = n > 0 ? g_array_index(walk->notes, IdxAuditHead, n - 1).seq : 0;
    return true;
}

static void judge_notes(Walk *walk)
{
    IdxAuditReport *report = walk->report;
    for (guint i = 0; i < walk->notes->len; i++) {
        const IdxAuditHead *note = &g_array_index(walk->notes, IdxAuditHead, i);
        if (walk->found[i])
            continue;
        if (note->seq > report->head_seq)
            wrong(report, report->head_seq + 1,
                  "the log ends at row %" PRId64 ", but " IDX_AUDIT_HEAD_FILE
                  " knows of row %" PRId64 ": the end was cut off, or an older catalogue restored",
                  report->head_seq, note->seq);
        else
            wrong(report, note->seq,
                  "row %" PRId64 " is not the one that " IDX_AUDIT_HEAD_FILE
                  " knows: the log was cut off before it and went on, or was made anew",
                  note->seq);
    }
    if (walk->how->head && !walk->head_met)
        wrong(report, 0,
              "no row has the hash that was given: the log is not the one it was noted from");
}

static void tell_guard(const char *words, void *data)
{
    wrong(data, 0, "%s", words);
}

/* Making a home writes rows. */
static bool check_there(IdxCatalogue *cat, Walk *walk, GError **error)
{
    if (walk->all == 0)
        wrong(walk->report, 0,
              "the log has no row, though making the home wrote some: it was emptied");
    return idx_guards_missing(cat, "audit", tell_guard, walk->report, error);
}

bool idx_audit_verify(IdxCatalogue *cat, const IdxAuditVerify *how, IdxAuditReport *ret,
                      GError **error)
{
    g_autoptr(GString) bytes = g_string_sized_new(1024);
    IdxAuditReport report = {.findings = g_array_new(FALSE, FALSE, sizeof(IdxAuditFinding))};
    g_array_set_clear_func(report.findings, clear_finding);
    Walk walk = {.how = how, .report = &report, .bytes = bytes};
    uint8_t hash[IDX_AUDIT_HASH];
    bool more = true;
    bool ok = idx_audit_head(cat, &walk.all, hash, error) && read_notes(cat, &walk, error);
    while (ok && more)
        ok = check_slice(cat, &walk, &more, error);
    if (ok)
        judge_notes(&walk);
    ok = ok && check_there(cat, &walk, error);
    g_clear_pointer(&walk.notes, g_array_unref);
    g_free(walk.found);
    if (ok)
        *ret = report;
    else
        idx_audit_report_clear(&report);
    return ok;
}

const IdxAuditFinding *idx_audit_report_first(const IdxAuditReport *report)
{
    return report->findings->len ? &g_array_index(report->findings, IdxAuditFinding, 0) : NULL;
}

static json_t *finding_json(const IdxAuditFinding *finding)
{
    return json_pack("{s:I, s:s}", "seq", (json_int_t)finding->seq, "words", finding->words);
}

json_t *idx_audit_report_json(const IdxAuditReport *report)
{
    g_autofree char *head = idx_audit_hash_format(report->head);
    const IdxAuditFinding *first = idx_audit_report_first(report);
    json_t *findings = json_array();
    for (guint i = 0; i < report->findings->len; i++)
        json_array_append_new(findings,
                              finding_json(&g_array_index(report->findings, IdxAuditFinding, i)));
    return json_pack(
        "{s:I, s:{s:I, s:s}, s:I, s:I, s:o, s:o, s:{s:I, s:I}}", "rows", (json_int_t)report->rows,
        "head", "seq", (json_int_t)report->head_seq, "hash", head, "noted_seq",
        (json_int_t)report->noted_seq, "wrong", (json_int_t)report->wrong, "first_wrong",
        first ? finding_json(first) : json_null(), "findings", findings, "set_back", "rows",
        (json_int_t)report->set_back, "first_seq", (json_int_t)report->set_back_seq);
}
