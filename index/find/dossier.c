// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/dossier.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/base/text.h"
#include "index/db.h"
#include "index/find/footage.h"
#include "index/find/glance.h"
#include "index/find/story.h"
#include "index/find/subject.h"
#include "index/hall.h"
#include "index/hold/json.h"
#include "index/link/linking.h"
#include "index/link/ticket.h"

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
    IdxStories *told;
    GPtrArray *subjects; // IdxSubject *: the subject, and for an approval its tickets and sessions
    GPtrArray *stories;  // IdxStory *, one for each of them
    bool unlinked;       // events wait to be linked anew: spans are what they come to
    GArray *doubtful;    // int64_t, of events that may be another ticket's
} Builder;

static void builder_clear(Builder *b)
{
    g_clear_pointer(&b->subjects, g_ptr_array_unref);
    g_clear_pointer(&b->stories, g_ptr_array_unref);
    g_clear_pointer(&b->doubtful, g_array_unref);
    g_clear_pointer(&b->told, idx_stories_free);
    idx_footage_clear(&b->footage);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Builder, builder_clear)

static void put_time_of(const Builder *b, GString *out, const char *name, int64_t us)
{
    if (us)
        mj_put_time(out, name, us, &b->cat->hour);
    else
        mj_put_null(out, name);
}

static void put_day(GString *out, int day)
{
    g_autofree char *text = day ? mj_day_format(day) : NULL;
    mj_put_text(out, "day", text);
}

static const IdxStory *story_of(const Builder *b, int64_t subject_id)
{
    for (guint i = 0; i < b->stories->len; i++)
        if (((const IdxSubject *)b->subjects->pdata[i])->id == subject_id)
            return b->stories->pdata[i];
    return NULL;
}

static bool put_related(const Builder *b, GString *out, const GPtrArray *subjects, GError **error)
{
    mj_put_open(out, "related", '[');
    for (guint i = 0; i < subjects->len; i++) {
        const IdxSubject *s = subjects->pdata[i];
        mj_put_open(out, NULL, '{');
        if (!idx_glance_put_subject(out, b->cat, s, story_of(b, s->id), error))
            return false;
        mj_put_close(out, '}');
    }
    mj_put_close(out, ']');
    return true;
}

/* As it is stored, which is compact, and in order (idx_event_parse()). */
static void put_data(GString *out, const char *body)
{
    size_t size = 0;
    const char *data = mj_json_member(body, "data", &size);
    if (data && *data == '{')
        mj_put_raw(out, "data", data, size);
    else
        mj_put_raw(out, "data", "{}", 2);
}

/* Whether nobody knows which ticket of the number it is of (link/ticket.h). */
static bool is_doubtful(const Builder *b, int64_t event_id)
{
    for (guint i = 0; b->doubtful && i < b->doubtful->len; i++)
        if (g_array_index(b->doubtful, int64_t, i) == event_id)
            return true;
    return false;
}

static void put_event(const Builder *b, GString *out, const IdxStoredEvent *e)
{
    mj_put_open(out, NULL, '{');
    mj_put_integer(out, "id", e->id);
    mj_put_text(out, "source", e->source);
    mj_put_text(out, "event_id", e->event_id);
    mj_put_text(out, "type", e->type);
    put_time_of(b, out, "time", e->time_us);
    put_time_of(b, out, "at", e->at_us);
    put_time_of(b, out, "received", e->received_us);
    mj_put_bool(out, "superseded", e->superseded);
    mj_put_bool(out, "cancelled", e->cancelled);
    mj_put_bool(out, "unassigned", is_doubtful(b, e->id));
    mj_put_integer(out, "data_ver", e->data_ver);
    mj_put_text(out, "place", e->place);
    put_data(out, e->body);
    mj_put_close(out, '}');
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    IdxStoryEvent ex = {x->type, x->place, x->at_us, 0}, ey = {y->type, y->place, y->at_us, 0};
    int order = idx_linker_compare(&ex, &ey);
    return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

static void put_events(const Builder *b, GString *out, const GPtrArray *events)
{
    mj_put_open(out, "events", '[');
    for (guint i = 0; i < events->len; i++)
        put_event(b, out, events->pdata[i]);
    mj_put_close(out, ']');
}

static int by_source(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    return strcmp(x->source, y->source);
}

/* The last event of each source, of @events in order; there are few sources. */
static GPtrArray *last_by_source(const GPtrArray *events)
{
    GPtrArray *lasts = g_ptr_array_new();
    for (guint i = 0; i < events->len; i++) {
        guint j = 0;
        while (j < lasts->len && by_source(&lasts->pdata[j], &events->pdata[i]) != 0)
            j++;
        if (j == lasts->len)
            g_ptr_array_add(lasts, NULL);
        const IdxStoredEvent *e = events->pdata[i], *last = lasts->pdata[j];
        if (!last || last->time_us <= e->time_us)
            lasts->pdata[j] = events->pdata[i];
    }
    g_ptr_array_sort(lasts, by_source);
    return lasts;
}

/* Whoever told of the subject, and how far its clock was off at the last of its events. */
static void put_sources(const Builder *b, GString *out, const GPtrArray *all)
{
    g_autoptr(GPtrArray) events = last_by_source(all);
    mj_put_open(out, "sources", '[');
    for (guint i = 0; i < events->len; i++) {
        const IdxStoredEvent *e = events->pdata[i];
        mj_put_open(out, NULL, '{');
        mj_put_text(out, "source", e->source);
        mj_put_text(out, "clock", idx_source_how_name(e->clock.how));
        mj_put_real(out, "offset_ms", (double)e->clock.offset_us / 1000.0);
        mj_put_real(out, "uncertainty_ms", (double)e->clock.uncertainty_us / 1000.0);
        mj_put_close(out, '}');
    }
    mj_put_close(out, ']');
}

/* All events of all stories, each once. */
static void put_told(const Builder *b, GString *out)
{
    g_autoptr(GPtrArray) events = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL); // the stories share them
    for (guint i = 0; i < b->stories->len; i++) {
        const GPtrArray *own = ((const IdxStory *)b->stories->pdata[i])->events;
        for (guint j = 0; j < own->len; j++)
            if (g_hash_table_add(seen, own->pdata[j]))
                g_ptr_array_add(events, own->pdata[j]);
    }
    g_ptr_array_sort(events, by_time);
    put_events(b, out, events);
    put_sources(b, out, events);
}

static void put_visit(const Builder *b, GString *out, const IdxSubject *subject, const IdxVisit *v)
{
    const IdxLinkRule *rule = &b->footage.rules[v->method];
    bool is_ticket = strcmp(subject->kind, "ticket") == 0;
    int64_t last_us = v->last_us ? v->last_us : v->first_us + rule->max_us;
    mj_put_open(out, NULL, '{');
    mj_put_text(out, "ticket", is_ticket ? subject->key : NULL);
    put_day(out, subject->day);
    mj_put_text(out, "place", v->place);
    put_time_of(b, out, "called", v->called_us);
    put_time_of(b, out, "started", v->started_us);
    put_time_of(b, out, "finished", v->last_us);
    put_time_of(b, out, "from", v->first_us - rule->before_us - v->uncertainty_us);
    put_time_of(b, out, "to", last_us + rule->after_us + v->uncertainty_us);
    mj_put_real(out, "uncertainty_ms", (double)v->uncertainty_us / 1000.0);
    mj_put_close(out, '}');
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
    int order = strcmp(x->subject->key, y->subject->key);
    return order ? order : strcmp(x->subject->part, y->subject->part);
}

/* All visits in order; *ret_cue becomes the first call, or the first moment if nobody was called. How many. */
static guint put_visits(const Builder *b, GString *out, int64_t *ret_cue_us)
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
    mj_put_open(out, "visits", '[');
    int64_t first_us = 0;
    for (guint i = 0; i < all->len; i++) {
        const VisitOf *one = &g_array_index(all, VisitOf, i);
        put_visit(b, out, one->subject, one->visit);
        first_us = first_us ? first_us : one->visit->first_us;
        *ret_cue_us = *ret_cue_us ? *ret_cue_us : one->visit->called_us;
    }
    mj_put_close(out, ']');
    *ret_cue_us = *ret_cue_us ? *ret_cue_us : first_us;
    return all->len;
}

/* Takes @subject. */
static bool add_story(Builder *b, IdxSubject *subject, GError **error)
{
    g_ptr_array_add(b->subjects, subject);
    IdxStory *story = idx_stories_load(b->told, subject, true, error);
    if (!story)
        return false;
    g_ptr_array_add(b->stories, story);
    g_autoptr(GArray) spans = b->unlinked ? idx_stories_spans(b->told, subject, story, error)
                                          : idx_story_spans(b->cat, subject->id, error);
    if (spans && spans->len)
        g_array_append_vals(b->footage.spans, spans->data, spans->len);
    return spans != NULL;
}

/* What an approval was at: its tickets and sessions. */
static bool add_visited(Builder *b, const GPtrArray *related, GError **error)
{
    for (guint i = 0; i < related->len; i++) {
        const IdxSubject *r = related->pdata[i];
        if (strcmp(r->kind, "approval") != 0 && !add_story(b, idx_subject_copy(r), error))
            return false;
    }
    return true;
}

static void builder_init(Builder *b, IdxCatalogue *cat, int64_t now_us)
{
    b->cat = cat;
    idx_footage_init(&b->footage, cat, now_us);
    b->told = idx_stories_new(cat, true);
    b->subjects = g_ptr_array_new_with_free_func((GDestroyNotify)idx_subject_free);
    b->stories = g_ptr_array_new_with_free_func((GDestroyNotify)idx_story_free);
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
static bool put_also(GString *out, IdxCatalogue *cat, const IdxSubject *found, GError **error)
{
    bool more = false;
    g_autoptr(GPtrArray) others = idx_name_also(cat, found, &more, error);
    if (!others)
        return false;
    mj_put_open(out, "also", '[');
    for (guint i = 0; i < others->len; i++) {
        mj_put_open(out, NULL, '{');
        if (!idx_glance_put_name(out, cat, others->pdata[i], error))
            return false;
        mj_put_close(out, '}');
    }
    mj_put_close(out, ']');
    mj_put_bool(out, "also_more", more);
    return true;
}

/* Of all that there are, which not everybody is shown. */
static bool all_hold(const Builder *b, const IdxStory *story)
{
    for (guint i = 0; i < story->events->len; i++) {
        const IdxStoredEvent *e = story->events->pdata[i];
        if (e->superseded || e->cancelled)
            return false;
    }
    return !idx_scope_is_limited(b->cat);
}

static bool load(Builder *b, IdxSubject *found, GPtrArray **ret_related, GError **error)
{
    bool is_approval = strcmp(found->kind, "approval") == 0;
    if (!add_story(b, found, error) || !idx_story_rules(b->cat, b->footage.rules, error))
        return false;
    *ret_related = idx_subject_related(b->cat, found->id, all_hold(b, b->stories->pdata[0]), error);
    return *ret_related && (!is_approval || add_visited(b, *ret_related, error));
}

static bool put_cameras(Builder *b, GString *out, GError **error)
{
    mj_put_open(out, "cameras", '[');
    if (!idx_footage_put(&b->footage, out, error) || !add_unseen(b, error))
        return false;
    mj_put_close(out, ']');
    return true;
}

/* Of footage that was put: its spans are in order. */
static bool put_holds(Builder *b, GString *out, int64_t subject_id, GError **error)
{
    g_autoptr(json_t) holds = idx_hold_of_footage_json(b->cat, subject_id, b->footage.spans,
                                                       b->footage.rules, b->footage.now_us, error);
    if (holds)
        mj_put_json(out, "holds", holds);
    return holds != NULL;
}

/* Takes @found. The members. */
static bool put_dossier(Builder *b, GString *out, IdxSubject *found, GError **error)
{
    int64_t cue_us = 0;
    g_autoptr(GPtrArray) related = NULL;
    b->doubtful = g_array_new(FALSE, FALSE, sizeof(int64_t));
    if (!idx_linking_pending(b->cat, &b->unlinked, error) || !load(b, found, &related, error) ||
        (found->part[0] && !idx_ticket_doubtful(b->cat, found->id, b->doubtful, error)))
        return false;
    mj_put_bool(out, "complete", !b->unlinked);
    mj_put_open(out, "subject", '{');
    if (!idx_glance_put_subject(out, b->cat, found, story_of(b, found->id), error))
        return false;
    mj_put_close(out, '}');
    if (!idx_glance_put_hall(out, b->cat, found->hall_id, error) ||
        !put_related(b, out, related, error))
        return false;
    guint visits = put_visits(b, out, &cue_us);
    put_told(b, out);
    if (!put_cameras(b, out, error) || !put_holds(b, out, found->id, error))
        return false;
    idx_footage_put_coverage(&b->footage, out, visits > 0);
    put_time_of(b, out, "cue", cue_us);
    if (!put_also(out, b->cat, found, error))
        return false;
    mj_put_all(out, "gaps", '[', b->footage.gaps);
    return true;
}

static bool put_named(IdxCatalogue *cat, GString *out, const IdxName *name, int64_t now_us,
                      IdxSubject **ret_subject, GError **error)
{
    g_autoptr(GError) local = NULL;
    IdxSubject *found = idx_name_find(cat, name, &local);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    else if (!found)
        idx_name_none(cat, name, error);
    if (!found)
        return false;
    g_auto(Builder) b = {0};
    builder_init(&b, cat, now_us);
    if (!put_dossier(&b, out, found, error))
        return false;
    if (ret_subject)
        *ret_subject = idx_subject_copy(found);
    return true;
}

static char *finish(GString *out, bool ok)
{
    if (ok)
        mj_put_close(out, '}');
    return g_string_free(out, !ok);
}

char *idx_dossier_text(IdxCatalogue *cat, const IdxName *name, int64_t now_us,
                       IdxSubject **ret_subject, GError **error)
{
    if (!idx_db_look_begin(cat, error))
        return NULL;
    GString *out = g_string_new("{");
    bool ok = put_named(cat, out, name, now_us, ret_subject, error);
    idx_db_look_end(cat);
    return finish(out, ok);
}

json_t *idx_dossier(IdxCatalogue *cat, const IdxName *name, int64_t now_us, GError **error)
{
    g_autofree char *text = idx_dossier_text(cat, name, now_us, NULL, error);
    return mj_json_parse(text);
}

json_t *idx_dossier_told(const json_t *subject)
{
    if (!json_is_true(json_object_get(subject, "shared")))
        return NULL;
    return json_pack("{s:O, s:O}", "ticket_id", json_object_get(subject, "ticket_id"), "source",
                     json_object_get(subject, "source"));
}

json_t *idx_dossier_told_of(IdxCatalogue *cat, const IdxSubject *subject)
{
    g_autoptr(GString) out = g_string_new("{");
    if (!idx_glance_put_name(out, cat, subject, NULL))
        return NULL;
    mj_put_close(out, '}');
    g_autoptr(json_t) name = mj_json_parse(out->str);
    return idx_dossier_told(name);
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
        return idx_hall_find(cat, hall, ret_hall, error) &&
               mj_error_set(error, MJ_ERROR_NOT_FOUND, "no place %.64s%s%.64s", place,
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
static void add_uncovered(Builder *b, const char *place, int64_t from_us, int64_t to_us)
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

/* The members. */
static bool put_place(Builder *b, GString *out, const char *place, int64_t hall_id, int64_t from_us,
                      int64_t to_us, GError **error)
{
    if (!load_place_spans(b, place, hall_id, from_us, to_us, error) ||
        !idx_linking_pending(b->cat, &b->unlinked, error))
        return false;
    mj_put_bool(out, "complete", !b->unlinked);
    mj_put_text(out, "place", place);
    if (!idx_glance_put_hall(out, b->cat, hall_id, error))
        return false;
    mj_put_time(out, "from", from_us, &b->cat->hour);
    mj_put_time(out, "to", to_us, &b->cat->hour);
    if (!put_cameras(b, out, error))
        return false;
    add_uncovered(b, place, from_us, to_us);
    mj_put_all(out, "gaps", '[', b->footage.gaps);
    if (!put_holds(b, out, 0, error))
        return false;
    idx_footage_put_coverage(&b->footage, out, true);
    return true;
}

char *idx_dossier_place_text(IdxCatalogue *cat, const char *asked, const char *hall,
                             int64_t from_us, int64_t to_us, int64_t now_us, GError **error)
{
    int64_t hall_id = 0;
    g_autofree char *place = mj_identifier(asked);
    if (from_us >= to_us) {
        mj_error_set(error, MJ_ERROR_INVALID, "the time asked for ends before it begins");
        return NULL;
    }
    g_auto(Builder) b = {0};
    builder_init(&b, cat, now_us);
    b.footage.rules[IDX_METHOD_VISIT].max_us = to_us - from_us;
    if (!find_place(cat, place, hall, &hall_id, error))
        return NULL;
    GString *out = g_string_new("{");
    return finish(out, put_place(&b, out, place, hall_id, from_us, to_us, error));
}

json_t *idx_dossier_place(IdxCatalogue *cat, const char *place, const char *hall, int64_t from_us,
                          int64_t to_us, int64_t now_us, GError **error)
{
    g_autofree char *text = idx_dossier_place_text(cat, place, hall, from_us, to_us, now_us, error);
    return mj_json_parse(text);
}
