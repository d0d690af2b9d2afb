// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/glance.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/footage.h"
#include "index/scope.h"
#include "index/story.h"

#include <string.h>

static const char SQL_PLACES[] =
    "SELECT DISTINCT e.place FROM subject_event t JOIN event e ON e.id = t.event_id"
    " WHERE t.subject_id = ? AND e.place IS NOT NULL AND e.superseded_by IS NULL AND NOT"
    " e.cancelled ORDER BY e.place";
static const char SQL_HALL[] = "SELECT code, name, timezone FROM hall WHERE id = ?";
static const char SQL_PLACE_CODE[] = "SELECT code FROM place WHERE id = ?";

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of the events that hold: each once, by code. */
static json_t *places_of(const IdxStory *story)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    for (guint i = 0; i < story->events->len; i++) {
        const IdxStoredEvent *e = story->events->pdata[i];
        if (e->place && !e->superseded && !e->cancelled)
            g_ptr_array_add(places, e->place);
    }
    g_ptr_array_sort(places, by_text);
    json_t *array = json_array();
    for (guint i = 0; i < places->len; i++)
        if (i == 0 || strcmp(places->pdata[i - 1], places->pdata[i]) != 0)
            json_array_append_new(array, json_string(places->pdata[i]));
    return array;
}

static json_t *load_places(IdxCatalogue *cat, const IdxSubject *s, GError **error)
{
    g_autoptr(json_t) places = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES, error, "i", s->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (idx_scope_place(cat, s->hall_id, idx_db_text(q, 0)))
            json_array_append_new(places, json_string(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

json_t *idx_glance_subject(IdxCatalogue *cat, const IdxSubject *s, const IdxStory *story,
                           GError **error)
{
    g_autoptr(json_t) places = story ? places_of(story) : load_places(cat, s, error);
    g_autofree char *day = s->day ? mj_day_format(s->day) : NULL;
    if (!places)
        return NULL;
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:O, s:o, s:o}", "kind", s->kind, "key", s->key,
                     "day", mj_json_string(day), "hall", s->hall, "title", mj_json_string(s->title),
                     "places", places, "from", mj_json_time(s->first_us, cat->zone), "to",
                     mj_json_time(s->last_us, cat->zone));
}

json_t *idx_glance_hall(IdxCatalogue *cat, int64_t hall_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HALL, error, "i", hall_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT, "hall %" G_GINT64_FORMAT " is named and is not there",
                     hall_id);
    return row > 0 ? json_pack("{s:s, s:s, s:s}", "code", idx_db_text(q, 0), "name",
                               idx_db_text(q, 1), "timezone", idx_db_text(q, 2))
                   : NULL;
}

// ── how much of it is recorded ──

static bool add_spans(IdxCatalogue *cat, int64_t subject_id, const IdxSitting *sitting,
                      GArray *spans, GError **error)
{
    g_autoptr(GArray) own = idx_story_spans(cat, subject_id, error);
    for (guint i = 0; own && i < own->len; i++) {
        const IdxSpan *span = &g_array_index(own, IdxSpan, i);
        if (!sitting || (span->from_us <= sitting->last_us && span->to_us > sitting->first_us))
            g_array_append_vals(spans, span, 1);
    }
    return own != NULL;
}

/* Whose footage it is: an approval has that of its tickets and sessions too, as in the dossier. */
static GArray *whose(IdxCatalogue *cat, const IdxSubject *s, GError **error)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_array_append_val(ids, s->id);
    if (strcmp(s->kind, "approval") != 0)
        return g_steal_pointer(&ids);
    g_autoptr(GPtrArray) related = idx_subject_related(cat, s->id, error);
    for (guint i = 0; related && i < related->len; i++) {
        const IdxSubject *r = related->pdata[i];
        if (strcmp(r->kind, "approval") != 0)
            g_array_append_val(ids, r->id);
    }
    return related ? g_steal_pointer(&ids) : NULL;
}

/* *ret_happened: something did, whether a camera looked or not. */
static bool load_footage(IdxFootage *f, const IdxSubject *s, const IdxSitting *sitting,
                         bool *ret_happened, GError **error)
{
    g_autoptr(GArray) ids = whose(f->cat, s, error);
    *ret_happened = false;
    for (guint i = 0; ids && i < ids->len; i++)
        if (!add_spans(f->cat, g_array_index(ids, int64_t, i), sitting, f->spans, error))
            return false;
    for (guint i = 0; ids && i < ids->len; i++) {
        g_autoptr(IdxStory) story =
            idx_story_load(f->cat, g_array_index(ids, int64_t, i), false, error);
        if (!story || !idx_footage_unseen_visits(f, s->hall_id, story->visits,
                                                 sitting ? sitting->first_us : INT64_MIN,
                                                 sitting ? sitting->last_us : INT64_MAX, error))
            return false;
        *ret_happened = *ret_happened || story->visits->len > 0;
    }
    return ids != NULL;
}

/* Where the spans are. */
static json_t *places_seen(IdxCatalogue *cat, const GArray *spans, GError **error)
{
    g_autoptr(json_t) places = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < spans->len; i++) {
        IdxSpan *span = &g_array_index(spans, IdxSpan, i);
        if (!g_hash_table_add(seen, &span->place_id))
            continue;
        g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACE_CODE, error, "i", span->place_id);
        int row = idx_db_step(cat, q, error);
        if (row < 0)
            return NULL;
        if (row > 0)
            json_array_append_new(places, json_string(idx_db_text(q, 0)));
    }
    return g_steal_pointer(&places);
}

/* What @item has of all of the subject becomes what the sitting has. */
static bool narrow(IdxCatalogue *cat, json_t *item, const IdxSitting *sitting, const GArray *spans,
                   GError **error)
{
    json_object_set_new(item, "from", mj_json_time(sitting->first_us, cat->zone));
    json_object_set_new(item, "to", mj_json_time(sitting->last_us, cat->zone));
    if (spans->len == 0)
        return true; // no camera there then: the places its events name are all that is known
    json_t *places = places_seen(cat, spans, error);
    return places && json_object_set_new(item, "places", places) == 0;
}

json_t *idx_glance(IdxCatalogue *cat, const IdxSubject *s, const IdxSitting *sitting,
                   int64_t now_us, GError **error)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(IdxSpan));
    g_autoptr(json_t) gaps = json_array();
    IdxFootage footage = {
        .cat = cat, .now_us = now_us, .spans = spans, .gaps = gaps, .brief = true};
    bool happened = false;
    g_autoptr(json_t) item = idx_glance_subject(cat, s, NULL, error);
    if (!item || !idx_story_rules(cat, footage.rules, error) ||
        !load_footage(&footage, s, sitting, &happened, error) ||
        (sitting && !narrow(cat, item, sitting, spans, error)))
        return NULL;
    g_autoptr(json_t) cameras = idx_footage_json(&footage, error);
    if (!cameras)
        return NULL;
    json_object_set_new(item, "coverage", idx_footage_coverage(&footage, happened));
    json_object_set(item, "gaps", gaps);
    return g_steal_pointer(&item);
}

json_t *idx_glances(IdxCatalogue *cat, const GPtrArray *subjects, int64_t now_us, GError **error)
{
    g_autoptr(json_t) array = json_array();
    for (guint i = 0; i < subjects->len; i++) {
        json_t *item = idx_glance(cat, subjects->pdata[i], NULL, now_us, error);
        if (!item)
            return NULL;
        json_array_append_new(array, item);
    }
    return g_steal_pointer(&array);
}
