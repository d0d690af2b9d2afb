// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/link/linker.h"

#include <string.h>

typedef enum { KIND_OTHER, KIND_CALL, KIND_START, KIND_END, KIND_STEP } Kind;

/* Also the order of events of one moment. */
static const struct {
    const char *type;
    Kind kind;
} TYPES[] = {
    {"hall.ticket.taken", KIND_OTHER},      {"hall.ticket.transferred", KIND_END},
    {"hall.ticket.called", KIND_CALL},      {"hall.ticket.recalled", KIND_CALL},
    {"hall.ticket.started", KIND_START},    {"hall.ticket.paused", KIND_OTHER},
    {"hall.ticket.finished", KIND_END},     {"hall.ticket.passed", KIND_END},
    {"hall.ticket.rated", KIND_OTHER},      {"hall.session.scheduled", KIND_OTHER},
    {"hall.session.cancelled", KIND_OTHER}, {"hall.session.started", KIND_START},
    {"hall.trade.started", KIND_START},     {"hall.session.ended", KIND_END},
    {"hall.trade.ended", KIND_END},         {"hall.session.rated", KIND_OTHER},
    {"hall.session.fulfilled", KIND_OTHER},
};

static int rank_of(const char *type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(TYPES); i++)
        if (strcmp(type, TYPES[i].type) == 0)
            return (int)i;
    return (int)G_N_ELEMENTS(TYPES);
}

static Kind kind_of(const IdxStoryEvent *event)
{
    int rank = rank_of(event->type);
    if (rank < (int)G_N_ELEMENTS(TYPES))
        return TYPES[rank].kind;
    bool steps = g_str_has_prefix(event->type, "hall.approval.") ||
                 g_str_has_prefix(event->type, "hall.session.") ||
                 g_str_has_prefix(event->type, "hall.trade.");
    return steps && event->place ? KIND_STEP : KIND_OTHER;
}

static const char *const METHODS[IDX_METHODS] = {"visit", "step", "session"};

const char *idx_method_name(IdxMethod method)
{
    return METHODS[method];
}

IdxMethod idx_method_of(const char *name)
{
    IdxMethod method = 0;
    while (method < IDX_METHODS && strcmp(METHODS[method], name) != 0)
        method++;
    return method;
}

static IdxMethod method_of(const IdxStoryEvent *event)
{
    return g_str_has_prefix(event->type, "hall.ticket.") ? IDX_METHOD_VISIT : IDX_METHOD_SESSION;
}

int idx_linker_compare(const IdxStoryEvent *a, const IdxStoryEvent *b)
{
    if (a->time_us != b->time_us)
        return a->time_us < b->time_us ? -1 : 1;
    int rank_a = rank_of(a->type), rank_b = rank_of(b->type);
    if (rank_a != rank_b)
        return rank_a < rank_b ? -1 : 1;
    return g_strcmp0(a->place, b->place);
}

/* Index of the visit that goes on, or -1. At most one does. */
static int open_visit(const GArray *visits)
{
    for (guint i = visits->len; i > 0; i--)
        if (g_array_index(visits, IdxVisit, i - 1).last_us == 0)
            return (int)(i - 1);
    return -1;
}

static IdxVisit *begin(GArray *visits, const IdxStoryEvent *event, IdxMethod method)
{
    IdxVisit visit = {.place = event->place,
                      .method = method,
                      .first_us = event->time_us,
                      .heard_us = event->time_us,
                      .uncertainty_us = event->uncertainty_us};
    g_array_append_val(visits, visit);
    return &g_array_index(visits, IdxVisit, visits->len - 1);
}

/* An end tells of the visit that it ends; its doubt is the visit's. */
static void finish(IdxVisit *visit, const IdxStoryEvent *event)
{
    visit->last_us = event->time_us;
    visit->uncertainty_us = MAX(visit->uncertainty_us, event->uncertainty_us);
}

/* The event is of somebody's next visit: the one before was over by then, and nothing was heard of it for no longer than
 * one may last. */
static void be_over(IdxVisit *visit, const IdxStoryEvent *event, const IdxLinkRule *rule)
{
    finish(visit, event);
    visit->last_us = MIN(event->time_us, visit->heard_us + rule->max_us);
    visit->over = true;
}

/* What was over gets its own end, unless that came later than a visit may last. */
static void end_late(IdxVisit *visit, const IdxStoryEvent *event, const IdxLinkRule *rule)
{
    if (event->time_us - visit->heard_us <= rule->max_us) {
        finish(visit, event);
        visit->over = false;
    }
}

static bool is_of(const IdxStoryEvent *event, const IdxVisit *open, const IdxLinkRule *rule)
{
    if (!event->place)
        return true;
    bool again = kind_of(event) == KIND_CALL && event->time_us - open->heard_us > rule->max_us;
    return strcmp(open->place, event->place) == 0 && !again;
}

/* The visit that the event goes on with; if it is not of the open one, that is over. */
static IdxVisit *go_on(GArray *visits, const IdxStoryEvent *event, const IdxLinkRule *rules)
{
    int i = open_visit(visits);
    IdxVisit *open = i >= 0 ? &g_array_index(visits, IdxVisit, i) : NULL;
    if (open && is_of(event, open, &rules[open->method])) {
        open->heard_us = event->time_us;
        return open;
    }
    if (!event->place)
        return NULL;
    if (open)
        be_over(open, event, &rules[open->method]);
    return begin(visits, event, method_of(event));
}

/* NULL if there was none at @place. */
static IdxVisit *last_visit(const GArray *visits, const char *place)
{
    for (guint i = visits->len; i > 0; i--) {
        IdxVisit *visit = &g_array_index(visits, IdxVisit, i - 1);
        if (visit->method != IDX_METHOD_STEP && strcmp(visit->place, place) == 0)
            return visit;
    }
    return NULL;
}

/* A visit that is over without an end and that is followed by @open, which was called but not begun. */
static IdxVisit *left_for(const GArray *visits, const IdxVisit *open)
{
    IdxVisit *before = NULL;
    for (guint i = 0; i < visits->len && &g_array_index(visits, IdxVisit, i) != open; i++)
        if (g_array_index(visits, IdxVisit, i).method != IDX_METHOD_STEP)
            before = &g_array_index(visits, IdxVisit, i);
    return before && before->over && !open->started_us ? before : NULL;
}

/* The visit that @event may be the end of: NULL if there is none, or if its end is known. */
static IdxVisit *ended_by(const GArray *visits, const IdxStoryEvent *event)
{
    int i = open_visit(visits);
    IdxVisit *open = i >= 0 ? &g_array_index(visits, IdxVisit, i) : NULL;
    bool leaves = strcmp(event->type, "hall.ticket.transferred") == 0;
    if (!event->place)
        return open;
    IdxVisit *visit = last_visit(visits, event->place);
    if (leaves && !visit) // it names where to
        return open;
    if (leaves && visit == open && visit && left_for(visits, visit)) // who has called already
        return left_for(visits, visit);
    return visit && (visit == open || visit->over) ? visit : NULL;
}

static void end(GArray *visits, const IdxStoryEvent *event, const IdxLinkRule *rules)
{
    IdxVisit *visit = ended_by(visits, event);
    bool tells = !g_str_has_prefix(event->type, "hall.ticket.") ||
                 strcmp(event->type, "hall.ticket.finished") == 0;
    if (!visit && tells && event->place)
        visit = begin(visits, event, method_of(event));
    if (visit && visit->over)
        end_late(visit, event, &rules[visit->method]);
    else if (visit)
        finish(visit, event);
}

static void apply(GArray *visits, const IdxStoryEvent *event, const IdxLinkRule *rules)
{
    Kind kind = kind_of(event);
    if (kind == KIND_CALL || kind == KIND_START) {
        IdxVisit *visit = go_on(visits, event, rules);
        int64_t *moment = !visit              ? NULL
                          : kind == KIND_CALL ? &visit->called_us
                                              : &visit->started_us;
        if (moment && *moment == 0)
            *moment = event->time_us;
        if (visit)
            visit->uncertainty_us = MAX(visit->uncertainty_us, event->uncertainty_us);
    } else if (kind == KIND_END) {
        end(visits, event, rules);
    } else if (kind == KIND_STEP) {
        begin(visits, event, IDX_METHOD_STEP)->last_us = event->time_us;
    }
}

GArray *idx_linker_visits(const IdxStoryEvent *events, size_t n_events,
                          const IdxLinkRule rules[IDX_METHODS])
{
    GArray *visits = g_array_new(FALSE, FALSE, sizeof(IdxVisit));
    for (size_t i = 0; i < n_events; i++)
        apply(visits, &events[i], rules);
    return visits;
}

static double confidence_of(const IdxVisit *visit)
{
    if (visit->method == IDX_METHOD_STEP)
        return 0.7;
    int64_t begun_us = visit->method == IDX_METHOD_SESSION ? visit->started_us : visit->called_us;
    return begun_us && visit->last_us && !visit->over ? 1.0 : 0.8;
}

static void add_span(GArray *spans, const IdxVisit *visit, const IdxLinkCoverage *coverage,
                     const IdxLinkRule *rule)
{
    IdxSpan span = {.place_id = coverage->place_id,
                    .camera_id = coverage->camera_id,
                    .method = visit->method,
                    .confidence = confidence_of(visit),
                    .uncertainty_us = visit->uncertainty_us};
    int64_t before_us = rule->before_us + visit->uncertainty_us;
    int64_t after_us = rule->after_us + visit->uncertainty_us;
    int64_t longest_us = visit->first_us + rule->max_us + after_us;
    if (!visit->last_us && coverage->from_us >= longest_us)
        return;
    span.from_us = MAX(visit->first_us - before_us, coverage->from_us);
    int64_t covered_us = coverage->to_us;
    if (!visit->last_us && covered_us >= longest_us) // nothing is shown of it then
        covered_us = INT64_MAX;
    span.to_us = MIN(visit->last_us ? visit->last_us + after_us : INT64_MAX, covered_us);
    if (span.from_us < span.to_us)
        g_array_append_val(spans, span);
}

static int compare_spans(gconstpointer a, gconstpointer b)
{
    const IdxSpan *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    if (x->from_us != y->from_us)
        return x->from_us < y->from_us ? -1 : 1;
    if (x->place_id != y->place_id)
        return x->place_id < y->place_id ? -1 : 1;
    if (x->method != y->method)
        return (int)x->method - (int)y->method;
    if (x->to_us != y->to_us)
        return x->to_us < y->to_us ? -1 : 1;
    if (x->uncertainty_us != y->uncertainty_us)
        return x->uncertainty_us < y->uncertainty_us ? -1 : 1;
    return x->confidence < y->confidence ? -1 : x->confidence > y->confidence;
}

/* Two steps of one moment show the same: one span tells of both. */
static void drop_repeated(GArray *spans)
{
    for (guint i = spans->len; i > 1; i--) {
        const IdxSpan *one = &g_array_index(spans, IdxSpan, i - 2);
        const IdxSpan *two = one + 1;
        if (compare_spans(one, two) == 0)
            g_array_remove_index(spans, i - 1);
    }
}

GArray *idx_linker_spans(const GArray *visits, const IdxLinkCoverage *coverage, size_t n_coverage,
                         const IdxLinkRule rules[IDX_METHODS])
{
    GArray *spans = g_array_new(FALSE, FALSE, sizeof(IdxSpan));
    for (guint i = 0; i < visits->len; i++) {
        const IdxVisit *visit = &g_array_index(visits, IdxVisit, i);
        for (size_t j = 0; j < n_coverage; j++)
            if (strcmp(coverage[j].place, visit->place) == 0)
                add_span(spans, visit, &coverage[j], &rules[visit->method]);
    }
    g_array_sort(spans, compare_spans);
    drop_repeated(spans);
    return spans;
}

int64_t idx_linker_span_end(int64_t from_us, int64_t to_us, const IdxLinkRule *rule)
{
    return to_us < IDX_SPAN_OPEN ? to_us
                                 : from_us + rule->before_us + rule->max_us + rule->after_us;
}
