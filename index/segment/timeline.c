// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/timeline.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/purge/disposition.h"
#include "index/state.h"

#include <string.h>

#define LONGEST_US (31 * MJ_DAY_US)
#define FRESH_US (5 * MJ_SECOND_US) // an open segment this close behind now is being recorded

static const char SQL_STREAM[] =
    "SELECT c.code, s.name, c.created_us, coalesce(c.removed_us, 0), s.record FROM stream s"
    " JOIN camera c ON c.id = s.camera_id WHERE s.id = ?";

/* What the catalogue knows of why nothing may be there, apart from gap rows. */
typedef struct Circumstances {
    char *camera;
    int64_t created_us;
    int64_t removed_us;      // INT64_MAX if in use
    int64_t capture_dead_us; // its recorder has not lived since then; INT64_MAX if it does
    bool record;
} Circumstances;

static void circumstances_clear(Circumstances *c)
{
    g_free(c->camera);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Circumstances, circumstances_clear)

void idx_timeline_free(IdxTimeline *timeline)
{
    if (!timeline)
        return;
    g_clear_pointer(&timeline->segments, g_ptr_array_unref);
    g_clear_pointer(&timeline->gaps, g_ptr_array_unref);
    g_clear_pointer(&timeline->damage, g_ptr_array_unref);
    g_clear_pointer(&timeline->notes, g_ptr_array_unref);
    g_free(timeline);
}

static bool load_stream(IdxCatalogue *cat, int64_t stream_id, Circumstances *c, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_STREAM, error, "i", stream_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no stream %" G_GINT64_FORMAT, stream_id);
    if (row < 0)
        return false;
    c->camera = g_strconcat(idx_db_text(q, 0), "/", idx_db_text(q, 1), NULL);
    c->created_us = idx_db_int(q, 2);
    c->removed_us = idx_db_int(q, 3) ? idx_db_int(q, 3) : INT64_MAX;
    c->record = idx_db_int(q, 4) != 0;
    return true;
}

static bool load_life(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, Circumstances *c,
                      GError **error)
{
    IdxLife life = {0};
    if (!idx_recorder_life(cat, stream_id, now_us, &life, error))
        return false;
    c->capture_dead_us = life.alive ? INT64_MAX : life.last_us ? life.last_us : c->created_us;
    return true;
}

static void add_gap(GPtrArray *gaps, int64_t from_us, int64_t to_us, const char *reason,
                    const char *detail)
{
    IdxGap *last = gaps->len ? gaps->pdata[gaps->len - 1] : NULL;
    if (last && last->to_us == from_us && strcmp(last->reason, reason) == 0 &&
        g_strcmp0(last->detail, detail) == 0) {
        last->to_us = to_us;
        return;
    }
    IdxGap *gap = g_new0(IdxGap, 1);
    gap->from_us = from_us;
    gap->to_us = to_us;
    gap->reason = g_strdup(reason);
    gap->detail = g_strdup(detail);
    g_ptr_array_add(gaps, gap);
}

/* Gives [from, to), which no gap row explains, the reason that follows from the circumstances. */
static void add_unexplained(GPtrArray *gaps, const Circumstances *c, int64_t from_us, int64_t to_us)
{
    const struct {
        int64_t until_us;
        const char *reason;
    } eras[] = {
        {c->created_us, IDX_REASON_NOT_RECORDED},
        {MIN(c->removed_us, c->capture_dead_us),
         c->record ? IDX_REASON_UNKNOWN : IDX_REASON_NOT_RECORDED},
        {c->removed_us, c->record ? IDX_REASON_CAPTURE_DOWN : IDX_REASON_NOT_RECORDED},
        {INT64_MAX, IDX_REASON_NOT_RECORDED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(eras) && from_us < to_us; i++) {
        int64_t end_us = MIN(to_us, eras[i].until_us);
        if (from_us < end_us) {
            add_gap(gaps, from_us, end_us, eras[i].reason, NULL);
            from_us = end_us;
        }
    }
}

/* Cuts the uncovered [from, to) by the gap rows in @known. */
static void add_uncovered(GPtrArray *gaps, const GPtrArray *known, const Circumstances *c,
                          int64_t from_us, int64_t to_us)
{
    for (guint i = 0; i < known->len && from_us < to_us; i++) {
        const IdxGap *row = known->pdata[i];
        int64_t row_to_us = row->to_us ? row->to_us : INT64_MAX;
        /* A recorder that died cannot end its gap: what follows its death is the death's. */
        bool recorders = strcmp(row->reason, IDX_REASON_NOT_RECORDED) != 0;
        if (!row->to_us && recorders && c->capture_dead_us > row->from_us)
            row_to_us = c->capture_dead_us;
        if (row_to_us <= from_us || row->from_us >= to_us || row->from_us == row->to_us)
            continue;
        if (row->from_us > from_us)
            add_unexplained(gaps, c, from_us, row->from_us);
        from_us = MAX(from_us, row->from_us);
        add_gap(gaps, from_us, MIN(to_us, row_to_us), row->reason, row->detail);
        from_us = MIN(to_us, row_to_us);
    }
    if (from_us < to_us)
        add_unexplained(gaps, c, from_us, to_us);
}

static void add_purged(GPtrArray *gaps, const IdxDisposition *d, GTimeZone *zone, int64_t from_us,
                       int64_t to_us)
{
    g_autofree char *words = idx_disposition_words(d->rule);
    g_autofree char *day = mj_day_format(mj_time_local_day(d->marked_us, zone));
    g_autofree char *detail = g_strdup_printf("deleted on %s: %s", day, words);
    add_gap(gaps, from_us, to_us, IDX_REASON_PURGED, detail);
}

/* What may explain that nothing is there. */
typedef struct Known {
    GPtrArray *gone;  // IdxDisposition *
    GPtrArray *known; // IdxGap *, stored
    const Circumstances *c;
    GTimeZone *zone;
} Known;

/* What was recorded once comes first: it cannot have been missing too. */
static void add_missing(GPtrArray *gaps, const Known *k, int64_t from_us, int64_t to_us)
{
    for (guint i = 0; i < k->gone->len && from_us < to_us; i++) {
        const IdxDisposition *d = k->gone->pdata[i];
        int64_t start_us = MAX(d->start_us, from_us), end_us = MIN(d->end_us, to_us);
        if (start_us >= end_us)
            continue;
        if (start_us > from_us)
            add_uncovered(gaps, k->known, k->c, from_us, start_us);
        add_purged(gaps, d, k->zone, start_us, end_us);
        from_us = end_us;
    }
    if (from_us < to_us)
        add_uncovered(gaps, k->known, k->c, from_us, to_us);
}

static int64_t find_until(const GPtrArray *segments, int64_t from_us, int64_t to_us, int64_t now_us)
{
    int64_t until_us = MIN(to_us, now_us);
    if (segments->len) {
        const IdxSegment *last = segments->pdata[segments->len - 1];
        if (g_strcmp0(last->state, "open") == 0 && last->end_us >= now_us - FRESH_US)
            until_us = MIN(to_us, last->end_us);
    }
    return MAX(until_us, from_us);
}

/* When the range begins behind the newest whole fragment, what is asked for is still to come. */
static bool being_recorded(IdxCatalogue *cat, int64_t stream_id, int64_t now_us,
                           int64_t *ret_end_us, GError **error)
{
    g_autoptr(GPtrArray) open = idx_segment_list_open(cat, stream_id, error);
    if (!open)
        return false;
    for (guint i = 0; i < open->len; i++) {
        const IdxSegment *s = open->pdata[i];
        if (s->end_us >= now_us - FRESH_US)
            *ret_end_us = s->end_us;
    }
    return true;
}

/* Whether segments leave nothing out of what is asked for. */
static bool is_whole(const IdxTimeline *t)
{
    int64_t cursor_us = t->from_us;
    if (t->segments->len == 0)
        return false; // there may not even be such a stream
    for (guint i = 0; i < t->segments->len; i++) {
        const IdxSegment *s = t->segments->pdata[i];
        if (MIN(s->start_us, t->until_us) > cursor_us)
            return false;
        cursor_us = MAX(cursor_us, s->end_us);
    }
    return cursor_us >= t->until_us;
}

static void fill(IdxTimeline *t, const Known *k)
{
    int64_t cursor_us = t->from_us;
    for (guint i = 0; i < t->segments->len; i++) {
        const IdxSegment *s = t->segments->pdata[i];
        if (MIN(s->start_us, t->until_us) > cursor_us)
            add_missing(t->gaps, k, cursor_us, MIN(s->start_us, t->until_us));
        int64_t start_us = MAX(s->start_us, cursor_us), end_us = MIN(s->end_us, t->until_us);
        t->covered_us += MAX(0, end_us - start_us);
        cursor_us = MAX(cursor_us, end_us);
    }
    if (cursor_us < t->until_us)
        add_missing(t->gaps, k, cursor_us, t->until_us);
    int64_t asked_us = t->until_us - t->from_us;
    t->coverage = asked_us > 0 ? (double)t->covered_us / (double)asked_us : 1.0;
}

static void add_damage(GPtrArray *list, const IdxDamage *all, int64_t from_us, int64_t to_us)
{
    from_us = MAX(from_us, all->from_us);
    to_us = MIN(to_us, all->to_us);
    if (from_us >= to_us)
        return;
    IdxDamage *part = g_new0(IdxDamage, 1);
    *part = (IdxDamage){.from_us = from_us, .to_us = to_us, .track = g_strdup(all->track)};
    g_ptr_array_add(list, part);
}

/* What lies in gaps is not there, and so not damaged. */
static bool load_damage(IdxCatalogue *cat, int64_t stream_id, IdxTimeline *t, GError **error)
{
    g_autoptr(GPtrArray) all = idx_damage_range(cat, stream_id, t->from_us, t->until_us, error);
    for (guint i = 0; all && i < all->len; i++) {
        const IdxDamage *damage = all->pdata[i];
        int64_t from_us = damage->from_us;
        for (guint j = 0; j < t->gaps->len; j++) {
            const IdxGap *gap = t->gaps->pdata[j];
            add_damage(t->damage, damage, from_us, gap->from_us);
            from_us = MAX(from_us, gap->to_us);
        }
        add_damage(t->damage, damage, from_us, t->until_us);
    }
    return all != NULL;
}

typedef GPtrArray *ReadSegments(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                int64_t to_us, GError **error);

static bool load_recorded(IdxCatalogue *cat, int64_t stream_id, ReadSegments *read, IdxTimeline *t,
                          GError **error)
{
    t->segments = read(cat, stream_id, t->from_us, t->to_us, error);
    t->notes = t->segments ? idx_gap_notes(cat, stream_id, t->from_us, t->to_us, error) : NULL;
    return t->notes != NULL;
}

/* Nothing is missing, as mostly: nothing has to be explained. */
static bool fill_whole(IdxTimeline *t)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    fill(t, &(Known){none, none, NULL, NULL});
    return true;
}

/* Fills it, with a reason for all that is missing. MJ_ERROR_NOT_FOUND: there is no such stream. */
static bool explain(IdxCatalogue *cat, int64_t stream_id, int64_t now_us, IdxTimeline *t,
                    GError **error)
{
    g_auto(Circumstances) c = {0};
    if (!load_stream(cat, stream_id, &c, error))
        return false;
    g_autoptr(GPtrArray) known = idx_gap_range(cat, stream_id, t->from_us, t->to_us, error);
    g_autoptr(GPtrArray) gone =
        known ? idx_disposition_range(cat, stream_id, t->from_us, t->until_us, error) : NULL;
    if (!gone || !load_life(cat, stream_id, now_us, &c, error))
        return false;
    fill(t, &(Known){gone, known, &c, cat->zone});
    return true;
}

static IdxTimeline *get(IdxCatalogue *cat, int64_t stream_id, ReadSegments *read, int64_t from_us,
                        int64_t to_us, int64_t now_us, GError **error)
{
    if (from_us >= to_us || to_us - from_us > LONGEST_US) {
        mj_error_set(error, MJ_ERROR_INVALID,
                     from_us >= to_us ? "the time asked for ends before it begins"
                                      : "more than 31 days asked for at once");
        return NULL;
    }
    g_autoptr(IdxTimeline) t = g_new0(IdxTimeline, 1);
    t->from_us = from_us;
    t->to_us = to_us;
    t->gaps = g_ptr_array_new_with_free_func((GDestroyNotify)idx_gap_free);
    t->damage = g_ptr_array_new_with_free_func((GDestroyNotify)idx_damage_free);
    int64_t recorded_to_us = INT64_MAX;
    if (!load_recorded(cat, stream_id, read, t, error) ||
        (to_us > now_us - FRESH_US &&
         !being_recorded(cat, stream_id, now_us, &recorded_to_us, error)))
        return NULL;
    t->until_us =
        MAX(from_us, MIN(find_until(t->segments, from_us, to_us, now_us), recorded_to_us));
    if (!(is_whole(t) ? fill_whole(t) : explain(cat, stream_id, now_us, t, error)))
        return NULL;
    return load_damage(cat, stream_id, t, error) ? g_steal_pointer(&t) : NULL;
}

IdxTimeline *idx_timeline_get(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                              int64_t now_us, GError **error)
{
    return get(cat, stream_id, idx_segment_range, from_us, to_us, now_us, error);
}

IdxTimeline *idx_timeline_shown(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                int64_t to_us, int64_t now_us, GError **error)
{
    return get(cat, stream_id, idx_segment_range_shown, from_us, to_us, now_us, error);
}

IdxTimeline *idx_timeline_stretches(IdxCatalogue *cat, int64_t stream_id, int64_t from_us,
                                    int64_t to_us, int64_t now_us, GError **error)
{
    return get(cat, stream_id, idx_segment_range_stretches, from_us, to_us, now_us, error);
}

IdxSegment *idx_timeline_at(IdxCatalogue *cat, int64_t stream_id, int64_t at_us, int64_t now_us,
                            GError **error)
{
    g_autoptr(IdxTimeline) t = idx_timeline_get(cat, stream_id, at_us, at_us + 1, now_us, error);
    if (!t)
        return NULL;
    if (t->segments->len)
        return g_ptr_array_steal_index(t->segments, 0);
    g_auto(Circumstances) c = {0};
    if (!load_stream(cat, stream_id, &c, error))
        return NULL;
    g_autofree char *at = mj_time_format(at_us, cat->zone);
    const IdxGap *gap = t->gaps->len ? t->gaps->pdata[0] : NULL;
    mj_error_set(error, MJ_ERROR_NOT_FOUND, "camera %s has no footage of %s: %s%s%s", c.camera, at,
                 gap ? gap->reason : "that moment is still to come",
                 gap && gap->detail ? " - " : "", gap && gap->detail ? gap->detail : "");
    return NULL;
}

/* The longest gap tells why. */
static const IdxGap *longest_gap(const IdxTimeline *timeline)
{
    const IdxGap *longest = NULL;
    for (guint i = 0; i < timeline->gaps->len; i++) {
        const IdxGap *gap = timeline->gaps->pdata[i];
        if (!longest || gap->to_us - gap->from_us > longest->to_us - longest->from_us)
            longest = gap;
    }
    return longest;
}

bool idx_timeline_refuse(IdxCatalogue *cat, const IdxTimeline *timeline, const char *camera,
                         const char *stream, GError **error)
{
    GTimeZone *zone = idx_catalogue_timezone(cat);
    g_autofree char *from = mj_time_format(timeline->from_us, zone);
    g_autofree char *to = mj_time_format(timeline->to_us, zone);
    const IdxGap *longest = longest_gap(timeline);
    if (!longest)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                            "nothing is recorded yet of %s/%s from %s to %s", camera, stream, from,
                            to);
    bool detailed = longest->detail && *longest->detail;
    return mj_error_set(error, MJ_ERROR_NOT_FOUND,
                        "nothing is recorded of %s/%s from %s to %s: %s%s%s", camera, stream, from,
                        to, longest->reason, detailed ? ", " : "", detailed ? longest->detail : "");
}
