// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "capture/disk_own.h"
#include "index/base/error.h"
#include "index/base/log.h"

#define TICK_US INT64_C(500000)    // between rounds of the monitor
#define COUNT_US INT64_C(60000000) // between sums of what a volume with a limit holds

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

void cap_disks_sync_failed(CapDisks *disks, int64_t id, int failed)
{
    g_mutex_lock(&disks->lock);
    CapDisk *disk = find_locked(disks, MAX(id, IDX_VOLUME_HOME));
    g_mutex_unlock(&disks->lock);
    if (!disk)
        return;
    g_mutex_lock(&disk->lock);
    cap_disk_note_sync_locked(disk, failed);
    g_mutex_unlock(&disk->lock);
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

static bool load(CapDisks *disks, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(disks->cat, error);
    for (guint i = 0; volumes && i < volumes->len; i++) {
        const IdxVolume *volume = volumes->pdata[i];
        g_mutex_lock(&disks->lock);
        CapDisk *disk = find_locked(disks, volume->id);
        if (!disk) {
            disk = cap_disk_new(disks, volume);
            g_ptr_array_add(disks->all, disk);
        }
        g_mutex_unlock(&disks->lock);
        set_limits(disk, volume);
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
    int64_t room = cap_disk_room_locked(disk);
    bool usable = cap_disk_is_ready_locked(disk) && !disk->removed && room > 0;
    bool well =
        usable && !disk->slow && disk->sync_failed == 0 && room > cap_disk_margin_locked(disk);
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
    if (disk->sync_failed != 0 && cap_disk_is_ready_locked(disk))
        return g_strdup_printf("what was written cannot be made durable: %s",
                               g_strerror(disk->sync_failed));
    if (disk->slow && cap_disk_is_ready_locked(disk))
        return g_strdup("the disk takes long to make durable what was written");
    if (cap_disk_is_ready_locked(disk))
        return NULL;
    if (!disk->started)
        return g_strdup(
            "the system has no thread left for its writes; see TasksMax= and ulimit -u");
    if (disk->failed == ETIMEDOUT)
        return g_strdup("a write hangs, or did");
    if (disk->failed == ENOSPC)
        return g_strdup("as full as it may be");
    if (disk->failed == EROFS)
        return g_strdup("mounted read-only, or outside of what the service may write: see "
                        "ReadWritePaths= of mingjing-capture.service");
    return g_strdup(g_strerror(disk->failed));
}

static void tell(CapDisks *disks, CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    bool ready = cap_disk_is_ready_locked(disk);
    const char *state = ready && disk->sync_failed != 0 ? IDX_VOLUME_FAILING : disk->state;
    bool news = !g_str_equal(state, disk->told ? disk->told : IDX_VOLUME_UNKNOWN) ||
                disk->slow != disk->told_slow || disk->sync_failed != disk->told_sync;
    g_autofree char *detail = describe_locked(disk);
    bool silent = !disk->told && !detail;
    disk->told = state;
    disk->told_slow = disk->slow;
    disk->told_sync = disk->sync_failed;
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

/* Not now: there is no thread for it. */
static void wait_for_thread(CapDisk *disk)
{
    g_mutex_lock(&disk->lock);
    if (disk->failed != EAGAIN || g_str_equal(disk->state, IDX_VOLUME_UNKNOWN))
        cap_disk_note_failure_locked(disk, EAGAIN);
    g_mutex_unlock(&disk->lock);
}

static void watch(CapDisks *disks, CapDisk *disk)
{
    if (!cap_disk_start(disk))
        wait_for_thread(disk);
    g_mutex_lock(&disk->lock);
    bool ready = cap_disk_is_ready_locked(disk);
    if (disk->busy_since_us > 0 &&
        g_get_monotonic_time() - disk->busy_since_us > CAP_DISK_STALL_US && ready)
        cap_disk_note_failure_locked(disk, ETIMEDOUT);
    g_mutex_unlock(&disk->lock);
    /* Not before it is known to answer: stat() of a disk that hangs would hang this thread. */
    if (ready && !disk->flush && has_own_file_system(disks, disk))
        disk->flush = cap_flush_new(disk->root, NULL);
    if (disk->flush) {
        CapFlushSums sums = cap_flush_sums(disk->flush);
        g_mutex_lock(&disk->lock);
        disk->slow = sums.since_us > CAP_DISK_SYNC_US;
        if (sums.failed != 0 && sums.rounds != disk->flush_rounds)
            cap_disk_note_sync_locked(disk, sums.failed);
        disk->flush_rounds = sums.rounds;
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
        load(disks, NULL); // as it was, if the catalogue cannot be read
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
    return load(disks, error) ? g_steal_pointer(&disks) : NULL;
}

/* Recorders that come at once find the volumes looked at. */
static void first_look(CapDisks *disks)
{
    int64_t until_us = g_get_monotonic_time() + CAP_DISK_STALL_US;
    for (guint i = 0; i < disks->all->len; i++)
        if (!cap_disk_start(disks->all->pdata[i]))
            wait_for_thread(disks->all->pdata[i]);
    for (guint i = 0; i < disks->all->len; i++) {
        CapDisk *disk = disks->all->pdata[i];
        g_mutex_lock(&disk->lock);
        while (g_str_equal(disk->state, IDX_VOLUME_UNKNOWN) &&
               g_cond_wait_until(&disk->done, &disk->lock, until_us))
            ;
        if (g_str_equal(disk->state, IDX_VOLUME_UNKNOWN))
            cap_disk_note_failure_locked(disk, ETIMEDOUT);
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
        cap_disk_stop(disks->all->pdata[i]);
    g_ptr_array_unref(disks->all);
    g_hash_table_unref(disks->assigned);
    idx_catalogue_free(disks->cat);
    g_mutex_clear(&disks->lock);
    g_cond_clear(&disks->wake);
    g_free(disks->home);
    g_free(disks);
}
