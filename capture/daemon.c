// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "capture/control.h"
#include "capture/holds.h"
#include "capture/meet/hub.h"
#include "capture/notify.h"
#include "capture/orphan.h"
#include "capture/roster.h"
#include "capture/store.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/base/log.h"
#include "index/camera.h"
#include "index/home_lock.h"

#define SHARDS_MAX 64

struct CapDaemon {
    int lock_fd;
    CapStore *store;
    CapLive *live;
    CapHub *hub;         // NULL: not built with it, or could not be had
    CapControl *control; // NULL: could not be had
    CapRoster *roster;
    CapHolds *holds;
    CapNotify *notify;
    IdxRecorder recorder;
    guint timer;
    GMainLoop *loop; // while it runs
    int home_fd;     // the lock that all recorders of a home share
};

bool cap_shard_parse(const char *text, CapShard *ret, GError **error)
{
    int number = 0, count = 0, end = 0;
    if (sscanf(text, "%2d/%2d%n", &number, &count, &end) != 2 || text[end] != '\0' || number < 1 ||
        count < number || count > SHARDS_MAX)
        return mj_error_set(error, MJ_ERROR_USAGE,
                            "--shard %s: should be I/N with 1 <= I <= N <= %d, as in 1/4", text,
                            SHARDS_MAX);
    *ret = (CapShard){number, count};
    return true;
}

static bool take_lock(CapDaemon *daemon, const char *home, CapShard shard, GError **error)
{
    daemon->home_fd = idx_home_lock(home, shard.count, error);
    if (daemon->home_fd < 0)
        return false;
    g_autofree char *name = g_strdup_printf("capture-%d.lock", shard.number);
    daemon->lock_fd = idx_home_lock_open(home, name, error);
    if (daemon->lock_fd < 0)
        return false;
    if (flock(daemon->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK)
        return mj_error_errno(error, errno, "cannot lock %s of %s", name, home);
    return mj_error_set(error, MJ_ERROR_BUSY,
                        "another mingjing-capture already records shard %d/%d of %s", shard.number,
                        shard.count, home);
}

/* Since when nobody has recorded this shard; 0 if nobody ever did. */
static bool find_downtime(IdxCatalogue *cat, CapShard shard, int64_t *ret_us, GError **error)
{
    g_autoptr(GPtrArray) recorders = idx_recorder_list(cat, error);
    if (!recorders)
        return false;
    *ret_us = 0;
    for (guint i = 0; i < recorders->len; i++) {
        const IdxRecorder *recorder = g_ptr_array_index(recorders, i);
        if (recorder->shard == shard.number)
            *ret_us = recorder->stopped_us ? recorder->stopped_us : recorder->heartbeat_us;
    }
    return true;
}

static void beat(CapDaemon *daemon)
{
    daemon->recorder.heartbeat_us = mj_clock_utc_us(mj_clock_system());
    cap_store_beat(daemon->store, &daemon->recorder);
}

static gboolean on_beat(void *data)
{
    CapDaemon *daemon = data;
    beat(daemon);
    if (daemon->loop && cap_store_is_stuck(daemon->store))
        g_main_loop_quit(daemon->loop);
    return G_SOURCE_CONTINUE;
}

bool cap_daemon_run(CapDaemon *daemon, GMainLoop *loop, GError **error)
{
    daemon->loop = loop;
    g_main_loop_run(loop);
    daemon->loop = NULL;
    if (!cap_store_is_stuck(daemon->store))
        return true;
    return mj_error_set(error, MJ_ERROR_FAILED,
                        "no stream could be written for %d s, and neither disks nor cameras are "
                        "the reason: ending, to be started anew",
                        (int)(CAP_STORE_STUCK_US / MJ_SECOND_US));
}

static bool set_starting(IdxCatalogue *cat, const IdxStream *stream, GError **error)
{
    IdxState state = {.state = (char *)IDX_STATE_STARTING,
                      .since_us = mj_clock_utc_us(mj_clock_system())};
    return idx_state_set(cat, stream->id, &state, error);
}

/* What the process before said of its streams is no longer so, and the first heartbeat would make
 * it look fresh. */
static bool say_starting(IdxCatalogue *cat, CapShard shard, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(cat, false, error);
    if (!cameras || !idx_begin(cat, error))
        return false;
    bool good = true;
    for (guint i = 0; i < cameras->len; i++) {
        const IdxCamera *camera = g_ptr_array_index(cameras, i);
        for (guint j = 0; good && j < camera->streams->len; j++) {
            const IdxStream *stream = g_ptr_array_index(camera->streams, j);
            if (stream->record && cap_shard_has(shard, stream->id))
                good = set_starting(cat, stream, error);
        }
    }
    if (good && idx_commit(cat, error))
        return true;
    idx_rollback(cat);
    return false;
}

static bool recover(IdxCatalogue *cat, CapShard shard, GError **error)
{
    int count = 0;
    CapOrphans orphans;
    if (!cap_orphan_run(cat, shard, &orphans, error) ||
        !cap_recovery_run(cat, shard, &count, error))
        return false;
    if (count > 0)
        mj_log_info(NULL, "closed %d segments that were left open", count);
    return true;
}

/* Recording does without, if it must. */
static void open_hub(CapDaemon *daemon, const char *home)
{
#if CAP_HAS_MEET
    g_autoptr(GError) error = NULL;
    CapHubConfig config = {.home = home, .store = daemon->store, .live = daemon->live};
    daemon->hub = cap_hub_new(&config, &error);
    if (!daemon->hub)
        mj_log_warning(NULL, "%s; recording without meetings", error->message);
#else
    (void)daemon;
    (void)home;
#endif
}

static void open_socket(CapDaemon *daemon, const char *home, CapShard shard)
{
    g_autoptr(GError) error = NULL;
    daemon->live = cap_live_new();
    open_hub(daemon, home);
    daemon->control = cap_control_new(home, shard, daemon->live, daemon->hub, &error);
    if (!daemon->control)
        mj_log_warning(NULL, "%s; recording without live pictures and numbers", error->message);
}

CapDaemon *cap_daemon_new(const char *home, CapShard shard, int64_t segment_us, GError **error)
{
    g_autoptr(CapDaemon) daemon = g_new0(CapDaemon, 1);
    daemon->lock_fd = daemon->home_fd = -1;
    daemon->store = cap_store_new(home, error);
    if (!daemon->store || !take_lock(daemon, home, shard, error))
        return NULL;
    IdxCatalogue *cat = cap_store_catalogue(daemon->store);
    int64_t down_us = 0;
    if (!say_starting(cat, shard, error) || !find_downtime(cat, shard, &down_us, error) ||
        !recover(cat, shard, error))
        return NULL;
    daemon->recorder = (IdxRecorder){.shard = shard.number,
                                     .shards = shard.count,
                                     .pid = getpid(),
                                     .started_us = mj_clock_utc_us(mj_clock_system())};
    cap_store_start(daemon->store);
    beat(daemon);
    daemon->timer = g_timeout_add(CAP_BEAT_MS, on_beat, daemon);
    open_socket(daemon, home, shard);
    CapRosterConfig config = {.home = home,
                              .live = daemon->live,
                              .shard = shard,
                              .segment_us = segment_us,
                              .down_us = down_us};
    daemon->roster = cap_roster_new(daemon->store, &config, error);
    daemon->holds = daemon->roster ? cap_holds_new(home, error) : NULL;
    if (!daemon->holds)
        return NULL;
    daemon->notify = cap_notify_new(daemon->live);
    return g_steal_pointer(&daemon);
}

void cap_daemon_free(CapDaemon *daemon)
{
    if (!daemon)
        return;
    if (daemon->timer)
        g_source_remove(daemon->timer);
    cap_notify_free(daemon->notify);
    cap_control_free(daemon->control);
#if CAP_HAS_MEET
    cap_hub_free(daemon->hub);
#endif
    cap_roster_free(daemon->roster);
    cap_holds_free(daemon->holds);
    cap_live_free(daemon->live);
    if (daemon->recorder.shard != 0) {
        daemon->recorder.stopped_us = mj_clock_utc_us(mj_clock_system());
        beat(daemon);
    }
    cap_store_free(daemon->store);
    if (daemon->lock_fd >= 0)
        close(daemon->lock_fd);
    if (daemon->home_fd >= 0)
        close(daemon->home_fd);
    g_free(daemon);
}
