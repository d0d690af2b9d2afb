// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/log.h"
#include "index/segment/recover.h"
#include "index/segment/volume.h"

static bool look_inside(CapDisks *disks, const char *root, IdxSegment *row, GByteArray **fragments,
                        GError **error)
{
    cap_disks_settle(disks, row->volume_id);
    if (!idx_volume_check(row->volume_id, root, error))
        return false; // a file that is not there is not lost
    /* Its recorder counts on this end: a write that it gave up may yet have come to pass. */
    IdxSegmentEnd end = {row->end_us, 0};
    GByteArray *found = NULL;
    if (!idx_recover_scan(root, row, end, &found, error))
        return false;
    if (*fragments)
        g_byte_array_unref(*fragments);
    *fragments = found;
    return true;
}

static int sync_file(int fd)
{
    int failed = 0;
    do
        failed = fsync(fd) < 0 ? errno : 0;
    while (failed == EINTR);
    return failed;
}

bool cap_durable(CapDisks *disks, int fd, IdxSegment *row, GByteArray **fragments, GError **error)
{
    const char *root = cap_disks_root(disks, row->volume_id);
    if (!root)
        return mj_error_set(error, MJ_ERROR_FAILED, "%s: its volume is gone", row->path);
    if (fd < 0)
        return look_inside(disks, root, row, fragments, error);
    if (row->bytes == row->init_bytes)
        return true; // about to be removed
    int failed = sync_file(fd);
    if (failed == 0)
        return idx_recover_sync_folders(root, row->path, error);
    cap_disks_sync_failed(disks, row->volume_id, failed);
    mj_log_warning(NULL, "cannot fsync %s/%s: %s; keeping what is on the disk", root, row->path,
                   g_strerror(failed));
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    return look_inside(disks, root, row, fragments, error);
}
