// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "capture/flush.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/volume.h"

#define TICK_US INT64_C(500000)    // between looks at a volume
#define COUNT_US INT64_C(60000000) // between sums of what a volume with a limit holds
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

struct CapDisk {
    CapDisks *disks;
    gint references; // atomic: the list and the thread
    int64_t id;
    char *root;
    GAsyncQueue *jobs;
    CapFlush *flush; // NULL if another volume is on the same file system; the monitor's
    GMutex lock;
    GCond done;
    /* under lock */
    bool removed;
    bool has_reserve;
    int64_t reserve_bytes, max_bytes;
    int64_t total_bytes, free_bytes, used_bytes; // used: of footage; counted only with a limit
    const char *state;                           // IDX_VOLUME_…
    int failed;                                  // errno behind the state
    bool slow;                                   // syncing hangs
    int64_t busy_since_us;                       // the thread is in a call; 0 = it is not
    int64_t failed_us, again_us;                 // monotonic: when last; when to try again
    int tries;
    int given_up;     // jobs that are the thread's
    const char *told; // the state that was told
    bool told_slow;
};

struct CapDisks {
    char *home;
    IdxCatalogue *cat; // the monitor's
    GMutex lock;
    GCond wake;
    GThread *monitor;
    void (*changed)(void *data, int64_t id, const char *state, const char *detail);
    void *data;
    /* under lock */
    bool stopping;
    GPtrArray *all;       // CapDisk *
    GHashTable *assigned; // stream id → CapDisk *
};

/* --- one volume ------------------------------------------------------------------------------- */

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
static int64_t room_locked(const CapDisk *disk)
{
    int64_t room = disk->free_bytes - reserve_locked(disk);
    return disk->max_bytes > 0 ? MIN(room, disk->max_bytes - disk->used_bytes) : room;
}

static int64_t margin_locked(const CapDisk *disk)
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

static void note_failure_locked(CapDisk *disk, int failed)
{
    int64_t now_us = g_get_monotonic_time();
    disk->tries = now_us - disk->failed_us > FAILED_ANEW_US ? 0 : MIN(disk->tries + 1, 10);
    disk->failed_us = now_us;
    disk->again_us = now_us + MIN(CAP_DISK_AGAIN_US << disk->tries, CAP_DISK_AGAIN_MAX_US);
    disk->state = state_of_errno(failed);
    disk->failed = failed;
}

static bool is_ready_locked(const CapDisk *disk)
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
        note_failure_locked(disk, failed);
        return;
    }
    disk->total_bytes = (int64_t)info->f_blocks * (int64_t)info->f_frsize;
    disk->free_bytes = (int64_t)info->f_bavail * (int64_t)info->f_frsize;
    bool was_full = g_str_equal(disk->state, IDX_VOLUME_FULL);
    int64_t wanted = was_full ? margin_locked(disk) : 0; // not to and fro at the brink
    if (room_locked(disk) <= wanted) {
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
    bool ready = is_ready_locked(disk), full = g_str_equal(disk->state, IDX_VOLUME_FULL);
    bool due = ready || g_get_monotonic_time() >= disk->again_us;
    disk->busy_since_us = due ? g_get_monotonic_time() : 0;
    g_mutex_unlock(&disk->lock);
    if (!due)
        return;
    struct statvfs info = {0};
    int failed = probe(disk, !ready && !full, &info);
    g_mutex_lock(&disk->lock);
    disk->busy_since_us = 0;
    note_probe_locked(disk, &info, failed, !ready && !full);
    g_cond_broadcast(&disk->done);
    g_mutex_unlock(&disk->lock);
}

static void do_create(Job *job)
{
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
        do_create(job);
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
        note_failure_locked(disk, ETIMEDOUT);
    else if (job->failed != 0 && job->failed != EEXIST)
        note_failure_locked(disk, job->failed);
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
    if (is_ready_locked(disk) && room_locked(disk) < bytes) {
        note_failure_locked(disk, ENOSPC);
        failed = ENOSPC;
    }
    if (is_ready_locked(disk)) {
        failed = 0;
        disk->free_bytes -= bytes;
        disk->used_bytes += bytes;
    }
    g_mutex_unlock(&disk->lock);
    return failed;
}

static CapDisk *find_locked(const CapDisks *disks, int64_t id)
{
    for (guint i = 0; i < disks->all->len; i++)
        if (((CapDisk *)disks->all->pdata[i])->id == id)
            return disks->all->pdata[i];
    return NULL;
}

void cap_disks_settle(CapDisks *disks, int64_t id)
{
    g_mutex_lock(&disks->lock);
    CapDisk *disk = find_locked(disks, MAX(id, IDX_VOLUME_HOME));
    g_mutex_unlock(&disks->lock);
    if (!disk)
        return;
    g_mutex_lock(&disk->lock);
    while (disk->given_up > 0)
        g_cond_wait(&disk->done, &disk->lock);
    g_mutex_unlock(&disk->lock);
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

/* --- all of them ------------------------------------------------------------------------------ */

static CapDisk *disk_new(CapDisks *disks, const IdxVolume *volume)
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

static void set_limits(CapDisk *disk, const IdxVolume *volume)
{
    g_mutex_lock(&disk->lock);
    disk->removed = volume->removed_us != 0;
    disk->has_reserve = volume->has_reserve;
    disk->reserve_bytes = volume->reserve_bytes;
    disk->max_bytes = volume->max_bytes;
    g_mutex_unlock(&disk->lock);
}

static void start_disk(CapDisk *disk)
{
    g_atomic_int_inc(&disk->references);
    g_thread_unref(g_thread_new("disk", disk_run, disk));
}

static bool load(CapDisks *disks, bool start, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(disks->cat, error);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_mutex_lock(&disks->lock);
        CapDisk *disk = find_locked(disks, volume->id);
        bool is_new = !disk;
        if (is_new) {
            disk = disk_new(disks, volume);
            g_ptr_array_add(disks->all, disk);
        }
        g_mutex_unlock(&disks->lock);
        set_limits(disk, volume);
        if (is_new && start)
            start_disk(disk);
    }
    return volumes != NULL;
}

typedef struct Rank {
    CapDisk *disk;
    int grade; // 2 = well, 1 = better left, 0 = cannot be used
    double weight;
} Rank;

static Rank rank(CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    int64_t room = room_locked(disk);
    bool usable = is_ready_locked(disk) && !disk->removed && room > 0;
    bool well = usable && !disk->slow && room > margin_locked(disk);
    Rank result = {disk, usable + well, (double)MAX(room, 1)};
    g_mutex_unlock(&disk->lock);
    return result;
}

/* Weighted rendezvous: each stream draws a number for each volume, always the same; how often a
 * volume wins goes by its weight, and when one is lost, only its own streams move. */
static double draw(int64_t stream_id, const Rank *rank)
{
    uint64_t mixed = (uint64_t)stream_id * UINT64_C(0x9E3779B97F4A7C15) +
                     (uint64_t)rank->disk->id * UINT64_C(0xC2B2AE3D27D4EB4F);
    mixed = (mixed ^ mixed >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed ^= mixed >> 32;
    double unit = ((double)(mixed >> 11) + 0.5) / 9007199254740992.0; // 2^53
    return -rank->weight / log(unit);
}

static CapDisk *best_locked(CapDisks *disks, int64_t stream_id)
{
    Rank best = {0};
    double most = 0;
    for (guint i = 0; i < disks->all->len; i++) {
        Rank next = rank(disks->all->pdata[i]);
        double drawn = draw(stream_id, &next);
        if (next.grade == 0 || next.grade < best.grade ||
            (next.grade == best.grade && drawn <= most))
            continue;
        best = next;
        most = drawn;
    }
    return best.disk;
}

static char *say_all_locked(const CapDisks *disks)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < disks->all->len; i++) {
        CapDisk *disk = disks->all->pdata[i];
        g_mutex_lock(&disk->lock);
        if (!disk->removed)
            g_string_append_printf(words, "%s%s is %s", words->len ? ", " : "", disk->root,
                                   disk->state);
        g_mutex_unlock(&disk->lock);
    }
    return g_string_free(g_steal_pointer(&words), FALSE);
}

CapDisk *cap_disks_pick(CapDisks *disks, int64_t stream_id, GError **error)
{
    g_mutex_lock(&disks->lock);
    CapDisk *now = g_hash_table_lookup(disks->assigned, &stream_id);
    if (!now || rank(now).grade < 2)
        now = best_locked(disks, stream_id);
    if (now) {
        g_hash_table_insert(disks->assigned, g_memdup2(&stream_id, sizeof stream_id), now);
    } else {
        g_autofree char *why = say_all_locked(disks);
        mj_error_set(error, MJ_ERROR_IO, "no volume can be recorded to: %s", why);
    }
    g_mutex_unlock(&disks->lock);
    return now;
}

bool cap_disk_is_to_leave(CapDisk *disk)
{
    if (rank(disk).grade == 2)
        return false;
    CapDisks *disks = disk->disks;
    g_mutex_lock(&disks->lock);
    CapDisk *best = best_locked(disks, 0);
    g_mutex_unlock(&disks->lock);
    return best && best != disk && rank(best).grade == 2;
}

const char *cap_disks_root(CapDisks *disks, int64_t id)
{
    g_mutex_lock(&disks->lock);
    const CapDisk *disk = find_locked(disks, MAX(id, IDX_VOLUME_HOME));
    const char *root = disk ? disk->root : NULL;
    g_mutex_unlock(&disks->lock);
    return root;
}

/* --- the monitor ------------------------------------------------------------------------------ */

static char *describe_locked(const CapDisk *disk)
{
    if (disk->slow && is_ready_locked(disk))
        return g_strdup("the disk takes long to make durable what was written");
    if (is_ready_locked(disk))
        return NULL;
    if (disk->failed == ETIMEDOUT)
        return g_strdup("a write hangs, or did");
    if (disk->failed == ENOSPC)
        return g_strdup("as full as it may be");
    return g_strdup(g_strerror(disk->failed));
}

static void tell(CapDisks *disks, CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    bool news = !g_str_equal(disk->state, disk->told ? disk->told : IDX_VOLUME_UNKNOWN) ||
                disk->slow != disk->told_slow;
    bool silent = !disk->told && is_ready_locked(disk) && !disk->slow;
    const char *state = disk->told = disk->state;
    disk->told_slow = disk->slow;
    g_autofree char *detail = describe_locked(disk);
    g_mutex_unlock(&disk->lock);
    if (!news)
        return;
    if (detail)
        mj_log_warning(NULL, "volume %s is %s: %s", disk->root, state, detail);
    else if (!silent)
        mj_log_info(NULL, "volume %s is %s again", disk->root, state);
    if (disks->changed)
        disks->changed(disks->data, disk->id, state, detail);
}

static bool has_own_file_system(const CapDisks *disks, const CapDisk *disk)
{
    struct stat own, other;
    if (stat(disk->root, &own) < 0)
        return false;
    for (guint i = 0; i < disks->all->len; i++) {
        const CapDisk *next = disks->all->pdata[i];
        if (next->flush && stat(next->root, &other) == 0 && other.st_dev == own.st_dev)
            return false;
    }
    return true;
}

static void watch(CapDisks *disks, CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    bool ready = is_ready_locked(disk);
    if (disk->busy_since_us > 0 &&
        g_get_monotonic_time() - disk->busy_since_us > CAP_DISK_STALL_US && ready)
        note_failure_locked(disk, ETIMEDOUT);
    g_mutex_unlock(&disk->lock);
    /* Not before it is known to answer: stat() of a disk that hangs would hang this thread. */
    if (ready && !disk->flush && has_own_file_system(disks, disk))
        disk->flush = cap_flush_new(disk->root, NULL);
    if (disk->flush) {
        bool slow = cap_flush_sums(disk->flush).since_us > CAP_DISK_SYNC_US;
        g_mutex_lock(&disk->lock);
        disk->slow = slow;
        g_mutex_unlock(&disk->lock);
    }
    tell(disks, disk);
}

static void count(CapDisks *disks, CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    bool limited = disk->max_bytes > 0;
    int64_t before = disk->used_bytes;
    g_mutex_unlock(&disk->lock);
    int64_t bytes = 0;
    if (!limited || !idx_volume_bytes(disks->cat, disk->id, &bytes, NULL))
        return;
    g_mutex_lock(&disk->lock);
    disk->used_bytes = bytes + disk->used_bytes - before; // what was written meanwhile
    g_mutex_unlock(&disk->lock);
}

/* False when it is to end. */
static bool pause_monitor(CapDisks *disks)
{
    int64_t until_us = g_get_monotonic_time() + TICK_US;
    g_mutex_lock(&disks->lock);
    while (!disks->stopping && g_cond_wait_until(&disks->wake, &disks->lock, until_us))
        ;
    bool goes_on = !disks->stopping;
    g_mutex_unlock(&disks->lock);
    return goes_on;
}

static void *monitor_run(void *data)
{
    CapDisks *disks = data;
    int64_t count_us = 0;
    do {
        load(disks, true, NULL); // as it was, if the catalogue cannot be read
        bool due = g_get_monotonic_time() >= count_us;
        for (guint i = 0; i < disks->all->len; i++) { // only this thread adds
            watch(disks, disks->all->pdata[i]);
            if (due)
                count(disks, disks->all->pdata[i]);
        }
        if (due)
            count_us = g_get_monotonic_time() + COUNT_US;
    } while (pause_monitor(disks));
    return NULL;
}

CapDisks *cap_disks_new(const char *home, GError **error)
{
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_READ, error);
    if (!cat)
        return NULL;
    g_autoptr(CapDisks) disks = g_new0(CapDisks, 1);
    disks->home = g_strdup(home);
    disks->cat = cat;
    disks->all = g_ptr_array_new();
    disks->assigned = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_mutex_init(&disks->lock);
    g_cond_init(&disks->wake);
    return load(disks, false, error) ? g_steal_pointer(&disks) : NULL;
}

/* Recorders that come at once find the volumes looked at. */
static void first_look(CapDisks *disks)
{
    int64_t until_us = g_get_monotonic_time() + CAP_DISK_STALL_US;
    for (guint i = 0; i < disks->all->len; i++)
        start_disk(disks->all->pdata[i]);
    for (guint i = 0; i < disks->all->len; i++) {
        CapDisk *disk = disks->all->pdata[i];
        g_mutex_lock(&disk->lock);
        while (g_str_equal(disk->state, IDX_VOLUME_UNKNOWN) &&
               g_cond_wait_until(&disk->done, &disk->lock, until_us))
            ;
        if (g_str_equal(disk->state, IDX_VOLUME_UNKNOWN))
            note_failure_locked(disk, ETIMEDOUT);
        g_mutex_unlock(&disk->lock);
    }
}

void cap_disks_start(CapDisks *disks,
                     void (*changed)(void *data, int64_t id, const char *state, const char *detail),
                     void *data)
{
    disks->changed = changed;
    disks->data = data;
    first_look(disks);
    disks->monitor = g_thread_new("disks", monitor_run, disks);
}

static void stop_disk(CapDisk *disk)
{
    Job *job = g_new0(Job, 1);
    job->kind = JOB_STOP;
    job->fd = -1;
    g_async_queue_push(disk->jobs, job);
    cap_flush_free(disk->flush);
    disk_unref(disk);
}

void cap_disks_free(CapDisks *disks)
{
    if (!disks)
        return;
    g_mutex_lock(&disks->lock);
    disks->stopping = true;
    g_cond_signal(&disks->wake);
    g_mutex_unlock(&disks->lock);
    if (disks->monitor)
        g_thread_join(disks->monitor);
    for (guint i = 0; i < disks->all->len; i++)
        stop_disk(disks->all->pdata[i]);
    g_ptr_array_unref(disks->all);
    g_hash_table_unref(disks->assigned);
    idx_catalogue_free(disks->cat);
    g_mutex_clear(&disks->lock);
    g_cond_clear(&disks->wake);
    g_free(disks->home);
    g_free(disks);
}
