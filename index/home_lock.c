// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/home_lock.h"

#include "index/base/error.h"
#include "index/base/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

int idx_home_lock_open(const char *home, const char *name, GError **error)
{
    g_autofree char *path = mj_home_run(home, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_mkdir_with_parents(folder, 0750);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        mj_error_errno(error, errno, "cannot open %s", path);
    return fd;
}

/* What others say of the home that we would have in @shards. */
static bool refuse(const char *home, int shards, int found, GError **error)
{
    if (found == IDX_HOME_LOCK_REBUILD)
        return mj_error_set(error, MJ_ERROR_BUSY,
                            "%s: mingjing rebuild is at work there; wait for its end", home);
    if (shards == IDX_HOME_LOCK_REBUILD)
        return mj_error_set(error, MJ_ERROR_BUSY,
                            "%s is being recorded: stop mingjing-capture first", home);
    return mj_error_set(error, MJ_ERROR_BUSY,
                        "%s is being recorded in %d shard%s, so one of %d cannot be added: stop "
                        "the other mingjing-capture first, or give --shard I/%d",
                        home, found, found == 1 ? "" : "s", shards, found);
}

static bool lock(int fd, const char *home, int shards, GError **error)
{
    char text[16];
    int length = g_snprintf(text, sizeof text, "%d\n", shards);
    bool alone = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (alone && (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)length, 0) != length))
        return mj_error_errno(error, errno, "cannot write capture.lock of %s", home);
    if (flock(fd, LOCK_SH) < 0) // who has it alone has it for a moment
        return mj_error_errno(error, errno, "cannot lock capture.lock of %s", home);
    char found[16] = "";
    if (pread(fd, found, sizeof found - 1, 0) < 0)
        return mj_error_errno(error, errno, "cannot read capture.lock of %s", home);
    /* Between the two locks somebody else may have had it. Of rebuilds there is one. */
    bool same = atoi(found) == shards && (alone || shards != IDX_HOME_LOCK_REBUILD);
    return same || refuse(home, shards, atoi(found), error);
}

int idx_home_lock(const char *home, int shards, GError **error)
{
    int fd = idx_home_lock_open(home, "capture.lock", error);
    if (fd < 0)
        return -1;
    if (lock(fd, home, shards, error))
        return fd;
    close(fd);
    return -1;
}

bool idx_home_lock_whole(const char *home, GError **error)
{
    g_autofree char *path = mj_home_run(home, "capture.lock");
    int fd = open(path, O_RDONLY | O_CLOEXEC); // whoever only reads the home may ask
    char found[16] = "";
    if (fd < 0)
        return true; // nobody ever had it
    bool told = pread(fd, found, sizeof found - 1, 0) > 0 && atoi(found) == IDX_HOME_LOCK_REBUILD;
    bool busy = told && flock(fd, LOCK_EX | LOCK_NB) < 0;
    close(fd);
    return !busy || refuse(home, IDX_HOME_LOCK_REBUILD, IDX_HOME_LOCK_REBUILD, error);
}
