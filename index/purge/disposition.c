// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/purge/disposition.h"

#include "index/base/error.h"
#include "index/db.h"

#include <string.h>

static const char SQL_RANGE[] =
    "SELECT d.start_us, d.end_us, d.bytes, d.rule, b.run_id, b.marked_us"
    " FROM disposition_run r" IDX_DISPOSITION_OF_RUN
    " CROSS JOIN purge_batch b ON b.id = d.batch_id"
    " WHERE r.stream_id = ?1 AND r.from_us < ?3 AND r.from_us > ?2 - " IDX_DISPOSITION_BACK
    " AND r.to_us > ?2 AND d.start_us < ?3 AND d.end_us > ?2 ORDER BY d.start_us";
/* The newest may be in any run of the last hour that there is. */
static const char SQL_LAST[] =
    "SELECT coalesce(max(to_us), 0) FROM disposition_run WHERE stream_id = ?1 AND from_us >"
    " (SELECT max(from_us) FROM disposition_run WHERE stream_id = ?1) - 3600000000";
static const char SQL_KEPT[] =
    "SELECT coalesce(min(b.marked_us - d.end_us), 0) FROM disposition_run r" IDX_DISPOSITION_OF_RUN
    " CROSS JOIN purge_batch b ON b.id = d.batch_id WHERE r.stream_id = ?1 AND r.from_us <= ?2"
    " AND r.from_us > ?2 - " IDX_DISPOSITION_BACK " AND r.to_us >= ?2 AND d.end_us = ?2";
static const char SQL_IS_PENDING[] =
    "SELECT EXISTS (SELECT 1 FROM purge_batch b INDEXED BY purge_batch_pending"
    " CROSS JOIN disposition d ON d.id BETWEEN b.first_id AND b.last_id"
    " WHERE b.done_us IS NULL AND d.path = ?)";

/* What was picked, of this connection alone: three statements for all of them, which meet every page once. */
static const char SCRIPT_GOING[] = "CREATE TEMP TABLE IF NOT EXISTS going"
                                   " (id INTEGER PRIMARY KEY, rule TEXT NOT NULL)";
static const char SQL_PICK[] = "INSERT INTO temp.going (id, rule) VALUES (?, ?)";
static const char SQL_DISPOSE[] =
    "INSERT INTO disposition (batch_id, segment_id, stream_id, start_us, end_us, bytes, sha256,"
    " path, rule) SELECT ?1, g.id, g.stream_id, g.start_us, g.end_us, g.bytes, g.sha256, g.path,"
    " t.rule FROM temp.going t CROSS JOIN segment g ON g.id = t.id WHERE g.state <> 'open'"
    " ORDER BY g.stream_id, g.start_us"; // so that those of a run follow each other
static const char SQL_STORED[] =
    "SELECT id, stream_id, start_us, end_us FROM disposition WHERE id BETWEEN ? AND ? ORDER BY id";
static const char SQL_RUN[] = "INSERT INTO disposition_run (stream_id, from_us, first_id, last_id,"
                              " to_us) VALUES (?, ?, ?, ?, ?)";
static const char SQL_DELETE_INDEX[] =
    "DELETE FROM segment_index WHERE segment_id IN (SELECT id FROM temp.going)";
static const char SQL_DELETE[] = "DELETE FROM segment WHERE id IN (SELECT id FROM temp.going)";
static const char SQL_CLEAR[] = "DELETE FROM temp.going";

void idx_disposition_free(IdxDisposition *d)
{
    if (!d)
        return;
    g_free(d->rule);
    g_free(d);
}

bool idx_disposition_begin(IdxCatalogue *cat, GError **error)
{
    return idx_db_script(cat, SCRIPT_GOING, error);
}

bool idx_disposition_pick(IdxCatalogue *cat, int64_t segment_id, const char *rule, GError **error)
{
    return idx_db_run(cat, SQL_PICK, error, "it", segment_id, rule);
}

static bool all_of_them(IdxCatalogue *cat, int segments, GError **error)
{
    return idx_db_changes(cat) == segments ||
           mj_error_set(error, MJ_ERROR_CONFLICT,
                        "footage changed between two looks: %d segments of %d; nothing of this "
                        "batch was deleted",
                        idx_db_changes(cat), segments);
}

typedef struct Run { // as a row of disposition_run
    int64_t stream_id, from_us, first_id, last_id, to_us;
} Run;

/* Whether @one goes on with it, and was taken up. */
static bool join_run(Run *run, const Run *one)
{
    bool joins = run->first_id != 0 && run->stream_id == one->stream_id &&
                 run->from_us / MJ_HOUR_US == one->from_us / MJ_HOUR_US;
    if (joins) {
        run->last_id = one->last_id;
        run->to_us = MAX(run->to_us, one->to_us);
    }
    return joins;
}

static bool store_run(IdxCatalogue *cat, const Run *run, GError **error)
{
    return run->first_id == 0 || idx_db_run(cat, SQL_RUN, error, "iiiii", run->stream_id,
                                            run->from_us, run->first_id, run->last_id, run->to_us);
}

/* They lie in the order of their runs, which SQLite does not know and would sort them for. */
static bool store_runs(IdxCatalogue *cat, int64_t first_id, int64_t last_id, GError **error)
{
    Run run = {0};
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STORED, error, "ii", first_id, last_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Run one = {.first_id = idx_db_int(q, 0),
                   .last_id = idx_db_int(q, 0),
                   .stream_id = idx_db_int(q, 1),
                   .from_us = idx_db_int(q, 2),
                   .to_us = idx_db_int(q, 3)};
        if (join_run(&run, &one))
            continue;
        if (!store_run(cat, &run, error))
            return false;
        run = one;
    }
    return row == 0 && store_run(cat, &run, error);
}

bool idx_disposition_store(IdxCatalogue *cat, int64_t batch_id, int segments, int64_t *ret_first,
                           GError **error)
{
    if (!idx_db_run(cat, SQL_DISPOSE, error, "i", batch_id) || !all_of_them(cat, segments, error))
        return false;
    int64_t last = idx_db_last_id(cat);
    *ret_first = last - segments + 1;
    return store_runs(cat, *ret_first, last, error) &&
           idx_db_run(cat, SQL_DELETE_INDEX, error, "") && idx_db_run(cat, SQL_DELETE, error, "") &&
           all_of_them(cat, segments, error) && idx_db_run(cat, SQL_CLEAR, error, "");
}

GPtrArray *idx_disposition_range(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                 int64_t to_us, GError **error)
{
    g_autoptr(GPtrArray) list =
        g_ptr_array_new_with_free_func((GDestroyNotify)idx_disposition_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RANGE, error, "iii", stream_id, from_us, to_us);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxDisposition *d = g_new0(IdxDisposition, 1);
        d->start_us = idx_db_int(q, 0);
        d->end_us = idx_db_int(q, 1);
        d->bytes = idx_db_int(q, 2);
        d->rule = g_strdup(idx_db_text(q, 3));
        d->run_id = idx_db_int(q, 4);
        d->marked_us = idx_db_int(q, 5);
        g_ptr_array_add(list, d);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

char *idx_disposition_rule(const IdxVerdict *v, IdxVerdictKind level)
{
    bool due = level == IDX_VERDICT_DUE;
    const IdxRule *rule = due ? v->max_rule : v->min_rule;
    const char *why = due ? "max" : v->kind == IDX_VERDICT_BOUND ? "policy" : "short";
    return g_strdup_printf("%s:%s/%s:%d", why, rule->kind, rule->purpose,
                           due ? rule->max_days : rule->min_days);
}

char *idx_disposition_words(const char *rule)
{
    g_auto(GStrv) parts = g_strsplit(rule, ":", -1);
    guint n = g_strv_length(parts);
    if (n < 3) // not ours to explain
        return g_strdup(rule);
    const char *days = parts[n - 1];
    g_autofree char *name =
        g_strndup(rule + strlen(parts[0]) + 1, strlen(rule) - strlen(parts[0]) - strlen(days) - 2);
    if (strcmp(parts[0], "max") == 0)
        return g_strdup_printf("older than %s days (rule %s)", days, name);
    if (strcmp(parts[0], "short") == 0)
        return g_strdup_printf("the disk was short, older than %s days (rule %s)", days, name);
    if (strcmp(parts[0], "gone") == 0)
        return g_strdup_printf(
            "its file was gone when an older copy of the catalogue was put back; "
            "it was older than %s days (rule %s)",
            days, name);
    return g_strdup_printf("the disk was full and its policy is to go on: younger than %s days "
                           "(rule %s)",
                           days, name);
}

bool idx_disposition_pending(IdxCatalogue *cat, const char *path, bool *ret, GError **error)
{
    int64_t pending = 0;
    bool ok = idx_db_get_int(cat, &pending, SQL_IS_PENDING, error, "t", path);
    *ret = pending != 0;
    return ok;
}

bool idx_disposition_last(IdxCatalogue *cat, int64_t stream_id, int64_t *ret_end_us, GError **error)
{
    return idx_db_get_int(cat, ret_end_us, SQL_LAST, error, "i", stream_id);
}

bool idx_disposition_kept(IdxCatalogue *cat, int64_t stream_id, int64_t end_us, int64_t *ret_us,
                          GError **error)
{
    return idx_db_get_int(cat, ret_us, SQL_KEPT, error, "ii", stream_id, end_us);
}
