// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/system.h"

#include "index/audit/audit.h"
#include "index/db.h"
#include "index/link/place_link.h"
#include "index/listing.h"
#include "index/state.h"

static const char SQL_VERSION[] = "PRAGMA user_version";
/* Settings, since they are two numbers: 'backup_us' and 'backup_bytes', of the newest copy. */
static const char SQL_NOTE[] = "INSERT INTO setting (key, value) VALUES (?1, ?2)"
                               " ON CONFLICT (key) DO UPDATE SET value = ?2";
static const char SQL_BACKUP[] =
    "SELECT (SELECT value FROM setting WHERE key = 'backup_us'), value FROM setting"
    " WHERE key = 'backup_bytes'";
static const char SQL_PURGE[] = "SELECT started_us, coalesce(ended_us, 0), segments, bytes"
                                " FROM purge_run WHERE started_us > 0 ORDER BY id DESC LIMIT 1";

bool idx_system_note_backup(IdxCatalogue *cat, int64_t now_us, int64_t bytes, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_NOTE, error, "ti", "backup_us", now_us) &&
              idx_db_run(cat, SQL_NOTE, error, "ti", "backup_bytes", bytes);
    return idx_db_scope_end(cat, ok, error);
}

static json_t *recorders_json(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    g_autoptr(GPtrArray) all = idx_recorder_list(cat, error);
    json_t *list = all ? json_array() : NULL;
    for (guint i = 0; all && i < all->len; i++) {
        const IdxRecorder *r = all->pdata[i];
        bool alive = r->stopped_us == 0 && now_us - r->heartbeat_us <= IDX_HEARTBEAT_LATE_US;
        json_array_append_new(list,
                              json_pack("{s:i, s:i, s:I, s:b, s:o, s:o, s:o}", "shard", r->shard,
                                        "shards", r->shards, "pid", (json_int_t)r->pid, "alive",
                                        (int)alive, "started", idx_listing_time(cat, r->started_us),
                                        "heartbeat", idx_listing_time(cat, r->heartbeat_us),
                                        "stopped", idx_listing_time(cat, r->stopped_us)));
    }
    return list;
}

/* The row of @sql as @make has it, null if there is none. */
static json_t *row_json(IdxCatalogue *cat, const char *sql,
                        json_t *(*make)(IdxCatalogue *cat, IdxQuery *q), GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, sql, error, "");
    int row = idx_db_step(cat, q, error);
    return row < 0 ? NULL : row == 0 ? json_null() : make(cat, q);
}

static json_t *purge_json(IdxCatalogue *cat, IdxQuery *q)
{
    return json_pack("{s:o, s:o, s:I, s:I}", "started", idx_listing_time(cat, idx_db_int(q, 0)),
                     "ended", idx_listing_time(cat, idx_db_int(q, 1)), "segments",
                     (json_int_t)idx_db_int(q, 2), "bytes", (json_int_t)idx_db_int(q, 3));
}

static json_t *backup_json(IdxCatalogue *cat, IdxQuery *q)
{
    return json_pack("{s:o, s:I}", "at", idx_listing_time(cat, idx_db_int(q, 0)), "bytes",
                     (json_int_t)idx_db_int(q, 1));
}

json_t *idx_system_json(IdxCatalogue *cat, int64_t now_us, GError **error)
{
    int64_t version = 0, pending = 0, rows = 0;
    uint8_t head[IDX_AUDIT_HASH];
    if (!idx_db_get_int(cat, &version, SQL_VERSION, error, "") ||
        !idx_place_link_pending(cat, &pending, error) || !idx_audit_head(cat, &rows, head, error))
        return NULL;
    g_autoptr(json_t) recorders = recorders_json(cat, now_us, error);
    g_autoptr(json_t) purge = recorders ? row_json(cat, SQL_PURGE, purge_json, error) : NULL;
    g_autoptr(json_t) backup = purge ? row_json(cat, SQL_BACKUP, backup_json, error) : NULL;
    if (!backup)
        return NULL;
    return json_pack("{s:I, s:O, s:O, s:O, s:I, s:I}", "catalogue", (json_int_t)version,
                     "recorders", recorders, "purge", purge, "backup", backup, "links_pending",
                     (json_int_t)pending, "audit_rows", (json_int_t)rows);
}
