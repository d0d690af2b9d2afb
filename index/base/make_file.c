// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/make_file.h"

#include "index/base/error.h"
#include "index/base/home.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool mj_write_all(int fd, const void *data, size_t size, off_t at)
{
    const char *bytes = data;
    while (size > 0) {
        ssize_t n = pwrite(fd, bytes, size, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0)
            return false;
        bytes += n;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool write_temporary(char *path, const void *data, size_t size, unsigned mode,
                            GError **error)
{
    int fd = g_mkstemp_full(path, O_WRONLY | O_CLOEXEC, (int)mode);
    if (fd < 0)
        return mj_error_errno(error, errno, "cannot make %s", path);
    int failed = mj_write_all(fd, data, size, 0) && fsync(fd) == 0 ? 0 : errno;
    if (close(fd) < 0 && failed == 0)
        failed = errno;
    if (failed != 0)
        unlink(path);
    return failed == 0 || mj_error_errno(error, failed, "cannot write %s", path);
}

bool mj_file_make(const char *path, const void *data, size_t size, unsigned mode, bool *ret_made,
                  GError **error)
{
    bool made = !g_file_test(path, G_FILE_TEST_EXISTS); // also where nothing new may be made
    if (made) {
        g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
        g_autofree char *folder = g_path_get_dirname(path);
        if (!write_temporary(temporary, data, size, mode, error))
            return false;
        int failed = link(temporary, path) < 0 ? errno : 0;
        unlink(temporary);
        made = failed == 0;
        if (failed != 0 && failed != EEXIST)
            return mj_error_errno(error, failed, "cannot make %s", path);
        if (!mj_sync_folder(folder, error))
            return false;
    }
    if (ret_made)
        *ret_made = made;
    return true;
}
