// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/recovery.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/crypto.h"
#include "index/gap.h"
#include "index/state.h"
#include "index/volume.h"

#define FOLDERS 4 // day, stream, camera, footage

bool cap_shard_has(CapShard shard, int64_t stream_id)
{
    return idx_shard_has(shard.number, shard.count, stream_id);
}

static bool sync_folder(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot open the folder %s", path);
    int failed = fsync(fd) < 0 ? errno : 0;
    close(fd);
    return failed == 0 || mj_error_errno(error, failed, "cannot fsync the folder %s", path);
}

bool cap_recovery_sync_folders(const char *root, const char *path, GError **error)
{
    g_autofree char *full = mj_path_below(root, path, error);
    if (!full)
        return false;
    for (int i = 0; i < FOLDERS; i++) {
        g_autofree char *folder = g_path_get_dirname(full);
        if (!sync_folder(folder, error))
            return false;
        g_free(full);
        full = g_steal_pointer(&folder);
    }
    return true;
}

typedef struct Loaded {
    int fd;
    uint8_t *data; // NULL if empty
    size_t size;
} Loaded;

static void loaded_clear(Loaded *file)
{
    g_free(file->data);
    if (file->fd >= 0)
        close(file->fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Loaded, loaded_clear)

/* Read, not mapped: a disk that fails under a mapping kills the process. False without error if
 * there is no file. */
static bool load_file(const char *path, Loaded *ret, GError **error)
{
    ret->fd = open(path, O_RDWR | O_CLOEXEC);
    if (ret->fd < 0)
        return errno != ENOENT && mj_error_errno(error, errno, "cannot open %s", path);
    struct stat info;
    if (fstat(ret->fd, &info) < 0)
        return mj_error_errno(error, errno, "cannot look at %s", path);
    if (info.st_size > IDX_SEGMENT_FILE_MAX_BYTES)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s is too large for a segment", path);
    ret->data = g_try_malloc((size_t)info.st_size);
    if (!ret->data && info.st_size > 0)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory to read %s", path);
    while (ret->size < (size_t)info.st_size) {
        ssize_t got = read(ret->fd, ret->data + ret->size, (size_t)info.st_size - ret->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return mj_error_errno(error, errno, "cannot read %s", path);
        if (got == 0)
            break;
        ret->size += (size_t)got;
    }
    return true;
}

static bool hash(const uint8_t *data, size_t size, uint8_t *ret)
{
    unsigned length = 0;
    return EVP_Digest(data, size, ret, &length, idx_crypto_sha256(), NULL) == 1;
}

static bool cut(const char *path, Loaded *file, size_t size, GError **error)
{
    if (file->size != size && ftruncate(file->fd, (off_t)size) < 0)
        return mj_error_errno(error, errno, "cannot cut %s", path);
    if (fsync(file->fd) < 0)
        return mj_error_errno(error, errno, "cannot fsync %s", path);
    return true;
}

static void set_state(IdxSegment *row, const char *state)
{
    g_free(row->state);
    row->state = g_strdup(state);
}

bool cap_recovery_scan(const char *root, IdxSegment *row, IdxSegmentEnd end,
                       GByteArray **ret_fragments, GError **error)
{
    g_autofree char *path = mj_path_below(root, row->path, error);
    if (!path)
        return false;
    g_auto(Loaded) file = {.fd = -1};
    GError *failed = NULL;
    if (!load_file(path, &file, &failed) && failed) {
        g_propagate_error(error, failed);
        return false;
    }
    g_autoptr(IdxBoxFile) boxes = idx_boxes_scan(file.data, file.data ? file.size : 0);
    set_state(row, "recovered");
    g_autoptr(GByteArray) fragments = idx_segment_file_index(boxes, row, end);
    if (boxes->fragments->len > 0) {
        if (!cut(path, &file, (size_t)row->bytes, error))
            return false;
        row->has_sha256 = hash(file.data, (size_t)row->bytes, row->sha256);
        if (!row->has_sha256)
            return mj_error_set(error, MJ_ERROR_FAILED, "cannot hash %s", path);
        if (!cap_recovery_sync_folders(root, row->path, error))
            return false;
    }
    *ret_fragments = g_steal_pointer(&fragments);
    return true;
}

bool cap_recovery_unlink(const char *root, const IdxSegment *row, GError **error)
{
    g_autofree char *path = mj_path_below(root, row->path, error);
    if (!path)
        return false;
    if (unlink(path) < 0 && errno != ENOENT)
        return mj_error_errno(error, errno, "cannot remove %s", path);
    return true;
}

bool cap_recovery_part(IdxCatalogue *cat, const IdxSegment *row, int64_t end_us, GError **error)
{
    int64_t has_us = row->bytes > row->init_bytes ? row->end_us : row->start_us;
    if (has_us >= end_us)
        return true;
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) next = idx_segment_next(cat, row->stream_id, row->start_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    return (!next || !next->joins || idx_segment_part(cat, next->id, error)) &&
           idx_gap_add(cat, row->stream_id, has_us, end_us, IDX_REASON_DISK,
                       "had not reached the disk", error);
}

static bool close_row(IdxCatalogue *cat, const IdxSegment *row, const IdxSegment *next,
                      const GByteArray *fragments, GError **error)
{
    if (!idx_begin(cat, error))
        return false;
    if (idx_segment_close(cat, row, fragments, error) &&
        (!next || !next->joins || cap_recovery_part(cat, row, next->start_us, error)) &&
        idx_commit(cat, error))
        return true;
    idx_rollback(cat);
    return false;
}

static bool recover_one(IdxCatalogue *cat, IdxSegment *row, GError **error)
{
    g_autoptr(GByteArray) fragments = NULL;
    g_autofree char *root = idx_volume_root(cat, row->volume_id, error);
    if (!root || !idx_volume_check(row->volume_id, root, error))
        return false;
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) next = idx_segment_next(cat, row->stream_id, row->start_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    if (!cap_recovery_scan(root, row, idx_segment_file_end(row, next), &fragments, error) ||
        !close_row(cat, row, next, fragments, error))
        return false;
    return row->bytes > row->init_bytes || cap_recovery_unlink(root, row, error);
}

bool cap_recovery_run(IdxCatalogue *cat, CapShard shard, int *ret_count, GError **error)
{
    g_autoptr(GPtrArray) open = idx_segment_list_open(cat, 0, error);
    if (!open)
        return false;
    int count = 0;
    for (guint i = 0; i < open->len; i++) {
        IdxSegment *row = g_ptr_array_index(open, i);
        if (!cap_shard_has(shard, row->stream_id))
            continue;
        g_autoptr(GError) failed = NULL;
        if (recover_one(cat, row, &failed))
            count++;
        else
            mj_log_warning(NULL, "%s stays open until the next start: %s", row->path,
                           failed->message);
    }
    *ret_count = count;
    return true;
}
