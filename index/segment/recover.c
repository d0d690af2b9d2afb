// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/recover.h"

#include "index/base/error.h"
#include "index/base/home.h"
#include "index/crypto.h"
#include "index/db.h"
#include "index/segment/gap.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS 4 // day, stream, camera, footage
#define READ_BYTES ((size_t)1 << 20)

/* --- reading ---------------------------------------------------------------------------------- */

void idx_read_clear(IdxRead *read)
{
    g_clear_pointer(&read->data, g_free);
    g_clear_pointer(&read->boxes, idx_boxes_free);
    read->size = 0;
}

/* Read, not mapped: a disk that fails under a mapping kills the process. */
static bool read_all(int fd, size_t size, IdxPace *pace, IdxRead *ret)
{
    while (ret->size < size) {
        ssize_t got = read(fd, ret->data + ret->size, MIN(size - ret->size, READ_BYTES));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        ret->size += (size_t)got;
        if (pace)
            idx_pace_add(pace, got);
    }
    return true;
}

static bool read_open(int fd, const char *path, IdxPace *pace, IdxRead *ret, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return mj_error_errno(error, errno, "cannot look at %s", path);
    if (!S_ISREG(info.st_mode))
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s is no file", path);
    if (info.st_size > IDX_SEGMENT_FILE_MAX_BYTES)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s is too large for a segment", path);
    ret->data = g_try_malloc((size_t)info.st_size);
    if (!ret->data && info.st_size > 0)
        return mj_error_set(error, MJ_ERROR_FAILED, "no memory to read %s", path);
    return read_all(fd, (size_t)info.st_size, pace, ret) ||
           mj_error_errno(error, errno, "cannot read %s", path);
}

bool idx_recover_read(const char *root, const char *path, IdxPace *pace, IdxRead *ret,
                      GError **error)
{
    g_autofree char *full = mj_path_below(root, path, error);
    if (!full)
        return false;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no %s", full);
    if (fd < 0 && errno == ELOOP)
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s is a link", full);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot open %s", full);
    g_auto(IdxRead) read = {0};
    bool ok = read_open(fd, full, pace, &read, error);
    close(fd);
    if (!ok)
        return false;
    read.boxes = idx_boxes_scan(read.data, read.size);
    *ret = read;
    read = (IdxRead){0};
    return true;
}

/* --- a row of it ------------------------------------------------------------------------------ */

IdxSegment *idx_recover_describe(const IdxRead *read, const char *path, int64_t volume_id,
                                 char **ret_camera, char **ret_stream, GError **error)
{
    int64_t init_bytes = read->boxes->init_bytes;
    if (init_bytes > IDX_SEGMENT_FILE_INIT_MAX) {
        mj_error_set(error, MJ_ERROR_CORRUPT, "its head is too large");
        return NULL;
    }
    IdxSegment *row =
        idx_segment_file_describe(read->data, (size_t)init_bytes, ret_camera, ret_stream, error);
    if (!row)
        return NULL;
    row->path = g_strdup(path);
    row->volume_id = volume_id;
    row->bytes = row->init_bytes = init_bytes;
    return row;
}

bool idx_recover_hash(const IdxRead *read, IdxSegment *row, GError **error)
{
    unsigned length = 0;
    row->has_sha256 = EVP_Digest(read->data, (size_t)row->bytes, row->sha256, &length,
                                 idx_crypto_sha256(), NULL) == 1;
    return row->has_sha256 || mj_error_set(error, MJ_ERROR_FAILED, "cannot hash %s", row->path);
}

/* --- on the disk ------------------------------------------------------------------------------ */

bool idx_recover_sync_folders(const char *root, const char *path, GError **error)
{
    g_autofree char *full = mj_path_below(root, path, error);
    if (!full)
        return false;
    for (int i = 0; i < FOLDERS; i++) {
        g_autofree char *folder = g_path_get_dirname(full);
        if (!mj_sync_folder(folder, error))
            return false;
        g_free(full);
        full = g_steal_pointer(&folder);
    }
    return true;
}

static bool cut_open(int fd, const char *path, size_t size, size_t keep_bytes, GError **error)
{
    if (size != keep_bytes && ftruncate(fd, (off_t)keep_bytes) < 0)
        return mj_error_errno(error, errno, "cannot cut %s", path);
    return fsync(fd) == 0 || mj_error_errno(error, errno, "cannot fsync %s", path);
}

bool idx_recover_cut(const char *root, const char *path, size_t size, size_t keep_bytes,
                     GError **error)
{
    g_autofree char *full = mj_path_below(root, path, error);
    int fd = full ? open(full, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return full && mj_error_errno(error, errno, "cannot open %s", full);
    bool ok = cut_open(fd, full, size, keep_bytes, error);
    close(fd);
    return ok && idx_recover_sync_folders(root, path, error);
}

bool idx_recover_unlink(const char *root, const IdxSegment *row, GError **error)
{
    g_autofree char *path = mj_path_below(root, row->path, error);
    if (!path)
        return false;
    if (unlink(path) < 0 && errno != ENOENT)
        return mj_error_errno(error, errno, "cannot remove %s", path);
    return true;
}

/* --- closing ---------------------------------------------------------------------------------- */

static void set_state(IdxSegment *row, const char *state)
{
    g_free(row->state);
    row->state = g_strdup(state);
}

bool idx_recover_scan(const char *root, IdxSegment *row, IdxSegmentEnd end,
                      GByteArray **ret_fragments, GError **error)
{
    g_auto(IdxRead) read = {0};
    g_autoptr(GError) failed = NULL;
    if (!idx_recover_read(root, row->path, NULL, &read, &failed)) {
        if (!mj_error_is(failed, MJ_ERROR_NOT_FOUND)) {
            g_propagate_error(error, g_steal_pointer(&failed));
            return false;
        }
        read.boxes = idx_boxes_scan(NULL, 0);
    }
    set_state(row, "recovered");
    g_autoptr(GByteArray) fragments = idx_segment_file_index(read.boxes, row, end);
    if (read.boxes->fragments->len > 0 &&
        (!idx_recover_cut(root, row->path, read.size, (size_t)row->bytes, error) ||
         !idx_recover_hash(&read, row, error)))
        return false;
    *ret_fragments = g_steal_pointer(&fragments);
    return true;
}

bool idx_recover_part(IdxCatalogue *cat, const IdxSegment *row, int64_t end_us, GError **error)
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

bool idx_recover_close(IdxCatalogue *cat, const IdxSegment *row, const IdxSegment *next,
                       const GByteArray *fragments, GError **error)
{
    if (!idx_db_scope_begin(cat, error))
        return false;
    bool ok = idx_segment_close(cat, row, fragments, error) &&
              (!next || !next->joins || idx_recover_part(cat, row, next->start_us, error));
    return idx_db_scope_end(cat, ok, error);
}
