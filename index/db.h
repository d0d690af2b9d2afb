// SPDX-License-Identifier: GPL-3.0-or-later
/* SQLite for the files of index/, and for nobody else.
 *
 * Each topic keeps its statements as `static const char SQL_…[]` at its head; they are prepared at
 * first use and cached by address. Parameters are given by a format: i = int64_t, t = const char *
 * or NULL (text), d = double, b = const void * and size_t (blob), n = nothing (NULL).
 *
 *   g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_X, error, "ti", code, now_us);
 *   while ((row = idx_db_step(cat, q, error)) > 0) … idx_db_int(q, 0) …
 *   if (row < 0) return …
 *
 * A cached statement serves one caller at a time: do not run the same SQL inside its own loop. */
#pragma once

#include "index/base/clock.h"
#include "index/catalogue.h"

#include <sqlite3.h>

#define IDX_BUSY_MS 10000 // a writer waits so long for another process

typedef struct IdxAuditState {                     // see audit/audit.h
    char *who, *role, *address, *reason, *case_no; // the actor
    bool lazy;                                     // commits do not wait for the disk
    bool told;                                     // that audit.head cannot be written
    bool open;                                     // the open transaction has added rows
    int64_t base_seq;                              // the last row before them
    int64_t written;                               // rows committed so far
    int64_t last_seq; // the log's last row at the latest commit of ours
    uint8_t last_hash[32];
} IdxAuditState;

typedef struct IdxScope IdxScope;

struct IdxCatalogue {
    sqlite3 *db;
    char *home;
    IdxMode mode;
    GHashTable *statements;   // const char * (address of the text) → sqlite3_stmt *
    int depth;                // open transaction and savepoints
    int looks;                // see idx_db_look_begin()
    bool waits;               // for another writer
    bool holds_changed;       // records of holds are to be written to the journals,
    int holds_wait;           // but not behind each commit (hold/journal.h)
    int64_t holds_caught_us;  // when they last were, monotonic
    bool trial, trial_copied; // see hold/trial.h
    IdxAuditState audit;
    IdxScope *scope; // NULL: everything is seen; see account/scope.h
    int64_t hall_id; // the first hall
    char *hall_code, *hall_name, *timezone_name;
    GTimeZone *zone;
    GHashTable *zones; // name → GTimeZone *, of other halls (hall.h)
    MjHour hour;       // writes times of that zone
};

typedef struct sqlite3_stmt IdxQuery;

/* Ends a query early or late: resets the cached statement. */
void idx_db_query_end(IdxQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdxQuery, idx_db_query_end)

IdxQuery *idx_db_query(IdxCatalogue *cat, const char *sql, GError **error, const char *format, ...);

/* 1: a row is there; 0: no more; -1: error. */
int idx_db_step(IdxCatalogue *cat, IdxQuery *query, GError **error);

/* Appends the first column of all rows (int64_t). */
bool idx_db_append_ints(IdxCatalogue *cat, IdxQuery *query, GArray *list, GError **error);

/* Columns of the row; text and blob are valid until the next step. */
int64_t idx_db_int(IdxQuery *query, int column);
int64_t idx_db_int_or(IdxQuery *query, int column, int64_t if_null);
double idx_db_double(IdxQuery *query, int column);
const char *idx_db_text(IdxQuery *query, int column); // NULL if NULL
bool idx_db_is_null(IdxQuery *query, int column);

/* For rows that are kept in one piece of memory with their texts: how many bytes a text takes, and its copy at *end,
 * which moves behind it. */
size_t idx_db_text_bytes(IdxQuery *query, int column);
char *idx_db_text_keep(IdxQuery *query, int column, char **end);

/* A statement without rows. */
bool idx_db_run(IdxCatalogue *cat, const char *sql, GError **error, const char *format, ...);

/* The first column of the first row; @ret untouched and MJ_ERROR_NOT_FOUND (no message of use) if
 * none. */
bool idx_db_get_int(IdxCatalogue *cat, int64_t *ret, const char *sql, GError **error,
                    const char *format, ...);

/* Several statements, not cached. Only for scripts of our own and pragmas. */
bool idx_db_script(IdxCatalogue *cat, const char *sql, GError **error);

/* Whether writing waits for another process (as it does at first), or fails with MJ_ERROR_BUSY. */
void idx_db_wait(IdxCatalogue *cat, bool wait);

int64_t idx_db_last_id(IdxCatalogue *cat);
int idx_db_changes(IdxCatalogue *cat);

/* A transaction if none is open, else a savepoint; every begin has one end. On !@ok everything
 * since the begin is undone and false is returned (@error is the caller's already). */
bool idx_db_scope_begin(IdxCatalogue *cat, GError **error);
bool idx_db_scope_end(IdxCatalogue *cat, bool ok, GError **error);

/* What is read between the two is of one moment; and many small questions cost less together, as each would
 * take and leave the locks of the log by itself. For milliseconds: what others write meanwhile stays in the
 * log. May be nested; nothing is written meanwhile. Part of the transaction that is open, if one is. */
bool idx_db_look_begin(IdxCatalogue *cat, GError **error);
void idx_db_look_end(IdxCatalogue *cat);

/* How durable the commits that follow are. With NORMAL they are after idx_db_sync(), which no other
 * writer has to wait for. */
bool idx_db_set_durable(IdxCatalogue *cat, bool full, GError **error);
bool idx_db_sync(IdxCatalogue *cat, GError **error);

/* Brings what is in the log into the catalogue, as far as nobody reads what was before; waits for nobody but the
 * disk. Who reads all the time does it now and then in between, with nothing open: the log can begin anew while he
 * reads what was brought home, and else would grow until the recorder has to do it. */
void idx_db_bring_home(IdxCatalogue *cat);

void idx_audit_clear(IdxAuditState *state);

/* Turns the last SQLite error into @error; always false. */
bool idx_db_fail(IdxCatalogue *cat, const char *what, GError **error);
