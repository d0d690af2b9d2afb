// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/live/desk.h"

#include <pthread.h>

#include "api/audit.h"
#include "api/auth.h"
#include "api/live/news.h"
#include "api/reply.h"
#include "index/account/scope.h"
#include "index/base/error.h"
#include "index/base/home.h"
#include "index/camera.h"
#include "index/serving.h"
#include "index/state.h"

#define SERVING_US (30 * MJ_SECOND_US)

struct ApiDesk {
    // the thread's
    IdxCatalogue *cat;
    int64_t generation, served_us; // of what was told of who is served

    // immutable while the thread runs
    const char *home;
    const MjClock *clock;
    void (*wake)(void *data);
    void *data;
    pthread_t thread;
    bool has_thread;

    GAsyncQueue *asked;    // ApiDeskJob *; &stop ends the thread
    GAsyncQueue *answered; // ApiDeskJob *
    ApiDeskJob stop;
};

void api_desk_job_free(ApiDeskJob *job)
{
    if (job == NULL)
        return;
    api_guest_unref(job->guest);
    g_free(job->camera);
    g_free(job->stream);
    g_clear_error(&job->error);
    idx_link_free(job->link);
    api_sight_free(job->sight);
    json_decref(job->states);
    json_decref(job->serving);
    g_free(job);
}

/* Tells the audit log what became of @request. False: it could not be told. */
static bool tell(ApiRequest *request, const ApiDeskJob *job, const GError *denied)
{
    api_audit_span(request, job->camera, job->from_us, job->to_us);
    if (denied != NULL)
        api_reply_error(request, denied);
    else
        request->status = MHD_HTTP_OK;
    int status = request->status;
    api_audit_end(request, INT64_MAX);
    return request->status == status;
}

static const IdxStream *find_stream(const IdxCamera *camera, const char *name)
{
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (g_str_equal(stream->name, name))
            return stream;
    }
    return NULL;
}

static bool find_shard(ApiDesk *desk, int64_t stream_id, int *ret_shard, GError **error)
{
    g_autoptr(GPtrArray) recorders = idx_recorder_list(desk->cat, error);
    int64_t latest_us = 0; // rows of another number of shards may be there still
    *ret_shard = 0;
    for (guint i = 0; recorders != NULL && i < recorders->len; i++) {
        const IdxRecorder *r = recorders->pdata[i];
        if (r->stopped_us || !idx_shard_has(r->shard, r->shards, stream_id) ||
            r->heartbeat_us < latest_us)
            continue;
        latest_us = r->heartbeat_us;
        *ret_shard = r->shard;
    }
    return recorders != NULL;
}

/* Which recorder has it. */
static bool locate(ApiDesk *desk, ApiDeskJob *job, GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(desk->cat, job->camera, error);
    if (camera == NULL)
        return false;
    const IdxStream *stream = camera->removed_us == 0 ? find_stream(camera, job->stream) : NULL;
    if (stream == NULL)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "there is no stream %s of %s", job->stream,
                            job->camera);
    return find_shard(desk, stream->id, &job->shard, error);
}

/* Whoever asks, with her eyes; idx_scope_clear() when it is done. */
static bool look_as(ApiDesk *desk, ApiRequest *request, GError **error)
{
    const ApiIdentity *who = &request->identity;
    return api_auth_check(request->context->auth, request, error) &&
           (!who->limited || idx_scope_set(desk->cat, who->user_id, error));
}

static void admit(ApiDesk *desk, ApiDeskJob *job)
{
    ApiRequest *request = api_guest_request(job->guest, desk->cat);
    job->from_us = job->to_us = mj_clock_utc_us(desk->clock);
    if (look_as(desk, request, &job->error) &&
        idx_scope_check_camera(desk->cat, job->camera, job->from_us, job->from_us, &job->error))
        locate(desk, job, &job->error);
    idx_scope_clear(desk->cat);
    if (!tell(request, job, job->error) && job->error == NULL)
        mj_error_set(&job->error, MJ_ERROR_BUSY, "%s", request->problem);
    api_request_free(request);
}

static void leave(ApiDesk *desk, ApiDeskJob *job)
{
    ApiRequest *request = api_guest_request(job->guest, desk->cat);
    api_guest_identify(job->guest,
                       request); // that a login has ended does not undo that they looked
    tell(request, job, NULL);
    api_request_free(request);
}

static void recheck(ApiDesk *desk, ApiDeskJob *job)
{
    ApiRequest *request = api_guest_request(job->guest, desk->cat);
    if (look_as(desk, request, &job->error) && request->identity.limited)
        job->sight = api_sight_read(desk->cat, request->identity.name, mj_clock_utc_us(desk->clock),
                                    &job->error);
    idx_scope_clear(desk->cat);
    api_request_free(request);
}

/* Who is served is read anew when an event came, and now and then: a visit may be over for its age. */
static void look(ApiDesk *desk, ApiDeskJob *job, int64_t now_us)
{
    int64_t generation = 0;
    job->states = api_news_states(desk->cat, now_us, &job->error);
    if (job->states == NULL || !idx_serving_generation(desk->cat, &generation, &job->error))
        return;
    bool late = now_us - desk->served_us > SERVING_US || now_us < desk->served_us;
    if (generation == desk->generation && !late && job->tile == 0)
        return;
    job->serving = idx_serving_list(desk->cat, now_us, &job->error);
    desk->generation = generation;
    desk->served_us = now_us;
}

static void work(ApiDesk *desk, ApiDeskJob *job)
{
    int64_t now_us = mj_clock_utc_us(desk->clock);
    g_autofree char *path = NULL;
    switch (job->what) {
    case API_DESK_ADMIT:
        admit(desk, job);
        break;
    case API_DESK_LEFT:
        leave(desk, job);
        break;
    case API_DESK_LOCATE:
        locate(desk, job, &job->error);
        break;
    case API_DESK_RECHECK:
        recheck(desk, job);
        break;
    case API_DESK_CONNECT:
        path = job->shard < 0 ? mj_home_run(desk->home, IDX_LINK_TRANSCODE)
                              : idx_link_path(desk->home, job->shard);
        job->link = idx_link_open(path, IDX_LINK_QUICK_US, &job->error);
        break;
    case API_DESK_LOOK:
        look(desk, job, now_us);
        break;
    }
}

static void *run(void *data)
{
    ApiDesk *desk = data;
    for (ApiDeskJob *job; (job = g_async_queue_pop(desk->asked)) != &desk->stop;) {
        work(desk, job);
        if (job->what == API_DESK_LEFT) {
            api_desk_job_free(job);
            continue;
        }
        g_async_queue_push(desk->answered, job);
        desk->wake(desk->data);
    }
    return NULL;
}

static void free_job(void *job)
{
    api_desk_job_free(job);
}

ApiDesk *api_desk_new(const char *home, const MjClock *clock, void (*wake)(void *data), void *data,
                      GError **error)
{
    g_autoptr(ApiDesk) desk = g_new0(ApiDesk, 1);
    desk->home = home;
    desk->clock = clock;
    desk->wake = wake;
    desk->data = data;
    desk->asked = g_async_queue_new();
    desk->answered = g_async_queue_new_full(free_job);
    desk->cat = idx_catalogue_open(home, IDX_READ, error);
    if (desk->cat == NULL)
        return NULL;
    int err = pthread_create(&desk->thread, NULL, run, desk);
    desk->has_thread = err == 0;
    if (err != 0) {
        mj_error_errno(error, err, "no thread for the live desk");
        return NULL;
    }
    pthread_setname_np(desk->thread, "live-desk");
    return g_steal_pointer(&desk);
}

void api_desk_free(ApiDesk *desk)
{
    if (desk == NULL)
        return;
    if (desk->has_thread) {
        g_async_queue_push(desk->asked, &desk->stop);
        pthread_join(desk->thread, NULL);
    }
    idx_catalogue_free(desk->cat);
    g_async_queue_unref(desk->asked);
    g_async_queue_unref(desk->answered);
    g_free(desk);
}

void api_desk_ask(ApiDesk *desk, ApiDeskJob *job)
{
    if (job->what == API_DESK_CONNECT)
        g_async_queue_push_front(desk->asked, job);
    else
        g_async_queue_push(desk->asked, job);
}

ApiDeskJob *api_desk_take(ApiDesk *desk)
{
    return g_async_queue_try_pop(desk->answered);
}
