// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/catalogue.h"

#include "index/account/scope.h"
#include "index/audit/audit.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/migrate.h"
#include "index/segment/seal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who commits when the log has so many pages (1000 is what SQLite says) writes them into the catalogue and waits
 * for the disk twice. A recorder leaves that to the others who write, and does it itself if there are none. What
 * events change again and again is written once in so many pages; beyond 4062 reading the log costs more. */
#define RECORDER_PAGES "4000"
#define WRITER_PAGES "3000"
#define WRITER_CACHE                                                                               \
    "-32768" // KiB; taken as it is used. With the 2 MB that SQLite says events read each page again
#define NODE_SHIFT 40 // ids: node << 40 | counter, below 2^53

static const char SQL_IS_EMPTY[] = "SELECT count(*) = 0 FROM sqlite_schema";
static const char SQL_USER_VERSION[] = "PRAGMA user_version";
static const char SQL_APPLICATION_ID[] = "PRAGMA application_id";
static const char SQL_TABLES[] =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'";
static const char SQL_SEED[] = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)";
static const char SQL_SETTING[] = "INSERT INTO setting (key, value) VALUES (?, ?)";
static const char SQL_HALL_ADD[] = "INSERT INTO hall (code, name, timezone) VALUES (?, ?, ?)";
static const char SQL_HALL_FIRST[] =
    "SELECT id, code, name, timezone FROM hall ORDER BY id LIMIT 1";

void idx_catalogue_free(IdxCatalogue *cat)
{
    if (!cat)
        return;
    idx_rollback(cat);
    g_clear_pointer(&cat->statements, g_hash_table_unref);
    sqlite3_close(cat->db);
    g_clear_pointer(&cat->zone, g_time_zone_unref);
    g_clear_pointer(&cat->zones, g_hash_table_unref);
    idx_audit_clear(&cat->audit);
    idx_scope_clear(cat);
    g_free(cat->hall_code);
    g_free(cat->hall_name);
    g_free(cat->timezone_name);
    g_free(cat->home);
    g_free(cat);
}

static void finalize_statement(gpointer statement)
{
    sqlite3_finalize(statement);
}

/* Who may write the catalogue of a shared home may make no file beside it: those of the log, once
 * there, stay (emptied). */
static bool keep_log(IdxCatalogue *cat, GError **error)
{
    int yes = 1;
    return (sqlite3_file_control(cat->db, "main", SQLITE_FCNTL_PERSIST_WAL, &yes) == SQLITE_OK &&
            idx_db_script(cat, "PRAGMA journal_size_limit = 67108864", error)) ||
           idx_db_fail(cat, "cannot keep the log", error);
}

/* SQLite would count every byte it takes, under a lock. Only before its first use; in vain, and no harm, if another
 * library was first. */
static void count_no_memory(void)
{
    static gsize done = 0;
    if (g_once_init_enter(&done)) {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        g_once_init_leave(&done, 1);
    }
}

static IdxCatalogue *open_file(const char *home, IdxMode mode, int flags, GError **error)
{
    count_no_memory();
    g_autofree char *path = mj_home_catalogue(home);
    g_autoptr(IdxCatalogue) cat = g_new0(IdxCatalogue, 1);
    cat->home = g_strdup(home);
    cat->mode = mode;
    cat->statements = g_hash_table_new_full(NULL, NULL, NULL, finalize_statement);
    if (sqlite3_open_v2(path, &cat->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                        NULL) != SQLITE_OK) {
        idx_db_fail(cat, "open", error);
        return NULL;
    }
    /* SQLite falls back to reading when it cannot open the file for writing. */
    if (mode != IDX_READ && sqlite3_db_readonly(cat->db, "main") == 1) {
        mj_error_set(error, MJ_ERROR_IO, "catalogue %s: cannot be opened for writing", path);
        return NULL;
    }
    idx_db_wait(cat, true);
    const char *pragmas = mode == IDX_READ ? "PRAGMA foreign_keys = ON; PRAGMA query_only = ON;"
                          : mode == IDX_RECORD
                              ? "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;"
                                " PRAGMA wal_autocheckpoint = " RECORDER_PAGES ";"
                              : "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;"
                                " PRAGMA cache_size = " WRITER_CACHE
                                "; PRAGMA wal_autocheckpoint = " WRITER_PAGES ";";
    if (!idx_db_script(cat, pragmas, error) || (mj_home_is_shared(home) && !keep_log(cat, error)))
        return NULL;
    return g_steal_pointer(&cat);
}

bool idx_catalogue_map(IdxCatalogue *cat, GError **error)
{
    return idx_db_script(cat, "PRAGMA mmap_size = 2147418112", error);
}

static bool get_pragma(IdxCatalogue *cat, const char *sql, int64_t *ret, GError **error)
{
    return idx_db_get_int(cat, ret, sql, error, "");
}

/* Every counter starts at node << 40. */
static bool seed_ids(IdxCatalogue *cat, int64_t node, GError **error)
{
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_TABLES, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(tables, g_strdup(idx_db_text(q, 0)));
    for (guint i = 0; row == 0 && i < tables->len; i++)
        if (!idx_db_run(cat, SQL_SEED, error, "ti", tables->pdata[i], node << NODE_SHIFT))
            return false;
    return row == 0;
}

static bool fill(IdxCatalogue *cat, const char *code, const char *name, const char *zone_name,
                 GError **error)
{
    uint16_t random = 0;
    if (!idx_seal_random(&random, sizeof random, error))
        return false;
    int64_t node = 1 + random % 4095;
    return idx_migrate_fresh(cat, error) && seed_ids(cat, node, error) &&
           idx_db_run(cat, SQL_SETTING, error, "ti", "node", node) &&
           idx_db_run(cat, SQL_SETTING, error, "ti", "created_us",
                      mj_clock_utc_us(mj_clock_system())) &&
           idx_db_run(cat, SQL_SETTING, error, "ti", "cameras_generation", INT64_C(0)) &&
           idx_db_run(cat, SQL_HALL_ADD, error, "ttt", code, name, zone_name) &&
           idx_audit(cat,
                     &(IdxAudit){.what = "catalogue.make", .object_kind = "hall", .object = code},
                     error);
}

/* SQLite gives the files of the log the mode that this one has. */
static bool share_file(const char *home, GError **error)
{
    g_autofree char *path = mj_home_catalogue(home);
    return !mj_home_is_shared(home) || chmod(path, 0660) == 0 ||
           mj_error_errno(error, errno, "cannot let the group write %s", path);
}

bool idx_catalogue_check(const char *hall_code, const char *hall_name, const char *zone_name,
                         GError **error)
{
    g_autoptr(GTimeZone) zone = zone_name ? g_time_zone_new_identifier(zone_name) : NULL;
    if (!zone)
        return mj_error_set(error, MJ_ERROR_INVALID,
                            "\"%s\" is not a time zone: write +08:00 or Asia/Shanghai",
                            zone_name ? zone_name : "");
    return mj_text_check("a hall's code", hall_code ? hall_code : "", error) &&
           mj_text_check("a hall's name", hall_name ? hall_name : "", error);
}

bool idx_catalogue_create(const char *home, const char *hall_code, const char *hall_name,
                          const char *zone_name, GError **error)
{
    if (!idx_catalogue_check(hall_code, hall_name, zone_name, error))
        return false;
    if (!mj_home_create(home, error) || !idx_seal_create_key(home, error) ||
        !idx_seal_create_factor_key(home, error))
        return false;
    g_autoptr(IdxCatalogue) cat =
        open_file(home, IDX_WRITE, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, error);
    int64_t empty = 0;
    if (!cat || !share_file(home, error) ||
        !idx_db_script(cat, "PRAGMA journal_mode = WAL", error) || !idx_begin(cat, error))
        return false;
    if (!get_pragma(cat, SQL_IS_EMPTY, &empty, error))
        return idx_db_scope_end(cat, false, error);
    if (!empty) {
        idx_db_scope_end(cat, false, NULL);
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s has a catalogue already", home);
    }
    return idx_db_scope_end(cat, fill(cat, hall_code, hall_name, zone_name, error), error);
}

static bool check_version(IdxCatalogue *cat, GError **error)
{
    int64_t version = 0, application = 0;
    if (!get_pragma(cat, SQL_USER_VERSION, &version, error) ||
        !get_pragma(cat, SQL_APPLICATION_ID, &application, error))
        return false;
    if (application != IDX_APPLICATION_ID || version < 1)
        return mj_error_set(error, MJ_ERROR_CORRUPT,
                            "%s/catalogue.db is not a catalogue of Mingjing; nothing was changed. "
                            "To set it aside and make it again: mingjing rebuild --home %s",
                            cat->home, cat->home);
    if (version > IDX_SCHEMA_VERSION)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "%s/catalogue.db is of version %d, made by a newer Mingjing; this one "
                            "knows up to %d",
                            cat->home, (int)version, IDX_SCHEMA_VERSION);
    if (version == IDX_SCHEMA_VERSION)
        return true;
    if (cat->mode == IDX_READ)
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "%s/catalogue.db is of the older version %d; start mingjing-capture or "
                            "run any writing command to upgrade it",
                            cat->home, (int)version);
    return idx_migrate_upgrade(cat, (int)version, error);
}

static bool load_hall(IdxCatalogue *cat, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HALL_FIRST, error, "");
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s/catalogue.db has no hall", cat->home);
    cat->hall_id = idx_db_int(q, 0);
    cat->hall_code = g_strdup(idx_db_text(q, 1));
    cat->hall_name = g_strdup(idx_db_text(q, 2));
    cat->timezone_name = g_strdup(idx_db_text(q, 3));
    cat->zone = g_time_zone_new_identifier(cat->timezone_name);
    cat->hour.zone = cat->zone;
    return cat->zone || mj_error_set(error, MJ_ERROR_CORRUPT, "hall %s: unknown time zone %s",
                                     cat->hall_code, cat->timezone_name);
}

IdxCatalogue *idx_catalogue_open(const char *home, IdxMode mode, GError **error)
{
    g_autofree char *path = mj_home_catalogue(home);
    if (access(path, F_OK) < 0 && errno == EACCES) {
        mj_error_set(error, MJ_ERROR_DENIED, "%s is not yours to look into; try with sudo", home);
        return NULL;
    }
    if (access(path, F_OK) < 0) {
        int code = errno;
        bool lost = mj_home_has_footage(home);
        mj_error_set(
            error, MJ_ERROR_NOT_FOUND, "no catalogue in %s (%s)%s; run: mingjing %s --home %s",
            home, g_strerror(code), lost ? ", but footage" : "", lost ? "rebuild" : "init", home);
        return NULL;
    }
    g_autoptr(IdxCatalogue) cat = open_file(home, mode, SQLITE_OPEN_READWRITE, error);
    if (!cat || !check_version(cat, error) || !load_hall(cat, error))
        return NULL;
    return g_steal_pointer(&cat);
}

const char *idx_catalogue_home(const IdxCatalogue *cat)
{
    return cat->home;
}

GTimeZone *idx_catalogue_timezone(const IdxCatalogue *cat)
{
    return cat->zone;
}

const char *idx_catalogue_hall_code(const IdxCatalogue *cat)
{
    return cat->hall_code;
}

const char *idx_catalogue_hall_name(const IdxCatalogue *cat)
{
    return cat->hall_name;
}

const char *idx_catalogue_timezone_name(const IdxCatalogue *cat)
{
    return cat->timezone_name;
}
