// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "index/base/error.h"
#include "index/base/log.h"

struct CapFlush {
    gint references; // atomic: the owner and the thread
    char *path;
    GMutex lock;
    GCond wake;
    /* under lock */
    bool stopping;
    int64_t began_us; // monotonic; 0 = no round runs
    CapFlushSums sums;
};

static void unref(CapFlush *flush)
{
    if (!g_atomic_int_dec_and_test(&flush->references))
        return;
    g_free(flush->path);
    g_mutex_clear(&flush->lock);
    g_cond_clear(&flush->wake);
    g_free(flush);
}

/* Waits for the next round. False when there is none. */
static bool wait_locked(CapFlush *flush)
{
    int64_t until = g_get_monotonic_time() + CAP_FLUSH_US;
    while (!flush->stopping && g_cond_wait_until(&flush->wake, &flush->lock, until))
        ;
    return !flush->stopping;
}

static void note_locked(CapFlush *flush, int failed)
{
    CapFlushSums *sums = &flush->sums;
    sums->last_us = g_get_monotonic_time() - flush->began_us;
    sums->longest_us = MAX(sums->longest_us, sums->last_us);
    flush->began_us = 0;
    sums->rounds++;
    if (failed != 0 && failed != sums->failed)
        mj_log_warning(NULL, "cannot flush the disk of %s: %s; a power cut may take more than 5 s",
                       flush->path, g_strerror(failed));
    sums->failed = failed;
}

/* Opened for each round: an open folder would keep the disk from being unmounted, and after it was
 * mounted again would stand for the old one. */
static int flush_now(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int failed = syncfs(fd) < 0 ? errno : 0;
    close(fd);
    return failed;
}

static void *run(void *data)
{
    CapFlush *flush = data;
    g_mutex_lock(&flush->lock);
    while (wait_locked(flush)) {
        flush->began_us = g_get_monotonic_time();
        g_mutex_unlock(&flush->lock);
        int failed = flush_now(flush->path);
        g_mutex_lock(&flush->lock);
        note_locked(flush, failed);
    }
    g_mutex_unlock(&flush->lock);
    unref(flush);
    return NULL;
}

CapFlush *cap_flush_new(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        mj_error_errno(error, errno, "cannot open the folder %s", path);
        return NULL;
    }
    close(fd);
    CapFlush *flush = g_new0(CapFlush, 1);
    flush->references = 2;
    flush->path = g_strdup(path);
    g_mutex_init(&flush->lock);
    g_cond_init(&flush->wake);
    GThread *thread = g_thread_try_new("flush", run, flush, error);
    if (!thread) {
        flush->references = 1;
        unref(flush);
        return NULL;
    }
    g_thread_unref(thread);
    return flush;
}

void cap_flush_free(CapFlush *flush)
{
    if (!flush)
        return;
    g_mutex_lock(&flush->lock);
    flush->stopping = true;
    g_cond_signal(&flush->wake);
    g_mutex_unlock(&flush->lock);
    unref(flush);
}

CapFlushSums cap_flush_sums(CapFlush *flush)
{
    g_mutex_lock(&flush->lock);
    CapFlushSums sums = flush->sums;
    sums.since_us = flush->began_us > 0 ? g_get_monotonic_time() - flush->began_us : 0;
    g_mutex_unlock(&flush->lock);
    return sums;
}
