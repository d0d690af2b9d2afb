// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/rebuild/restore.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/home_lock.h"
#include "index/migrate.h"
#include "index/segment/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_SUFFIX ".part"
#define ASIDE ".damaged-"
/* SQLite's locks of a database that is open: pending, reserved and shared bytes (sqlite.org/lockingv3). */
#define LOCKS_AT 0x40000000
#define LOCKS_BYTES 512

static const char SQL_LOOK[] = "PRAGMA quick_check(1)";
static const char SQL_ABOUT[] = "SELECT (SELECT application_id FROM pragma_application_id),"
                                " (SELECT user_version FROM pragma_user_version),"
                                " (SELECT coalesce(max(version), 0) FROM migration),"
                                " (SELECT count(*) FROM hall)";
static const char SQL_MARK[] =
    "INSERT OR REPLACE INTO setting (key, value) VALUES ('restoring', ?)";
/* What was numbered since the copy was made stands in URLs, journals and audit logs. */
static const char SQL_SKIP_IDS[] = "UPDATE sqlite_sequence SET seq = seq + 1073741824";
static const char SQL_CHECKPOINT[] = "PRAGMA wal_checkpoint(TRUNCATE)"; // row: 0 if all went in
/* Until when the copy knows what happened: what was recorded since is held (cameras.c). */
static const char SQL_MARK_KNOWN[] =
    "UPDATE setting SET value = min(value, coalesce((SELECT max(at_us) FROM audit), value))"
    " WHERE key = 'restoring'";
static const char SQL_IS_MARKED[] = "SELECT count(*) FROM setting WHERE key = 'restoring'";
static const char SQL_UNMARK[] = "DELETE FROM setting WHERE key = 'restoring'";

static const char *const SUFFIXES[] = {"", "-wal", "-shm"};

static const char *const NAMES[] = {
    [IDX_RESTORE_SOUND] = "sound", [IDX_RESTORE_NEW] = "new", [IDX_RESTORE_COPIED] = "copied"};

const char *idx_restore_name(IdxRestoreKind kind)
{
    return NAMES[kind];
}

void idx_restored_clear(IdxRestored *r)
{
    g_clear_pointer(&r->cat, idx_catalogue_free);
    g_free(r->aside);
    g_free(r->damage);
    for (size_t i = 0; i < G_N_ELEMENTS(r->locks); i++)
        if (r->locks[i] >= 0)
            close(r->locks[i]);
    *r = IDX_RESTORED_NONE;
}

static bool step(const IdxRestore *how, const char *name, GError **error)
{
    return !how->step || how->step(name, how->data) ||
           mj_error_set(error, MJ_ERROR_CANCELLED, "stopped at %s", name);
}

/* --- 1: locks --------------------------------------------------------------------------------- */

static bool take_locks(const char *home, IdxRestored *r, GError **error)
{
    r->locks[0] = idx_home_lock(home, IDX_HOME_LOCK_REBUILD, error);
    r->locks[1] = r->locks[0] >= 0 ? idx_home_lock_open(home, "purge.lock", error) : -1;
    if (r->locks[1] < 0)
        return false;
    return flock(r->locks[1], LOCK_EX | LOCK_NB) == 0 ||
           mj_error_set(error, MJ_ERROR_BUSY, "%s is being purged; wait for its end", home);
}

/* --- 2: looking ------------------------------------------------------------------------------- */

static bool look_through(IdxCatalogue *cat, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LOOK, error, "");
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return false;
    const char *words = row > 0 ? idx_db_text(q, 0) : NULL;
    return g_strcmp0(words, "ok") == 0 ||
           mj_error_set(error, MJ_ERROR_CORRUPT, "quick_check: %s", words ? words : "nothing");
}

/* Sound: r->cat. Damaged: r->damage. Lost: neither. */
static bool look(const IdxRestore *how, const char *path, IdxRestored *r, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (access(path, F_OK) < 0)
        return errno == ENOENT || mj_error_errno(error, errno, "cannot look at %s", path);
    g_autoptr(IdxCatalogue) cat =
        idx_catalogue_open(how->home, how->dry_run ? IDX_READ : IDX_WRITE, &failed);
    if (cat && look_through(cat, &failed)) {
        r->cat = g_steal_pointer(&cat);
        return true;
    }
    if (!mj_error_is(failed, MJ_ERROR_CORRUPT)) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    r->damage = g_strdelimit(g_strdup(failed->message), "\n", ' ');
    return true;
}

static bool use_sound(const IdxRestore *how, IdxRestored *r, GError **error)
{
    bool open = false;
    if (!idx_restore_is_open(r->cat, &open, error))
        return false;
    if (how->from && !open)
        return mj_error_set(error, MJ_ERROR_EXISTS,
                            "the catalogue of %s is sound, so no copy takes its place; without "
                            "--copy, footage that it does not know is added",
                            how->home);
    r->kind = open ? IDX_RESTORE_COPIED : IDX_RESTORE_SOUND;
    return true;
}

/* --- 3: a copy of the copy -------------------------------------------------------------------- */

static bool fail_db(sqlite3 *db, const char *path, GError **error)
{
    return mj_error_set(error, MJ_ERROR_INVALID, "%s cannot take the catalogue's place: %s", path,
                        sqlite3_errmsg(db));
}

typedef struct About {
    int64_t application, version; // as PRAGMAs of these names say
    int64_t migrated;             // the version by its own rows
    int64_t halls;
} About;

/* One that nobody writes has no log, and may lie where nothing can be made beside it. */
static sqlite3 *open_copy(const char *path, GError **error)
{
    sqlite3 *db = NULL;
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
    g_autofree char *uri =
        g_strdup_printf("file:%s%s", escaped, access(log, F_OK) == 0 ? "" : "?immutable=1");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(uri, &db, flags, NULL) == SQLITE_OK)
        return db;
    fail_db(db, path, error);
    sqlite3_close(db);
    return NULL;
}

static bool copy_pages(sqlite3 *from, sqlite3 *to, const char *path, GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return fail_db(to, path, error);
    int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE || fail_db(to, path, error);
}

static bool read_about(sqlite3 *db, About *ret)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_ABOUT, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok)
        *ret = (About){sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                       sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3)};
    sqlite3_finalize(q);
    return ok;
}

/* What `sqlite3 .dump` wrote of a damaged one has everything but its stamp. */
static bool stamp(sqlite3 *db, About *about)
{
    if (about->application != 0 || about->version != 0)
        return true;
    about->application = IDX_APPLICATION_ID;
    about->version = about->migrated;
    g_autofree char *pragmas =
        g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %" PRId64,
                        IDX_APPLICATION_ID, about->version);
    return sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK;
}

static bool check_about(sqlite3 *db, const char *path, GError **error)
{
    About about = {0};
    if (!read_about(db, &about) || !stamp(db, &about))
        return fail_db(db, path, error);
    if (about.halls == 0)
        return mj_error_set(error, MJ_ERROR_INVALID, "%s has no hall", path);
    return (about.application == IDX_APPLICATION_ID && about.version >= 1 &&
            about.version <= IDX_SCHEMA_VERSION) ||
           mj_error_set(error, MJ_ERROR_INVALID,
                        "%s is no catalogue, or one of a newer Mingjing (version %" PRId64 ")",
                        path, about.version);
}

static bool check_pages(sqlite3 *db, const char *path, GError **error)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_LOOK, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    g_autofree char *words = ok ? g_strdup((const char *)sqlite3_column_text(q, 0)) : NULL;
    sqlite3_finalize(q);
    if (!ok)
        return fail_db(db, path, error);
    return g_strcmp0(words, "ok") == 0 ||
           mj_error_set(error, MJ_ERROR_INVALID, "%s is damaged itself: %s", path, words);
}

static bool mark(sqlite3 *db, const char *path, int64_t now_us, GError **error)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_MARK, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_bind_int64(q, 1, now_us) == SQLITE_OK && sqlite3_step(q) == SQLITE_DONE;
    sqlite3_finalize(q);
    sqlite3_exec(db, SQL_MARK_KNOWN, NULL, NULL, NULL); // not of one so old that it has no log
    ok = ok && sqlite3_exec(db, SQL_SKIP_IDS, NULL, NULL, NULL) == SQLITE_OK;
    return ok || fail_db(db, path, error);
}

/* What a log beside the part holds would stay behind when the part is renamed. */
static bool empty_log(sqlite3 *db, const char *path, GError **error)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_CHECKPOINT, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int(q, 0) == 0;
    ok = sqlite3_finalize(q) == SQLITE_OK && ok;
    return ok || fail_db(db, path, error);
}

static bool fill_part(const IdxRestore *how, const char *part, GError **error)
{
    sqlite3 *to = NULL;
    sqlite3 *from = open_copy(how->from, error);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    bool ok =
        from && (sqlite3_open_v2(part, &to, flags, NULL) == SQLITE_OK || fail_db(to, part, error));
    ok = ok && copy_pages(from, to, how->from, error) && check_pages(to, how->from, error) &&
         check_about(to, how->from, error) && mark(to, part, how->now_us, error) &&
         empty_log(to, part, error);
    sqlite3_close(from);
    if (sqlite3_close(to) != SQLITE_OK && ok)
        return mj_error_set(error, MJ_ERROR_IO, "cannot close %s", part);
    return ok;
}

static void unlink_part(const char *part)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *path = g_strconcat(part, SUFFIXES[i], NULL);
        unlink(path);
    }
}

static bool make_part(const IdxRestore *how, const char *part, GError **error)
{
    mode_t mode = mj_home_is_shared(how->home) ? 0660 : 0640;
    unlink_part(part); // of a run that was killed
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0 || fchmod(fd, mode) < 0)
        return mj_error_errno(error, errno, "cannot make %s", part);
    bool ok = fill_part(how, part, error) &&
              (fsync(fd) == 0 || mj_error_errno(error, errno, "cannot fsync %s", part));
    close(fd);
    if (!ok)
        unlink_part(part);
    return ok;
}

/* --- 4: setting aside ------------------------------------------------------------------------- */

typedef struct Held { // descriptors with a lock
    int file, memory;
} Held;

static void held_clear(Held *held)
{
    if (held->file >= 0)
        close(held->file);
    if (held->memory >= 0)
        close(held->memory);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Held, held_clear)

static bool fail_held(int fd, const char *file, const struct flock *wanted, GError **error)
{
    struct flock held = *wanted;
    int failed = errno;
    if ((failed != EAGAIN && failed != EACCES) || fcntl(fd, F_OFD_GETLK, &held) < 0)
        return mj_error_errno(error, failed, "cannot see who has %s open", file);
    return mj_error_set(error, MJ_ERROR_BUSY,
                        "process %d has %s open; stop it first (mingjing-api?)", (int)held.l_pid,
                        file);
}

/* Takes these bytes of @file, on which nobody else has a lock. A file that is not there has none. */
static bool hold(const char *file, off_t at, off_t bytes, int *ret_fd, GError **error)
{
    struct flock all = {.l_type = F_WRLCK, .l_start = at, .l_len = bytes};
    *ret_fd = open(file, O_RDWR | O_CLOEXEC);
    if (*ret_fd < 0)
        return errno == ENOENT || mj_error_errno(error, errno, "cannot open %s", file);
    return fcntl(*ret_fd, F_OFD_SETLK, &all) == 0 || fail_held(*ret_fd, file, &all, error);
}

/* Whoever has a catalogue open would go on writing into the file that is set aside, or that is deleted; of a
 * deleted one its shared memory tells. Who opens it from now on is told that it is busy. */
static bool hold_others_off(const char *path, Held *ret, GError **error)
{
    g_autofree char *memory = g_strconcat(path, "-shm", NULL);
    return hold(path, LOCKS_AT, LOCKS_BYTES, &ret->file, error) &&
           hold(memory, 0, 0, &ret->memory, error);
}

static char *name_aside(const char *path, int64_t now_us)
{
    g_autofree char *day = mj_time_format_day(now_us);
    g_autofree char *time = mj_time_format_file(now_us);
    return g_strdup_printf("%s" ASIDE "%sT%sZ", path, day, time);
}

/* Of what an earlier run set aside before it was killed: its log is left, and goes beside it. NULL: nothing. */
static char *name_begun(const char *home, const char *path)
{
    g_autofree char *newest = NULL;
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *prefix = g_strconcat(base, ASIDE, NULL);
    g_autoptr(GDir) dir = access(log, F_OK) == 0 ? g_dir_open(home, 0, NULL) : NULL;
    const char *name = NULL;
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_prefix(name, prefix) && g_str_has_suffix(name, "Z") &&
            g_strcmp0(name, newest) > 0) {
            g_free(newest);
            newest = g_strdup(name);
        }
    g_autofree char *aside = newest ? g_build_filename(home, newest, NULL) : NULL;
    g_autofree char *its_log = aside ? g_strconcat(aside, "-wal", NULL) : NULL;
    return its_log && access(its_log, F_OK) < 0 ? g_steal_pointer(&aside) : NULL;
}

static bool set_aside(const IdxRestore *how, const char *path, const char *aside, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(SUFFIXES); i++) {
        g_autofree char *from = g_strconcat(path, SUFFIXES[i], NULL);
        g_autofree char *to = g_strconcat(aside, SUFFIXES[i], NULL);
        if (access(from, F_OK) == 0 && access(to, F_OK) == 0)
            return mj_error_set(error, MJ_ERROR_EXISTS, "%s is there already", to);
        if (rename(from, to) < 0 && errno != ENOENT)
            return mj_error_errno(error, errno, "cannot set %s aside", from);
        if (!step(how, "aside", error))
            return false;
    }
    return mj_sync_folder(how->home, error);
}

/* --- 5: in its place -------------------------------------------------------------------------- */

static bool place(const IdxRestore *how, const char *path, const char *part, GError **error)
{
    if (!how->from)
        return idx_catalogue_create(how->home, how->hall_code, how->hall_name, how->zone_name,
                                    error);
    if (rename(part, path) < 0)
        return mj_error_errno(error, errno, "cannot make %s", path);
    return mj_home_create(how->home, error) && idx_seal_create_key(how->home, error) &&
           idx_seal_create_factor_key(how->home, error);
}

static bool make(const IdxRestore *how, const char *path, IdxRestored *r, GError **error)
{
    g_auto(Held) held = {-1, -1};
    g_autofree char *part = g_strconcat(path, PART_SUFFIX, NULL);
    g_autofree char *begun = r->damage ? NULL : name_begun(how->home, path);
    g_autofree char *aside = begun ? g_steal_pointer(&begun) : name_aside(path, how->now_us);
    r->kind = how->from ? IDX_RESTORE_COPIED : IDX_RESTORE_NEW;
    if (r->damage)
        r->aside = g_strdup(aside);
    if (!how->from && how->newest)
        return mj_error_set(error, MJ_ERROR_EXISTS,
                            "there is a copy of the catalogue, which knows what no file does: give "
                            "--copy %s, or --copy none to begin with the footage alone",
                            how->newest);
    if (!how->from && !idx_catalogue_check(how->hall_code, how->hall_name, how->zone_name, error))
        return false;
    if (!hold_others_off(path, &held, error))
        return false;
    if (how->dry_run)
        return true;
    if ((how->from && !make_part(how, part, error)) || !step(how, "part", error) ||
        !set_aside(how, path, aside, error) || !place(how, path, part, error) ||
        !mj_sync_folder(how->home, error) || !step(how, "placed", error))
        return false;
    r->cat = idx_catalogue_open(how->home, IDX_WRITE, error);
    return r->cat != NULL;
}

static bool check_home(const char *home, GError **error)
{
    g_autofree char *footage = mj_home_footage(home);
    return g_file_test(footage, G_FILE_TEST_IS_DIR) ||
           mj_error_set(error, MJ_ERROR_NOT_FOUND,
                        "no home in %s: there is no %s; run: mingjing init --home %s", home,
                        footage, home);
}

bool idx_restore(const IdxRestore *how, IdxRestored *ret, GError **error)
{
    g_auto(IdxRestored) r = IDX_RESTORED_NONE;
    g_autofree char *path = mj_home_catalogue(how->home);
    if (!check_home(how->home, error) || !take_locks(how->home, &r, error) ||
        !look(how, path, &r, error))
        return false;
    if (!(r.cat ? use_sound(how, &r, error) : make(how, path, &r, error)))
        return false;
    *ret = r;
    r = IDX_RESTORED_NONE;
    return true;
}

bool idx_restore_is_open(IdxCatalogue *cat, bool *ret, GError **error)
{
    int64_t marked = 0;
    bool ok = idx_db_get_int(cat, &marked, SQL_IS_MARKED, error, "");
    *ret = marked > 0;
    return ok;
}

bool idx_restore_end(IdxCatalogue *cat, GError **error)
{
    return idx_db_run(cat, SQL_UNMARK, error, "");
}
