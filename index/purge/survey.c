// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/purge/survey_own.h"

#include "index/base/clock.h"
#include "index/db.h"

#include <stdlib.h>

#define AIM_US MJ_DAY_US // of links that are in memory at a time
#define HOME_US 200000   // between two times that the log is brought home meanwhile (db.h)

static const char SQL_STREAMS[] = "SELECT id, camera_id FROM stream ORDER BY camera_id, id";
static const char SQL_SEGMENTS[] =
    "SELECT id, start_us, end_us, volume_id, bytes FROM segment INDEXED BY segment_time"
    " WHERE stream_id = ?1 AND start_us < ?2 ORDER BY start_us";
static const char SQL_OPEN[] =
    "SELECT id FROM segment INDEXED BY segment_open WHERE state = 'open'";

typedef struct Survey {
    IdxCatalogue *cat;
    IdxRetention *retention;
    int64_t now_us;
    IdxVerdictKind level;
    void (*look)(const IdxSurveySegment *, const IdxVerdict *, void *);
    void *data;
    GHashTable *open; // ids
    GPtrArray *volumes;
    IdxSurveyVolume *last; // of volumes: the one that was met last
} Survey;

static void volume_free(void *data)
{
    IdxSurveyVolume *volume = data;
    g_array_unref(volume->hours);
    g_array_unref(volume->recent);
    g_free(volume);
}

IdxSurveyVolume *idx_survey_find(const GPtrArray *volumes, int64_t id)
{
    for (guint i = 0; i < volumes->len; i++)
        if (((IdxSurveyVolume *)volumes->pdata[i])->id == id)
            return volumes->pdata[i];
    return NULL;
}

int64_t idx_survey_used(const IdxSurveyVolume *volume)
{
    int64_t sum = 0;
    for (int i = 0; i < IDX_SURVEY_VERDICTS; i++)
        sum += volume->bytes[i];
    return sum;
}

int64_t idx_survey_day_bytes(const IdxSurveyVolume *volume, int64_t now_us)
{
    int64_t since_us = MAX(now_us - volume->recent_first_us, MJ_HOUR_US);
    return (int64_t)((double)volume->recent_bytes * (double)MJ_DAY_US / (double)since_us);
}

static IdxSurveyVolume *volume_of(Survey *s, int64_t id)
{
    if (s->last && s->last->id == id)
        return s->last;
    s->last = idx_survey_find(s->volumes, id);
    if (!s->last) {
        s->last = g_new0(IdxSurveyVolume, 1);
        s->last->id = id;
        s->last->hours = g_array_new(FALSE, TRUE, sizeof(IdxSurveyHour));
        s->last->recent = g_array_new(FALSE, TRUE, sizeof(IdxSurveyRecent));
        g_ptr_array_add(s->volumes, s->last);
    }
    return s->last;
}

/* Kept in order. */
static IdxSurveyHour *hour_of(IdxSurveyVolume *volume, int64_t start_us)
{
    IdxSurveyHour fresh = {.hour = start_us / MJ_HOUR_US};
    guint low = 0, high = volume->hours->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(volume->hours, IdxSurveyHour, middle).hour < fresh.hour)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == volume->hours->len ||
        g_array_index(volume->hours, IdxSurveyHour, low).hour != fresh.hour)
        g_array_insert_val(volume->hours, low, fresh);
    return &g_array_index(volume->hours, IdxSurveyHour, low);
}

/* Whole days from @now_us until @us, the begun one too; the last day stands for all behind it. */
static int days_until(int64_t us, int64_t now_us)
{
    if (us <= now_us)
        return 0;
    return (int)MIN((us - now_us + MJ_DAY_US - 1) / MJ_DAY_US, IDX_SURVEY_DAYS - 1);
}

/* Cameras come one after the other. */
static void note_recent(IdxSurveyVolume *volume, int64_t camera_id, int min_days, int64_t bytes)
{
    for (guint i = volume->recent->len; i > 0; i--) {
        IdxSurveyRecent *known = &g_array_index(volume->recent, IdxSurveyRecent, i - 1);
        if (known->camera_id != camera_id)
            break;
        if (known->min_days == min_days) {
            known->bytes += bytes;
            return;
        }
    }
    IdxSurveyRecent fresh = {camera_id, min_days, bytes};
    g_array_append_val(volume->recent, fresh);
}

static void note(Survey *s, const IdxSurveySegment *g, const IdxVerdict *v)
{
    IdxSurveyVolume *volume = volume_of(s, g->volume_id);
    volume->bytes[v->kind] += g->bytes;
    volume->segments[v->kind]++;
    hour_of(volume, g->start_us)->bytes[v->kind] += g->bytes;
    if (v->kind == IDX_VERDICT_BOUND || v->kind == IDX_VERDICT_OPEN)
        volume->ripe[days_until(v->min_us, s->now_us)] += g->bytes;
    if (v->kind == IDX_VERDICT_HELD)
        volume->held_ripe[days_until(v->min_us, s->now_us)] += g->bytes;
    if (g->start_us < s->now_us - IDX_SURVEY_RECENT_US)
        return;
    if (volume->recent_bytes == 0 || g->start_us < volume->recent_first_us)
        volume->recent_first_us = g->start_us;
    volume->recent_bytes += g->bytes;
    volume->recent_by_days[MIN(v->min_rule->min_days, IDX_SURVEY_DAYS - 1)] += g->bytes;
    note_recent(volume, g->camera_id, v->min_rule->min_days, g->bytes);
}

/* Links stay when their footage is gone, and are read only where there is some: a stretch of time from each segment
 * on that does not lie in the one before. */
static bool aim_at(Survey *s, IdxAim *aim, const IdxSurveySegment *g, GError **error)
{
    if (g->end_us <= aim->to_us)
        return true;
    aim->from_us = g->start_us;
    aim->to_us = MAX(g->end_us, g->start_us + AIM_US);
    return idx_retention_aim(s->retention, aim, error);
}

static bool survey_stream(Survey *s, int64_t stream_id, int64_t camera_id, GError **error)
{
    IdxAim aim = {camera_id, INT64_MIN, INT64_MIN, s->level, s->now_us};
    int64_t end_us = INT64_MAX;
    if (s->level == IDX_VERDICT_DUE &&
        !idx_retention_due_before(s->retention, camera_id, s->now_us, &end_us, error))
        return false;
    if (end_us == INT64_MIN)
        return true;
    g_autoptr(IdxQuery) q = idx_db_query(s->cat, SQL_SEGMENTS, error, "ii", stream_id, end_us);
    int row = 0;
    while ((row = idx_db_step(s->cat, q, error)) > 0) {
        IdxSurveySegment g = {.id = idx_db_int(q, 0),
                              .stream_id = stream_id,
                              .camera_id = camera_id,
                              .volume_id = idx_db_int(q, 3),
                              .start_us = idx_db_int(q, 1),
                              .end_us = idx_db_int(q, 2),
                              .bytes = idx_db_int(q, 4)};
        if (!aim_at(s, &aim, &g, error))
            return false;
        bool open = g_hash_table_contains(s->open, &g.id);
        IdxVerdict v =
            idx_retention_judge(s->retention, stream_id, g.start_us, g.end_us, open, s->now_us);
        note(s, &g, &v);
        if (s->look)
            s->look(&g, &v, s->data);
    }
    return row == 0;
}

static bool read_open(Survey *s, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(s->cat, SQL_OPEN, error, "");
    int row = 0;
    while ((row = idx_db_step(s->cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        g_hash_table_add(s->open, g_memdup2(&id, sizeof id));
    }
    return row == 0;
}

typedef struct StreamOf {
    int64_t id, camera_id;
} StreamOf;

static GArray *list_streams(IdxCatalogue *cat, GError **error)
{
    g_autoptr(GArray) streams = g_array_new(FALSE, FALSE, sizeof(StreamOf));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAMS, error, "");
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        StreamOf one = {idx_db_int(q, 0), idx_db_int(q, 1)};
        g_array_append_val(streams, one);
    }
    return row == 0 ? g_steal_pointer(&streams) : NULL;
}

static int by_id(gconstpointer a, gconstpointer b)
{
    const IdxSurveyVolume *x = *(IdxSurveyVolume *const *)a, *y = *(IdxSurveyVolume *const *)b;
    return x->id < y->id ? -1 : x->id > y->id;
}

GPtrArray *
idx_survey(IdxCatalogue *cat, IdxRetention *retention, int64_t now_us, IdxVerdictKind level,
           void (*look)(const IdxSurveySegment *segment, const IdxVerdict *verdict, void *data),
           void *data, GError **error)
{
    g_autoptr(GHashTable) open = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_autoptr(GPtrArray) volumes = g_ptr_array_new_with_free_func(volume_free);
    g_autoptr(GArray) streams = list_streams(cat, error);
    Survey s = {.cat = cat,
                .retention = retention,
                .now_us = now_us,
                .level = level,
                .look = look,
                .data = data,
                .open = open,
                .volumes = volumes};
    if (!streams || !idx_retention_refresh(retention, error) || !read_open(&s, error))
        return NULL;
    int64_t home_us = g_get_monotonic_time();
    for (guint i = 0; i < streams->len; i++) {
        const StreamOf *one = &g_array_index(streams, StreamOf, i);
        if (g_get_monotonic_time() - home_us > HOME_US) {
            idx_db_bring_home(cat);
            home_us = g_get_monotonic_time();
        }
        if (!survey_stream(&s, one->id, one->camera_id, error))
            return NULL;
    }
    if (level != IDX_VERDICT_DUE && !idx_survey_look_ahead(cat, volumes, now_us, error))
        return NULL;
    g_ptr_array_sort(volumes, by_id);
    return g_steal_pointer(&volumes);
}
