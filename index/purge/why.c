// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/error.h"
#include "index/camera.h"
#include "index/db.h"
#include "index/hold/trial.h"
#include "index/link/linking.h"
#include "index/listing.h"
#include "index/purge/purge_own.h"

static const char SQL_SEGMENTS[] =
    "SELECT start_us, end_us, volume_id, bytes, state = 'open', id FROM segment WHERE"
    " stream_id = ?1 AND start_us < ?3 AND end_us > ?2"
    " AND start_us >= coalesce((SELECT max(start_us) FROM segment WHERE stream_id = ?1"
    " AND start_us <= ?2), ?2) ORDER BY start_us LIMIT ?4";

typedef struct Why {
    IdxCatalogue *cat;
    const IdxPurgeAsk *ask;
    IdxRetention *retention;
    PurgeKept kept;
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
        IdxVerdict v = idx_retention_judge(w->retention, stream->id, g.start_us, g.end_us,
                                           idx_db_int(q, 4) != 0, ask->now_us);
        if (ask->told)
            ask->told(stream->name, &g, &v, ask->data);
        if (ask->kept)
            idx_purge_kept_add(&w->kept, &g, &v);
        w->told++;
    }
    return row == 0;
}

/* What a purge would look at before any footage. */
static bool look(Why *w, GError **error)
{
    g_auto(IdxPurgeSums) sums = {0};
    g_autoptr(GError) local = NULL;
    IdxPurge how = {.now_us = w->ask->now_us, .dry_run = true};
    Purge p = {.cat = w->cat, .how = &how, .sums = &sums, .retention = w->retention};
    if ((w->ask->after_pause || idx_purge_check_clock(w->cat, how.now_us, &local)) &&
        idx_purge_look(&p, &local))
        return true;
    if (!mj_error_is(local, MJ_ERROR_CONFLICT)) {
        g_propagate_error(error, g_steal_pointer(&local));
        return false;
    }
    if (w->ask->refused)
        w->ask->refused(local->message, w->ask->data);
    return true;
}

static bool tell_all(Why *w, const IdxCamera *camera, GError **error)
{
    idx_hold_trial_begin(w->cat);
    bool ok = look(w, error);
    for (guint i = 0; ok && i < camera->streams->len && !w->more; i++)
        ok = tell_stream(w, camera->streams->pdata[i], camera->id, error);
    idx_hold_trial_end(w->cat);
    return ok;
}

bool idx_purge_why(IdxCatalogue *cat, const IdxPurgeAsk *ask, int64_t *ret_told, bool *ret_more,
                   GError **error)
{
    g_autoptr(IdxCamera) camera = idx_camera_get(cat, ask->camera, error);
    g_autoptr(IdxRetention) retention = camera ? idx_retention_new(cat, error) : NULL;
    Why w = {.cat = cat, .ask = ask, .retention = retention};
    idx_purge_kept_begin(&w.kept);
    bool ok = retention && tell_all(&w, camera, error);
    IdxPurge how = {.kept = ask->kept, .data = ask->data};
    idx_purge_kept_end(&w.kept, &how, ok ? cat : NULL);
    *ret_told = w.told;
    *ret_more = w.more;
    return ok;
}

// ── as JSON ──

static json_t *time_json(IdxCatalogue *cat, int64_t us)
{
    return us == INT64_MAX ? json_null() : idx_listing_time(cat, us);
}

json_t *idx_purge_kept_json(IdxCatalogue *cat, const IdxKept *k)
{
    bool past = k->verdict == IDX_VERDICT_SPARE || k->verdict == IDX_VERDICT_DUE;
    int days = past ? k->rule->max_days : k->rule->min_days;
    g_autofree char *rule = g_strdup_printf("%s/%s", k->rule->kind, k->rule->purpose);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:o, s:o}", "camera", k->camera,
                     "stream", k->stream, "because", idx_verdict_name(k->verdict), "rule", rule,
                     "days", days ? json_integer(days) : json_null(), "segments",
                     (json_int_t)k->segments, "bytes", (json_int_t)k->bytes, "oldest",
                     idx_listing_time(cat, k->oldest_us), "first_until",
                     time_json(cat, k->first_us), "last_until", time_json(cat, k->last_us));
}

typedef struct Sums {
    IdxCatalogue *cat;
    json_t *list;
    char *refused;
} Sums;

static void note_refused(const char *words, void *data)
{
    Sums *sums = data;
    g_free(sums->refused);
    sums->refused = g_strdup(words);
}

static void add_sum(const IdxKept *kept, void *data)
{
    Sums *sums = data;
    json_array_append_new(sums->list, idx_purge_kept_json(sums->cat, kept));
}

json_t *idx_purge_why_json(IdxCatalogue *cat, const char *camera, int64_t now_us, GError **error)
{
    bool more = false, unlinked = false;
    int64_t count = 0;
    g_autoptr(json_t) list = json_array();
    Sums sums = {.cat = cat, .list = list};
    IdxPurgeAsk ask = {.camera = camera,
                       .from_us = INT64_MIN,
                       .to_us = INT64_MAX,
                       .limit = IDX_PURGE_WHY_MAX,
                       .now_us = now_us,
                       .kept = add_sum,
                       .refused = note_refused,
                       .data = &sums};
    bool ok = idx_purge_why(cat, &ask, &count, &more, error) &&
              idx_linking_pending(cat, &unlinked, error);
    g_autofree char *refused = sums.refused;
    return ok ? json_pack("{s:s, s:o, s:b, s:s?, s:I, s:b, s:O}", "camera", camera, "at",
                          idx_listing_time(cat, now_us), "complete", (int)!unlinked, "refused",
                          refused, "segments", (json_int_t)count, "more", (int)more, "reasons",
                          list)
              : NULL;
}
