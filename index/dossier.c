// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/dossier.h"

#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/footage.h"
#include "index/glance.h"
#include "index/hold_json.h"
#include "index/scope.h"
#include "index/story.h"
#include "index/subject.h"

#include <string.h>

static const char SQL_PLACE_SPANS[] =
    "SELECT v.place_id, v.camera_id, max(?2, coalesce(v.from_us, ?2)), min(?3, coalesce(v.to_us, "
    "?3))"
    " FROM coverage v JOIN place p ON p.id = v.place_id JOIN camera c ON c.id = v.camera_id"
    " WHERE p.hall_id = ?4 AND p.code = ?1 AND coalesce(v.from_us, ?2) < ?3"
    " AND coalesce(v.to_us, ?3) > ?2 ORDER BY c.code, v.from_us";
static const char SQL_PLACE_NAMED[] =
    "SELECT h.id, h.code, p.name FROM hall h CROSS JOIN place p ON p.hall_id = h.id"
    " WHERE p.code = ?1 AND (?2 IS NULL OR h.code = ?2) ORDER BY h.code";

/* What a dossier is put together from. Everything belongs to it. */
typedef struct Builder {
    IdxCatalogue *cat;
    IdxFootage footage;
    GPtrArray *subjects; // IdxSubject *: the subject, and for an approval its tickets and sessions
    GPtrArray *stories;  // IdxStory *, one for each of them
} Builder;

static void builder_clear(Builder *b)
{
    g_clear_pointer(&b->subjects, g_ptr_array_unref);
    g_clear_pointer(&b->stories, g_ptr_array_unref);
    g_clear_pointer(&b->footage.spans, g_array_unref);
    json_decref(b->footage.gaps);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Builder, builder_clear)

static json_t *time_of(const Builder *b, int64_t us)
{
    return us ? mj_json_time(us, b->cat->zone) : json_null();
}

static json_t *day_of(int day)
{
    g_autofree char *text = day ? mj_day_format(day) : NULL;
    return mj_json_string(text);
}

static const IdxStory *story_of(const Builder *b, int64_t subject_id)
{
    for (guint i = 0; i < b->stories->len; i++)
        if (((const IdxSubject *)b->subjects->pdata[i])->id == subject_id)
            return b->stories->pdata[i];
    return NULL;
}

static json_t *subjects_json(const Builder *b, const GPtrArray *subjects, GError **error)
{
    g_autoptr(json_t) array = json_array();
    for (guint i = 0; i < subjects->len; i++) {
        const IdxSubject *s = subjects->pdata[i];
        json_t *item = idx_glance_subject(b->cat, s, story_of(b, s->id), error);
        if (!item)
            return NULL;
        json_array_append_new(array, item);
    }
    return g_steal_pointer(&array);
}

/* The member "data", which stands first as keys are sorted, but for events with attributes of their own:
 * the others are told from columns. */
static json_t *data_of(const char *body)
{
    static const char FIRST[] = "{\"data\":";
    if (strncmp(body, FIRST, sizeof FIRST - 1) == 0)
        return json_loads(body + sizeof FIRST - 1, JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, NULL);
    g_autoptr(json_t) whole = json_loads(body, 0, NULL);
    return json_incref(json_object_get(whole, "data"));
}

static json_t *event_json(const Builder *b, const IdxStoredEvent *e)
{
    json_t *data = data_of(e->body);
    return json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:I, s:o, s:o}", "id",
                     (json_int_t)e->id, "source", e->source, "event_id", e->event_id, "type",
                     e->type, "time", time_of(b, e->time_us), "at", time_of(b, e->at_us),
                     "received", time_of(b, e->received_us), "superseded", (int)e->superseded,
                     "cancelled", (int)e->cancelled, "data_ver", (json_int_t)e->data_ver, "place",
                     mj_json_string(e->place), "data", json_is_object(data) ? data : json_object());
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    IdxStoryEvent ex = {x->type, x->place, x->at_us, 0}, ey = {y->type, y->place, y->at_us, 0};
    int order = idx_linker_compare(&ex, &ey);
    return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

/* All events of all stories in order, each once. */
static json_t *build_events(const Builder *b)
{
    g_autoptr(GPtrArray) events = g_ptr_array_new();
    for (guint i = 0; i < b->stories->len; i++) {
        const IdxStory *story = b->stories->pdata[i];
        g_ptr_array_extend(events, story->events, NULL, NULL);
    }
    g_ptr_array_sort(events, by_time);
    json_t *array = json_array();
    for (guint i = 0; i < events->len; i++) {
        const IdxStoredEvent *e = events->pdata[i];
        if (i == 0 || ((const IdxStoredEvent *)events->pdata[i - 1])->id != e->id)
            json_array_append_new(array, event_json(b, e));
    }
    return array;
}

static int by_source(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    int order = strcmp(x->source, y->source);
    return order ? order : x->time_us > y->time_us ? -1 : x->time_us < y->time_us;
}

/* Whoever told of the subject, and how far its clock was off at the last of its events. */
static json_t *build_sources(const Builder *b)
{
    g_autoptr(GPtrArray) events = g_ptr_array_new();
    for (guint i = 0; i < b->stories->len; i++)
        g_ptr_array_extend(events, ((const IdxStory *)b->stories->pdata[i])->events, NULL, NULL);
    g_ptr_array_sort(events, by_source);
    json_t *array = json_array();
    for (guint i = 0; i < events->len; i++) {
        const IdxStoredEvent *e = events->pdata[i];
        if (i > 0 && strcmp(((const IdxStoredEvent *)events->pdata[i - 1])->source, e->source) == 0)
            continue;
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:f, s:f}", "source", e->source, "clock",
                                        idx_source_how_name(e->clock.how), "offset_ms",
                                        (double)e->clock.offset_us / 1000.0, "uncertainty_ms",
                                        (double)e->clock.uncertainty_us / 1000.0));
    }
    return array;
}

static json_t *visit_json(const Builder *b, const IdxSubject *subject, const IdxVisit *v)
{
    const IdxLinkRule *rule = &b->footage.rules[v->method];
    bool is_ticket = strcmp(subject->kind, "ticket") == 0;
    int64_t last_us = v->last_us ? v->last_us : v->first_us + rule->max_us;
    int64_t before_us = rule->before_us + v->uncertainty_us;
    int64_t after_us = rule->after_us + v->uncertainty_us;
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:f}", "ticket",
                     mj_json_string(is_ticket ? subject->key : NULL), "day", day_of(subject->day),
                     "place", v->place, "called", time_of(b, v->called_us), "started",
                     time_of(b, v->started_us), "finished", time_of(b, v->last_us), "from",
                     time_of(b, v->first_us - before_us), "to", time_of(b, last_us + after_us),
                     "uncertainty_ms", (double)v->uncertainty_us / 1000.0);
}

typedef struct VisitOf {
    const IdxSubject *subject;
    const IdxVisit *visit;
} VisitOf;

static int by_first(gconstpointer a, gconstpointer b)
{
    const VisitOf *x = a, *y = b;
    if (x->visit->first_us != y->visit->first_us)
        return x->visit->first_us < y->visit->first_us ? -1 : 1;
    return strcmp(x->subject->key, y->subject->key);
}

/* All visits in order; *ret_cue becomes the first call, or the first moment if nobody was called.
 */
static json_t *build_visits(const Builder *b, int64_t *ret_cue_us)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(VisitOf));
    for (guint i = 0; i < b->stories->len; i++) {
        const GArray *visits = ((const IdxStory *)b->stories->pdata[i])->visits;
        for (guint j = 0; j < visits->len; j++) {
            VisitOf one = {b->subjects->pdata[i], &g_array_index(visits, IdxVisit, j)};
            g_array_append_val(all, one);
        }
    }
    g_array_sort(all, by_first);
    json_t *array = json_array();
    int64_t first_us = 0;
    for (guint i = 0; i < all->len; i++) {
        const VisitOf *one = &g_array_index(all, VisitOf, i);
        json_array_append_new(array, visit_json(b, one->subject, one->visit));
        first_us = first_us ? first_us : one->visit->first_us;
        *ret_cue_us = *ret_cue_us ? *ret_cue_us : one->visit->called_us;
    }
    *ret_cue_us = *ret_cue_us ? *ret_cue_us : first_us;
    return array;
}

static bool add_story(Builder *b, IdxSubject *subject, GError **error)
{
    g_ptr_array_add(b->subjects, subject);
    IdxStory *story = idx_story_load(b->cat, subject->id, true, error);
    if (!story)
        return false;
    g_ptr_array_add(b->stories, story);
    g_autoptr(GArray) spans = idx_story_spans(b->cat, subject->id, error);
    if (spans && spans->len)
        g_array_append_vals(b->footage.spans, spans->data, spans->len);
    return spans != NULL;
}

/* What an approval was at: its tickets and sessions. */
static bool add_visited(Builder *b, const GPtrArray *related, GError **error)
{
    for (guint i = 0; i < related->len; i++) {
        const IdxSubject *r = related->pdata[i];
        IdxSubject *visited =
            strcmp(r->kind, "approval") != 0 ? idx_subject_get(b->cat, r->id, error) : NULL;
        if (visited && !add_story(b, visited, error))
            return false;
    }
    return true;
}

static void builder_init(Builder *b, IdxCatalogue *cat, int64_t now_us)
{
    b->cat = cat;
    b->footage = (IdxFootage){.cat = cat, .now_us = now_us};
    b->subjects = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    b->stories = g_ptr_array_new_with_free_func((GDestroyNotify)idx_story_free);
    b->footage.spans = g_array_new(FALSE, FALSE, sizeof(IdxSpan));
    b->footage.gaps = json_array();
}

/* Visits that no camera looked at. */
static bool add_unseen(Builder *b, GError **error)
{
    for (guint i = 0; i < b->stories->len; i++)
        if (!idx_footage_unseen_visits(
                &b->footage, ((const IdxSubject *)b->subjects->pdata[i])->hall_id,
                ((const IdxStory *)b->stories->pdata[i])->visits, INT64_MIN, INT64_MAX, error))
            return false;
    return true;
}

/* What else is called so. */
static bool build_also(IdxCatalogue *cat, const IdxSubject *found, json_t *ret, GError **error)
{
    bool more = false;
    g_autoptr(GPtrArray) others = idx_name_also(cat, found, &more, error);
    if (!others)
        return false;
    json_t *also = json_array();
    for (guint i = 0; i < others->len; i++) {
        const IdxSubject *s = others->pdata[i];
        json_array_append_new(also, json_pack("{s:s, s:s, s:o, s:s}", "kind", s->kind, "key",
                                              s->key, "day", day_of(s->day), "hall", s->hall));
    }
    json_object_set_new(ret, "also", also);
    json_object_set_new(ret, "also_more", json_boolean(more));
    return true;
}

/* Takes @found. */
static json_t *build(IdxCatalogue *cat, IdxSubject *found, int64_t now_us, GError **error)
{
    g_auto(Builder) b = {0};
    builder_init(&b, cat, now_us);
    bool is_approval = strcmp(found->kind, "approval") == 0;
    if (!add_story(&b, found, error) || !idx_story_rules(cat, b.footage.rules, error))
        return NULL;
    g_autoptr(GPtrArray) related = idx_subject_related(cat, found->id, error);
    if (!related || (is_approval && !add_visited(&b, related, error)))
        return NULL;
    g_autoptr(json_t) subject = idx_glance_subject(cat, found, story_of(&b, found->id), error);
    g_autoptr(json_t) others = subject ? subjects_json(&b, related, error) : NULL;
    g_autoptr(json_t) cameras = others ? idx_footage_json(&b.footage, error) : NULL;
    g_autoptr(json_t) holds =
        cameras ? idx_hold_of_footage_json(cat, found->id, b.footage.spans, now_us, error) : NULL;
    g_autoptr(json_t) hall = holds ? idx_glance_hall(cat, found->hall_id, error) : NULL;
    g_autoptr(json_t) also = hall ? json_object() : NULL;
    if (!also || !build_also(cat, found, also, error))
        return NULL;
    if (!add_unseen(&b, error))
        return NULL;
    int64_t cue_us = 0;
    json_t *visits = build_visits(&b, &cue_us);
    json_t *dossier = json_pack(
        "{s:O, s:O, s:O, s:o, s:o, s:o, s:O, s:O, s:o, s:o}", "subject", subject, "hall", hall,
        "related", others, "visits", visits, "events", build_events(&b), "sources",
        build_sources(&b), "cameras", cameras, "holds", holds, "coverage",
        idx_footage_coverage(&b.footage, json_array_size(visits) > 0), "cue", time_of(&b, cue_us));
    json_object_update(dossier, also);
    json_object_set(dossier, "gaps", b.footage.gaps);
    return dossier;
}

static void not_found(IdxCatalogue *cat, const IdxName *name, GError **error)
{
    IdxName any = {name->kind, name->key, IDX_DAY_LATEST, name->hall};
    g_autoptr(GPtrArray) others = idx_name_candidates(cat, &any, NULL);
    int newest = others && others->len ? ((const IdxSubject *)others->pdata[0])->day : 0;
    g_autofree char *hall =
        name->hall ? g_strdup_printf(" in hall %.64s", name->hall) : g_strdup("");
    g_autofree char *asked = name->day ? mj_day_format(name->day) : NULL;
    g_autofree char *other = newest ? mj_day_format(newest) : NULL;
    if (other)
        mj_error_set(error, MJ_ERROR_NOT_FOUND,
                     "no ticket %.64s on %s%s; the newest day that has it is %s", name->key, asked,
                     hall, other);
    else
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no %s %.64s%s%s", name->kind, name->key,
                     strcmp(name->kind, "ticket") == 0 ? " on any day" : "", hall);
}

static json_t *dossier_of(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error)
{
    g_autoptr(GError) local = NULL;
    IdxSubject *found = idx_name_find(cat, name, &local);
    if (found)
        return build(cat, found, now_us, error);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    else
        not_found(cat, name, error);
    return NULL;
}

json_t *idx_dossier(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error)
{
    if (!idx_db_look_begin(cat, error))
        return NULL;
    json_t *dossier = dossier_of(cat, name, now_us, error);
    idx_db_look_end(cat);
    return dossier;
}

json_t *idx_dossier_candidates(IdxCatalogue *cat, const IdxName *name, int64_t now_us,
                               GError **error)
{
    g_autoptr(GPtrArray) candidates = idx_name_candidates(cat, name, error);
    return candidates ? idx_glances(cat, candidates, now_us, error) : NULL;
}

json_t *idx_dossier_places(IdxCatalogue *cat, const char *place, const char *hall, GError **error)
{
    g_autoptr(json_t) array = json_array();
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACE_NAMED, error, "tt", place, hall);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0)
        if (idx_scope_place(cat, idx_db_int(q, 0), place))
            json_array_append_new(array, json_pack("{s:s, s:s, s:s}", "hall", idx_db_text(q, 1),
                                                   "code", place, "name", idx_db_text(q, 2)));
    return row == 0 ? g_steal_pointer(&array) : NULL;
}

/* The hall whose place is meant. */
static bool find_place(IdxCatalogue *cat, const char *place, const char *hall, int64_t *ret_hall,
                       GError **error)
{
    int row = 0, n = 0;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_PLACE_NAMED, error, "tt", place, hall);
    while ((row = idx_db_step(cat, q, error)) > 0) {
        if (!idx_scope_place(cat, idx_db_int(q, 0), place))
            continue;
        *ret_hall = idx_db_int(q, 0);
        n++;
    }
    if (row == 0 && n == 0)
        return mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.64s%s%.64s", place,
                            hall ? " in hall " : "", hall ? hall : "");
    if (row == 0 && n > 1)
        return mj_error_set(error, MJ_ERROR_AMBIGUOUS,
                            "%d halls have a place %.64s: say which hall is meant", n, place);
    return row == 0;
}

static bool load_place_spans(Builder *b, const char *place, int64_t hall_id, int64_t from_us,
                             int64_t to_us, GError **error)
{
    g_autoptr(IdxQuery) q =
        idx_db_query(b->cat, SQL_PLACE_SPANS, error, "tiii", place, from_us, to_us, hall_id);
    int row = 0;
    while ((row = idx_db_step(b->cat, q, error)) > 0) {
        IdxSpan span = {.place_id = idx_db_int(q, 0),
                        .camera_id = idx_db_int(q, 1),
                        .from_us = idx_db_int(q, 2),
                        .to_us = idx_db_int(q, 3),
                        .confidence = 1.0};
        g_array_append_val(b->footage.spans, span);
    }
    return row == 0;
}

/* When no camera covered the place, whatever they recorded. */
static void add_uncovered(const Builder *b, const char *place, int64_t from_us, int64_t to_us)
{
    int64_t seen_us = from_us;
    for (bool more = true; more && seen_us < to_us;) {
        int64_t next_us = to_us;
        more = false;
        for (guint i = 0; i < b->footage.spans->len; i++) {
            const IdxSpan *span = &g_array_index(b->footage.spans, IdxSpan, i);
            if (span->from_us <= seen_us && span->to_us > seen_us) {
                seen_us = span->to_us;
                more = true;
            } else if (span->from_us > seen_us) {
                next_us = MIN(next_us, span->from_us);
            }
        }
        if (!more) {
            idx_footage_unseen(&b->footage, place, seen_us, next_us);
            seen_us = next_us;
            more = true;
        }
    }
}

json_t *idx_dossier_place(IdxCatalogue *cat, const char *place, const char *hall, int64_t from_us,
                          int64_t to_us, int64_t now_us, GError **error)
{
    int64_t hall_id = 0;
    if (from_us >= to_us) {
        mj_error_set(error, MJ_ERROR_INVALID, "the time asked for ends before it begins");
        return NULL;
    }
    g_auto(Builder) b = {0};
    builder_init(&b, cat, now_us);
    b.footage.rules[IDX_METHOD_VISIT].max_us = to_us - from_us;
    if (!find_place(cat, place, hall, &hall_id, error) ||
        !load_place_spans(&b, place, hall_id, from_us, to_us, error))
        return NULL;
    g_autoptr(json_t) cameras = idx_footage_json(&b.footage, error);
    g_autoptr(json_t) holds =
        cameras ? idx_hold_of_footage_json(cat, 0, b.footage.spans, now_us, error) : NULL;
    add_uncovered(&b, place, from_us, to_us);
    g_autoptr(json_t) of = holds ? idx_glance_hall(cat, hall_id, error) : NULL;
    if (!of)
        return NULL;
    return json_pack("{s:s, s:O, s:o, s:o, s:O, s:O, s:O, s:o}", "place", place, "hall", of, "from",
                     mj_json_time(from_us, cat->zone), "to", mj_json_time(to_us, cat->zone),
                     "cameras", cameras, "gaps", b.footage.gaps, "holds", holds, "coverage",
                     idx_footage_coverage(&b.footage, true));
}
