// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/rebuild/rebuild_own.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AHEAD_US (30 * 366 * MJ_DAY_US) // by which a recorder's clock may have been wrong

void idx_rebuild_file_clear(void *file)
{
    g_free(((RebuildFile *)file)->path);
}

bool idx_rebuild_fits_camera(const char *name)
{
    return idx_camera_check_code(name, NULL);
}

bool idx_rebuild_fits_stream(const char *name)
{
    return strcmp(name, "main") == 0 || strcmp(name, "sub") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In order of time; of two with one name, as the volumes come. */
static int by_time(const void *a, const void *b)
{
    const RebuildFile *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->volume->id > y->volume->id) - (x->volume->id < y->volume->id);
}

static void tell_strange(Rebuild *r, const IdxVolume *volume, const char *path)
{
    idx_rebuild_left(r, IDX_LEFT_STRANGE, volume->path, path,
                     "no segment is called so, or lies here");
}

/* What is not there is empty; what cannot be read may be full. */
static void tell_unreadable(Rebuild *r, const IdxVolume *volume, const char *path, int failed)
{
    if (failed != ENOENT && failed != ENOTDIR)
        idx_rebuild_left(r, IDX_LEFT_BROKEN, volume->path, path[0] ? path : ".",
                         "cannot be looked into: %s; what is in it is not found",
                         g_strerror(failed));
}

typedef void (*Take)(const IdxVolume *volume, const char *name, char *path, void *data);

typedef struct Listing {
    Rebuild *r;
    const IdxVolume *volume;
    const char *where;
    mode_t type;
    RebuildFits fits;
    bool tell;
    Take take;
    void *data;
} Listing;

static void look_at(const Listing *l, const char *name)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        (!l->where[0] && g_str_has_prefix(name, IDX_VOLUME_OWN)))
        return;
    g_autofree char *path = l->where[0] ? g_build_filename(l->where, name, NULL) : g_strdup(name);
    g_autofree char *full = g_build_filename(l->volume->path, path, NULL);
    struct stat st;
    if (lstat(full, &st) < 0) {
        if (l->tell)
            tell_unreadable(l->r, l->volume, path, errno);
    } else if ((st.st_mode & S_IFMT) == l->type && l->fits(name)) {
        l->take(l->volume, name, g_steal_pointer(&path), l->data);
    } else if (l->tell) {
        tell_strange(l->r, l->volume, path);
    }
}

/* Calls take() for what fits; what is ours besides footage is passed over. */
static void list(const Listing *l)
{
    g_autofree char *folder = g_build_filename(l->volume->path, l->where, NULL);
    const struct dirent *entry = NULL;
    DIR *dir = opendir(folder);
    while (dir && (errno = 0, entry = readdir(dir)))
        look_at(l, entry->d_name);
    if (l->tell && errno != 0)
        tell_unreadable(l->r, l->volume, l->where, errno);
    if (dir)
        closedir(dir);
}

static void take_folder(const IdxVolume *volume, const char *name, char *path, void *names)
{
    (void)volume;
    if (!g_hash_table_contains(names, name))
        g_hash_table_add(names, g_strdup(name));
    g_free(path);
}

GPtrArray *idx_rebuild_folders(Rebuild *r, const char *where, RebuildFits fits, bool tell)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, NULL);
    GPtrArray *sorted = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < r->volumes->len; i++)
        list(&(Listing){r, r->volumes->pdata[i], where, S_IFDIR, fits, tell, take_folder, names});
    GHashTableIter iter;
    void *name = NULL;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(sorted, name);
    g_ptr_array_sort(sorted, by_name);
    return sorted;
}

bool idx_rebuild_day_us(const char *day, int64_t *ret_us)
{
    g_autofree char *text = g_strdup_printf("%.4s-%.2s-%.2sT00:00:00Z", day, day + 4, day + 6);
    return mj_time_parse_rfc3339(text, ret_us, NULL);
}

static bool may_be(const Rebuild *r, const char *day)
{
    int64_t us = 0;
    return idx_rebuild_day_us(day, &us) && us >= 0 && us < r->how->now_us + AHEAD_US;
}

static void tell_no_day(Rebuild *r, const char *where, const char *day)
{
    g_autofree char *path = g_build_filename(where, day, NULL);
    for (guint i = 0; i < r->volumes->len; i++) {
        const IdxVolume *volume = r->volumes->pdata[i];
        g_autofree char *full = g_build_filename(volume->path, path, NULL);
        if (access(full, F_OK) == 0)
            idx_rebuild_left(r, IDX_LEFT_STRANGE, volume->path, path,
                             "nothing can have been recorded on such a day; what is in it stays");
    }
}

GPtrArray *idx_rebuild_days(Rebuild *r, const char *where, bool tell)
{
    GPtrArray *days = idx_rebuild_folders(r, where, idx_segment_file_is_day, tell);
    for (guint i = 0; i < days->len;) {
        if (may_be(r, days->pdata[i])) {
            i++;
            continue;
        }
        if (tell)
            tell_no_day(r, where, days->pdata[i]);
        g_ptr_array_remove_index(days, i);
    }
    return days;
}

static void take_file(const IdxVolume *volume, const char *name, char *path, void *files)
{
    (void)name;
    RebuildFile file = {volume, path};
    g_array_append_val((GArray *)files, file);
}

GArray *idx_rebuild_day(Rebuild *r, const char *where, bool tell)
{
    GArray *files = g_array_new(FALSE, FALSE, sizeof(RebuildFile));
    g_array_set_clear_func(files, idx_rebuild_file_clear);
    for (guint i = 0; i < r->volumes->len; i++)
        list(&(Listing){r, r->volumes->pdata[i], where, S_IFREG, idx_segment_file_is_name, tell,
                        take_file, files});
    g_array_sort(files, by_time);
    return files;
}

const char *idx_rebuild_root(const Rebuild *r, int64_t volume_id)
{
    for (guint i = 0; i < r->volumes->len; i++)
        if (((const IdxVolume *)r->volumes->pdata[i])->id == volume_id)
            return ((const IdxVolume *)r->volumes->pdata[i])->path;
    return NULL;
}

bool idx_rebuild_lacks(const Rebuild *r, int64_t volume_id, const char *path)
{
    const char *root = idx_rebuild_root(r, volume_id);
    g_autofree char *full = root ? mj_path_below(root, path, NULL) : NULL;
    return full && access(full, F_OK) < 0 && errno == ENOENT;
}
