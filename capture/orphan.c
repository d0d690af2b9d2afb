// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/orphan.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/camera.h"
#include "index/purge/disposition.h"
#include "index/segment/recover.h"
#include "index/segment/volume.h"

/* --- looking for them ------------------------------------------------------------------------- */

typedef struct File { // without a row
    const IdxVolume *volume;
    char *path; // below it
} File;

typedef struct Search {
    IdxCatalogue *cat;
    const IdxStream *stream;
    const GPtrArray *volumes;
    CapOrphans *sums;
    int64_t from_us;   // files named earlier are not young
    GHashTable *known; // paths of the stream's rows since then
    int64_t *newest;   // where the last row ends; moves as files are adopted
    GArray *found;     // File
} Search;

static bool ours(const Search *search, const IdxSegment *row, const char *camera,
                 const char *stream, GError **error)
{
    if (!g_str_equal(camera, search->stream->camera) || !g_str_equal(stream, search->stream->name))
        return mj_error_set(error, MJ_ERROR_CORRUPT, "it is of %s/%s", camera, stream);
    if (row->start_us < *search->newest)
        return mj_error_set(error, MJ_ERROR_CONFLICT,
                            "it begins before the newest recording in the catalogue ends");
    return true;
}

/* Gives the file a row. False with @error if it stays as it is. */
static bool adopt(const Search *search, const File *file, const IdxRead *read, GError **error)
{
    g_autofree char *camera = NULL, *stream = NULL;
    g_autoptr(IdxSegment) row =
        idx_recover_describe(read, file->path, file->volume->id, &camera, &stream, error);
    if (!row || !ours(search, row, camera, stream, error))
        return false;
    row->stream_id = search->stream->id;
    if (!idx_segment_open(search->cat, row, error))
        return false;
    const GArray *all = read->boxes->fragments;
    /* Recovery may take the last fragment's end back to where the next file begins. */
    *search->newest = row->start_us + g_array_index(all, IdxBoxFragment, all->len - 1).decode_us -
                      g_array_index(all, IdxBoxFragment, 0).decode_us;
    search->sums->adopted++;
    mj_log_info(NULL, "%s was not in the catalogue and is taken in", file->path);
    return true;
}

static bool look_into(const Search *search, const File *file, GError **error)
{
    g_auto(IdxRead) read = {0};
    if (!idx_recover_read(file->volume->path, file->path, NULL, &read, error))
        return false;
    if (read.boxes->fragments->len > 0)
        return adopt(search, file, &read, error);
    g_autofree char *full = g_build_filename(file->volume->path, file->path, NULL);
    if (unlink(full) < 0)
        return mj_error_errno(error, errno, "cannot remove it");
    search->sums->removed++;
    mj_log_info(NULL, "%s held no whole fragment and is removed", file->path);
    return true;
}

static void add_file(Search *search, const IdxVolume *volume, char *path)
{
    File file = {volume, path};
    g_array_append_val(search->found, file);
}

static void find_in_day(Search *search, const IdxVolume *volume, const char *where, const char *day,
                        const char *from)
{
    g_autofree char *folder = g_build_filename(volume->path, where, day, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while (dir && search->found->len < CAP_ORPHAN_MAX && (name = g_dir_read_name(dir))) {
        if (!idx_segment_file_is_name(name) || strcmp(name, from) < 0)
            continue;
        g_autofree char *path = g_build_filename(where, day, name, NULL);
        bool purged = false; // and about to be removed
        if (!g_hash_table_contains(search->known, path) &&
            idx_disposition_pending(search->cat, path, &purged, NULL) && !purged)
            add_file(search, volume, g_steal_pointer(&path));
    }
}

static int by_time(const void *a, const void *b)
{
    return strcmp(((const File *)a)->path, ((const File *)b)->path);
}

static void find_in(Search *search, const IdxVolume *volume)
{
    g_autofree char *where = g_build_filename(search->stream->camera, search->stream->name, NULL);
    g_autofree char *folder = g_build_filename(volume->path, where, NULL);
    g_autofree char *first_day = mj_time_format_day(search->from_us);
    g_autofree char *first_name = mj_time_format_file(search->from_us);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *day = NULL;
    while (dir && (day = g_dir_read_name(dir))) {
        int order = strcmp(day, first_day);
        if (idx_segment_file_is_day(day) && order >= 0)
            find_in_day(search, volume, where, day, order == 0 ? first_name : "");
    }
}

/* A volume that is not mounted has none; what lies where it should be is not touched. */
static void find(Search *search)
{
    for (guint i = 0; i < search->volumes->len; i++) {
        const IdxVolume *volume = search->volumes->pdata[i];
        if (idx_volume_check(volume->id, volume->path, NULL))
            find_in(search, volume);
    }
    g_array_sort(search->found, by_time);
}

static void file_clear(void *data)
{
    g_free(((File *)data)->path);
}

static bool list_known(Search *search, int64_t *ret_newest, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) last = idx_segment_last(search->cat, search->stream->id, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    search->from_us = last ? MAX(last->start_us - CAP_ORPHAN_BACK_US, 0) : 0;
    /* An open row does not know its end; nor does it matter where it is: only one can be open. */
    *ret_newest = !last ? 0 : g_str_equal(last->state, "open") ? last->start_us : last->end_us;
    g_autoptr(GPtrArray) rows =
        idx_segment_range(search->cat, search->stream->id, search->from_us, INT64_MAX, error);
    for (guint i = 0; rows && i < rows->len; i++) {
        const IdxSegment *row = g_ptr_array_index(rows, i);
        g_hash_table_add(search->known, g_strdup(row->path));
    }
    return rows != NULL;
}

static bool search_stream(IdxCatalogue *cat, const GPtrArray *volumes, const IdxStream *stream,
                          CapOrphans *sums, GError **error)
{
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(File));
    g_array_set_clear_func(found, file_clear);
    int64_t newest = 0;
    Search search = {.cat = cat,
                     .stream = stream,
                     .volumes = volumes,
                     .sums = sums,
                     .known = known,
                     .newest = &newest,
                     .found = found};
    if (!list_known(&search, &newest, error))
        return false;
    find(&search);
    for (guint i = 0; i < found->len; i++) {
        const File *file = &g_array_index(found, File, i);
        g_autoptr(GError) failed = NULL;
        if (look_into(&search, file, &failed))
            continue;
        if (mj_error_is(failed, MJ_ERROR_BUSY)) {
            g_propagate_error(error, g_steal_pointer(&failed));
            return false;
        }
        sums->left++;
        mj_log_warning(NULL, "%s is not in the catalogue and stays so: %s", file->path,
                       failed->message);
    }
    return true;
}

bool cap_orphan_run(IdxCatalogue *cat, CapShard shard, CapOrphans *ret, GError **error)
{
    *ret = (CapOrphans){0};
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, true, error);
    g_autoptr(GPtrArray) volumes = cameras ? idx_volume_list(cat, error) : NULL;
    if (!volumes)
        return false;
    for (guint i = 0; i < cameras->len; i++) {
        const IdxCamera *camera = g_ptr_array_index(cameras, i);
        for (guint j = 0; j < camera->streams->len; j++) {
            const IdxStream *stream = g_ptr_array_index(camera->streams, j);
            if (cap_shard_has(shard, stream->id) &&
                !search_stream(cat, volumes, stream, ret, error))
                return false;
        }
    }
    return true;
}
