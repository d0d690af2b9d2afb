// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/clip/clip_own.h"
#include "index/clip/movie.h"

static void source_clear(void *data)
{
    ClipSource *source = data;
    g_free(source->path);
    g_free(source->name);
}

void idx_clip_free(IdxClip *clip)
{
    if (!clip)
        return;
    g_free(clip->camera);
    g_free(clip->stream);
    g_free(clip->name);
    g_clear_pointer(&clip->timeline, idx_timeline_free);
    g_clear_pointer(&clip->sources, g_array_unref);
    for (size_t i = 0; i < clip->n_tables; i++)
        clip_table_clear(&clip->tables[i]);
    g_clear_pointer(&clip->ranges, g_array_unref);
    g_clear_pointer(&clip->head, g_byte_array_unref);
    g_free(clip);
}

static char *comment_of(const IdxClip *clip, IdxCatalogue *cat)
{
    GTimeZone *zone = idx_catalogue_timezone(cat);
    g_autofree char *from = mj_time_format(clip->facts.from_us, zone);
    g_autofree char *to = mj_time_format(clip->facts.to_us, zone);
    return g_strdup_printf("%s/%s %s - %s (%s, Mingjing)", clip->camera, clip->stream, from, to,
                           idx_catalogue_hall_code(cat));
}

static char *name_of(const IdxClip *clip, IdxCatalogue *cat)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(clip->facts.from_us / MJ_SECOND_US);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, idx_catalogue_timezone(cat));
    g_autofree char *when = g_date_time_format(local, "%Y%m%d-%H%M%S");
    return g_strdup_printf("%s_%s_%s.%s", clip->camera, clip->stream, when,
                           clip->facts.quicktime ? "mov" : "mp4");
}

static void finish(IdxClip *clip, IdxCatalogue *cat)
{
    g_autofree char *comment = comment_of(clip, cat);
    ClipMovie movie = {.tables = clip->tables,
                       .n_tables = clip->n_tables,
                       .ranges = clip->ranges,
                       .quicktime = clip->facts.quicktime,
                       .from_us = clip->facts.from_us,
                       .comment = comment};
    clip->head = clip_movie_head(&movie);
    const ClipRange *last = &g_array_index(clip->ranges, ClipRange, clip->ranges->len - 1);
    clip->facts.head_bytes = clip->head->len;
    clip->facts.bytes = clip->facts.head_bytes + last->at + last->bytes;
    clip->name = name_of(clip, cat);
}

/* A track that no sample of the stretch is of. */
static void drop_empty(IdxClip *clip)
{
    while (clip->n_tables > 0 && clip->tables[clip->n_tables - 1].count == 0)
        clip_table_clear(&clip->tables[--clip->n_tables]);
}

static IdxClip *clip_new(const IdxClipAsk *ask)
{
    IdxClip *clip = g_new0(IdxClip, 1);
    clip->camera = g_strdup(ask->camera);
    clip->stream = g_strdup(ask->stream);
    clip->asked_from_us = ask->from_us;
    clip->asked_to_us = ask->to_us;
    clip->sources = g_array_new(FALSE, FALSE, sizeof(ClipSource));
    g_array_set_clear_func(clip->sources, source_clear);
    clip->ranges = g_array_new(FALSE, FALSE, sizeof(ClipRange));
    return clip;
}

/* Where the first segment begins that is coded otherwise than the first of all; INT64_MAX: there is none. */
static int64_t turn_of(const IdxTimeline *t)
{
    const char *first = NULL;
    for (guint i = 0; i < t->segments->len; i++) {
        const IdxSegment *s = t->segments->pdata[i];
        if (first && s->video && strcmp(first, s->video) != 0)
            return s->start_us;
        first = first ? first : s->video;
    }
    return INT64_MAX;
}

/* As far as one coding goes. */
static bool load_timeline(IdxClip *clip, IdxCatalogue *cat, const IdxClipAsk *ask, GError **error)
{
    clip->timeline =
        idx_timeline_get(cat, ask->stream_id, ask->from_us, ask->to_us, ask->now_us, error);
    int64_t turn_us = clip->timeline ? turn_of(clip->timeline) : INT64_MAX;
    if (turn_us == INT64_MAX || turn_us <= ask->from_us)
        return clip->timeline != NULL;
    clip->facts.rest_us = clip->asked_to_us = turn_us;
    g_clear_pointer(&clip->timeline, idx_timeline_free);
    clip->timeline =
        idx_timeline_get(cat, ask->stream_id, ask->from_us, turn_us, ask->now_us, error);
    return clip->timeline != NULL;
}

IdxClip *idx_clip_open(IdxCatalogue *cat, const IdxClipAsk *ask, IdxClipProgress progress,
                       void *data, GError **error)
{
    if (ask->from_us >= ask->to_us || ask->to_us - ask->from_us > IDX_CLIP_MAX_US) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     "a clip ends behind its beginning, at most %d hours later",
                     (int)(IDX_CLIP_MAX_US / MJ_HOUR_US));
        return NULL;
    }
    g_autoptr(IdxClip) clip = clip_new(ask);
    if (!load_timeline(clip, cat, ask, error) || !clip_plan(clip, cat, progress, data, error))
        return NULL;
    drop_empty(clip);
    if (clip->facts.pictures == 0) {
        idx_timeline_refuse(cat, clip->timeline, clip->camera, clip->stream, error);
        return NULL;
    }
    finish(clip, cat);
    return g_steal_pointer(&clip);
}

IdxClipFacts idx_clip_facts(const IdxClip *clip)
{
    return clip->facts;
}

const IdxTimeline *idx_clip_timeline(const IdxClip *clip)
{
    return clip->timeline;
}

char *idx_clip_name(const IdxClip *clip)
{
    return g_strdup(clip->name);
}
