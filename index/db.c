// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/db.h"

#include "index/audit/head.h"
#include "index/base/error.h"
#include "index/hold/journal.h"
#include "index/hold/trial.h"

#include <string.h>
#include <sys/statvfs.h>

#define BUSY_QUICK 200 // looks at a lock that is a millisecond apart; then they are further
#define BUSY_SLOW_MS 2
#define FULL_BYTES 1048576 // with less left, a file that cannot be written is explained

static MjError code_of_sqlite(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return MJ_ERROR_BUSY;
    case SQLITE_CONSTRAINT:
        return MJ_ERROR_CONFLICT;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return MJ_ERROR_CORRUPT;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return MJ_ERROR_DENIED;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
        return MJ_ERROR_IO;
    default:
        return MJ_ERROR_FAILED;
    }
}

/* SQLite tells no more than that a file could not be written, or grow. */
static bool is_full(const IdxCatalogue *cat, int code)
{
    struct statvfs fs;
    return code == SQLITE_FULL ||
           ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && statvfs(cat->home, &fs) == 0 &&
            (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < FULL_BYTES);
}

bool idx_db_fail(IdxCatalogue *cat, const char *what, GError **error)
{
    int code = sqlite3_extended_errcode(cat->db);
    mj_error_set(error, code_of_sqlite(code), "catalogue %s/catalogue.db: %s: %s", cat->home, what,
                 sqlite3_errmsg(cat->db));
    if (error && is_full(cat, code & 0xff)) {
        g_autofree char *said = g_steal_pointer(&(*error)->message);
        (*error)->message = g_strdup_printf(
            "%s: the file system of %s is full. What is due is let go by: mingjing purge --home "
            "%s; or make room there by what is not Mingjing's",
            said, cat->home, cat->home);
    }
    return false;
}

void idx_db_query_end(IdxQuery *query)
{
    if (query) {
        sqlite3_reset(query);
        sqlite3_clear_bindings(query);
    }
}

static IdxQuery *prepare(IdxCatalogue *cat, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(cat->statements, sql);
    if (statement)
        return statement;
    if (sqlite3_prepare_v3(cat->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        idx_db_fail(cat, "prepare", error);
        return NULL;
    }
    g_hash_table_insert(cat->statements, (gpointer)sql, statement);
    return statement;
}

static int bind_one(IdxQuery *q, int i, char type, va_list *args)
{
    if (type == 'i')
        return sqlite3_bind_int64(q, i, va_arg(*args, int64_t));
    if (type == 'd')
        return sqlite3_bind_double(q, i, va_arg(*args, double));
    if (type == 't') {
        const char *text = va_arg(*args, const char *);
        return text ? sqlite3_bind_text(q, i, text, -1, SQLITE_TRANSIENT) : SQLITE_OK;
    }
    if (type == 'b') {
        const void *data = va_arg(*args, const void *);
        size_t size = va_arg(*args, size_t);
        return sqlite3_bind_blob64(q, i, data ? data : "", size,
                                   SQLITE_TRANSIENT); // empty, not NULL
    }
    g_assert(type == 'n');
    return SQLITE_OK; // unbound parameters are NULL
}

/* The va_list travels in a struct, since an array type cannot be handed on portably. */
typedef struct Arguments {
    va_list list;
} Arguments;

static IdxQuery *query_with(IdxCatalogue *cat, const char *sql, GError **error, const char *format,
                            Arguments *args)
{
    IdxQuery *q = prepare(cat, sql, error);
    for (int i = 0; q && format[i]; i++) {
        if (bind_one(q, i + 1, format[i], &args->list) != SQLITE_OK) {
            idx_db_fail(cat, "bind", error);
            idx_db_query_end(q);
            return NULL;
        }
    }
    return q;
}

IdxQuery *idx_db_query(IdxCatalogue *cat, const char *sql, GError **error, const char *format, ...)
{
    Arguments args;
    va_start(args.list, format);
    IdxQuery *q = query_with(cat, sql, error, format, &args);
    va_end(args.list);
    return q;
}

int idx_db_step(IdxCatalogue *cat, IdxQuery *query, GError **error)
{
    if (!query)
        return -1;
    int code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        return 1;
    if (code == SQLITE_DONE)
        return 0;
    idx_db_fail(cat, "read", error);
    return -1;
}

int64_t idx_db_int(IdxQuery *query, int column)
{
    return sqlite3_column_int64(query, column);
}

int64_t idx_db_int_or(IdxQuery *query, int column, int64_t if_null)
{
    return idx_db_is_null(query, column) ? if_null : idx_db_int(query, column);
}

double idx_db_double(IdxQuery *query, int column)
{
    return sqlite3_column_double(query, column);
}

const char *idx_db_text(IdxQuery *query, int column)
{
    return (const char *)sqlite3_column_text(query, column);
}

size_t idx_db_text_bytes(IdxQuery *query, int column)
{
    return idx_db_text(query, column) ? (size_t)sqlite3_column_bytes(query, column) + 1 : 0;
}

char *idx_db_text_keep(IdxQuery *query, int column, char **end)
{
    const char *text = idx_db_text(query, column);
    if (!text)
        return NULL;
    size_t size = idx_db_text_bytes(query, column);
    char *kept = memcpy(*end, text, size);
    *end += size;
    return kept;
}

bool idx_db_is_null(IdxQuery *query, int column)
{
    return sqlite3_column_type(query, column) == SQLITE_NULL;
}

bool idx_db_run(IdxCatalogue *cat, const char *sql, GError **error, const char *format, ...)
{
    Arguments args;
    va_start(args.list, format);
    g_autoptr(IdxQuery) q = query_with(cat, sql, error, format, &args);
    va_end(args.list);
    if (!q)
        return false;
    int code = sqlite3_step(q);
    return code == SQLITE_DONE || code == SQLITE_ROW || idx_db_fail(cat, "write", error);
}

bool idx_db_get_int(IdxCatalogue *cat, int64_t *ret, const char *sql, GError **error,
                    const char *format, ...)
{
    Arguments args;
    va_start(args.list, format);
    g_autoptr(IdxQuery) q = query_with(cat, sql, error, format, &args);
    va_end(args.list);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no such row");
    *ret = idx_db_int(q, 0);
    return true;
}

bool idx_db_append_ints(IdxCatalogue *cat, IdxQuery *query, GArray *list, GError **error)
{
    int row = 0;
    while ((row = idx_db_step(cat, query, error)) > 0) {
        int64_t value = idx_db_int(query, 0);
        g_array_append_val(list, value);
    }
    return row == 0;
}

bool idx_db_script(IdxCatalogue *cat, const char *sql, GError **error)
{
    return sqlite3_exec(cat->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           idx_db_fail(cat, "script", error);
}

/* SQLite's own way of waiting looks ever more rarely, at last every 100 ms: a lock that is free now
 * and then for a few milliseconds (purge/purge.h) would be missed again and again. */
static int on_busy(void *data, int tries)
{
    const IdxCatalogue *cat = data;
    int64_t waited_ms = MIN(tries, BUSY_QUICK) + MAX(tries - BUSY_QUICK, 0) * BUSY_SLOW_MS;
    if (!cat->waits || waited_ms >= IDX_BUSY_MS)
        return 0;
    g_usleep(tries < BUSY_QUICK ? 1000 : BUSY_SLOW_MS * 1000);
    return 1;
}

void idx_db_wait(IdxCatalogue *cat, bool wait)
{
    cat->waits = wait;
    sqlite3_busy_handler(cat->db, on_busy, cat);
}

bool idx_db_set_durable(IdxCatalogue *cat, bool full, GError **error)
{
    return idx_db_script(cat, full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                         error);
}

bool idx_db_sync(IdxCatalogue *cat, GError **error)
{
    sqlite3_file *wal = NULL;
    int code = sqlite3_file_control(cat->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&wal);
    if (code == SQLITE_OK && wal && wal->pMethods)
        code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    return code == SQLITE_OK ||
           mj_error_set(error, code_of_sqlite(code), "catalogue %s/catalogue.db: sync: %s",
                        cat->home, sqlite3_errstr(code));
}

void idx_db_bring_home(IdxCatalogue *cat)
{
    if (cat->depth == 0 && sqlite3_db_readonly(cat->db, "main") == 0) // IDX_READ too, if it may
        sqlite3_wal_checkpoint_v2(cat->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

int64_t idx_db_last_id(IdxCatalogue *cat)
{
    return sqlite3_last_insert_rowid(cat->db);
}

int idx_db_changes(IdxCatalogue *cat)
{
    return sqlite3_changes(cat->db);
}

bool idx_db_look_begin(IdxCatalogue *cat, GError **error)
{
    static const char SQL_LOOK[] = "BEGIN";
    if (cat->depth > 0)
        return true;
    if (cat->looks == 0 && !idx_db_run(cat, SQL_LOOK, error, ""))
        return false;
    cat->looks++;
    return true;
}

void idx_db_look_end(IdxCatalogue *cat)
{
    static const char SQL_LOOKED[] = "COMMIT";
    if (cat->depth == 0 && --cat->looks == 0)
        idx_db_run(cat, SQL_LOOKED, NULL, "");
}

bool idx_db_scope_begin(IdxCatalogue *cat, GError **error)
{
    static const char SQL_BEGIN[] = "BEGIN IMMEDIATE";
    static const char SQL_TRY[] = "BEGIN"; // what it writes is its own: no writer waits for it
    static const char SQL_SAVEPOINT[] = "SAVEPOINT scope";
    const char *begin = cat->trial ? SQL_TRY : SQL_BEGIN;
    g_assert(cat->looks == 0);
    if (cat->trial && cat->depth == 0 && !idx_hold_trial_copy(cat, error))
        return false;
    if (!idx_db_run(cat, cat->depth ? SQL_SAVEPOINT : begin, error, ""))
        return false;
    cat->depth++;
    return true;
}

static void undo(IdxCatalogue *cat)
{
    static const char SQL_ROLLBACK[] = "ROLLBACK";
    static const char SQL_ROLLBACK_TO[] = "ROLLBACK TO scope";
    static const char SQL_RELEASE_UNDONE[] = "RELEASE scope";
    if (cat->depth > 0) {
        idx_db_run(cat, SQL_ROLLBACK_TO, NULL, "");
        idx_db_run(cat, SQL_RELEASE_UNDONE, NULL, "");
    } else if (!sqlite3_get_autocommit(cat->db)) { // SQLite may have rolled back by itself
        idx_db_run(cat, SQL_ROLLBACK, NULL, "");
    }
}

bool idx_db_scope_end(IdxCatalogue *cat, bool ok, GError **error)
{
    static const char SQL_COMMIT[] = "COMMIT";
    static const char SQL_RELEASE[] = "RELEASE scope";
    g_assert(cat->depth > 0);
    bool audited = --cat->depth == 0 && cat->audit.open;
    ok = ok && (!audited || idx_audit_closing(cat, error)) &&
         idx_db_run(cat, cat->depth ? SQL_RELEASE : SQL_COMMIT, error, "");
    if (!ok)
        undo(cat);
    if (audited) {
        cat->audit.open = false;
        if (ok)
            idx_audit_closed(cat);
    }
    if (ok && cat->holds_changed && cat->depth == 0)
        idx_hold_journal_committed(cat);
    return ok;
}

bool idx_begin(IdxCatalogue *cat, GError **error)
{
    g_assert(cat->depth == 0);
    return idx_db_scope_begin(cat, error);
}

bool idx_commit(IdxCatalogue *cat, GError **error)
{
    g_assert(cat->depth == 1);
    return idx_db_scope_end(cat, true, error);
}

void idx_rollback(IdxCatalogue *cat)
{
    if (cat->depth > 0)
        idx_db_scope_end(cat, false, NULL);
}
