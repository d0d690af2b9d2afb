// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/alarm/find.h"

#include "index/base/clock.h"
#include "index/db.h"
#include "index/retention/forecast.h"
#include "index/segment/volume.h"
#include "index/state.h"

#include <string.h>

#define SOON_US (2 * MJ_DAY_US) // then a volume that will be short is red

/* Those that should be recorded. That nobody sits in a leg of a meeting is no alarm, that it cannot be kept is. */
static const char SQL_STREAMS[] =
    "SELECT s.id, c.code, s.name, st.state, coalesce(st.since_us, 0), st.detail, c.name FROM "
    "camera c"
    " JOIN stream s ON s.camera_id = c.id LEFT JOIN stream_state st ON st.stream_id = s.id"
    " WHERE s.record AND c.removed_us IS NULL AND s.url <> '' AND (s.url NOT LIKE 'webrtc:%' OR "
    "st.state"
    " IN ('disk', 'refused', 'unsupported')) ORDER BY c.code, s.name";

static void condition_clear(void *data)
{
    IdxCondition *c = data;
    g_free(c->object);
    g_free(c->detail);
    g_free(c->camera);
}

GArray *idx_conditions_new(void)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(IdxCondition));
    g_array_set_clear_func(list, condition_clear);
    return list;
}

// ── cameras and recorders ──

/* The codes of state.h that are an alarm, as static strings; NULL: all is well, or not to be known yet. */
static const char *bad_state(const char *state)
{
    static const char *const BAD[] = {
        IDX_STATE_OFFLINE,     IDX_STATE_UNAUTHORIZED, IDX_STATE_REFUSED,
        IDX_STATE_UNSUPPORTED, IDX_STATE_STALLED,      IDX_STATE_ENDED,
        IDX_STATE_DISK,        IDX_STATE_CAPTURE_DOWN, IDX_STATE_STARTING,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++)
        if (strcmp(state, BAD[i]) == 0)
            return BAD[i];
    return NULL;
}

/* Columns of SQL_STREAMS. */
static void add_stream(IdxQuery *q, bool alive, GArray *list)
{
    const char *state = idx_db_is_null(q, 3) ? IDX_STATE_STARTING : idx_db_text(q, 3);
    const char *code = bad_state(alive ? state : IDX_STATE_CAPTURE_DOWN);
    const char *detail = idx_db_text(q, 5);
    if (!code)
        return;
    bool starting = strcmp(code, IDX_STATE_STARTING) == 0;
    IdxCondition c = {.kind = IDX_ALARM_CAMERA,
                      .object = g_strdup_printf("%s/%s", idx_db_text(q, 1), idx_db_text(q, 2)),
                      .severity = IDX_ALARM_RED,
                      .code = code,
                      .camera = g_strdup(idx_db_text(q, 1)),
                      .detail = g_strdup_printf("%s (%s) is not recorded: %s%s%s",
                                                idx_db_text(q, 6), idx_db_text(q, 2), code,
                                                detail ? ": " : "", detail ? detail : ""),
                      .since_us = idx_db_int(q, 4),
                      .after_us = alive && starting ? IDX_ALARM_STARTING_US : 0,
                      .unknown = !alive || starting};
    g_array_append_val(list, c);
}

static bool is_alive(const IdxRecorder *r, int64_t now_us)
{
    return !r->stopped_us && now_us - r->heartbeat_us <= IDX_HEARTBEAT_LATE_US;
}

/* Rows of shards that there are no longer stay behind: the newest sign says how many there are. */
static int shards_of(const GPtrArray *recorders)
{
    const IdxRecorder *newest = NULL;
    for (guint i = 0; i < recorders->len; i++) {
        const IdxRecorder *r = recorders->pdata[i];
        if (!newest || r->heartbeat_us > newest->heartbeat_us)
            newest = r;
    }
    return newest ? newest->shards : 1;
}

static const IdxRecorder *recorder_of(const GPtrArray *recorders, int shard, int shards)
{
    for (guint i = 0; i < recorders->len; i++) {
        const IdxRecorder *r = recorders->pdata[i];
        if (r->shard == shard && r->shards == shards)
            return r;
    }
    return NULL;
}

static void add_recorder(const IdxRecorder *r, int shard, int shards, int64_t now_us, GArray *list)
{
    if (r && is_alive(r, now_us))
        return;
    bool stopped = r && r->stopped_us;
    IdxCondition c = {
        .kind = IDX_ALARM_RECORDER,
        .object = g_strdup_printf("%d", shard),
        .severity = IDX_ALARM_RED,
        .code = !r        ? "never"
                : stopped ? "stopped"
                          : "dead",
        .detail = g_strdup_printf("recorder %d of %d %s: nothing of its cameras is recorded; start "
                                  "it: systemctl start mingjing-capture",
                                  shard, shards,
                                  !r        ? "never ran"
                                  : stopped ? "was stopped"
                                            : "gives no sign of life"),
        .since_us = !r        ? 0
                    : stopped ? r->stopped_us
                              : r->heartbeat_us};
    g_array_append_val(list, c);
}

/* @wanted: whether anything is to be recorded at all. */
static void add_recorders(const GPtrArray *recorders, bool wanted, int64_t now_us, GArray *list)
{
    int shards = shards_of(recorders);
    for (int shard = 1; wanted && shard <= shards; shard++)
        add_recorder(recorder_of(recorders, shard, shards), shard, shards, now_us, list);
}

/* As idx_recorder_life() has it, for hundreds of streams at once. */
static bool has_life(const GPtrArray *recorders, int64_t stream_id, int64_t now_us)
{
    for (guint i = 0; i < recorders->len; i++) {
        const IdxRecorder *r = recorders->pdata[i];
        if (idx_shard_has(r->shard, r->shards, stream_id) && is_alive(r, now_us))
            return true;
    }
    return false;
}

static bool add_cameras(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    bool wanted = false;
    g_autoptr(GPtrArray) recorders = idx_recorder_list(cat, error);
    g_autoptr(IdxQuery) q = recorders ? idx_db_query(cat, SQL_STREAMS, error, "") : NULL;
    int row = q ? 0 : -1;
    while (q && (row = idx_db_step(cat, q, error)) > 0) {
        wanted = true;
        add_stream(q, has_life(recorders, idx_db_int(q, 0), now_us), list);
    }
    if (row == 0)
        add_recorders(recorders, wanted, now_us, list);
    return row == 0;
}

// ── volumes ──

/* What of a volume's state is an alarm, as a static string. */
static const char *bad_volume(const char *state)
{
    static const char *const BAD[] = {IDX_VOLUME_FULL, IDX_VOLUME_READ_ONLY, IDX_VOLUME_FAILING,
                                      IDX_VOLUME_STALLED, IDX_VOLUME_MISSING};
    for (size_t i = 0; i < G_N_ELEMENTS(BAD); i++)
        if (strcmp(state, BAD[i]) == 0)
            return BAD[i];
    return NULL;
}

static const char *advice(const char *state)
{
    static const struct {
        const char *state, *words;
    } WORDS[] = {
        {IDX_VOLUME_FULL, "let footage go or add a disk: mingjing retention report"},
        {IDX_VOLUME_READ_ONLY, "its file system has errors: look at it with dmesg and fsck"},
        {IDX_VOLUME_FAILING, "writing to it fails: look at the disk with dmesg and smartctl"},
        {IDX_VOLUME_STALLED, "writing to it hangs: look at the disk, its cable or its network"},
        {IDX_VOLUME_MISSING, "it is not mounted, or another disk is there: mount it"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
        if (strcmp(WORDS[i].state, state) == 0)
            return WORDS[i].words;
    return "";
}

static void add_volume(const IdxVolume *volume, bool others, GArray *list)
{
    const char *code = bad_volume(volume->state);
    if (!code)
        return;
    bool full = strcmp(code, IDX_VOLUME_FULL) == 0;
    IdxCondition c = {.kind = IDX_ALARM_VOLUME,
                      .object = g_strdup(volume->path),
                      .severity = full && others ? IDX_ALARM_YELLOW : IDX_ALARM_RED,
                      .code = code,
                      .detail = g_strdup_printf("volume %s is %s%s%s; %s", volume->path, code,
                                                volume->detail ? ": " : "",
                                                volume->detail ? volume->detail : "", advice(code)),
                      .since_us = volume->since_us};
    g_array_append_val(list, c);
}

static void add_outlook(IdxCatalogue *cat, const IdxVolume *volume, const IdxOutlook *outlook,
                        int64_t now_us, GArray *list)
{
    if (!outlook || !idx_outlook_warns(outlook, now_us))
        return;
    bool held = strcmp(outlook->cause, IDX_OUTLOOK_HELD) == 0;
    g_autofree char *day = mj_day_format(
        mj_time_local_day(MAX(outlook->short_us, now_us), idx_catalogue_timezone(cat)));
    IdxCondition c = {
        .kind = IDX_ALARM_ROOM,
        .object = g_strdup(volume->path),
        .severity = outlook->short_us - now_us < SOON_US ? IDX_ALARM_RED : IDX_ALARM_YELLOW,
        .code = held ? IDX_OUTLOOK_HELD : IDX_OUTLOOK_MINIMUM,
        .detail = g_strdup_printf(
            "volume %s has no room from %s on, and nothing in it may go: %s", volume->path, day,
            held ? "release holds that are over, or add a disk"
                 : "its disk is too small for the minimum that the rules promise; add one")};
    g_array_append_val(list, c);
}

static bool add_volumes(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    g_autoptr(GPtrArray) volumes = idx_volume_list(cat, error);
    g_autoptr(GArray) outlooks = volumes ? idx_outlook_list(cat, error) : NULL;
    int ready = 0;
    for (guint i = 0; outlooks && i < volumes->len; i++) {
        const IdxVolume *v = volumes->pdata[i];
        ready += !v->removed_us && strcmp(v->state, IDX_VOLUME_READY) == 0;
    }
    for (guint i = 0; outlooks && i < volumes->len; i++) {
        const IdxVolume *v = volumes->pdata[i];
        if (v->removed_us)
            continue;
        add_volume(v, ready > 0, list);
        add_outlook(cat, v, idx_outlook_in(outlooks, v->id), now_us, list);
    }
    return outlooks != NULL;
}

bool idx_conditions_now(IdxCatalogue *cat, int64_t now_us, GArray *list, GError **error)
{
    return add_cameras(cat, now_us, list, error) && add_volumes(cat, now_us, list, error) &&
           idx_conditions_promises(cat, now_us, list, error);
}
