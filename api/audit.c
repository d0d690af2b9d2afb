// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/audit.h"

#include "api/audit_entry.h"
#include "index/audit/head.h"
#include "index/base/error.h"

#include <inttypes.h>
#include <string.h>

#define PERIOD_US API_AUDIT_PERIOD_US        // the same again is told of so often
#define PERIOD_REFUSED_US (1 * MJ_MINUTE_US) // a refusal or failure
#define SYNC_US MJ_SECOND_US
#define ENTRIES_MAX 4096  // kinds of requests that are counted at a time
#define WAITING_MAX 10000 // rows that nobody waits for, while the catalogue cannot be written

typedef struct Job {
    ApiRow *row;
    ApiNote about; // of what is waited for: the footage and the search that the row names
    bool waited;   // somebody waits, and frees it
    bool done;
    GError *error;
} Job;

typedef struct Slot { // an entry under its key
    ApiEntry *entry;
    int64_t due_mono_us; // then what was counted is told of, or the slot is free
    Job *first;          // being written; who comes meanwhile waits for it
} Slot;

struct ApiAudit {
    IdxCatalogue *cat; // of the thread
    const MjClock *clock;
    GTimeZone *zone; // of cat
    GThread *thread;

    // of the thread
    bool unsynced;
    int64_t synced_mono_us, swept_mono_us, told_mono_us, told_seq;

    GMutex lock; // guards what follows, and all Slot and Job
    GCond changed;
    GHashTable *slots; // char * → Slot
    GQueue jobs;       // Job
    bool stopping, complained;
};

static void slot_free(void *data)
{
    Slot *slot = data;
    api_entry_free(slot->entry);
    g_free(slot);
}

static void job_free(Job *job)
{
    api_row_free(job->row);
    api_note_clear(&job->about);
    g_clear_error(&job->error);
    g_free(job);
}

// ── the thread that writes ──

static bool write_rows(ApiAudit *audit, GQueue *jobs, GError **error)
{
    if (!idx_begin(audit->cat, error))
        return false;
    for (GList *link = jobs->head; link != NULL; link = link->next) {
        const ApiRow *row = ((Job *)link->data)->row;
        idx_audit_actor(audit->cat, &row->actor);
        if (!idx_audit(audit->cat, &row->audit, error)) {
            idx_rollback(audit->cat);
            return false;
        }
    }
    if (idx_commit(audit->cat, error))
        return true;
    idx_rollback(audit->cat);
    return false;
}

/* Who waits is told; what nobody waits for is tried again, up to a limit. */
static void finish_locked(ApiAudit *audit, GQueue *jobs, const GError *error)
{
    for (Job *job = g_queue_pop_tail(jobs); job != NULL; job = g_queue_pop_tail(jobs)) {
        job->done = true;
        if (job->waited && error != NULL)
            job->error = g_error_copy(error);
        if (job->waited)
            continue;
        if (error != NULL && audit->jobs.length < WAITING_MAX && !audit->stopping)
            g_queue_push_head(&audit->jobs, job);
        else
            job_free(job);
    }
    if (error != NULL && !audit->complained)
        mj_log_error(NULL, "%s; nothing is shown until it can be written", error->message);
    audit->complained = error != NULL;
    g_cond_broadcast(&audit->changed);
}

/* What was counted long enough, or at the end all of it, becomes rows. */
static void sweep_locked(ApiAudit *audit, bool all)
{
    int64_t now = mj_clock_mono_us(audit->clock);
    GHashTableIter iter;
    void *value = NULL;
    if (!all && now - audit->swept_mono_us < SYNC_US)
        return;
    audit->swept_mono_us = now;
    g_hash_table_iter_init(&iter, audit->slots);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Slot *slot = value;
        if (slot->first != NULL || (!all && now < slot->due_mono_us))
            continue;
        if (api_entry_times(slot->entry) > 0) {
            Job *job = g_new0(Job, 1);
            job->row = api_entry_take(slot->entry, audit->zone);
            g_queue_push_tail(&audit->jobs, job);
            slot->due_mono_us = now + PERIOD_US;
        } else {
            g_hash_table_iter_remove(&iter);
        }
    }
}

static void tell_head(ApiAudit *audit, bool now)
{
    int64_t seq = 0, mono = mj_clock_mono_us(audit->clock);
    uint8_t hash[IDX_AUDIT_HASH];
    if ((!now && mono - audit->told_mono_us < API_AUDIT_HEAD_US) ||
        !idx_audit_head(audit->cat, &seq, hash, NULL) || seq == audit->told_seq)
        return;
    g_autofree char *hex = idx_audit_hash_format(hash);
    mj_log_info(NULL, "audit log: row %" PRId64 " has the hash %s", seq, hex);
    audit->told_seq = seq;
    audit->told_mono_us = mono;
}

static void sync_now_and_then(ApiAudit *audit, bool now)
{
    g_autoptr(GError) error = NULL;
    int64_t mono = mj_clock_mono_us(audit->clock);
    if (!audit->unsynced || (!now && mono - audit->synced_mono_us < SYNC_US))
        return;
    audit->synced_mono_us = mono;
    audit->unsynced = !idx_audit_sync(audit->cat, &error);
    if (error != NULL)
        mj_log_warning(NULL, "%s; trying again in a second", error->message);
    tell_head(audit, now);
}

/* False when there is nothing more to do, ever. */
static bool take_jobs(ApiAudit *audit, GQueue *jobs)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&audit->lock);
    int64_t until = g_get_monotonic_time() + SYNC_US;
    while (!audit->stopping && (audit->jobs.length == 0 || audit->complained) &&
           g_cond_wait_until(&audit->changed, &audit->lock, until))
        if (audit->jobs.length > 0 && ((Job *)audit->jobs.tail->data)->waited)
            break; // somebody asks now, so it is tried now
    bool last = audit->stopping;
    sweep_locked(audit, last);
    *jobs = audit->jobs;
    g_queue_init(&audit->jobs);
    return !last || jobs->length > 0;
}

static void *work(void *data)
{
    ApiAudit *audit = data;
    GQueue jobs = G_QUEUE_INIT;
    while (take_jobs(audit, &jobs)) {
        g_autoptr(GError) error = NULL;
        if (jobs.length > 0 && write_rows(audit, &jobs, &error))
            audit->unsynced = true;
        g_mutex_lock(&audit->lock);
        if (jobs.length > 0)
            finish_locked(audit, &jobs, error);
        g_mutex_unlock(&audit->lock);
        sync_now_and_then(audit, false);
    }
    sync_now_and_then(audit, true);
    return NULL;
}

ApiAudit *api_audit_new(const char *home, const MjClock *clock, GError **error)
{
    g_autoptr(ApiAudit) audit = g_new0(ApiAudit, 1);
    g_mutex_init(&audit->lock);
    g_cond_init(&audit->changed);
    g_queue_init(&audit->jobs);
    audit->clock = clock;
    audit->slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, slot_free);
    audit->cat = idx_catalogue_open(home, IDX_WRITE, error);
    if (audit->cat == NULL || !idx_audit_lazily(audit->cat, error))
        return NULL;
    audit->zone = idx_catalogue_timezone(audit->cat);
    tell_head(audit, true);
    audit->thread = g_thread_new("audit", work, audit);
    return g_steal_pointer(&audit);
}

void api_audit_free(ApiAudit *audit)
{
    if (audit == NULL)
        return;
    g_mutex_lock(&audit->lock);
    audit->stopping = true;
    g_cond_broadcast(&audit->changed);
    g_mutex_unlock(&audit->lock);
    if (audit->thread != NULL)
        g_thread_join(audit->thread);
    g_hash_table_unref(audit->slots);
    idx_catalogue_free(audit->cat);
    g_mutex_clear(&audit->lock);
    g_cond_clear(&audit->changed);
    g_free(audit);
}

// ── who asks ──

/* Of what was refused nothing was shown, whatever it was about. */
static bool told(const Slot *slot, const ApiNote *note)
{
    return !note->alone && (note->result != IDX_AUDIT_OK || api_entry_told(slot->entry, note));
}

/* Whether it could be counted with others of its kind. Else there is none, or no row names what it is about. */
static bool count_locked(ApiAudit *audit, const char *key, ApiNote *note, bool wait)
{
    Slot *slot = g_hash_table_lookup(audit->slots, key);
    while (slot != NULL && slot->first != NULL && wait) {
        g_cond_wait(&audit->changed, &audit->lock);
        slot = g_hash_table_lookup(audit->slots, key);
    }
    if (slot == NULL || (wait && !told(slot, note)))
        return false;
    api_entry_add(slot->entry, note, mj_clock_utc_us(audit->clock));
    api_note_clear(note);
    return true;
}

static void keep_slot_locked(ApiAudit *audit, const char *key, ApiEntry *entry, bool refused)
{
    Slot *slot = g_new0(Slot, 1);
    slot->entry = entry;
    slot->due_mono_us = mj_clock_mono_us(audit->clock) + (refused ? PERIOD_REFUSED_US : PERIOD_US);
    g_hash_table_insert(audit->slots, g_strdup(key), slot);
}

/* The first row of its kind, or of what it is about. Takes what is in @note. NULL: there is no room for more. */
static Job *begin_locked(ApiAudit *audit, const char *key, ApiNote *note, bool wait)
{
    bool refused = note->result != IDX_AUDIT_OK;
    if (!wait && audit->jobs.length >= WAITING_MAX)
        return NULL;
    Job *job = g_new0(Job, 1);
    job->waited = wait;
    job->about =
        (ApiNote){.from_us = note->from_us, .to_us = note->to_us, .query = g_strdup(note->query)};
    g_autoptr(ApiEntry) entry = api_entry_new(note);
    api_entry_add(entry, api_entry_note(entry), mj_clock_utc_us(audit->clock));
    job->row = api_entry_take(entry, audit->zone);
    Slot *slot = g_hash_table_lookup(audit->slots, key);
    if (slot == NULL && g_hash_table_size(audit->slots) < ENTRIES_MAX) {
        keep_slot_locked(audit, key, g_steal_pointer(&entry), refused);
        slot = g_hash_table_lookup(audit->slots, key);
    } // else each is told of by itself
    if (slot != NULL && wait)
        slot->first = job;
    g_queue_push_tail(&audit->jobs, job);
    g_cond_broadcast(&audit->changed);
    return job;
}

/* Frees @job. */
static bool wait_locked(ApiAudit *audit, const char *key, Job *job, GError **error)
{
    while (!job->done)
        g_cond_wait(&audit->changed, &audit->lock);
    bool ok = job->error == NULL;
    Slot *slot = g_hash_table_lookup(audit->slots, key);
    if (slot != NULL && slot->first == job) {
        slot->first = NULL;
        if (ok)
            api_entry_tell(slot->entry, &job->about);
        else if (api_entry_times(slot->entry) == 0)
            g_hash_table_remove(audit->slots, key); // the next one tries again
    }
    if (!ok)
        g_propagate_error(error, g_steal_pointer(&job->error));
    job_free(job);
    g_cond_broadcast(&audit->changed);
    return ok;
}

bool api_audit_count(ApiAudit *audit, ApiNote *note)
{
    g_autofree char *key = api_note_key(note);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&audit->lock);
    const Slot *slot = g_hash_table_lookup(audit->slots, key);
    return slot != NULL && slot->first == NULL && told(slot, note) &&
           count_locked(audit, key, note, false);
}

bool api_audit_put(ApiAudit *audit, ApiNote *note, bool wait, GError **error)
{
    g_autofree char *key = api_note_key(note);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&audit->lock);
    if (count_locked(audit, key, note, wait))
        return true;
    Job *job = begin_locked(audit, key, note, wait);
    return !wait || wait_locked(audit, key, job, error);
}
