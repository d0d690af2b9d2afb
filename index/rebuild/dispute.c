// SPDX-License-Identifier: GPL-3.0-or-later
/* Holds, where journals contradict each other or the catalogue. Which of them is right no program can tell, so each
 * hold that any of them has in force is in force here, as a copy under a number of its own if it has to be.
 *
 *   1. What nobody disputes is learnt as it is: the records before the first number under which two say different
 *      things, and behind it those that all who have any there have alike. Behind it, a release that one alone has may
 *      be of another hold of that number.
 *   2. Of each one that has records behind it, its holds are drawn up from its own records alone. What of them is not
 *      in force by the catalogue is put anew: on the same subject or cameras, with the same stretches.
 *
 * A journal that contradicts itself is of two homes: somebody joined the file of a restored disk with the one beside it.
 * Their numbers are alike, else they would not contradict, and a record does not name its home. What tells is only how it
 * stands: a home appends one number behind the other. So such a journal is taken apart wherever a number does not follow
 * the one before, or a line between is damaged, and each part is drawn up by itself. A release counts for what stands
 * before it in its own part, and nowhere else: not knowing whose it is, we keep what it would let go. */
#include "index/base/error.h"
#include "index/db.h"
#include "index/hold/hold_own.h"
#include "index/hold/journal.h"
#include "index/rebuild/rebuild_own.h"

#include <inttypes.h>
#include <string.h>

#define CASE "contradicting journals"
#define NUMBERS_MOST (INT64_C(1) << 53) // schema.sql: ids stay below

static const char SQL_LINE[] = "SELECT line FROM hold_record WHERE seq = ?";
static const char SQL_BEHIND[] = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
static const char SQL_LIVE[] = "SELECT count(*) FROM hold WHERE id = ? AND released_us IS NULL";
static const char SQL_LIVE_SPAN[] =
    "SELECT count(*) FROM hold_span WHERE hold_id = ?1 AND camera = ?2 AND from_us <= ?3"
    " AND to_us >= ?4 AND released_us IS NULL";

typedef struct Dispute {
    Rebuild *r;
    const GPtrArray *journals; // IdxHoldJournal *
    bool *joined;              // of each: it contradicts itself
    GPtrArray *lines;          // of each: GHashTable, int64_t * (seq) → line
    int64_t first;             // the lowest number under which two say different things
    bool with_catalogue;       // it is one of them
} Dispute;

/* --- 1 ---------------------------------------------------------------------------------------- */

typedef enum { LINE_NONE, LINE_SAME, LINE_OTHER, LINE_UNREADABLE } Line;

static Line line_of_catalogue(const Dispute *d, const IdxHoldRecord *record, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(d->r->cat, SQL_LINE, error, "i", record->seq);
    int row = idx_db_step(d->r->cat, q, error);
    if (row <= 0)
        return row < 0 ? LINE_UNREADABLE : LINE_NONE;
    return strcmp(idx_db_text(q, 0), record->line) == 0 ? LINE_SAME : LINE_OTHER;
}

/* Of the first journal that has it too. */
static bool is_contradicted(const Dispute *d, const IdxHoldRecord *record)
{
    for (guint i = 0; i < d->lines->len; i++) {
        const char *line = g_hash_table_lookup(d->lines->pdata[i], &record->seq);
        if (line && strcmp(line, record->line) != 0)
            return true;
    }
    return false;
}

static bool find_first(Dispute *d, GError **error)
{
    d->first = INT64_MAX;
    for (guint i = 0; i < d->journals->len; i++) {
        const IdxHoldJournal *journal = d->journals->pdata[i];
        for (guint j = 0; j < journal->records->len; j++) {
            const IdxHoldRecord *record = journal->records->pdata[j];
            Line line = line_of_catalogue(d, record, error);
            if (line == LINE_UNREADABLE)
                return false;
            d->with_catalogue = d->with_catalogue || line == LINE_OTHER;
            if (record->seq < d->first && (line == LINE_OTHER || is_contradicted(d, record)))
                d->first = record->seq;
        }
    }
    return true;
}

static bool reaches_dispute(const Dispute *d, const IdxHoldJournal *journal)
{
    for (guint i = 0; i < journal->records->len; i++)
        if (((const IdxHoldRecord *)journal->records->pdata[i])->seq >= d->first)
            return true;
    return false;
}

/* Whether all that reach the dispute have it alike. */
static bool is_agreed(const Dispute *d, const IdxHoldRecord *record, const bool *reaches)
{
    for (guint i = 0; i < d->lines->len; i++)
        if (reaches[i] &&
            g_strcmp0(g_hash_table_lookup(d->lines->pdata[i], &record->seq), record->line) != 0)
            return false;
    return true;
}

/* Whether the record at @at is the next of whoever wrote the one before it. */
static bool follows(const IdxHoldJournal *journal, guint at)
{
    const IdxHoldRecord *record = journal->records->pdata[at];
    const IdxHoldRecord *before = at > 0 ? journal->records->pdata[at - 1] : NULL;
    return before && record->seq - 1 == before->seq && !record->after_damage;
}

/* Of a journal of two homes: a release whose hold stands before it in the same part, or anything else. */
static bool is_attributed(const IdxHoldJournal *journal, guint at)
{
    const IdxHoldRecord *record = journal->records->pdata[at];
    for (guint i = at; record->what == IDX_HOLD_RECORD_RELEASE && follows(journal, i); i--) {
        const IdxHoldRecord *other = journal->records->pdata[i - 1];
        if (other->what == IDX_HOLD_RECORD_HOLD && other->id == record->id)
            return true;
    }
    return record->what != IDX_HOLD_RECORD_RELEASE;
}

static bool is_certain(const Dispute *d, guint at, guint j, const bool *reaches)
{
    const IdxHoldJournal *journal = d->journals->pdata[at];
    const IdxHoldRecord *record = journal->records->pdata[j];
    if (d->joined[at]) // what others have too comes from them
        return record->seq < d->first && is_attributed(journal, j);
    return record->seq < d->first || (!d->with_catalogue && is_agreed(d, record, reaches));
}

static bool learn_undisputed(Dispute *d, const bool *reaches, GError **error)
{
    g_autoptr(GPtrArray) records = g_ptr_array_new();
    g_autoptr(GHashTable) taken = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < d->journals->len; i++) {
        const IdxHoldJournal *journal = d->journals->pdata[i];
        for (guint j = 0; j < journal->records->len; j++) {
            IdxHoldRecord *record = journal->records->pdata[j];
            if (is_certain(d, i, j, reaches) && g_hash_table_add(taken, &record->seq))
                g_ptr_array_add(records, record);
        }
    }
    return idx_hold_journal_take(d->r->cat, records, &d->r->sums->learnt, error);
}

/* --- 2 ---------------------------------------------------------------------------------------- */

typedef struct View { // of a hold, by one journal
    int64_t id;
    const IdxHoldRecord *hold; // NULL: who put it is not known
    const IdxHoldRecord *name; // how its subject was spelt last; NULL: as when it was put
    GPtrArray *spans;          // const IdxHoldRecord *
    bool released;
    GChecksum *sum; // of its records
} View;

static void view_free(void *data)
{
    View *view = data;
    g_ptr_array_unref(view->spans);
    g_checksum_free(view->sum);
    g_free(view);
}

static View *view_of(GPtrArray *views, GHashTable *by_id, int64_t id)
{
    View *view = g_hash_table_lookup(by_id, &id);
    if (view)
        return view;
    view = g_new0(View, 1);
    view->id = id;
    view->spans = g_ptr_array_new();
    view->sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_ptr_array_add(views, view);
    g_hash_table_insert(by_id, &view->id, view);
    return view;
}

/* Records stand in a journal as they came; a release is of whatever its hold had until then and gets later. */
static GPtrArray *draw_up(const IdxHoldJournal *journal, bool joined)
{
    GPtrArray *views = g_ptr_array_new_with_free_func(view_free);
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < journal->records->len; i++) {
        const IdxHoldRecord *record = journal->records->pdata[i];
        if (joined && !follows(journal, i))
            g_hash_table_remove_all(by_id);
        if (record->what == IDX_HOLD_RECORD_OTHER)
            continue;
        View *view = view_of(views, by_id, record->id);
        g_checksum_update(view->sum, (const guchar *)record->line, -1);
        if (record->what == IDX_HOLD_RECORD_HOLD)
            view->hold = record;
        else if (record->what == IDX_HOLD_RECORD_SPAN)
            g_ptr_array_add(view->spans, (void *)(uintptr_t)record);
        else if (record->what == IDX_HOLD_RECORD_NAME)
            view->name = record;
        else
            view->released = true;
    }
    return views;
}

static bool is_of_subject(const View *view)
{
    return view->hold && strcmp(view->hold->kind, IDX_HOLD_CAMERA) != 0;
}

/* Whether the catalogue has it in force, by the same record and with all that it keeps. */
static bool is_in_force(const Dispute *d, const View *view, bool *ret, GError **error)
{
    int64_t live = 0;
    Line line = view->hold ? line_of_catalogue(d, view->hold, error) : LINE_SAME;
    *ret = false;
    if (line == LINE_UNREADABLE ||
        !idx_db_get_int(d->r->cat, &live, SQL_LIVE, error, "i", view->id))
        return false;
    if (line != LINE_SAME || !live)
        return true;
    for (guint i = 0; live && i < view->spans->len; i++) {
        const IdxHoldRecord *span = view->spans->pdata[i];
        if (!idx_db_get_int(d->r->cat, &live, SQL_LIVE_SPAN, error, "itii", view->id, span->camera,
                            span->from_us, span->to_us))
            return false;
    }
    *ret = live != 0;
    return true;
}

static bool put_copy(Dispute *d, const IdxHoldJournal *journal, const View *view, GError **error)
{
    static char none[] = "", camera[] = IDX_HOLD_CAMERA;
    bool put = false, of_subject = is_of_subject(view);
    g_autofree char *path = idx_rebuild_short(journal->path);
    g_autofree char *reason =
        g_strdup_printf("hold %" PRId64 " as %s has it, which contradicts others (%.8s)", view->id,
                        path, g_checksum_get_string(view->sum));
    IdxHoldRecord record = {.kind = of_subject ? view->hold->kind : camera,
                            .hall = of_subject ? view->hold->hall : none,
                            .key = !of_subject  ? none
                                   : view->name ? view->name->key
                                                : view->hold->key,
                            .day = of_subject ? view->hold->day : 0,
                            .part = of_subject ? view->hold->part : none,
                            .owner = (char *)(uintptr_t)IDX_REBUILD_OWNER,
                            .reason = reason,
                            .case_no = (char *)(uintptr_t)CASE,
                            .by = (char *)(uintptr_t)d->r->how->by};
    int64_t id = 0;
    if (!idx_rebuild_was_put(d->r, CASE, reason, &put, error))
        return false;
    if (put)
        return true;
    if (!idx_hold_put_copy(d->r->cat, &record, view->spans, d->r->how->now_us, &id, error))
        return false;
    g_array_append_val(d->r->sums->doubts, id);
    return true;
}

static bool hold_views(Dispute *d, guint at, GError **error)
{
    const IdxHoldJournal *journal = d->journals->pdata[at];
    g_autoptr(GPtrArray) views = draw_up(journal, d->joined[at]);
    for (guint i = 0; i < views->len; i++) {
        const View *view = views->pdata[i];
        bool in_force = false;
        if (view->released || (view->spans->len == 0 && !is_of_subject(view)))
            continue;
        if (!is_in_force(d, view, &in_force, error) ||
            (!in_force && !put_copy(d, journal, view, error)))
            return false;
    }
    return true;
}

/* What is put gets numbers that no journal has. */
static bool count_behind(const Dispute *d, GError **error)
{
    int64_t seq = 0, id = 0;
    for (guint i = 0; i < d->journals->len; i++) {
        const IdxHoldJournal *journal = d->journals->pdata[i];
        for (guint j = 0; j < journal->records->len; j++) {
            const IdxHoldRecord *record = journal->records->pdata[j];
            seq = record->seq < NUMBERS_MOST ? MAX(seq, record->seq) : seq;
            id = record->id < NUMBERS_MOST ? MAX(id, record->id) : id;
        }
    }
    return idx_db_run(d->r->cat, SQL_BEHIND, error, "ti", "hold_record", seq) &&
           idx_db_run(d->r->cat, SQL_BEHIND, error, "ti", "hold", id);
}

static bool hold_disputed(Dispute *d, const bool *reaches, GError **error)
{
    if (!idx_db_scope_begin(d->r->cat, error))
        return false;
    bool ok = count_behind(d, error);
    for (guint i = 0; ok && i < d->journals->len; i++)
        ok = !reaches[i] || hold_views(d, i, error);
    return idx_db_scope_end(d->r->cat, ok, error) && idx_rebuild_step(d->r, "disputed", error);
}

/* What it says under each number; "", which is no record's, where it says two things. *ret_joined: it does, or gives two
 * holds one number. */
static GHashTable *lines_of(const IdxHoldJournal *journal, bool *ret_joined)
{
    static char none[] = "";
    GHashTable *own = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) holds = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < journal->records->len; i++) {
        IdxHoldRecord *record = journal->records->pdata[i];
        const char *line = g_hash_table_lookup(own, &record->seq);
        bool twice = line && strcmp(line, record->line) != 0;
        g_hash_table_insert(own, &record->seq, twice ? none : record->line);
        *ret_joined = *ret_joined || twice;
        if (record->what != IDX_HOLD_RECORD_HOLD)
            continue;
        const char *before = g_hash_table_lookup(holds, &record->id);
        *ret_joined = *ret_joined || (before && strcmp(before, record->line) != 0);
        g_hash_table_insert(holds, &record->id, record->line);
    }
    return own;
}

bool idx_rebuild_dispute(Rebuild *r, const GPtrArray *journals, GError **error)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func((GDestroyNotify)g_hash_table_unref);
    g_autofree bool *reaches = g_new0(bool, journals->len + 1);
    g_autofree bool *joined = g_new0(bool, journals->len + 1);
    Dispute d = {.r = r, .journals = journals, .joined = joined, .lines = lines};
    for (guint i = 0; i < journals->len; i++)
        g_ptr_array_add(lines, lines_of(journals->pdata[i], &joined[i]));
    if (!find_first(&d, error))
        return false;
    for (guint i = 0; i < journals->len; i++)
        reaches[i] = reaches_dispute(&d, journals->pdata[i]);
    return learn_undisputed(&d, reaches, error) && hold_disputed(&d, reaches, error);
}
