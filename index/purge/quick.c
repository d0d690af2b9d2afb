// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/db.h"
#include "index/purge/purge_own.h"

#include <inttypes.h>

/* Pages come back again and again, so they stay in memory, and are brought from the log to the
 * catalogue as rarely as may be: before the recorder would do it (catalogue.c). References are not looked up row by
 * row: what refers to a segment goes with it, and a disposition has its references from it (disposition.c). Pages that
 * become free are not written once more to be emptied, as some builds of SQLite do: what was in them is in the
 * disposition. What is picked (disposition.c), and how pages were if a statement must be undone, is kept in memory, and
 * stays so: to set that back would drop the tables. */
static const char SCRIPT_PURGE[] =
    "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 3000; PRAGMA foreign_keys = OFF; "
    "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY";
static const char *const SQL_SET[PURGE_PRAGMAS] = {"PRAGMA cache_size", "PRAGMA wal_autocheckpoint",
                                                   "PRAGMA foreign_keys", "PRAGMA secure_delete"};

bool idx_purge_quick(Purge *p, GError **error)
{
    for (int i = 0; i < PURGE_PRAGMAS; i++)
        if (!idx_db_get_int(p->cat, &p->before[i], SQL_SET[i], error, ""))
            return false;
    p->quick = true;
    return idx_db_script(p->cat, SCRIPT_PURGE, error);
}

void idx_purge_slow(Purge *p)
{
    for (int i = 0; p->quick && i < PURGE_PRAGMAS; i++) {
        g_autofree char *sql =
            g_strdup_printf("%s = %" PRId64, SQL_SET[i], p->before[i]); // no parameters
        idx_db_script(p->cat, sql, NULL);
    }
    p->quick = false;
}
