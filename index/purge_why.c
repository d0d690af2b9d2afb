// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/camera.h"
#include "index/db.h"
#include "index/purge.h"

static const char SQL_SEGMENTS[] =
    "SELECT start_us, end_us, volume_id, bytes, state = 'open', id FROM segment WHERE"
    " stream_id = ?1 AND start_us < ?3 AND end_us > ?2"
    " AND start_us >= coalesce((SELECT max(start_us) FROM segment WHERE stream_id = ?1"
    " AND start_us <= ?2), ?2) ORDER BY start_us LIMIT ?4";

typedef struct Why {
    IdxCatalogue *cat;
    const IdxPurgeAsk *ask;
    IdxRetention *retention;
    int64_t told;
    bool more;
} Why;

static IdxSurveySegment read_segment(IdxQuery *q, const IdxStream *stream, int64_t camera_id)
{
    return (IdxSurveySegment){.id = idx_db_int(q, 5),
                              .stream_id = stream->id,
                              .camera_id = camera_id,
                              .volume_id = idx_db_int(q, 2),
                              .start_us = idx_db_int(q, 0),
                              .end_us = idx_db_int(q, 1),
                              .bytes = idx_db_int(q, 3)};
}

static bool tell_stream(Why *w, const IdxStream *stream, int64_t camera_id, GError **error)
{
    const IdxPurgeAsk *ask = w->ask;
    IdxAim aim = {camera_id, ask->from_us, ask->to_us, IDX_VERDICT_OPEN, ask->now_us};
    if (!idx_retention_aim(w->retention, &aim, error))
        return false;
    g_autoptr(IdxQuery) q = idx_db_query(w->cat, SQL_SEGMENTS, error, "iiii", stream->id,
                                         ask->from_us, ask->to_us, ask->limit - w->told + 1);
    int row = 0;
    while ((row = idx_db_step(w->cat, q, error)) > 0) {
        w->more = w->told == ask->limit;
        if (w->more)
            return true;
        IdxSurveySegment g = read_segment(q, stream, camera_id);
        IdxVerdict v = idx_retention_judge(w->retention, g.start_us, g.end_us,
                                           idx_db_int(q, 4) != 0, ask->now_us);
        ask->told(stream->name, &g, &v, ask->data);
        w->told++;
    }
    return row == 0;
}

bool idx_purge_why(IdxCatalogue *cat, const IdxPurgeAsk *ask, int64_t *ret_told, bool *ret_more,
                   GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, ask->camera, error);
    g_autoptr(IdxRetention) retention = camera ? idx_retention_new(cat, error) : NULL;
    Why w = {.cat = cat, .ask = ask, .retention = retention};
    for (guint i = 0; retention && i < camera->streams->len && !w.more; i++)
        if (!tell_stream(&w, camera->streams->pdata[i], camera->id, error))
            return false;
    *ret_told = w.told;
    *ret_more = w.more;
    return retention != NULL;
}
