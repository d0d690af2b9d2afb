// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/state.h"

#include "index/db.h"

static const char SQL_SET[] =
    "INSERT INTO stream_state (stream_id, state, since_us, detail, video, audio, width, height)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (stream_id) DO UPDATE SET"
    " since_us = CASE WHEN state = ?2 AND detail IS ?4 THEN since_us ELSE ?3 END,"
    " state = ?2, detail = ?4, video = ?5, audio = ?6, width = ?7, height = ?8";
static const char SQL_GET[] =
    "SELECT st.state, st.since_us, st.detail, st.video, st.audio, st.width, st.height,"
    " s.record AND c.removed_us IS NULL, s.name = 'main' AND s.url = '' AND c.removed_us IS NULL"
    " FROM stream s JOIN camera c ON c.id = s.camera_id"
    " LEFT JOIN stream_state st ON st.stream_id = s.id WHERE s.id = ?";
static const char SQL_BEAT[] =
    "INSERT INTO recorder (shard, shards, pid, started_us, heartbeat_us, stopped_us)"
    " VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, 0)) ON CONFLICT (shard) DO UPDATE SET shards = ?2,"
    " pid = ?3, started_us = ?4, heartbeat_us = ?5, stopped_us = nullif(?6, 0)";
static const char SQL_RECORDERS[] = "SELECT shard, shards, pid, started_us, heartbeat_us,"
                                    " coalesce(stopped_us, 0) FROM recorder ORDER BY shard";

void idx_state_free(IdxState *state)
{
    if (!state)
        return;
    g_free(state->state);
    g_free(state->detail);
    g_free(state->video);
    g_free(state->audio);
    g_free(state);
}

bool idx_state_set(IdxCatalogue *cat, int64_t stream_id, const IdxState *state, GError **error)
{
    return idx_db_run(cat, SQL_SET, error, "ititttii", stream_id, state->state, state->since_us,
                      state->detail, state->video, state->audio, (int64_t)state->width,
                      (int64_t)state->height);
}

static void set_words(IdxState *state, const char *name, int64_t since_us, const char *detail)
{
    g_free(state->state);
    g_free(state->detail);
    state->state = g_strdup(name);
    state->detail = g_strdup(detail);
    state->since_us = since_us;
}

bool idx_shard_has(int shard, int shards, int64_t stream_id)
{
    uint64_t mixed = (uint64_t)stream_id * UINT64_C(0x9E3779B97F4A7C15); // ids are near each other
    return (int)((mixed >> 32) % (uint64_t)shards) == shard - 1;
}

static void add_life(IdxLife *life, const IdxRecorder *r, int64_t now_us)
{
    bool alive = !r->stopped_us && now_us - r->heartbeat_us <= IDX_HEARTBEAT_LATE_US;
    life->last_us = MAX(life->last_us, r->heartbeat_us);
    if (alive)
        life->started_us = life->alive ? MIN(life->started_us, r->started_us) : r->started_us;
    life->alive |= alive;
}

bool idx_recorder_life(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, IdxLife *ret_life,
                       GError **error)
{
    g_autoptr(GPtrArray) recorders = idx_recorder_list(cat, error);
    if (!recorders)
        return false;
    IdxLife life = {0};
    for (guint i = 0; i < recorders->len; i++) {
        const IdxRecorder *r = recorders->pdata[i];
        if (!stream_id || idx_shard_has(r->shard, r->shards, stream_id))
            add_life(&life, r, now_us);
    }
    *ret_life = life;
    return true;
}

static IdxState *read_state(IdxQuery *q)
{
    IdxState *state = g_new0(IdxState, 1);
    state->state = g_strdup(idx_db_is_null(q, 0) ? IDX_STATE_STARTING : idx_db_text(q, 0));
    state->since_us = idx_db_int(q, 1);
    state->detail = g_strdup(idx_db_text(q, 2));
    state->video = g_strdup(idx_db_text(q, 3));
    state->audio = g_strdup(idx_db_text(q, 4));
    state->width = (int)idx_db_int(q, 5);
    state->height = (int)idx_db_int(q, 6);
    return state;
}

IdxState *idx_state_get(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_GET, error, "i", stream_id);
    int row = idx_db_step(cat, q, error);
    if (row < 0)
        return NULL;
    g_autoptr(IdxState) state = row ? read_state(q) : g_new0(IdxState, 1);
    bool wanted = row && idx_db_int(q, 7);
    bool unknown = row && idx_db_int(q, 8); // where it is: the catalogue was made anew
    IdxLife life = {0};
    if (!idx_recorder_life(cat, stream_id, now_us, &life, error))
        return NULL;
    if (!wanted)
        set_words(state, IDX_STATE_DISABLED, 0,
                  unknown ? "its address is not known; give it: mingjing camera set ID --url URL"
                          : NULL);
    else if (!life.alive)
        set_words(state, IDX_STATE_CAPTURE_DOWN, life.last_us,
                  "mingjing-capture is not running; start it: systemctl start mingjing-capture");
    return g_steal_pointer(&state);
}

bool idx_recorder_beat(IdxCatalogue *cat, const IdxRecorder *recorder, GError **error)
{
    return idx_db_run(cat, SQL_BEAT, error, "iiiiii", (int64_t)recorder->shard,
                      (int64_t)recorder->shards, recorder->pid, recorder->started_us,
                      recorder->heartbeat_us, recorder->stopped_us);
}

GPtrArray *idx_recorder_list(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RECORDERS, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxRecorder *r = g_new0(IdxRecorder, 1);
        r->shard = (int)idx_db_int(q, 0);
        r->shards = (int)idx_db_int(q, 1);
        r->pid = idx_db_int(q, 2);
        r->started_us = idx_db_int(q, 3);
        r->heartbeat_us = idx_db_int(q, 4);
        r->stopped_us = idx_db_int(q, 5);
        g_ptr_array_add(list, r);
    }
    return row == 0 ? g_steal_pointer(&list) : NULL;
}
