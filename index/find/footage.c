// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/find/footage.h"

#include "index/base/error.h"
#include "index/db.h"
#include "index/find/dossier.h"
#include "index/segment/volume.h"

#include <string.h>

static const char SQL_CAMERA[] =
    "SELECT c.code, c.name, c.kind, s.id, s.name, s.record, EXISTS (SELECT 1 FROM segment g INDEXED"
    " BY segment_doubt WHERE g.stream_id = s.id AND g.clock_uncertainty_us >= 1000000) FROM camera "
    "c"
    " LEFT JOIN stream s ON s.camera_id = c.id WHERE c.id = ? ORDER BY s.name";
static const char SQL_PLACE_ID[] = "SELECT id FROM place WHERE hall_id = ? AND code = ?";
static const char SQL_PLACE[] = "SELECT hall_id, code FROM place WHERE id = ?";

#define DOUBT " min(clock_uncertainty_us, 86400000000)"
/* From the first of what may be of [?2, ?3) until the last. */
static const char SQL_DOUBT[] =
    "SELECT coalesce(min(max(start_us, ?2 -" DOUBT ")), ?2), coalesce(max(min(end_us, ?3 +" DOUBT
    ")), ?3) FROM segment INDEXED BY segment_doubt WHERE stream_id = ?1"
    " AND clock_uncertainty_us >= 1000000 AND start_us > ?2 - 172800000000"
    " AND start_us < ?3 + 86400000000 AND end_us +" DOUBT " > ?2 AND start_us -" DOUBT " < ?3";

typedef struct Place {
    int64_t id, hall_id;
    char *code;
} Place;

static void place_free(gpointer data)
{
    g_free(((Place *)data)->code);
    g_free(data);
}

void idx_footage_init(IdxFootage *f, IdxCatalogue *cat, int64_t now_us)
{
    *f = (IdxFootage){.cat = cat,
                      .now_us = now_us,
                      .spans = g_array_new(FALSE, FALSE, sizeof(IdxSpan)),
                      .gaps = g_string_new(NULL),
                      .places = g_ptr_array_new_with_free_func(place_free)};
}

void idx_footage_clear(IdxFootage *f)
{
    g_clear_pointer(&f->spans, g_array_unref);
    g_clear_pointer(&f->places, g_ptr_array_unref);
    if (f->gaps)
        g_string_free(f->gaps, TRUE);
    f->gaps = NULL;
}

// ── a timeline ──

static void put_gap(GString *out, IdxCatalogue *cat, const IdxGap *gap)
{
    mj_put_time(out, "from", gap->from_us, &cat->hour);
    mj_put_time(out, "to", gap->to_us, &cat->hour);
    mj_put_text(out, "reason", gap->reason);
    mj_put_text(out, "detail", gap->detail);
}

static void put_note(GString *out, IdxCatalogue *cat, const IdxGap *note)
{
    mj_put_time(out, "at", note->from_us, &cat->hour);
    mj_put_text(out, "reason", note->reason);
    mj_put_text(out, "detail", note->detail);
}

static void put_damage(GString *out, IdxCatalogue *cat, const IdxDamage *damage)
{
    mj_put_time(out, "from", damage->from_us, &cat->hour);
    mj_put_time(out, "to", damage->to_us, &cat->hour);
    mj_put_text(out, "track", damage->track);
}

/* Below footage/ of the home; absolute in another volume. */
static void put_segment(GString *out, IdxCatalogue *cat, const IdxSegment *segment)
{
    g_autofree char *elsewhere = segment->volume_id > IDX_VOLUME_HOME
                                     ? idx_volume_file(cat, segment->volume_id, segment->path, NULL)
                                     : NULL;
    mj_put_integer(out, "id", segment->id);
    mj_put_text(out, "path", elsewhere ? elsewhere : segment->path);
    mj_put_time(out, "start", segment->start_us, &cat->hour);
    mj_put_time(out, "end", segment->end_us, &cat->hour);
}

/* An array of what @put puts of each of @list. */
#define PUT_EACH(out, name, list, put, cat)                                                        \
    do {                                                                                           \
        mj_put_open(out, name, '[');                                                               \
        for (guint i = 0; i < (list)->len; i++) {                                                  \
            mj_put_open(out, NULL, '{');                                                           \
            put(out, cat, (list)->pdata[i]);                                                       \
            mj_put_close(out, '}');                                                                \
        }                                                                                          \
        mj_put_close(out, ']');                                                                    \
    } while (0)

/* The members. */
/* Null while all of it is still to come: nothing is covered then, and nothing is missing. */
static void put_ratio(GString *out, int64_t part, int64_t whole)
{
    if (whole > 0)
        mj_put_real(out, "coverage", (double)part / (double)whole);
    else
        mj_put_null(out, "coverage");
}

static void put_timeline(GString *out, IdxCatalogue *cat, const char *camera, const char *stream,
                         const IdxTimeline *t)
{
    mj_put_text(out, "camera", camera);
    mj_put_text(out, "stream", stream);
    mj_put_time(out, "from", t->from_us, &cat->hour);
    mj_put_time(out, "to", t->to_us, &cat->hour);
    mj_put_time(out, "until", t->until_us, &cat->hour);
    put_ratio(out, t->covered_us, t->until_us - t->from_us);
    PUT_EACH(out, "segments", t->segments, put_segment, cat);
    PUT_EACH(out, "gaps", t->gaps, put_gap, cat);
    PUT_EACH(out, "damage", t->damage, put_damage, cat);
    PUT_EACH(out, "notes", t->notes, put_note, cat);
}
#undef PUT_EACH

char *idx_timeline_text(IdxCatalogue *cat, const char *camera, const char *stream,
                        const IdxTimeline *t)
{
    GString *out = g_string_new("{");
    put_timeline(out, cat, camera, stream, t);
    mj_put_close(out, '}');
    return g_string_free(out, FALSE);
}

// ── cameras ──

typedef struct Lens { // a camera with the stream that is shown
    char *code, *name, *kind, *stream;
    int64_t stream_id; // 0: it has none
    bool in_doubt;     // some of its footage is
} Lens;

static void lens_clear(Lens *lens)
{
    g_free(lens->code);
    g_free(lens->name);
    g_free(lens->kind);
    g_free(lens->stream);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lens, lens_clear)

static void read_camera(Lens *lens, IdxQuery *q)
{
    lens->code = g_strdup(idx_db_text(q, 0));
    lens->name = g_strdup(idx_db_text(q, 1));
    lens->kind = g_strdup(idx_db_text(q, 2));
    lens->stream_id = idx_db_int(q, 3);
    lens->in_doubt = idx_db_int(q, 6) != 0;
    lens->stream = g_strdup(lens->stream_id ? idx_db_text(q, 4) : "main");
}

/* The stream that is recorded, the first by name if both or none is. */
static bool load_lens(IdxCatalogue *cat, int64_t camera_id, Lens *lens, GError **error)
{
    int row = 0;
    bool recorded = false;
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_CAMERA, error, "i", camera_id);
    while (!recorded && (row = idx_db_step(cat, q, error)) > 0) {
        recorded = idx_db_int(q, 5) != 0;
        if (lens->code && recorded)
            lens_clear(lens);
        if (!lens->code || recorded)
            read_camera(lens, q);
    }
    if (row == 0 && !lens->code)
        return mj_error_set(error, MJ_ERROR_CORRUPT,
                            "a span names camera %" G_GINT64_FORMAT ", which is not there",
                            camera_id);
    return row >= 0;
}

/* What one camera shows: its spans, and what is the same in all of them. */
typedef struct CameraView {
    GString *spans;    // elements
    GPtrArray *places; // codes, which belong to the footage
    char *video, *audio;
    bool has_offset;
    int64_t offset_us, uncertainty_us;
    int64_t covered_us, asked_us;
} CameraView;

static void camera_view_clear(CameraView *view)
{
    g_string_free(view->spans, TRUE);
    g_ptr_array_unref(view->places);
    g_free(view->video);
    g_free(view->audio);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CameraView, camera_view_clear)

/* The last one tells. */
static void note_segments(CameraView *view, const GPtrArray *segments)
{
    for (guint i = 0; i < segments->len; i++)
        view->uncertainty_us = MAX(view->uncertainty_us,
                                   ((const IdxSegment *)segments->pdata[i])->clock_uncertainty_us);
    if (segments->len == 0)
        return;
    const IdxSegment *last = segments->pdata[segments->len - 1];
    g_free(view->video);
    g_free(view->audio);
    view->video = g_strdup(last->video);
    view->audio = g_strdup(last->audio);
    view->has_offset = last->has_clock_offset;
    view->offset_us = last->clock_offset_us;
}

static void note_place(CameraView *view, const char *place)
{
    for (guint i = 0; i < view->places->len; i++)
        if (strcmp(view->places->pdata[i], place) == 0)
            return;
    g_ptr_array_add(view->places, (gpointer)place);
}

static const Place *known_place(const IdxFootage *f, int64_t id)
{
    for (guint i = 0; i < f->places->len; i++)
        if (((const Place *)f->places->pdata[i])->id == id)
            return f->places->pdata[i];
    return NULL;
}

/* Of footage, as long as it. */
static const char *place_code(const IdxFootage *f, int64_t id, GError **error)
{
    const Place *known = known_place(f, id);
    if (known)
        return known->code;
    g_autoptr(IdxQuery) q = idx_db_query(f->cat, SQL_PLACE, error, "i", id);
    int row = idx_db_step(f->cat, q, error);
    if (row == 0)
        mj_error_set(error, MJ_ERROR_CORRUPT,
                     "a span names place %" G_GINT64_FORMAT ", which is not there", id);
    if (row <= 0)
        return NULL;
    Place *place = g_new0(Place, 1);
    *place = (Place){id, idx_db_int(q, 0), g_strdup(idx_db_text(q, 1))};
    g_ptr_array_add(f->places, place);
    return place->code;
}

static int64_t end_of(const IdxFootage *f, const IdxSpan *span)
{
    return idx_linker_span_end(span->from_us, span->to_us, &f->rules[span->method]);
}

bool idx_footage_widen(IdxCatalogue *cat, int64_t stream_id, int64_t *from_us, int64_t *to_us,
                       GError **error)
{
    g_autoptr(IdxQuery) q = idx_db_query(cat, SQL_DOUBT, error, "iii", stream_id, *from_us, *to_us);
    if (idx_db_step(cat, q, error) <= 0)
        return false;
    *from_us = MIN(*from_us, idx_db_int(q, 0));
    *to_us = MAX(*to_us, idx_db_int(q, 1));
    return true;
}

/* What the camera has of a span, widened for its clock, which may be wrong by *ret_us (IDX_FOOTAGE_NOTICED_US). Cameras
 * differ: each span of a visit is widened by the clock of its own. */
static IdxTimeline *look(IdxFootage *f, const Lens *lens, const IdxSpan *span, int64_t *ret_us,
                         GError **error)
{
    int64_t from_us = span->from_us, to_us = end_of(f, span);
    if (lens->in_doubt && !idx_footage_widen(f->cat, lens->stream_id, &from_us, &to_us, error))
        return NULL;
    IdxTimeline *t = idx_timeline_shown(f->cat, lens->stream_id, from_us, to_us, f->now_us, error);
    for (guint i = 0; t && i < t->segments->len; i++) {
        int64_t us = ((const IdxSegment *)t->segments->pdata[i])->clock_uncertainty_us;
        if (us >= IDX_FOOTAGE_NOTICED_US)
            *ret_us = MAX(*ret_us, us);
    }
    return t;
}

static void put_span(const IdxFootage *f, GString *out, const Lens *lens, const char *place,
                     const IdxSpan *span, int64_t uncertainty_us, const IdxTimeline *t)
{
    mj_put_open(out, NULL, '{');
    put_timeline(out, f->cat, lens->code, lens->stream, t);
    mj_put_text(out, "place", place);
    mj_put_text(out, "method", idx_method_name(span->method));
    mj_put_real(out, "confidence", span->confidence);
    mj_put_real(out, "uncertainty_ms", (double)uncertainty_us / 1000.0);
    mj_put_close(out, '}');
}

static void add_gaps(const IdxFootage *f, const Lens *lens, const char *place, const IdxTimeline *t)
{
    for (guint i = 0; i < t->gaps->len; i++) {
        mj_put_open(f->gaps, NULL, '{');
        put_gap(f->gaps, f->cat, t->gaps->pdata[i]);
        mj_put_text(f->gaps, "camera", lens->code);
        mj_put_text(f->gaps, "place", place);
        mj_put_close(f->gaps, '}');
    }
}

void idx_footage_unseen(IdxFootage *f, const char *place, int64_t from_us, int64_t to_us)
{
    to_us = MIN(to_us, f->now_us); // nothing is missing of what is still to come
    if (from_us >= to_us)
        return;
    f->asked_us += to_us - from_us;
    mj_put_open(f->gaps, NULL, '{');
    mj_put_null(f->gaps, "camera");
    mj_put_text(f->gaps, "place", place);
    mj_put_time(f->gaps, "from", from_us, &f->cat->hour);
    mj_put_time(f->gaps, "to", to_us, &f->cat->hour);
    mj_put_text(f->gaps, "reason", IDX_NO_CAMERA);
    mj_put_null(f->gaps, "detail");
    mj_put_close(f->gaps, '}');
}

/* 0: the place is not known, and no camera covers it. */
static bool find_place(const IdxFootage *f, int64_t hall_id, const char *code, int64_t *ret_id,
                       GError **error)
{
    for (guint i = 0; i < f->places->len; i++) {
        const Place *known = f->places->pdata[i];
        if (known->hall_id == hall_id && strcmp(known->code, code) == 0) {
            *ret_id = known->id;
            return true;
        }
    }
    g_autoptr(IdxQuery) q = idx_db_query(f->cat, SQL_PLACE_ID, error, "it", hall_id, code);
    int row = idx_db_step(f->cat, q, error);
    *ret_id = row > 0 ? idx_db_int(q, 0) : 0;
    return row >= 0;
}

/* What goes on is shown as long as the longest visit lasts, from the earliest to the latest that it may be. */
static int64_t latest_end(const IdxFootage *f, const IdxSpan *span)
{
    return span->to_us == IDX_SPAN_OPEN ? end_of(f, span) + 2 * span->uncertainty_us : span->to_us;
}

/* Until when the place is shown from @at_us on without a break; not at all: @at_us itself, and *ret_next_us is when it
 * is next, if that is earlier. What goes on is shown as long as anybody may be there. */
static int64_t shown_until(const IdxFootage *f, int64_t place_id, int64_t at_us,
                           int64_t *ret_next_us)
{
    for (guint i = 0; i < f->spans->len; i++) {
        const IdxSpan *span = &g_array_index(f->spans, IdxSpan, i);
        if (span->place_id != place_id)
            continue;
        if (span->from_us <= at_us && latest_end(f, span) > at_us)
            return latest_end(f, span);
        if (span->from_us > at_us)
            *ret_next_us = MIN(*ret_next_us, span->from_us);
    }
    return at_us;
}

/* What of [at, to) no camera of the place saw. */
static void add_unseen(IdxFootage *f, int64_t place_id, const char *place, int64_t at_us,
                       int64_t to_us)
{
    while (at_us < to_us) {
        int64_t next_us = to_us;
        int64_t until_us = shown_until(f, place_id, at_us, &next_us);
        if (until_us == at_us) {
            idx_footage_unseen(f, place, at_us, next_us);
            until_us = next_us;
        }
        at_us = until_us;
    }
}

bool idx_footage_unseen_visits(IdxFootage *f, int64_t hall_id, const GArray *visits,
                               int64_t from_us, int64_t to_us, GError **error)
{
    for (guint i = 0; i < visits->len; i++) {
        int64_t place_id = 0;
        const IdxVisit *v = &g_array_index(visits, IdxVisit, i);
        const IdxLinkRule *rule = &f->rules[v->method];
        int64_t last_us = v->last_us ? v->last_us : v->first_us + rule->max_us;
        if (v->first_us > to_us || last_us < from_us)
            continue;
        if (!find_place(f, hall_id, v->place, &place_id, error))
            return false;
        add_unseen(f, place_id, v->place, v->first_us - rule->before_us - v->uncertainty_us,
                   last_us + rule->after_us + v->uncertainty_us);
    }
    return true;
}

static bool add_span(IdxFootage *f, CameraView *view, const Lens *lens, const IdxSpan *span,
                     GError **error)
{
    const char *place = place_code(f, span->place_id, error);
    int64_t camera_us = 0;
    g_autoptr(IdxTimeline) t = place ? look(f, lens, span, &camera_us, error) : NULL;
    if (!t)
        return false;
    add_gaps(f, lens, place, t);
    if (!f->brief)
        put_span(f, view->spans, lens, place, span, span->uncertainty_us + camera_us, t);
    note_place(view, place);
    note_segments(view, t->segments);
    view->covered_us += t->covered_us;
    view->asked_us += t->until_us - t->from_us;
    return true;
}

void idx_footage_put_coverage(const IdxFootage *f, GString *out, bool anything_happened)
{
    if (f->asked_us > 0)
        put_ratio(out, f->covered_us, f->asked_us);
    else if (anything_happened && f->spans->len == 0)
        mj_put_real(out, "coverage", 0.0);
    else
        mj_put_null(out, "coverage");
}

static void put_camera(GString *out, const CameraView *view, const Lens *lens)
{
    mj_put_open(out, NULL, '{');
    mj_put_text(out, "camera", lens->code);
    mj_put_text(out, "name", lens->name);
    mj_put_text(out, "kind", lens->kind);
    mj_put_text(out, "stream", lens->stream);
    mj_put_open(out, "places", '[');
    for (guint i = 0; i < view->places->len; i++)
        mj_put_text(out, NULL, view->places->pdata[i]);
    mj_put_close(out, ']');
    mj_put_text(out, "video", view->video);
    mj_put_text(out, "audio", view->audio);
    if (view->has_offset)
        mj_put_real(out, "clock_offset_ms", (double)view->offset_us / 1000.0);
    else
        mj_put_null(out, "clock_offset_ms");
    if (view->video || view->audio)
        mj_put_real(out, "clock_uncertainty_ms", (double)view->uncertainty_us / 1000.0);
    else
        mj_put_null(out, "clock_uncertainty_ms");
    put_ratio(out, view->covered_us, view->asked_us);
    mj_put_all(out, "spans", '[', view->spans);
    mj_put_close(out, '}');
}

/* A step inside a visit's or a session's footage of the same camera shows nothing more. */
static bool is_inside_another(const IdxFootage *f, guint index)
{
    const IdxSpan *span = &g_array_index(f->spans, IdxSpan, index);
    for (guint i = 0; i < f->spans->len; i++) {
        const IdxSpan *other = &g_array_index(f->spans, IdxSpan, i);
        if (i != index && span->method == IDX_METHOD_STEP && other->camera_id == span->camera_id &&
            other->from_us <= span->from_us && end_of(f, other) >= end_of(f, span) &&
            (other->method != IDX_METHOD_STEP || i < index))
            return true;
    }
    return false;
}

typedef struct Told { // what is told of a camera
    char *code;
    GString *text;
} Told;

static void told_clear(gpointer data)
{
    g_free(((Told *)data)->code);
    g_string_free(((Told *)data)->text, TRUE);
}

/* One camera's part of the spans, which are sorted by camera. Moves *i behind them. */
static bool tell_camera(IdxFootage *f, guint *i, GArray *told, GError **error)
{
    int64_t camera_id = g_array_index(f->spans, IdxSpan, *i).camera_id;
    g_auto(Lens) lens = {0};
    g_auto(CameraView) view = {.spans = g_string_new(NULL), .places = g_ptr_array_new()};
    if (!load_lens(f->cat, camera_id, &lens, error))
        return false;
    for (; *i < f->spans->len && g_array_index(f->spans, IdxSpan, *i).camera_id == camera_id;
         (*i)++)
        if (lens.stream_id && !is_inside_another(f, *i) &&
            !add_span(f, &view, &lens, &g_array_index(f->spans, IdxSpan, *i), error))
            return false;
    f->covered_us += view.covered_us;
    f->asked_us += view.asked_us;
    Told one = {g_strdup(lens.code), g_string_sized_new(view.spans->len + 512)};
    put_camera(one.text, &view, &lens);
    g_array_append_val(told, one);
    return true;
}

static int by_camera(gconstpointer a, gconstpointer b)
{
    const IdxSpan *x = a, *y = b;
    if (x->camera_id != y->camera_id)
        return x->camera_id < y->camera_id ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static int by_code(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Told *)a)->code, ((const Told *)b)->code);
}

bool idx_footage_put(IdxFootage *f, GString *out, GError **error)
{
    g_autoptr(GArray) told = g_array_new(FALSE, FALSE, sizeof(Told));
    g_array_set_clear_func(told, told_clear);
    g_array_sort(f->spans, by_camera);
    for (guint i = 0; i < f->spans->len;)
        if (!tell_camera(f, &i, told, error))
            return false;
    g_array_sort(told, by_code);
    for (guint i = 0; i < told->len; i++) {
        const GString *text = g_array_index(told, Told, i).text;
        mj_put_raw(out, NULL, text->str, text->len);
    }
    return true;
}
