// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/lane.h"

typedef struct Job {
    void *data;
    int64_t since_mono_us;
} Job;

typedef struct Worker {
    ApiLane *lane;
    IdxCatalogue *cat; // its thread alone
    GThread *thread;
} Worker;

struct ApiLane {
    ApiLaneSpec spec; // immutable
    ApiLaneRun run;
    GPtrArray *workers;

    GMutex lock;         // guards what follows
    GCond wanted, ended; // a worker; a job
    GQueue waiting;      // Job *
    int running;
    bool stopping;
};

static void worker_free(void *data)
{
    Worker *worker = data;
    if (worker->thread != NULL)
        g_thread_join(worker->thread);
    idx_catalogue_free(worker->cat);
    g_free(worker);
}

/* The next job, counted as running; NULL when the lane stops and nothing waits. */
static Job *take_job(ApiLane *lane, bool *ret_dropped)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);
    while (!lane->stopping && g_queue_is_empty(&lane->waiting))
        g_cond_wait(&lane->wanted, &lane->lock);
    Job *job = g_queue_pop_head(&lane->waiting);
    if (job != NULL) {
        lane->running++;
        *ret_dropped =
            lane->stopping || g_get_monotonic_time() - job->since_mono_us > lane->spec.wait_max_us;
    }
    return job;
}

static void *work(void *data)
{
    Worker *worker = data;
    ApiLane *lane = worker->lane;
    bool dropped = false;
    for (Job *job = take_job(lane, &dropped); job != NULL; job = take_job(lane, &dropped)) {
        lane->run(job->data, worker->cat, dropped);
        g_free(job);
        g_mutex_lock(&lane->lock);
        lane->running--;
        g_cond_signal(&lane->ended);
        g_mutex_unlock(&lane->lock);
    }
    return NULL;
}

ApiLane *api_lane_new(const ApiLaneSpec *spec, const char *home, ApiLaneRun run, GError **error)
{
    g_autoptr(ApiLane) lane = g_new0(ApiLane, 1);
    lane->spec = *spec;
    lane->run = run;
    lane->workers = g_ptr_array_new_with_free_func(worker_free);
    g_mutex_init(&lane->lock);
    g_cond_init(&lane->wanted);
    g_cond_init(&lane->ended);
    g_queue_init(&lane->waiting);
    for (int i = 0; i < spec->threads; i++) {
        Worker *worker = g_new0(Worker, 1);
        worker->lane = lane;
        g_ptr_array_add(lane->workers, worker);
        worker->cat = idx_catalogue_open(home, spec->mode, error);
        if (worker->cat == NULL ||
            (spec->mode == IDX_READ && !idx_catalogue_map(worker->cat, error)))
            return NULL;
        worker->thread = g_thread_new(spec->name, work, worker);
    }
    return g_steal_pointer(&lane);
}

bool api_lane_push(ApiLane *lane, void *data)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);
    if (lane->stopping || (int)lane->waiting.length >= lane->spec.queue_max)
        return false;
    Job *job = g_new(Job, 1);
    *job = (Job){data, g_get_monotonic_time()};
    g_queue_push_tail(&lane->waiting, job);
    g_cond_signal(&lane->wanted);
    return true;
}

bool api_lane_stop(ApiLane *lane, int64_t deadline_mono_us)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lane->lock);
    lane->stopping = true;
    g_cond_broadcast(&lane->wanted);
    while (lane->running > 0 || !g_queue_is_empty(&lane->waiting))
        if (!g_cond_wait_until(&lane->ended, &lane->lock, deadline_mono_us))
            return false;
    return true;
}

void api_lane_free(ApiLane *lane)
{
    if (lane == NULL)
        return;
    g_mutex_lock(&lane->lock);
    lane->stopping = true;
    g_cond_broadcast(&lane->wanted);
    g_mutex_unlock(&lane->lock);
    g_ptr_array_unref(lane->workers); // joins
    g_mutex_clear(&lane->lock);
    g_cond_clear(&lane->wanted);
    g_cond_clear(&lane->ended);
    g_free(lane);
}
