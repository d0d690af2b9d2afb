// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/clips.h"

#include "api/fair.h"
#include "index/base/error.h"
#include "index/base/log.h"

#include <openssl/rand.h>
#include <string.h>

#define ID_BYTES 16

typedef enum { WAITING, READING, HASHING, READY, FAILED } State;
static const char *const STATES[] = {"waiting", "reading", "hashing", "ready", "failed"};

struct ApiClip {
    int refs; // atomic
    char *id, *owner, *camera, *stream;
    IdxClipAsk ask; // its texts are the above

    // under the lock of the list; once READY only used_mono_us changes
    State state;
    double progress;
    bool unwanted;
    int64_t used_mono_us;
    json_t *told; // with the hash, once READY
    GError *problem;
    IdxClip *clip;
    uint8_t sha256[IDX_CLIP_SHA256_BYTES];
};

struct ApiClips {
    IdxCatalogue *cat; // of the thread
    GThread *thread;
    GMutex lock;
    GCond more;
    GPtrArray *list; // ApiClip *, in the order they came
    ApiFair *queue;  // those of the list that wait
    bool stop;
};

ApiClip *api_clip_ref(ApiClip *clip)
{
    g_atomic_int_inc(&clip->refs);
    return clip;
}

void api_clip_unref(ApiClip *clip)
{
    if (!clip || !g_atomic_int_dec_and_test(&clip->refs))
        return;
    g_free(clip->id);
    g_free(clip->owner);
    g_free(clip->camera);
    g_free(clip->stream);
    json_decref(clip->told);
    g_clear_error(&clip->problem);
    idx_clip_free(clip->clip);
    g_free(clip);
}

const IdxClip *api_clip_media(const ApiClip *clip)
{
    return clip->clip;
}

const uint8_t *api_clip_sha256(const ApiClip *clip)
{
    return clip->sha256;
}

const IdxClipAsk *api_clip_ask(const ApiClip *clip)
{
    return &clip->ask;
}

// ── the thread ──

typedef struct Work {
    ApiClips *clips;
    ApiClip *clip;
} Work;

static bool on_progress(int64_t done, int64_t of, void *data)
{
    const Work *work = data;
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&work->clips->lock);
    work->clip->progress = of > 0 ? CLAMP((double)done / (double)of, 0, 1) : 0;
    return !work->clip->unwanted && !work->clips->stop;
}

static void set_state(Work *work, State state)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&work->clips->lock);
    work->clip->state = state;
    work->clip->progress = 0;
}

static void settle(Work *work, IdxClip *media, json_t *told, GError *problem)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&work->clips->lock);
    work->clip->clip = media;
    work->clip->told = told;
    work->clip->problem = problem;
    work->clip->state = problem ? FAILED : READY;
    work->clip->progress = 1;
}

static void make(Work *work)
{
    g_autoptr(GError) error = NULL;
    ApiClips *clips = work->clips;
    ApiClip *clip = work->clip;
    set_state(work, READING);
    g_autoptr(IdxClip) media = idx_clip_open(clips->cat, &clip->ask, on_progress, work, &error);
    if (media)
        set_state(work, HASHING);
    bool ok = media && idx_clip_copy(media, -1, on_progress, work, clip->sha256, &error);
    json_t *told = ok ? idx_clip_json(clips->cat, media, clip->sha256) : NULL;
    if (!ok)
        mj_log_info(NULL, "the clip of %s/%s was not made: %s", clip->camera, clip->stream,
                    error->message);
    settle(work, ok ? g_steal_pointer(&media) : NULL, told, g_steal_pointer(&error));
}

/* Waits. NULL: it is time to stop. A reference. */
static ApiClip *next(ApiClips *clips)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&clips->lock);
    while (!clips->stop) {
        ApiClip *clip = api_fair_pop(clips->queue);
        if (clip)
            return api_clip_ref(clip);
        g_cond_wait(&clips->more, &clips->lock);
    }
    return NULL;
}

static gpointer run(gpointer data)
{
    ApiClips *clips = data;
    ApiClip *clip = NULL;
    while ((clip = next(clips))) {
        Work work = {clips, clip};
        make(&work);
        api_clip_unref(clip);
    }
    return NULL;
}

ApiClips *api_clips_new(const char *home, GError **error)
{
    IdxCatalogue *cat = idx_catalogue_open(home, IDX_READ, error);
    if (!cat)
        return NULL;
    ApiClips *clips = g_new0(ApiClips, 1);
    clips->cat = cat;
    clips->list = g_ptr_array_new_with_free_func((GDestroyNotify)api_clip_unref);
    clips->queue = api_fair_new();
    g_mutex_init(&clips->lock);
    g_cond_init(&clips->more);
    clips->thread = g_thread_new("clips", run, clips);
    return clips;
}

void api_clips_free(ApiClips *clips)
{
    if (!clips)
        return;
    g_mutex_lock(&clips->lock);
    clips->stop = true;
    g_cond_broadcast(&clips->more);
    g_mutex_unlock(&clips->lock);
    g_thread_join(clips->thread);
    g_ptr_array_unref(clips->list);
    api_fair_free(clips->queue);
    g_mutex_clear(&clips->lock);
    g_cond_clear(&clips->more);
    idx_catalogue_free(clips->cat);
    g_free(clips);
}

// ── the list, under its lock ──

static void drop_old(ApiClips *clips)
{
    int64_t since_us = g_get_monotonic_time() - API_CLIPS_KEPT_US;
    for (guint i = clips->list->len; i-- > 0;) {
        const ApiClip *clip = clips->list->pdata[i];
        if (clip->state >= READY && clip->used_mono_us < since_us)
            g_ptr_array_remove_index(clips->list, i);
    }
}

static guint count_of(const ApiClips *clips, const char *owner, bool all)
{
    guint n = 0;
    for (guint i = 0; i < clips->list->len; i++) {
        const ApiClip *clip = clips->list->pdata[i];
        n += (all || clip->state < READY) && strcmp(clip->owner, owner) == 0;
    }
    return n;
}

/* The most that an owner has of whom something is done. */
static guint most_of(const ApiClips *clips)
{
    guint most = 0;
    for (guint i = 0; i < clips->list->len; i++) {
        const ApiClip *clip = clips->list->pdata[i];
        if (clip->state >= READY)
            most = MAX(most, count_of(clips, clip->owner, true));
    }
    return most;
}

/* Of what is done the one that nobody asked for longest: @owner's, or if that is NULL of those who have @n. NULL: none. */
static ApiClip *find_least(const ApiClips *clips, const char *owner, guint n)
{
    ApiClip *least = NULL;
    for (guint i = 0; i < clips->list->len; i++) {
        ApiClip *clip = clips->list->pdata[i];
        bool among =
            owner ? strcmp(clip->owner, owner) == 0 : count_of(clips, clip->owner, true) == n;
        if (clip->state >= READY && among && (!least || clip->used_mono_us < least->used_mono_us))
            least = clip;
    }
    return least;
}

/* What is done gives way to a new one; who fetches it keeps a reference. */
static void make_room(ApiClips *clips, const char *owner)
{
    guint own = count_of(clips, owner, true), most = most_of(clips);
    if (own < API_CLIPS_OWNER_MAX && clips->list->len < API_CLIPS_MAX)
        return;
    bool others = own < API_CLIPS_OWNER_MAX && most > own;
    ApiClip *least = find_least(clips, others ? NULL : owner, most);
    if (least)
        g_ptr_array_remove(clips->list, least);
}

static bool has_room(ApiClips *clips, const char *owner, GError **error)
{
    drop_old(clips);
    if (count_of(clips, owner, false) >= API_CLIPS_WAITING_MAX)
        return mj_error_set(error, MJ_ERROR_BUSY,
                            "%d of your clips are being made; wait until one is ready",
                            API_CLIPS_WAITING_MAX);
    make_room(clips, owner);
    return clips->list->len < API_CLIPS_MAX ||
           mj_error_set(error, MJ_ERROR_BUSY, "%d clips are being made or fetched; try again later",
                        API_CLIPS_MAX);
}

static ApiClip *find(ApiClips *clips, const char *owner, const char *id, GError **error)
{
    drop_old(clips);
    for (guint i = 0; i < clips->list->len; i++) {
        ApiClip *clip = clips->list->pdata[i];
        if (strcmp(clip->id, id) == 0 && strcmp(clip->owner, owner) == 0) {
            clip->used_mono_us = g_get_monotonic_time();
            return clip;
        }
    }
    mj_error_set(error, MJ_ERROR_NOT_FOUND,
                 "there is no clip '%.64s'; they are forgotten when nobody asks for an hour, and "
                 "when the recorder's web server restarts",
                 id);
    return NULL;
}

static char *new_id(GError **error)
{
    uint8_t bytes[ID_BYTES];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        mj_error_set(error, MJ_ERROR_FAILED, "no random numbers");
        return NULL;
    }
    GString *id = g_string_new(NULL);
    for (size_t i = 0; i < sizeof bytes; i++)
        g_string_append_printf(id, "%02x", bytes[i]);
    return g_string_free(id, FALSE);
}

static ApiClip *clip_new(const char *owner, const IdxClipAsk *ask, GError **error)
{
    char *id = new_id(error);
    if (!id)
        return NULL;
    ApiClip *clip = g_new0(ApiClip, 1);
    clip->refs = 1;
    clip->id = id;
    clip->owner = g_strdup(owner);
    clip->camera = g_strdup(ask->camera);
    clip->stream = g_strdup(ask->stream);
    clip->ask = *ask;
    clip->ask.camera = clip->camera;
    clip->ask.stream = clip->stream;
    clip->used_mono_us = g_get_monotonic_time();
    return clip;
}

// ── for everybody ──

char *api_clips_owner(const ApiRequest *request)
{
    return g_strdup_printf("%d %s", (int)request->identity.kind, request->identity.name);
}

char *api_clips_add(ApiClips *clips, const char *owner, const IdxClipAsk *ask, GError **error)
{
    if (ask->from_us >= ask->to_us || ask->to_us - ask->from_us > IDX_CLIP_MAX_US) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "a clip ends behind its beginning, at most %d hours later",
                     (int)(IDX_CLIP_MAX_US / MJ_HOUR_US));
        return NULL;
    }
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&clips->lock);
    ApiClip *clip = has_room(clips, owner, error) ? clip_new(owner, ask, error) : NULL;
    if (!clip)
        return NULL;
    g_ptr_array_add(clips->list, clip);
    api_fair_push(clips->queue, owner, clip);
    g_cond_signal(&clips->more);
    return g_strdup(clip->id);
}

json_t *api_clips_json(ApiClips *clips, const char *owner, const char *id, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&clips->lock);
    const ApiClip *clip = find(clips, owner, id, error);
    if (!clip)
        return NULL;
    json_t *problem = clip->problem
                          ? json_pack("{s:s, s:s}", "code", mj_error_name(clip->problem->code),
                                      "detail", clip->problem->message)
                          : json_null();
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:O?, s:o}", "id", clip->id, "camera", clip->camera,
                     "stream", clip->stream, "state", STATES[clip->state], "progress",
                     clip->progress, "clip", clip->told, "problem", problem);
}

bool api_clips_remove(ApiClips *clips, const char *owner, const char *id, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&clips->lock);
    ApiClip *clip = find(clips, owner, id, error);
    if (!clip)
        return false;
    clip->unwanted = true;
    api_fair_remove(clips->queue, clip);
    return g_ptr_array_remove(clips->list, clip);
}

ApiClip *api_clips_fetch(ApiClips *clips, const char *owner, const char *id, GError **error)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&clips->lock);
    ApiClip *clip = find(clips, owner, id, error);
    if (clip && clip->state == READY)
        return api_clip_ref(clip);
    if (clip && clip->problem)
        mj_error_set(error, MJ_ERROR_CONFLICT, "this clip was not made: %s",
                     clip->problem->message);
    else if (clip)
        mj_error_set(error, MJ_ERROR_CONFLICT, "this clip is not ready yet; ask for %s first",
                     clip->id);
    return NULL;
}
