// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/segment/outline.h"

#include "index/base/error.h"
#include "index/base/json_put.h"
#include "index/db.h"

#include <string.h>

#define USUAL_PARTS 1000

void idx_outline_free(IdxOutline *outline)
{
    if (!outline)
        return;
    idx_timeline_free(outline->timeline);
    g_clear_pointer(&outline->missing, g_array_unref);
    g_clear_pointer(&outline->damage, g_array_unref);
    g_free(outline);
}

static int64_t length_us(const IdxGap *gap)
{
    return gap->to_us - gap->from_us;
}

static bool joins(const IdxMissing *last, const IdxGap *gap, int64_t resolution_us)
{
    if (gap->from_us - last->to_us >= resolution_us)
        return false;
    return last->to_us - last->from_us < resolution_us || length_us(gap) < resolution_us;
}

static void add_missing(GArray *missing, const IdxGap *gap, int64_t resolution_us)
{
    IdxMissing *last = missing->len ? &g_array_index(missing, IdxMissing, missing->len - 1) : NULL;
    if (last && joins(last, gap, resolution_us)) {
        last->to_us = gap->to_us;
        last->missing_us += length_us(gap);
        last->gaps++;
        if (length_us(gap) > length_us(last->longest))
            last->longest = gap;
        return;
    }
    IdxMissing one = {gap->from_us, gap->to_us, length_us(gap), 1, gap};
    g_array_append_val(missing, one);
}

/* Of one track, one by one in order. */
static void add_damage(GArray *list, const GPtrArray *all, const char *track, int64_t resolution_us)
{
    IdxDamage *last = NULL;
    for (guint i = 0; i < all->len; i++) {
        const IdxDamage *damage = all->pdata[i];
        if (strcmp(damage->track, track) != 0)
            continue;
        if (last && damage->from_us - last->to_us < resolution_us) {
            last->to_us = MAX(last->to_us, damage->to_us);
            continue;
        }
        g_array_append_vals(list, damage, 1);
        last = &g_array_index(list, IdxDamage, list->len - 1);
    }
}

static bool check_parts(int64_t from_us, int64_t to_us, int64_t *resolution_us, GError **error)
{
    if (*resolution_us == 0)
        *resolution_us = MAX(1, (to_us - from_us) / USUAL_PARTS);
    if (*resolution_us > 0 && (to_us - from_us) / *resolution_us <= IDX_OUTLINE_MAX)
        return true;
    return mj_error_set(error, MJ_ERROR_INVALID,
                        "resolution: at most %d times as long may be asked for", IDX_OUTLINE_MAX);
}

IdxOutline *idx_outline_get(IdxCatalogue *cat, int64_t stream_id, int64_t from_us, int64_t to_us,
                            int64_t resolution_us, int64_t now_us, GError **error)
{
    if (!check_parts(from_us, to_us, &resolution_us, error) || !idx_db_look_begin(cat, error))
        return NULL;
    g_autoptr(IdxOutline) outline = g_new0(IdxOutline, 1);
    outline->resolution_us = resolution_us;
    outline->missing = g_array_new(FALSE, FALSE, sizeof(IdxMissing));
    outline->damage = g_array_new(FALSE, FALSE, sizeof(IdxDamage));
    outline->timeline = idx_timeline_stretches(cat, stream_id, from_us, to_us, now_us, error);
    idx_db_look_end(cat);
    if (!outline->timeline)
        return NULL;
    const GPtrArray *gaps = outline->timeline->gaps;
    for (guint i = 0; i < gaps->len; i++)
        add_missing(outline->missing, gaps->pdata[i], resolution_us);
    add_damage(outline->damage, outline->timeline->damage, "video", resolution_us);
    add_damage(outline->damage, outline->timeline->damage, "audio", resolution_us);
    return g_steal_pointer(&outline);
}

// ── as JSON ──

static void put_missing(GString *out, IdxCatalogue *cat, const IdxMissing *missing)
{
    mj_put_open(out, NULL, '{');
    mj_put_time(out, "from", missing->from_us, &cat->hour);
    mj_put_time(out, "to", missing->to_us, &cat->hour);
    mj_put_text(out, "reason", missing->longest->reason);
    mj_put_text(out, "detail", missing->longest->detail);
    mj_put_real(out, "missing_s", (double)missing->missing_us / 1e6);
    mj_put_integer(out, "gaps", missing->gaps);
    mj_put_close(out, '}');
}

static void put_damage(GString *out, IdxCatalogue *cat, const IdxDamage *damage)
{
    mj_put_open(out, NULL, '{');
    mj_put_time(out, "from", damage->from_us, &cat->hour);
    mj_put_time(out, "to", damage->to_us, &cat->hour);
    mj_put_text(out, "track", damage->track);
    mj_put_close(out, '}');
}

char *idx_outline_text(IdxCatalogue *cat, const char *camera, const char *stream,
                       const IdxOutline *outline)
{
    const IdxTimeline *t = outline->timeline;
    GString *out = g_string_new("{");
    mj_put_text(out, "camera", camera);
    mj_put_text(out, "stream", stream);
    mj_put_time(out, "from", t->from_us, &cat->hour);
    mj_put_time(out, "to", t->to_us, &cat->hour);
    mj_put_time(out, "until", t->until_us, &cat->hour);
    mj_put_real(out, "resolution_s", (double)outline->resolution_us / 1e6);
    if (t->until_us > t->from_us)
        mj_put_real(out, "coverage", t->coverage);
    else
        mj_put_null(out, "coverage");
    mj_put_open(out, "gaps", '[');
    for (guint i = 0; i < outline->missing->len; i++)
        put_missing(out, cat, &g_array_index(outline->missing, IdxMissing, i));
    mj_put_close(out, ']');
    mj_put_open(out, "damage", '[');
    for (guint i = 0; i < outline->damage->len; i++)
        put_damage(out, cat, &g_array_index(outline->damage, IdxDamage, i));
    mj_put_close(out, ']');
    mj_put_close(out, '}');
    return g_string_free(out, FALSE);
}
