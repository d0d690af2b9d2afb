// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/hold/trial.h"

#include "index/db.h"

/* As schema.sql has them, but for references and triggers, which nothing here needs, and for counters: a table of those
 * would stay behind in the temporary database, and hide the catalogue's. */
static const char SCRIPT_BEGIN[] =
    "PRAGMA temp_store = MEMORY; BEGIN;"
    " CREATE TEMP TABLE hold (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
    " hall TEXT NOT NULL, key TEXT NOT NULL COLLATE NOCASE, day INTEGER NOT NULL,"
    " owner TEXT NOT NULL, reason TEXT NOT NULL, case_no TEXT NOT NULL,"
    " review_day INTEGER NOT NULL, created_us INTEGER NOT NULL, created_by TEXT NOT NULL,"
    " released_us INTEGER, released_by TEXT, released_reason TEXT,"
    " part TEXT NOT NULL DEFAULT '');"
    " CREATE TEMP TABLE hold_span (id INTEGER PRIMARY KEY,"
    " hold_id INTEGER NOT NULL, camera TEXT NOT NULL, from_us INTEGER NOT NULL,"
    " to_us INTEGER NOT NULL, added_us INTEGER NOT NULL, released_us INTEGER);"
    " CREATE TEMP TABLE hold_record (seq INTEGER PRIMARY KEY, line TEXT NOT NULL);"
    " INSERT INTO temp.hold (id, kind, hall, key, day, owner, reason, case_no, review_day,"
    " created_us, created_by, released_us, released_by, released_reason, part) SELECT id, kind,"
    " hall, key, day, owner, reason, case_no, review_day, created_us, created_by, released_us,"
    " released_by, released_reason, part FROM main.hold;"
    " INSERT INTO temp.hold_span (id, hold_id, camera, from_us, to_us, added_us, released_us)"
    " SELECT id, hold_id, camera, from_us, to_us, added_us, released_us FROM main.hold_span;"
    " INSERT INTO temp.hold_record (seq, line) SELECT seq, line FROM main.hold_record;"
    " CREATE INDEX temp.hold_live ON hold (key, day, kind) WHERE released_us IS NULL;"
    " CREATE INDEX temp.hold_span_hold ON hold_span (hold_id);"
    " CREATE INDEX temp.hold_span_live ON hold_span (camera, from_us, to_us)"
    " WHERE released_us IS NULL;"
    " COMMIT";
static const char SCRIPT_END[] =
    "DROP TABLE IF EXISTS temp.hold_record; DROP TABLE IF EXISTS temp.hold_span;"
    " DROP TABLE IF EXISTS temp.hold";
static const char SCRIPT_UNDO[] = "ROLLBACK";
/* Who reads may not even write to her own copies, else. */
static const char SCRIPT_WRITES[] = "PRAGMA query_only = OFF";
static const char SCRIPT_READS[] = "PRAGMA query_only = ON";

void idx_hold_trial_begin(IdxCatalogue *cat)
{
    g_assert(!cat->trial && cat->depth == 0);
    cat->trial = true;
}

/* What reads them would keep them, and they would be taken for the catalogue's by whoever asks next. */
static void end_queries(IdxCatalogue *cat)
{
    GHashTableIter iter;
    void *statement = NULL;
    g_hash_table_iter_init(&iter, cat->statements);
    while (g_hash_table_iter_next(&iter, NULL, &statement))
        idx_db_query_end(statement);
}

static void drop(IdxCatalogue *cat)
{
    if (!sqlite3_get_autocommit(cat->db)) // the script came to no end
        idx_db_script(cat, SCRIPT_UNDO, NULL);
    end_queries(cat);
    idx_db_script(cat, SCRIPT_END, NULL);
    if (cat->mode == IDX_READ)
        idx_db_script(cat, SCRIPT_READS, NULL);
}

bool idx_hold_trial_copy(IdxCatalogue *cat, GError **error)
{
    g_assert(cat->trial && cat->depth == 0);
    if (cat->trial_copied)
        return true;
    cat->trial_copied =
        idx_db_script(cat, SCRIPT_WRITES, error) && idx_db_script(cat, SCRIPT_BEGIN, error);
    if (!cat->trial_copied) // what is there of them is not taken for all
        drop(cat);
    return cat->trial_copied;
}

void idx_hold_trial_end(IdxCatalogue *cat)
{
    if (cat->trial_copied)
        drop(cat);
    cat->trial = cat->trial_copied = false;
}
