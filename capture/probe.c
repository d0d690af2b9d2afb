// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/probe.h"

#include <pthread.h>

#include "capture/source.h"
#include "index/base/error.h"
#include "index/base/redact.h"
#include "index/camera.h"

#define GUESS_US INT64_C(4000000) // for each address that may be a smaller stream
#define PICTURES_MAX 400          // watched; enough for a rate at any speed

struct CapProbes {
    char *home; // immutable
    GMutex lock;
    GPtrArray *all; // CapProbe *; the owner's
};

struct CapProbe {
    CapProbes *pool;
    char *url, *camera, *stream; // immutable; url is a secret
    bool brief;
    GCancellable *cancel;
    pthread_t thread;
    int64_t since_us;

    /* under the pool's lock */
    bool ended;
    void (*wake)(void *data); // NULL: nobody waits
    void *data;

    /* its thread's until it has ended, then the owner's */
    GError *error;
    CapProbeFound found;
};

/* What is seen of a stream. */
typedef struct Watch {
    const CapSourceKind *kind;
    CapSource *source;
    int64_t until_us; // monotonic
    CapVideoParams *params;
    GBytes *key;
    int64_t key_arrival_us;
    int pictures, keys;
    int64_t bytes, first_pts_us, last_pts_us, first_key_us, last_key_us;
    bool has_wall, reorders;
    int64_t offset_us;
} Watch;

static void watch_clear(Watch *watch)
{
    if (watch->source)
        watch->kind->close(watch->source);
    cap_video_params_unref(watch->params);
    g_clear_pointer(&watch->key, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watch, watch_clear)

static void found_clear(CapProbeFound *found)
{
    cap_video_params_unref(found->params);
    g_clear_pointer(&found->picture, g_bytes_unref);
    json_decref(found->about);
}

/* --- watching ---------------------------------------------------------------------------------- */

static void see_key(Watch *watch, const CapPacket *packet)
{
    if (watch->keys++ == 0)
        watch->first_key_us = packet->pts_us;
    watch->last_key_us = packet->pts_us;
    if (watch->params || packet->damaged)
        return;
    watch->params = cap_video_params_ref(packet->params);
    watch->key_arrival_us = packet->arrival_us;
    if (packet->size <= CAP_PROBE_PICTURE_MAX)
        watch->key = g_bytes_new(packet->data, packet->size);
}

static void see(Watch *watch, const CapPacket *packet)
{
    if (packet->kind != CAP_VIDEO)
        return;
    if (watch->pictures++ == 0)
        watch->first_pts_us = packet->pts_us;
    watch->reorders |= packet->pts_us < watch->last_pts_us;
    watch->last_pts_us = MAX(watch->last_pts_us, packet->pts_us);
    watch->bytes += (int64_t)packet->size;
    if (packet->has_wall) {
        watch->has_wall = true;
        watch->offset_us = packet->arrival_us - packet->wall_us;
    }
    if (packet->key)
        see_key(watch, packet);
}

/* Until there is a key frame and @span_us of pictures were seen. */
static bool watch_for(Watch *watch, int64_t span_us, GError **error)
{
    while (!watch->params ||
           (watch->last_pts_us - watch->first_pts_us < span_us && watch->pictures < PICTURES_MAX)) {
        g_auto(CapPacket) packet = {0};
        if (g_get_monotonic_time() > watch->until_us)
            return mj_error_set(error, MJ_ERROR_TIMEOUT,
                                "the camera answers, but sends no whole picture");
        CapRead got = watch->kind->read(watch->source, &packet, error);
        if (got == CAP_READ_END)
            return watch->params || mj_error_set(error, MJ_ERROR_NOT_FOUND,
                                                 "the camera ended the stream before any picture");
        if (got == CAP_READ_FAILED)
            return false;
        see(watch, &packet);
    }
    return true;
}

static bool watch_open(Watch *watch, const CapProbe *probe, const char *url, int64_t within_us,
                       GError **error)
{
    watch->until_us = g_get_monotonic_time() + within_us;
    watch->kind = cap_source_kind(url, error);
    watch->source = watch->kind ? watch->kind->open(url, probe->cancel, error) : NULL;
    return watch->source != NULL;
}

static json_t *rate_json(int64_t count, int64_t span_us)
{
    return count > 0 && span_us > 0 ? json_real((double)count * 1e6 / (double)span_us)
                                    : json_null();
}

static json_t *video_json(const Watch *watch)
{
    int64_t span_us = watch->last_pts_us - watch->first_pts_us;
    return json_pack("{s:s, s:i, s:i, s:o}", "video", cap_libav_codec_name(watch->params->codec),
                     "width", watch->params->width, "height", watch->params->height, "frame_rate",
                     rate_json(watch->pictures - 1, span_us));
}

static void put_sound(json_t *about, const Watch *watch)
{
    const AVCodecParameters *audio = watch->kind->audio(watch->source);
    json_object_set_new(about, "audio",
                        audio ? json_string(cap_libav_codec_name(audio->codec_id)) : json_null());
    json_object_set_new(about, "sample_rate", json_integer(audio ? audio->sample_rate : 0));
    json_object_set_new(about, "channels", json_integer(audio ? audio->ch_layout.nb_channels : 0));
}

static json_t *about_json(const Watch *watch)
{
    json_t *about = video_json(watch);
    int64_t span_us = watch->last_pts_us - watch->first_pts_us;
    json_object_set_new(about, "bitrate", rate_json(watch->bytes * 8, span_us));
    json_object_set_new(about, "key_interval_us",
                        watch->keys > 1 ? json_integer((watch->last_key_us - watch->first_key_us) /
                                                       (watch->keys - 1))
                                        : json_null());
    put_sound(about, watch);
    json_object_set_new(about, "reorders",
                        json_boolean(watch->reorders || watch->params->reorder > 0));
    json_object_set_new(about, "clock", json_string(watch->has_wall ? "camera" : "arrival"));
    json_object_set_new(about, "clock_offset_us",
                        watch->has_wall ? json_integer(watch->offset_us) : json_null());
    return about;
}

/* --- what is beside it ------------------------------------------------------------------------- */

/* NULL if there is nothing. */
static json_t *look_at(const CapProbe *probe, const char *url)
{
    g_auto(Watch) watch = {0};
    g_autofree char *shown = NULL, *credentials = NULL;
    if (!watch_open(&watch, probe, url, GUESS_US, NULL) || !watch_for(&watch, 0, NULL))
        return NULL;
    mj_url_split(url, &shown, &credentials);
    json_t *about = video_json(&watch);
    json_object_set_new(about, "url", json_string(shown));
    return about;
}

static json_t *look_beside(const CapProbe *probe, const char *url)
{
    g_autoptr(GPtrArray) guesses = cap_probe_guess(url);
    json_t *found = json_array();
    for (guint i = 0; i < guesses->len && !g_cancellable_is_cancelled(probe->cancel); i++) {
        json_t *about = look_at(probe, guesses->pdata[i]);
        if (about)
            json_array_append_new(found, about);
    }
    return found;
}

/* --- a probe's thread -------------------------------------------------------------------------- */

/* The address of a stream of the catalogue, with its credentials. */
static char *stored_url(const CapProbe *probe, GError **error)
{
    g_autoptr(IdxCatalogue) cat = idx_catalogue_open(probe->pool->home, IDX_READ, error);
    g_autoptr(IdxCamera) camera = cat ? idx_camera_get(cat, probe->camera, error) : NULL;
    if (!camera)
        return NULL;
    for (guint i = 0; i < camera->streams->len; i++) {
        const IdxStream *stream = camera->streams->pdata[i];
        if (g_str_equal(stream->name, probe->stream))
            return idx_stream_url(cat, stream->id, error);
    }
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no stream %.16s", probe->camera,
                 probe->stream);
    return NULL;
}

static bool look(CapProbe *probe, GError **error)
{
    g_auto(Watch) watch = {0};
    g_autofree char *url = probe->url ? g_strdup(probe->url) : stored_url(probe, error);
    if (!url || !watch_open(&watch, probe, url, CAP_PROBE_MAX_US / 2, error) ||
        !watch_for(&watch, probe->brief ? CAP_PROBE_BRIEF_US : CAP_PROBE_WATCH_US, error))
        return false;
    probe->found.about = about_json(&watch);
    probe->found.params = g_steal_pointer(&watch.params);
    probe->found.picture = g_steal_pointer(&watch.key);
    probe->found.arrival_us = watch.key_arrival_us;
    watch.kind->close(g_steal_pointer(&watch.source)); // some cameras give few streams at a time
    json_object_set_new(probe->found.about, "beside",
                        probe->brief ? json_array() : look_beside(probe, url));
    return true;
}

static void *run(void *data)
{
    CapProbe *probe = data;
    g_autoptr(GError) error = NULL;
    if (!look(probe, &error)) {
        g_autofree char *words = mj_redact(error->message);
        bool late = g_cancellable_is_cancelled(probe->cancel);
        probe->error = late ? g_error_new(MJ_ERROR, MJ_ERROR_TIMEOUT,
                                          "the camera did not show what it sends in %d s",
                                          (int)(CAP_PROBE_MAX_US / 1000000))
                            : g_error_new(error->domain, error->code, "%s", words);
    }
    g_mutex_lock(&probe->pool->lock);
    probe->ended = true;
    if (probe->wake)
        probe->wake(probe->data);
    g_mutex_unlock(&probe->pool->lock);
    return NULL;
}

/* --- life -------------------------------------------------------------------------------------- */

static void free_probe(void *data)
{
    CapProbe *probe = data;
    g_cancellable_cancel(probe->cancel);
    if (probe->thread)
        pthread_join(probe->thread, NULL);
    found_clear(&probe->found);
    g_clear_error(&probe->error);
    g_object_unref(probe->cancel);
    g_free(probe->url);
    g_free(probe->camera);
    g_free(probe->stream);
    g_free(probe);
}

CapProbes *cap_probes_new(const char *home)
{
    CapProbes *probes = g_new0(CapProbes, 1);
    probes->home = g_strdup(home);
    g_mutex_init(&probes->lock);
    probes->all = g_ptr_array_new_with_free_func(free_probe);
    return probes;
}

void cap_probes_free(CapProbes *probes)
{
    if (!probes)
        return;
    for (guint i = 0; i < probes->all->len; i++) // all at once, then one after another
        g_cancellable_cancel(((CapProbe *)probes->all->pdata[i])->cancel);
    g_ptr_array_unref(probes->all);
    g_mutex_clear(&probes->lock);
    g_free(probes->home);
    g_free(probes);
}

static bool is_over(CapProbe *probe)
{
    g_mutex_lock(&probe->pool->lock);
    bool over = probe->ended && !probe->wake;
    g_mutex_unlock(&probe->pool->lock);
    return over;
}

void cap_probes_tick(CapProbes *probes, int64_t mono_us)
{
    for (guint i = probes->all->len; i > 0; i--) {
        CapProbe *probe = probes->all->pdata[i - 1];
        if (mono_us - probe->since_us > CAP_PROBE_MAX_US)
            g_cancellable_cancel(probe->cancel);
        if (is_over(probe))
            g_ptr_array_remove_index_fast(probes->all, i - 1);
    }
}

static bool check(const CapProbeAsk *ask, GError **error)
{
    if (!ask->url)
        return (ask->camera && ask->stream) ||
               mj_error_set(error, MJ_ERROR_INVALID, "probe needs an address or a camera");
    if (g_str_has_prefix(ask->url, IDX_URL_PIPELINE))
        return mj_error_set(error, MJ_ERROR_UNSUPPORTED,
                            "a pipeline is added by the command on the machine itself");
    return cap_source_kind(ask->url, error) != NULL;
}

CapProbe *cap_probe_start(CapProbes *probes, const CapProbeAsk *ask, GError **error)
{
    cap_probes_tick(probes, g_get_monotonic_time());
    if (!check(ask, error))
        return NULL;
    if (probes->all->len >= CAP_PROBES_MAX) {
        mj_error_set(error, MJ_ERROR_BUSY, "%d cameras are being looked at; try again in a moment",
                     CAP_PROBES_MAX);
        return NULL;
    }
    CapProbe *probe = g_new0(CapProbe, 1);
    probe->pool = probes;
    probe->url = g_strdup(ask->url);
    probe->camera = g_strdup(ask->camera);
    probe->stream = g_strdup(ask->stream);
    probe->brief = ask->brief;
    probe->cancel = g_cancellable_new();
    probe->since_us = g_get_monotonic_time();
    probe->wake = ask->wake;
    probe->data = ask->data;
    int err = pthread_create(&probe->thread, NULL, run, probe);
    if (err != 0) {
        probe->thread = 0;
        free_probe(probe);
        mj_error_errno(error, err, "no thread for a look at a camera");
        return NULL;
    }
    pthread_setname_np(probe->thread, "probe");
    g_ptr_array_add(probes->all, probe);
    return probe;
}

bool cap_probe_ended(CapProbe *probe, const CapProbeFound **ret_found, const GError **ret_error)
{
    g_mutex_lock(&probe->pool->lock);
    bool ended = probe->ended;
    g_mutex_unlock(&probe->pool->lock);
    if (ended) {
        *ret_error = probe->error;
        *ret_found = probe->error ? NULL : &probe->found;
    }
    return ended;
}

void cap_probe_leave(CapProbe *probe)
{
    if (!probe)
        return;
    g_mutex_lock(&probe->pool->lock);
    probe->wake = NULL;
    g_mutex_unlock(&probe->pool->lock);
    g_cancellable_cancel(probe->cancel);
}
