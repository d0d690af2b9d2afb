// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/recorder.h"

#include <pthread.h>
#include <string.h>

#include "capture/knock.h"
#include "capture/recording.h"
#include "capture/segment_writer.h"
#include "capture/source.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/base/redact.h"
#include "index/segment/gap.h"

#define TOLD_MAX 64              // a camera that has said so many things is not listened to
#define STACK_BYTES (512 * 1024) // hundreds of threads; getaddrinfo and the AAC coder want the most

struct CapRecorder {
    /* immutable after new */
    CapStore *store;
    char *home, *tag, *camera, *name, *audio;
    char *url;     // a secret
    char *address; // without credentials and fragment, to knock at; NULL = cannot be
    int64_t stream_id, segment_us;
    bool records;        // false: live only
    CapLiveStream *live; // may be NULL
    MjLog log;
    GCancellable *cancel;
    pthread_t thread;
    bool has_thread;

    /* under lock */
    GMutex lock;
    GCond wake;

    gint done; // atomic: the thread ended

    /* the thread's, until done */
    int64_t end_us; // of the last picture stored
    int tries;      // failures in a row
    bool recorded;  // it was stopped while pictures were being stored
    bool away;      // the camera was not there, or silent, at the last try
    char *said;     // reason and detail told last, so that they are told once
    GHashTable
        *told; // what the camera answered to who has no password, since it was last well; char *
};

typedef struct Attempt { // how a run ended
    int64_t started_us;
    bool begun; // pictures were stored
    bool whole; // and so was the last of them
    int64_t lasted_us;
    const char *reason; // IDX_REASON_…
    char *detail;
} Attempt;

typedef struct Run { // of a source, from open to close
    const CapSourceKind *kind;
    CapSource *source;
    CapRecording *recording; // NULL: live only, or no disk takes it
    int64_t again_us;        // monotonic: none is begun until then
} Run;

static bool stopped(const CapRecorder *recorder)
{
    return g_cancellable_is_cancelled(recorder->cancel);
}

static void tell_state(CapRecorder *recorder, const IdxState *state)
{
    if (recorder->records)
        cap_store_state(recorder->store, recorder->stream_id, state);
}

static void tell_recording(CapRecorder *recorder, const CapRecording *recording)
{
    IdxState state;
    cap_recording_describe(recording, &state);
    g_autofree char *what =
        g_strdup_printf("%s %s %dx%d", state.video ? state.video : "?",
                        state.audio ? state.audio : "silent", state.width, state.height);
    if (!state.video || g_strcmp0(what, recorder->said) == 0)
        return;
    mj_log_info(&recorder->log, "recording: %s", what);
    tell_state(recorder, &state);
    g_free(recorder->said);
    recorder->said = g_steal_pointer(&what);
}

/* Nothing is told twice: a camera that is away for a week costs one transaction, not one a
 * second. */
static void tell_failure(CapRecorder *recorder, const Attempt *attempt)
{
    int64_t from_us = attempt->begun ? recorder->end_us : attempt->started_us;
    g_autofree char *what = g_strconcat(attempt->reason, " ", attempt->detail, NULL);
    bool told = g_strcmp0(what, recorder->said) == 0;
    if (recorder->records && (!told || attempt->begun)) // what began has closed the gap
        cap_store_gap_open(recorder->store, recorder->stream_id, from_us, attempt->reason,
                           attempt->detail);
    if (told)
        return;
    mj_log_warning(&recorder->log, "%s; trying again", attempt->detail);
    IdxState state = {.state = (char *)attempt->reason,
                      .since_us = mj_clock_utc_us(mj_clock_system()),
                      .detail = attempt->detail};
    tell_state(recorder, &state);
    g_free(recorder->said);
    recorder->said = g_steal_pointer(&what);
}

static void fail(Attempt *attempt, const char *reason, const char *detail)
{
    attempt->reason = reason;
    attempt->detail = g_strdup(detail);
}

static void tell_live(CapRecorder *recorder, Attempt *attempt)
{
    if (attempt->begun)
        return;
    attempt->begun = true;
    if (g_strcmp0(recorder->said, CAP_STATE_LIVE) == 0)
        return;
    mj_log_info(&recorder->log, "live");
    g_free(recorder->said);
    recorder->said = g_strdup(CAP_STATE_LIVE);
}

/* False: could not be written. */
static bool keep(CapRecorder *recorder, CapRecording *recording, CapPacket *packet, GError **error)
{
    bool key = packet->key;
    if (!cap_recording_packet(recording, packet, error))
        return false;
    int64_t bytes, pictures;
    cap_recording_count(recording, &bytes, &pictures);
    if (key && pictures > 0)
        tell_recording(recorder, recording);
    cap_live_recorded(recorder->live, bytes, pictures);
    return true;
}

static void begin_recording(const CapRecorder *recorder, Run *run)
{
    CapRecordingConfig config = {
        .store = recorder->store,
        .log = &recorder->log,
        .home = recorder->home,
        .camera = recorder->camera,
        .stream = recorder->name,
        .stream_id = recorder->stream_id,
        .audio = recorder->audio,
        .segment_us = recorder->segment_us,
        .not_before_us = recorder->end_us,
        .foreign = g_str_has_prefix(recorder->url, IDX_URL_LEG),
    };
    run->recording = cap_recording_new(&config, run->kind->audio(run->source));
}

static void end_recording(CapRecorder *recorder, Run *run, Attempt *attempt)
{
    if (!run->recording)
        return;
    attempt->whole = cap_recording_end(run->recording);
    attempt->begun = cap_recording_has_begun(run->recording);
    recorder->end_us = cap_recording_end_us(run->recording);
    g_clear_pointer(&run->recording, cap_recording_free);
}

/* No disk takes it, for which the camera is not to blame: it stays connected, and who watches sees
 * nothing of it. */
static void set_aside(CapRecorder *recorder, Run *run, Attempt *attempt)
{
    end_recording(recorder, run, attempt);
    tell_failure(recorder, attempt);
    cap_live_not_recorded(recorder->live, attempt->reason, attempt->detail);
    g_free(attempt->detail);
    *attempt = (Attempt){.started_us = mj_clock_utc_us(mj_clock_system())};
    recorder->tries = 0;
    run->again_us = g_get_monotonic_time() + CAP_RETRY_US;
}

/* False: could not be kept, and that is no matter of disks. */
static bool take(CapRecorder *recorder, Run *run, CapPacket *packet, Attempt *attempt)
{
    if (!run->recording) {
        attempt->started_us = packet->arrival_us; // until here it is the disk's gap
        bool key = packet->kind == CAP_VIDEO && packet->key && packet->params;
        if (!key || g_get_monotonic_time() < run->again_us)
            return true;
        begin_recording(recorder, run);
    }
    g_autoptr(GError) error = NULL;
    if (keep(recorder, run->recording, packet, &error))
        return true;
    fail(attempt, cap_segment_writer_reason(error), error->message);
    if (!g_str_equal(attempt->reason, IDX_REASON_DISK))
        return false;
    set_aside(recorder, run, attempt);
    return true;
}

/* Goes on until something ends it. */
static void read_source(CapRecorder *recorder, Run *run, Attempt *attempt)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_auto(CapPacket) packet = {0};
        CapRead got = run->kind->read(run->source, &packet, &error);
        if (got == CAP_READ_END) {
            fail(attempt, IDX_REASON_ENDED, "the camera ended the stream");
            return;
        }
        if (got == CAP_READ_FAILED) {
            fail(attempt, idx_gap_reason(error), error->message);
            return;
        }
        cap_live_packet(recorder->live, &packet);
        if (run->kind->packets_lost)
            cap_live_packets_lost(recorder->live, run->kind->packets_lost(run->source));
        if (!recorder->records && packet.key && packet.params)
            tell_live(recorder, attempt);
        if (recorder->records && !take(recorder, run, &packet, attempt))
            return;
    }
}

static void run_once(CapRecorder *recorder, Attempt *attempt)
{
    g_autoptr(GError) error = NULL;
    const CapSourceKind *kind = cap_source_kind(recorder->url, &error);
    CapSource *source = kind ? kind->open(recorder->url, recorder->cancel, &error) : NULL;
    if (!source) {
        fail(attempt, idx_gap_reason(error), error->message);
        return;
    }
    int64_t began_us = g_get_monotonic_time();
    cap_live_begin(recorder->live, kind->audio(source));
    Run run = {.kind = kind, .source = source};
    if (recorder->records)
        begin_recording(recorder, &run);
    read_source(recorder, &run, attempt);
    end_recording(recorder, &run, attempt);
    attempt->lasted_us = g_get_monotonic_time() - began_us;
    kind->close(source);
}

static bool is_away(const char *reason)
{
    return g_str_equal(reason, IDX_REASON_OFFLINE) || g_str_equal(reason, IDX_REASON_STALLED);
}

/* Between two parties of a meeting, or a party and its return: the source itself waits for them. */
static bool is_between_parties(const CapRecorder *recorder, const char *reason)
{
    return g_str_has_prefix(recorder->url, IDX_URL_LEG) &&
           (is_away(reason) || g_str_equal(reason, IDX_REASON_ENDED));
}

int64_t cap_recorder_wait_us(const char *reason, int tries, double random)
{
    bool wrong = !is_away(reason) && !g_str_equal(reason, IDX_REASON_ENDED) &&
                 !g_str_equal(reason, IDX_REASON_DISK) &&
                 !g_str_equal(reason, IDX_REASON_CAPTURE_DOWN);
    int doublings = wrong ? CLAMP(tries - CAP_RETRY_PATIENT, 0, 10) : 0;
    int64_t wait_us = MIN(CAP_RETRY_US << doublings, CAP_RETRY_MAX_US);
    if (g_str_equal(reason, IDX_REASON_UNAUTHORIZED))
        wait_us = CAP_RETRY_DENIED_US * 5 / 4;
    return (int64_t)((double)wait_us * (0.8 + 0.4 * random));
}

static void wait_until(CapRecorder *recorder, int64_t until_us)
{
    g_mutex_lock(&recorder->lock);
    while (!stopped(recorder) && g_cond_wait_until(&recorder->wake, &recorder->lock, until_us))
        ;
    g_mutex_unlock(&recorder->lock);
}

/* False with @attempt filled if nobody takes a connection. */
static bool somebody_there(CapRecorder *recorder, Attempt *attempt)
{
    g_autoptr(GError) error = NULL;
    if (!recorder->address || cap_knock(recorder->address, CAP_KNOCK_S, recorder->cancel, &error))
        return true;
    fail(attempt, idx_gap_reason(error), error->message);
    return false;
}

/* True if the camera is not there any more, or answers as it has not since it was last well: one that
 * changes between wrong answers is not tried the more often for it. @first: only to know. */
static bool has_changed(CapRecorder *recorder, bool first)
{
    Attempt attempt = {0};
    recorder->away = !somebody_there(recorder, &attempt);
    g_free(attempt.detail);
    if (recorder->away || !recorder->address || g_str_has_prefix(recorder->address, "rtsps:"))
        return recorder->away;
    char *told = cap_knock_look(recorder->address, recorder->cancel);
    if (!told || g_hash_table_size(recorder->told) >= TOLD_MAX) {
        g_free(told);
        return false;
    }
    return g_hash_table_add(recorder->told, told) && !first;
}

/* A long wait ends when the camera has gone, since it will come back, or answers in another way. That
 * makes no wrong password right. */
static void wait_to_retry(CapRecorder *recorder, const char *reason, int64_t until_us)
{
    bool looks = !is_away(reason) && !g_str_equal(reason, IDX_REASON_UNAUTHORIZED);
    bool first = g_hash_table_size(recorder->told) == 0;
    while (!stopped(recorder) && g_get_monotonic_time() < until_us) {
        int64_t look_us = g_get_monotonic_time() + CAP_LOOK_EVERY_US;
        if (looks && until_us > look_us && has_changed(recorder, first))
            return;
        first = false;
        wait_until(recorder, MIN(until_us, look_us));
    }
}

static void try_once(CapRecorder *recorder)
{
    Attempt attempt = {.started_us = mj_clock_utc_us(mj_clock_system())};
    int64_t began_us = g_get_monotonic_time();
    bool knocked = recorder->away && !somebody_there(recorder, &attempt);
    if (!knocked)
        run_once(recorder, &attempt);
    recorder->recorded = attempt.begun && attempt.whole && stopped(recorder);
    if (!stopped(recorder)) {
        cap_live_end(recorder->live, attempt.reason, attempt.detail);
        tell_failure(recorder, &attempt);
        bool steady = attempt.begun && attempt.lasted_us >= CAP_RETRY_STEADY_US;
        recorder->away = is_away(attempt.reason);
        recorder->tries = steady || recorder->away ? 1 : recorder->tries + 1;
        if (steady || recorder->away)
            g_hash_table_remove_all(recorder->told);
        int64_t wait_us = cap_recorder_wait_us(attempt.reason, recorder->tries, g_random_double());
        if (is_between_parties(recorder, attempt.reason))
            wait_us = CAP_RETRY_LEG_US;
        int64_t from_us = knocked ? began_us : g_get_monotonic_time();
        wait_to_retry(recorder, attempt.reason, from_us + wait_us);
    }
    g_free(attempt.detail);
}

static void *run(void *data)
{
    CapRecorder *recorder = data;
    IdxState starting = {.state = (char *)IDX_STATE_STARTING,
                         .since_us = mj_clock_utc_us(mj_clock_system())};
    tell_state(recorder, &starting);
    while (!stopped(recorder))
        try_once(recorder);
    cap_live_end(recorder->live, IDX_STATE_STARTING, NULL); // until the next recorder, if any
    g_atomic_int_set(&recorder->done, 1);
    return NULL;
}

static bool start_thread(CapRecorder *recorder, GError **error)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int failed = pthread_create(&recorder->thread, &attributes, run, recorder);
    pthread_attr_destroy(&attributes);
    if (failed != 0)
        return mj_error_set(error, MJ_ERROR_BUSY,
                            "the system gives no thread for recording it: %s; is the limit of "
                            "tasks (systemctl show mingjing-capture -p TasksMax) too low?",
                            g_strerror(failed));
    recorder->has_thread = true;
    char name[16];
    g_strlcpy(name, recorder->tag, sizeof name);
    pthread_setname_np(recorder->thread, name);
    return true;
}

static char *address_of(const char *url)
{
    if (!cap_knock_can(url))
        return NULL;
    char *address = NULL;
    g_autofree char *credentials = NULL;
    mj_url_split(url, &address, &credentials);
    address[strcspn(address, "#")] = '\0';
    if (credentials)
        explicit_bzero(credentials, strlen(credentials));
    return address;
}

CapRecorder *cap_recorder_new(CapStore *store, const CapRecorderConfig *config, GError **error)
{
    CapRecorder *recorder = g_new0(CapRecorder, 1);
    const IdxStream *stream = config->stream;
    recorder->store = store;
    recorder->home = g_strdup(config->home);
    recorder->camera = g_strdup(stream->camera);
    recorder->name = g_strdup(stream->name);
    recorder->audio = g_strdup(stream->audio);
    recorder->url = g_strdup(config->url);
    recorder->address = address_of(config->url);
    recorder->records = stream->record;
    recorder->live = config->live;
    recorder->stream_id = stream->id;
    recorder->segment_us = config->segment_us;
    recorder->tag = g_strdup_printf("%s/%s", stream->camera, stream->name);
    recorder->log.tag = recorder->tag;
    recorder->end_us = config->last_end_us;
    recorder->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    recorder->cancel = g_cancellable_new();
    g_mutex_init(&recorder->lock);
    g_cond_init(&recorder->wake);
    if (start_thread(recorder, error))
        return recorder;
    cap_recorder_free(recorder);
    return NULL;
}

void cap_recorder_stop(CapRecorder *recorder)
{
    g_mutex_lock(&recorder->lock);
    g_cancellable_cancel(recorder->cancel);
    g_cond_signal(&recorder->wake);
    g_mutex_unlock(&recorder->lock);
}

bool cap_recorder_done(CapRecorder *recorder)
{
    return g_atomic_int_get(&recorder->done);
}

int64_t cap_recorder_end_us(const CapRecorder *recorder)
{
    return recorder->end_us;
}

bool cap_recorder_recorded(const CapRecorder *recorder)
{
    return recorder->recorded;
}

void cap_recorder_free(CapRecorder *recorder)
{
    if (!recorder)
        return;
    cap_recorder_stop(recorder);
    if (recorder->has_thread)
        pthread_join(recorder->thread, NULL);
    if (recorder->url)
        explicit_bzero(recorder->url, strlen(recorder->url));
    g_free(recorder->url);
    g_free(recorder->address);
    g_free(recorder->home);
    g_free(recorder->tag);
    g_free(recorder->camera);
    g_free(recorder->name);
    g_free(recorder->audio);
    g_free(recorder->said);
    g_hash_table_unref(recorder->told);
    g_object_unref(recorder->cancel);
    g_mutex_clear(&recorder->lock);
    g_cond_clear(&recorder->wake);
    g_free(recorder);
}
