// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/purge/purge_own.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SQL_PENDING[] =
    "SELECT id, volume_id, first_id, last_id, marked_us FROM purge_batch"
    " INDEXED BY purge_batch_pending WHERE done_us IS NULL ORDER BY id";
static const char SQL_COUNT[] =
    "SELECT count(*) FROM purge_batch INDEXED BY purge_batch_pending WHERE done_us IS NULL";
/* A name may have been given to new footage since, if the clock went back. */
static const char SQL_PATHS[] =
    "SELECT d.path, d.bytes FROM disposition d WHERE d.id BETWEEN ? AND ?"
    " AND NOT EXISTS (SELECT 1 FROM segment s WHERE s.path = d.path)";
static const char SQL_DONE[] = "UPDATE purge_batch SET done_us = ?2 WHERE id = ?1";

typedef struct Batch {
    int64_t id, volume_id, first_id, last_id, marked_us;
    bool done;
} Batch;

char *idx_purge_obstacle(const IdxVolume *volume)
{
    g_autoptr(GError) error = NULL;
    if (g_str_equal(volume->state, IDX_VOLUME_STALLED) ||
        g_str_equal(volume->state, IDX_VOLUME_MISSING))
        return g_strdup_printf("it is %s", volume->state);
    return idx_volume_check(volume->id, volume->path, &error) ? NULL : g_strdup(error->message);
}

bool idx_purge_count_pending(IdxCatalogue *cat, int64_t *ret, GError **error)
{
    return idx_db_get_int(cat, ret, SQL_COUNT, error, "");
}

static GArray *list_pending(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) batches = g_array_new(FALSE, FALSE, sizeof(Batch));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PENDING, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        Batch one = {idx_db_int(q, 0), idx_db_int(q, 1), idx_db_int(q, 2),
                     idx_db_int(q, 3), idx_db_int(q, 4), false};
        g_array_append_val(batches, one);
    }
    return row == 0 ? g_steal_pointer(&batches) : NULL;
}

typedef struct Gone { // a file that is to go
    char *path;       // below its volume's folder
    int64_t bytes;
} Gone;

static void gone_clear(void *data)
{
    g_free(((Gone *)data)->path);
}

/* Whether another file has come to the name, as when the clock went back: nobody writes to one that was closed
 * and marked, so another is younger than the mark and not as long. */
static bool is_another(const char *path, const Gone *gone, int64_t marked_us)
{
    struct stat st;
    return lstat(path, &st) == 0 && st.st_size != gone->bytes &&
           (int64_t)st.st_mtim.tv_sec * MJ_SECOND_US + st.st_mtim.tv_nsec / 1000 > marked_us;
}

static bool remove_one(const Purge *p, const char *root, const Gone *gone, int64_t marked_us,
                       GHashTable *folders, GError **error)
{
    g_autofree char *path = mj_path_below(root, gone->path, error);
    if (!path)
        return false;
    g_hash_table_add(folders, g_path_get_dirname(path));
    if (is_another(path, gone, marked_us))
        return true;
    if (unlink(path) < 0 && errno != ENOENT)
        return mj_error_errno(error, errno, "cannot remove %s", path);
    return !p->how->step || idx_purge_step(p, "unlinked", error);
}

static bool remove_files(const Purge *p, const Batch *batch, const char *root, GHashTable *folders,
                         GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Gone));
    g_array_set_clear_func(all, gone_clear);
    g_autoptr(IdxQuery) q =
        idx_db_query(p->cat, SQL_PATHS, error, "ii", batch->first_id, batch->last_id);
    int row = 0;
    while ((row = idx_db_step(p->cat, q, error)) > 0) {
        Gone one = {g_strdup(idx_db_text(q, 0)), idx_db_int(q, 1)};
        g_array_append_val(all, one);
    }
    if (row < 0)
        return false;
    g_clear_pointer(&q, idx_db_query_end); // files may take long: no snapshot is held meanwhile
    for (guint i = 0; i < all->len; i++)
        if (!remove_one(p, root, &g_array_index(all, Gone, i), batch->marked_us, folders, error))
            return false;
    return true;
}

static bool sync_folder(const char *path, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (mj_sync_folder(path, &failed) || mj_error_is(failed, MJ_ERROR_NOT_FOUND))
        return true;
    g_propagate_error(error, g_steal_pointer(&failed));
    return false;
}

/* A folder of a day that is over for good, by its name: nobody is about to make a file in it. */
static bool is_past_day(const char *name, int64_t now_us)
{
    g_autofree char *yesterday = mj_time_format_day(now_us - MJ_DAY_US);
    return strlen(name) == strlen(yesterday) && strspn(name, "0123456789") == strlen(name) &&
           strcmp(name, yesterday) < 0;
}

static bool tidy_folder(const Purge *p, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *parent = g_path_get_dirname(path);
    if (is_past_day(name, p->how->now_us) && rmdir(path) == 0)
        return sync_folder(parent, error);
    return sync_folder(path, error);
}

static bool tidy_folders(const Purge *p, GHashTable *folders, GError **error)
{
    GHashTableIter iter;
    void *path = NULL;
    g_hash_table_iter_init(&iter, folders);
    while (g_hash_table_iter_next(&iter, &path, NULL))
        if (!tidy_folder(p, path, error))
            return false;
    return idx_purge_step(p, "folders", error);
}

static IdxPurgeVolume *entry_of(const Purge *p, int64_t volume_id)
{
    for (guint i = 0; i < p->sums->volumes->len; i++)
        if (((IdxPurgeVolume *)p->sums->volumes->pdata[i])->id == volume_id)
            return p->sums->volumes->pdata[i];
    return NULL;
}

/* All batches of one volume. What its disk refuses is told, and no error of the run. */
static bool finish_volume(Purge *p, GArray *batches, const IdxVolume *volume, GError **error)
{
    g_autoptr(GHashTable) folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    IdxPurgeVolume *entry = entry_of(p, volume->id);
    g_autofree char *obstacle = idx_purge_obstacle(volume);
    g_autoptr(GError) local = NULL;
    bool ok = obstacle == NULL;
    for (guint i = 0; ok && i < batches->len; i++) {
        const Batch *batch = &g_array_index(batches, Batch, i);
        if (batch->volume_id == volume->id)
            ok = remove_files(p, batch, volume->path, folders, &local);
    }
    ok = ok && tidy_folders(p, folders, &local);
    for (guint i = 0; ok && i < batches->len; i++) {
        Batch *batch = &g_array_index(batches, Batch, i);
        batch->done = batch->done || batch->volume_id == volume->id;
    }
    if (mj_error_is(local, MJ_ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (!ok && entry && !entry->failed)
        entry->failed = g_strdup(obstacle ? obstacle : local->message);
    return true;
}

static bool mark_done(Purge *p, const GArray *batches, int64_t *ret_batches, GError **error)
{
    bool ok = idx_db_scope_begin(p->cat, error);
    if (!ok)
        return false;
    for (guint i = 0; ok && i < batches->len; i++) {
        const Batch *batch = &g_array_index(batches, Batch, i);
        if (!batch->done)
            continue;
        ok = idx_db_run(p->cat, SQL_DONE, error, "ii", batch->id, p->how->now_us);
        ++*ret_batches;
    }
    ok = ok && idx_purge_step(p, "done", error);
    return idx_db_scope_end(p->cat, ok, error);
}

bool idx_purge_finish(Purge *p, int64_t *ret_batches, GError **error)
{
    *ret_batches = 0;
    g_autoptr(GArray) batches = list_pending(p->cat, error);
    g_autoptr(GPtrArray) volumes = batches ? idx_volume_list(p->cat, error) : NULL;
    if (!volumes)
        return false;
    if (batches->len == 0)
        return true;
    if (!idx_db_sync(p->cat, error) || !idx_purge_step(p, "synced", error))
        return false;
    for (guint i = 0; i < volumes->len; i++)
        if (!finish_volume(p, batches, volumes->pdata[i], error))
            return false;
    return mark_done(p, batches, ret_batches, error);
}
