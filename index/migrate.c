// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/migrate.h"

#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"

static const char SQL_STAMP[] =
    "INSERT INTO migration (version, applied_us, program) VALUES (?, ?, ?)";

/* user_version takes no parameter: the number is ours. */
static bool stamp(IdxCatalogue *cat, int version, GError **error)
{
    g_autofree char *pragma = g_strdup_printf("PRAGMA user_version = %d", version);
    return idx_db_script(cat, pragma, error) &&
           idx_db_run(cat, SQL_STAMP, error, "iit", (int64_t)version,
                      mj_clock_utc_us(mj_clock_system()), MJ_VERSION);
}

bool idx_migrate_fresh(IdxCatalogue *cat, GError **error)
{
    g_autofree char *pragma = g_strdup_printf("PRAGMA application_id = %d", IDX_APPLICATION_ID);
    return idx_db_script(cat, pragma, error) && idx_db_script(cat, IDX_SCHEMA_SQL, error) &&
           stamp(cat, IDX_SCHEMA_VERSION, error);
}

/* Steps run with foreign keys off, so that a table can be made anew; this looks that all still fit. */
static bool check_references(IdxCatalogue *cat, GError **error)
{
    static const char SQL_BROKEN[] =
        "SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 1";
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_BROKEN, error, "");
    int row = idx_db_step(cat, q, error);
    if (row > 0)
        mj_error_set(error, MJ_ERROR_CORRUPT,
                     "row %" G_GINT64_FORMAT " of %s names what is not there", idx_db_int(q, 1),
                     idx_db_text(q, 0));
    return row == 0;
}

/* After the last step alone: the audit log may look otherwise before. */
static bool tell(IdxCatalogue *cat, int64_t from, int to, GError **error)
{
    g_autoptr(json_t) detail = json_pack("{s:I, s:i, s:s}", "from_version", (json_int_t)from,
                                         "version", to, "program", MJ_VERSION);
    return to < IDX_SCHEMA_VERSION || idx_audit(cat,
                                                &(IdxAudit){.what = "catalogue.upgrade",
                                                            .object_kind = "hall",
                                                            .object = cat->hall_code,
                                                            .detail = detail},
                                                error);
}

/* Another process may have taken the step while this one waited for the lock. */
static bool upgrade_one(IdxCatalogue *cat, int to, GError **error)
{
    static const char SQL_VERSION[] = "PRAGMA user_version";
    int64_t version = 0;
    if (!idx_begin(cat, error))
        return false;
    bool ok = idx_db_get_int(cat, &version, SQL_VERSION, error, "") &&
              (version >= to ||
               (idx_db_script(cat, IDX_MIGRATIONS[to - 1], error) && check_references(cat, error) &&
                stamp(cat, to, error) && tell(cat, version, to, error)));
    return idx_db_scope_end(cat, ok, error);
}

bool idx_migrate_upgrade(IdxCatalogue *cat, int from, GError **error)
{
    if (!idx_db_script(cat, "PRAGMA foreign_keys = OFF", error)) // does nothing in a transaction
        return false;
    for (int to = from + 1; to <= IDX_SCHEMA_VERSION; to++) {
        if (!upgrade_one(cat, to, error)) {
            g_prefix_error(error, "bringing the catalogue to version %d: ", to);
            return false;
        }
    }
    return idx_db_script(cat, "PRAGMA foreign_keys = ON", error);
}
