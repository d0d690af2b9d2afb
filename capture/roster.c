// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/roster.h"

#include <string.h>

#include "capture/recorder.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/log.h"
#include "index/camera.h"
#include "index/segment/gap.h"

/* A stream whose last picture is this near to the end of the last recorder was recorded by it. */
#define CRASH_TAIL_US INT64_C(10000000)

typedef struct Entry {
    int64_t stream_id;
    char *url, *audio; // what the recorder was started with; url is a secret
    bool record;
    bool recorded;       // by the recorder before this one
    CapLive *all;        // where live is from
    CapLiveStream *live; // a reference
    CapRecorder *recorder;
    bool wanted;
    int64_t end_us;   // known once a recorder ended
    bool to_the_end;  // until then
    int tries;        // to start it, that failed in a row
    int64_t retry_us; // monotonic: when the next one is due; 0 = none is
    char *said;       // why it could not be started, so that it is told once
} Entry;

struct CapRoster {
    char *home;
    CapStore *store;
    CapLive *live;
    CapShard shard;
    IdxCatalogue *cat;
    int64_t generation;
    bool looked;   // the cameras could be read, once
    bool stopping; // entries that are still stopping: look again
    bool complained;
    int64_t began_us, down_us, segment_us;
    GHashTable *entries; // stream id (of the entry) → Entry *
    guint timer;
};

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void entry_free(void *data)
{
    Entry *entry = data;
    cap_recorder_free(entry->recorder);
    cap_live_remove(entry->all, entry->live);
    wipe(entry->url);
    g_free(entry->audio);
    g_free(entry->said);
    g_free(entry);
}

/* [from, to) was neither recorded nor explained; @to_us 0 = it goes on. Before this process there
 * was no recorder; since then the stream is being connected to. */
static void explain(CapRoster *roster, int64_t stream_id, int64_t from_us, int64_t to_us)
{
    static const char DOWN[] = "the recorder was not running", CONNECTING[] = "connecting";
    /* What a recorder that lived did not explain stays unexplained. */
    if (from_us < roster->down_us - CRASH_TAIL_US)
        from_us = roster->down_us;
    int64_t began_us = MAX(from_us, roster->began_us);
    if (to_us == 0) {
        if (from_us < began_us)
            cap_store_gap_open(roster->store, stream_id, from_us, IDX_REASON_CAPTURE_DOWN, DOWN);
        cap_store_gap_open(roster->store, stream_id, began_us, IDX_REASON_OFFLINE, CONNECTING);
        return;
    }
    cap_store_gap_add(roster->store, stream_id, from_us, MIN(began_us, to_us),
                      IDX_REASON_CAPTURE_DOWN, DOWN);
    cap_store_gap_add(roster->store, stream_id, began_us, to_us, IDX_REASON_OFFLINE, CONNECTING);
}

/* Says why there is nothing between the last picture, or the camera's creation, and the picture to
 * come, as far as gaps do not say it already. */
static bool note_past(CapRoster *roster, const IdxCamera *camera, int64_t stream_id, int64_t end_us,
                      GError **error)
{
    int64_t from_us = MAX(camera->created_us, end_us);
    g_autoptr(GPtrArray) gaps = idx_gap_range(roster->cat, stream_id, from_us, INT64_MAX, error);
    if (!gaps)
        return false;
    for (guint i = 0; i < gaps->len; i++) {
        const IdxGap *gap = g_ptr_array_index(gaps, i);
        if (gap->from_us > from_us)
            explain(roster, stream_id, from_us, gap->from_us);
        from_us = MAX(from_us, gap->to_us);
        if (gap->to_us == 0) // was open when its recorder died
            from_us = MAX(from_us, MAX(gap->from_us, roster->down_us));
    }
    explain(roster, stream_id, from_us, 0);
    return true;
}

/* Of a stream that is about to be recorded for the first time in this process, or again after it
 * was not to be. */
static bool look_back(CapRoster *roster, Entry *entry, const IdxCamera *camera, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(IdxSegment) last = idx_segment_last(roster->cat, entry->stream_id, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    entry->end_us = MAX(entry->end_us, last ? last->end_us : 0);
    /* A segment of a time to come says nothing of the past. */
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    g_autoptr(IdxSegment) before =
        idx_segment_before(roster->cat, entry->stream_id, now_us, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return false;
    }
    return note_past(roster, camera, entry->stream_id, before ? before->end_us : 0, error);
}

/* What there is to say before a first try, whether it succeeds or not. */
static bool prepare(CapRoster *roster, Entry *entry, const IdxCamera *camera,
                    const IdxStream *stream, GError **error)
{
    cap_live_stream_unref(entry->live);
    entry->all = roster->live;
    entry->live = cap_live_add(roster->live, stream);
    if (stream->record && !entry->recorded && !look_back(roster, entry, camera, error))
        return false;
    entry->record = entry->recorded = stream->record;
    return true;
}

static bool start(CapRoster *roster, Entry *entry, const IdxCamera *camera, const IdxStream *stream,
                  GError **error)
{
    if (!prepare(roster, entry, camera, stream, error))
        return false;
    CapRecorderConfig config = {.home = roster->home,
                                .stream = stream,
                                .live = entry->live,
                                .url = entry->url,
                                .segment_us = roster->segment_us,
                                .last_end_us = entry->end_us};
    entry->recorder = cap_recorder_new(roster->store, &config, error);
    return entry->recorder != NULL;
}

/* True if the recorder is gone, or was never there. */
static bool end_recorder(CapRoster *roster, Entry *entry)
{
    if (!entry->recorder)
        return true;
    if (!cap_recorder_done(entry->recorder)) {
        cap_recorder_stop(entry->recorder);
        roster->stopping = true;
        return false;
    }
    entry->end_us = cap_recorder_end_us(entry->recorder);
    entry->to_the_end = cap_recorder_recorded(entry->recorder);
    g_clear_pointer(&entry->recorder, cap_recorder_free);
    return true;
}

static Entry *find_entry(CapRoster *roster, int64_t stream_id)
{
    Entry *entry = g_hash_table_lookup(roster->entries, &stream_id);
    if (entry)
        return entry;
    entry = g_new0(Entry, 1);
    entry->stream_id = stream_id;
    g_hash_table_insert(roster->entries, &entry->stream_id, entry);
    return entry;
}

static void set_disabled(CapRoster *roster, int64_t stream_id)
{
    IdxState state = {.state = (char *)IDX_STATE_DISABLED,
                      .since_us = mj_clock_utc_us(mj_clock_system())};
    cap_store_state(roster->store, stream_id, &state);
}

/* The settings in force are those of @stream and @url, which is taken. */
static void change(CapRoster *roster, Entry *entry, const IdxStream *stream, char **url)
{
    if (entry->record && !stream->record) {
        set_disabled(roster, stream->id);
        cap_store_gap_open(roster->store, stream->id, mj_clock_utc_us(mj_clock_system()),
                           IDX_REASON_NOT_RECORDED, "the stream was set to be live only");
    }
    int64_t now_us = mj_clock_utc_us(mj_clock_system());
    if (entry->end_us > 0 && entry->url && entry->record && stream->record)
        cap_store_gap_open(roster->store, stream->id,
                           entry->to_the_end ? MIN(entry->end_us, now_us) : now_us,
                           IDX_REASON_OFFLINE, "the camera's settings were changed");
    wipe(entry->url);
    g_free(entry->audio);
    entry->url = g_steal_pointer(url);
    entry->audio = g_strdup(stream->audio);
    entry->record = stream->record;
}

static bool is_same(const Entry *entry, const IdxStream *stream, const char *url)
{
    return g_strcmp0(entry->url, url) == 0 && g_strcmp0(entry->audio, stream->audio) == 0 &&
           entry->record == stream->record;
}

static bool try_to_start(CapRoster *roster, Entry *entry, const IdxCamera *camera,
                         const IdxStream *stream, GError **error)
{
    char *url = idx_stream_url(roster->cat, stream->id, error);
    if (!url)
        return false;
    bool same = is_same(entry, stream, url);
    bool done = (same && entry->recorder) || !end_recorder(roster, entry);
    if (!done && !same)
        change(roster, entry, stream, &url);
    wipe(url);
    return done || start(roster, entry, camera, stream, error);
}

/* Says why nothing is recorded, once; what runs goes on with the settings it has. */
static void tell_failure(CapRoster *roster, Entry *entry, const IdxCamera *camera,
                         const IdxStream *stream, const GError *error)
{
    if (g_strcmp0(entry->said, error->message) == 0)
        return;
    mj_log_warning(NULL, "camera %s/%s: %s; trying again", camera->code, stream->name,
                   error->message);
    g_free(entry->said);
    entry->said = g_strdup(error->message);
    g_autoptr(GError) failed = NULL;
    if (entry->recorder || !prepare(roster, entry, camera, stream, &failed))
        return;
    bool busy = mj_error_is(error, MJ_ERROR_BUSY); // else there is no password to show it
    const char *reason = busy ? IDX_REASON_OFFLINE : IDX_REASON_UNAUTHORIZED;
    cap_live_end(entry->live, reason, error->message);
    if (!stream->record)
        return;
    IdxState state = {.state = (char *)reason,
                      .since_us = mj_clock_utc_us(mj_clock_system()),
                      .detail = error->message};
    cap_store_state(roster->store, stream->id, &state);
    cap_store_gap_open(roster->store, stream->id, state.since_us, reason, error->message);
}

static void want(CapRoster *roster, const IdxCamera *camera, const IdxStream *stream, bool changed)
{
    Entry *entry = find_entry(roster, stream->id);
    entry->wanted = true;
    if (!changed && entry->retry_us > g_get_monotonic_time())
        return;
    entry->retry_us = 0;
    g_autoptr(GError) error = NULL;
    if (try_to_start(roster, entry, camera, stream, &error)) {
        entry->tries = 0;
        g_clear_pointer(&entry->said, g_free);
        return;
    }
    tell_failure(roster, entry, camera, stream, error);
    entry->retry_us = g_get_monotonic_time() +
                      cap_recorder_wait_us(IDX_REASON_REFUSED, ++entry->tries, g_random_double());
}

static void disable(CapRoster *roster, int64_t stream_id)
{
    set_disabled(roster, stream_id);
    cap_store_gap_close(roster->store, stream_id, mj_clock_utc_us(mj_clock_system()));
}

static gboolean drop_unwanted(void *key, void *value, void *data)
{
    Entry *entry = value;
    CapRoster *roster = data;
    if (entry->wanted || !end_recorder(roster, entry))
        return FALSE;
    if (entry->record)
        disable(roster, entry->stream_id);
    return TRUE;
}

/* @changed: the cameras did, so what waits for its next try need not. */
static bool look(CapRoster *roster, bool changed, GError **error)
{
    g_autoptr(GPtrArray) cameras = idx_camera_list(roster->cat, false, error);
    if (!cameras)
        return false;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, roster->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((Entry *)value)->wanted = false;
    roster->stopping = false;
    for (guint i = 0; i < cameras->len; i++) {
        const IdxCamera *camera = g_ptr_array_index(cameras, i);
        for (guint j = 0; j < camera->streams->len; j++) {
            const IdxStream *stream = g_ptr_array_index(camera->streams, j);
            if (stream->url[0] && cap_shard_has(roster->shard, stream->id))
                want(roster, camera, stream, changed);
        }
    }
    g_hash_table_foreach_remove(roster->entries, drop_unwanted, roster);
    return true;
}

static bool retry_is_due(CapRoster *roster)
{
    int64_t now_us = g_get_monotonic_time();
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, roster->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        if (entry->retry_us != 0 && entry->retry_us <= now_us)
            return true;
    }
    return false;
}

static gboolean tick(void *data)
{
    CapRoster *roster = data;
    g_autoptr(GError) error = NULL;
    int64_t generation = 0;
    bool good = idx_camera_generation(roster->cat, &generation, &error);
    bool changed = generation != roster->generation || !roster->looked;
    if (good && (changed || roster->stopping || retry_is_due(roster))) {
        good = look(roster, changed, &error);
        if (good) {
            roster->generation = generation;
            roster->looked = true;
        }
    }
    if (!good && !roster->complained)
        mj_log_warning(NULL, "cannot read the cameras: %s; trying again", error->message);
    roster->complained = !good;
    return G_SOURCE_CONTINUE;
}

CapRoster *cap_roster_new(CapStore *store, const CapRosterConfig *config, GError **error)
{
    IdxCatalogue *cat = idx_catalogue_open(config->home, IDX_READ, error);
    if (!cat)
        return NULL;
    CapRoster *roster = g_new0(CapRoster, 1);
    roster->home = g_strdup(config->home);
    roster->store = store;
    roster->shard = config->shard;
    roster->live = config->live;
    roster->segment_us = config->segment_us;
    roster->cat = cat;
    roster->down_us = config->down_us;
    roster->began_us = mj_clock_utc_us(mj_clock_system());
    roster->entries = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, entry_free);
    tick(roster);
    roster->timer = g_timeout_add(CAP_ROSTER_TICK_MS, tick, roster);
    return roster;
}

void cap_roster_free(CapRoster *roster)
{
    if (!roster)
        return;
    if (roster->timer)
        g_source_remove(roster->timer);
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, roster->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Entry *entry = value;
        if (entry->recorder)
            cap_recorder_stop(entry->recorder); // all at once, then each is waited for
    }
    g_hash_table_unref(roster->entries);
    idx_catalogue_free(roster->cat);
    g_free(roster->home);
    g_free(roster);
}
