// SPDX-License-Identifier: GPL-3.0-or-later
/* A journal's file, for whoever reads one or appends to it. */
#include "index/base/error.h"
#include "index/hold/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

bool idx_hold_journal_fits(const char *what, int64_t bytes, GError **error)
{
    return bytes <= IDX_HOLD_JOURNAL_MAX ||
           mj_error_set(error, MJ_ERROR_CORRUPT,
                        "%s: a journal of holds of %" PRId64 " bytes is more than the %d that are "
                        "read; look into it and move it away: what the catalogue has of it is "
                        "written anew",
                        what, bytes, IDX_HOLD_JOURNAL_MAX);
}

bool idx_hold_journal_stat(int fd, const char *what, struct stat *ret, GError **error)
{
    if (fstat(fd, ret) < 0)
        return mj_error_errno(error, errno, "%s", what);
    if (!S_ISREG(ret->st_mode))
        return mj_error_set(error, MJ_ERROR_CORRUPT, "%s is no journal of holds", what);
    return idx_hold_journal_fits(what, ret->st_size, error);
}

char *idx_hold_journal_text(int fd, const char *what, size_t size, size_t *ret_size, GError **error)
{
    g_autofree char *text = g_malloc(size + 1);
    size_t done = 0;
    ssize_t n = 0;
    while (done < size && (n = pread(fd, text + done, size - done, (off_t)done)) > 0)
        done += (size_t)n;
    if (n < 0) {
        mj_error_errno(error, errno, "%s", what);
        return NULL;
    }
    *ret_size = done;
    return g_steal_pointer(&text);
}
