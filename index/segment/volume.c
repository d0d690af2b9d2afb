// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/volume.h"

#include "index/audit/audit.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/db.h"
#include "index/link/link.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const char SQL_ADD[] =
    "INSERT INTO volume (path, reserve_bytes, max_bytes, state, since_us)"
    " VALUES (?1, CASE WHEN ?2 >= 0 THEN ?2 END, CASE WHEN ?3 > 0 THEN ?3 END, 'unknown', ?4)"
    " ON CONFLICT (path) DO UPDATE SET removed_us = NULL,"
    " reserve_bytes = iif(?2 = ?5, volume.reserve_bytes, excluded.reserve_bytes),"
    " max_bytes = iif(?3 = ?5, volume.max_bytes, excluded.max_bytes)";
static const char SQL_REMOVE[] =
    "UPDATE volume SET removed_us = ?2 WHERE id = ?1 AND removed_us IS NULL";
static const char SQL_LEFT[] = "SELECT count(*) FROM volume WHERE removed_us IS NULL AND id <> ?";
static const char SQL_LIST[] =
    "SELECT id, path, reserve_bytes, coalesce(max_bytes, 0), state, since_us, detail,"
    " coalesce(removed_us, 0) FROM volume ORDER BY id";
static const char SQL_STATE[] =
    "UPDATE volume SET state = ?2, detail = ?3, since_us = ?4 WHERE id = ?1"
    " AND (state <> ?2 OR detail IS NOT ?3)";
static const char SQL_PATH[] = "SELECT path FROM volume WHERE id = ?";
static const char SQL_BYTES[] = "SELECT coalesce(sum(bytes), 0) FROM segment WHERE volume_id = ?";

void idx_volume_free(IdxVolume *volume)
{
    if (!volume)
        return;
    g_free(volume->path);
    g_free(volume->state);
    g_free(volume->detail);
    g_free(volume);
}

static char *absolute(const IdxCatalogue *cat, const char *path)
{
    return g_path_is_absolute(path) ? g_strdup(path) : g_build_filename(cat->home, path, NULL);
}

bool idx_volume_mark(const char *root, GError **error)
{
    g_autofree char *path = g_build_filename(root, IDX_VOLUME_MARK, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot make the file %s", path);
    int failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return failed == 0 || mj_error_errno(error, failed, "cannot write %s", path);
}

static bool make_mark(const IdxCatalogue *cat, const char *root, GError **error)
{
    g_autoptr(GError) failed = NULL;
    if (idx_volume_mark(root, &failed))
        return true;
    g_autoptr(GError) none = NULL;
    if (idx_link_mark(cat->home, root, &none))
        return true;
    GError **why = mj_error_is(none, MJ_ERROR_NOT_FOUND) ? &failed : &none;
    g_propagate_error(error, g_steal_pointer(why));
    return false;
}

/* footage/ of the home stays relative, so that a home can be moved. */
static const char *stored_path(const IdxCatalogue *cat, const char *path)
{
    g_autofree char *footage = mj_home_footage(cat->home);
    g_autofree char *own = realpath(footage, NULL);
    return g_strcmp0(own, path) == 0 ? "footage" : path;
}

/* What was said; null: it stays. */
static json_t *limit_json(int64_t bytes)
{
    return bytes == IDX_VOLUME_STAYS ? json_null() : json_integer(bytes);
}

static bool tell(IdxCatalogue *cat, const char *what, const char *path, json_t *words,
                 GError **error)
{
    g_autoptr(json_t) detail = words;
    return idx_audit(
        cat, &(IdxAudit){.what = what, .object_kind = "volume", .object = path, .detail = detail},
        error);
}

bool idx_volume_add(IdxCatalogue *cat, const char *path, int64_t reserve_bytes, int64_t max_bytes,
                    int64_t now_us, GError **error)
{
    if (!g_path_is_absolute(path))
        return mj_error_set(error, MJ_ERROR_INVALID, "volume %s: give its absolute path", path);
    g_autofree char *real = realpath(path, NULL);
    if (!real)
        return mj_error_errno(error, errno, "volume %s", path);
    if (!g_file_test(real, G_FILE_TEST_IS_DIR))
        return mj_error_set(error, MJ_ERROR_INVALID, "volume %s is no directory", path);
    if (!make_mark(cat, real, error) || !idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_ADD, error, "tiiii", stored_path(cat, real), reserve_bytes,
                         max_bytes, now_us, IDX_VOLUME_STAYS) &&
              tell(cat, "volume.add", real,
                   json_pack("{s:o, s:o}", "reserve_bytes", limit_json(reserve_bytes), "max_bytes",
                             limit_json(max_bytes)),
                   error);
    return idx_db_scope_end(cat, ok, error);
}

IdxVolume *idx_volume_get(IdxCatalogue *cat, const char *path, GError **error)
{
    g_autoptr(GPtrArray) all = idx_volume_list(cat, error);
    g_autofree char *real = realpath(path, NULL); // NULL if it is gone: then as it was written
    for (guint i = 0; all && i < all->len; i++) {
        const IdxVolume *volume = all->pdata[i];
        g_autofree char *own = realpath(volume->path, NULL);
        if (g_str_equal(volume->path, path) || (real && g_strcmp0(real, own) == 0))
            return g_ptr_array_steal_index(all, i);
    }
    if (all)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no volume %s", path);
    return NULL;
}

bool idx_volume_remove(IdxCatalogue *cat, const char *path, int64_t now_us, GError **error)
{
    int64_t left = 0;
    g_autoptr(IdxVolume) volume = idx_volume_get(cat, path, error);
    if (!volume || !idx_db_get_int(cat, &left, SQL_LEFT, error, "i", volume->id))
        return false;
    if (left == 0)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "%s is the last volume: add another one first", path);
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_db_run(cat, SQL_REMOVE, error, "ii", volume->id, now_us) &&
              tell(cat, "volume.remove", path, NULL, error);
    return idx_db_scope_end(cat, ok, error);
}

static IdxVolume *read_volume(const IdxCatalogue *cat, IdxQuery *q)
{
    IdxVolume *volume = g_new0(IdxVolume, 1);
    volume->id = idx_db_int(q, 0);
    volume->path = absolute(cat, idx_db_text(q, 1));
    volume->has_reserve = !idx_db_is_null(q, 2);
    volume->reserve_bytes = idx_db_int(q, 2);
    volume->max_bytes = idx_db_int(q, 3);
    volume->state = g_strdup(idx_db_text(q, 4));
    volume->since_us = idx_db_int(q, 5);
    volume->detail = g_strdup(idx_db_text(q, 6));
    volume->removed_us = idx_db_int(q, 7);
    return volume;
}

GPtrArray *idx_volume_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)idx_volume_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_LIST, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        g_ptr_array_add(list, read_volume(cat, q));
    return row == 0 ? g_steal_pointer(&list) : NULL;
}

bool idx_volume_bytes(IdxCatalogue *cat, int64_t id, int64_t *ret, GError **error)
{
    return idx_db_get_int(cat, ret, SQL_BYTES, error, "i", id);
}

bool idx_volume_set_state(IdxCatalogue *cat, int64_t id, const char *state, const char *detail,
                          int64_t now_us, GError **error)
{
    return idx_db_run(cat, SQL_STATE, error, "itti", id, state, detail, now_us);
}

char *idx_volume_root(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PATH, error, "i", MAX(id, IDX_VOLUME_HOME));
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT, "no volume %" PRId64, id);
    return row > 0 ? absolute(cat, idx_db_text(q, 0)) : NULL;
}

bool idx_volume_check(int64_t id, const char *root, GError **error)
{
    g_autofree char *mark = g_build_filename(root, IDX_VOLUME_MARK, NULL);
    const char *path = id <= IDX_VOLUME_HOME ? root : mark;
    return access(path, F_OK) == 0 ||
           mj_error_errno(error, errno, "volume %s is not mounted, or is another one: no %s", root,
                          path);
}

char *idx_volume_file(IdxCatalogue *cat, int64_t id, const char *relative, GError **error)
{
    g_autofree char *root = idx_volume_root(cat, id, error);
    return root ? mj_path_below(root, relative, error) : NULL;
}

int64_t idx_volume_reserve(const IdxVolume *volume, int64_t total_bytes)
{
    if (volume->has_reserve)
        return volume->reserve_bytes;
    return MAX(IDX_VOLUME_RESERVE_BYTES, total_bytes / 100 * IDX_VOLUME_RESERVE_PERCENT);
}
