// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/backup.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/home_lock.h"
#include "index/segment/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STEP_PAGES 256
#define ROOM_BYTES (INT64_C(16) << 20) // left free beside a copy
#define NAME_PREFIX "catalogue-"
#define NAME_SUFFIX ".db"
#define PART_SUFFIX ".db.part"

static const char SQL_SNAPSHOT[] = "SELECT count(*) FROM hall"; // begins to read
static const char SQL_CHECK[] = "PRAGMA quick_check(1)";
static const char SQL_BEGIN_READ[] = "BEGIN";
static const char SQL_END_READ[] = "ROLLBACK";
static const char SQL_COUNTS[] =
    "SELECT (SELECT count(*) FROM camera), (SELECT count(*) FROM segment), "
    "(SELECT count(*) FROM event)";

typedef struct Part { // the copy while it is made
    char *folder, *path, *final;
    int fd; // locked, so that others know that it is being written
} Part;

void idx_backup_sums_clear(IdxBackupSums *sums)
{
    g_clear_pointer(&sums->path, g_free);
}

/* Closing any descriptor ends SQLite's locks of the file: after its connections. */
static void part_clear(Part *part)
{
    if (part->fd >= 0)
        close(part->fd);
    if (part->path)
        unlink(part->path); // gone already if all went well
    g_free(part->folder);
    g_free(part->path);
    g_free(part->final);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Part, part_clear)

/* --- the folder ------------------------------------------------------------------------------- */

static bool is_copy(const char *name, const char *suffix)
{
    return g_str_has_prefix(name, NAME_PREFIX) && g_str_has_suffix(name, suffix) &&
           strlen(name) == strlen(NAME_PREFIX "20261122T013000.120Z") + strlen(suffix);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of copies, the oldest first. */
static GPtrArray *list(const char *folder, const char *suffix, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &failed);
    if (!dir) {
        mj_error_set(error, MJ_ERROR_IO, "%s", failed->message);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (is_copy(name, suffix))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

char *idx_backup_newest(const char *folder)
{
    g_autoptr(GPtrArray) names = list(folder, NAME_SUFFIX, NULL);
    return names && names->len ? g_build_filename(folder, names->pdata[names->len - 1], NULL)
                               : NULL;
}

/* One that nobody has locked is of somebody who died. */
static bool remove_dead(const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = list(folder, PART_SUFFIX, error);
    for (guint i = 0; names && i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
            unlink(path);
        if (fd >= 0)
            close(fd);
    }
    return names != NULL;
}

static bool remove_old(const char *folder, int64_t keep, IdxBackupSums *sums, GError **error)
{
    g_autoptr(GPtrArray) names = list(folder, NAME_SUFFIX, error);
    if (!names)
        return false;
    sums->kept = keep > 0 ? MIN(keep, (int64_t)names->len) : (int64_t)names->len;
    sums->removed = (int64_t)names->len - sums->kept;
    for (guint i = 0; i < (guint)sums->removed; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        if (unlink(path) < 0)
            return mj_error_errno(error, errno, "cannot remove the old copy %s", path);
    }
    return true;
}

static bool check_room(IdxCatalogue *cat, const char *folder, GError **error)
{
    static const char SQL_BYTES[] =
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    int64_t wanted = 0;
    struct statvfs disk;
    if (!idx_db_get_int(cat, &wanted, SQL_BYTES, error, ""))
        return false;
    if (statvfs(folder, &disk) < 0)
        return mj_error_errno(error, errno, "cannot look at %s", folder);
    int64_t room = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    return room >= wanted + ROOM_BYTES ||
           mj_error_set(error, MJ_ERROR_IO,
                        "%s has %" G_GINT64_FORMAT " MB free; the copy takes %" G_GINT64_FORMAT
                        " MB and %d MB are to stay free",
                        folder, room >> 20, (wanted >> 20) + 1, (int)(ROOM_BYTES >> 20));
}

static bool make_part(Part *part, const char *folder, int64_t now_us, GError **error)
{
    g_autofree char *day = mj_time_format_day(now_us);
    g_autofree char *time = mj_time_format_file(now_us);
    g_autofree char *name = g_strdup_printf(NAME_PREFIX "%sT%sZ" NAME_SUFFIX, day, time);
    part->folder = g_strdup(folder);
    part->final = g_build_filename(folder, name, NULL);
    if (access(part->final, F_OK) == 0)
        return mj_error_set(error, MJ_ERROR_EXISTS, "%s is there already", part->final);
    g_autofree char *path = g_strconcat(part->final, ".part", NULL);
    part->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600); // accounts are in it
    if (part->fd < 0)
        return mj_error_errno(error, errno, "cannot make %s", path);
    part->path = g_steal_pointer(&path);
    return flock(part->fd, LOCK_EX | LOCK_NB) == 0 ||
           mj_error_errno(error, errno, "cannot lock %s", part->path);
}

/* --- copying ---------------------------------------------------------------------------------- */

static bool fail_db(sqlite3 *db, const Part *part, const char *what, GError **error)
{
    bool damaged = (sqlite3_errcode(db) & 0xff) == SQLITE_CORRUPT;
    return mj_error_set(error, damaged ? MJ_ERROR_CORRUPT : MJ_ERROR_IO, "%s: %s: %s", part->path,
                        what, sqlite3_errmsg(db));
}

static bool copy_pages(IdxCatalogue *cat, sqlite3 *to, const Part *part, const IdxBackup *how,
                       GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", cat->db, "main");
    if (!backup)
        return fail_db(to, part, "cannot begin", error);
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        code = sqlite3_backup_step(backup, STEP_PAGES);
        int64_t all = sqlite3_backup_pagecount(backup);
        if (how->progress && (code == SQLITE_OK || code == SQLITE_DONE))
            how->progress(all - sqlite3_backup_remaining(backup), all, how->data);
    }
    sqlite3_backup_finish(backup);
    return code == SQLITE_DONE || fail_db(to, part, "cannot copy", error);
}

/* Within one transaction that reads, so that what others write does not begin the copy anew. */
static bool copy(IdxCatalogue *cat, const Part *part, const IdxBackup *how, GError **error)
{
    sqlite3 *to = NULL;
    int64_t halls = 0;
    int code = sqlite3_open_v2(part->path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    bool ok = code == SQLITE_OK || fail_db(to, part, "cannot open", error);
    ok = ok && (sqlite3_exec(to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL, NULL,
                             NULL) == SQLITE_OK ||
                fail_db(to, part, "cannot open", error)); // fsync comes at the end
    if (ok && idx_db_run(cat, SQL_BEGIN_READ, error, "")) {
        ok = idx_db_get_int(cat, &halls, SQL_SNAPSHOT, error, "") &&
             copy_pages(cat, to, part, how, error);
        idx_db_run(cat, SQL_END_READ, NULL, "");
    } else {
        ok = false;
    }
    sqlite3_close(to);
    return ok &&
           (fsync(part->fd) == 0 || mj_error_errno(error, errno, "cannot fsync %s", part->path));
}

/* --- looking at what was written -------------------------------------------------------------- */

static bool read_counts(sqlite3 *db, IdxBackupSums *sums)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_COUNTS, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok) {
        sums->cameras = sqlite3_column_int64(q, 0);
        sums->segments = sqlite3_column_int64(q, 1);
        sums->events = sqlite3_column_int64(q, 2);
    }
    sqlite3_finalize(q);
    return ok;
}

static bool check_pages(sqlite3 *db, const Part *part, GError **error)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, SQL_CHECK, -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    const char *words = ok ? (const char *)sqlite3_column_text(q, 0) : NULL;
    if (!ok)
        fail_db(db, part, "cannot check", error);
    else if (g_strcmp0(words, "ok") != 0)
        ok = mj_error_set(error, MJ_ERROR_CORRUPT,
                          "the catalogue is damaged, and so would its copy be: %s. Older copies "
                          "stay; nothing was removed",
                          words);
    sqlite3_finalize(q);
    return ok;
}

/* Nobody else has the file, and nothing is made beside it: "immutable". */
static bool check(const Part *part, IdxBackupSums *sums, GError **error)
{
    sqlite3 *db = NULL;
    g_autofree char *escaped = g_uri_escape_string(part->path, "/", FALSE);
    g_autofree char *uri = g_strdup_printf("file:%s?immutable=1", escaped);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    bool ok = sqlite3_open_v2(uri, &db, flags, NULL) == SQLITE_OK && read_counts(db, sums);
    ok = ok ? check_pages(db, part, error) : fail_db(db, part, "cannot read it again", error);
    sqlite3_close(db);
    struct stat about = {0};
    if (ok && fstat(part->fd, &about) == 0)
        sums->bytes = about.st_size;
    return ok;
}

static bool put_in_place(const Part *part, GError **error)
{
    return (rename(part->path, part->final) == 0 ||
            mj_error_errno(error, errno, "cannot make %s", part->final)) &&
           mj_sync_folder(part->folder, error);
}

/* Whether it lies in none of the volumes: what is not footage there is no one's. */
static bool check_apart(IdxCatalogue *cat, const char *folder, GError **error)
{
    g_autofree char *above = g_path_get_dirname(folder);
    g_autofree char *real = realpath(folder, NULL);
    if (!real)
        real = realpath(above, NULL);
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    for (guint i = 0; real && volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_autofree char *own = realpath(volume->path, NULL);
        size_t length = own ? strlen(own) : 0;
        if (own && strncmp(real, own, length) == 0 && (real[length] == '/' || !real[length]))
            return mj_error_set(error, MJ_ERROR_INVALID,
                                "%s is among the footage in %s: say a folder elsewhere", folder,
                                volume->path);
    }
    return volumes != NULL;
}

bool idx_backup(IdxCatalogue *cat, const char *folder, const IdxBackup *how, IdxBackupSums *ret,
                GError **error)
{
    g_auto(Part) part = {.fd = -1};
    g_auto(IdxBackupSums) sums = {0};
    if (!check_apart(cat, folder, error))
        return false;
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return mj_error_errno(error, errno, "cannot make the folder %s", folder);
    if (!idx_home_lock_whole(idx_catalogue_home(cat), error) || !remove_dead(folder, error) ||
        !check_room(cat, folder, error) || !make_part(&part, folder, how->now_us, error) ||
        !copy(cat, &part, how, error) || !check(&part, &sums, error) ||
        !put_in_place(&part, error) || !remove_old(folder, how->keep, &sums, error))
        return false;
    sums.path = g_steal_pointer(&part.final);
    *ret = sums;
    sums.path = NULL;
    return true;
}
