// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "capture/disk_own.h"
#include "index/base/error.h"

#define TICK_US INT64_C(500000) // between looks at a volume
#define FAILED_ANEW_US INT64_C(60000000)
#define PROBE_NAME IDX_VOLUME_OWN "probe"
#define PROBE_BYTES 4096

typedef enum { JOB_CREATE, JOB_WRITE, JOB_STOP } JobKind;

/* One call into the file system. Made by whoever waits for it, and his again when done; the
 * thread's when given up. */
typedef struct Job {
    JobKind kind;
    char *path; // absolute
    int fd;
    GByteArray *bytes;
    int failed;          // errno
    bool done, given_up; // under the disk's lock
} Job;

static void disk_unref(CapDisk *disk)
{
    if (!g_atomic_int_dec_and_test(&disk->references))
        return;
    g_async_queue_unref(disk->jobs);
    g_free(disk->root);
    g_mutex_clear(&disk->lock);
    g_cond_clear(&disk->done);
    g_free(disk);
}

static void job_free(void *data)
{
    Job *job = data;
    if (job->bytes)
        g_byte_array_unref(job->bytes);
    if (job->fd >= 0)
        close(job->fd);
    g_free(job->path);
    g_free(job);
}

static int64_t reserve_locked(const CapDisk *disk)
{
    IdxVolume limits = {.has_reserve = disk->has_reserve, .reserve_bytes = disk->reserve_bytes};
    return idx_volume_reserve(&limits, disk->total_bytes);
}

/* How much may still be written. */
int64_t cap_disk_room_locked(const CapDisk *disk)
{
    int64_t room = disk->free_bytes - reserve_locked(disk);
    return disk->max_bytes > 0 ? MIN(room, disk->max_bytes - disk->used_bytes) : room;
}

int64_t cap_disk_margin_locked(const CapDisk *disk)
{
    int64_t whole =
        disk->max_bytes > 0 ? MIN(disk->max_bytes, disk->total_bytes) : disk->total_bytes;
    return MIN(CAP_DISK_MARGIN_BYTES, whole / 20);
}

static const char *state_of_errno(int failed)
{
    switch (failed) {
    case ENOSPC:
    case EDQUOT:
        return IDX_VOLUME_FULL;
    case EROFS:
        return IDX_VOLUME_READ_ONLY;
    case ETIMEDOUT:
        return IDX_VOLUME_STALLED;
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
        return IDX_VOLUME_MISSING;
    default:
        return IDX_VOLUME_FAILING;
    }
}

void cap_disk_note_failure_locked(CapDisk *disk, int failed)
{
    int64_t now_us = g_get_monotonic_time();
    disk->tries = now_us - disk->failed_us > FAILED_ANEW_US ? 0 : MIN(disk->tries + 1, 10);
    disk->failed_us = now_us;
    disk->again_us = now_us + MIN(CAP_DISK_AGAIN_US << disk->tries, CAP_DISK_AGAIN_MAX_US);
    disk->state = state_of_errno(failed);
    disk->failed = failed;
}

void cap_disk_note_sync_locked(CapDisk *disk, int failed)
{
    if (disk->sync_failed == 0 && cap_disk_is_ready_locked(disk))
        disk->again_us = g_get_monotonic_time() + CAP_DISK_AGAIN_US;
    disk->sync_failed = failed;
}

bool cap_disk_is_ready_locked(const CapDisk *disk)
{
    return g_str_equal(disk->state, IDX_VOLUME_READY);
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t done = write(fd, data, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : EIO;
        data += done;
        size -= (size_t)done;
    }
    return 0;
}

/* A file of a few kilobytes, on the disk and gone again. */
static int probe_write(const CapDisk *disk)
{
    static const uint8_t BYTES[PROBE_BYTES];
    g_autofree char *path = g_build_filename(disk->root, PROBE_NAME, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno;
    int failed = write_all(fd, BYTES, sizeof BYTES);
    if (failed == 0 && fsync(fd) < 0)
        failed = errno;
    close(fd);
    unlink(path);
    return failed;
}

static int probe(const CapDisk *disk, bool with_write, struct statvfs *ret)
{
    if (!idx_volume_check(disk->id, disk->root, NULL))
        return ENOENT;
    if (statvfs(disk->root, ret) < 0)
        return errno;
    if (ret->f_flag & ST_RDONLY)
        return EROFS;
    return with_write ? probe_write(disk) : 0;
}

static void note_probe_locked(CapDisk *disk, const struct statvfs *info, int failed, bool wrote)
{
    if (failed != 0) {
        cap_disk_note_failure_locked(disk, failed);
        return;
    }
    if (wrote)
        disk->sync_failed = 0;
    disk->total_bytes = (int64_t)info->f_blocks * (int64_t)info->f_frsize;
    disk->free_bytes = (int64_t)info->f_bavail * (int64_t)info->f_frsize;
    bool was_full = g_str_equal(disk->state, IDX_VOLUME_FULL);
    int64_t wanted = was_full ? cap_disk_margin_locked(disk) : 0; // not to and fro at the brink
    if (cap_disk_room_locked(disk) <= wanted) {
        disk->state = IDX_VOLUME_FULL;
        disk->failed = ENOSPC;
    } else if (wrote || was_full) {
        disk->state = IDX_VOLUME_READY;
        disk->failed = 0;
    }
}

static void look(CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    bool ready = cap_disk_is_ready_locked(disk), full = g_str_equal(disk->state, IDX_VOLUME_FULL);
    bool again = g_get_monotonic_time() >= disk->again_us, due = ready || again;
    bool tries = ready ? again && disk->sync_failed != 0 : !full;
    disk->busy_since_us = due ? g_get_monotonic_time() : 0;
    g_mutex_unlock(&disk->lock);
    if (!due)
        return;
    struct statvfs info = {0};
    int failed = probe(disk, tries, &info);
    g_mutex_lock(&disk->lock);
    disk->busy_since_us = 0;
    note_probe_locked(disk, &info, failed, tries);
    g_cond_broadcast(&disk->done);
    g_mutex_unlock(&disk->lock);
}

static void do_create(const CapDisk *disk, Job *job)
{
    if (!idx_volume_check(disk->id, disk->root, NULL)) { // unmounted since the last look
        job->failed = ENODEV;
        return;
    }
    for (int i = 0; i < 2; i++) {
        job->fd = open(job->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        job->failed = job->fd < 0 ? errno : 0;
        if (job->failed != ENOENT || i > 0)
            return;
        g_autofree char *folder = g_path_get_dirname(job->path);
        if (g_mkdir_with_parents(folder, 0750) < 0) {
            job->failed = errno;
            return;
        }
    }
}

static void do_job(CapDisk *disk, Job *job)
{
    g_mutex_lock(&disk->lock);
    bool given_up = job->given_up;
    disk->busy_since_us = g_get_monotonic_time();
    g_mutex_unlock(&disk->lock);
    if (!given_up && job->kind == JOB_CREATE)
        do_create(disk, job);
    else if (!given_up)
        job->failed = write_all(job->fd, job->bytes->data, job->bytes->len);
    g_mutex_lock(&disk->lock);
    disk->busy_since_us = 0;
    given_up = job->given_up;
    job->done = true;
    disk->given_up -= given_up;
    g_cond_broadcast(&disk->done);
    g_mutex_unlock(&disk->lock);
    if (!given_up)
        return; // it is the other's now
    if (job->kind == JOB_CREATE && job->fd >= 0)
        unlink(job->path);
    job_free(job);
}

static void *disk_run(void *data)
{
    CapDisk *disk = data;
    int64_t look_us = 0;
    for (;;) {
        int64_t now_us = g_get_monotonic_time();
        if (now_us >= look_us) {
            look(disk);
            look_us = g_get_monotonic_time() + TICK_US;
        }
        int64_t wait_us = MAX(look_us - g_get_monotonic_time(), 1);
        Job *job = g_async_queue_timeout_pop(disk->jobs, (guint64)wait_us);
        if (job && job->kind == JOB_STOP) {
            job_free(job);
            break;
        }
        if (job)
            do_job(disk, job);
    }
    disk_unref(disk);
    return NULL;
}

/* Has the thread do it. False if it was given up, and is the thread's. */
static bool run_job(CapDisk *disk, Job *job)
{
    int64_t until_us = g_get_monotonic_time() + CAP_DISK_STALL_US;
    g_async_queue_push(disk->jobs, job);
    g_mutex_lock(&disk->lock);
    while (!job->done && g_cond_wait_until(&disk->done, &disk->lock, until_us))
        ;
    bool done = job->done;
    job->given_up = !done;
    disk->given_up += !done;
    if (!done)
        cap_disk_note_failure_locked(disk, ETIMEDOUT);
    else if (job->failed != 0 && job->failed != EEXIST)
        cap_disk_note_failure_locked(disk, job->failed);
    g_mutex_unlock(&disk->lock);
    return done;
}

static bool disk_error(const CapDisk *disk, int failed, GError **error)
{
    if (failed == ETIMEDOUT)
        return mj_error_set(error, MJ_ERROR_IO, "volume %s: writing hangs", disk->root);
    if (failed == EEXIST)
        return mj_error_set(error, MJ_ERROR_EXISTS, "volume %s: the file exists", disk->root);
    return mj_error_errno(error, failed, "volume %s: cannot write", disk->root);
}

/* 0 if @bytes may be written now; they are counted. */
static int admit(CapDisk *disk, int64_t bytes)
{
    g_mutex_lock(&disk->lock);
    int failed = disk->failed;
    if (cap_disk_is_ready_locked(disk) && cap_disk_room_locked(disk) < bytes) {
        cap_disk_note_failure_locked(disk, ENOSPC);
        failed = ENOSPC;
    }
    if (cap_disk_is_ready_locked(disk)) {
        failed = 0;
        disk->free_bytes -= bytes;
        disk->used_bytes += bytes;
    }
    g_mutex_unlock(&disk->lock);
    return failed;
}

int64_t cap_disk_id(const CapDisk *disk)
{
    return disk->id;
}

int cap_disk_create(CapDisk *disk, const char *path, GError **error)
{
    int failed = admit(disk, 0);
    if (failed != 0) {
        disk_error(disk, failed, error);
        return -1;
    }
    Job *job = g_new0(Job, 1);
    job->kind = JOB_CREATE;
    job->fd = -1;
    job->path = g_build_filename(disk->root, path, NULL);
    if (!run_job(disk, job)) {
        disk_error(disk, ETIMEDOUT, error);
        return -1;
    }
    int fd = job->fd;
    if (fd < 0)
        disk_error(disk, job->failed, error);
    job->fd = -1;
    job_free(job);
    return fd;
}

bool cap_disk_write(CapDisk *disk, int *fd, GByteArray **bytes, GError **error)
{
    int failed = admit(disk, (*bytes)->len);
    if (failed == 0) {
        Job *job = g_new0(Job, 1);
        job->kind = JOB_WRITE;
        job->fd = *fd;
        job->bytes = g_steal_pointer(bytes);
        *fd = -1;
        if (!run_job(disk, job))
            return disk_error(disk, ETIMEDOUT, error);
        failed = job->failed;
        *fd = job->fd;
        *bytes = g_steal_pointer(&job->bytes);
        job->fd = -1;
        job_free(job);
    }
    g_byte_array_set_size(*bytes, 0);
    if (failed == 0)
        return true;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return disk_error(disk, failed, error);
}

CapDisk *cap_disk_new(CapDisks *disks, const IdxVolume *volume)
{
    CapDisk *disk = g_new0(CapDisk, 1);
    disk->disks = disks;
    disk->references = 1;
    disk->id = volume->id;
    disk->root = g_strdup(volume->path);
    disk->jobs = g_async_queue_new_full(job_free);
    disk->state = IDX_VOLUME_UNKNOWN;
    disk->failed = EAGAIN;
    g_mutex_init(&disk->lock);
    g_cond_init(&disk->done);
    return disk;
}

bool cap_disk_start(CapDisk *disk)
{
    if (disk->started)
        return true;
    g_atomic_int_inc(&disk->references);
    GThread *thread = g_thread_try_new("disk", disk_run, disk, NULL);
    disk->started = thread != NULL;
    if (thread)
        g_thread_unref(thread);
    else
        disk_unref(disk);
    return disk->started;
}

void cap_disk_stop(CapDisk *disk)
{
    Job *job = g_new0(Job, 1);
    job->kind = JOB_STOP;
    job->fd = -1;
    g_async_queue_push(disk->jobs, job);
    cap_flush_free(disk->flush);
    disk_unref(disk);
}
