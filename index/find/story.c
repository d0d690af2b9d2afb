// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/story.h"

#include "index/account/scope.h"
#include "index/base/clock.h"
#include "index/base/error.h"
#include "index/db.h"
#include "index/find/facet.h"
#include "index/find/subject.h"
#include "index/hold/hold.h"
#include "index/place.h"

#include <string.h>

#define COLUMNS                                                                                    \
    "SELECT e.id, e.source, e.event_id, e.type, e.data_ver, e.time_us, e.received_us, e.place,"    \
    " e.ticket_id, e.superseded_by IS NOT NULL, e.cancelled, CASE WHEN ?2 THEN e.body END FROM "
static const char SQL_EVENTS[] =
    COLUMNS "subject_event t JOIN event e ON e.id = t.event_id WHERE t.subject_id = ?1";
static const char SQL_EVENT[] = COLUMNS "event e WHERE e.id = ?1";
static const char SQL_EVENT_IDS[] = "SELECT event_id FROM subject_event WHERE subject_id = ?1";
static const char SQL_COVERAGE[] =
    "SELECT v.place_id, v.camera_id, v.from_us, v.to_us FROM place p JOIN coverage v"
    " ON v.place_id = p.id WHERE p.hall_id = ? AND p.code = ?";
static const char SQL_RULES[] = "SELECT method, before_us, after_us, max_us FROM link_rule";
static const char SQL_SPANS[] =
    "SELECT id, place_id, camera_id, from_us, to_us, method, confidence, uncertainty_us"
    " FROM span WHERE subject_id = ? AND superseded_us IS NULL ORDER BY camera_id, from_us, "
    "place_id";
static const char SQL_SPAN_ADD[] =
    "INSERT INTO span (subject_id, place_id, camera_id, from_us, to_us, method, confidence,"
    " uncertainty_us, linked_us) VALUES (?1, ?2, ?3, ?4, nullif(?5, 9223372036854775807), ?6, ?7, "
    "?8,"
    " ?9)";
static const char SQL_SUPERSEDE[] = "UPDATE span SET superseded_us = ?2 WHERE id = ?1";

void idx_story_free(IdxStory *story)
{
    if (!story)
        return;
    g_clear_pointer(&story->events, g_ptr_array_unref);
    g_clear_pointer(&story->visits, g_array_unref);
    g_free(story);
}

static IdxStoredEvent *read_event(IdxQuery *q)
{
    static const int TEXTS[] = {1, 2, 3, 7, 8, 11};
    size_t size = sizeof(IdxStoredEvent);
    for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
        size += idx_db_text_bytes(q, TEXTS[i]);
    IdxStoredEvent *e = g_rc_box_alloc(size);
    char *end = (char *)(e + 1);
    *e = (IdxStoredEvent){.id = idx_db_int(q, 0),
                          .source = idx_db_text_keep(q, 1, &end),
                          .event_id = idx_db_text_keep(q, 2, &end),
                          .type = idx_db_text_keep(q, 3, &end),
                          .data_ver = idx_db_int(q, 4),
                          .time_us = idx_db_int(q, 5),
                          .received_us = idx_db_int(q, 6),
                          .place = idx_db_text_keep(q, 7, &end),
                          .ticket_id = idx_db_text_keep(q, 8, &end),
                          .superseded = idx_db_int(q, 9) != 0,
                          .cancelled = idx_db_int(q, 10) != 0,
                          .body = idx_db_text_keep(q, 11, &end)};
    return e;
}

static IdxStoryEvent as_story_event(const IdxStoredEvent *e)
{
    return (IdxStoryEvent){.type = e->type,
                           .place = e->place,
                           .time_us = e->at_us,
                           .uncertainty_us = e->clock.uncertainty_us};
}

static int compare_stored(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    IdxStoryEvent ex = as_story_event(x), ey = as_story_event(y);
    int order = idx_linker_compare(&ex, &ey);
    if (order == 0)
        order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->event_id, y->event_id);
}

/* A ticket's visits come from its own events; an approval's steps from its own: what they share is
 * linked once. */
static bool speaks_for(const IdxStoredEvent *event, const char *kind)
{
    if (event->superseded || event->cancelled)
        return false;
    if (strcmp(kind, "session") == 0)
        return g_str_has_prefix(event->type, "hall.session.") ||
               g_str_has_prefix(event->type, "hall.trade.");
    return g_str_has_prefix(event->type,
                            strcmp(kind, "ticket") == 0 ? "hall.ticket." : "hall.approval.");
}

static bool is_ours(const IdxStoredEvent *event)
{
    return g_str_has_prefix(event->source, IDX_SOURCE_OURS);
}

/* A session that is carried here: when it begins and ends is known, whatever another system believes. */
static bool is_carried(const GPtrArray *events, const char *kind)
{
    for (guint i = 0; strcmp(kind, "session") == 0 && i < events->len; i++) {
        const IdxStoredEvent *event = events->pdata[i];
        if (is_ours(event) && speaks_for(event, kind) &&
            strcmp(event->type, "hall.session.started") == 0)
            return true;
    }
    return false;
}

static bool is_belief(const IdxStoredEvent *event)
{
    return !is_ours(event) && (strcmp(event->type, "hall.session.started") == 0 ||
                               strcmp(event->type, "hall.session.ended") == 0);
}

static GArray *find_visits(const GPtrArray *events, const char *kind, const IdxLinkRule *rules)
{
    bool carried = is_carried(events, kind);
    g_autoptr(GArray) own = g_array_new(FALSE, FALSE, sizeof(IdxStoryEvent));
    for (guint i = 0; i < events->len; i++) {
        IdxStoryEvent event = as_story_event(events->pdata[i]);
        if (speaks_for(events->pdata[i], kind) && !(carried && is_belief(events->pdata[i])))
            g_array_append_val(own, event);
    }
    return idx_linker_visits((const IdxStoryEvent *)(void *)own->data, own->len, rules);
}

struct IdxStories {
    IdxCatalogue *cat;
    GHashTable *clocks;   // char * (source) → GArray of IdxSourceClock
    GHashTable *events;   // int64_t (id) → IdxStoredEvent; NULL: none is kept
    GHashTable *coverage; // char * (place) → GArray of IdxLinkCoverage, whose places are not set
    int64_t coverage_hall_id;
    IdxLinkRule rules[IDX_METHODS];
    bool has_rules;
};

IdxStories *idx_stories_new(IdxCatalogue *cat, bool keep_events)
{
    IdxStories *stories = g_new0(IdxStories, 1);
    stories->cat = cat;
    stories->clocks =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    if (keep_events)
        stories->events =
            g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_rc_box_release);
    return stories;
}

void idx_stories_free(IdxStories *stories)
{
    if (!stories)
        return;
    g_hash_table_unref(stories->clocks);
    g_clear_pointer(&stories->events, g_hash_table_unref);
    g_clear_pointer(&stories->coverage, g_hash_table_unref);
    g_free(stories);
}

static const GArray *clocks_of(IdxStories *stories, const char *source, GError **error)
{
    GArray *clocks = g_hash_table_lookup(stories->clocks, source);
    if (clocks)
        return clocks;
    clocks = idx_source_clocks(stories->cat, source, error);
    if (clocks)
        g_hash_table_insert(stories->clocks, g_strdup(source), clocks);
    return clocks;
}

/* Puts the events on the host's clock. */
static bool set_clocks(IdxStories *stories, const GPtrArray *events, GError **error)
{
    for (guint i = 0; i < events->len; i++) {
        IdxStoredEvent *e = events->pdata[i];
        const GArray *clocks = clocks_of(stories, e->source, error);
        if (!clocks)
            return false;
        e->clock = idx_source_clock_at(clocks, e->time_us, e->received_us);
        e->at_us = e->time_us + e->clock.offset_us;
    }
    return true;
}

/* What happened at places that are not for whoever asks. */
static void drop_unseen(const IdxCatalogue *cat, int64_t hall_id, GPtrArray *events)
{
    for (guint i = events->len; i > 0 && idx_scope_is_limited(cat); i--) {
        const IdxStoredEvent *e = events->pdata[i - 1];
        if (e->place && !idx_scope_place(cat, hall_id, e->place))
            g_ptr_array_remove_index(events, i - 1);
    }
}

static bool read_events(IdxStories *stories, IdxQuery *q, GPtrArray *events, GError **error)
{
    int row = 0;
    while ((row = idx_db_step(stories->cat, q, error)) > 0) {
        IdxStoredEvent *e = read_event(q);
        g_ptr_array_add(events, e);
        if (stories->events)
            g_hash_table_insert(stories->events, &e->id, g_rc_box_acquire(e));
    }
    return row == 0;
}

/* Those that are known from another story are not read again. */
static bool read_rest(IdxStories *stories, int64_t subject_id, bool with_bodies, GPtrArray *events,
                      GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(stories->cat, SQL_EVENT_IDS, error, "i", subject_id);
    int row = 0;
    while ((row = idx_db_step(stories->cat, q, error)) > 0) {
        int64_t id = idx_db_int(q, 0);
        IdxStoredEvent *known = g_hash_table_lookup(stories->events, &id);
        if (known) {
            g_ptr_array_add(events, g_rc_box_acquire(known));
            continue;
        }
        g_autoptr(IdxQuery) one =
            idx_db_query(stories->cat, SQL_EVENT, error, "ii", id, (int64_t)with_bodies);
        if (!read_events(stories, one, events, error))
            return false;
    }
    return row == 0;
}

static bool load_events(IdxStories *stories, int64_t subject_id, bool with_bodies,
                        GPtrArray *events, GError **error)
{
    if (stories->events && g_hash_table_size(stories->events) > 0)
        return read_rest(stories, subject_id, with_bodies, events, error);
    g_autoptr(IdxQuery) q =
        idx_db_query(stories->cat, SQL_EVENTS, error, "ii", subject_id, (int64_t)with_bodies);
    return read_events(stories, q, events, error);
}

bool idx_story_rules(IdxCatalogue *cat, IdxLinkRule rules[IDX_METHODS], GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_RULES, error, "");
    int row = 0, found = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxMethod method = idx_method_of(idx_db_text(q, 0));
        if (method == IDX_METHODS)
            continue;
        rules[method] = (IdxLinkRule){.before_us = idx_db_int(q, 1),
                                      .after_us = idx_db_int(q, 2),
                                      .max_us = idx_db_int(q, 3)};
        found++;
    }
    return row == 0 &&
           (found == IDX_METHODS ||
            mj_error_set(error, MJ_ERROR_CORRUPT, "the catalogue's link rules are gone"));
}

static const IdxLinkRule *rules_of(IdxStories *stories, GError **error)
{
    if (!stories->has_rules && !idx_story_rules(stories->cat, stories->rules, error))
        return NULL;
    stories->has_rules = true;
    return stories->rules;
}

IdxStory *idx_stories_load(IdxStories *stories, const IdxSubject *subject, bool with_bodies,
                           GError **error)
{
    const IdxLinkRule *rules = rules_of(stories, error);
    if (!rules)
        return NULL;
    g_autoptr(IdxStory) story = g_new0(IdxStory, 1);
    story->events = g_ptr_array_new_with_free_func(g_rc_box_release);
    if (!load_events(stories, subject->id, with_bodies, story->events, error) ||
        !set_clocks(stories, story->events, error))
        return NULL;
    drop_unseen(stories->cat, subject->hall_id, story->events);
    g_ptr_array_sort(story->events, compare_stored);
    story->visits = find_visits(story->events, subject->kind, rules);
    return g_steal_pointer(&story);
}

static IdxSubject *get_subject(IdxCatalogue *cat, int64_t id, GError **error)
{
    g_autoptr(GError) local = NULL;
    IdxSubject *subject = idx_subject_get(cat, id, &local);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    else if (!subject)
        mj_error_set(error, MJ_ERROR_NOT_FOUND, "no subject %" G_GINT64_FORMAT, id);
    return subject;
}

IdxStory *idx_story_load(IdxCatalogue *cat, int64_t subject_id, bool with_bodies, GError **error)
{
    g_autoptr(IdxStories) stories = idx_stories_new(cat, false);
    g_autoptr(IdxSubject) subject = get_subject(cat, subject_id, error);
    return subject ? idx_stories_load(stories, subject, with_bodies, error) : NULL;
}

static bool is_visited_before(const GArray *visits, guint index)
{
    const char *place = g_array_index(visits, IdxVisit, index).place;
    for (guint i = 0; i < index; i++)
        if (strcmp(g_array_index(visits, IdxVisit, i).place, place) == 0)
            return true;
    return false;
}

static GArray *read_coverage(IdxCatalogue *cat, int64_t hall_id, const char *place, GError **error)
{
    g_autoptr(GArray) coverage = g_array_new(FALSE, FALSE, sizeof(IdxLinkCoverage));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_COVERAGE, error, "it", hall_id, place);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxLinkCoverage v = {.place_id = idx_db_int(q, 0),
                             .camera_id = idx_db_int(q, 1),
                             .from_us = idx_db_int_or(q, 2, INT64_MIN),
                             .to_us = idx_db_int_or(q, 3, INT64_MAX)};
        g_array_append_val(coverage, v);
    }
    return row == 0 ? g_steal_pointer(&coverage) : NULL;
}

/* Each place is read once for all subjects that are linked together, most of which are of one hall. */
static const GArray *coverage_of(IdxStories *stories, int64_t hall_id, const char *place,
                                 GError **error)
{
    if (stories->coverage_hall_id != hall_id)
        g_clear_pointer(&stories->coverage, g_hash_table_unref);
    stories->coverage_hall_id = hall_id;
    if (!stories->coverage)
        stories->coverage =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    GArray *coverage = g_hash_table_lookup(stories->coverage, place);
    if (coverage)
        return coverage;
    coverage = read_coverage(stories->cat, hall_id, place, error);
    if (coverage)
        g_hash_table_insert(stories->coverage, g_strdup(place), coverage);
    return coverage;
}

/* Of the places of @visits, whose strings it points to. */
static GArray *load_coverage(IdxStories *stories, int64_t hall_id, const GArray *visits,
                             GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(IdxLinkCoverage));
    for (guint i = 0; i < visits->len; i++) {
        const char *place = g_array_index(visits, IdxVisit, i).place;
        if (is_visited_before(visits, i))
            continue;
        const GArray *coverage = coverage_of(stories, hall_id, place, error);
        if (!coverage)
            return NULL;
        for (guint j = 0; j < coverage->len; j++) {
            IdxLinkCoverage v = g_array_index(coverage, IdxLinkCoverage, j);
            v.place = place;
            g_array_append_val(all, v);
        }
    }
    return g_steal_pointer(&all);
}

GArray *idx_story_spans(IdxCatalogue *cat, int64_t subject_id, GError **error)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(IdxSpan));
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_SPANS, error, "i", subject_id);
    int row = 0;
    while ((row = idx_db_step(cat, q, error)) > 0) {
        IdxSpan span = {.id = idx_db_int(q, 0),
                        .place_id = idx_db_int(q, 1),
                        .camera_id = idx_db_int(q, 2),
                        .from_us = idx_db_int(q, 3),
                        .to_us = idx_db_int_or(q, 4, INT64_MAX),
                        .method = idx_method_of(idx_db_text(q, 5)),
                        .confidence = idx_db_double(q, 6),
                        .uncertainty_us = idx_db_int(q, 7)};
        if (idx_scope_place_id(cat, span.place_id))
            g_array_append_val(spans, span);
    }
    return row == 0 ? g_steal_pointer(&spans) : NULL;
}

static bool is_same_span(const IdxSpan *a, const IdxSpan *b)
{
    return a->place_id == b->place_id && a->camera_id == b->camera_id && a->from_us == b->from_us &&
           a->to_us == b->to_us && a->method == b->method && a->confidence == b->confidence &&
           a->uncertainty_us == b->uncertainty_us;
}

static bool contains(const GArray *spans, const IdxSpan *span)
{
    for (guint i = 0; i < spans->len; i++)
        if (is_same_span(&g_array_index(spans, IdxSpan, i), span))
            return true;
    return false;
}

static bool replace_spans(IdxCatalogue *cat, int64_t subject_id, const GArray *old,
                          const GArray *new, int64_t now_us, GError **error)
{
    for (guint i = 0; i < old->len; i++) {
        const IdxSpan *span = &g_array_index(old, IdxSpan, i);
        if (!contains(new, span) && !idx_db_run(cat, SQL_SUPERSEDE, error, "ii", span->id, now_us))
            return false;
    }
    for (guint i = 0; i < new->len; i++) {
        const IdxSpan *span = &g_array_index(new, IdxSpan, i);
        if (!contains(old, span) &&
            !idx_db_run(cat, SQL_SPAN_ADD, error, "iiiiitdii", subject_id, span->place_id,
                        span->camera_id, span->from_us, span->to_us, idx_method_name(span->method),
                        span->confidence, span->uncertainty_us, now_us))
            return false;
    }
    return true;
}

static int by_identity(const IdxStoredEvent *x, const IdxStoredEvent *y)
{
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->event_id, y->event_id);
}

/* The spelling of a key is that of the first event. */
static int by_spelling(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    if (x->time_us != y->time_us)
        return x->time_us < y->time_us ? -1 : 1;
    int order = by_identity(x, y);
    return order ? order : x->data_ver < y->data_ver ? -1 : x->data_ver > y->data_ver;
}

static bool is_gone(const IdxStoredEvent *event)
{
    return event->superseded || event->cancelled;
}

/* The title is that of the newest event which holds and has one; of the newest at all only if none holds. */
static int by_telling(gconstpointer a, gconstpointer b)
{
    const IdxStoredEvent *x = *(IdxStoredEvent *const *)a, *y = *(IdxStoredEvent *const *)b;
    if (is_gone(x) != is_gone(y))
        return is_gone(x) ? 1 : -1;
    if (x->time_us != y->time_us)
        return x->time_us > y->time_us ? -1 : 1;
    int order = by_identity(x, y);
    return order ? order : x->data_ver > y->data_ver ? -1 : x->data_ver < y->data_ver;
}

/* First and last moment of what holds; of everything if nothing does. */
static void find_times(const GPtrArray *events, IdxSummary *summary)
{
    int64_t first_us[2] = {INT64_MAX, INT64_MAX}, last_us[2] = {INT64_MIN, INT64_MIN};
    for (guint i = 0; i < events->len; i++) {
        const IdxStoredEvent *e = events->pdata[i];
        int gone = is_gone(e);
        first_us[gone] = MIN(first_us[gone], e->time_us);
        last_us[gone] = MAX(last_us[gone], e->time_us);
    }
    int which = first_us[0] == INT64_MAX;
    summary->first_us = first_us[which];
    summary->last_us = last_us[which];
}

/* The same whatever the order the events came in. */
static bool summarise(IdxCatalogue *cat, const IdxSubject *subject, const GPtrArray *events,
                      GError **error)
{
    if (events->len == 0)
        return idx_subject_emptied(cat, subject, error);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GPtrArray) tells = g_ptr_array_sized_new(events->len);
    IdxSummary summary = {.tells = tells};
    find_times(events, &summary);
    g_ptr_array_extend(sorted, (GPtrArray *)(uintptr_t)events, NULL, NULL);
    gpointer *first = &sorted->pdata[0];
    for (guint i = 1; i < sorted->len; i++)
        first = by_spelling(&sorted->pdata[i], first) < 0 ? &sorted->pdata[i] : first;
    summary.spelt_by = ((const IdxStoredEvent *)*first)->body;
    g_ptr_array_sort(sorted, by_telling);
    bool none_holds = is_gone(sorted->pdata[0]);
    for (guint i = 0; i < sorted->len && is_gone(sorted->pdata[i]) == none_holds; i++)
        g_ptr_array_add(tells, ((const IdxStoredEvent *)sorted->pdata[i])->body);
    return idx_subject_summarise(cat, subject, &summary, error);
}

GArray *idx_stories_spans(IdxStories *stories, const IdxSubject *subject, const IdxStory *story,
                          GError **error)
{
    const IdxLinkRule *rules = rules_of(stories, error);
    g_autoptr(GArray) coverage =
        rules ? load_coverage(stories, subject->hall_id, story->visits, error) : NULL;
    if (!coverage)
        return NULL;
    g_autoptr(GArray) spans = idx_linker_spans(
        story->visits, (const IdxLinkCoverage *)(void *)coverage->data, coverage->len, rules);
    for (guint i = spans->len; i > 0 && idx_scope_is_limited(stories->cat); i--)
        if (!idx_scope_place_id(stories->cat, g_array_index(spans, IdxSpan, i - 1).place_id))
            g_array_remove_index(spans, i - 1);
    return g_steal_pointer(&spans);
}

static bool relink(IdxStories *stories, int64_t subject_id, int64_t now_us, GError **error)
{
    IdxCatalogue *cat = stories->cat;
    g_autoptr(IdxSubject) subject = get_subject(cat, subject_id, error);
    g_autoptr(IdxStory) story = subject ? idx_stories_load(stories, subject, true, error) : NULL;
    if (!story || !summarise(cat, subject, story->events, error) ||
        !idx_facet_derive(cat, subject, story->events, error))
        return false;
    g_autoptr(GArray) new = idx_stories_spans(stories, subject, story, error);
    g_autoptr(GArray) old = new ? idx_story_spans(cat, subject_id, error) : NULL;
    if (!old)
        return false;
    return replace_spans(cat, subject_id, old, new, now_us, error);
}

/* By itself, unless it is a part of something that is undone as a whole anyway. */
static bool relink_one_of(IdxStories *stories, int64_t subject_id, int64_t now_us, GError **error)
{
    if (stories->cat->depth > 0)
        return relink(stories, subject_id, now_us, error);
    if (!idx_db_scope_begin(stories->cat, error))
        return false;
    return idx_db_scope_end(stories->cat, relink(stories, subject_id, now_us, error), error);
}

bool idx_story_relink(IdxCatalogue *cat, int64_t subject_id, int64_t now_us, GError **error)
{
    g_autoptr(IdxStories) stories = idx_stories_new(cat, false);
    if (!idx_db_scope_begin(cat, error))
        return false;
    return idx_db_scope_end(cat, relink(stories, subject_id, now_us, error), error);
}

bool idx_story_relink_all(IdxCatalogue *cat, const GArray *subjects, int64_t now_us, GError **error)
{
    int64_t since = 0;
    g_autoptr(IdxStories) stories = idx_stories_new(cat, false);
    if (!idx_hold_mark(cat, &since, error))
        return false;
    for (guint i = 0; i < subjects->len; i++)
        if (!relink_one_of(stories, g_array_index(subjects, int64_t, i), now_us, error))
            return false;
    return idx_hold_follow(cat, subjects, since, now_us, error);
}
