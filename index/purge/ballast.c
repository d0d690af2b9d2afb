// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/purge/ballast.h"

#include "index/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int64_t room(const char *home)
{
    struct statvfs fs;
    return statvfs(home, &fs) == 0 ? (int64_t)fs.f_bavail * (int64_t)fs.f_frsize : -1;
}

/* Blocks that are taken, not a size that is told. */
static bool is_whole(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && st.st_size >= IDX_BALLAST_BYTES &&
           st.st_blocks * INT64_C(512) >= IDX_BALLAST_BYTES;
}

void idx_ballast_keep(const char *home)
{
    g_autofree char *path = g_build_filename(home, IDX_BALLAST, NULL);
    if (is_whole(path) || room(home) < IDX_BALLAST_ROOM * IDX_BALLAST_BYTES)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int code = fd < 0 ? errno : posix_fallocate(fd, 0, IDX_BALLAST_BYTES);
    if (fd >= 0)
        close(fd);
    if (code == 0)
        return;
    if (fd >= 0)
        unlink(path);
    mj_log_warning(NULL, "cannot keep room for a purge in %s: %s", path, g_strerror(code));
}

bool idx_ballast_release(const char *home)
{
    g_autofree char *path = g_build_filename(home, IDX_BALLAST, NULL);
    int64_t left = room(home);
    return left >= 0 && left < IDX_BALLAST_BYTES && unlink(path) == 0;
}
