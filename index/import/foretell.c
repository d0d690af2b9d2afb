// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/import/foretell.h"

#include "index/base/error.h"
#include "index/db.h"

#include <string.h>

static const char SQL_TABLE[] =
    "CREATE TEMP TABLE IF NOT EXISTS foretold (source TEXT NOT NULL, event_id TEXT NOT NULL,"
    " data_ver INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (source, event_id, data_ver))"
    " WITHOUT ROWID; DELETE FROM temp.foretold";
static const char SQL_TOLD[] =
    "SELECT body FROM temp.foretold WHERE source = ?1 AND event_id = ?2 AND data_ver = ?3";
static const char SQL_TELL[] = "INSERT INTO temp.foretold (source, event_id, data_ver, body)"
                               " VALUES (?1, ?2, ?3, ?4)";

bool idx_foretell_begin(IdxCatalogue *cat, GError **error)
{
    return idx_db_script(cat, SQL_TABLE, error);
}

/* Among those that were asked about; it is one of them from then on. */
static bool look_before(IdxCatalogue *cat, const IdxEvent *event, IdxForetold *ret, GError **error)
{
    {
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TOLD, error, "tti", event->source,
                                             event->event_id, event->data_ver);
        int row = idx_db_step(cat, q, error);
        if (row > 0)
            *ret = strcmp(idx_db_text(q, 0), event->body) == 0 ? IDX_FORETOLD_KNOWN
                                                               : IDX_FORETOLD_OTHER;
        if (row != 0)
            return row > 0;
    }
    *ret = IDX_FORETOLD_NEW;
    return idx_db_run(cat, SQL_TELL, error, "ttit", event->source, event->event_id, event->data_ver,
                      event->body);
}

bool idx_foretell(IdxCatalogue *cat, const IdxEvent *event, IdxForetold *ret, GError **error)
{
    IdxEventKnown known;
    GError *local = NULL;
    if (idx_event_look(cat, event, &known, &local)) {
        *ret = IDX_FORETOLD_KNOWN;
        return known.duplicate || look_before(cat, event, ret, error);
    }
    *ret = IDX_FORETOLD_OTHER;
    if (mj_error_is(local, MJ_ERROR_CONFLICT)) {
        g_error_free(local);
        return true;
    }
    g_propagate_error(error, local);
    return false;
}
