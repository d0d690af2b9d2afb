// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/keeper.h"

#include "api/deliver.h"
#include "index/alarm/watch.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/meet/meet.h"

#define TICK_US MJ_SECOND_US

typedef struct Worker {
    struct ApiKeeper *keeper;
    const char *what; // it does, for the log
    IdxCatalogue *cat;
    GThread *thread;
    bool failing;
} Worker;

struct ApiKeeper {
    const MjClock *clock;   // immutable
    IdxAlarmWatch *watch;   // of the first thread
    Worker alarms, hooks;   // each of its thread
    atomic_bool stop, mine; // mine: we have the lease

    GMutex lock;
    GCond wake; // stop was set
};

/* False when it is time to end. */
static bool rest(ApiKeeper *keeper)
{
    gint64 until = g_get_monotonic_time() + TICK_US;
    g_mutex_lock(&keeper->lock);
    while (!atomic_load(&keeper->stop) && g_cond_wait_until(&keeper->wake, &keeper->lock, until))
        ;
    g_mutex_unlock(&keeper->lock);
    return !atomic_load(&keeper->stop);
}

static void report(Worker *worker, bool ok, const GError *error)
{
    if (!ok && !worker->failing)
        mj_log_warning(NULL, "%s: %s; trying again every second", worker->what, error->message);
    if (ok && worker->failing)
        mj_log_info(NULL, "%s: goes on", worker->what);
    worker->failing = !ok;
}

static void *watch_alarms(void *data)
{
    Worker *worker = data;
    ApiKeeper *keeper = worker->keeper;
    do {
        g_autoptr(GError) error = NULL;
        bool mine = false;
        bool ok = idx_alarm_watch_look(keeper->watch, worker->cat, mj_clock_utc_us(keeper->clock),
                                       &mine, &error);
        atomic_store(&keeper->mine, mine);
        if (ok && mine)
            ok = idx_meet_end_overdue(worker->cat, mj_clock_utc_us(keeper->clock), &error);
        report(worker, ok, error);
    } while (rest(keeper));
    idx_alarm_watch_leave(keeper->watch, worker->cat, NULL);
    return NULL;
}

/* *ret_more: there may be another one that is due. */
static bool deliver_one(Worker *worker, bool *ret_more, GError **error)
{
    ApiKeeper *keeper = worker->keeper;
    GError *local = NULL;
    int64_t now_us = mj_clock_utc_us(keeper->clock);
    g_autoptr(IdxDelivery) next = idx_delivery_next(worker->cat, now_us, &local);
    *ret_more = next != NULL;
    if (next == NULL) {
        if (local != NULL)
            g_propagate_error(error, local);
        return local == NULL;
    }
    g_autofree char *failure = api_deliver(next, now_us, &keeper->stop);
    if (failure != NULL && atomic_load(&keeper->stop))
        return true; // cut off by us: it is not the receiver's fault
    return idx_delivery_done(worker->cat, next, failure, mj_clock_utc_us(keeper->clock), error);
}

static void *deliver_webhooks(void *data)
{
    Worker *worker = data;
    ApiKeeper *keeper = worker->keeper;
    do {
        g_autoptr(GError) error = NULL;
        bool ok = true, more = atomic_load(&keeper->mine);
        while (ok && more && !atomic_load(&keeper->stop))
            ok = deliver_one(worker, &more, &error);
        report(worker, ok, error);
    } while (rest(keeper));
    return NULL;
}

static bool start(ApiKeeper *keeper, Worker *worker, const char *what, GThreadFunc run,
                  const char *home, GError **error)
{
    worker->keeper = keeper;
    worker->what = what;
    worker->cat = idx_catalogue_open(home, IDX_RECORD, error);
    if (worker->cat == NULL)
        return false;
    worker->thread = g_thread_try_new(what, run, worker, error);
    return worker->thread != NULL;
}

ApiKeeper *api_keeper_new(const char *home, const MjClock *clock, GError **error)
{
    g_autoptr(ApiKeeper) keeper = g_new0(ApiKeeper, 1);
    keeper->clock = clock;
    keeper->watch = idx_alarm_watch_new();
    g_mutex_init(&keeper->lock);
    g_cond_init(&keeper->wake);
    if (!api_deliver_init(error) ||
        !start(keeper, &keeper->alarms, "alarms", watch_alarms, home, error) ||
        !start(keeper, &keeper->hooks, "webhooks", deliver_webhooks, home, error))
        return NULL;
    return g_steal_pointer(&keeper);
}

static void end(Worker *worker)
{
    if (worker->thread != NULL)
        g_thread_join(worker->thread);
    idx_catalogue_free(worker->cat);
}

void api_keeper_free(ApiKeeper *keeper)
{
    if (keeper == NULL)
        return;
    g_mutex_lock(&keeper->lock);
    atomic_store(&keeper->stop, true);
    g_cond_broadcast(&keeper->wake);
    g_mutex_unlock(&keeper->lock);
    end(&keeper->hooks);
    end(&keeper->alarms);
    idx_alarm_watch_free(keeper->watch);
    g_mutex_clear(&keeper->lock);
    g_cond_clear(&keeper->wake);
    g_free(keeper);
}
