// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/glance.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/footage.h"
#include "index/find/story.h"
#include "index/hold/json.h"
#include "index/link/rated.h"
#include "index/link/ticket.h"

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
static GPtrArray *places_of(const IdxStory *story)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; i < story->events->len; i++) {
        const IdxStoredEvent *e = story->events->pdata[i];
        if (e->place && !e->superseded && !e->cancelled)
            g_ptr_array_add(all, e->place);
    }
    g_ptr_array_sort(all, by_text);
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < all->len; i++)
        if (i == 0 || strcmp(all->pdata[i - 1], all->pdata[i]) != 0)
            g_ptr_array_add(places, g_strdup(all->pdata[i]));
    return places;
}

static GPtrArray *load_places(IdxCatalogue *cat, const IdxSubject *s, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACES, error, "i", s->id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (idx_scope_place(cat, s->hall_id, idx_db_text(q, 0)))
            g_ptr_array_add(places, g_strdup(idx_db_text(q, 0)));
    return row == 0 ? g_steal_pointer(&places) : NULL;
}

typedef struct Stands {
    bool holds;  // something that was said of it: else it was corrected to be another, or cancelled
    bool spoken; // by a queue, of a ticket
} Stands;

static bool find_stands(IdxCatalogue *cat, const IdxSubject *s, const IdxStory *story, Stands *ret,
                        GError **error)
{
    if (!story || idx_scope_is_limited(cat)) // of which it has not all events
        return idx_subject_stands(cat, s, &ret->holds, &ret->spoken, error);
    *ret = (Stands){.spoken = strcmp(s->kind, "ticket") != 0};
    for (guint i = 0; i < story->events->len; i++) {
        const IdxStoredEvent *e = story->events->pdata[i];
        bool holds = !e->superseded && !e->cancelled;
        ret->holds = ret->holds || holds;
        ret->spoken = ret->spoken || (holds && idx_rated_concerns(e->type));
    }
    return true;
}

static void put_told(GString *out, const IdxSubject *s, const char *ticket_id, const char *source)
{
    bool by_source = g_str_has_prefix(s->part, IDX_PART_SOURCE);
    mj_put_text(out, "ticket_id", ticket_id);
    mj_put_text(out, "source", by_source ? s->part + strlen(IDX_PART_SOURCE) : source);
    mj_put_bool(out, "shared", s->part[0] != '\0');
}

static void put_called(GString *out, const IdxSubject *s)
{
    g_autofree char *day = s->day ? mj_day_format(s->day) : NULL;
    mj_put_text(out, "kind", s->kind);
    mj_put_text(out, "key", s->key);
    mj_put_text(out, "day", day);
    mj_put_text(out, "hall", s->hall);
}

/* @story may be NULL. To whom not everything is shown it does not tell all that tells the ticket from others. */
static bool put_name(GString *out, IdxCatalogue *cat, const IdxSubject *s, const IdxStory *story,
                     GError **error)
{
    g_autofree char *id = NULL, *source = NULL;
    const char *told_id = NULL, *told_source = NULL;
    put_called(out, s);
    if (strcmp(s->kind, "ticket") != 0)
        return true;
    if (story && !idx_scope_is_limited(cat))
        idx_ticket_told_by(story, &told_id, &told_source);
    else if (!idx_ticket_told(cat, s->id, &id, &source, error))
        return false;
    put_told(out, s, told_id ? told_id : id, told_source ? told_source : source);
    return true;
}

/* There are up to IDX_ALSO_MAX in a dossier, of as many days: their events are not looked at where nothing is to be
 * told apart. */
bool idx_glance_put_name(GString *out, IdxCatalogue *cat, const IdxSubject *s, GError **error)
{
    if (s->part[0])
        return put_name(out, cat, s, NULL, error);
    put_called(out, s);
    if (strcmp(s->kind, "ticket") == 0)
        mj_put_bool(out, "shared", false);
    return true;
}

static bool put_spoken(GString *out, IdxCatalogue *cat, const IdxSubject *s, bool spoken,
                       GError **error)
{
    if (strcmp(s->kind, "ticket") != 0)
        return true;
    mj_put_bool(out, "spoken", spoken);
    g_autoptr(GPtrArray) ids = spoken ? NULL : idx_subject_named_by(cat, s->id, error);
    if (!ids)
        return spoken;
    mj_put_open(out, "named_by", '[');
    for (guint i = 0; i < ids->len; i++)
        mj_put_text(out, NULL, ids->pdata[i]);
    mj_put_close(out, ']');
    return true;
}

static bool put_subject(GString *out, IdxCatalogue *cat, const IdxSubject *s, const IdxStory *story,
                        const GPtrArray *places, int64_t first_us, int64_t last_us, GError **error)
{
    if (!put_name(out, cat, s, story, error))
        return false;
    mj_put_text(out, "title", s->title);
    mj_put_open(out, "places", '[');
    for (guint i = 0; i < places->len; i++)
        mj_put_text(out, NULL, places->pdata[i]);
    mj_put_close(out, ']');
    mj_put_time(out, "from", first_us, &cat->hour);
    mj_put_time(out, "to", last_us, &cat->hour);
    return true;
}

bool idx_glance_put_subject(GString *out, IdxCatalogue *cat, const IdxSubject *s,
                            const IdxStory *story, GError **error)
{
    Stands stands = {0};
    g_autoptr(GPtrArray) places = story ? places_of(story) : load_places(cat, s, error);
    if (!places || !put_subject(out, cat, s, story, places, s->first_us, s->last_us, error) ||
        !find_stands(cat, s, story, &stands, error))
        return false;
    mj_put_bool(out, "superseded", !stands.holds);
    return put_spoken(out, cat, s, stands.spoken, error);
}

bool idx_glance_put_hall(GString *out, IdxCatalogue *cat, int64_t hall_id, GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_HALL, error, "i", hall_id);
    int row = idx_db_step(cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT, "hall %" G_GINT64_FORMAT " is named and is not there",
                     hall_id);
    if (row <= 0)
        return false;
    mj_put_open(out, "hall", '{');
    mj_put_text(out, "code", idx_db_text(q, 0));
    mj_put_text(out, "name", idx_db_text(q, 1));
    mj_put_text(out, "timezone", idx_db_text(q, 2));
    mj_put_close(out, '}');
    return true;
}

json_t *idx_glance_hall(IdxCatalogue *cat, int64_t hall_id, GError **error)
{
    g_autoptr(GString) out = g_string_new("{");
    if (!idx_glance_put_hall(out, cat, hall_id, error))
        return NULL;
    mj_put_close(out, '}');
    g_autoptr(json_t) whole = mj_json_parse(out->str);
    return json_incref(json_object_get(whole, "hall"));
}

// ── how much of it is recorded ──

static bool add_spans(IdxFootage *f, int64_t subject_id, const IdxSitting *sitting, GError **error)
{
    g_autoptr(GArray) own = idx_story_spans(f->cat, subject_id, error);
    for (guint i = 0; own && i < own->len; i++) {
        const IdxSpan *span = &g_array_index(own, IdxSpan, i);
        int64_t to_us = idx_linker_span_end(span->from_us, span->to_us, &f->rules[span->method]);
        if (!sitting || (span->from_us <= sitting->last_us && to_us > sitting->first_us))
            g_array_append_vals(f->spans, span, 1);
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
    g_autoptr(GPtrArray) related = idx_subject_related(cat, s->id, false, error);
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
        if (!add_spans(f, g_array_index(ids, int64_t, i), sitting, error))
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
static GPtrArray *places_seen(IdxCatalogue *cat, const GArray *spans, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(g_free);
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
            g_ptr_array_add(places, g_strdup(idx_db_text(q, 0)));
    }
    return g_steal_pointer(&places);
}

/* The subject's members; of a sitting its own places and times. Where no camera was then, the places its events
 * name are all that is known. */
static bool put_glanced(GString *out, const IdxFootage *f, const IdxSubject *s,
                        const IdxSitting *sitting, GError **error)
{
    g_autoptr(GPtrArray) places = sitting && f->spans->len ? places_seen(f->cat, f->spans, error)
                                                           : load_places(f->cat, s, error);
    return places &&
           put_subject(out, f->cat, s, NULL, places, sitting ? sitting->first_us : s->first_us,
                       sitting ? sitting->last_us : s->last_us, error);
}

json_t *idx_glance(IdxCatalogue *cat, const IdxSubject *s, const IdxSitting *sitting,
                   int64_t now_us, GError **error)
{
    g_autoptr(GString) out = g_string_new("{"), cameras = g_string_new(NULL);
    g_auto(IdxFootage) footage = {0};
    bool happened = false;
    int holds = 0;
    Stands stands = {.holds = true}; // a sitting is of nothing else
    idx_footage_init(&footage, cat, now_us);
    footage.brief = true;
    if (!idx_story_rules(cat, footage.rules, error) ||
        !load_footage(&footage, s, sitting, &happened, error) ||
        !idx_hold_count(cat, s, footage.spans, footage.rules, &holds, error) ||
        (!sitting && !find_stands(cat, s, NULL, &stands, error)) ||
        !put_glanced(out, &footage, s, sitting, error) ||
        !idx_footage_put(&footage, cameras, error))
        return NULL;
    idx_footage_put_coverage(&footage, out, happened);
    mj_put_all(out, "gaps", '[', footage.gaps);
    mj_put_bool(out, "superseded", !stands.holds);
    if (!sitting && !put_spoken(out, cat, s, stands.spoken, error))
        return NULL;
    mj_put_integer(out, "holds", holds);
    mj_put_close(out, '}');
    return mj_json_parse(out->str);
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
