// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/fd.h"

#include "index/base/error.h"
#include "index/segment/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int idx_segment_fd_at(const char *path, const char *name, int64_t bytes, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        mj_error_errno(error, errno, "opening the footage file %s", name);
        return -1;
    }
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size < bytes) {
        mj_error_set(error, MJ_ERROR_CORRUPT,
                     "the footage file %s is not the catalogue's: shorter "
                     "than %" G_GINT64_FORMAT " bytes, or no file",
                     name, bytes);
        close(fd);
        return -1;
    }
    return fd;
}

int idx_segment_fd(IdxCatalogue *cat, const IdxSegment *segment, GError **error)
{
    g_autofree char *path = idx_volume_file(cat, segment->volume_id, segment->path, error);
    return path ? idx_segment_fd_at(path, segment->path, segment->bytes, error) : -1;
}
